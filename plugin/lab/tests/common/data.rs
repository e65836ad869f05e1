//! A small folder of synthetic recordings.
#![allow(clippy::unwrap_used, dead_code)]

/// Two instruments of synthetic notes, for the evaluation and for the judge, one variant of them and one performance
/// that training never hears, and one score, all named so that the split puts them there.
pub(crate) fn data_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest =
        String::from("path,instrument,midi,dynamic,articulation,pitch_cents_dev,attribution\n");
    for (instrument, midis) in [("violin", [67, 69, 66, 68]), ("flute", [66, 73, 67, 72])] {
        for midi in midis {
            let name = format!("{instrument}-{midi}.wav");
            write_note(&folder.path().join(&name), midi, instrument == "flute");
            manifest += &format!("{name},{instrument},{midi},f,sus,0,\"nobody, really\"\n");
        }
    }
    write_note(&folder.path().join("vib.wav"), 70, true);
    manifest += "vib.wav,flute,70,f,vib,0,nobody\n";
    manifest += "violin-67.wav,violin,,var,performance,,nobody\n";
    std::fs::write(folder.path().join("manifest.csv"), manifest).unwrap();
    std::fs::create_dir(folder.path().join("scores")).unwrap();
    std::fs::write(
        folder
            .path()
            .join("scores/phrase_mono_traditional-banza-bushi_1.mid"),
        score(),
    )
    .unwrap();
    folder
}

/// Two seconds of a note, with few overtones if it is `soft`.
pub(crate) fn write_note(path: &std::path::Path, midi: i32, soft: bool) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let hz = 440.0 * 2f64.powf(f64::from(midi - 69) / 12.0);
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for i in 0..96_000 {
        let t = f64::from(i) / 48e3;
        let phase = std::f64::consts::TAU * hz * t;
        let overtones = if soft { 0.1 } else { 1.0 };
        let tone =
            phase.sin() + overtones * (0.5 * (2.0 * phase).sin() + 0.4 * (4.0 * phase).sin());
        writer
            .write_sample((8_000.0 * tone * (t / 0.03).min(1.0)) as i16)
            .unwrap();
    }
    writer.finalize().unwrap();
}

/// Ten quarters at 120 beats a minute.
fn score() -> Vec<u8> {
    let mut track: Vec<u8> = Vec::new();
    for (i, key) in [67u8, 69, 70, 72, 70, 69, 67, 69, 70, 69]
        .iter()
        .enumerate()
    {
        track.extend([0, 0x90, *key, 70 + i as u8, 96, 0x80, *key, 0]);
    }
    track.extend([0, 0xff, 0x2f, 0]);
    let mut file = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0".to_vec();
    file.push(track.len() as u8);
    file.extend(track);
    file
}
