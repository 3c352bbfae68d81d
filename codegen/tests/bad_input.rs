//! Mistakes, one a module, and what the author is told: exactly one error each.

use comi_codegen::{Compiled, Context, Severity};

/// Compiles the texts in one string: each begins with a line `--- NAME.yang`; the first is the one asked for. A text
/// without such a line is the body of a YANG 1.1 module `a`.
fn compile(text: &str) -> Compiled {
    let text = match text.starts_with("--- ") {
        true => text.to_owned(),
        false => format!("--- a.yang\nmodule a {{ yang-version 1.1; namespace 'urn:a'; prefix a;\n{text}\n}}\n"),
    };
    let mut context = Context::new();
    let mut first = None;
    for part in text.split("--- ").skip(1) {
        let Some((name, text)) = part.split_once('\n') else { continue };
        first.get_or_insert(name.trim_end_matches(".yang").to_owned());
        context.source(name, text);
    }
    context.module(first.unwrap_or_default());
    context.compile()
}

fn check(text: &str, expected: &[&str]) {
    let compiled = compile(text);
    let errors = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let found: Vec<&str> = errors.map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(found, expected, "{text}\n{}", compiled.render(false));
    for diagnostic in &compiled.diagnostics {
        let place = diagnostic.span().and_then(|span| compiled.sources.location(span));
        assert!(place.is_some() || diagnostic.message.ends_with("is not found"), "no place: {diagnostic:?}");
    }
}

/// Body or modules, and the one error.
const CASES: &[(&str, &str)] = &[
    (r##"lef x { type string; }"##, r##"there is no statement `lef`"##),
    (r##"leaf x { tipe string; }"##, r##"there is no statement `tipe`"##),
    (r##"leaf x { type string; type int8; }"##, r##"leaf `x` has more than one `type`"##),
    (r##"leaf x;"##, r##"leaf `x` has no `type`"##),
    (r##"leaf 9x { type string; }"##, r##"`9x` is not what `leaf` takes: an identifier"##),
    (r##"leaf x { type strin; }"##, r##"there is no type `strin`"##),
    (r##"leaf x { type a:t; }"##, r##"there is no type `t`"##),
    (r##"leaf x { type b:t; }"##, r##"the prefix `b` is not declared"##),
    (r##"leaf x { type string; config yes; }"##, r##"`yes` is not what `config` takes: `true` or `false`"##),
    (r##"leaf x { type int8; range "1..3"; }"##, r##"`range` may not stand in `leaf`"##),
    (r##"leaf x { type int8 { length "1..3"; } }"##, r##"`length` does not restrict type `int8`"##),
    (
        r##"leaf x { type int8 { range "1..200"; } }"##,
        r##"`1..200` is not within the range of the type that it restricts"##,
    ),
    (r##"leaf x { type int8 { range "5..1"; } }"##, r##"`5..1` has its larger bound first"##),
    (
        r##"leaf x { type int8 { range "1..5 | 4..6"; } }"##,
        r##"`4..6` overlaps the part before it, or parts are not in ascending order"##,
    ),
    (r##"leaf x { type int8 { range "1..x"; } }"##, r##"`x` is no bound of a range"##),
    (
        r##"typedef t { type int8 { range "1..10"; } } leaf x { type t { range "0..5"; } }"##,
        r##"`0..5` is not within the range of the type that it restricts"##,
    ),
    (
        r##"typedef t { type string { length "1..10"; } } leaf x { type t { length "11"; } }"##,
        r##"`11` is not within the length of the type that it restricts"##,
    ),
    (r##"leaf x { type enumeration; }"##, r##"type `enumeration` needs at least one `enum`"##),
    (r##"leaf x { type enumeration { enum a; enum a; } }"##, r##"there are two enums `a`"##),
    (
        r##"leaf x { type enumeration { enum a { value 1; } enum b { value 1; } } }"##,
        r##"`b` has the same value 1 as another"##,
    ),
    (
        r##"leaf x { type enumeration { enum a { value 2147483647; } enum b; } }"##,
        r##"`b` needs a `value`: the highest is taken"##,
    ),
    (
        r##"typedef t { type enumeration { enum aa; } } leaf x { type t { enum ab; } }"##,
        r##"the type that this restricts has no enum `ab`; did you mean `aa`?"##,
    ),
    (
        r##"leaf x { type bits { bit a { position 4294967296; } } }"##,
        r##"`4294967296` is out of range for `position`"##,
    ),
    (r##"leaf x { type decimal64; }"##, r##"type `decimal64` needs `fraction-digits`"##),
    (
        r##"leaf x { type decimal64 { fraction-digits 19; } }"##,
        r##"`19` is not what `fraction-digits` takes: 1 to 18"##,
    ),
    (r##"leaf x { type union; }"##, r##"type `union` needs `type`"##),
    (r##"leaf x { type leafref; }"##, r##"type `leafref` needs `path`"##),
    (r##"leaf x { type leafref { path "../y"; } }"##, r##"the leafref's path leads nowhere: there is no node `y`"##),
    (r##"leaf x { type leafref { path "../../y"; } }"##, r##"the path leads up beyond the root"##),
    (r##"leaf x { type leafref { path "y"; } }"##, r##"`y` is no path of a leafref"##),
    (r##"container y; leaf x { type leafref { path "../y"; } }"##, r##"the leafref points at `y`, which is no leaf"##),
    (
        r##"leaf y { config false; type int8; } leaf x { type leafref { path "../y"; } }"##,
        r##"`x` is configuration and refers to `y`, which is state"##,
    ),
    (
        r##"leaf y { type leafref { path "../x"; } } leaf x { type leafref { path "../y"; } }"##,
        r##"leafref `y` refers to itself in a circle"##,
    ),
    (r##"leaf x { type identityref { base b; } }"##, r##"module `a` has no identity `b`"##),
    (r##"identity b { base c; } identity c { base b; }"##, r##"identity `b` is derived from itself"##),
    (
        r##"identity b; leaf x { type identityref { base b; } default b; }"##,
        r##"the default `b` is no value of type `identityref`"##,
    ),
    (r##"leaf x { type int8; default 300; }"##, r##"the default `300` is no value of type `int8`"##),
    (r##"leaf x { type boolean; default yes; }"##, r##"the default `yes` is no value of type `boolean`"##),
    (
        r##"leaf x { type enumeration { enum one; enum two; } default tow; }"##,
        r##"the default `tow` is no value of type `enumeration`"##,
    ),
    (r##"leaf x { type int8; mandatory true; default 3; }"##, r##"`x` is mandatory and has a default"##),
    (r##"leaf x { type empty; default ''; }"##, r##"the default `` is no value of type `empty`"##),
    (r##"typedef t { type t; } leaf x { type t; }"##, r##"typedef `t` is made of itself"##),
    (r##"typedef t { type int8; default x; }"##, r##"the default `x` is no value of type `int8`"##),
    (r##"typedef t { type int8; } typedef t { type int8; }"##, r##"there are two typedefs `t`"##),
    (r##"grouping g { uses g; }"##, r##"grouping `g` uses itself"##),
    (r##"grouping g { uses h; } grouping h { uses g; } uses g;"##, r##"grouping `g` uses itself"##),
    (r##"uses g;"##, r##"module `a` has no grouping `g`"##),
    (r##"grouping g { leaf x { type int8; } } uses g { refine y { default 3; } }"##, r##"there is no node `y`"##),
    (
        r##"grouping g { leaf x { type int8; } } uses g { refine x { presence p; } }"##,
        r##"`presence` does not refine `x`"##,
    ),
    (r##"grouping g { leaf x { type int8; } } uses g; uses g;"##, r##"two siblings are named `x`"##),
    (
        r##"grouping g { leaf x { type nowhere; } } container p { uses g; } container q { uses g; }"##,
        r##"there is no type `nowhere`"##,
    ),
    (r##"list l { leaf k { type int8; } }"##, r##"list `l` is configuration and has no key"##),
    (r##"list l { key kk; leaf k { type int8; } }"##, r##"`l` has no child `kk`"##),
    (r##"list l { key k; container k; }"##, r##"key `k` is no leaf"##),
    (r##"list l { key "k k"; leaf k { type int8; } }"##, r##"key `k` stands here twice"##),
    (r##"list l { key k; leaf k { type int8; } unique z; }"##, r##"`l` has no child `z`"##),
    (r##"leaf x { type int8; } leaf x { type int8; }"##, r##"two siblings are named `x`"##),
    (r##"choice c { leaf x { type int8; } } leaf x { type int8; }"##, r##"two siblings are named `x`"##),
    (
        r##"choice c { case p { leaf x { type int8; } } case q { leaf x { type int8; } } }"##,
        r##"two siblings are named `x`"##,
    ),
    (r##"choice c { default z; leaf x { type int8; } }"##, r##"`c` has no child `z`"##),
    (
        r##"choice c { default x; leaf x { type int8; mandatory true; } }"##,
        r##"the default case `x` has a mandatory node"##,
    ),
    (r##"container c { config false; leaf x { config true; type int8; } }"##, r##"`x` is configuration below state"##),
    (
        r##"leaf-list l { type int8; min-elements 3; max-elements 2; }"##,
        r##"`l` needs at least 3 and at most 2 entries"##,
    ),
    (
        r##"leaf-list l { type int8; max-elements many; }"##,
        r##"`many` is not what `max-elements` takes: a positive integer or `unbounded`"##,
    ),
    (r##"leaf x { if-feature f; type int8; }"##, r##"module `a` has no feature `f`"##),
    (r##"feature f { if-feature g; } feature g { if-feature f; }"##, r##"feature `f` depends on itself"##),
    (r##"feature f; leaf x { if-feature "f and"; type int8; }"##, r##"`f and` is no expression of features"##),
    (r##"augment "/c" { leaf x { type int8; } }"##, r##"there is no node `c`"##),
    (r##"leaf c { type int8; } augment "/c" { leaf x { type int8; } }"##, r##"`c` cannot be augmented"##),
    (r##"augment "c" { leaf x { type int8; } }"##, r##"`c` is no path from the root; it begins with `/`"##),
    (
        r##"container c; augment "/c" { leaf x { type int8; } } augment "/c" { leaf x { type int8; } }"##,
        r##"two siblings are named `x`"##,
    ),
    (r##"deviation "/c" { deviate not-supported; }"##, r##"there is no node `c`"##),
    (
        r##"leaf c { type int8; units m; } deviation "/c" { deviate add { units k; } }"##,
        r##"`units` of `c` exists already"##,
    ),
    (
        r##"leaf c { type int8; units m; } deviation "/c" { deviate delete { units k; } }"##,
        r##"`units` of `c` is not there"##,
    ),
    (
        r##"leaf c { type int8; units m; } deviation "/c" { deviate remove; }"##,
        r##"`remove` is not what `deviate` takes: `not-supported` or `add` or `replace` or `delete`"##,
    ),
    (r##"z:hello;"##, r##"the prefix `z` is not declared"##),
    (r##"a:hello;"##, r##"module `a` has no extension `hello`"##),
    (r##"extension e { argument v; } a:e;"##, r##"extension `e` needs an argument"##),
    (r##"import b { prefix b; }"##, r##"module `b` is not found"##),
    (r##"import b { prefix b; } leaf x { type b:t; }"##, r##"module `b` is not found"##),
    (r##"include s;"##, r##"submodule `s` is not found"##),
    (r##"leaf x { type int8; } description late;"##, r##"`description` stands too late in the module"##),
    (r##"rpc r { input { container c { action x; } } }"##, r##"action `x` may not stand in `r`"##),
    (
        r##"leaf x { type string { pattern "a" { modifier invert; } } }"##,
        r##"`invert` is not what `modifier` takes: `invert-match`"##,
    ),
    (
        r##"leaf x { type instance-identifier { require-instance maybe; } }"##,
        r##"`maybe` is not what `require-instance` takes: `true` or `false`"##,
    ),
    (r##"leaf x { type int8; description a; description b; }"##, r##"leaf `x` has more than one `description`"##),
    (r##"leaf x { type string } "##, r##"expected `;` or `{` behind `type`, found `}`"##),
    (r##"container c { leaf x { type int8; }"##, r##"the block that begins here is never closed"##),
    (r##"leaf x { type binary; default "a"; }"##, r##"the default `a` is no value of type `binary`"##),
    (r##"leaf x { type bits { bit a; bit b; } default "a c"; }"##, r##"the default `a c` is no value of type `bits`"##),
    (
        r##"leaf x { type decimal64 { fraction-digits 2; } default 1.234; }"##,
        r##"the default `1.234` is no value of type `decimal64`"##,
    ),
    (r##"leaf-list x { type int8; default 1; min-elements 1; }"##, r##"`x` has `min-elements` and a default"##),
    (
        r##"leaf x { type union { type int8; type boolean; } default maybe; }"##,
        r##"the default `maybe` is no value of type `union`"##,
    ),
    (r##"list l { config false; leaf x { type int8; } action c; }"##, r##"action `c` may not stand in `l`"##),
    (r##"notification n { container c { notification m; } }"##, r##"notification `m` may not stand in `n`"##),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; leaf x { type int8; } action y; }"##,
        r##"`action` may not stand in `module`"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; leaf x { type int8; if-feature "f or g"; } feature f; feature g; }"##,
        r##"an expression in `if-feature` needs YANG 1.1"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; typedef t { type enumeration { enum a; } } leaf x { type t { enum a; } } }"##,
        r##"a subset of enums or bits needs YANG 1.1"##,
    ),
    (
        r##"--- a.yang
module a { prefix a; }"##,
        r##"module `a` has no `namespace`"##,
    ),
    (
        r##"--- a.yang
module a { nmespace 'urn:a'; prefix a; }"##,
        r##"there is no statement `nmespace`"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; } module b { namespace 'urn:b'; prefix b; }"##,
        r##"a file holds one module"##,
    ),
    (
        r##"--- a.yang
container a;"##,
        r##"a YANG file begins with `module` or `submodule`"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; import b { prefix b; } }
--- b.yang
module b { namespace 'urn:b'; prefix b; import c { prefix c; } }
--- c.yang
module c { namespace 'urn:c'; prefix c; import a { prefix a; } }"##,
        r##"modules import each other: a -> b -> c -> a"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; import b { prefix b; revision-date 2020-01-01; } }
--- b.yang
module b { namespace 'urn:b'; prefix b; revision 2021-01-01; }"##,
        r##"module `b` is wanted in revision 2020-01-01"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; import bee { prefix b; } }
--- bees.yang
module bees { namespace 'urn:b'; prefix b; }"##,
        r##"module `bee` is not found"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; import b { prefix b; } }
--- b.yang
module c { namespace 'urn:b'; prefix b; }"##,
        r##"`b` is looked for here, but this is module `c`"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; import b { prefix a; } }
--- b.yang
module b { namespace 'urn:b'; prefix b; }"##,
        r##"the prefix `a` stands for two modules"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; include s; }
--- s.yang
submodule s { belongs-to b { prefix b; } }"##,
        r##"`s` is no submodule of `a`"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; import b { prefix b; } augment /b:c/b:e { leaf x { type int8; } } }
--- b.yang
module b { namespace 'urn:b'; prefix b; container c { container d; } }"##,
        r##"`c` has no child `e`"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; import b { prefix b; } leaf x { type b:tt; } }
--- b.yang
module b { namespace 'urn:b'; prefix b; typedef t { type int8; } }"##,
        r##"module `b` has no typedef `tt`"##,
    ),
    (
        r##"--- a.yang
module a { namespace 'urn:a'; prefix a; import b { prefix b; } }
--- b.yang
module b { namespace 'urn:b'; prefix b; leaf x { type strin; } }"##,
        r##"there is no type `strin`"##,
    ),
];

#[test]
fn each_mistake_gives_one_error() {
    assert!(CASES.len() >= 40);
    for (text, expected) in CASES {
        check(text, &[expected]);
    }
}

/// The whole message, as the author sees it.
#[test]
fn messages_show_place_rule_and_cure() {
    let cases = [
        (
            "leaf x { tipe string; }",
            "\
error: there is no statement `tipe`
 --> a.yang:2:10
  |
2 | leaf x { tipe string; }
  |          ^^^^
  |
  = note: RFC 7950 section 7.6
  = help: did you mean `type`?
",
        ),
        (
            "typedef t { type uint8 { range \"1..9\"; } }\nleaf x { type t; default 10; }",
            "\
error: the default `10` is no value of type `t`
 --> a.yang:3:26
  |
3 | leaf x { type t; default 10; }
  |                          ^^ it is not within the range of the type
  |
  = note: RFC 7950 section 7.6.4
",
        ),
        (
            "leaf x { type int8; }\nleaf x { type int8; }",
            "\
error: two siblings are named `x`
 --> a.yang:3:1
  |
2 | leaf x { type int8; }
  | ------ the first is here
3 | leaf x { type int8; }
  | ^^^^^^
  |
  = note: RFC 7950 section 6.2.1
",
        ),
        (
            "--- a.yang\nmodule a { namespace 'urn:a'; prefix a;\n  import b { prefix b; }\n  augment /b:c { leaf d { type int8; } }\n}\n\
             --- b.yang\nmodule b { namespace 'urn:b'; prefix b;\n  leaf c { type int8; }\n}\n",
            "\
error: `c` cannot be augmented
 --> a.yang:3:3
  |
3 |   augment /b:c { leaf d { type int8; } }
  |   ^^^^^^^^^^^^
  |
 ::: b.yang:2:3
  |
2 |   leaf c { type int8; }
  |   ^^^^^^ it can have no such children
  |
  = note: RFC 7950 section 7.17
",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(compile(text).render(false), expected, "{text}");
    }
}

#[test]
fn mistakes_do_not_hide_each_other() {
    let text = "leaf x { type strin; }\nleaf y { type int8; default 300; }\nlist l { key z; leaf y { type int8; } }\nuses nowhere;";
    let expected = [
        "there is no type `strin`",
        "the default `300` is no value of type `int8`",
        "`l` has no child `z`",
        "module `a` has no grouping `nowhere`",
    ];
    check(text, &expected);
}
