//! What SenML's two forms have in common (RFC 8428): names that a base name begins, and which fields must be understood.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Datum, Record};
use crate::lwm2m::{Error, Path};

/// The fields of a record that count here.
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) base_name: Option<String>,
    pub(super) name: Option<String>,
    pub(super) datum: Option<Datum<'a>>,
}

/// The records of a pack, in its order.
#[derive(Debug, Default)]
pub(super) struct Pack<'a> {
    base: String,
    /// Without a path: the root, which Read-Composite alone can name.
    records: Vec<(Option<Path>, Option<Datum<'a>>)>,
}

impl<'a> Pack<'a> {
    /// A further record: its name behind the last base name is a path (Core section 7.5.6).
    pub(super) fn push(&mut self, fields: Fields<'a>) -> Result<(), Error> {
        if let Some(base) = fields.base_name {
            self.base = base;
        }
        let name = self.base.clone() + fields.name.as_deref().unwrap_or("");
        let path = match &*name {
            "/" => None,
            name => Some(Path::parse(name.strip_suffix('/').unwrap_or(name)).ok_or(Error::Malformed)?),
        };
        self.records.push((path, fields.datum));
        Ok(())
    }

    /// # Errors
    /// A record of the root: nothing has its value there.
    pub(super) fn finish(self) -> Result<Vec<Record<'a>>, Error> {
        let record = |(path, datum): (Option<Path>, _)| Some(Record { path: path?, datum });
        self.records.into_iter().map(record).collect::<Option<_>>().ok_or(Error::Malformed)
    }

    /// What its records are about.
    pub(super) fn names(self) -> Vec<Option<Path>> {
        self.records.into_iter().map(|(path, _)| path).collect()
    }
}

/// Whether a field that is unknown here must be understood (RFC 8428 section 4.4).
pub(super) fn must_be_understood(name: &str) -> bool {
    name.ends_with('_')
}

/// The base name of the first record, and the name behind it of each.
pub(super) fn names(path: Option<Path>, records: &[Record<'_>]) -> (String, Vec<String>) {
    let base = match (path, records) {
        (None, _) => String::new(),
        // what was asked for is the one value
        (Some(path), [record]) if record.path == path => path.to_string(),
        (Some(path), _) => path.to_string() + "/",
    };
    let name = |record: &Record<'_>| {
        let whole = record.path.to_string();
        whole.strip_prefix(&base).map_or(whole.clone(), str::to_string)
    };
    let names = records.iter().map(name).collect();
    (base, names)
}
