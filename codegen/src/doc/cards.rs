//! The card of a node: all that is known of it.

use comi_sid::Namespace;

use super::html::{code, fragment, link, text};
use super::{Document, SECTIONS};
use crate::schema::compiled::{Extension, ModuleId, Node, NodeId, NodeKind, Status};
use crate::sid_items::sid_path;

/// The module whose extensions give LwM2M ids.
const LWM2M: &str = "comi-lwm2m";

/// How a kind is coloured.
pub(super) fn group(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Action | NodeKind::Rpc | NodeKind::Input | NodeKind::Output => "operation",
        NodeKind::Notification => "event",
        NodeKind::Case | NodeKind::Choice => "choice",
        NodeKind::Container | NodeKind::List | NodeKind::Structure => "inner",
        NodeKind::Anydata | NodeKind::Anyxml | NodeKind::Leaf | NodeKind::LeafList => "leaf",
    }
}

pub(super) fn status(status: Status) -> Option<&'static str> {
    match status {
        Status::Current => None,
        Status::Deprecated => Some("deprecated"),
        Status::Obsolete => Some("obsolete"),
    }
}

impl Document<'_> {
    pub(super) fn nodes(&mut self, module: ModuleId) {
        let Some(own) = self.schema.module(module) else { return };
        for (title, key, kinds) in SECTIONS {
            let roots = self.roots(own, kinds);
            self.section(title, &format!("{key}={}", own.name), &roots);
        }
        let augments = self.augments(module);
        for (index, (target, nodes)) in augments.iter().enumerate() {
            let anchor = if index == 0 { format!("augments={}", own.name) } else { String::new() };
            self.out.raw(&format!("<h2{}>Augments <code>", id_attribute(&anchor)));
            let path = text(&sid_path(self.schema, *target));
            self.out.raw(&format!("{path}</code></h2>\n"));
            for id in nodes {
                self.card(*id);
            }
        }
    }

    fn section(&mut self, title: &str, anchor: &str, roots: &[NodeId]) {
        if roots.is_empty() {
            return;
        }
        self.out.raw(&format!("<h2{}>{title}</h2>\n", id_attribute(anchor)));
        for id in roots {
            self.card(*id);
        }
    }

    fn card(&mut self, id: NodeId) {
        let Some(node) = self.schema.node(id) else { return };
        if self.shown.get_mut(id.0).is_none_or(|shown| std::mem::replace(shown, true)) {
            return;
        }
        self.title(id, node);
        if let Some(description) = &node.description {
            self.out.prose(description);
        }
        self.out.raw("<dl>\n");
        self.facts(id, node);
        self.out.raw("</dl></section>\n");
        for child in self.children(node) {
            self.card(child);
        }
    }

    fn title(&mut self, id: NodeId, node: &Node) {
        let anchor = self.anchors.of(id).to_owned();
        let (before, last) = anchor.rsplit_once('/').map_or(("", anchor.as_str()), |(before, last)| (before, last));
        let (group, keyword) = (group(node.kind), node.kind.keyword());
        let old = if node.status == Status::Current { "" } else { " old" };
        self.out.raw(&format!(
            "<section class=\"card {group}{old}\"{}>\n<h3><span class=\"kind\">{keyword}</span> <a class=\"path\" \
             href=\"{}\"><span>{}/</span><b>{}</b></a>",
            id_attribute(&anchor),
            fragment(&anchor),
            text(before),
            text(last)
        ));
        let mut flags: Vec<&str> = Vec::new();
        let data = matches!(group, "leaf" | "inner") && self.in_data(node);
        flags.extend(data.then_some(if node.config { "read-write" } else { "read-only" }));
        flags.extend((node.mandatory || node.min_elements.unwrap_or(0) > 0).then_some("mandatory"));
        let parent = node.parent.and_then(|parent| self.schema.node(parent));
        flags.extend(parent.is_some_and(|parent| parent.keys.contains(&id)).then_some("key"));
        flags.extend(node.presence.is_some().then_some("presence"));
        flags.extend(status(node.status));
        for flag in flags {
            self.out.raw(&format!(" <span class=\"flag {flag}\">{flag}</span>"));
        }
        if let Some(sid) = self.sid(node.module, Namespace::Data, &sid_path(self.schema, id)) {
            let choice = matches!(node.kind, NodeKind::Choice | NodeKind::Case);
            if !choice {
                self.out.raw(&format!(" <span class=\"sid\" title=\"SID\">SID {sid}</span>"));
            }
        }
        self.out.raw("</h3>\n");
    }

    fn in_data(&self, node: &Node) -> bool {
        let mut at = Some(node);
        while let Some(node) = at {
            if !matches!(group(node.kind), "leaf" | "inner" | "choice") || node.kind == NodeKind::Structure {
                return false;
            }
            at = node.parent.and_then(|parent| self.schema.node(parent));
        }
        true
    }

    pub(super) fn sid(&self, module: ModuleId, namespace: Namespace, identifier: &str) -> Option<u64> {
        let module = self.schema.module(module)?;
        self.sids?.sid(&module.name, namespace, identifier).map(|sid| sid.number())
    }

    fn facts(&mut self, id: NodeId, node: &Node) {
        if let Some(type_) = &node.type_ {
            let markup = self.type_(type_, node);
            self.out.row("Type", &markup);
        }
        let list = |values: Vec<String>| values.join(", ");
        if !node.defaults.is_empty() {
            self.out.row("Default", &list(node.defaults.iter().map(|default| code(&default.text)).collect()));
        }
        if let Some(case) = node.default_case.and_then(|case| self.schema.node(case)) {
            self.out.row("Default", &code(&case.name));
        }
        if let Some(units) = &node.units {
            self.out.row("Units", &text(units));
        }
        if !node.keys.is_empty() {
            let key = |key: &NodeId| Some(link(self.anchors.of(*key), &code(&self.schema.node(*key)?.name)));
            let keys = node.keys.iter().filter_map(key).collect();
            self.out.row("Keys", &list(keys));
        }
        for unique in &node.unique {
            let leaf = |id: &NodeId| Some(link(self.anchors.of(*id), &code(&self.schema.node(*id)?.name)));
            let leafs = unique.iter().filter_map(leaf).collect();
            self.out.row("Unique", &list(leafs));
        }
        match (node.min_elements.unwrap_or(0), node.max_elements) {
            (0, None) => {}
            (low, Some(high)) => self.out.row("Entries", &format!("{low} to {high}")),
            (low, None) => self.out.row("Entries", &format!("at least {low}")),
        }
        if node.user_ordered {
            self.out.row("Ordered by", "user");
        }
        if let Some(presence) = node.presence.as_ref().filter(|presence| !presence.is_empty()) {
            self.out.row("Presence", &text(presence));
        }
        for must in &node.musts {
            let mut markup = code(&must.expression);
            if let Some(message) = &must.error_message {
                markup.push_str(&format!("<br><span class=\"quiet\">otherwise: {}</span>", text(message)));
            }
            if let Some(tag) = &must.error_app_tag {
                markup.push_str(&format!(" <span class=\"quiet\">({})</span>", text(tag)));
            }
            self.out.row("Must", &markup);
        }
        for when in &node.whens {
            self.out.row("When", &code(&when.expression));
        }
        for condition in &node.if_features {
            let markup = self.condition(condition, node.module);
            self.out.row("If feature", &markup);
        }
        self.lwm2m(id, node);
        for extension in node.extensions.iter().filter(|extension| extension.module != LWM2M) {
            self.out.row("Extension", &code(&written(extension)));
        }
        if let Some(reference) = &node.reference {
            self.out.row("Reference", &text(reference));
        }
    }

    /// A condition; one that is a feature's name leads to it.
    pub(super) fn condition(&self, condition: &str, module: ModuleId) -> String {
        let name = condition.rsplit(':').next().unwrap_or(condition);
        let own = self.schema.module(module).filter(|own| own.features.iter().any(|feature| feature.name == name));
        match own.filter(|_| self.compiled.asked.contains(&module)) {
            Some(own) => link(&format!("feature={}:{name}", own.name), &code(condition)),
            None => code(condition),
        }
    }

    fn lwm2m(&mut self, id: NodeId, node: &Node) {
        let mark = |node: &Node, name: &str| {
            let found = node.extensions.iter().find(|mark| mark.module == LWM2M && mark.name == name);
            found.and_then(|mark| mark.argument.clone())
        };
        if let Some(resource) = mark(node, "resource") {
            let mut at = self.schema.node(id).and_then(|node| node.parent).and_then(|id| self.schema.node(id));
            while let Some(above) = at.filter(|above| mark(above, "object").is_none()) {
                at = above.parent.and_then(|id| self.schema.node(id));
            }
            if let Some(object) = at.and_then(|above| mark(above, "object")) {
                self.out.row("LwM2M", &code(&format!("/{object}/*/{resource}")));
            }
        } else if let Some(object) = mark(node, "object") {
            self.out.row("LwM2M", &code(&format!("/{object}")));
        }
        let told = ["object", "resource"];
        for extension in
            node.extensions.iter().filter(|mark| mark.module == LWM2M && !told.contains(&mark.name.as_str()))
        {
            self.out.row("LwM2M", &code(&written(extension)));
        }
    }
}

fn id_attribute(anchor: &str) -> String {
    if anchor.is_empty() { String::new() } else { format!(" id=\"{}\"", text(anchor)) }
}

/// An extension statement, with the module that defines it.
fn written(extension: &Extension) -> String {
    let mut statement = format!("{}:{}", extension.module, extension.name);
    if let Some(argument) = &extension.argument {
        statement.push_str(&format!(" {argument}"));
    }
    if !extension.children.is_empty() {
        let inside: Vec<String> = extension.children.iter().map(written).collect();
        statement.push_str(&format!(" {{ {} }}", inside.join("; ")));
    }
    statement
}
