//! regex-automata as the oracle: random expressions, and texts that match or nearly do.

use proptest::prelude::*;
use regex_automata::nfa::thompson::pikevm::PikeVM;

use super::super::parse::Node;
use super::super::set::Set;
use super::super::{Regex, parse};

/// Numbers that depend on a seed alone.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// An expression of the dialect.
fn expression(random: &mut Random, depth: usize) -> String {
    const ATOMS: [&str; 22] = [
        "a",
        "b",
        "c",
        "0",
        "é",
        "☃",
        " ",
        ".",
        r"\.",
        r"\n",
        r"\d",
        r"\D",
        r"\s",
        r"\S",
        r"\w",
        r"\W",
        r"\i",
        r"\C",
        r"\p{Lu}",
        r"\P{L}",
        r"\p{IsGreek}",
        "$",
    ];
    const QUANTIFIERS: [&str; 14] =
        ["", "", "", "", "?", "*", "+", "{2}", "{0,3}", "{1,4}", "{3,}", "{0}", "{20}", "{1,25}"];
    let mut text = String::new();
    for _ in 0..random.below(4) {
        match random.below(if depth == 0 { 4 } else { 7 }) {
            0..3 => text += random.pick(&ATOMS),
            3 => text += &class(random, 2),
            _ => text += &format!("({})", expression(random, depth - 1)),
        }
        text += random.pick(&QUANTIFIERS);
    }
    if random.below(3) == 0 {
        text += "|";
        text += &expression(random, depth.saturating_sub(1));
    }
    text
}

fn class(random: &mut Random, depth: usize) -> String {
    const ITEMS: [&str; 12] = ["a", "b-d", "0-9", "é", "☃", ".", r"\]", r"\d", r"\w", r"\P{Ll}", "α-ω", r"\n"];
    let mut text = String::from(if random.below(3) == 0 { "[^" } else { "[" });
    for _ in 0..=random.below(3) {
        text += random.pick(&ITEMS);
    }
    if depth > 0 && random.below(3) == 0 {
        text += "-";
        text += &class(random, depth - 1);
    }
    text + "]"
}

/// The same in regex-automata's syntax; every set as the ranges that we made of it.
fn translate(node: &Node, out: &mut String) {
    let set = |set: &Set, out: &mut String| {
        out.push('[');
        for (low, high) in set.ranges() {
            // the oracle knows characters only
            for (low, high) in [(*low, (*high).min(0xd7ff)), ((*low).max(0xe000), *high)] {
                if low <= high {
                    *out += &format!("\\x{{{low:x}}}-\\x{{{high:x}}}");
                }
            }
        }
        *out += if set.ranges().is_empty() { "a&&b]" } else { "]" };
    };
    match node {
        Node::Character(character) => set(&Set::of(*character), out),
        Node::Set(own) => set(own, out),
        Node::Sequence(nodes) => nodes.iter().for_each(|node| translate(node, out)),
        Node::Either(nodes) => {
            for (place, node) in nodes.iter().enumerate() {
                *out += if place == 0 { "(?:" } else { "|" };
                translate(node, out);
            }
            *out += ")";
        }
        Node::Repeat(node, least, most) => {
            *out += "(?:";
            translate(node, out);
            let most = most.map_or(String::new(), |most| most.to_string());
            *out += &format!("){{{least},{most}}}");
        }
    }
}

pub(super) fn translated(pattern: &str) -> String {
    let (node, _) = parse::parse(pattern).unwrap();
    let mut text = String::from(r"\A(?:");
    translate(&node, &mut text);
    text + r")\z"
}

pub(super) fn oracle(pattern: &str) -> PikeVM {
    PikeVM::new(&translated(pattern)).unwrap_or_else(|error| panic!("{pattern:?}: {error}"))
}

/// A text that the expression takes, or nearly; `None` where a set is empty.
fn example(node: &Node, random: &mut Random, out: &mut String) -> Option<()> {
    match node {
        Node::Character(character) => out.push(*character),
        Node::Set(set) => {
            let (low, high) = *set.ranges().get(random.below(set.ranges().len().max(1)))?;
            let code = low + u32::try_from(random.below(usize::try_from(high - low + 1).unwrap())).unwrap();
            out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        }
        Node::Sequence(nodes) => nodes.iter().try_for_each(|node| example(node, random, out))?,
        Node::Either(nodes) => example(&nodes[random.below(nodes.len())], random, out)?,
        Node::Repeat(node, least, most) => {
            let most = most.unwrap_or(least + 3).min(least + 300);
            let often = match random.below(3) {
                0 => *least,
                1 => most,
                _ => least + u32::try_from(random.below(usize::try_from(most - least + 1).unwrap())).unwrap(),
            };
            for _ in 0..often {
                if out.len() < 2000 {
                    example(node, random, out)?;
                }
            }
        }
    }
    Some(())
}

/// Compares ours with the oracle on texts that match, on texts with a character more, less or another.
pub(super) fn compare(pattern: &str, random: &mut Random, rounds: usize) -> (usize, usize) {
    let (regex, _) = Regex::new(pattern).unwrap_or_else(|error| panic!("{pattern:?}: {error:?}"));
    let (node, _) = parse::parse(pattern).unwrap();
    let oracle = oracle(pattern);
    let mut cache = oracle.create_cache();
    let mut counts = (0, 0);
    for round in 0..rounds {
        let mut text = String::new();
        let _ = example(&node, random, &mut text);
        let mut characters: Vec<char> = text.chars().collect();
        for _ in 0..round % 3 {
            let at = random.below(characters.len() + 1);
            let other = ['a', '0', ':', '.', ' ', 'é', '\n', '-'][random.below(8)];
            match random.below(3) {
                0 => characters.insert(at, other),
                1 if at < characters.len() => drop(characters.remove(at)),
                _ if at < characters.len() => characters[at] = other,
                _ => {}
            }
        }
        let text: String = characters.into_iter().collect();
        let wanted = oracle.is_match(&mut cache, &text);
        assert_eq!(regex.matches(&text), wanted, "{pattern:?} on {text:?}");
        if wanted { counts.0 += 1 } else { counts.1 += 1 }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_expressions_match_as_regex_automata_says(seed in any::<u64>()) {
        let mut random = Random(seed);
        let pattern = expression(&mut random, 3);
        // nested large repeats are beyond the limits, and slow in the oracle
        if Regex::new(&pattern).is_ok_and(|(regex, _)| regex.size().0 < 4000) && pattern.matches("2").count() < 4 {
            compare(&pattern, &mut random, 12);
        }
    }

    #[test]
    fn any_text_is_an_expression_or_a_finding_inside_of_it(text in r"[-ab0-9\[\]\\^$(){},|?*+.pPLIsdwic é]{0,24}") {
        let findings = match Regex::new(&text) {
            Ok((regex, warnings)) => {
                let _ = regex.matches(&text);
                warnings
            }
            Err(error) => vec![error],
        };
        for finding in findings {
            prop_assert!(text.get(finding.at.clone()).is_some(), "{text:?}: {finding:?}");
        }
    }
}
