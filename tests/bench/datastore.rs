//! The datastore at sizes: `cargo bench -p comi-tests --bench datastore`.
//!
//! From datagram to datagram through `Device`: a FETCH of three leaves with 10, 1 000 and 100 000 nodes beside them (goal:
//! flat within 2x), and an iPATCH of one leaf in a model with 20 musts, with as many. Of 100 000 list entries: how long
//! everything takes to validate, with unique and leafrefs (goal: 1 s, and linear), and what one edit of such a list takes,
//! ordered by the system and by the user (goal: it grows with the logarithm). Last, the bytes of RAM that a data node
//! takes (goal: 100). Times are the processor's, and the fastest of several rounds counts, so that other work on the
//! machine counts little.

use std::hint::black_box;
use std::time::Duration;

use comi_codegen::{Context, sid_items};
use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::client::Request;
use comi_runtime::coap::{Endpoint, Peer};
use comi_runtime::datastore::{Datastore, Document, Origin, check_document, with_rules};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::time::Instant;
use comi_runtime::value::text::parse_path;
use comi_runtime::value::{Content, Data, Entries, InstanceIdentifier, Value};
use comi_runtime::{Device, Limits, coap, datastore};
use comi_sid::{AssignmentRange, Item, Registry, Sid, SidFile};
use nix::sys::resource::{UsageWho, getrusage};

const MODEL: &str = "module b { yang-version 1.1; namespace urn:b; prefix b;
  container c { leaf a { type uint32; } leaf on { type boolean; } leaf set { type uint32; MUSTS } }
  list system { key k; leaf k { type uint32; } leaf v { type uint32; } }
  list user { key k; ordered-by user; leaf k { type string; } leaf v { type uint32; } }
  list host { key name; unique 'address port'; leaf name { type string; } leaf address { type string; }
    leaf port { type uint16; } leaf peer { type leafref { path '/host/name'; } }
    leaf backup { type leafref { path '/host[name = current()/../peer]/name'; } } } }";

fn schema() -> &'static Schema {
    let musts: String = (0..20).map(|at| format!("must \"../on = 'true' or . < {}\"; ", 1_000_000 + at)).collect();
    let mut context = Context::new();
    context.source("b.yang", MODEL.replace("MUSTS", &musts)).module("b");
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
    with_rules(comi_runtime::cbor::with_names(comi_codegen::runtime_schema(&compiled, &registry).expect("tables")))
}

/// A board that agrees with everything.
struct Nobody(&'static Schema);

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
        Err(Fault::Absent)
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, _: &Change<'_>) {}
}

fn at(schema: &Schema, path: &str) -> InstanceIdentifier {
    parse_path(schema, path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A list whose entries have these leafs.
fn entries(list: NodeIndex, schema: &Schema, each: impl Iterator<Item = Vec<(NodeIndex, Value)>>) -> Data {
    let content = |leafs: Vec<(NodeIndex, Value)>| leafs.into_iter().map(|(leaf, value)| (leaf, Data::Leaf(value)));
    let entries = each.map(|leafs| content(leafs).collect::<Content>()).collect();
    let sorted = schema.node(list).is_some_and(|row| !row.flags.has(comi_runtime::schema::Flags::USER_ORDERED));
    Data::List(Entries::from_keyed(schema.list(list).expect("a list"), sorted, entries).expect("no key twice"))
}

fn leaf(schema: &Schema, list: NodeIndex, name: &str) -> NodeIndex {
    schema.child(list, None, name).expect("a leaf")
}

/// As many entries `k`, `v`.
fn plain(schema: &Schema, path: &str, count: u32, text: bool) -> (InstanceIdentifier, Data) {
    let list = at(schema, path);
    let (key, value) = (leaf(schema, list.node, "k"), leaf(schema, list.node, "v"));
    let each = (0..count).map(|number| vec![(key, name(number, text)), (value, Value::Unsigned(7))]);
    let data = entries(list.node, schema, each);
    (list, data)
}

fn name(number: u32, text: bool) -> Value {
    if text { Value::from(format!("entry{number}").as_str()) } else { Value::Unsigned(u64::from(number)) }
}

/// Hosts, each of which refers to another.
fn hosts(schema: &Schema, count: u32) -> (InstanceIdentifier, Data) {
    let list = at(schema, "/b:host");
    let leafs = ["name", "address", "port", "peer", "backup"].map(|name| leaf(schema, list.node, name));
    let text = |number: u32| Value::from(format!("host{number}").as_str());
    let each = (0..count).map(|number| {
        let peer = text((number * 7 + 1) % count);
        let values = [text(number), text(number / 3), Value::Unsigned(u64::from(number % 3)), peer.clone(), peer];
        leafs.into_iter().zip(values).collect()
    });
    let data = entries(list.node, schema, each);
    (list, data)
}

/// The time that the processor has worked for this program.
fn worked() -> Duration {
    let used = getrusage(UsageWho::RUSAGE_SELF).expect("every program has it").user_time();
    Duration::from_micros(u64::try_from(used.tv_sec() * 1_000_000 + used.tv_usec()).unwrap_or(0))
}

/// Microseconds of one call in the fastest round.
fn best(rounds: u32, calls: u32, mut work: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..rounds {
        let start = worked();
        (0..calls).for_each(|_| work());
        best = best.min(worked().saturating_sub(start));
    }
    best.as_secs_f64() * 1e6 / f64::from(calls)
}

/// Requests of one kind, each under a message id of its own.
struct Client {
    datagram: Vec<u8>,
    micros: u64,
    id: u16,
}

impl Client {
    fn peer() -> Peer {
        Peer::insecure("127.0.0.1:40000".parse().expect("an address"))
    }

    fn new(request: &Request) -> Client {
        let mut endpoint = Endpoint::new(coap::Limits::DEVICE, 1);
        let call = request.with_outgoing(false, |outgoing| endpoint.call(Instant::START, Client::peer(), outgoing));
        let mut datagram = Vec::new();
        assert!(call.is_ok() && endpoint.poll_transmit(&mut datagram).is_some());
        Client { datagram, micros: 1_000_000, id: 0 }
    }

    /// The code of the answer.
    fn ask(&mut self, device: &mut Device<Nobody>, answer: &mut Vec<u8>) -> u8 {
        self.micros += 10;
        self.id = self.id.wrapping_add(1);
        let [_, _, high, low, ..] = self.datagram.as_mut_slice() else { panic!("a message") };
        [*high, *low] = self.id.to_be_bytes();
        device.handle_datagram(Instant::from_micros(self.micros), Client::peer(), &self.datagram);
        answer.clear();
        assert!(device.poll_transmit(answer).is_some());
        answer[1]
    }
}

fn requests(schema: &'static Schema, count: u32) -> (f64, f64, usize) {
    let limits = Limits { datastore: datastore::Limits::SERVER, ..Limits::SERVER };
    let mut device = Device::new(Nobody(schema)).coreconf().limits(limits).seed(7).build().expect("a device");
    let (list, data) = plain(schema, "/b:system", count, false);
    let first = at(schema, "/b:c/a");
    device
        .edit(Instant::START, |edit| {
            edit.replace(&list, data)?;
            edit.replace(&first, Data::Leaf(Value::Unsigned(1)))?;
            edit.replace(&at(schema, "/b:c/on"), Data::Leaf(Value::Boolean(false)))
        })
        .expect("a valid edit");
    let value = |number: u32| at(schema, &format!("/b:system[k='{number}']/v"));
    let fetch = Request::fetch(schema, &[first, value(count / 2), value(count - 1)]).expect("identifiers");
    let set = at(schema, "/b:c/set");
    let (mut answer, mut number) = (Vec::new(), 0);
    let mut fetch = Client::new(&fetch);
    assert_eq!(fetch.ask(&mut device, &mut answer), 0x45, "2.05");
    let fetched = best(20, 500, || assert_eq!(fetch.ask(&mut device, &mut answer), 0x45));
    // two requests, so that each changes something
    let mut patches = [1, 2].map(|value| {
        let data = Data::Leaf(Value::Unsigned(value));
        Client::new(&Request::patch(schema, &[(set.clone(), Some(data))]).expect("a patch"))
    });
    let (mut micros, mut id) = (fetch.micros, fetch.id);
    let patched = best(20, 500, || {
        number += 1;
        let patch = &mut patches[number % 2];
        (patch.micros, patch.id) = (micros, id);
        assert_eq!(patch.ask(&mut device, &mut answer), 0x44, "2.04");
        (micros, id) = (patch.micros, patch.id);
    });
    (fetched, patched, device.datastore().instances())
}

/// Microseconds of an edit, whatever it does.
fn edits(schema: &'static Schema, count: u32, path: &str, text: bool) -> [f64; 3] {
    let mut store = Datastore::new(schema, datastore::Limits::SERVER);
    let mut board = Nobody(schema);
    let (list, data) = plain(schema, path, count, text);
    let mut edit = store.edit(Origin::Board);
    edit.replace(&list, data).expect("a list");
    edit.finish(&mut board).expect("a valid edit");
    let entry = |number: u32| InstanceIdentifier { node: list.node, keys: vec![name(number, text)] };
    let value = leaf(schema, list.node, "v");
    let mut number = 0;
    // where an edit costs as much as the list is long, fewer will do
    let calls = if text && count > 10_000 { 2 } else { 200 };
    let changed = best(5, calls, || {
        number = (number + 7919) % count;
        let at = InstanceIdentifier { node: value, keys: vec![name(number, text)] };
        let mut edit = store.edit(Origin::Board);
        edit.replace(&at, Data::Leaf(Value::Unsigned(u64::from(number)))).expect("a leaf");
        black_box(edit.finish(&mut board).expect("a valid edit"));
    });
    let come_and_gone = best(5, calls, || {
        number = (number + 7919) % count;
        let mut edit = store.edit(Origin::Board);
        assert!(edit.delete(&entry(number)).expect("an entry"));
        edit.finish(&mut board).expect("a valid edit");
        let mut edit = store.edit(Origin::Board);
        edit.ensure(&entry(number)).expect("an entry");
        black_box(edit.finish(&mut board).expect("a valid edit"));
    });
    let read = best(5, 10 * calls, || {
        number = (number + 7919) % count;
        assert!(black_box(store.get(&entry(number))).is_some());
    });
    [changed, come_and_gone / 2.0, read]
}

fn validated(schema: &'static Schema, count: u32) -> [f64; 3] {
    let (list, data) = hosts(schema, count);
    let content: Content = [(list.node, data.clone())].into_iter().collect();
    let document = best(3, 1, || {
        let errors = check_document(schema, &content, Document::Config, 10);
        assert!(errors.is_empty(), "{:?}", errors.first());
    });
    let mut store = Datastore::new(schema, datastore::Limits::SERVER);
    let mut board = Nobody(schema);
    let replaced = best(1, 1, || {
        let mut edit = store.edit(Origin::Board);
        edit.replace(&list, data.clone()).expect("a list");
        edit.finish(&mut board).expect("a valid edit");
    });
    let port = leaf(schema, list.node, "port");
    let mut number = 0_u32;
    let edited = best(3, 10, || {
        number += 1;
        let keys = vec![Value::from(format!("host{}", number * 31 % count).as_str())];
        let mut edit = store.edit(Origin::Board);
        let at = InstanceIdentifier { node: port, keys };
        edit.replace(&at, Data::Leaf(Value::Unsigned(u64::from(100 + number)))).expect("a leaf");
        edit.finish(&mut board).expect("a valid edit");
    });
    [document / 1000.0, replaced / 1000.0, edited]
}

fn main() {
    // cargo's own arguments mean nothing here
    let schema = schema();
    let mut flat = Vec::new();
    for count in [2, 330, 33_330] {
        let (fetched, patched, nodes) = requests(schema, count);
        println!("{nodes:>6} nodes: fetch of 3 leaves {fetched:.2} us, iPATCH of a leaf with 20 musts {patched:.2} us");
        flat.push((fetched, patched));
    }
    if let [first, .., last] = flat.as_slice() {
        println!("  largest to smallest: fetch {:.2}, iPATCH {:.2} (goal 2)", last.0 / first.0, last.1 / first.1);
    }
    for count in [1_000, 10_000, 100_000] {
        let [document, replaced, edited] = validated(schema, count);
        println!(
            "{count:>6} entries with unique and leafrefs: a document checked in {document:.1} ms, stored and checked in \
             {replaced:.1} ms, then one leaf of unique changed in {edited:.1} us"
        );
    }
    // a list ordered by the user is brought into the order of a payload in a time that grows with its square
    for (path, order, text, most) in [("/b:system", "system", false, 100_000), ("/b:user", "user", true, 4_000)] {
        for count in [1_000, most] {
            let [changed, come, read] = edits(schema, count, path, text);
            println!(
                "{count:>6} entries ordered by {order}: a leaf changed in {changed:.2} us, an entry made or deleted in \
                 {come:.2} us, found in {read:.3} us"
            );
        }
    }
    for (path, text, count) in [("/b:system", false, 100_000), ("/b:user", true, 4_000)] {
        let mut store = Datastore::new(schema, datastore::Limits::SERVER);
        let mut board = Nobody(schema);
        let (list, data) = plain(schema, path, count, text);
        let counted = allocation_counter::measure(|| {
            let mut edit = store.edit(Origin::Board);
            edit.replace(&list, data.clone()).expect("a list");
            edit.finish(&mut board).expect("a valid edit");
        });
        let nodes = store.instances();
        println!(
            "{path}: {:.0} bytes a data node that {nodes} nodes take, {:.0} at most while they are stored",
            counted.bytes_current as f64 / nodes as f64,
            counted.bytes_max as f64 / nodes as f64
        );
    }
}
