//! The typed codec takes and refuses what the schema's codec does, and with the same words; `kinds` has a node of every
//! kind and a leaf of every type.

use comi_codegen::Context;
use comi_codegen::sample::{Options, sample};
use comi_runtime::cbor::{self, Allowed, Cursor, Encoder, Identifiers, Kind, Reader, Writer};
use comi_runtime::client::Request;
use comi_runtime::json;
use comi_runtime::model::FromContent as _;
use comi_runtime::model::wire::{self, Wire};
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::{Content, Data, Value, write_data};

#[rustfmt::skip]
mod model {
    include!(concat!(env!("OUT_DIR"), "/kinds.rs"));
}

use model::SCHEMA;
use model::kinds::wire::{Escape, FeedInput, Zoo};

/// What the schema's codec makes of a document with `T` alone.
fn by_schema(bytes: &[u8]) -> Result<Content, cbor::Error> {
    let mut reader = Reader::new(bytes);
    let content = cbor::read_content(&SCHEMA, NodeIndex::ROOT, Allowed::Data, &mut reader)?;
    reader.finish()?;
    Ok(content)
}

fn content_of(content: Content, node: NodeIndex) -> Option<Content> {
    let only = content.iter().count() == 1;
    match content.into_iter().next() {
        Some((own, Data::Container(inner))) if own == node && only => Some(inner),
        _ => None,
    }
}

fn encoded(content: &Content, identifiers: Identifiers) -> Vec<u8> {
    let mut bytes = Vec::new();
    let data = Data::Container(content.clone());
    write_data(&mut Encoder::new(&SCHEMA, &mut bytes, identifiers, usize::MAX), NodeIndex::ROOT, &data).unwrap();
    bytes
}

/// Both take the bytes, with equal values, or both refuse them, for the same reason in the same place.
#[track_caller]
fn agree(bytes: &[u8]) -> bool {
    let typed = wire::read_document::<Zoo<'_>>(bytes);
    let content = by_schema(bytes);
    match (&typed, content) {
        (Ok(zoo), Ok(content)) => {
            let content = content_of(content, Zoo::NODE).unwrap_or_else(|| panic!("{bytes:02x?}: more than a zoo"));
            assert_eq!(Ok(zoo), Zoo::from_content(&content).as_ref(), "{bytes:02x?}");
            let mut again = Vec::new();
            wire::write_document(zoo, &mut again).unwrap();
            assert_eq!(wire::read_document::<Zoo<'_>>(&again).as_ref(), Ok(zoo), "{bytes:02x?}");
            true
        }
        (Err(error), Err(expected)) => {
            assert_eq!(*error, expected, "{bytes:02x?}");
            false
        }
        (Err(error), Ok(content)) => {
            assert!(content_of(content, Zoo::NODE).is_none(), "{bytes:02x?}: {}", error.describe(&SCHEMA));
            false
        }
        (Ok(_), Err(error)) => panic!("{bytes:02x?} was taken: {}", error.describe(&SCHEMA)),
    }
}

/// splitmix64
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

/// Random documents with a zoo.
fn documents(count: u64) -> impl Iterator<Item = Content> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance/yang-cbor/kinds");
    let compiled = Context::new().yang_dir(folder).module("kinds").module("kinds-more").compile_with_targets();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let modules = ["kinds", "kinds-more"].map(|name| compiled.schema.module_named(name).unwrap());
    (0..count).filter_map(move |seed| {
        let document = sample(&compiled.schema, &modules, &Options { seed, ..Options::default() });
        let content = json::read_content(&SCHEMA, NodeIndex::ROOT, Allowed::Data, &document);
        let content = content.unwrap_or_else(|error| panic!("{document}: {}", error.describe(&SCHEMA)));
        (!content.is_empty()).then_some(content)
    })
}

/// The same item in another of its forms: members in another order, indefinite lengths, longer heads.
fn restyle(reader: &mut Reader<'_>, random: &mut Random, out: &mut Vec<u8>) {
    let style = random.below(3);
    match reader.peek().unwrap() {
        kind @ (Kind::Map | Kind::Array) => {
            let mut items = if kind == Kind::Map { reader.map() } else { reader.array() }.unwrap();
            let mut parts = Vec::new();
            while items.more(reader).unwrap() {
                let mut part = Vec::new();
                restyle(reader, random, &mut part);
                if kind == Kind::Map {
                    restyle(reader, random, &mut part);
                }
                parts.push(part);
            }
            if kind == Kind::Map && style > 0 {
                for place in 1..parts.len() {
                    parts.swap(place, random.below(place + 1));
                }
            }
            match (kind, style) {
                (Kind::Map, 2) => out.push(0xbf),
                (_, 2) => out.push(0x9f),
                (Kind::Map, _) => Writer::new(out).map(parts.len()),
                _ => Writer::new(out).array(parts.len()),
            }
            out.extend(parts.concat());
            if style == 2 {
                out.push(0xff);
            }
        }
        Kind::Text if style == 2 => {
            let text = reader.text().unwrap();
            out.push(0x7f);
            Writer::new(out).text(&text);
            out.push(0xff);
        }
        Kind::Unsigned if style == 2 => {
            out.push(0x1b);
            out.extend(reader.unsigned().unwrap().to_be_bytes());
        }
        Kind::Tag => {
            Writer::new(out).tag(reader.tag().unwrap());
            restyle(reader, random, out);
        }
        _ => out.extend(reader.item().unwrap()),
    }
}

#[test]
fn documents_in_their_usual_form_need_no_tree_and_are_written_as_the_schema_has_them() {
    let mut taken = 0;
    for content in documents(400) {
        let bytes = encoded(&content, Identifiers::Sids);
        let mut cursor = Cursor::at(&Reader::new(&bytes));
        assert_eq!((cursor.map(), cursor.key(0)), (Some(1), Some(Zoo::SID)));
        let zoo = Zoo::take(&mut cursor).unwrap_or_else(|| panic!("{bytes:02x?}"));
        assert!(cursor.is_at_end());
        assert!(agree(&bytes));
        let mut written = Vec::new();
        wire::write_document(&zoo, &mut written).unwrap();
        assert_eq!(written, bytes);
        taken += 1;
    }
    assert!(taken > 300, "{taken}");
}

#[test]
fn other_forms_of_a_document_are_taken_alike() {
    let mut random = Random(1);
    for content in documents(300) {
        let bytes = encoded(&content, Identifiers::Sids);
        let mut other = Vec::new();
        restyle(&mut Reader::new(&bytes), &mut random, &mut other);
        assert!(agree(&other), "{other:02x?}");
        assert!(agree(&encoded(&content, Identifiers::Names)));
    }
}

#[test]
fn bytes_that_were_changed_are_taken_or_refused_alike() {
    let mut random = Random(2);
    let (mut taken, mut refused) = (0, 0);
    for content in documents(300) {
        let whole = encoded(&content, Identifiers::Sids);
        for _ in 0..60 {
            let mut bytes = whole.clone();
            for _ in 0..=random.below(2) {
                let place = random.below(bytes.len());
                let other = random.below(bytes.len());
                match random.below(5) {
                    0 => bytes[place] = u8::try_from(random.below(256)).unwrap(),
                    1 => bytes[place] ^= 1 << random.below(8),
                    2 => bytes.truncate(place.max(1)),
                    3 => bytes[place] = bytes[other],
                    _ => {
                        let part: Vec<u8> =
                            bytes[place.min(other)..place.max(other)].iter().copied().take(12).collect();
                        bytes.splice(place..place, part);
                    }
                }
            }
            if agree(&bytes) { taken += 1 } else { refused += 1 }
        }
    }
    assert!(taken > 1000 && refused > 1000, "{taken} taken, {refused} refused");
}

#[test]
fn what_the_schema_refuses_is_refused_with_its_path_and_byte() {
    let zoo = u64::from(Zoo::SID);
    let document = |members: &[(u32, &[u8])]| {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        writer.map(1);
        writer.unsigned(zoo);
        writer.map(members.len());
        for (sid, value) in members {
            writer.integer(i64::from(*sid) - i64::from(Zoo::SID));
            writer.raw(value);
        }
        bytes
    };
    use model::kinds::sid;
    for (members, words) in [
        (&[(sid::ZOO_I8, &[0x18, 0x80][..])][..], "/kinds:zoo/i8: out of range"),
        (&[(sid::ZOO_I16, &[0x01])], "/kinds:zoo/i16: out of range"),
        (&[(sid::ZOO_COLOUR, &[0x01])], "/kinds:zoo/colour: unknown enum value 1"),
        (&[(sid::ZOO_RAW, &[0x40])], "/kinds:zoo/raw: length 0 is not allowed"),
        (&[(sid::ZOO_SHAPE, &[0x01])], "/kinds:zoo/shape: unknown identity SID 1"),
        (&[(sid::ZOO_YES, &[0xf5]), (sid::ZOO_YES, &[0xf4])], "/kinds:zoo/yes: a member occurs twice"),
        (&[(sid::ZOO_WORD, &[0x82, 0x61, 0x61, 0x61, 0x61])], "/kinds:zoo/word[.='a']: an entry occurs twice"),
        (&[(sid::ZOO_BIRTH, &[0xa0])], "/kinds:zoo/birth: the node has no place here"),
        (&[(sid::ZOO_QUEUE, &[0x81, 0xa0])], "/kinds:zoo/queue: a list key is missing ('name', byte "),
        (&[(1, &[0x00])], "/kinds:zoo: unknown SID 1 (byte 5)"),
    ] {
        let bytes = document(members);
        let error = wire::read_document::<Zoo<'_>>(&bytes).unwrap_err().describe(&SCHEMA);
        assert!(error.starts_with(words) && error.contains("byte "), "{error}, expected {words}");
        assert!(!agree(&bytes));
    }
    let mut behind = document(&[]);
    behind.push(0);
    assert_eq!(wire::read_document::<Zoo<'_>>(&behind).unwrap_err().reason, cbor::Reason::TrailingBytes);
    // another node beside it, or instead
    let beside =
        [&[0xa2][..], &document(&[])[1..], &[0x19], &u16::try_from(Escape::SID).unwrap().to_be_bytes(), &[0xa0]];
    assert!(wire::read_document::<Zoo<'_>>(&beside.concat()).is_err());
    assert!(wire::read_document::<Escape<'_>>(&document(&[])).is_err());
}

#[test]
fn values_that_are_not_of_their_type_are_not_written() {
    for zoo in [
        Zoo { i16: Some(1), ..Zoo::default() },
        Zoo { u16: Some(10), ..Zoo::default() },
        Zoo { raw: Some(Vec::new().into()), ..Zoo::default() },
    ] {
        assert!(wire::write_document(&zoo, &mut Vec::new()).is_err(), "{zoo:?}");
    }
}

#[test]
fn a_notification_is_read_and_written() {
    let escape = Escape { who: vec!["a".into(), "b".into()] };
    let mut bytes = Vec::new();
    wire::write_document(&escape, &mut bytes).unwrap();
    assert_eq!(wire::read_document(&bytes), Ok(escape));
}

#[test]
fn an_action_is_called_with_the_struct_of_its_input() {
    let feed = model::kinds::path::zoo_feed();
    let typed = Request::invoke(&feed, &FeedInput { amount: Some(3) }).unwrap();
    let mut input = Content::new();
    let amount = SCHEMA.children(FeedInput::NODE).next().unwrap();
    input.insert(amount, Data::Leaf(Value::Unsigned(3)));
    assert_eq!(typed, Request::call(&SCHEMA, &feed, &input).unwrap());
}
