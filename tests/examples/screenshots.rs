//! Takes the pictures of the editor that the README shows, with a phrase playing through it, on a screen of
//! its own: `cargo xtask screenshots`, or `cargo run --release --example screenshots -- FOLDER`.
//!
//! Sound and window go step by step together, so the pictures are the same at every run but for what
//! counts real time: how far the meters have fallen. Linux with Xvfb only.
#![allow(unsafe_code, clippy::unwrap_used)]

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use mynah_tests::window::Display;

    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("Name the folder for the pictures.");
        return ExitCode::FAILURE;
    };
    let Some(display) = Display::start(1600, 1200) else {
        eprintln!("Xvfb is not installed (on Debian, the packages xvfb and libgl1-mesa-dri).");
        return ExitCode::FAILURE;
    };
    // SAFETY: nothing has been started in this process yet.
    unsafe { display.adopt() };
    linux::take_all(folder.as_ref());
    ExitCode::SUCCESS
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("The pictures are taken on Linux.");
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod linux {
    use std::f64::consts::TAU;
    use std::path::Path;
    use std::time::Duration;

    use mynah_tests::clap::ClapHost;
    use mynah_tests::host::{Audio, Host, Setup};
    use mynah_tests::window::{EditorWindow, Pointer};

    const RATE_HZ: f64 = 48_000.0;
    /// As much sound as passes between two looks at the window.
    const BLOCK_MS: u64 = 10;
    /// The screen's lower right one, where no window reaches.
    const CORNER: [f32; 2] = [1_599.0, 1_199.0];
    const PHRASE_SECONDS: f64 = 6.0;

    /// A picture, and what is changed in the state of a new instance for it.
    struct Shot {
        file: &'static str,
        edit: fn(&mut String),
    }

    const SHOTS: [Shot; 2] = [
        Shot {
            file: "editor.png",
            edit: |_| {},
        },
        Shot {
            file: "editor-light.png",
            edit: |state| {
                let light = state.replace(r#"dark\":true"#, r#"dark\":false"#);
                assert_ne!(*state, light, "the state does not name the theme");
                *state = light;
            },
        },
    ];

    pub(super) fn take_all(folder: &Path) {
        for shot in SHOTS {
            let path = folder.join(shot.file);
            take(&shot).save(&path).unwrap();
            println!("{}", path.display());
        }
    }

    fn take(shot: &Shot) -> image::RgbImage {
        let mut host = ClapHost::new();
        host.edit_state(shot.edit);
        let mut audio = host.activate(Setup::USUAL);
        // Away from everything that would show its tooltip.
        Pointer::new().move_to(CORNER);
        let mut window = EditorWindow::open(host);
        window.run_until_drawn();
        let sound = phrase();
        for block in sound.chunks(RATE_HZ as usize / 1_000 * BLOCK_MS as usize) {
            audio.process(&mut [block.to_vec(), block.to_vec()], &[]);
            window.run(Duration::from_millis(BLOCK_MS));
        }
        // All of it is drawn.
        window.run(Duration::from_millis(100));
        let picture = window.picture();
        window.close().deactivate(audio);
        picture
    }

    /// Sung or bowed, as far as a few harmonics go: a slow melody with vibrato and swells.
    fn phrase() -> Vec<f32> {
        let notes_hz = [220.0, 246.9, 293.7, 329.6, 293.7, 392.0, 440.0, 329.6];
        let note_seconds = PHRASE_SECONDS / notes_hz.len() as f64;
        let mut turns = 0.0_f64;
        let samples = (PHRASE_SECONDS * RATE_HZ) as usize;
        let sample = |index: usize| {
            let time_s = index as f64 / RATE_HZ;
            let note = (time_s / note_seconds) as usize % notes_hz.len();
            let within = (time_s / note_seconds).fract();
            let vibrato = 0.006 * within.min(0.5) * (TAU * 5.5 * time_s).sin();
            turns = (turns + notes_hz[note] * (1.0 + vibrato) / RATE_HZ).fract();
            let tone: f64 = (1..=12)
                .map(|n| (TAU * f64::from(n) * turns).sin() / f64::from(n))
                .sum();
            let swell = (within * std::f64::consts::PI).sin().max(0.0).sqrt();
            (0.2 * swell * tone) as f32
        };
        (0..samples).map(sample).collect()
    }
}
