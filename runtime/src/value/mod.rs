//! YANG values and the instance data made of them.
//!
//! This room knows the schema and nothing of encodings or protocols: [`Value`] is one leaf's value, [`Data`] the
//! instance of any data node, [`InstanceIdentifier`] says where it stands, [`check`] tells whether a value is of its
//! type, [`text`] is the lexical form of both, and [`Sink`] is how a reader of data hands it on, piece by piece, to an
//! encoder. Read [`Value`] first.

mod check;
mod data;
mod decimal;
mod float;
mod instance_identifier;
mod lent;
mod natural;
mod order;
mod scalar;
mod sink;
pub mod text;
pub(crate) mod trail;
mod walk;

/// Whether all types are linked, or only numbers, strings, booleans and references to these: the feature `types`.
/// Generated code asserts it where its model needs it.
pub const ALL_TYPES: bool = cfg!(feature = "types");

pub use check::{Violation, check, check_instance};
pub use data::{Content, Data, Entries};
pub use instance_identifier::{InstanceIdentifier, KeyOf, KeysOf, keys_of};
pub use lent::Lent;
pub use scalar::Value;
pub use sink::{Part, Sink};
pub use walk::{write_content, write_data};

pub(crate) use check::{check_lent, is_of_type, positions, type_name, wrong};
pub(crate) use decimal::{Whole, from_float, rescale, to_float};
pub(crate) use float::{parse as parse_float, print as print_float};
pub(crate) use order::{Order, Place, Places, begins_with, compare_keys, first_double};
