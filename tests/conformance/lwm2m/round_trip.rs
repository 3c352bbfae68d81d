//! A random instance of every built-in object goes through every format of several values unchanged: what one store tells
//! of an instance another creates.

use std::path::Path;

use comi_codegen::sample::{Options, sample};
use comi_codegen::{Context, served_schema, session_sids};
use comi_runtime::board::Call;
use comi_runtime::cbor::{Allowed, with_names};
use comi_runtime::coap::{Code, Method};
use comi_runtime::datastore::{Datastore, Found, Limits, Origin, Reason, with_rules};
use comi_runtime::json;
use comi_runtime::lwm2m::{self, Answer, Error};
use comi_runtime::schema::{Flags, NodeIndex, NodeKind, Object, Schema};
use comi_runtime::value::{Content, Data, Entries, InstanceIdentifier, Value};
use comi_tests::Nothing;

/// TLV, the JSON of LwM2M 1.0, LwM2M CBOR, SenML JSON and SenML CBOR.
const FORMATS: [u16; 5] = [11542, 11543, 11544, 110, 112];

fn ask(
    store: &mut Datastore,
    method: Method,
    path: &str,
    format: u16,
    payload: &[u8],
) -> Result<(Answer, Vec<u8>), Error> {
    let request = lwm2m::Request {
        method,
        path: lwm2m::Path::parse(path).expect("a path"),
        has_query: false,
        content_format: (method == Method::Post).then_some(format),
        accept: (method == Method::Get).then_some(format),
        payload,
    };
    let mut board = Nothing(store.schema());
    let mut out = Vec::new();
    let answer = lwm2m::answer(store, &mut board, Call(1), &request, &mut out)?;
    Ok((answer, out))
}

/// The schema of a module, and its configuration made at random.
fn schema_and_samples(name: &str) -> (&'static Schema, Vec<Content>) {
    let compiled = Context::new().module(name).compile_with_targets();
    let session = session_sids(&compiled, &[]).expect("SIDs");
    let (schema, _) = served_schema(&compiled, &session.registry).expect("tables");
    let schema = with_rules(with_names(schema));
    let module = compiled.schema.module_named(name).expect("the module");
    let samples = (0..20).map(|seed| {
        let document = sample(&compiled.schema, &[module], &Options { seed, config: true, ..Options::default() });
        let content = json::read_content(schema, NodeIndex::ROOT, Allowed::Config, &document);
        content.expect("a sample is valid").iter().map(|(node, data)| (node, plain(schema, node, data))).collect()
    });
    (schema, samples.collect())
}

/// The same with object links as numbers are written: TLV has the numbers alone.
fn plain(schema: &Schema, node: NodeIndex, data: &Data) -> Data {
    let inner = |content: &Content| content.iter().map(|(node, data)| (node, plain(schema, node, data))).collect();
    match data {
        Data::Container(content) => Data::Container(inner(content)),
        Data::List(entries) => {
            let list = schema.list(node).expect("a list");
            let entries = entries.iter().map(inner).collect();
            Data::List(Entries::from_keyed(list, true, entries).expect("no key twice"))
        }
        Data::Leaf(Value::String(text)) if schema.node(node).is_some_and(|row| row.flags.has(Flags::OBJECT_LINK)) => {
            let ids = text.split(':').map(|id| (id.parse::<u32>().unwrap_or(0) % 65_536).to_string());
            Data::Leaf(Value::from(ids.collect::<Vec<_>>().join(":").as_str()))
        }
        other => other.clone(),
    }
}

fn is_hidden(schema: &Schema, node: NodeIndex) -> bool {
    schema.node(node).is_some_and(|row| row.flags.has(Flags::WRITE_ONLY) || row.flags.has(Flags::BOOTSTRAP_ONLY))
}

fn hides(schema: &Schema, entry: &Content) -> bool {
    entry.iter().any(|(node, _)| is_hidden(schema, node))
}

/// What of an entry a server that reads it is told, and may create.
fn told(schema: &Schema, keys: &[NodeIndex], entry: &Content) -> Content {
    let kept = entry.iter().filter(|(node, _)| !is_hidden(schema, *node) && !keys.contains(node));
    kept.filter(|(_, data)| !matches!(data, Data::List(entries) if entries.is_empty()))
        .map(|(node, data)| (node, data.clone()))
        .collect()
}

fn store_with(schema: &'static Schema, content: &Content) -> Datastore {
    let mut store = Datastore::new(schema, Limits::SERVER);
    let mut edit = store.edit(Origin::Board);
    edit.replace_all(content.clone()).expect("a sample is valid");
    edit.finish(&mut Nothing(schema)).expect("a sample is valid");
    store
}

/// How many instances went round.
fn go_round(schema: &'static Schema, object: &Object, content: &Content) -> usize {
    let mut from = store_with(schema, content);
    let Some(Data::List(entries)) = content.child(object.node) else { return 0 };
    let keys = schema.list(object.node).expect("a list").keys;
    let mut count = 0;
    for entry in entries.iter() {
        let Some(Value::Unsigned(id)) = entry.leaf(keys[0]) else { panic!("{entry:?} has no id") };
        let expected = told(schema, keys, entry);
        for format in FORMATS {
            let path = format!("/{}/{id}", object.id);
            let (_, payload) = ask(&mut from, Method::Get, &path, format, &[]).expect("it is there");
            let mut to = Datastore::new(schema, Limits::SERVER);
            let (answer, _) = match ask(&mut to, Method::Post, &format!("/{}", object.id), format, &payload) {
                Ok(made) => made,
                // what is mandatory and not told can't be given
                Err(Error::Edit(error)) if error.reason == Reason::MissingElement && hides(schema, entry) => continue,
                Err(error) => panic!("{path} as {format}: {error}\n{payload:02x?}"),
            };
            assert_eq!(answer.code, Code::CREATED);
            // TLV and LwM2M CBOR may leave the choice of the id to the device
            let made = answer.location.and_then(|location| location.instance).expect("an instance");
            let at = InstanceIdentifier { node: object.node, keys: vec![Value::Unsigned(made.into())] };
            let Some(Found::Entry(made)) = to.get(&at) else { panic!("{path} as {format} is not there") };
            assert_eq!(told(schema, keys, made), expected, "{path} as {format}");
            count += 1;
        }
    }
    count
}

#[test]
fn instances_of_every_object_go_through_every_format_unchanged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../yang/lwm2m");
    let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").file_name());
    let names = files.filter_map(|file| Some(file.to_str()?.strip_suffix(".yang")?.to_owned()));
    let (mut objects, mut instances) = (0, 0);
    for name in names.filter(|name| name.starts_with("lwm2m-")) {
        let (schema, samples) = schema_and_samples(&name);
        // the security objects are shown to nobody
        let shown = schema.objects.iter().filter(|object| ![0, 21].contains(&object.id));
        for object in shown.filter(|object| schema.node(object.node).is_some_and(|row| row.kind() == NodeKind::List)) {
            let went: usize = samples.iter().map(|content| go_round(schema, object, content)).sum();
            objects += usize::from(went > 0);
            instances += went;
        }
    }
    println!("{instances} instances of {objects} objects");
    assert!(objects >= 50, "{objects} objects");
}
