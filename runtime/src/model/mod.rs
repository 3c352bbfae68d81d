//! What generated code is made with: typed values, typed structs, and the dispatch from the engine's indices to the
//! methods of handler traits.
//!
//! `comi-codegen` writes calls into this room, so that the code it generates stays thin; a device developer meets
//! [`include_model!`](crate::include_model), [`Decimal64`] and, with values of their own, [`FromValue`]. It knows
//! nothing of protocols. Read [`FromValue`] first.

mod decimal;
pub mod dispatch;
pub mod fields;
mod values;
pub mod wire;

pub use decimal::{Decimal64, OutOfRange};
pub use values::{FromContent, FromValue, IntoContent, Notification, bits_from_value, value_from_bits};

/// What generated modules import. Generated types keep clear of these names.
pub mod prelude {
    pub use super::{Decimal64, FromContent, FromValue, IntoContent, Notification, fields};
    pub use crate::board::{Call, Fault, Outcome};
    pub use crate::schema::{IdentityIndex, NodeIndex};
    pub use crate::value::{Content, InstanceIdentifier, Value};
    pub use alloc::boxed::Box;
    pub use alloc::string::String;
    pub use alloc::vec::Vec;
}

/// Includes the model that the crate's build script compiled: `pub mod model { comi_runtime::include_model!(); }`.
#[macro_export]
macro_rules! include_model {
    () => {
        include!(concat!(env!("OUT_DIR"), "/comi-model.rs"));
    };
}
