#![allow(clippy::unwrap_used)]
use super::*;

fn tables() -> RealnessTables {
    let member = |sign: f32| SmallNetwork {
        inner: vec![sign, 0.0, 0.0, 0.5],
        inner_bias: vec![0.0, 0.25],
        outer: vec![2.0, -1.0],
        outer_bias: 0.5,
    };
    RealnessTables {
        mean: vec![1.0, -2.0],
        deviation: vec![0.5, 4.0],
        members: vec![member(1.0), member(-1.0)],
    }
}

fn file(tables: &RealnessTables) -> Vec<u8> {
    realness_file(tables, &["A player (CC0)".to_owned()], "CC0-1.0")
}

#[test]
fn a_file_holds_what_was_written() {
    let read = Realness::from_bytes(&file(&tables())).unwrap();
    assert_eq!(*read.tables(), tables());
    assert_eq!(read.info().credits, ["A player (CC0)"]);
    assert_eq!(read.info().licence, "CC0-1.0");
}

#[test]
fn answers_are_those_of_the_formula() {
    let tables = tables();
    let standardized = tables.standardized(&[2.0, 2.0]);
    assert_eq!(standardized, [2.0, 1.0]);
    let odds = |sign: f32| 0.5 + 2.0 * (2.0 * sign).tanh() - 0.75f32.tanh();
    let logistic = |x: f32| 1.0 / (1.0 + (-x).exp());
    let wanted = 0.5 * (logistic(odds(1.0)) + logistic(odds(-1.0)));
    assert!((tables.probability(&standardized) - wanted).abs() < 1e-6);
}

#[test]
fn what_is_no_realness_file_is_refused() {
    let mut flat = tables();
    flat.deviation[1] = 0.0;
    let error = Realness::from_bytes(&file(&flat)).unwrap_err();
    assert!(
        matches!(error, ModelFileError::BadRealness { .. }),
        "{error}"
    );
    let mut none = tables();
    none.members.clear();
    assert!(Realness::from_bytes(&file(&none)).is_err());
    let mut broken = file(&tables());
    let last = broken.len() - 1;
    broken[last] ^= 1;
    assert!(Realness::from_bytes(&broken).is_err());
}
