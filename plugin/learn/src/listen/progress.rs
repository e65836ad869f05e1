//! A recording that is being listened to, in blocks that do not depend on the pieces in which it is handed in.

use std::ops::Range;

use mynah_models::SAMPLE_RATE_HZ;
use rayon::prelude::*;

use super::block::{Ears, HeardBlock, HeardNote, LEAD_SAMPLES, hear};
use super::findings::{RecordingFindings, Verdict};
use super::hum::Hum;
use super::medians::{median, quantile};
use super::phrases::Fact;
use super::pool::{Kept, Pool};
use super::room;
use super::texture::{HOP_S, Texture};
use crate::note::FoundNote;

/// A block's core is as long as this: 40 s; of one that is the last, up to a quarter longer.
const CORE: usize = 40 * SAMPLE_RATE_HZ as usize;
const LAST_LONGER: usize = CORE / 4;
/// Before a core so much is heard with it, and after it: 2 s, for the filters, and 6 s, for its last note.
const BEFORE: usize = 2 * SAMPLE_RATE_HZ as usize;
const AFTER: usize = 6 * SAMPLE_RATE_HZ as usize;
const _: () = assert!(AFTER <= LAST_LONGER);
/// A note that begins so soon after another is the same one, heard on both sides of a seam: 40 ms.
const SAME_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 25;

/// A note worse than this is of no use.
const LEAST_QUALITY: f32 = 0.15;
/// Less sound than this in a recording is silence, s.
const SILENT_S: f32 = 0.1;
/// From this share of several notes at once on, a recording is left out.
const SEVERAL_SHARE: f32 = 0.36;
/// Less of what sounds has a pitch in drums and noise.
const PITCHED_SHARE: f32 = 0.35;
/// Less of what has one pitch lies in notes where somebody speaks.
const NOTES_SHARE: f32 = 0.3;
/// A peak below this is silence: -60 dBFS.
pub(super) const SILENT_PEAK: f32 = 1e-3;
/// Less sound than this is not judged, s: a single short note has strokes and knocks for much of it.
const JUDGED_S: f32 = 2.0;
/// Less sound tells nothing of the way in which it was recorded, nor of speech, s.
const TELLING_S: f32 = 8.0;
/// Samples are cut off here: 24 dB over full scale.
const LARGEST: f32 = 16.0;
/// Fewer ends of notes say nothing of the room.
const LEAST_DECAYS: usize = 4;

/// A recording that is being listened to.
pub(super) struct Progress {
    index: usize,
    name: String,
    /// Sound that is still needed, from the sample `first` of the recording on.
    audio: Vec<f32>,
    first: usize,
    /// Where the next core begins in the recording.
    next: usize,
    heard: Heard,
    notes: Pool,
    facts: Vec<Fact>,
}

/// What is added up over the blocks.
#[derive(Default)]
struct Heard {
    texture: Texture,
    notes: usize,
    clipped: usize,
    unclear: usize,
    clips: usize,
    hums: Vec<Hum>,
    decays_s: Vec<f32>,
    noises_db: Vec<f32>,
    spectrum: Vec<f32>,
    peak: f32,
}

/// A recording that was listened to.
pub(super) struct Done {
    pub(super) findings: RecordingFindings,
    pub(super) texture: Texture,
    pub(super) notes: Pool,
    pub(super) facts: Vec<Fact>,
    pub(super) clipped: usize,
    pub(super) unclear: usize,
    pub(super) peak: f32,
}

impl Progress {
    pub(super) fn new(index: usize, name: String, most_kept_samples: usize) -> Self {
        Self {
            index,
            name,
            audio: Vec::new(),
            first: 0,
            next: 0,
            heard: Heard::default(),
            notes: Pool::new(most_kept_samples),
            facts: Vec::new(),
        }
    }

    /// The next samples of it.
    pub(super) fn take(&mut self, ears: &Ears, audio: &[f32]) {
        // What is no number, or far out of range, would spoil all that is computed of it.
        let sane = |x: &f32| {
            if x.is_finite() {
                x.clamp(-LARGEST, LARGEST)
            } else {
                0.0
            }
        };
        self.audio.extend(audio.iter().map(sane));
        let mut cores = Vec::new();
        let mut begin = self.next;
        while self.end() >= begin + CORE + LAST_LONGER {
            cores.push(begin..begin + CORE);
            begin += CORE;
        }
        self.listen(ears, &cores);
    }

    /// The last of it.
    pub(super) fn finish(mut self, ears: &Ears) -> Done {
        let rest = self.next..self.end();
        if !rest.is_empty() {
            self.listen(ears, &[rest]);
        }
        let findings = self.findings();
        let used = findings.verdict == Verdict::Used;
        Done {
            texture: self.heard.texture,
            notes: if used { self.notes } else { Pool::new(0) },
            facts: if used { self.facts } else { Vec::new() },
            clipped: if used { self.heard.clipped } else { 0 },
            unclear: if used { self.heard.unclear } else { 0 },
            peak: self.heard.peak,
            findings,
        }
    }

    /// How much of it is still to be listened to.
    pub(super) fn waiting_samples(&self) -> usize {
        self.audio.len()
    }

    fn end(&self) -> usize {
        self.first + self.audio.len()
    }

    fn listen(&mut self, ears: &Ears, cores: &[Range<usize>]) {
        let with_context = |core: &Range<usize>| {
            let begin = core.start.saturating_sub(BEFORE);
            (begin, begin..(core.end + AFTER).min(self.end()))
        };
        let blocks: Vec<(usize, HeardBlock)> = cores
            .par_iter()
            .map(|core| {
                let (begin, range) = with_context(core);
                let audio = &self.audio[range.start - self.first..range.end - self.first];
                (
                    begin,
                    hear(ears, audio, core.start - begin..core.end - begin),
                )
            })
            .collect();
        for (begin, block) in blocks {
            self.add(begin, block);
        }
        self.next = cores.last().map_or(self.next, |core| core.end);
        let needed = self.next.saturating_sub(BEFORE);
        self.audio.drain(..needed - self.first);
        self.first = needed;
    }

    fn add(&mut self, begin: usize, block: HeardBlock) {
        let heard = &mut self.heard;
        heard.texture.add(&block.texture);
        heard.clips += block.clips;
        heard.hums.extend(block.hum);
        heard.decays_s.extend(block.decays_s);
        heard.noises_db.extend(block.noise_db);
        heard.peak = heard.peak.max(block.peak);
        heard.spectrum.resize(block.spectrum.len(), 0.0);
        for (sum, power) in heard.spectrum.iter_mut().zip(&block.spectrum) {
            *sum += power;
        }
        for note in block.notes {
            self.add_note(begin, note);
        }
    }

    fn add_note(&mut self, begin: usize, note: HeardNote) {
        let HeardNote {
            cut,
            measured,
            audio,
        } = note;
        let onset = begin + cut.onset;
        let same = |last: &Fact| onset < last.onset + SAME_SAMPLES;
        if self.facts.last().is_some_and(same) {
            return;
        }
        self.heard.notes += 1;
        if measured.quality < LEAST_QUALITY {
            let count = if measured.clipped {
                &mut self.heard.clipped
            } else {
                &mut self.heard.unclear
            };
            *count += 1;
            return;
        }
        self.facts.push(Fact {
            recording: self.index,
            onset,
            seconds: (audio.len() - LEAD_SAMPLES) as f32 / SAMPLE_RATE_HZ as f32,
            semitones: measured.semitones,
            top_db: cut.top_db,
            begins: cut.begins,
            dies_away: measured.dies_away,
            moves_semitones: measured.moves_semitones,
        });
        self.notes.push(Kept {
            slurred_if_held: cut.slurred_if_held,
            note: FoundNote {
                recording: self.index,
                first_sample: onset,
                semitones: measured.semitones,
                begins: cut.begins,
                top_db: cut.top_db,
                quality: measured.quality,
                audio,
            },
        });
    }

    fn findings(&self) -> RecordingFindings {
        let heard = &self.heard;
        let sounding_s = heard.texture.sounding() as f32 * HOP_S;
        let pitched = (heard.texture.single + heard.texture.several).max(1);
        let hum = heard
            .hums
            .iter()
            .max_by(|a, b| a.level_db.total_cmp(&b.level_db));
        RecordingFindings {
            name: self.name.clone(),
            verdict: verdict(&heard.texture, heard.peak),
            seconds: self.end() as f32 / SAMPLE_RATE_HZ as f32,
            sounding_s,
            several_share: heard.texture.several as f32 / pitched as f32,
            notes: heard.notes,
            clips: heard.clips,
            hum_hz: hum.map(|hum| hum.mains_hz),
            hum_db: hum.map(|hum| hum.level_db),
            noise_db: median(heard.noises_db.iter().copied()),
            level_db: median(self.facts.iter().map(|fact| fact.top_db)),
            room_s: quantile(heard.decays_s.iter().copied(), 0.5)
                .filter(|_| heard.decays_s.len() >= LEAST_DECAYS),
            bandwidth_hz: room::bandwidth_hz(&heard.spectrum).filter(|_| sounding_s >= TELLING_S),
        }
    }
}

fn verdict(texture: &Texture, peak: f32) -> Verdict {
    let sounding = texture.sounding() as f32;
    let pitched = (texture.single + texture.several) as f32;
    if sounding * HOP_S < SILENT_S || peak < SILENT_PEAK {
        Verdict::Silent
    } else if sounding * HOP_S < JUDGED_S {
        Verdict::Used
    } else if pitched < PITCHED_SHARE * sounding {
        Verdict::Pitchless
    } else if texture.several as f32 > SEVERAL_SHARE * pitched {
        Verdict::Several
    } else if sounding * HOP_S > TELLING_S
        && (texture.in_notes as f32) < NOTES_SHARE * texture.single as f32
    {
        Verdict::Speech
    } else {
        Verdict::Used
    }
}
