//! The patterns of a schema: each pattern once, character classes shared by all.

use std::collections::HashMap;

use comi_runtime::schema::{PatternSet, Patterns, Program};

use super::leak;
use crate::pattern::Classes;
use crate::schema::compiled::{ErrorMessage, Pattern};

/// Patterns as they are met.
#[derive(Default)]
pub(super) struct PatternTable {
    classes: Classes,
    programs: Vec<Program<'static>>,
    /// Expression and `invert-match` of each program.
    places: HashMap<(String, bool), u16>,
    sets: Vec<Vec<u16>>,
}

impl PatternTable {
    /// The set of a type's patterns, and what each of them says; `None` where the tables are full.
    pub(super) fn set<'p>(&mut self, patterns: &'p [Pattern]) -> Option<(PatternSet, Vec<Option<&'p ErrorMessage>>)> {
        let (mut set, mut messages): (Vec<u16>, Vec<Option<&ErrorMessage>>) = (Vec::new(), Vec::new());
        for pattern in patterns {
            let program = self.program(pattern)?;
            match set.iter().position(|known| *known == program).and_then(|known| messages.get_mut(known)) {
                Some(message) => *message = (*message).or(pattern.message.as_ref()),
                None => {
                    set.push(program);
                    messages.push(pattern.message.as_ref());
                }
            }
        }
        if set.is_empty() {
            return Some((PatternSet::NONE, messages));
        }
        let known = self.sets.iter().position(|known| *known == set);
        let place = known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        let set = u16::try_from(place).ok().map(PatternSet).filter(|set| *set != PatternSet::NONE)?;
        Some((set, messages))
    }

    fn program(&mut self, pattern: &Pattern) -> Option<u16> {
        let key = (pattern.expression.clone(), pattern.inverted);
        if let Some(place) = self.places.get(&key) {
            return Some(*place);
        }
        let place = u16::try_from(self.programs.len()).ok()?;
        let compiled = pattern.regex.compile(&mut self.classes);
        self.programs.push(Program {
            code: leak(compiled.code),
            counters: leak(compiled.counters),
            states: compiled.states,
            inverted: pattern.inverted,
        });
        self.places.insert(key, place);
        Some(place)
    }

    /// The tables, and the expression of each program.
    pub(super) fn into_rows(self) -> (Option<&'static Patterns>, Vec<String>) {
        let mut texts: Vec<_> = self.places.into_iter().map(|((text, _), place)| (place, text)).collect();
        texts.sort();
        let patterns = Patterns {
            sets: leak(self.sets.into_iter().map(leak).collect()),
            programs: leak(self.programs),
            classes: leak(self.classes.bytes),
            matches: Program::matches,
        };
        let patterns: Option<&Patterns> = if texts.is_empty() { None } else { Some(Box::leak(Box::new(patterns))) };
        (patterns, texts.into_iter().map(|(_, text)| text).collect())
    }
}
