//! The static schema: what a compiled YANG model is at run time.
//!
//! Generated code fills these tables as `static` items; a tool that compiles YANG while it runs fills and
//! leaks one. Nodes stand in preorder, so that the subtree of node `i` is the index range `i + 1 .. end`;
//! everything refers to everything else by 16-bit index. Siblings stand in the order in which YANG-CBOR
//! writes them (RFC 8949 section 4.2: bytewise order of the encoded keys), so nothing is sorted at run time.
//!
//! This room knows nothing of values, bytes or protocols; patterns are matched here since the compiler matches
//! defaults, too. Read [`Schema`] first, then [`Node`].

use core::any::Any;

mod expression;
mod index;
mod lookup;
mod message;
mod node;
mod pattern;
mod types;

pub use expression::{Affected, Axis, Expressions, Function, Op, Operator, Rule, RuleKind, Test};
pub use index::{ChoiceIndex, IdentityIndex, ModuleIndex, NodeIndex, PatternSet, TypeIndex};
pub use lookup::{Children, MAX_DEPTH, Steps};
pub use message::{Message, Messages, Restriction, TypeMessages};
pub use node::{Flags, Node, NodeKind};
pub use pattern::{Counter, Patterns, Program, number, op};
pub use types::{Bit, Enum, IntegerWidth, Literal, Type};

/// A compiled set of YANG modules.
///
/// `Schema` is plain data; the methods in this room look things up in it. Every table that is searched is
/// sorted by the key named in its field's comment.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The modules, in no particular order; [`ModuleIndex`] refers to them.
    pub modules: &'static [Module],
    /// Every schema node but `choice` and `case`, in preorder; [`NodeIndex`] refers to them.
    pub nodes: &'static [Node],
    /// Every distinct identifier of a node, identity or choice.
    pub names: &'static [&'static str],
    /// The types of leafs and leaf-lists.
    pub types: &'static [Type],
    /// What the types' patterns are; `None` where no type has one.
    pub patterns: Option<&'static Patterns>,
    /// What the restrictions of types say where they are broken; `None` where none says anything.
    pub messages: Option<&'static Messages>,
    /// The lists, in the order of their nodes; `Node::detail` of a list is an index into this.
    pub lists: &'static [List],
    /// Identities of all modules, sorted by SID, those without one last.
    pub identities: &'static [Identity],
    /// Choices, in preorder.
    pub choices: &'static [Choice],
    /// Which node stands in which case, sorted by node.
    pub case_members: &'static [CaseMember],
    /// Default values, sorted by node.
    pub defaults: &'static [Default],
    /// `min-elements` and `max-elements` of lists and leaf-lists, sorted by node.
    pub bounds: &'static [Bounds],
    /// The nodes that have a SID, ascending by it.
    pub by_sid: &'static [NodeIndex],
    /// LwM2M objects, sorted by object id.
    pub objects: &'static [Object],
    /// LwM2M resources, sorted by object id, then resource id.
    pub resources: &'static [Resource],
    /// What `must`, `when` and `path` say; `None` where nothing has to be evaluated.
    pub expressions: Option<&'static Expressions>,
    /// What takes and tells nodes by name instead of SID; `None` where it was not asked for, so that its code falls
    /// away at link time. The rooms above know the type: `value::text::ByName`.
    pub by_name: Option<&'static (dyn Any + Send + Sync)>,
    /// What of the datastore's room the model's statements need: its `datastore::Parts`; `None` for tools, whose schemas
    /// hold no data.
    pub parts: Option<&'static (dyn Any + Send + Sync)>,
    /// What reads `anydata` and `anyxml`; `None` where no node is one, so that its code falls away, too. The rooms above
    /// know the type: `cbor::ReadAny`.
    pub any: Option<&'static (dyn Any + Send + Sync)>,
}

/// A module of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// The module's name.
    pub name: &'static str,
    /// The newest revision, `YYYY-MM-DD`; empty when the module has none.
    pub revision: &'static str,
    /// The XML namespace.
    pub namespace: &'static str,
    /// The features that this device supports.
    pub features: &'static [&'static str],
    /// False for a module that is only imported (RFC 8525 section 2).
    pub implemented: bool,
    /// The module's own SID; 0 when it has none.
    pub sid: u32,
}

/// What a `list` adds to its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// The key leafs in the order of the `key` statement; empty for a keyless list.
    pub keys: &'static [NodeIndex],
    /// Each `unique` statement's leafs.
    pub unique: &'static [&'static [NodeIndex]],
}

/// An identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// SID; 0 when there is none.
    pub sid: u32,
    /// Index into [`Schema::names`].
    pub name: u16,
    /// The module that defines it.
    pub module: ModuleIndex,
    /// Every identity it is derived from, directly or not, ascending.
    pub derived_from: &'static [IdentityIndex],
}

/// A `choice`. Choices and cases are no data nodes and have no SID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Index into [`Schema::names`].
    pub name: u16,
    /// The data node whose children the choice's nodes are; [`NodeIndex::ROOT`] at the top level.
    pub parent: NodeIndex,
    /// The choice and case that this choice stands in, if any.
    pub within: Option<(ChoiceIndex, u16)>,
    /// Whether one case must exist.
    pub mandatory: bool,
    /// The default case.
    pub default_case: Option<u16>,
    /// The data nodes directly in each case, those of nested choices included.
    pub cases: &'static [&'static [NodeIndex]],
}

/// That a node stands in a case; the innermost choice is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseMember {
    /// The data node.
    pub node: NodeIndex,
    /// The innermost choice around it.
    pub choice: ChoiceIndex,
    /// Index of the case in [`Choice::cases`].
    pub case: u16,
}

/// The default of a leaf, or one of the defaults of a leaf-list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Default {
    /// The leaf or leaf-list.
    pub node: NodeIndex,
    /// Its value, checked against its type at build time.
    pub value: Literal,
}

/// `min-elements` and `max-elements`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The list or leaf-list.
    pub node: NodeIndex,
    /// `min-elements`.
    pub min: u32,
    /// `max-elements`; `u32::MAX` when unbounded.
    pub max: u32,
}

/// A node that is an LwM2M object: a list (several instances) or a container (instance 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// Object id.
    pub id: u16,
    /// Its list or container.
    pub node: NodeIndex,
    /// Object version, major and minor.
    pub version: (u8, u8),
}

/// A node that is an LwM2M resource: a leaf, an action, or a list `id`, `value` (several instances).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Object id.
    pub object: u16,
    /// Resource id.
    pub id: u16,
    /// Its leaf, action or list.
    pub node: NodeIndex,
}
