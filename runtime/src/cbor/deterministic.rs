//! Copying arbitrary CBOR into its deterministic form (RFC 8949 section 4.2.1), for `anydata` and `anyxml`.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::error::{Error, Malformed, Reason};
use super::head;
use super::reader::{Kind, Reader};
use super::writer::Writer;
use crate::value::Order;

/// Copies the next data item. A key of a map that comes twice is refused.
pub(super) fn copy(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), Error> {
    let start = reader.position();
    match reader.peek()? {
        Kind::Bytes => writer.bytes(&reader.bytes()?),
        Kind::Text => writer.text(&reader.text()?),
        Kind::Float => writer.float(reader.float()?),
        Kind::Tag => {
            writer.tag(reader.tag()?);
            reader.deeper(start)?;
            copy(reader, writer)?;
            reader.shallower();
        }
        Kind::Array => {
            let mut items = reader.array()?;
            let open = writer.open();
            let mut count = 0;
            while items.more(reader)? {
                copy(reader, writer)?;
                count += 1;
            }
            writer.close_array(open, count);
        }
        Kind::Map => drop(copy_map(0, reader, writer)?),
        Kind::Unsigned | Kind::Negative | Kind::Boolean | Kind::Null | Kind::Simple => {
            let head = reader.head()?;
            if head.initial == head::BREAK {
                return Err(Error::malformed(start, Malformed::Break));
            }
            writer.head(head.major(), head.argument);
        }
    }
    Ok(())
}

/// Copies a map, with so much added to each key that is an integer; tells whether a key is a text.
pub(super) fn copy_map(offset: i64, reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<bool, Error> {
    let start = reader.position();
    let mut items = reader.map()?;
    let open = writer.open();
    let mut pairs = Vec::new();
    let from = open.content();
    let mut names = false;
    while items.more(reader)? {
        let key = writer.position();
        let kind = reader.peek()?;
        names |= kind == Kind::Text;
        if offset != 0 && matches!(kind, Kind::Unsigned | Kind::Negative) {
            // RFC 9595 section 3: a SID has 63 bits
            let delta = reader.head()?.whole().and_then(|whole| whole.to_i64()).unwrap_or(i64::MAX);
            writer.integer(delta.saturating_add(offset));
        } else {
            copy(reader, writer)?;
        }
        let value = writer.position();
        copy(reader, writer)?;
        pairs.push(Pair { key: key - from, value: value - from, end: writer.position() - from });
    }
    if !sort(writer.since_mut(from), &pairs) {
        return Err(Error::new(start, Reason::DuplicateKey));
    }
    writer.close_map(open, pairs.len());
    Ok(names)
}

/// Puts the pairs of a map, which are encoded already, into the order of their keys.
pub(super) fn sort_map(content: &mut [u8]) {
    let mut pairs = Vec::new();
    let mut reader = Reader::new(content).with_max_depth(u8::MAX);
    while !reader.is_at_end() {
        let key = reader.position();
        let Ok(()) = reader.skip() else { return };
        let value = reader.position();
        let Ok(()) = reader.skip() else { return };
        pairs.push(Pair { key, value, end: reader.position() });
    }
    sort(content, &pairs);
}

/// Where a pair of a map stands.
struct Pair {
    key: usize,
    value: usize,
    end: usize,
}

/// Puts pairs into the order of their keys; false when two have the same key.
fn sort(content: &mut [u8], pairs: &[Pair]) -> bool {
    let key = |pair: &Pair| content.get(pair.key..pair.value).unwrap_or_default();
    let mut order = Order::default();
    for pair in pairs {
        if order.add(&mut |at| pairs.get(at).map_or(Ordering::Less, |other| key(pair).cmp(key(other)))).is_some() {
            return false;
        }
    }
    let mut sorted = Vec::with_capacity(content.len());
    for pair in order.sorted().into_iter().filter_map(|at| pairs.get(at)) {
        sorted.extend_from_slice(content.get(pair.key..pair.end).unwrap_or_default());
    }
    if sorted.len() == content.len() {
        content.copy_from_slice(&sorted);
    }
    true
}
