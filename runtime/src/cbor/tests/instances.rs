//! Rpcs, actions and notifications, in documents and in sequences of instances.

use super::*;
use crate::test_schema::{at, schema};
use crate::value::{InstanceIdentifier, Value};

fn read_document(allowed: Allowed, hex: &str) -> Result<Content, Error> {
    read_content(schema(), NodeIndex::ROOT, allowed, &mut Reader::new(&bytes(hex)))
}

#[test]
fn an_rpc_in_a_document_has_the_content_of_its_input_or_output() {
    for (allowed, sids, names, leaf) in [
        (Allowed::Request, "a1 19044c a1 02 05", "a1 67743a7265736574 a1 6564656c6179 05", "reset/input/delay"),
        (Allowed::Reply, "a1 19044c a1 20 6178", "a1 67743a7265736574 a1 66726573756c74 6178", "reset/output/result"),
    ] {
        let content = read_document(allowed, sids).unwrap();
        let Some(Data::Container(inner)) = content.child(at("reset")) else { panic!("no rpc") };
        assert!(inner.leaf(at(leaf)).is_some());
        assert_eq!(read_document(allowed, names).as_ref(), Ok(&content));
        let data = Data::Container(content);
        assert_eq!(hex(&encode(NodeIndex::ROOT, &data, Identifiers::Sids).unwrap()), hex(&bytes(sids)));
        assert_eq!(hex(&encode(NodeIndex::ROOT, &data, Identifiers::Names).unwrap()), hex(&bytes(names)));
        for other in [Allowed::Any, Allowed::Config, Allowed::Data] {
            assert_eq!(read_document(other, sids).unwrap_err().reason, Reason::Misplaced(at("reset")));
        }
    }
    // the input's leaf is none of the output
    let error = read_document(Allowed::Reply, "a1 19044c a1 02 05").unwrap_err();
    assert_eq!(error.reason, Reason::Misplaced(at("reset/input/delay")));
    assert_eq!(error.position, 5);
}

#[test]
fn a_sequence_of_instances_is_read_and_written() {
    let server = InstanceIdentifier { node: at("all/server"), keys: alloc::vec!["a".into(), "de".into()] };
    let data = InstanceIdentifier { node: at("all/server/data"), keys: server.keys.clone() };
    let name = InstanceIdentifier { node: at("all/names"), keys: alloc::vec!["eve".into()] };
    for (allowed, at, input, is_there) in [
        (Allowed::Request, InstanceIdentifier::new(at("reset")), "a1 19044c a1 02 05", true),
        (Allowed::Reply, InstanceIdentifier::new(at("reset")), "a1 19044c f6", false),
        (Allowed::Any, InstanceIdentifier::new(at("alarm")), "a1 190456 a1 01 6178", true),
        (Allowed::Config, server.clone(), "a1 83 190406 6161 626465 a3 01 626465 02 6161 03 05", true),
        (Allowed::Config, server, "a1 83 190406 6161 626465 f6", false),
        (Allowed::Config, data, "a1 83 190409 6161 626465 05", true),
        (Allowed::Config, name, "a1 82 1903f9 63657665 63657665", true),
        (Allowed::Config, InstanceIdentifier::new(at("all/names")), "a1 1903f9 81 6161", true),
        (Allowed::Config, InstanceIdentifier::new(at("all/empty")), "a1 1903ed 81 f6", true),
        (Allowed::Config, InstanceIdentifier::new(at("all/empty")), "a1 1903ed f6", false),
    ] {
        let input = bytes(input);
        let read = read_instances(schema(), allowed, &mut Reader::new(&input)).unwrap();
        let [instance] = &*read else { panic!("{read:?}") };
        assert_eq!((&instance.at, instance.data.is_some()), (&at, is_there));
        let mut out = Vec::new();
        write_instance(schema(), &instance.at, instance.data.as_ref(), Identifiers::Sids, &mut out).unwrap();
        assert_eq!(hex(&out), hex(&input));
    }
    // readings 13: in an answer `{SID: null}` is an empty leaf that is there
    let read = read_instances(schema(), Allowed::Data, &mut Reader::new(&bytes("a2 1903ed f6 1903f5 f6"))).unwrap();
    assert_eq!(read.iter().map(|item| item.data.clone()).collect::<Vec<_>>(), [Some(Data::Leaf(Value::Empty)), None]);
}

#[test]
fn an_error_in_a_sequence_names_the_instance_and_the_byte_in_the_whole() {
    for (input, position, place) in [
        ("a1 1903f5 6161 a1 83 190409 6161 626465 6162", 16, "/t:all/server[name='a'][country='de']/data: "),
        ("a1 82 1903f9 63657665 05", 9, "/t:all/names[.='eve']: "),
        ("a1 83 190406 6161 626465 a1 03 6162", 12, "/t:all/server[name='a'][country='de']/data: "),
        ("a1 1903f5 6161 a1 83 190406 6161 626465 a1 02 6162", 18, "/t:all/server[name='a'][country='de']/name: "),
        // what an identifier names is not known: the leaf that holds it is
        ("a1 1903f5 6161 a1 1903f1 64 2f743a78", 10, "/t:all/instance: "),
    ] {
        let error = read_instances(schema(), Allowed::Config, &mut Reader::new(&bytes(input))).unwrap_err();
        assert_eq!(error.position, position, "{input}");
        let words = error.describe(schema());
        assert!(words.starts_with(place), "{words}");
    }
}
