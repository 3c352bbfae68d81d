//! The command `comi`.
fn main() {}
