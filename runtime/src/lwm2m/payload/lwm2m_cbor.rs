//! LwM2M CBOR (Core 1.2 section 7.5.4): maps in maps by the ids of a path, several ids at once as an array.
//!
//! ```text
//! {[3, 0]: {0: "Open Mobile Alliance", 6: {0: 1, 1: 5}}}
//! ```

use alloc::vec::Vec;

use super::{Datum, Record, senml_cbor};
use crate::cbor::{Kind, Reader, Writer};
use crate::lwm2m::{Error, Path};

/// The ids of a path, and how many it has.
type Ids = ([u16; 4], usize);

fn ids(path: Path) -> Ids {
    let mut all = [path.object, 0, 0, 0];
    let mut count = 1;
    let rest = [path.instance, path.resource, path.resource_instance];
    for (slot, id) in all.iter_mut().skip(1).zip(rest.into_iter().map_while(|id| id)) {
        *slot = id;
        count += 1;
    }
    (all, count)
}

fn id_at(path: Path, depth: usize) -> Option<u16> {
    let (all, count) = ids(path);
    all.get(depth).copied().filter(|_| depth < count)
}

/// How many ids all of them begin with.
fn common(records: &[Record<'_>]) -> usize {
    let Some((first, rest)) = records.split_first() else { return 0 };
    let same = |depth: &usize| {
        let id = id_at(first.path, *depth);
        id.is_some() && rest.iter().all(|record| id_at(record.path, *depth) == id)
    };
    (0..4).take_while(same).count()
}

/// The records that have the same id at a depth, one group behind the other.
fn groups<'r, 'a>(records: &'r [Record<'a>], depth: usize) -> impl Iterator<Item = &'r [Record<'a>]> {
    records.chunk_by(move |one, other| id_at(one.path, depth) == id_at(other.path, depth))
}

pub(super) fn write(path: Option<Path>, records: &[Record<'_>], out: &mut Vec<u8>) {
    let mut writer = Writer::new(out);
    writer.map(groups(records, 0).count());
    for group in groups(records, 0) {
        let Some(first) = group.first() else { continue };
        // what was asked for is one key
        let depth = path.map_or_else(|| common(group), |path| ids(path).1.min(common(group)));
        let (all, _) = ids(first.path);
        match all.get(..depth) {
            Some([id]) => writer.unsigned(u64::from(*id)),
            Some(several) => {
                writer.array(several.len());
                several.iter().for_each(|id| writer.unsigned(u64::from(*id)));
            }
            None => {}
        }
        write_below(depth, group, &mut writer);
    }
}

fn write_below(depth: usize, records: &[Record<'_>], writer: &mut Writer<'_>) {
    if let [Record { path, datum }] = records
        && ids(*path).1 == depth
    {
        return write_value(datum.as_ref(), writer);
    }
    writer.map(groups(records, depth).count());
    for group in groups(records, depth) {
        let Some(id) = group.first().and_then(|record| id_at(record.path, depth)) else { continue };
        writer.unsigned(u64::from(id));
        write_below(depth + 1, group, writer);
    }
}

fn write_value(datum: Option<&Datum<'_>>, writer: &mut Writer<'_>) {
    match datum {
        None | Some(Datum::Removed) => writer.null(),
        Some(Datum::Boolean(value)) => writer.boolean(*value),
        Some(Datum::Float(value)) => writer.float(*value),
        Some(Datum::Integer(value)) => writer.integer(*value),
        Some(Datum::Unsigned(value)) => writer.unsigned(*value),
        Some(Datum::Link(text) | Datum::Text(text)) => writer.text(text),
        Some(Datum::Opaque(bytes)) => writer.bytes(bytes),
        Some(Datum::Untyped(bytes)) => writer.bytes(bytes),
    }
}

/// Reads a payload that was sent to a path, or to the root, where all ids begin with the object. Of a Write and a Create
/// they may begin behind the path, too; then those of a Create stand in the instance that is given, unless they name one.
pub(super) fn read<'a>(to: Option<Path>, free: u16, payload: &'a [u8]) -> Result<Vec<Record<'a>>, Error> {
    let mut reader = Reader::new(payload);
    let mut found = Found { to, free, records: Vec::new() };
    map(&mut reader, ([0; 4], 0), &mut found)?;
    reader.finish()?;
    Ok(found.records)
}

struct Found<'a> {
    to: Option<Path>,
    free: u16,
    records: Vec<Record<'a>>,
}

impl Found<'_> {
    /// The path that ids are.
    fn path(&self, (all, count): Ids) -> Option<Path> {
        let own = all.get(..count)?;
        let Some((to, length)) = self.to.map(ids) else { return path_of(own, 3) };
        let to = to.get(..length)?;
        // a value stands at a resource or below, so that both forms can be told apart
        if own.starts_with(to)
            && let Some(path) = path_of(own, 3)
        {
            return Some(path);
        }
        match (to, own) {
            ([_], [_]) => path_of(&[to, &[self.free], own].concat(), 3),
            _ => path_of(&[to, own].concat(), 3),
        }
    }
}

fn path_of(ids: &[u16], least: usize) -> Option<Path> {
    let (object, rest) = ids.split_first().filter(|_| (least..=4).contains(&ids.len()))?;
    let at = |place: usize| rest.get(place).copied();
    Some(Path { object: *object, instance: at(0), resource: at(1), resource_instance: at(2) })
}

/// Reads a map whose ids stand behind these.
fn map<'a>(reader: &mut Reader<'a>, above: Ids, found: &mut Found<'a>) -> Result<(), Error> {
    let mut items = reader.map()?;
    while items.more(reader)? {
        let mut own = above;
        if reader.peek()? == Kind::Array {
            let mut ids = reader.array()?;
            while ids.more(reader)? {
                push(reader, &mut own)?;
            }
        } else {
            push(reader, &mut own)?;
        }
        if reader.peek()? == Kind::Map {
            map(reader, own, found)?;
            continue;
        }
        let datum = Some(value(reader)?);
        let path = found.path(own).ok_or(Error::Malformed)?;
        found.records.push(Record { path, datum });
    }
    Ok(())
}

/// A path has four ids, so that maps nest no deeper.
fn push(reader: &mut Reader<'_>, (all, count): &mut Ids) -> Result<(), Error> {
    let id = u16::try_from(reader.unsigned()?).map_err(|_| Error::Malformed)?;
    *all.get_mut(*count).ok_or(Error::Malformed)? = id;
    *count += 1;
    Ok(())
}

fn value<'a>(reader: &mut Reader<'a>) -> Result<Datum<'a>, Error> {
    match reader.peek()? {
        Kind::Boolean => Ok(Datum::Boolean(reader.boolean()?)),
        Kind::Bytes => Ok(Datum::Opaque(reader.bytes()?)),
        Kind::Text => Ok(Datum::Text(reader.text()?)),
        Kind::Null => {
            reader.null()?;
            Ok(Datum::Removed)
        }
        // a Time may have the tag of an epoch-based time (RFC 8949 section 3.4.2)
        Kind::Tag if reader.tag()? == 1 => senml_cbor::number(reader),
        Kind::Float | Kind::Negative | Kind::Unsigned => senml_cbor::number(reader),
        Kind::Array | Kind::Map | Kind::Simple | Kind::Tag => Err(Error::Malformed),
    }
}
