//! What one request costs without the socket: `cargo bench -p comi-tests --bench endpoint`.
//!
//! A FETCH of three leaves, one of them asked of the board, from datagram to datagram through `Device`: nanoseconds and
//! allocations (goal: 1.0 us and 4 allocations), with room for 8192 exchanges as on a server and for 32 as on a device.
//! Then the options of that FETCH read by our walk, and by coap-lite. The fastest of many rounds counts, so that other
//! work on the machine counts little.

use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use coap_lite::Packet;
use comi_runtime::client::Request;
use comi_runtime::coap::{Endpoint, Message, Peer};
use comi_runtime::time::Instant;
use comi_runtime::value::{Data, Value};
use comi_runtime::{Device, Limits, coap};

mod endpoint_board;

use endpoint_board::Board;
use model::acme_valve::path::{valve_mode, valve_position, valve_target};

/// The compiled model.
mod model {
    comi_runtime::include_model!();
}

const ROUNDS: u32 = 200;
const CALLS: u32 = 500;

fn client() -> Peer {
    Peer::insecure("127.0.0.1:40000".parse().expect("an address"))
}

/// The request, as our client sends it, under message ids that count.
struct Fetch(Vec<u8>, u16);

impl Fetch {
    fn new(schema: &'static comi_runtime::schema::Schema) -> Fetch {
        let leaves = [valve_position(), valve_target(), valve_mode()];
        let request = Request::fetch(schema, &leaves).expect("identifiers");
        let mut endpoint = Endpoint::new(coap::Limits::DEVICE, 1);
        let call = request.with_outgoing(false, |outgoing| endpoint.call(Instant::START, client(), outgoing));
        let mut datagram = Vec::new();
        assert!(call.is_ok() && endpoint.poll_transmit(&mut datagram).is_some());
        Fetch(datagram, 0)
    }

    fn next(&mut self) -> &[u8] {
        self.1 = self.1.wrapping_add(1);
        self.0[2..4].copy_from_slice(&self.1.to_be_bytes());
        &self.0
    }
}

/// Nanoseconds of one call in the fastest round.
fn best(mut work: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Clock::now();
        (0..CALLS).for_each(|_| work());
        best = best.min(start.elapsed());
    }
    best.as_secs_f64() * 1e9 / f64::from(CALLS)
}

fn served(limits: Limits) -> (f64, f64, usize) {
    let device = Device::new(model::bind(Board)).coreconf().lwm2m().limits(limits).seed(7).build();
    let mut device = device.expect("a device");
    device.set(Instant::START, &valve_target(), Data::Leaf(Value::Unsigned(40))).expect("a target");
    let mut fetch = Fetch::new(device.schema());
    let (mut buffer, mut further) = (Vec::new(), Vec::new());
    let mut micros = 1_000_000;
    let peer = client();
    let mut serve = || {
        micros += 10;
        device.handle_datagram(Instant::from_micros(micros), peer, fetch.next());
        assert!(device.poll_transmit(&mut buffer).is_some());
        assert!(device.poll_transmit(&mut further).is_none());
        buffer.len()
    };
    // until the tables have their size
    let bytes = (0..20_000).map(|_| serve()).max().expect("answers");
    let nanoseconds = best(|| {
        black_box(serve());
    });
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            black_box(serve());
        }
    });
    (nanoseconds, counted.count_total as f64 / 1000.0, bytes)
}

fn main() {
    // cargo's own arguments mean nothing here
    for (name, limits) in [("server", Limits::SERVER), ("device", Limits::DEVICE)] {
        let (nanoseconds, allocations, bytes) = served(limits);
        println!(
            "fetch of 3 leaves, {name}: {nanoseconds:.0} ns, {allocations:.1} allocations, answer of {bytes} bytes"
        );
    }
    let schema = Device::new(model::bind(Board)).coreconf().build().expect("a device").schema();
    let mut fetch = Fetch::new(schema);
    let datagram = fetch.next();
    let ours = best(|| {
        let message = Message::parse(black_box(datagram)).expect("a message");
        black_box(message.options().map(|option| option.value.len()).sum::<usize>());
    });
    let theirs = best(|| {
        let packet = Packet::from_bytes(black_box(datagram)).expect("a message");
        black_box(packet.options().map(|(_, values)| values.iter().map(Vec::len).sum::<usize>()).sum::<usize>());
    });
    println!("its options: ours {ours:.1} ns, coap-lite {theirs:.1} ns, ratio {:.1}", theirs / ours);
}
