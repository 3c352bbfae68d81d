//! YANG modules in, a Rust device out.

pub mod schema;
pub mod source;
