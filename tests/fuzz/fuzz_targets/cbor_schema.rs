//! Any bytes are instance data of a schema or an error with its place; what was read is written in one form, which is
//! read as the same and written as the same, with SIDs, with names and as JSON.
#![no_main]

mod schema;

use comi_runtime::cbor::{self, Allowed, Encoder, Identifiers, Reader, Writer};
use comi_runtime::json::{self, Style};
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::{Data, text, write_data};
use libfuzzer_sys::fuzz_target;
use schema::schema;

fn encode(data: &Data, identifiers: Identifiers) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(schema(), &mut out, identifiers, usize::MAX);
    write_data(&mut encoder, NodeIndex::ROOT, data).expect("what was read can be written");
    out
}

fn read(input: &[u8], allowed: Allowed) -> Result<Data, cbor::Error> {
    let mut reader = Reader::new(input);
    let content = cbor::read_content(schema(), NodeIndex::ROOT, allowed, &mut reader)?;
    reader.finish()?;
    Ok(Data::Container(content))
}

fuzz_target!(|input: &[u8]| {
    if let Ok(instance) = cbor::read_instance_identifier(schema(), &mut Reader::new(input)) {
        for form in [text::PathForm::Predicates, text::PathForm::Uri] {
            let path = text::print_path(schema(), &instance, form);
            let again = text::parse_path(schema(), &path).expect("what is printed can be read");
            assert_eq!(text::print_path(schema(), &again, form), path);
        }
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out);
        cbor::write_instance_identifier(schema(), &instance, Identifiers::Sids, &mut writer).expect("every node has a SID");
        assert_eq!(cbor::read_instance_identifier(schema(), &mut Reader::new(&out)), Ok(instance));
    }
    for allowed in [Allowed::Any, Allowed::Config] {
        match read(input, allowed) {
            Ok(data) => {
                let canonical = encode(&data, Identifiers::Sids);
                let again = read(&canonical, allowed).expect("what was written can be read");
                assert_eq!(encode(&again, Identifiers::Sids), canonical);
                drop(encode(&data, Identifiers::Names));
                let text = json::to_string(schema(), NodeIndex::ROOT, &data, Style::Compact).expect("and shown");
                drop(json::read_content(schema(), NodeIndex::ROOT, allowed, &text));
            }
            Err(error) => {
                assert!(error.position <= input.len());
                drop(error.describe(schema()));
            }
        }
    }
});
