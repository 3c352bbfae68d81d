//! A module written in a test, its tables, and data in RFC 7951 JSON.

use comi_codegen::{Context, sid_items};
use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::cbor::Allowed;
use comi_runtime::cbor::with_names;
use comi_runtime::datastore::{Datastore, Edit, EditError, Limits, Origin, with_rules};
use comi_runtime::json;
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::text::{PathForm, parse_path, print_path};
use comi_runtime::value::{Content, Data, InstanceIdentifier, Value};
use comi_sid::{AssignmentRange, Item, Registry, Sid, SidFile};

/// The tables of modules, the first of them by name; SIDs are given in the order of the items.
#[track_caller]
pub(crate) fn schema(texts: &[&str]) -> &'static Schema {
    let mut context = Context::new();
    for text in texts {
        let name = text.split_whitespace().nth(1).expect("module NAME");
        context.source(format!("{name}.yang"), *text).module(name);
    }
    let compiled = context.compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let mut registry = Registry::default();
    for (place, module) in compiled.schema.modules.iter().enumerate() {
        let start = 100_000 + 1000 * u64::try_from(place).expect("few modules");
        let id = compiled.schema.module_named(&module.name).expect("it is one of them");
        let mut file = SidFile { module_name: module.name.clone(), ..SidFile::default() };
        file.assignment_ranges.extend(AssignmentRange::new(start, 1000));
        for ((namespace, identifier), number) in sid_items(&compiled.schema, id).items.into_iter().zip(start..) {
            file.items.push(Item::new(namespace, identifier, Sid::new(number).expect("a SID")));
        }
        registry.add(format!("{}.sid", module.name), file).expect("no two modules have a SID");
    }
    let tables = comi_codegen::runtime_schema(&compiled, &registry);
    let tables = tables.unwrap_or_else(|diagnostics| {
        panic!("{}", comi_codegen::diagnostic::render(&compiled.sources, &diagnostics, false))
    });
    with_rules(with_names(tables))
}

/// `module t` with this body, and `t` as its prefix.
#[track_caller]
pub(crate) fn module(body: &str) -> &'static Schema {
    schema(&[&format!("module t {{ yang-version 1.1; namespace urn:t; prefix t; {body} }}")])
}

#[track_caller]
pub(crate) fn document(schema: &'static Schema, text: &str) -> Content {
    json::read_content(schema, NodeIndex::ROOT, Allowed::Any, text)
        .unwrap_or_else(|error| panic!("{text}: {}", error.describe(schema)))
}

/// What an edit came to: nothing, or `path: reason`.
pub(crate) fn told(schema: &Schema, done: Result<(), EditError>) -> String {
    match done {
        Ok(()) => String::new(),
        Err(error) => {
            let at = error.at.as_ref().map_or("nowhere".into(), |at| print_path(schema, at, PathForm::Predicates));
            format!("{at}: {error}")
        }
    }
}

/// The value of a node in JSON; of an entry that the path names, an array with the entry.
#[track_caller]
pub(crate) fn read(schema: &'static Schema, path: &str, at: &InstanceIdentifier, value: &str) -> Data {
    let name = schema.name(at.node);
    let module = schema.module_of(at.node).expect("it has one").name;
    let parent = schema.node(at.node).expect("a node").parent;
    let text = format!("{{\"{module}:{name}\": {value}}}");
    let content = json::read_content(schema, parent, Allowed::Any, &text)
        .unwrap_or_else(|error| panic!("{text}: {}", error.describe(schema)));
    match content.into_iter().next().map_or(Data::Container(Content::new()), |(_, data)| data) {
        Data::List(entries) if path.ends_with(']') => Data::Container(entries.into_iter().next().unwrap_or_default()),
        other => other,
    }
}

/// A datastore of one model.
pub(crate) struct Store {
    pub(crate) schema: &'static Schema,
    pub(crate) store: Datastore,
}

impl Store {
    pub(crate) fn new(schema: &'static Schema) -> Store {
        Store { schema, store: Datastore::new(schema, Limits::SERVER) }
    }

    /// With this content, which must be valid.
    #[track_caller]
    pub(crate) fn with(schema: &'static Schema, text: &str) -> Store {
        let mut store = Store::new(schema);
        assert_eq!(store.replace_all(text), "", "{text}");
        store
    }

    /// Puts a document in the place of everything.
    #[track_caller]
    pub(crate) fn replace_all(&mut self, text: &str) -> String {
        let content = document(self.schema, text);
        self.edit(|edit| edit.replace_all(content))
    }

    #[track_caller]
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>) -> String {
        let schema = self.schema;
        let mut edit = self.store.edit(Origin::Requester);
        let done = change(&mut edit).and_then(|()| edit.finish(&mut Nobody(schema)).map(drop));
        told(schema, done)
    }

    #[track_caller]
    pub(crate) fn at(&self, path: &str) -> InstanceIdentifier {
        parse_path(self.schema, path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Sets what the document `{name: value}` says, below the root.
    #[track_caller]
    pub(crate) fn set(&mut self, path: &str, value: &str) -> String {
        let at = self.at(path);
        let data = read(self.schema, path, &at, value);
        self.edit(|edit| edit.replace(&at, data))
    }

    #[track_caller]
    pub(crate) fn delete(&mut self, path: &str) -> String {
        let at = self.at(path);
        self.edit(|edit| edit.delete(&at).map(drop))
    }

    /// What is stored.
    #[track_caller]
    pub(crate) fn json(&self) -> String {
        let data = Data::Container(self.store.content().clone());
        json::to_string(self.schema, NodeIndex::ROOT, &data, json::Style::Compact).expect("it can be written")
    }
}

/// A board that agrees with everything.
pub(crate) struct Nobody(pub(crate) &'static Schema);

impl Board for Nobody {
    fn schema(&self) -> &'static Schema {
        self.0
    }

    fn read(&mut self, _: NodeIndex, _: &[Value]) -> Result<Data, Fault> {
        Err(Fault::Absent)
    }

    fn next(&mut self, _: NodeIndex, _: &[Value], _: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        Ok(None)
    }

    fn call(&mut self, _: Call, _: NodeIndex, _: &[Value], _: &Content) -> Result<Outcome<Content>, Fault> {
        Ok(Outcome::Done(Content::new()))
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, _: &Change<'_>) {}
}
