//! YANG modules in, a Rust device out.
