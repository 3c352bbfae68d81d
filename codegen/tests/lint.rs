//! The IETF's guidelines: each has a text that breaks it, and a module that breaks none.
#![expect(clippy::panic, reason = "a test may end the program")]

use comi_codegen::{Context, lint};

/// Without a finding; `{}` is the body.
const HEAD: &str = r#"module ietf-pump {
  yang-version 1.1;
  namespace "urn:ietf:params:xml:ns:yang:ietf-pump";
  prefix pump;
  organization "IETF";
  contact "The list";
  description
    "A pump.
     Copyright (c) 2024 IETF Trust and the persons identified as
     authors of the code.  All rights reserved.

     Redistribution and use in source and binary forms, with or
     without modification, is permitted pursuant to, and subject
     to the license terms contained in, the Revised BSD License
     set forth in Section 4.c of the IETF Trust's Legal Provisions
     Relating to IETF Documents
     (https://trustee.ietf.org/license-info).

     This version of this YANG module is part of RFC XXXX
     (https://www.rfc-editor.org/info/rfcXXXX); see the RFC itself
     for full legal notices.";
  revision 2024-01-31 {
    description "The first.";
    reference "RFC XXXX: Pumps";
  }
{}
}
"#;

/// The names of the guidelines that are broken, in the order of their places.
fn found(text: &str) -> Vec<String> {
    let mut context = Context::new();
    let name = text.split_whitespace().nth(1).unwrap_or_default().to_owned();
    context.source(format!("{name}.yang"), text).module(name);
    let compiled = context.compile();
    assert_eq!(compiled.render(false), "", "{text}");
    let name = |warning: comi_codegen::Diagnostic| {
        let rule = warning.rule.unwrap_or_default();
        rule.split('`').nth(1).unwrap_or_else(|| panic!("{rule}")).to_owned()
    };
    lint::check(&compiled).into_iter().map(name).collect()
}

#[test]
fn a_module_may_break_none() {
    let leaf = "container pump { description \"It.\"; leaf speed { type uint16; description \"How fast.\"; } }";
    assert_eq!(found(&HEAD.replace("{}", leaf)), Vec::<String>::new());
}

/// What is put into the body, and what it breaks.
const BODIES: &[(&str, &str)] = &[
    ("container pump;", "description"),
    ("container pump { description ' '; }", "empty-text"),
    ("rpc stop; identity fast; feature loud;", "description description description"),
    ("typedef speed { type int8; }", "description"),
    (
        "typedef speed { type enumeration { enum slow; enum fast { description 'F.'; } } description 'S.'; }",
        "enum-description",
    ),
    ("typedef flags { type bits { bit on; } description 'S.'; }", "enum-description"),
    ("container my_pump { description 'P.'; }", "identifier-letters"),
    ("container Pump { description 'P.'; }", "identifier-letters"),
    (
        "container a1234567890123456789012345678901234567890123456789012345678901234 { description 'P.'; }",
        "identifier-length",
    ),
    ("container pump { config true; description 'P.'; }", "explicit-default"),
    (
        "leaf-list pump { type int8; ordered-by system; status current; description 'P.'; }",
        "explicit-default explicit-default",
    ),
    ("leaf pump { type string { pattern \"a*\"; } description 'P.'; }", "pattern-quotes"),
    ("leaf pump { description 'P.'; type string; }", "canonical-order"),
    ("container pump { leaf a { type int8; description 'A.'; } description 'P.'; }", ""),
    ("feature f { description 'F.'; if-feature g; } feature g { description 'G.'; }", "canonical-order"),
    ("leaf pump { type string; mandatory true; description 'P.'; }", "mandatory-top-level"),
    (
        "container pump { description 'P.'; leaf a { type int8; mandatory true; description 'A.'; } }",
        "mandatory-top-level",
    ),
    ("container pump { presence 'on'; description 'P.'; leaf a { type int8; mandatory true; description 'A.'; } }", ""),
    ("container pump { config false; description 'P.'; leaf a { type int8; mandatory true; description 'A.'; } }", ""),
    (
        "list pump { key k; description 'P.'; leaf a { type int8; description 'A.'; } leaf k { type int8; description 'K.'; } }",
        "key-first",
    ),
    ("list pump { key k; description 'P.'; leaf k { type empty; description 'K.'; } }", "empty-type"),
    ("leaf-list pump { type empty; description 'P.'; }", "empty-type"),
    (
        "container a { description 'A.'; } augment /pump:a { description 'B.'; leaf b { type int8; description 'B.'; } }",
        "augment-of-own",
    ),
    (
        "container pump { must 'position() > 1'; description 'P.'; leaf a { type int8; description 'A.'; } }",
        "xpath-function",
    ),
    ("container pump { must \"a = 'last()'\"; description 'P.'; leaf a { type string; description 'A.'; } }", ""),
    (
        "list pump { must 'preceding-sibling::pump'; key k; description 'P.'; leaf k { type int8; description 'K.'; } }",
        "xpath-axis",
    ),
    ("container pump { description 'It MUST run.'; }", "key-words"),
    ("container pump { description 'It must run, MUSTER.'; }", ""),
];

#[test]
fn each_body_breaks_what_it_says() {
    for (body, expected) in BODIES {
        assert_eq!(found(&HEAD.replace("{}", body)).join(" "), *expected, "{body}");
    }
}

/// What is changed in the head, and what that breaks.
const HEADS: &[(&str, &str, &str)] = &[
    ("module ietf-pump", "module pump", "module-name namespace"),
    ("yang:ietf-pump", "yang:pump", "namespace"),
    ("organization \"IETF\";", "", "module-header"),
    ("contact \"The list\";", "", "module-header"),
    ("reference \"RFC XXXX: Pumps\";", "", "revision-reference"),
    ("Copyright (c) 2024", "Copyright 2024", "copyright"),
    ("Revised BSD", "Simplified BSD", "copyright"),
    ("2024 IETF", "2019 IETF", ""),
    ("is part of RFC XXXX", "is of RFC XXXX", "rfc-text"),
    ("prefix pump;", "prefix pump; import ietf-inet-types { prefix inet; }", "import-reference"),
    (
        "prefix pump;",
        "prefix pump; import ietf-inet-types { prefix inet; reference 'R'; } \
         import ietf-inet-types { prefix two; reference 'R'; }",
        "import-once",
    ),
    ("{}", "deviation /pump:a { deviate add { config false; } } container a { description 'A.'; }", "no-deviation"),
];

#[test]
fn each_head_breaks_what_it_says() {
    for (from, to, expected) in HEADS {
        let text = HEAD.replacen(from, to, 1).replace("{}", "");
        assert_eq!(found(&text).join(" "), *expected, "{from} -> {to}");
    }
}

#[test]
fn a_module_is_no_older_than_its_submodules() {
    let submodule = HEAD
        .replace("module ietf-pump {", "submodule ietf-pump-parts {\n belongs-to ietf-pump { prefix pump; }")
        .replace("  namespace \"urn:ietf:params:xml:ns:yang:ietf-pump\";\n  prefix pump;\n", "")
        .replace("2024-01-31", "2025-01-31")
        .replace("{}", "");
    let submodule = submodule.replace("yang-version 1.1;", "").replacen('{', "{\n  yang-version 1.1;", 1);
    let module = HEAD.replace("prefix pump;", "prefix pump; include ietf-pump-parts;").replace("{}", "");
    let mut context = Context::new();
    context.source("ietf-pump.yang", module).source("ietf-pump-parts.yang", submodule).module("ietf-pump");
    let compiled = context.compile();
    assert_eq!(compiled.render(false), "");
    let found = lint::check(&compiled);
    assert_eq!(found.len(), 1, "{}", comi_codegen::diagnostic::render(&compiled.sources, &found, false));
    assert!(found[0].rule.as_deref().is_some_and(|rule| rule.contains("`submodule-revision`")));
}

#[test]
fn imported_modules_are_not_held_against_the_guidelines() {
    let mut context = Context::new();
    context.source("a.yang", "module a { namespace 'urn:a'; prefix a; import b { prefix b; } }");
    context.source("b.yang", "module b { namespace 'urn:b'; prefix b; leaf x { type int8; } }").module("a");
    let compiled = context.compile();
    let own = |warning: &comi_codegen::Diagnostic| {
        let span = warning.span().and_then(|span| compiled.sources.source(span.source));
        span.is_some_and(|source| source.name() == "a.yang")
    };
    let found = lint::check(&compiled);
    assert!(!found.is_empty() && found.iter().all(own));
}

/// YANG 1.1 forbids it (RFC 7950 section 7.8.2).
#[test]
fn keys_of_yang_1_have_no_conditions_of_their_own() {
    let body = "feature f { description 'F.'; } list l { key 'k m'; description 'L.'; \
                leaf k { when '../m'; type int8; description 'K.'; } \
                leaf m { if-feature f; type int8; description 'M.'; } }";
    let text = HEAD.replace("yang-version 1.1;", "").replace("{}", body);
    assert_eq!(found(&text), ["key-condition", "key-condition"]);
}

#[test]
fn each_guideline_is_broken_by_a_case() {
    let cases = BODIES.iter().map(|(_, expected)| *expected).chain(HEADS.iter().map(|(.., expected)| *expected));
    let shown: Vec<&str> = cases.flat_map(str::split_whitespace).collect();
    for rule in lint::RULES {
        let elsewhere = ["submodule-revision", "key-condition"].contains(&rule.name);
        assert!(elsewhere || shown.contains(&rule.name), "no case breaks {}", rule.name);
    }
}
