//! The sets that escapes stand for: general categories, blocks, and the multi-character escapes.
//!
//! The only file that names regex-syntax, whose tables of Unicode's general categories are used on the host; a device
//! gets the ranges of the classes that its patterns have.

use std::collections::HashMap;
use std::sync::Arc;

use super::blocks;
use super::names::{FOLLOWING, INITIAL};
use super::set::Set;

/// The general categories that XML Schema knows (Part 2 Appendix F.1.1). `Cs`, surrogates, is not one of them.
pub(super) const CATEGORIES: [&str; 36] = [
    "C", "Cc", "Cf", "Cn", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// Sets by the name of their category, block (`Is…`) or escape (`\w`); each is made once.
#[derive(Default)]
pub(super) struct Unicode(HashMap<String, Arc<Set>>);

impl Unicode {
    /// What `\p{name}` stands for.
    pub(super) fn property(&mut self, name: &str) -> Option<Arc<Set>> {
        match name.strip_prefix("Is") {
            Some(block) => {
                let ranges = blocks::block(block)?;
                Some(self.known(name, |_| Set::new(ranges)))
            }
            None if CATEGORIES.contains(&name) => Some(self.category(name)),
            None => None,
        }
    }

    /// What `.`, or a backslash and this letter, stand for (Appendix F.1.1, multi-character escapes).
    pub(super) fn escape(&mut self, letter: char) -> Option<Arc<Set>> {
        if letter.is_ascii_uppercase() {
            let of = self.escape(letter.to_ascii_lowercase())?;
            return Some(self.known(&format!("\\{letter}"), |_| of.negate()));
        }
        let ranges = |ranges: &[(u32, u32)]| Set::new(ranges.to_vec());
        Some(match letter {
            '.' => self.known(".", |_| ranges(&[(0x0a, 0x0a), (0x0d, 0x0d)]).negate()),
            'c' => self.known("\\c", |_| ranges(INITIAL).union(&ranges(FOLLOWING))),
            'd' => self.category("Nd"),
            'i' => self.known("\\i", |_| ranges(INITIAL)),
            's' => self.known("\\s", |_| ranges(&[(0x09, 0x0a), (0x0d, 0x0d), (0x20, 0x20)])),
            // all characters but punctuation, separators and "other"
            'w' => self.known("\\w", |own| {
                let without = ["P", "Z", "C"].map(|name| own.category(name));
                without.iter().fold(Set::default(), |all, set| all.union(set)).negate()
            }),
            _ => return None,
        })
    }

    fn category(&mut self, name: &str) -> Arc<Set> {
        self.known(name, |_| {
            use regex_syntax::hir::{Class, Hir, HirKind};
            match regex_syntax::parse(&format!("\\p{{{name}}}")).map(Hir::into_kind) {
                Ok(HirKind::Class(Class::Unicode(class))) => {
                    Set::new(class.iter().map(|range| (range.start().into(), range.end().into())).collect())
                }
                // a category of one character
                Ok(HirKind::Literal(literal)) => {
                    let text = str::from_utf8(&literal.0).unwrap_or_default();
                    Set::new(text.chars().map(|character| (character.into(), character.into())).collect())
                }
                _ => Set::default(),
            }
        })
    }

    fn known(&mut self, name: &str, make: impl FnOnce(&mut Unicode) -> Set) -> Arc<Set> {
        if let Some(set) = self.0.get(name) {
            return set.clone();
        }
        let set = Arc::new(make(self));
        self.0.insert(name.to_owned(), set.clone());
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_characters() {
        let mut unicode = Unicode::default();
        for name in CATEGORIES {
            assert!(!unicode.property(name).unwrap().ranges().is_empty(), "{name}");
        }
        assert_eq!(unicode.property("Cs"), None);
        assert_eq!(unicode.property("lu"), None);
    }
}
