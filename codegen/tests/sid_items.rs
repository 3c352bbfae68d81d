//! Which items of a module get a SID, and their names (RFC 9595 section 1 and module ietf-sid-file).

use comi_codegen::{Context, sid_items};

/// `namespace identifier` of each item of the first module.
fn items(texts: &[(&str, &str)]) -> Vec<String> {
    let mut context = Context::new();
    for (name, text) in texts {
        context.source(*name, *text);
    }
    for (name, _) in texts.iter().take(1) {
        context.module(*name);
    }
    let compiled = context.every_item().compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let mut items: Vec<_> =
        compiled.asked.iter().flat_map(|module| sid_items(&compiled.schema, *module).items).collect();
    items.sort();
    items.iter().map(|(namespace, name)| format!("{namespace} {name}")).collect()
}

/// A module `a` of YANG 1.1 with this content.
fn module(content: &str) -> String {
    format!("module a {{ yang-version 1.1; namespace 'urn:a'; prefix a; {content} }}")
}

fn check(content: &str, expected: &[&str]) {
    let mut all = vec!["module a"];
    all.extend(expected);
    assert_eq!(items(&[("a", &module(content))]), all, "{content}");
}

#[test]
fn schema_nodes_of_every_kind_have_one_but_choice_and_case() {
    check(
        "container c { leaf l { type string; } leaf-list ll { type string; } list li { key k; leaf k { type string; } }
           anydata ad; anyxml ax; choice ch { case one { leaf x { type string; } } leaf y { type string; } }
           action act { input { leaf i { type string; } } } notification n { leaf m { type string; } } }
         rpc r { output { leaf o { type string; } } }
         notification top;",
        &[
            "data /a:c",
            "data /a:c/act",
            "data /a:c/act/input",
            "data /a:c/act/input/i",
            "data /a:c/act/output",
            "data /a:c/ad",
            "data /a:c/ax",
            "data /a:c/l",
            "data /a:c/li",
            "data /a:c/li/k",
            "data /a:c/ll",
            "data /a:c/n",
            "data /a:c/n/m",
            "data /a:c/x",
            "data /a:c/y",
            "data /a:r",
            "data /a:r/input",
            "data /a:r/output",
            "data /a:r/output/o",
            "data /a:top",
        ],
    );
}

#[test]
fn identities_and_features_have_one_and_definitions_have_none() {
    check(
        "feature f; identity i; identity j { base i; if-feature f; } typedef t { type string; } grouping g { leaf x { type t; } }
         extension e;",
        &["identity i", "identity j", "feature f"],
    );
}

#[test]
fn actions_of_a_grouping_are_items_of_each_use() {
    check(
        "grouping g { action act { input { leaf i { type string; } } } } container c { uses g; } list l { key k; leaf k { type string; } uses g; }",
        &[
            "data /a:c",
            "data /a:c/act",
            "data /a:c/act/input",
            "data /a:c/act/input/i",
            "data /a:c/act/output",
            "data /a:l",
            "data /a:l/act",
            "data /a:l/act/input",
            "data /a:l/act/input/i",
            "data /a:l/act/output",
            "data /a:l/k",
        ],
    );
}

#[test]
fn items_do_not_depend_on_features() {
    check(
        "feature f; container c { leaf with { if-feature f; type string; } leaf without { if-feature 'not f'; type string; } }
         identity i { if-feature 'not f'; } rpc r { if-feature 'not f'; }",
        &[
            "identity i",
            "feature f",
            "data /a:c",
            "data /a:c/with",
            "data /a:c/without",
            "data /a:r",
            "data /a:r/input",
            "data /a:r/output",
        ],
    );
}

#[test]
fn structures_are_steps_and_yang_data_is_none() {
    let structure =
        "import ietf-yang-structure-ext { prefix sx; } sx:structure s { leaf x { type string; } container c; }";
    check(structure, &["data /a:s", "data /a:s/c", "data /a:s/x"]);
    let restconf =
        "module ietf-restconf { yang-version 1.1; namespace 'urn:ietf:params:xml:ns:yang:ietf-restconf'; prefix rc;
        revision 2017-01-26; extension yang-data { argument name { yin-element true; } } }";
    let text = module("import ietf-restconf { prefix rc; } rc:yang-data y { container c { leaf x { type string; } } }");
    assert_eq!(items(&[("a", &text), ("ietf-restconf", restconf)]), ["module a", "data /a:c", "data /a:c/x"]);
}

#[test]
fn augmenting_nodes_are_items_of_their_own_module_and_a_module_is_named_where_it_changes() {
    let b = "module b { yang-version 1.1; namespace 'urn:b'; prefix b; container c { list l { key k; leaf k { type string; } }
        action act; } grouping g { container from-b { leaf x { type string; } } } }";
    let a = module(
        "import b { prefix other; } augment /other:c/other:l { uses other:g; leaf y { type string; } }
         augment /other:c/other:act/other:input { leaf i { type string; } }",
    );
    assert_eq!(
        items(&[("a", &a), ("b", b)]),
        ["module a", "data /b:c/act/input/a:i", "data /b:c/l/a:from-b", "data /b:c/l/a:from-b/x", "data /b:c/l/a:y",]
    );
    assert!(!items(&[("b", b), ("a", &a)]).iter().any(|item| item.contains("a:")));
}

#[test]
fn submodules_are_items_and_their_definitions_those_of_the_module() {
    let sub = "submodule s { yang-version 1.1; belongs-to a { prefix a; } feature f; identity i; container c { leaf x { type string; } }
        augment /a:c { leaf y { type string; } } }";
    assert_eq!(
        items(&[("a", &module("include s;")), ("s", sub)]),
        ["module a", "module s", "identity i", "feature f", "data /a:c", "data /a:c/x", "data /a:c/y"]
    );
}

/// RFC 7950 section 5.6.5: a module whose nodes a path uses is implemented, with what it adds to others.
#[test]
fn paths_may_lead_into_what_imports_add_to_other_modules() {
    let b = "module b { yang-version 1.1; namespace 'urn:b'; prefix b; container c; }";
    let d = "module d { yang-version 1.1; namespace 'urn:d'; prefix d; import b { prefix b; } augment /b:c { leaf y { type string; } } }";
    let a = module("import b { prefix b; } import d { prefix d; } leaf x { type leafref { path '/b:c/d:y'; } }");
    assert_eq!(items(&[("a", &a), ("b", b), ("d", d)]), ["module a", "data /a:x"]);
}
