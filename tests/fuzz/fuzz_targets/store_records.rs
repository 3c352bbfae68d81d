//! Whatever a store holds, a device starts with what it understands of it, or says why not; what it then saves is what
//! it starts with the next time, with nothing lost.
#![no_main]

mod schema;

use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::datastore::{Datastore, Limits, with_rules};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::store::{Memory, Migration, Persistence, Store, StoreError, Write};
use comi_runtime::value::{Content, Data, Value};
use libfuzzer_sys::fuzz_target;
use schema::schema;
use std::sync::{Arc, Mutex, OnceLock};

/// Records that outlive their store.
#[derive(Clone, Debug, Default)]
struct Shelf(Arc<Mutex<Memory>>);

impl Store for Shelf {
    fn read(&mut self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StoreError> {
        self.0.lock().unwrap().read(each)
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.lock().unwrap().get(key)
    }

    fn write(&mut self, changes: &[Write]) -> Result<(), StoreError> {
        self.0.lock().unwrap().write(changes)
    }

    fn replace(&mut self, records: &[Write]) -> Result<(), StoreError> {
        self.0.lock().unwrap().replace(records)
    }
}

struct Nobody(&'static Schema);

impl Board for Nobody {
    fn schema(&self) -> &'static Schema {
        self.0
    }

    fn read(&mut self, _: NodeIndex, _: &[Value]) -> Result<Data, Fault> {
        Err(Fault::Absent)
    }

    fn next(&mut self, _: NodeIndex, _: &[Value], _: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        Ok(None)
    }

    fn call(&mut self, _: Call, _: NodeIndex, _: &[Value], _: &Content) -> Result<Outcome<Content>, Fault> {
        Err(Fault::Absent)
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, _: &Change<'_>) {}
}

static MOVED: Migration = Migration::new(&[(60_001, 60_002), (60_002, 60_003), (1, 60_001)]);

fuzz_target!(|input: &[u8]| {
    static SCHEMA: OnceLock<&'static Schema> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| with_rules(schema()));
    // a byte for the length of each key and value; the first says whether there is a good head and a migration
    let (Some(first), mut rest) = (input.first(), input.get(1..).unwrap_or(&[])) else { return };
    let shelf = Shelf::default();
    let mut part = || -> Option<Vec<u8>> {
        let (length, behind) = rest.split_first()?;
        let (part, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        Some(part.to_vec())
    };
    while let (Some(key), Some(value)) = (part(), part()) {
        shelf.0.lock().unwrap().records.insert(key, value);
    }
    if first & 1 == 0 {
        shelf.0.lock().unwrap().records.insert(Vec::new(), vec![0x81, 0x01]);
    }
    let kept = || {
        let kept = Persistence::new(shelf.clone());
        if first & 2 == 0 { kept } else { kept.migration(MOVED.clone()) }
    };
    let start = || {
        let mut datastore = Datastore::new(schema, Limits::DEVICE);
        kept().start(&mut datastore, &mut Nobody(schema)).map(|()| datastore)
    };
    let before = shelf.0.lock().unwrap().clone();
    match start() {
        Err(error) => {
            drop(error.to_string());
            assert_eq!(*shelf.0.lock().unwrap(), before, "a start that fails changes nothing");
        }
        Ok(first) => {
            let told = |store: &Datastore| {
                let any: &dyn std::any::Any = store.persistence().expect("it is kept");
                let restored = any.downcast_ref::<Persistence>().expect("by this").restored().clone();
                drop(restored.explain(schema));
                restored
            };
            if told(&first).damage.is_some() {
                assert_eq!(*shelf.0.lock().unwrap(), before, "a damaged store is left alone");
                return;
            }
            let saved = shelf.0.lock().unwrap().clone();
            let second = start().expect("it started before");
            assert_eq!(second.content(), first.content());
            assert_eq!(second.instances(), first.instances());
            assert!(told(&second).is_whole());
            assert_eq!(*shelf.0.lock().unwrap(), saved, "there was nothing left to mend");
        }
    }
});
