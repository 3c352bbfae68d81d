//! YANG-CBOR beside minicbor: `cargo bench -p comi-tests --bench codec`.
//!
//! A document of 205 bytes (integer keys, strings, decimal64) is decoded and encoded by schema, and by code that is
//! written by hand for this one document with minicbor, streaming, which checks neither names nor types nor ranges nor
//! what comes twice. Decoding here means: bytes checked against the schema into values. Then a document of 1 MB. One
//! thread; the fastest of many rounds, which take turns, so that other work on the machine counts little. Ratios are
//! what to compare.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use comi_runtime::cbor::{Allowed, Encoder, Identifiers, Reader, Visit, read_content, visit_content};
use comi_runtime::json;
use comi_runtime::model::wire;
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Content, Data, Lent, Part, Value, write_data};

mod by_hand;

/// What `build.rs` made of bench/station.
mod model {
    include!(concat!(env!("OUT_DIR"), "/station.rs"));
}

use model::station::wire::Station;

const DOCUMENT: &str = r#"{"station:station": {
  "name": "weather-station-17", "place": "Bremen, north tower", "latitude": "53.075878", "longitude": "8.807311",
  "sensor": [
    {"name": "air", "kind": "temperature", "unit": "Celsius", "reading": "21.57"},
    {"name": "humidity", "kind": "relative", "unit": "percent", "reading": "48.25"},
    {"name": "pressure", "kind": "barometer", "unit": "hPa", "reading": "1013.25"},
    {"name": "wind", "kind": "anemometer", "unit": "m/s", "reading": "3.40"}
  ]
}}"#;

/// The fastest round of each, in nanoseconds a call.
fn best<const N: usize>(calls: u32, mut works: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (work, best) in works.iter_mut().zip(&mut best) {
            let start = Instant::now();
            for _ in 0..calls {
                work();
            }
            *best = start.elapsed().min(*best);
        }
    }
    best.map(|best| best.as_secs_f64() * 1e9 / f64::from(calls))
}

const ROUNDS: usize = 40;

fn decode(schema: &Schema, bytes: &[u8]) -> Content {
    let mut reader = Reader::new(bytes);
    let content = read_content(schema, NodeIndex::ROOT, Allowed::Config, &mut reader).expect("a document");
    reader.finish().expect("nothing behind it");
    content
}

/// Sums up what it is given, as a program would that has no use for a tree.
#[derive(Default)]
struct Sum {
    length: usize,
    number: i64,
}

impl Visit for Sum {
    type Open = ();

    fn enter(&mut self, _: NodeIndex, _: Part) {}

    fn value(&mut self, (): &mut (), _: NodeIndex, value: Lent<'_>) {
        match value {
            Lent::String(text) => self.length += text.len(),
            Lent::Value(Value::Decimal64(mantissa)) => self.number = self.number.wrapping_add(mantissa),
            _ => {}
        }
    }

    fn any(&mut self, (): &mut (), _: NodeIndex, cbor: Box<[u8]>) {
        self.length += cbor.len();
    }

    fn leave(&mut self, (): &mut (), _: NodeIndex, (): ()) {}

    fn sort(&mut self, (): &mut (), _: &[usize]) {}
}

fn visit(schema: &Schema, bytes: &[u8]) -> Sum {
    let mut reader = Reader::new(bytes);
    let mut sum = Sum::default();
    visit_content(schema, NodeIndex::ROOT, Allowed::Config, &mut reader, &mut sum).expect("a document");
    reader.finish().expect("nothing behind it");
    sum
}

fn encode(schema: &Schema, data: &Data, out: &mut Vec<u8>) {
    out.clear();
    write_data(&mut Encoder::new(schema, out, Identifiers::Sids, usize::MAX), NodeIndex::ROOT, data).expect("data");
}

fn small(schema: &'static Schema) {
    let json = json::read_content(schema, NodeIndex::ROOT, Allowed::Config, DOCUMENT);
    let data = Data::Container(json.unwrap_or_else(|error| panic!("{}", error.describe(schema))));
    let mut bytes = Vec::new();
    encode(schema, &data, &mut bytes);
    assert_eq!(bytes.len(), 205);
    println!("205 bytes");
    let station = by_hand::decode(&bytes).expect("minicbor reads it");
    let mut theirs = Vec::new();
    by_hand::encode(&station, &mut theirs);
    assert_eq!(theirs, bytes);

    let typed: Station<'_> = wire::read_document(&bytes).expect("the typed codec reads it");
    let mut ours = Vec::new();
    wire::write_document(&typed, &mut ours).expect("and writes it");
    assert_eq!(ours, bytes);

    let (mut out, mut other) = (Vec::new(), Vec::new());
    let [hand, ours, lent, tree] = best(
        2000,
        [
            &mut || drop(black_box(by_hand::decode(black_box(&bytes)))),
            &mut || drop(black_box(wire::read_document::<Station<'_>>(black_box(&bytes)))),
            &mut || {
                black_box(visit(schema, black_box(&bytes)));
            },
            &mut || drop(black_box(decode(schema, black_box(&bytes)))),
        ],
    );
    println!("  decode: minicbor by hand {hand:.0} ns");
    println!("    into generated structs {ours:.0} ns = {:.2}", ours / hand);
    println!("    values lent to a visitor {lent:.0} ns = {:.2}", lent / hand);
    println!("    into a tree that is kept {tree:.0} ns = {:.2}", tree / hand);
    let mut typed_out = Vec::new();
    let [hand, ours, tree] = best(
        2000,
        [
            &mut || by_hand::encode(black_box(&station), black_box(&mut other)),
            &mut || {
                typed_out.clear();
                wire::write_document(black_box(&typed), black_box(&mut typed_out)).expect("values of their types");
            },
            &mut || encode(schema, black_box(&data), black_box(&mut out)),
        ],
    );
    println!("  encode: minicbor by hand {hand:.0} ns");
    println!("    from generated structs {ours:.0} ns = {:.2}", ours / hand);
    println!("    from a tree {tree:.0} ns = {:.2}", tree / hand);
}

/// A document of 1 MB: the same with thousands of sensors.
fn large(schema: &'static Schema) {
    let mut json = String::from(r#"{"station:station": {"sensor": ["#);
    for number in 0..19_500 {
        let separator = if number == 0 { "" } else { "," };
        write!(
            json,
            r#"{separator}{{"name": "sensor-{number:06}", "kind": "temperature", "unit": "Celsius", "reading": "{}.57"}}"#,
            number % 100
        )
        .expect("memory");
    }
    json.push_str("]}}");
    let content = json::read_content(schema, NodeIndex::ROOT, Allowed::Config, &json);
    let data = Data::Container(content.unwrap_or_else(|error| panic!("{}", error.describe(schema))));
    let mut bytes = Vec::new();
    encode(schema, &data, &mut bytes);
    let mut out = Vec::new();
    let typed: Station<'_> = wire::read_document(&bytes).expect("the typed codec reads it");
    let mut typed_out = Vec::new();
    let [typed_in, lent, tree, typed_encoded, encoded] = best(
        1,
        [
            &mut || drop(black_box(wire::read_document::<Station<'_>>(black_box(&bytes)))),
            &mut || {
                black_box(visit(schema, black_box(&bytes)));
            },
            &mut || drop(black_box(decode(schema, black_box(&bytes)))),
            &mut || {
                typed_out.clear();
                wire::write_document(black_box(&typed), black_box(&mut typed_out)).expect("values of their types");
            },
            &mut || encode(schema, black_box(&data), black_box(&mut out)),
        ],
    );
    let rate = |nanoseconds: f64| bytes.len() as f64 * 1e3 / nanoseconds;
    println!("{} bytes", bytes.len());
    println!(
        "  decode: into generated structs {:.0} MB/s, values lent {:.0} MB/s, into a tree {:.0} MB/s",
        rate(typed_in),
        rate(lent),
        rate(tree),
    );
    println!("  encode: from generated structs {:.0} MB/s, from a tree {:.0} MB/s", rate(typed_encoded), rate(encoded));
}

fn main() {
    let schema = &model::SCHEMA;
    small(schema);
    large(schema);
}
