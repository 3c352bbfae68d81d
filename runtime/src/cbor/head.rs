//! The heads of data items. The one file that names `ciborium-ll`.

use ciborium_ll::{Decoder, Encoder, simple};

pub(super) use ciborium_ll::Header;

use super::Malformed;

pub(super) const FALSE: u8 = simple::FALSE;
pub(super) const TRUE: u8 = simple::TRUE;
pub(super) const NULL: u8 = simple::NULL;

/// The head at the start of `input`, and its length.
pub(super) fn parse(input: &[u8]) -> Result<(Header, usize), Malformed> {
    let mut decoder = Decoder::from(input);
    match decoder.pull() {
        // RFC 8949 section 3.3: a simple value below 32 in two bytes is not well-formed
        Ok(Header::Simple(value)) if value < 32 && decoder.offset() == 2 => Err(Malformed::Reserved),
        Ok(header) => Ok((header, decoder.offset())),
        Err(ciborium_ll::Error::Io(_)) => Err(Malformed::EndOfInput),
        Err(ciborium_ll::Error::Syntax(_)) => Err(Malformed::Reserved),
    }
}

/// The head of a float in the shortest form that keeps its value, and that form's length.
pub(super) fn float(value: f64) -> ([u8; 9], usize) {
    let mut bytes = [0; 9];
    let mut rest: &mut [u8] = &mut bytes;
    // RFC 8949 section 4.2.2: one NaN
    let value = if value.is_nan() { f64::NAN } else { value };
    let written = Encoder::from(&mut rest).push(Header::Float(value));
    debug_assert!(written.is_ok(), "a head has at most 9 bytes");
    let left = rest.len();
    (bytes, 9 - left)
}
