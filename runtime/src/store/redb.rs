//! Records in a file, on the embedded database redb.
//!
//! One table, and a transaction a write, each synced before it is acknowledged. Every page is checked when the file is
//! opened, and every record has a checksum of its own, by which what is left of a damaged file is told from what isn't.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;
use std::path::{Path, PathBuf};

use ::redb::{Database, ReadableDatabase, ReadableTable, StorageBackend, StorageError, TableDefinition, TableError};

use super::{Store, StoreError, Write, crc32};

const RECORDS: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("comi");

/// How much of the file is held in memory: what runs is in the datastore, so nothing is read twice.
const CACHE: usize = 1 << 20;

/// A store in a file. One process has it at a time.
///
/// ```no_run
/// use comi_runtime::board::Board;
/// use comi_runtime::store::Redb;
/// use comi_runtime::{BuildError, Device};
///
/// fn device<B: Board>(board: B) -> Result<Device<B>, BuildError> {
///     Device::new(board).coreconf().store(Redb::open("/var/lib/valve/settings.redb")).build()
/// }
/// ```
pub struct Redb {
    /// Of a store in a file.
    path: Option<PathBuf>,
    state: State,
}

enum State {
    Open(Database),
    /// What was read of a file that is damaged, and what is wrong with it.
    Damaged {
        left: Vec<(Vec<u8>, Vec<u8>)>,
        error: StoreError,
    },
    /// The file can't be had.
    Failed(StoreError),
}

impl fmt::Debug for Redb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Open(_) => "open",
            State::Damaged { .. } => "damaged",
            State::Failed(_) => "failed",
        };
        f.debug_struct("Redb").field("path", &self.path).field("state", &state).finish()
    }
}

impl Redb {
    /// The store in this file, which is made when there is none. What is wrong with the file is told when the device
    /// starts.
    #[must_use]
    pub fn open(path: impl AsRef<Path>) -> Redb {
        let path = path.as_ref().to_path_buf();
        let state = match open_file(&path) {
            Ok(database) => State::Open(database),
            Err(error @ StoreError::Damaged(_)) => State::Damaged { left: left(&path), error },
            Err(error) => State::Failed(error),
        };
        Redb { path: Some(path), state }
    }

    /// The store on another medium than a file.
    #[must_use]
    pub fn on(medium: impl StorageBackend) -> Redb {
        let opened = caught(|| Ok(builder().create_with_backend(medium)?));
        let state = match opened {
            Ok(database) => State::Open(database),
            Err(error @ StoreError::Damaged(_)) => State::Damaged { left: Vec::new(), error },
            Err(error) => State::Failed(error),
        };
        Redb { path: None, state }
    }

    fn database(&self) -> Result<&Database, StoreError> {
        match &self.state {
            State::Open(database) => Ok(database),
            State::Damaged { error, .. } | State::Failed(error) => Err(error.clone()),
        }
    }

    /// Writes a new file beside a damaged one, keeps that as `….damaged`, and puts the new one into its place.
    fn replace_file(&mut self, path: &Path, records: &[Write]) -> Result<(), StoreError> {
        let beside = |ending: &str| {
            let mut name = path.as_os_str().to_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        let (new, old) = (beside(".new"), beside(".damaged"));
        let gone = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        };
        std::fs::remove_file(&new).or_else(gone)?;
        let database = open_file(&new)?;
        write(&database, records)?;
        database.close().map_err(Failure::from)?;
        // the path names a whole file at every moment
        std::fs::remove_file(&old).or_else(gone)?;
        std::fs::hard_link(path, &old).or_else(gone)?;
        std::fs::rename(&new, path)?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::File::open(folder).and_then(|folder| folder.sync_all())?;
        }
        self.state = State::Open(open_file(path)?);
        Ok(())
    }
}

fn builder() -> ::redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    builder
}

fn open_file(path: &Path) -> Result<Database, StoreError> {
    caught(|| Ok(builder().create(path)?))
}

/// What can be read of a damaged file: the records whose checksums hold.
fn left(path: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut left = Vec::new();
    // redb may panic on pages that it has not checked
    let _ = caught(|| {
        let database = Database::builder().set_cache_size(CACHE).open_read_only(path)?;
        let table = match database.begin_read()?.open_table(RECORDS) {
            Ok(table) => table,
            Err(error) => return Err(error.into()),
        };
        for record in table.iter()? {
            let (key, value) = record?;
            if let Some(content) = unsealed(key.value(), value.value()) {
                left.push((key.value().to_vec(), content.to_vec()));
            }
        }
        Ok(())
    });
    left
}

/// A record's value with its checksum in front.
fn sealed(key: &[u8], value: &[u8]) -> Vec<u8> {
    [&crc32(&[key, value]).to_be_bytes(), value].concat()
}

fn unsealed<'v>(key: &[u8], sealed: &'v [u8]) -> Option<&'v [u8]> {
    let (crc, value) = sealed.split_at_checked(4)?;
    (crc32(&[key, value]).to_be_bytes() == crc).then_some(value)
}

fn write(database: &Database, changes: &[Write]) -> Result<(), StoreError> {
    caught(|| {
        let transaction = database.begin_write()?;
        {
            let mut table = transaction.open_table(RECORDS)?;
            for change in changes {
                match &change.value {
                    Some(value) => drop(table.insert(&*change.key, &*sealed(&change.key, value))?),
                    None => drop(table.remove(&*change.key)?),
                }
            }
        }
        transaction.commit()?;
        Ok(())
    })
}

const DAMAGED_RECORD: StoreError = StoreError::Damaged(alloc::borrow::Cow::Borrowed("checksums of records don't hold"));

impl Store for Redb {
    fn read(&mut self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StoreError> {
        let database = match &self.state {
            State::Open(database) => database,
            State::Damaged { left, error } => {
                left.iter().for_each(|(key, value)| each(key, value));
                return Err(error.clone());
            }
            State::Failed(error) => return Err(error.clone()),
        };
        let mut damaged = false;
        let mut each = core::panic::AssertUnwindSafe(each);
        caught(|| {
            let table = match database.begin_read()?.open_table(RECORDS) {
                Err(TableError::TableDoesNotExist(_)) => return Ok(()),
                table => table?,
            };
            for record in table.iter()? {
                let (key, value) = record?;
                match unsealed(key.value(), value.value()) {
                    Some(content) => each(key.value(), content),
                    None => damaged = true,
                }
            }
            Ok(())
        })?;
        if damaged { Err(DAMAGED_RECORD) } else { Ok(()) }
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let State::Damaged { left, .. } = &self.state {
            return Ok(left.iter().find(|(own, _)| own == key).map(|(_, value)| value.clone()));
        }
        let database = self.database()?;
        let sealed = caught(|| {
            let table = match database.begin_read()?.open_table(RECORDS) {
                Err(TableError::TableDoesNotExist(_)) => return Ok(None),
                table => table?,
            };
            Ok(table.get(key)?.map(|value| value.value().to_vec()))
        })?;
        match sealed {
            None => Ok(None),
            Some(sealed) => unsealed(key, &sealed).map(|value| Some(value.to_vec())).ok_or(DAMAGED_RECORD),
        }
    }

    fn write(&mut self, changes: &[Write]) -> Result<(), StoreError> {
        write(self.database()?, changes)
    }

    fn replace(&mut self, records: &[Write]) -> Result<(), StoreError> {
        match (&self.state, self.path.clone()) {
            (State::Damaged { .. }, Some(path)) => self.replace_file(&path, records),
            _ => {
                let database = self.database()?;
                caught(|| {
                    let transaction = database.begin_write()?;
                    transaction.delete_table(RECORDS)?;
                    {
                        let mut table = transaction.open_table(RECORDS)?;
                        for record in records {
                            if let Some(value) = &record.value {
                                table.insert(&*record.key, &*sealed(&record.key, value))?;
                            }
                        }
                    }
                    transaction.commit()?;
                    Ok(())
                })
            }
        }
    }
}

/// What redb says.
#[derive(Debug)]
struct Failure(::redb::Error);

impl<E: Into<::redb::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.into())
    }
}

impl From<Failure> for StoreError {
    fn from(Failure(error): Failure) -> StoreError {
        use ::redb::Error;
        match error {
            Error::Corrupted(words) => StoreError::Damaged(words.into()),
            // a file that is not redb's, or not of this version
            error @ (Error::UpgradeRequired(_) | Error::RepairAborted | Error::TableTypeMismatch { .. }) => {
                StoreError::Damaged(error.to_string().into())
            }
            Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                StoreError::Damaged(error.to_string().into())
            }
            Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => StoreError::Full,
            error => StoreError::Unavailable(error.to_string().into()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> StoreError {
        Failure::from(StorageError::from(error)).into()
    }
}

/// Runs what redb does; a panic in it is a damaged file.
fn caught<T>(run: impl FnOnce() -> Result<T, Failure>) -> Result<T, StoreError> {
    match std::panic::catch_unwind(core::panic::AssertUnwindSafe(run)) {
        Ok(done) => done.map_err(StoreError::from),
        Err(_) => Err(StoreError::Damaged("its pages don't hold together".into())),
    }
}
