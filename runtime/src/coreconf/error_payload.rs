//! The error structure of ietf-coreconf as the payload of an answer (draft section 6).

use alloc::vec::Vec;

use super::errors::Refusal;
use super::{Answer, sids};
use crate::cbor::{Identifiers, Writer, write_instance_identifier};
use crate::coap::content_format;
use crate::schema::Schema;

/// Bytes of an error-message at most; what is longer is cut.
const MESSAGE: usize = 256;

/// The answer to a refused request. Its members stand in the order of their SIDs (readings 7); a failure that has no
/// error-tag is told as a diagnostic payload (RFC 7252 section 5.5.2).
pub fn refuse(schema: &Schema, refusal: &Refusal, out: &mut Vec<u8>) -> Answer {
    let row = refusal.failure.row();
    let message = cut(&refusal.message);
    if row.tag == 0 {
        out.extend_from_slice(message.as_bytes());
        return Answer::new(row.code);
    }
    let mut at = Vec::new();
    if let Some(instance) = &refusal.at {
        // an instance without SID can't be named; the words name it
        if write_instance_identifier(schema, instance, Identifiers::Sids, &mut Writer::new(&mut at)).is_err() {
            at.clear();
        }
    }
    let mut writer = Writer::new(out);
    writer.map(1);
    writer.unsigned(u64::from(sids::ERROR));
    writer.map(1 + usize::from(row.app_tag != 0) + usize::from(!at.is_empty()) + usize::from(!message.is_empty()));
    if row.app_tag != 0 {
        writer.unsigned(u64::from(sids::ERROR_APP_TAG - sids::ERROR));
        writer.unsigned(u64::from(row.app_tag));
    }
    if !at.is_empty() {
        writer.unsigned(u64::from(sids::ERROR_DATA_NODE - sids::ERROR));
        writer.raw(&at);
    }
    if !message.is_empty() {
        writer.unsigned(u64::from(sids::ERROR_MESSAGE - sids::ERROR));
        writer.text(message);
    }
    writer.unsigned(u64::from(sids::ERROR_TAG - sids::ERROR));
    writer.unsigned(u64::from(row.tag));
    Answer::content(row.code, content_format::YANG_DATA_CBOR_SID)
}

fn cut(message: &str) -> &str {
    let end = (0..=MESSAGE.min(message.len())).rev().find(|end| message.is_char_boundary(*end)).unwrap_or(0);
    message.get(..end).unwrap_or("")
}
