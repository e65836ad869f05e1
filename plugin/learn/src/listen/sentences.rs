//! Findings in words.

use mynah_models::note_name;

use super::findings::{Findings, RecordingFindings, Verdict};

/// Noise that is nearer to the notes than this is mentioned, dB.
const NOISE_NEAR_DB: f32 = 42.0;
/// A room that is heard for longer is mentioned, s.
const ROOM_S: f32 = 0.5;
/// Recordings that end below this are mentioned, Hz.
const DULL_HZ: f32 = 12_000.0;
/// Notes softer than this are mentioned, dB.
const SOFT_DB: f32 = -45.0;
/// A hole of so many semitones is mentioned.
const HOLE_SEMITONES: i32 = 5;
/// Rare notes are mentioned among so many notes ..
const RARE_AMONG: usize = 40;
/// .. where there are no more than this share of them.
const RARE_SHARE: f32 = 0.25;
/// So many files are named.
const NAMED: usize = 4;

impl Findings {
    /// What a player wants to know, a sentence each, the most important first.
    pub fn sentences(&self) -> Vec<String> {
        let mut all = vec![self.summary()];
        for (verdict, one, many) in [
            (
                Verdict::Several,
                "has several notes at once and is left out",
                "have several notes at once and are left out",
            ),
            (
                Verdict::Speech,
                "has no steady notes (speech?) and is left out",
                "have no steady notes (speech?) and are left out",
            ),
            (
                Verdict::Pitchless,
                "has no pitch (drums, noise?) and is left out",
                "have no pitch (drums, noise?) and are left out",
            ),
            (Verdict::Silent, "is silent", "are silent"),
        ] {
            let of = |recording: &&RecordingFindings| recording.verdict == verdict;
            all.extend(files(self.recordings.iter().filter(of), one, many));
        }
        all.extend(self.left_out());
        all.extend(self.holes());
        all.extend(self.rare());
        all.extend(self.sound());
        all
    }

    fn used(&self) -> impl Iterator<Item = &RecordingFindings> {
        self.recordings
            .iter()
            .filter(|recording| recording.verdict == Verdict::Used)
    }

    fn summary(&self) -> String {
        let range = match (self.heard.first(), self.heard.last()) {
            (Some((low, _)), Some((high, _))) if low == high => {
                format!(", all of them {}", note_name(*low))
            }
            (Some((low, _)), Some((high, _))) => {
                format!(" from {} to {}", note_name(*low), note_name(*high))
            }
            _ => String::new(),
        };
        let kept = if self.kept < self.notes {
            format!("; the best {} of them are kept", self.kept)
        } else {
            String::new()
        };
        format!(
            "{} of sound, {}{range}{kept}.",
            duration(self.sounding_s),
            counted(self.notes, "note"),
        )
    }

    fn left_out(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.clipped > 0 {
            all.push(format!(
                "{} clipped and left out: record at a lower level.",
                are(self.clipped, "note")
            ));
        }
        // A few unclear ones are in any playing.
        if 5 * self.unclear > self.notes {
            all.push(format!(
                "{} unclear (other notes, noise, no steady pitch) and left out.",
                are(self.unclear, "note")
            ));
        }
        all
    }

    fn holes(&self) -> Vec<String> {
        let hole = |notes: &[(i32, usize)]| {
            let (low, high) = (notes[0].0, notes[1].0);
            (high - low > HOLE_SEMITONES).then(|| {
                format!(
                    "There is nothing between {} and {}.",
                    note_name(low),
                    note_name(high)
                )
            })
        };
        self.heard.windows(2).filter_map(hole).collect()
    }

    fn rare(&self) -> Option<String> {
        let once: Vec<i32> = self
            .heard
            .iter()
            .filter(|(_, times)| *times == 1)
            .map(|(midi, _)| *midi)
            .collect();
        let few = once.len() as f32 <= RARE_SHARE * self.heard.len() as f32;
        if once.is_empty() || !few || self.notes < RARE_AMONG {
            return None;
        }
        let names: Vec<String> = once.iter().copied().map(note_name).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        Some(format!("{} {verb} heard only once.", listed(&names)))
    }

    fn sound(&self) -> Vec<String> {
        let mut all = Vec::new();
        for mains_hz in super::hum::MAINS_HZ {
            let count = self
                .used()
                .filter(|recording| recording.hum_hz == Some(mains_hz))
                .count();
            if count > 0 {
                all.push(format!(
                    "A hum at {mains_hz} Hz was taken out of {}.",
                    counted(count, "recording")
                ));
            }
        }
        let near = |recording: &&RecordingFindings| {
            recording
                .noise_under_notes_db()
                .is_some_and(|db| db < NOISE_NEAR_DB)
        };
        let nearest = self
            .used()
            .filter(near)
            .filter_map(RecordingFindings::noise_under_notes_db);
        if let Some(db) = nearest.reduce(f32::min) {
            all.push(format!(
                "Noise is only {} dB below the notes: the target will have some of it.",
                db.round()
            ));
        }
        let rooms = self.used().filter_map(|recording| recording.room_s);
        if let Some(room_s) =
            super::medians::median(rooms).filter(|room_s| *room_s > ROOM_S && !self.struck)
        {
            all.push(format!(
                "The room is heard: about {room_s:.1} s; a dry recording is better."
            ));
        }
        let dull =
            |recording: &&RecordingFindings| recording.bandwidth_hz.is_some_and(|hz| hz < DULL_HZ);
        let lowest_hz = self
            .used()
            .filter_map(|recording| recording.bandwidth_hz)
            .reduce(f32::min);
        if let Some(hz) = lowest_hz.filter(|hz| *hz < DULL_HZ) {
            let count = self.used().filter(dull).count();
            let verb = if count == 1 { "has" } else { "have" };
            all.push(format!(
                "{} {verb} nothing above {:.0} kHz.",
                counted(count, "recording"),
                hz / 1000.0
            ));
        }
        let levels = self.used().filter_map(|recording| recording.level_db);
        if let Some(db) = levels.reduce(f32::min).filter(|db| *db < SOFT_DB) {
            all.push(format!(
                "The softest recording is very soft, {} dB.",
                db.round()
            ));
        }
        all
    }
}

fn files<'a>(
    recordings: impl Iterator<Item = &'a RecordingFindings>,
    one: &str,
    many: &str,
) -> Option<String> {
    let mut names: Vec<String> = recordings.map(|recording| recording.name.clone()).collect();
    let count = names.len();
    if count > NAMED {
        names.truncate(NAMED);
        names.push(format!("{} more", count - NAMED));
    }
    match count {
        0 => None,
        1 => Some(format!("1 file {one}: {}.", names[0])),
        _ => Some(format!("{count} files {many}: {}.", names.join(", "))),
    }
}

fn duration(seconds: f32) -> String {
    let minutes = (seconds / 60.0).round() as usize;
    if seconds < 90.0 {
        counted(seconds.round() as usize, "second")
    } else {
        counted(minutes, "minute")
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

fn are(count: usize, what: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, what))
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
