//! Recording, with blocks as a host would send them.
#![allow(clippy::unwrap_used)]

use super::*;

/// An instance that is about to be sent sound.
struct Track {
    folder: tempfile::TempDir,
    recording: Recording,
    feed: Feed,
}

impl Track {
    fn new() -> Self {
        let recording = Recording::default();
        let mut feed = recording.take_feed().unwrap();
        assert!(recording.take_feed().is_none());
        feed.prepare(48_000.0, false);
        Self {
            folder: tempfile::tempdir().unwrap(),
            recording,
            feed,
        }
    }

    fn start_for(&self, longest_s: f64) -> Result<(), RecordError> {
        let folder = self.folder.path().join("reed");
        let repaint = RepaintNotifier::new();
        self.recording.start_for(&folder, repaint, longest_s)
    }

    fn start(&self) {
        self.start_for(LONGEST_S).unwrap();
    }

    /// Waits for what `is_so`; there is nothing else to wait for.
    fn wait_until(&self, is_so: impl Fn(&Told) -> bool) -> Told {
        let since = Instant::now();
        loop {
            let told = self.recording.told().unwrap();
            if is_so(&told) {
                return told;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "{told:?}");
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn stop(&self) -> Told {
        self.recording.stop();
        self.wait_until(|told| told.is_over)
    }

    /// The values of a file, of which the header is right.
    fn read(&self, name: &str) -> Vec<i32> {
        let bytes = fs::read(self.folder.path().join("reed").join(name)).unwrap();
        let length = u32::from_le_bytes(bytes[40..44].try_into().unwrap()) as usize;
        let samples = bytes[44..44 + length].as_chunks::<3>().0.iter();
        samples
            .map(|[low, middle, high]| i32::from_le_bytes([0, *low, *middle, *high]) >> 8)
            .collect()
    }
}

/// A block that begins at a sample, and the values that a file of it has.
fn block(from: usize, samples: usize) -> (Vec<f32>, Vec<i32>) {
    let values: Vec<i32> = (from..from + samples)
        .map(|n| (n as i32).wrapping_mul(7_919_311) >> 8)
        .collect();
    let block = values.iter().map(|value| *value as f32 / 8_388_607.0);
    (block.collect(), values)
}

#[test]
fn all_that_comes_in_is_in_the_file() {
    let mut track = Track::new();
    track.start();
    let mut expected = Vec::new();
    for n in 0..200 {
        let (mut samples, values) = block(expected.len(), 64 + n);
        track.feed.take(&[&mut samples]);
        expected.extend(values);
    }
    let told = track.stop();
    assert_eq!(told.seconds, expected.len() as f64 / 48_000.0);
    assert_eq!((told.dropped_s, told.problem.as_deref()), (0.0, None));
    assert!(told.highest > 0.9 && told.is_something());
    let found = track.read("1.wav");
    // The last bit of a float is not the last of 24.
    let near = |(a, b): (&i32, &i32)| (a - b).abs() <= 1;
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(&expected).all(near));
    // Into the same folder comes another file.
    track.start();
    assert!(matches!(track.start_for(1.0), Err(RecordError::Running)));
    track.feed.take(&[&mut block(0, 300).0]);
    track.stop();
    assert_eq!(track.read("2.wav").len(), 300);
    assert_eq!(track.read("1.wav").len(), expected.len());
    track.recording.dismiss();
    assert_eq!(track.recording.told(), None);
}

#[test]
fn it_ends_by_itself_and_says_why() {
    let mut track = Track::new();
    track.start_for(0.01).unwrap();
    track.feed.take(&[&mut block(0, 1_000).0]);
    let told = track.wait_until(|told| told.is_over);
    assert!(told.problem.unwrap().contains("ended by itself"));
    assert_eq!(track.read("1.wav").len(), 480);
    // Another rate would be another file.
    track.start();
    track.feed.take(&[&mut block(0, 1_000).0]);
    track.feed.prepare(44_100.0, false);
    track.feed.take(&[&mut block(0, 1_000).0]);
    let told = track.wait_until(|told| told.is_over);
    assert!(told.problem.unwrap().contains("changed its sample rate"));
    assert_eq!(track.read("2.wav").len(), 1_000);
}

#[test]
fn where_nothing_comes_in_nothing_is_left() {
    let track = Track::new();
    track.start();
    let told = track.stop();
    assert!(!told.is_something());
    assert!(told.problem.unwrap().starts_with("Nothing has come in."));
    assert!(!track.folder.path().join("reed").exists());
}

#[test]
fn what_is_dropped_is_told() {
    let mut track = Track::new();
    track.start();
    let much = 3 * tape::WAITING_SAMPLES / 2;
    track.feed.take(&[&mut block(0, much).0]);
    let told = track.stop();
    assert!(told.dropped_s > 0.0);
    let all = (told.seconds + told.dropped_s) * 48_000.0;
    assert_eq!(all.round() as usize, much);
}

#[test]
fn an_instance_that_goes_closes_its_file() {
    let mut track = Track::new();
    track.start();
    track.feed.take(&[&mut block(0, 700).0]);
    track.recording = Recording::default();
    assert_eq!(track.read("1.wav").len(), 700);
}

#[test]
fn what_cannot_be_recorded_is_a_sentence() {
    let track = Track::new();
    let repaint = RepaintNotifier::new();
    let silent = Recording::default().start(track.folder.path(), repaint);
    assert!(matches!(silent, Err(RecordError::NoSound)));
    fs::write(track.folder.path().join("reed"), "no folder").unwrap();
    for _ in 0..2 {
        let error = track.start_for(1.0).unwrap_err();
        assert!(error.to_string().contains("reed cannot be written: "));
    }
    assert_eq!(track.recording.told(), None);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_it_with_a_sentence() {
    let track = Track::new();
    let signals = Arc::new(Signals::default());
    let (mut feed, mut end) = tape(&signals);
    feed.prepare(48_000.0, false);
    end.turn_on();
    feed.take(&[&mut block(0, 700).0]);
    // A device that is always full.
    let link = track.folder.path().join("full.wav");
    std::os::unix::fs::symlink("/dev/full", &link).unwrap();
    let told = Arc::new(Mutex::new(Some(Told {
        folder: track.folder.path().to_owned(),
        seconds: 0.0,
        dropped_s: 0.0,
        peak: 0.0,
        highest: 0.0,
        is_over: false,
        problem: None,
    })));
    let writer = Writer {
        tape: end,
        signals,
        file: WavFile::open(link).unwrap(),
        folder: track.folder.path().to_owned(),
        rate_hz: 48_000.0,
        longest_s: LONGEST_S,
        told: told.clone(),
        repaint: RepaintNotifier::new(),
    };
    let (_stop, stopped) = bounded(0);
    writer.run(&stopped);
    let told = lock(&told).clone().unwrap();
    let problem = told.problem.unwrap();
    assert!(told.is_over);
    assert!(
        problem.contains("full.wav cannot be written: "),
        "{problem}"
    );
    assert!(problem.ends_with("What came before is kept."), "{problem}");
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["reed", "reed-2", "reed-3"];
    for name in names {
        let made = fresh_folder(&folder.path().join("recordings"), "reed").unwrap();
        assert!(made.is_dir() && made.ends_with(name));
    }
}
