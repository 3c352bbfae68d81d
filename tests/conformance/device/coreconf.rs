//! What draft-ietf-core-comi-21 asks of a server that needs the whole device: observers, conditions, pages of links.

use std::time::Duration;

use comi_runtime::client::Request;
use comi_runtime::coap::Code;
use comi_runtime::value::{Content, Data};
use comi_runtime::{Limits, coreconf};

use crate::model::acme_valve::path::{valve_mode, valve_schedule, valve_target};
use crate::model::lwm2m_temperature_3303::path::temperature_application_type;
use crate::world::{World, leaf, text};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_observer_of_some_leafs_is_told_of_no_others() {
    let mut world = World::new();
    let asked = [valve_target(), temperature_application_type(1)];
    let request = Request::fetch(world.schema(), &asked).unwrap();
    let call = world.observe(0, &request);
    assert_eq!(world.heard(0, call).len(), 1);
    world.set(&temperature_application_type(0), "attic");
    world.set(&valve_target(), 0_u64); // what stands there, as its default
    world.pass(SECOND * 5);
    assert!(world.heard(0, call).is_empty(), "neither is a change of what is observed");
    world.set(&temperature_application_type(1), "cellar");
    world.pass(SECOND);
    let told = world.heard(0, call);
    assert_eq!(told.len(), 1);
    let found = told[0].clone().fetched(world.schema(), &asked).unwrap();
    assert_eq!(found, [leaf(0_u64), leaf("cellar")], "each answer has all that was asked for");
}

#[test]
fn an_edit_of_another_revision_is_4_12_and_changes_nothing() {
    let mut world = World::new();
    let read = Request::datastore().with_queries(["c=c"]);
    let before = world.ask(&read).etag.expect("the revision");
    let change = |world: &World, value: u64| Request::patch(world.schema(), &[(valve_target(), leaf(value))]).unwrap();
    let first = change(&world, 40).with_if_match(&before);
    assert_eq!(world.ask(&first).code, Code::CHANGED);
    let second = change(&world, 50).with_if_match(&before);
    assert_eq!(world.ask(&second).code, Code::PRECONDITION_FAILED);
    assert_eq!(world.leaf(&valve_target()), leaf(40_u64));
    let now = world.ask(&read).etag.expect("the revision");
    assert_ne!(now, before);
    let third = change(&world, 50).with_if_match(&now);
    assert_eq!(world.ask(&third).code, Code::CHANGED);
}

#[test]
fn what_is_refused_changes_nothing_and_is_told_to_nobody() {
    let mut world = World::new();
    let request = Request::fetch(world.schema(), &[valve_mode(), valve_target()]).unwrap();
    let call = world.observe(0, &request);
    let before = world.heard(0, call);
    // the second item is refused: the entry lacks what is mandatory
    let answer =
        world.patch(&[(valve_target(), leaf(7_u64)), (valve_schedule("night"), Some(Data::Container(Content::new())))]);
    assert_eq!(answer.code, Code::BAD_REQUEST);
    world.pass(SECOND * 5);
    assert!(world.heard(0, call).is_empty() && !before.is_empty());
    assert_eq!(world.leaf(&valve_target()), leaf(0_u64));
}

#[test]
fn more_links_than_an_answer_holds_are_told_in_pages() {
    let coreconf = coreconf::Limits { answer: 160, ..coreconf::Limits::DEVICE };
    let mut world = World::with_limits(Limits { coreconf, ..Limits::DEVICE });
    let whole = World::new().ask(&Request::discover(None)).payload;
    let whole = String::from_utf8(whole).unwrap();
    assert_eq!(world.ask(&Request::discover(None)).code, Code::INTERNAL_SERVER_ERROR, "they are too long at once");
    let mut pages = Vec::new();
    for page in 0.. {
        let number = format!("page={page}");
        let answer = world.ask(&Request::discover(None).with_queries(["count=3", &number]));
        let (code, links) = text(&answer);
        assert_eq!(code, Code::CONTENT);
        if links.is_empty() {
            break;
        }
        pages.push(links.to_owned());
    }
    assert!(pages.len() > 2);
    assert_eq!(pages.join(","), whole);
    let filtered = world.ask(&Request::discover(Some("rt=core.c.ds")).with_queries(["count=3"]));
    assert_eq!(text(&filtered), (Code::CONTENT, r#"</c>;rt="core.c.ds";ds=1029"#));
}
