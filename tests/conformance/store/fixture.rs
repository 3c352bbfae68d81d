//! A device with one model and a store that survives it, and a board that agrees with everything.

use std::sync::{Arc, Mutex, MutexGuard};

use comi_codegen::{Context, sid_items};
use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::cbor::{Allowed, with_names};
use comi_runtime::datastore::{Edit, EditError, with_rules};
use comi_runtime::json::{self, Style};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::store::{Memory, Persistence, StartError, Store, StoreError, Write};
use comi_runtime::time::Instant;
use comi_runtime::value::text::{PathForm, parse_path, print_path};
use comi_runtime::value::{Content, Data, InstanceIdentifier, Value, write_data};
use comi_runtime::{BuildError, Device};
use comi_sid::{AssignmentRange, Item, Registry, Sid, SidFile};

/// The number of an item: the same in every revision of a model, as .sid files keep it.
pub(crate) fn sid_of(identifier: &str) -> u32 {
    let hash = identifier.bytes().fold(17_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
    100_000 + hash % 800_000
}

/// `module t` with this body, whose numbers `sid` gives.
#[track_caller]
pub(crate) fn module_with(body: &str, sid: impl Fn(&str) -> u32) -> &'static Schema {
    let text = format!("module t {{ yang-version 1.1; namespace urn:t; prefix t; {body} }}");
    let mut context = Context::new();
    context.source("t.yang", text).module("t");
    let compiled = context.compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let mut registry = Registry::default();
    let id = compiled.schema.module_named("t").expect("it is there");
    let mut file = SidFile { module_name: "t".into(), ..SidFile::default() };
    file.assignment_ranges.extend(AssignmentRange::new(100_000, 900_000));
    for (namespace, identifier) in sid_items(&compiled.schema, id).items {
        let number = Sid::new(u64::from(sid(&identifier))).expect("a SID");
        file.items.push(Item::new(namespace, identifier, number));
    }
    registry.add("t.sid", file).expect("no two items have a SID");
    let tables = comi_codegen::runtime_schema(&compiled, &registry);
    let tables = tables.unwrap_or_else(|diagnostics| {
        panic!("{}", comi_codegen::diagnostic::render(&compiled.sources, &diagnostics, false))
    });
    with_rules(with_names(tables))
}

#[track_caller]
pub(crate) fn module(body: &str) -> &'static Schema {
    module_with(body, sid_of)
}

/// Records that outlive the device, and how often they were written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    inner: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) memory: Memory,
    /// Records of each write.
    pub(crate) writes: Vec<usize>,
    /// What the next write answers.
    pub(crate) refusal: Option<StoreError>,
    /// What reading answers, after what there is.
    pub(crate) damage: Option<StoreError>,
}

impl Shelf {
    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.inner.lock().expect("nobody panicked")
    }
}

impl Store for Shelf {
    fn read(&mut self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.memory.read(each)?;
        kept.damage.clone().map_or(Ok(()), Err)
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.kept().memory.get(key)
    }

    fn write(&mut self, changes: &[Write]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if let Some(refusal) = kept.refusal.take() {
            return Err(refusal);
        }
        kept.writes.push(changes.len());
        kept.memory.write(changes)
    }

    fn replace(&mut self, records: &[Write]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.damage = None;
        kept.memory.replace(records)
    }
}

/// What the board was told, and what it refuses.
#[derive(Debug)]
pub(crate) struct Diary {
    schema: &'static Schema,
    pub(crate) told: Vec<String>,
}

pub(crate) fn diary(schema: &'static Schema) -> Diary {
    Diary { schema, told: Vec::new() }
}

pub(crate) type TestDevice = Device<Diary>;

#[track_caller]
pub(crate) fn start(schema: &'static Schema, kept: impl Into<Persistence>) -> TestDevice {
    try_start(schema, kept).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn try_start(schema: &'static Schema, kept: impl Into<Persistence>) -> Result<TestDevice, StartError> {
    let limits = comi_runtime::Limits::SERVER;
    let built = Device::new(diary(schema)).coreconf().seed(1).limits(limits).store(kept).build();
    built.map_err(|error| match error {
        BuildError::Store(error) => *error,
        other => panic!("{other}"),
    })
}

pub(crate) const NOW: Instant = Instant::from_micros(0);

/// Puts JSON at a path; an empty text deletes.
#[track_caller]
pub(crate) fn set(device: &mut TestDevice, path: &str, value: &str) -> Result<(), String> {
    let at = at(device.schema(), path);
    let schema = device.schema();
    let data = (!value.is_empty()).then(|| read(schema, path, &at, value));
    edit(device, |edit| match data {
        Some(data) => edit.replace(&at, data),
        None => edit.delete(&at).map(drop),
    })
}

pub(crate) fn edit(
    device: &mut TestDevice,
    change: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
) -> Result<(), String> {
    device.edit(NOW, change).map_err(|error| error.to_string())
}

#[track_caller]
pub(crate) fn at(schema: &Schema, path: &str) -> InstanceIdentifier {
    parse_path(schema, path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
fn read(schema: &'static Schema, path: &str, at: &InstanceIdentifier, value: &str) -> Data {
    let parent = schema.node(at.node).expect("a node").parent;
    let text = format!("{{\"t:{}\": {value}}}", schema.name(at.node));
    let content = json::read_content(schema, parent, Allowed::Any, &text)
        .unwrap_or_else(|error| panic!("{text}: {}", error.describe(schema)));
    match content.into_iter().next().map_or(Data::Container(Content::new()), |(_, data)| data) {
        Data::List(entries) if path.ends_with(']') => Data::Container(entries.into_iter().next().unwrap_or_default()),
        other => other,
    }
}

/// A configuration as JSON, members in the order of their names.
pub(crate) fn json_of(schema: &'static Schema, content: &Content) -> String {
    let mut out = String::new();
    let mut encoder = json::Encoder::new(schema, &mut out, Style::Compact);
    write_data(&mut encoder, NodeIndex::ROOT, &Data::Container(content.clone())).expect("it can be written");
    let mut json: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    json.sort_all_objects();
    json.to_string()
}

/// What runs.
pub(crate) fn running(device: &TestDevice) -> String {
    json_of(device.schema(), device.datastore().content())
}

impl Board for Diary {
    fn schema(&self) -> &'static Schema {
        self.schema
    }

    fn read(&mut self, _: NodeIndex, _: &[Value]) -> Result<Data, Fault> {
        Err(Fault::Absent)
    }

    fn next(&mut self, _: NodeIndex, _: &[Value], _: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        Ok(None)
    }

    fn call(&mut self, _: Call, _: NodeIndex, _: &[Value], _: &Content) -> Result<Outcome<Content>, Fault> {
        Err(Fault::Absent)
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, change: &Change<'_>) {
        let at = InstanceIdentifier { node: change.node, keys: change.keys.to_vec() };
        let sign = if change.new.is_some() { '+' } else { '-' };
        self.told.push(format!("{sign}{}", print_path(self.schema, &at, PathForm::Predicates)));
    }
}
