//! Rust names for YANG names: case, keywords, and clashes, which [`settle`] alone decides.

use std::collections::{HashMap, HashSet};

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// Keywords of edition 2024 that a raw identifier can stand for.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Keywords that no raw identifier can stand for.
const PATH_KEYWORDS: [&str; 5] = ["Self", "_", "crate", "self", "super"];

/// `close-after` → `close_after`
pub(crate) fn snake(name: &str) -> String {
    start_with_letter(ascii(name).to_snake_case())
}

/// `close-after` → `CloseAfter`
pub(crate) fn camel(name: &str) -> String {
    start_with_letter(ascii(name).to_upper_camel_case())
}

/// `close-after` → `CLOSE_AFTER`
pub(crate) fn shouty(name: &str) -> String {
    start_with_letter(ascii(name).to_shouty_snake_case())
}

/// A name that may be a keyword, as it can stand in a program.
pub(crate) fn escape(name: String) -> String {
    if PATH_KEYWORDS.contains(&name.as_str()) {
        return format!("{name}_");
    }
    if KEYWORDS.contains(&name.as_str()) { format!("r#{name}") } else { name }
}

/// Names of enums and bits are any text; what no identifier can hold becomes a break between words.
fn ascii(name: &str) -> String {
    if !name.contains(|c: char| c.is_ascii_alphanumeric()) {
        return "unnamed".to_owned();
    }
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn start_with_letter(name: String) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Decides the names of things that share a scope.
///
/// Each thing is given by its path, the outermost step first, and takes its last step as name. Those whose Rust names
/// clash, with each other or with `reserved`, take one step more each, until all differ; what has no step left is
/// numbered. `forms` gives the Rust names that a thing of this place takes when it is called so. The answer is what
/// each is called, in words joined by `-`.
pub(crate) fn settle(
    paths: &[Vec<String>],
    reserved: &[&str],
    forms: impl Fn(usize, &str) -> Vec<String>,
) -> Vec<String> {
    let mut steps = vec![1usize; paths.len()];
    let mut numbers = vec![0usize; paths.len()];
    let name = |path: &Vec<String>, steps: usize, number: usize| {
        let start = path.len().saturating_sub(steps);
        let mut name = path.get(start..).unwrap_or_default().join("-");
        if number > 0 {
            name = format!("{name}-{number}");
        }
        name
    };
    loop {
        let names: Vec<String> =
            paths.iter().zip(&steps).zip(&numbers).map(|((path, steps), number)| name(path, *steps, *number)).collect();
        let mut takers: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            for form in forms(place, name) {
                takers.entry(form).or_default().push(place);
            }
        }
        let clashing: HashSet<usize> = takers
            .iter()
            .filter(|(form, takers)| takers.len() > 1 || reserved.contains(&form.as_str()))
            .flat_map(|(_, takers)| takers.iter().copied())
            .collect();
        if clashing.is_empty() {
            return names;
        }
        let longer: Vec<usize> = clashing
            .iter()
            .copied()
            .filter(|place| paths.get(*place).zip(steps.get(*place)).is_some_and(|(path, steps)| *steps < path.len()))
            .collect();
        for place in &longer {
            if let Some(steps) = steps.get_mut(*place) {
                *steps += 1;
            }
        }
        if longer.is_empty() {
            // Nobody has a longer name. The first keeps it, unless it is reserved; the rest are numbered from 2.
            let mut sorted: Vec<usize> = clashing.into_iter().collect();
            sorted.sort_unstable();
            let is_reserved =
                |place: usize, name: &str| forms(place, name).iter().any(|form| reserved.contains(&form.as_str()));
            let keeps =
                sorted.first().copied().filter(|first| names.get(*first).is_some_and(|n| !is_reserved(*first, n)));
            for place in sorted.into_iter().filter(|place| Some(*place) != keeps) {
                if let Some(number) = numbers.get_mut(place) {
                    *number = (*number).max(1) + 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paths: &[&str], reserved: &[&str], expected: &[&str]) {
        let paths: Vec<Vec<String>> = paths.iter().map(|path| path.split('/').map(str::to_owned).collect()).collect();
        assert_eq!(settle(&paths, reserved, |_, name| vec![camel(name)]), expected);
    }

    #[test]
    fn the_shortest_name_that_is_unique_is_taken() {
        check(&["valve/mode", "valve/target"], &[], &["mode", "target"]);
        check(&["valve/mode", "pump/mode", "pump/speed"], &[], &["valve-mode", "pump-mode", "speed"]);
        check(&["a/x/mode", "b/x/mode"], &[], &["a-x-mode", "b-x-mode"]);
    }

    #[test]
    fn a_longer_name_does_not_take_the_name_of_another() {
        check(&["valve/mode", "pump/mode", "valve-mode"], &[], &["valve-mode", "pump-mode", "valve-mode-2"]);
    }

    #[test]
    fn reserved_names_are_avoided() {
        check(&["device/option"], &["Option"], &["device-option"]);
        check(&["option"], &["Option"], &["option-2"]);
    }

    #[test]
    fn what_has_no_longer_name_is_numbered() {
        check(&["a.b", "a-b", "a_b"], &[], &["a.b", "a-b-2", "a_b-3"]);
    }

    #[test]
    fn names_are_valid_in_rust() {
        for (name, expected) in [
            ("10base-t", ("_10base_t", "_10baseT", "_10BASE_T")),
            ("move", ("r#move", "Move", "MOVE")),
            ("self", ("self_", "Self_", "SELF")),
            ("µ", ("unnamed", "Unnamed", "UNNAMED")),
            ("close-after", ("close_after", "CloseAfter", "CLOSE_AFTER")),
        ] {
            let found = (escape(snake(name)), escape(camel(name)), shouty(name));
            let expected = (expected.0.to_owned(), expected.1.to_owned(), expected.2.to_owned());
            assert_eq!(found, expected);
        }
    }
}
