//! Write of one value: the same transaction as CORECONF's.

use super::target::{Kind, Target};
use super::{Answer, Error, Request, format};
use crate::board::Board;
use crate::coap::Code;
use crate::datastore::{Datastore, Origin};
use crate::schema::Flags;
use crate::value::Data;

pub(super) fn write(
    store: &mut Datastore,
    board: &mut dyn Board,
    target: &Target,
    request: &Request<'_>,
) -> Result<Answer, Error> {
    let closed = [Flags::READ_ONLY, Flags::BOOTSTRAP_ONLY].into_iter().any(|flag| target.flags.has(flag));
    match target.kind {
        Kind::Value if target.flags.has(Flags::CONFIG) && !closed => {}
        Kind::Value | Kind::Operation => return Err(Error::MethodNotAllowed),
        // several values need a format of several values
        Kind::Several => return Err(Error::UnsupportedFormat),
    }
    let value = format::read(store.schema(), target.at.node, request.content_format, request.payload)?;
    let mut edit = store.edit(Origin::Requester);
    edit.replace(&target.at, Data::Leaf(value))?;
    Ok(Answer { committed: edit.finish(board)?, ..Answer::new(Code::CHANGED) })
}
