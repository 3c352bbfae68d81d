//! Phase 3: data definition statements to nodes. What needs the whole tree is left in the node's draft.

use super::compiled::{Extension, ModuleId, Must, Node, NodeId, NodeKind, When};
use super::compiler::{Compiler, DEPTH_LIMIT, Draft, NODE_LIMIT, Place};
use super::definitions::status;
use super::load::UnitId;
use crate::diagnostic::Diagnostic;
use crate::syntax::Statement;

/// The kind of node that a statement makes.
pub(super) fn node_kind(keyword: &str) -> Option<NodeKind> {
    Some(match keyword {
        "action" => NodeKind::Action,
        "anydata" => NodeKind::Anydata,
        "anyxml" => NodeKind::Anyxml,
        "case" => NodeKind::Case,
        "choice" => NodeKind::Choice,
        "container" => NodeKind::Container,
        "leaf" => NodeKind::Leaf,
        "leaf-list" => NodeKind::LeafList,
        "list" => NodeKind::List,
        "notification" => NodeKind::Notification,
        "rpc" => NodeKind::Rpc,
        _ => return None,
    })
}

impl<'a> Compiler<'a> {
    /// The nodes that a module defines, after those of the submodules that it includes; structures last.
    pub(super) fn module_nodes(&mut self, module: ModuleId) {
        let mut texts: Vec<_> = self.units(module).enumerate().collect();
        let own = texts.len().min(1);
        texts.rotate_left(own);
        for (number, (id, unit)) in texts.iter().copied() {
            let place = Place { unit: id, scope: None, module, depth: 0 };
            let before = self.children_of(None, module).len();
            self.children(&unit.statement, None, place);
            self.belong(module, number, before);
        }
        for (number, (id, unit)) in texts {
            let place = Place { unit: id, scope: None, module, depth: 0 };
            let before = self.children_of(None, module).len();
            for statement in &unit.statement.children {
                if self.is_extension(statement, id, "ietf-yang-structure-ext", "structure")
                    || self.is_extension(statement, id, "ietf-restconf", "yang-data")
                {
                    self.structure(statement, place);
                }
            }
            self.belong(module, number, before);
        }
    }

    /// Remembers that the top-level nodes from the one numbered `before` are those of a submodule (text 0 is the
    /// module's own).
    fn belong(&mut self, module: ModuleId, text: usize, before: usize) {
        let Some(own) = self.schema.modules.get_mut(module.0) else { return };
        let submodule = text.checked_sub(1).and_then(|index| own.submodules.get_mut(index));
        if let Some(submodule) = submodule {
            submodule.roots.extend(own.roots.get(before..).into_iter().flatten());
        }
    }

    /// Whether a statement is that extension of that module.
    pub(super) fn is_extension(&self, statement: &Statement, unit: UnitId, module: &str, name: &str) -> bool {
        let Some(prefix) = &statement.keyword.prefix else { return false };
        let defining = self.unit(unit).and_then(|unit| unit.prefixes.get(prefix));
        statement.keyword.name == name && defining.is_some_and(|defining| self.module_name(*defining) == module)
    }

    /// RFC 8791 section 4.1, RFC 8040 section 8.
    fn structure(&mut self, statement: &'a Statement, place: Place) {
        if statement.argument.is_some()
            && let Some(id) = self.add(NodeKind::Structure, statement, None, place)
        {
            let defining = statement.keyword.prefix.as_ref();
            let defining = defining.and_then(|prefix| self.unit(place.unit)?.prefixes.get(prefix).copied());
            let extension = Extension {
                module: defining.map_or(String::new(), |module| self.module_name(module).to_owned()),
                name: statement.keyword.name.clone(),
                argument: Some(statement.text().to_owned()),
                children: Vec::new(),
                span: statement.head,
            };
            if let Some(node) = self.schema.nodes.get_mut(id.0) {
                node.extensions.insert(0, extension);
            }
            let inside = self.inside(statement, place);
            self.children(statement, Some(id), inside);
            if statement.keyword.name == "yang-data" {
                self.check_yang_data(statement, id);
            }
        }
    }

    /// The nodes that the data definitions in a statement make, put under `parent`.
    pub(super) fn children(&mut self, statement: &'a Statement, parent: Option<NodeId>, place: Place) {
        for child in statement.children.iter().filter(|child| child.keyword.prefix.is_none()) {
            if child.is("uses") {
                self.uses(child, parent, place);
            } else if let Some(kind) = node_kind(&child.keyword.name) {
                self.definition(kind, child, parent, place);
            } else if !crate::syntax::is_keyword(&child.keyword.name) {
                self.incomplete.insert(parent);
            }
        }
    }

    fn definition(&mut self, kind: NodeKind, statement: &'a Statement, parent: Option<NodeId>, place: Place) {
        if statement.argument.is_none() {
            return;
        }
        if !self.features_hold(statement, place.unit) {
            self.pruned.insert((parent, statement.text().to_owned()));
            return;
        }
        if place.depth >= DEPTH_LIMIT {
            self.tell_too_deep(statement.head, "nodes and groupings are nested");
            return;
        }
        let shorthand = kind != NodeKind::Case
            && parent.and_then(|parent| self.node(parent)).is_some_and(|parent| parent.kind == NodeKind::Choice);
        let parent = match shorthand {
            // RFC 7950 section 7.9.2: a data definition right below a choice stands in a case of the same name.
            true => {
                let mut case = Node::new(NodeKind::Case, statement.text(), place.module, statement.head);
                case.status = status(statement);
                match self.push(case, parent, place) {
                    Some(case) => Some(case),
                    None => return,
                }
            }
            false => parent,
        };
        if matches!(kind, NodeKind::Action | NodeKind::Notification) && !self.operation_allowed(statement, parent) {
            return;
        }
        let Some(id) = self.add(kind, statement, parent, place) else { return };
        let inside = self.inside(statement, place);
        match kind {
            NodeKind::Rpc | NodeKind::Action => {
                for (kind, name) in [(NodeKind::Input, "input"), (NodeKind::Output, "output")] {
                    match statement.child(name) {
                        Some(half) => {
                            if let Some(id) = self.add(kind, half, Some(id), inside) {
                                let inside = self.inside(half, inside);
                                self.children(half, Some(id), inside);
                            }
                        }
                        // RFC 7950 section 7.14: both are there even where not written.
                        None => {
                            self.push(Node::new(kind, name, place.module, statement.head), Some(id), inside);
                        }
                    }
                }
            }
            NodeKind::Leaf | NodeKind::LeafList | NodeKind::Anydata | NodeKind::Anyxml => {}
            _ => self.children(statement, Some(id), inside),
        }
    }

    /// RFC 7950 sections 7.15 and 7.16: an action or notification of data is tied to a data node that can be named.
    fn operation_allowed(&mut self, statement: &Statement, parent: Option<NodeId>) -> bool {
        let holder = parent.and_then(|parent| self.node(parent)).map(|node| (node.kind, node.name.clone(), node.span));
        let keyword = statement.keyword.name.as_str();
        let out_of_place = match &holder {
            Some((NodeKind::Case | NodeKind::Choice, name, span)) => Some((format!("`{name}`"), Some(*span))),
            // The grammar tells what is written there; a grouping is looked at where it is used.
            None if keyword == "action" && !self.placeless && !self.resolving.is_empty() => {
                Some(("the top level".to_owned(), None))
            }
            _ => None,
        };
        if let Some((place, span)) = out_of_place {
            let message = format!("{keyword} `{}` may not stand in {place}", statement.text());
            let mut diagnostic = Diagnostic::error(message).at(statement.head, "");
            if let Some(span) = span {
                diagnostic = diagnostic.with(span, "a choice holds data alone");
            }
            self.diagnostics.push(diagnostic.rule(crate::syntax::section(keyword)));
            return false;
        }
        let mut at = parent;
        while let Some((id, node)) = at.and_then(|id| Some((id, self.node(id)?))) {
            let reason = match node.kind {
                NodeKind::Rpc | NodeKind::Action => "it is an operation itself",
                NodeKind::Notification => "it is a notification",
                NodeKind::List if self.drafts.get(id.0).is_some_and(|draft| draft.key.is_none()) => "it has no key",
                _ => {
                    at = node.parent;
                    continue;
                }
            };
            let message = format!("{keyword} `{}` may not stand in `{}`", statement.text(), node.name);
            let diagnostic = Diagnostic::error(message).at(statement.head, "").with(node.span, reason);
            self.diagnostics.push(diagnostic.rule(crate::syntax::section(keyword)));
            return false;
        }
        true
    }

    /// A node with what its own statement says.
    fn add(
        &mut self,
        kind: NodeKind,
        statement: &'a Statement,
        parent: Option<NodeId>,
        place: Place,
    ) -> Option<NodeId> {
        let name = match kind {
            NodeKind::Input => "input",
            NodeKind::Output => "output",
            _ => statement.text(),
        };
        let mut node = Node::new(kind, name, place.module, statement.head);
        node.status = status(statement);
        node.if_features = statement.all("if-feature").map(|feature| feature.text().to_owned()).collect();
        node.user_ordered = statement.child_text("ordered-by") == Some("user");
        node.units = statement.child_text("units").map(str::to_owned);
        let id = self.push(node, parent, place)?;
        if let Some(draft) = self.drafts.get_mut(id.0) {
            draft.statement = Some(statement);
        }
        for child in statement.children.iter().filter(|child| child.keyword.prefix.is_none()) {
            self.property(id, child, place);
        }
        let module = self.unit(place.unit).map_or(place.module, |unit| unit.module);
        let on_parent = matches!(kind, NodeKind::Choice | NodeKind::Case);
        let whens = statement.all("when").map(|when| self::when(when, module, on_parent));
        let (whens, extensions) = (whens.collect(), self.extensions(statement, place.unit));
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.whens = whens;
            node.extensions = extensions;
        }
        Some(id)
    }

    /// A property that `refine` and `deviate` can change too: the new one replaces the old one, `must` is added.
    pub(super) fn property(&mut self, id: NodeId, statement: &'a Statement, place: Place) {
        let scope = self.unit(place.unit).map_or(place.module, |unit| unit.module);
        let must = statement.is("must").then(|| must(statement, scope));
        let text = || statement.text().to_owned();
        let (Some(node), Some(draft)) = (self.schema.nodes.get_mut(id.0), self.drafts.get_mut(id.0)) else { return };
        let span = statement.head;
        match statement.keyword.name.as_str() {
            "config" => draft.config = Some((statement.text() == "true", span)),
            "default" => draft.defaults.push((statement, place.unit)),
            "description" => node.description = Some(text()),
            "key" => draft.key = Some((statement, place)),
            "mandatory" => {
                node.mandatory = statement.text() == "true";
                draft.mandatory = Some((node.mandatory, span));
            }
            "max-elements" => match statement.text() {
                "unbounded" => node.max_elements = None,
                number => match number.parse() {
                    Ok(number) if number > 0 => node.max_elements = Some(number),
                    _ => self.tell_too_large(statement),
                },
            },
            "min-elements" => match statement.text().parse() {
                Ok(number) => node.min_elements = Some(number),
                Err(_) => self.tell_too_large(statement),
            },
            "must" => node.musts.extend(must),
            "presence" => node.presence = Some(text()),
            "reference" => node.reference = Some(text()),
            "type" => draft.type_ = Some((statement, place)),
            "unique" => draft.uniques.push((statement, place)),
            "units" => node.units = Some(text()),
            _ => {}
        }
    }

    /// Tells of a number of entries beyond 32 bits; what is no number the grammar has told.
    fn tell_too_large(&mut self, statement: &Statement) {
        if statement.text().len() > 9 && statement.text().bytes().all(|byte| byte.is_ascii_digit()) {
            let rule = crate::syntax::section(&statement.keyword.name);
            self.error(statement.argument_span(), "the number is larger than Comi can count", &rule);
        }
    }

    /// Puts a node into the tree; none beyond the limit, which is told once.
    fn push(&mut self, mut node: Node, parent: Option<NodeId>, place: Place) -> Option<NodeId> {
        if self.schema.nodes.len() >= NODE_LIMIT {
            if !std::mem::replace(&mut self.too_many, true) {
                let message = format!("the schema has more than {NODE_LIMIT} nodes");
                let diagnostic = Diagnostic::error(message).at(node.span, "the first one too many");
                let help = "groupings that use other groupings several times grow exponentially";
                self.diagnostics.push(diagnostic.help(help));
            }
            return None;
        }
        let id = NodeId(self.schema.nodes.len());
        node.parent = parent;
        match parent {
            Some(parent) => self.schema.nodes.get_mut(parent.0)?.children.push(id),
            None => self.schema.modules.get_mut(place.module.0)?.roots.push(id),
        }
        self.schema.nodes.push(node);
        self.drafts.push(Draft {
            place,
            type_: None,
            config: None,
            mandatory: None,
            defaults: Vec::new(),
            statement: None,
            key: None,
            uniques: Vec::new(),
            typed: None,
        });
        Some(id)
    }
}

/// A `when`.
pub(super) fn when(statement: &Statement, scope: ModuleId, on_parent: bool) -> When {
    When {
        expression: statement.text().to_owned(),
        scope,
        xpath: None,
        namespace: scope,
        reads: None,
        on_parent,
        span: statement.argument_span(),
    }
}

/// A `must`.
pub(super) fn must(statement: &Statement, scope: ModuleId) -> Must {
    Must {
        expression: statement.text().to_owned(),
        scope,
        xpath: None,
        namespace: scope,
        reads: None,
        error_message: statement.child_text("error-message").map(str::to_owned),
        error_app_tag: statement.child_text("error-app-tag").map(str::to_owned),
        span: statement.argument_span(),
    }
}
