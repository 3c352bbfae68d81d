//! Features and `if-feature` expressions (RFC 7950 section 7.20).

use super::compiled::ModuleId;
use super::compiler::Compiler;
use super::definitions::status;
use super::load::UnitId;
use super::status::Reference;
use crate::syntax::Statement;

const RULE: &str = "RFC 7950 section 7.20.2";

/// How deep parentheses and `not` may nest.
const EXPRESSION_DEPTH: usize = 64;

/// What is known of a condition: `or` is the greater of two, `and` the lesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    False,
    /// Features that nobody has decided about decide it.
    Open,
    True,
}

impl Truth {
    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Open => Truth::Open,
            Truth::True => Truth::False,
        }
    }
}

impl<'a> Compiler<'a> {
    /// Whether this build supports a feature: it was not left out, and what it depends on is supported.
    pub(super) fn feature_supported(&mut self, module: ModuleId, statement: &'a Statement, unit: UnitId) -> Truth {
        if let Some(state) = self.feature_states.get(&statement.span) {
            return *state;
        }
        if self.resolving.contains(&statement.span) {
            let message = format!("feature `{}` depends on itself", statement.text());
            self.error(statement.head, message, "RFC 7950 section 7.20.1");
            return Truth::False;
        }
        if self.resolving.len() > super::compiler::DEPTH_LIMIT {
            self.tell_too_deep(statement.head, "features depend on each other");
            return Truth::False;
        }
        self.resolving.push(statement.span);
        let chosen = match self.features.get(self.module_name(module)) {
            Some(chosen) if chosen.contains(statement.text()) => Truth::True,
            Some(_) => Truth::False,
            None if self.open_features => Truth::Open,
            None => Truth::True,
        };
        let state = self.conditions(statement, unit).min(chosen);
        self.resolving.pop();
        self.feature_states.insert(statement.span, state);
        state
    }

    /// Whether all `if-feature` statements of a statement are true, or may be; when listing items they are, whatever
    /// they say.
    pub(super) fn features_hold(&mut self, statement: &'a Statement, unit: UnitId) -> bool {
        self.conditions(statement, unit) != Truth::False || self.every_item
    }

    fn conditions(&mut self, statement: &'a Statement, unit: UnitId) -> Truth {
        let mut holds = Truth::True;
        for condition in statement.all("if-feature") {
            let mut words = words(condition.text()).unwrap_or_default().into_iter().peekable();
            let plain = self.unit(unit).is_some_and(|unit| !unit.version_1_1);
            let value = if plain && condition.text().contains(|c: char| c.is_whitespace() || c == '(') {
                self.error(condition.argument_span(), "an expression in `if-feature` needs YANG 1.1", RULE);
                Some(Truth::True)
            } else {
                self.expression(&mut words, (statement, condition), unit, 0)
            };
            match value {
                Some(value) if words.peek().is_none() || plain => holds = holds.min(value),
                Some(_) | None => {
                    let message = format!("`{}` is no expression of features", condition.text());
                    self.error(condition.argument_span(), message, RULE);
                }
            }
        }
        holds
    }

    /// `or` of terms; `None` where it is malformed.
    fn expression(&mut self, words: &mut Words<'_>, at: Condition<'a>, unit: UnitId, depth: usize) -> Option<Truth> {
        let mut value = self.term(words, at, unit, depth)?;
        while words.next_if(|word| *word == "or").is_some() {
            value = value.max(self.term(words, at, unit, depth)?);
        }
        Some(value)
    }

    fn term(&mut self, words: &mut Words<'_>, at: Condition<'a>, unit: UnitId, depth: usize) -> Option<Truth> {
        let mut value = self.factor(words, at, unit, depth)?;
        while words.next_if(|word| *word == "and").is_some() {
            value = value.min(self.factor(words, at, unit, depth)?);
        }
        Some(value)
    }

    fn factor(&mut self, words: &mut Words<'_>, at: Condition<'a>, unit: UnitId, depth: usize) -> Option<Truth> {
        if depth > EXPRESSION_DEPTH {
            return None;
        }
        match words.next()? {
            "not" => self.factor(words, at, unit, depth + 1).map(Truth::not),
            "(" => {
                let value = self.expression(words, at, unit, depth + 1)?;
                words.next_if(|word| *word == ")").map(|_| value)
            }
            ")" | "and" | "or" => None,
            name => {
                let (from, condition) = at;
                let span = condition.argument_span();
                // An unknown feature is told once and does not make nodes vanish.
                let Some((module, name)) = self.qualified(name, unit, span) else { return Some(Truth::True) };
                let own = self.definitions.get(module.0);
                match own.and_then(|own| own.features.get(name)).copied() {
                    Some((feature, defining)) => {
                        self.check_sight(unit, defining, name, span);
                        let own = status(from);
                        self.check_status(Reference { from, status: own, unit, span }, feature, defining);
                        Some(self.feature_supported(module, feature, defining))
                    }
                    None => {
                        let names = own.map(|own| own.features.keys().copied().collect::<Vec<_>>());
                        let names = names.unwrap_or_default();
                        self.unknown("feature", name, module, span, names, RULE);
                        Some(Truth::True)
                    }
                }
            }
        }
    }
}

/// What is conditional, and its condition.
type Condition<'a> = (&'a Statement, &'a Statement);

type Words<'a> = std::iter::Peekable<std::vec::IntoIter<&'a str>>;

/// `None` where `not`, `and` or `or` touches a parenthesis: white space stands around them (RFC 7950 section 14).
fn words(text: &str) -> Option<Vec<&str>> {
    let mut words = Vec::new();
    for piece in text.split([' ', '\t', '\r', '\n']) {
        let mut rest = piece;
        while let Some(at) = rest.find(['(', ')']) {
            let (before, parenthesis) = rest.split_at(at);
            words.extend(Some(before).filter(|before| !before.is_empty()));
            let (parenthesis, after) = parenthesis.split_at(1);
            words.push(parenthesis);
            rest = after;
        }
        words.extend(Some(rest).filter(|rest| !rest.is_empty()));
        let operator = |word: &&str| matches!(*word, "not" | "and" | "or");
        if piece.contains(['(', ')']) && piece.split(['(', ')']).any(|word| operator(&word)) {
            return None;
        }
    }
    Some(words)
}
