//! Large and malicious modules: bounded time, bounded memory, a clear error.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use comi_codegen::{Compiled, Context, Severity};

/// What one compilation may take here, without optimisation and beside other work: far from quadratic.
const PATIENCE: Duration = Duration::from_secs(60);

fn compile(body: &str) -> Compiled {
    let mut context = Context::new();
    context.source("a.yang", format!("module a {{ yang-version 1.1; namespace 'urn:a'; prefix a;\n{body}\n}}"));
    let start = Instant::now();
    let compiled = context.module("a").compile();
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    compiled
}

fn errors(compiled: &Compiled) -> Vec<&str> {
    let errors = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| diagnostic.message.as_str()).collect()
}

#[test]
fn large_modules_take_linear_time() {
    let many = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let leafs = many(50_000, &|index| format!("leaf l{index} {{ type int8; }}\n"));
    let cases = [
        ("leafs at the top", leafs.clone(), 50_000),
        ("leafs in a choice", format!("choice c {{ {leafs} }}"), 100_001),
        (
            "augments, those that need others first",
            many(100, &|index| {
                let path = (0..100 - index).fold(String::new(), |path, step| format!("{path}/c{step}"));
                format!("augment '{path}' {{ container c{}; }}\n", 100 - index)
            }) + "container c0;",
            101,
        ),
        (
            "augments of one node",
            "container c;".to_owned()
                + &many(20_000, &|index| format!("augment /c {{ leaf l{index} {{ type int8; }} }}\n")),
            20_001,
        ),
        (
            "a chain of leafrefs",
            many(5_000, &|index| format!("leaf l{index} {{ type leafref {{ path ../l{}; }} }}\n", index + 1))
                + "leaf l5000 { type int8; }",
            5_001,
        ),
        (
            "a chain of identities",
            "identity i0;".to_owned()
                + &many(5_000, &|index| format!("identity i{} {{ base i{index}; }}\n", index + 1)),
            0,
        ),
    ];
    for (name, body, nodes) in cases {
        let compiled = compile(&body);
        assert_eq!(errors(&compiled), Vec::<&str>::new(), "{name}");
        assert_eq!(compiled.schema.nodes.len(), nodes, "{name}");
    }
}

#[test]
fn a_hundred_thousand_augments_take_linear_time() {
    let augment = |index: usize| format!("augment /c/d{} {{ leaf l{index} {{ type int8; }} }}\n", index % 100);
    let targets = (0..100).map(|index| format!("container d{index};\n")).collect::<String>();
    let body = format!("container c {{ {targets} }}\n{}", (0..100_000).map(augment).collect::<String>());
    let compiled = compile(&body);
    assert_eq!(errors(&compiled), Vec::<&str>::new());
    assert_eq!(compiled.schema.nodes.len(), 100_101);
}

#[test]
fn a_string_of_ten_megabytes_is_a_string() {
    let long = "x\\n ".repeat(2_500_000);
    let compiled = compile(&format!("container c {{ description \"{long}\"; }}"));
    assert_eq!(errors(&compiled), Vec::<&str>::new());
    let start = Instant::now();
    // As a name, a type or a number it is refused, and the message stays readable.
    for body in ["leaf x { type int8; default \"@\"; }", "leaf x { type \"@\"; }", "leaf \"@\" { type int8; }"] {
        let compiled = compile(&body.replace('@', &"7 ".repeat(5_000_000)));
        let [message] = errors(&compiled)[..] else { panic!("{body}: {}", errors(&compiled).len()) };
        assert!(message.len() < 300, "{body}: {}", message.len());
        assert!(compiled.render(false).len() < 2_000, "{body}");
    }
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn many_errors_are_shown_in_linear_time() {
    let compiled = compile(&(0..20_000).map(|index| format!("leaf l{index} {{ type t; }}\n")).collect::<String>());
    let start = Instant::now();
    let shown = compiled.render(false);
    assert!(shown.contains(" --> a.yang:20001:") && start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn a_million_open_braces_are_one_error() {
    let mut context = Context::new();
    let start = Instant::now();
    for text in ["{".repeat(1_000_000), "a{".repeat(500_000), "module a {".to_owned() + &"}".repeat(1_000_000)] {
        context.source("a.yang", text);
        let compiled = context.module("a").compile();
        assert!(errors(&compiled).len() <= 2, "{:?}", errors(&compiled).get(..3));
    }
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn a_billion_laughs_ends_with_one_error() {
    let mut body = "grouping g0 { leaf x { type int8; } }\n".to_owned();
    for level in 1..40 {
        let _ = writeln!(
            body,
            "grouping g{level} {{ container a {{ uses g{0}; }} container b {{ uses g{0}; }} }}",
            level - 1
        );
    }
    let compiled = compile(&format!("{body} uses g39;"));
    assert_eq!(errors(&compiled), ["the schema has more than 400000 nodes"]);
}

#[test]
fn unions_do_not_explode() {
    let mut body = "typedef t0 { type union { type int8; type string; } }\n".to_owned();
    for level in 1..60 {
        let _ = writeln!(body, "typedef t{level} {{ type union {{ type t{0}; type t{0}; }} }}", level - 1);
    }
    assert_eq!(errors(&compile(&body)), ["the union has too many members"]);
}

#[test]
fn depth_is_limited() {
    let mut groupings = "grouping g0 { leaf x { type int8; } }\n".to_owned();
    let mut typedefs = "typedef t0 { type int8; }\n".to_owned();
    for level in 1..5_000 {
        let _ = writeln!(groupings, "grouping g{level} {{ uses g{}; }}", level - 1);
        let _ = writeln!(typedefs, "typedef t{level} {{ type t{}; }}", level - 1);
    }
    assert_eq!(
        errors(&compile(&format!("{groupings} uses g4999;"))).first(),
        Some(&"nodes and groupings are nested more than 128 deep")
    );
    assert_eq!(
        errors(&compile(&format!("{typedefs} leaf x {{ type t4999; }}"))).first(),
        Some(&"typedefs are nested more than 128 deep")
    );
    let chain = (1..100_000).map(|level| format!("typedef t{level} {{ type t{}; }}\n", level - 1)).collect::<String>();
    let compiled = compile(&format!("typedef t0 {{ type int8; }}\n{chain} leaf x {{ type t99999; }}"));
    assert_eq!(errors(&compiled), ["typedefs are nested more than 128 deep"]);
    let features =
        (0..5_000).map(|index| format!("feature f{index} {{ if-feature f{}; }}\n", index + 1)).collect::<String>();
    assert_eq!(
        errors(&compile(&format!("{features} feature f5000;"))).first(),
        Some(&"features depend on each other more than 128 deep")
    );
    let condition = "(".repeat(100_000);
    assert_eq!(errors(&compile(&format!("leaf x {{ if-feature '{condition}'; type int8; }}"))).len(), 1);
}

#[test]
fn any_text_gives_diagnostics_and_no_panic() {
    let text = include_str!("../yang/example/acme-valve.yang");
    for cut in (0..text.trim_end().len()).step_by(97) {
        let mut context = Context::new();
        context.source("acme-valve.yang", text.get(..cut).unwrap_or_default());
        let compiled = context.module("acme-valve").compile();
        assert!(!compiled.is_ok(), "{cut}");
        assert!(!compiled.render(false).is_empty());
    }
}
