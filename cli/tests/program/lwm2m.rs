//! From OMA's definition of an object to a module, and back.

use std::fs;
use std::path::Path;

use super::{comi, comi_in, folder};

/// A definition that the program itself writes.
fn temperature(here: &Path) {
    let run = comi(&["lwm2m", "export", "lwm2m-temperature-3303"]);
    assert_eq!((run.status, run.error.as_str()), (0, ""));
    fs::write(here.join("3303.xml"), run.out).expect("a file");
}

#[test]
fn an_object_that_comes_with_comi_is_imported_with_its_sids_and_exported_again() {
    let here = folder("lwm2m-import");
    temperature(&here);
    let run = comi_in(&here, &["lwm2m", "import", "3303.xml", "--out", "yang"]);
    assert_eq!((run.status, run.error.as_str()), (0, ""), "{}", run.error);
    assert!(run.out.ends_with("object 3303, Temperature 1.1\n1 object, 2 files written\n"), "{}", run.out);
    let run = comi_in(&here, &["yang", "check", "--strict", "yang"]);
    assert_eq!(run.status, 0, "{}", run.error);
    let run = comi_in(&here, &["yang", "tree", "--sid", "yang/lwm2m-temperature-3303.yang"]);
    assert!(run.out.contains("74181"), "{}", run.out);
    // Nothing changes, on whatever day it is done again.
    let run = comi_in(&here, &["lwm2m", "import", "3303.xml", "--out", "yang", "--revision", "2099-01-01"]);
    assert!(run.out.ends_with("1 object, 0 files written\n"), "{}", run.out);
    let run = comi_in(&here, &["lwm2m", "export", "yang/lwm2m-temperature-3303.yang", "--out", "xml"]);
    assert_eq!(run.status, 0, "{}", run.error);
    let same = fs::read_to_string(here.join("xml/3303.xml")).expect("a file");
    assert_eq!(same, fs::read_to_string(here.join("3303.xml")).expect("a file"));
}

#[test]
fn two_versions_of_an_object_stand_beside_each_other() {
    let here = folder("lwm2m-versions");
    temperature(&here);
    let newer = fs::read_to_string(here.join("3303.xml")).expect("a file");
    let (before, rest) = newer.split_once("      <Item ID=\"6049\">").expect("a resource");
    let (_, after) = rest.split_once("</Item>\n").expect("its end");
    let older =
        format!("{before}{after}").replace(":1.1<", "<").replace(">1.1</ObjectVersion>", ">1.0</ObjectVersion>");
    fs::write(here.join("3303-1_0.xml"), older).expect("a file");
    let import = ["lwm2m", "import", "--revision", "2026-11-26", "--out", "yang", "--sid-range", "100000:60"];
    let run = comi_in(&here, &[&import[..], &["3303.xml", "3303-1_0.xml"]].concat());
    assert_eq!(run.status, 0, "{}", run.error);
    for file in ["lwm2m-temperature-3303.yang", "lwm2m-temperature-3303@2026-11-25.yang"] {
        let sids = fs::read_to_string(here.join("yang").join(file).with_extension("sid")).expect("a file");
        assert!(sids.contains("\"100001\""), "{sids}");
        assert_eq!(comi_in(&here, &["sid", "check", &format!("yang/{file}")]).status, 0, "{file}");
    }
    let run = comi_in(&here, &["lwm2m", "list", "--path", "yang", "3303"]);
    assert!(run.out.contains("3303  1.0") && run.out.contains("3303  1.1"), "{}", run.out);
    let run = comi_in(&here, &["lwm2m", "show", "--path", "yang", "3303:1.0"]);
    assert!(run.out.starts_with("3303 Temperature, version 1.0 ") && !run.out.contains("6049"), "{}", run.out);
    let run = comi_in(&here, &["lwm2m", "show", "3303:1.0"]);
    assert_eq!(run.status, 1);
    let run = comi_in(
        &here,
        &[
            "lwm2m",
            "export",
            "--out",
            "xml",
            "yang/lwm2m-temperature-3303.yang",
            "yang/lwm2m-temperature-3303@2026-11-25.yang",
        ],
    );
    assert!(run.out.contains("3303-1_0.xml") && run.out.contains("3303-1_1.xml"), "{}{}", run.out, run.error);
}

#[test]
fn a_mistake_in_a_definition_is_shown_with_its_line_and_nothing_is_written() {
    let here = folder("lwm2m-mistake");
    temperature(&here);
    let text = fs::read_to_string(here.join("3303.xml")).expect("a file");
    fs::write(here.join("bad.xml"), text.replacen("<Operations>RW<", "<Operations>RX<", 1)).expect("a file");
    let run = comi_in(&here, &["lwm2m", "import", "bad.xml", "3303.xml"]);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    for part in ["bad.xml:", "\"RX\" are no operations", "write R, W, RW or E", "nothing was written"] {
        assert!(run.error.contains(part), "{part} is not in {}", run.error);
    }
    assert!(!here.join("lwm2m-temperature-3303.yang").exists());
    let run = comi_in(&here, &["lwm2m", "export", "ietf-interfaces"]);
    assert!(run.status == 1 && run.error.contains("no `lw:object`"), "{}", run.error);
}

#[test]
fn objects_are_found_by_id_and_word() {
    let run = comi(&["lwm2m", "list", "firmware", "update"]);
    assert!(run.out.contains("   5  1.2      Firmware Update") || run.out.contains("5  1.2"), "{}", run.out);
    let run = comi(&["lwm2m", "show", "device", "--json"]);
    assert!(
        run.out.contains("\"name\": \"Factory Reset\"") && run.out.contains("\"operations\": \"E\""),
        "{}",
        run.out
    );
    let run = comi(&["lwm2m", "list", "nothing-has-this"]);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
}
