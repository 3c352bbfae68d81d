//! The YANG module of an object. The rules are those of the mapping, and permanent: names, kinds of nodes and types
//! decide what a SID stands for.

use std::collections::HashSet;

use super::names;
use super::object::{DataType, Object, Operations, Places, Resource};
use super::text::{Block, from_definition, is_item, to_yang, words};
use super::types::yang_type;
use crate::diagnostic::Diagnostic;

/// What a module says that no definition has.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The revision of the module, `YYYY-MM-DD`.
    pub revision: String,
    /// Revisions before that one, newest first, each with its description.
    pub earlier: Vec<(String, String)>,
    /// Lines of a comment at the top: the notice of the definition's file.
    pub notice: Vec<String>,
    /// Leave out the wording of the definition: descriptions say no more than names and what numbers mean.
    pub facts_only: bool,
}

/// A module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YangModule {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What was assumed, as warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Objects whose resources a server reads and the bootstrap interface writes.
const PROVISIONED: [u16; 2] = [1, 2];
/// Stands before what the numbers of a range text mean, where the description doesn't tell.
pub(super) const LABELS: &str = "Values:";
/// No line is longer where its words allow it.
const WIDTH: usize = 72;

/// The module of an object; `places` are those of its definition, if it comes from one.
#[must_use]
pub fn module(object: &Object, places: Option<&Places>, options: &Options) -> YangModule {
    let own = names::object_identifier(&object.name);
    let name = match own.as_str() {
        "" => format!("lwm2m-{}", object.id),
        own => format!("lwm2m-{own}-{}", object.id),
    };
    let mut writer = Writer { object, places, options, text: String::new(), depth: 0, diagnostics: Vec::new() };
    writer.module(&name, &names::starting_with_a_letter(&own, object.id));
    YangModule { name, text: writer.text, diagnostics: writer.diagnostics }
}

struct Writer<'a> {
    object: &'a Object,
    places: Option<&'a Places>,
    options: &'a Options,
    text: String,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.text.push_str(&"  ".repeat(self.depth));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    fn open(&mut self, line: &str) {
        self.line(&format!("{line} {{"));
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    /// A statement whose argument is a text in quotes, on the line of its keyword where there is room.
    fn quoted(&mut self, keyword: &str, lines: &[String]) {
        let escaped = |line: &String| line.replace('\\', "\\\\").replace('"', "\\\"");
        if let [only] = lines {
            let short = format!("{keyword} \"{}\";", escaped(only));
            if 2 * self.depth + short.chars().count() <= WIDTH || only.is_empty() {
                return self.line(&short);
            }
        }
        self.line(keyword);
        self.depth += 1;
        for (index, line) in lines.iter().enumerate() {
            let start = if index == 0 { "\"" } else { " " };
            let end = if index + 1 == lines.len() { "\";" } else { "" };
            let line = format!("{start}{}{end}", escaped(line));
            self.line(line.trim_end());
        }
        self.depth -= 1;
    }

    fn short(&mut self, keyword: &str, argument: &str) {
        self.quoted(keyword, &[argument.to_owned()]);
    }

    fn blocks(&mut self, keyword: &str, blocks: &[Block]) {
        // Indented once more, and behind a quote.
        let lines = to_yang(blocks, WIDTH.saturating_sub(2 * self.depth + 3).max(30));
        if !lines.is_empty() {
            self.quoted(keyword, &lines);
        }
    }

    fn notice(&mut self) {
        if self.options.facts_only || self.options.notice.is_empty() {
            return;
        }
        self.line("/*");
        let indented = |line: &String| format!("  {}", line.replace("*/", "* /"));
        let lines: Vec<String> = self.options.notice.iter().map(indented).collect();
        lines.iter().for_each(|line| self.line(line.trim_end()));
        self.line("*/");
    }

    fn module(&mut self, name: &str, own: &str) {
        let object = self.object;
        self.notice();
        self.open(&format!("module {name}"));
        self.line("yang-version 1.1;");
        self.short("namespace", &object.urn);
        self.line(&format!("prefix o{};", object.id));
        self.line("");
        self.open("import comi-lwm2m");
        self.line("prefix lw;");
        self.close();
        self.line("");
        let holder = self.holder();
        self.short("organization", &holder);
        self.short("contact", "https://github.com/OpenMobileAlliance/lwm2m-registry");
        let mut about = vec![Block::Paragraph(self.headline())];
        if !self.options.facts_only {
            about.extend(from_definition(&object.notes));
        }
        self.blocks("description", &about);
        self.line("");
        self.revisions();
        self.line("");
        self.short("lw:version", &object.version);
        self.short("lw:enabler-version", &object.enabler_version);
        self.line("");
        self.object(own);
        self.close();
    }

    /// What an export knows the description of an imported module by.
    fn headline(&self) -> String {
        headline(self.object)
    }

    fn revisions(&mut self) {
        let said = format!("Object version {}.", self.object.version);
        let newest = std::iter::once((self.options.revision.clone(), said));
        let all: Vec<(String, String)> = newest.chain(self.options.earlier.iter().cloned()).collect();
        for (index, (date, description)) in all.iter().enumerate() {
            if index > 0 {
                self.line("");
            }
            self.open(&format!("revision {date}"));
            self.blocks("description", &[Block::Paragraph(words(description))]);
            let reference = format!("{}, {}", self.object.urn, description.trim_end_matches('.').to_lowercase());
            self.blocks("reference", &[Block::Paragraph(words(&reference))]);
            self.close();
        }
    }

    /// Who holds the rights of the definition, else who keeps the registry.
    fn holder(&self) -> String {
        let holder = self.options.notice.iter().find_map(|line| {
            let behind = line.split("Copyright").nth(1)?.trim_start_matches(|c: char| !c.is_alphabetic() || c == '©');
            let behind = behind.strip_prefix("c)").unwrap_or(behind);
            let behind = behind.trim_start_matches(|c: char| !c.is_alphabetic());
            let behind = behind.strip_prefix("by ").unwrap_or(behind).split("  ").next()?;
            let behind = behind.split("All rights").next()?.trim().trim_end_matches(['.', ',']);
            (!behind.is_empty() && behind.len() < WIDTH).then(|| behind.to_owned())
        });
        holder.unwrap_or_else(|| "Open Mobile Alliance".to_owned())
    }

    fn object(&mut self, own: &str) {
        let object = self.object;
        let keyword = if object.multiple { "list" } else { "container" };
        self.open(&format!("{keyword} {own}"));
        match (object.multiple, object.mandatory) {
            (true, _) => self.line("key \"instance-id\";"),
            (false, false) => self.short("presence", "The device has this object."),
            (false, true) => {}
        }
        self.short("lw:object", &object.id.to_string());
        self.name(own, &object.name);
        if object.multiple && object.mandatory {
            self.line("lw:mandatory;");
        }
        self.description(&object.description, &object.name, &[]);
        if object.multiple {
            self.line("");
            self.open("leaf instance-id");
            self.line("type lw:instance-id;");
            self.short("description", "The id of the object instance.");
            self.close();
        }
        let mut taken = HashSet::new();
        if object.multiple {
            taken.insert("instance-id".to_owned());
        }
        for (index, resource) in object.resources.iter().enumerate() {
            let place = self.places.and_then(|places| places.resources.get(index)).copied();
            let mut identifier = names::starting_with_a_letter(&names::identifier(&resource.name), resource.id);
            if !resource.name.chars().any(|c| c.is_ascii_alphanumeric()) {
                let message = format!("no letter of {:?} can stand in YANG; called `{identifier}`", resource.name);
                self.warn(message, place.map(|(name, _)| name));
            }
            while !taken.insert(identifier.clone()) {
                identifier = format!("{identifier}-{}", resource.id);
            }
            self.line("");
            self.resource(&identifier, resource, place.map(|(_, range)| range));
        }
        self.close();
    }

    fn warn(&mut self, message: String, span: Option<crate::source::Span>) {
        let warning = Diagnostic::warning(message);
        self.diagnostics.push(match span {
            Some(span) => warning.at(span, ""),
            None => warning,
        });
    }

    fn name(&mut self, identifier: &str, name: &str) {
        if names::words(identifier) != name {
            self.short("lw:name", name);
        }
    }

    fn description(&mut self, description: &str, name: &str, labels: &[String]) {
        let mut blocks = from_definition(description);
        if self.options.facts_only {
            let facts = blocks.into_iter().filter(|block| is_fact(block.text()));
            blocks = std::iter::once(Block::new(format!("{}.", name.trim_end_matches('.')))).chain(facts).collect();
        }
        if labels.iter().any(|label| blocks.iter().all(|block| block.text() != label)) {
            blocks.push(Block::new(LABELS.to_owned()));
            blocks.extend(labels.iter().cloned().map(Block::new));
        }
        self.blocks("description", &blocks);
    }

    fn resource(&mut self, identifier: &str, resource: &Resource, place: Option<crate::source::Span>) {
        let type_ = yang_type(resource);
        if let Some(note) = &type_.note {
            let message = format!("resource {}: range {:?}: {note}", resource.id, resource.range);
            self.warn(message, place);
        }
        if resource.operations == Operations::Execute {
            return self.action(identifier, resource);
        }
        let provisioned = resource.operations == Operations::Read && PROVISIONED.contains(&self.object.id);
        let state = resource.operations == Operations::Read && !provisioned;
        // A device without the object has no values; one with a container that is always there may be fresh.
        let exists = state || self.object.multiple || !self.object.mandatory;
        let required = resource.mandatory && exists && resource.operations != Operations::Write;
        let keyword = if resource.multiple { "list" } else { "leaf" };
        self.open(&format!("{keyword} {identifier}"));
        if resource.multiple {
            self.line("key \"id\";");
        } else {
            self.type_(type_.name, type_.restriction.as_ref(), &resource.units);
        }
        if state {
            self.line("config false;");
        }
        match (required, resource.multiple) {
            (true, true) => self.line("min-elements 1;"),
            (true, false) => self.line("mandatory true;"),
            (false, _) => {}
        }
        if let Some(most) = type_.most.filter(|most| *most > 0) {
            self.line(&format!("max-elements {most};"));
        }
        self.short("lw:resource", &resource.id.to_string());
        self.name(identifier, &resource.name);
        if resource.data_type != type_.tells {
            self.short("lw:type", resource.data_type.word());
        }
        if resource.range != type_.prints {
            let lines: Vec<String> = resource.range.lines().map(str::to_owned).collect();
            self.quoted("lw:range", &lines);
        }
        if resource.mandatory && !required {
            self.line("lw:mandatory;");
        }
        match resource.operations {
            Operations::None => self.line("lw:bootstrap-only;"),
            Operations::Write => {
                self.line("lw:write-only;");
                if resource.data_type == DataType::Opaque && !resource.multiple {
                    self.line("lw:stream;");
                }
            }
            Operations::Read if provisioned => self.line("lw:read-only;"),
            Operations::Read | Operations::ReadWrite | Operations::Execute => {}
        }
        self.description(&resource.description, &resource.name, &type_.labels);
        if resource.multiple {
            self.open("leaf id");
            self.line("type uint16;");
            self.short("description", "The resource instance id.");
            self.close();
            self.open("leaf value");
            self.type_(type_.name, type_.restriction.as_ref(), &resource.units);
            self.line("mandatory true;");
            self.short("description", "The value of this instance.");
            self.close();
        }
        self.close();
    }

    fn type_(&mut self, name: &str, restriction: Option<&(&'static str, String)>, units: &str) {
        match restriction {
            Some((keyword, argument)) => {
                self.open(&format!("type {name}"));
                self.short(keyword, argument);
                self.close();
            }
            None => self.line(&format!("type {name};")),
        }
        if !units.is_empty() {
            self.short("units", units);
        }
    }

    fn action(&mut self, identifier: &str, resource: &Resource) {
        self.open(&format!("action {identifier}"));
        self.short("lw:resource", &resource.id.to_string());
        self.name(identifier, &resource.name);
        if resource.data_type != DataType::None {
            self.short("lw:type", resource.data_type.word());
        }
        if !resource.range.is_empty() {
            let lines: Vec<String> = resource.range.lines().map(str::to_owned).collect();
            self.quoted("lw:range", &lines);
        }
        if resource.mandatory {
            self.line("lw:mandatory;");
        }
        self.description(&resource.description, &resource.name, &[]);
        self.open("input");
        self.open("leaf arguments");
        self.line("type string;");
        self.short("description", "Arguments in the syntax of LwM2M.");
        self.close();
        self.close();
        self.close();
    }
}

/// The first paragraph of the description of an imported module.
pub(super) fn headline(object: &Object) -> String {
    format!("LwM2M object {}, {}, version {}.", object.id, object.name, object.version)
}

/// Whether an item says what a number stands for, and no more.
fn is_fact(text: &str) -> bool {
    const LONGEST: usize = 80;
    is_item(text)
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.len() <= LONGEST
        && !text.trim_end_matches('.').contains(". ")
}
