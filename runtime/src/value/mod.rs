//! YANG values and the instance data made of them.
//!
//! This room knows the schema and nothing of bytes, text or protocols: [`Value`] is one leaf's value, [`Data`] the
//! instance of any data node, [`InstanceIdentifier`] says where it stands, and [`Sink`] is how a reader of data
//! hands it on, piece by piece, to an encoder. Read [`Value`] first.

mod data;
mod instance_identifier;
mod scalar;
mod sink;

pub use data::{Content, Data, Entries};
pub use instance_identifier::InstanceIdentifier;
pub use scalar::Value;
pub use sink::{Part, Sink};
