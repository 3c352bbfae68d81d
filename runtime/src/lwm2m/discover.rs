//! Discover (Core 1.2 section 6.3.2): what there is, with its attributes, in link-format.

use alloc::collections::BTreeSet;
use alloc::string::String;

use super::collect::collect;
use super::target::{Kind, Target, locate};
use super::{Error, Path, links};
use crate::board::Board;
use crate::coap::link_format::push_decimal;
use crate::datastore::Datastore;
use crate::schema::Flags;

/// How many ids a path has.
fn level(path: Path) -> u8 {
    [path.instance, path.resource, path.resource_instance].iter().fold(1, |level, id| level + u8::from(id.is_some()))
}

/// The depth that the query of a Discover asks for, 0 to 3; another value is none.
///
/// ```
/// use comi_runtime::lwm2m::depth;
///
/// assert_eq!(depth(&["depth=2"]), Some(2));
/// assert_eq!(depth(&["depth=4"]), None);
/// ```
#[must_use]
pub fn depth(query: &[&str]) -> Option<u8> {
    let depth = query.iter().find_map(|argument| argument.strip_prefix("depth="))?;
    depth.parse().ok().filter(|depth| *depth <= 3)
}

/// Appends the links of a Discover of a path: what is asked for, and what is below it to a depth, which without a wish is
/// 2 for an object and else 1 (table "Depth Modifier"). `tell` appends a link's attributes.
///
/// # Errors
/// There is no such thing, or it can't be discovered.
pub fn discover(
    store: &Datastore,
    board: &mut dyn Board,
    path: Path,
    depth: Option<u8>,
    tell: &mut dyn FnMut(Path, &mut String),
    out: &mut String,
) -> Result<(), Error> {
    let target = super::target::resolve(store, path)?;
    if path.resource_instance.is_some() {
        return Err(Error::MethodNotAllowed);
    }
    let schema = store.schema();
    let mut found = BTreeSet::new();
    found.insert(path);
    if path.instance.is_none() {
        links(store, board, &mut |link| {
            if link.path.object == path.object {
                found.insert(link.path);
            }
            true
        });
    }
    let instances: alloc::vec::Vec<Path> =
        found.iter().filter(|own| own.instance.is_some() && own.resource.is_none()).copied().collect();
    for entry in collect(store, board, path, &target)? {
        found.insert(Path { resource_instance: None, ..entry.path });
        found.insert(entry.path);
    }
    // operations and what is only written have no value, and are there
    for instance in instances {
        for row in schema.resources.iter().filter(|row| row.object == path.object) {
            let at = Path { resource: Some(row.id), ..instance };
            let valueless = |target: Target| target.kind == Kind::Operation || target.flags.has(Flags::WRITE_ONLY);
            if locate(schema, at).is_some_and(valueless) {
                found.insert(at);
            }
        }
    }
    let deepest = level(path) + depth.unwrap_or(if path.instance.is_none() { 2 } else { 1 });
    for at in found.iter().filter(|at| level(**at) <= deepest) {
        if !out.is_empty() {
            out.push(',');
        }
        out.push('<');
        at.tell(out);
        out.push('>');
        version_of(store, *at, out);
        if let Some(dimension) = dimension(store, board, *at) {
            out.push_str(";dim=");
            push_decimal(out, dimension);
        }
        tell(*at, out);
    }
    Ok(())
}

/// An object's version, where it isn't 1.0.
fn version_of(store: &Datastore, at: Path, out: &mut String) {
    let object = store.schema().object(at.object).filter(|_| at.instance.is_none());
    if let Some((major, minor)) = object.map(|object| object.version).filter(|version| *version != (1, 0)) {
        out.push_str(";ver=");
        push_decimal(out, u32::from(major));
        out.push('.');
        push_decimal(out, u32::from(minor));
    }
}

/// Of a resource with several instances: how many there are.
fn dimension(store: &Datastore, board: &mut dyn Board, at: Path) -> Option<u32> {
    if at.resource.is_none() || at.resource_instance.is_some() {
        return None;
    }
    let target = locate(store.schema(), at).filter(|target| target.kind == Kind::Several)?;
    u32::try_from(collect(store, board, at, &target).ok()?.len()).ok()
}
