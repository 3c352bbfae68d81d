//! From statements to the effective schema.
//!
//! Phases, each a file, each leaving something that the next reads and none going back:
//! 1. `load`: texts to modules with their submodules and imports.
//! 2. `definitions`: features, identities, extensions, typedefs and groupings by name, with their scopes.
//! 3. `nodes`, `uses`: the tree of each module, groupings written out, refined and augmented.
//! 4. `augments`, then `deviations`, of all modules.
//! 5. `finish`: what depends on the whole tree: config, types (`types`, `restrictions`), keys, leafrefs, defaults
//!    (`values`), name clashes.
//! 6. `expressions`: `must`, `when` and `path` held against the whole tree. (They are parsed before phase 2.)
//! 7. `compact`: nodes in preorder, nothing left that was removed.
//!
//! [`compiled`] is what comes out: read [`compiled::Schema`] first. This room must not know files, SIDs or Rust.

pub mod compiled;

mod augments;
mod circles;
mod clashes;
mod compact;
mod compiler;
mod defaults;
mod definitions;
mod deviations;
mod expressions;
mod extensions;
mod features;
mod finish;
mod keys;
mod leafrefs;
mod linkage;
mod load;
mod nodes;
mod patterns;
mod phases;
mod restrictions;
mod siblings;
mod status;
mod types;
mod unused;
mod uses;
mod values;

pub(crate) use compiler::{Features, Outcome, compile};
pub(crate) use definitions::status;
pub use load::Text;
pub(crate) use load::{Finder, Request};
