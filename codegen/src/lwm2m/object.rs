//! An LwM2M object as its definition has it, without places and without YANG.

use crate::source::Span;

/// An object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Its id.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// `urn:oma:lwm2m:oma:3:1.2`.
    pub urn: String,
    /// Version of the object, `1.0` where the definition says nothing.
    pub version: String,
    /// The version of LwM2M that it needs, `1.0` where the definition says nothing.
    pub enabler_version: String,
    /// Whether it has several instances.
    pub multiple: bool,
    /// Whether every device implements it.
    pub mandatory: bool,
    /// What it is for (Description1).
    pub description: String,
    /// What is said behind its resources (Description2).
    pub notes: String,
    /// Its resources in the order of the definition.
    pub resources: Vec<Resource>,
}

/// A resource of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// Its id.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// What a server may do with it.
    pub operations: Operations,
    /// Whether it has several instances.
    pub multiple: bool,
    /// Whether every device that has the object implements it.
    pub mandatory: bool,
    /// The type of its values.
    pub data_type: DataType,
    /// The text for range or enumeration.
    pub range: String,
    /// The unit.
    pub units: String,
    /// The description.
    pub description: String,
}

/// What a server may do with a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Operations {
    /// Nothing: it is the bootstrap interface's.
    #[default]
    None,
    /// Read.
    Read,
    /// Write.
    Write,
    /// Read and Write.
    ReadWrite,
    /// Execute.
    Execute,
}

impl Operations {
    /// All of them.
    pub const ALL: [Operations; 5] =
        [Operations::None, Operations::Read, Operations::Write, Operations::ReadWrite, Operations::Execute];

    /// The letters of the definition.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Operations::None => "",
            Operations::Read => "R",
            Operations::Write => "W",
            Operations::ReadWrite => "RW",
            Operations::Execute => "E",
        }
    }
}

/// The type of a resource's values (LwM2M Core 1.2 appendix C).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the data type of its name")]
pub enum DataType {
    /// No value, as of most resources that are executed.
    #[default]
    None,
    String,
    Integer,
    Unsigned,
    Float,
    Boolean,
    Opaque,
    Time,
    Objlnk,
    Corelnk,
}

impl DataType {
    /// All of them.
    pub const ALL: [DataType; 10] = [
        DataType::None,
        DataType::String,
        DataType::Integer,
        DataType::Unsigned,
        DataType::Float,
        DataType::Boolean,
        DataType::Opaque,
        DataType::Time,
        DataType::Objlnk,
        DataType::Corelnk,
    ];

    /// The word of the definition.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            DataType::None => "",
            DataType::String => "String",
            DataType::Integer => "Integer",
            DataType::Unsigned => "Unsigned Integer",
            DataType::Float => "Float",
            DataType::Boolean => "Boolean",
            DataType::Opaque => "Opaque",
            DataType::Time => "Time",
            DataType::Objlnk => "Objlnk",
            DataType::Corelnk => "Corelnk",
        }
    }
}

/// Where the parts of an object stand in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The name of the object.
    pub object: Span,
    /// Name and range of each resource.
    pub resources: Vec<(Span, Span)>,
}
