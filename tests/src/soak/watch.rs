//! What is asked of every sample that comes out.

use mynah_engine::{Controls, OUTPUT_BOUND};

/// Time after which bypass has been glided into, seconds: 20 ms, and the hop until it begins.
const BYPASS_SETTLES_S: f64 = 0.025;
/// Time after the end of the input at which the output is over as well, seconds. The engine stops half a
/// second after both are below -96 dBFS.
const SILENCE_SETTLES_S: f64 = 4.0;
/// Level is looked at over this long, seconds.
const WINDOW_S: f64 = 0.5;
/// Windows of the past that what sounds now may come from.
const WINDOWS: usize = 8;
/// How far the level may be above the highest sample that went in, gains apart.
const RUNAWAY: f64 = 8.0;

/// The past of one engine, as far as it matters for what may come out.
pub struct Watch {
    rate_hz: f64,
    /// The dry signal on its way.
    dry: [Vec<f32>; 2],
    place: usize,
    bypassed_samples: u64,
    silent_samples: u64,
    window: Window,
    /// Highest input times gain of the windows before.
    peaks: [f64; WINDOWS],
}

#[derive(Default)]
struct Window {
    samples: u64,
    power: f64,
    peak: f64,
}

impl Watch {
    /// Of an engine that has just been made.
    pub fn new(rate_hz: f64, latency_samples: u32) -> Self {
        let line = vec![0.0; latency_samples as usize];
        Self {
            rate_hz,
            dry: [line.clone(), line],
            place: 0,
            bypassed_samples: 0,
            silent_samples: 0,
            window: Window::default(),
            peaks: [0.0; WINDOWS],
        }
    }

    /// The engine has been reset: no sound is under way any more, and controls are there at once. The
    /// networks run for half a second before they rest again.
    pub fn reset(&mut self) {
        for line in &mut self.dry {
            line.fill(0.0);
        }
        self.bypassed_samples = u64::from(u32::MAX);
        self.silent_samples = 0;
    }

    /// Compares a block; the texts are for whoever looks for the fault.
    pub fn check(
        &mut self,
        controls: &Controls,
        input: [&[f32]; 2],
        output: [&[f32]; 2],
    ) -> Result<(), String> {
        let gain = |db: f32| 10.0f64.powf(f64::from(db) / 20.0);
        let gain = gain(controls.input_gain_db.max(0.0)) * gain(controls.output_gain_db.max(0.0));
        for n in 0..input[0].len() {
            let input = [input[0][n], input[1][n]].map(normal);
            let output = [output[0][n], output[1][n]];
            for x in output {
                if !x.is_finite() || x.is_subnormal() || x.abs() > OUTPUT_BOUND {
                    return Err(format!("{x} came out at sample {n} of a block"));
                }
            }
            let dry = self.delay(input);
            self.follow(controls.bypass, input);
            let settled = |samples: u64, after_s: f64| samples as f64 > after_s * self.rate_hz;
            if settled(self.bypassed_samples, BYPASS_SETTLES_S) {
                let expected = dry.map(|x| x.clamp(-OUTPUT_BOUND, OUTPUT_BOUND));
                if output != expected {
                    return Err(format!(
                        "bypass gives {output:?} instead of {expected:?}: the latency has drifted"
                    ));
                }
            }
            if settled(self.silent_samples, SILENCE_SETTLES_S) && output != [0.0; 2] {
                return Err(format!("{output:?} after {SILENCE_SETTLES_S} s of silence"));
            }
            self.measure(input, output, gain)?;
        }
        Ok(())
    }

    fn delay(&mut self, input: [f32; 2]) -> [f32; 2] {
        let mut late = [0.0; 2];
        for ((line, late), input) in self.dry.iter_mut().zip(&mut late).zip(input) {
            *late = std::mem::replace(&mut line[self.place], input);
        }
        self.place = (self.place + 1) % self.dry[0].len();
        late
    }

    fn follow(&mut self, bypass: bool, input: [f32; 2]) {
        self.bypassed_samples = if bypass {
            self.bypassed_samples.saturating_add(1)
        } else {
            0
        };
        self.silent_samples = if input == [0.0; 2] {
            self.silent_samples + 1
        } else {
            0
        };
    }

    fn measure(&mut self, input: [f32; 2], output: [f32; 2], gain: f64) -> Result<(), String> {
        let window = &mut self.window;
        let peak = f64::from(input[0].abs().max(input[1].abs())) * gain;
        window.peak = window.peak.max(peak);
        window.power += output.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / 2.0;
        window.samples += 1;
        if (window.samples as f64) < WINDOW_S * self.rate_hz {
            return Ok(());
        }
        let level = (window.power / window.samples as f64).sqrt();
        self.peaks.rotate_right(1);
        self.peaks[0] = window.peak;
        *window = Window::default();
        let highest = self.peaks.iter().copied().fold(0.0, f64::max);
        if level > RUNAWAY * highest.max(1e-5) {
            return Err(format!(
                "runaway: a level of {level} out of at most {highest} in the last seconds"
            ));
        }
        Ok(())
    }
}

fn normal(sample: f32) -> f32 {
    if sample.is_finite() && !sample.is_subnormal() {
        sample
    } else {
        0.0
    }
}
