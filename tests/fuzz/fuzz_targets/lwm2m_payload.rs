//! Any bytes as the payload of an LwM2M server's request, in any format: an answer, never a panic, and nothing is changed
//! by what is refused. What is there afterwards is told in every format, and another store that is given it is the same.
#![no_main]

use std::sync::OnceLock;

use comi_codegen::{Context, served_schema, session_sids};
use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::cbor::with_names;
use comi_runtime::coap::Method;
use comi_runtime::datastore::{Datastore, Found, Limits, with_rules};
use comi_runtime::lwm2m::{self, CompositeRequest, Path, Request};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Content, Data, Value};
use libfuzzer_sys::fuzz_target;

/// An object with a resource of every type, one with several instances, and one that is executed.
const MODEL: &str = r#"module fuzzed {
  yang-version 1.1; namespace "urn:fuzzed"; prefix f;
  import comi-lwm2m { prefix lw; }
  list thing {
    key "instance-id"; lw:object "30000";
    leaf instance-id { type uint16; }
    leaf truth { type boolean; lw:resource "0"; }
    leaf whole { type int64; lw:resource "1"; }
    leaf natural { type uint64; lw:resource "2"; }
    leaf number { type lw:float; lw:resource "3"; }
    leaf text { type string; lw:resource "4"; }
    leaf bytes { type binary; lw:resource "5"; }
    leaf link { type lw:objlnk; lw:resource "6"; }
    leaf time { type lw:time; lw:resource "7"; }
    list several {
      key "id"; lw:resource "8";
      leaf id { type uint16; }
      leaf value { type string { length "0..9"; } mandatory true; }
    }
    action run { lw:resource "9"; input { leaf arguments { type string; } } }
  }
}"#;

fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<&Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut context = Context::new();
        let compiled = context.source("fuzzed.yang", MODEL).module("fuzzed").compile_with_targets();
        let session = session_sids(&compiled, &[]).expect("SIDs");
        with_rules(with_names(served_schema(&compiled, &session.registry).expect("tables").0))
    })
}

struct Nobody;

impl Board for Nobody {
    fn schema(&self) -> &'static Schema {
        schema()
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

/// TLV with both numbers, JSON of LwM2M 1.0 with both, LwM2M CBOR, SenML JSON and CBOR.
const SEVERAL: [u16; 7] = [11542, 1542, 11543, 1543, 11544, 110, 112];
/// The same, text, opaque, CBOR, SenML-ETCH JSON and CBOR.
const FORMATS: [u16; 12] = [11542, 1542, 11543, 1543, 11544, 110, 112, 0, 42, 60, 320, 322];
const PATHS: [&str; 8] =
    ["/30000", "/30000/0", "/30000/0/1", "/30000/0/4", "/30000/0/8", "/30000/0/8/1", "/30000/0/9", "/30000/7"];

fn ask(store: &mut Datastore, method: Method, path: &str, format: u16, payload: &[u8]) -> Option<Vec<u8>> {
    let path = Path::parse(path).expect("a path");
    let reads = method == Method::Get;
    let (content_format, accept) = ((!reads).then_some(format), reads.then_some(format));
    let request = Request { method, path, has_query: false, content_format, accept, payload };
    let mut out = Vec::new();
    lwm2m::answer(store, &mut Nobody, Call(1), &request, &mut out).ok()?;
    Some(out)
}

fn thing(store: &Datastore) -> Option<Content> {
    let at = lwm2m::instance(schema(), Path::parse("/30000/0").expect("a path")).expect("an instance");
    match store.get(&at) {
        Some(Found::Entry(content)) => Some(content.clone()),
        _ => None,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [first, second, payload @ ..] = bytes else { return };
    let mut store = Datastore::new(schema(), Limits::DEVICE);
    let given = r#"[{"bn":"/30000/0/","n":"1","v":5},{"n":"8/1","vs":"a"}]"#;
    ask(&mut store, Method::Post, "/30000", 110, given.as_bytes()).expect("an instance is created");
    let before = thing(&store);
    let format = FORMATS[usize::from(*first) % FORMATS.len()];
    let path = PATHS[usize::from(*second & 7)];
    let done = match second >> 3 & 3 {
        0 => ask(&mut store, Method::Put, path, format, payload).is_some(),
        1 => ask(&mut store, Method::Post, path, format, payload).is_some(),
        n => {
            let method = if n == 2 { Method::Fetch } else { Method::IPatch };
            let request = CompositeRequest { method, content_format: Some(format), accept: None, payload };
            let _ = lwm2m::composite_paths(schema(), &request);
            lwm2m::composite(&mut store, &mut Nobody, &request, &mut Vec::new()).is_ok()
        }
    };
    if !done {
        assert_eq!(thing(&store), before, "what is refused changes nothing");
    }
    let now = thing(&store).expect("nothing deletes it");
    for format in SEVERAL {
        let told = ask(&mut store, Method::Get, "/30000/0", format, &[]).expect("it is there");
        let mut other = Datastore::new(schema(), Limits::DEVICE);
        ask(&mut other, Method::Post, "/30000", format, &told).expect("what was told can be created");
        let mut made = thing(&other).expect("it is created");
        // TLV has the numbers of a link alone, however they were written
        let link = schema().resource(30000, 6).expect("the link");
        if let (Some(Value::String(own)), Some(Value::String(text))) = (now.leaf(link), made.leaf(link)) {
            let ids = |text: &str| text.split(':').map(|id| id.parse::<u32>().ok()).collect::<Vec<_>>();
            if ids(own) == ids(text) {
                made = made
                    .iter()
                    .map(|(node, data)| match (node == link, now.child(node)) {
                        (true, Some(own)) => (node, own.clone()),
                        _ => (node, data.clone()),
                    })
                    .collect();
            } else {
                continue;
            }
        }
        assert_eq!(made, now, "{format}");
    }
});
