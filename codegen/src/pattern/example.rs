//! Texts that an expression matches, at random: the reverse of a match.

use super::parse::Node;
use super::set::Set;

/// Characters that a text may have (RFC 7950 section 9.4, `yang-char`).
const LEGAL: &[(u32, u32)] = &[
    (0x09, 0x0a),
    (0x0d, 0x0d),
    (0x20, 0x7e),
    (0xa0, 0xd7ff),
    (0xe000, 0xfdcf),
    (0xfdf0, 0xfffd),
    (0x1_0000, 0x1_fffd),
];
/// Those that people write, and where a choice is begun.
const PLAIN: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)];
const ASCII: &[(u32, u32)] = &[(0x20, 0x7e)];
/// No text is longer, in characters.
const LONGEST: usize = 4096;

/// Makes a text. `random` gives a number below its argument, which is at least 1; `more` is how often at most a repeat
/// without bound goes beyond its least number. `None` where no legal character fits, or the text gets too long.
pub(super) fn example(node: &Node, random: &mut dyn FnMut(u64) -> u64, more: u32) -> Option<String> {
    let mut text = String::new();
    let mut length = 0;
    write(node, random, more, &mut text, &mut length)?;
    Some(text)
}

fn write(
    node: &Node,
    random: &mut dyn FnMut(u64) -> u64,
    more: u32,
    text: &mut String,
    length: &mut usize,
) -> Option<()> {
    match node {
        Node::Set(set) => push(character(set, random)?, text, length),
        Node::Character(character) => push(*character, text, length),
        Node::Sequence(nodes) => nodes.iter().try_for_each(|node| write(node, random, more, text, length)),
        Node::Either(nodes) => {
            let chosen = usize::try_from(random(nodes.len().max(1) as u64)).ok()?;
            write(nodes.get(chosen)?, random, more, text, length)
        }
        Node::Repeat(node, least, most) => {
            let most = most.unwrap_or(u32::MAX).min(least.saturating_add(more));
            let count = least + u32::try_from(random(u64::from(most.saturating_sub(*least)) + 1)).ok()?;
            (0..count).try_for_each(|_| write(node, random, more, text, length))
        }
    }
}

fn push(character: char, text: &mut String, length: &mut usize) -> Option<()> {
    *length += 1;
    text.push(character);
    (*length <= LONGEST).then_some(())
}

/// A character of a set: mostly a letter or digit, if it has any.
fn character(set: &Set, random: &mut dyn FnMut(u64) -> u64) -> Option<char> {
    let pools: [&[(u32, u32)]; 3] = match random(16) {
        0 => [LEGAL, LEGAL, LEGAL],
        1..=3 => [ASCII, LEGAL, LEGAL],
        _ => [PLAIN, ASCII, LEGAL],
    };
    pools.iter().find_map(|pool| {
        let allowed = common(set.ranges(), pool);
        let count: u64 = allowed.iter().map(|(low, high)| u64::from(high - low) + 1).sum();
        if count == 0 {
            return None;
        }
        let mut chosen = random(count);
        for (low, high) in allowed {
            let width = u64::from(high - low) + 1;
            if chosen < width {
                return char::from_u32(low + u32::try_from(chosen).ok()?);
            }
            chosen -= width;
        }
        None
    })
}

/// What two lists of ranges have in common.
fn common(a: &[(u32, u32)], b: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let both = |(low, high): (u32, u32), (from, to): (u32, u32)| (low.max(from), high.min(to));
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| both(*a, *b)));
    pairs.filter(|(low, high)| low <= high).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Regex;

    #[test]
    fn what_an_expression_gives_it_matches() {
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) % below
        };
        for expression in [
            "",
            "a|bc|",
            r"[a-z-[aeiou]]{2,}",
            r"\d{4}-\d{2}-\d{2}",
            r"(\p{IsGreek}|[^a])+",
            r"\i\c*",
            ".*",
            "[0-9a-fA-F]*",
            r"((([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]))?",
            r"\P{L}{3}",
        ] {
            let regex = Regex::new(expression).unwrap().0;
            for more in [0, 1, 5, 40] {
                let text = regex.example(&mut random, more).unwrap();
                assert!(regex.matches(&text), "{expression} does not match {text:?}");
            }
        }
        assert_eq!(Regex::new("a{5000}").unwrap().0.example(&mut random, 0), None);
    }
}
