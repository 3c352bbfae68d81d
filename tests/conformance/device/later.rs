//! Operations that answer later.

use std::time::Duration;

use comi_runtime::Limits;
use comi_runtime::board::{Call, Fault};
use comi_runtime::client::Request;
use comi_runtime::coap::content_format::YANG_DATA_CBOR_SID;
use comi_runtime::coap::{Code, Gone, Method};
use comi_runtime::model::FromContent as _;
use comi_runtime::value::Content;

use crate::model::acme_valve::SelfTestOutput;
use crate::model::acme_valve::path::self_test;
use crate::world::World;

fn start(world: &World) -> Request {
    Request::call(world.schema(), &self_test(), &Content::new()).unwrap()
}

fn running(world: &World) -> Call {
    world.hardware.state().running.pop().expect("an operation is running")
}

fn well() -> SelfTestOutput {
    SelfTestOutput { finding: vec!["dust".into()], passed: true }
}

#[test]
fn the_output_comes_as_a_separate_response_and_once() {
    let mut world = World::new();
    let request = start(&world);
    let call = world.send(0, &request, false);
    assert_eq!(world.heard(0, call).len(), 0);
    world.pass(Duration::from_secs(20));
    assert_eq!((world.heard(0, call).len(), world.device.usage().calls), (0, 1), "acknowledged, not answered");
    let id = running(&world);
    assert_eq!(world.device.answer(world.now, id, Ok(well())), Ok(()));
    let output = world.heard(0, call).remove(0).output(world.schema(), self_test().node).unwrap();
    assert_eq!(SelfTestOutput::from_content(&output), Ok(well()));
    assert_eq!(world.device.answer(world.now, id, Ok(well())), Err(Gone), "a second answer");
    assert_eq!(world.device.usage().calls, 0);
}

#[test]
fn a_fault_or_an_output_that_is_none_is_5_00() {
    let mut world = World::new();
    let request = start(&world);
    for output in [Err(Fault::failed("the motor is hot")), Ok(Content::new())] {
        let call = world.send(0, &request, false);
        let id = running(&world);
        assert_eq!(world.device.answer(world.now, id, output), Ok(()));
        let answer = world.heard(0, call).remove(0);
        assert_eq!((answer.code, answer.content_format), (Code::INTERNAL_SERVER_ERROR, Some(YANG_DATA_CBOR_SID)));
    }
    assert_eq!(world.device.faults(), 2);
}

#[test]
fn an_answer_that_is_too_late_finds_nothing() {
    let limits = Limits { call_timeout: Duration::from_secs(5), ..Limits::DEVICE };
    let mut world = World::with_limits(limits);
    let request = start(&world);
    let call = world.send(0, &request, false);
    let id = running(&world);
    world.pass(Duration::from_secs(6));
    assert_eq!(world.heard(0, call).remove(0).code, Code::INTERNAL_SERVER_ERROR);
    assert_eq!(world.device.answer(world.now, id, Ok(well())), Err(Gone));
    // the next one gets the place, the late answer still hits nothing
    world.send(0, &request, false);
    assert_eq!(world.device.answer(world.now, id, Ok(well())), Err(Gone));
    assert_eq!(world.device.usage().calls, 1);
}

#[test]
fn an_answer_nobody_waits_for_is_gone() {
    let mut world = World::new();
    for id in [0, 1, u32::MAX] {
        assert_eq!(world.device.answer(world.now, Call(id), Ok(well())), Err(Gone));
    }
}

#[test]
fn while_all_places_are_taken_nothing_is_invoked() {
    let mut world = World::with_limits(Limits { calls: 1, ..Limits::DEVICE });
    let request = start(&world);
    let first = world.send(0, &request, false);
    assert_eq!(world.ask_as(1, &request).code, Code::SERVICE_UNAVAILABLE);
    assert_eq!(world.ask_as(1, &Request::new(Method::Post, "/3/0/4")).code, Code::SERVICE_UNAVAILABLE);
    assert_eq!(world.hardware.state().diary, ["self-test"]);
    let id = running(&world);
    world.device.answer(world.now, id, Ok(well())).unwrap();
    assert_eq!(world.heard(0, first)[0].code, Code::CHANGED);
    world.send(1, &request, false);
    assert_eq!(world.device.usage().calls, 1);
}

#[test]
fn an_execute_is_answered_later_too() {
    let mut world = World::new();
    for (output, code) in [
        (Ok(()), Code::CHANGED),
        (Err(Fault::failed("stuck")), Code::INTERNAL_SERVER_ERROR),
        (Err(Fault::refused("no")), Code::BAD_REQUEST),
    ] {
        let call = world.send(0, &Request::new(Method::Post, "/3/0/4"), false);
        assert_eq!(world.heard(0, call).len(), 0);
        let id = running(&world);
        world.device.answer(world.now, id, output).unwrap();
        let answer = world.heard(0, call).remove(0);
        assert_eq!((answer.code, answer.payload.len()), (code, 0));
    }
}
