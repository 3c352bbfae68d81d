//! A store that is lost with the power: for tests, and for trying things out.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::{Store, StoreError, Write};

/// Records in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The records.
    pub records: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Store for Memory {
    fn read(&mut self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StoreError> {
        for (key, value) in &self.records {
            each(key, value);
        }
        Ok(())
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.records.get(key).cloned())
    }

    fn write(&mut self, changes: &[Write]) -> Result<(), StoreError> {
        for change in changes {
            match &change.value {
                Some(value) => drop(self.records.insert(change.key.clone(), value.clone())),
                None => drop(self.records.remove(&change.key)),
            }
        }
        Ok(())
    }

    fn replace(&mut self, records: &[Write]) -> Result<(), StoreError> {
        self.records.clear();
        self.write(records)
    }
}
