//! Which changes break clients, as data: `compare/cases.txt` has an old and a new text and what is found between them.
#![expect(clippy::panic, clippy::expect_used, reason = "a test may end the program")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use comi_codegen::Context;
use comi_codegen::compare::rules::{Rule, Verdict};
use comi_codegen::compare::{Change, compare};

#[derive(Debug, Default)]
struct Case<'a> {
    name: &'a str,
    old: String,
    new: String,
    expected: Vec<&'a str>,
}

fn cases() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    for line in include_str!("compare/cases.txt").lines() {
        if let Some(name) = line.strip_prefix("== ") {
            cases.push(Case { name, ..Case::default() });
        }
        let Some(case) = cases.last_mut() else { continue };
        let grow = |text: &mut String, line: &str| text.push_str(&format!("{line}\n"));
        match line.split_once(' ') {
            Some(("-", text)) => grow(&mut case.old, text),
            Some(("+", text)) => grow(&mut case.new, text),
            Some(("breaking" | "compatible", _)) => case.expected.push(line),
            _ => {}
        }
    }
    cases
}

fn context(text: &str, revision: &str) -> Context {
    let header = format!("yang-version 1.1; namespace \"urn:m\"; prefix m; revision {revision};");
    let text = match text.starts_with("module ") {
        true => text.to_owned(),
        false => format!("module m {{ {header}\n{text}}}\n"),
    };
    let name = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut context = Context::new();
    context.source(format!("{name}.yang"), text).module(name);
    context
}

fn changes(old: &Context, new: &Context) -> Vec<Change> {
    match compare(old, new) {
        Ok(comparison) => comparison.changes,
        Err(broken) => panic!("{}{}", broken.old.render(false), broken.new.render(false)),
    }
}

fn line(change: &Change) -> String {
    let verdict = if change.breaks() { "breaking" } else { "compatible" };
    let also: String = change.also.iter().map(|path| format!(" {path}")).collect();
    format!("{verdict} {} {}{also}", change.rule.name(), change.path)
}

#[test]
fn each_sentence_of_section_11_is_obeyed() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in &cases {
        let found = changes(&context(&case.old, "2025-01-01"), &context(&case.new, "2026-01-01"));
        let usual = |line: &String| case.old.starts_with("module ") || line != "compatible revision-added module m";
        let found: Vec<String> = found.iter().map(line).filter(usual).collect();
        if found != case.expected {
            wrong.push(format!("{}\n  found    {found:#?}\n  expected {:#?}", case.name, case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rules that the cases can't show: they are about files and LwM2M, below.
const ELSEWHERE: &[Rule] = &[
    Rule::ModuleAdded,
    Rule::ModuleRemoved,
    Rule::SubmoduleAdded,
    Rule::SubmoduleRemoved,
    Rule::Lwm2mChanged,
    Rule::SidAdded,
    Rule::SidChanged,
    Rule::SidRemoved,
];

#[test]
fn each_rule_has_a_case_a_name_of_its_own_and_the_verdict_that_the_case_says() {
    let cases = cases();
    let mut names = HashMap::new();
    for rule in Rule::ALL {
        assert!(names.insert(rule.name(), *rule).is_none(), "two rules are called {}", rule.name());
        let verdict = if rule.verdict() == Verdict::Breaking { "breaking" } else { "compatible" };
        let start = format!("{verdict} {} ", rule.name());
        let shown = cases.iter().any(|case| case.expected.iter().any(|line| line.starts_with(&start)));
        let revision = *rule == Rule::RevisionAdded;
        assert!(shown || revision || ELSEWHERE.contains(rule), "no case shows {}", rule.name());
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn modules_and_submodules_come_and_go() {
    let module = |revision: &str, body: &str| {
        format!("module m {{ namespace 'urn:m'; prefix m; {body} revision {revision}; leaf x {{ type int8; }} }}")
    };
    let other = |name: &str| format!("module {name} {{ namespace 'urn:{name}'; prefix {name}; }}");
    let sub = "submodule s { belongs-to m { prefix m; } leaf y { type int8; } }";
    let whole = module("2025-01-01", "").replace("leaf x", "leaf y { type int8; } leaf x");
    let mut old = Context::new();
    old.source("m.yang", whole).source("a.yang", other("a")).module("m").module("a");
    let mut new = Context::new();
    new.source("m.yang", module("2026-01-01", "include s;")).source("s.yang", sub);
    new.source("b.yang", other("b")).module("m").module("b");
    let found: Vec<String> = changes(&old, &new).iter().map(line).collect();
    assert_eq!(
        found,
        [
            "breaking module-removed module a",
            "compatible module-added module b",
            "compatible revision-added module m",
            "compatible submodule-added module m",
        ]
    );
    assert!(changes(&new, &old).iter().any(|change| change.rule == Rule::SubmoduleRemoved));
}

#[test]
fn augments_of_other_modules_are_compared() {
    let base = "module b { namespace 'urn:b'; prefix b; container c; }";
    let augment = |revision: &str, nodes: &str| {
        format!(
            "module m {{ namespace 'urn:m'; prefix m; import b {{ prefix b; }} revision {revision}; \
             augment /b:c {{ {nodes} }} }}"
        )
    };
    let side = |text: String| {
        let mut context = Context::new();
        context.source("m.yang", text).source("b.yang", base).module("m");
        context
    };
    let old = side(augment("2025-01-01", "leaf x { type int8; } leaf y { type int8; }"));
    let new = side(augment("2026-01-01", "leaf x { type int16; }"));
    let found: Vec<String> = changes(&old, &new).iter().map(line).collect();
    let expected =
        ["compatible revision-added module m", "breaking node-removed /b:c/m:y", "breaking type-changed /b:c/m:x"];
    assert_eq!(found, expected);
}

#[test]
fn lwm2m_ids_must_stay() {
    let text = |id: u16| {
        format!("import comi-lwm2m {{ prefix lw; }} list o {{ key k; lw:object {id}; leaf k {{ type uint16; }} }}")
    };
    let side = |id: u16, revision: &str| {
        let text = format!(
            "module m {{ yang-version 1.1; namespace 'urn:m'; prefix m; {}",
            text(id).replacen("list o", &format!("revision {revision}; list o"), 1)
        );
        let mut context = Context::new();
        context.source("m.yang", format!("{text} }}")).module("m");
        context
    };
    let found = changes(&side(1, "2025-01-01"), &side(2, "2026-01-01"));
    let object = found.iter().find(|change| change.rule == Rule::Lwm2mChanged);
    assert_eq!(object.map(|change| change.message.as_str()), Some("`comi-lwm2m:object 1` is gone"));
}

#[test]
fn sids_must_stay_as_far_as_they_are_stable() {
    let here = folder("compare-sids");
    let yang =
        |revision: &str| format!("module m {{ namespace 'urn:m'; prefix m; revision {revision}; container c; }}");
    let item = |namespace: &str, identifier: &str, sid: u32, status: &str| {
        format!(r#"{{"status": "{status}", "namespace": "{namespace}", "identifier": "{identifier}", "sid": "{sid}"}}"#)
    };
    let write = |name: &str, revision: &str, items: &[String]| {
        let folder = here.join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("m.yang"), yang(revision)).expect("written");
        if !items.is_empty() {
            let text = format!(
                r#"{{"ietf-sid-file:sid-file": {{"module-name": "m", "module-revision": "{revision}",
                "assignment-range": [{{"entry-point": "60000", "size": "50"}}], "item": [{}]}}}}"#,
                items.join(",")
            );
            std::fs::write(folder.join("m.sid"), text).expect("written");
        }
        let mut context = Context::new();
        context.file(folder.join("m.yang"));
        context
    };
    let old = write(
        "old",
        "2025-01-01",
        &[
            item("module", "m", 60000, "stable"),
            item("data", "/m:c", 60001, "stable"),
            item("data", "/m:gone", 60002, "obsolete"),
            item("data", "/m:draft", 60003, "unstable"),
        ],
    );
    let new = write(
        "new",
        "2026-01-01",
        &[
            item("module", "m", 60000, "stable"),
            item("data", "/m:c", 60009, "stable"),
            item("data", "/m:d", 60010, "stable"),
        ],
    );
    let found: Vec<String> = changes(&old, &new).iter().map(line).collect();
    assert_eq!(
        found,
        [
            "compatible revision-added module m",
            "breaking sid-changed data /m:c",
            "breaking sid-removed data /m:gone",
            "compatible sid-added data /m:d",
        ]
    );
    let none = write("none", "2026-01-01", &[]);
    let found: Vec<String> = changes(&old, &none).iter().map(line).collect();
    assert_eq!(found, ["compatible revision-added module m", "breaking sid-removed module m"]);
}

#[test]
fn modules_with_errors_are_not_compared() {
    let broken = compare(&context("leaf x { type int9; }", "2025-01-01"), &context("", "2026-01-01"));
    assert!(broken.is_err_and(|broken| !broken.old.is_ok() && broken.new.is_ok()));
}
