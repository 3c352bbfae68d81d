//! How many requests a second a server answers: our FETCH of three leaves beside libcoap's plain GET, in turn, in one
//! run, each server on core 0 and the generator on core 1.
//!
//! `cargo run --release -p comi-tests --bin throughput` needs the command `comi` (built beside it), libcoap's
//! `coap-server-notls` (Debian's libcoap3-bin) and `taskset`. Absolute figures move with the machine: read the ratio.

mod generator;
mod server;

use std::time::Duration;

use generator::{Load, Measured};
use server::Server;

/// CORECONF FETCH of /acme-valve:valve/position, …/target and …/mode: three SIDs as a CBOR sequence, written by hand
/// so that the generator shares no code with the server.
fn fetch_three_leaves(sids: [u32; 3]) -> Load {
    let mut payload = Vec::new();
    for sid in sids {
        payload.push(0x19);
        payload.extend_from_slice(&u16::try_from(sid).expect("a SID below 65536").to_be_bytes());
    }
    // Code 0.05 FETCH; Uri-Path "c", Content-Format 141.
    Load {
        code: 0x05,
        options_and_payload: [&[0xb1, b'c', 0x11, 141, 0xff][..], &payload].concat(),
        expected_code: 0x45,
    }
}

/// GET of libcoap's example resource `/`, an answer of about 60 bytes.
fn plain_get() -> Load {
    Load { code: 0x01, options_and_payload: vec![0xb4, b't', b'i', b'm', b'e'], expected_code: 0x45 }
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(3);
    let sids = server::valve_sids();
    println!(
        "{:<22} {:>12} {:>9} {:>9} {:>12} {:>9}",
        "server", "requests/s", "p50 us", "p99 us", "CPU us/req", "RSS MB"
    );
    let mut libcoap = Vec::new();
    let mut comi = Vec::new();
    for _ in 0..3 {
        libcoap.push(measure("libcoap GET /time", &Server::libcoap(), &plain_get(), seconds));
        comi.push(measure("comi FETCH 3 leaves", &Server::comi(), &fetch_three_leaves(sids), seconds));
    }
    let ratio = median(&comi) / median(&libcoap);
    println!("fetch_vs_libcoap_get {ratio:.2}");
}

fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn measure(name: &str, server: &Server, load: &Load, seconds: u64) -> f64 {
    generator::run(server.address(), load, Duration::from_millis(500));
    let cpu_before = server.cpu();
    let Measured { answers, wall, latencies } = generator::run(server.address(), load, Duration::from_secs(seconds));
    let cpu = server.cpu().saturating_sub(cpu_before);
    let rate = answers as f64 / wall.as_secs_f64();
    let at = |share: usize| latencies.get(latencies.len() * share / 100).map_or(0, Duration::as_micros);
    println!(
        "{name:<22} {rate:>12.0} {:>9} {:>9} {:>12.2} {:>9.1}",
        at(50),
        at(99),
        cpu.as_secs_f64() * 1e6 / answers.max(1) as f64,
        server.resident_bytes() as f64 / 1e6,
    );
    rate
}
