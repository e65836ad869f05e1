//! `mynah-lab bench`: its JSON keys, and that the audio path allocates nothing.
#![allow(clippy::unwrap_used)]

mod common;

use common::json;

#[test]
fn bench_reports_its_keys_and_no_allocation() {
    let bench = json(&["bench", "--json", "--seconds", "1", "--target", "flute"]);
    for key in [
        "mmacs_per_second",
        "kernel_us_per_frame",
        "candle_us_per_frame",
        "x_faster_than_candle",
        "gemm_peak_gmacs",
        "share_of_gemm_peak",
        "weights_bytes",
    ] {
        assert!(bench["networks"][key].as_f64().unwrap() > 0.0, "{key}");
    }
    for key in ["bytes_per_instance", "bytes_per_instrument"] {
        assert!(bench[key].as_u64().unwrap() > 100_000, "{key}");
    }
    assert_eq!(bench["allocations"], 0);
    assert!(bench["stages"].as_array().unwrap().len() >= 5);
}
