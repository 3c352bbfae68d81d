//! A schema made by hand, for unit tests: every type, every kind of node, deltas of both signs and of two modules.

use alloc::boxed::Box;
use alloc::vec::Vec;
use std::sync::OnceLock;

use crate::schema::{
    Bit, Enum, Flags, Identity, IdentityIndex, IntegerWidth, List, Module, ModuleIndex, Node, NodeIndex, NodeKind,
    PatternSet, Schema, Type, TypeIndex,
};

pub(crate) mod sample;

/// What a row has beside its name.
enum Detail {
    None,
    Keys(&'static [&'static str]),
    Leaf(Type),
}

struct Row {
    depth: usize,
    sid: u32,
    kind: NodeKind,
    module: u16,
    name: &'static str,
    detail: Detail,
    flags: Flags,
}

const STATE: Flags = Flags::NONE;
const CONFIG: Flags = Flags::CONFIG;

fn leaf(depth: usize, sid: u32, name: &'static str, ty: Type) -> Row {
    Row { depth, sid, kind: NodeKind::Leaf, module: 0, name, detail: Detail::Leaf(ty), flags: CONFIG }
}

fn leaf_list(depth: usize, sid: u32, name: &'static str, ty: Type) -> Row {
    Row { kind: NodeKind::LeafList, ..leaf(depth, sid, name, ty) }
}

fn list(depth: usize, sid: u32, name: &'static str, keys: &'static [&'static str]) -> Row {
    Row { depth, sid, kind: NodeKind::List, module: 0, name, detail: Detail::Keys(keys), flags: CONFIG }
}

fn node(depth: usize, sid: u32, kind: NodeKind, name: &'static str) -> Row {
    Row { depth, sid, kind, module: 0, name, detail: Detail::None, flags: CONFIG }
}

impl Row {
    fn other(self) -> Row {
        Row { module: 1, ..self }
    }

    fn state(self) -> Row {
        Row { flags: STATE, ..self }
    }
}

const STRING: Type = Type::String { lengths: &[], patterns: PatternSet::NONE };
const INT32: Type = Type::Integer { width: IntegerWidth::W32, ranges: &[] };
const BITS: Type = Type::Bits {
    bits: &[
        Bit { position: 0, name: "unknown" },
        Bit { position: 1, name: "under-repair" },
        Bit { position: 2, name: "critical" },
        Bit { position: 8, name: "warning" },
        Bit { position: 128, name: "indeterminate" },
    ],
};
const ENUMERATION: Type =
    Type::Enumeration { enums: &[Enum { value: -1, name: "unbounded" }, Enum { value: 3, name: "testing" }] };
const DECIMAL: Type = Type::Decimal64 { fraction_digits: 2, ranges: &[(-1000, 314), (2000, i64::MAX)] };
const IDENTITY: Type = Type::Identityref { bases: &[IdentityIndex(0)] };
const INSTANCE: Type = Type::InstanceIdentifier { require_instance: false };

/// Members of the leaf `union`, which stand first in the table of types.
const MEMBERS: [Type; 10] = [
    INT32,
    ENUMERATION,
    BITS,
    IDENTITY,
    INSTANCE,
    Type::Unsigned { width: IntegerWidth::W64, ranges: &[] },
    DECIMAL,
    Type::Boolean,
    Type::Binary { lengths: &[(2, 2)] },
    Type::String { lengths: &[(3, 8)], patterns: PatternSet::NONE },
];
const MEMBER_INDICES: [TypeIndex; 10] = [
    TypeIndex(0),
    TypeIndex(1),
    TypeIndex(2),
    TypeIndex(3),
    TypeIndex(4),
    TypeIndex(5),
    TypeIndex(6),
    TypeIndex(7),
    TypeIndex(8),
    TypeIndex(9),
];

fn rows() -> Vec<Row> {
    use NodeKind as K;
    let int8 = Type::Integer { width: IntegerWidth::W8, ranges: &[] };
    let int64 = Type::Integer { width: IntegerWidth::W64, ranges: &[] };
    let uint8 = Type::Unsigned { width: IntegerWidth::W8, ranges: &[(1, 10), (20, 30)] };
    let uint64 = Type::Unsigned { width: IntegerWidth::W64, ranges: &[] };
    std::vec![
        node(0, 1000, K::Container, "all"),
        leaf(1, 1001, "binary", Type::Binary { lengths: &[(1, 4)] }),
        leaf(1, 1002, "bits", BITS),
        leaf(1, 1003, "boolean", Type::Boolean),
        leaf(1, 1004, "decimal", DECIMAL),
        leaf(1, 1005, "empty", Type::Empty),
        leaf(1, 1006, "enumeration", ENUMERATION),
        leaf(1, 1007, "float", Type::Float { fraction_digits: 6, ranges: &[] }),
        leaf(1, 1008, "identity", IDENTITY),
        leaf(1, 1009, "instance", INSTANCE),
        leaf(1, 1010, "int8", int8),
        leaf(1, 1011, "int64", int64),
        leaf(
            1,
            1012,
            "reference",
            Type::Leafref { target: NodeIndex(2), target_type: TypeIndex(1), require_instance: false }
        ),
        leaf(1, 1013, "string", Type::String { lengths: &[(0, 8)], patterns: PatternSet::NONE }),
        leaf(1, 1014, "uint8", uint8),
        leaf(1, 1015, "uint64", uint64),
        leaf(1, 1016, "union", Type::Union { members: &MEMBER_INDICES }),
        leaf_list(1, 1017, "names", STRING),
        leaf(1, 1018, "state", INT32).state(),
        leaf_list(1, 1019, "samples", INT32).state(),
        node(1, 1020, K::Anydata, "any"),
        node(1, 1021, K::Anyxml, "xml"),
        list(1, 1030, "server", &["name", "country"]),
        leaf(2, 1031, "country", STRING),
        leaf(2, 1032, "name", STRING),
        leaf(2, 1033, "data", INT32),
        leaf_list(2, 1034, "chair", INSTANCE),
        list(2, 1035, "inner", &["id"]),
        leaf(3, 1036, "id", IDENTITY),
        leaf(3, 1037, "note", STRING),
        list(1, 1040, "log", &[]).state(),
        leaf(2, 1041, "text", STRING).state(),
        list(1, 1045, "ordered", &["id"]).user_ordered(),
        leaf(2, 1046, "id", int8),
        leaf(1, 999, "before", STRING),
        leaf(1, 990, "long-before", STRING),
        leaf(1, 2001, "other", STRING).other(),
        node(1, 2002, K::Container, "more").other(),
        leaf(2, 2003, "deep", STRING).other(),
        leaf(2, 1050, "back", STRING),
        node(0, 1100, K::Rpc, "reset"),
        node(1, 1101, K::Input, "input"),
        leaf(2, 1102, "delay", uint64),
        node(1, 1103, K::Output, "output"),
        leaf(2, 1099, "result", STRING),
        node(0, 1110, K::Notification, "alarm").state(),
        leaf(1, 1111, "text", STRING).state(),
        node(0, 1120, K::Structure, "error"),
        leaf(1, 1121, "code", INT32),
        list(0, 1130, "top", &["id"]),
        leaf(1, 1131, "id", STRING),
        leaf(0, 2100, "all", STRING).other(),
    ]
}

impl Row {
    fn user_ordered(self) -> Row {
        Row { flags: CONFIG.with(Flags::USER_ORDERED), ..self }
    }
}

/// The schema; made once.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<&'static Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Box::leak(Box::new(build(&rows()))))
}

/// The node at a path of names from the top, without modules.
pub(crate) fn at(path: &str) -> NodeIndex {
    path.split('/').fold(NodeIndex::ROOT, |parent, name| {
        let module = (parent == NodeIndex::ROOT).then_some(ModuleIndex(0));
        schema().child(parent, module, name).unwrap_or_else(|| panic!("no {name} in {path}"))
    })
}

fn build(rows: &[Row]) -> Schema {
    let index = |place: usize| u16::try_from(place).unwrap();
    let end_of = |place: usize| {
        let depth = rows[place].depth;
        rows[place + 1..].iter().position(|row| row.depth <= depth).map_or(rows.len(), |behind| place + 1 + behind)
    };
    let parent_of = |place: usize| {
        let depth = rows[place].depth;
        rows[..place].iter().rposition(|row| row.depth < depth).map_or(NodeIndex::ROOT, |at| NodeIndex(index(at)))
    };
    let mut names: Vec<&'static str> = std::vec!["interface-type", "ethernet", "loopback", "unrelated"];
    let mut types: Vec<Type> = MEMBERS.to_vec();
    let mut lists = Vec::new();
    let mut nodes = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let name = names.iter().position(|name| *name == row.name).unwrap_or_else(|| {
            names.push(row.name);
            names.len() - 1
        });
        let detail = match &row.detail {
            Detail::None => 0,
            Detail::Leaf(ty) => {
                types.push(*ty);
                types.len() - 1
            }
            Detail::Keys(keys) => {
                let key = |key: &&str| {
                    let children = place + 1..end_of(place);
                    let child = children.clone().find(|at| rows[*at].name == *key && rows[*at].depth == row.depth + 1);
                    NodeIndex(index(child.unwrap()))
                };
                let keys: Vec<NodeIndex> = keys.iter().map(key).collect();
                lists.push(List { keys: keys.leak(), unique: &[] });
                lists.len() - 1
            }
        };
        nodes.push(Node::new(
            row.sid,
            row.kind,
            ModuleIndex(row.module),
            index(name),
            parent_of(place),
            index(end_of(place)),
            index(detail),
            row.flags,
        ));
    }
    let mut by_sid: Vec<_> = (0..nodes.len()).map(|at| NodeIndex(index(at))).collect();
    by_sid.sort_unstable_by_key(|node| nodes[node.get()].sid);
    let module = |name, namespace, sid| Module { name, revision: "", namespace, features: &[], implemented: true, sid };
    Schema {
        modules: Box::leak(Box::new([module("t", "urn:t", 900), module("u", "urn:u", 2000)])),
        nodes: nodes.leak(),
        names: names.leak(),
        types: types.leak(),
        patterns: None,
        messages: None,
        lists: lists.leak(),
        identities: &[
            Identity { sid: 901, name: 0, module: ModuleIndex(0), derived_from: &[] },
            Identity { sid: 902, name: 1, module: ModuleIndex(0), derived_from: &[IdentityIndex(0)] },
            Identity { sid: 903, name: 3, module: ModuleIndex(0), derived_from: &[] },
            Identity { sid: 1880, name: 2, module: ModuleIndex(1), derived_from: &[IdentityIndex(0)] },
        ],
        choices: &[],
        case_members: &[],
        defaults: &[],
        bounds: &[],
        by_sid: by_sid.leak(),
        objects: &[],
        resources: &[],
        expressions: None,
        parts: Some(&crate::datastore::Parts::ALL),
        by_name: Some(&crate::cbor::BY_NAME),
        any: Some(&crate::cbor::READ_ANY),
    }
}
