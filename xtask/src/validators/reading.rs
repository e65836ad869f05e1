//! What validators say, read.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// What one validator found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Report {
    /// Tests that were passed.
    pub(super) passed: usize,
    /// What was not, each in a line.
    pub(super) failures: Vec<String>,
    /// What was, but not well.
    pub(super) warnings: Vec<String>,
}

impl Report {
    pub(super) fn summary(&self) -> String {
        let Self {
            passed,
            failures,
            warnings,
        } = self;
        format!(
            "{passed} passed, {} failed, {} warnings",
            failures.len(),
            warnings.len()
        )
    }

    /// Failures, and the warnings that have no excuse.
    pub(super) fn faults(&self, excused: &[(&str, &str)]) -> Vec<String> {
        let has_excuse = |warning: &&String| excused.iter().any(|(part, _)| warning.contains(part));
        let warnings = self.warnings.iter().filter(|warning| !has_excuse(warning));
        let warnings = warnings.map(|warning| format!("warning: {warning}"));
        let failures = self
            .failures
            .iter()
            .map(|failure| format!("failed: {failure}"));
        failures.chain(warnings).collect()
    }
}

/// The output of `clap-validator validate --json`: lists of tests, each with a name and a status, which is an object with a
/// code and details; in some versions the code is called a status itself.
///
/// # Errors
/// If it is not that, or no test is in it.
pub(super) fn clap_validator(output: &str) -> Result<Report> {
    let start = output.find('{').context("there is no JSON")?;
    let value: Value = serde_json::from_str(&output[start..])?;
    let mut report = Report::default();
    collect(&value, &mut report)?;
    if report == Report::default() {
        bail!("no test was run");
    }
    Ok(report)
}

fn collect(value: &Value, report: &mut Report) -> Result<()> {
    match value {
        Value::Array(values) => values.iter().try_for_each(|value| collect(value, report)),
        Value::Object(fields) => match (fields.get("name"), fields.get("status")) {
            (Some(Value::String(name)), Some(status)) => note(name, status, value, report),
            _ => fields.values().try_for_each(|value| collect(value, report)),
        },
        _ => Ok(()),
    }
}

fn note(name: &str, status: &Value, test: &Value, report: &mut Report) -> Result<()> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let of_status = |key: &str| status.get(key).and_then(text);
    let code = text(status).or_else(|| of_status("code"));
    let code = code.or_else(|| of_status("status"));
    let mut details = ["details", "reason", "notes"].into_iter();
    let details = details.find_map(|key| of_status(key).or_else(|| test.get(key).and_then(text)));
    let said = details.map_or_else(|| name.to_owned(), |details| format!("{name}: {details}"));
    match code.as_deref() {
        Some("success") => report.passed += 1,
        Some("skipped") => {}
        Some("warning") => report.warnings.push(said),
        Some("failed") => report.failures.push(said),
        Some("crashed") => report.failures.push(format!("{said} (crashed)")),
        other => bail!("the test '{name}' has an unknown status {other:?}"),
    }
    Ok(())
}

/// The output of the VST3 SDK's validator: each test's name in brackets, what it says, and how it ended in brackets; at the
/// end `Result: 47 tests passed, 0 tests failed`.
///
/// # Errors
/// If that last line is missing, or what stands above it does not agree.
pub(super) fn vst3_validator(output: &str) -> Result<Report> {
    let mut report = Report::default();
    let (mut test, mut error) = ("", None);
    let mut result = None;
    for line in output.lines().map(str::trim) {
        if let Some(counts) = line.strip_prefix("Result:") {
            result = Some(counts);
        } else if line == "[Failed]" {
            let said = error
                .take()
                .map_or(String::new(), |error| format!(": {error}"));
            report.failures.push(format!("{test}{said}"));
        } else if line == "[Succeeded]" {
            report.passed += 1;
            error = None;
        } else if let Some(name) = bracketed(line) {
            (test, error) = (name, None);
        } else if let Some(said) = line.strip_prefix("ERROR:") {
            error = Some(said.trim());
        } else if line.to_ascii_lowercase().contains("warning") {
            report.warnings.push(format!("{test}: {line}"));
        }
    }
    let result = result.context("there is no result")?;
    let mut numbers = result
        .split(|character: char| !character.is_ascii_digit())
        .filter(|digits| !digits.is_empty());
    let mut number = || -> Result<usize> {
        let digits = numbers.next().context("the result has no numbers")?;
        Ok(digits.parse()?)
    };
    let (passed, failed) = (number()?, number()?);
    if passed + failed == 0 {
        bail!("no test was run");
    }
    report.passed = passed;
    let named = report.failures.len();
    if named < failed {
        let count = failed - named;
        report
            .failures
            .push(format!("{count} tests that are not named"));
    }
    Ok(report)
}

fn bracketed(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']')
}

/// The output of pluginval: JUCE's unit tests, in which what fails begins with `!!!` or `***`, and `SUCCESS` or `FAILURE` at
/// the end.
///
/// # Errors
/// If neither stands there.
pub(super) fn pluginval(output: &str) -> Result<Report> {
    let mut report = Report::default();
    let mut ended = None;
    for line in output.lines().map(str::trim) {
        match line {
            "SUCCESS" => ended = Some(true),
            "FAILURE" => ended = Some(false),
            _ if line.starts_with("!!! WARNING") => {
                report
                    .warnings
                    .push(line.trim_start_matches(['!', ' ']).to_owned());
            }
            _ if line.starts_with("!!!") || line.starts_with("*** FAILED") => {
                report
                    .failures
                    .push(line.trim_start_matches(['!', '*', ' ']).to_owned());
            }
            _ if line.starts_with("Completed tests in ")
                || line.starts_with("All tests completed") =>
            {
                report.passed += 1;
            }
            _ => {}
        }
    }
    let ended = ended.context("it did not come to its end")?;
    if !ended && report.failures.is_empty() {
        report
            .failures
            .push("it says no more than FAILURE".to_owned());
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// As clap-validator writes it: one list of tests for each library, one for each plugin.
    const CLAP: &str = r#"
Some line that the plugin wrote.
{
  "plugin_library_tests": {
    "/somewhere/Mynah.clap": [
      { "name": "scan-time", "description": "Is it quick?", "status": { "code": "warning", "details": "It took 1 s." } },
      { "name": "scan-rtld-now", "description": "Does it load?", "status": { "code": "success", "details": null } }
    ]
  },
  "plugin_tests": {
    "org.mynah.mynah": [
      { "name": "param-conversions", "description": "Texts.", "status": { "code": "failed", "details": "'Empty 10'" } },
      { "name": "state-invalid", "description": "States.", "status": { "code": "crashed", "details": "signal 11" } },
      { "name": "preset-discovery", "description": "None.", "status": { "code": "skipped", "details": "no presets" } },
      { "name": "older", "description": "Before.", "status": { "status": "success", "notes": null } },
      { "name": "newer", "description": "After.", "status": "success" }
    ]
  }
}"#;

    #[test]
    fn clap_validators_json_is_read() {
        let report = clap_validator(CLAP).unwrap();
        assert_eq!(report.passed, 3);
        assert_eq!(report.failures.len(), 2);
        assert_eq!(report.summary(), "3 passed, 2 failed, 1 warnings");
        let faults = report.faults(&[("scan-time", "the machine's")]);
        let expected = [
            "failed: param-conversions: 'Empty 10'",
            "failed: state-invalid: signal 11 (crashed)",
        ];
        assert_eq!(faults, expected);
        assert_eq!(report.faults(&[])[2], "warning: scan-time: It took 1 s.");
    }

    #[test]
    fn what_says_nothing_of_tests_is_no_success() {
        for output in ["", "{}", "no JSON", r#"{"plugin_tests": {"a": []}}"#] {
            assert!(clap_validator(output).is_err(), "{output}");
        }
        let unknown = r#"[{"name": "a", "status": {"code": "exploded"}}]"#;
        assert!(clap_validator(&format!("{{\"tests\": {unknown}}}")).is_err());
        assert!(vst3_validator("[Scan]\n[Succeeded]\n").is_err());
        assert!(vst3_validator("Result: 0 tests passed, 0 tests failed").is_err());
        assert!(pluginval("Starting tests in: Plugin info...\n").is_err());
    }

    #[test]
    fn the_vst3_validators_list_is_read() {
        let output = "\
-------------------------------------------------------------
TestSuite : General Tests
-------------------------------------------------------------
[Scan Parameters]
Info:  ===Scan Parameters ====================================
Info:  Warning: two parameters have one name!
[Succeeded]
[Parameter String Conversions]
ERROR: Parameter 3: 'Empty 10' does not convert back
[Failed]
-------------------------------------------------------------
Result: 46 tests passed, 1 tests failed
-------------------------------------------------------------
";
        let report = vst3_validator(output).unwrap();
        let faults = report.faults(&[]);
        let expected = [
            "failed: Parameter String Conversions: Parameter 3: 'Empty 10' does not convert back",
            "warning: Scan Parameters: Info:  Warning: two parameters have one name!",
        ];
        assert_eq!(
            (report.passed, &faults[..]),
            (46, &expected.map(String::from)[..])
        );
        let clean = vst3_validator("[A]\n[Succeeded]\nResult: 47 tests passed, 0 tests failed\n");
        assert_eq!(clean.unwrap().faults(&[]), Vec::<String>::new());
        let silent = vst3_validator("Result: 3 tests passed, 2 tests failed").unwrap();
        assert_eq!(silent.faults(&[]), ["failed: 2 tests that are not named"]);
    }

    #[test]
    fn pluginvals_log_is_read() {
        let output = "\
Started validating: /somewhere/Mynah.vst3
Starting tests in: pluginval / Plugin info...
Completed tests in pluginval / Plugin info
Starting tests in: pluginval / Plugin programs...
!!! WARNING: Plugin has no programs
Completed tests in pluginval / Plugin programs
Starting tests in: pluginval / Plugin state restoration...
!!! Test 1 failed: A parameter is not restored
*** FAILED WITH EXIT CODE: 1
FAILURE
";
        let report = pluginval(output).unwrap();
        let expected = [
            "failed: Test 1 failed: A parameter is not restored",
            "failed: FAILED WITH EXIT CODE: 1",
            "warning: WARNING: Plugin has no programs",
        ];
        assert_eq!(
            (report.passed, report.faults(&[])),
            (2, expected.map(String::from).to_vec())
        );
        let clean = pluginval("All tests completed successfully\nSUCCESS\n").unwrap();
        assert_eq!(clean.faults(&[]), Vec::<String>::new());
        assert_eq!(pluginval("FAILURE").unwrap().faults(&[]).len(), 1);
    }
}
