//! What is told of the expressions in real modules.

use std::collections::BTreeMap;

use super::oracle::Texts;
use super::{compile_all, corpus};

/// What is told of `must`, `when` and `path`: module, message, how often. Each was settled by the RFC's text; pyang
/// and libyang tell of those whose step matches nothing too.
const FINDINGS: &[(&str, &str, usize)] = &[
    // The second argument of derived-from-or-self is `'a' or 'b'`: the string "true".
    ("ietf-ac-ntw", "this string is an operand of `or`, where it is always true", 2),
    // RFC 7950 section 10.4.1: without a prefix the identity is the current module's; these are of an imported one.
    ("ietf-l2vpn-ntw", "module `ietf-l2vpn-ntw` has no identity `pbb-evpn`", 1),
    ("ietf-ospfv3-extended-lsa", "module `ietf-ospfv3-extended-lsa` has no identity `stub-nssa-area`", 1),
    // `x = 'a' or 'b'`
    ("ietf-l3vpn-ntw", "this string is an operand of `or`, where it is always true", 4),
    // Later revisions of iana-if-type have them, the one here does not.
    ("ietf-microwave-radio-link", "module `iana-if-type` has no identity `microwaveCarrierTermination`", 6),
    ("ietf-microwave-radio-link", "module `iana-if-type` has no identity `microwaveRadioLinkTerminal`", 1),
    // The context node of `when` in `uses` is the notification, so `..` is the root (mended in later copies).
    ("ietf-netconf-notifications", "the step `confirm-event` never matches: there is no such node at the root", 1),
    // They are children of target-params, not of target (mended in later copies).
    ("ietf-snmp-community", "the step `snmp:v1` never matches: `target` has no such child", 1),
    ("ietf-snmp-community", "the step `snmp:v2c` never matches: `target` has no such child", 1),
];

#[test]
fn what_is_told_of_expressions_is_true() {
    let Some(folder) = corpus() else { return };
    let compiled = compile_all(&folder, &Texts::read(&folder));
    let rules =
        ["RFC 7950 section 6.4", "RFC 7950 section 7.5.3", "RFC 7950 section 7.21.5", "RFC 7950 section 10", "XPath"];
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    for diagnostic in &compiled.diagnostics {
        if diagnostic.rule.as_ref().is_some_and(|rule| rules.iter().any(|start| rule.starts_with(start))) {
            let source = diagnostic.span().and_then(|span| compiled.sources.source(span.source));
            let name = source.map_or("", |source| source.name());
            let module = name.rsplit('/').next().unwrap_or_default().trim_end_matches(".yang");
            let module = module.split('@').next().unwrap_or_default().to_owned();
            *found.entry((module, diagnostic.message.clone())).or_default() += 1;
        }
    }
    let expected = FINDINGS.iter().map(|(module, message, count)| (((*module).into(), (*message).into()), *count));
    assert_eq!(found, expected.collect::<BTreeMap<_, _>>());
}
