//! The devices that can be named on the command line.

use cpal::traits::{DeviceTrait, HostTrait};

/// Lists them on the terminal, each under the option that takes its name.
pub(crate) fn print() {
    let host = cpal::default_host();
    list("Audio inputs (--input-device)", names(host.input_devices()));
    list(
        "Audio outputs (--output-device)",
        names(host.output_devices()),
    );
    list("MIDI inputs (--midi-input)", midi_inputs());
}

fn list(title: &str, names: Result<Vec<String>, String>) {
    println!("{title}:");
    match names {
        Ok(names) if names.is_empty() => println!("  none"),
        Ok(names) => names.iter().for_each(|name| println!("  {name}")),
        Err(error) => println!("  cannot be listed: {error}"),
    }
}

/// The names by which nice-plug knows the devices.
fn names<E: std::fmt::Display>(
    devices: Result<impl Iterator<Item = impl DeviceTrait>, E>,
) -> Result<Vec<String>, String> {
    let devices = devices.map_err(|error| error.to_string())?;
    let described = devices.filter_map(|device| device.description().ok());
    let mut names: Vec<String> = described.map(|found| found.name().to_owned()).collect();
    // ALSA has several ways to one device, and nice-plug takes the first.
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}

fn midi_inputs() -> Result<Vec<String>, String> {
    let midi = midir::MidiInput::new("Mynah").map_err(|error| error.to_string())?;
    let ports = midi.ports();
    Ok(ports
        .iter()
        .filter_map(|port| midi.port_name(port).ok())
        .collect())
}
