use super::*;
use crate::source::SourceMap;

fn parsed(text: &str) -> (Vec<Statement>, Vec<String>) {
    let mut sources = SourceMap::default();
    let id = sources.add("a.yang", text).unwrap();
    let mut diagnostics = Vec::new();
    let statements = parse(&sources, id, &mut diagnostics);
    for statement in statements.iter().filter(|_| diagnostics.is_empty()).collect::<Vec<_>>() {
        check(statement, statement.child_text("yang-version") == Some("1.1"), &mut diagnostics);
    }
    (statements, diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect())
}

fn argument(text: &str) -> String {
    let (statements, messages) = parsed(text);
    assert_eq!(messages, Vec::<String>::new(), "{text}");
    statements[0].text().to_owned()
}

#[test]
fn strings_are_decoded_as_section_6_1_3_says() {
    let cases = [
        ("description plain;", "plain"),
        ("description 'a \\n b';", "a \\n b"),
        ("description \"a \\n\\t\\\"\\\\ b\";", "a \n\t\"\\ b"),
        ("description \"hello\" + ' ' + \"world\";", "hello world"),
        ("description /* c */ \"x\" // y\n + 'z';", "xz"),
        ("description \"one  \t\n             two\n               three\";", "one\ntwo\n  three"),
        ("description\n  \"one\n   two\n  three\n four\";", "one\ntwo\nthree\nfour"),
        ("description \"one\n\n\ttwo\n\t\tthree\";", "one\n\ntwo\n   three"),
        ("description \"a\\t\nb\";", "a\t\nb"),
        ("description \"one\r\n             two\";", "one\ntwo"),
        ("description +1;", "+1"),
        ("description a+b;", "a+b"),
        ("description \"\\d+\\.\\w\";", "\\d+\\.\\w"),
        ("description \"\";", ""),
        ("description \u{fc}ber;", "\u{fc}ber"),
    ];
    for (text, expected) in cases {
        assert_eq!(argument(text), expected, "{text}");
    }
    assert_eq!(argument("\u{feff}description x;"), "x");
}

#[test]
fn what_is_no_yang_is_refused_with_one_error() {
    let cases = [
        ("", "there is no module in this file"),
        ("module a {", "the block that begins here is never closed"),
        ("module a { container b { leaf c {", "the block that begins here is never closed"),
        ("description \"abc", "this string is never closed"),
        ("description 'abc", "this string is never closed"),
        ("description /* abc", "this comment is never closed"),
        ("*/ module a;", "no comment is open here"),
        ("description a }", "expected `;` or `{` behind `description`, found `}`"),
        ("description a b;", "expected `;` or `{` behind `description`, found `b`"),
        ("description \"a\" \"b\";", "expected `;` or `{` behind `description`, found `\"b\"`"),
        ("description \"a\" + b;", "a quoted string must follow `+`"),
        ("description a; }", "this `}` closes nothing"),
        ("description a;;", "this `;` ends nothing"),
        ("'module' a;", "a keyword is expected here"),
        ("9module a;", "`9module` is no keyword"),
        ("description\u{a0}a;", "this character is no white space in YANG"),
        ("description \"\u{0}\";", "the character U+0000 is not allowed in YANG"),
    ];
    for (text, expected) in cases {
        let (_, messages) = parsed(text);
        assert_eq!(messages.first().map(String::as_str), Some(expected), "{text}: {messages:?}");
        assert!(messages.len() <= 2, "{text}: {messages:?}");
    }
}

#[test]
fn escapes_are_strict_in_yang_1_1_only() {
    let module =
        |version| format!("module a {{ yang-version {version}; namespace 'urn:a'; prefix a; contact \"\\d\"; }}");
    assert_eq!(parsed(&module("1")).1, Vec::<String>::new());
    assert_eq!(parsed(&module("1.1")).1, ["`\\d` is no escape in a double-quoted string"]);
}

#[test]
fn nesting_is_limited() {
    let text = "container a { ".repeat(100_000);
    assert_eq!(parsed(&text).1, [format!("statements are nested more than {NESTING_LIMIT} deep")]);
}

#[test]
fn a_large_string_is_read_in_linear_time() {
    let text = format!("description \"{}\";", "x \\d\n".repeat(400_000));
    assert_eq!(argument(&text).len(), 4 * 400_000 + 400_000);
}
