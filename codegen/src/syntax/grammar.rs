//! The statements of YANG as data: RFC 7950 section 14 (and RFC 6020 section 12 where YANG 1 differs).

use std::collections::HashMap;
use std::sync::OnceLock;

use super::argument::Form;
use super::statement::Statement;

/// What may stand in a statement.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(super) form: Form,
    /// Section of RFC 7950 that defines the statement; `RFC … section …` where it is another document.
    section: &'static str,
    pub(super) substatements: Vec<Substatement>,
    /// At least one of these must be there; empty where none need be.
    pub(super) some_of: Vec<&'static str>,
}

/// How often one substatement may stand there.
#[derive(Debug)]
pub(super) struct Substatement {
    pub(super) keyword: &'static str,
    pub(super) required: bool,
    pub(super) repeatable: bool,
    /// Not in YANG 1.
    pub(super) since_1_1: bool,
    /// At most once in YANG 1.
    pub(super) once_in_1: bool,
}

impl Rule {
    /// Whether none of [`Rule::some_of`] is among the substatements.
    pub(super) fn lacks(&self, statement: &Statement) -> bool {
        let counts = |child: &Statement| {
            let name = child.keyword.name.as_str();
            child.keyword.prefix.is_some() || self.some_of.contains(&name) || rule(name).is_none()
        };
        !self.some_of.is_empty() && !statement.children.iter().any(counts)
    }

    /// The document and its section.
    pub(super) fn reference(&self) -> String {
        match self.section.starts_with("RFC") {
            true => self.section.to_owned(),
            false => format!("RFC 7950 section {}", self.section),
        }
    }
}

/// The rule of a statement, if there is such a statement.
pub(super) fn rule(keyword: &str) -> Option<&'static Rule> {
    rules().get(keyword)
}

/// The rule of a statement with that argument: what `deviate` takes depends on it (RFC 7950 section 14).
pub(super) fn rule_for(keyword: &str, argument: &str) -> Option<&'static Rule> {
    let special = match (keyword, argument) {
        ("deviate", "add") => "deviate add",
        ("deviate", "replace") => "deviate replace",
        ("deviate", "delete") => "deviate delete",
        ("deviate", "not-supported") => "deviate not-supported",
        _ => keyword,
    };
    rule(special)
}

/// `RFC 7950 section …` of a statement.
pub(crate) fn section(keyword: &str) -> String {
    rule(keyword).map_or_else(|| "RFC 7950 section 14".to_owned(), Rule::reference)
}

/// Where the canonical order (RFC 7950 section 14, as the productions list them) has a substatement. What defines
/// something has no place: it may stand among the others.
pub(crate) fn canonical_place(parent: &str, keyword: &str) -> Option<usize> {
    #[rustfmt::skip]
    const DEFINING: &[&str] = &[
        "action", "anydata", "anyxml", "augment", "case", "choice", "container", "deviation", "extension", "feature",
        "grouping", "identity", "leaf", "leaf-list", "list", "notification", "rpc", "typedef", "uses",
    ];
    if DEFINING.contains(&keyword) {
        return None;
    }
    // `import` and `include` may be mixed.
    let keyword = if keyword == "include" { "import" } else { keyword };
    rule(parent)?.substatements.iter().position(|one| one.keyword == keyword)
}

/// All keywords, for suggestions.
pub(super) fn keywords() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(keyword, ..)| *keyword).filter(|keyword| !keyword.contains([' ', ':']))
}

fn rules() -> &'static HashMap<&'static str, Rule> {
    static RULES: OnceLock<HashMap<&'static str, Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let row = |(keyword, form, section, substatements): &(&'static str, Form, &'static str, &'static str)| {
            let some_of = substatements.split_ascii_whitespace().filter_map(|word| word.strip_prefix('#'));
            let some_of = some_of.flat_map(members).map(|member| member.keyword).collect();
            (*keyword, Rule { form: *form, section, substatements: read(substatements), some_of })
        };
        TABLE.iter().map(row).collect()
    })
}

/// Reads a column of [`TABLE`]: `?` at most once, `*` any number, `+` at least once, nothing exactly once; `^` before
/// a keyword: YANG 1.1 only; `~`: at most once in YANG 1; `&` before a name: a group of statements; `#`: a group of
/// which at least one must be there.
fn read(text: &'static str) -> Vec<Substatement> {
    let mut substatements = Vec::new();
    for word in text.split_ascii_whitespace() {
        if let Some(group) = word.strip_prefix(['&', '#']) {
            substatements.extend(members(group));
            continue;
        }
        let (since_1_1, word) = word.strip_prefix('^').map_or((false, word), |rest| (true, rest));
        let (once_in_1, word) = word.strip_prefix('~').map_or((false, word), |rest| (true, rest));
        let keyword = word.trim_end_matches(['?', '*', '+']);
        let required = !word.ends_with(['?', '*']);
        let repeatable = word.ends_with(['*', '+']);
        substatements.push(Substatement { keyword, required, repeatable, since_1_1, once_in_1 });
    }
    substatements
}

fn members(group: &str) -> Vec<Substatement> {
    read(GROUPS.iter().find(|(name, _)| *name == group).map_or("", |(_, members)| *members))
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
    ("augmenting", "&data case* &operation"),
    ("augmenting-structure", "&data case*"),
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
    ("augment", Form::Text, "7.17", "when? if-feature* &definition #augmenting"),
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
    ("deviate add", DEVIATE, "7.20.3.2", "units? must* unique* ~default* config? mandatory? min-elements? max-elements?"),
    ("deviate delete", DEVIATE, "7.20.3.2", "units? must* unique* ~default*"),
    ("deviate not-supported", DEVIATE, "7.20.3.2", ""),
    ("deviate replace", DEVIATE, "7.20.3.2", "type? units? ~default* config? mandatory? min-elements? max-elements?"),
    ("deviation", Form::AbsolutePath, "7.20.3", "&doc deviate+"),
    ("enum", Form::Text, "9.6.4", "^if-feature* value? &definition"),
    ("error-app-tag", Form::Text, "7.5.4.2", ""),
    ("error-message", Form::Text, "7.5.4.1", ""),
    ("extension", Form::Identifier, "7.19", "argument? &definition"),
    ("feature", Form::Identifier, "7.20.1", "if-feature* &definition"),
    ("fraction-digits", Form::Natural, "9.3.4", ""),
    ("grouping", Form::Identifier, "7.12", "&definition &local &data &operation"),
    ("identity", Form::Identifier, "7.18", "^if-feature* ~base* &definition"),
    ("if-feature", Form::Text, "7.20.2", ""),
    ("import", Form::Identifier, "7.1.5", "prefix revision-date? ^description? ^reference?"),
    ("include", Form::Identifier, "7.1.6", "revision-date? ^description? ^reference?"),
    ("input", Form::Nothing, "7.14.2", "^must* &local #data"),
    ("key", Form::Text, "7.8.2", ""),
    ("leaf", Form::Identifier, "7.6", "when? if-feature* type units? must* default? config? mandatory? &definition"),
    ("leaf-list", Form::Identifier, "7.7", "when? if-feature* type units? must* ^default* config? min-elements? max-elements? ordered-by? &definition"),
    ("length", Form::Text, "9.4.4", "&error"),
    ("list", Form::Identifier, "7.8", "when? if-feature* must* key? unique* config? min-elements? max-elements? ordered-by? &definition &local #data &operation"),
    ("md:annotation", Form::Identifier, "RFC 7952 section 3", "type if-feature* units? &definition"),
    ("mandatory", Form::Boolean, "7.6.5", ""),
    ("max-elements", Form::MaxElements, "7.7.6", ""),
    ("min-elements", Form::Natural, "7.7.5", ""),
    ("modifier", MODIFIER, "9.4.6", ""),
    ("module", Form::Identifier, "7.1", "yang-version? namespace prefix import* include* &meta revision* &body"),
    ("must", Form::Text, "7.5.3", "&error"),
    ("namespace", Form::Uri, "7.1.3", ""),
    ("notification", Form::Identifier, "7.16", "if-feature* ^must* &definition &local &data"),
    ("ordered-by", ORDERED_BY, "7.7.7", ""),
    ("organization", Form::Text, "7.1.7", ""),
    ("output", Form::Nothing, "7.14.3", "^must* &local #data"),
    ("path", Form::Text, "9.9.2", ""),
    ("pattern", Form::Text, "9.4.5", "^modifier? &error"),
    ("position", Form::Natural, "9.7.4.2", ""),
    ("prefix", Form::Identifier, "7.1.4", ""),
    ("presence", Form::Text, "7.5.5", ""),
    ("rc:yang-data", Form::Text, "RFC 8040 section 8", "&definition &data"),
    ("range", Form::Text, "9.2.4", "&error"),
    ("reference", Form::Text, "7.21.4", ""),
    ("refine", Form::DescendantPath, "7.13.2", "^if-feature* must* presence? ~default* config? mandatory? min-elements? max-elements? &doc"),
    ("require-instance", Form::Boolean, "9.9.3", ""),
    ("revision", Form::Date, "7.1.9", "&doc"),
    ("revision-date", Form::Date, "7.1.5.1", ""),
    ("rpc", Form::Identifier, "7.14", "if-feature* &definition &local input? output?"),
    ("status", STATUS, "7.21.2", ""),
    ("submodule", Form::Identifier, "7.2", "yang-version? belongs-to import* include* &meta revision* &body"),
    ("sx:augment-structure", Form::AbsolutePath, "RFC 8791 section 4", "&definition #augmenting-structure"),
    ("sx:structure", Form::Identifier, "RFC 8791 section 4", "must* &definition &local &data"),
    ("type", Form::Reference, "7.4", "fraction-digits? range? length? pattern* enum* bit* path? ~base* require-instance? type*"),
    ("typedef", Form::Identifier, "7.3", "type units? default? &definition"),
    ("unique", Form::Text, "7.8.3", ""),
    ("units", Form::Text, "7.3.3", ""),
    ("uses", Form::Reference, "7.13", "when? if-feature* &definition refine* augment*"),
    ("value", Form::Integer, "9.6.4.2", ""),
    ("when", Form::Text, "7.21.5", "&doc"),
    ("yang-version", VERSION, "7.1.2", ""),
    ("yin-element", Form::Boolean, "7.19.2.2", ""),
];
