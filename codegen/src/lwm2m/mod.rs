//! OMA's definitions of LwM2M objects (XML) into YANG modules and back.
//!
//! [`decode`] and [`read`] make an [`Object`] of a file, [`module`] a YANG module of that; [`objects`] finds the objects
//! of a compiled schema, and [`to_xml`] writes their definition. What is unclear in a definition becomes a warning that
//! says what was assumed. Knows no SIDs, no files and no clock. Read [`Object`] first; the names are [`names`]'s.

mod document;
mod export;
mod module;
pub mod names;
mod object;
mod range;
mod read;
mod text;
mod types;
mod xml;

pub use document::to_xml;
pub use export::{Exported, objects};
pub use module::{Options, YangModule, module};
pub use object::{DataType, Object, Operations, Places, Resource};
pub use read::{Definition, Reading, read};
pub use xml::{DecodeError, decode};

#[cfg(test)]
mod tests;
