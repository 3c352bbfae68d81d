//! From statements to the effective schema.
//!
//! [`compiled`] is what comes out. It must not know files, SIDs or Rust.

pub mod compiled;
