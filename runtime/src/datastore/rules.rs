//! What `must`, `when` and the paths of leafrefs demand of a tree (RFC 7950 sections 7.5.3, 7.21.5 and 9.9).
//!
//! [`affected`] looks at what an edit can have changed, by the index that codegen made; that this equals
//! [`all`] is held by `what_is_affected_is_checked_as_everything_is`. [`settle`] removes what conditions no longer allow
//! (RFC 7950 section 8.2) before anything else is checked.
//!
//! All of it is reached through [`ENGINE`], which generated code names only where its model has an expression: a device
//! without one links none of this. Read [`Engine`] first.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::choice::check_mandatory;
use super::edit::{Edit, Record};
use super::error::at;
use super::validate::{Only, check_child};
use super::xpath::{Budget, Evaluator, Flow, Item, Node, Tree};
use super::{Datastore, EditError, Parts, Reason, tree};
use crate::schema::{Affected, Expressions, Flags, NodeIndex, NodeKind, Rule, RuleKind, Schema};
use crate::value::{Content, InstanceIdentifier, Places, Value, begins_with};

/// Takes an error, and says whether to go on.
pub(super) type Report<'r> = &'r mut dyn FnMut(EditError) -> bool;

/// What the datastore asks of expressions.
#[derive(Debug)]
pub struct Engine {
    affected: fn(&Datastore, &[Record]) -> Result<(), EditError>,
    all: fn(&Tree<'_>, bool, Report<'_>),
    applies: fn(&Tree<'_>, NodeIndex, &[Value]) -> bool,
    operation: fn(&Tree<'_>) -> Result<(), EditError>,
    settle: fn(&mut Edit<'_>) -> Result<(), EditError>,
}

/// For [`Expressions::engine`]: generated code names it where the model has expressions.
pub static ENGINE: Engine = Engine { affected, all, applies, operation, settle };

/// The same schema with all its rules held: for tools, which compile theirs while they run. It is leaked, as a schema
/// that was compiled at run time is.
#[must_use]
pub fn with_rules(schema: &'static Schema) -> &'static Schema {
    let expressions = schema.expressions.map(|expressions| {
        let expressions: &Expressions = Box::leak(Box::new(Expressions { engine: &ENGINE, ..*expressions }));
        expressions
    });
    Box::leak(Box::new(Schema { expressions, parts: Some(&Parts::ALL), ..*schema }))
}

/// Steps that the expressions of one request may take; the more there is to look at, the more.
const STEPS: u32 = 1 << 22;
const STEPS_AN_INSTANCE: u32 = 1 << 12;

#[inline(never)]
fn engine(schema: &Schema) -> Option<&'static Engine> {
    schema.expressions?.engine.downcast_ref()
}

/// Removes what the edit has made conditions forbid.
pub(super) fn settle_edit(edit: &mut Edit<'_>) -> Result<(), EditError> {
    engine(edit.store.schema).map_or(Ok(()), |engine| (engine.settle)(edit))
}

/// Checks the rules that the writes of a log can have broken.
pub(super) fn check_affected(store: &Datastore, log: &[Record]) -> Result<(), EditError> {
    engine(store.schema).map_or(Ok(()), |engine| (engine.affected)(store, log))
}

/// Whether the conditions of a node allow it, below the instance with these keys.
pub(super) fn is_applicable(tree: &Tree<'_>, node: NodeIndex, keys: &[Value]) -> bool {
    engine(tree.schema).is_none_or(|engine| (engine.applies)(tree, node, keys))
}

/// Whether a node or one below it has a condition.
pub(super) fn has_conditions(schema: &Schema, node: NodeIndex) -> bool {
    let end = schema.node(node).map_or(0, |row| row.end);
    let rules = schema.expressions.map_or(&[][..], |expressions| expressions.rules_of(node, end));
    engine(schema).is_some() && rules.iter().any(|rule| rule.kind == RuleKind::When)
}

/// Tells everything that breaks a rule in a tree; of configuration, or of state too.
pub(super) fn check_all(tree: &Tree<'_>, config: bool, report: Report<'_>) {
    if let Some(engine) = engine(tree.schema) {
        (engine.all)(tree, config, report);
    }
}

/// Checks the rules of an input, output or notification.
pub(super) fn check_operation(tree: &Tree<'_>) -> Result<(), EditError> {
    engine(tree.schema).map_or(Ok(()), |engine| (engine.operation)(tree))
}

/// Whether the references of a leafref are followed here, by its path.
pub(super) fn follows(schema: &Schema, leaf: NodeIndex) -> bool {
    let rules = schema.expressions.map_or(&[][..], |expressions| expressions.rules_of(leaf, leaf.0.saturating_add(1)));
    engine(schema).is_some() && rules.iter().any(|rule| rule.kind == RuleKind::Path { required: true })
}

impl Datastore {
    /// What expressions see of the configuration.
    pub(super) fn tree(&self) -> Tree<'_> {
        Tree { schema: self.schema, root: &self.content, operation: None }
    }

    fn budget(&self) -> Budget {
        let instances = u32::try_from(self.instances).unwrap_or(u32::MAX);
        Budget::new(instances.saturating_mul(STEPS_AN_INSTANCE).saturating_add(STEPS))
    }
}

/// Checks of rules against one tree.
struct Check<'c> {
    tree: &'c Tree<'c>,
    expressions: &'static Expressions,
    budget: Budget,
    /// Whether what a condition allows is looked for where it must be; what checks all scopes does so anyway.
    presence: bool,
}

impl Check<'_> {
    fn evaluator<'n>(&'n self, rule: &'static Rule, current: &'n Node<'n>) -> Evaluator<'n> {
        let (tree, expressions, budget) = (self.tree, self.expressions, &self.budget);
        Evaluator { tree, expressions, budget, config: rule.config, current }
    }

    /// Checks a rule wherever it applies below one instance of a node; the first error ends it.
    fn below(&self, rule: &'static Rule, anchor: NodeIndex, keys: &[Value]) -> Result<(), EditError> {
        let mut checked = Ok(());
        self.each_below(rule, anchor, keys, &mut |error| {
            checked = Err(error);
            false
        });
        checked
    }

    /// Checks a rule wherever it applies below one instance of a node.
    fn each_below(&self, rule: &'static Rule, anchor: NodeIndex, keys: &[Value], report: Report<'_>) {
        let root = Node::root(self.tree.root);
        let walk = self.evaluator(rule, &root);
        let _ = walk.locate(&root, anchor, keys, &mut |anchor| {
            if matches!(anchor.item, Item::Dummy) {
                return Flow::Continue(());
            }
            // a condition is of what may stand below its parent
            let target = match rule.kind {
                RuleKind::Choice(_) | RuleKind::When => self.parent(rule.node),
                _ => rule.context,
            };
            walk.all_below(anchor, target, &mut |node| match self.one(rule, node) {
                Err(error) if !self.budget.is_spent() => {
                    if report(error) {
                        Flow::Continue(())
                    } else {
                        Flow::Break(())
                    }
                }
                _ => Flow::Continue(()),
            })
        });
        if self.budget.is_spent() {
            report(at(rule.node, &[], Reason::TooMuchWork));
        }
    }

    /// The data node above: that of an operation's parameters is its input or output.
    fn parent(&self, node: NodeIndex) -> NodeIndex {
        self.tree.schema.node(node).map_or(NodeIndex::ROOT, |row| row.parent)
    }

    /// Checks a rule for one context node; a condition for one instance of the parent.
    fn one(&self, rule: &'static Rule, node: &Node<'_>) -> Result<(), EditError> {
        let evaluator = self.evaluator(rule, node);
        let holds = match rule.kind {
            RuleKind::Must => evaluator.holds(rule.code),
            RuleKind::Path { required } => !required || evaluator.finds_itself(rule.code),
            RuleKind::When => return self.condition(rule, node),
            RuleKind::Choice(choice) => {
                let Some(choice) = self.tree.schema.choice(choice) else { return Ok(()) };
                if !evaluator.holds(rule.code) || self.budget.is_spent() {
                    return Ok(());
                }
                let content = node.content().unwrap_or(const { &Content::new() });
                return check_mandatory(self.tree.schema, content, choice, &node.keys(self.tree.schema));
            }
        };
        if holds || self.budget.is_spent() {
            return Ok(());
        }
        let reason = match rule.kind {
            RuleKind::Must => Reason::MustViolation(rule),
            _ => Reason::InstanceRequired,
        };
        Err(at(rule.node, &node.keys(self.tree.schema), reason))
    }

    /// What a condition forbids is not there, and what it allows is there if it must be.
    fn condition(&self, rule: &'static Rule, parent: &Node<'_>) -> Result<(), EditError> {
        const EMPTY: &Content = &Content::new();
        let content = parent.content().unwrap_or(EMPTY);
        if self.is_forbidden(rule, parent) {
            return Err(at(rule.node, &parent.keys(self.tree.schema), Reason::ConditionFalse(rule)));
        }
        if !self.presence {
            return Ok(());
        }
        check_child(self.tree, content, rule.node, &parent.keys(self.tree.schema), Only::Config)
    }

    /// Whether a node stands below an instance of its parent, though a condition does not hold.
    fn is_forbidden(&self, rule: &'static Rule, parent: &Node<'_>) -> bool {
        let stored = parent.content().is_some_and(|content| content.child(rule.node).is_some());
        if !stored {
            return false;
        }
        let dummy = Node { up: Some(parent), row: rule.node, place: 0, item: Item::Dummy };
        let current = if rule.context == rule.node { &dummy } else { parent };
        !self.evaluator(rule, current).holds(rule.code) && !self.budget.is_spent()
    }

    /// The instances of a node that a condition forbids, below one instance of a node.
    fn forbidden(&self, rule: &'static Rule, anchor: NodeIndex, keys: &[Value]) -> Vec<Vec<Value>> {
        let root = Node::root(self.tree.root);
        let walk = self.evaluator(rule, &root);
        let mut found = Vec::new();
        let _ = walk.locate(&root, anchor, keys, &mut |anchor| {
            walk.all_below(anchor, self.parent(rule.node), &mut |parent| {
                if self.is_forbidden(rule, parent) {
                    found.push(parent.keys(self.tree.schema));
                }
                Flow::Continue(())
            })
        });
        found
    }
}

/// What a record changed: the nodes, from the first to one past the last, and the keys.
fn changed<'r>(schema: &Schema, record: &'r Record) -> Option<(NodeIndex, u16, &'r [Value])> {
    let (place, order) = match record {
        Record::Write { at, .. } => (at, false),
        Record::Move { list, .. } => (list, true),
    };
    let row = schema.node(place.node).filter(|row| row.is_config())?;
    let holds = !order && matches!(row.kind(), NodeKind::List | NodeKind::Container);
    let end = if holds { row.end } else { place.node.0.saturating_add(1) };
    Some((place.node, end, &place.keys))
}

/// The rules that a record affects, each with the instance below which it does.
fn each_affected<'r>(schema: &Schema, record: &'r Record, mut then: impl FnMut(&Affected, NodeIndex, &'r [Value])) {
    let (Some(expressions), Some((node, end, keys))) = (schema.expressions, changed(schema, record)) else { return };
    let everywhere = expressions.affected.iter().rev().take_while(|row| row.node == NodeIndex::ROOT);
    // a container without presence comes and goes with what is in it
    let around = core::iter::successors(schema.node(node), |row| schema.node(row.parent))
        .map_while(|row| schema.node(row.parent).map(|parent| (row.parent, parent)))
        .take_while(|(_, parent)| parent.kind() == NodeKind::Container && !parent.flags.has(Flags::PRESENCE))
        .flat_map(|(above, _)| expressions.affected_by(above, above.0.saturating_add(1)))
        .filter(|row| {
            let rule = expressions.rules.get(usize::from(row.rule));
            rule.is_some_and(|rule| rule.kind == RuleKind::When && rule.node == row.node)
        });
    for row in expressions.affected_by(node, end).iter().chain(everywhere).chain(around) {
        // an anchor within what was written is there once for each entry in it
        let anchor =
            if schema.is_within(row.anchor, node) && row.anchor != NodeIndex::ROOT { node } else { row.anchor };
        let own: usize = schema
            .path(anchor)
            .filter(|step| schema.list(*step).is_some())
            .map(|step| schema.entry_key_count(step))
            .sum();
        let (anchor, keys) = match keys.get(..own) {
            Some(keys) => (anchor, keys),
            // the order of a list, or a list as a whole
            None => (schema.node(anchor).map_or(NodeIndex::ROOT, |row| row.parent), keys),
        };
        then(row, anchor, keys);
    }
}

fn affected(store: &Datastore, log: &[Record]) -> Result<(), EditError> {
    let (schema, tree) = (store.schema, store.tree());
    let Some(expressions) = schema.expressions else { return Ok(()) };
    let mut places = Places::new();
    for record in log {
        each_affected(schema, record, |row, anchor, keys| {
            places.add((NodeIndex(row.rule), keys, Some(anchor)));
        });
    }
    let check = Check { tree: &tree, expressions, budget: store.budget(), presence: true };
    for (rule, keys, anchor) in places.sorted() {
        if let (Some(rule), Some(anchor)) = (expressions.rules.get(rule.get()), anchor) {
            check.below(rule, anchor, keys)?;
        }
    }
    Ok(())
}

fn all(tree: &Tree<'_>, config: bool, report: Report<'_>) {
    let Some(expressions) = tree.schema.expressions else { return };
    let mut more = true;
    let in_structure = |node| tree.schema.path(node).next().and_then(|top| tree.schema.node(top)).map(|row| row.kind());
    let wanted = |rule: &&Rule| rule.config || !config || in_structure(rule.node) == Some(NodeKind::Structure);
    for rule in expressions.rules.iter().filter(wanted) {
        // a tool has the time that a device has not
        let check = Check { tree, expressions, budget: Budget::new(1 << 30), presence: false };
        check.each_below(rule, NodeIndex::ROOT, &[], &mut |error| {
            more = report(error);
            more
        });
        if !more {
            return;
        }
    }
}

fn applies(tree: &Tree<'_>, node: NodeIndex, keys: &[Value]) -> bool {
    let Some(expressions) = tree.schema.expressions else { return true };
    let rules = expressions.rules_of(node, node.0.saturating_add(1));
    let Some(rule) = rules.iter().find(|rule| rule.kind == RuleKind::When) else { return true };
    let check = Check { tree, expressions, budget: Budget::new(STEPS), presence: false };
    let root = Node::root(tree.root);
    let walk = check.evaluator(rule, &root);
    let mut applies = true;
    let _ = walk.locate(&root, check.parent(node), keys, &mut |parent| {
        applies = walk.applies(parent, node);
        Flow::Break(())
    });
    applies
}

fn operation(tree: &Tree<'_>) -> Result<(), EditError> {
    let (Some(expressions), Some((at, _))) = (tree.schema.expressions, tree.operation) else { return Ok(()) };
    let Some(row) = tree.schema.node(at.node) else { return Ok(()) };
    let check = Check { tree, expressions, budget: Budget::new(STEPS), presence: false };
    let rules = expressions.rules_of(at.node, row.end);
    rules.iter().try_for_each(|rule| check.below(rule, at.node, &at.keys))
}

fn settle(edit: &mut Edit<'_>) -> Result<(), EditError> {
    let schema = edit.store.schema;
    let Some(expressions) = schema.expressions else { return Ok(()) };
    let written = edit.log.len();
    let mut next = 0;
    while next < edit.log.len() {
        let mut gone: Vec<(&'static Rule, InstanceIdentifier)> = Vec::new();
        {
            let (store, batch) = (&*edit.store, edit.log.get(next..).unwrap_or_default());
            let mut places = Places::new();
            for record in batch {
                each_affected(schema, record, |row, anchor, keys| {
                    places.add((NodeIndex(row.rule), keys, Some(anchor)));
                });
            }
            let tree = store.tree();
            let check = Check { tree: &tree, expressions, budget: store.budget(), presence: true };
            for (rule, keys, anchor) in places.sorted() {
                let Some((rule, anchor)) = expressions.rules.get(rule.get()).zip(anchor) else { continue };
                if rule.kind == RuleKind::When {
                    let forbidden = check.forbidden(rule, anchor, keys).into_iter();
                    gone.extend(forbidden.map(|keys| (rule, InstanceIdentifier { node: rule.node, keys })));
                }
                if check.budget.is_spent() {
                    return Err(at(rule.node, &[], Reason::TooMuchWork));
                }
            }
        }
        next = edit.log.len();
        for (rule, mut place) in gone {
            // RFC 7950 section 8.3.2: what the request itself writes is refused; section 8.2: the rest goes
            if is_written(edit, written, &place) {
                return Err(EditError::new(place, Reason::ConditionFalse(rule)));
            }
            edit.assign(place.node, &mut place.keys, None, true)?;
        }
    }
    Ok(())
}

/// Whether the request wrote an instance, or something in it, that is there now.
fn is_written(edit: &Edit<'_>, written: usize, place: &InstanceIdentifier) -> bool {
    let schema = edit.store.schema;
    let Some(row) = schema.node(place.node) else { return false };
    edit.log.iter().take(written).any(|record| match record {
        Record::Write { at, .. } => {
            at.node.0 >= place.node.0
                && at.node.0 < row.end
                && begins_with(&at.keys, &place.keys)
                && tree::find(schema, &edit.store.content, at.node, &at.keys).is_some()
        }
        Record::Move { .. } => false,
    })
}
