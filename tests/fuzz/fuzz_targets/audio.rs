#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (mynah_tests::fuzz::TARGETS[2].run)(bytes);
});
