//! Generated structs and the schema's codec take and refuse the same bytes, with equal values or for the same reason, and
//! what was taken is written so that it is read as the same.
#![no_main]

use comi_runtime::cbor::{self, Allowed, Reader};
use comi_runtime::model::FromContent as _;
use comi_runtime::model::wire::{self, Wire as _};
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::{Content, Data};
use libfuzzer_sys::fuzz_target;

mod model {
    include!(concat!(env!("OUT_DIR"), "/kinds.rs"));
}

use model::SCHEMA;
use model::kinds::wire::Zoo;

fn by_schema(bytes: &[u8]) -> Result<Content, cbor::Error> {
    let mut reader = Reader::new(bytes);
    let content = cbor::read_content(&SCHEMA, NodeIndex::ROOT, Allowed::Data, &mut reader)?;
    reader.finish()?;
    Ok(content)
}

fuzz_target!(|bytes: &[u8]| {
    match (wire::read_document::<Zoo<'_>>(bytes), by_schema(bytes)) {
        (Ok(zoo), Ok(content)) => {
            let Some(Data::Container(inner)) = content.child(Zoo::NODE) else { panic!("taken without a zoo") };
            assert_eq!(Ok(&zoo), Zoo::from_content(inner).as_ref());
            let mut again = Vec::new();
            wire::write_document(&zoo, &mut again).expect("what was read can be written");
            assert_eq!(wire::read_document(&again), Ok(zoo));
        }
        (Err(error), Err(expected)) => assert_eq!(error, expected),
        // a document with other nodes, or none
        (Err(_), Ok(content)) => assert!(content.child(Zoo::NODE).is_none() || content.len() > 1),
        (Ok(_), Err(error)) => panic!("{}", error.describe(&SCHEMA)),
    }
});
