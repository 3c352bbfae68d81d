//! The restrictions of one `type` statement folded into its base (RFC 7950 sections 9.2.4 to 9.9.3). Pure: knows
//! types and statements, no modules.

use std::collections::{HashMap, HashSet};

use super::compiled::{ErrorMessage, TypeKind};
use crate::source::Span;
use crate::syntax::Statement;

/// Why a restriction is wrong.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) section: &'static str,
    pub(super) other: Option<(Span, String)>,
}

fn refusal(statement: &Statement, message: impl Into<String>, section: &'static str) -> Refusal {
    Refusal { span: statement.argument_span(), message: message.into(), section, other: None }
}

/// Folds the restrictions in `statement` into `kind`. `left_out`: enums and bits whose features are not supported.
pub(super) fn fold(
    kind: &mut TypeKind,
    statement: &Statement,
    derived: bool,
    left_out: &HashSet<&str>,
) -> Result<(), Refusal> {
    match kind {
        TypeKind::Binary { lengths } | TypeKind::String { lengths, .. } => fold_lengths(lengths, statement)?,
        TypeKind::Integer { bits, ranges } => {
            let whole = (-(1_i128 << (*bits - 1)), (1_i128 << (*bits - 1)) - 1);
            fold_ranges(ranges, statement, whole, integer)?;
        }
        TypeKind::Unsigned { bits, ranges } => fold_ranges(ranges, statement, (0, (1_i128 << *bits) - 1), integer)?,
        TypeKind::Decimal64 { fraction_digits, ranges } => {
            let digits = *fraction_digits;
            let whole = (i128::from(i64::MIN), i128::from(i64::MAX));
            fold_ranges(ranges, statement, whole, |text| decimal_bound(text, digits))?;
        }
        TypeKind::Float { fraction_digits, ranges } => fold_float(*fraction_digits, ranges, statement)?,
        TypeKind::Enumeration { enums } => {
            let assigned = number(enums, statement, "enum", "value", "9.6.4", "9.6.4.2", derived, left_out, |text| {
                text.parse::<i32>().ok().map(i64::from)
            })?;
            let value = |(value, name)| i32::try_from(value).ok().map(|value| (value, name));
            if let Some(assigned) = assigned {
                *enums = assigned.into_iter().filter_map(value).collect();
            }
        }
        TypeKind::Bits { bits } => {
            let assigned = number(bits, statement, "bit", "position", "9.7.4", "9.7.4.2", derived, left_out, |text| {
                text.parse::<u32>().ok().map(i64::from)
            })?;
            let position = |(position, name)| u32::try_from(position).ok().map(|position| (position, name));
            if let Some(assigned) = assigned {
                *bits = assigned.into_iter().filter_map(position).collect();
            }
        }
        TypeKind::Leafref { require_instance, .. } | TypeKind::InstanceIdentifier { require_instance } => {
            if let Some(text) = statement.child_text("require-instance") {
                *require_instance = text == "true";
            }
        }
        TypeKind::Boolean | TypeKind::Empty | TypeKind::Identityref { .. } | TypeKind::Union { .. } => {}
    }
    Ok(())
}

/// What a restriction says where it is broken.
pub(super) fn message(statement: &Statement) -> Option<ErrorMessage> {
    let said = |keyword| statement.child_text(keyword).map(str::to_owned);
    let message = ErrorMessage { text: said("error-message"), app_tag: said("error-app-tag") };
    (message.text.is_some() || message.app_tag.is_some()).then_some(message)
}

fn fold_lengths(lengths: &mut Vec<(u64, u64)>, statement: &Statement) -> Result<(), Refusal> {
    let Some(length) = statement.child("length") else { return Ok(()) };
    let natural = |text: &str| canonical(text).then(|| text.parse::<u64>().ok().map(i128::from)).flatten();
    *lengths = convert(&parts(length, lengths, (0, i128::from(u64::MAX)), natural, "9.4.4")?);
    Ok(())
}

fn fold_ranges<T>(
    ranges: &mut Vec<(T, T)>,
    statement: &Statement,
    whole: (i128, i128),
    read: impl Fn(&str) -> Option<i128>,
) -> Result<(), Refusal>
where
    T: Copy + TryFrom<i128> + Into<i128>,
{
    let Some(range) = statement.child("range") else { return Ok(()) };
    *ranges = convert(&parts(range, ranges, whole, read, "9.2.4")?);
    Ok(())
}

fn fold_float(digits: u8, ranges: &mut Vec<(f64, f64)>, statement: &Statement) -> Result<(), Refusal> {
    let Some(range) = statement.child("range") else { return Ok(()) };
    let scale = 10_f64.powi(i32::from(digits));
    #[expect(clippy::cast_possible_truncation, reason = "bounds were made from 64 bits, and i128 is checked below")]
    let mantissa = |value: f64| (value * scale).round() as i128;
    let before: Vec<(i128, i128)> = ranges.iter().map(|(low, high)| (mantissa(*low), mantissa(*high))).collect();
    let whole = (i128::from(i64::MIN), i128::from(i64::MAX));
    let found = parts(range, &before, whole, |text| decimal_bound(text, digits), "9.2.4")?;
    #[expect(clippy::cast_precision_loss, reason = "a range's bound, rounded to the nearest double")]
    let double = |mantissa: i128| mantissa as f64 / scale;
    *ranges = found.into_iter().map(|(low, high)| (double(low), double(high))).collect();
    Ok(())
}

fn convert<T: TryFrom<i128>>(parts: &[(i128, i128)]) -> Vec<(T, T)> {
    parts.iter().filter_map(|(low, high)| Some((T::try_from(*low).ok()?, T::try_from(*high).ok()?))).collect()
}

fn integer(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (digits.len() <= 20 && canonical(digits)).then(|| text.parse().ok())?
}

/// `non-negative-integer-value` of RFC 7950 section 14: digits, the first no zero but in `0`.
fn canonical(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

/// `decimal-value` of RFC 7950 section 14.
fn decimal_bound(text: &str, digits: u8) -> Option<i128> {
    let whole = text.strip_prefix('-').unwrap_or(text);
    let whole = whole.split_once('.').map_or(whole, |(whole, _)| whole);
    canonical(whole).then(|| decimal(text, digits))?
}

/// The mantissa of a decimal number at `digits` fraction digits; `None` where it has more of them.
pub(super) fn decimal(text: &str, digits: u8) -> Option<i128> {
    // RFC 7950 section 9.3.1: a sign may be there, `+` too.
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let rest = if negative { rest } else { rest.strip_prefix('+').unwrap_or(rest) };
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let digits = usize::from(digits);
    let numeric = |text: &str| !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0').to_owned() + if fraction.is_empty() { "" } else { "0" };
    let significant = fraction.trim_end_matches('0');
    if !numeric(whole) || !numeric(&fraction) || significant.len() > digits {
        return None;
    }
    let mantissa: i128 = format!("{whole}{significant:0<digits$}").parse().ok()?;
    Some(if negative { -mantissa } else { mantissa })
}

/// `range-arg` and `length-arg`: parts ascending and apart, each inside a part of the base.
fn parts<T: Copy + Into<i128>>(
    statement: &Statement,
    base: &[(T, T)],
    whole: (i128, i128),
    read: impl Fn(&str) -> Option<i128>,
    section: &'static str,
) -> Result<Vec<(i128, i128)>, Refusal> {
    let keyword = &statement.keyword.name;
    let mut base: Vec<(i128, i128)> = base.iter().map(|(low, high)| ((*low).into(), (*high).into())).collect();
    if base.is_empty() {
        base.push(whole);
    }
    let least = base.first().map_or(whole.0, |part| part.0);
    let greatest = base.last().map_or(whole.1, |part| part.1);
    let bound = |text: &str| match text.trim_matches([' ', '\t', '\n', '\r']) {
        "min" => Ok(least),
        "max" => Ok(greatest),
        number => {
            read(number).ok_or_else(|| refusal(statement, format!("`{number}` is no bound of a {keyword}"), section))
        }
    };
    let mut found: Vec<(i128, i128)> = Vec::new();
    for part in statement.text().split('|') {
        let (low, high) = match part.split_once("..") {
            Some((low, high)) => (bound(low)?, bound(high)?),
            None => (bound(part)?, bound(part)?),
        };
        let part = part.trim();
        if low > high {
            return Err(refusal(statement, format!("`{part}` has its larger bound first"), section));
        }
        if found.last().is_some_and(|before| before.1 >= low) {
            let message = format!("`{part}` overlaps the part before it, or parts are not in ascending order");
            return Err(refusal(statement, message, section));
        }
        // Parts of the base that touch are one.
        let mut inside = false;
        let mut reached: Option<(i128, i128)> = None;
        for (base_low, base_high) in &base {
            reached = match reached {
                Some((start, end)) if *base_low <= end + 1 => Some((start, *base_high)),
                _ => Some((*base_low, *base_high)),
            };
            inside |= reached.is_some_and(|(start, end)| start <= low && high <= end);
        }
        if !inside {
            let message = format!("`{part}` is not within the {keyword} of the type that it restricts");
            return Err(refusal(statement, message, section));
        }
        found.push((low, high));
    }
    Ok(found)
}

/// Enums with their values or bits with their positions; `None` where there are none to read.
#[expect(clippy::too_many_arguments, reason = "enums and bits differ in words only")]
fn number<N: Copy + Into<i64>>(
    base: &[(N, String)],
    statement: &Statement,
    keyword: &str,
    attribute: &str,
    section: &'static str,
    numbers_section: &'static str,
    derived: bool,
    left_out: &HashSet<&str>,
    read: impl Fn(&str) -> Option<i64>,
) -> Result<Option<Vec<(i64, String)>>, Refusal> {
    let known: HashMap<&str, i64> = base.iter().map(|(number, name)| (name.as_str(), (*number).into())).collect();
    let mut names: HashMap<&str, Span> = HashMap::new();
    let mut numbers: HashMap<i64, Span> = HashMap::new();
    let mut found = Vec::new();
    let mut next: i64 = 0;
    for item in statement.all(keyword) {
        let name = item.text();
        if keyword == "enum" && (name.is_empty() || name.trim() != name) {
            return Err(refusal(item, format!("`{name}` is no enum name: empty, or space around it"), section));
        }
        if let Some(first) = names.insert(name, item.head) {
            let mut refusal = refusal(item, format!("there are two {keyword}s `{name}`"), section);
            refusal.other = Some((first, "the first is here".into()));
            return Err(refusal);
        }
        let given = match item.child(attribute) {
            Some(given) => match read(given.text()) {
                Some(value) => Some((value, given)),
                None => {
                    let message = format!("`{}` is out of range for `{attribute}`", given.text());
                    return Err(refusal(given, message, numbers_section));
                }
            },
            None => None,
        };
        let value = match (derived, known.get(name), given) {
            (true, None, _) => {
                let near = crate::diagnostic::suggest(name, known.keys().copied());
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return Err(refusal(
                    item,
                    format!("the type that this restricts has no {keyword} `{name}`{near}"),
                    section,
                ));
            }
            (true, Some(value), Some((given, at))) if given != *value => {
                return Err(refusal(
                    at,
                    format!("`{name}` has the {attribute} {value} in the type that this restricts"),
                    numbers_section,
                ));
            }
            (true, Some(value), _) => *value,
            (false, _, Some((given, _))) => given,
            (false, _, None) => next,
        };
        if read(&value.to_string()).is_none() {
            return Err(refusal(
                item,
                format!("`{name}` needs a `{attribute}`: the highest is taken"),
                numbers_section,
            ));
        }
        if let Some(first) = numbers.insert(value, item.head) {
            let mut refusal =
                refusal(item, format!("`{name}` has the same {attribute} {value} as another"), numbers_section);
            refusal.other = Some((first, "this one".into()));
            return Err(refusal);
        }
        next = next.max(value + 1);
        if found.is_empty() && !derived {
            next = value + 1;
        }
        found.push((value, name.to_owned()));
    }
    if found.is_empty() {
        if derived {
            return Ok(None);
        }
        let message = format!("type `{}` needs at least one `{keyword}`", statement.text());
        return Err(Refusal { span: statement.head, message, section, other: None });
    }
    found.retain(|(_, name)| !left_out.contains(name.as_str()));
    found.sort();
    Ok(Some(found))
}
