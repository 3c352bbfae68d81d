//! Function calls: where they lead, and arguments that can't be right.

use std::rc::Rc;

use super::super::compiled::{Type, TypeKind};
use super::super::compiler::DEPTH_LIMIT;
use super::super::types::Typed;
use super::evaluate::{Evaluation, Nodes, Value};
use super::judge::Question;
use super::tree::Position;
use crate::diagnostic::{Diagnostic, suggest};
use crate::xpath::{ExprId, Function};

impl<'a> Evaluation<'_, 'a> {
    pub(super) fn call(&mut self, function: Function, arguments: &[ExprId], at: &Nodes) -> Value {
        let first = arguments.first().copied();
        let second = arguments.get(1).copied();
        match (function, first, second) {
            (Function::Current, ..) => {
                let at = vec![self.site.initial];
                return Value::Nodes(Nodes { at, ..Nodes::default() });
            }
            (Function::True, ..) => return Value::Boolean(true),
            (Function::False, ..) => return Value::Boolean(false),
            (Function::Deref, Some(argument), _) => {
                let nodes = self.nodes(argument, at);
                return Value::Nodes(self.deref(argument, &nodes));
            }
            (Function::Boolean | Function::Not, Some(argument), _) => {
                let truth = self.value(argument, at).truth();
                return truth.map_or(Value::Varies, |truth| Value::Boolean(truth != (function == Function::Not)));
            }
            (Function::DerivedFrom | Function::DerivedFromOrSelf, Some(argument), Some(identity)) => {
                self.need(function, argument, at, "identityref", |kind| matches!(kind, TypeKind::Identityref { .. }));
                if let Value::String(text) = self.value(identity, at) {
                    self.identity(&text, identity);
                }
                return Value::Varies;
            }
            (Function::BitIsSet, Some(argument), Some(bit)) => {
                let nodes = self.need(function, argument, at, "bits", |kind| matches!(kind, TypeKind::Bits { .. }));
                if let Value::String(text) = self.value(bit, at) {
                    self.bit(&nodes, &text, bit);
                }
                return Value::Varies;
            }
            (Function::EnumValue, Some(argument), _) => {
                let kind = |kind: &TypeKind| matches!(kind, TypeKind::Enumeration { .. });
                self.need(function, argument, at, "enumeration", kind);
                return Value::Varies;
            }
            _ => {}
        }
        for argument in arguments {
            self.value(*argument, at);
        }
        match function {
            Function::Id => Value::Nodes(Nodes::unknown()),
            _ => Value::Varies,
        }
    }

    /// The type of the leaf at a position.
    pub(super) fn leaf_type(&self, position: Position) -> Option<Rc<Typed<'a>>> {
        let Position::Node(id) = position else { return None };
        self.compiler.drafts.get(id.0)?.typed.clone()
    }

    /// The type at the end of a chain of leafrefs; `None` where one leads nowhere.
    pub(super) fn referred(&self, type_: &Type) -> Option<Rc<Typed<'a>>> {
        let TypeKind::Leafref { target: Some(mut at), .. } = type_.kind else { return None };
        for _ in 0..DEPTH_LIMIT {
            let typed = self.leaf_type(Position::Node(at))?;
            match typed.type_.kind {
                TypeKind::Leafref { target, .. } => at = target?,
                _ => return Some(typed),
            }
        }
        None
    }

    /// The types that a leaf's values may be of: itself, or the members of a union.
    fn members<'t>(&self, positions: &[Position], typed: &'t mut Vec<Rc<Typed<'a>>>) -> Vec<&'t Type> {
        typed.extend(positions.iter().filter_map(|position| self.leaf_type(*position)));
        let members = |typed: &'t Rc<Typed<'a>>| match &typed.type_.kind {
            TypeKind::Union { members } => members.iter().collect(),
            _ => vec![&typed.type_],
        };
        typed.iter().flat_map(members).collect()
    }

    /// Whether a type, or a member of it, or what it refers to, is of a kind; true where that can't be told.
    fn any_kind(&self, type_: &Type, is: &dyn Fn(&TypeKind) -> bool) -> bool {
        match &type_.kind {
            kind if is(kind) => true,
            TypeKind::Union { members } => members.iter().any(|member| self.any_kind(member, is)),
            TypeKind::Leafref { .. } => self.referred(type_).is_none_or(|end| self.any_kind(&end.type_, is)),
            _ => false,
        }
    }

    /// The first of the nodes, where none has a leaf of that kind.
    fn none_is(&self, nodes: &Nodes, is: &dyn Fn(&TypeKind) -> bool) -> Option<String> {
        if nodes.open {
            return None;
        }
        let wrong = |position: &Position| match position {
            Position::Root => true,
            Position::Node(id) if self.compiler.is_opaque(*id) => false,
            position => self.leaf_type(*position).is_none_or(|typed| !self.any_kind(&typed.type_, is)),
        };
        let first = nodes.at.first().filter(|_| nodes.at.iter().all(wrong))?;
        let Position::Node(id) = first else { return Some("the root".into()) };
        self.compiler.node(*id).map(|node| format!("`{}`", node.name))
    }

    /// Evaluates an argument that makes sense for leafs of one type only.
    fn need(
        &mut self,
        function: Function,
        argument: ExprId,
        at: &Nodes,
        type_: &str,
        is: impl Fn(&TypeKind) -> bool,
    ) -> Nodes {
        let nodes = self.nodes(argument, at);
        let place = self.site.xpath.expression.extent(argument);
        let wrong = self.none_is(&nodes, &is);
        self.judge(place, Question::Value, wrong.is_some(), |this| {
            let name = wrong.unwrap_or_default();
            let message = format!("`{}` has no use for {name}, whose type is no {type_}", function.name());
            Diagnostic::warning(message).at(this.span(place), "").rule("RFC 7950 section 10")
        });
        nodes
    }

    /// RFC 7950 section 10.3.1.
    fn deref(&mut self, argument: ExprId, nodes: &Nodes) -> Nodes {
        let mut to = Nodes { at: Vec::new(), open: nodes.open, elsewhere: true };
        let mut typed = Vec::new();
        for type_ in self.members(&nodes.at, &mut typed) {
            match type_.kind {
                TypeKind::Leafref { target: Some(target), .. } => to.at.push(Position::Node(target)),
                TypeKind::Leafref { target: None, .. } | TypeKind::InstanceIdentifier { .. } => to.open = true,
                _ => {}
            }
        }
        to.open |=
            nodes.at.iter().any(|position| matches!(position, Position::Node(id) if self.compiler.is_opaque(*id)));
        self.arrive(&mut to);
        let place = self.site.xpath.expression.extent(argument);
        let is = |kind: &TypeKind| matches!(kind, TypeKind::Leafref { .. } | TypeKind::InstanceIdentifier { .. });
        let wrong = self.none_is(nodes, &is).filter(|_| to.at.is_empty());
        to.open |= to.at.is_empty();
        self.judge(place, Question::Value, wrong.is_some(), |this| {
            let name = wrong.unwrap_or_default();
            let message = format!("`deref` finds nothing: {name} is no leafref and no instance-identifier");
            Diagnostic::warning(message).at(this.span(place), "").rule("RFC 7950 section 10.3.1")
        });
        to
    }

    /// RFC 7950 section 10.4.1: without a prefix the identity is the current module's.
    fn identity(&mut self, text: &str, argument: ExprId) {
        let place = self.site.xpath.expression.extent(argument);
        let unit = self.site.unit;
        let rule = "RFC 7950 section 10.4";
        let (prefix, name) = text.split_once(':').map_or((None, text), |(prefix, name)| (Some(prefix), name));
        let own = self.compiler.unit(unit);
        let module = match prefix {
            Some(prefix) => own.and_then(|unit| unit.prefixes.get(prefix).copied()),
            None => own.map(|unit| unit.module),
        };
        let broken = own.is_some_and(|unit| unit.broken.iter().any(|broken| Some(broken.as_str()) == prefix));
        let known = module.is_some_and(|module| self.compiler.identities.contains_key(&(module, name)));
        self.judge(place, Question::Value, !known && !broken, |this| {
            let warn = |message: String| Diagnostic::warning(message).at(this.span(place), "").rule(rule);
            let Some(module) = module else {
                let prefix = prefix.unwrap_or_default();
                let names = this.compiler.unit(unit).map(|unit| unit.prefixes.keys().map(String::as_str));
                let near = names.and_then(|names| suggest(prefix, names)).map(|near| format!("did you mean `{near}`?"));
                let diagnostic = warn(format!("the prefix `{prefix}` in this identity is not declared"));
                return near.map_or(diagnostic.clone(), |near| diagnostic.help(near));
            };
            let mut names: Vec<&str> = Vec::new();
            let mut elsewhere = None;
            for (known, identity) in this.compiler.identities.keys() {
                if *known == module {
                    names.push(identity);
                } else if *identity == name {
                    let prefixes = this.compiler.unit(unit).map(|unit| &unit.prefixes);
                    let prefix = prefixes.and_then(|prefixes| prefixes.iter().find(|(_, other)| *other == known));
                    elsewhere = elsewhere.or(prefix.map(|(prefix, _)| format!("{prefix}:{name}")));
                }
            }
            names.sort_unstable();
            let near = elsewhere.or_else(|| suggest(name, names.into_iter()).map(str::to_owned));
            let diagnostic = warn(format!("module `{}` has no identity `{name}`", this.compiler.module_name(module)));
            match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            }
        });
    }

    fn bit(&mut self, nodes: &Nodes, text: &str, argument: ExprId) {
        let mut typed = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for type_ in self.members(&nodes.at, &mut typed) {
            match &type_.kind {
                TypeKind::Bits { bits } => names.extend(bits.iter().map(|(_, name)| name.clone())),
                TypeKind::Leafref { .. } => return,
                _ => {}
            }
        }
        let place = self.site.xpath.expression.extent(argument);
        // A bit may be missing because a feature is.
        let sure = !nodes.open && !names.is_empty() && self.compiler.features.is_empty();
        let wrong = sure && !names.iter().any(|name| name == text);
        self.judge(place, Question::Value, wrong, |this| {
            let diagnostic = Diagnostic::warning(format!("there is no bit `{text}`")).at(this.span(place), "");
            let diagnostic = diagnostic.rule("RFC 7950 section 10.6.1");
            match suggest(text, names.iter().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            }
        });
    }
}
