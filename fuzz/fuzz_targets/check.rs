#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| mina_fuzz::check(text));
