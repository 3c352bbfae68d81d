//! Every limit of the device, reached.

use std::time::Duration;

use comi_runtime::client::Request;
use comi_runtime::coap::{self, Code, Method};
use comi_runtime::{Limits, coreconf, datastore};

use crate::model::acme_valve::Stuck;
use crate::model::acme_valve::path::{valve_position, valve_schedule, valve_target};
use crate::model::lwm2m_temperature_3303::path::temperature_sensor_value;
use crate::world::World;

#[test]
fn an_observation_over_the_sampled_leafs_is_answered_without_observe() {
    let mut world = World::with_limits(Limits { sampled_leaves: 1, ..Limits::DEVICE });
    let one = Request::fetch(world.schema(), &[valve_position()]).unwrap();
    let other = Request::fetch(world.schema(), &[temperature_sensor_value(0)]).unwrap();
    let stored = Request::fetch(world.schema(), &[valve_target()]).unwrap();
    for (place, request, observations) in [(0, &one, 1), (1, &one, 2), (2, &other, 2), (2, &stored, 3)] {
        let call = world.observe(place, request);
        assert_eq!(world.heard(place, call)[0].code, Code::CONTENT);
        assert_eq!(world.device.usage().coap.observations, observations);
    }
    assert_eq!(world.device.usage().sampled_leaves, 1);
}

#[test]
fn an_observation_over_the_kept_bytes_is_answered_without_observe() {
    let mut world = World::with_limits(Limits { observed_bytes: 4, ..Limits::DEVICE });
    let request = Request::fetch(world.schema(), &[valve_target()]).unwrap();
    for place in [0, 1] {
        let call = world.observe(place, &request);
        assert_eq!(world.heard(place, call)[0].code, Code::CONTENT);
    }
    assert_eq!((world.device.usage().coap.observations, world.device.usage().observed_bytes), (1, 3));
}

#[test]
fn an_observation_over_the_endpoints_limit_is_answered_without_observe() {
    let coap = coap::Limits { observations: 1, ..coap::Limits::DEVICE };
    let mut world = World::with_limits(Limits { coap, ..Limits::DEVICE });
    let request = Request::fetch(world.schema(), &[valve_position()]).unwrap();
    for place in [0, 1] {
        let call = world.observe(place, &request);
        assert_eq!(world.heard(place, call)[0].code, Code::CONTENT);
    }
    assert_eq!((world.device.usage().coap.observations, world.device.usage().sampled_leaves), (1, 1));
}

#[test]
fn a_full_datastore_refuses_and_an_answer_too_large_is_5_00() {
    let datastore = datastore::Limits { instances: 3 };
    let coreconf = coreconf::Limits { answer: 16, ..coreconf::Limits::DEVICE };
    let mut world = World::with_limits(Limits { datastore, coreconf, ..Limits::DEVICE });
    let now = world.now;
    // the two sensors with their keys are four, so the world has one and a half: nothing more fits
    assert!(world.device.ensure(now, &valve_schedule("night")).is_err());
    assert_eq!(world.ask(&Request::datastore()).code, Code::INTERNAL_SERVER_ERROR);
    assert_eq!(world.ask(&Request::discover(None)).code, Code::INTERNAL_SERVER_ERROR);
}

#[test]
fn the_ring_keeps_the_newest() {
    let coreconf = coreconf::Limits { events: 2, ..coreconf::Limits::DEVICE };
    let mut world = World::with_limits(Limits { coreconf, ..Limits::DEVICE });
    for position in 1..=5 {
        world.device.raise(world.now, Stuck { position, target: 9, torque: None }).unwrap();
    }
    assert_eq!(world.device.usage().events, 2);
    assert_eq!(world.ask(&Request::events()).events(world.schema()).unwrap().len(), 2);
}

#[test]
fn a_long_answer_comes_in_blocks_and_all_memory_is_given_back() {
    let coap = coap::Limits { block_size: 64, ..coap::Limits::DEVICE };
    let mut world = World::with_limits(Limits { coap, ..Limits::DEVICE });
    let idle = world.device.usage();
    let links = world.ask(&Request::discover(None));
    assert!(links.payload.len() > 128, "several blocks");
    let observed = world.observe(1, &Request::new(Method::Get, "/3303/0/5700"));
    assert_eq!(world.heard(1, observed).len(), 1);
    world.cancel(1, observed);
    world.pass(Duration::from_secs(300));
    assert_eq!(world.device.usage(), idle);
}
