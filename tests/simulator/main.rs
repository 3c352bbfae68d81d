//! Many endpoints on a network that loses, repeats, reorders, delays and damages datagrams, while devices reboot: what
//! must hold whatever happens (RFC 7252 sections 4.2 to 4.5, RFC 7641 sections 1.3 and 4.5, RFC 7959 section 2).
//!
//! Every request ends once, by its answer or a failure; nothing is applied twice; no table outgrows its limit; all
//! observers come to hold the newest state; and when the lifetimes are over, nothing is left. A seed decides all, and
//! time is skipped. `COMI_SEEDS=10000` runs as many (`.ci/run` does); `COMI_SEED=7` replays one, with every datagram.
//! `world` is where to read first.

mod content;
mod edits;
mod history;
mod lwm2m;
mod network;
mod node;
mod random;
mod world;

/// The compiled model.
mod model {
    comi_runtime::include_model!();
}

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use comi_runtime::coap::{Limits, Method};

use network::Conditions;
use node::Wish;
use world::World;

/// Seeds of a plain `cargo test`.
const SEEDS: u64 = 300;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
}

/// Runs a scenario for all seeds on all processors, or for the one that is to be replayed.
fn for_all_seeds(test: &str, share: u64, scenario: impl Fn(u64, bool) + Sync) {
    if let Some(seed) = variable("COMI_SEED") {
        return scenario(seed, true);
    }
    let (end, next) = (variable("COMI_SEEDS").unwrap_or(SEEDS) / share, AtomicU64::new(0));
    let worker = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return failed;
            }
            if let Err(reason) = catch_unwind(AssertUnwindSafe(|| scenario(seed, false))) {
                failed.push((seed, reason.downcast_ref::<String>().cloned().unwrap_or_default()));
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut failed = Vec::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().for_each(|worker| failed.extend(worker.join().expect("failures are caught")));
    });
    failed.sort_unstable();
    let Some((seed, _)) = failed.first() else { return };
    let replay = format!("COMI_SEED={seed} cargo test -p comi-tests --test simulator {test} -- --nocapture");
    panic!("{} of {end} seeds fail; replay: {replay}\n{failed:#?}", failed.len());
}

#[test]
fn what_must_hold_holds_whatever_happens() {
    for_all_seeds("what_must_hold", 1, |seed, trace| World::of(seed, trace).run());
}

#[test]
fn bodies_of_64_kib_arrive_at_30_percent_loss_both_ways() {
    let jitter = Duration::from_millis(50);
    let conditions = Conditions { loss: 300, duplication: 20, jitter, ..Conditions::PERFECT };
    for_all_seeds("bodies_of_64_kib", 10, |seed, trace| {
        for wish in [Wish::Store(Method::Put, 65536), Wish::Store(Method::Post, 65536), Wish::Swap(65536)] {
            let mut world = World::quiet(seed, &Limits::SERVER, conditions, trace);
            world.ask(wish);
            world.rest();
            let node = &world.nodes[0];
            assert_eq!((node.succeeded, node.ended), (1, 1), "{wish:?} failed after {} datagrams", world.datagrams);
        }
    });
}

#[test]
fn conflicting_edits_of_64_clients_are_linearisable_under_loss() {
    let conditions = Conditions {
        loss: 200,
        duplication: 50,
        latency: Duration::from_millis(40),
        jitter: Duration::from_millis(400),
        ..Conditions::PERFECT
    };
    let schema = edits::schema();
    for_all_seeds("conflicting_edits", 100, |seed, trace| {
        let (history, stands) = edits::Counting::new(seed, 64, conditions, schema).run();
        let count = |wanted: fn(history::Operation) -> bool, answered| {
            history.count(|operation, has_answer| wanted(operation) && has_answer == answered)
        };
        let written = count(|operation| matches!(operation, history::Operation::Write(_)), true);
        let refused = count(|operation| matches!(operation, history::Operation::Refused(_)), true);
        let unknown = count(|operation| matches!(operation, history::Operation::Write(_)), false);
        if trace {
            eprintln!("{written} written, {refused} refused, {unknown} without an answer, {stands} stands there");
        }
        assert!(written > 64 && refused > 64, "they get in each other's way: {written} written, {refused} refused");
        if let Err(why) = history.linearise(stands) {
            panic!("seed {seed}: {why}");
        }
    });
}

#[test]
fn a_device_finds_back_to_both_servers_and_no_observation_is_lost() {
    for_all_seeds("a_device_finds_back", 10, |seed, trace| lwm2m::World::of(seed, trace).run());
}

#[test]
fn a_run_replays_from_its_seed() {
    let runs = [0, 1].map(|_| {
        let mut world = World::of(41, false);
        world.run();
        world.datagrams
    });
    assert_eq!(runs[0], runs[1]);
}
