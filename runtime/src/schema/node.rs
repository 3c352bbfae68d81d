//! One row of the node table: 16 bytes on every target.

use super::{ModuleIndex, NodeIndex, TypeIndex};

/// What kind of schema node a row is. `choice` and `case` have no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NodeKind {
    /// `container`
    Container,
    /// `list`
    List,
    /// `leaf-list`
    LeafList,
    /// `leaf`
    Leaf,
    /// `anydata`
    Anydata,
    /// `anyxml`
    Anyxml,
    /// `rpc`
    Rpc,
    /// `action`
    Action,
    /// The input of an rpc or action.
    Input,
    /// The output of an rpc or action.
    Output,
    /// `notification`
    Notification,
    /// A structure (RFC 8791) or yang-data (RFC 8040) at the top level.
    Structure,
}

/// Properties of a node, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u16);

impl Flags {
    /// No property.
    pub const NONE: Flags = Flags(0);
    /// `config true`.
    pub const CONFIG: Flags = Flags(1);
    /// `mandatory true`.
    pub const MANDATORY: Flags = Flags(1 << 1);
    /// A container with `presence`.
    pub const PRESENCE: Flags = Flags(1 << 2);
    /// `ordered-by user`; or of an input, an output, a notification or a structure, whose order is the sender's.
    pub const USER_ORDERED: Flags = Flags(1 << 3);
    /// A key leaf of its parent list.
    pub const KEY: Flags = Flags(1 << 4);
    /// Has a row (a leaf-list: rows) in [`Schema::defaults`](super::Schema::defaults).
    pub const HAS_DEFAULT: Flags = Flags(1 << 5);
    /// Stands in a case: has a row in [`Schema::case_members`](super::Schema::case_members).
    pub const IN_CASE: Flags = Flags(1 << 6);
    /// Has a row in [`Schema::bounds`](super::Schema::bounds).
    pub const HAS_BOUNDS: Flags = Flags(1 << 7);
    /// `lw:read-only`: written only by the board, bootstrap and Create.
    pub const READ_ONLY: Flags = Flags(1 << 8);
    /// `lw:write-only`: never read back over any protocol.
    pub const WRITE_ONLY: Flags = Flags(1 << 9);
    /// `lw:bootstrap-only`.
    pub const BOOTSTRAP_ONLY: Flags = Flags(1 << 10);
    /// `config false`, set by the board through its handle and kept, instead of pulled from a handler.
    pub const PUSHED: Flags = Flags(1 << 11);
    /// Pulled, but never on a timer: the board says when it changed.
    pub const EVENT_DRIVEN: Flags = Flags(1 << 12);
    /// The leaf `arguments` of an action's input, which takes the text of an LwM2M Execute.
    pub const ARGUMENTS: Flags = Flags(1 << 13);
    /// Of type `lw:objlnk`: a link to an LwM2M object.
    pub const OBJECT_LINK: Flags = Flags(1 << 14);

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A row of the node table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// SID; 0 when the module has none.
    pub sid: u32,
    /// One past the last node of the subtree.
    pub end: u16,
    /// The parent, [`NodeIndex::ROOT`] at the top level.
    pub parent: NodeIndex,
    /// Index into [`Schema::names`](super::Schema::names).
    pub name: u16,
    /// Leaf and leaf-list: a [`TypeIndex`]. List: index into [`Schema::lists`](super::Schema::lists). Else 0.
    pub detail: u16,
    /// Module (upper 12 bits) and [`NodeKind`] (lower 4 bits).
    module_and_kind: u16,
    /// Properties.
    pub flags: Flags,
}

const _: () = assert!(size_of::<Node>() == 16, "a node row is 16 bytes on every target");

impl Node {
    /// How many modules a schema can hold.
    pub const MAX_MODULES: usize = 1 << 12;

    /// A row. `module` must be below [`Node::MAX_MODULES`].
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "one argument a column; called by generated tables alone")]
    pub const fn new(
        sid: u32,
        kind: NodeKind,
        module: ModuleIndex,
        name: u16,
        parent: NodeIndex,
        end: u16,
        detail: u16,
        flags: Flags,
    ) -> Node {
        Node { sid, end, parent, name, detail, module_and_kind: module.0 << 4 | kind as u16, flags }
    }

    /// What kind of schema node this is.
    #[must_use]
    pub const fn kind(&self) -> NodeKind {
        match self.module_and_kind & 0xf {
            0 => NodeKind::Container,
            1 => NodeKind::List,
            2 => NodeKind::LeafList,
            3 => NodeKind::Leaf,
            4 => NodeKind::Anydata,
            5 => NodeKind::Anyxml,
            6 => NodeKind::Rpc,
            7 => NodeKind::Action,
            8 => NodeKind::Input,
            9 => NodeKind::Output,
            10 => NodeKind::Notification,
            _ => NodeKind::Structure,
        }
    }

    /// The module whose namespace the node is in.
    #[must_use]
    pub const fn module(&self) -> ModuleIndex {
        ModuleIndex(self.module_and_kind >> 4)
    }

    /// The type of a leaf or leaf-list.
    #[must_use]
    pub const fn type_index(&self) -> Option<TypeIndex> {
        match self.kind() {
            NodeKind::Leaf | NodeKind::LeafList => Some(TypeIndex(self.detail)),
            _ => None,
        }
    }

    /// Whether the node is configuration.
    #[must_use]
    pub const fn is_config(&self) -> bool {
        self.flags.has(Flags::CONFIG)
    }
}
