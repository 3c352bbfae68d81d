//! Phase 5: types: the chain of typedefs folded into one built-in type with its restrictions (RFC 7950 section 9).

use std::rc::Rc;

use super::compiled::{ModuleId, Type, TypeKind};
use super::compiler::{Compiler, DEPTH_LIMIT, Place, TYPE_LIMIT};
use super::definitions::{Kind, status};
use super::load::UnitId;
use super::restrictions::{self, Refusal};
use crate::diagnostic::{Diagnostic, suggest};
use crate::source::Span;
use crate::syntax::Statement;

/// The built-in types (RFC 7950 section 4.2.4).
pub(super) const BUILT_IN: [&str; 19] = [
    "binary",
    "bits",
    "boolean",
    "decimal64",
    "empty",
    "enumeration",
    "identityref",
    "instance-identifier",
    "int16",
    "int32",
    "int64",
    "int8",
    "leafref",
    "string",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "union",
];

/// The module of LwM2M's own types, and its type for IEEE doubles.
const FLOAT: (&str, &str) = ("comi-lwm2m", "float");

/// A type, and what its typedefs say about a leaf that has nothing of its own.
#[derive(Clone, Debug)]
pub(super) struct Typed<'a> {
    pub(super) type_: Type,
    /// For each leafref in it, in order: the text whose prefixes its path uses, and where the path stands.
    pub(super) paths: Vec<(UnitId, Span)>,
    pub(super) default: Option<(&'a Statement, UnitId)>,
    pub(super) units: Option<&'a str>,
}

impl<'a> Compiler<'a> {
    /// What a `type` statement means; `None` where a mistake was told.
    pub(super) fn type_of(&mut self, statement: &'a Statement, place: Place) -> Option<Rc<Typed<'a>>> {
        if let Some(known) = self.types.get(&statement.span) {
            return known.clone();
        }
        let typed = self.make_type(statement, place).filter(|typed| self.afford(&typed.type_)).map(Rc::new);
        self.types.insert(statement.span, typed.clone());
        typed
    }

    /// Whether a copy of this type is within the limit; that it is not is told once.
    pub(super) fn afford(&mut self, type_: &Type) -> bool {
        let before = self.type_weight;
        self.type_weight = before.saturating_add(weight(type_));
        if before <= TYPE_LIMIT && self.type_weight > TYPE_LIMIT {
            let help = "enumerations and unions in typedefs that many leafs and unions use add up";
            self.diagnostics.push(Diagnostic::error("the types of the schema are too large").help(help));
        }
        self.type_weight <= TYPE_LIMIT
    }

    fn make_type(&mut self, statement: &'a Statement, place: Place) -> Option<Typed<'a>> {
        let name = statement.argument.as_ref()?.text.as_str();
        let typed = if BUILT_IN.contains(&name) {
            self.built_in(name, statement, place)?
        } else {
            let (definition, defined) = self.lookup(Kind::Typedef, statement, place)?;
            let base = self.typedef(definition, defined, statement)?;
            let mut typed = (*base).clone();
            typed.type_.written = name.to_owned();
            if statement.children.iter().any(|child| child.keyword.prefix.is_none()) {
                typed.type_.kind = self.restrict(typed.type_.kind, statement, place.unit)?;
                if let Some(bounds) = statement.child("range").or_else(|| statement.child("length")) {
                    typed.type_.message = restrictions::message(bounds);
                }
            }
            typed
        };
        Some(typed)
    }

    pub(super) fn typedef(
        &mut self,
        definition: &'a Statement,
        place: Place,
        used: &Statement,
    ) -> Option<Rc<Typed<'a>>> {
        if let Some(known) = self.types.get(&definition.span) {
            return known.clone();
        }
        if self.resolving.contains(&definition.span) {
            let message = format!("typedef `{}` is made of itself", definition.text());
            let diagnostic = Diagnostic::error(message).at(definition.head, "").with(used.head, "by this type");
            self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.3"));
            return None;
        }
        if self.resolving.len() >= DEPTH_LIMIT {
            self.tell_too_deep(definition.head, "typedefs are nested");
            return None;
        }
        self.resolving.push(definition.span);
        let base = definition.child("type").and_then(|base| self.type_of(base, place));
        self.resolving.pop();
        let deep = base.as_ref().is_some_and(|base| base.type_.typedefs.len() >= DEPTH_LIMIT);
        if deep {
            self.tell_too_deep(definition.head, "typedefs are nested");
        }
        let typed = base.filter(|_| !deep).and_then(|base| {
            let mut typed = (*base).clone();
            let module = self.unit(place.unit)?.module;
            let origin = (self.module_name(module).to_owned(), definition.text().to_owned());
            if (origin.0.as_str(), origin.1.as_str()) == FLOAT {
                typed.type_.kind = float(typed.type_.kind);
            }
            typed.type_.typedefs.insert(0, origin);
            if let Some(default) = definition.child("default") {
                typed.default = Some((default, place.unit));
            }
            if let Some(units) = definition.child_text("units") {
                typed.units = Some(units);
            }
            Some(Rc::new(typed))
        });
        self.types.insert(definition.span, typed.clone());
        if let (Some(typed), Some(default)) = (&typed, definition.child("default"))
            && typed.paths.is_empty()
            && let Err(reason) = self.value(&typed.type_, default.text(), place.unit)
        {
            self.bad_defaults.insert(default.span);
            self.refuse_default(default, &typed.type_, &reason, "7.3.4");
        }
        if let Some(typed) = typed.as_ref().filter(|typed| typed.paths.is_empty())
            && let Some((default, unit)) = typed.default.filter(|_| definition.child("default").is_none())
            && let Err(reason) = self.value(&typed.type_, default.text(), unit)
        {
            let span = definition.child("type").map_or(definition.head, |type_| type_.head);
            self.refuse_lost(definition.text(), span, default, &typed.type_, &reason);
            self.bad_defaults.insert(default.span);
        }
        if let Some(type_) = definition.child("type") {
            self.check_status_of_types(definition, status(definition), type_, place);
        }
        typed
    }

    fn built_in(&mut self, name: &str, statement: &'a Statement, place: Place) -> Option<Typed<'a>> {
        let mut paths = Vec::new();
        let kind = match name {
            "binary" => TypeKind::Binary { lengths: Vec::new() },
            "bits" => TypeKind::Bits { bits: Vec::new() },
            "boolean" => TypeKind::Boolean,
            "decimal64" => {
                let digits = self.needed(statement, "fraction-digits", "9.3.4")?;
                let Some(fraction_digits) = digits.text().parse().ok().filter(|digits| (1..=18).contains(digits))
                else {
                    let message = format!("`{}` is not what `fraction-digits` takes: 1 to 18", digits.text());
                    self.error(digits.argument_span(), message, "RFC 7950 section 9.3.4");
                    return None;
                };
                TypeKind::Decimal64 { fraction_digits, ranges: Vec::new() }
            }
            "empty" => TypeKind::Empty,
            "enumeration" => TypeKind::Enumeration { enums: Vec::new() },
            "identityref" => {
                self.needed(statement, "base", "9.10.2")?;
                let mut bases = Vec::new();
                for base in statement.all("base") {
                    bases.push(self.identity_named(base.text(), place.unit, base.argument_span())?);
                }
                TypeKind::Identityref { bases }
            }
            "instance-identifier" => TypeKind::InstanceIdentifier { require_instance: true },
            "leafref" => {
                let path = self.needed(statement, "path", "9.9.2")?;
                paths.push((place.unit, path.argument_span()));
                TypeKind::Leafref {
                    path: path.text().to_owned(),
                    xpath: self.expressions.parsed(path.argument_span()).map(|(xpath, _)| xpath.clone()),
                    target: None,
                    require_instance: true,
                }
            }
            "string" => TypeKind::String { lengths: Vec::new(), patterns: Vec::new() },
            "union" => {
                self.needed(statement, "type", "9.12")?;
                let mut members = Vec::new();
                for member in statement.all("type") {
                    let typed = self.type_of(member, place)?;
                    self.check_member(member, &typed.type_.kind, place.unit);
                    paths.extend(typed.paths.iter().copied());
                    match &typed.type_.kind {
                        TypeKind::Union { members: nested } => members.extend(nested.iter().cloned()),
                        _ => members.push(typed.type_.clone()),
                    }
                    if members.len() > usize::from(u16::MAX) {
                        self.diagnostics
                            .push(Diagnostic::error("the union has too many members").at(statement.head, ""));
                        return None;
                    }
                }
                TypeKind::Union { members }
            }
            _ => {
                let bits = name.trim_start_matches("uint").trim_start_matches("int").parse().ok()?;
                match name.starts_with('u') {
                    true => TypeKind::Unsigned { bits, ranges: Vec::new() },
                    false => TypeKind::Integer { bits, ranges: Vec::new() },
                }
            }
        };
        let kind = self.restrict(kind, statement, place.unit)?;
        let message = statement.child("range").or_else(|| statement.child("length")).and_then(restrictions::message);
        let type_ = Type { written: name.to_owned(), typedefs: Vec::new(), kind, message };
        Some(Typed { type_, paths, default: None, units: None })
    }

    /// RFC 6020 section 9.12: YANG 1 has no `empty` and no `leafref` in a union.
    fn check_member(&mut self, member: &Statement, kind: &TypeKind, unit: UnitId) {
        let forbidden = match kind {
            TypeKind::Empty => "empty",
            TypeKind::Leafref { .. } => "leafref",
            _ => return,
        };
        if self.unit(unit).is_some_and(|unit| !unit.version_1_1) {
            let message = format!("`{forbidden}` in a union needs YANG 1.1");
            self.error(member.argument_span(), message, "RFC 6020 section 9.12");
        }
    }

    fn needed(&mut self, statement: &'a Statement, keyword: &str, section: &str) -> Option<&'a Statement> {
        let found = statement.child(keyword);
        if found.is_none() {
            let message = format!("type `{}` needs `{keyword}`", statement.text());
            self.error(statement.head, message, &format!("RFC 7950 section {section}"));
        }
        found.filter(|found| found.argument.is_some())
    }

    /// The restrictions in a `type` statement, folded into its base.
    fn restrict(&mut self, mut kind: TypeKind, statement: &'a Statement, unit: UnitId) -> Option<TypeKind> {
        let derived = !BUILT_IN.contains(&statement.text());
        for child in statement.children.iter().filter(|child| child.keyword.prefix.is_none()) {
            let keyword = child.keyword.name.as_str();
            if !applies(keyword, &kind, derived) {
                let message = format!("`{keyword}` does not restrict type `{}`", statement.text());
                let mut diagnostic = Diagnostic::error(message).at(child.head, "").rule("RFC 7950 section 9");
                if let Some(near) = suggest(keyword, ["length", "range", "pattern"].into_iter()) {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                }
                self.diagnostics.push(diagnostic);
                return None;
            }
        }
        if let (TypeKind::Leafref { .. }, Some(require)) = (&kind, statement.child("require-instance"))
            && self.unit(unit).is_some_and(|unit| !unit.version_1_1)
        {
            self.error(require.head, "`require-instance` of a leafref needs YANG 1.1", "RFC 7950 section 9.9.3");
        }
        if matches!(kind, TypeKind::Enumeration { .. } | TypeKind::Bits { .. })
            && derived
            && (statement.child("enum").is_some() || statement.child("bit").is_some())
            && self.unit(unit).is_some_and(|unit| !unit.version_1_1)
        {
            self.error(statement.head, "a subset of enums or bits needs YANG 1.1", "RFC 7950 section 9.6.3");
            return None;
        }
        let mut left_out = std::collections::HashSet::new();
        for item in statement.all("enum").chain(statement.all("bit")) {
            if !self.features_hold(item, unit) {
                left_out.insert(item.text());
            }
        }
        match restrictions::fold(&mut kind, statement, derived, &left_out) {
            Ok(()) => {
                if let TypeKind::String { patterns, .. } = &mut kind {
                    patterns.extend(statement.all("pattern").filter_map(|pattern| self.pattern(pattern)));
                }
                Some(kind)
            }
            Err(Refusal { span, message, section, other }) => {
                let mut diagnostic = Diagnostic::error(message).at(span, "");
                if let Some((span, label)) = other {
                    diagnostic = diagnostic.with(span, label);
                }
                self.diagnostics.push(diagnostic.rule(format!("RFC 7950 section {section}")));
                None
            }
        }
    }

    pub(super) fn module_of(&self, unit: UnitId) -> Option<ModuleId> {
        self.unit(unit).map(|unit| unit.module)
    }
}

fn weight(type_: &Type) -> usize {
    match &type_.kind {
        TypeKind::Bits { bits } => 1 + bits.len(),
        TypeKind::Enumeration { enums } => 1 + enums.len(),
        TypeKind::String { patterns, .. } => 1 + patterns.len(),
        TypeKind::Union { members } => 1 + members.iter().map(weight).sum::<usize>(),
        _ => 1 + type_.typedefs.len(),
    }
}

/// `lw:float` is kept as an IEEE double; its decimal64 form says how many digits go onto the wire.
fn float(kind: TypeKind) -> TypeKind {
    match kind {
        TypeKind::Decimal64 { fraction_digits, ranges } => {
            let scale = 10_f64.powi(i32::from(fraction_digits));
            #[expect(clippy::cast_precision_loss, reason = "a range's bound, rounded to the nearest double")]
            let double = |mantissa: i64| mantissa as f64 / scale;
            let ranges = ranges.into_iter().map(|(low, high)| (double(low), double(high))).collect();
            TypeKind::Float { fraction_digits, ranges }
        }
        other => other,
    }
}

/// Whether a substatement of `type` has a meaning for this kind (RFC 7950 section 9).
fn applies(keyword: &str, kind: &TypeKind, derived: bool) -> bool {
    use TypeKind::{
        Binary, Bits, Decimal64, Enumeration, Float, Identityref, InstanceIdentifier, Integer, Leafref, String, Union,
        Unsigned,
    };
    match keyword {
        "base" => matches!(kind, Identityref { .. }) && !derived,
        "bit" => matches!(kind, Bits { .. }),
        "enum" => matches!(kind, Enumeration { .. }),
        "fraction-digits" => matches!(kind, Decimal64 { .. }) && !derived,
        "length" => matches!(kind, Binary { .. } | String { .. }),
        "path" => matches!(kind, Leafref { .. }) && !derived,
        "pattern" => matches!(kind, String { .. }),
        "range" => matches!(kind, Integer { .. } | Unsigned { .. } | Decimal64 { .. } | Float { .. }),
        "require-instance" => matches!(kind, Leafref { .. } | InstanceIdentifier { .. }),
        "type" => matches!(kind, Union { .. }) && !derived,
        _ => true,
    }
}
