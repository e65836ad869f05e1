//! Blocks, controls, targets, keys and resets decoded from bytes, given to engines of both kinds.

use std::cell::RefCell;
use std::sync::Arc;

use arbitrary::{Result, Unstructured};
use mynah_engine::{
    Control, Controls, Engine, EngineSpec, KeyEvent, NoteAddress, NoteExpression, OUTPUT_BOUND,
    Plays, engine,
};
use mynah_models::testing::{random_base, random_target};
use mynah_models::{Base, Target};

use crate::alloc;
use crate::signal::Random;

/// Engines take long to make, so each thread keeps these.
const ENGINES: [(f64, Plays); 9] = [
    (48_000.0, Plays::Sound),
    (44_100.0, Plays::Sound),
    (8_000.0, Plays::Sound),
    (96_000.0, Plays::Sound),
    (192_000.0, Plays::Sound),
    (47_952.047_952, Plays::Sound),
    (48_000.0, Plays::Keys),
    (44_100.0, Plays::Keys),
    (192_000.0, Plays::Keys),
];
/// An input is over after so many samples.
const MOST_SAMPLES: usize = 3_000;
const LONGEST: usize = 1_024;
/// Now and then so many keys come at once.
const BURST: usize = 1_000;

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
        let made = ENGINES.map(|(host_rate_hz, plays)| {
            let spec = EngineSpec {
                plays,
                ..EngineSpec::alone(host_rate_hz)
            };
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
        .map(|_| (0..800).map(|_| random.bits() as u8).collect())
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
    let hop_samples = (ENGINES[index].0 * 128.0 / 48_000.0) as usize + 200;
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
        match input.int_in_range(0..=12)? {
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
            5..=7 => keys(engine, input)?,
            _ => samples += block(engine, &mut bench.buffers, input)?,
        }
        assert_eq!(engine.latency_samples(), latency);
    }
    Ok(samples)
}

/// What a keyboard may say, or one thing a thousand times. An engine that plays a sound does not listen.
fn keys(engine: &mut Engine, input: &mut Unstructured<'_>) -> Result<()> {
    let burst = input.ratio(1, 16)?;
    for _ in 0..input.int_in_range(0..=8)? {
        let event = key(input)?;
        let ((), allocations) = alloc::count(|| {
            (0..if burst { BURST } else { 1 }).for_each(|_| engine.take_key(&event));
        });
        assert_eq!(allocations, 0, "{event:?}");
    }
    Ok(())
}

fn key(input: &mut Unstructured<'_>) -> Result<KeyEvent> {
    let channel = input.arbitrary()?;
    Ok(match input.int_in_range(0..=9)? {
        0..=2 => KeyEvent::On {
            id: input.arbitrary()?,
            channel,
            key: input.arbitrary()?,
            velocity: value(input)?,
        },
        3 | 4 => KeyEvent::Off(address(input)?),
        5 => KeyEvent::Choke(address(input)?),
        6 => KeyEvent::Expression(address(input)?, expression(input)?),
        7 => KeyEvent::Bend {
            channel,
            value: value(input)?,
        },
        8 => KeyEvent::Pressure {
            channel,
            value: value(input)?,
        },
        _ => KeyEvent::Controller {
            channel,
            number: input.arbitrary()?,
            value: value(input)?,
        },
    })
}

fn address(input: &mut Unstructured<'_>) -> Result<NoteAddress> {
    Ok(NoteAddress {
        id: input.arbitrary()?,
        channel: input.arbitrary()?,
        key: input.arbitrary()?,
    })
}

fn expression(input: &mut Unstructured<'_>) -> Result<NoteExpression> {
    let kind = input.int_in_range(0..=4)?;
    let value = value(input)?;
    Ok(match kind {
        0 => NoteExpression::Tuning(value),
        1 => NoteExpression::Volume(value),
        2 => NoteExpression::Vibrato(value),
        3 => NoteExpression::Expression(value),
        _ => NoteExpression::Pressure(value),
    })
}

/// Mostly 0 to 1.
fn value(input: &mut Unstructured<'_>) -> Result<f32> {
    if input.ratio(3, 4)? {
        Ok(f32::from(input.arbitrary::<u8>()?) / 255.0)
    } else {
        input.arbitrary()
    }
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
