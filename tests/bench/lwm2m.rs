//! The Device object of OMA's example in each format: `cargo bench -p comi-tests --bench lwm2m`.
//!
//! `/3/0` of LwM2M Core 1.2 is told to a server in TLV, JSON, LwM2M CBOR and both forms of SenML, and the same container
//! over CORECONF in YANG-CBOR: bytes of the payload, and the time from the request to the payload, in which the board is
//! asked for each value. The fastest of many rounds counts, so that other work on the machine counts little.

use std::hint::black_box;
use std::time::{Duration, Instant};

use comi_codegen::{Context, served_schema, session_sids};
use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::cbor::{Allowed, with_names};
use comi_runtime::coap::Method;
use comi_runtime::coap::content_format::YANG_IDENTIFIERS_CBOR_SEQ;
use comi_runtime::datastore::{Datastore, Limits, with_rules};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::text::parse_path;
use comi_runtime::value::{Content, Data, Value};
use comi_runtime::{coreconf, json, lwm2m};

const DEVICE: &str = r#"{"lwm2m-device-3:device": {
  "manufacturer": "Open Mobile Alliance", "model-number": "Lightweight M2M Client", "serial-number": "345000123",
  "firmware-version": "1.0", "battery-level": 100, "memory-free": "15", "current-time": "1367491215",
  "utc-offset": "+02:00", "supported-binding-and-modes": "U",
  "available-power-sources": [{"id": 0, "value": 1}, {"id": 1, "value": 5}],
  "power-source-voltage": [{"id": 0, "value": "3800"}, {"id": 1, "value": "5000"}],
  "power-source-current": [{"id": 0, "value": "125"}, {"id": 1, "value": "900"}],
  "error-code": [{"id": 0, "value": 0}] }}"#;

/// A board whose state is that of the example.
struct Example {
    schema: &'static Schema,
    device: Content,
}

impl Example {
    fn find(&self, node: NodeIndex, keys: &[Value]) -> Option<&Data> {
        match (self.device.child(node), keys) {
            (Some(data), []) => Some(data),
            // the value of a resource with several instances
            (_, [id]) => {
                let list = self.schema.node(node)?.parent;
                let key = self.schema.list(list)?.keys.first()?;
                let Data::List(entries) = self.device.child(list)? else { return None };
                entries.iter().find(|entry| entry.leaf(*key) == Some(id))?.child(node)
            }
            _ => None,
        }
    }
}

impl Board for Example {
    fn schema(&self) -> &'static Schema {
        self.schema
    }

    fn read(&mut self, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
        self.find(node, keys).cloned().ok_or(Fault::Absent)
    }

    fn next(&mut self, list: NodeIndex, _: &[Value], after: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        let Some(Data::List(entries)) = self.device.child(list) else { return Ok(None) };
        let keys = self.schema.list(list).map_or(&[][..], |list| list.keys);
        let mut all = entries.iter().map(|entry| entry.leafs(keys));
        Ok(match after {
            None => all.next(),
            Some(after) => all.skip_while(|keys| keys != after).nth(1),
        })
    }

    fn call(&mut self, _: Call, _: NodeIndex, _: &[Value], _: &Content) -> Result<Outcome<Content>, Fault> {
        Err(Fault::Absent)
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, _: &Change<'_>) {}
}

fn best(mut act: impl FnMut()) -> Duration {
    let rounds = (0..2000).map(|_| {
        let began = Instant::now();
        act();
        began.elapsed()
    });
    rounds.min().unwrap_or_default()
}

fn main() {
    let compiled = Context::new().module("lwm2m-device-3").compile_with_targets();
    let session = session_sids(&compiled, &[]).expect("SIDs");
    let schema = with_rules(with_names(served_schema(&compiled, &session.registry).expect("tables").0));
    let at = parse_path(schema, "/lwm2m-device-3:device").expect("the object");
    let document = json::read_content(schema, NodeIndex::ROOT, Allowed::Data, DEVICE);
    let document = document.unwrap_or_else(|error| panic!("{}", error.describe(schema)));
    let Some(Data::Container(device)) = document.child(at.node).cloned() else { panic!("no device") };
    let mut board = Example { schema, device };
    let mut store = Datastore::new(schema, Limits::SERVER);
    // what a server may set is kept by the store
    let mut edit = store.edit(comi_runtime::datastore::Origin::Board);
    for (node, data) in board.device.iter().filter(|(node, _)| schema.node(*node).is_some_and(|row| row.is_config())) {
        edit.replace(&comi_runtime::value::InstanceIdentifier::new(node), data.clone()).expect("a leaf");
    }
    edit.finish(&mut comi_tests::Nothing(schema)).expect("the configuration of the example");

    let mut out = Vec::new();
    let path = lwm2m::Path::parse("/3/0").expect("a path");
    for (name, accept) in
        [("LwM2M CBOR", 11544), ("TLV", 11542), ("SenML CBOR", 112), ("JSON of 1.0", 11543), ("SenML JSON", 110)]
    {
        let mut act = || {
            out.clear();
            let request = lwm2m::Request {
                method: Method::Get,
                path,
                has_query: false,
                content_format: None,
                accept: Some(accept),
                payload: &[],
            };
            black_box(lwm2m::answer(&mut store, &mut board, Call(1), &request, &mut out).expect("an answer"));
        };
        act();
        let time = best(act);
        println!("{name:>12}: {:>3} bytes, {} ns", out.len(), time.as_nanos());
    }
    let mut payload = Vec::new();
    let mut writer = comi_runtime::cbor::Writer::new(&mut payload);
    writer.unsigned(u64::from(schema.node(at.node).expect("a row").sid));
    let mut act = || {
        out.clear();
        let request = coreconf::Request {
            method: Method::Fetch,
            query: &["d=t"],
            content_format: Some(YANG_IDENTIFIERS_CBOR_SEQ),
            accept: None,
            if_match: &[],
            if_none_match: false,
            payload: &payload,
        };
        let limits = coreconf::Limits::SERVER;
        black_box(coreconf::datastore(&mut store, &mut board, Call(1), &limits, &request, &mut out));
    };
    act();
    let time = best(act);
    println!("{:>12}: {:>3} bytes, {} ns (FETCH of the container)", "YANG-CBOR", out.len(), time.as_nanos());
}
