#![no_main]
//! Any text is a list of links or an error; what is read can be written and read again.

use comi_runtime::coap::link_format::{Attribute, Filter, LinkWriter, links};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (String, String)| {
    let (text, query) = input;
    let filter = Filter::parse(&query);
    let found: Vec<_> = links(&text).map_while(Result::ok).collect();
    assert!(found.len() <= text.len());
    let mut again = String::new();
    let mut writer = LinkWriter::new(&mut again);
    for link in &found {
        filter.matches(link);
        let values: Vec<_> = link.attributes().collect();
        let attributes: Vec<_> = values
            .iter()
            .map(|(name, value)| value.as_ref().map_or(Attribute::flag(name), |value| Attribute::text(name, value)))
            .collect();
        filter.chooses(link.target, &attributes);
        writer.link(link.target, &attributes);
    }
    let read: Vec<_> = links(&again).map(|link| link.expect("we write links")).collect();
    assert_eq!(read.len(), found.len());
    for (read, found) in read.iter().zip(&found) {
        assert_eq!(read.target, found.target);
        assert!(read.attributes().eq(found.attributes()));
    }
});
