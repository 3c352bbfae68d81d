//! How many requests a second a server answers and what one costs, in turn, three times each, in one run: a bare
//! batched UDP echo (the limit), libcoap's plain GET, our GET, our FETCH of three leaves through CORECONF. Each server
//! has core 0 for itself, the one generator core 1. Then ten thousand observers of one resource.
//!
//! `cargo run --release -p comi-tests --bin throughput` needs the command `comi` (built beside it), libcoap's
//! `coap-server-notls` (Debian's libcoap3-bin) and `taskset`. Absolute figures move with the machine: read the ratios,
//! of medians, in the last lines. An argument is the seconds that each measurement takes. `observers` measures the
//! observers alone (also in a debug build), `everywhere` the FETCH at one address and at `[::]`.

mod echo;
mod generator;
mod observers;
mod server;

use std::time::Duration;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;

use generator::{Load, Measured};
use server::Server;

/// What one measurement gives.
#[derive(Clone, Copy)]
struct Figures {
    rate: f64,
    cpu_micros: f64,
}

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

/// GET of libcoap's example resource `/time`, an answer of about 20 bytes.
fn libcoap_get() -> Load {
    Load { code: 0x01, options_and_payload: b"\xb4time".to_vec(), expected_code: 0x45 }
}

/// GET of a resource of the demo device, the measured value of its sensor.
fn our_get() -> Load {
    Load { code: 0x01, options_and_payload: b"\xb43303\x010\x045700".to_vec(), expected_code: 0x45 }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some("echo") {
        let port = arguments.next().and_then(|text| text.parse().ok()).expect("echo PORT");
        return echo::serve(port);
    }
    if first.as_deref() == Some("observers") {
        return tell_observers();
    }
    stay_on_core(1);
    if first.as_deref() == Some("everywhere") {
        return compare_addresses();
    }
    let seconds = first.and_then(|text| text.parse().ok()).unwrap_or(3);
    let fetch = fetch_three_leaves(server::valve_sids());
    let echoed = Load { expected_code: fetch.code, ..fetch.clone() };
    println!(
        "{:<22} {:>12} {:>9} {:>9} {:>12} {:>9}",
        "server", "requests/s", "p50 us", "p99 us", "CPU us/req", "RSS MB"
    );
    let (mut limit, mut libcoap, mut get, mut fetches) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        limit.push(measure("UDP echo (the limit)", &Server::echo(), &echoed, seconds));
        libcoap.push(measure("libcoap GET /time", &Server::libcoap(), &libcoap_get(), seconds));
        get.push(measure("comi GET a resource", &Server::comi(), &our_get(), seconds));
        fetches.push(measure("comi FETCH 3 leaves", &Server::comi(), &fetch, seconds));
    }
    tell_observers();
    let rate = |runs: &[Figures]| median(runs, |run| run.rate);
    println!("get_vs_libcoap_get {:.2}", rate(&get) / rate(&libcoap));
    println!("fetch_vs_libcoap_get {:.2}", rate(&fetches) / rate(&libcoap));
    let cpu = |runs: &[Figures]| median(runs, |run| run.cpu_micros);
    println!("fetch_cpu_vs_limit {:.2}", cpu(&fetches) / cpu(&limit));
}

fn tell_observers() {
    let told = observers::run(&Server::comi());
    println!("observers_told {}", told.told);
    println!("observers_last_ms {:.1}", told.last.as_secs_f64() * 1e3);
    println!("observer_bytes {}", told.bytes);
}

/// A server at `[::]` takes datagrams of both families, and must say where each came to.
fn compare_addresses() {
    let fetch = fetch_three_leaves(server::valve_sids());
    let (mut one, mut every) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        one.push(measure("comi at 127.0.0.1", &Server::comi(), &fetch, 2));
        every.push(measure("comi at [::]", &Server::comi_everywhere(), &fetch, 2));
    }
    let cpu = |runs: &[Figures]| median(runs, |run| run.cpu_micros);
    println!("everywhere_cpu_vs_one_address {:.2}", cpu(&every) / cpu(&one));
}

fn stay_on_core(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core).expect("a core with a small number");
    sched_setaffinity(Pid::from_raw(0), &cores).expect("a machine with two cores");
}

fn median(runs: &[Figures], figure: impl Fn(&Figures) -> f64) -> f64 {
    let mut sorted: Vec<f64> = runs.iter().map(figure).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn measure(name: &str, server: &Server, load: &Load, seconds: u64) -> Figures {
    generator::run(server.address(), load, Duration::from_millis(500));
    let cpu_before = server.cpu();
    let Measured { answers, wall, latencies } = generator::run(server.address(), load, Duration::from_secs(seconds));
    let cpu = server.cpu().saturating_sub(cpu_before);
    let rate = answers as f64 / wall.as_secs_f64();
    let cpu_micros = cpu.as_secs_f64() * 1e6 / answers.max(1) as f64;
    let at = |share: usize| latencies.get(latencies.len() * share / 100).map_or(0, Duration::as_micros);
    println!(
        "{name:<22} {rate:>12.0} {:>9} {:>9} {cpu_micros:>12.2} {:>9.1}",
        at(50),
        at(99),
        server.resident_bytes() as f64 / 1e6,
    );
    Figures { rate, cpu_micros }
}
