//! Operations on more than one value (Core 1.2 section 6.3): Read, Write, Create and Delete of objects, instances and
//! resources with several instances.

use alloc::vec::Vec;

use super::assign::{self, Mode};
use super::collect::{Entry, collect};
use super::payload::{Datum, Format, Record};
use super::target::{Kind, Target, is_hidden, resolve};
use super::{Answer, Error, Path, Request, typed};
use crate::board::Board;
use crate::coap::content_format::{SENML_CBOR, SENML_ETCH_CBOR, SENML_ETCH_JSON, SENML_JSON};
use crate::coap::{Code, Method};
use crate::datastore::{Datastore, Origin};
use crate::schema::{Flags, NodeKind, Schema};
use crate::value::to_float;

/// Object id of Device, whose instance no Delete takes away (Core section 6.3.7).
const DEVICE: u16 = 3;

/// Answers what is about more than one value, or in a format of several; `None`: it is about one.
pub(super) fn answer(
    store: &mut Datastore,
    board: &mut dyn Board,
    target: &Target,
    request: &Request<'_>,
    out: &mut Vec<u8>,
) -> Result<Option<Answer>, Error> {
    let path = request.path;
    let format = request.content_format.and_then(Format::of);
    match (request.method, target.kind, path.instance, path.resource) {
        (Method::Get, Kind::Operation, ..) => Ok(None),
        (Method::Get, Kind::Value, ..) if request.accept.and_then(Format::of).is_none() => Ok(None),
        (Method::Get, ..) => read(store, board, target, request, out).map(Some),
        (Method::Post, Kind::Several, None, _) => create(store, board, target, request).map(Some),
        // Core section 6.3.3: TLV or SenML where more than one value is written
        (Method::Put, Kind::Several, Some(_), _) | (Method::Post, Kind::Several, Some(_), _) => {
            let mode = if request.method == Method::Put { Mode::Replace } else { Mode::Update };
            let format = format.ok_or(Error::UnsupportedFormat)?;
            write(store, board, path, mode, format, request.payload).map(Some)
        }
        (Method::Put, Kind::Value, ..) => match format {
            Some(format) => write(store, board, path, Mode::Replace, format, request.payload).map(Some),
            None => Ok(None),
        },
        (Method::Delete, ..) => delete(store, board, target, path).map(Some),
        _ => Ok(None),
    }
}

fn read(
    store: &Datastore,
    board: &mut dyn Board,
    target: &Target,
    request: &Request<'_>,
    out: &mut Vec<u8>,
) -> Result<Answer, Error> {
    if target.flags.has(Flags::WRITE_ONLY) || target.flags.has(Flags::BOOTSTRAP_ONLY) {
        return Err(Error::MethodNotAllowed);
    }
    // a server of LwM2M 1.0 says no format, and knows TLV
    let content_format = request.accept.unwrap_or(crate::coap::content_format::LWM2M_TLV);
    let format = Format::of(content_format).ok_or(Error::NotAcceptable)?;
    let found = collect(store, board, request.path, target)?;
    if found.is_empty() && request.path.resource.is_some() {
        // an optional resource without a value, asked for alone, is 4.04
        return Err(Error::NotFound);
    }
    let schema = store.schema();
    let records = records(schema, &found)?;
    format.write(Some(request.path), &records, out);
    Ok(Answer { content_format: Some(content_format), ..Answer::new(Code::CONTENT) })
}

fn records<'e>(schema: &'static Schema, found: &'e [Entry]) -> Result<Vec<Record<'e>>, Error> {
    let record = |entry: &'e Entry| -> Result<Record<'e>, Error> {
        Ok(Record { path: entry.path, datum: Some(typed::datum(schema, entry.node, &entry.value)?) })
    };
    found.iter().map(record).collect()
}

/// What a composite request is about: the paths that its payload names (Core section 6.3.8).
pub fn composite_paths(schema: &'static Schema, request: &CompositeRequest<'_>) -> Vec<Path> {
    let format = request.content_format.and_then(Format::of_composite_request);
    let names = format.and_then(|format| format.names(request.payload).ok()).unwrap_or_default();
    expanded(schema, names)
}

/// The root stands for every object.
fn expanded(schema: &'static Schema, names: Vec<Option<Path>>) -> Vec<Path> {
    let object = |id| Path { object: id, instance: None, resource: None, resource_instance: None };
    let all = || schema.objects.iter().map(|row| row.id).filter(|id| !is_hidden(*id)).map(object);
    let mut paths = Vec::with_capacity(names.len());
    for name in names {
        match name {
            Some(path) => paths.push(path),
            None => paths.extend(all()),
        }
    }
    paths
}

/// A request to the root: Read-Composite (FETCH) and Write-Composite (iPATCH).
#[derive(Clone, Copy, Debug)]
pub struct CompositeRequest<'a> {
    /// The method.
    pub method: Method,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// Accept.
    pub accept: Option<u16>,
    /// The whole payload.
    pub payload: &'a [u8],
}

/// Answers a composite request.
///
/// # Errors
/// Why it is refused; nothing is changed then.
pub fn composite(
    store: &mut Datastore,
    board: &mut dyn Board,
    request: &CompositeRequest<'_>,
    out: &mut Vec<u8>,
) -> Result<Answer, Error> {
    // nothing else is at the root
    if !matches!(request.method, Method::Fetch | Method::IPatch) {
        return Err(Error::NotFound);
    }
    let etch = matches!(request.content_format, Some(SENML_ETCH_JSON | SENML_ETCH_CBOR));
    let senml = request.content_format.and_then(Format::of_composite_request);
    match request.method {
        Method::IPatch => {
            let format = senml.or(request.content_format.and_then(Format::of_composite));
            let records = format.ok_or(Error::UnsupportedFormat)?.read(None, 0, request.payload)?;
            let mut edit = store.edit(Origin::Requester);
            assign::write_composite(&mut edit, etch, &records)?;
            Ok(Answer { committed: edit.finish(board)?, ..Answer::new(Code::CHANGED) })
        }
        _ => {
            let format = senml.ok_or(Error::UnsupportedFormat)?;
            let default = if format == Format::SenmlJson { SENML_JSON } else { SENML_CBOR };
            let accept = request.accept.unwrap_or(default);
            let answers = Format::of_composite(accept).ok_or(Error::NotAcceptable)?;
            let asked = expanded(store.schema(), format.names(request.payload)?);
            let found = read_composite(store, board, &asked)?;
            answers.write(None, &records(store.schema(), &found)?, out);
            Ok(Answer { content_format: Some(accept), ..Answer::new(Code::CONTENT) })
        }
    }
}

/// Core section 6.3.8: what has no value is left out.
fn read_composite(store: &Datastore, board: &mut dyn Board, asked: &[Path]) -> Result<Vec<Entry>, Error> {
    let mut found: Vec<Entry> = Vec::new();
    for path in asked {
        let target = match resolve(store, *path) {
            Ok(target) => target,
            Err(Error::Unauthorized) => return Err(Error::Unauthorized),
            Err(_) => continue,
        };
        let closed = target.flags.has(Flags::WRITE_ONLY) || target.flags.has(Flags::BOOTSTRAP_ONLY);
        if target.kind == Kind::Operation || closed {
            continue;
        }
        // a handler that fails is one without a value here
        found.extend(collect(store, board, *path, &target).unwrap_or_default());
    }
    found.sort_by_key(|entry| entry.path);
    found.dedup_by_key(|entry| entry.path);
    Ok(found)
}

/// The number that stands at a path, where one does, a Boolean as 0 or 1: what gt, lt, st and edge are held against.
pub fn number_at(store: &Datastore, board: &mut dyn Board, path: Path) -> Option<f64> {
    let target = resolve(store, path).ok().filter(|target| target.kind == Kind::Value)?;
    let [entry] = collect(store, board, path, &target).ok()?.try_into().ok()?;
    match typed::datum(store.schema(), entry.node, &entry.value).ok()? {
        Datum::Float(value) => Some(value),
        Datum::Integer(value) => to_float(value, 0),
        Datum::Boolean(value) => Some(f64::from(u8::from(value))),
        _ => None,
    }
}

fn write(
    store: &mut Datastore,
    board: &mut dyn Board,
    path: Path,
    mode: Mode,
    format: Format,
    payload: &[u8],
) -> Result<Answer, Error> {
    let records = format.read(Some(path), 0, payload)?;
    let mut edit = store.edit(Origin::Requester);
    assign::write(&mut edit, path, mode, &records)?;
    Ok(Answer { committed: edit.finish(board)?, ..Answer::new(Code::CHANGED) })
}

fn create(
    store: &mut Datastore,
    board: &mut dyn Board,
    target: &Target,
    request: &Request<'_>,
) -> Result<Answer, Error> {
    let row = store.schema().node(target.at.node).ok_or(Error::NotFound)?;
    // of state the device makes the instances, and the one of a container is always there
    if !row.is_config() || row.kind() == NodeKind::Container && !row.flags.has(Flags::PRESENCE) {
        return Err(Error::MethodNotAllowed);
    }
    let free = assign::free_instance(store, request.path.object);
    let records = match (request.content_format.and_then(Format::of), request.payload) {
        (Some(format), payload) => format.read(Some(request.path), free.unwrap_or(0), payload)?,
        (None, []) => Vec::new(),
        (None, _) => return Err(Error::UnsupportedFormat),
    };
    let mut edit = store.edit(Origin::Create);
    let made = assign::create(&mut edit, request.path.object, free, &records)?;
    let location = Some(Path { instance: Some(made), ..request.path });
    Ok(Answer { committed: edit.finish(board)?, location, ..Answer::new(Code::CREATED) })
}

fn delete(store: &mut Datastore, board: &mut dyn Board, target: &Target, path: Path) -> Result<Answer, Error> {
    let schema = store.schema();
    let row = schema.node(target.at.node).ok_or(Error::NotFound)?;
    let at = match (path.instance, path.resource, path.resource_instance) {
        (Some(_), None, None) if path.object != DEVICE => {
            let is_entry = row.kind() == NodeKind::List || row.flags.has(Flags::PRESENCE);
            if !is_entry || !row.is_config() {
                return Err(Error::MethodNotAllowed);
            }
            target.at.clone()
        }
        // Core section 6.3.7: or one instance of a resource
        (Some(_), Some(_), Some(_)) if row.is_config() && assign::is_writable(target.flags) => {
            crate::value::InstanceIdentifier { node: row.parent, keys: target.at.keys.clone() }
        }
        _ => return Err(Error::MethodNotAllowed),
    };
    let mut edit = store.edit(Origin::Requester);
    if !edit.delete(&at)? {
        return Err(Error::NotFound);
    }
    Ok(Answer { committed: edit.finish(board)?, ..Answer::new(Code::DELETED) })
}
