//! The same networks through the streaming kernel and through plain candle operations, and how near the kernel comes to
//! the core's peak, all on one thread.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result};
use mynah_models::reference::Stepwise;
use mynah_models::testing::{random_base_with, random_target};
use mynah_models::{Base, FRAME_SAMPLES, SAMPLE_RATE_HZ, Target};
use serde::Serialize;

use super::allocator::bytes_of;
use super::stages::{NETWORKS, StageTime};

/// Frames that candle computes.
const CANDLE_FRAMES: usize = 200;
const PASSES: usize = 3;
/// Size of the square matrices whose product is the core's peak.
const PEAK_SIZE: usize = 512;

/// The networks of a frame (256 samples): encoder, onset network, translator with its head, generator.
#[derive(Serialize)]
pub(super) struct NetworkTimes {
    /// Multiplications with additions per second of sound, in millions.
    pub(super) mmacs_per_second: f64,
    /// The streaming kernel, transforms of the sub-bands and activations included.
    pub(super) kernel_us_per_frame: f64,
    /// Plain candle operations, a frame at a time, without those transforms.
    pub(super) candle_us_per_frame: f64,
    pub(super) x_faster_than_candle: f64,
    /// What one core does in a product of large matrices (candle's `gemm`), in thousand millions a second.
    pub(super) gemm_peak_gmacs: f64,
    /// What the kernel does over the networks' layers, as a share of that.
    pub(super) share_of_gemm_peak: f64,
    /// Bytes of a base's weights in memory, shared by all instances.
    pub(super) weights_bytes: u64,
}

/// Measures both with random weights of the architecture of `base`; `stages` are the kernel's times.
///
/// # Errors
/// candle fails, or no thread can be started.
pub(super) fn measure(base: &Base, stages: &[StageTime]) -> Result<NetworkTimes> {
    let base_file = random_base_with(&base.info().architecture, 1);
    let (weights_bytes, base) = bytes_of(|| Base::from_bytes(&base_file));
    let base = base?;
    let target_file = random_target(2, &base);
    let target = Target::from_bytes(&target_file, &base)?;
    // candle's operations use as many threads as their pool has.
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .context("cannot start a thread")?;
    let (candle_us, gemm_peak_gmacs) = alone.install(|| -> Result<(f64, f64)> {
        let mut networks = Stepwise::from_bytes(&base_file, &target_file)?;
        let candle_us = shortest_us(|| {
            for _ in 0..CANDLE_FRAMES {
                black_box(networks.frame()?);
            }
            Ok(())
        })? / CANDLE_FRAMES as f64;
        Ok((candle_us, gemm_peak_gmacs()?))
    })?;
    let hops_per_frame = (FRAME_SAMPLES / mynah_models::HOP_SAMPLES) as f64;
    let kernel_us: f64 = stages
        .iter()
        .filter(|stage| NETWORKS.contains(&stage.name))
        .map(|stage| stage.us_per_hop * hops_per_frame)
        .sum();
    let macs_per_second = base.macs_per_second(&target) as f64;
    let frames_per_second = f64::from(SAMPLE_RATE_HZ) / FRAME_SAMPLES as f64;
    let kernel_gmacs = macs_per_second / frames_per_second / kernel_us * 1e-3;
    Ok(NetworkTimes {
        mmacs_per_second: macs_per_second * 1e-6,
        kernel_us_per_frame: kernel_us,
        candle_us_per_frame: candle_us,
        x_faster_than_candle: candle_us / kernel_us,
        gemm_peak_gmacs,
        share_of_gemm_peak: kernel_gmacs / gemm_peak_gmacs,
        weights_bytes,
    })
}

fn gemm_peak_gmacs() -> Result<f64> {
    use candle_core::{Device, Tensor};
    let matrix = Tensor::full(0.5_f32, (PEAK_SIZE, PEAK_SIZE), &Device::Cpu)?;
    let us = shortest_us(|| {
        black_box(matrix.matmul(&matrix)?);
        Ok(())
    })?;
    Ok((PEAK_SIZE as f64).powi(3) / us * 1e-3)
}

/// The shortest of a few passes after one to warm up.
fn shortest_us(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    work()?;
    let mut shortest_us = f64::MAX;
    for _ in 0..PASSES {
        let started = Instant::now();
        work()?;
        shortest_us = shortest_us.min(started.elapsed().as_secs_f64() * 1e6);
    }
    Ok(shortest_us)
}
