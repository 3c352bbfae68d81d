//! The expressions of `must`, `when` and `path` as one small program: what codegen makes of XPath, and the datastore runs.
//!
//! An operation refers to its operands by their places in [`Expressions::code`], which are lower than its own. Names are
//! node indices already, prefixes are gone, identities in literals are resolved. Knows nothing of values and trees. Read
//! [`Expressions`] first, then [`Op`].

use core::any::Any;

use super::{ChoiceIndex, IdentityIndex, Message, ModuleIndex, NodeIndex, PatternSet};

/// The expressions of a schema. A schema without one has none of this, and no evaluator is linked.
#[derive(Clone, Copy, Debug)]
pub struct Expressions {
    /// The program of all expressions.
    pub code: &'static [Op],
    /// What must hold where, ascending by node.
    pub rules: &'static [Rule],
    /// Which rules a change can affect, ascending by the node that changes, then by rule. Those of
    /// [`NodeIndex::ROOT`] are affected by every change.
    pub affected: &'static [Affected],
    /// What evaluates them. The rooms above know the type: `datastore::Engine`.
    pub engine: &'static (dyn Any + Send + Sync),
}

/// One expression, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The node whose statement it is.
    pub node: NodeIndex,
    /// The context node (RFC 7950 sections 7.5.3, 7.21.5 and 9.9.2): `node` itself, or a node above.
    pub context: NodeIndex,
    /// What for.
    pub kind: RuleKind,
    /// The place of the expression's last operation in the code.
    pub code: u16,
    /// Whether it sees configuration alone (RFC 7950 section 6.4.1).
    pub config: bool,
    /// What the model says where it does not hold.
    pub message: Option<&'static Message>,
    /// The expression as it was written; empty in a device.
    pub expression: &'static str,
}

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// The `when` of a mandatory choice, and those of the choices and cases around it: where they hold, a node of it
    /// exists. The rule's node is the first of the choice's.
    Choice(ChoiceIndex),
    /// `must`: true for every instance of the node.
    Must,
    /// `path`: where a leafref leads.
    Path {
        /// Whether it must lead to an instance with the same value, and that is not checked more cheaply: the target
        /// stands in no list that the path does not pass as a whole, and has no default.
        required: bool,
    },
    /// `when`: true where the node exists.
    When,
}

/// That a rule depends on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affected {
    /// The node that changes.
    pub node: NodeIndex,
    /// Index into [`Expressions::rules`].
    pub rule: u16,
    /// A node above both the context and what changes, in one instance: only contexts below it are affected.
    pub anchor: NodeIndex,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// An operator between two operands.
    Binary {
        /// The operator.
        operator: Operator,
        /// The left operand.
        left: u16,
        /// The right operand.
        right: u16,
    },
    /// A function.
    Call {
        /// The function.
        function: Function,
        /// Its arguments.
        arguments: &'static [u16],
    },
    /// The node at hand.
    Context,
    /// The node that the whole expression is evaluated for: `current()`.
    Current,
    /// A node-set with predicates: positions count over the set.
    Filter {
        /// The node-set.
        from: u16,
        /// The predicates, each a condition.
        predicates: &'static [u16],
    },
    /// A step whose predicates ask for an entry by its keys: it is looked up.
    Lookup {
        /// The step, to the entries of one list.
        step: u16,
        /// The value of each key, in the order of the `key` statement: a node-set or string that does not depend on the
        /// entry. An entry that the predicates take has keys that read as these do.
        keys: &'static [u16],
    },
    /// No node.
    Nothing,
    /// A number.
    Number(f64),
    /// Whether a text matches patterns: `re-match()`.
    ReMatch {
        /// The text.
        text: u16,
        /// The pattern.
        patterns: PatternSet,
    },
    /// The root.
    Root,
    /// A step: positions count from each node that it leads from.
    Step {
        /// The nodes that it leads from.
        from: u16,
        /// Where to.
        axis: Axis,
        /// Which nodes there.
        test: Test,
        /// The predicates, each a condition.
        predicates: &'static [u16],
        /// Whether it may lead to a node twice.
        repeats: bool,
    },
    /// A string.
    Text {
        /// The string.
        text: &'static str,
        /// The identity that it names, where it is the name of one.
        identity: Option<IdentityIndex>,
    },
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator of its name")]
pub enum Operator {
    Add,
    And,
    Divide,
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Modulo,
    Multiply,
    NotEqual,
    Or,
    Subtract,
    Union,
}

/// An axis. Attributes and namespaces are none of YANG's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the axis of its name")]
pub enum Axis {
    Ancestor,
    AncestorOrSelf,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Itself,
    Parent,
    Preceding,
    PrecedingSibling,
}

/// What a step takes on its axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Every data node: `*`.
    Any,
    /// Every data node of a module: `prefix:*`.
    Module(ModuleIndex),
    /// Everything: `node()`.
    Node,
    /// One of these nodes: those that the name can mean here, ascending.
    Nodes(&'static [NodeIndex]),
    /// The text of a leaf: `text()`.
    Text,
}

/// A function. `current()` and `re-match()` are operations of their own; `id()` is [`Op::Nothing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the function of its name")]
pub enum Function {
    BitIsSet,
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    Deref,
    DerivedFrom,
    DerivedFromOrSelf,
    EnumValue,
    False,
    Floor,
    Last,
    LocalName,
    Name,
    NamespaceUri,
    Negate,
    NormalizeSpace,
    Not,
    Number,
    Position,
    Round,
    StartsWith,
    String,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Translate,
    True,
}

impl Expressions {
    /// How deep operations may refer to each other.
    pub const MAX_DEPTH: usize = 128;

    /// The rules of the nodes `first..end`.
    #[must_use]
    pub fn rules_of(&self, first: NodeIndex, end: u16) -> &'static [Rule] {
        let start = self.rules.partition_point(|rule| rule.node < first);
        let stop = self.rules.partition_point(|rule| rule.node.0 < end);
        self.rules.get(start..stop).unwrap_or(&[])
    }

    /// What a change of the nodes `first..end` affects.
    #[must_use]
    pub fn affected_by(&self, first: NodeIndex, end: u16) -> &'static [Affected] {
        let start = self.affected.partition_point(|row| row.node < first);
        let stop = self.affected.partition_point(|row| row.node.0 < end);
        self.affected.get(start..stop).unwrap_or(&[])
    }
}
