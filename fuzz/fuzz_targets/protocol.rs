#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| standpoint_fuzz::talk::protocol(data));
