//! Real modules: each compiles without a panic, and nearly all are accepted. Needs `../shared/corpus/yang` beside the
//! repository; without it the test says so and ends.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use comi_codegen::{Compiled, Context, Severity};

fn corpus() -> Option<PathBuf> {
    let mut folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    folder.extend(["..", "..", "shared", "corpus", "yang"]);
    // A worktree may stand one folder deeper.
    let deeper = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/yang");
    [folder, deeper].into_iter().find(|folder| folder.is_dir())
}

#[test]
fn real_modules_are_accepted() {
    let Some(folder) = corpus() else {
        println!("skipped: ../shared/corpus/yang is not there");
        return;
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yang"));
    files.sort();
    let mut context = Context::new();
    context.yang_dir(&folder);
    for file in &files {
        context.file(file);
    }
    let start = Instant::now();
    let compiled = context.compile();
    let time = start.elapsed();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for diagnostic in compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        let source = diagnostic.span().and_then(|span| compiled.sources.source(span.source));
        *refused.entry(source.map_or(String::new(), |source| source.name().to_owned())).or_default() += 1;
    }
    let nodes = compiled.schema.nodes.len();
    println!("{} modules, {} refused, {nodes} nodes, {time:?}", files.len(), refused.len());
    for (name, errors) in &refused {
        println!("{name}: {errors}");
    }
    if std::env::var_os("COMI_SHOW").is_some() {
        println!("{}", compiled.render(false));
    }
    what_is_told_of_expressions_is_true(&compiled);
}

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

fn what_is_told_of_expressions_is_true(compiled: &Compiled) {
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
