//! What is wrong with a document, in parts: where, what a device would answer, the rule with its section, what the model
//! says, and what would mend it.

use comi_runtime::coreconf::{Failure, sids};
use comi_runtime::datastore::{EditError, Reason};
use comi_runtime::schema::{Message, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{InstanceIdentifier, Violation};
use serde_json::{Value, json};

use super::unread::Unread;

/// What is wrong, in parts.
pub(super) struct Wrong {
    /// The instance.
    path: Option<String>,
    /// The identities of ietf-coreconf that a device answers.
    tag: &'static str,
    app_tag: Option<&'static str>,
    /// In words.
    message: String,
    /// The statement that is broken, and where RFC 7950 says so.
    rule: Option<Value>,
    /// What the model says: `error-app-tag` and `error-message`.
    model: Option<Value>,
    /// What would mend it.
    cure: Option<String>,
}

/// A document that could not be read.
pub(super) fn unread(message: String) -> Wrong {
    Wrong { path: None, tag: "invalid-value", app_tag: None, message, rule: None, model: None, cure: None }
}

/// The same in parts, of a value or node that could not be read.
pub(super) fn refused(schema: &Schema, unread: &Unread) -> Wrong {
    let row = unread.failure.row();
    let path = unread.at.as_ref().map(|at| path(schema, at));
    let statement = match unread.failure {
        Failure::InvalidLength => Some(("length", "9.4.4")),
        Failure::NotInRange => Some(("range", "9.2.4")),
        Failure::NotMatched => Some(("pattern", "9.4.5")),
        _ => None,
    };
    Wrong {
        path,
        tag: sids::identity_name(row.tag).unwrap_or("invalid-value"),
        app_tag: sids::identity_name(row.app_tag),
        message: unread.to_string(),
        rule: statement.map(|(statement, section)| {
            json!({ "statement": statement, "argument": null, "section": format!("RFC 7950 section {section}") })
        }),
        model: unread.said.map(said),
        cure: None,
    }
}

fn path(schema: &Schema, at: &InstanceIdentifier) -> String {
    match text::print_path(schema, at, PathForm::Predicates) {
        path if path.is_empty() => "/".to_owned(),
        path => path,
    }
}

/// What the model says, its two parts apart.
fn said(message: &Message) -> Value {
    let part = |text: &'static str| (!text.is_empty()).then_some(text);
    json!({ "error-app-tag": part(message.app_tag), "error-message": part(message.text) })
}

pub(super) fn wrong(schema: &Schema, error: &EditError) -> Wrong {
    let row = Failure::from(&error.reason).row();
    let name = |sid: u32| sids::identity_name(sid);
    Wrong {
        path: error.at.as_ref().map(|at| path(schema, at)),
        tag: name(row.tag).unwrap_or("operation-failed"),
        app_tag: name(row.app_tag),
        message: error.words().into_owned(),
        rule: rule(&error.reason).map(|(statement, expression, section)| {
            json!({ "statement": statement, "argument": expression, "section": format!("RFC 7950 section {section}") })
        }),
        model: error.message.map(said),
        cure: cure(&error.reason),
    }
}

/// The statement that a reason is about, its argument where it is known, and its section.
fn rule(reason: &Reason) -> Option<(&'static str, Option<&'static str>, &'static str)> {
    Some(match reason {
        Reason::BadElement => ("choice", None, "7.9"),
        Reason::ConditionFalse(rule) => ("when", Some(rule.expression), "7.21.5"),
        Reason::DataNotUnique => ("unique", None, "7.8.3"),
        Reason::DuplicateEntry => ("list", None, "7.8.2"),
        Reason::InstanceRequired => ("require-instance", None, "9.9.3"),
        Reason::InvalidValue(Violation::Length(_)) => ("length", None, "9.4.4"),
        Reason::InvalidValue(Violation::Pattern(_)) => ("pattern", None, "9.4.5"),
        Reason::InvalidValue(Violation::Range) => ("range", None, "9.2.4"),
        Reason::InvalidValue(_) | Reason::InvalidDatatype => ("type", None, "9"),
        Reason::MissingChoice => ("mandatory", None, "7.9.4"),
        Reason::MissingElement => ("mandatory", None, "7.6.5"),
        Reason::MissingKey => ("key", None, "7.8.2"),
        Reason::MustViolation(rule) => ("must", Some(rule.expression), "7.5.3"),
        Reason::StateNode => ("config", None, "7.21.1"),
        Reason::TooFewElements => ("min-elements", None, "7.7.5"),
        Reason::TooManyElements => ("max-elements", None, "7.7.6"),
        _ => return None,
    })
}

fn cure(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::BadElement => "keep the nodes of one case, remove those of the others".to_owned(),
        Reason::ConditionFalse(rule) => format!("remove it, or make its condition true: {}", rule.expression),
        Reason::DataNotUnique => "give the entries different values".to_owned(),
        Reason::DuplicateEntry => "remove one of the two".to_owned(),
        Reason::InstanceRequired => "create what it refers to, or refer to something else".to_owned(),
        Reason::MissingChoice => "add a node of one of its cases".to_owned(),
        Reason::MissingElement | Reason::MissingKey => "add it".to_owned(),
        Reason::MustViolation(rule) => format!("change what the expression looks at: {}", rule.expression),
        Reason::StateNode => "remove it, or check with --type data".to_owned(),
        Reason::TooFewElements => "add entries".to_owned(),
        Reason::TooManyElements => "remove entries".to_owned(),
        _ => return None,
    })
}

impl Wrong {
    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "path": self.path, "error-tag": self.tag, "error-app-tag": self.app_tag,
            "message": self.message, "rule": self.rule, "model": self.model, "cure": self.cure,
        })
    }

    /// For people: its lines, the first of them behind the file's name.
    pub(super) fn lines(&self, file: &str) -> String {
        let mut lines = format!("{file}: {}\n", self.line());
        if let Some(rule) = &self.rule {
            let text = |name: &str| rule.get(name).and_then(Value::as_str);
            let argument = text("argument").map(|argument| format!(" {argument:?}")).unwrap_or_default();
            let (statement, section) = (text("statement").unwrap_or(""), text("section").unwrap_or(""));
            lines.push_str(&format!("  rule: {statement}{argument}, {section}\n"));
        }
        if let Some(cure) = &self.cure {
            lines.push_str(&format!("  cure: {cure}\n"));
        }
        lines
    }

    /// Where and what.
    pub(super) fn line(&self) -> String {
        match &self.path {
            Some(path) if !self.message.contains(path.as_str()) => format!("{path}: {}", self.message),
            _ => self.message.clone(),
        }
    }
}
