//! What a client lives through, from discovery to a write by the other protocol.

use std::time::Duration;

use comi_runtime::client::{Error, Request};
use comi_runtime::coap::content_format::{TEXT_PLAIN, YANG_DATA_CBOR_SID};
use comi_runtime::coap::{Code, Method};
use comi_runtime::model::{FromContent as _, IntoContent as _};
use comi_runtime::value::Value;

use crate::model::acme_valve::path::{valve_move, valve_name, valve_position, valve_target};
use crate::model::acme_valve::{MoveInput, MoveOutput, Stuck};
use crate::model::lwm2m_temperature_3303::path::{temperature_application_type, temperature_sensor_value};
use crate::world::{World, leaf, text};

#[test]
fn a_client_finds_reads_sets_calls_and_is_told_over_both_protocols() {
    let mut world = World::new();
    let schema = world.schema();

    // discover
    let links = world.ask(&Request::discover(Some("rt=core.c.ds")));
    assert_eq!(text(&links), (Code::CONTENT, r#"</c>;rt="core.c.ds";ds=1029"#));

    // three leafs
    let nodes = [valve_position(), valve_target(), valve_name()];
    assert_eq!(world.fetch(&nodes), [leaf(10_u8), leaf(0_u8), None]);

    // a setting, and one that is refused with the reason
    world.set(&valve_target(), 40_u8);
    assert_eq!(world.leaf(&valve_target()), leaf(40_u8));
    let refused = world.patch(&[(valve_target(), leaf(99_u8))]).success(schema).unwrap_err();
    let Error::Refused { code, error } = refused else { panic!("{refused}") };
    assert_eq!((code, error.at), (Code::BAD_REQUEST, Some(valve_target())));
    assert!(error.message.contains("too far for this pipe"), "{}", error.message);
    assert_eq!(world.leaf(&valve_target()), leaf(40_u8));

    // an action
    let input = MoveInput { gently: true, position: 55 }.into_content();
    let call = Request::call(schema, &valve_move(), &input).unwrap();
    let output = world.ask(&call).output(schema, valve_move().node).unwrap();
    assert_eq!(MoveOutput::from_content(&output), Ok(MoveOutput { duration: 7 }));

    // a leaf that is observed changes
    let observed = [valve_position()];
    let fetch = Request::fetch(schema, &observed).unwrap();
    let watch = world.observe(1, &fetch);
    assert_eq!(world.heard(1, watch).remove(0).fetched(schema, &observed).unwrap(), [leaf(55_u8)]);
    world.hardware.state().position = Some(60);
    world.pass(Duration::from_secs(2));
    let told = world.heard(1, watch);
    assert_eq!(told.len(), 1, "told once");
    assert_eq!(told[0].clone().fetched(schema, &observed).unwrap(), [leaf(60_u8)]);

    // a notification
    let stream = world.observe(1, &Request::events());
    assert_eq!(world.heard(1, stream).remove(0).events(schema).unwrap(), []);
    let stuck = Stuck { position: 60, target: 40, torque: None };
    world.device.raise(world.now, stuck.clone()).unwrap();
    let events = world.heard(1, stream).remove(0).events(schema).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(Stuck::from_content(&events[0].1), Ok(stuck));

    // the same leaf by its LwM2M path, and CORECONF's observer is told
    let observed = [temperature_application_type(0)];
    let watch = world.observe(1, &Request::fetch(schema, &observed).unwrap());
    assert_eq!(world.heard(1, watch).remove(0).fetched(schema, &observed).unwrap(), [None]);
    world.pass(Duration::from_secs(1));
    let write = Request::new(Method::Put, "/3303/0/5750").with_payload(TEXT_PLAIN, b"cellar");
    assert_eq!(world.ask(&write).code, Code::CHANGED);
    assert_eq!(world.heard(1, watch).remove(0).fetched(schema, &observed).unwrap(), [leaf(Value::from("cellar"))]);
    let read = world.ask(&Request::new(Method::Get, "/3303/0/5750"));
    assert_eq!((read.content_format, text(&read)), (Some(TEXT_PLAIN), (Code::CONTENT, "cellar")));
    assert_eq!(world.leaf(&temperature_sensor_value(0)), leaf(Value::Float(21.5)));

    // the whole datastore
    let all = world.ask(&Request::datastore());
    assert_eq!(all.content_format, Some(YANG_DATA_CBOR_SID));
    assert!(!all.datastore(schema).unwrap().is_empty());
}
