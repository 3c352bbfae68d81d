//! A registry of many `.sid` files: loading, memory, look-ups. `cargo bench -p comi-tests --bench sid`.
//!
//! 5 000 files of 50 items are written as text, read and added to one [`Registry`]; then names and numbers are looked
//! up in an order that no cache foresees. The same with a tenth of the files shows whether a look-up's time grows with
//! their number.

use std::hint::black_box;
use std::time::Instant;

use comi_sid::{AssignmentRange, ModuleItems, Namespace, Registry, Sid, SidFile, duplicates, update};

const FILES: u64 = 5_000;
const ITEMS: u64 = 50;
const LOOK_UPS: u64 = 2_000_000;
const FROM: u64 = 1_000_000;

fn name(file: u64, item: u64) -> String {
    format!("/module-number-{file}:container/list-of-things/leaf-number-{item}")
}

fn text(file: u64) -> String {
    let mut module = ModuleItems::new(format!("module-number-{file}"));
    module.items.extend((1..ITEMS).map(|item| (Namespace::Data, name(file, item))));
    let made = update(None, &module, AssignmentRange::new(FROM + file * ITEMS, ITEMS));
    made.expect("a new file").file.to_json()
}

/// Bytes of memory that are in use, as Linux tells; none elsewhere.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Numbers below `limit` without order (a full-period generator of Knuth's).
fn shuffled(limit: u64) -> impl Iterator<Item = u64> {
    let mut state = 1u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    })
}

fn nanoseconds(since: Instant, count: u64) -> f64 {
    since.elapsed().as_secs_f64() * 1e9 / count as f64
}

fn measure(files: u64) {
    let texts: Vec<String> = (0..files).map(text).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let before = resident();

    let start = Instant::now();
    let parsed: Vec<SidFile> = texts.iter().map(|text| SidFile::parse(text).expect("a .sid file")).collect();
    let reading = start.elapsed();
    let start = Instant::now();
    let mut registry = Registry::default();
    for (index, file) in parsed.into_iter().enumerate() {
        registry.add(format!("{index}.sid"), file).expect("no clash");
    }
    let adding = start.elapsed();
    let memory = before.zip(resident()).map(|(before, after)| after.saturating_sub(before));

    let start = Instant::now();
    let twice = duplicates(registry.files().map(|file| (file.module_name.as_str(), file)));
    let comparing = start.elapsed();
    assert!(twice.is_empty());

    let start = Instant::now();
    for number in shuffled(files * ITEMS).take(LOOK_UPS as usize) {
        black_box(registry.item(Sid::new(FROM + number).expect("a SID")).expect("an item"));
    }
    let by_number = nanoseconds(start, LOOK_UPS);

    let names: Vec<(String, String)> = shuffled(files * (ITEMS - 1))
        .take(100_000)
        .map(|number| (number / (ITEMS - 1), number % (ITEMS - 1) + 1))
        .map(|(file, item)| (format!("module-number-{file}"), name(file, item)))
        .collect();
    let start = Instant::now();
    for _ in 0..LOOK_UPS / 100_000 {
        for (module, name) in &names {
            black_box(registry.sid(module, Namespace::Data, name).expect("a number"));
        }
    }
    let by_name = nanoseconds(start, LOOK_UPS);

    println!("{files} files, {} items, {:.1} MB of text", files * ITEMS, bytes as f64 / 1e6);
    println!(
        "  read in {:.0} ms ({:.0} MB/s), added in {:.0} ms, compared in {:.0} ms",
        reading.as_secs_f64() * 1e3,
        bytes as f64 / 1e6 / reading.as_secs_f64(),
        adding.as_secs_f64() * 1e3,
        comparing.as_secs_f64() * 1e3
    );
    if let Some(memory) = memory {
        let each = memory as f64 / (files * ITEMS) as f64;
        println!("  {:.1} MB of memory, {each:.0} bytes an item", memory as f64 / 1e6);
    }
    println!("  number → item {by_number:.0} ns, name → number {by_name:.0} ns");
}

fn main() {
    measure(FILES / 10);
    measure(FILES);
}
