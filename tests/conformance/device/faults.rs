//! Handlers that fail or panic: 5.00 where it was asked for alone, and the device serves on.

use comi_runtime::client::Request;
use comi_runtime::coap::content_format::TEXT_PLAIN;
use comi_runtime::coap::{Code, Method};
use comi_runtime::datastore::Reason;

use crate::model::acme_valve::path::{valve, valve_position, valve_target};
use crate::model::lwm2m_temperature_3303::path::temperature_sensor_value;
use crate::world::{World, leaf, text};

#[test]
fn a_fault_is_5_00_alone_null_among_several_and_left_out_of_a_subtree() {
    let mut world = World::new();
    world.hardware.state().position = None;
    let alone = Request::fetch(world.schema(), &[valve_position()]).unwrap();
    assert_eq!(world.ask(&alone).code, Code::INTERNAL_SERVER_ERROR);
    assert_eq!(world.fetch(&[valve_position(), valve_target()]), [None, leaf(0_u8)]);
    assert!(world.leaf(&valve()).is_some());
    assert_eq!(world.device.faults(), 3);
    world.hardware.state().position = Some(4);
    assert_eq!(world.leaf(&valve_position()), leaf(4_u8));
}

#[test]
fn an_absent_reading_is_no_fault() {
    let mut world = World::new();
    world.hardware.state().temperatures.clear();
    assert_eq!(world.leaf(&temperature_sensor_value(0)), None);
    assert_eq!(world.ask(&Request::new(Method::Get, "/3303/0/5700")).code, Code::NOT_FOUND);
    assert_eq!(world.device.faults(), 0);
}

#[test]
fn a_panic_is_a_fault_and_the_device_serves_on() {
    let mut world = World::new();
    let alone = Request::fetch(world.schema(), &[valve_position()]).unwrap();
    let set = Request::patch(world.schema(), &[(valve_target(), leaf(5_u8))]).unwrap();
    for (panics, request, code) in [
        ("position", alone, Code::INTERNAL_SERVER_ERROR),
        ("sensor-value 0", Request::new(Method::Get, "/3303/0/5700"), Code::INTERNAL_SERVER_ERROR),
        ("reset 0 None", Request::new(Method::Post, "/3303/0/5605"), Code::INTERNAL_SERVER_ERROR),
        ("prepare target", set.clone(), Code::INTERNAL_SERVER_ERROR),
    ] {
        world.hardware.state().panics = Some(panics);
        assert_eq!(world.ask(&request).code, code, "{panics}");
        world.hardware.state().panics = None;
    }
    assert_eq!(world.leaf(&valve_target()), leaf(0_u8), "a prepare that panics refuses");

    world.hardware.state().panics = Some("target changed");
    assert_eq!(world.ask(&set).code, Code::CHANGED, "a hook that panics undoes nothing");
    world.hardware.state().panics = None;
    assert_eq!(world.fetch(&[valve_position(), valve_target()]), [leaf(10_u8), leaf(5_u8)]);
    let put = Request::new(Method::Put, "/3303/0/5750").with_payload(TEXT_PLAIN, b"ok");
    assert_eq!(text(&world.ask(&put)), (Code::CHANGED, ""));
}

#[test]
fn an_edit_that_panics_changes_nothing() {
    let mut world = World::new();
    let now = world.now;
    let refused = world.device.edit(now, |edit| {
        edit.replace(&valve_target(), leaf(50_u8).unwrap())?;
        panic!("the test asked for it");
    });
    assert!(matches!(refused.unwrap_err().reason, Reason::Failed(_)));
    assert_eq!(world.leaf(&valve_target()), leaf(0_u8));
}
