//! Tokens to an [`Expression`] (XPath 1.0 section 3), by precedence climbing: what nests deepens the call stack and is
//! limited, what is only long does not.

use super::DEPTH_LIMIT;
use super::ast::{Axis, Callee, Expr, ExprId, Expression, Extent, NEGATE, Name, NodeTest, Operator, Place, Prefix};
use super::ast::{Start, Step};
use super::error::{Error, Reason};
use super::functions::Function;
use super::lexer::{Token, TokenKind, extent, shortened, tokens};

/// Reads an expression.
///
/// # Errors
/// Where the text does not follow XPath's grammar, uses a variable, or is too long or too deep.
pub fn parse(text: &str) -> Result<Expression, Error> {
    let tokens = tokens(text)?;
    let mut parser = Parser { text, tokens: &tokens, at: 0, depth: 0, made: Expression::empty() };
    if tokens.is_empty() {
        return Err(Error { reason: Reason::Empty, extent: extent(0, text.len()) });
    }
    let root = parser.expression(0)?;
    if parser.at < tokens.len() {
        return Err(parser.unexpected("an operator or the end"));
    }
    parser.made.root = root;
    Ok(parser.made)
}

impl Expression {
    fn empty() -> Expression {
        Expression { nodes: Vec::new(), extents: Vec::new(), prefixes: Vec::new(), root: ExprId(0) }
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token<'t>],
    at: usize,
    depth: usize,
    made: Expression,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<TokenKind<'t>> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// Where the next token stands; behind the last one: the end of the text.
    fn here(&self) -> Extent {
        let end = extent(self.text.len(), self.text.len());
        self.tokens.get(self.at).map_or(end, |token| token.extent)
    }

    /// Where the token before stands.
    fn before(&self) -> Extent {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.map_or(extent(0, 0), |token| token.extent)
    }

    fn take(&mut self, wanted: TokenKind<'_>) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, wanted: TokenKind<'_>, expected: &'static str) -> Result<(), Error> {
        if self.take(wanted) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        let place = self.here();
        let found = self.text.get(place.start as usize..place.end as usize).filter(|found| !found.is_empty());
        let found = found.map_or("the end".to_owned(), |found| format!("`{}`", shortened(found)));
        Error { reason: Reason::Expected { expected, found }, extent: place }
    }

    fn push(&mut self, expr: Expr, place: Extent) -> ExprId {
        // There are fewer parts than tokens.
        let id = ExprId(u32::try_from(self.made.nodes.len()).unwrap_or(u32::MAX));
        self.made.nodes.push(expr);
        self.made.extents.push(place);
        id
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        match self.depth > DEPTH_LIMIT {
            true => Err(Error { reason: Reason::TooDeep, extent: self.here() }),
            false => Ok(()),
        }
    }

    /// Operators that bind at least as tightly as `least`, and their operands.
    fn expression(&mut self, least: u8) -> Result<ExprId, Error> {
        let start = self.here();
        let mut left = match least <= NEGATE && self.take(TokenKind::Operator(Operator::Subtract)) {
            true => {
                self.deeper()?;
                let operand = self.expression(NEGATE)?;
                self.depth -= 1;
                self.push(Expr::Negate(operand), start.to(self.before()))
            }
            false => self.path()?,
        };
        while let Some(TokenKind::Operator(operator)) = self.peek() {
            if operator.binding() < least {
                break;
            }
            self.at += 1;
            let right = self.expression(operator.binding() + 1)?;
            left = self.push(Expr::Binary { operator, left, right }, start.to(self.before()));
        }
        Ok(left)
    }

    /// `PathExpr`: a location path, or a primary expression with predicates and steps.
    fn path(&mut self) -> Result<ExprId, Error> {
        let begin = self.here();
        let mut steps = Vec::new();
        let start = match self.peek() {
            Some(TokenKind::Slash) => {
                self.at += 1;
                if self.step_begins() {
                    self.steps(&mut steps)?;
                }
                Start::Root
            }
            Some(TokenKind::SlashSlash) => {
                self.descendants(&mut steps);
                self.steps(&mut steps)?;
                Start::Root
            }
            _ if self.step_begins() => {
                self.steps(&mut steps)?;
                Start::Context
            }
            _ => {
                let base = self.filter(begin)?;
                match self.peek() {
                    Some(TokenKind::Slash) => self.at += 1,
                    Some(TokenKind::SlashSlash) => self.descendants(&mut steps),
                    _ => return Ok(base),
                }
                self.steps(&mut steps)?;
                Start::Expr(base)
            }
        };
        Ok(self.push(Expr::Path { start, steps }, begin.to(self.before())))
    }

    /// A primary expression with its predicates.
    fn filter(&mut self, begin: Extent) -> Result<ExprId, Error> {
        let base = self.primary()?;
        let predicates = self.predicates()?;
        if predicates.is_empty() {
            return Ok(base);
        }
        Ok(self.push(Expr::Filter { base, predicates }, begin.to(self.before())))
    }

    fn primary(&mut self) -> Result<ExprId, Error> {
        let place = self.here();
        match self.peek() {
            Some(TokenKind::Literal(text)) => {
                self.at += 1;
                Ok(self.push(Expr::Literal(text.into()), place))
            }
            Some(TokenKind::Number(number)) => {
                self.at += 1;
                Ok(self.push(Expr::Number(number), place))
            }
            Some(TokenKind::ParenthesisOpen) => {
                self.at += 1;
                self.deeper()?;
                let inner = self.expression(0)?;
                self.depth -= 1;
                self.need(TokenKind::ParenthesisClose, "an operator or `)`")?;
                Ok(inner)
            }
            Some(TokenKind::Function(name)) => self.call(name, place),
            Some(TokenKind::Dollar) => {
                self.at += 1;
                let name = match self.peek() {
                    Some(TokenKind::NameTest { .. } | TokenKind::Function(_)) => {
                        let name = self.here();
                        self.text.get(name.start as usize..name.end as usize).unwrap_or_default()
                    }
                    _ => "",
                };
                Err(Error { reason: Reason::Variable(shortened(name)), extent: place.to(self.here()) })
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn call(&mut self, name: &str, place: Extent) -> Result<ExprId, Error> {
        self.at += 1;
        self.need(TokenKind::ParenthesisOpen, "`(`")?;
        self.deeper()?;
        let mut arguments = Vec::new();
        if !self.take(TokenKind::ParenthesisClose) {
            loop {
                arguments.push(self.expression(0)?);
                if self.take(TokenKind::ParenthesisClose) {
                    break;
                }
                self.need(TokenKind::Comma, "`,` or `)`")?;
            }
        }
        self.depth -= 1;
        let function = match Function::named(name) {
            Some(function) => Callee::Known(function),
            None => Callee::Unknown(name.into()),
        };
        Ok(self.push(Expr::Call { function, arguments }, place.to(self.before())))
    }

    fn predicates(&mut self) -> Result<Vec<ExprId>, Error> {
        let mut predicates = Vec::new();
        while self.take(TokenKind::BracketOpen) {
            self.deeper()?;
            predicates.push(self.expression(0)?);
            self.depth -= 1;
            self.need(TokenKind::BracketClose, "an operator or `]`")?;
        }
        Ok(predicates)
    }

    fn step_begins(&self) -> bool {
        use TokenKind::{At, Dot, DotDot, NameTest};
        match self.peek() {
            Some(At | TokenKind::Axis(_) | Dot | DotDot | NameTest { .. }) => true,
            Some(TokenKind::Function(name)) => is_node_type(name),
            _ => false,
        }
    }

    /// `//` is `/descendant-or-self::node()/`.
    fn descendants(&mut self, steps: &mut Vec<Step>) {
        let place = Place(self.here());
        self.at += 1;
        steps.push(Step { axis: Axis::DescendantOrSelf, test: NodeTest::Node, predicates: Vec::new(), place });
    }

    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<(), Error> {
        loop {
            let step = self.step()?;
            steps.push(step);
            match self.peek() {
                Some(TokenKind::Slash) => self.at += 1,
                Some(TokenKind::SlashSlash) => self.descendants(steps),
                _ => return Ok(()),
            }
        }
    }

    fn step(&mut self) -> Result<Step, Error> {
        let begin = self.here();
        let short = match self.peek() {
            Some(TokenKind::Dot) => Some((Axis::Itself, ".")),
            Some(TokenKind::DotDot) => Some((Axis::Parent, "..")),
            _ => None,
        };
        if let Some((axis, written)) = short {
            self.at += 1;
            if self.peek() == Some(TokenKind::BracketOpen) {
                return Err(Error { reason: Reason::Predicate(written), extent: self.here() });
            }
            return Ok(Step { axis, test: NodeTest::Node, predicates: Vec::new(), place: Place(begin) });
        }
        let axis = match self.peek() {
            Some(TokenKind::At) => {
                self.at += 1;
                Axis::Attribute
            }
            Some(TokenKind::Axis(name)) => {
                let found = Axis::ALL.iter().find(|(_, known)| *known == name).map(|(axis, _)| *axis);
                let unknown = || Error { reason: Reason::Axis(shortened(name)), extent: begin };
                let axis = found.ok_or_else(unknown)?;
                self.at += 1;
                axis
            }
            _ => Axis::Child,
        };
        let test = self.node_test()?;
        let place = Place(begin.to(self.before()));
        let predicates = self.predicates()?;
        Ok(Step { axis, test, predicates, place })
    }

    fn node_test(&mut self) -> Result<NodeTest, Error> {
        let place = self.here();
        match self.peek() {
            Some(TokenKind::NameTest { prefix, local }) => {
                self.at += 1;
                let prefix = prefix.map(|prefix| self.prefix(prefix, place));
                Ok(match (prefix, local) {
                    (None, "*") => NodeTest::Any,
                    (Some(prefix), "*") => NodeTest::Module(prefix),
                    (prefix, local) => NodeTest::Name(Name { prefix, local: local.into() }),
                })
            }
            Some(TokenKind::Function(name)) if is_node_type(name) => {
                self.at += 1;
                self.need(TokenKind::ParenthesisOpen, "`(`")?;
                let mut target = None;
                if name == "processing-instruction"
                    && let Some(TokenKind::Literal(name)) = self.peek()
                {
                    self.at += 1;
                    target = Some(name.into());
                }
                self.need(TokenKind::ParenthesisClose, "`)`")?;
                Ok(match name {
                    "comment" => NodeTest::Comment,
                    "text" => NodeTest::Text,
                    "node" => NodeTest::Node,
                    _ => NodeTest::ProcessingInstruction(target),
                })
            }
            _ => Err(self.unexpected("a name, `*`, `.` or `..`")),
        }
    }

    fn prefix(&mut self, prefix: &str, place: Extent) -> Prefix {
        let known = self.made.prefixes.iter().position(|(name, _)| **name == *prefix);
        let index = known.unwrap_or_else(|| {
            let end = place.start.saturating_add(u32::try_from(prefix.len()).unwrap_or(u32::MAX));
            self.made.prefixes.push((prefix.into(), Extent { end, ..place }));
            self.made.prefixes.len() - 1
        });
        Prefix(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

fn is_node_type(name: &str) -> bool {
    matches!(name, "comment" | "text" | "processing-instruction" | "node")
}
