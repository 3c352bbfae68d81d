//! What YANG's statements mean, shown by the tree that comes of them.

use comi_codegen::schema::compiled::{Node, Schema, TypeKind, Value};
use comi_codegen::{Compiled, Context, TreeOptions, tree};

/// Several texts in one string, each after a line `--- NAME.yang`; the first is compiled.
fn compile(text: &str) -> Compiled {
    let mut context = Context::new();
    let mut names = Vec::new();
    for (name, text) in text.split("--- ").filter_map(|part| part.split_once('\n')) {
        names.push(name.trim_end_matches(".yang").to_owned());
        context.source(name, text);
    }
    context.module(names.first().cloned().unwrap_or_default());
    context.compile()
}

fn check(text: &str, expected: &str) {
    let compiled = compile(text);
    assert_eq!(compiled.render(false), "", "{text}");
    let found = compiled.schema.modules.iter().position(|module| module.implemented);
    let id = comi_codegen::schema::compiled::ModuleId(found.unwrap_or_default());
    assert_eq!(tree(&compiled.schema, id, &TreeOptions::default()), expected, "{text}");
}

const HEAD: &str = "--- a.yang\nmodule a { yang-version 1.1; namespace 'urn:a'; prefix a;\n";

fn body(text: &str) -> String {
    format!("{HEAD}{text}\n}}\n")
}

fn node<'a>(schema: &'a Schema, name: &str) -> Option<&'a Node> {
    schema.nodes.iter().find(|node| node.name == name)
}

#[test]
fn groupings_are_refined_and_augmented_where_they_are_used() {
    let text = "grouping g { container c { leaf x { type int8; } leaf y { type int8; } } }
        container p { uses g { refine c/x { mandatory true; } refine c { presence yes; }
            augment c { leaf z { type string; } } } }
        container q { config false; uses g; }";
    let expected = "module: a
  +--rw p
  |  +--rw c!
  |     +--rw x    int8
  |     +--rw y?   int8
  |     +--rw z?   string
  +--ro q
     +--ro c
        +--ro x?   int8
        +--ro y?   int8
";
    check(&body(text), expected);
}

#[test]
fn augments_apply_in_any_order_and_across_modules() {
    let text = "--- a.yang
module a { yang-version 1.1; namespace 'urn:a'; prefix a; import b { prefix b; }
  augment /b:top/a:one/a:two { leaf three { type int8; } }
  augment /b:top/a:one { container two; }
  augment /b:top { container one; }
  augment /b:do/b:input { leaf how { type string; } }
}
--- b.yang
module b { yang-version 1.1; namespace 'urn:b'; prefix b; container top; rpc do; }
";
    let expected = "module: a

  augment /b:top:
    +--rw one
       +--rw two
          +--rw three?   int8
  augment /b:do/b:input:
    +---w how?   string
";
    check(text, expected);
}

#[test]
fn choices_have_cases_written_or_not() {
    let text =
        "choice how { default y; case x { leaf x1 { type int8; } leaf x2 { type int8; } } leaf y { type empty; } }";
    let expected = "module: a
  +--rw (how)?
     +--:(x)
     |  +--rw x1?   int8
     |  +--rw x2?   int8
     +--:(y)
        +--rw y?    empty
";
    check(&body(text), expected);
}

#[test]
fn operations_have_input_and_output_even_where_not_written() {
    let compiled =
        compile(&body("rpc r; container c { action d { input { leaf x { type int8; } } } notification n; }"));
    assert!(compiled.is_ok());
    let count = |name| compiled.schema.nodes.iter().filter(|node| node.name == name).count();
    assert_eq!((count("input"), count("output")), (2, 2));
}

#[test]
fn deviations_change_the_target() {
    let text = "--- d.yang
module d { namespace 'urn:d'; prefix d; import a { prefix a; }
  deviation /a:c/a:gone { deviate not-supported; }
  deviation /a:c/a:x { deviate replace { type uint8; } deviate add { default 3; mandatory false; } }
  deviation /a:c/a:y { deviate delete { default 1; } deviate add { config false; } }
}
--- a.yang
module a { namespace 'urn:a'; prefix a;
  container c { leaf gone { type int8; } leaf x { type int8; } leaf y { type int8; default 1; } } }
";
    let compiled = compile(text);
    assert_eq!(compiled.render(false), "");
    let schema = &compiled.schema;
    assert!(node(schema, "gone").is_none());
    assert_eq!(node(schema, "x").unwrap().defaults[0].value, Value::Unsigned(3));
    let y = node(schema, "y").unwrap();
    assert!(y.defaults.is_empty() && !y.config);
}

#[test]
fn features_decide_what_is_there() {
    let text = body(
        "feature f; feature g { if-feature f; } leaf x { if-feature 'f and not (g or f)'; type int8; }
         leaf y { if-feature g; type int8; } leaf z { type leafref { path ../y; } }",
    );
    let names = |feature: &str| {
        let mut context = Context::new();
        context.source("a.yang", text.split_once('\n').unwrap().1);
        context.feature("a", feature);
        let compiled = context.module("a").compile();
        assert_eq!(compiled.render(false), "");
        compiled.schema.nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(""), "z");
    assert_eq!(names("f"), "z");
    assert_eq!(names("g"), "z");
    let compiled = compile(&text);
    assert_eq!(compiled.schema.nodes.len(), 2, "all features are supported by default");
}

#[test]
fn types_are_folded() {
    let compiled = compile(&body(
        "typedef t { type int16 { range '1..10 | 20..30'; } default 5; units s; }
         leaf ranged { type t { range 'min..5 | 25..max'; } }
         leaf named { type enumeration { enum b { value 5; } enum c; enum a { value -1; } enum d; } }
         leaf nested { type union { type union { type int8; type string; } type boolean; } default 300; }
         leaf decimal { type decimal64 { fraction-digits 2; range '-1.5..2'; } default 1.50; }
         leaf pointer { type leafref { path '/a:list[a:k = current()/../decimal]/a:k'; } default 3; }
         list list { key k; leaf k { type t; } leaf other { type string; } unique 'other'; }",
    ));
    assert_eq!(compiled.render(false), "");
    let schema = &compiled.schema;
    let kind = |name: &str| &node(schema, name).unwrap().type_.as_ref().unwrap().kind;
    assert!(matches!(kind("ranged"), TypeKind::Integer { bits: 16, ranges } if *ranges == [(1, 5), (25, 30)]));
    let TypeKind::Enumeration { enums } = kind("named") else { panic!() };
    let enums: Vec<(i32, &str)> = enums.iter().map(|(value, name)| (*value, name.as_str())).collect();
    assert_eq!(enums, [(-1, "a"), (5, "b"), (6, "c"), (7, "d")]);
    assert!(matches!(kind("nested"), TypeKind::Union { members } if members.len() == 3));
    assert_eq!(
        node(schema, "nested").unwrap().defaults[0].value,
        Value::Union(1, Box::new(Value::String("300".into())))
    );
    assert!(matches!(kind("decimal"), TypeKind::Decimal64 { fraction_digits: 2, ranges } if *ranges == [(-150, 200)]));
    assert_eq!(node(schema, "decimal").unwrap().defaults[0].value, Value::Decimal64(150));
    let TypeKind::Leafref { target: Some(target), .. } = kind("pointer") else { panic!() };
    assert_eq!(schema.node(*target).unwrap().name, "k");
    assert_eq!(node(schema, "pointer").unwrap().defaults[0].value, Value::Integer(3));
    let k = node(schema, "k").unwrap();
    assert!(k.defaults.is_empty() && k.units.as_deref() == Some("s"));
    let ranged = node(schema, "ranged").unwrap();
    assert_eq!((ranged.defaults[0].text.as_str(), ranged.type_.as_ref().unwrap().typedefs.len()), ("5", 1));
}

#[test]
fn submodules_are_part_of_their_module() {
    let text = "--- a.yang
module a { namespace 'urn:a'; prefix a; include s; uses g; leaf y { type t; } }
--- s.yang
submodule s { belongs-to a { prefix m; } import ietf-inet-types { prefix inet; }
  grouping g { leaf x { type m:t; } } typedef t { type inet:port-number; } leaf z { type int8; } }
";
    // As pyang has it, what is included comes first.
    check(text, "module: a\n  +--rw z?   int8\n  +--rw x?   m:t\n  +--rw y?   t\n");
}

#[test]
fn structures_are_roots_of_their_own() {
    let text = body(
        "import ietf-yang-structure-ext { prefix sx; }
         container note { leaf x { type int8; } }
         sx:structure memo { leaf y { type int8; mandatory true; } }",
    );
    let expected = "module: a
  +--rw note
     +--rw x?   int8

  structure memo:
    +-- y    int8
";
    check(&text, expected);
}

#[test]
fn lwm2m_floats_are_kept_as_doubles() {
    let text = body("import comi-lwm2m { prefix lw; } leaf x { type lw:float { range '-1.5..20'; } default 3.25; }");
    let compiled = compile(&text);
    assert_eq!(compiled.render(false), "");
    let x = node(&compiled.schema, "x").unwrap();
    let kind = &x.type_.as_ref().unwrap().kind;
    assert!(matches!(kind, TypeKind::Float { fraction_digits: 6, ranges } if *ranges == [(-1.5, 20.0)]), "{kind:?}");
    assert_eq!(x.defaults[0].value, Value::Float(3.25));
}
