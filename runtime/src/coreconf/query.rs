//! The query parameters `c` and `d` (draft sections 3.1.1 and 3.1.2, readings 20), and conditions.

use alloc::string::String;

use super::errors::{Failure, Refusal, words};
use super::{ETag, Request};
use crate::datastore::{ContentFilter, Datastore, DefaultsFilter, Filter};
use crate::value::text::push_unsigned;

/// The filter of a GET or FETCH.
pub(super) fn filter(request: &Request<'_>) -> Result<Filter, Refusal> {
    let (mut content, mut defaults) = (None, None);
    for text in request.query {
        let known = match *text {
            "c=a" => content.replace(ContentFilter::All).is_none(),
            "c=c" => content.replace(ContentFilter::Config).is_none(),
            "c=n" => content.replace(ContentFilter::State).is_none(),
            "d=a" => defaults.replace(DefaultsFilter::ReportAll).is_none(),
            "d=t" => defaults.replace(DefaultsFilter::Trim).is_none(),
            _ => false,
        };
        if !known {
            return Err(bad(text));
        }
    }
    Ok(Filter { content: content.unwrap_or_default(), defaults: defaults.unwrap_or_default() })
}

/// Other methods, and the event stream, take no query parameter.
pub(super) fn none(request: &Request<'_>) -> Result<(), Refusal> {
    match request.query {
        [] => Ok(()),
        [text, ..] => Err(bad(text)),
    }
}

fn bad(text: &str) -> Refusal {
    Refusal::new(Failure::BadQuery, &words(|| String::from("query parameter '") + text + "'"))
}

/// A refusal that tells the formats that are taken or given.
fn unknown_format(failure: Failure, formats: &[u16]) -> Refusal {
    let words = words(|| {
        let mut words = String::from("formats: ");
        for (place, format) in formats.iter().enumerate() {
            words.push_str(if place == 0 { "[" } else { ", " });
            push_unsigned(&mut words, u64::from(*format));
        }
        words + "]"
    });
    Refusal::new(failure, &words)
}

/// If-Match and If-None-Match against the configuration's revision (readings 29).
pub(super) fn condition(store: &Datastore, request: &Request<'_>) -> Result<(), Refusal> {
    let etag = ETag::new(store.revision());
    let matches = |tag: &&[u8]| tag.is_empty() || *tag == etag.as_bytes();
    if !request.if_match.is_empty() && !request.if_match.iter().any(matches) {
        return Err(Refusal::new(Failure::PreconditionFailed, "the configuration has changed"));
    }
    if request.if_none_match && !store.content().is_empty() {
        return Err(Refusal::new(Failure::PreconditionFailed, "the datastore has content"));
    }
    Ok(())
}

/// What Accept chooses among the formats that can be given; the first without one.
pub(super) fn accept(request: &Request<'_>, formats: &[u16]) -> Result<u16, Refusal> {
    match request.accept {
        None => formats.first().copied(),
        Some(wanted) => formats.iter().copied().find(|format| *format == wanted),
    }
    .ok_or_else(|| unknown_format(Failure::NotAcceptable, formats))
}

/// The Content-Format must be one of these.
pub(super) fn format(request: &Request<'_>, formats: &[u16]) -> Result<(), Refusal> {
    match request.content_format {
        Some(format) if formats.contains(&format) => Ok(()),
        _ => Err(unknown_format(Failure::UnsupportedFormat, formats)),
    }
}
