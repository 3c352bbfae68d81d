//! Records become an edit: Write of several values (Core 1.2 section 6.3.3) and Create (section 6.3.6).

use alloc::vec::Vec;

use super::payload::{Datum, Record};
use super::target::{Kind, Target, is_hidden, locate};
use super::{Error, Path, typed};
use crate::datastore::{Datastore, Edit, EditError, Reason};
use crate::schema::{Flags, NodeIndex, Schema};
use crate::value::{Data, InstanceIdentifier};

/// How a Write treats what it doesn't name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It goes.
    Replace,
    /// It stays.
    Update,
}

/// Whether a server may write it.
pub(super) fn is_writable(flags: Flags) -> bool {
    flags.has(Flags::CONFIG) && !flags.has(Flags::READ_ONLY) && !flags.has(Flags::BOOTSTRAP_ONLY)
}

/// Whether one path is the other or stands below it.
fn is_within(path: Path, above: Path) -> bool {
    let fits = |own: Option<u16>, above: Option<u16>| above.is_none() || own == above;
    path.object == above.object
        && fits(path.instance, above.instance)
        && fits(path.resource, above.resource)
        && fits(path.resource_instance, above.resource_instance)
}

/// Writes records to an instance, a resource or a resource instance, which exists.
pub(super) fn write(edit: &mut Edit<'_>, to: Path, mode: Mode, records: &[Record<'_>]) -> Result<(), Error> {
    let schema = edit.datastore().schema();
    if records.iter().any(|record| !is_within(record.path, to)) {
        return Err(Error::Malformed);
    }
    // all of it is allowed, or nothing is done
    for record in records.iter().filter(|record| record.path.resource.is_some()) {
        match locate(schema, record.path) {
            // an optional resource that is not here is no error in an instance
            None if to.resource.is_none() => {}
            None => return Err(Error::NotFound),
            Some(target) if target.kind == Kind::Operation => return Err(Error::MethodNotAllowed),
            Some(target) if !is_writable(flags_of(schema, &target)) => return Err(Error::MethodNotAllowed),
            Some(_) => {}
        }
    }
    let is_value = locate(schema, to).is_some_and(|target| target.kind == Kind::Value);
    if is_value && records.iter().all(|record| record.datum.is_none()) {
        return Err(Error::Malformed);
    }
    if mode == Mode::Replace && to.resource_instance.is_none() {
        clear(edit, to, records)?;
    }
    set(edit, records.iter())
}

/// Takes away what a Replace does not name: the instances of a resource, and of an instance all resources that may be
/// written.
fn clear(edit: &mut Edit<'_>, to: Path, records: &[Record<'_>]) -> Result<(), Error> {
    let schema = edit.datastore().schema();
    let own =
        schema.resources.iter().filter(|row| row.object == to.object && to.resource.is_none_or(|id| id == row.id));
    for row in own {
        let path = Path { resource: Some(row.id), resource_instance: None, ..to };
        let Some(target) = locate(schema, path) else { continue };
        let named = records.iter().any(|record| record.path.resource == Some(row.id));
        let keeps = target.kind == Kind::Value && named;
        if target.kind == Kind::Operation || keeps || !is_writable(flags_of(schema, &target)) {
            continue;
        }
        edit.delete(&target.at)?;
    }
    Ok(())
}

fn set<'r>(edit: &mut Edit<'_>, records: impl Iterator<Item = &'r Record<'r>>) -> Result<(), Error> {
    let schema = edit.datastore().schema();
    for record in records {
        let (Some(datum), Some(target)) = (&record.datum, locate(schema, record.path)) else { continue };
        if target.kind != Kind::Value {
            return Err(Error::Malformed);
        }
        let value = typed::value(schema, target.at.node, datum)?;
        edit.replace(&target.at, Data::Leaf(value))?;
    }
    Ok(())
}

/// Write-Composite (Core section 6.3.9): all of it or nothing, whatever objects it is about. By SenML-ETCH it takes
/// instances of resources away, too (RFC 8790 section 3.2).
pub(super) fn write_composite(edit: &mut Edit<'_>, etch: bool, records: &[Record<'_>]) -> Result<(), Error> {
    let schema = edit.datastore().schema();
    for record in records {
        if is_hidden(record.path.object) {
            return Err(Error::Unauthorized);
        }
        let target = super::target::resolve(edit.datastore(), Path { resource_instance: None, ..record.path })?;
        let several = target.kind == Kind::Several && record.path.resource_instance.is_some();
        match target.kind {
            Kind::Value => {}
            Kind::Several if several => {}
            Kind::Several | Kind::Operation => return Err(Error::MethodNotAllowed),
        }
        if !is_writable(flags_of(schema, &target)) {
            return Err(Error::MethodNotAllowed);
        }
        match &record.datum {
            None => return Err(Error::Malformed),
            Some(Datum::Removed) if !etch || !several => return Err(Error::Malformed),
            Some(_) => {}
        }
    }
    let (removed, given): (Vec<_>, Vec<_>) = records.iter().partition(|one| one.datum == Some(Datum::Removed));
    for record in removed {
        let Some(mut target) = locate(schema, record.path) else { continue };
        target.at.node = schema.node(target.at.node).map_or(NodeIndex::ROOT, |row| row.parent);
        if !edit.delete(&target.at)? {
            return Err(Error::NotFound);
        }
    }
    set(edit, given.into_iter())
}

fn flags_of(schema: &Schema, target: &Target) -> Flags {
    schema.node(target.at.node).map_or(Flags::NONE, |row| row.flags).with(target.flags)
}

/// The smallest instance id that is free; `None`: all are in use.
pub(super) fn free_instance(store: &Datastore, object: u16) -> Option<u16> {
    let exists = |id: &u16| {
        let path = Path { object, instance: Some(*id), resource: None, resource_instance: None };
        let target = locate(store.schema(), path);
        target.is_some_and(|target| store.get(&target.at).is_some())
    };
    // 65535 is nobody's (Core section 7.1)
    (0..u16::MAX).find(|id| !exists(id))
}

/// Makes the instances that records name, or the free one; answers the id of the first.
pub(super) fn create(
    edit: &mut Edit<'_>,
    object: u16,
    free: Option<u16>,
    records: &[Record<'_>],
) -> Result<u16, Error> {
    let schema = edit.datastore().schema();
    if records.iter().any(|record| record.path.object != object) {
        return Err(Error::Malformed);
    }
    let mut made: Vec<u16> = records.iter().filter_map(|record| record.path.instance).collect();
    made.sort_unstable();
    made.dedup();
    if made.is_empty() {
        made.push(free.ok_or(EditError::new(InstanceIdentifier::new(NodeIndex::ROOT), Reason::Full))?);
    }
    for id in &made {
        let path = Path { object, instance: Some(*id), resource: None, resource_instance: None };
        // of an object with one instance it is 0
        let target = locate(schema, path).ok_or(Error::Malformed)?;
        edit.create(&target.at, Data::Container(crate::value::Content::new()))?;
    }
    // lwm2m-yang.md: values of resources that are read only, unknown or operations are passed over
    let given = records.iter().filter(|record| {
        locate(schema, record.path).is_some_and(|target| {
            let flags = flags_of(schema, &target);
            target.kind == Kind::Value && flags.has(Flags::CONFIG) && !flags.has(Flags::BOOTSTRAP_ONLY)
        })
    });
    set(edit, given)?;
    made.first().copied().ok_or(Error::Malformed)
}
