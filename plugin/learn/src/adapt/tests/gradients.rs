//! The tape against candle, and against itself moved a little.

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{VarBuilder, VarMap};
use mynah_models::reference;

use super::super::adaptation::{Adaptation, OUTPUTS};
use super::super::loss::{Distance, gradient};
use super::super::phrases::Phrase;
use super::super::tape::{Packed, Tape};
use super::super::trunk::Trunk;
use super::{Architecture, Tensors, made, rows, small, target, trunk};

const FRAMES: usize = 60;
const CONTEXT: usize = 10;

/// Tensors as candle's, that a gradient can be had of.
fn vars(tensors: &Tensors) -> (VarMap, VarBuilder<'static>) {
    let map = VarMap::new();
    for (name, tensor) in tensors.sorted() {
        let values =
            Tensor::from_vec(tensor.values.clone(), tensor.shape.clone(), &Device::Cpu).unwrap();
        let var = Var::from_tensor(&values).unwrap();
        map.data().lock().unwrap().insert(name.to_owned(), var);
    }
    let vb = VarBuilder::from_varmap(&map, DType::F32, &Device::Cpu);
    (map, vb)
}

fn candle_made(
    architecture: &Architecture,
    base: &Tensors,
    target: VarBuilder,
    rows: &[f32],
) -> Tensor {
    let (_, vb) = vars(base);
    let translator = reference::Translator::new(architecture, vb.pp("translator")).unwrap();
    let target = reference::Target::new(architecture, target).unwrap();
    let inputs = architecture.translator_inputs();
    let rows = Tensor::from_slice(rows, (rows.len() / inputs, inputs), &Device::Cpu).unwrap();
    let rows = rows.t().unwrap().contiguous().unwrap();
    let hidden = translator
        .forward(&rows.unsqueeze(0).unwrap(), &target)
        .unwrap();
    target.envelopes(&hidden).unwrap()
}

/// Phrase and target of which some envelopes are beyond their range.
fn setting(architecture: &Architecture) -> (Trunk, Tensors, Tensors, Phrase) {
    let (trunk, base) = trunk(architecture);
    let mut tensors = target(architecture, 5);
    let mut bias = vec![0.1; OUTPUTS];
    bias[..8].fill(8.0);
    tensors.insert("head.bias".to_owned(), vec![OUTPUTS], bias);
    let truth = Adaptation::from_tensors(trunk.sizes(), &target(architecture, 6)).unwrap();
    let rows = rows(FRAMES, trunk.inputs(), 3);
    let wanted = made(&trunk, &truth, &rows);
    let weights: Vec<f32> = (0..FRAMES).map(|frame| (frame % 4) as f32).collect();
    let phrase = Phrase::new(&trunk, vec![rows], &wanted, &weights).unwrap();
    (trunk, base, tensors, phrase)
}

fn loss_and_gradient(trunk: &Trunk, at: &Adaptation, phrase: &Phrase) -> (f64, Adaptation) {
    let stretch = phrase.stretch(0, CONTEXT, FRAMES, CONTEXT);
    let packed = Packed::new(trunk.instructions, at);
    let (mut tape, mut d_made) = (Tape::default(), Vec::new());
    let made = tape.forward(trunk, &packed, stretch.rows, stretch.context);
    let apart = Distance::of(made, &stretch).mean();
    gradient(made, &stretch, 1.0, &mut d_made);
    let mut out = Adaptation::zeros(trunk.sizes());
    tape.backward(trunk, &packed, &d_made, &mut out);
    (apart, out)
}

#[test]
fn frames_are_those_of_the_reference() {
    for architecture in [small(), Architecture::default()] {
        let (trunk, base, tensors, phrase) = setting(&architecture);
        let adaptation = Adaptation::from_tensors(trunk.sizes(), &tensors).unwrap();
        let stretch = phrase.stretch(0, 0, FRAMES, 0);
        let own = made(&trunk, &adaptation, stretch.rows);
        let (_, vb) = vars(&tensors);
        let theirs = candle_made(&architecture, &base, vb, stretch.rows);
        let theirs = theirs.to_vec2::<f32>().unwrap();
        assert_eq!(own.len(), theirs.len());
        for (own, theirs) in own.iter().flatten().zip(theirs.iter().flatten()) {
            let own = own.clamp(-14.0, 8.0);
            assert!((own - theirs).abs() < 1e-5, "{own} is not {theirs}");
        }
    }
}

#[test]
fn the_gradient_is_candles() {
    for architecture in [small(), Architecture::default()] {
        let (trunk, base, tensors, phrase) = setting(&architecture);
        let adaptation = Adaptation::from_tensors(trunk.sizes(), &tensors).unwrap();
        let (apart, own) = loss_and_gradient(&trunk, &adaptation, &phrase);

        let stretch = phrase.stretch(0, CONTEXT, FRAMES, CONTEXT);
        let (map, vb) = vars(&tensors);
        let theirs = candle_made(&architecture, &base, vb, stretch.rows);
        let counted = FRAMES - CONTEXT;
        let theirs = theirs.narrow(0, CONTEXT, counted).unwrap();
        let wanted = stretch.wanted.as_flattened();
        let wanted = Tensor::from_slice(wanted, (counted, OUTPUTS), &Device::Cpu).unwrap();
        let weights = Tensor::from_slice(stretch.weights, (counted, 1), &Device::Cpu).unwrap();
        let total: f32 = stretch.weights.iter().sum();
        let loss = (theirs - wanted).unwrap().abs().unwrap();
        let loss = loss.broadcast_mul(&weights).unwrap().sum_all().unwrap();
        let loss = (loss / f64::from(total * OUTPUTS as f32)).unwrap();
        let value = f64::from(loss.to_scalar::<f32>().unwrap());
        assert!(
            (value - apart).abs() < 1e-5 * apart,
            "{apart} is not {value}"
        );

        let gradients = loss.backward().unwrap();
        let data = map.data().lock().unwrap();
        for (name, own) in own.tensors().sorted() {
            let theirs = gradients.get(data[name].as_tensor()).unwrap();
            let theirs = theirs.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let largest = theirs.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
            assert!(largest > 0.0);
            for (own, theirs) in own.values.iter().zip(theirs) {
                assert!(
                    (own - theirs).abs() < 2e-4 * largest,
                    "{name}: {own} is not {theirs} (largest {largest})"
                );
            }
        }
    }
}

#[test]
fn the_gradient_is_how_the_distance_changes() {
    let (trunk, _, tensors, phrase) = setting(&small());
    let at = Adaptation::from_tensors(trunk.sizes(), &tensors).unwrap();
    let (_, gradient) = loss_and_gradient(&trunk, &at, &phrase);
    // Along the gradient of each tensor by itself.
    for (name, own) in gradient.tensors().sorted() {
        let square: f64 = own.values.iter().map(|g| f64::from(*g).powi(2)).sum();
        let reach = (1e-3 / square.sqrt()) as f32;
        let [before, after] = [-reach, reach].map(|reach| {
            let mut tensors = at.tensors();
            let (_, tensor) = at
                .tensors()
                .sorted()
                .into_iter()
                .find(|(n, _)| *n == name)
                .map(|(n, t)| (n.to_owned(), t.clone()))
                .unwrap();
            let moved = tensor
                .values
                .iter()
                .zip(&own.values)
                .map(|(x, g)| x + reach * g);
            tensors.insert(name.to_owned(), tensor.shape, moved.collect());
            let moved = Adaptation::from_tensors(trunk.sizes(), &tensors).unwrap();
            loss_and_gradient(&trunk, &moved, &phrase).0
        });
        let change = (after - before) / f64::from(2.0 * reach);
        assert!(
            (change - square).abs() < 0.02 * square,
            "{name}: {change} is not {square}"
        );
    }
}
