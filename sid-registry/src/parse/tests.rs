use std::path::Path;

use proptest::prelude::*;

use crate::{FileStatus, Item, ItemStatus, MAX_FILE_SIZE, Namespace, Sid, SidFile};

/// The file of one item, with `member` in the place of the item's SID member.
fn with_sid_member(member: &str) -> String {
    format!(
        "{{\n  \"ietf-sid-file:sid-file\": {{\n    \"module-name\": \"a\",\n    \"item\": [\n      \
         {{\"namespace\": \"module\", \"identifier\": \"a\", {member}}}\n    ]\n  }}\n}}\n"
    )
}

/// The file with `member` in the place of its second member.
fn with_member(member: &str) -> String {
    format!("{{\"ietf-sid-file:sid-file\": {{\n\"module-name\": \"a\",\n{member}\n}}}}")
}

fn check(text: &str, message: &str) {
    let error = SidFile::parse(text).expect_err(message);
    assert_eq!(error.to_string(), message, "for {text}");
}

#[test]
fn wrong_members_are_named_with_place_and_cure() {
    let rows = [
        (r#""sid": "0""#, "line 5, column 57, item[1]/sid: 0 is no SID; use a number of the module's assignment range"),
        (
            r#""sid": "9223372036854775808""#,
            "line 5, column 57, item[1]/sid: 9223372036854775808 is over the largest number here, 9223372036854775807; \
             use a number of the module's assignment range",
        ),
        (
            r#""sid": 99999999999999999999999999999999999999999999999999"#,
            "line 5, column 57, item[1]/sid: 9999999999999999999999999999999999999999… is over the largest number here, \
             9223372036854775807; use a number of the module's assignment range",
        ),
        (
            r#""sid": -1"#,
            "line 5, column 57, item[1]/sid: -1 is no whole number; write digits only, in a string, such as \"63000\"",
        ),
        (
            r#""sid": 1e3"#,
            "line 5, column 57, item[1]/sid: 1e3 is no whole number; write digits only, in a string, such as \"63000\"",
        ),
        (
            r#""sid": "0x10""#,
            "line 5, column 57, item[1]/sid: 0x10 is no whole number; \
             write digits only, in a string, such as \"63000\"",
        ),
        (
            r#""sid": null"#,
            "line 5, column 57, item[1]/sid: null stands where a number in a string belongs; \
             mend it (RFC 9595 section 4)",
        ),
        (
            r#""sid": "7", "sid": "8""#,
            "line 5, column 69, item[1]/sid: this member stands twice; remove one of the two",
        ),
        (
            r#""status": "stable""#,
            "line 5, column 7, item[1]: the member \"sid\" is missing; add it (RFC 9595 section 4)",
        ),
        (
            r#""sid": "7", "status": "new""#,
            "line 5, column 72, item[1]/status: \"new\" is not one of stable, unstable, obsolete; write one of these",
        ),
    ];
    for (member, message) in rows {
        check(&with_sid_member(member), message);
    }
}

#[test]
fn wrong_files_are_refused_with_place_and_cure() {
    let rows = [
        (
            r#""module-revision": "2024-1-1""#,
            "line 3, column 20, module-revision: \"2024-1-1\" is no revision date; \
             write YYYY-MM-DD, as the module's revision statement does",
        ),
        (
            r#""sid-file-version": 4294967296"#,
            "line 3, column 21, sid-file-version: 4294967296 is over the largest number here, 4294967295; \
             use a number of the module's assignment range",
        ),
        (
            r#""sid-file-status": "draft""#,
            "line 3, column 20, sid-file-status: \"draft\" is not one of unpublished, published; write one of these",
        ),
        (
            r#""assignment-range": [{"entry-point": "9223372036854775807", "size": "2"}]"#,
            "line 3, column 22, assignment-range[1]: the range 9223372036854775807:2 ends beyond the last SID, \
             9223372036854775807; make the range shorter",
        ),
        (
            r#""assignment-range": {"entry-point": "1"}"#,
            "line 3, column 21, assignment-range: an object stands where a list belongs; mend it (RFC 9595 section 4)",
        ),
        (
            r#""assignment-range": [], "assignment-ranges": []"#,
            "line 3, column 46, assignment-ranges: this member stands twice; remove one of the two",
        ),
        (
            r#""dependency-revision": [{"module-name": "b"}]"#,
            "line 3, column 25, dependency-revision[1]: the member \"module-revision\" is missing; \
             add it (RFC 9595 section 4)",
        ),
        (
            r#""item": [7]"#,
            "line 3, column 10, item[1]: a number stands where an object belongs; mend it (RFC 9595 section 4)",
        ),
        (
            r#""item": [{"namespace": "node"}]"#,
            "line 3, column 24, item[1]/namespace: \"node\" is not one of module, identity, feature, data; \
             write one of these",
        ),
    ];
    for (member, message) in rows {
        check(&with_member(member), message);
    }
}

#[test]
fn texts_that_are_no_sid_file_are_refused() {
    let no_file = "line 1, column 1: this is no .sid file: it has no member \"ietf-sid-file:sid-file\" and no \
                   \"module-name\"; give a file of RFC 9595's form, or make one with `comi sid update MODULE.yang`";
    let mend = "restore the file, or mend the JSON there";
    check("{}", no_file);
    check("[]", "line 1, column 1: a list stands where an object belongs; mend it (RFC 9595 section 4)");
    check("", &format!("line 1, column 1: the text ends here, in the middle of a value; {mend}"));
    check("{\n  \"ietf-sid-", &format!("line 2, column 12: the text ends here, in the middle of a value; {mend}"));
    check("{} {}", &format!("line 1, column 4: not JSON: trailing characters; {mend}"));
    check("module a {}", &format!("line 1, column 1: not JSON: expected value; {mend}"));
    check(
        "{\"ietf-sid-file:sid-file\": {}}",
        "line 1, column 28: the member \"module-name\" is missing; add it (RFC 9595 section 4)",
    );
    check(
        &" ".repeat(MAX_FILE_SIZE + 1),
        "line 1, column 1: the file has 16777217 bytes, more than 16777216; \
         split the module, or remove what is no part of the .sid file",
    );
}

/// serde_json skips unknown values without recursion and keeps their text.
#[test]
fn unknown_members_are_kept_to_the_letter_however_deep_or_large() {
    let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    for value in [deep.as_str(), "1e999", "123456789012345678901234567890", "0.10", r#"{"a": 1, "a" : 2}"#] {
        let file = SidFile::parse(&with_member(&format!("\"x\": {value}"))).unwrap();
        assert_eq!(file.other.iter().collect::<Vec<_>>(), [("x", value)]);
        assert_eq!(SidFile::parse(&file.to_json()).unwrap(), file);
    }
}

#[test]
fn rfc_form_is_read_and_written_back_byte_for_byte() {
    let text = include_str!("../fixtures/ietf-system-part.sid");
    let file = SidFile::parse(text).unwrap();
    assert_eq!(file.items.len(), 50);
    assert_eq!(file.sid_file_status, FileStatus::Published);
    assert_eq!(file.sid(Namespace::Data, "/ietf-system:system/clock").map(Sid::number), Some(1738));
    assert_eq!(file.sid(Namespace::Feature, "radius").map(Sid::number), Some(1712));
    assert_eq!(file.to_json(), text);
}

/// The layouts of pyang 2.5.3 and 2.6.1, and the one of draft-ietf-core-sid-01.
#[test]
fn old_layouts_read_as_the_rfcs() {
    let rfc = SidFile::parse(
        r#"{"ietf-sid-file:sid-file": {"module-name": "t", "module-revision": "2024-01-01",
            "assignment-range": [{"entry-point": "63000", "size": "50"}],
            "item": [{"namespace": "module", "identifier": "t", "sid": "63000"},
                     {"namespace": "identity", "identifier": "i", "sid": "63001"},
                     {"namespace": "data", "identifier": "/t:c", "sid": "63002"}]}}"#,
    )
    .unwrap();
    let range_first = |items: &str, names: [&str; 2]| {
        format!(
            r#"{{"{}": [{{"entry-point": 63000, "size": 50}}], "module-name": "t", "module-revision": "2024-01-01",
                "{}": [{items}]}}"#,
            names[0], names[1]
        )
    };
    let items = r#"{"namespace": "module", "identifier": "t", "sid": 63000},
        {"namespace": "identity", "identifier": "i", "sid": 63001}, {"namespace": "data", "identifier": "/t:c", "sid": 63002}"#;
    let drafts = r#"{"type": "Module", "label": "t", "sid": 63000},
        {"type": "identity", "label": "i", "sid": 63001}, {"type": "node", "label": "/t:c", "sid": 63002}"#;
    for text in [
        range_first(items, ["assignment-ranges", "items"]),
        range_first(items, ["assignment-range", "item"]),
        range_first(drafts, ["assignment-ranges", "items"]),
        format!("\u{feff}{}", range_first(items, ["assignment-ranges", "items"])),
        format!("{{\"sid-file\": {}}}", range_first(items, ["assignment-ranges", "items"])),
    ] {
        assert_eq!(SidFile::parse(&text).unwrap(), rfc, "{text}");
    }

    let unstable = range_first(&items.replacen("\"sid\"", "\"status\": \"unstable\", \"sid\"", 1), ["a", "items"]);
    let file = SidFile::parse(&unstable).unwrap();
    assert_eq!((file.sid_file_status, file.items[0].status), (FileStatus::Unpublished, ItemStatus::Unstable));
}

/// pyang 2.6.1 writes the module's revision, or `unknown`, as the status of what is "finalized".
#[test]
fn items_that_pyang_finalized_are_stable() {
    for status in ["2009-11-20", "unknown", "stable"] {
        let text = with_sid_member(&format!(r#""status": "{status}", "sid": 7"#));
        assert_eq!(SidFile::parse(&text).unwrap().items[0].status, ItemStatus::Stable, "{status}");
    }
}

/// Before draft-ietf-core-sid-03 a label named no module, and an identity with its base.
#[test]
fn labels_of_the_first_drafts_get_their_module() {
    let text = r#"{"items": [{"type": "node", "label": "/system/clock", "sid": 3}, {"type": "rpc", "label": "/reboot", "sid": 4},
        {"type": "identity", "label": "/authentication-method/radius", "sid": 2}, {"type": "Submodule", "label": "s", "sid": 1},
        {"type": "node", "label": "/t:named", "sid": 5}], "module-name": "t"}"#;
    let file = SidFile::parse(text).unwrap();
    let names: Vec<String> = file.items.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["data /t:system/clock", "data /t:reboot", "identity radius", "module s", "data /t:named"]);
}

/// RFC 9595 appendix D.
#[test]
fn file_in_instance_data_is_read_without_its_envelope() {
    let inside = with_sid_member(r#""sid": "7""#);
    let text = format!(
        r#"{{"ietf-yang-instance-data:instance-data-set": {{"name": "a.sid", "content-schema": {{"module": "ietf-sid-file"}},
            "content-data": {inside}}}}}"#
    );
    assert_eq!(SidFile::parse(&text).unwrap(), SidFile::parse(&inside).unwrap());
    check(
        r#"{"ietf-yang-instance-data:instance-data-set": {}}"#,
        "line 1, column 47, ietf-yang-instance-data:instance-data-se…: the member \"content-data\" is missing; \
         add it (RFC 9595 section 4)",
    );
}

#[test]
fn module_without_revision_as_pyang_writes_it_has_none() {
    let file = SidFile::parse(&with_member(r#""module-revision": "unknown""#)).unwrap();
    assert_eq!(file.module_revision, None);
}

#[test]
fn unknown_members_survive_in_their_place() {
    let text = r#"{
  "ietf-sid-file:sid-file": {
    "module-name": "a",
    "dependency-revision": [
      {
        "module-name": "b",
        "module-revision": "2020-02-02",
        "note": []
      }
    ],
    "assignment-range": [
      {
        "entry-point": "63000",
        "size": "50",
        "who": null
      }
    ],
    "item": [
      {
        "namespace": "data",
        "identifier": "/a:b",
        "status": "obsolete",
        "sid": "63001",
        "type": "uint8",
        "key-mapping": {
          "x": [
            1,
            2.5
          ]
        }
      }
    ],
    "acme:tool": "1.0"
  },
  "beside": true
}
"#;
    assert_eq!(SidFile::parse(text).unwrap().to_json(), text);
}

#[test]
fn items_are_written_in_the_order_of_assignment() {
    let item = |namespace, identifier: &str, sid| Item::new(namespace, identifier, Sid::new(sid).unwrap());
    let file = SidFile {
        module_name: "a".into(),
        items: vec![
            item(Namespace::Data, "/a:b/c", 3),
            item(Namespace::Data, "/a:b-c", 4),
            item(Namespace::Feature, "f", 1),
            item(Namespace::Identity, "i", 2),
            item(Namespace::Data, "/a:B", 9),
            item(Namespace::Module, "a", 5),
        ],
        ..SidFile::default()
    };
    assert!(!file.is_sorted());
    let sorted = SidFile::parse(&file.to_json()).unwrap();
    let names: Vec<&str> = sorted.items.iter().map(|item| item.identifier.as_str()).collect();
    assert_eq!(names, ["a", "i", "f", "/a:B", "/a:b-c", "/a:b/c"]);
    assert!(sorted.is_sorted());
}

/// Files that the specifications publish; they lie beside the repository where it is developed.
#[test]
fn published_files_survive_reading_and_writing() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let mut read = 0;
    for directory in ["spec", "vectors/sid"] {
        let Ok(entries) = std::fs::read_dir(shared.join(directory)) else {
            println!("skipped: {} is not there", shared.join(directory).display());
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|extension| extension == "sid") {
                let text = std::fs::read_to_string(&path).unwrap();
                let file = SidFile::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let again: serde_json::Value = serde_json::from_str(&file.to_json()).unwrap();
                if file.is_sorted() {
                    assert_eq!(again, serde_json::from_str::<serde_json::Value>(&text).unwrap(), "{}", path.display());
                }
                assert!(!file.items.is_empty(), "{}", path.display());
                read += 1;
            }
        }
        assert!(read > 0);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fail_otherwise_than_by_an_error(text in ".{0,200}") {
        let _ = SidFile::parse(&text);
    }

    /// Each cut and each changed byte of a real file is either read or refused with a place inside the text.
    #[test]
    fn damaged_files_are_refused_with_a_place(cut in 0usize..4000, byte in 0u8..128) {
        let whole = include_str!("../fixtures/ietf-system-part.sid");
        let (before, after) = whole.split_at(cut % whole.len());
        let changed = format!("{before}{}{}", char::from(byte), after.get(1..).unwrap());
        for text in [before, changed.as_str()] {
            if let Err(error) = SidFile::parse(text) {
                prop_assert!(error.line <= text.split('\n').count(), "{error}");
            }
        }
    }
}
