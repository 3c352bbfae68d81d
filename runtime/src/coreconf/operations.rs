//! POST of an rpc or action (draft section 3.6, readings 17).

use alloc::string::String;
use alloc::vec::Vec;

use super::error_payload::refuse;
use super::errors::{Failure, Refusal, words};
use super::{Answer, Deferred, Limits, Request, query};
use crate::board::{Board, Call, Fault, Outcome};
use crate::cbor::{
    self, Allowed, Encoder, Identifiers, Kind, Reader, Writer, read_content, read_instance_identifier,
    write_instance_identifier,
};
use crate::coap::{Code, content_format as formats};
use crate::datastore::Datastore;
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::value::{Content, InstanceIdentifier, Part, write_content};

/// Invokes the operation that the payload names.
#[inline(never)]
pub(super) fn post(
    store: &Datastore,
    board: &mut dyn Board,
    call: Call,
    limits: &Limits,
    request: &Request<'_>,
    out: &mut Vec<u8>,
) -> Result<Answer, Refusal> {
    query::none(request)?;
    query::condition(store, request)?;
    query::accept(request, &[formats::YANG_INSTANCES_CBOR_SEQ])?;
    let (operation, input) = invocation(store, request.payload)?;
    match board.call(call, operation.node, &operation.keys, &input) {
        Ok(Outcome::Done(output)) => output_answer(store, limits, &operation, &output, out),
        Ok(Outcome::Later) => Ok(Answer { deferred: Some(Deferred { call, operation }), ..Answer::new(Code::EMPTY) }),
        Err(fault) => Err(Refusal::from(fault).about(operation)),
    }
}

/// The answer to an operation that said [`Outcome::Later`]: its output, or why there is none.
pub fn answer_operation(
    store: &Datastore,
    limits: &Limits,
    operation: &InstanceIdentifier,
    output: Result<&Content, Fault>,
    out: &mut Vec<u8>,
) -> Answer {
    let start = out.len();
    let answer = match output {
        Ok(output) => output_answer(store, limits, operation, output, out),
        Err(fault) => Err(Refusal::from(fault).about(operation.clone())),
    };
    answer.unwrap_or_else(|refusal| {
        out.truncate(start);
        refuse(store.schema(), &refusal, out)
    })
}

/// The operation and its input, checked and with its defaults.
fn invocation(store: &Datastore, payload: &[u8]) -> Result<(InstanceIdentifier, Content), Refusal> {
    let schema = store.schema();
    let undecodable = |error| Refusal::payload(schema, error);
    let malformed = || Refusal::new(Failure::Malformed, "one map of one rpc or action and its input is expected");
    let mut reader = Reader::new(payload);
    let mut members = reader.map().map_err(undecodable)?;
    if !members.more(&mut reader).map_err(undecodable)? {
        return Err(malformed());
    }
    let operation = read_instance_identifier(schema, &mut reader).map_err(|error| match error.reason {
        // readings 22: an rpc or action that isn't there is 4.04
        cbor::Reason::UnknownSid(_) | cbor::Reason::UnknownName | cbor::Reason::InvalidIdentifier(_) => {
            Refusal::new(Failure::NotFound, &words(|| error.explain(schema)))
        }
        _ => Refusal::payload(schema, error),
    })?;
    let row = schema.node(operation.node);
    if !row.is_some_and(|row| matches!(row.kind(), NodeKind::Rpc | NodeKind::Action)) {
        return Err(Refusal::at(Failure::NotOperation, operation, "it is no rpc and no action"));
    }
    let parent = row.map_or(NodeIndex::ROOT, |row| row.parent);
    if !store.entry_exists(parent, &operation.keys) {
        return Err(Refusal::at(Failure::NotFound, operation, "the instance that the action is of does not exist"));
    }
    let node = part(schema, &operation, NodeKind::Input);
    let mut input = match (&node, reader.peek().map_err(undecodable)?) {
        (_, Kind::Null) => reader.null().map(|()| Content::new()),
        (Some(input), _) => read_content(schema, input.node, Allowed::Data, &mut reader),
        (None, _) => reader.map().and_then(|mut members| {
            if members.more(&mut reader)? {
                read_content(schema, operation.node, Allowed::Data, &mut reader)
            } else {
                Ok(Content::new())
            }
        }),
    }
    .map_err(|error| undecodable(error.under(&operation.keys)))?;
    if members.more(&mut reader).map_err(undecodable)? || reader.finish().is_err() {
        return Err(malformed());
    }
    if let Some(node) = node {
        store.check_operation(&node, &input).map_err(|error| {
            let refusal = Refusal::from(error);
            match refusal.failure {
                Failure::MissingElement | Failure::MissingChoice => refusal.with_failure(Failure::MissingInput),
                _ => refusal,
            }
        })?;
        store.fill_defaults(&node, &mut input);
    }
    Ok((operation, input))
}

/// The input or output node of an operation, where the schema has one.
fn part(schema: &Schema, operation: &InstanceIdentifier, kind: NodeKind) -> Option<InstanceIdentifier> {
    let node =
        schema.children(operation.node).find(|child| schema.node(*child).is_some_and(|row| row.kind() == kind))?;
    Some(InstanceIdentifier { node, keys: operation.keys.clone() })
}

/// `{identifier: output}`, or `{identifier: null}` without one.
fn output_answer(
    store: &Datastore,
    limits: &Limits,
    operation: &InstanceIdentifier,
    output: &Content,
    out: &mut Vec<u8>,
) -> Result<Answer, Refusal> {
    let schema = store.schema();
    let node = part(schema, operation, NodeKind::Output);
    let faulty = |words: &str| Refusal::at(Failure::Faulted, operation.clone(), words);
    match &node {
        Some(node) => store
            .check_operation(node, output)
            .map_err(|error| faulty(&words(|| String::from("the output is not valid: ") + &error.words())))?,
        None if !output.is_empty() => return Err(faulty("the operation has no output")),
        None => {}
    }
    instance(schema, operation, node.map(|node| node.node), output, limits.answer, out)
        .map_err(|error| faulty(&words(|| error.words())))?;
    Ok(Answer::content(Code::CHANGED, formats::YANG_INSTANCES_CBOR_SEQ))
}

/// Writes `{identifier: content}`, null for no content; `node` is the input, output or notification.
pub(super) fn instance(
    schema: &Schema,
    identifier: &InstanceIdentifier,
    node: Option<NodeIndex>,
    content: &Content,
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), cbor::EncodeError> {
    let mut writer = Writer::new(out);
    writer.map(1);
    write_instance_identifier(schema, identifier, Identifiers::Sids, &mut writer)?;
    match node {
        Some(node) if !content.is_empty() => {
            write_content(&mut Encoder::new(schema, out, Identifiers::Sids, limit), node, Part::Container, content)
        }
        _ => {
            Writer::new(out).null();
            Ok(())
        }
    }
}
