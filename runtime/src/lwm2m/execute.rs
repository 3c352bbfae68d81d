//! Execute.

use super::target::{Kind, Target};
use super::{Answer, Error, Request, format};
use crate::board::{Board, Call, Outcome};
use crate::coap::{Code, content_format as formats};
use crate::datastore::Datastore;
use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data};

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
    if !matches!(request.content_format, None | Some(formats::TEXT_PLAIN)) {
        return Err(Error::UnsupportedFormat);
    }
    let input = arguments(store.schema(), target.at.node, request.payload)?;
    match board.call(call, target.at.node, &target.at.keys, &input)? {
        Outcome::Done(_) => Ok(Answer::new(Code::CHANGED)),
        Outcome::Later => Ok(Answer { deferred: Some(target.at.clone()), ..Answer::new(Code::EMPTY) }),
    }
}

/// The text of an Execute becomes the input leaf `arguments`; an empty one none at all.
fn arguments(schema: &'static Schema, action: NodeIndex, payload: &[u8]) -> Result<Content, Error> {
    let is = |node: &NodeIndex, kind| schema.node(*node).is_some_and(|row| row.kind() == kind);
    let input = schema.children(action).find(|child| is(child, NodeKind::Input));
    let mut leafs = input.into_iter().flat_map(|input| schema.children(input));
    let mut content = Content::new();
    if !payload.is_empty() {
        let leaf = leafs.clone().find(|child| schema.name(*child) == "arguments" && is(child, NodeKind::Leaf));
        let leaf = leaf.ok_or(Error::Arguments("the resource takes no arguments"))?;
        content.insert(leaf, Data::Leaf(format::read(schema, leaf, Some(formats::TEXT_PLAIN), payload)?));
    }
    let is_missing = |child: NodeIndex| {
        schema.node(child).is_some_and(|row| row.flags.has(Flags::MANDATORY)) && content.child(child).is_none()
    };
    if leafs.any(is_missing) {
        return Err(Error::Arguments("the action needs input that Execute can't give"));
    }
    Ok(content)
}
