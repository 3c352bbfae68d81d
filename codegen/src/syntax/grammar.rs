//! The statements of YANG as data: RFC 7950 section 14 (and RFC 6020 section 12 where YANG 1 differs).

use std::collections::HashMap;
use std::sync::OnceLock;

use super::argument::Form;

/// What may stand in a statement.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(super) form: Form,
    /// Section of RFC 7950 that defines the statement.
    pub(super) section: &'static str,
    pub(super) substatements: Vec<Substatement>,
}

/// How often one substatement may stand there.
#[derive(Debug)]
pub(super) struct Substatement {
    pub(super) keyword: &'static str,
    pub(super) required: bool,
    pub(super) repeatable: bool,
    /// Not in YANG 1.
    pub(super) since_1_1: bool,
}

/// The rule of a statement, if there is such a statement.
pub(super) fn rule(keyword: &str) -> Option<&'static Rule> {
    rules().get(keyword)
}

/// `RFC 7950 section …` of a statement.
pub(crate) fn section(keyword: &str) -> String {
    format!("RFC 7950 section {}", rule(keyword).map_or("14", |rule| rule.section))
}

/// All keywords, for suggestions.
pub(super) fn keywords() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(keyword, ..)| *keyword)
}

fn rules() -> &'static HashMap<&'static str, Rule> {
    static RULES: OnceLock<HashMap<&'static str, Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let row = |(keyword, form, section, substatements): &(&'static str, Form, &'static str, &'static str)| {
            (*keyword, Rule { form: *form, section, substatements: read(substatements) })
        };
        TABLE.iter().map(row).collect()
    })
}

/// Reads a column of [`TABLE`]: `?` at most once, `*` any number, `+` at least once, nothing exactly once; `^` before
/// a keyword: YANG 1.1 only; `&` before a name: a group of statements.
fn read(text: &'static str) -> Vec<Substatement> {
    let mut substatements = Vec::new();
    for word in text.split_ascii_whitespace() {
        if let Some(group) = word.strip_prefix('&') {
            let members = GROUPS.iter().find(|(name, _)| *name == group).map_or("", |(_, members)| *members);
            substatements.extend(read(members));
            continue;
        }
        let (since_1_1, word) = word.strip_prefix('^').map_or((false, word), |rest| (true, rest));
        let keyword = word.trim_end_matches(['?', '*', '+']);
        let required = !word.ends_with(['?', '*']);
        let repeatable = word.ends_with(['*', '+']);
        substatements.push(Substatement { keyword, required, repeatable, since_1_1 });
    }
    substatements
}

const GROUPS: &[(&str, &str)] = &[
    ("data", "container* leaf* leaf-list* list* choice* ^anydata* anyxml* uses*"),
    ("doc", "description? reference?"),
    ("definition", "status? description? reference?"),
    ("meta", "organization? contact? description? reference?"),
    ("body", "extension* feature* identity* typedef* grouping* &data augment* rpc* notification* deviation*"),
    ("error", "error-message? error-app-tag? description? reference?"),
    ("local", "typedef* grouping*"),
    ("operation", "^action* ^notification*"),
];

const ORDERED_BY: Form = Form::OneOf(&["system", "user"]);
const STATUS: Form = Form::OneOf(&["current", "deprecated", "obsolete"]);
const VERSION: Form = Form::OneOf(&["1", "1.1"]);
const MODIFIER: Form = Form::OneOf(&["invert-match"]);
const DEVIATE: Form = Form::OneOf(&["not-supported", "add", "replace", "delete"]);

/// Statement, argument, section, substatements.
#[rustfmt::skip]
const TABLE: &[(&str, Form, &str, &str)] = &[
    ("action", Form::Identifier, "7.15", "if-feature* &definition &local input? output?"),
    ("anydata", Form::Identifier, "7.10", "when? if-feature* must* config? mandatory? &definition"),
    ("anyxml", Form::Identifier, "7.11", "when? if-feature* must* config? mandatory? &definition"),
    ("argument", Form::Identifier, "7.19.2", "yin-element?"),
    ("augment", Form::Text, "7.17", "when? if-feature* &definition &data case* &operation"),
    ("base", Form::Reference, "7.18.2", ""),
    ("belongs-to", Form::Identifier, "7.2.2", "prefix"),
    ("bit", Form::Identifier, "9.7.4", "^if-feature* position? &definition"),
    ("case", Form::Identifier, "7.9.2", "when? if-feature* &definition &data"),
    ("choice", Form::Identifier, "7.9", "when? if-feature* default? config? mandatory? &definition ^choice* container* leaf* leaf-list* list* case* ^anydata* anyxml*"),
    ("config", Form::Boolean, "7.21.1", ""),
    ("contact", Form::Text, "7.1.8", ""),
    ("container", Form::Identifier, "7.5", "when? if-feature* must* presence? config? &definition &local &data &operation"),
    ("default", Form::Text, "7.6.4", ""),
    ("description", Form::Text, "7.21.3", ""),
    ("deviate", DEVIATE, "7.20.3.2", "type? units? must* unique* default* config? mandatory? min-elements? max-elements?"),
    ("deviation", Form::AbsolutePath, "7.20.3", "&doc deviate+"),
    ("enum", Form::Text, "9.6.4", "^if-feature* value? &definition"),
    ("error-app-tag", Form::Text, "7.5.4.2", ""),
    ("error-message", Form::Text, "7.5.4.1", ""),
    ("extension", Form::Identifier, "7.19", "argument? &definition"),
    ("feature", Form::Identifier, "7.20.1", "if-feature* &definition"),
    ("fraction-digits", Form::Natural, "9.3.4", ""),
    ("grouping", Form::Identifier, "7.12", "&definition &local &data &operation"),
    ("identity", Form::Identifier, "7.18", "^if-feature* base* &definition"),
    ("if-feature", Form::Text, "7.20.2", ""),
    ("import", Form::Identifier, "7.1.5", "prefix revision-date? ^description? ^reference?"),
    ("include", Form::Identifier, "7.1.6", "revision-date? ^description? ^reference?"),
    ("input", Form::Nothing, "7.14.2", "^must* &local &data"),
    ("key", Form::Text, "7.8.2", ""),
    ("leaf", Form::Identifier, "7.6", "when? if-feature* type units? must* default? config? mandatory? &definition"),
    ("leaf-list", Form::Identifier, "7.7", "when? if-feature* type units? must* ^default* config? min-elements? max-elements? ordered-by? &definition"),
    ("length", Form::Text, "9.4.4", "&error"),
    ("list", Form::Identifier, "7.8", "when? if-feature* must* key? unique* config? min-elements? max-elements? ordered-by? &definition &local &data &operation"),
    ("mandatory", Form::Boolean, "7.6.5", ""),
    ("max-elements", Form::Text, "7.7.6", ""),
    ("min-elements", Form::Natural, "7.7.5", ""),
    ("modifier", MODIFIER, "9.4.6", ""),
    ("module", Form::Identifier, "7.1", "yang-version? namespace prefix import* include* &meta revision* &body"),
    ("must", Form::Text, "7.5.3", "&error"),
    ("namespace", Form::Text, "7.1.3", ""),
    ("notification", Form::Identifier, "7.16", "if-feature* ^must* &definition &local &data"),
    ("ordered-by", ORDERED_BY, "7.7.7", ""),
    ("organization", Form::Text, "7.1.7", ""),
    ("output", Form::Nothing, "7.14.3", "^must* &local &data"),
    ("path", Form::Text, "9.9.2", ""),
    ("pattern", Form::Text, "9.4.5", "^modifier? &error"),
    ("position", Form::Natural, "9.7.4.2", ""),
    ("prefix", Form::Identifier, "7.1.4", ""),
    ("presence", Form::Text, "7.5.5", ""),
    ("range", Form::Text, "9.2.4", "&error"),
    ("reference", Form::Text, "7.21.4", ""),
    ("refine", Form::DescendantPath, "7.13.2", "^if-feature* must* presence? default* config? mandatory? min-elements? max-elements? &doc"),
    ("require-instance", Form::Boolean, "9.9.3", ""),
    ("revision", Form::Date, "7.1.9", "&doc"),
    ("revision-date", Form::Date, "7.1.5.1", ""),
    ("rpc", Form::Identifier, "7.14", "if-feature* &definition &local input? output?"),
    ("status", STATUS, "7.21.2", ""),
    ("submodule", Form::Identifier, "7.2", "yang-version? belongs-to import* include* &meta revision* &body"),
    ("type", Form::Reference, "7.4", "fraction-digits? range? length? pattern* enum* bit* path? base* require-instance? type*"),
    ("typedef", Form::Identifier, "7.3", "type units? default? &definition"),
    ("unique", Form::Text, "7.8.3", ""),
    ("units", Form::Text, "7.3.3", ""),
    ("uses", Form::Reference, "7.13", "when? if-feature* &definition refine* augment*"),
    ("value", Form::Integer, "9.6.4.2", ""),
    ("when", Form::Text, "7.21.5", "&doc"),
    ("yang-version", VERSION, "7.1.2", ""),
    ("yin-element", Form::Boolean, "7.19.2.2", ""),
];
