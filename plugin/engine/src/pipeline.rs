//! The audio path, from the host's samples to the host's samples.
//!
//! ```text
//! in -> normal -+-> delay (latency) --------------------------------------- dry --+-> mix -> gain -> bypass -> bound -> out
//!               +-> mono -> gain -> 48 kHz -> hop -> chain -> host rate -> room --+
//! ```
//!
//! In stereo there is a lane for each side between *mono* and *room*, in step. On the way there and back, 50 ms, what the lanes
//! hear goes from the mean to the sides, and what is heard of them from the first to both.
//!
//! All of it is work per host sample, or per hop of the chain; nothing depends on the host's blocks.

use crate::beforehand::Beforehand;
use crate::cancellation::Cancellation;
use crate::chain::Chain;
use crate::controls::{Channels, Controls, Plays, db_to_gain};
use crate::crossfade::Crossfade;
use crate::delay_line::DelayLine;
use crate::engine::EngineSpec;
use crate::guard;
use crate::hop_scheduler::{HopScheduler, LANES};
use crate::keyboard::KeyEvent;
use crate::latency::Timing;
use crate::meters::{Meters, PeakMeter};
use crate::mixing::Mixing;
use crate::monitor::MonitorFeed;
use crate::play_on::{Hands, of_one_voice};
use crate::quiet::{Quiet, zeros_from};
use crate::room::Room;
use crate::sides::{heard_by_lanes, middle, spread};
use crate::smoothing::Glide;
use crate::stagger;

use mynah_models::{HopControls, VOICES, VoiceNote};

/// How long it takes from mono to stereo and back.
const WIDTH_MS: f64 = 50.0;

/// The whole path around one chain. Lives on the audio thread.
pub(crate) struct Pipeline<C: Chain> {
    timing: Timing,
    /// How many silent host samples of the first hop count as gone before the first that is heard.
    lead_samples: usize,
    crossfade: Crossfade<C>,
    scheduler: HopScheduler,
    room: Room,
    dry: [DelayLine; 2],
    /// What was asked for last; taken at the next start of a hop.
    wanted: Controls,
    /// What the present hop runs with.
    controls: Controls,
    plays: Plays,
    /// What presses keys: the player, where keys are played rather than a sound, and what plays on.
    pub(crate) hands: Hands,
    /// The held note, in MIDI semitones, that was asked for last; taken with the controls.
    wanted_note: Option<f32>,
    /// Octave and key that were found beforehand, likewise.
    pub(crate) beforehand: Beforehand,
    hop_controls: HopControls,
    input_gain: Glide,
    mixing: Mixing,
    /// 0 for one voice, 1 for one on each side.
    width: Glide,
    /// How many channels the host gives, 1 or 2.
    channels: usize,
    /// Whether it is on its way to one voice on each side, or there.
    is_stereo: bool,
    at_hop_start: bool,
    /// Nothing has sounded yet: controls jump to their values.
    fresh: bool,
    input_meter: PeakMeter,
    output_meter: PeakMeter,
    cancellation: Cancellation,
    pub(crate) quiet: Quiet,
}

impl<C: Chain> Pipeline<C> {
    /// For a supported rate. Allocates all that will ever be needed.
    pub(crate) fn new(spec: EngineSpec, chain: C, patch: Option<C::Patch>) -> Self {
        let host_rate_hz = spec.host_rate_hz;
        let timing = Timing::new(host_rate_hz);
        let controls = Controls::neutral();
        let delay_samples = timing.latency_samples as usize;
        let mut pipeline = Pipeline {
            timing,
            lead_samples: stagger::lead_of(spec.instance, spec.plays).host_samples(&timing),
            crossfade: Crossfade::new(chain, patch),
            scheduler: HopScheduler::new(&timing),
            room: Room::new(host_rate_hz),
            dry: [DelayLine::new(delay_samples), DelayLine::new(delay_samples)],
            wanted: controls,
            controls,
            plays: spec.plays,
            hands: Hands::new(spec.plays, host_rate_hz),
            wanted_note: None,
            beforehand: Beforehand::default(),
            hop_controls: controls.for_chain(),
            input_gain: Glide::new(1.0, host_rate_hz),
            mixing: Mixing::new(&controls, host_rate_hz),
            width: Glide::lasting(WIDTH_MS, 0.0, host_rate_hz),
            channels: 2,
            is_stereo: false,
            at_hop_start: true,
            fresh: true,
            input_meter: PeakMeter::new(host_rate_hz),
            output_meter: PeakMeter::new(host_rate_hz),
            cancellation: Cancellation::new(host_rate_hz),
            quiet: Quiet::default(),
        };
        pipeline.begin();
        pipeline
    }

    /// Begins the stream of hops, the first of which is under way already where there are other instances.
    fn begin(&mut self) {
        self.scheduler.skip(self.lead_samples);
        self.at_hop_start = true;
    }

    pub(crate) fn latency_samples(&self) -> u32 {
        self.timing.latency_samples as u32
    }

    /// Reports every hop there from now on, while somebody watches. Allocates nothing, but drops the
    /// place of before: set-up time only.
    pub(crate) fn report_to(&mut self, monitor: MonitorFeed) {
        self.crossfade.monitor = Some(monitor);
    }

    pub(crate) fn set_controls(&mut self, controls: &Controls) {
        self.wanted = controls.in_range().serving(self.plays);
    }

    pub(crate) fn set_patch(&mut self, patch: Option<C::Patch>) {
        self.crossfade.set_patch(patch);
    }

    pub(crate) fn set_note(&mut self, semitones: Option<f32>) {
        self.wanted_note = semitones
            .filter(|semitones| !semitones.is_nan())
            .map(|semitones| semitones.clamp(0.0, 127.0));
    }

    /// Takes in an event of the keyboard, if there is one.
    pub(crate) fn take_key(&mut self, event: &KeyEvent) {
        self.hands.take(event, &self.wanted);
    }

    /// In place; one channel or two, further ones are left as they are.
    pub(crate) fn process(&mut self, channels: &mut [&mut [f32]]) {
        let heard = channels.len().min(2);
        let channels = &mut channels[..heard];
        let samples = channels.iter().map(|channel| channel.len()).min();
        let samples = samples.unwrap_or_default();
        if samples > 0 {
            self.channels = heard;
        }
        let mut next = 0;
        while next < samples {
            if self.can_rest() {
                next += self.rest(channels, next);
            }
            // At least one sample, and all until it can rest again, which only the end of a hop decides.
            next = match channels {
                [mono] => self.process_mono(mono, next),
                [left, right] => self.process_stereo(left, right, next),
                _ => return,
            };
        }
    }

    /// From sample `next` on, to the end or to where the path can rest; the sample after that.
    fn process_mono(&mut self, mono: &mut [f32], next: usize) -> usize {
        for (n, sample) in mono.iter_mut().enumerate().skip(next) {
            *sample = middle(self.frame([*sample; 2]));
            if self.at_hop_start && self.can_rest() {
                return n + 1;
            }
        }
        mono.len()
    }

    fn process_stereo(&mut self, left: &mut [f32], right: &mut [f32], next: usize) -> usize {
        let pairs = left.iter_mut().zip(right.iter_mut());
        for (n, (left, right)) in pairs.enumerate().skip(next) {
            [*left, *right] = self.frame([*left, *right]);
            if self.at_hop_start && self.can_rest() {
                return n + 1;
            }
        }
        left.len().min(right.len())
    }

    /// Whether zeros can be skipped: nothing sounds, and nothing is on its way.
    fn can_rest(&self) -> bool {
        self.quiet.can_rest()
            && self.wanted == self.controls
            && self.wants_stereo() == self.is_stereo
            && self.wanted_note == self.hop_controls.note_semitones
            && self.beforehand.octave(&self.wanted) == self.hop_controls.auto_octave
            && self.beforehand.key(&self.wanted) == self.hop_controls.pitch.key
            && self.crossfade.is_settled()
            && self.hands.rest()
    }

    /// Skips the zeros at `next`, the output of which is zeros; how many there are.
    fn rest(&mut self, channels: &mut [&mut [f32]], next: usize) -> usize {
        let samples = zeros_from(channels, next);
        if samples == 0 {
            return 0;
        }
        for channel in channels.iter_mut() {
            // Some of them may be negative zeros.
            channel[next..next + samples].fill(0.0);
        }
        for line in &mut self.dry {
            line.skip(samples);
        }
        self.hands.pass(samples);
        self.input_meter.skip(samples);
        self.output_meter.skip(samples);
        self.at_hop_start = self.scheduler.skip(samples);
        samples
    }

    pub(crate) fn reset(&mut self) {
        self.crossfade.reset();
        self.hands.reset();
        self.hop_controls.keys = Default::default();
        self.scheduler.reset();
        self.room.reset();
        for line in &mut self.dry {
            line.reset();
        }
        self.input_meter.reset();
        self.output_meter.reset();
        self.cancellation.reset();
        self.width.jump_to(0.0);
        self.is_stereo = false;
        self.fresh = true;
        self.quiet = Quiet::default();
        self.begin();
    }

    pub(crate) fn meters(&self) -> Meters {
        Meters {
            input_peak: self.input_meter.peak(),
            output_peak: self.output_meter.peak(),
            octave: if self.controls.octave_auto {
                self.crossfade.octave()
            } else {
                self.controls.octave
            },
            key: self.crossfade.key(),
            telemetry: self.crossfade.telemetry(),
            has_target: self.crossfade.has_target(),
            held_keys: self.hands.held_keys(),
            playing_on: self.hands.playing_on(),
            asleep: self.crossfade.is_asleep(),
            cancels: self.cancellation.found() && self.plays_the_mean(),
        }
    }

    /// What each of several voices plays, as it is heard; none where one voice plays.
    pub(crate) fn chord(&self) -> Option<[VoiceNote; VOICES]> {
        let transposed_semitones = self.transposed_semitones();
        let played = |voice: VoiceNote| VoiceNote {
            semitones: voice.semitones + transposed_semitones,
            ..voice
        };
        self.crossfade.chord().map(|voices| voices.map(played))
    }

    /// How much higher all is played than it is heard, or than its keys are.
    fn transposed_semitones(&self) -> f32 {
        12.0 * self.hop_controls.pitch_ratio.log2()
    }

    /// Whether what is heard comes of one voice, that of the mean of both sides.
    fn plays_the_mean(&self) -> bool {
        let Controls { bypass, mix, .. } = self.controls;
        !self.is_stereo && !bypass && mix > 0.0 && self.crossfade.has_target()
    }

    /// Whether each side is to have a voice of its own: a single channel has no sides, nor has what is played as one.
    fn wants_stereo(&self) -> bool {
        self.wanted.channels == Channels::Stereo
            && self.channels == 2
            && !self.crossfade.is_played_together(self.wanted.mode)
    }

    /// One sample of both channels; equal in where there is only one.
    fn frame(&mut self, input: [f32; 2]) -> [f32; 2] {
        if self.at_hop_start {
            self.play_on();
            self.take_controls();
        }
        self.hands.pass(1);
        let input = input.map(guard::normal);
        self.input_meter.take(input);
        self.cancellation.hear(input);

        let dry = [self.dry[0].push(input[0]), self.dry[1].push(input[1])];
        // There always is one: `latency` shows why, and a test that it is so at every rate.
        let (wet, presence) = self.scheduler.pull().unwrap_or_default();
        let width = self.width.advance();
        let wet = self.room.step(spread(wet, width), presence);
        let output = self.mixing.blend(dry, wet, presence).map(guard::bounded);
        self.output_meter.take(output);
        self.quiet.take(input);
        self.quiet.take(output);

        let gain = self.input_gain.advance();
        let heard = heard_by_lanes(input, width).map(|heard| guard::normal(heard * gain));
        let (crossfade, controls) = (&mut self.crossfade, &self.hop_controls);
        self.at_hop_start = self.scheduler.push(heard, |hops, translation| {
            crossfade.translate(controls, hops, translation);
        });
        if self.at_hop_start {
            let glides_rest = self.input_gain.rests() && self.width.rests() && self.mixing.rests();
            let settled = glides_rest && self.room.rests() && self.crossfade.is_settled();
            self.quiet.end_hop(settled);
        }
        output
    }

    /// At the start of a hop: what the player has played is listened to, and where nothing is played any more, gone on with.
    fn play_on(&mut self) {
        let transposed_semitones = self.transposed_semitones();
        let crossfade = &self.crossfade;
        self.hands
            .play_on(&self.wanted, transposed_semitones, |newest| {
                if crossfade.is_asleep() {
                    return None;
                }
                match crossfade.chord() {
                    Some(chord) => newest.of(&chord, 0, |key| key.velocity_db + key.louder_db),
                    None => of_one_voice(&crossfade.telemetry(), transposed_semitones),
                }
            });
    }

    /// At the start of a hop: what was asked for takes effect.
    fn take_controls(&mut self) {
        if self.wanted != self.controls || self.fresh {
            self.quiet.disturb();
            self.controls = self.wanted;
            self.hop_controls = HopControls {
                keys: self.hop_controls.keys,
                ..self.controls.for_chain()
            };
            let Controls {
                input_gain_db,
                room,
                room_size,
                ..
            } = self.controls;
            self.room.set(room, room_size, self.fresh);
            self.input_gain.go_to(db_to_gain(input_gain_db), self.fresh);
            self.mixing.set(&self.controls, self.fresh);
        }
        self.take_width();
        // A note makes no sound by itself, nor does an octave or a key: the path goes on resting with another one.
        self.hop_controls.note_semitones = self.wanted_note;
        self.hop_controls.auto_octave = self.beforehand.octave(&self.wanted);
        self.hop_controls.pitch.key = self.beforehand.key(&self.wanted);
        if !self.hands.rest() {
            self.quiet.disturb();
        }
        if let Some(keys) = self.hands.advance(&self.wanted) {
            self.hop_controls.keys = keys;
        }
        self.at_hop_start = false;
        self.fresh = false;
    }

    /// At the start of a hop: whether one lane runs or both. The second begins as a copy of the first, which nobody hears, and
    /// ends when it is heard no more.
    fn take_width(&mut self) {
        let wants_stereo = self.wants_stereo();
        if wants_stereo != self.is_stereo {
            self.quiet.disturb();
            self.is_stereo = wants_stereo;
            let goal = if wants_stereo { 1.0 } else { 0.0 };
            self.width.go_to(goal, self.fresh);
        }
        let lanes = if self.width.rests_at(0.0) { 1 } else { LANES };
        self.scheduler.run_lanes(lanes);
        self.crossfade.run_lanes(lanes);
    }
}
