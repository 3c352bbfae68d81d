//! Tests of the datastore against a small schema and a fake board.

pub(crate) mod model;

mod edits;
mod properties;
mod reads;
mod rules;
