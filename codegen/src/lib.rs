//! YANG modules in, a Rust device out.
//!
//! [`Context`] compiles modules to a [`schema::compiled::Schema`] and a list of [`Diagnostic`]s. On top of that stand
//! [`tree()`], [`doc::page`], [`compare::compare`] and [`lint::check`].

pub mod builtin;
pub mod compare;
mod config;
pub mod context;
pub mod diagnostic;
pub mod doc;
mod emit;
pub mod lint;
mod lower;
#[cfg(feature = "lwm2m")]
pub mod lwm2m;
pub mod pattern;
pub mod sample;
pub mod schema;
mod session_sids;
mod sid_files;
pub mod sid_items;
pub mod source;
pub mod syntax;
pub mod tree;
pub mod xpath;

pub use config::{Config, Error};
pub use context::{Compiled, Context};
pub use diagnostic::{Diagnostic, Severity};
pub use lower::{annotation_schema, named_schema, runtime_schema, served_schema};
pub use session_sids::{MadeUp, SessionSids, session_sids};
pub use sid_files::sid_files;
pub use sid_items::{sid_items, sid_path};
pub use tree::{TreeOptions, tree, trees};
