//! Tests of the whole endpoint. The figures in their names are sections of RFC 7252 where no other is named.
#![cfg(feature = "client")]

mod limits;
mod machines;
mod messages;
mod observe;
mod oracle;
mod pair;
mod transfers;
