//! The texts that definitions have for range and enumeration, as the restrictions of a YANG type.
//!
//! They are written by hand: `0..100`, `1...15`, `0..247, 255`, `0..64 bytes`, `0: off` in lines. What is no list of
//! numbers restricts nothing. Knows no types: what a bound may be is said by the room that asks.

use super::text;

/// Digits behind the point that a bound can have: those of `lw:float`.
pub(super) const DIGITS: usize = 6;
/// What a bound is multiplied by.
pub(super) const ONE: i128 = 1_000_000;
/// More bounds than anybody wrote.
const MOST: usize = 256;

/// From a number to another, times [`ONE`].
pub(super) type Interval = (i128, i128);

/// What a text says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Restriction {
    /// Nothing.
    None,
    /// Numbers in ascending order, none in two of them.
    Intervals { intervals: Vec<Interval>, note: Option<&'static str> },
    /// A single number, which may be the largest or the only one.
    Single(i128),
    /// A text for people.
    Prose,
}

/// What `text` says, and the labels where it is an enumeration.
pub(super) fn restriction(text: &str) -> (Restriction, Vec<String>) {
    if let Some((numbers, labels)) = enumeration(text) {
        return (intervals(numbers, None), labels);
    }
    let joined = text::words(text);
    if joined.is_empty() {
        return (Restriction::None, Vec::new());
    }
    let parts: Vec<&str> = match joined.contains(';') {
        true => joined.split(';').collect(),
        false => joined.split([',', '|']).collect(),
    };
    let thousands = parts.len() > 1 && !joined.contains(' ') && parts.iter().skip(1).all(|part| part.len() == 3);
    if thousands && joined.contains(',') && parts.first().is_some_and(|part| part.len() <= 3) && !joined.contains("..")
    {
        let read: Vec<_> = parts.iter().filter_map(|part| number(part)).collect();
        if !read.is_sorted() {
            return (Restriction::Prose, Vec::new());
        }
    }
    let found: Option<Vec<Interval>> = parts.iter().map(|part| interval(part)).collect();
    let restriction = match found.as_deref() {
        None => Restriction::Prose,
        Some([(low, high)]) if low == high && !joined.contains("..") => Restriction::Single(*low),
        Some(found) if found.len() <= MOST => intervals(found.to_vec(), None),
        Some(_) => Restriction::Prose,
    };
    (restriction, Vec::new())
}

/// In order, without what two of them say.
fn intervals(mut found: Vec<Interval>, mut note: Option<&'static str>) -> Restriction {
    for (low, high) in &mut found {
        if low > high {
            std::mem::swap(low, high);
            note = Some("the larger number stands first: read the other way round");
        }
    }
    if !found.is_sorted() {
        found.sort_unstable();
        note = note.or(Some("the numbers are not in ascending order: put into it"));
    }
    let mut joined: Vec<Interval> = Vec::new();
    for (low, high) in found {
        match joined.last_mut() {
            Some((_, last)) if low <= *last => {
                *last = high.max(*last);
                note = note.or(Some("some of the numbers overlap: joined"));
            }
            _ => joined.push((low, high)),
        }
    }
    Restriction::Intervals { intervals: joined, note }
}

/// `a..b`, `a`; with words that tell the unit of a length behind it.
fn interval(part: &str) -> Option<Interval> {
    let part = part.trim().trim_matches(['[', ']', '(', ')']).trim();
    let bare = ["bytes", "byte", "characters", "chars", "octets", "octet"].iter().find_map(|unit| {
        let start = part.len().checked_sub(unit.len())?;
        part.get(start..)?.eq_ignore_ascii_case(unit).then(|| part.get(..start))?
    });
    let part = bare.unwrap_or(part).trim();
    for separator in ["...", "..", "…", " to ", " - ", "–", "~"] {
        if let Some((low, high)) = part.split_once(separator) {
            return Some((number(low)?, number(high)?));
        }
    }
    if let Some(single) = number(part) {
        return Some((single, single));
    }
    // `0-100`, but not the sign of a negative number.
    let (at, _) = part.char_indices().skip(1).find(|(_, c)| *c == '-')?;
    Some((number(part.get(..at)?)?, number(part.get(at + 1..)?)?))
}

/// A decimal number times [`ONE`].
fn number(text: &str) -> Option<i128> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let fraction = if plain(fraction) { fraction.trim_end_matches('0') } else { return None };
    if !plain(whole) || whole.len() > 20 || fraction.len() > DIGITS {
        return None;
    }
    let fraction: i128 = format!("{fraction:0<DIGITS$}").parse().ok()?;
    let value = whole.parse::<i128>().ok()? * ONE + fraction;
    Some(if negative { -value } else { value })
}

/// Numbers, each as an interval, and what each means: `0: off` in lines, or between semicolons or commas; at least two.
fn enumeration(text: &str) -> Option<(Vec<Interval>, Vec<String>)> {
    let mut parts = text::lines(text);
    for separator in [';', ','] {
        if parts.len() == 1 {
            let divided = |line: &String| line.split(separator).map(text::words).collect::<Vec<_>>();
            parts = parts.iter().flat_map(divided).filter(|part| !part.is_empty()).collect();
        }
    }
    if parts.len() < 2 || parts.len() > MOST {
        return None;
    }
    let mut numbers = Vec::new();
    let mut labels = Vec::new();
    for part in parts {
        let (value, label) = part.split_once([':', '=']).or_else(|| part.split_once(" - "))?;
        numbers.push(interval(value)?);
        let label = text::words(label.trim_end_matches([',', ';']));
        labels.push(format!("{}: {label}", text::words(value)));
        if label.is_empty() {
            return None;
        }
    }
    Some((numbers, labels))
}

/// As a definition has it: `0..247, 255`.
pub(super) fn print(intervals: &[Interval], separator: &str) -> String {
    let interval = |(low, high): &Interval| match low == high {
        true => decimal(*low),
        false => format!("{}..{}", decimal(*low), decimal(*high)),
    };
    intervals.iter().map(interval).collect::<Vec<_>>().join(separator)
}

/// A number times [`ONE`] as decimal text, with no more digits than it has.
pub(super) fn decimal(value: i128) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, fraction) = (value.unsigned_abs() / ONE.unsigned_abs(), value.unsigned_abs() % ONE.unsigned_abs());
    let fraction = format!("{fraction:0>DIGITS$}");
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
