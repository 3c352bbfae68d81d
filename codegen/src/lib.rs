//! YANG modules in, a Rust device out.

pub mod builtin;
pub mod context;
pub mod diagnostic;
pub mod schema;
pub mod source;
pub mod syntax;

pub use context::{Compiled, Context};
pub use diagnostic::{Diagnostic, Severity};
