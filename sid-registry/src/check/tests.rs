use crate::{
    AssignmentRange, FindingKind, Item, ItemStatus, ModuleItems, Namespace, Severity, Sid, SidFile, check, update,
};

const FILE: &str = r#"{"ietf-sid-file:sid-file": {"module-name": "a", "sid-file-status": "unpublished",
    "assignment-range": [{"entry-point": "2000", "size": "50"}],
    "item": [{"namespace": "module", "identifier": "a", "sid": "2000"},
             {"namespace": "identity", "identifier": "i", "sid": "2001"},
             {"namespace": "data", "identifier": "/a:go", "sid": "2002"},
             {"namespace": "data", "identifier": "/a:go/input", "sid": "2003"},
             {"namespace": "data", "identifier": "/a:go/output", "sid": "2004"}]}}"#;

fn module() -> ModuleItems {
    let mut module = ModuleItems::new("a");
    module.items.push((Namespace::Identity, "i".into()));
    for path in ["/a:go/output", "/a:go", "/a:go/input"] {
        module.items.push((Namespace::Data, path.into()));
    }
    module
}

/// Each finding as `error: text; cure`.
fn findings(file: &str, module: &ModuleItems) -> Vec<String> {
    let findings = check(&SidFile::parse(file).unwrap(), module);
    let severity = |severity| if severity == Severity::Error { "error" } else { "note" };
    findings.iter().map(|finding| format!("{}: {finding}; {}", severity(finding.severity()), finding.cure())).collect()
}

#[test]
fn file_that_fits_its_module_has_no_findings() {
    assert_eq!(findings(FILE, &module()), Vec::<String>::new());
}

#[test]
fn each_fault_of_a_file_is_found_with_its_cure() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            r#""sid": "2001""#,
            r#""sid": "2000""#,
            &["error: SID 2000 belongs to two items, module a and identity i; take the wrong one out of the file, \
               then `comi sid update a.yang` gives it a SID of its own"],
        ),
        (
            r#""sid": "2004""#,
            r#""sid": "2050""#,
            &[
                "error: SID 2050 of data /a:go/output is outside the file's range 2000:50; add the range that the number \
               was taken from to the file's assignment-range, or correct the number",
            ],
        ),
        (
            r#""assignment-range": [{"entry-point": "2000", "size": "50"}]"#,
            r#""assignment-range": [{"entry-point": "2000", "size": "50"}, {"entry-point": "2049", "size": "1"}]"#,
            &["error: the ranges 2000:50 and 2049:1 overlap; correct the assignment-range that is wrong"],
        ),
        (
            r#""identifier": "i""#,
            r#""identifier": "j""#,
            &[
                "error: SID 2001: module a has no identity j; `comi sid update a.yang` marks it obsolete",
                "error: a: identity i has no SID; `comi sid update a.yang` gives it one",
            ],
        ),
        (
            r#""identifier": "i""#,
            r#""identifier": "1st""#,
            &[
                "error: SID 2001: \"identity 1st\" is no well-formed name; \
                 write a YANG identifier, for data a path /module:node/child/other-module:child",
                "error: SID 2001: module a has no identity 1st; `comi sid update a.yang` marks it obsolete",
                "error: a: identity i has no SID; `comi sid update a.yang` gives it one",
            ],
        ),
        (
            r#"{"namespace": "data", "identifier": "/a:go", "#,
            r#"{"namespace": "data", "identifier": "/a:go", "sid": "2009"},
               {"namespace": "data", "identifier": "/a:go", "#,
            &["error: data /a:go stands twice, with SID 2009 and SID 2002; take out the one that was never used"],
        ),
        (
            r#""identifier": "i", "#,
            r#""identifier": "i", "status": "obsolete", "#,
            &["error: SID 2001: identity i is marked obsolete, but module a has it; \
               `comi sid update a.yang` makes it stable again"],
        ),
        (
            r#""sid": "2004"}]"#,
            r#""sid": "2004"}, {"namespace": "module", "identifier": "b", "status": "obsolete", "sid": "2005"}]"#,
            &["note: module b stands behind data /a:go/output, out of order; `comi sid update a.yang` sorts them"],
        ),
        (
            r#""unpublished","#,
            r#""unpublished", "module-revision": "2020-01-01","#,
            &["note: the file is for revision 2020-01-01, the module has revision none; \
               `comi sid update a.yang` writes the module's revision"],
        ),
        (
            r#""module-name": "a""#,
            r#""module-name": "b""#,
            &["error: the file is for module b, not for a; give the file that belongs to the module"],
        ),
        (
            r#""assignment-range": [{"entry-point": "2000", "size": "50"}],"#,
            r#""assignment-range": [{"entry-point": "2000", "size": "50"}, {"entry-point": "63000", "size": "50"}],"#,
            &["note: the range 63000:50 is for experiments and must not be used in operation; \
               before operation, make a new file with a range of your own: `comi sid update a.yang --range START:SIZE`"],
        ),
        (
            r#"{"namespace": "data", "identifier": "/a:go/input", "sid": "2003"},"#,
            "",
            &["error: a: data /a:go/input has no SID; `comi sid update a.yang` gives it one"],
        ),
    ];
    for (right, wrong, expected) in rows {
        assert!(FILE.contains(right), "{right}");
        assert_eq!(findings(&FILE.replacen(right, wrong, 1), &module()), *expected, "{wrong}");
    }
}

#[test]
fn published_file_is_taken_as_it_is() {
    let published = FILE.replace("unpublished", "published");
    let rows = [
        (
            r#"{"namespace": "data", "identifier": "/a:go/input", "sid": "2003"},"#,
            "",
            "note: a: data /a:go/input has no SID in a published file; \
             nothing has to be done; it gets a SID when the file grows next",
        ),
        (
            r#""item": ["#,
            r#""item": [{"namespace": "module", "identifier": "Old", "sid": "2010"}, "#,
            "note: SID 2010: module a has no module Old; nothing has to be done: a published file stays as it is",
        ),
        (
            r#"{"namespace": "identity", "identifier": "i", "sid": "2001"},"#,
            "",
            "error: a: identity i has no SID; `comi sid update a.yang` gives it one",
        ),
        (
            r#""sid": "2001""#,
            r#""status": "unstable", "sid": "2001""#,
            "error: SID 2001: identity i is unstable in a published file; \
             make it \"stable\", or the file's sid-file-status \"unpublished\"",
        ),
    ];
    for (right, changed, expected) in rows {
        assert!(published.contains(right), "{right}");
        assert_eq!(findings(&published.replacen(right, changed, 1), &module()), [expected], "{changed}");
    }
}

/// A container with other children than `input` and `output` is no rpc.
#[test]
fn leaf_called_input_is_missing_like_any_other() {
    let mut module = module();
    module.items.push((Namespace::Data, "/a:go/other".into()));
    let file = FILE.replace("unpublished", "published").replace(
        r#"{"namespace": "data", "identifier": "/a:go/input", "sid": "2003"},"#,
        r#"{"namespace": "data", "identifier": "/a:go/other", "sid": "2003"},"#,
    );
    assert!(findings(&file, &module)[0].starts_with("error: a: data /a:go/input has no SID"));
}

/// Readings of the RFC: choice and case get no SID and are no step; files of pyang 2.7 have both.
#[test]
fn choices_and_cases_are_accepted_with_a_note() {
    let mut module = ModuleItems::new("t");
    for path in ["/t:c", "/t:c/x", "/t:c/o:y"] {
        module.items.push((Namespace::Data, path.into()));
    }
    module.choices = ["/t:c/ch", "/t:c/ch/a", "/t:c/ch/o:b"].map(String::from).to_vec();
    let file = r#"{"ietf-sid-file:sid-file": {"module-name": "t",
        "assignment-range": [{"entry-point": "2000", "size": "50"}],
        "item": [{"namespace": "module", "identifier": "t", "sid": "2000"},
                 {"namespace": "data", "identifier": "/t:c", "sid": "2001"},
                 {"namespace": "data", "identifier": "/t:c/ch", "sid": "2002"},
                 {"namespace": "data", "identifier": "/t:c/ch/a", "sid": "2003"},
                 {"namespace": "data", "identifier": "/t:c/ch/a/x", "sid": "2004"},
                 {"namespace": "data", "identifier": "/t:c/ch/o:b", "sid": "2005"},
                 {"namespace": "data", "identifier": "/t:c/ch/o:b/y", "sid": "2006"}]}}"#;
    let findings = check(&SidFile::parse(file).unwrap(), &module);
    let names: Vec<Option<&str>> = findings
        .iter()
        .map(|finding| match &finding.kind {
            FindingKind::ChoiceOrCase { name, .. } if finding.severity() == Severity::Note => name.as_deref(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, [None, None, Some("/t:c/x"), None, Some("/t:c/o:y")]);
}

#[test]
fn malformed_name_of_an_obsolete_item_is_a_note() {
    let mut file = update(None, &ModuleItems::new("a"), AssignmentRange::new(63_000, 50)).unwrap().file;
    let item = Item::new(Namespace::Data, "/a:/p:b/c", Sid::new(63_001).unwrap());
    file.items.push(Item { status: ItemStatus::Obsolete, ..item });
    let found = check(&file, &ModuleItems::new("a"));
    assert!(found.iter().all(|finding| finding.severity() == Severity::Note), "{found:?}");
    let malformed = |finding: &&crate::Finding| matches!(finding.kind, FindingKind::Malformed { .. });
    assert_eq!(found.iter().filter(malformed).count(), 1);
}
