//! Observers: what they are told, when, and what it costs the board.

use std::time::Duration;

use comi_runtime::client::Request;
use comi_runtime::coap::content_format::{TEXT_PLAIN, YANG_IDENTIFIERS_CBOR_SEQ};
use comi_runtime::coap::{Code, Method};
use comi_runtime::model::Decimal64;
use comi_runtime::value::{Data, InstanceIdentifier, Value};

use crate::model::acme_valve::Stuck;
use crate::model::acme_valve::path::{stuck, valve, valve_flow, valve_position, valve_target, valve_volume};
use crate::model::lwm2m_temperature_3303::path::{temperature, temperature_application_type, temperature_sensor_value};
use crate::world::{World, leaf, text};

const SECOND: Duration = Duration::from_secs(1);

fn fetch(world: &World, nodes: &[InstanceIdentifier]) -> Request {
    Request::fetch(world.schema(), nodes).unwrap()
}

#[test]
fn one_sampler_reads_for_all_observers_and_none_reads_for_nobody() {
    let mut world = World::new();
    let fetch = fetch(&world, &[valve_position()]);
    let calls = [world.observe(0, &fetch), world.observe(1, &fetch), world.observe(2, &fetch)];
    for (place, call) in calls.into_iter().enumerate() {
        assert_eq!(world.heard(place, call).len(), 1);
    }
    assert_eq!(world.hardware.count("position"), 3, "one reading an answer");
    world.pass(SECOND * 10);
    assert_eq!(world.hardware.count("position"), 10, "one reading a second, however many observe");
    assert!(calls.into_iter().enumerate().all(|(place, call)| world.heard(place, call).is_empty()), "nothing changed");

    world.hardware.state().position = Some(11);
    world.pass(SECOND);
    assert_eq!(world.hardware.count("position"), 1, "the value is read once for the sampler and all observers");
    assert!(calls.into_iter().enumerate().all(|(place, call)| world.heard(place, call).len() == 1), "all are told");

    for (place, call) in calls.into_iter().enumerate() {
        world.cancel(place, call);
    }
    world.hardware.state().diary.clear();
    world.pass(SECOND * 10);
    assert_eq!(world.hardware.count("position"), 0);
    assert_eq!(world.device.usage().sampled_leaves, 0);
    assert_eq!(world.device.usage().observed_bytes, 0);
}

#[test]
fn a_change_that_the_board_tells_of_is_read_at_once() {
    let mut world = World::new();
    let request = fetch(&world, &[valve_flow()]);
    let call = world.observe(0, &request);
    assert_eq!(world.heard(0, call).len(), 1);
    world.hardware.state().diary.clear();
    // event-driven: no timer reads it
    world.hardware.state().flow = 250;
    world.pass(SECOND * 5);
    assert_eq!((world.hardware.count("flow"), world.heard(0, call).len()), (0, 0));
    world.device.changed(world.now, &valve_flow());
    let told = world.heard(0, call).remove(0).fetched(world.schema(), &[valve_flow()]).unwrap();
    assert_eq!(told, [leaf(Value::from(Decimal64::<2>::from_mantissa(250)))]);
    // told of a change that is none: nobody hears of it
    world.pass(SECOND);
    world.device.changed(world.now, &valve_flow());
    assert_eq!(world.heard(0, call).len(), 0);
}

#[test]
fn a_pushed_value_is_absent_until_it_is_set_and_then_told() {
    let mut world = World::new();
    let request = fetch(&world, &[valve_volume()]);
    let call = world.observe(0, &request);
    assert_eq!(world.heard(0, call).remove(0).fetched(world.schema(), &[valve_volume()]).unwrap(), [None]);
    world.pass(SECOND);
    let revision = world.device.datastore().revision();
    world.device.set(world.now, &valve_volume(), Data::Leaf(Value::Unsigned(12))).unwrap();
    assert_eq!(world.heard(0, call).remove(0).fetched(world.schema(), &[valve_volume()]).unwrap(), [leaf(12_u64)]);
    assert_eq!(world.device.datastore().revision(), revision, "state is no configuration");
    assert_eq!(world.device.usage().sampled_leaves, 0);
}

#[test]
fn a_write_by_either_protocol_tells_the_observers_of_both() {
    let mut world = World::new();
    let request = fetch(&world, &[temperature_application_type(0)]);
    let by_coreconf = world.observe(1, &request);
    let by_lwm2m = world.observe(2, &Request::new(Method::Get, "/3303/1/5750"));
    // an optional resource without a value can't be observed: 4.04
    assert_eq!(world.heard(2, by_lwm2m).remove(0).code, Code::NOT_FOUND);
    world.set(&temperature_application_type(0), "attic");
    assert_eq!(world.heard(1, by_coreconf).len(), 1, "the first answer; the change waits");
    world.pass(SECOND);
    assert_eq!(world.heard(1, by_coreconf).len(), 1);
    let by_lwm2m = world.observe(2, &Request::new(Method::Get, "/3303/0/5750"));
    assert_eq!(text(&world.heard(2, by_lwm2m)[0]), (Code::CONTENT, "attic"));
    world.pass(SECOND);

    world.set(&temperature_application_type(0), "barn");
    assert_eq!(text(&world.heard(2, by_lwm2m)[0]).1, "barn");
    assert_eq!(world.heard(1, by_coreconf).len(), 1);
    world.pass(SECOND);
    let put = Request::new(Method::Put, "/3303/0/5750").with_payload(TEXT_PLAIN, b"cellar");
    assert_eq!(world.ask(&put).code, Code::CHANGED);
    assert_eq!(text(&world.heard(2, by_lwm2m)[0]).1, "cellar");
    assert_eq!(world.heard(1, by_coreconf).len(), 1);
    world.pass(SECOND);
    let barn = Data::Leaf(Value::from("barn"));
    world.device.set(world.now, &temperature_application_type(0), barn).unwrap();
    assert_eq!(text(&world.heard(2, by_lwm2m)[0]).1, "barn", "an edit of the board is told as well");
}

#[test]
fn changes_in_one_period_are_told_as_one() {
    let mut world = World::new();
    let request = fetch(&world, &[valve_target()]);
    let call = world.observe(1, &request);
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 1);
    for target in 1..=20_u8 {
        world.set(&valve_target(), target);
    }
    assert_eq!(world.heard(1, call).len(), 1, "the first at once");
    world.pass(SECOND);
    let told = world.heard(1, call);
    assert_eq!(told.len(), 1, "the others together");
    assert_eq!(told[0].clone().fetched(world.schema(), &[valve_target()]).unwrap(), [leaf(20_u8)]);
    // there and back within one period: the bytes are those told last
    world.set(&valve_target(), 1_u8);
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 1);
    world.set(&valve_target(), 2_u8);
    world.set(&valve_target(), 1_u8);
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 2);
}

#[test]
fn a_subtree_is_observed_with_all_its_sources() {
    let mut world = World::new();
    let request = fetch(&world, &[valve()]);
    let call = world.observe(1, &request);
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 1);
    world.hardware.state().position = Some(77);
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 1, "a pulled leaf");
    world.set(&valve_target(), 12_u8);
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 1, "configuration");
    world.device.set(world.now, &valve_volume(), Data::Leaf(Value::Unsigned(1))).unwrap();
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 1, "a pushed leaf");
    let answer = world.ask(&Request::new(Method::Put, "/3303/0/5750").with_payload(TEXT_PLAIN, b"x"));
    world.pass(SECOND);
    assert_eq!((answer.code, world.heard(1, call).len()), (Code::CHANGED, 0), "another subtree");
}

#[test]
fn a_list_is_observed_with_entries_that_come_and_go() {
    let mut world = World::new();
    let list = InstanceIdentifier::new(temperature(0).node);
    let request = fetch(&world, std::slice::from_ref(&list));
    let call = world.observe(1, &request);
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 1);
    world.hardware.state().temperatures.insert(2, 1.0);
    world.device.ensure(world.now, &temperature(2)).unwrap();
    assert_eq!(world.heard(1, call).len(), 1, "an entry comes");
    world.pass(SECOND);
    world.hardware.state().temperatures.insert(2, 2.0);
    world.pass(SECOND);
    assert_eq!(world.heard(1, call).len(), 1, "its reading changes");
    world.pass(SECOND);
    world.device.edit(world.now, |edit| edit.delete(&temperature(2)).map(drop)).unwrap();
    assert_eq!(world.heard(1, call).len(), 1, "it goes");
}

#[test]
fn an_observer_of_what_is_deleted_is_told_that_it_is_gone() {
    let mut world = World::new();
    let by_lwm2m = world.observe(1, &Request::new(Method::Get, "/3303/1/5700"));
    let request = fetch(&world, &[temperature_sensor_value(1)]);
    let by_coreconf = world.observe(2, &request);
    world.pass(SECOND * 2);
    assert_eq!((world.heard(1, by_lwm2m).len(), world.heard(2, by_coreconf).len()), (1, 1));
    world.device.edit(world.now, |edit| edit.delete(&temperature(1)).map(drop)).unwrap();
    assert_eq!(world.heard(1, by_lwm2m)[0].code, Code::NOT_FOUND);
    let told = world.heard(2, by_coreconf).remove(0);
    assert_eq!(told.fetched(world.schema(), &[temperature_sensor_value(1)]).unwrap(), [None]);
    assert_eq!(world.device.usage().coap.observations, 1, "the LwM2M one has ended, FETCH waits for it to come back");
}

#[test]
fn the_event_stream_tells_those_who_want_it() {
    let mut world = World::new();
    let all = world.observe(1, &Request::events());
    let mut payload = Vec::new();
    comi_runtime::coreconf::client::identifiers(world.schema(), &[valve_position()], &mut payload).unwrap();
    let of_another = Request::new(Method::Fetch, "/s").with_payload(YANG_IDENTIFIERS_CBOR_SEQ, &payload);
    let of_another = world.observe(2, &of_another);
    assert_eq!((world.heard(1, all).len(), world.heard(2, of_another).len()), (1, 1));
    let event = Stuck { position: 1, target: 2, torque: None };
    for _ in 0..3 {
        world.device.raise(world.now, event.clone()).unwrap();
        let told = world.heard(1, all);
        assert_eq!(told.len(), 1, "at once, though it is the same again");
    }
    assert_eq!(world.heard(2, of_another).len(), 0);
    let events = world.ask(&Request::events()).events(world.schema()).unwrap();
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|(at, _)| *at == stuck()));
    // what is not a valid notification is refused
    let empty = (stuck(), comi_runtime::value::Content::new());
    assert!(world.device.raise(world.now, empty).is_err());
    assert!(world.device.raise(world.now, (valve(), comi_runtime::value::Content::new())).is_err());
}

#[test]
fn get_of_the_datastore_is_answered_without_observe() {
    let mut world = World::new();
    let call = world.observe(1, &Request::datastore());
    assert_eq!(world.heard(1, call).len(), 1);
    assert_eq!(world.device.usage().coap.observations, 0);
}

#[test]
fn an_observer_that_was_told_nothing_for_a_day_is_told_again() {
    let mut world = World::new();
    world.set(&temperature_application_type(0), "attic");
    let request = Request::fetch(world.schema(), &[temperature_application_type(0)]).unwrap();
    let call = world.observe(0, &request);
    assert_eq!(world.heard(0, call).len(), 1);
    world.pass(Duration::from_secs(24 * 3600 + 1));
    assert_eq!(world.heard(0, call).len(), 1, "RFC 7641 section 4.5: its ACK shows that it is there");
    // It vanishes: the next time nobody answers.
    world.cut_off(0);
    world.pass(Duration::from_secs(24 * 3600 + 120));
    assert_eq!(world.device.usage().coap.observations, 0);
}
