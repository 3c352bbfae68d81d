//! Execute.

use super::target::{Kind, Target};
use super::{Answer, Error, Request, format};
use crate::board::{Board, Call, Outcome};
use crate::coap::{Code, content_format as formats};
use crate::datastore::Datastore;
use crate::schema::{Flags, NodeIndex, NodeKind};
use crate::value::{Content, Data, InstanceIdentifier};

/// Invokes an action. What it answers is not told: Execute has no payload (its output is CORECONF's).
pub(super) fn execute(
    store: &Datastore,
    board: &mut dyn Board,
    call: Call,
    target: &Target,
    request: &Request<'_>,
) -> Result<Answer, Error> {
    match target.kind {
        Kind::Operation => {}
        // the partial update of a resource with several instances needs a format of several values
        Kind::Several => return Err(Error::UnsupportedFormat),
        Kind::Value => return Err(Error::MethodNotAllowed),
    }
    if !matches!(request.content_format.map(format::registered), None | Some(formats::TEXT_PLAIN)) {
        return Err(Error::UnsupportedFormat);
    }
    let input = arguments(store, &target.at, request.payload)?;
    match board.call(call, target.at.node, &target.at.keys, &input)? {
        Outcome::Done(_) => Ok(Answer::new(Code::CHANGED)),
        Outcome::Later => Ok(Answer { deferred: Some(target.at.clone()), ..Answer::new(Code::EMPTY) }),
    }
}

/// The text of an Execute becomes the input leaf `arguments`; an empty one none at all. The input is checked as
/// CORECONF's is, and gets its defaults.
fn arguments(store: &Datastore, action: &InstanceIdentifier, payload: &[u8]) -> Result<Content, Error> {
    let schema = store.schema();
    let is = |node: &NodeIndex, kind| schema.node(*node).is_some_and(|row| row.kind() == kind);
    let mut content = Content::new();
    let Some(input) = schema.children(action.node).find(|child| is(child, NodeKind::Input)) else {
        return if payload.is_empty() { Ok(content) } else { Err(Error::Arguments) };
    };
    if !payload.is_empty() {
        let mut leafs = schema.children(input).filter(|child| is(child, NodeKind::Leaf));
        let takes = |child: &NodeIndex| schema.node(*child).is_some_and(|row| row.flags.has(Flags::ARGUMENTS));
        let leaf = leafs.find(takes).ok_or(Error::Arguments)?;
        content.insert(leaf, Data::Leaf(format::read(schema, leaf, Some(formats::TEXT_PLAIN), payload)?));
    }
    let input = InstanceIdentifier { node: input, keys: action.keys.clone() };
    store.check_operation(&input, &content)?;
    store.fill_defaults(&input, &mut content);
    Ok(content)
}
