//! Copying arbitrary CBOR into its deterministic form (RFC 8949 section 4.2.1), for `anydata` and `anyxml`.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::error::{Error, Malformed, Reason};
use super::head::Header;
use super::reader::Reader;
use super::writer::Writer;
use crate::value::Order;

/// Copies the next data item. A key of a map that comes twice is refused.
pub(super) fn copy(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), Error> {
    let start = reader.position();
    let mut again = *reader;
    match again.head()? {
        Header::Positive(value) => writer.unsigned(value),
        Header::Negative(value) => writer.negative(value),
        Header::Float(value) => writer.float(value),
        Header::Simple(value) => writer.simple(value),
        Header::Break => return Err(Error::malformed(start, Malformed::Break)),
        Header::Bytes(_) => {
            writer.bytes(&reader.bytes()?);
            return Ok(());
        }
        Header::Text(_) => {
            writer.text(&reader.text()?);
            return Ok(());
        }
        Header::Tag(tag) => {
            *reader = again;
            reader.deeper(start)?;
            writer.tag(tag);
            copy(reader, writer)?;
            reader.shallower();
            return Ok(());
        }
        Header::Array(_) => {
            let mut items = reader.array()?;
            let open = writer.open();
            let mut count = 0;
            while items.more(reader)? {
                copy(reader, writer)?;
                count += 1;
            }
            writer.close_array(open, count);
            return Ok(());
        }
        Header::Map(_) => {
            let mut items = reader.map()?;
            let open = writer.open();
            let mut pairs = Vec::new();
            let from = open.content();
            while items.more(reader)? {
                let key = writer.position();
                copy(reader, writer)?;
                let value = writer.position();
                copy(reader, writer)?;
                pairs.push(Pair { key: key - from, value: value - from, end: writer.position() - from });
            }
            if !sort(writer.since_mut(from), &pairs) {
                return Err(Error::new(start, Reason::DuplicateKey));
            }
            writer.close_map(open, pairs.len());
            return Ok(());
        }
    }
    *reader = again;
    Ok(())
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
