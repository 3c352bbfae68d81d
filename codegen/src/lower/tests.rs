//! Small modules and what their tables are, or why there are none.

use comi_runtime::schema::{ChoiceIndex, Flags, Literal, NodeIndex, NodeKind, RuleKind, Schema, Type};
use comi_sid::{AssignmentRange, Item, Registry, Sid, SidFile};

use super::{Choices, lower};
use crate::diagnostic::{Diagnostic, render};
use crate::{Compiled, Context, sid_items};

fn compile(texts: &[&str]) -> Compiled {
    let mut context = Context::new();
    for text in texts {
        let name = text.split_whitespace().nth(1).unwrap();
        context.source(format!("{name}.yang"), *text).module(name);
    }
    let compiled = context.compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    compiled
}

/// SIDs from 1000 on in the order of the items, 100 a module; those of `other` are the numbers given.
fn registry(compiled: &Compiled, other: &[(&str, Option<u64>)]) -> Registry {
    let mut registry = Registry::default();
    for (place, module) in compiled.schema.modules.iter().enumerate() {
        let start = 1000 + 100 * u64::try_from(place).unwrap();
        let id = compiled.schema.module_named(&module.name).unwrap();
        let mut file = SidFile { module_name: module.name.clone(), ..SidFile::default() };
        file.assignment_ranges.extend(AssignmentRange::new(start, 100));
        for ((namespace, identifier), number) in sid_items(&compiled.schema, id).items.into_iter().zip(start..) {
            let given = other.iter().find(|(name, _)| *name == identifier).map(|(_, sid)| *sid);
            let Some(number) = given.unwrap_or(Some(number)) else { continue };
            file.items.push(Item::new(namespace, identifier, Sid::new(number).unwrap()));
        }
        registry.add(format!("{}.sid", module.name), file).unwrap();
    }
    registry
}

#[track_caller]
fn tables(texts: &[&str], sids: &[(&str, Option<u64>)]) -> &'static Schema {
    let compiled = compile(texts);
    let lowered = lower(&compiled.schema, &compiled.sources, &registry(&compiled, sids), &Choices::default());
    lowered.map_err(|diagnostics| render(&compiled.sources, &diagnostics, false)).unwrap().schema
}

#[track_caller]
fn refused(texts: &[&str], sids: &[(&str, Option<u64>)]) -> Vec<Diagnostic> {
    let compiled = compile(texts);
    lower(&compiled.schema, &compiled.sources, &registry(&compiled, sids), &Choices::default()).unwrap_err()
}

fn find(schema: &'static Schema, path: &str) -> NodeIndex {
    path.split('/').fold(NodeIndex::ROOT, |node, name| schema.child(node, None, name).unwrap())
}

fn names(schema: &'static Schema, parent: NodeIndex) -> Vec<&'static str> {
    schema.children(parent).map(|child| schema.name(child)).collect()
}

#[test]
fn siblings_stand_in_the_order_of_their_encoded_keys() {
    let texts = [
        "module a { namespace urn:a; prefix a; container c { leaf p { type int8; } leaf q { type int8; } leaf r { type int8; } \
         leaf s { type int8; } } leaf first { type int8; } }",
        "module b { namespace urn:b; prefix b; import a { prefix a; } augment /a:c { leaf near { type int8; } } }",
    ];
    let sids = [
        ("/a:c", Some(50)),
        ("/a:c/p", Some(48)),
        ("/a:c/q", Some(49)),
        ("/a:c/r", Some(90)),
        ("/a:c/s", Some(51)),
        ("/a:c/b:near", Some(52)),
        ("/a:first", Some(7)),
    ];
    let schema = tables(&texts, &sids);
    assert_eq!(names(schema, NodeIndex::ROOT), ["first", "c"]);
    assert_eq!(names(schema, find(schema, "c")), ["s", "r", "q", "p", "near"]);
}

#[test]
fn choices_are_folded_into_tables() {
    let text = "module a { namespace urn:a; prefix a; container c { choice x { default one; case one { leaf p { type \
                int8; } leaf q { type int8; } } case two { choice y { mandatory true; leaf r { type int8; } } } } leaf \
                plain { type int8; } } }";
    let schema = tables(&[text], &[]);
    assert_eq!(names(schema, find(schema, "c")), ["p", "q", "r", "plain"]);
    let [x, y] = schema.choices else { panic!("{:?}", schema.choices) };
    let (p, q, r) = (find(schema, "c/p"), find(schema, "c/q"), find(schema, "c/r"));
    assert_eq!((x.parent, x.default_case, x.mandatory), (find(schema, "c"), Some(0), false));
    assert_eq!(x.cases, [&[p, q][..], &[r][..]]);
    assert_eq!((y.within.map(|(_, case)| case), y.mandatory, y.cases), (Some(1), true, &[&[r][..]][..]));
    assert_eq!(schema.case_of(r).map(|member| schema.choices[member.choice.get()]), Some(*y));
    assert!(schema.case_of(find(schema, "c/plain")).is_none());
}

#[test]
fn leafrefs_are_followed_to_the_end() {
    let text = "module a { namespace urn:a; prefix a; leaf end { type uint8 { range 1..9; } } leaf middle { type leafref \
                { path ../end; } } leaf start { type leafref { path ../middle; } default 4; } }";
    let schema = tables(&[text], &[]);
    let start = schema.node(find(schema, "start")).unwrap().type_index().unwrap();
    let Type::Leafref { target, .. } = schema.types[start.get()] else { panic!("{:?}", schema.types) };
    assert_eq!(target, find(schema, "middle"));
    assert!(matches!(schema.resolved_type(start), Some(Type::Unsigned { ranges: [(1, 9)], .. })));
    assert_eq!(schema.defaults(find(schema, "start")).first().map(|default| default.value), Some(Literal::Unsigned(4)));
}

#[test]
fn defaults_are_literals_of_their_type() {
    let text = "module a { yang-version 1.1; namespace urn:a; prefix a; identity base; identity one { base base; } leaf bits { type bits { \
                bit x; bit y { position 9; } } default 'x y'; } leaf union { type union { type int8; type enumeration { enum \
                off; } } default off; } leaf id { type identityref { base base; } default one; } leaf-list many { type \
                string; default b; default a; } }";
    let schema = tables(&[text], &[]);
    let values =
        |name: &str| schema.defaults(find(schema, name)).iter().map(|default| default.value).collect::<Vec<_>>();
    assert_eq!(values("bits"), [Literal::Bits(&[1, 2])]);
    assert_eq!(values("union"), [Literal::Union(1, &Literal::Enumeration(0))]);
    assert_eq!(values("many"), [Literal::String("b"), Literal::String("a")]);
    let [Literal::Identityref(one)] = values("id")[..] else { panic!("{:?}", values("id")) };
    assert_eq!(schema.identity_name(one), "one");
    let module = schema.module_by_name("a").unwrap();
    let base = schema.identity_by_name(module, "base").unwrap();
    assert!(schema.is_derived_from(one, &[base]) && !schema.is_derived_from(base, &[base]));
}

#[test]
fn flags_say_what_the_statements_say() {
    let text = "module a { namespace urn:a; prefix a; container c { presence p; list l { key k; min-elements 1; \
                ordered-by user; leaf k { type int8; } leaf m { type int8; mandatory true; } } leaf s { config false; type \
                int8; } } rpc r { input { leaf i { type int8; } } } }";
    let schema = tables(&[text], &[]);
    for (path, flags) in [
        ("c", Flags::CONFIG.with(Flags::PRESENCE)),
        ("c/l", Flags::CONFIG.with(Flags::USER_ORDERED).with(Flags::HAS_BOUNDS)),
        ("c/l/k", Flags::CONFIG.with(Flags::KEY)),
        ("c/l/m", Flags::CONFIG.with(Flags::MANDATORY)),
        ("c/s", Flags::NONE),
        ("r/input/i", Flags::NONE),
    ] {
        assert_eq!(schema.node(find(schema, path)).unwrap().flags, flags, "{path}");
    }
    assert_eq!(schema.node(find(schema, "r/output")).map(|row| row.kind()), Some(NodeKind::Output));
    assert_eq!(schema.bounds(find(schema, "c/l")).map(|bounds| (bounds.min, bounds.max)), Some((1, u32::MAX)));
}

const LWM2M: &str = "module a { yang-version 1.1; namespace urn:a; prefix a; import comi-lwm2m { prefix lw; } lw:version 1.2; list l { key k; \
                     lw:object 9; leaf k { type uint16; } leaf r { type string; lw:resource 3; lw:write-only; } action go { \
                     lw:resource 1; } } }";

#[test]
fn what_must_be_there_has_its_condition_beside_it() {
    let schema = tables(
        &[
            "module a { namespace \"urn:a\"; prefix a; container c { leaf t { type string; } leaf m { when \"../t\"; type \
           string; mandatory true; } leaf-list l { when \"../t\"; type string; min-elements 1; max-elements 3; } choice x { \
           when \"t\"; mandatory true; leaf y { type string; } } } }",
        ],
        &[("a", Some(1000))],
    );
    let node = |name: &str| find(schema, &format!("c/{name}"));
    assert!(schema.node(node("m")).unwrap().flags.has(Flags::MANDATORY));
    assert_eq!(schema.bounds(node("l")).map(|bounds| (bounds.min, bounds.max)), Some((1, 3)));
    assert!(!schema.choices[0].mandatory);
    let rules = schema.expressions.unwrap().rules;
    let mut found: Vec<_> = rules.iter().map(|rule| (schema.name(rule.node), rule.kind)).collect();
    found.sort_unstable_by_key(|(name, kind)| (*name, *kind == RuleKind::When));
    assert_eq!(
        found,
        [("l", RuleKind::When), ("m", RuleKind::When), ("y", RuleKind::Choice(ChoiceIndex(0))), ("y", RuleKind::When),]
    );
}

#[test]
fn lwm2m_ids_become_tables() {
    let exposing = "module b { namespace urn:b; prefix b; import comi-lwm2m { prefix lw; } import c { prefix c; } lw:expose \
                    /c:c { lw:object 7; } lw:expose /c:c/c:x { lw:resource 0; lw:read-only; } }";
    let exposed = "module c { namespace urn:c; prefix c; container c { leaf x { type int8; } } }";
    let schema = tables(&[LWM2M, exposing, exposed], &[]);
    let objects: Vec<_> = schema.objects.iter().map(|object| (object.id, object.node, object.version)).collect();
    assert_eq!(objects, [(7, find(schema, "c"), (1, 0)), (9, find(schema, "l"), (1, 2))]);
    assert_eq!(schema.resource(9, 3), Some(find(schema, "l/r")));
    assert_eq!(schema.resource(9, 1), Some(find(schema, "l/go")));
    assert_eq!(schema.resource(7, 0), Some(find(schema, "c/x")));
    assert!(schema.node(find(schema, "c/x")).is_some_and(|row| row.flags.has(Flags::READ_ONLY)));
    assert!(schema.node(find(schema, "l/r")).is_some_and(|row| row.flags.has(Flags::WRITE_ONLY)));
}

#[test]
fn lwm2m_ids_that_clash_or_stand_nowhere_are_refused() {
    for (text, expected) in [
        (LWM2M.replace("lw:resource 1", "lw:resource 3"), "two nodes are resource 3 of LwM2M object 9"),
        (LWM2M.replace("lw:object 9;", ""), "/a:l/r is an LwM2M resource outside every object"),
        (LWM2M.replace("lw:resource 3", "lw:resource x"), "\"x\" is no LwM2M resource id"),
        (
            LWM2M.replace("lw:version 1.2;", "lw:expose /a:m { lw:object 1; }"),
            "leads nowhere: there is no node \"a:m\"",
        ),
    ] {
        let diagnostics = refused(&[&text], &[]);
        assert!(diagnostics.iter().any(|found| found.message.contains(expected)), "{expected}: {diagnostics:?}");
    }
}

#[test]
fn a_missing_sid_is_an_error_with_the_command_that_mends_it() {
    let text = "module a { namespace urn:a; prefix a; identity i; container c { leaf x { type int8; } leaf y { type int8; } } }";
    let two = refused(&[text], &[("/a:c/x", None), ("/a:c/y", None)]);
    assert_eq!(two.len(), 1);
    assert_eq!(two[0].message, "2 nodes of a have no SID, the first is /a:c/x");
    assert_eq!(two[0].help.as_deref(), Some("run `comi sid update a.yang`"));
    assert_eq!(refused(&[text], &[("i", None)])[0].message, "identity a:i has no SID");
}

#[test]
fn an_input_without_sid_is_left_without() {
    let text = "module a { namespace urn:a; prefix a; rpc r; }";
    let schema = tables(&[text], &[("/a:r/input", None), ("/a:r/output", None)]);
    assert_eq!(schema.node(find(schema, "r/input")).map(|row| row.sid), Some(0));
    assert_eq!(schema.by_sid.len(), 1);
}

#[test]
fn what_no_table_holds_is_refused() {
    let text = "module a { namespace urn:a; prefix a; leaf x { type int8; } }";
    let wide = refused(&[text], &[("/a:x", Some(1 << 32))]);
    assert_eq!(wide[0].message, "the SID 4294967296 of /a:x does not fit into 32 bits");
    let open: String = (0..40).map(|level| format!("container c{level} {{ ")).collect();
    let deep = format!("module a {{ namespace urn:a; prefix a; {open}{} }}", "} ".repeat(40));
    let message = &refused(&[&deep], &[])[0].message;
    assert!(message.ends_with("is deeper than 32 nodes, which is all that a device follows"), "{message}");
}

/// One module in which patterns stand everywhere that a value can come in.
fn patterned() -> &'static Schema {
    let text = r"module a { yang-version 1.1; namespace urn:a; prefix a;
        typedef word { type string { pattern '[a-z]+'; } }
        typedef short { type word { length 1..8; pattern 'x.*' { modifier invert-match; } } }
        leaf word { type word; } leaf same { type string { pattern '[a-z]+'; } } leaf free { type string; }
        leaf short { type short; default abc; }
        leaf long { type string { pattern '.{1,255}'; } }
        leaf either { type union { type short; type uint8; type string { pattern '[A-Z]+'; } } }
        list l { key k; leaf k { type word; } leaf to { type leafref { path /a:word; } } }
        leaf at { type instance-identifier { require-instance false; } } }";
    tables(&[text], &[])
}

#[test]
fn equal_patterns_share_a_program_and_all_share_their_classes() {
    let schema = patterned();
    let patterns = schema.patterns.unwrap();
    assert_eq!(patterns.programs.len(), 4, "{patterns:?}");
    assert_eq!(patterns.sets, [&[0][..], &[0, 1], &[2], &[3]]);
    assert_eq!(patterns.classes.windows(3).filter(|class| *class == [97, 26, 0]).count(), 1, "[a-z] stands once");
    let [counter] = patterns.programs[2].counters else { panic!("{:?}", patterns.programs[2]) };
    assert_eq!((counter.least, counter.most), (1, 255));
    let none = tables(&["module b { namespace urn:b; prefix b; leaf x { type string; } }"], &[]);
    assert!(none.patterns.is_none());
}

#[test]
fn a_string_that_its_patterns_refuse_is_refused_however_it_comes_in() {
    use comi_runtime::cbor::{self, Allowed, Reader};
    use comi_runtime::value::{Data, Value, Violation, text};

    let schema = patterned();
    let long = "ü".repeat(255);
    for (path, given, taken) in [
        ("word", "abc", true),
        ("word", "", false),
        ("word", "ABC", false),
        ("free", "ABC 1", true),
        ("short", "abc", true),
        ("short", "xyz", false),
        ("long", &long, true),
        ("long", &(long.clone() + "u"), false),
        ("l/k", "k1", false),
        ("l/to", "abc", true),
        ("l/to", "a-c", false),
    ] {
        let node = find(schema, path);
        // that of `short` is broken by its second pattern
        let wanted = if taken { Ok(Value::from(given)) } else { Err(Violation::Pattern(u16::from(path == "short"))) };
        assert_eq!(text::parse(schema, node, given), wanted, "{path} as text: {given:?}");
        let mut bytes = Vec::new();
        cbor::Writer::new(&mut bytes).text(given);
        let read = cbor::read_value(schema, node, Allowed::Any, &mut Reader::new(&bytes));
        let read = read.map_err(|error| error.reason.clone());
        let wanted = wanted.map(Data::Leaf).map_err(cbor::Reason::Value);
        assert_eq!(read, wanted, "{path} as CBOR: {given:?}");
    }
    assert!(text::parse_path(schema, "/a:l[k='k']").is_ok());
    assert!(text::parse_path(schema, "/a:l[k='K']").is_err());
}

#[test]
fn a_string_that_does_not_match_is_no_value_of_that_union_member() {
    use comi_runtime::value::{Value, Violation, text};

    let schema = patterned();
    let node = find(schema, "either");
    let member = |place, value| Ok(Value::Union(place, Box::new(value)));
    for (given, wanted) in [
        ("abc", member(0, Value::from("abc"))),
        ("7", member(1, Value::Unsigned(7))),
        ("XYZ", member(2, Value::from("XYZ"))),
        ("xyz", Err(Violation::NotInUnion)),
        ("Abc", Err(Violation::NotInUnion)),
    ] {
        assert_eq!(text::parse(schema, node, given), wanted, "{given:?}");
    }
}
