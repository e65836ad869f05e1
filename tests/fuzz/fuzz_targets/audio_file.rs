#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (mynah_tests::fuzz::TARGETS[4].run)(bytes);
});
