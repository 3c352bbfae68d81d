//! ietf-yang-library as the engine answers it (RFC 8525).

use comi_runtime::coap::Method;
use comi_runtime::coreconf::{self, Limits, Request, client};
use comi_runtime::datastore::{self, Datastore};
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::{Data, InstanceIdentifier, text};

use crate::board::{TableBoard, at};
use crate::fixture::schema;

fn fetch(asked: &[InstanceIdentifier]) -> Vec<Option<Data>> {
    let mut payload = Vec::new();
    client::identifiers(schema(), asked, &mut payload).unwrap();
    let request = Request {
        method: Method::Fetch,
        query: &[],
        content_format: Some(141),
        accept: None,
        if_match: &[],
        if_none_match: false,
        payload: &payload,
    };
    let mut store = Datastore::new(schema(), datastore::Limits::SERVER);
    let mut out = Vec::new();
    let call = comi_runtime::board::Call(1);
    let answer = coreconf::datastore(&mut store, &mut TableBoard::default(), call, &Limits::SERVER, &request, &mut out);
    assert_eq!((answer.code.to_string().as_str(), answer.faults), ("2.05", 0));
    client::read_fetched(schema(), asked, &out).unwrap()
}

fn print(path: &str, data: &Option<Data>) -> String {
    match data {
        Some(Data::Leaf(value)) => text::print(schema(), at(path).node, value).unwrap(),
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn the_library_names_the_modules_of_the_schema() {
    let module = "/ietf-yang-library:yang-library/module-set[name='all']/module[name='ietf-interfaces']";
    let paths = [
        "/ietf-yang-library:yang-library/content-id".to_owned(),
        format!("{module}/revision"),
        format!("{module}/namespace"),
        "/ietf-yang-library:yang-library/datastore[name='ietf-coreconf:unified']/schema".to_owned(),
    ];
    let found = fetch(&paths.each_ref().map(|path| at(path)));
    let printed: Vec<String> = paths.iter().zip(&found).map(|(path, data)| print(path, data)).collect();
    assert_eq!(printed[1..], ["2018-02-20", "urn:ietf:params:xml:ns:yang:ietf-interfaces", "all"]);
    assert_eq!(printed[0].len(), 16);
}

#[test]
fn the_library_is_read_whole() {
    let module = schema().module_by_name("ietf-yang-library").unwrap();
    let library = schema().child(NodeIndex::ROOT, Some(module), "yang-library").unwrap();
    let found = fetch(&[InstanceIdentifier::new(library)]);
    let Some(Some(Data::Container(library))) = found.into_iter().next() else { panic!("a container") };
    let mut modules = 0;
    for (_, data) in library.iter() {
        if let Data::List(sets) = data {
            for set in sets.iter() {
                let lists = set.iter().filter_map(|(_, data)| match data {
                    Data::List(entries) => Some(entries.len()),
                    _ => None,
                });
                modules += lists.sum::<usize>();
            }
        }
    }
    assert_eq!(modules, schema().modules.len());
}

/// The content-id of a device with these modules.
fn content_id(modules: &[(&str, &str)], without: Option<(&str, &str)>) -> String {
    let mut context = comi_codegen::Context::new();
    for (name, body) in modules {
        context.source(*name, format!("module {name} {{ namespace 'urn:{name}'; prefix {name}; {body} }}"));
        context.module(*name);
    }
    if let Some((module, feature)) = without {
        context.feature(module, feature);
    }
    let compiled = context.module("ietf-yang-library").module("ietf-coreconf").compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let session = comi_codegen::session_sids(&compiled, &[]).expect("SIDs");
    let (schema, _) = comi_codegen::served_schema(&compiled, &session.registry).expect("a schema");
    let schema = datastore::with_rules(comi_runtime::cbor::with_names(schema));
    let at = text::parse_path(schema, "/ietf-yang-library:yang-library/content-id").unwrap();
    let mut seen = Vec::new();
    let store = Datastore::new(schema, datastore::Limits::SERVER);
    let mut encoder = comi_runtime::cbor::Encoder::new(schema, &mut seen, comi_runtime::cbor::Identifiers::Sids, 1000);
    store.read(&mut TableBoard::default(), &at, datastore::Filter::default(), &mut encoder).unwrap();
    String::from_utf8_lossy(&seen).into_owned()
}

#[test]
fn the_content_id_changes_with_modules_revisions_and_features() {
    let (first, second) =
        (("a", "revision 2026-01-01; feature f; leaf x { type int8; }"), ("b", "leaf y { type int8; }"));
    let base = content_id(&[first], None);
    assert_eq!(base, content_id(&[first], None));
    let later = ("a", "revision 2026-02-02; feature f; leaf x { type int8; }");
    let others = [
        content_id(&[first, second], None),
        content_id(&[later], None),
        content_id(&[first], Some(("a", ""))),
        content_id(&[second], None),
    ];
    assert!(others.iter().all(|other| *other != base), "{base} {others:?}");
}
