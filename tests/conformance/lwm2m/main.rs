//! LwM2M's view, without a device around it: every built-in object in every format, and the list of requirements.

#[path = "../requirements.rs"]
mod requirements;
mod round_trip;

const LIST: &str = include_str!("../../../docs/conformance/lwm2m.md");

#[test]
fn every_requirement_names_a_test_that_exists_or_says_why_not() {
    requirements::hold(LIST, "LwM2M 1.2", 40);
}
