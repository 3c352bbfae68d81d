//! SID files of RFC 9595.
