//! Any text is instance data of a schema or an error with its place; what was read is written in one form, which is
//! read as the same, with its annotations, too.
#![no_main]

mod schema;

use comi_runtime::cbor::Allowed;
use comi_runtime::json::{self, Style};
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::Data;
use libfuzzer_sys::fuzz_target;
use schema::schema;

fuzz_target!(|input: &str| {
    for allowed in [Allowed::Any, Allowed::Config, Allowed::Request] {
        match json::read_annotated(schema(), None, NodeIndex::ROOT, allowed, input) {
            Ok((content, annotations)) => {
                let data = Data::Container(content);
                let write = |data: &Data, annotations: &[json::Annotation]| {
                    json::to_string_annotated(schema(), NodeIndex::ROOT, data, annotations, Style::Compact)
                        .expect("what was read can be written")
                };
                let text = write(&data, &annotations);
                let (again, same) = json::read_annotated(schema(), None, NodeIndex::ROOT, allowed, &text)
                    .expect("what was written can be read");
                assert_eq!(write(&Data::Container(again), &same), text);
            }
            Err(error) => drop(error.describe(schema())),
        }
    }
});
