//! Leafs compared with constants: values that no instance can have.

use super::super::compiled::{IdentityId, ModuleId, Type, TypeKind, Value as Default};
use super::evaluate::{Evaluation, Nodes, Value};
use super::judge::Question;
use super::tree::Position;
use crate::diagnostic::Diagnostic;
use crate::xpath::ExprId;

/// Why a leaf never has a value, and what would be right.
struct Never {
    reason: String,
    help: Option<String>,
}

fn never(reason: impl Into<String>) -> Result<(), Never> {
    Err(Never { reason: reason.into(), help: None })
}

impl Evaluation<'_, '_> {
    /// `=` or `!=` between nodes and a constant.
    pub(super) fn compare(&mut self, nodes: &Nodes, constant: &Value, operand: ExprId) {
        if matches!(constant, Value::Nodes(_) | Value::Varies) {
            return;
        }
        let place = self.site.xpath.expression.extent(operand);
        let mut first = None;
        let mut possible = nodes.open || nodes.at.is_empty();
        for position in &nodes.at {
            let refused = match self.leaf_type(*position) {
                Some(typed) => self.admits(&typed.type_, constant, *position).err(),
                None => None,
            };
            match refused {
                Some(never) => first = first.or(Some((*position, never))),
                None => possible = true,
            }
        }
        let Some((Position::Node(id), Never { reason, help })) = first.filter(|_| !possible) else {
            return self.passes(place, Question::Value);
        };
        self.judge(place, Question::Value, true, |this| {
            let node = this.compiler.node(id).map(|node| (node.name.clone(), node.span));
            let (name, other) = node.unwrap_or((String::new(), this.site.argument));
            let message = match constant {
                Value::Boolean(_) => format!("this asks whether `{name}` exists, not for its value"),
                Value::String(text) => format!("`{name}` never has the value `{text}`"),
                Value::Number(number) => format!("`{name}` never has the value {number}"),
                Value::Nodes(_) | Value::Varies => String::new(),
            };
            let diagnostic = Diagnostic::warning(message).at(this.span(place), reason).with(other, "");
            let diagnostic = diagnostic.rule(match constant {
                Value::Boolean(_) => "XPath 1.0 section 3.4",
                _ => "RFC 7950 section 7.5.3",
            });
            help.map_or(diagnostic.clone(), |help| diagnostic.help(help))
        });
    }

    fn admits(&mut self, type_: &Type, constant: &Value, position: Position) -> Result<(), Never> {
        match &type_.kind {
            TypeKind::Leafref { .. } => match self.referred(type_) {
                Some(end) => self.admits(&end.type_, constant, position),
                None => Ok(()),
            },
            TypeKind::Union { members } => {
                let mut first = None;
                for member in members {
                    match self.admits(member, constant, position) {
                        Ok(()) => return Ok(()),
                        Err(never) => first = first.or(Some(never)),
                    }
                }
                if matches!(constant, Value::Boolean(_)) {
                    return Ok(());
                }
                match first {
                    Some(Never { help, .. }) => Err(Never { reason: "no member of the union takes it".into(), help }),
                    None => Ok(()),
                }
            }
            kind => match constant {
                Value::String(text) => self.admits_text(type_, kind, text, position),
                Value::Number(number) => admits_number(kind, *number),
                // XPath 1.0 section 3.4: a node-set compared with a boolean is true where it is not empty.
                Value::Boolean(value) if matches!(kind, TypeKind::Boolean) => Err(Never {
                    reason: format!("it is {value} wherever the leaf exists, or everywhere else"),
                    help: Some(format!("compare with the string: `= '{value}'`")),
                }),
                _ => Ok(()),
            },
        }
    }

    fn admits_text(&mut self, type_: &Type, kind: &TypeKind, text: &str, position: Position) -> Result<(), Never> {
        match kind {
            TypeKind::Identityref { bases } => return self.admits_identity(bases, text, position),
            TypeKind::Empty if text.is_empty() => return Ok(()),
            TypeKind::Empty => return never("the value of a leaf of type `empty` is the empty string"),
            TypeKind::Binary { .. } | TypeKind::Float { .. } | TypeKind::InstanceIdentifier { .. } => return Ok(()),
            // An enum or a bit may be missing because a feature is.
            TypeKind::Enumeration { .. } | TypeKind::Bits { .. } if !self.compiler.features.is_empty() => return Ok(()),
            _ => {}
        }
        let value = match self.compiler.value(type_, text, self.site.unit) {
            Ok(value) => value,
            Err(reason) => return never(reason),
        };
        // RFC 7950 section 9.1: comparisons are done on the canonical form.
        match canonical(kind, &value) {
            Some(canonical) if canonical != text => {
                Err(Never { reason: format!("the canonical form is `{canonical}`"), help: None })
            }
            _ => Ok(()),
        }
    }

    /// An identity's value has the prefix of its module, unless that is the leaf's (RFC 7950 section 9.10.3).
    fn admits_identity(&mut self, bases: &[IdentityId], text: &str, position: Position) -> Result<(), Never> {
        let (prefix, name) = text.split_once(':').map_or((None, text), |(prefix, name)| (Some(prefix), name));
        let derived: Vec<ModuleId> = (0..self.compiler.schema.identities.len())
            .map(IdentityId)
            .filter(|id| self.compiler.schema.identities.get(id.0).is_some_and(|identity| identity.name == name))
            .filter(|id| bases.iter().all(|base| self.compiler.derived(*id, *base)))
            .filter_map(|id| self.compiler.schema.identities.get(id.0).map(|identity| identity.module))
            .collect();
        let base = bases.first().and_then(|base| self.compiler.schema.identities.get(base.0));
        let base = base.map_or("", |base| base.name.as_str());
        let unit = self.compiler.unit(self.site.unit);
        let prefixes = unit.map(|unit| &unit.prefixes);
        let written = |module: ModuleId| {
            let prefix = prefixes.and_then(|prefixes| prefixes.iter().find(|(_, known)| **known == module));
            prefix.map(|(prefix, _)| format!("write `derived-from-or-self(…, '{prefix}:{name}')`"))
        };
        let help = derived.first().and_then(|module| written(*module));
        let Some(prefix) = prefix else {
            let own = match position {
                Position::Node(id) => self.compiler.node(id).map(|node| node.module),
                Position::Root => None,
            };
            let near = [own, unit.map(|unit| unit.module), Some(self.site.namespace)];
            return match derived.first() {
                None => never(format!("no identity `{name}` is derived from `{base}`")),
                Some(_) if derived.iter().any(|module| near.contains(&Some(*module))) => Ok(()),
                Some(module) => Err(Never {
                    reason: format!("it is an identity of module `{}`", self.compiler.module_name(*module)),
                    help,
                }),
            };
        };
        let module = prefixes.and_then(|prefixes| prefixes.get(prefix)).copied();
        // Some write the module's name instead of its prefix, as RFC 7951 has it.
        let named = |module: &ModuleId| self.compiler.module_name(*module) == prefix;
        if derived.iter().any(|id| Some(*id) == module || named(id)) {
            return Ok(());
        }
        if unit.is_some_and(|unit| unit.broken.iter().any(|broken| broken == prefix)) {
            return Ok(());
        }
        let reason = match (module, derived.first()) {
            (None, _) => format!("the prefix `{prefix}` is not declared"),
            (Some(_), Some(module)) => format!("it is an identity of module `{}`", self.compiler.module_name(*module)),
            (Some(_), None) => format!("no identity `{name}` is derived from `{base}`"),
        };
        Err(Never { reason, help })
    }
}

fn admits_number(kind: &TypeKind, number: f64) -> Result<(), Never> {
    let inside = |low: f64, high: f64| low <= number && number <= high;
    #[expect(clippy::cast_precision_loss, reason = "XPath's numbers are doubles (RFC 7950 section 6.4)")]
    let fits = match kind {
        TypeKind::Boolean => return never("a boolean is `true` or `false`, which are no numbers"),
        TypeKind::Bits { .. } => return never("the names of bits are no numbers"),
        TypeKind::Identityref { .. } => return never("an identity is no number"),
        TypeKind::Empty => return never("the value of a leaf of type `empty` is the empty string"),
        TypeKind::Enumeration { enums } => {
            let equal = |name: &String| name.trim().parse::<f64>().is_ok_and(|value| value == number);
            return match enums.iter().any(|(_, name)| equal(name)) {
                true => Ok(()),
                false => Err(Never {
                    reason: "the value of an enumeration is its name".into(),
                    help: Some("compare with the name, or use `enum-value()`".into()),
                }),
            };
        }
        TypeKind::Integer { bits, ranges } => {
            let limit = 2_f64.powi(i32::from(*bits) - 1);
            number.fract() == 0.0
                && inside(-limit, limit)
                && (ranges.is_empty() || ranges.iter().any(|(low, high)| inside(*low as f64, *high as f64)))
        }
        TypeKind::Unsigned { bits, ranges } => {
            number.fract() == 0.0
                && inside(0.0, 2_f64.powi(i32::from(*bits)))
                && (ranges.is_empty() || ranges.iter().any(|(low, high)| inside(*low as f64, *high as f64)))
        }
        _ => true,
    };
    if fits { Ok(()) } else { never("it is not within the range of the type") }
}

/// The canonical form of a value, where it may differ from what means the same.
fn canonical(kind: &TypeKind, value: &Default) -> Option<String> {
    match (kind, value) {
        (TypeKind::Bits { .. }, Default::Bits(names)) => Some(names.join(" ")),
        (_, Default::Integer(number)) => Some(number.to_string()),
        (_, Default::Unsigned(number)) => Some(number.to_string()),
        (TypeKind::Decimal64 { fraction_digits, .. }, Default::Decimal64(mantissa)) => {
            let digits = usize::from(*fraction_digits);
            let text = format!("{:0>width$}", mantissa.unsigned_abs(), width = digits + 1);
            let (whole, fraction) = text.split_at_checked(text.len().saturating_sub(digits))?;
            let fraction = fraction.trim_end_matches('0');
            let sign = if *mantissa < 0 { "-" } else { "" };
            Some(format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction }))
        }
        _ => None,
    }
}
