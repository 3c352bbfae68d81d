//! `must`, `when` and leafref paths as the tables of `comi_runtime::schema::Expressions`.
//!
//! Each use of an expression is lowered where it stands, since what its names mean differs among the uses of a grouping;
//! operations that turn out equal are shared. While it is lowered, an expression is followed over the rows that it can
//! lead to: that gives its names their rows, tells which changes can affect it, and from which instances. `places` is
//! those rows, `program` the operations.
//!
//! What is never evaluated is not lowered: structures, and in a device state (which is the hardware's word, not the
//! client's) and the engine's own modules. Read [`lower`] first.

mod keyed;
mod places;
mod program;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use comi_runtime::schema::{
    Affected, ChoiceIndex, Expressions, Flags, IdentityIndex, Message, NodeIndex, NodeKind, Op, Operator, PatternSet,
    Rule, RuleKind, Schema, Type,
};

use super::identities::Identities;
use super::rows::{Row, Rows};
use super::types::Types;
use super::{ENGINE_MODULES, leak, leak_text};
use crate::diagnostic::Diagnostic;
use crate::pattern::Regex;
use crate::schema::compiled::{self, IdentityId, ModuleId, NodeId, TypeKind, XPath};
use crate::source::Span;
use crate::xpath::{Callee, Expr, Function};
use places::{Place, Places, View};
use program::Site;

/// How many rows the expressions of a schema may lead to, one after the other.
const WORK_LIMIT: usize = 50_000_000;

/// How many conditions may depend on each other in a row; the compiler has refused circles.
const MAX_CONDITIONS: usize = 64;

/// What a rule looks at, each with its anchor.
type Reads = BTreeMap<NodeIndex, NodeIndex>;

/// Why an expression can't be lowered, and what would help.
pub(super) struct Refused {
    why: String,
    help: String,
}

impl Refused {
    fn new(why: impl Into<String>, help: impl Into<String>) -> Refused {
        Refused { why: why.into(), help: help.into() }
    }
}

/// What the expressions of a schema come to.
pub(super) struct Lowered {
    pub(super) expressions: Option<&'static Expressions>,
    /// Whether they ask for the names of nodes.
    pub(super) names: bool,
    /// Whether they ask for the text of values that are names.
    pub(super) by_name: bool,
}

/// Whether the rules of a node are evaluated.
pub(super) fn is_evaluated(schema: &compiled::Schema, rows: &Rows, row: &Row, device: bool) -> bool {
    let Some(node) = schema.node(row.id) else { return false };
    let module = schema.module(node.module).map_or("", |module| module.name.as_str());
    let mut at = Some(row);
    let structure = std::iter::from_fn(|| {
        let own = at?;
        at = own.parent.and_then(|parent| rows.rows.get(parent.get()));
        schema.node(own.id)
    });
    let mut above = structure.map(|node| node.kind);
    // a device is sent no structure
    !(device
        && (above.any(|kind| kind == compiled::NodeKind::Structure)
            || !row.in_message && !node.config
            || ENGINE_MODULES.contains(&module)))
}

/// The patterns of `re-match()`, which are compiled with those of types.
pub(super) fn patterns(schema: &compiled::Schema, rows: &Rows, types: &mut Types<'_>) -> HashMap<String, PatternSet> {
    let mut found = HashMap::new();
    let mut scan = |xpath: &XPath| {
        for (_, part) in xpath.expression.parts() {
            let Expr::Call { function: Callee::Known(Function::ReMatch), arguments } = part else { continue };
            let Some(Expr::Literal(text)) = arguments.get(1).map(|argument| xpath.expression.get(*argument)) else {
                continue;
            };
            if let Ok((regex, _)) = Regex::new(text)
                && let Some(set) = types.pattern(compiled::Pattern {
                    expression: text.to_string(),
                    regex,
                    inverted: false,
                    message: None,
                })
            {
                found.insert(text.to_string(), set);
            }
        }
    };
    for row in &rows.rows {
        for (xpath, ..) in uses(schema, row.id).into_iter().filter_map(|one| one.xpath.map(|xpath| (xpath, ()))) {
            scan(xpath);
        }
    }
    found
}

/// A `must` or `when` of a node.
struct Use<'s> {
    kind: RuleKind,
    xpath: Option<&'s XPath>,
    text: &'s str,
    scope: ModuleId,
    namespace: ModuleId,
    on_parent: bool,
    message: Option<(&'s str, &'s str)>,
    span: Span,
}

/// The `must` and `when` statements of a node, those of the choices and cases that it stands in included.
fn uses(schema: &compiled::Schema, id: NodeId) -> Vec<Use<'_>> {
    let mut found = Vec::new();
    let Some(node) = schema.node(id) else { return found };
    found.extend(node.musts.iter().map(|must| {
        let (tag, text) = (must.error_app_tag.as_deref(), must.error_message.as_deref());
        Use {
            kind: RuleKind::Must,
            xpath: must.xpath.as_deref(),
            text: &must.expression,
            scope: must.scope,
            namespace: must.namespace,
            on_parent: false,
            message: (tag.is_some() || text.is_some()).then(|| (tag.unwrap_or(""), text.unwrap_or(""))),
            span: must.span,
        }
    }));
    // whether an operation or notification is there is not asked for
    let operation =
        matches!(node.kind, compiled::NodeKind::Action | compiled::NodeKind::Notification | compiled::NodeKind::Rpc);
    let mut at = (!operation).then_some(node);
    while let Some(own) = at {
        found.extend(own.whens.iter().map(|when| Use {
            kind: RuleKind::When,
            xpath: when.xpath.as_deref(),
            text: &when.expression,
            scope: when.scope,
            namespace: when.namespace,
            on_parent: when.on_parent || !std::ptr::eq(own, node),
            message: None,
            span: when.span,
        }));
        let parent = own.parent.and_then(|parent| schema.node(parent));
        at = parent.filter(|above| matches!(above.kind, compiled::NodeKind::Case | compiled::NodeKind::Choice));
    }
    found
}

/// What was found out beside the tables.
pub(super) struct Beside<'a> {
    pub(super) identities: &'a Identities,
    /// The sets of the patterns of `re-match()`.
    pub(super) patterns: HashMap<String, PatternSet>,
    /// The mandatory choices with conditions.
    pub(super) conditional: &'a [(ChoiceIndex, NodeId)],
}

/// Lowers the expressions of a schema whose other tables are made.
pub(super) fn lower(
    schema: &compiled::Schema,
    rows: &Rows,
    tables: &'static Schema,
    beside: Beside<'_>,
    device: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Lowered {
    let Beside { identities, patterns, conditional } = beside;
    let names = schema.identities.iter().enumerate().filter_map(|(place, identity)| {
        Some(((identity.module, identity.name.clone()), identities.index_of(IdentityId(place))?))
    });
    let mut lowering = Lowering {
        schema,
        rows,
        tables,
        identities: names.collect(),
        patterns,
        code: Vec::new(),
        depths: Vec::new(),
        known: HashMap::new(),
        reads: BTreeMap::new(),
        everything: false,
        conditions: Vec::new(),
        followed: BTreeSet::new(),
        names: false,
        by_name: false,
        work: 0,
    };
    let mut rules: Vec<(Rule, Reads)> = Vec::new();
    let evaluated: Vec<NodeIndex> = (0..)
        .map(NodeIndex)
        .zip(&rows.rows)
        .filter(|(_, row)| is_evaluated(schema, rows, row, device))
        .map(|(index, _)| index)
        .collect();
    for index in &evaluated {
        let Some(row) = rows.rows.get(index.get()) else { continue };
        for one in uses(schema, row.id) {
            let Some(xpath) = one.xpath else { continue };
            match lowering.rule(*index, &one, xpath, device) {
                Ok(rule) => rules.push(rule),
                Err(refused) => diagnostics.push(refused.tell(one.text, one.span)),
            }
        }
    }
    for index in &evaluated {
        match lowering.path_rule(*index) {
            Ok(rule) => rules.extend(rule),
            Err(refused) => {
                let node = rows.rows.get(index.get()).and_then(|row| schema.node(row.id));
                diagnostics.extend(node.map(|node| refused.tell("path", node.span)));
            }
        }
    }
    for (choice, id) in conditional {
        let first = tables.choice(*choice).and_then(|row| row.cases.iter().copied().flatten().min());
        let Some(first) = first.filter(|first| evaluated.contains(first)) else { continue };
        match lowering.choice_rule(*choice, *first, *id, device) {
            Ok(rule) => rules.extend(rule),
            Err((refused, text, span)) => diagnostics.push(refused.tell(&text, span)),
        }
    }
    rules.sort_by_key(|(rule, _)| rule.node);
    if rules.is_empty() {
        return Lowered { expressions: None, names: false, by_name: false };
    }
    let mut affected: Vec<Affected> = Vec::new();
    for (place, (_, reads)) in (0..=u16::MAX).zip(&rules) {
        affected.extend(reads.iter().map(|(node, anchor)| Affected { node: *node, rule: place, anchor: *anchor }));
    }
    if rules.len() > usize::from(u16::MAX) {
        diagnostics.push(Diagnostic::error("the schema has more than 65535 expressions"));
    }
    affected.sort_by_key(|row| (row.node, row.rule));
    let expressions = Expressions {
        code: leak(lowering.code),
        rules: leak(rules.into_iter().map(|(rule, _)| rule).collect()),
        affected: leak(affected),
        engine: &(),
    };
    let expressions: &'static Expressions = Box::leak(Box::new(expressions));
    Lowered { expressions: Some(expressions), names: lowering.names, by_name: lowering.by_name }
}

/// What is kept from expression to expression.
struct Lowering<'a> {
    schema: &'a compiled::Schema,
    rows: &'a Rows,
    tables: &'static Schema,
    identities: HashMap<(ModuleId, String), IdentityIndex>,
    patterns: HashMap<String, PatternSet>,
    code: Vec<Op>,
    /// How deep each operation is.
    depths: Vec<u16>,
    /// Operations by how `Debug` writes them: numbers are neither `Eq` nor `Hash`.
    known: HashMap<String, u16>,
    /// What the rule at hand looks at, each with its anchor.
    reads: Reads,
    /// Whether it may look at any node.
    everything: bool,
    /// Nodes with conditions that it looks at.
    conditions: Vec<Place>,
    /// Leafrefs that `deref()` follows.
    followed: BTreeSet<NodeIndex>,
    names: bool,
    by_name: bool,
    work: usize,
}

impl Refused {
    fn tell(self, text: &str, span: Span) -> Diagnostic {
        let message = format!("the expression {text:?} can't be evaluated on a device: {}", self.why);
        let diagnostic = Diagnostic::error(message).at(span, "").rule("RFC 7950 section 6.4");
        if self.help.is_empty() { diagnostic } else { diagnostic.help(self.help) }
    }
}

impl Lowering<'_> {
    fn view(&self, index: NodeIndex) -> View {
        let row = self.rows.rows.get(index.get());
        let kind = |step| self.tables.node(step).map(|row| row.kind());
        let side = self.tables.path(index).find(|step| {
            let sides = [NodeKind::Input, NodeKind::Output, NodeKind::Notification, NodeKind::Structure];
            kind(*step).is_some_and(|kind| sides.contains(&kind))
        });
        let config = row.is_some_and(|row| !row.in_message)
            && self.tables.node(index).is_some_and(|row| row.is_config())
            && side.and_then(kind) != Some(NodeKind::Structure);
        View { schema: self.tables, config, side }
    }

    fn rule(&mut self, index: NodeIndex, one: &Use<'_>, xpath: &XPath, device: bool) -> Result<(Rule, Reads), Refused> {
        let view = self.view(index);
        let context = if one.on_parent { view.parent(index) } else { view.owner(index) };
        let place = Place { row: context, anchor: view.anchor(context), text: false };
        self.begin();
        if one.kind == RuleKind::When {
            let parent = view.parent(index);
            self.exists(Place { row: index, anchor: view.anchor(parent), text: false }, &view);
        }
        self.exists(place, &view);
        let site = Site { xpath, namespace: one.namespace, scope: one.scope, view, context: place };
        let code = self.expression(&site, xpath.expression.root_id(), &program::one(place))?.code;
        self.close()?;
        let message = one.message.map(|(tag, text)| -> &'static Message {
            Box::leak(Box::new(Message { app_tag: leak_text(tag), text: leak_text(text) }))
        });
        let expression = if device { "" } else { leak_text(one.text) };
        let rule = Rule { node: index, context, kind: one.kind, code, config: view.config, message, expression };
        Ok((rule, self.reads_of(&view)))
    }

    /// The rule of a mandatory choice with conditions, whose first node is `first`: they are of the node above (RFC 7950
    /// section 7.21.5).
    fn choice_rule(
        &mut self,
        choice: ChoiceIndex,
        first: NodeIndex,
        id: NodeId,
        device: bool,
    ) -> Result<Option<(Rule, Reads)>, (Refused, String, Span)> {
        let schema = self.schema;
        let Some(span) = schema.node(id).map(|node| node.span) else { return Ok(None) };
        let view = self.view(first);
        let context = view.parent(first);
        let place = Place { row: context, anchor: view.anchor(context), text: false };
        self.begin();
        self.exists(place, &view);
        // its own nodes, and those that make the case exist in which it stands
        let mut around = self.tables.choice(choice);
        while let Some(row) = around {
            for node in row.cases.iter().copied().flatten() {
                self.read(Place { row: *node, ..place });
            }
            around = row.within.and_then(|(outer, _)| self.tables.choice(outer));
        }
        let mut codes: Vec<u16> = Vec::new();
        let mut texts: Vec<&str> = Vec::new();
        for one in uses(schema, id).into_iter().filter(|one| one.kind == RuleKind::When) {
            let Some(xpath) = one.xpath else { continue };
            let site = Site { xpath, namespace: one.namespace, scope: one.scope, view, context: place };
            let part = self.expression(&site, xpath.expression.root_id(), &program::one(place));
            codes.push(part.map_err(|refused| (refused, one.text.to_owned(), one.span))?.code);
            texts.push(one.text);
        }
        let refused = |refused| (refused, texts.join(" and "), span);
        let mut codes = codes.into_iter();
        let Some(mut code) = codes.next() else { return Ok(None) };
        for right in codes {
            code = self.op(Op::Binary { operator: Operator::And, left: code, right }).map_err(refused)?;
        }
        self.close().map_err(refused)?;
        let expression = if device { "" } else { leak_text(&texts.join(" and ")) };
        let kind = RuleKind::Choice(choice);
        let rule = Rule { node: first, context, kind, code, config: view.config, message: None, expression };
        Ok(Some((rule, self.reads_of(&view))))
    }

    fn begin(&mut self) {
        self.reads.clear();
        self.conditions.clear();
        self.everything = false;
    }

    /// Notes that a rule depends on a node's being there, and on what that depends on.
    fn exists(&mut self, place: Place, view: &View) {
        let mut at = place;
        loop {
            self.read(at);
            let loose = self
                .tables
                .node(at.row)
                .is_some_and(|row| !matches!(row.kind(), NodeKind::List) && !row.flags.has(Flags::PRESENCE));
            if !loose {
                break;
            }
            let row = view.parent(at.row);
            at = Place { row, anchor: view.raise(at.anchor, row), text: false };
        }
    }

    /// Where the value of a leafref leads.
    fn follow(&mut self, leaf: &Place, view: View) -> Result<BTreeSet<Place>, Refused> {
        self.followed.insert(leaf.row);
        Ok(self.path(*leaf, view)?.map(|(_, places)| places.at).unwrap_or_default())
    }

    /// The path of a leafref, lowered for a leaf.
    fn path(&mut self, leaf: Place, view: View) -> Result<Option<(u16, Places)>, Refused> {
        let schema = self.schema;
        let node = self.rows.rows.get(leaf.row.get()).and_then(|row| schema.node(row.id));
        let Some((node, kind)) = node.and_then(|node| Some((node, &node.type_.as_ref()?.kind))) else {
            return Ok(None);
        };
        let TypeKind::Leafref { xpath: Some(xpath), .. } = kind else { return Ok(None) };
        let site = Site { xpath, namespace: node.module, scope: node.module, view, context: leaf };
        let part = self.expression(&site, xpath.expression.root_id(), &program::one(leaf))?;
        Ok(Some((part.code, part.places)))
    }

    /// The rule of a leafref whose path is followed.
    fn path_rule(&mut self, index: NodeIndex) -> Result<Option<(Rule, Reads)>, Refused> {
        let declared = self.tables.node(index).and_then(|row| row.type_index());
        let Some(Type::Leafref { target, require_instance, .. }) =
            declared.and_then(|declared| self.tables.types.get(declared.get()))
        else {
            return Ok(None);
        };
        let view = self.view(index);
        let place = Place { row: index, anchor: view.anchor(index), text: false };
        self.begin();
        self.exists(place, &view);
        let before = self.code.len();
        let Some((code, places)) = self.path(place, view)? else { return Ok(None) };
        self.close()?;
        let message = |node: NodeIndex| self.rows.rows.get(node.get()).is_some_and(|row| row.in_message);
        let goal = self.tables.node(*target);
        // what is not in the tree is not looked for: state from configuration or from an operation
        let seen = goal.is_some_and(|goal| goal.is_config())
            || message(*target) && places.at.iter().any(|place| place.row == *target)
            || !view.config && !message(index);
        let predicates = !self.is_plain(code);
        let within = places.at.iter().any(|place| {
            place.row == *target && self.tables.path(place.anchor).any(|step| self.tables.list(step).is_some())
        });
        let cheap = view.config
            && !predicates
            && !within
            && goal.is_some_and(|goal| goal.is_config() && !goal.flags.has(Flags::HAS_DEFAULT));
        let required = *require_instance && seen && !cheap;
        if !required && !self.followed.contains(&index) {
            self.code.truncate(before);
            self.depths.truncate(before);
            self.known.retain(|_, place| usize::from(*place) < before);
            return Ok(None);
        }
        let rule = Rule {
            node: index,
            context: index,
            kind: RuleKind::Path { required },
            code,
            config: view.config,
            message: None,
            expression: "",
        };
        let reads = if required { self.reads_of(&view) } else { BTreeMap::new() };
        Ok(Some((rule, reads)))
    }

    /// Whether a path has no predicate.
    fn is_plain(&self, code: u16) -> bool {
        match self.code.get(usize::from(code)) {
            Some(Op::Step { from, predicates, .. }) => predicates.is_empty() && self.is_plain(*from),
            Some(Op::Lookup { .. }) => false,
            _ => true,
        }
    }

    /// Notes that the rule at hand depends on a place.
    fn read(&mut self, place: Place) {
        let schema = self.tables;
        if place.row == NodeIndex::ROOT {
            return;
        }
        let view = View { schema, config: false, side: None };
        let anchor = view.anchor(place.anchor);
        match self.reads.get_mut(&place.row) {
            // the other anchor is as high, or higher
            Some(known) if schema.is_within(anchor, *known) => return,
            Some(known) => *known = if schema.is_within(*known, anchor) { anchor } else { NodeIndex::ROOT },
            None => drop(self.reads.insert(place.row, anchor)),
        }
        let Some(row) = schema.node(place.row) else { return };
        let container = row.kind() == NodeKind::Container && !row.flags.has(Flags::PRESENCE);
        if !container && !row.flags.has(Flags::HAS_DEFAULT) {
            return;
        }
        // it may be there without being stored: that depends on the other cases, and on its conditions
        let parent = view.parent(place.row);
        let beside = Place { anchor: view.raise(anchor, parent), ..place };
        let mut around = schema.case_of(place.row).map(|member| member.choice);
        while let Some(choice) = around.and_then(|choice| schema.choice(choice)) {
            for row in choice.cases.iter().copied().flatten() {
                self.read(Place { row: *row, ..beside });
            }
            around = choice.within.map(|(choice, _)| choice);
        }
        self.conditions.push(beside);
    }

    /// Follows the conditions of the nodes that the rule at hand looks at.
    fn close(&mut self) -> Result<(), Refused> {
        let schema = self.schema;
        let mut seen: BTreeSet<Place> = BTreeSet::new();
        while let Some(place) = self.conditions.pop() {
            if !seen.insert(place) {
                continue;
            }
            let Some(row) = self.rows.rows.get(place.row.get()) else { continue };
            for one in uses(schema, row.id).into_iter().filter(|one| one.kind == RuleKind::When) {
                let Some(xpath) = one.xpath else { continue };
                if seen.len() > MAX_CONDITIONS * MAX_CONDITIONS {
                    return Err(Refused::new("too many conditions depend on each other", "make them independent"));
                }
                let view = self.view(place.row);
                let row = if one.on_parent { view.parent(place.row) } else { place.row };
                let context = Place { row, anchor: view.raise(place.anchor, row), text: false };
                let site = Site { xpath, namespace: one.namespace, scope: one.scope, view, context };
                self.expression(&site, xpath.expression.root_id(), &program::one(context))?;
            }
        }
        Ok(())
    }

    /// What the rule at hand looks at; nothing changes beside an operation while it is checked.
    fn reads_of(&mut self, view: &View) -> Reads {
        let mut reads = std::mem::take(&mut self.reads);
        if !view.config {
            reads.clear();
        } else if self.everything {
            reads = BTreeMap::from([(NodeIndex::ROOT, NodeIndex::ROOT)]);
        }
        reads
    }
}
