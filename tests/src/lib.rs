//! The tests of Comi that need more than one crate. Each test, bench and program is named by path in Cargo.toml.

mod nothing;

pub use nothing::Nothing;
