//! Regular expressions as small programs, and the machine that runs them (RFC 7950 section 9.4.5).
//!
//! A program is the Thompson automaton of its expression as bytes: a state is the place of an instruction. A counted
//! repeat is no copy of its body but a [`Counter`]: the body stands in the code once, and stands for one copy after
//! the other in the numbering of states. The set of states that the text read so far can be in is a bit for each
//! state. So a step costs at most the number of states, a match the length of the text times that, and its memory is
//! three bits a state whatever the text is. (Counting sets, as Turoňová and others described them in 2020, keep the
//! values of a counter as one queue for each place; where a body can be entered at several values at once, queues have
//! to be merged, and bits do that for nothing.) Only one counter runs at a time: `comi-codegen` unrolls one of two
//! that are nested, and refuses what would need too many states.
//!
//! Knows nothing of the syntax of expressions. Read [`Program`] first, then [`op`].

use alloc::vec;

/// The regular expressions of a schema. A schema without one has none of this, and no machine is linked.
#[derive(Clone, Copy, Debug)]
pub struct Patterns {
    /// The patterns of a type, as indices into `programs`: a value matches them all.
    pub sets: &'static [&'static [u16]],
    /// Each distinct pattern.
    pub programs: &'static [Program<'static>],
    /// The character classes of all programs, one behind the other: numbers ([`number`]) that tell in turn how many
    /// characters, from U+0000, are not and are of the class, and a 0 after the last.
    pub classes: &'static [u8],
    /// The machine: [`Program::matches`].
    pub matches: fn(&Program<'static>, &[u8], &str) -> bool,
}

/// A regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program<'a> {
    /// Instructions; the first is the start, behind the last is the end.
    pub code: &'a [u8],
    /// The counted repeats, ascending by `first`.
    pub counters: &'a [Counter],
    /// How many states there are.
    pub states: u32,
    /// `modifier invert-match`
    pub inverted: bool,
}

/// A counted repeat. Its body, with the [`op::COUNT`] behind it, is `code[start .. start + length]`; in the states
/// of that range the first copy is read, the states of the others follow one another from `first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The first state of the second copy.
    pub first: u32,
    /// Where the body begins.
    pub start: u16,
    /// Bytes of the body.
    pub length: u16,
    /// How often the body stands at least, from 1.
    pub least: u16,
    /// How often at most, from 2.
    pub most: u16,
}

/// The instructions. Operands are written as [`number`] reads them.
pub mod op {
    /// Up to here, an instruction is the ASCII character that is read.
    pub const LAST_LITERAL: u8 = 0x7f;
    /// A character of the class that begins at the operand.
    pub const CLASS: u8 = 0x80;
    /// Goes on behind the instruction, and as many bytes further on.
    pub const SPLIT: u8 = 0x81;
    /// Goes on behind the instruction, and as many bytes before it.
    pub const BACK: u8 = 0x82;
    /// Goes on as many bytes further on.
    pub const JUMP: u8 = 0x83;
    /// The end of the body of the counter of this index.
    pub const COUNT: u8 = 0x84;
    /// From here on, a character of the class that begins at the instruction less this.
    pub const SHORT_CLASS: u8 = 0x88;
}

impl Program<'_> {
    /// Whether the text, from its beginning to its end, is what the expression says.
    #[must_use]
    pub fn matches(&self, classes: &[u8], text: &str) -> bool {
        let words = self.states as usize / 32 + 1;
        let mut memory = vec![0_u32; 3 * words];
        let (mut now, rest) = memory.split_at_mut(words);
        let (mut next, seen) = rest.split_at_mut(words);
        insert(now, 0);
        let mut characters = text.chars();
        loop {
            let character = characters.next();
            next.fill(0);
            seen.fill(0);
            let mut alive = false;
            let mut word = 0;
            while let Some(bits) = now.get_mut(word) {
                if *bits == 0 {
                    word += 1;
                    continue;
                }
                let state = word * 32 + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                insert(seen, state);
                let at = self.place(state);
                let Some(&instruction) = self.code.get(at) else { continue };
                let (operand, length) = match instruction {
                    op::CLASS..op::SHORT_CLASS => number(self.code, at + 1),
                    _ => (usize::from(instruction.wrapping_sub(op::SHORT_CLASS)), 0),
                };
                let behind = state + 1 + length;
                let targets = match instruction {
                    op::SPLIT => [behind, behind + operand],
                    op::BACK => [behind, state.wrapping_sub(operand)],
                    op::JUMP => [behind + operand; 2],
                    op::COUNT => match self.counters.get(operand) {
                        Some(counter) => counter.targets(state, at + 1 + length),
                        None => continue,
                    },
                    _ => {
                        let reads = character.is_some_and(|character| match instruction {
                            ..=op::LAST_LITERAL => character == char::from(instruction),
                            _ => is_of_class(classes, operand, character),
                        });
                        if reads {
                            insert(next, behind);
                            alive = true;
                        }
                        continue;
                    }
                };
                for target in targets {
                    if !contains(seen, target) {
                        insert(now, target);
                        word = word.min(target / 32);
                    }
                }
            }
            if character.is_none() || !alive {
                return (character.is_none() && contains(seen, self.code.len())) != self.inverted;
            }
            core::mem::swap(&mut now, &mut next);
        }
    }

    /// Where the instruction of a state stands.
    fn place(&self, state: usize) -> usize {
        match self.counters.iter().rev().find(|counter| counter.first as usize <= state) {
            Some(counter) => {
                let within = (state - counter.first as usize).checked_rem(usize::from(counter.length));
                usize::from(counter.start) + within.unwrap_or(0)
            }
            None => state,
        }
    }
}

impl Counter {
    /// Where to go on after the copy of the body in which `state` ends: out of the repeat, and into the next copy.
    fn targets(&self, state: usize, behind: usize) -> [usize; 2] {
        let (first, length) = (self.first as usize, usize::from(self.length));
        let copies = match state.checked_sub(first) {
            Some(within) => within.checked_div(length).unwrap_or(0) + 2,
            None => 1,
        };
        let again = first + (copies - 1) * length;
        match (copies >= usize::from(self.least), copies < usize::from(self.most)) {
            (true, true) => [behind, again],
            (true, false) => [behind; 2],
            _ => [again; 2],
        }
    }
}

/// A number, and how many bytes it has: one below 0x80, two below 0x4000 (begins with the bits 10), or three.
#[must_use]
pub fn number(bytes: &[u8], at: usize) -> (usize, usize) {
    let byte = |place: usize| usize::from(bytes.get(at + place).copied().unwrap_or(0));
    match byte(0) {
        first @ ..0x80 => (first, 1),
        first @ 0x80..0xc0 => ((first & 0x3f) << 8 | byte(1), 2),
        first => ((first & 0x3f) << 16 | byte(1) << 8 | byte(2), 3),
    }
}

fn is_of_class(classes: &[u8], mut at: usize, character: char) -> bool {
    let mut left = character as usize;
    let mut inside = false;
    let mut start = true;
    loop {
        let (run, length) = number(classes, at);
        if left < run {
            return inside;
        }
        // only the first run may be empty: any other ends the class
        if run == 0 && !start {
            return false;
        }
        left -= run;
        at += length;
        inside = !inside;
        start = false;
    }
}

fn insert(set: &mut [u32], state: usize) {
    if let Some(word) = set.get_mut(state / 32) {
        *word |= 1 << (state % 32);
    }
}

fn contains(set: &[u32], state: usize) -> bool {
    set.get(state / 32).is_some_and(|word| word >> (state % 32) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` and `[b-z]`, `(a|[b-z])?` and so on, by hand.
    fn takes(code: &[u8], counters: &[Counter], states: u32, text: &str) -> bool {
        // [b-z], then all characters, then none
        let classes = [98, 25, 0, 0, 0xd1, 0, 0, 0, 0xd1, 0, 0, 0];
        Program { code, counters, states, inverted: false }.matches(&classes, text)
    }

    const B_TO_Z: u8 = op::SHORT_CLASS;
    const ALL: u8 = op::SHORT_CLASS + 3;
    const NONE: u8 = op::SHORT_CLASS + 8;

    #[test]
    fn characters_and_classes_are_read() {
        assert!(takes(b"", &[], 1, "") && !takes(b"", &[], 1, "a"));
        assert!(takes(b"ab", &[], 3, "ab") && !takes(b"ab", &[], 3, "a") && !takes(b"ab", &[], 3, "abb"));
        for (class, text, wanted) in [
            (B_TO_Z, "b", true),
            (B_TO_Z, "z", true),
            (B_TO_Z, "a", false),
            (B_TO_Z, "\u{7b}", false),
            (ALL, "\0", true),
            (ALL, "\u{10ffff}", true),
            (NONE, "\0", false),
            (NONE, "\u{10ffff}", false),
        ] {
            assert_eq!(takes(&[class], &[], 2, text), wanted, "{class} {text:?}");
            assert_eq!(takes(&[op::CLASS, class - op::SHORT_CLASS], &[], 3, text), wanted, "{class} {text:?}");
        }
    }

    #[test]
    fn alternatives_and_repeats_go_on_in_several_places() {
        // (a|b-z)+
        let code = [op::SPLIT, 3, b'a', op::JUMP, 1, B_TO_Z, op::BACK, 6];
        for (text, wanted) in [("", false), ("a", true), ("xyza", true), ("a.", false)] {
            assert_eq!(takes(&code, &[], 9, text), wanted, "{text:?}");
        }
    }

    #[test]
    fn a_counter_counts_each_way_through_its_body_apart() {
        // a?[a-z]{2,3}a, where the second `a` may be of the repeat, too
        let code = [op::SPLIT, 1, b'a', ALL, op::COUNT, 0, b'a'];
        let counters = [Counter { first: 8, start: 3, length: 3, least: 2, most: 3 }];
        for (text, wanted) in [("aa", false), ("aaa", true), ("aaaa", true), ("aaaaa", true), ("aaaaaa", false)] {
            assert_eq!(takes(&code, &counters, 14, text), wanted, "{text:?}");
        }
    }

    #[test]
    fn an_inverted_program_takes_what_the_expression_does_not() {
        let program = Program { code: b"a", counters: &[], states: 2, inverted: true };
        assert!(!program.matches(&[], "a"));
        assert!(["", "b", "aa"].iter().all(|text| program.matches(&[], text)));
    }

    #[test]
    fn tables_that_no_compiler_made_end_a_match_all_the_same() {
        let wrong = Counter { first: 0, start: 9, length: 0, least: 0, most: 9 };
        for code in
            [&[op::SPLIT][..], &[op::BACK, 0x40], &[op::COUNT, 7], &[op::COUNT, 0], &[op::CLASS, 99], &[op::JUMP]]
        {
            for counters in [&[][..], &[wrong]] {
                let _ = takes(code, counters, 3, "text");
            }
        }
    }

    #[test]
    fn numbers_have_one_to_three_bytes() {
        for (bytes, wanted) in
            [(&[0x7f][..], 0x7f), (&[0x80, 0x80], 0x80), (&[0xbf, 0xff], 0x3fff), (&[0xd0, 0xff, 0xff], 0x10_ffff)]
        {
            assert_eq!(number(bytes, 0), (wanted, bytes.len()));
        }
        assert_eq!(number(&[], 0), (0, 1));
    }
}
