//! The expressions of `must`, `when` and `path` held against the schema: what is told, and what isn't.

use comi_codegen::{Compiled, Context, Severity};

/// Compiles the texts in one string: each begins with a line `--- NAME.yang`; all are asked for. A text without such a
/// line is the body of a YANG 1.1 module `a`.
fn compile(text: &str) -> Compiled {
    let text = match text.starts_with("--- ") {
        true => text.to_owned(),
        false => format!("--- a.yang\nmodule a {{ yang-version 1.1; namespace 'urn:a'; prefix a;\n{text}\n}}\n"),
    };
    let mut context = Context::new();
    for part in text.split("--- ").skip(1) {
        let Some((name, text)) = part.split_once('\n') else { continue };
        context.source(name, text);
        context.module(name.trim_end_matches(".yang"));
    }
    context.compile()
}

/// The messages, and what the first label of each points at.
fn told(compiled: &Compiled, severity: Severity) -> Vec<(String, String)> {
    let found = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity);
    let place = |diagnostic: &comi_codegen::Diagnostic| {
        diagnostic.span().map_or(String::new(), |span| compiled.sources.text(span).to_owned())
    };
    found.map(|diagnostic| (diagnostic.message.clone(), place(diagnostic))).collect()
}

/// Each text gives nothing else than these, in this order.
fn check(cases: &[(&str, &[(&str, &str)])], severity: Severity) {
    for (text, expected) in cases {
        let compiled = compile(text);
        let found = told(&compiled, severity);
        let found: Vec<(&str, &str)> = found.iter().map(|(message, place)| (&**message, &**place)).collect();
        assert_eq!(&found, expected, "{text}\n{}", compiled.render(false));
        let all = compiled.diagnostics.len();
        assert_eq!(all, expected.len(), "{text}\n{}", compiled.render(false));
    }
}

const INTERFACES: &str = "
    identity kind; identity wired { base kind; } identity radio { base kind; }
    typedef mode { type enumeration { enum manual; enum automatic { value 5; } } }
    container top {
      list port {
        key 'name slot'; leaf name { type string { length 1..8; } } leaf slot { type uint8; }
        leaf kind { type identityref { base kind; } }
        leaf mode { type mode; }
        leaf flags { type bits { bit up; bit down; } }
        leaf enabled { type boolean; }
        leaf ratio { type decimal64 { fraction-digits 2; } }
        leaf small { type int8 { range 1..10; } }
        leaf other { type leafref { path ../../port/name; } }
        leaf any { type instance-identifier; }
        leaf mixed { type union { type mode; type uint8; } }
        leaf set { type empty; }
        choice c { case one { leaf x { type string; } } container y { leaf z { type string; } } }
        leaf state { config false; type string; }
        anydata open;
      }
    }";

/// `must` in a leaf of `port`; the warning and its place, or none.
#[test]
fn steps_and_values_are_held_against_the_schema() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("../mode = 'manual' and ../kind", &[]),
        ("../mod", &[("the step `mod` never matches: `port` has no such child", "mod")]),
        ("../../port[nam = 'x']/mode", &[("the step `nam` never matches: `port` has no such child", "nam")]),
        ("/a:top/a:port[a:name = current()]/a:mode", &[]),
        ("/top/prt", &[("the step `prt` never matches: `top` has no such child", "prt")]),
        ("/tap", &[("the step `tap` never matches: there is no such node at the root", "tap")]),
        ("../name/x", &[("the step `x` never matches: `name` is a leaf", "x")]),
        ("../../../..", &[("the path leads up beyond the root", "..")]),
        ("../c/one/x", &[("the step `c` never matches: `port` has no such child", "c")]),
        ("../x or ../y/z", &[]),
        ("../open/whatever/there/is", &[]),
        ("../state", &[("`state` is state, which is not seen from configuration", "state")]),
        ("count(../*) > 1 and ../a:* and ../@x and ../text()", &[]),
        ("//mode or .//mode or ../descendant::z", &[]),
        ("ancestor::port/mode and ancestor::top and preceding-sibling::mode", &[]),
        ("ancestor::prt", &[("there is no `prt` above `test`", "ancestor::prt")]),
        ("parent::port and self::test and ancestor-or-self::node()", &[]),
        ("parent::top", &[("the step never matches: `test` comes before it", "parent::top")]),
        ("following-sibling::nix", &[("the step `nix` never matches: `port` has no such child", "")]),
        ("deref(../other)/../mode and deref(../any)/../what/ever", &[]),
        ("deref(../other)/../mod", &[("the step `mod` never matches: `port` has no such child", "mod")]),
        ("deref(../mode)", &[("`deref` finds nothing: `mode` is no leafref and no instance-identifier", "../mode")]),
        ("(../mode | ../kin)[1]", &[("the step `kin` never matches: `port` has no such child", "kin")]),
        ("../mode = 'manul'", &[("`mode` never has the value `manul`", "'manul'")]),
        ("'manul' != ../mode", &[("`mode` never has the value `manul`", "'manul'")]),
        ("../mode = 5", &[("`mode` never has the value 5", "5")]),
        ("../mode = ../other and ../name = 5 and ../name = 'abc'", &[]),
        ("../name = 'muchtoolong'", &[("`name` never has the value `muchtoolong`", "'muchtoolong'")]),
        ("../slot = '300'", &[("`slot` never has the value `300`", "'300'")]),
        ("../slot = '05'", &[("`slot` never has the value `05`", "'05'")]),
        ("../slot = 256.5", &[("`slot` never has the value 256.5", "256.5")]),
        ("../small != 11", &[("`small` never has the value 11", "11")]),
        ("../small > 11 and ../small = 10 and ../small = '10'", &[]),
        ("../ratio = '1.5' and ../ratio = 1 and ../ratio = '-0.25'", &[]),
        ("../ratio = '1'", &[("`ratio` never has the value `1`", "'1'")]),
        ("../flags = 'up down' and ../flags = ''", &[]),
        ("../flags = 'down up'", &[("`flags` never has the value `down up`", "'down up'")]),
        ("bit-is-set(../flags, 'up')", &[]),
        ("bit-is-set(../flags, 'upp')", &[("there is no bit `upp`", "'upp'")]),
        ("bit-is-set(../mode, 'up')", &[("`bit-is-set` has no use for `mode`, whose type is no bits", "../mode")]),
        ("enum-value(../mode) > 3 and enum-value(../mixed) > 3", &[]),
        ("enum-value(../slot)", &[("`enum-value` has no use for `slot`, whose type is no enumeration", "../slot")]),
        ("../enabled = 'true' and ../enabled", &[]),
        ("../enabled = true()", &[("this asks whether `enabled` exists, not for its value", "true()")]),
        ("../enabled = 1", &[("`enabled` never has the value 1", "1")]),
        ("../enabled = 'True'", &[("`enabled` never has the value `True`", "'True'")]),
        ("../set = '' and ../mixed = '7' and ../mixed = 'manual'", &[]),
        ("../mixed = 'none'", &[("`mixed` never has the value `none`", "'none'")]),
        ("../kind = 'a:wired' and ../kind = 'wired' and derived-from-or-self(../kind, 'a:wired')", &[]),
        ("../kind = 'wire'", &[("`kind` never has the value `wire`", "'wire'")]),
        ("../kind = 'b:wired'", &[("`kind` never has the value `b:wired`", "'b:wired'")]),
        ("../kind = 'a:kind'", &[("`kind` never has the value `a:kind`", "'a:kind'")]),
        ("derived-from(../kind, 'wird')", &[("module `a` has no identity `wird`", "'wird'")]),
        ("derived-from(../kind, 'b:x')", &[("the prefix `b` in this identity is not declared", "'b:x'")]),
        (
            "derived-from(../mode, 'wired')",
            &[("`derived-from` has no use for `mode`, whose type is no identityref", "../mode")],
        ),
        ("true()", &[("this condition is always true", "true()")]),
        ("not('x') and ../mode", &[("this condition is always false", "not('x') and ../mode")]),
        (
            "../mode = 'manual' or 'automatic'",
            &[("this string is an operand of `or`, where it is always true", "'automatic'")],
        ),
        (
            "../mode = ('manual' or 'automatic')",
            &[("this string is an operand of `or`, where it is always true", "'manual'")],
        ),
    ];
    for (must, expected) in cases {
        let body = INTERFACES
            .replace("anydata open;", &format!("anydata open; leaf test {{ type string; must \"{must}\"; }}"));
        let compiled = compile(&body);
        let found = told(&compiled, Severity::Warning);
        let found: Vec<(&str, &str)> = found.iter().map(|(message, place)| (&**message, &**place)).collect();
        let same = found.len() == expected.len()
            && found
                .iter()
                .zip(*expected)
                .all(|(found, expected)| found.0 == expected.0 && (expected.1.is_empty() || found.1 == expected.1));
        assert!(same, "{must}\n{}", compiled.render(false));
        assert!(compiled.is_ok(), "{must}\n{}", compiled.render(false));
    }
}

#[test]
fn mistakes_in_the_expression_itself_are_errors() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "leaf x { type string; must \". = \" + \"'a' and\"; }",
            &[("the expression of `must` is malformed: expected an expression, found the end", "")],
        ),
        (
            "leaf x { type string; when '../a && ../b'; }",
            &[("the expression of `when` is malformed: `&` begins nothing in XPath", "&")],
        ),
        (
            "grouping g { leaf x { type string; must 'a b'; } }",
            &[("the expression of `must` is malformed: expected an operator, found `b`", "b")],
        ),
        ("leaf x { type string; must '../y:z'; }", &[("the prefix `y` is not declared", "y")]),
        ("leaf x { type string; must 'startswith(., 1)'; }", &[("there is no function `startswith`", "startswith")]),
        ("leaf x { type string; must 'count(., .)'; }", &[("`count` takes 1 argument, not 2", "count")]),
        ("leaf x { type string; must 'count(1)'; }", &[("`count` needs a node-set, this is a number", "1")]),
        (
            "--- a.yang\nmodule a { namespace 'urn:a'; prefix a; leaf x { type string; must \"re-match(., 'a')\"; } }",
            &[("`re-match` needs YANG 1.1", "re-match")],
        ),
        (
            "leaf x { type leafref { path '../y['; } }",
            &[("the expression of `path` is malformed: expected an expression, found the end", "")],
        ),
        (
            "leaf x { type leafref { path 'deref(../y)/../z'; } } leaf y { type string; }",
            &[("`deref(../y)/../z` is no path of a leafref", "deref(../y)")],
        ),
        (
            "leaf x { type leafref { path \"../yy\"; } } leaf yyy { type string; }",
            &[("the leafref's path leads nowhere: there is no node `yy`", "yy")],
        ),
    ];
    check(cases, Severity::Error);
}

#[test]
fn keys_in_paths_are_keys_of_lists_and_compared_with_leafs() {
    let list = "container c { leaf s { type string; } } leaf s { type string; }
        list l { key 'k j'; leaf k { type string; } leaf j { type string; } leaf v { type string; } }";
    let cases = [
        ("/l[k = current()/../s]/v", None),
        ("../l[a:k = current()/../s][j = current()/../c/s]/v", None),
        ("/l[v = current()/../s]/v", Some(("`v` is no key of list `l`", "v"))),
        ("/l[k = current()/../s][k = current()/../s]/v", Some(("`k` stands here twice as a key of list `l`", "k"))),
        ("/c[s = current()/../s]/s", Some(("`c` is no list: a predicate selects entries by keys", "s"))),
        ("/l[n = current()/../s]/v", Some(("the leafref's path leads nowhere: `l` has no child `n`", "n"))),
        ("/l[k = current()/../t]/v", Some(("the leafref's path leads nowhere: there is no node `t`", "t"))),
        ("/l[k = current()/../c]/v", Some(("the key is compared with `c`, which is no leaf", "k"))),
        ("/l[k = current()/../../../c]/v", Some(("the path leads up beyond the root", ".."))),
    ];
    for (path, expected) in cases {
        let body = format!("{list} leaf x {{ type leafref {{ path \"{path}\"; }} }}");
        let found = told(&compile(&body), Severity::Error);
        let found: Vec<(&str, &str)> = found.iter().map(|(message, place)| (&**message, &**place)).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{path}");
    }
}

/// What follows from a mistake in the tree is no second one; mistakes in expressions have nothing to do with it.
#[test]
fn steps_are_told_where_the_tree_is_whole() {
    let step = "leaf x { type string; must '../y'; }";
    let malformed = compile(&format!("{step} leaf z {{ type string; must '('; }}"));
    assert_eq!(malformed.diagnostics.len(), 2, "{}", malformed.render(false));
    let broken = compile(&format!("{step} uses nothing;"));
    assert_eq!(broken.diagnostics.len(), 1, "{}", broken.render(false));
}

/// RFC 7950 sections 6.4.1 and 7.21.5: the context node, and what is accessible.
#[test]
fn the_context_is_that_of_the_statement() {
    let quiet = [
        // `when` of uses, augment, choice and case is evaluated at the parent.
        "leaf t { type string; } container c { leaf u { type string; } uses g { when 'u and ../t'; } } grouping g { leaf x { type string; } }",
        "leaf t { type string; } container c { leaf u { type string; } } augment /c { when 'u and ../t'; leaf x { type string; } }",
        "container c { leaf u { type string; } choice d { when u; case e { when u; leaf x { type string; } } } }",
        // An operation sees its own side, state, and itself at the root.
        "leaf s { config false; type string; } rpc r { input { must 'x and ../s and /r/x'; leaf x { type string; must '../x and /s'; } } output { leaf y { type string; must '/r/y'; } } }",
        "container c { leaf k { type string; } action d { input { leaf x { type string; must '../../k and /c/d/x'; } } } notification n { must 'y and ../k'; leaf y { type string; } } }",
        // State sees all.
        "leaf s { config false; type string; must '../t or ../u'; } leaf t { type string; } leaf u { config false; type string; }",
        // A grouping's step that matches in one of its uses.
        "grouping g { leaf x { type string; must '../y'; } } container c { uses g; leaf y { type string; } } container d { uses g; }",
        // What a feature or a deviation takes away is not missed.
        "leaf x { type string; must '../y'; } leaf y { type string; } deviation /y { deviate not-supported; }",
        "leaf x { type string; must '../y'; } choice c { leaf y { type string; } } deviation /c/c:y { deviate not-supported; }",
    ];
    for text in quiet {
        let text = text.replace("/c/c:y", "/c/y/y");
        let compiled = compile(&text);
        assert_eq!(compiled.diagnostics, [], "{text}\n{}", compiled.render(false));
    }
    let warned: &[(&str, &[(&str, &str)])] = &[
        (
            "rpc r { input { leaf x { type string; must '../y'; } } output { leaf y { type string; } } }",
            &[("the step `y` never matches: `r` has no such child", "y")],
        ),
        (
            "rpc r { input { leaf x { type string; } } } leaf z { type string; must '/r/x'; }",
            &[("the step `r` never matches: there is no such node at the root", "r")],
        ),
        (
            "grouping g { leaf x { type string; must '../y'; } } container c { uses g; } container d { uses g; }",
            &[("the step `y` never matches: `c` has no such child", "y")],
        ),
        (
            "container c { when 'x'; leaf x { type string; } }",
            &[("`x` is below the node that this `when` decides on, and not there yet", "x")],
        ),
        (
            "--- a.yang\nmodule a { yang-version 1.1; namespace 'urn:a'; prefix a; container c { leaf u { type string; } } }
--- b.yang\nmodule b { yang-version 1.1; namespace 'urn:b'; prefix b; import a { prefix a; }
             augment /a:c { leaf v { type string; must '../u'; } leaf w { type string; must '../a:u and ../v'; } } }",
            &[("the step `u` never matches: `c` has no such child", "u")],
        ),
    ];
    check(warned, Severity::Warning);
}

#[test]
fn reading_31_names_in_the_when_of_an_augment_are_the_targets() {
    let modules = |when: &str| {
        format!(
            "--- a.yang\nmodule a {{ yang-version 1.1; namespace 'urn:a'; prefix a; container c {{ leaf u {{ type string; }} }} }}
--- b.yang\nmodule b {{ yang-version 1.1; namespace 'urn:b'; prefix b; import a {{ prefix a; }}
             augment /a:c {{ leaf v {{ type string; }} }}
             augment /a:c {{ when '{when}'; leaf w {{ type string; }} }} }}"
        )
    };
    assert_eq!(compile(&modules("u and a:u and b:v")).diagnostics, []);
    let compiled = compile(&modules("v"));
    let found = told(&compiled, Severity::Warning);
    assert_eq!(found, [("the step `v` never matches: `c` has no such child".to_owned(), "v".to_owned())]);
    let help = compiled.diagnostics.first().and_then(|diagnostic| diagnostic.help.as_deref());
    assert_eq!(help, Some("`v` is in module `b` here: write `b:v`"));
}

#[test]
fn reading_35_functions_of_yang_1_1_in_yang_1() {
    let module = |must: &str| {
        format!(
            "--- a.yang\nmodule a {{ namespace 'urn:a'; prefix a; leaf y {{ type string; }}
             leaf x {{ type leafref {{ path ../y; }} must \"{must}\"; }} }}"
        )
    };
    assert_eq!(compile(&module("current() = ../y")).diagnostics, []);
    let found = told(&compile(&module("deref(.)/../y")), Severity::Warning);
    assert_eq!(found, [("`deref` needs YANG 1.1".to_owned(), "deref".to_owned())]);
    let found = told(&compile(&module("enum-value(../y) = 1")), Severity::Error);
    assert_eq!(found, [("`enum-value` needs YANG 1.1".to_owned(), "enum-value".to_owned())]);
}

#[test]
fn structures_are_documents_of_their_own() {
    let modules = |body: &str| {
        format!(
            "--- a.yang\nmodule a {{ yang-version 1.1; namespace 'urn:a'; prefix a; import ietf-yang-structure-ext {{ prefix sx; }} {body} }}"
        )
    };
    let quiet = modules(
        "sx:structure s { leaf x { type string; must '../y and /s/y and /a:s/x'; } leaf y { type leafref { path '/s/x'; } } }",
    );
    assert_eq!(compile(&quiet).diagnostics, []);
    let warned = modules("sx:structure s { leaf x { type string; must '/t'; } }");
    let found = told(&compile(&warned), Severity::Warning);
    assert_eq!(found, [("the step `t` never matches: there is no such node at the root".to_owned(), "t".to_owned())]);
}

/// RFC 7950 section 7.21.5: no circular dependencies among `when` expressions.
#[test]
fn conditions_that_depend_on_each_other_are_named() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("leaf x { when '../x'; type string; }", &[("the `when` of `x` depends on `x` itself", "'../x'")]),
        (
            "leaf x { when '../y'; type string; } leaf y { when '../x'; type string; }",
            &[("`when` conditions depend on each other: x -> y -> x", "'../y'")],
        ),
        (
            "leaf x { when '/c/y'; type string; } container c { when '../z'; leaf y { type string; } } leaf z { when '../x'; type string; }",
            &[("`when` conditions depend on each other: x -> c -> z -> x", "'/c/y'")],
        ),
("leaf x { when '../y'; type string; } leaf y { when '../z'; type string; } leaf z { type string; }", &[]),
        // In another entry of the list it may well be.
        (
            "list l { key k; leaf k { type string; } leaf next { type leafref { path ../../l/k; } }
             leaf x { when \"deref(../next)/../x\"; type string; } leaf y { when '/l[k = current()/../next]/y'; type string; } }",
            &[],
        ),
        ("leaf x { when '. = 1 or current()/../y'; type string; } leaf y { type string; }", &[]),
    ];
    check(cases, Severity::Error);
    // What is added is taken away while the condition is evaluated: no circle, but never true.
    let never: &[(&str, &[(&str, &str)])] = &[
        (
            "choice c { case d { when 'x'; leaf x { type string; } } }",
            &[("the `when` of `x` depends on `x` itself", "'x'")],
        ),
        (
            "container c { uses g { when 'x'; } } grouping g { leaf x { type string; } }",
            &[("the `when` of `x` depends on `x` itself", "'x'")],
        ),
    ];
    check(never, Severity::Warning);
}

/// What the next stage finds on the schema.
#[test]
fn uses_of_a_grouping_share_its_expressions() {
    let compiled = compile(
        "grouping g { leaf x { type string; must \"../y = 'a' and /a:c\"; when \"../y\"; } leaf y { type string; } }
         container c { uses g; } container d { uses g; } leaf r { type leafref { path /c/x; } }",
    );
    assert_eq!(compiled.diagnostics, []);
    let schema = &compiled.schema;
    let named = |name: &'static str| schema.nodes.iter().enumerate().filter(move |(_, node)| node.name == name);
    let xs: Vec<_> = named("x").map(|(_, node)| node).collect();
    let [first, second] = xs.as_slice() else { panic!() };
    let (one, two) = (first.musts[0].xpath.as_ref().unwrap(), second.musts[0].xpath.as_ref().unwrap());
    assert!(std::sync::Arc::ptr_eq(one, two));
    assert_eq!(one.modules, [Some(schema.module_named("a").unwrap())]);
    assert_eq!(one.expression.to_string(), "../y = 'a' and /a:c");
    let reads = |node: &comi_codegen::schema::compiled::Node| {
        let names = node.musts[0].reads.as_ref().unwrap().iter().map(|id| {
            let node = schema.node(*id).unwrap();
            let parent = node.parent.and_then(|parent| schema.node(parent));
            format!("{}/{}", parent.map_or("", |parent| &parent.name), node.name)
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(reads(first), ["/c", "c/y"]);
    assert_eq!(reads(second), ["/c", "d/y"]);
    let (_, leafref) = named("r").next().unwrap();
    let comi_codegen::schema::compiled::TypeKind::Leafref { xpath: Some(path), target, .. } =
        &leafref.type_.as_ref().unwrap().kind
    else {
        panic!()
    };
    assert_eq!(path.expression.to_string(), "/c/x");
    assert_eq!(*target, named("x").next().map(|(index, _)| comi_codegen::schema::compiled::NodeId(index)));
}

/// What one compilation may take here, without optimisation and beside other work: far from quadratic.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

#[test]
fn large_and_deep_expressions_are_bounded() {
    let many = |count: usize, text: &str| text.repeat(count);
    let refused = [
        many(100_000, "("),
        many(100_000, "not("),
        many(100_000, "a["),
        many(100_000, "../x | ") + "../x",
        many(50_000, "-") + "1",
    ];
    for text in refused {
        let start = std::time::Instant::now();
        let compiled = compile(&format!("leaf x {{ type string; must \"{text}\"; }}"));
        let found = told(&compiled, Severity::Error);
        let [(message, _)] = found.as_slice() else { panic!("{found:?}") };
        let limits = ["nested more than 64 deep", "more than 20000 tokens"];
        assert!(limits.iter().any(|limit| message.contains(limit)), "{message}");
        assert!(start.elapsed() < PATIENCE);
    }
    // At the limit the stack of a thread is enough.
    let deep = many(32, "not(../y[") + "../x" + &many(32, "])");
    let compiled = compile(&format!(
        "leaf x {{ type string; must \"{deep}\"; }} list y {{ config false; leaf x {{ type string; }} }}"
    ));
    assert!(compiled.is_ok(), "{}", compiled.render(false));
}

#[test]
fn many_expressions_take_linear_time() {
    let many = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let wrong = many(3_000, &|index| format!("../n{index} = 'x' or "));
    let cases = [
        (
            "siblings",
            many(10_000, &|index| format!("leaf l{index} {{ type int8; must '../l{}'; }}", (index * 7) % 10_000)),
        ),
        (
            "any of them",
            many(10_000, &|index| format!("leaf l{index} {{ type int8; must '//l{index} and count(../*)'; }}")),
        ),
        (
            "members of a choice",
            format!(
                "choice c {{ {} }}",
                many(10_000, &|index| format!("leaf l{index} {{ type int8; must '../l{}'; }}", (index * 7) % 10_000))
            ),
        ),
        (
            "conditions",
            many(10_000, &|index| format!("leaf l{index} {{ type int8; when '../l{}'; }}", index + 1))
                + "leaf l10000 { type int8; }",
        ),
        (
            "a large expression in a grouping that is used often",
            format!(
                "grouping g {{ leaf x {{ type int8; must \"{} ../x\"; }} }}",
                many(2_000, &|_| "../x = 1 or ".to_owned())
            ) + &many(1_000, &|index| format!("container c{index} {{ uses g; }}")),
        ),
        (
            "a large circle",
            many(10_000, &|index| format!("leaf l{index} {{ type int8; when '../l{}'; }}", (index + 1) % 10_000)),
        ),
        ("steps that lead nowhere", format!("leaf x {{ type int8; must \"{wrong} ../x\"; }}")),
    ];
    for (name, body) in cases {
        let start = std::time::Instant::now();
        let compiled = compile(&body);
        assert!(start.elapsed() < PATIENCE, "{name}: {:?}", start.elapsed());
        let errors = usize::from(name == "a large circle");
        assert_eq!(
            told(&compiled, Severity::Error).len(),
            errors,
            "{name}\n{}",
            compiled.render(false).chars().take(2_000).collect::<String>()
        );
        let warnings = told(&compiled, Severity::Warning);
        match name {
            "steps that lead nowhere" => assert_eq!(warnings.len(), 16),
            "a large expression in a grouping that is used often" => {
                assert_eq!(warnings.len(), 1);
                assert!(warnings.iter().any(|(message, _)| message.contains("too many expressions")));
            }
            _ => assert_eq!(warnings, [], "{name}"),
        }
    }
}
