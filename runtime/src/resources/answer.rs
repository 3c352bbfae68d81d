//! What a handler gives.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::pin::Pin;

use crate::coap::{Code, OutgoingOption, Response, content_format, number};

/// The answer to a request, whole and owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The code.
    pub code: Code,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// Further options, in any order.
    pub options: Vec<(u16, Vec<u8>)>,
    /// The body; the endpoint cuts it into blocks where it must.
    pub payload: Vec<u8>,
}

impl Answer {
    /// A code alone.
    #[must_use]
    pub const fn new(code: Code) -> Answer {
        Answer { code, content_format: None, options: Vec::new(), payload: Vec::new() }
    }

    /// 2.05 with this body.
    #[must_use]
    pub fn content(content_format: u16, payload: impl Into<Vec<u8>>) -> Answer {
        Answer { content_format: Some(content_format), payload: payload.into(), ..Answer::new(Code::CONTENT) }
    }

    /// 2.05 with plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Answer {
        Answer::content(content_format::TEXT_PLAIN, text.into())
    }

    /// 2.04.
    #[must_use]
    pub const fn changed() -> Answer {
        Answer::new(Code::CHANGED)
    }

    /// 4.04.
    #[must_use]
    pub const fn not_found() -> Answer {
        Answer::new(Code::NOT_FOUND)
    }

    /// An error with words for a human (RFC 7252 section 5.5.2).
    #[must_use]
    pub fn error(code: Code, words: &str) -> Answer {
        Answer { payload: words.into(), ..Answer::new(code) }
    }

    /// The same with an ETag, which names the state of what is represented.
    #[must_use]
    pub fn with_etag(self, etag: &[u8]) -> Answer {
        self.with_option(number::ETAG, etag)
    }

    /// The same with a further option.
    #[must_use]
    pub fn with_option(mut self, number: u16, value: &[u8]) -> Answer {
        self.options.push((number, value.into()));
        self
    }

    /// Hands it to `send` in the endpoint's terms.
    pub(super) fn with_response<R>(&self, send: impl FnOnce(&Response<'_>) -> R) -> R {
        let options: Vec<_> =
            self.options.iter().map(|(number, value)| OutgoingOption::bytes(*number, value)).collect();
        send(&Response {
            code: self.code,
            content_format: self.content_format,
            options: &options,
            payload: &self.payload,
        })
    }
}

/// A future of an answer.
pub(super) type Future = Pin<Box<dyn core::future::Future<Output = Answer> + Send>>;

/// What a handler gives: an answer, or one that comes later.
pub enum Outcome {
    /// It is there.
    Now(Answer),
    /// It comes; [`later`] makes one.
    Later(Future),
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Outcome {
        Outcome::Now(answer)
    }
}

impl core::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Outcome::Now(answer) => answer.fmt(f),
            Outcome::Later(_) => f.write_str("Later"),
        }
    }
}

/// An answer that comes when this future is ready.
pub fn later(answer: impl core::future::Future<Output = Answer> + Send + 'static) -> Outcome {
    Outcome::Later(Box::pin(answer))
}
