#![allow(clippy::unwrap_used)]
use super::*;

const TRAINING: Training = Training {
    members: 3,
    hidden: 8,
    steps: 200,
    rate: 0.05,
    reach: 1.0,
    anchor: 0.1,
    decay: 0.1,
    seed: 1,
};

fn examples(count: usize, seed: u64) -> Vec<Example> {
    let mut chance = Chance(seed);
    let example = |_| {
        let input: Vec<f32> = (0..4).map(|_| chance.normal()).collect();
        // No line divides these.
        let answer = input[0] * input[1] > 0.0;
        Example { input, answer }
    };
    (0..count).map(example).collect()
}

fn right(members: &[SmallNetwork], examples: &[Example]) -> f32 {
    let rightly = examples.iter().filter(|example| {
        let said = members
            .iter()
            .map(|member| member.probability(&example.input));
        (said.sum::<f32>() / members.len() as f32 > 0.5) == example.answer
    });
    rightly.count() as f32 / examples.len() as f32
}

/// What is put in, and the answers.
fn tensors(examples: &[Example]) -> [Tensor; 2] {
    let rows: Vec<f32> = examples.iter().flat_map(|e| e.input.clone()).collect();
    let answers = examples.iter().map(|e| f32::from(u8::from(e.answer)));
    let answers: Vec<f32> = answers.collect();
    let inputs = examples[0].input.len();
    [
        Tensor::from_vec(rows, (examples.len(), inputs), &Device::Cpu).unwrap(),
        Tensor::from_vec(answers, examples.len(), &Device::Cpu).unwrap(),
    ]
}

#[test]
fn what_no_line_divides_is_learnt() {
    let members = train(&examples(200, 1), &TRAINING).unwrap();
    assert!(right(&members, &examples(300, 2)) > 0.85);
}

#[test]
fn the_same_seed_gives_the_same_networks() {
    let examples = examples(20, 3);
    let members = train(&examples, &TRAINING).unwrap();
    assert_eq!(members, train(&examples, &TRAINING).unwrap());
    let other = Training {
        seed: 2,
        ..TRAINING
    };
    assert_ne!(members, train(&examples, &other).unwrap());
}

#[test]
fn what_is_trained_is_what_is_asked_later() {
    let device = Device::Cpu;
    let mut chance = Chance(4);
    let member = Member::new(4, &TRAINING, &mut chance, &device).unwrap();
    let examples = examples(16, 5);
    let [rows, answers] = tensors(&examples);
    let weights = Tensor::ones(16, candle_core::DType::F32, &device).unwrap();
    member.learn(&rows, &answers, &weights, &TRAINING).unwrap();
    let said: Vec<f32> = member.probabilities(&rows).unwrap().to_vec1().unwrap();
    let network = member.network().unwrap();
    for (example, said) in examples.iter().zip(said) {
        assert!((network.probability(&example.input) - said).abs() < 1e-5);
    }
}

#[test]
fn gradients_are_those_of_differences() {
    let device = Device::Cpu;
    let mut chance = Chance(6);
    let member = Member::new(4, &TRAINING, &mut chance, &device).unwrap();
    member
        .outer
        .set(&Tensor::from_vec(vec![0.3f32; 8], 8, &device).unwrap())
        .unwrap();
    let examples = examples(6, 7);
    let [rows, answers] = tensors(&examples);
    let weights = Tensor::from_vec(vec![0.5f32, 1.0, 2.0, 0.1, 1.0, 0.7], 6, &device).unwrap();
    let loss = || member.loss(&rows, &answers, &weights, &TRAINING).unwrap();
    let gradients = loss().backward().unwrap();
    for var in [&member.inner, &member.inner_bias, &member.outer] {
        let gradient: Vec<f32> = gradients
            .get(var)
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1()
            .unwrap();
        let values: Vec<f32> = var.flatten_all().unwrap().to_vec1().unwrap();
        for (n, gradient) in gradient.iter().enumerate() {
            let at = |step: f32| {
                let mut moved = values.clone();
                moved[n] += step;
                var.set(&Tensor::from_vec(moved, var.shape(), &device).unwrap())
                    .unwrap();
                loss().to_scalar::<f32>().unwrap()
            };
            let difference = (at(0.01) - at(-0.01)) / 0.02;
            at(0.0);
            assert!(
                (difference - gradient).abs() < 5e-3,
                "{difference} and {gradient}"
            );
        }
    }
}
