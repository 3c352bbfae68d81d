//! A definition's elements as [`Object`]s. What is missing or written otherwise than OMA's schema has it is mended with
//! a warning where one reading is plain, and an error where it is not.

use std::collections::HashMap;

use super::names;
use super::object::{DataType, Object, Operations, Places, Resource};
use super::text::{from_definition, lines, to_definition, words};
use super::xml::{Element, with_root};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceId, SourceMap, Span};
use crate::syntax::is_uri;

/// After so many errors the rest is not told.
const MOST_ERRORS: usize = 50;
const SCHEMA: &str = "OMA's schema LWM2M.xsd";

/// An object, where its parts stand, and the notice that its file begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The object.
    pub object: Object,
    /// Where its parts stand.
    pub places: Places,
    /// Lines of the file's first comment from "Copyright" on: who may do what with the text.
    pub notice: Vec<String>,
}

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The objects that it defines. With an error among the diagnostics they are not to be used.
    pub definitions: Vec<Definition>,
    /// What there is to say of it.
    pub diagnostics: Vec<Diagnostic>,
    /// It is well-formed XML of another kind: a list of objects, or of reusable resources.
    pub is_other: bool,
}

/// The objects that a text defines.
#[must_use]
pub fn read(sources: &SourceMap, id: SourceId) -> Reading {
    let mut reader = Reader { diagnostics: Vec::new(), is_other: false };
    let text = sources.source(id).map_or("", |source| source.text());
    match with_root(text, id, |root| reader.root(root)) {
        Ok(definitions) => {
            let Reader { diagnostics, is_other } = reader;
            Reading { definitions, diagnostics, is_other }
        }
        Err(error) => Reading { definitions: Vec::new(), diagnostics: vec![*error], is_other: false },
    }
}

struct Reader {
    diagnostics: Vec<Diagnostic>,
    is_other: bool,
}

/// The elements in one, by name.
struct Parts<'a> {
    of: Element<'a>,
    named: HashMap<&'a str, Element<'a>>,
}

impl Parts<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.named.get(name).map(|element| element.text())
    }

    /// Of an element that may be missing: of the one around it then.
    fn span(&self, name: &str) -> Span {
        self.named.get(name).map_or_else(|| self.of.head(), |element| element.content())
    }
}

const OBJECT_PARTS: &[&str] = &[
    "Name",
    "Description1",
    "ObjectID",
    "ObjectURN",
    "LWM2MVersion",
    "ObjectVersion",
    "MultipleInstances",
    "Mandatory",
    "Resources",
    "Description2",
];
const RESOURCE_PARTS: &[&str] =
    &["Name", "Operations", "MultipleInstances", "Mandatory", "Type", "RangeEnumeration", "Units", "Description"];

impl Reader {
    fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(message).at(span, "").rule(SCHEMA).help(help));
    }

    fn warning(&mut self, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(message).at(span, ""));
    }

    fn full(&self) -> bool {
        let errors = self.diagnostics.iter().filter(|one| one.severity == Severity::Error);
        errors.count() >= MOST_ERRORS || self.diagnostics.len() >= 20 * MOST_ERRORS
    }

    fn root(&mut self, root: Element<'_>) -> Vec<Definition> {
        if root.name() != "LWM2M" {
            self.is_other = true;
            let help = match root.name() {
                "DDFList" => "this is the registry's list of objects; give the files that it names",
                _ => "a definition begins with <LWM2M><Object ObjectType=\"MODefinition\">",
            };
            self.error(root.head(), format!("<{}> is no definition of LwM2M objects", root.name()), help);
            return Vec::new();
        }
        let notice = notice(root);
        let mut found = Vec::new();
        for element in root.children() {
            if self.full() {
                break;
            }
            match (element.name(), element.attribute("ObjectType")) {
                ("Object", Some("CommonResources")) => {
                    self.is_other = true;
                    let help = "reusable resources belong to no object; give the definitions of objects that use them";
                    self.error(element.head(), "the file lists reusable resources, and no object", help);
                }
                ("Object", kind) => {
                    if kind != Some("MODefinition") {
                        self.warning(element.head(), "ObjectType is not MODefinition; read as if it were");
                    }
                    if let Some((object, places)) = self.object(element) {
                        found.push(Definition { object, places, notice: notice.clone() });
                    }
                }
                (other, _) => self.warning(element.head(), format!("<{other}> is unknown, and left out")),
            }
        }
        if found.is_empty() && self.diagnostics.iter().all(|one| one.severity != Severity::Error) {
            self.error(root.head(), "there is no object in it", "a definition has an <Object> in <LWM2M>");
        }
        found
    }

    /// The elements in one; those that are unknown or stand twice are told.
    fn parts<'a>(&mut self, of: Element<'a>, known: &[&str]) -> Parts<'a> {
        let mut named = HashMap::new();
        for element in of.children() {
            if !known.contains(&element.name()) {
                self.warning(element.head(), format!("<{}> is unknown here, and left out", element.name()));
            } else if named.contains_key(element.name()) {
                self.warning(element.head(), format!("<{}> stands here twice; the first counts", element.name()));
            } else {
                if element.name() != "Resources"
                    && let Some(inside) = element.children().next()
                {
                    self.warning(inside.head(), format!("<{}> is read as the text that is in it", inside.name()));
                }
                named.insert(element.name(), element);
            }
        }
        Parts { of, named }
    }

    fn object(&mut self, element: Element<'_>) -> Option<(Object, Places)> {
        let parts = self.parts(element, OBJECT_PARTS);
        let name = words(&parts.text("Name").unwrap_or_default());
        if name.is_empty() {
            self.error(parts.span("Name"), "the object has no name", "write a <Name> with a text");
        }
        let id = self.id(&parts.text("ObjectID").unwrap_or_default(), parts.span("ObjectID"), "<ObjectID>3</ObjectID>");
        let (urn, version) = self.versions(&parts, id);
        let mut object = Object {
            id: id.unwrap_or_default(),
            name,
            urn,
            version,
            enabler_version: self.enabler_version(&parts),
            multiple: self.multiple(&parts),
            mandatory: self.mandatory(&parts),
            description: to_definition(&from_definition(&parts.text("Description1").unwrap_or_default())),
            notes: to_definition(&from_definition(&parts.text("Description2").unwrap_or_default())),
            resources: Vec::new(),
        };
        let mut places = Places { object: parts.span("Name"), resources: Vec::new() };
        let mut known: HashMap<u16, Span> = HashMap::new();
        for item in parts.named.get("Resources").into_iter().flat_map(|resources| resources.children()) {
            if self.full() {
                break;
            }
            if item.name() != "Item" {
                self.warning(item.head(), format!("<{}> is unknown here, and left out", item.name()));
                continue;
            }
            let Some((resource, place)) = self.resource(item) else { continue };
            if let Some(first) = known.get(&resource.id) {
                let message = format!("two resources have the id {}", resource.id);
                let error = Diagnostic::error(message).at(item.head(), "here").with(*first, "and here");
                self.diagnostics.push(error.help("give one of them an id of its own"));
                continue;
            }
            known.insert(resource.id, item.head());
            object.resources.push(resource);
            places.resources.push(place);
        }
        if object.resources.is_empty() && !self.full() {
            self.warning(parts.span("Resources"), "the object has no resources");
        }
        id.map(|_| (object, places))
    }

    fn id(&mut self, text: &str, span: Span, example: &str) -> Option<u16> {
        // LwM2M Core 1.2 section 7.1: 65535 is reserved, MAX_ID.
        let id = text.trim().parse().ok().filter(|id| *id != u16::MAX);
        if id.is_none() {
            let message = match text.trim() {
                "" => "the id is missing".to_owned(),
                other => format!("{other:?} is no id: ids are 0 to 65534"),
            };
            self.error(span, message, format!("write {example}"));
        }
        id
    }

    /// URN and version; each tells the other where it is missing.
    fn versions(&mut self, parts: &Parts<'_>, known_id: Option<u16>) -> (String, String) {
        let urn = words(&parts.text("ObjectURN").unwrap_or_default());
        let stated = words(&parts.text("ObjectVersion").unwrap_or_default());
        let id = known_id.unwrap_or_default();
        let fields: Vec<&str> = urn.split(':').collect();
        let in_urn = match fields.as_slice() {
            ["urn", "oma", "lwm2m", _, own, version @ ..] => {
                if known_id.is_some() && *own != id.to_string() {
                    let message = format!("the URN names object {own}, the definition object {id}; both are kept");
                    self.warning(parts.span("ObjectURN"), message);
                }
                version.first().copied()
            }
            _ => None,
        };
        let version = match (stated.as_str(), in_urn) {
            ("", in_urn) => in_urn.filter(|version| is_version(version)).unwrap_or("1.0").to_owned(),
            (stated, in_urn) => {
                if in_urn.is_some_and(|version| version != stated) {
                    let message = format!("the URN is that of another version than {stated}; both are kept");
                    self.warning(parts.span("ObjectURN"), message);
                }
                if is_version(stated) {
                    stated.to_owned()
                } else {
                    let span = parts.span("ObjectVersion");
                    self.warning(span, format!("{stated:?} is no version such as 1.0; taken as 1.0"));
                    "1.0".to_owned()
                }
            }
        };
        if is_uri(&urn) {
            // LwM2M Core 1.2 section 7.2.2.
            if !urn.starts_with("urn:oma:lwm2m:") {
                let message = format!("{urn} is not the URN of an object, such as {}; kept", names::urn(id, &version));
                self.warning(parts.span("ObjectURN"), message);
            }
            return (urn, version);
        }
        let missing = if urn.is_empty() { "there is no URN".to_owned() } else { format!("{urn:?} is no URN") };
        let urn = names::urn(id, &version);
        self.warning(parts.span("ObjectURN"), format!("{missing}; taken as {urn}"));
        (urn, version)
    }

    fn enabler_version(&mut self, parts: &Parts<'_>) -> String {
        let stated = words(&parts.text("LWM2MVersion").unwrap_or_default());
        if stated.is_empty() || is_version(&stated) {
            return if stated.is_empty() { "1.0".to_owned() } else { stated };
        }
        self.warning(parts.span("LWM2MVersion"), format!("{stated:?} is no version such as 1.0; taken as 1.0"));
        "1.0".to_owned()
    }

    fn multiple(&mut self, parts: &Parts<'_>) -> bool {
        self.one_of(parts, "MultipleInstances", ["Single", "Multiple"])
    }

    fn mandatory(&mut self, parts: &Parts<'_>) -> bool {
        self.one_of(parts, "Mandatory", ["Optional", "Mandatory"])
    }

    /// Whether it is the second word.
    fn one_of(&mut self, parts: &Parts<'_>, name: &str, [first, second]: [&str; 2]) -> bool {
        let text = words(&parts.text(name).unwrap_or_default());
        if text == first || text == second {
            return text == second;
        }
        let answer = text.eq_ignore_ascii_case(second);
        let taken = if answer { second } else { first };
        self.warning(parts.span(name), format!("<{name}> is {text:?}, neither {first} nor {second}; taken as {taken}"));
        answer
    }

    fn resource(&mut self, item: Element<'_>) -> Option<(Resource, (Span, Span))> {
        let parts = self.parts(item, RESOURCE_PARTS);
        let id = self.id(item.attribute("ID").unwrap_or_default(), item.head(), "<Item ID=\"5700\">")?;
        let mut name = words(&parts.text("Name").unwrap_or_default());
        if name.is_empty() {
            name = format!("Resource {id}");
            self.warning(parts.span("Name"), format!("the resource has no name; called {name:?}"));
        }
        let operations = self.operations(&parts);
        let mut multiple = self.multiple(&parts);
        let data_type = self.data_type(&parts, operations);
        if operations == Operations::Execute && multiple {
            self.warning(parts.span("MultipleInstances"), "what is executed has no instances; taken as Single");
            multiple = false;
        }
        let units = words(&parts.text("Units").unwrap_or_default());
        let resource = Resource {
            id,
            name,
            operations,
            multiple,
            mandatory: self.mandatory(&parts),
            data_type,
            range: lines(&parts.text("RangeEnumeration").unwrap_or_default()).join("\n"),
            units: if operations == Operations::Execute { String::new() } else { units.clone() },
            description: to_definition(&from_definition(&parts.text("Description").unwrap_or_default())),
        };
        if resource.units != units {
            self.warning(parts.span("Units"), "what is executed has no unit; left out");
        }
        Some((resource, (parts.span("Name"), parts.span("RangeEnumeration"))))
    }

    fn operations(&mut self, parts: &Parts<'_>) -> Operations {
        let text = words(&parts.text("Operations").unwrap_or_default());
        if let Some(exact) = Operations::ALL.into_iter().find(|one| one.letters() == text) {
            if text.is_empty() && !parts.named.contains_key("Operations") {
                self.warning(
                    parts.span("Operations"),
                    "<Operations> is missing; taken as none, for bootstrapping alone",
                );
            }
            return exact;
        }
        let mut letters: Vec<char> = text.chars().filter(char::is_ascii_alphabetic).collect();
        letters.iter_mut().for_each(char::make_ascii_uppercase);
        letters.sort_unstable();
        letters.dedup();
        let letters: String = letters.into_iter().collect();
        let meant = match text.to_ascii_lowercase().as_str() {
            "read" => Some(Operations::Read),
            "write" => Some(Operations::Write),
            "execute" | "exec" => Some(Operations::Execute),
            "none" | "-" | "n/a" => Some(Operations::None),
            _ => Operations::ALL.into_iter().find(|one| !letters.is_empty() && one.letters() == letters),
        };
        let span = parts.span("Operations");
        match meant {
            Some(meant) => {
                let letters = meant.letters();
                self.warning(span, format!("the operations {text:?} are taken as {letters:?}"));
                meant
            }
            None => {
                let help = "write R, W, RW or E, or nothing for a resource of the bootstrap interface";
                self.error(span, format!("{text:?} are no operations that a resource can have"), help);
                Operations::None
            }
        }
    }

    fn data_type(&mut self, parts: &Parts<'_>, operations: Operations) -> DataType {
        let text = words(&parts.text("Type").unwrap_or_default());
        let span = parts.span("Type");
        if let Some(exact) = DataType::ALL.into_iter().find(|one| one.word() == text) {
            if exact == DataType::None && operations != Operations::Execute {
                self.warning(span, "a resource with a value has no type; taken as String");
            }
            return exact;
        }
        let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let meant = match letters.to_ascii_lowercase().as_str() {
            "string" | "text" => DataType::String,
            "int" | "integer" | "int8" | "int16" | "int32" | "int64" | "enum" | "enumeration" => DataType::Integer,
            "unsigned" | "uint" | "unsignedint" | "unsignedinteger" | "uint8" | "uint16" | "uint32" | "uint64" => {
                DataType::Unsigned
            }
            "float" | "double" | "decimal" | "float32" | "float64" => DataType::Float,
            "bool" | "boolean" => DataType::Boolean,
            "opaque" | "binary" | "bytes" => DataType::Opaque,
            "time" | "timestamp" | "datetime" => DataType::Time,
            "objlnk" | "objectlink" | "objlink" => DataType::Objlnk,
            "corelnk" | "corelink" => DataType::Corelnk,
            "none" | "na" | "" => DataType::None,
            _ => DataType::String,
        };
        let taken = match meant {
            DataType::None if operations == Operations::Execute => "none",
            DataType::None => "String",
            other => other.word(),
        };
        self.warning(span, format!("{text:?} is no type of LwM2M; taken as {taken}"));
        meant
    }
}

/// `1.0`, `2.1`.
fn is_version(text: &str) -> bool {
    let number = |text: &str| text.parse::<u8>().is_ok();
    text.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor))
}

/// The lines of the first comment that has a copyright in it, from there on, with their common indentation taken off.
fn notice(root: Element<'_>) -> Vec<String> {
    const LONGEST: usize = 200;
    let Some(comment) = root.comments().find(|comment| comment.contains("Copyright")) else { return Vec::new() };
    let lines: Vec<&str> = comment.lines().map(str::trim).skip_while(|line| !line.contains("Copyright")).collect();
    let kept = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines.into_iter().take(kept.min(LONGEST)).map(words).collect()
}
