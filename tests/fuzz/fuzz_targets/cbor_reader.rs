//! Any bytes are CBOR or an error: what is well-formed is passed over to its end, item by item, and no strange head
//! costs more than its input.
#![no_main]

use comi_runtime::cbor::{Kind, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::new(data);
    while !reader.is_at_end() {
        let start = reader.position();
        let mut typed = reader;
        match reader.item() {
            Ok(item) => assert_eq!(start + item.len(), reader.position()),
            Err(error) => {
                assert!(error.position <= data.len());
                return;
            }
        }
        match typed.peek().expect("a well-formed item has a kind") {
            Kind::Text => drop(typed.text().expect("well-formed text")),
            Kind::Bytes => drop(typed.bytes().expect("well-formed bytes")),
            Kind::Unsigned => drop(typed.unsigned().expect("a well-formed integer")),
            _ => typed = reader,
        }
        assert_eq!(typed.position(), reader.position());
    }
    assert!(reader.finish().is_ok());
});
