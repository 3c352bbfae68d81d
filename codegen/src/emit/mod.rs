//! From tables to a Rust file.
//!
//! [`plan`] decides every Rust name and type, [`print`] only writes. The file holds the tables, one module for each
//! YANG module (SID constants, types, structs, handler traits, paths), and `bind`. It is written formatted, by no
//! formatter, since a build script has 0.2 s. Read [`plan::Plan`] first.

pub(crate) mod names;
pub(crate) mod plan;
mod print;

use crate::lower::Lowered;
use crate::schema::compiled;

/// The generated file.
pub(crate) fn rust(schema: &compiled::Schema, lowered: &Lowered, typed_codec: bool) -> String {
    print::file(&plan::plan(schema, lowered, typed_codec), schema, lowered)
}
