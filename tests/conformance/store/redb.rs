//! A store in a file.

use std::fs;
use std::path::PathBuf;

use comi_runtime::store::{Persistence, Redb, StoreError};

use crate::fixture::{NOW, module, running, set, start, try_start};

const MODEL: &str = "list server { key name; leaf name { type string; } leaf note { type string; } }";

fn file(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("store-{name}-{}.redb", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

fn fill(path: &PathBuf, entries: usize) -> String {
    let mut device = start(module(MODEL), Redb::open(path));
    for name in 0..entries {
        set(&mut device, &format!("/t:server[name='{name}']/note"), "\"note\"").unwrap();
    }
    running(&device)
}

#[test]
fn a_file_has_what_was_saved() {
    let path = file("saved");
    let before = fill(&path, 20);
    assert_eq!(running(&start(module(MODEL), Redb::open(&path))), before);
    fs::remove_file(path).unwrap();
}

#[test]
fn a_file_has_one_device_at_a_time() {
    let path = file("one");
    let device = start(module(MODEL), Redb::open(&path));
    let error = try_start(module(MODEL), Redb::open(&path)).unwrap_err();
    assert!(matches!(error, comi_runtime::store::StartError::Store(StoreError::Unavailable(_))), "{error}");
    drop(device);
    drop(start(module(MODEL), Redb::open(&path)));
    fs::remove_file(path).unwrap();
}

#[test]
fn a_file_that_can_not_be_made_is_an_error_at_the_start() {
    let error = try_start(module(MODEL), Redb::open("/nowhere/at/all.redb")).unwrap_err();
    assert!(error.to_string().starts_with("the store can't be used: "), "{error}");
}

/// Whatever byte is another one: all is there, or it is told.
#[test]
fn no_damaged_byte_is_missed() {
    let path = file("byte");
    let before = fill(&path, 40);
    let bytes = fs::read(&path).unwrap();
    let (mut damaged, mut whole) = (0, 0);
    for at in (0..bytes.len()).step_by(bytes.len() / 60) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x5a;
        fs::write(&path, &broken).unwrap();
        match try_start(module(MODEL), Redb::open(&path)) {
            Ok(device) if device.restored().unwrap().damage.is_some() => damaged += 1,
            Ok(device) => {
                assert_eq!(running(&device), before, "byte {at}");
                whole += 1;
            }
            Err(error) => panic!("byte {at}: {error}"),
        }
    }
    assert!(damaged > 5 && whole > 5, "{damaged} {whole}");
    fs::remove_file(path).unwrap();
}

#[test]
fn a_damaged_file_is_kept_when_it_is_mended() {
    let path = file("mended");
    fill(&path, 40);
    let schema = module(MODEL);
    for size in [0_usize, 1, 4096] {
        let garbage = vec![0x5a; size.max(1)];
        fs::write(&path, &garbage).unwrap();
        let mut device = start(schema, Persistence::new(Redb::open(&path)));
        assert!(device.restored().unwrap().damage.is_some());
        device.factory_reset(NOW).unwrap();
        set(&mut device, "/t:server[name='new']/note", "\"n\"").unwrap();
        drop(device);
        let kept = path.with_extension("redb.damaged");
        assert_eq!(fs::read(&kept).unwrap(), garbage);
        assert_eq!(running(&start(schema, Redb::open(&path))), "{\"t:server\":[{\"name\":\"new\",\"note\":\"n\"}]}");
        fs::remove_file(kept).unwrap();
    }
    fs::remove_file(path).unwrap();
}
