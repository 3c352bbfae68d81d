//! SID files of RFC 9595: parse, write, allocate, update, check, relocate, look up.
//!
//! A `.sid` file gives every item of one YANG module its number. This crate reads and writes such files, gives new
//! items their numbers, holds a file against its module and against the file before it, moves modules to other numbers,
//! and looks numbers up over many files. It must not know YANG text: what a module has comes in as [`ModuleItems`]. It
//! opens no file and runs no command; its messages name the command `comi sid update` since that is what mends most of
//! what it finds.
//!
//! Read [`SidFile`] first, then [`update`] and [`check`], then [`Registry`].
//!
//! | to | use |
//! |---|---|
//! | read any layout, write RFC 9595's | [`SidFile::parse`], [`SidFile::to_json`] |
//! | give new items their numbers | [`update`], [`SidFile::rename`], [`SidFile::published`] |
//! | hold a file against its module, or against the one before it | [`check`], [`check_succession`] |
//! | look up over many files, and find what they claim twice | [`Registry`], [`duplicates()`] |
//! | move modules to another range | [`relocate()`], [`Migration`] |
//! | tell whose a number is | [`ranges`] |
//!
//! ```
//! use comi_sid::{AssignmentRange, ModuleItems, Namespace, SidFile, check, update};
//!
//! let mut module = ModuleItems::new("acme-lamp");
//! module.items.push((Namespace::Data, "/acme-lamp:lamp".into()));
//! let range = AssignmentRange::new(63400, 50).ok_or("no such range")?;
//! let update = update(None, &module, Some(range))?;
//! assert_eq!(update.added.len(), 2);
//!
//! let file = SidFile::parse(&update.file.to_json())?;
//! assert_eq!(file.sid(Namespace::Data, "/acme-lamp:lamp").map(|sid| sid.number()), Some(63401));
//! assert!(check(&file, &module).iter().all(|finding| finding.severity() == comi_sid::Severity::Note));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod check;
mod document;
mod duplicates;
mod file;
mod finding;
mod lifecycle;
mod migration;
mod module_items;
mod parse;
mod parse_error;
pub mod ranges;
mod registry;
mod relocate;
mod renames;
mod update;
mod write;

pub use check::check;
pub use document::MAX_FILE_SIZE;
pub use duplicates::{Duplicate, duplicates};
pub use file::{
    AssignmentRange, DependencyRevision, FileStatus, Item, ItemStatus, Namespace, OtherMembers, Sid, SidFile,
};
pub use finding::{Finding, FindingKind, Severity};
pub use lifecycle::check_succession;
pub use migration::{Migration, ModuleMigration, Moved, TwiceInMigration};
pub use module_items::ModuleItems;
pub use parse_error::{ParseError, Reason};
pub use registry::{AddError, Place, Registry, next_free_range};
pub use relocate::{RelocateError, RelocateOptions, Relocation, relocate};
pub use renames::RenameError;
pub use update::{Renamed, Update, UpdateError, update};
