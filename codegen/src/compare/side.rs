//! One side of a comparison: the schema, and what was written for it.

use std::collections::HashMap;

use crate::context::Compiled;
use crate::schema::Text;
use crate::schema::compiled::{ModuleId, Node, NodeId, NodeKind, Schema};
use crate::source::Span;
use crate::syntax::Statement;

pub(super) struct Side<'a> {
    pub(super) schema: &'a Schema,
    pub(super) texts: &'a [Text],
    pub(super) asked: &'a [ModuleId],
    /// By the place of their head, which a node knows.
    statements: HashMap<Span, &'a Statement>,
    prefixes: HashMap<ModuleId, HashMap<&'a str, &'a str>>,
}

impl<'a> Side<'a> {
    pub(super) fn new(compiled: &'a Compiled) -> Side<'a> {
        let schema = &compiled.schema;
        let mut statements = HashMap::new();
        let mut prefixes: HashMap<ModuleId, HashMap<&str, &str>> = HashMap::new();
        for text in &compiled.texts {
            let own = prefixes.entry(text.module).or_default();
            for (prefix, module) in &text.prefixes {
                if let Some(module) = schema.module(*module) {
                    own.entry(prefix.as_str()).or_insert(module.name.as_str());
                }
            }
            let mut open = vec![&text.statement];
            while let Some(statement) = open.pop() {
                statements.insert(statement.head, statement);
                open.extend(&statement.children);
            }
        }
        Side { schema, texts: &compiled.texts, asked: &compiled.asked, statements, prefixes }
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&'a Node> {
        self.schema.node(id)
    }

    pub(super) fn module_name(&self, id: ModuleId) -> &'a str {
        self.schema.module(id).map_or("", |module| module.name.as_str())
    }

    pub(super) fn statement(&self, span: Span) -> Option<&'a Statement> {
        self.statements.get(&span).copied()
    }

    /// Where a property of a node stands; else the node. In a `type` too.
    pub(super) fn place(&self, of: Span, keyword: &str) -> Option<Span> {
        let statement = self.statement(of);
        let found = statement.and_then(|statement| {
            let typed = statement.child("type").and_then(|child| child.child(keyword));
            statement.child(keyword).or(typed)
        });
        Some(found.map_or(of, |found| found.head))
    }

    /// An expression with module names for prefixes and single spaces: prefixes may change (bullet 24).
    pub(super) fn expand(&self, expression: &str, scope: ModuleId) -> String {
        let prefixes = self.prefixes.get(&scope);
        let mut text = String::with_capacity(expression.len());
        let mut quote: Option<char> = None;
        let mut word = String::new();
        let mut letters = expression.chars().peekable();
        while let Some(letter) = letters.next() {
            if let Some(open) = quote {
                text.push(letter);
                quote = quote.filter(|_| letter != open);
                continue;
            }
            if letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.') {
                word.push(letter);
                continue;
            }
            let axis = letters.peek() == Some(&':');
            match prefixes.and_then(|prefixes| prefixes.get(word.as_str())).filter(|_| letter == ':' && !axis) {
                Some(module) => text.push_str(module),
                None => text.push_str(&word),
            }
            word.clear();
            match letter {
                '\'' | '"' => {
                    quote = Some(letter);
                    text.push(letter);
                }
                letter if letter.is_whitespace() => {
                    if !text.ends_with(' ') {
                        text.push(' ');
                    }
                }
                ':' if axis => {
                    letters.next();
                    text.push_str("::");
                }
                letter => text.push(letter),
            }
        }
        text.push_str(&word);
        text.trim().to_owned()
    }

    /// A mandatory node (RFC 7950 section 3).
    pub(super) fn is_mandatory(&self, id: NodeId) -> bool {
        let Some(node) = self.node(id) else { return false };
        match node.kind {
            NodeKind::Leaf | NodeKind::Choice | NodeKind::Anydata | NodeKind::Anyxml => node.mandatory,
            NodeKind::List | NodeKind::LeafList => node.min_elements.unwrap_or(0) > 0,
            NodeKind::Container => {
                node.presence.is_none() && node.children.iter().any(|child| self.is_mandatory(*child))
            }
            _ => false,
        }
    }

    /// The path of a node with module names, choices and cases included.
    pub(super) fn path(&self, id: NodeId) -> String {
        let mut steps = Vec::new();
        let mut at = self.node(id);
        while let Some(node) = at {
            steps.push(node);
            at = node.parent.and_then(|parent| self.node(parent));
        }
        let (mut path, mut namespace) = (String::new(), None);
        for node in steps.into_iter().rev() {
            path.push('/');
            if namespace.replace(node.module) != Some(node.module) {
                path.push_str(self.module_name(node.module));
                path.push(':');
            }
            path.push_str(&node.name);
        }
        path
    }
}
