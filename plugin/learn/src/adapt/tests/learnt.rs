//! What is learnt, and that it is learnt again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::{ContentNoise, Ended, Learning, Options, start};
use super::{Adaptation, Phrase, QUIET, Trunk, made, phrases, rows, small, target, trunk};

static ON: AtomicBool = AtomicBool::new(false);

fn setting() -> (Trunk, Adaptation, Vec<Phrase>, Vec<Phrase>) {
    let (trunk, _) = trunk(&small());
    let known = |seed| Adaptation::from_tensors(trunk.sizes(), &target(&small(), seed)).unwrap();
    let (from, truth) = (known(7), known(8));
    let mut phrases = phrases(&trunk, &truth, 6, 200);
    let held_out = phrases.split_off(5);
    (trunk, from, phrases, held_out)
}

fn options() -> Options {
    Options {
        batch: 3,
        stretch_frames: 64,
        content_noise: 0.05,
        steps_per_report: 10,
        ..Options::default()
    }
}

/// Sets the flag once so many steps are taken.
fn run_to(learning: &mut Learning, step: u64) -> Ended {
    let stop = AtomicBool::new(false);
    learning.run(None, &stop, |progress| {
        stop.store(progress.step >= step, Ordering::Relaxed);
    })
}

#[test]
fn a_refitted_head_is_the_true_one_where_the_vectors_are() {
    let (trunk, _, learnt, held_out) = setting();
    let truth = target(&small(), 8);
    // The truth with another's head.
    let mut candidate = truth.clone();
    for (name, tensor) in target(&small(), 9).sorted() {
        if name.starts_with("head.") {
            candidate.insert(name.to_owned(), tensor.shape.clone(), tensor.values.clone());
        }
    }
    let start = start(&trunk, &learnt, &held_out, &[&candidate], QUIET).unwrap();
    assert!(start.tried[0].as_it_is > 0.1);
    assert!(start.held_out < 1e-3, "{}", start.held_out);
}

#[test]
fn the_nearest_candidate_is_taken_and_its_refitted_head_is_nearer() {
    let (trunk, from, learnt, held_out) = setting();
    let [far, near] = [from.tensors(), target(&small(), 8)];
    let start = start(&trunk, &learnt, &held_out, &[&far, &near], QUIET).unwrap();
    assert_eq!(start.candidate, 1);
    let [far, near] = start.tried[..] else {
        panic!("two were tried");
    };
    assert!(far.refitted < 0.7 * far.as_it_is, "{far:?}");
    assert!(
        near.refitted <= near.as_it_is && near.refitted < 1e-5,
        "{near:?}"
    );
    assert_eq!(start.held_out, near.refitted);
}

#[test]
fn under_noise_the_head_relies_less_on_the_content() {
    let (trunk, from, learnt, held_out) = setting();
    // How far the envelopes go when the content alone becomes another.
    let reliance = |deviation| {
        let noise = ContentNoise { deviation, seed: 3 };
        let from = from.tensors();
        let start = start(&trunk, &learnt, &held_out, &[&from], noise).unwrap();
        let mut rows = rows(200, trunk.inputs(), 100);
        let before = made(&trunk, &start.adaptation, &rows);
        for row in rows.chunks_mut(trunk.inputs()) {
            row[..trunk.latent()].iter_mut().for_each(|z| *z = -*z);
        }
        let after = made(&trunk, &start.adaptation, &rows);
        let apart = before.iter().flatten().zip(after.iter().flatten());
        apart.map(|(a, b)| (a - b).abs()).sum::<f32>()
    };
    let (quiet, noisy) = (reliance(0.0), reliance(1.5));
    assert!(noisy < 0.8 * quiet, "{quiet} became {noisy}");
}

#[test]
fn held_out_frames_come_much_nearer() {
    let (trunk, from, learnt, held_out) = setting();
    let start = start(&trunk, &learnt, &held_out, &[&from.tensors()], QUIET).unwrap();
    let options = Options {
        rate: 1e-2,
        pull: 0.0,
        content_noise: 0.0,
        ..options()
    };
    let mut learning =
        Learning::new(&trunk, &learnt, &held_out, &start.adaptation, options).unwrap();
    assert_eq!(learning.best_held_out(), start.held_out);
    assert_eq!(run_to(&mut learning, 600), Ended::Stopped);
    let (before, after) = (start.held_out, learning.best_held_out());
    assert!(after < 0.35 * before, "{before} became {after}");
    assert!(after < 0.1 * start.tried[0].as_it_is);
    let again = Learning::new(&trunk, &learnt, &held_out, learning.best(), options).unwrap();
    assert_eq!(again.best_held_out(), after);
}

#[test]
fn what_is_drawn_back_stays_nearer_to_its_start() {
    let (trunk, from, learnt, held_out) = setting();
    let moved = |pull| {
        let options = Options { pull, ..options() };
        let mut learning = Learning::new(&trunk, &learnt, &held_out, &from, options).unwrap();
        run_to(&mut learning, 100);
        let best = learning.best();
        let values = best.values().iter().zip(from.values());
        values.map(|(a, b)| (a - b).abs()).sum::<f32>()
    };
    let (free, drawn) = (moved(0.0), moved(100.0));
    assert!(drawn > 0.0 && drawn < 0.3 * free, "{drawn}, {free}");
}

#[test]
fn it_goes_on_to_the_bit_where_it_was_interrupted() {
    let (trunk, from, learnt, held_out) = setting();
    let new = || Learning::new(&trunk, &learnt, &held_out, &from, options()).unwrap();
    let mut whole = new();
    run_to(&mut whole, 60);
    let mut first = new();
    // Between two reports.
    for _ in 0..27 {
        first.step();
    }
    let saved = first.saved();
    let mut second = Learning::resume(&trunk, &learnt, &held_out, &saved, options()).unwrap();
    assert_eq!(second.steps(), 27);
    run_to(&mut second, 60);
    assert_eq!(whole.steps(), second.steps());
    assert_eq!(whole.saved(), second.saved());
}

#[test]
fn a_seed_gives_the_same_for_any_number_of_threads_and_another_gives_another() {
    let (trunk, from, learnt, held_out) = setting();
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let start = start(&trunk, &learnt, &held_out, &[&from.tensors()], QUIET).unwrap();
            let options = Options { seed, ..options() };
            let mut learning =
                Learning::new(&trunk, &learnt, &held_out, &start.adaptation, options).unwrap();
            run_to(&mut learning, 20);
            learning.saved()
        })
    };
    let one = run(1, 1);
    assert_eq!(one, run(3, 1));
    assert_ne!(one, run(1, 2));
}

#[test]
fn a_flag_stops_it_and_the_best_is_kept() {
    let (trunk, from, learnt, held_out) = setting();
    // So high a rate that it only becomes worse.
    let options = Options {
        rate: 30.0,
        pull: 0.0,
        ..options()
    };
    let mut learning = Learning::new(&trunk, &learnt, &held_out, &from, options).unwrap();
    let before = learning.best_held_out();
    let mut reports = Vec::new();
    let stop = AtomicBool::new(false);
    let ended = learning.run(None, &stop, |progress| {
        reports.push(*progress);
        stop.store(reports.len() == 2, Ordering::Relaxed);
    });
    assert_eq!(ended, Ended::Stopped);
    assert_eq!(learning.steps(), 20);
    assert!(
        reports
            .iter()
            .all(|r| r.held_out > before && r.best == before)
    );
    assert_eq!(learning.best(), &from);
    assert_eq!(learning.run(None, &stop, |_| {}), Ended::Stopped);
    assert_eq!(learning.steps(), 20);
}

#[test]
fn it_ends_by_itself_when_nothing_comes_nearer() {
    let (trunk, _, learnt, held_out) = setting();
    let truth = Adaptation::from_tensors(trunk.sizes(), &target(&small(), 8)).unwrap();
    let options = Options {
        patience: 2,
        drops: 3,
        ..options()
    };
    let mut learning = Learning::new(&trunk, &learnt, &held_out, &truth, options).unwrap();
    let mut reports = 0;
    assert_eq!(learning.run(None, &ON, |_| reports += 1), Ended::Settled);
    assert_eq!(reports, 6);
    assert_eq!(learning.best(), &truth);
    assert_eq!(learning.run(None, &ON, |_| {}), Ended::Settled);
}

#[test]
fn no_time_is_no_step() {
    let (trunk, from, learnt, held_out) = setting();
    let mut learning = Learning::new(&trunk, &learnt, &held_out, &from, options()).unwrap();
    let ended = learning.run(Some(Duration::ZERO), &ON, |_| {});
    assert_eq!((ended, learning.steps()), (Ended::OutOfTime, 0));
}
