//! Tests of the whole endpoint. The figures in their names are sections of RFC 7252 where no other is named.
#![cfg(all(feature = "client", feature = "echo", feature = "multicast", feature = "proxy-uri"))]

mod drawings;
mod limits;
mod machines;
mod messages;
mod names;
mod observe;
mod oracle;
mod pair;
mod peers;
mod resumption;
mod rules;
mod transfers;
