//! `bits` as byte string, or as array of byte strings and gaps (RFC 9254 section 6.7).
//!
//! An integer between two byte strings counts bytes from the end of the first to the start of the second (readings 4).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::error::{Error, Reason};
use super::head::Head;
use super::reader::{Kind, Reader};
use super::writer::Writer;
use crate::schema::Bit;
use crate::value::Violation;

/// Writes bits in the shorter of the two forms; the byte string when they are equally long.
pub(super) fn write(set: &[u8], writer: &mut Writer<'_>) {
    let set = trimmed(set);
    let start = writer.position();
    let open = writer.open();
    let mut parts = 0;
    let mut rest = set;
    loop {
        let gap = rest.iter().take_while(|byte| **byte == 0).count();
        let (_, from) = rest.split_at(gap);
        if from.is_empty() {
            break;
        }
        if gap > 0 {
            writer.unsigned(gap as u64);
            parts += 1;
        }
        let (run, behind) = from.split_at(run_length(from));
        writer.bytes(run);
        parts += 1;
        rest = behind;
    }
    writer.close_array(open, parts);
    if parts < 2 || writer.position() - start >= byte_string_length(set.len()) {
        writer.truncate(start);
        writer.bytes(set);
    }
}

/// How far a byte string goes before a run of zeros that is worth a gap: head of the gap and of the next byte string.
fn run_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let zeros = rest.iter().take_while(|byte| **byte == 0).count();
        if zeros == rest.len() || zeros > 2 {
            return at;
        }
        at += zeros.max(1);
    }
}

fn byte_string_length(length: usize) -> usize {
    length
        + match length {
            0..=23 => 1,
            24..=0xff => 2,
            0x100..=0xffff => 3,
            _ => 5,
        }
}

/// Reads the array of bits behind its head; `known` bounds what a gap can make of few bytes.
pub(super) fn read(known: &[Bit], start: usize, head: Head, reader: &mut Reader<'_>) -> Result<Box<[u8]>, Error> {
    const EXPECTED: &str = "bits: byte strings and gaps in turn";
    let most = known.last().map_or(0, |bit| u64::from(bit.position) / 8 + 1);
    let wrong = || Error::new(start, Reason::WrongType { expected: EXPECTED });
    let mut set: Vec<u8> = Vec::new();
    let mut last = None;
    let mut parts = 0;
    let mut items = reader.open(start, head)?;
    while items.more(reader)? {
        let at = reader.position();
        let kind = reader.peek()?;
        if last == Some(kind) {
            return Err(wrong());
        }
        match kind {
            Kind::Unsigned => {
                let gap = reader.unsigned()?;
                let end = gap.saturating_add(set.len() as u64);
                if gap == 0 {
                    return Err(wrong());
                }
                if end >= most {
                    let position = u32::try_from(end.saturating_mul(8)).unwrap_or(u32::MAX);
                    return Err(Error::new(at, Reason::Value(Violation::UnknownBit(position))));
                }
                set.resize(usize::try_from(end).map_err(|_| wrong())?, 0);
            }
            Kind::Bytes => set.extend_from_slice(&reader.bytes()?),
            _ => return Err(wrong()),
        }
        last = Some(kind);
        parts += 1;
    }
    // an array ends with a byte string, and has more than that one
    if parts < 2 || last != Some(Kind::Bytes) {
        return Err(wrong());
    }
    Ok(trimmed(&set).into())
}

/// Without zero bytes at the end.
pub(super) fn trimmed(set: &[u8]) -> &[u8] {
    let end = set.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    set.get(..end).unwrap_or_default()
}
