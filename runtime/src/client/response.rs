//! What came back, and what it says in the schema's terms.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use crate::cbor;
use crate::coap::{Code, IncomingResponse, content_format};
use crate::coreconf::client::{self, ErrorPayload};
use crate::schema::{NodeIndex, Schema};
use crate::value::{Content, Data, InstanceIdentifier};

/// A response, whole and owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The code.
    pub code: Code,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// ETag: of an answer to `c=c`, the revision of the configuration, for [`Request::with_if_match`](super::Request).
    pub etag: Option<Vec<u8>>,
    /// The body.
    pub payload: Vec<u8>,
}

/// Why a response is not what was asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The payload can't be read as what its content format says.
    #[error("the answer can't be read: {0}")]
    Payload(#[from] cbor::Error),
    /// The device refused, and says why in CORECONF's terms.
    #[error("{code} {error}")]
    Refused {
        /// The response code.
        code: Code,
        /// The error structure (draft-ietf-core-comi-21 section 5).
        error: ErrorPayload,
    },
    /// The device refused, with words for a human or none.
    #[error("{code}{}{text}", if text.is_empty() { "" } else { " " })]
    RefusedPlainly {
        /// The response code.
        code: Code,
        /// The diagnostic payload (RFC 7252 section 5.5.2).
        text: String,
    },
    /// The request can't be written.
    #[error("the request can't be written: {0}")]
    Unwritable(#[from] cbor::EncodeError),
    /// The payload has another content format than such an answer has.
    #[error("the answer has content format {found:?} instead of {expected}")]
    UnexpectedFormat {
        /// What would be right.
        expected: u16,
        /// What it is.
        found: Option<u16>,
    },
}

impl Response {
    /// Owns what the endpoint lends.
    #[must_use]
    pub fn from_incoming(response: &IncomingResponse<'_>) -> Response {
        Response {
            code: response.code,
            content_format: response.content_format,
            etag: response.etag().map(<[u8]>::to_vec),
            payload: response.payload.to_owned(),
        }
    }

    /// The response if it is a success.
    ///
    /// # Errors
    /// [`Error::Refused`] or [`Error::RefusedPlainly`] with a code of class 4 or 5.
    pub fn success(self, schema: &Schema) -> Result<Response, Error> {
        match self.refusal(schema) {
            None => Ok(self),
            Some(refusal) => Err(refusal),
        }
    }

    /// What a code of class 4 or 5 says.
    pub(super) fn refusal(&self, schema: &Schema) -> Option<Error> {
        let code = self.code;
        if code.is_success() {
            return None;
        }
        if self.content_format == Some(content_format::YANG_DATA_CBOR_SID)
            && let Some(error) = client::read_error(schema, &self.payload)
        {
            return Some(Error::Refused { code, error });
        }
        let text = match self.content_format {
            None | Some(content_format::TEXT_PLAIN) => String::from_utf8_lossy(&self.payload).into_owned(),
            Some(_) => String::new(),
        };
        Some(Error::RefusedPlainly { code, text })
    }

    /// Of a FETCH: what stands at each of the identifiers `asked`, in their order; `None` where nothing does.
    ///
    /// # Errors
    /// A refusal, or another payload.
    pub fn fetched(self, schema: &Schema, asked: &[InstanceIdentifier]) -> Result<Vec<Option<Data>>, Error> {
        let payload = self.success(schema)?.of_format(content_format::YANG_INSTANCES_CBOR_SEQ)?;
        Ok(client::read_fetched(schema, asked, &payload)?)
    }

    /// Of a GET of the datastore: its content.
    ///
    /// # Errors
    /// A refusal, or another payload.
    pub fn datastore(self, schema: &Schema) -> Result<Content, Error> {
        let payload = self.success(schema)?.of_format(content_format::YANG_DATA_CBOR_SID)?;
        Ok(client::read_document(schema, &payload)?)
    }

    /// Of a POST of an rpc or action: its output.
    ///
    /// # Errors
    /// A refusal, or another payload.
    pub fn output(self, schema: &Schema, operation: NodeIndex) -> Result<Content, Error> {
        let response = self.success(schema)?;
        if response.payload.is_empty() {
            return Ok(Content::new());
        }
        let payload = response.of_format(content_format::YANG_INSTANCES_CBOR_SEQ)?;
        Ok(client::read_output(schema, operation, &payload)?)
    }

    /// Of the event stream: notifications, the newest first.
    ///
    /// # Errors
    /// A refusal, or another payload.
    pub fn events(self, schema: &Schema) -> Result<Vec<(InstanceIdentifier, Content)>, Error> {
        let response = self.success(schema)?;
        if response.payload.is_empty() {
            return Ok(Vec::new());
        }
        let payload = response.of_format(content_format::YANG_INSTANCES_CBOR_SEQ)?;
        Ok(client::read_events(schema, &payload)?)
    }

    fn of_format(self, expected: u16) -> Result<Vec<u8>, Error> {
        self.check_format(expected).map(|()| self.payload)
    }

    pub(super) fn check_format(&self, expected: u16) -> Result<(), Error> {
        match self.content_format {
            Some(found) if found == expected => Ok(()),
            found => Err(Error::UnexpectedFormat { expected, found }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;

    use super::*;
    use crate::test_schema::schema;

    fn response(code: Code, content_format: Option<u16>, payload: &[u8]) -> Response {
        Response { code, content_format, etag: None, payload: payload.to_owned() }
    }

    #[test]
    fn a_refusal_shows_the_words_of_its_error_structure() {
        // {1024: {4: 1011, 1: 1018, 3: "too far"}}
        let payload = b"\xa1\x19\x04\x00\xa3\x04\x19\x03\xf3\x01\x19\x03\xfa\x03\x67too far";
        let refused = response(Code::BAD_REQUEST, Some(content_format::YANG_DATA_CBOR_SID), payload);
        let error = refused.success(schema()).unwrap_err();
        assert_eq!(error.to_string(), "4.00 invalid-value (not-in-range): too far");
    }

    #[test]
    fn a_refusal_without_structure_shows_its_diagnostic_payload() {
        let error = response(Code::NOT_FOUND, None, b"no such thing").success(schema()).unwrap_err();
        assert_eq!(error.to_string(), "4.04 no such thing");
        assert_eq!(response(Code::NOT_FOUND, None, b"").success(schema()).unwrap_err().to_string(), "4.04");
    }

    #[test]
    fn an_answer_of_another_format_is_not_guessed_at() {
        let text = response(Code::CONTENT, Some(content_format::TEXT_PLAIN), b"7");
        let expected = content_format::YANG_DATA_CBOR_SID;
        assert_eq!(text.datastore(schema()), Err(Error::UnexpectedFormat { expected, found: Some(0) }));
    }

    #[test]
    fn an_empty_stream_is_no_notification() {
        assert_eq!(response(Code::CONTENT, None, b"").events(schema()), Ok(Vec::new()));
    }
}
