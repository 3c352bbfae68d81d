//! The tree of an expression, in an arena: no recursion to clone, compare or drop it, however long it is.

/// Bytes `start..end` of an expression's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extent {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Extent {
    /// From the beginning of this to the end of the other.
    #[must_use]
    pub fn to(self, other: Extent) -> Extent {
        Extent { start: self.start, end: other.end }
    }
}

/// Index of an [`Expr`] in its [`Expression`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub(super) u32);

/// Index of a prefix in [`Expression::prefixes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix(pub(super) u32);

impl Prefix {
    /// The place in [`Expression::prefixes`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An expression. Operands stand before what they are operands of.
///
/// Two are equal where they mean the same; places don't count.
///
/// ```
/// use comi_codegen::xpath::{Expr, Operator, parse};
///
/// let expression = parse("../child::type  =  'a' ").unwrap();
/// assert!(matches!(expression.root(), Expr::Binary { operator: Operator::Equal, .. }));
/// assert_eq!(expression.to_string(), "../type = 'a'");
/// ```
#[derive(Clone, Debug)]
pub struct Expression {
    pub(super) nodes: Vec<Expr>,
    pub(super) extents: Vec<Extent>,
    /// The first use of each prefix stands beside it.
    pub(super) prefixes: Vec<(Box<str>, Extent)>,
    pub(super) root: ExprId,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        let names =
            |expression: &Expression| expression.prefixes.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        self.root == other.root && self.nodes == other.nodes && names(self) == names(other)
    }
}

impl Expression {
    /// The whole.
    #[must_use]
    pub fn root(&self) -> &Expr {
        self.get(self.root)
    }

    /// The whole, by its index.
    #[must_use]
    pub fn root_id(&self) -> ExprId {
        self.root
    }

    /// A part; NaN where the index is of another expression.
    #[must_use]
    pub fn get(&self, id: ExprId) -> &Expr {
        const NOTHING: &Expr = &Expr::Number(f64::NAN);
        self.nodes.get(id.0 as usize).unwrap_or(NOTHING)
    }

    /// Where a part stands in the text.
    #[must_use]
    pub fn extent(&self, id: ExprId) -> Extent {
        self.extents.get(id.0 as usize).copied().unwrap_or(Extent { start: 0, end: 0 })
    }

    /// All parts, operands before what they are operands of.
    pub fn parts(&self) -> impl Iterator<Item = (ExprId, &Expr)> {
        (0..).map(ExprId).zip(&self.nodes)
    }

    /// The prefixes that it uses, each once, with the place of the first use.
    #[must_use]
    pub fn prefixes(&self) -> &[(Box<str>, Extent)] {
        &self.prefixes
    }

    /// The text of a prefix.
    #[must_use]
    pub fn prefix(&self, prefix: Prefix) -> &str {
        self.prefixes.get(prefix.index()).map_or("", |(name, _)| name)
    }

    /// A name as it was written.
    #[must_use]
    pub fn written(&self, name: &Name) -> String {
        match name.prefix {
            Some(prefix) => format!("{}:{}", self.prefix(prefix), name.local),
            None => name.local.to_string(),
        }
    }

    /// The operands of a chain of left-associative operators, from left to right, each with the operator before it
    /// (none before the first). A chain may be long; nested expressions are not deep.
    #[must_use]
    pub fn chain(&self, id: ExprId) -> (ExprId, Vec<(Operator, ExprId)>) {
        let (mut first, mut rest) = (id, Vec::new());
        while let Expr::Binary { operator, left, right } = self.get(first) {
            rest.push((*operator, *right));
            first = *left;
        }
        rest.reverse();
        (first, rest)
    }
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Two operands.
    Binary {
        /// The operator.
        operator: Operator,
        /// The left operand.
        left: ExprId,
        /// The right operand.
        right: ExprId,
    },
    /// `-` before an operand.
    Negate(ExprId),
    /// A string.
    Literal(Box<str>),
    /// A number; infinity where the text's is larger than a double.
    Number(f64),
    /// A function call.
    Call {
        /// The function.
        function: Callee,
        /// The arguments.
        arguments: Vec<ExprId>,
    },
    /// An expression in parentheses, or a call, with predicates.
    Filter {
        /// What is filtered.
        base: ExprId,
        /// The predicates; at least one.
        predicates: Vec<ExprId>,
    },
    /// A location path.
    Path {
        /// Where it begins.
        start: Start,
        /// The steps; none only in the path `/`.
        steps: Vec<Step>,
    },
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A function of XPath's core library or of RFC 7950 section 10.
    Known(super::Function),
    /// Another name; there is no such function.
    Unknown(Box<str>),
}

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the context node.
    Context,
    /// At the root.
    Root,
    /// At the nodes of an expression.
    Expr(ExprId),
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The axis.
    pub axis: Axis,
    /// The node test.
    pub test: NodeTest,
    /// The predicates.
    pub predicates: Vec<ExprId>,
    /// Axis and node test in the text.
    pub place: Place,
}

/// An extent that does not count when parts are compared.
#[derive(Clone, Copy, Debug)]
pub struct Place(pub Extent);

impl PartialEq for Place {
    fn eq(&self, _: &Place) -> bool {
        true
    }
}

/// An axis (XPath 1.0 section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the axis of its name")]
pub enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

impl Axis {
    pub(super) const ALL: [(Axis, &'static str); 13] = [
        (Axis::Ancestor, "ancestor"),
        (Axis::AncestorOrSelf, "ancestor-or-self"),
        (Axis::Attribute, "attribute"),
        (Axis::Child, "child"),
        (Axis::Descendant, "descendant"),
        (Axis::DescendantOrSelf, "descendant-or-self"),
        (Axis::Following, "following"),
        (Axis::FollowingSibling, "following-sibling"),
        (Axis::Namespace, "namespace"),
        (Axis::Parent, "parent"),
        (Axis::Preceding, "preceding"),
        (Axis::PrecedingSibling, "preceding-sibling"),
        (Axis::Itself, "self"),
    ];

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Axis::ALL.iter().map(|(_, name)| *name)
    }

    /// Its name in XPath.
    #[must_use]
    pub fn name(self) -> &'static str {
        Axis::ALL.iter().find(|(axis, _)| *axis == self).map_or("", |(_, name)| name)
    }
}

/// What a step selects on its axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeTest {
    /// `*`
    Any,
    /// `prefix:*`
    Module(Prefix),
    /// A name.
    Name(Name),
    /// `node()`
    Node,
    /// `text()`
    Text,
    /// `comment()`
    Comment,
    /// `processing-instruction()`, of that name where one is given.
    ProcessingInstruction(Option<Box<str>>),
}

/// A name. Without a prefix it is in the namespace of the current node (RFC 7950 section 6.4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The prefix.
    pub prefix: Option<Prefix>,
    /// What follows it.
    pub local: Box<str>,
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator of its name")]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Union,
}

impl Operator {
    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "div",
            Operator::Modulo => "mod",
            Operator::Union => "|",
        }
    }

    /// How tightly it binds (XPath 1.0 sections 3.3 to 3.5); all are left-associative. [`NEGATE`] stands between.
    pub(super) fn binding(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Equal | Operator::NotEqual => 3,
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 4,
            Operator::Add | Operator::Subtract => 5,
            Operator::Multiply | Operator::Divide | Operator::Modulo => 6,
            Operator::Union => NEGATE + 1,
        }
    }
}

/// How tightly a sign binds.
pub(super) const NEGATE: u8 = 7;
