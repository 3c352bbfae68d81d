//! Errors in the words of RFC 9290 (concise problem details), for where no data model has words of its own.
//!
//! The few bytes of CBOR are written here, so that this room needs no other.

use super::code::Code;

use alloc::vec::Vec;

/// What went wrong (RFC 9290 section 2). It is the payload of Content-Format
/// [`PROBLEM_DETAILS_CBOR`](super::content_format::PROBLEM_DETAILS_CBOR).
///
/// ```
/// use comi_runtime::coap::{Code, ProblemDetails};
/// let mut payload = Vec::new();
/// ProblemDetails { title: Some("no"), ..ProblemDetails::default() }.write(&mut payload);
/// assert_eq!(payload, [0xa1, 0x20, 0x62, b'n', b'o']);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProblemDetails<'a> {
    /// The kind of problem, for a human.
    pub title: Option<&'a str>,
    /// What is special about this one.
    pub detail: Option<&'a str>,
    /// The code of the response.
    pub response_code: Option<Code>,
    /// The option that was not understood (section 3.1.1).
    pub unprocessed_option: Option<u16>,
}

impl ProblemDetails<'_> {
    /// Writes them behind what the payload holds; nothing if there are none.
    pub fn write(&self, payload: &mut Vec<u8>) {
        let texts = [self.title, self.detail];
        let code = self.response_code.map(|code| u16::from(code.byte()));
        let numbers = [(4, code), (8, self.unprocessed_option)];
        let entries = texts.iter().flatten().count() + numbers.iter().filter(|(_, number)| number.is_some()).count();
        if entries == 0 {
            return;
        }
        head(payload, MAP, u32::try_from(entries).unwrap_or(0));
        for (key, text) in (1..).zip(texts) {
            if let Some(text) = text
                && let Ok(length) = u32::try_from(text.len())
            {
                head(payload, NEGATIVE, key - 1);
                head(payload, TEXT, length);
                payload.extend_from_slice(text.as_bytes());
            }
        }
        for (key, number) in numbers {
            if let Some(number) = number {
                head(payload, NEGATIVE, key - 1);
                head(payload, UNSIGNED, u32::from(number));
            }
        }
    }
}

/// The details of an unknown critical option: title and number. In one piece, so that a device that says nothing else
/// needs no more.
pub(super) fn unprocessed_option(number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    let mut payload = Vec::from(*b"\xa2\x20\x77unknown critical option\x27");
    match (high, low) {
        (0, ..24) => payload.push(low),
        (0, _) => payload.extend_from_slice(&[24, low]),
        _ => payload.extend_from_slice(&[25, high, low]),
    }
    payload
}

/// Major types of CBOR (RFC 8949 section 3.1).
const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const TEXT: u8 = 3;
const MAP: u8 = 5;

fn head(payload: &mut Vec<u8>, major: u8, argument: u32) {
    let [a, b, c, d] = argument.to_be_bytes();
    match (a, b, c) {
        (0, 0, 0) if d < 24 => payload.push(major << 5 | d),
        (0, 0, 0) => payload.extend_from_slice(&[major << 5 | 24, d]),
        (0, 0, _) => payload.extend_from_slice(&[major << 5 | 25, c, d]),
        _ => payload.extend_from_slice(&[major << 5 | 26, a, b, c, d]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coap::number;
    use alloc::string::String;
    use alloc::vec;
    use ciborium::Value;

    #[test]
    fn every_member_is_read_again_by_ciborium() {
        for length in [0, 23, 24, 255, 256] {
            let detail: String = core::iter::repeat_n('x', length).collect();
            let problem = ProblemDetails {
                title: Some("unknown critical option"),
                detail: Some(&detail),
                response_code: Some(Code::BAD_OPTION),
                unprocessed_option: Some(number::REQUEST_TAG),
            };
            let mut payload = vec![];
            problem.write(&mut payload);
            let Value::Map(members) = ciborium::from_reader(payload.as_slice()).unwrap() else { panic!("no map") };
            let expected = vec![
                (Value::from(-1), Value::from("unknown critical option")),
                (Value::from(-2), Value::from(detail)),
                (Value::from(-4), Value::from(130)),
                (Value::from(-8), Value::from(292)),
            ];
            assert_eq!(members, expected);
        }
    }

    #[test]
    fn an_unknown_option_is_told_in_the_same_words() {
        for number in [0, 9, 23, 24, 255, 256, 65001] {
            let title = Some("unknown critical option");
            let problem = ProblemDetails { title, unprocessed_option: Some(number), ..ProblemDetails::default() };
            let mut payload = vec![];
            problem.write(&mut payload);
            assert_eq!(payload, unprocessed_option(number), "{number}");
        }
    }

    #[test]
    fn no_details_are_no_payload() {
        let mut payload = vec![];
        ProblemDetails::default().write(&mut payload);
        assert!(payload.is_empty());
    }
}
