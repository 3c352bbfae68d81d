//! `docs/conformance/coreconf.md`.

#[path = "../requirements.rs"]
mod requirements;

const LIST: &str = include_str!("../../../docs/conformance/coreconf.md");

#[test]
fn every_requirement_names_a_test_that_exists_or_says_why_not() {
    requirements::hold(LIST, "draft-ietf-core-comi-21", 70);
}
