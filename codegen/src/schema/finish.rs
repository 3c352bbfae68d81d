//! Phase 5: what needs the whole tree: config, types, leafrefs, defaults, keys, unique, cardinality, name clashes.

use std::collections::HashMap;

use super::compiled::{Default, ModuleId, NodeId, NodeKind};
use super::compiler::{Compiler, Place};
use super::load::UnitId;
use crate::diagnostic::Diagnostic;
use crate::syntax::Statement;

impl<'a> Compiler<'a> {
    pub(super) fn finish(&mut self) {
        let roots: Vec<NodeId> = self.schema.modules.iter().flat_map(|module| module.roots.iter().copied()).collect();
        let order = self.preorder(&roots);
        for id in &order {
            self.inherit_config(*id);
            self.attach_type(*id);
        }
        for id in &order {
            self.resolve_leafrefs(*id);
        }
        self.check_leafref_circles();
        for id in &order {
            self.defaults(*id);
        }
        for id in &order {
            self.keys(*id);
            self.uniques(*id);
            self.default_case(*id);
            self.cardinality(*id);
        }
        for module in 0..self.schema.modules.len() {
            self.clashes(None, ModuleId(module));
        }
        for id in &order {
            self.clashes(Some(*id), ModuleId(0));
        }
        self.check_expressions(&order);
        for id in order {
            let typed = self.drafts.get(id.0).and_then(|draft| draft.typed.clone());
            let typed = typed.filter(|typed| self.afford(&typed.type_));
            if let (Some(typed), Some(node)) = (typed, self.schema.nodes.get_mut(id.0)) {
                node.units = node.units.take().or_else(|| typed.units.map(str::to_owned));
                node.type_ = Some(typed.type_.clone());
            }
        }
    }

    /// All nodes below `roots`, parents first.
    pub(super) fn preorder(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut order = Vec::with_capacity(self.schema.nodes.len());
        let mut open: Vec<NodeId> = roots.iter().rev().copied().collect();
        while let Some(id) = open.pop() {
            order.push(id);
            open.extend(self.node(id).into_iter().flat_map(|node| node.children.iter().rev().copied()));
        }
        order
    }

    /// RFC 7950 section 7.21.1.
    fn inherit_config(&mut self, id: NodeId) {
        let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { return };
        let parent = node.parent.and_then(|parent| self.node(parent));
        let inherited = parent.is_none_or(|parent| parent.config);
        let meaningful = node.parent.is_none() || parent.is_some() && self.configurable(id);
        let config = match draft.config {
            Some((true, span)) if !inherited && meaningful => {
                let message = format!("`{}` is configuration below state", node.name);
                let above = parent.map_or(span, |parent| parent.span);
                let diagnostic = Diagnostic::error(message).at(span, "").with(above, "`config false`");
                self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.21.1"));
                false
            }
            Some((config, _)) if meaningful => config,
            _ => inherited,
        };
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.config = config;
        }
    }

    fn attach_type(&mut self, id: NodeId) {
        let Some((statement, place)) = self.drafts.get(id.0).and_then(|draft| draft.type_) else { return };
        let typed = self.type_of(statement, place);
        if let Some(draft) = self.drafts.get_mut(id.0) {
            draft.typed = typed;
        }
    }

    /// RFC 7950 sections 7.6.1 and 7.7.2: the leaf's own, else the typedef's where a value may be missing.
    fn defaults(&mut self, id: NodeId) {
        let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { return };
        let Some(typed) = draft.typed.clone() else { return };
        let name = node.name.clone();
        let mandatory = node.mandatory;
        let leaf_list = node.kind == NodeKind::LeafList;
        let own = draft.defaults.clone();
        let mut defaults = own.clone();
        if defaults.is_empty() && !mandatory && !(leaf_list && node.min_elements.unwrap_or(0) > 0) {
            let version_1_1 = self.unit(draft.place.unit).is_some_and(|unit| unit.version_1_1);
            defaults.extend(typed.default.filter(|_| !leaf_list || version_1_1));
        }
        if let Some((default, _)) = own.first() {
            if mandatory {
                let message = format!("`{name}` is mandatory and has a default");
                self.error(default.head, message, "RFC 7950 section 7.6.4");
                return;
            }
            if leaf_list && self.node(id).is_some_and(|node| node.min_elements.unwrap_or(0) > 0) {
                let message = format!("`{name}` has `min-elements` and a default");
                self.error(default.head, message, "RFC 7950 section 7.7.4");
                return;
            }
        }
        if !leaf_list && let [_, second, ..] = own.as_slice() {
            self.error(second.0.head, format!("`{name}` has more than one default"), "RFC 7950 section 7.6.4");
            return;
        }
        let mut made = Vec::new();
        for (default, unit) in defaults {
            if default.argument.is_none() {
                continue;
            }
            match self.value(&typed.type_, default.text(), unit) {
                Ok(value) => {
                    made.push(Default { text: default.text().to_owned(), value, span: default.argument_span() });
                }
                Err(reason) => self.refuse_default(default, &typed.type_, &reason),
            }
        }
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.defaults = made;
        }
    }

    /// RFC 7950 section 7.8.2.
    fn keys(&mut self, id: NodeId) {
        const RULE: &str = "RFC 7950 section 7.8.2";
        let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { return };
        if node.kind != NodeKind::List {
            return;
        }
        let (name, span, config) = (node.name.clone(), node.span, node.config);
        let Some((statement, place)) = draft.key else {
            if config && self.configurable(id) {
                let help = "add `key \"…\";`, or make the list `config false`";
                let diagnostic =
                    Diagnostic::error(format!("list `{name}` is configuration and has no key")).at(span, "");
                self.diagnostics.push(diagnostic.rule(RULE).help(help));
            }
            return;
        };
        let mut keys = Vec::new();
        for word in statement.text().split_ascii_whitespace() {
            let Some(key) = self.leaf_named(id, word, statement, place, RULE) else { continue };
            if keys.contains(&key) {
                self.error(statement.argument_span(), format!("key `{word}` stands here twice"), RULE);
                continue;
            }
            let Some(leaf) = self.node(key) else { continue };
            let problem = if leaf.kind != NodeKind::Leaf {
                Some("is no leaf")
            } else if leaf.config != config && self.configurable(id) {
                Some("differs from its list in `config`")
            } else {
                None
            };
            if let Some(problem) = problem {
                let diagnostic = Diagnostic::error(format!("key `{word}` {problem}")).at(statement.argument_span(), "");
                let diagnostic = diagnostic.with(leaf.span, "the key");
                self.diagnostics.push(diagnostic.rule(RULE));
                continue;
            }
            keys.push(key);
        }
        for key in &keys {
            // Key leafs are always there: a default has no meaning (RFC 7950 section 7.8.2).
            if let Some(leaf) = self.schema.nodes.get_mut(key.0) {
                leaf.defaults.clear();
            }
        }
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.keys = keys;
        }
    }

    fn leaf_named(&mut self, list: NodeId, word: &str, at: &Statement, place: Place, rule: &str) -> Option<NodeId> {
        let span = at.argument_span();
        let (module, name) = self.qualified(word, place.unit, span)?;
        let module = if Some(module) == self.module_of(place.unit) { place.module } else { module };
        let found = self.child(Some(list), module, name);
        if found.is_none() && !self.pruned.contains(&(Some(list), name.to_owned())) {
            let among = self.children_of(Some(list), module).to_vec();
            self.no_child(name, Some(list), &among, span, rule);
        }
        found
    }

    /// RFC 7950 section 7.8.3.
    fn uniques(&mut self, id: NodeId) {
        const RULE: &str = "RFC 7950 section 7.8.3";
        let Some(draft) = self.drafts.get(id.0) else { return };
        for (statement, place) in draft.uniques.clone() {
            let mut leafs = Vec::new();
            for path in statement.text().split_ascii_whitespace() {
                let mut at = Some(id);
                for step in path.split('/') {
                    at = at.and_then(|at| self.leaf_named(at, step, statement, place, RULE));
                }
                let Some((leaf, node)) = at.and_then(|at| Some((at, self.node(at)?))) else { continue };
                if node.kind != NodeKind::Leaf {
                    let message = format!("`{path}` in `unique` is no leaf");
                    let diagnostic = Diagnostic::error(message).at(statement.argument_span(), "");
                    let diagnostic = diagnostic.with(node.span, "this one");
                    self.diagnostics.push(diagnostic.rule(RULE));
                    continue;
                }
                leafs.push(leaf);
            }
            if let Some(node) = self.schema.nodes.get_mut(id.0) {
                node.unique.push(leafs);
            }
        }
    }

    /// RFC 7950 section 7.9.3.
    fn default_case(&mut self, id: NodeId) {
        const RULE: &str = "RFC 7950 section 7.9.3";
        let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { return };
        if node.kind != NodeKind::Choice {
            return;
        }
        let Some((statement, unit)): Option<(&Statement, UnitId)> = draft.defaults.first().copied() else { return };
        let (mandatory, module, name) = (node.mandatory, node.module, node.name.clone());
        if mandatory {
            self.error(statement.head, format!("choice `{name}` is mandatory and has a default"), RULE);
            return;
        }
        let place = Place { unit, scope: None, module, depth: 0 };
        let case = self.leaf_named(id, statement.text(), statement, place, RULE);
        let order = case.map(|case| self.preorder_within(case)).unwrap_or_default();
        if let Some(leaf) = order.iter().filter_map(|id| self.node(*id)).find(|node| node.mandatory) {
            let message = format!("the default case `{}` has a mandatory node", statement.text());
            let diagnostic = Diagnostic::error(message).at(statement.argument_span(), "").with(leaf.span, "mandatory");
            self.diagnostics.push(diagnostic.rule(RULE));
        }
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.default_case = case;
        }
    }

    /// The nodes that exist with a case: not below lists and presence containers.
    fn preorder_within(&self, case: NodeId) -> Vec<NodeId> {
        let mut order = Vec::new();
        let mut open = self.children_of(Some(case), ModuleId(0)).to_vec();
        while let Some(id) = open.pop() {
            let Some(node) = self.node(id) else { continue };
            order.push(id);
            if node.kind == NodeKind::Container && node.presence.is_none() {
                open.extend(node.children.iter().copied());
            }
        }
        order
    }

    fn cardinality(&mut self, id: NodeId) {
        let Some(node) = self.node(id) else { return };
        if let (Some(least), Some(most)) = (node.min_elements, node.max_elements)
            && least > most
        {
            let message = format!("`{}` needs at least {least} and at most {most} entries", node.name);
            let span = node.span;
            self.error(span, message, "RFC 7950 section 7.7.5");
        }
    }

    /// RFC 7950 section 6.2.1: names of siblings differ within a namespace; the data nodes of all cases share that of
    /// the choice's parent.
    fn clashes(&mut self, parent: Option<NodeId>, module: ModuleId) {
        use NodeKind::{Case, Choice};
        let children = self.children_of(parent, module);
        let structure = |kind: NodeKind| kind == NodeKind::Structure;
        let mut siblings: HashMap<(ModuleId, bool, &str), NodeId> = HashMap::with_capacity(children.len());
        let mut found = Vec::new();
        let mut choices = Vec::new();
        for id in children {
            let Some(node) = self.node(*id) else { continue };
            if let Some(first) = siblings.insert((node.module, structure(node.kind), &node.name), *id) {
                found.push((*id, first));
            }
            if node.kind == Choice {
                choices.push(*id);
            }
        }
        let of_choice =
            parent.and_then(|parent| self.node(parent)).is_some_and(|node| matches!(node.kind, Choice | Case));
        let mut open = if of_choice { Vec::new() } else { choices };
        if !open.is_empty() {
            siblings.retain(|_, id| self.node(*id).is_some_and(|node| node.kind != Choice));
        }
        while let Some(holder) = open.pop() {
            for id in self.children_of(Some(holder), module) {
                let Some(node) = self.node(*id) else { continue };
                if matches!(node.kind, Choice | Case) {
                    open.push(*id);
                } else if let Some(first) = siblings.insert((node.module, false, &node.name), *id) {
                    found.push((*id, first));
                }
            }
        }
        for (second, first) in found {
            let (second, first) = (first.max(second), first.min(second));
            let (Some(second), Some(first)) = (self.node(second), self.node(first)) else { continue };
            let message = format!("two siblings are named `{}`", second.name);
            let diagnostic = Diagnostic::error(message).at(second.span, "").with(first.span, "the first is here");
            self.diagnostics.push(diagnostic.rule("RFC 7950 section 6.2.1"));
        }
    }

    /// Groupings that nobody uses are held to the same rules, as far as their types and nested uses go.
    pub(super) fn check_unused_groupings(&mut self) {
        for index in 0..self.schema.modules.len() {
            let module = ModuleId(index);
            if !self.schema.modules.get(index).is_some_and(|module| module.implemented) {
                continue;
            }
            for (unit, text) in self.units(module) {
                let place = Place { unit, scope: None, module, depth: 0 };
                for grouping in text.statement.all("grouping").filter(|grouping| grouping.argument.is_some()) {
                    if !self.used_groupings.contains(&grouping.span) && !self.too_many {
                        let kept = self.schema.modules.get(index).map(|module| module.roots.clone());
                        self.scratch(grouping, place);
                        if let (Some(module), Some(kept)) = (self.schema.modules.get_mut(index), kept) {
                            module.roots = kept;
                        }
                        self.siblings.forget(None, module);
                    }
                }
                for typedef in text.statement.all("typedef").filter(|typedef| typedef.argument.is_some()) {
                    self.typedef(typedef, place, typedef);
                }
            }
        }
        for (typedef, place) in self.local_typedefs() {
            self.typedef(typedef, place, typedef);
        }
    }

    fn scratch(&mut self, grouping: &'a Statement, place: Place) {
        let before = self.children_of(None, place.module).len();
        let inside = self.inside(grouping, place);
        self.resolving.push(grouping.span);
        self.children(grouping, None, inside);
        self.resolving.pop();
        let roots = self.children_of(None, place.module).get(before..).unwrap_or_default().to_vec();
        for id in self.preorder(&roots) {
            self.attach_type(id);
        }
    }
}
