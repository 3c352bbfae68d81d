//! `pattern`: XML Schema's regular expressions (RFC 7950 section 9.4.5), from their text to programs of the runtime.
//!
//! [`Regex`] is one expression, understood and able to match, for whoever compiles YANG; `Classes` are what the
//! expressions of a device share. Knows nothing of YANG statements. Read `parse` for
//! the dialect, `program` for what becomes of it, `comi_runtime::schema::Program` for how that runs.

mod blocks;
mod example;
mod names;
mod parse;
mod program;
mod set;
mod unicode;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use comi_runtime::schema::Program;

pub(crate) use program::{Classes, Compiled};

use parse::Node;

/// What is wrong or doubtful in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, as bytes of the expression.
    pub at: Range<usize>,
    /// What, in one sentence without a full stop.
    pub message: String,
    /// What would mend it; may be empty.
    pub help: String,
}

impl Finding {
    fn new(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding { at, message: message.into(), help: help.into() }
    }
}

/// A regular expression of XML Schema.
///
/// ```
/// use comi_codegen::pattern::Regex;
///
/// let (regex, warnings) = Regex::new(r"[a-z-[aeiou]]{2,}").unwrap();
/// assert!(regex.matches("xyz") && !regex.matches("xyz!") && !regex.matches("abc"));
/// assert!(warnings.is_empty());
/// assert_eq!(Regex::new("a+?").unwrap_err().at, 1..3);
/// ```
#[derive(Clone, Debug)]
pub struct Regex(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    node: Node,
    compiled: Compiled,
    classes: Vec<u8>,
}

impl Regex {
    /// Reads an expression, and says what is doubtful in it.
    ///
    /// # Errors
    /// What is no expression of the dialect, or is beyond a limit.
    pub fn new(text: &str) -> Result<(Regex, Vec<Finding>), Finding> {
        let (node, warnings) = parse::parse(text)?;
        let mut classes = Classes::default();
        let compiled = program::compile(&node, &mut classes).map_err(|error| {
            Finding::new(0..text.len(), error.to_string(), "of nested repeats at most one may be large")
        })?;
        Ok((Regex(Arc::new(Inner { node, compiled, classes: classes.bytes })), warnings))
    }

    /// Whether the whole text is what the expression says.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Compiled { code, counters, states } = &self.0.compiled;
        let program = Program { code, counters, states: *states, inverted: false };
        program.matches(&self.0.classes, text)
    }

    /// A text that it matches. `random` gives a number below its argument, which is at least 1; `more` is how often at
    /// most a repeat without bound goes beyond its least number. `None` where a text would need characters that YANG does
    /// not have, or be too long.
    pub fn example(&self, random: &mut dyn FnMut(u64) -> u64, more: u32) -> Option<String> {
        example::example(&self.0.node, random, more)
    }

    /// Its program with the classes of a schema.
    pub(crate) fn compile(&self, classes: &mut Classes) -> Compiled {
        // the limits know nothing of where classes stand
        program::compile(&self.0.node, classes).unwrap_or_default()
    }

    /// How many bytes its program has, those of its classes included, and how many a match needs to run.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let Compiled { code, counters, states } = &self.0.compiled;
        let counters = counters.len() * size_of::<comi_runtime::schema::Counter>();
        (code.len() + counters + self.0.classes.len(), (*states as usize / 32 + 1) * 12)
    }
}
