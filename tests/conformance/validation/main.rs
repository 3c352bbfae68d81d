//! What makes data valid: RFC 7950 sections 7 to 10, over modules compiled here and edits of a datastore.

#![expect(clippy::expect_used, clippy::panic, reason = "a test may end the program")]

mod accessible;
mod choices;
mod conditions;
mod fixture;
mod functions;
mod look_up;
mod musts;
mod properties;
mod references;
mod restrictions;
