//! Why a text is no `.sid` file or no migration, where, and what mends it. Read [`ParseError`] first.

use crate::Sid;
use crate::migration::TwiceInMigration;

/// What is wrong with the text of a `.sid` file or a migration.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("line {line}, column {column}{}: {reason}; {}", At(member), reason.cure())]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The member, such as `item[3]/sid`, entries counted from 1; empty for the text as a whole.
    pub member: String,
    /// What is wrong.
    pub reason: Reason,
}

/// The ways in which a member can be wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    /// A member stands twice in one object (RFC 7951 follows I-JSON, RFC 7493 section 2.3).
    #[error("this member stands twice")]
    DuplicateMember,
    /// A mandatory member is not there.
    #[error("the member \"{0}\" is missing")]
    MissingMember(&'static str),
    /// Not `YYYY-MM-DD`.
    #[error("\"{0}\" is no revision date")]
    NotADate(String),
    /// A JSON document, but no migration.
    #[error("this is no migration: it has no member \"comi-sid:migration\"")]
    NotAMigration,
    /// A JSON document, but no member that a `.sid` file has.
    #[error("this is no .sid file: it has no member \"ietf-sid-file:sid-file\" and no \"module-name\"")]
    NotASidFile,
    /// Not a whole number of at least 0.
    #[error("{0} is no whole number")]
    NotAWholeNumber(String),
    /// A number over what the member holds.
    #[error("{number} is over the largest number here, {limit}")]
    NumberTooLarge {
        /// The number as it stands.
        number: String,
        /// The largest allowed.
        limit: u64,
    },
    /// An assignment range that ends beyond the last SID.
    #[error("the range {entry_point}:{size} ends beyond the last SID, {}", Sid::MAX)]
    RangeTooLong {
        /// Its first number.
        entry_point: u64,
        /// Its size.
        size: u64,
    },
    /// SID 0, which stands for "no SID" (RFC 9595 section 6.4.2).
    #[error("0 is no SID")]
    SidZero,
    /// Not JSON (RFC 8259).
    #[error("not JSON: {0}")]
    Syntax(String),
    /// More text than [`MAX_FILE_SIZE`](crate::MAX_FILE_SIZE).
    #[error("the file has {size} bytes, more than {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The text ends within a value.
    #[error("the text ends here, in the middle of a value")]
    Truncated,
    /// Two items of a migration share a number.
    #[error("{0}")]
    TwiceInMigration(TwiceInMigration),
    /// Not one of the enumeration's names.
    #[error("\"{value}\" is not one of {allowed}")]
    UnknownName {
        /// What stands there.
        value: String,
        /// The names there are.
        allowed: &'static str,
    },
    /// Not of the JSON type that belongs here.
    #[error("{found} stands where {expected} belongs")]
    WrongType {
        /// What belongs here.
        expected: &'static str,
        /// What stands here.
        found: &'static str,
    },
}

impl Reason {
    /// What the author of the file can do about it.
    pub fn cure(&self) -> &'static str {
        match self {
            Self::DuplicateMember => "remove one of the two",
            Self::MissingMember(_) => "add it (RFC 9595 section 4)",
            Self::NotADate(_) => "write YYYY-MM-DD, as the module's revision statement does",
            Self::NotAMigration => "give the table that `comi sid relocate` wrote",
            Self::NotASidFile => "give a file of RFC 9595's form, or make one with `comi sid update MODULE.yang`",
            Self::NotAWholeNumber(_) => "write digits only, in a string, such as \"63000\"",
            Self::NumberTooLarge { .. } => "use a number of the module's assignment range",
            Self::RangeTooLong { .. } => "make the range shorter",
            Self::SidZero => "use a number of the module's assignment range",
            Self::Syntax(_) | Self::Truncated => "restore the file, or mend the JSON there",
            Self::TooLarge { .. } => "split the module, or remove what is no part of the .sid file",
            Self::TwiceInMigration(_) => "give the table as `comi sid relocate` wrote it",
            Self::UnknownName { .. } => "write one of these",
            Self::WrongType { .. } => "mend it (RFC 9595 section 4)",
        }
    }
}

/// Prints `, item[3]/sid`, or nothing for the text as a whole.
struct At<'a>(&'a str);

impl core::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ", {}", self.0) }
    }
}
