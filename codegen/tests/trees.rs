//! Trees (RFC 8340): what is shown of a model. That they are those of pyang is tested on real modules, in `tests/corpus`.

use comi_codegen::{Compiled, Context, TreeOptions, trees};

const STATION: &str = "module station { yang-version 1.1; namespace 'urn:station'; prefix s;
  feature pump;
  container station {
    list tank {
      key 'name'; leaf name { type string; }
      container level { config false; leaf now { type uint8; } leaf limit-that-nobody-has-set { type leafref { path '/s:station/s:tank/s:level/s:now'; } } }
    }
    leaf drain { if-feature 'not pump'; type empty; }
  }
  rpc flush { input { leaf tank { type string; } } }
}";

fn station() -> Compiled {
    Context::new().source("station", STATION).module("station").compile()
}

fn check(compiled: &Compiled, options: &TreeOptions<'_>, expected: &str) {
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    assert_eq!(trees(&compiled.schema, &compiled.parts, options), expected);
}

#[test]
fn deeper_levels_are_dots() {
    let expected = "module: station
  +--rw station
     +--rw tank* [name]
           ...

  rpcs:
    +---x flush
       +---w input
             ...
";
    check(&station(), &TreeOptions { depth: Some(2), ..TreeOptions::default() }, expected);
}

#[test]
fn a_subtree_is_shown_alone() {
    let expected = "module: station
  +--rw station
     +--rw tank* [name]
        +--ro level
           +--ro now?                         uint8
           +--ro limit-that-nobody-has-set?   -> /station/tank/level/now
";
    for path in ["/station/tank/level", "/s:station/tank/s:level"] {
        check(&station(), &TreeOptions { subtree: Some(path), ..TreeOptions::default() }, expected);
    }
}

#[test]
fn long_lines_are_folded_before_the_type() {
    let expected = "module: station
  +--rw station
     +--rw tank* [name]
        +--rw name     string
        +--ro level
           +--ro now?
           |       uint8
           +--ro limit-that-nobody-has-set?
                   -> /station/tank/level/now

  rpcs:
    +---x flush
       +---w input
          +---w tank?   string
";
    check(&station(), &TreeOptions { width: Some(50), ..TreeOptions::default() }, expected);
}

#[test]
fn a_submodule_is_shown_with_what_it_includes() {
    let compiled = |module: &str| {
        let folder = std::env::temp_dir().join(format!("comi-trees-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let texts = [
            ("a", "module a { namespace 'urn:a'; prefix a; include b; include c; include d; leaf own { type int8; } }"),
            ("b", "submodule b { belongs-to a { prefix a; } container base; }"),
            ("c", "submodule c { belongs-to a { prefix a; } include b; augment /a:base { leaf of-c { type int8; } } }"),
            ("d", "submodule d { belongs-to a { prefix a; } include b; augment /a:base { leaf of-d { type int8; } } }"),
        ];
        for (name, text) in texts {
            std::fs::write(folder.join(format!("{name}.yang")), text).unwrap();
        }
        Context::new().file(folder.join(format!("{module}.yang"))).compile()
    };
    let options = TreeOptions::default();
    check(&compiled("c"), &options, "submodule: c (belongs-to a)\n  +--rw base\n     +--rw of-c?   int8\n");
    let all = "module: a\n  +--rw base\n  |  +--rw of-c?   int8\n  |  +--rw of-d?   int8\n  +--rw own?    int8\n";
    check(&compiled("a"), &options, all);
}

#[test]
fn what_one_module_adds_to_another_stands_in_the_others_tree() {
    let mut context = Context::new();
    context.source("a", "module a { namespace 'urn:a'; prefix a; container base; }");
    let adds = "augment /a:base { leaf x { type int8; } }";
    context.source("b", format!("module b {{ namespace 'urn:b'; prefix b; import a {{ prefix a; }} {adds} }}"));
    let alone = context.clone().module("b").compile();
    check(&alone, &TreeOptions::default(), "module: b\n\n  augment /a:base:\n    +--rw x?   int8\n");
    let together = context.module("a").module("b").compile();
    check(&together, &TreeOptions::default(), "module: a\n  +--rw base\n     +--rw b:x?   int8\n\n");
}

#[test]
fn conditions_that_no_choice_of_features_decides_take_nothing_away() {
    let has = |context: &mut Context| {
        let compiled = context.source("station", STATION).module("station").compile();
        trees(&compiled.schema, &compiled.parts, &TreeOptions::default()).contains("drain?")
    };
    // A device has all features, so the negation is false; a tool that looks at the model has not decided.
    assert!(!has(&mut Context::new()));
    assert!(has(Context::new().open_features()));
    assert!(has(Context::new().open_features().feature("station", "")));
    assert!(!has(Context::new().open_features().feature("station", "pump")));
}
