//! The tests of Comi that need more than one crate.
