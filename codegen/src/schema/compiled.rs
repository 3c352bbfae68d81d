//! The effective schema: no groupings, typedefs, uses, augments or deviations are left, only what they mean.
//!
//! Everything stands in arenas and refers by index; children keep the order of the source text, an augment's nodes
//! after those of its target. Unlike the runtime's tables this keeps `choice` and `case`, descriptions and spans,
//! since trees, documentation and diagnostics need them.

use std::sync::Arc;

use crate::pattern::Regex;
use crate::source::{SourceId, Span};
use crate::xpath;

/// Index of a [`Module`] in [`Schema::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub usize);

/// Index of a [`Node`] in [`Schema::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

/// Index of an [`Identity`] in [`Schema::identities`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityId(pub usize);

/// A compiled set of modules.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Modules, those asked for first, then what they import. Submodules are part of their module.
    pub modules: Vec<Module>,
    /// All schema nodes.
    pub nodes: Vec<Node>,
    /// All identities.
    pub identities: Vec<Identity>,
    /// All metadata annotations.
    pub annotations: Vec<Annotation>,
}

/// A metadata annotation (RFC 7952 section 3).
#[derive(Clone, Debug)]
pub struct Annotation {
    /// The module that defines it.
    pub module: ModuleId,
    /// Identifier.
    pub name: String,
    /// The type of its value; a leafref in it leads nowhere, since no node is its context.
    pub type_: Type,
    /// The `md:annotation` statement.
    pub span: Span,
}

/// A module with its submodules.
#[derive(Clone, Debug)]
pub struct Module {
    /// Name.
    pub name: String,
    /// Newest revision, `YYYY-MM-DD`.
    pub revision: Option<String>,
    /// Its submodules.
    pub submodules: Vec<Submodule>,
    /// XML namespace.
    pub namespace: String,
    /// Own prefix.
    pub prefix: String,
    /// Whether it was asked for (or is augmented or deviated by one that was); false when it is only imported.
    pub implemented: bool,
    /// The features it defines, and whether each is supported in this build.
    pub features: Vec<Feature>,
    /// Top-level nodes in source order: data nodes, choices, rpcs, notifications, structures; augments of other
    /// modules' trees are not among them.
    pub roots: Vec<NodeId>,
    /// Its augments of other trees (and of its own), in source order, for trees and documentation.
    pub augments: Vec<Augment>,
    /// The modules and revisions that it imports.
    pub imports: Vec<(String, Option<String>)>,
    /// Description.
    pub description: Option<String>,
    /// Extension statements at the module's top level (`lw:version`).
    pub extensions: Vec<Extension>,
    /// The `module` statement.
    pub span: Span,
}

/// A submodule: what of its module's tree stands in its text.
#[derive(Clone, Debug)]
pub struct Submodule {
    /// Name.
    pub name: String,
    /// The text.
    pub source: SourceId,
    /// The submodules that it includes, as indices into [`Module::submodules`].
    pub includes: Vec<usize>,
    /// Those of the module's top-level nodes that it defines.
    pub roots: Vec<NodeId>,
}

/// A module, or a part of one: what a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The module.
    pub module: ModuleId,
    /// Index of the submodule in [`Module::submodules`].
    pub submodule: Option<usize>,
}

/// An `augment` (RFC 7950 section 7.17) or `sx:augment-structure` (RFC 8791).
#[derive(Clone, Debug)]
pub struct Augment {
    /// The target as written.
    pub path: String,
    /// The node that got children.
    pub target: NodeId,
    /// The nodes it added, as far as this build supports them.
    pub nodes: Vec<NodeId>,
    /// Whether the target is a structure.
    pub structure: bool,
    /// Where it stands.
    pub span: Span,
}

/// A feature.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Name.
    pub name: String,
    /// Whether this build supports it.
    pub supported: bool,
}

/// What kind of schema node this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the YANG statement of its name")]
pub enum NodeKind {
    Action,
    Anydata,
    Anyxml,
    Case,
    Choice,
    Container,
    Input,
    Leaf,
    LeafList,
    List,
    Notification,
    Output,
    Rpc,
    /// `sx:structure` (RFC 8791) or `rc:yang-data` (RFC 8040); the node's first extension says which.
    Structure,
}

impl NodeKind {
    /// The statement that makes such a node.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            NodeKind::Action => "action",
            NodeKind::Anydata => "anydata",
            NodeKind::Anyxml => "anyxml",
            NodeKind::Case => "case",
            NodeKind::Choice => "choice",
            NodeKind::Container => "container",
            NodeKind::Input => "input",
            NodeKind::Leaf => "leaf",
            NodeKind::LeafList => "leaf-list",
            NodeKind::List => "list",
            NodeKind::Notification => "notification",
            NodeKind::Output => "output",
            NodeKind::Rpc => "rpc",
            NodeKind::Structure => "structure",
        }
    }
}

/// `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
#[expect(missing_docs, reason = "each is the YANG keyword of its name")]
pub enum Status {
    #[default]
    Current,
    Deprecated,
    Obsolete,
}

/// A schema node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Kind.
    pub kind: NodeKind,
    /// Identifier; `input` and `output` for those. A structure has its own.
    pub name: String,
    /// The module whose namespace it is in: of an augment the augmenting module.
    pub module: ModuleId,
    /// Parent; `None` at the top level.
    pub parent: Option<NodeId>,
    /// Children in source order.
    pub children: Vec<NodeId>,
    /// Effective `config`. True inside rpc, action, notification and structure, where it means nothing.
    pub config: bool,
    /// `mandatory true` (leaf, choice, anydata, anyxml).
    pub mandatory: bool,
    /// The argument of `presence`.
    pub presence: Option<String>,
    /// Type of a leaf or leaf-list.
    pub type_: Option<Type>,
    /// `default` of a leaf (at most one) or leaf-list, the typedef's where the leaf has none. Not where mandatory.
    pub defaults: Vec<Default>,
    /// The default case of a choice.
    pub default_case: Option<NodeId>,
    /// Key leafs of a list in the order of the `key` statement.
    pub keys: Vec<NodeId>,
    /// Leafs of each `unique` statement.
    pub unique: Vec<Vec<NodeId>>,
    /// `min-elements`.
    pub min_elements: Option<u32>,
    /// `max-elements`; `None` is unbounded.
    pub max_elements: Option<u32>,
    /// `ordered-by user`.
    pub user_ordered: bool,
    /// `units`.
    pub units: Option<String>,
    /// `must` statements, as written, with the module in whose scope their prefixes are.
    pub musts: Vec<Must>,
    /// `when` statements: its own, and those of the augments, uses and cases that brought it.
    pub whens: Vec<When>,
    /// `if-feature` expressions, as written; all are true in this build, else the node would not be here.
    pub if_features: Vec<String>,
    /// Effective status.
    pub status: Status,
    /// Description.
    pub description: Option<String>,
    /// Reference.
    pub reference: Option<String>,
    /// Extension statements below the node.
    pub extensions: Vec<Extension>,
    /// The statement that defines it.
    pub span: Span,
}

impl Node {
    /// A node with nothing but kind and name: `config true`, `status current`, no parent.
    #[must_use]
    pub fn new(kind: NodeKind, name: impl Into<String>, module: ModuleId, span: Span) -> Node {
        Node {
            kind,
            name: name.into(),
            module,
            parent: None,
            children: Vec::new(),
            config: true,
            mandatory: false,
            presence: None,
            type_: None,
            defaults: Vec::new(),
            default_case: None,
            keys: Vec::new(),
            unique: Vec::new(),
            min_elements: None,
            max_elements: None,
            user_ordered: false,
            units: None,
            musts: Vec::new(),
            whens: Vec::new(),
            if_features: Vec::new(),
            status: Status::Current,
            description: None,
            reference: None,
            extensions: Vec::new(),
            span,
        }
    }
}

impl Schema {
    /// A node; `None` where the index is of another schema.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0)
    }

    /// A module.
    #[must_use]
    pub fn module(&self, id: ModuleId) -> Option<&Module> {
        self.modules.get(id.0)
    }

    /// The module of this name; where several revisions are loaded, the implemented one.
    #[must_use]
    pub fn module_named(&self, name: &str) -> Option<ModuleId> {
        let named = |(_, module): &(usize, &Module)| module.name == name;
        let mut found = self.modules.iter().enumerate().filter(named);
        let implemented = found.clone().find(|(_, module)| module.implemented);
        implemented.or_else(|| found.next()).map(|(index, _)| ModuleId(index))
    }
}

/// A `must`.
#[derive(Clone, Debug)]
pub struct Must {
    /// The XPath expression as written.
    pub expression: String,
    /// The module whose prefixes it uses.
    pub scope: ModuleId,
    /// The expression, parsed; `None` where it is malformed (a diagnostic was given).
    pub xpath: Option<Arc<XPath>>,
    /// The module of names without a prefix: that of the context node.
    pub namespace: ModuleId,
    /// The nodes it looks at, besides the context node and what is above it; `None` where that can't be told.
    pub reads: Option<Vec<NodeId>>,
    /// `error-message`.
    pub error_message: Option<String>,
    /// `error-app-tag`.
    pub error_app_tag: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// A `when`.
#[derive(Clone, Debug)]
pub struct When {
    /// The XPath expression as written.
    pub expression: String,
    /// The module whose prefixes it uses.
    pub scope: ModuleId,
    /// The expression, parsed; `None` where it is malformed (a diagnostic was given).
    pub xpath: Option<Arc<XPath>>,
    /// The module of names without a prefix: that of the context node.
    pub namespace: ModuleId,
    /// The nodes it looks at, besides the context node and what is above it; `None` where that can't be told.
    pub reads: Option<Vec<NodeId>>,
    /// Whether the context node is the parent (of an augment, uses, choice or case) instead of the node itself.
    pub on_parent: bool,
    /// Where it stands.
    pub span: Span,
}

/// An XPath expression with its prefixes resolved where it was written. All uses of a grouping share it: what differs
/// among them, the module of names without a prefix, stands beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct XPath {
    /// The expression.
    pub expression: xpath::Expression,
    /// The module of each of its prefixes, in the order of [`xpath::Expression::prefixes`]; `None` where a prefix is not
    /// declared (a diagnostic was given).
    pub modules: Vec<Option<ModuleId>>,
    /// The module of each prefix in its strings, which may name identities.
    pub literals: Vec<(Box<str>, ModuleId)>,
}

impl XPath {
    /// The module of a name; `namespace` is that of names without a prefix.
    #[must_use]
    pub fn module_of(&self, name: &xpath::Name, namespace: ModuleId) -> Option<ModuleId> {
        match name.prefix {
            Some(prefix) => self.modules.get(prefix.index()).copied().flatten(),
            None => Some(namespace),
        }
    }
}

/// A use of an extension.
#[derive(Clone, Debug)]
pub struct Extension {
    /// The module that defines the extension.
    pub module: String,
    /// Its name.
    pub name: String,
    /// Its argument.
    pub argument: Option<String>,
    /// Extension statements inside it (`lw:expose { lw:object … }`).
    pub children: Vec<Extension>,
    /// Where it stands.
    pub span: Span,
}

/// A default value: as written, and understood.
#[derive(Clone, Debug)]
pub struct Default {
    /// As written.
    pub text: String,
    /// Checked against the type.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// A value as the type gives it.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is a value of the built-in type of its name")]
pub enum Value {
    Binary(Vec<u8>),
    /// Names of the bits set, by position.
    Bits(Vec<String>),
    Boolean(bool),
    /// Mantissa at the type's fraction digits.
    Decimal64(i64),
    Empty,
    Enumeration(String),
    Float(f64),
    Identityref(IdentityId),
    Integer(i64),
    String(String),
    /// Text of an instance-identifier default; no device table holds one.
    InstanceIdentifier(String),
    /// Place of the member type, and the value.
    Union(usize, Box<Value>),
    Unsigned(u64),
}

/// The type of a leaf, its chain of typedefs folded in.
#[derive(Clone, Debug)]
pub struct Type {
    /// The name as written (`inet:port-number`), for trees and documentation.
    pub written: String,
    /// The typedefs on the way to the built-in type, nearest first: module name and typedef name.
    pub typedefs: Vec<(String, String)>,
    /// What it is.
    pub kind: TypeKind,
    /// What the model says where its range or length is not kept.
    pub message: Option<ErrorMessage>,
}

/// `error-message` and `error-app-tag` of a restriction, of which there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorMessage {
    /// `error-message`.
    pub text: Option<String>,
    /// `error-app-tag`.
    pub app_tag: Option<String>,
}

/// A built-in type with its effective restrictions. Empty ranges or lengths: not restricted.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the built-in type of its name")]
pub enum TypeKind {
    Binary {
        lengths: Vec<(u64, u64)>,
    },
    /// Ascending by position.
    Bits {
        bits: Vec<(u32, String)>,
    },
    Boolean,
    Decimal64 {
        fraction_digits: u8,
        ranges: Vec<(i64, i64)>,
    },
    Empty,
    /// Ascending by value.
    Enumeration {
        enums: Vec<(i32, String)>,
    },
    /// `lw:float` of comi-lwm2m.
    Float {
        fraction_digits: u8,
        ranges: Vec<(f64, f64)>,
    },
    Identityref {
        bases: Vec<IdentityId>,
    },
    InstanceIdentifier {
        require_instance: bool,
    },
    /// `bits`: 8, 16, 32 or 64.
    Integer {
        bits: u8,
        ranges: Vec<(i64, i64)>,
    },
    /// `target` is the leaf the path leads to, `None` where that could not be found (a diagnostic was given).
    Leafref {
        path: String,
        /// The path, parsed; names in it without a prefix are in the module of the leaf.
        xpath: Option<Arc<XPath>>,
        target: Option<NodeId>,
        require_instance: bool,
    },
    String {
        lengths: Vec<(u64, u64)>,
        patterns: Vec<Pattern>,
    },
    /// Members in order, nested unions flattened.
    Union {
        members: Vec<Type>,
    },
    /// `bits`: 8, 16, 32 or 64.
    Unsigned {
        bits: u8,
        ranges: Vec<(u64, u64)>,
    },
}

impl TypeKind {
    /// The name of the built-in type.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            TypeKind::Binary { .. } => "binary".to_owned(),
            TypeKind::Bits { .. } => "bits".to_owned(),
            TypeKind::Boolean => "boolean".to_owned(),
            TypeKind::Decimal64 { .. } => "decimal64".to_owned(),
            TypeKind::Empty => "empty".to_owned(),
            TypeKind::Enumeration { .. } => "enumeration".to_owned(),
            TypeKind::Float { .. } => "lw:float".to_owned(),
            TypeKind::Identityref { .. } => "identityref".to_owned(),
            TypeKind::InstanceIdentifier { .. } => "instance-identifier".to_owned(),
            TypeKind::Integer { bits, .. } => format!("int{bits}"),
            TypeKind::Leafref { .. } => "leafref".to_owned(),
            TypeKind::String { .. } => "string".to_owned(),
            TypeKind::Union { .. } => "union".to_owned(),
            TypeKind::Unsigned { bits, .. } => format!("uint{bits}"),
        }
    }
}

/// A `pattern`.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The XSD regular expression as written.
    pub expression: String,
    /// What it means.
    pub regex: Regex,
    /// `modifier invert-match`.
    pub inverted: bool,
    /// What the model says of a value that it does not take.
    pub message: Option<ErrorMessage>,
}

/// An identity.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Name.
    pub name: String,
    /// The module that defines it.
    pub module: ModuleId,
    /// Direct bases.
    pub bases: Vec<IdentityId>,
    /// Description.
    pub description: Option<String>,
    /// Status.
    pub status: Status,
    /// Where it stands.
    pub span: Span,
}
