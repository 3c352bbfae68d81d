//! Any text is CBOR in diagnostic notation or an error with its place; what it stands for is well-formed, in shortest
//! heads, and no sign costs more than the longest head.
#![no_main]

use comi_runtime::cbor::{Reader, notation};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match notation::parse(text) {
    Ok(bytes) => {
        assert!(bytes.len() <= text.len() * 9);
        let mut reader = Reader::new(&bytes).with_max_depth(u8::MAX);
        while !reader.is_at_end() {
            reader.skip().expect("what was written is well-formed");
        }
    }
    Err(mistake) => drop(mistake.to_string()),
});
