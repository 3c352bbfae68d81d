//! Power is cut at any moment of a write: what was acknowledged is there, what was under way is there as a whole or not
//! at all.
//!
//! `COMI_KILLS` says how often, ten times as many cuts as kills of a process: 1 000 in `.ci/run --full`.

use std::collections::BTreeMap;

use comi_runtime::store::{Flash, Redb, Store, StoreError, Write};

use crate::media::{Random, SimDisk, SimFlash};

/// How often a process is killed; power is cut ten times as often.
pub(crate) fn kills() -> usize {
    std::env::var("COMI_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

type Records = BTreeMap<Vec<u8>, Vec<u8>>;

/// A few records at random, of keys that come again.
fn changes(random: &mut Random, now: &Records) -> Vec<Write> {
    let mut changes = BTreeMap::new();
    for _ in 0..=random.below(5).saturating_sub(2) {
        let key = vec![0x19, u8::try_from(random.below(24)).unwrap()];
        let value = (random.below(4) > 0 || !now.contains_key(&key)).then(|| {
            let byte = u8::try_from(random.below(256)).unwrap();
            vec![byte; random.below(40)]
        });
        changes.insert(key, value);
    }
    changes.into_iter().map(|(key, value)| Write { key, value }).collect()
}

fn after(now: &Records, changes: &[Write]) -> Records {
    let mut records = now.clone();
    for change in changes {
        match &change.value {
            Some(value) => drop(records.insert(change.key.clone(), value.clone())),
            None => drop(records.remove(&change.key)),
        }
    }
    records
}

fn all(store: &mut impl Store) -> Result<Records, StoreError> {
    let mut records = Records::new();
    store.read(&mut |key, value| {
        assert!(records.insert(key.to_vec(), value.to_vec()).is_none(), "a record comes once");
    })?;
    Ok(records)
}

/// Writes until power goes, over and over; answers how many writes were acknowledged.
fn survive<S: Store>(
    seed: u64,
    cuts: usize,
    most: usize,
    open: &dyn Fn() -> S,
    power_on: &dyn Fn(Option<usize>),
) -> usize {
    let mut random = Random(seed);
    let mut now = Records::new();
    let mut under_way: Option<Records> = None;
    let mut acknowledged = 0;
    for cut in 0..cuts {
        // now and then power goes while the start mends what the last cut has left
        power_on(Some(random.below(most)));
        let mut store = open();
        if let Ok(found) = all(&mut store) {
            if under_way.as_ref() == Some(&found) {
                now = found;
            } else {
                assert_eq!(found, now, "seed {seed}, cut {cut}: {acknowledged} writes were acknowledged");
            }
            loop {
                let changes = changes(&mut random, &now);
                let new = after(&now, &changes);
                match store.write(&changes) {
                    Ok(()) => (now, acknowledged) = (new, acknowledged + 1),
                    Err(StoreError::Unavailable(_)) => {
                        under_way = Some(new);
                        break;
                    }
                    Err(error) => panic!("seed {seed}, cut {cut}: {error}"),
                }
            }
        }
        drop(store);
        power_on(None);
        let mut store = open();
        let found = all(&mut store).unwrap_or_else(|error| panic!("seed {seed}, cut {cut}: {error}"));
        match under_way.take() {
            Some(new) if found == new => now = new,
            _ => assert_eq!(found, now, "seed {seed}, cut {cut}: {acknowledged} writes were acknowledged"),
        }
    }
    acknowledged
}

fn survive_on_flash<const WORD: usize, const PAGE: usize>(pages: usize, seed: u64, cuts: usize) {
    let flash = SimFlash::<WORD, PAGE>::new(pages, seed);
    let range = 0..flash.end();
    let acknowledged = survive(seed, cuts, 2 * PAGE / WORD, &|| Flash::new(flash.clone(), range.clone()), &|fuel| {
        flash.power_on(fuel)
    });
    println!("words of {WORD}: {cuts} cuts, {acknowledged} writes acknowledged, {} pages erased", flash.chip().erases);
    assert!(acknowledged > cuts / 2, "{acknowledged}");
}

#[test]
fn what_a_flash_acknowledged_is_there_after_power_was_cut_anywhere() {
    let cuts = kills() * 10;
    for seed in 0..4 {
        survive_on_flash::<4, 1024>(8, seed, cuts / 10);
        survive_on_flash::<8, 1024>(8, seed + 10, cuts / 20);
        survive_on_flash::<1, 512>(12, seed + 20, cuts / 20);
        survive_on_flash::<16, 2048>(6, seed + 30, cuts / 20);
    }
}

#[test]
fn what_redb_acknowledged_is_there_after_power_was_cut_anywhere() {
    let cuts = kills() * 10;
    let seeds = 4;
    for seed in 0..seeds {
        let disk = SimDisk::new(seed);
        let cuts = cuts / usize::try_from(seeds).unwrap();
        let acknowledged = survive(seed, cuts, 120, &|| Redb::on(disk.clone()), &|fuel| disk.power_on(fuel));
        println!("redb: {cuts} cuts, {} of them within a write, {acknowledged} writes acknowledged", disk.plate().torn);
        assert!(acknowledged > cuts / 2 && disk.plate().torn > cuts / 4, "{acknowledged} {}", disk.plate().torn);
    }
}
