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
