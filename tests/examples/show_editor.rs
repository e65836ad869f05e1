//! Opens the editor in a window, as a CLAP host would, with a melody playing through it:
//! `cargo run --release -p mynah-tests --example show_editor [-- SECONDS [PARAMETER=VALUE]...]`.
//!
//! Values are normalized: `mix=0.5`. `state=missing` loads a session whose model is not here,
//! `rate=384000` runs at another sample rate, `size=1120x720` opens a smaller window,
//! `look=light,150` sets theme and size, `sound=silence` plays nothing, `windows=3` opens and closes it three times. Linux with X11 only.
#![allow(clippy::unwrap_used)]

#[cfg(target_os = "linux")]
fn main() {
    linux::show();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("This example opens an X11 window, so it needs Linux.");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use mynah_tests::clap::ClapHost;
    use mynah_tests::host::{Audio, Host, Setup};
    use mynah_tests::signal::melody;
    use mynah_tests::window::EditorWindow;

    const BLOCK: usize = 480;

    pub(super) fn show() {
        let mut arguments = std::env::args().skip(1);
        let seconds = arguments
            .next()
            .map_or(3_600.0, |text| text.parse().unwrap());
        let mut setup = Setup::USUAL;
        let mut windows = 1;
        let mut gain = 1.0;
        let mut host = ClapHost::new();
        let parameters = host.parameters();
        for argument in arguments {
            let (name, value) = argument.split_once('=').unwrap();
            match name {
                "sound" => gain = f32::from(u8::from(value != "silence")),
                "windows" => windows = value.parse().unwrap(),
                "rate" => setup.rate_hz = value.parse().unwrap(),
                "state" => host.edit_state(|text| {
                    let at = text.find("hash").unwrap() + "hash\\\":\\\"".len();
                    text.replace_range(at..at + 8, "deadbeef");
                }),
                "look" => host.edit_state(|text| {
                    let (theme, percent) = value.split_once(',').unwrap();
                    *text = text
                        .replace(r#"dark\":true"#, &format!(r#"dark\":{}"#, theme == "dark"))
                        .replace(r#"percent\":100"#, &format!(r#"percent\":{percent}"#));
                }),
                "size" => host.edit_state(|text| {
                    *text = text.replace("[1200,800]", &format!("[{}]", value.replace('x', ",")));
                }),
                _ => {
                    let named = |p: &&mynah_tests::host::Parameter| {
                        p.name.eq_ignore_ascii_case(&name.replace('_', " "))
                    };
                    let id = parameters.iter().find(named).unwrap().id;
                    host.set(id, value.parse().unwrap());
                }
            }
        }

        let mut audio = host.activate(setup);
        let stop = AtomicBool::new(false);
        let mut host = std::thread::scope(|scope| {
            let playing = scope.spawn(|| {
                play(&mut audio, setup.rate_hz, gain, &stop);
            });
            let stop_playing = StopOnDrop(&stop);
            for _ in 0..windows {
                let mut window = EditorWindow::open(host);
                window.run(Duration::from_secs_f64(seconds));
                host = window.close();
            }
            drop(stop_playing);
            playing.join().unwrap();
            host
        });
        host.deactivate(audio);
    }

    /// Ends the playing thread even when something panics.
    struct StopOnDrop<'a>(&'a AtomicBool);

    impl Drop for StopOnDrop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    /// Plays a melody in real time until told to stop.
    fn play(audio: &mut impl Audio, rate_hz: f64, gain: f32, stop: &AtomicBool) {
        let mut sound = melody(rate_hz, 1, (rate_hz * 5.0) as usize);
        sound[0].iter_mut().for_each(|sample| *sample *= gain);
        sound.push(sound[0].clone());
        let started = Instant::now();
        let mut blocks = 0;
        while !stop.load(Ordering::Relaxed) {
            let start = blocks * BLOCK % (sound[0].len() - BLOCK);
            let mut block: Vec<Vec<f32>> = sound
                .iter()
                .map(|c| c[start..start + BLOCK].to_vec())
                .collect();
            audio.process(&mut block, &[]);
            blocks += 1;
            let due = Duration::from_secs_f64((blocks * BLOCK) as f64 / rate_hz);
            std::thread::sleep(due.saturating_sub(started.elapsed()));
        }
    }
}
