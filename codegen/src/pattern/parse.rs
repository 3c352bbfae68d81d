//! The syntax of XML Schema's regular expressions (XML Schema Part 2, second edition, Appendix F).
//!
//! Where the text and real modules differ, an expression that has one sensible meaning is taken with a warning: the
//! escape of punctuation that needs none (`\/`; pyang and yanglint take it), `-` inside a class where it should be
//! escaped (`[\w-.]`; yanglint and we mean the character, libxml2 forgets it), and single braces (production 10
//! allows them, the prose before it does not). What the dialect does not have is an error, though yanglint, which hands
//! expressions to PCRE2, takes `(?:a)`, `a+?`, `\b` and others: pyang refuses those, too.

use std::ops::Range;
use std::sync::Arc;

use super::set::Set;
use super::unicode::{CATEGORIES, Unicode};
use super::{Finding, blocks};
use crate::diagnostic::suggest;

/// How deep groups and classes may be nested.
pub(super) const DEPTH_LIMIT: usize = 100;
/// The largest number in `{n,m}`.
pub(super) const REPEAT_LIMIT: u32 = 65_535;
/// The longest expression, in bytes.
pub(super) const LENGTH_LIMIT: usize = 65_536;
/// How many ranges a class may collect before they are put in order.
const UNSORTED_RANGES: usize = 4096;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// One character of the set.
    Set(Arc<Set>),
    /// This character.
    Character(char),
    /// One after the other; none: the empty text.
    Sequence(Vec<Node>),
    /// One of them.
    Either(Vec<Node>),
    /// At least, and at most so often.
    Repeat(Box<Node>, u32, Option<u32>),
}

/// An expression, and what is doubtful in it.
pub(super) fn parse(text: &str) -> Result<(Node, Vec<Finding>), Finding> {
    let mut parser = Parser { text, at: 0, depth: 0, unicode: Unicode::default(), warnings: Vec::new() };
    if text.len() > LENGTH_LIMIT {
        return Err(Finding::new(0..text.len(), format!("the expression is longer than {LENGTH_LIMIT} bytes"), ""));
    }
    let node = parser.alternatives()?;
    if parser.at < text.len() {
        let at = parser.at..parser.at + 1;
        return Err(Finding::new(at, "no group is open that `)` would close", "write `\\)` for the character"));
    }
    parser.anchors();
    Ok((node, parser.warnings))
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    unicode: Unicode,
    warnings: Vec<Finding>,
}

/// What a class is made of.
enum Item {
    Character(char),
    Set(Arc<Set>),
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn error<T>(&self, from: usize, message: impl Into<String>, help: impl Into<String>) -> Result<T, Finding> {
        let end = if from == self.at { from + self.peek().map_or(0, char::len_utf8) } else { self.at };
        Err(Finding::new(from..end, message, help))
    }

    fn warn(&mut self, at: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        // one mistake, made in each of a hundred classes, is one
        let message = message.into();
        if !self.warnings.iter().any(|warning| warning.message == message) {
            self.warnings.push(Finding::new(at, message, help));
        }
    }

    fn deeper(&mut self, from: usize) -> Result<(), Finding> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return self.error(from, format!("groups and classes are nested deeper than {DEPTH_LIMIT}"), "");
        }
        Ok(())
    }

    /// `regExp ::= branch ( '|' branch )*`
    fn alternatives(&mut self) -> Result<Node, Finding> {
        let mut branches = vec![self.branch()?];
        while self.eat("|") {
            branches.push(self.branch()?);
        }
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            last => {
                branches.extend(last);
                Node::Either(branches)
            }
        })
    }

    /// `branch ::= piece*`
    fn branch(&mut self) -> Result<Node, Finding> {
        let mut pieces = Vec::new();
        while self.peek().is_some_and(|next| !matches!(next, '|' | ')')) {
            let atom = self.atom()?;
            pieces.push(self.quantified(atom)?);
        }
        Ok(match pieces.pop() {
            Some(only) if pieces.is_empty() => only,
            last => {
                pieces.extend(last);
                Node::Sequence(pieces)
            }
        })
    }

    fn atom(&mut self) -> Result<Node, Finding> {
        let from = self.at;
        let quantity = self.quantity_ahead();
        match self.next() {
            Some('(') => {
                if self.peek() == Some('?') {
                    self.at += 1;
                    let help = "a group is `(…)`; XML Schema has no look-around, no flags and no named groups";
                    return self.error(from, "`(?` begins no group of this dialect", help);
                }
                self.deeper(from)?;
                let inner = self.alternatives()?;
                if !self.eat(")") {
                    return Err(Finding::new(from..from + 1, "this group is never closed", ""));
                }
                self.depth -= 1;
                Ok(inner)
            }
            Some('[') => Ok(Node::Set(Arc::new(self.class(from)?))),
            Some('\\') => Ok(match self.escape(from)? {
                Item::Character(character) => Node::Character(character),
                Item::Set(set) => Node::Set(set),
            }),
            Some('.') => match self.unicode.escape('.') {
                Some(set) => Ok(Node::Set(set)),
                None => self.error(from, "`.` has no characters", ""),
            },
            Some(sign @ ('*' | '+' | '?')) => {
                let help = format!("write `\\{sign}` for the character");
                self.error(from, format!("there is nothing that `{sign}` could repeat"), help)
            }
            Some('{') if quantity.is_some() => {
                let quantity = quantity.unwrap_or_default();
                self.at = from + quantity;
                self.error(from, "there is nothing that could be repeated", "write `\\{` for the character")
            }
            Some(brace @ ('{' | '}')) => {
                let help = format!("write `\\{brace}`");
                self.warn(from..self.at, format!("`{brace}` stands for itself, but should be escaped"), help);
                Ok(Node::Character(brace))
            }
            Some(']') => self.error(from, "no class is open that `]` would close", "write `\\]` for the character"),
            Some(character) => Ok(Node::Character(character)),
            None => Ok(Node::Sequence(Vec::new())),
        }
    }

    /// The length of `{n}`, `{n,}` or `{n,m}`, if one stands here.
    fn quantity_ahead(&self) -> Option<usize> {
        let (inner, _) = self.rest().strip_prefix('{')?.split_once('}')?;
        let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (number(least) && number(most) && !least.is_empty()).then_some(inner.len() + 2)
    }

    /// `piece ::= atom quantifier?`
    fn quantified(&mut self, atom: Node) -> Result<Node, Finding> {
        let from = self.at;
        let (least, most) = match self.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => return self.counted(atom),
            _ => return Ok(atom),
        };
        self.at += 1;
        self.only_one(from)?;
        Ok(Node::Repeat(Box::new(atom), least, most))
    }

    fn counted(&mut self, atom: Node) -> Result<Node, Finding> {
        let from = self.at;
        let Some(length) = self.quantity_ahead() else {
            let help = match self.rest().starts_with("{,") {
                true => "the lower number can't be left out: write `{0,…}`",
                false => "write `{n}`, `{n,}` or `{n,m}`, or `\\{` for the character",
            };
            return self.error(from, "this is no number of repetitions", help);
        };
        let inner = self.text.get(from + 1..from + length - 1).unwrap_or_default();
        self.at = from + length;
        let (least, most) = inner
            .split_once(',')
            .map_or((inner, Some(inner)), |(least, most)| (least, Some(most).filter(|most| !most.is_empty())));
        let read = |number: &str| number.parse().ok().filter(|number| *number <= REPEAT_LIMIT);
        let (Some(least), Some(most)) = (read(least), most.map_or(Some(None), |most| read(most).map(Some))) else {
            let help = "a length is said by `length`";
            return self.error(from, format!("nothing can be repeated more than {REPEAT_LIMIT} times"), help);
        };
        if most.is_some_and(|most| most < least) {
            return self.error(from, "the larger number stands first", "");
        }
        self.only_one(from)?;
        Ok(Node::Repeat(Box::new(atom), least, most))
    }

    /// That no second quantifier follows.
    fn only_one(&mut self, from: usize) -> Result<(), Finding> {
        let more = match self.peek() {
            Some('?' | '*' | '+') => 1,
            Some('{') => self.quantity_ahead().unwrap_or(0),
            _ => 0,
        };
        if more == 0 {
            return Ok(());
        }
        self.at += more;
        let help = "XML Schema has no lazy and no possessive quantifiers; to repeat a repeat, put it into a group";
        self.error(from, "a quantifier follows a quantifier", help)
    }

    /// What stands behind a backslash.
    fn escape(&mut self, from: usize) -> Result<Item, Finding> {
        let Some(letter) = self.next() else {
            return self.error(from, "nothing follows the backslash", "write `\\\\` for the character");
        };
        match letter {
            'n' => Ok(Item::Character('\n')),
            'r' => Ok(Item::Character('\r')),
            't' => Ok(Item::Character('\t')),
            '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' => {
                Ok(Item::Character(letter))
            }
            'p' | 'P' => self.property(from, letter == 'P').map(Item::Set),
            _ if letter.is_ascii_punctuation() => {
                let help = format!("write `{letter}`");
                self.warn(from..self.at, format!("`\\{letter}` is no escape; `{letter}` needs none"), help);
                Ok(Item::Character(letter))
            }
            _ => match self.unicode.escape(letter) {
                Some(set) => Ok(Item::Set(set)),
                None => {
                    let help = match letter {
                        '0'..='9' => "XML Schema has no references to groups",
                        'A' | 'b' | 'B' | 'G' | 'z' | 'Z' => "an expression always matches the whole text",
                        'u' | 'U' | 'x' => "write the character itself",
                        _ => "the escapes are those of XML Schema Part 2 Appendix F, `\\d` or `\\p{Lu}` for example",
                    };
                    self.error(from, format!("`\\{letter}` is no escape"), help)
                }
            },
        }
    }

    /// `\p{…}`, from behind its letter.
    fn property(&mut self, from: usize, negated: bool) -> Result<Arc<Set>, Finding> {
        let name = self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned());
        let Some(name) = name else {
            return self.error(
                from,
                "a category or block in braces is expected",
                "as in `\\p{Lu}` or `\\p{IsBasicLatin}`",
            );
        };
        self.at += name.len() + 2;
        let Some(set) = self.unicode.property(&name) else {
            let near = match name.strip_prefix("Is") {
                Some(block) => suggest(block, blocks::names()).map(|near| format!("Is{near}")),
                None => CATEGORIES.iter().find(|own| own.eq_ignore_ascii_case(&name)).map(|own| (*own).to_owned()),
            };
            let kind = if name.starts_with("Is") { "block" } else { "category" };
            let help = near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
            return self.error(from, format!("Unicode has no {kind} `{name}`"), help);
        };
        Ok(if negated { Arc::new(set.negate()) } else { set })
    }

    /// `charClassExpr`, from behind its bracket.
    fn class(&mut self, from: usize) -> Result<Set, Finding> {
        self.deeper(from)?;
        let negated = self.eat("^");
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut removed = None;
        let mut empty = true;
        loop {
            let at = self.at;
            if self.eat("]") {
                break;
            }
            if self.rest().starts_with("-[") {
                if empty {
                    return self.error(at, "there is nothing to subtract from", "write `\\-` for the character");
                }
                self.at += 2;
                removed = Some(self.class(at + 1)?);
                if !self.eat("]") {
                    return self.error(self.at, "a class ends behind what is subtracted from it", "");
                }
                break;
            }
            let low = match self.next() {
                None => return Err(Finding::new(from..from + 1, "this class is never closed", "")),
                Some('[') => return self.error(at, "`[` can't stand in a class", "write `\\[` for the character"),
                Some('\\') => self.escape(at)?,
                Some('-') => {
                    // "only at the beginning or end of a positive character group"
                    let last = self.rest().starts_with(']') || self.rest().starts_with("-[");
                    if !empty && !last {
                        let message = "`-` in the middle of a class stands for itself, but should be escaped";
                        self.warn(at..self.at, message, "write `\\-`");
                        ranges.push((0x2d, 0x2d));
                        continue;
                    }
                    Item::Character('-')
                }
                Some(character) => Item::Character(character),
            };
            empty = false;
            match low {
                Item::Set(set) => ranges.extend(set.ranges()),
                Item::Character(low) => {
                    let high = if self.range_ahead() { self.range_end(at)? } else { low };
                    if high < low {
                        return self.error(
                            at,
                            "the range's larger character stands first",
                            "write `\\-` for the character",
                        );
                    }
                    ranges.push((low.into(), high.into()));
                }
            }
            if ranges.len() > UNSORTED_RANGES {
                ranges = Set::new(ranges).ranges().to_vec();
            }
        }
        if empty {
            return self.error(from, "the class has no characters", "write `\\]` for the character");
        }
        self.depth -= 1;
        let set = Set::new(ranges);
        let set = if negated { set.negate() } else { set };
        Ok(removed.map_or_else(|| set.clone(), |removed| set.minus(&removed)))
    }

    /// Whether a `-` follows that makes a range of the character before it.
    fn range_ahead(&self) -> bool {
        let behind = self.rest().strip_prefix('-');
        behind.is_some_and(|behind| !behind.is_empty() && !behind.starts_with(['[', ']']) && !behind.starts_with("-["))
    }

    /// The last character of a range, from its `-`.
    fn range_end(&mut self, from: usize) -> Result<char, Finding> {
        self.at += 1;
        let at = self.at;
        match self.next() {
            Some('\\') => match self.escape(at)? {
                Item::Character(character) => Ok(character),
                Item::Set(_) => self.error(from, "a range ends with a character, not with a set of them", ""),
            },
            Some('-') => {
                self.warn(at..self.at, "`-` as the end of a range should be escaped", "write `\\-`");
                Ok('-')
            }
            Some(character) => Ok(character),
            None => self.error(from, "this range has no end", ""),
        }
    }

    /// `^` and `$` around the whole expression are meant as anchors, but are characters here.
    fn anchors(&mut self) {
        let inner = self.text.trim_start_matches('(');
        let start = (inner.starts_with('^')).then(|| self.text.len() - inner.len());
        let inner = self.text.trim_end_matches(')');
        let escaped = inner.strip_suffix('$').is_some_and(|rest| rest.ends_with('\\'));
        let end = (inner.ends_with('$') && !escaped).then(|| inner.len() - 1);
        let (words, at) = match (start, end) {
            (Some(start), Some(end)) => ("`^` and `$` are ordinary characters", start..end + 1),
            (Some(start), None) => ("`^` is an ordinary character", start..start + 1),
            (None, Some(end)) => ("`$` is an ordinary character", end..end + 1),
            (None, None) => return,
        };
        let help =
            "an expression of XML Schema matches the whole text: leave anchors out; `[$]` and `\\^` are the characters";
        self.warn(at, format!("{words} here, no anchors"), help);
    }
}
