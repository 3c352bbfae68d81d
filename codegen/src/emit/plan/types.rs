//! Rust types of YANG types: enums, bits and unions get one of their own, named after their typedef or their leaf.

use std::collections::HashMap;
use std::rc::Rc;

use comi_runtime::schema::{ModuleIndex, NodeIndex, NodeKind};

use super::{RESERVED_TYPES, Source};
use crate::emit::names::{camel, escape, settle, shouty};
use crate::lower::follow;
use crate::schema::compiled::{self, Node, NodeId, TypeKind};

/// A Rust type that stands for a YANG type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RustType {
    Bool,
    Bytes,
    Decimal64(u8),
    Empty,
    Float,
    Identity,
    InstanceIdentifier,
    /// A generated enum or bits: name and module. Bits and enums are `Copy`.
    Named {
        module: Rc<str>,
        name: Rc<str>,
    },
    Number(&'static str),
    /// A type for which Rust has none that is better: bits beyond 64.
    Raw,
    Text,
}

impl RustType {
    /// The type as a field or an answer, written in module `within` (empty: at the top of the file).
    pub(crate) fn owned(&self, within: &str) -> String {
        match self {
            RustType::Bool => "bool".to_owned(),
            RustType::Bytes => "Vec<u8>".to_owned(),
            RustType::Decimal64(digits) => format!("Decimal64<{digits}>"),
            RustType::Empty => "()".to_owned(),
            RustType::Float => "f64".to_owned(),
            RustType::Identity => "IdentityIndex".to_owned(),
            RustType::InstanceIdentifier => "InstanceIdentifier".to_owned(),
            RustType::Named { module, name } if **module == *within => name.to_string(),
            RustType::Named { module, name } if within.is_empty() => format!("{module}::{name}"),
            RustType::Named { module, name } => format!("super::{module}::{name}"),
            RustType::Number(name) => (*name).to_owned(),
            RustType::Raw => "Value".to_owned(),
            RustType::Text => "String".to_owned(),
        }
    }

    /// The type as an argument.
    pub(crate) fn borrowed(&self, within: &str) -> String {
        match self {
            RustType::Bytes => "&[u8]".to_owned(),
            RustType::InstanceIdentifier => "&InstanceIdentifier".to_owned(),
            RustType::Raw => "&Value".to_owned(),
            RustType::Text => "&str".to_owned(),
            other => other.owned(within),
        }
    }

    /// `argument.into()`, as far as the borrowed form has no `Into<Value>` of its own.
    pub(crate) fn borrowed_to_value(&self, argument: &str) -> String {
        match self {
            RustType::InstanceIdentifier | RustType::Raw => format!("Value::from({argument}.clone())"),
            _ => format!("Value::from({argument})"),
        }
    }
}

/// A generated type.
#[derive(Debug)]
pub(crate) struct NamedType {
    pub(crate) name: String,
    /// What it stands for: a typedef or a leaf.
    pub(crate) of: String,
    pub(crate) description: Option<String>,
    pub(crate) kind: NamedKind,
}

/// What a generated type is made of.
#[derive(Debug)]
pub(crate) enum NamedKind {
    /// Constant, position, name.
    Bits(Vec<(String, u32, String)>),
    /// Variant, value, name.
    Enumeration(Vec<(String, i32, String)>),
    /// Variant and type, in the order of the members.
    Union(Vec<(String, RustType)>),
}

/// What a generated type is known by. Members of unions have their place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Leaf(NodeId, Vec<usize>),
    /// Module, typedef, and how `Debug` writes the type: a leaf may restrict its typedef.
    Typedef(String, String, String),
}

/// All types of a schema.
pub(crate) struct Types {
    of_node: HashMap<NodeIndex, RustType>,
    planned: HashMap<ModuleIndex, Vec<NamedType>>,
}

impl Types {
    /// The type of a leaf or leaf-list.
    pub(super) fn of_node(&self, node: NodeIndex) -> RustType {
        self.of_node.get(&node).cloned().unwrap_or(RustType::Raw)
    }

    /// The types of a module, to be written.
    pub(super) fn take(&mut self, module: ModuleIndex) -> Vec<NamedType> {
        self.planned.remove(&module).unwrap_or_default()
    }

    /// The names that a module's types have.
    pub(super) fn names(&self, module: ModuleIndex) -> Vec<&str> {
        self.planned.get(&module).into_iter().flatten().map(|planned| planned.name.as_str()).collect()
    }
}

/// A type that gets a name.
struct Wanted<'a> {
    key: Key,
    module: ModuleIndex,
    path: Vec<String>,
    of: String,
    description: Option<String>,
    kind: &'a TypeKind,
    /// The leaf it was met at, and the place in unions on the way.
    at: (&'a Node, NodeId, Vec<usize>),
}

struct Collector<'a, 'b> {
    source: &'b Source<'a>,
    wanted: Vec<Wanted<'a>>,
    places: HashMap<Key, usize>,
}

/// Finds all types that need a name, names them, and tells the type of each leaf.
pub(super) fn collect(source: &Source<'_>) -> Types {
    let mut collector = Collector { source, wanted: Vec::new(), places: HashMap::new() };
    let leafs: Vec<NodeIndex> = source
        .rows()
        .filter(|(index, row)| matches!(row.kind(), NodeKind::Leaf | NodeKind::LeafList) && !source.is_engines(*index))
        .map(|(index, _)| index)
        .collect();
    for leaf in &leafs {
        let id = source.lowered.origins.get(leaf.get()).copied();
        let Some((id, node)) = id.and_then(|id| Some((id, source.compiled.node(id)?))) else { continue };
        if let Some(type_) = &node.type_ {
            collector.collect(type_, (node, id, Vec::new()));
        }
    }
    let Collector { wanted, places, .. } = collector;
    let names = name(&wanted);
    let known = Known { source, names: &names, wanted: &wanted, places: &places };
    let mut of_node = HashMap::new();
    for leaf in leafs {
        let id = source.lowered.origins.get(leaf.get()).copied();
        let Some((id, node)) = id.and_then(|id| Some((id, source.compiled.node(id)?))) else { continue };
        if let Some(type_) = &node.type_ {
            of_node.insert(leaf, known.rust_type(type_, (node, id, Vec::new())));
        }
    }
    let mut planned: HashMap<ModuleIndex, Vec<NamedType>> = HashMap::new();
    for (wanted, name) in wanted.iter().zip(&names) {
        let (of, description) = (wanted.of.clone(), wanted.description.clone());
        let named = NamedType { name: name.clone(), of, description, kind: known.parts(wanted) };
        planned.entry(wanted.module).or_default().push(named);
    }
    Types { of_node, planned }
}

fn name(wanted: &[Wanted<'_>]) -> Vec<String> {
    let mut names = vec![String::new(); wanted.len()];
    let mut modules: HashMap<ModuleIndex, Vec<usize>> = HashMap::new();
    for (place, wanted) in wanted.iter().enumerate() {
        modules.entry(wanted.module).or_default().push(place);
    }
    for places in modules.into_values() {
        let paths: Vec<Vec<String>> =
            places.iter().filter_map(|place| wanted.get(*place)).map(|wanted| wanted.path.clone()).collect();
        let settled = settle(&paths, &RESERVED_TYPES, |_, name| vec![camel(name)]);
        for (place, name) in places.into_iter().zip(settled) {
            if let Some(slot) = names.get_mut(place) {
                *slot = escape(camel(&name));
            }
        }
    }
    names
}

/// How many leafrefs and unions may stand in each other.
const MAX_NESTING: usize = 64;

type At<'a> = (&'a Node, NodeId, Vec<usize>);

/// The type at the end of leafrefs, and where it stands.
fn resolve<'a>(source: &Source<'a>, type_: &'a compiled::Type, at: At<'a>) -> Option<(&'a compiled::Type, At<'a>)> {
    let TypeKind::Leafref { target, .. } = &type_.kind else { return Some((type_, at)) };
    let mut id = (*target)?;
    let (end, type_) = follow(source.compiled, id)?;
    for _ in 0..MAX_NESTING {
        match &source.compiled.node(id)?.type_.as_ref()?.kind {
            TypeKind::Leafref { target, .. } => id = (*target)?,
            _ => break,
        }
    }
    Some((type_, (end, id, Vec::new())))
}

fn key(type_: &compiled::Type, at: &At<'_>) -> Key {
    match type_.typedefs.first() {
        Some((module, name)) => Key::Typedef(module.clone(), name.clone(), format!("{:?}", type_.kind)),
        None => Key::Leaf(at.1, at.2.clone()),
    }
}

impl<'a> Collector<'a, '_> {
    fn collect(&mut self, type_: &'a compiled::Type, at: At<'a>) {
        let Some((type_, at)) = resolve(self.source, type_, at) else { return };
        if at.2.len() > MAX_NESTING || !has_name(&type_.kind) {
            return;
        }
        let key = key(type_, &at);
        if self.places.contains_key(&key) {
            return;
        }
        self.places.insert(key.clone(), self.wanted.len());
        let (node, id, members) = at.clone();
        let row = self.source.lowered.index.get(&id);
        let mut path = row.map_or_else(|| vec![node.name.clone()], |row| self.source.steps(*row));
        let mut module = node.module;
        let mut of = crate::sid_items::sid_path(self.source.compiled, id);
        let mut description = node.description.clone();
        if let Key::Typedef(typedef_module, name, _) = &key {
            path.push(name.clone());
            of = format!("typedef {typedef_module}:{name}");
            description = None;
            module = self.source.compiled.module_named(typedef_module).unwrap_or(module);
        } else if !members.is_empty() {
            // `close-after-enumeration`: the leaf, and what of its union.
            let member = format!("{}-{}", node.name, type_.written);
            path.pop();
            path.push(member);
        }
        let module = ModuleIndex(u16::try_from(module.0).unwrap_or(u16::MAX));
        self.wanted.push(Wanted { key, module, path, of, description, kind: &type_.kind, at });
        if let TypeKind::Union { members: types } = &type_.kind {
            for (place, member) in types.iter().enumerate() {
                let mut members = members.clone();
                members.push(place);
                self.collect(member, (node, id, members));
            }
        }
    }
}

/// Bits beyond this have no Rust type of their own.
const MAX_BITS: u32 = 64;

fn has_name(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Bits { bits } => bits.iter().all(|(position, _)| *position < MAX_BITS),
        TypeKind::Enumeration { .. } | TypeKind::Union { .. } => true,
        _ => false,
    }
}

struct Known<'a, 'b> {
    source: &'b Source<'a>,
    names: &'b [String],
    wanted: &'b [Wanted<'a>],
    places: &'b HashMap<Key, usize>,
}

impl<'a> Known<'a, '_> {
    fn rust_type(&self, type_: &'a compiled::Type, at: At<'a>) -> RustType {
        let Some((type_, at)) = resolve(self.source, type_, at) else { return RustType::Raw };
        if has_name(&type_.kind) {
            let place = self.places.get(&key(type_, &at)).copied();
            let named = place.and_then(|place| Some((self.wanted.get(place)?, self.names.get(place)?)));
            return match named {
                Some((wanted, name)) => RustType::Named {
                    module: self.source.rust_module(wanted.module).into(),
                    name: name.as_str().into(),
                },
                None => RustType::Raw,
            };
        }
        match &type_.kind {
            TypeKind::Binary { .. } => RustType::Bytes,
            TypeKind::Boolean => RustType::Bool,
            TypeKind::Decimal64 { fraction_digits, .. } => RustType::Decimal64(*fraction_digits),
            TypeKind::Empty => RustType::Empty,
            TypeKind::Float { .. } => RustType::Float,
            TypeKind::Identityref { .. } => RustType::Identity,
            TypeKind::InstanceIdentifier { .. } => RustType::InstanceIdentifier,
            TypeKind::Integer { bits, .. } => RustType::Number(match bits {
                8 => "i8",
                16 => "i16",
                32 => "i32",
                _ => "i64",
            }),
            TypeKind::String { .. } => RustType::Text,
            TypeKind::Unsigned { bits, .. } => RustType::Number(match bits {
                8 => "u8",
                16 => "u16",
                32 => "u32",
                _ => "u64",
            }),
            TypeKind::Bits { .. }
            | TypeKind::Enumeration { .. }
            | TypeKind::Leafref { .. }
            | TypeKind::Union { .. } => RustType::Raw,
        }
    }

    fn parts(&self, wanted: &Wanted<'a>) -> NamedKind {
        debug_assert!(self.places.contains_key(&wanted.key));
        match wanted.kind {
            TypeKind::Bits { bits } => {
                let paths: Vec<Vec<String>> = bits.iter().map(|(_, name)| vec![name.clone()]).collect();
                let names = settle(&paths, &["NONE"], |_, name| vec![shouty(name)]);
                let rows = names.iter().zip(bits);
                NamedKind::Bits(rows.map(|(name, (position, yang))| (shouty(name), *position, yang.clone())).collect())
            }
            TypeKind::Enumeration { enums } => {
                let paths: Vec<Vec<String>> = enums.iter().map(|(_, name)| vec![name.clone()]).collect();
                let names = settle(&paths, &[], |_, name| vec![camel(name)]);
                let rows = names.iter().zip(enums);
                let variant =
                    |(name, (value, yang)): (&String, &(i32, String))| (escape(camel(name)), *value, yang.clone());
                NamedKind::Enumeration(rows.map(variant).collect())
            }
            TypeKind::Union { members } => {
                let word = |member: &compiled::Type| member.written.rsplit(':').next().unwrap_or("").to_owned();
                let paths: Vec<Vec<String>> = members.iter().map(|member| vec![word(member)]).collect();
                let names = settle(&paths, &[], |_, name| vec![camel(name)]);
                let (node, id, above) = &wanted.at;
                let rows = names.iter().zip(members).enumerate().map(|(place, (name, member))| {
                    let mut at = above.clone();
                    at.push(place);
                    (escape(camel(name)), self.rust_type(member, (node, *id, at)))
                });
                NamedKind::Union(rows.collect())
            }
            _ => NamedKind::Enumeration(Vec::new()),
        }
    }
}
