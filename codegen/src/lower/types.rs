//! The table of types, and default values as literals.

use std::collections::HashMap;

use comi_runtime::schema::{
    Bit, Enum, IdentityIndex, IntegerWidth, Literal, Message, Messages, PatternSet, Patterns, Type, TypeIndex,
    TypeMessages,
};

use super::identities::Identities;
use super::patterns::PatternTable;
use super::{ENGINE_MODULES, Rows, leak, leak_text};
use crate::diagnostic::Diagnostic;
use crate::schema::compiled::{self, Node, NodeId, Schema, TypeKind, Value};
use crate::sid_items::sid_path;

/// How many leafrefs may stand one behind the other; the compiler has already refused circles.
const MAX_LEAFREFS: usize = 64;

/// Types as they are met; equal ones share a row.
pub(super) struct Types<'a> {
    schema: &'a Schema,
    rows: &'a Rows,
    identities: &'a Identities,
    device: bool,
    types: Vec<Type>,
    patterns: PatternTable,
    messages: Vec<TypeMessages>,
    /// By how `Debug` writes them: floats in ranges are neither `Eq` nor `Hash`.
    places: HashMap<String, TypeIndex>,
}

impl<'a> Types<'a> {
    pub(super) fn new(schema: &'a Schema, rows: &'a Rows, identities: &'a Identities, device: bool) -> Types<'a> {
        Types {
            schema,
            rows,
            identities,
            device,
            types: Vec::new(),
            patterns: PatternTable::default(),
            messages: Vec::new(),
            places: HashMap::new(),
        }
    }

    pub(super) fn rows(&self) -> &[Type] {
        &self.types
    }

    /// The set of one pattern that stands in no type; `None` where the tables are full.
    pub(super) fn pattern(&mut self, pattern: compiled::Pattern) -> Option<PatternSet> {
        self.patterns.set(&[pattern]).map(|(set, _)| set)
    }

    /// What the restrictions of the types say.
    pub(super) fn messages(&self) -> Option<&'static Messages> {
        let messages = || Messages { types: leak(self.messages.clone()), find: TypeMessages::find };
        (!self.messages.is_empty()).then(|| &*Box::leak(Box::new(messages())))
    }

    /// The types, and their patterns with the expression of each.
    pub(super) fn into_rows(self) -> (Vec<Type>, Option<&'static Patterns>, Vec<String>) {
        let (patterns, texts) = self.patterns.into_rows();
        (self.types, patterns, texts)
    }

    /// The row of a type of `node`.
    pub(super) fn row(&mut self, type_: &compiled::Type, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> TypeIndex {
        let mut of_patterns: &[Option<&Message>] = &[];
        let lowered = match &type_.kind {
            TypeKind::Leafref { target, require_instance, path, .. } => {
                let resolved = target.and_then(|target| follow(self.schema, target));
                let index = target.and_then(|target| self.rows.index_of(target));
                let (Some((end, end_type)), Some(index)) = (resolved, index) else {
                    let name = target.map_or_else(|| path.clone(), |target| sid_path(self.schema, target));
                    let message =
                        format!("the leafref {:?} leads to {name}, which this build does not have", node.name);
                    let help = "implement the module of the target too, or leave this leaf out by `Config::without`";
                    diagnostics.push(Diagnostic::error(message).at(node.span, "").help(help));
                    return TypeIndex(0);
                };
                let target_type = self.row(end_type, end, diagnostics);
                Type::Leafref { target: index, target_type, require_instance: *require_instance }
            }
            TypeKind::Union { members } => {
                let members = members.iter().map(|member| self.row(member, node, diagnostics)).collect();
                Type::Union { members: leak(members) }
            }
            TypeKind::String { lengths: allowed, patterns } => {
                let module = self.schema.module(node.module).map_or("", |module| module.name.as_str());
                let checked = !self.device || !ENGINE_MODULES.contains(&module);
                let Some((patterns, said)) = self.patterns.set(if checked { patterns } else { &[] }) else {
                    diagnostics.push(Diagnostic::error("the schema has more than 65534 distinct patterns"));
                    return TypeIndex(0);
                };
                if said.iter().any(Option::is_some) {
                    of_patterns = leak(said.into_iter().map(|message| message.map(lower_message)).collect());
                }
                Type::String { lengths: lengths(allowed), patterns }
            }
            other => self.scalar(other),
        };
        let bounds = type_.message.as_ref().map(lower_message);
        let key = format!("{lowered:?} {bounds:?} {of_patterns:?}");
        if let Some(index) = self.places.get(&key) {
            return *index;
        }
        let index = TypeIndex(u16::try_from(self.types.len()).unwrap_or(u16::MAX));
        self.types.push(lowered);
        if bounds.is_some() || !of_patterns.is_empty() {
            self.messages.push(TypeMessages { ty: index, bounds, patterns: of_patterns });
        }
        self.places.insert(key, index);
        index
    }

    fn scalar(&self, kind: &TypeKind) -> Type {
        match kind {
            TypeKind::Binary { lengths: allowed } => Type::Binary { lengths: lengths(allowed) },
            TypeKind::Bits { bits } => {
                let bit = |(position, name): &(u32, String)| Bit { position: *position, name: leak_text(name) };
                Type::Bits { bits: leak(bits.iter().map(bit).collect()) }
            }
            TypeKind::Boolean => Type::Boolean,
            TypeKind::Decimal64 { fraction_digits, ranges } => {
                Type::Decimal64 { fraction_digits: *fraction_digits, ranges: leak(ranges.clone()) }
            }
            // Leafrefs, strings and unions are the caller's.
            TypeKind::Empty | TypeKind::Leafref { .. } | TypeKind::String { .. } | TypeKind::Union { .. } => {
                Type::Empty
            }
            TypeKind::Enumeration { enums } => {
                let one = |(value, name): &(i32, String)| Enum { value: *value, name: leak_text(name) };
                Type::Enumeration { enums: leak(enums.iter().map(one).collect()) }
            }
            TypeKind::Float { fraction_digits, ranges } => {
                Type::Float { fraction_digits: *fraction_digits, ranges: leak(ranges.clone()) }
            }
            TypeKind::Identityref { bases } => {
                let mut bases: Vec<IdentityIndex> =
                    bases.iter().filter_map(|base| self.identities.index_of(*base)).collect();
                bases.sort_unstable();
                Type::Identityref { bases: leak(bases) }
            }
            TypeKind::InstanceIdentifier { require_instance } => {
                Type::InstanceIdentifier { require_instance: *require_instance }
            }
            TypeKind::Integer { bits, ranges } => Type::Integer { width: width(*bits), ranges: leak(ranges.clone()) },
            TypeKind::Unsigned { bits, ranges } => Type::Unsigned { width: width(*bits), ranges: leak(ranges.clone()) },
        }
    }

    /// A default as it stands in the tables; `None` where no literal can say it (an instance-identifier).
    pub(super) fn literal(&self, type_: &compiled::Type, value: &Value) -> Option<Literal> {
        if let TypeKind::Leafref { target, .. } = &type_.kind {
            let (_, end) = follow(self.schema, (*target)?)?;
            return self.literal(end, value);
        }
        Some(match value {
            Value::Binary(bytes) => Literal::Binary(leak(bytes.clone())),
            Value::Bits(names) => {
                let TypeKind::Bits { bits } = &type_.kind else { return None };
                let mut bytes: Vec<u8> = Vec::new();
                for (position, _) in bits.iter().filter(|(_, name)| names.contains(name)) {
                    let byte = usize::try_from(position / 8).ok()?;
                    bytes.resize(bytes.len().max(byte + 1), 0);
                    *bytes.get_mut(byte)? |= 1 << (position % 8);
                }
                Literal::Bits(leak(bytes))
            }
            Value::Boolean(value) => Literal::Boolean(*value),
            Value::Decimal64(mantissa) => Literal::Decimal64(*mantissa),
            Value::Empty => Literal::Empty,
            Value::Enumeration(name) => {
                let TypeKind::Enumeration { enums } = &type_.kind else { return None };
                Literal::Enumeration(enums.iter().find(|(_, own)| own == name)?.0)
            }
            Value::Float(value) => Literal::Float(*value),
            Value::Identityref(identity) => Literal::Identityref(self.identities.index_of(*identity)?),
            Value::InstanceIdentifier(_) => return None,
            Value::Integer(value) => Literal::Integer(*value),
            Value::String(text) => Literal::String(leak_text(text)),
            Value::Union(member, value) => {
                let TypeKind::Union { members } = &type_.kind else { return None };
                let literal = self.literal(members.get(*member)?, value)?;
                Literal::Union(u16::try_from(*member).ok()?, Box::leak(Box::new(literal)))
            }
            Value::Unsigned(value) => Literal::Unsigned(*value),
        })
    }
}

fn lower_message(message: &compiled::ErrorMessage) -> &'static Message {
    let text = |text: &Option<String>| leak_text(text.as_deref().unwrap_or(""));
    Box::leak(Box::new(Message { app_tag: text(&message.app_tag), text: text(&message.text) }))
}

fn lengths(lengths: &[(u64, u64)]) -> &'static [(u32, u32)] {
    let narrow = |length: u64| u32::try_from(length).unwrap_or(u32::MAX);
    leak(lengths.iter().map(|(from, to)| (narrow(*from), narrow(*to))).collect())
}

/// The leaf at the end of a chain of leafrefs, and its type.
pub(crate) fn follow(schema: &Schema, target: NodeId) -> Option<(&Node, &compiled::Type)> {
    let mut node = schema.node(target)?;
    for _ in 0..MAX_LEAFREFS {
        let type_ = node.type_.as_ref()?;
        match &type_.kind {
            TypeKind::Leafref { target, .. } => node = schema.node((*target)?)?,
            _ => return Some((node, type_)),
        }
    }
    None
}

fn width(bits: u8) -> IntegerWidth {
    match bits {
        8 => IntegerWidth::W8,
        16 => IntegerWidth::W16,
        32 => IntegerWidth::W32,
        _ => IntegerWidth::W64,
    }
}
