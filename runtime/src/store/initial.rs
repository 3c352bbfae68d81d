//! What a device is born with.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use super::start::{check, edit_words};
use crate::cbor::{Allowed, Reader, read_content};
use crate::datastore::{Datastore, Edit, EditError, Limits, Origin};
use crate::schema::{NodeIndex, Schema};
use crate::value::Content;

/// The configuration that a device leaves the factory with: the datastore `factory-default` of RFC 8808. It is loaded
/// when a store is new, and by a factory reset.
pub enum Initial {
    /// A document in YANG-CBOR with SIDs, as `comi encode` makes it of JSON, compiled in by `include_bytes!`.
    Cbor(&'static [u8]),
    /// A document in JSON (RFC 7951), compiled in by `include_str!`.
    #[cfg(feature = "json")]
    Json(&'static str),
    /// What this does to an empty datastore.
    Made(Box<Make>),
}

/// Makes the configuration.
type Make = dyn Fn(&mut Edit<'_>) -> Result<(), EditError> + Send;

impl fmt::Debug for Initial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Initial::Cbor(_) => "Cbor",
            #[cfg(feature = "json")]
            Initial::Json(_) => "Json",
            Initial::Made(_) => "Made",
        })
    }
}

impl Initial {
    /// A configuration that is made by edits of an empty datastore.
    pub fn made(make: impl Fn(&mut Edit<'_>) -> Result<(), EditError> + Send + 'static) -> Initial {
        Initial::Made(Box::new(make))
    }

    /// The configuration, checked.
    pub(super) fn content(&self, schema: &'static Schema) -> Result<Content, Cow<'static, str>> {
        let content = match self {
            Initial::Cbor(bytes) => {
                let mut reader = Reader::new(bytes);
                let read = read_content(schema, NodeIndex::ROOT, Allowed::Config, &mut reader);
                let read = read.and_then(|content| reader.finish().map(|()| content));
                read.map_err(|error| error.explain(schema))?
            }
            #[cfg(feature = "json")]
            Initial::Json(text) => crate::json::read_content(schema, NodeIndex::ROOT, Allowed::Config, text)
                .map_err(|error| alloc::format!("{error}"))?,
            Initial::Made(_) => Content::new(),
        };
        // a datastore of its own, so that what comes out is what edits make
        let mut datastore = Datastore::new(schema, Limits::SERVER);
        let mut edit = datastore.edit(Origin::Board);
        let done = edit.replace_all(content).and_then(|()| match self {
            Initial::Made(make) => make(&mut edit),
            _ => Ok(()),
        });
        let done = done.and_then(|()| edit.leave()).map_err(|error| edit_words(schema, &error));
        done.and_then(|_| check(&datastore))?;
        Ok(datastore.content().clone())
    }
}
