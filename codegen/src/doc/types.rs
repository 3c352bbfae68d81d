//! A type with its restrictions.

use std::fmt::Display;

use super::Document;
use super::html::{code, link, text};
use crate::schema::compiled::{IdentityId, Node, Pattern, Type, TypeKind};
use crate::syntax::Statement;

impl Document<'_> {
    pub(super) fn type_(&self, type_: &Type, node: &Node) -> String {
        let statement = self.compiled.texts.iter().find_map(|text| find(&text.statement, node.span.start, node));
        self.described(type_, statement.and_then(|statement| statement.child("type")))
    }

    fn described(&self, type_: &Type, statement: Option<&Statement>) -> String {
        let built_in = type_.kind.name();
        let mut markup = match type_.typedefs.first() {
            Some((module, name)) if self.is_shown(module) && self.typedef(module, name).is_some() => {
                link(&format!("typedef={module}:{name}"), &code(&type_.written))
            }
            _ => code(&type_.written),
        };
        if built_in != type_.written {
            markup.push_str(&format!(" <span class=\"quiet\">{built_in}</span>"));
        }
        markup.push_str(&self.restrictions(type_, statement));
        markup
    }

    fn is_shown(&self, module: &str) -> bool {
        let named = self.schema.module_named(module);
        named.is_some_and(|id| self.compiled.asked.contains(&id))
    }

    fn restrictions(&self, type_: &Type, statement: Option<&Statement>) -> String {
        match &type_.kind {
            TypeKind::Boolean | TypeKind::Empty => String::new(),
            TypeKind::Binary { lengths, .. } => numbers("length", lengths),
            TypeKind::String { lengths, patterns, .. } => {
                numbers("length", lengths) + &patterns.iter().map(pattern).collect::<String>()
            }
            TypeKind::Integer { ranges, .. } => numbers("range", ranges),
            TypeKind::Unsigned { ranges, .. } => numbers("range", ranges),
            TypeKind::Float { ranges, .. } => numbers("range", ranges),
            TypeKind::Decimal64 { fraction_digits, ranges, .. } => {
                let scaled = |value: i64| decimal(value, usize::from(*fraction_digits));
                let ranges: Vec<_> = ranges.iter().map(|(low, high)| (scaled(*low), scaled(*high))).collect();
                numbers("range", &ranges) + &restriction("digits behind the point", &fraction_digits.to_string())
            }
            TypeKind::Bits { bits, .. } => self.members("bit", bits, type_, statement),
            TypeKind::Enumeration { enums, .. } => self.members("enum", enums, type_, statement),
            TypeKind::Identityref { bases, .. } => self.identities(bases),
            TypeKind::InstanceIdentifier { require_instance, .. } => required(*require_instance),
            TypeKind::Leafref { path, target, require_instance, .. } => {
                let target = match target {
                    Some(id) => link(self.anchors.of(*id), &code(path)),
                    None => code(path),
                };
                format!("<div class=\"restriction\"><span>to</span> {target}</div>{}", required(*require_instance))
            }
            TypeKind::Union { members, .. } => {
                let statements: Vec<&Statement> =
                    statement.map(|statement| statement.all("type").collect()).unwrap_or_default();
                // Nested unions are flattened: then the statements are not the members'.
                let known = statements.len() == members.len();
                let member = |(index, member): (usize, &Type)| {
                    let statement = statements.get(index).filter(|_| known).copied();
                    format!("<li>{}</li>", self.described(member, statement))
                };
                format!("<ul class=\"members\">{}</ul>", members.iter().enumerate().map(member).collect::<String>())
            }
        }
    }

    /// Enums or bits, with what their author says of them.
    fn members<T: Display>(
        &self,
        keyword: &str,
        members: &[(T, String)],
        type_: &Type,
        statement: Option<&Statement>,
    ) -> String {
        let inline = statement.filter(|statement| statement.child(keyword).is_some());
        let holder = inline.or_else(|| {
            type_.typedefs.iter().find_map(|(module, name)| {
                let typedef = self.typedef(module, name)?.child("type")?;
                typedef.child(keyword).is_some().then_some(typedef)
            })
        });
        let row = |(number, name): &(T, String)| {
            let said = holder.and_then(|holder| holder.all(keyword).find(|member| member.text() == name));
            let said = said.and_then(|member| member.child_text("description")).unwrap_or_default();
            format!("<tr><td>{}</td><td>{number}</td><td>{}</td></tr>", code(name), text(said))
        };
        format!("<table>{}</table>", members.iter().map(row).collect::<String>())
    }

    fn typedef(&self, module: &str, name: &str) -> Option<&Statement> {
        let id = self.schema.module_named(module)?;
        let mut texts = self.compiled.texts.iter().filter(|text| text.module == id);
        texts.find_map(|text| text.statement.all("typedef").find(|typedef| typedef.text() == name))
    }

    fn identities(&self, bases: &[IdentityId]) -> String {
        let bases: Vec<String> = bases.iter().map(|base| self.identity(*base)).collect();
        format!("<div class=\"restriction\"><span>derived from</span> {}</div>", bases.join(" and "))
    }

    /// The name of an identity; a link where it is on the page.
    pub(super) fn identity(&self, id: IdentityId) -> String {
        let Some(identity) = self.schema.identities.get(id.0) else { return String::new() };
        let module = self.schema.module(identity.module).map_or("", |module| module.name.as_str());
        match self.compiled.asked.contains(&identity.module) {
            true => link(&format!("identity={module}:{}", identity.name), &code(&identity.name)),
            false => code(&format!("{module}:{}", identity.name)),
        }
    }
}

/// The statement of a node: the one whose head is its place.
fn find<'a>(statement: &'a Statement, at: u32, node: &Node) -> Option<&'a Statement> {
    if statement.head == node.span {
        return Some(statement);
    }
    let around =
        |child: &&Statement| child.span.source == node.span.source && child.span.start <= at && at < child.span.end;
    statement.children.iter().find(around).and_then(|child| find(child, at, node))
}

fn restriction(name: &str, value: &str) -> String {
    format!("<div class=\"restriction\"><span>{name}</span> {}</div>", code(value))
}

fn required(required: bool) -> String {
    let words = "<div class=\"restriction\"><span>the instance need not exist</span></div>";
    if required { String::new() } else { words.to_owned() }
}

fn pattern(pattern: &Pattern) -> String {
    restriction(if pattern.inverted { "not pattern" } else { "pattern" }, &pattern.expression)
}

fn numbers<T: Display + PartialEq>(name: &str, intervals: &[(T, T)]) -> String {
    if intervals.is_empty() {
        return String::new();
    }
    let interval = |(low, high): &(T, T)| match low == high {
        true => low.to_string(),
        false => format!("{low}..{high}"),
    };
    restriction(name, &intervals.iter().map(interval).collect::<Vec<_>>().join(" | "))
}

fn decimal(value: i64, digits: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", value.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = text.split_at(text.len().saturating_sub(digits));
    let fraction = fraction.trim_end_matches('0');
    format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
}
