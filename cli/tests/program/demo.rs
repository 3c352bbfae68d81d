//! `comi demo --once` tells its story and ends well.

use super::comi;

#[test]
fn the_story_is_told_to_its_end() {
    let run = comi(&["demo", "--once"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.error);
    let mut rest = run.out.as_str();
    for part in [
        "serves at coap://",
        "1. discover the datastore",
        "</c>;rt=\\\"core.c.ds\\\";ds=1029",
        "read three leaves at once",
        "-> CON FETCH",
        "63054 / acme-valve:valve/target /",
        "<- ACK 2.05 Content",
        "=> /acme-valve:valve/mode = manual",
        "write a setting",
        "<- ACK 2.04 Changed",
        "be refused a wrong one",
        "<- ACK 4.00 BadRequest",
        "1018 / not-in-range /",
        "=> 4.00 invalid-value (not-in-range)",
        "call an action",
        "\"duration\": 10",
        "observe a leaf",
        "=> /acme-valve:valve/target = 55",
        "receive a notification",
        "=> /acme-valve:stuck/position = 95",
        "by its LwM2M path",
        "-> CON PUT",
        "=> /lwm2m-temperature-3303:temperature=0/application-type = cellar",
        "=> /3303/0/5750 = \"cellar\"",
    ] {
        let Some(at) = rest.find(part) else { panic!("{part:?} does not come in its place in\n{}", run.out) };
        rest = &rest[at..];
    }
}
