use proptest::prelude::*;

use super::leafref::leafref_path;
use super::*;

/// Text, and its shortest form.
#[test]
fn expressions_are_read_and_printed() {
    let cases = [
        ("a", "a"),
        ("/", "/"),
        ("  ../a / b ", "../a/b"),
        ("child::a/parent::node()/self::node()", "a/../."),
        ("//a", "//a"),
        ("/descendant-or-self::node()/child::a", "//a"),
        ("descendant-or-self::node()/a", "descendant-or-self::node()/a"),
        ("/descendant-or-self::node()", "/descendant-or-self::node()"),
        ("a//b/@*", "a//b/@*"),
        ("p:*|*", "p:* | *"),
        (
            "a/text()|comment()|processing-instruction('x')|node()",
            "a/text() | comment() | processing-instruction('x') | node()",
        ),
        ("a [ b = 'c' ] [ 2 ]", "a[b = 'c'][2]"),
        ("(a|b)[1]/c", "(a | b)[1]/c"),
        ("((a)[1])[2]", "((a)[1])[2]"),
        ("current()/../x", "current()/../x"),
        ("deref(.)/../x[y=current()]", "deref(.)/../x[y = current()]"),
        ("a or b and c = d < e + f * -g", "a or b and c = d < e + f * -g"),
        ("((((a or b) and c) = d) < e) + f", "((((a or b) and c) = d) < e) + f"),
        ("a or (b or c)", "a or (b or c)"),
        ("a - b - c", "a - b - c"),
        ("a - (b - c)", "a - (b - c)"),
        ("a-b -c", "a-b - c"),
        ("- - a|b", "--a | b"),
        ("-(a+b)", "-(a + b)"),
        ("(-a)|b", "(-a) | b"),
        ("1.50 > .5", "1.5 > 0.5"),
        ("5. = 5", "5 = 5"),
        ("\"it's\" = 'say \"x\"'", "\"it's\" = 'say \"x\"'"),
        // XPath 1.0 section 3.7: what a name or `*` means depends on what stands before it.
        ("* * *", "* * *"),
        ("div div div", "div div div"),
        ("or or or", "or or or"),
        ("and and mod mod div", "and and mod mod div"),
        ("@div = *", "@div = *"),
        ("not (a)", "not(a)"),
        ("text ( )", "text()"),
        ("text", "text"),
        ("ancestor :: a", "ancestor::a"),
        ("(/) = 1", "(/) = 1"),
        ("count(/)", "count(/)"),
        ("p:f(1)", "p:f(1)"),
    ];
    for (text, expected) in cases {
        let expression = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(expression.to_string(), expected, "{text}");
        assert_eq!(parse(expected).as_ref(), Ok(&expression), "{text}");
    }
}

/// Text, message, and the part of the text that it points at.
#[test]
fn what_is_no_expression_is_refused_at_its_place() {
    let cases = [
        ("", "the expression is empty", ""),
        // `*` behind `/` is a name, so an operator is missing behind it.
        ("/ * 5", "expected an operator or the end, found `5`", "5"),
        ("a b", "expected an operator, found `b`", "b"),
        ("a = ", "expected an expression, found the end", ""),
        ("a = = b", "expected an expression, found `=`", "="),
        ("(a", "expected an operator or `)`, found the end", ""),
        ("a)", "expected an operator or the end, found `)`", ")"),
        ("a[b", "expected an operator or `]`, found the end", ""),
        ("a[]", "expected an expression, found `]`", "]"),
        ("a/", "expected a name, `*`, `.` or `..`, found the end", ""),
        ("a/'b'", "expected a name, `*`, `.` or `..`, found `'b'`", "'b'"),
        ("'abc", "this string is never closed", "'"),
        ("a == b", "expected an expression, found `=`", "="),
        ("a && b", "`&` begins nothing in XPath", "&"),
        ("a ! b", "`!` begins nothing in XPath", "!"),
        ("$x + 1", "`$x`: YANG binds no variables", "$x"),
        ("parents::a", "there is no axis `parents`", "parents::"),
        ("p: a", "expected a name behind the prefix, found ` `", "p:"),
        ("f(a", "expected `,` or `)`, found the end", ""),
        ("f(a,)", "expected an expression, found `)`", ")"),
        ("f(a b)", "expected an operator, found `b`", "b"),
        (".[a]", "no predicate may follow `.`", "["),
        ("../..[a]", "no predicate may follow `..`", "["),
        ("a | -b", "expected an expression, found `-`", "-"),
        ("a = 'x\" or b", "this string is never closed", "'"),
        ("current()..", "expected an operator or the end, found `..`", ".."),
        ("../a/current()", "expected a name, `*`, `.` or `..`, found `current`", "current"),
    ];
    for (text, message, place) in cases {
        let error = parse(text).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
        let found = text.get(error.extent.start as usize..error.extent.end as usize).unwrap();
        assert_eq!(found, place, "{text}");
    }
}

#[test]
fn what_nests_or_never_ends_is_bounded() {
    let many = |count: usize, text: &str| text.repeat(count);
    let deep = [
        many(100_000, "("),
        many(100_000, "("),
        many(100_000, "not("),
        many(100_000, "a["),
        many(100_000, "-") + "a",
        many(100_000, "count(a["),
    ];
    for text in deep {
        let error = parse(&text).unwrap_err();
        assert!(matches!(error.reason, Reason::TooDeep | Reason::TooLong), "{error}");
    }
    let closed = |count: usize| many(count, "(") + "a" + &many(count, ")");
    assert_eq!(parse(&closed(DEPTH_LIMIT + 1)).unwrap_err().reason, Reason::TooDeep);
    assert_eq!(parse(&closed(DEPTH_LIMIT)).map(|expression| expression.to_string()), Ok("a".into()));
    assert_eq!(parse(&(many(100_000, "a | ") + "a")).unwrap_err().reason, Reason::TooLong);
    for operator in ["|", "or", "=", "+", "/", "//", "[1]|"] {
        let long = many(2_500, &format!("a {operator} ")) + "a";
        let expression = parse(&long).unwrap();
        assert_eq!(parse(&expression.to_string()).as_ref(), Ok(&expression));
    }
}

#[test]
fn types_are_known_and_misuse_is_told() {
    let cases: &[(&str, &[&str])] = &[
        ("count(../a) > 1 and not(b = 'x')", &[]),
        ("count('a')", &["`count` needs a node-set, this is a string"]),
        ("count(1 + 1)", &["`count` needs a node-set, this is a number"]),
        ("sum(true())", &["`sum` needs a node-set, this is a boolean"]),
        ("'a' | b", &["`|` needs a node-set, this is a string"]),
        ("string(a)/b", &["`/` needs a node-set, this is a string"]),
        ("(a = b)[1]", &["a predicate needs a node-set, this is a boolean"]),
        ("concat('a')", &["`concat` takes at least 2 arguments, not 1"]),
        ("concat(a, b, c, d, e)", &[]),
        ("not()", &["`not` takes 1 argument, not 0"]),
        ("current(.)", &["`current` takes no argument, not 1"]),
        ("substring(a)", &["`substring` takes 2 to 3 arguments, not 1"]),
        ("name(a, b)", &["`name` takes at most 1 argument, not 2"]),
        ("derived-from('a', b)", &["`derived-from` needs a node-set, this is a string"]),
        ("derive-from(a, b)/c", &["there is no function `derive-from`"]),
        ("p:f() | a[boolean('x' or 1)]", &["there is no function `p:f`"]),
        ("count('a') + count('b')", &["`count` needs a node-set, this is a string"; 2]),
    ];
    for (text, expected) in cases {
        let misuses = parse(text).unwrap().misuses(true);
        let found: Vec<String> = misuses.iter().map(|(misuse, _)| misuse.to_string()).collect();
        assert_eq!(&found, expected, "{text}");
    }
    let old = parse("re-match(a, 'b') and current()").unwrap().misuses(false);
    let found: Vec<_> = old.iter().map(|(misuse, place)| (misuse.to_string(), place.start, place.end)).collect();
    assert_eq!(found, [("`re-match` needs YANG 1.1".to_owned(), 0, 8)]);
    let types = [
        ("a/b", Type::NodeSet),
        ("a | b", Type::NodeSet),
        ("(a)[1]", Type::NodeSet),
        ("a or b", Type::Boolean),
        ("a < b", Type::Boolean),
        ("-a", Type::Number),
        ("a mod b", Type::Number),
        ("string(a)", Type::String),
        ("'a'", Type::String),
    ];
    for (text, expected) in types {
        let expression = parse(text).unwrap();
        assert_eq!(expression.type_of(expression.root_id()), Some(expected), "{text}");
    }
}

#[test]
fn paths_of_leafrefs_follow_their_own_grammar() {
    let shape = |text: &str| {
        let expression = parse(text).unwrap();
        leafref_path(&expression).map(|path| {
            let steps = path.steps.iter().map(|step| format!("{}+{}", expression.written(step.name), step.keys.len()));
            (path.absolute, path.up.len(), steps.collect::<Vec<_>>().join(" "))
        })
    };
    let right = [
        ("/a:b/c[d = current()/../e]/f", (true, 0, "a:b+0 c+1 f+0")),
        (" ../../ x[y=current()/../../a/b][p:z = current()/../c]/z ", (false, 2, "x+2 z+0")),
        ("../a", (false, 1, "a+0")),
    ];
    for (text, (absolute, up, steps)) in right {
        assert_eq!(shape(text), Ok((absolute, up, steps.to_owned())), "{text}");
    }
    let wrong = [
        ("/", "/"),
        ("a/b", "a/b"),
        ("..", ".."),
        ("/a//b", "//"),
        ("deref(../a)/../b", "deref(../a)"),
        ("/a/../b", ".."),
        ("/../b", ".."),
        ("current()/../a", "current()"),
        ("../a | ../b", "../a | ../b"),
        ("../child::a", "child::a"),
        ("parent::node()/a", "parent::node()/a"),
        ("../a[1]/b", "1"),
        ("../a[b = 'c']/b", "'c'"),
        ("../a[b = current()]/b", "current()"),
        ("../a[b = current()/c]/b", "current()/c"),
        ("../a[b != current()/../c]/b", "b != current()/../c"),
        ("../a[b/c = current()/../c]/b", "b/c"),
        ("../a[b = ../c]/b", "../c"),
        ("../*", "*"),
        ("../a/text()", "text()"),
    ];
    for (text, place) in wrong {
        let error = shape(text).unwrap_err();
        assert_eq!(text.get(error.extent.start as usize..error.extent.end as usize).unwrap(), place, "{text}: {error}");
    }
}

/// Random texts that are expressions: all productions of the grammar.
fn expressions() -> impl Strategy<Value = String> {
    let names = prop_oneof!["[a-c]", "p:[a-c]", Just("div".to_owned()), Just("or".to_owned()), Just("text".to_owned())];
    let tests = prop_oneof![
        names,
        Just("*".to_owned()),
        Just("p:*".to_owned()),
        Just("node()".to_owned()),
        Just("text()".to_owned()),
        Just("processing-instruction('x')".to_owned())
    ];
    let axes = prop_oneof![
        4 => Just(String::new()),
        1 => Just("@".to_owned()),
        2 => (0..Axis::ALL.len()).prop_map(|index| format!("{}::", Axis::ALL[index].1))
    ];
    let steps = prop_oneof![
        1 => Just(".".to_owned()),
        2 => Just("..".to_owned()),
        4 => (axes, tests).prop_map(|(axis, test)| axis + &test)
    ];
    let leaf = prop_oneof![
        "[0-9]{1,3}(\\.[0-9]{0,2})?",
        "\\.[0-9]{1,3}",
        "'[a-c\" ]{0,3}'",
        "\"[a-c' ]{0,3}\"",
        Just("/".to_owned()),
        steps.clone()
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let slash = prop_oneof![3 => Just("/"), 1 => Just("//")];
        let operators =
            (0..14_usize).prop_map(|index| ["or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "|"][index]);
        let step = (steps.clone(), prop::collection::vec(inner.clone(), 0..2)).prop_map(|(step, predicates)| {
            let bare = if step.starts_with('.') && !predicates.is_empty() { "x".to_owned() } else { step };
            predicates.iter().fold(bare, |text, predicate| format!("{text}[{predicate}]"))
        });
        let path = (prop::option::of(slash.clone()), step.clone(), prop::collection::vec((slash, step), 0..3));
        let path = path.prop_map(|(start, first, rest)| {
            let first = format!("{}{first}", start.unwrap_or(""));
            rest.iter().fold(first, |text, (slash, step)| format!("{text}{slash}{step}"))
        });
        prop_oneof![
            3 => path.clone(),
            2 => (inner.clone(), operators, inner.clone()).prop_map(|(left, operator, right)| format!("({left}) {operator} ({right})")),
            2 => prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|arguments| format!("concat({})", arguments.join(","))),
            1 => inner.clone().prop_map(|operand| format!("-({operand})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(base, predicate)| format!("({base})[{predicate}]")),
            1 => (inner, path).prop_map(|(base, path)| format!("({base})/{}", path.trim_start_matches('/'))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_as_the_same(text in expressions()) {
        let expression = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let printed = expression.to_string();
        let again = parse(&printed).unwrap_or_else(|error| panic!("{text} as {printed}: {error}"));
        prop_assert_eq!(&again, &expression, "{} as {}", text, printed);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn any_tokens_are_an_expression_or_an_error_in_its_bounds(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "a", "p:b", "*", "p:*", "/", "//", ".", "..", "(", ")", "[", "]", "@", ",", "::", "$", "|", "+", "-",
                "=", "!=", "<", "or", "and", "div", "mod", "text()", "node(", "not(", "child", "1", "2.5", "'x'", "\"", " ",
            ]),
            0..20,
        )
    ) {
        let text = tokens.concat();
        match parse(&text) {
            Ok(expression) => {
                prop_assert!(expression.misuses(true).len() <= 40);
                let printed = expression.to_string();
                let again = parse(&printed);
                prop_assert_eq!(again.as_ref(), Ok(&expression), "{} as {}", text, printed);
            }
            Err(error) => {
                prop_assert!(text.get(error.extent.start as usize..error.extent.end as usize).is_some());
            }
        }
    }
}
