//! Processes sound while the kernel kills this program at any system call but `write` (seccomp), then writes one line.
//! A display watches, so that every hop is timed and reported.
//! Started by `tests/system_calls.rs`. With the argument `allocate` it also asks for memory, which must kill it.
#![deny(unsafe_code)]

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("system calls can be forbidden on Linux only");
    std::process::exit(1);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::hint::black_box;
    use std::io::Write;

    use mynah_engine::{Controls, EngineSpec, Library, Mode, engine};
    use mynah_tests::signal::melody;
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    /// More than any allocator keeps at hand: it has to ask the system.
    const LARGE_BYTES: usize = 256 << 20;

    pub(super) fn main() {
        let allocates = std::env::args().any(|argument| argument == "allocate");
        let library = Library::shipped();
        let base = library.base().expect("the shipped base");
        let targets: Vec<_> = library
            .entries()
            .iter()
            .map(|entry| library.load(&entry.into()).expect("a shipped target"))
            .collect();
        let mut engines: Vec<_> = [48_000.0, 44_100.0]
            .map(|host_rate_hz| {
                let spec = EngineSpec::alone(host_rate_hz);
                let (engine, mut monitor) =
                    engine(spec, base.clone(), targets.first().cloned()).expect("an engine");
                monitor.watch(true);
                (engine, monitor)
            })
            .into();
        let mut sound = melody(48_000.0, 2, 96_000);
        let [left, right] = sound.as_mut_slice() else {
            unreachable!("two channels were asked for")
        };
        let mut out = std::io::stdout().lock();

        apply_filter(&only_write()).expect("the kernel takes a filter");
        let mut reports = 0;
        for (engine, monitor) in &mut engines {
            let blocks = left.chunks_mut(333).zip(right.chunks_mut(333));
            for (index, (left, right)) in blocks.enumerate() {
                engine.set_controls(&Controls {
                    mode: if index % 64 < 32 {
                        Mode::Track
                    } else {
                        Mode::Follow
                    },
                    octave: (index / 16 % 5) as i32 - 2,
                    drive: (index % 3) as f32 / 2.0,
                    ..Controls::neutral()
                });
                if index % 50 == 49 {
                    let next = targets.get(index / 50 % targets.len()).cloned();
                    let _ = engine.set_targets(next);
                }
                if index == 200 {
                    engine.reset();
                }
                engine.process(&mut [left, right]);
                reports += std::iter::from_fn(|| monitor.next_report()).count();
            }
        }
        if allocates {
            black_box(vec![1_u8; LARGE_BYTES]);
        }
        if reports > 0 {
            let _ = out.write_all(b"processed\n");
        }
        let _ = out.flush();
        // The system calls of a regular end are forbidden too; whoever started this has read the line.
    }

    fn only_write() -> BpfProgram {
        // The number of `write`, which is not the same everywhere.
        let write = if cfg!(target_arch = "x86_64") { 1 } else { 64 };
        let architecture = std::env::consts::ARCH
            .try_into()
            .expect("x86_64, aarch64 or riscv64");
        SeccompFilter::new(
            BTreeMap::from([(write, vec![])]),
            SeccompAction::KillProcess,
            SeccompAction::Allow,
            architecture,
        )
        .and_then(BpfProgram::try_from)
        .expect("a filter")
    }
}
