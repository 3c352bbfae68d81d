//! Which text an earlier member of a union would take for its own, and write in another way (RFC 7950 section 9.12: the
//! first member that matches is the value's).

use super::random::Random;
use super::values::{Drawn, Value, draw, is_identity};
use crate::schema::compiled::{ModuleId, NodeId, Schema, Type, TypeKind};

/// How often a value of one member is tried before the next member is.
const TRIES: u32 = 8;

/// A value of some member that is read as it was written; `None` where none was found.
pub(super) fn draw_member<'s>(
    schema: &'s Schema,
    module: ModuleId,
    members: &'s [Type],
    random: &mut Random,
) -> Option<Drawn<'s>> {
    let first = usize::try_from(random.below(members.len() as u64)).ok()?;
    let order = (first..members.len()).chain(0..first);
    order.into_iter().find_map(|place| {
        let (earlier, rest) = members.split_at_checked(place)?;
        let member = rest.first()?;
        (0..TRIES).find_map(|_| {
            let drawn = draw(schema, module, member, random)?;
            let is_kept = match &drawn {
                Drawn::Value(value) => !earlier.iter().any(|other| rewrites(schema, other, value)),
                Drawn::Reference(_) | Drawn::Instance => true,
            };
            is_kept.then_some(drawn)
        })
    })
}

/// Whether a type might read this value, and write it in another way. Too careful rather than not enough.
fn rewrites(schema: &Schema, type_: &Type, value: &Value) -> bool {
    // a number, a Boolean and `[null]` have one form in all types
    if !value.json.starts_with('"') {
        return false;
    }
    let text = value.text.as_str();
    match &type_.kind {
        TypeKind::Boolean | TypeKind::Empty | TypeKind::Enumeration { .. } | TypeKind::String { .. } => false,
        TypeKind::Binary { .. } => {
            let is_of_base64 = |c: char| c.is_ascii_alphanumeric() || "+/= \n".contains(c);
            !text.is_empty() && text.chars().all(is_of_base64)
        }
        TypeKind::Bits { bits } => {
            let is_bit = |word: &str| bits.iter().any(|(_, name)| name == word);
            text.contains(char::is_whitespace) && text.split_whitespace().all(is_bit)
        }
        TypeKind::Decimal64 { .. }
        | TypeKind::Float { .. }
        | TypeKind::Integer { bits: 64, .. }
        | TypeKind::Unsigned { bits: 64, .. } => {
            text.trim_start().starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        }
        TypeKind::Integer { .. } | TypeKind::Unsigned { .. } => false,
        TypeKind::Identityref { bases } => is_identity(schema, bases, text),
        TypeKind::InstanceIdentifier { .. } => text.starts_with('/'),
        TypeKind::Leafref { target, .. } => {
            let target = target.and_then(|NodeId(id)| schema.nodes.get(id)?.type_.as_ref());
            target.is_none_or(|target| rewrites(schema, target, value))
        }
        TypeKind::Union { members } => members.iter().any(|member| rewrites(schema, member, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::compiled::Type;

    fn is_rewritten(kind: TypeKind, text: &str) -> bool {
        let type_ = Type { written: String::new(), typedefs: Vec::new(), kind, message: None };
        rewrites(&Schema::default(), &type_, &Value::quoted(text))
    }

    #[test]
    fn what_an_earlier_member_would_write_in_another_way_is_not_drawn() {
        let decimal = || TypeKind::Decimal64 { fraction_digits: 2, ranges: Vec::new() };
        assert!(is_rewritten(decimal(), "5.50") && is_rewritten(decimal(), "+1") && !is_rewritten(decimal(), "a5"));
        let bits = || TypeKind::Bits { bits: vec![(0, "a".into()), (1, "b".into())] };
        assert!(is_rewritten(bits(), "b a") && !is_rewritten(bits(), "a") && !is_rewritten(bits(), "b c"));
        let binary = || TypeKind::Binary { lengths: Vec::new() };
        assert!(is_rewritten(binary(), "Zm9=") && !is_rewritten(binary(), "") && !is_rewritten(binary(), "a-b"));
        let wide = TypeKind::Integer { bits: 64, ranges: Vec::new() };
        let narrow = TypeKind::Integer { bits: 32, ranges: Vec::new() };
        assert!(is_rewritten(wide, "07") && !is_rewritten(narrow, "07"));
        assert!(is_rewritten(TypeKind::InstanceIdentifier { require_instance: false }, "/a:b"));
        let text = TypeKind::String { lengths: Vec::new(), patterns: Vec::new() };
        assert!(!is_rewritten(text, "5.50"));
    }
}
