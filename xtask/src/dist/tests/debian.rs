//! The Debian package: what it says of itself, and that it is installed and removed without a trace.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::StandIns;
use crate::dist::debian;

const DEPENDS: &str = "libc6 (>= 2.34), libasound2t64 | libasound2";

/// Files by where they are installed, and their permissions.
const FILES: [(&str, u32); 10] = [
    ("usr/bin/mynah", 0o755),
    ("usr/bin/mynah-standalone", 0o755),
    ("usr/lib/clap/Mynah.clap", 0o644),
    (
        "usr/lib/vst3/Mynah.vst3/Contents/x86_64-linux/Mynah.so",
        0o644,
    ),
    ("usr/share/applications/mynah.desktop", 0o644),
    ("usr/share/mime/packages/mynah.xml", 0o644),
    ("usr/share/doc/mynah/copyright", 0o644),
    ("usr/share/doc/mynah/CREDITS.md", 0o644),
    ("usr/share/doc/mynah/CRATES.txt", 0o644),
    ("usr/share/doc/mynah/fonts/LICENSE-Inter.txt", 0o644),
];

/// The package of stand-ins; none, with a sentence, where Debian's tools are not installed.
fn package() -> Option<(StandIns, PathBuf)> {
    if let Some(missing) = debian::missing() {
        println!("Left out, the Debian package: {missing}");
        return None;
    }
    let stand_ins = StandIns::new("linux");
    let folder = stand_ins.packages("first");
    let path = debian::make(&stand_ins.product, DEPENDS, &folder).expect("a package");
    Some((stand_ins, path))
}

/// What a command says, which must succeed.
fn said(command: &mut Command) -> String {
    let output = command.output().expect("a program that starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

fn check_files(root: &Path) {
    for (place, mode) in FILES {
        let path = root.join(place);
        let metadata = fs::metadata(&path).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(metadata.permissions().mode() & 0o7777, mode, "{place}");
        for folder in path
            .ancestors()
            .skip(1)
            .take_while(|folder| *folder != root)
        {
            let mode = fs::metadata(folder).expect("a folder").permissions().mode();
            assert_eq!(mode & 0o7777, 0o755, "{}", folder.display());
        }
    }
    let command = said(&mut Command::new(root.join("usr/bin/mynah")));
    assert_eq!(command, "mynah of the package\n");
}

#[test]
fn the_package_says_what_it_is() {
    let Some((stand_ins, path)) = package() else {
        return;
    };
    assert_eq!(
        path.file_name().expect("a name").to_string_lossy(),
        "mynah_0.2.0~rc.1_amd64.deb"
    );
    for (field, value) in [
        ("Package", "mynah"),
        ("Version", "0.2.0~rc.1"),
        ("Architecture", "amd64"),
        ("Depends", DEPENDS),
        ("Section", "sound"),
    ] {
        let found = said(
            Command::new("dpkg-deb")
                .arg("--field")
                .arg(&path)
                .arg(field),
        );
        assert_eq!(found.trim_end(), value, "{field}");
    }
    let list = said(Command::new("dpkg-deb").arg("--contents").arg(&path));
    assert!(
        list.lines().all(|line| line.contains(" root/root ")),
        "{list}"
    );
    let folder = stand_ins.packages("again");
    let again = debian::make(&stand_ins.product, DEPENDS, &folder).expect("a package");
    assert!(fs::read(path).expect("the package") == fs::read(again).expect("the package"));
    let left: Vec<_> = fs::read_dir(folder).expect("a folder").collect();
    assert_eq!(left.len(), 1, "only the package is left: {left:?}");
}

/// A folder with all that a package holds.
fn unpacked(package: &Path) -> TempDir {
    let root = TempDir::new().expect("a temporary folder");
    said(
        Command::new("dpkg-deb")
            .arg("--extract")
            .args([package, root.path()]),
    );
    root
}

#[test]
fn the_package_unpacks_to_where_hosts_look() {
    let Some((_stand_ins, path)) = package() else {
        return;
    };
    let root = unpacked(&path);
    check_files(root.path());
}

#[test]
fn a_target_opens_with_the_application() {
    let Some((_stand_ins, path)) = package() else {
        return;
    };
    let root = unpacked(&path);
    let read = |place: &str| fs::read_to_string(root.path().join(place)).expect("a text");
    let entry = read("usr/share/applications/mynah.desktop");
    let value = |key: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_else(|| panic!("{key} in {entry}"))
    };
    let (program, files) = value("Exec=").split_once(' ').expect("a program and files");
    assert!(root.path().join("usr/bin").join(program).exists());
    assert_eq!(files, "%F");
    let kind = value("MimeType=").trim_end_matches(';');
    let kinds = read("usr/share/mime/packages/mynah.xml");
    assert!(kinds.contains(&format!("<mime-type type=\"{kind}\">")));
    assert!(kinds.contains("<glob pattern=\"*.mynah\"/>"));
}

#[test]
fn the_package_is_installed_and_removed_without_a_trace() {
    let Some((_stand_ins, path)) = package() else {
        return;
    };
    let root = TempDir::new().expect("a temporary folder");
    let administration = root.path().join("var/lib/dpkg");
    for folder in ["info", "updates", "triggers"] {
        fs::create_dir_all(administration.join(folder)).expect("a folder");
    }
    fs::write(administration.join("status"), "").expect("a file");
    let dpkg = || {
        let mut dpkg = Command::new("dpkg");
        // In this root there is nothing that it could depend on, nobody is root, and documents are wanted.
        dpkg.arg(format!("--root={}", root.path().display()))
            .args(["--force-not-root", "--force-depends", "--force-bad-path"])
            .arg("--path-include=/usr/share/doc/*")
            .args(["--log", "/dev/null"]);
        dpkg
    };
    said(dpkg().arg("--install").arg(&path));
    let status = said(dpkg().args(["--status", "mynah"]));
    assert!(status.contains("Status: install ok installed"), "{status}");
    check_files(root.path());
    let listed = said(dpkg().args(["--listfiles", "mynah"]));
    for (place, _) in FILES {
        assert!(
            listed.lines().any(|line| line == format!("/{place}")),
            "{place} of {listed}"
        );
    }
    said(dpkg().args(["--remove", "mynah"]));
    assert!(!root.path().join("usr").exists());
}
