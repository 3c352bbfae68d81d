//! What keeping the configuration costs: `cargo bench -p comi-tests --bench store`.
//!
//! A list of settings, 10 MB of records in redb's file: how long a device takes to start with it, beside one of a tenth;
//! what one leaf costs that is changed by an iPATCH's edit, with the store, in memory, and without one; how many bytes
//! are written for it, beside the bytes of its record; the same in a simulated flash.

#[path = "../conformance/store/fixture.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod fixture;
#[path = "../conformance/store/media.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod media;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use comi_runtime::Device;
use comi_runtime::store::{Flash, Memory, Persistence, Redb};
use comi_runtime::value::{Data, InstanceIdentifier};
use fixture::{NOW, TestDevice, at, module, start};
use media::SimFlash;
use redb::StorageBackend;

const MODEL: &str = "list setting { key name; leaf name { type string; } leaf level { type uint32; } \
                     leaf note { type string; } }";

/// A file that counts what is written.
#[derive(Debug)]
struct Counting {
    file: redb::backends::FileBackend,
    written: Arc<AtomicU64>,
}

impl StorageBackend for Counting {
    fn len(&self) -> Result<u64, std::io::Error> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        self.file.read(offset, out)
    }

    fn set_len(&self, length: u64) -> Result<(), std::io::Error> {
        self.file.set_len(length)
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        self.written.fetch_add(data.len() as u64, Ordering::Relaxed);
        self.file.write(offset, data)
    }
}

fn counting(path: &Path, written: &Arc<AtomicU64>) -> Redb {
    let file = std::fs::OpenOptions::new().read(true).write(true).open(path).expect("it is there");
    let file = redb::backends::FileBackend::new(file).expect("nobody has it");
    Redb::on(Counting { file, written: Arc::clone(written) })
}

fn leaf(entry: usize) -> InstanceIdentifier {
    at(module_of_bench(), &format!("/t:setting[name='setting number {entry:08}']/level"))
}

fn module_of_bench() -> &'static comi_runtime::schema::Schema {
    static SCHEMA: std::sync::OnceLock<&'static comi_runtime::schema::Schema> = std::sync::OnceLock::new();
    SCHEMA.get_or_init(|| module(MODEL))
}

/// Fills a device with so many entries.
fn fill(device: &mut TestDevice, entries: usize) {
    let schema = module_of_bench();
    let note = at(schema, "/t:setting[name='x']/note").node;
    for start in (0..entries).step_by(1000) {
        device
            .edit(NOW, |edit| {
                for entry in start..(start + 1000).min(entries) {
                    let mut at = leaf(entry);
                    edit.replace(&at, Data::Leaf((entry as u64).into()))?;
                    at.node = note;
                    edit.replace(&at, Data::Leaf("a note of some length on it".into()))?;
                }
                Ok(())
            })
            .expect("it is saved");
    }
}

/// Microseconds of one edit of one leaf: the median of the runs.
fn one_leaf(device: &mut TestDevice, entries: usize, runs: usize) -> f64 {
    let mut times = Vec::new();
    for run in 0..runs {
        let at = leaf(run * 7919 % entries);
        let data = Data::Leaf((run as u64 + 1_000_000).into());
        let begin = Instant::now();
        device.edit(NOW, |edit| edit.replace(&at, data)).expect("it is saved");
        times.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn file(entries: usize) -> PathBuf {
    let path = std::env::temp_dir().join(format!("comi-bench-{entries}-{}.redb", std::process::id()));
    let _ = std::fs::remove_file(&path);
    fill(&mut start(module_of_bench(), Redb::open(&path)), entries);
    path
}

fn main() {
    // three records an entry: 38 + 1, 40 + 5 and 40 + 29 bytes, and a checksum of 4 bytes for each
    let entries = 66_000;
    let schema = module_of_bench();
    let mut starts = Vec::new();
    let mut edits = Vec::new();
    for entries in [entries / 10, entries] {
        let path = file(entries);
        let size = std::fs::metadata(&path).expect("it is there").len();
        let written = Arc::new(AtomicU64::new(0));
        let begin = Instant::now();
        let mut device = start(schema, counting(&path, &written));
        let took = begin.elapsed().as_secs_f64() * 1e3;
        written.store(0, Ordering::Relaxed);
        let runs = 200;
        let micros = one_leaf(&mut device, entries, runs);
        let bytes = written.load(Ordering::Relaxed) / runs as u64;
        println!(
            "{entries} entries, file of {:.1} MB: start {took:.0} ms; one leaf {micros:.0} us, {bytes} bytes written",
            size as f64 / 1e6
        );
        starts.push(took);
        edits.push(micros);
        drop(device);
        std::fs::remove_file(path).expect("it is there");
    }
    println!("start, ten times the data: {:.1}x; one leaf: {:.2}x", starts[1] / starts[0], edits[1] / edits[0]);

    let mut memory = start(schema, Memory::default());
    fill(&mut memory, entries / 10);
    let in_memory = one_leaf(&mut memory, entries / 10, 2000);
    let board = || fixture::diary(schema);
    let mut without =
        Device::new(board()).coreconf().seed(1).limits(comi_runtime::Limits::SERVER).build().expect("one");
    fill(&mut without, entries / 10);
    let nothing = one_leaf(&mut without, entries / 10, 2000);
    println!(
        "one leaf without a store {nothing:.2} us, with one in memory {in_memory:.2} us ({:.2}x), in redb {:.0}x (its sync)",
        in_memory / nothing,
        edits[0] / nothing
    );

    let chip = SimFlash::<4, 4096>::new(32, 1);
    let mut device = start(schema, Persistence::new(Flash::new(chip.clone(), 0..chip.end())));
    fill(&mut device, 100);
    // one lock at a time
    let counted = || {
        let chip = chip.chip();
        (chip.bytes_written, chip.erases)
    };
    let (written_before, erased_before) = counted();
    let runs = 2000;
    let micros = one_leaf(&mut device, 100, runs);
    let (written, erased) = counted();
    let (bytes, erases) = ((written - written_before) / runs, erased - erased_before);
    println!(
        "flash of 128 kB, 100 entries: one leaf {micros:.0} us of CPU, {bytes} bytes written, one erase in {} edits",
        runs / erases.max(1)
    );
}
