//! Which modules a document names: in the names of its members, in identities and instance-identifiers, in the header
//! of an instance data set.

use std::collections::BTreeSet;

use comi_runtime::cbor::{Kind, Reader};

/// The words before a colon, or before the `@` of a revision, in all strings of a JSON text. That some are no modules
/// does no harm.
pub(crate) fn of_json(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    words(text, &mut found);
    found
}

/// What a document in YANG-CBOR mentions.
#[derive(Default)]
pub(super) struct Mentions {
    /// The same in all its strings; none where it has SIDs, for not all its modules may be named then.
    pub(super) names: BTreeSet<String>,
    /// The absolute SIDs in it.
    pub(super) sids: BTreeSet<u64>,
}

pub(super) fn of_cbor(bytes: &[u8]) -> Mentions {
    let mut found = Mentions::default();
    let mut reader = Reader::new(bytes);
    // what is no CBOR the codec will tell
    let _ = document(&mut reader, &mut found);
    if !found.sids.is_empty() {
        found.names.clear();
    }
    found
}

fn document(reader: &mut Reader<'_>, found: &mut Mentions) -> Option<()> {
    while reader.finish().is_err() {
        match reader.peek().ok()? {
            Kind::Map => {
                let mut members = reader.map().ok()?;
                while members.more(reader).ok()? {
                    identifier(reader, found)?;
                    item(reader, found)?;
                }
            }
            _ => identifier(reader, found)?,
        }
    }
    Some(())
}

/// A SID, an array that begins with one, or anything else.
fn identifier(reader: &mut Reader<'_>, found: &mut Mentions) -> Option<()> {
    match reader.peek().ok()? {
        Kind::Unsigned => drop(found.sids.insert(reader.unsigned().ok()?)),
        Kind::Array => {
            let mut items = reader.array().ok()?;
            if items.more(reader).ok()? {
                identifier(reader, found)?;
            }
            while items.more(reader).ok()? {
                item(reader, found)?;
            }
        }
        _ => item(reader, found)?,
    }
    Some(())
}

fn item(reader: &mut Reader<'_>, found: &mut Mentions) -> Option<()> {
    /// RFC 9254 section 9.3: identityref, instance-identifier, SID
    const WITH_SID: std::ops::RangeInclusive<u64> = 45..=47;
    match reader.peek().ok()? {
        Kind::Text => words(&reader.text().ok()?, &mut found.names),
        Kind::Array => {
            let mut items = reader.array().ok()?;
            while items.more(reader).ok()? {
                item(reader, found)?;
            }
        }
        Kind::Map => {
            let mut members = reader.map().ok()?;
            while members.more(reader).ok()? {
                item(reader, found)?;
                item(reader, found)?;
            }
        }
        Kind::Tag if WITH_SID.contains(&reader.tag().ok()?) => identifier(reader, found)?,
        // the tag is read
        Kind::Tag => item(reader, found)?,
        _ => reader.skip().ok()?,
    }
    Some(())
}

fn words(text: &str, found: &mut BTreeSet<String>) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    for (at, _) in text.match_indices([':', '@']) {
        let before = text.get(..at).unwrap_or_default();
        let word = before.trim_end_matches(is_part);
        let word = before.get(word.len()..).unwrap_or_default();
        if !word.is_empty() && !found.contains(word) {
            found.insert(word.to_owned());
        }
    }
    // a module without a revision in the header of an instance data set
    if text.contains("ietf-yang-instance-data:") {
        found.extend(text.split(|c| !is_part(c)).map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_those_before_a_colon_or_a_revision() {
        let found = of_json(r#"{"a-b:c": {"d": "e.f:g", "h": "/i:j/k:l"}, "m": ["n@2026-01-01"]}"#);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a-b", "e.f", "i", "k", "n"]);
    }

    #[test]
    fn of_cbor_strings_count_if_there_is_no_sid_and_sids_if_there_is() {
        let names = [0xa1, 0x63, b'a', b':', b'b', 0xa1, 0x01, 0x63, b'c', b':', b'd'];
        assert_eq!(of_cbor(&names).names.into_iter().collect::<Vec<_>>(), ["a", "c"]);
        let sids = [0xa2, 0x01, 0xa1, 0xd8, 0x2f, 0x02, 0x81, 0x03, 0x63, b'a', b':', b'b', 0x00];
        let found = of_cbor(&sids);
        assert!(found.names.is_empty());
        assert_eq!(found.sids.into_iter().collect::<Vec<_>>(), [1, 2]);
        assert!(of_cbor(&[0xa1, 0x63]).names.is_empty());
    }
}
