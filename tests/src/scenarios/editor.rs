//! The editor in a real window, with a real mouse.

use std::path::Path;
use std::time::Duration;

use super::{active, assert_same, bounce, ids, targets};
use crate::clap::{ClapAudio, ClapHost, ClapOf};
use crate::host::{Audio, Change, Host, Setup, run};
use crate::signal::{melody, noise};
use crate::window::{EditorWindow, Pointer};
use mynah_engine::{Controls, Plays};
use mynah_plugin::editor::places;

/// Long enough for the editor to see an event and to draw what it did.
const A_FEW_FRAMES: Duration = Duration::from_millis(150);

/// The middle of what has this name, pixels on the screen.
fn middle<const KEYS: bool>(window: &EditorWindow<KEYS>, role: &str, name: &str) -> [f32; 2] {
    let plays = if KEYS { Plays::Keys } else { Plays::Sound };
    let places = places(plays, window.size());
    let found = places
        .iter()
        .find(|place| place.name == name && place.role == role);
    found
        .unwrap_or_else(|| panic!("no {role} '{name}' among {places:?}"))
        .centre
}

/// A block, in which the host hears of what was done in the editor.
fn play_a_block(audio: &mut ClapAudio) {
    audio.process(&mut noise(1, 2, 480), &[]);
}

/// Opens the editor of a playing instance and waits for its first picture.
fn open<const KEYS: bool>() -> (EditorWindow<KEYS>, ClapAudio) {
    assert!(!targets().is_empty());
    let (host, audio) = active::<ClapOf<KEYS>>(Setup::USUAL, &[]);
    let mut window = EditorWindow::open(host);
    window.run_until_drawn();
    window.run(A_FEW_FRAMES);
    (window, audio)
}

/// A knob that is dragged down moves its parameter, is drawn elsewhere, and is heard exactly as the engine
/// has it at that value.
pub fn a_dragged_knob_is_heard() {
    let (mut window, mut audio) = open::<false>();
    let before = window.picture();
    let pointer = Pointer::new();
    let [x, y] = middle(&window, "Slider", "Mix");
    pointer.move_to([x, y]);
    window.run(A_FEW_FRAMES);
    pointer.press();
    for step in 1..=10 {
        window.run(A_FEW_FRAMES / 3);
        pointer.move_to([x, y + 6.0 * step as f32]);
        play_a_block(&mut audio);
    }
    window.run(A_FEW_FRAMES);
    pointer.release();
    window.run_until("the end of the drag", |window| {
        play_a_block(&mut audio);
        window.host().value(ids::MIX) < 0.8
    });
    window.run(A_FEW_FRAMES);
    play_a_block(&mut audio);

    let mix = window.host().value(ids::MIX);
    assert!((0.2..0.8).contains(&mix), "mix is at {mix}");
    assert_ne!(window.picture(), before, "the knob looks the same");
    audio.reset();
    let input = melody(48_000.0, 2, 12_000);
    let controls = Controls {
        mix: mix as f32,
        ..Controls::default()
    };
    let output = run(&mut audio, &input, &[], || 480);
    let expected = bounce(48_000.0, 0, &controls, &input);
    assert_same("after the drag", &output, &expected);
    window.close().deactivate(audio);
}

/// A key of the instrument's editor sounds while the pointer is on it, and is seen to be held.
pub fn a_pressed_key_is_heard() {
    let (mut window, mut audio) = open::<true>();
    let is_silent = |audio: &mut ClapAudio| {
        let mut block = noise(1, 2, 480);
        audio.process(&mut block, &[]);
        block.iter().flatten().all(|x| *x == 0.0)
    };
    assert!(is_silent(&mut audio));
    let before = window.picture();
    let pointer = Pointer::new();
    pointer.move_to(middle(&window, "Unknown", "Keyboard"));
    window.run(A_FEW_FRAMES);
    pointer.press();
    window.run_until("a sound", |_| !is_silent(&mut audio));
    window.run_until("another picture", |window| {
        is_silent(&mut audio);
        window.picture() != before
    });
    pointer.release();
    window.run_until("silence", |_| {
        (0..20).for_each(|_| {
            is_silent(&mut audio);
        });
        is_silent(&mut audio)
    });
    assert_eq!(audio.allocations(), 0);
    window.close().deactivate(audio);
}

/// What a host automates is seen in the editor.
pub fn automation_moves_the_knob() {
    let (mut window, mut audio) = open::<false>();
    let before = window.picture();
    let change = Change {
        at: 0,
        id: ids::MIX,
        value: 0.25,
    };
    // Silence, so that nothing else moves.
    audio.process(&mut vec![vec![0.0; 480]; 2], &[change]);
    window.run_until("another picture", |window| window.picture() != before);
    window.close().deactivate(audio);
}

/// Opened again and again, the editor draws itself each time.
pub fn the_editor_opens_again() {
    let (host, audio) = active::<ClapHost>(Setup::USUAL, &[]);
    let mut host = host;
    for _ in 0..3 {
        let mut window = EditorWindow::open(host);
        window.run_until_drawn();
        host = window.close();
    }
    host.deactivate(audio);
}

/// On a small screen a new editor opens at a scale at which all of it is seen.
pub fn a_new_editor_fits_a_small_screen() {
    let (window, audio) = open::<false>();
    assert_eq!(window.size(), (900, 600), "1200 x 800 at 75 %");
    window.close().deactivate(audio);
}

/// On a screen of high resolution it is as large as on any other, from the first size that the host is told.
pub fn an_editor_is_as_large_on_a_fine_screen() {
    let (window, audio) = open::<false>();
    assert_eq!(window.size(), (2400, 1600), "1200 x 800 at two pixels each");
    window.close().deactivate(audio);
}

/// A host that closes the editor and unloads the library at once does not take the code away under what is still
/// ending, such as a file dialog.
pub fn the_library_stays_after_an_editor(library: &Path) {
    let name = library.file_name().unwrap().to_str().unwrap();
    let is_loaded = || {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        maps.lines().any(|line| line.ends_with(name))
    };
    assert!(!is_loaded());
    // On a thread of their own, since Linux keeps a library while a thread lives that has used it.
    std::thread::scope(|threads| {
        threads.spawn(|| drop(ClapHost::from_file(library)));
    });
    sweep(library);
    assert!(!is_loaded(), "it stays anyway, and this test shows nothing");
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut window = EditorWindow::open(ClapHost::from_file(library));
            window.run_until_drawn();
            drop(window.close());
        });
    });
    sweep(library);
    assert!(is_loaded());
}

/// Has the system unload what nobody holds any more: it looks for that when another library is closed.
fn sweep(library: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.so");
    std::fs::copy(library, &other).unwrap();
    std::thread::scope(|threads| {
        threads.spawn(|| drop(ClapHost::from_file(&other)));
    });
}
