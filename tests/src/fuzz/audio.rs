//! Blocks, controls, targets and resets decoded from bytes, given to the engine.

use std::cell::RefCell;
use std::sync::Arc;

use arbitrary::{Result, Unstructured};
use mynah_engine::{Control, Controls, Engine, EngineSpec, OUTPUT_BOUND, engine};
use mynah_models::testing::{random_base, random_target};
use mynah_models::{Base, Target};

use crate::alloc;
use crate::signal::Random;

/// Engines take long to make, so each thread keeps one for every rate.
const RATES_HZ: [f64; 6] = [
    48_000.0,
    44_100.0,
    8_000.0,
    96_000.0,
    192_000.0,
    47_952.047_952,
];
/// An input is over after so many samples.
const MOST_SAMPLES: usize = 3_000;
const LONGEST: usize = 1_024;

struct Bench {
    engines: Vec<Engine>,
    targets: Vec<Arc<Target>>,
    buffers: Vec<Vec<f32>>,
}

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::new(Bench::new());
}

impl Bench {
    fn new() -> Self {
        let base = Arc::new(Base::from_bytes(&random_base(1)).unwrap());
        let target = |seed| {
            let bytes = random_target(seed, &base);
            Arc::new(Target::from_bytes(&bytes, &base).unwrap())
        };
        let targets: Vec<Arc<Target>> = (1..4).map(target).collect();
        let made = RATES_HZ.map(|host_rate_hz| {
            let spec = EngineSpec::alone(host_rate_hz);
            engine(spec, Arc::clone(&base), None).unwrap().0
        });
        Self {
            engines: made.into(),
            targets,
            buffers: vec![vec![0.0; LONGEST]; 3],
        }
    }
}

/// A little of everything.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut random = Random::new(71);
    (0..12)
        .map(|_| (0..400).map(|_| random.bits() as u8).collect())
        .collect()
}

pub(super) fn run(bytes: &[u8]) -> bool {
    BENCH.with_borrow_mut(|bench| {
        let mut input = Unstructured::new(bytes);
        play(bench, &mut input).is_ok_and(|samples| samples > 0)
    })
}

/// Plays until the bytes are over; returns the number of samples.
fn play(bench: &mut Bench, input: &mut Unstructured<'_>) -> Result<usize> {
    let index = input.choose_index(bench.engines.len())?;
    let engine = &mut bench.engines[index];
    let latency = engine.latency_samples();
    // The inputs before leave nothing: the same bytes do the same thing again. Swaps that wait are taken at
    // a hop, so there is one before the first target is sent, and one after.
    let hop_samples = (RATES_HZ[index] * 128.0 / 48_000.0) as usize + 200;
    engine.set_controls(&Controls::neutral());
    for target in [None, Some(Arc::clone(&bench.targets[0]))] {
        engine.reset();
        if target.is_some() {
            engine.set_targets(target).unwrap();
        }
        bench.buffers[0].fill(0.0);
        engine.process(&mut [&mut bench.buffers[0][..hop_samples]]);
    }
    engine.reset();
    let mut samples = 0;
    // Without this, what is decoded of no more bytes is the first operation, for ever.
    while samples < MOST_SAMPLES && !input.is_empty() {
        match input.int_in_range(0..=9)? {
            0 | 1 => {
                let controls = controls(input)?;
                let ((), allocations) = alloc::count(|| engine.set_controls(&controls));
                assert_eq!(allocations, 0);
            }
            2 | 3 => {
                let target = input.choose_index(bench.targets.len() + 1)?;
                let target = bench.targets.get(target).map(Arc::clone);
                engine.set_targets(target).unwrap();
            }
            4 => engine.reset(),
            _ => samples += block(engine, &mut bench.buffers, input)?,
        }
        assert_eq!(engine.latency_samples(), latency);
    }
    Ok(samples)
}

/// Any bits at all where there should be a number.
fn controls(input: &mut Unstructured<'_>) -> Result<Controls> {
    let mut controls = Controls::neutral();
    for _ in 0..input.int_in_range(0..=4)? {
        controls.set(*input.choose(Control::ALL)?, input.arbitrary()?);
    }
    // Those are in range now; these are not.
    Ok(Controls {
        octave: input.arbitrary()?,
        mix: input.arbitrary()?,
        input_gain_db: input.arbitrary()?,
        drive: input.arbitrary()?,
        release_ms: input.arbitrary()?,
        ..controls
    })
}

/// One block of up to three channels of any length; returns how many samples were processed.
fn block(
    engine: &mut Engine,
    buffers: &mut [Vec<f32>],
    input: &mut Unstructured<'_>,
) -> Result<usize> {
    let channels = input.int_in_range(0..=buffers.len())?;
    let length = match input.int_in_range(0..=3)? {
        0 => 0,
        1 => 1,
        2 => input.int_in_range(0..=64)?,
        _ => input.int_in_range(0..=LONGEST)?,
    };
    let pattern: [f32; 4] = input.arbitrary()?;
    let scale = if input.arbitrary()? { 1.0 } else { 1e-38 };
    for (channel, buffer) in buffers.iter_mut().enumerate() {
        for (n, sample) in buffer.iter_mut().enumerate() {
            let ramp = (n % 97) as f32 / 97.0 - 0.5;
            *sample = if n % 5 == 4 {
                ramp * scale
            } else {
                pattern[(n + channel) % 4] * scale
            };
        }
    }
    let mut parts = buffers.iter_mut().map(|buffer| &mut buffer[..length]);
    let mut parts: [&mut [f32]; 3] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let ((), allocations) = alloc::count(|| engine.process(&mut parts[..channels]));
    assert_eq!(allocations, 0, "process called the allocator");
    for x in parts
        .iter()
        .take(channels.min(2))
        .flat_map(|part| part.iter())
    {
        assert!(
            x.is_finite() && !x.is_subnormal() && x.abs() <= OUTPUT_BOUND,
            "{x}"
        );
    }
    let meters = engine.meters();
    assert!(meters.input_peak.is_finite() && meters.output_peak <= OUTPUT_BOUND);
    Ok(if channels == 0 { 0 } else { length })
}
