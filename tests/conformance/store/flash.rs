//! A store in a flash.

use comi_runtime::store::{Flash, Persistence, Store, StoreError, Write};

use crate::fixture::{NOW, module, running, set, start, try_start};
use crate::media::SimFlash;

const MODEL: &str = "list server { key name; leaf name { type string; } leaf note { type string; } }";

type Chip = SimFlash<4, 1024>;

fn open(chip: &Chip) -> Flash<Chip> {
    Flash::new(chip.clone(), 0..chip.end())
}

#[test]
fn a_flash_has_what_was_saved_and_its_wear_is_spread() {
    let schema = module(MODEL);
    let chip = Chip::new(8, 1);
    let mut device = start(schema, open(&chip));
    for step in 0..600 {
        set(&mut device, &format!("/t:server[name='{}']/note", step % 7), &format!("\"note {step}\"")).unwrap();
        if step % 7 == 3 {
            set(&mut device, &format!("/t:server[name='{}']", step % 7), "").unwrap();
        }
    }
    let before = running(&device);
    drop(device);
    let device = start(schema, open(&chip));
    assert_eq!(running(&device), before);
    assert!(device.restored().unwrap().is_whole());
    assert!(chip.chip().erases > 20, "pages were used again: {}", chip.chip().erases);
}

#[test]
fn a_flash_that_is_full_says_so_and_works_on() {
    let schema = module(MODEL);
    let chip = Chip::new(8, 1);
    let mut device = start(schema, open(&chip));
    let text = format!("\"{}\"", "x".repeat(200));
    let refused = (0..100).find_map(|name| set(&mut device, &format!("/t:server[name='{name}']/note"), &text).err());
    assert_eq!(refused.as_deref(), Some("the device failed: not saved: the store is full"));
    set(&mut device, "/t:server[name='0']", "").unwrap();
    set(&mut device, "/t:server[name='1']/note", "\"short\"").unwrap();
    let before = running(&device);
    assert_eq!(running(&start(schema, open(&chip))), before);
}

#[test]
fn a_record_that_is_too_large_is_refused() {
    let chip = Chip::new(8, 1);
    let mut store = open(&chip);
    let large = Write { key: vec![1], value: Some(vec![0; 600]) };
    assert_eq!(store.write(&[large]), Err(StoreError::TooLarge { bytes: 611, limit: 512 }));
    store.write(&[Write { key: vec![1], value: Some(vec![0; 500]) }]).unwrap();
}

#[test]
fn a_range_that_can_not_be_used_is_an_error_at_the_start() {
    let chip = Chip::new(8, 1);
    for range in [0..4096, 512..8192, 0..16384] {
        let error = try_start(module(MODEL), Flash::new(chip.clone(), range)).unwrap_err();
        assert!(error.to_string().contains("five whole pages"), "{error}");
    }
}

/// A write that begins behind the remains of others must not be hidden by them (sequential-storage's issue 136).
#[test]
fn a_write_behind_the_remains_of_others_is_found() {
    for (first, second) in (0..26).flat_map(|first| (0..26).map(move |second| (first, second))) {
        let chip = SimFlash::<1, 256>::new(8, 1);
        let open = || Flash::new(chip.clone(), 0..chip.end());
        let value = |byte: u8| [Write { key: vec![7], value: Some(vec![byte; 8]) }];
        for (fuel, byte) in [(first, 1), (second, 2)] {
            chip.power_on(Some(fuel));
            drop(open().write(&value(byte)));
        }
        chip.power_on(None);
        open().write(&value(3)).unwrap();
        assert_eq!(open().get(&[7]), Ok(Some(vec![3; 8])), "cut after {first} and {second}");
    }
}

/// Whatever bit has changed: all is there, or it is told; and a reset mends it.
#[test]
fn no_bit_that_has_changed_is_missed() {
    let schema = module(MODEL);
    let chip = Chip::new(8, 1);
    let mut device = start(schema, open(&chip));
    for step in 0..60 {
        set(&mut device, &format!("/t:server[name='{}']/note", step % 9), &format!("\"note {step}\"")).unwrap();
    }
    let before = running(&device);
    drop(device);
    let bytes = chip.chip().bytes.clone();
    let (mut damaged, mut whole, mut older) = (0, 0, 0);
    for at in (0..bytes.len()).step_by(5) {
        let chip = Chip::new(8, 1);
        chip.chip().bytes.copy_from_slice(&bytes);
        chip.chip().bytes[at] ^= 1 << (at % 8);
        let mut device = start(schema, Persistence::new(open(&chip)));
        if device.restored().unwrap().damage.is_some() {
            damaged += 1;
            if damaged % 16 == 0 {
                chip.forget_writes();
                device.factory_reset(NOW).unwrap();
                drop(device);
                assert!(start(schema, open(&chip)).restored().unwrap().is_whole());
            }
        } else if running(&device) == before {
            whole += 1;
        } else {
            // the newest item of all can't be told from one that power was lost in
            older += 1;
        }
    }
    assert!(damaged > 50 && whole > 50 && older < 30, "{damaged} {whole} {older}");
}
