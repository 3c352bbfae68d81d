//! Connections against the text of RFC 8323.

#[cfg(feature = "client")]
mod endpoints;
mod machine;
mod signaling;
