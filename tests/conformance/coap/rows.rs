//! `docs/conformance/coap.md`.

use std::collections::BTreeMap;
use std::path::Path;

#[path = "../requirements.rs"]
mod requirements;

const LIST: &str = include_str!("../../../docs/conformance/coap.md");

/// Sections that use the words without asking for something: what the words mean, and thanks.
const WORDS_ALONE: &[(&str, &str)] = &[("7252", "1.2"), ("7641", "1.5"), ("7959", "1"), ("7959", "8.2"), ("8323", "2")];

#[test]
fn every_requirement_names_a_test_that_exists_or_says_why_not() {
    requirements::hold(LIST, "RFC", 150);
}

/// The kinds of requirement in each section of a text, with one sentence of each kind.
fn asked(text: &str) -> BTreeMap<(String, &'static str), String> {
    let mut found = BTreeMap::new();
    let mut section = String::new();
    for line in text.lines() {
        // a heading stands at the margin: `4.8.1.  Changing the Parameters`; one of the contents has dots behind it
        if let Some((number, _)) = line.split_once(".  ")
            && number.starts_with(|c: char| c.is_ascii_digit())
            && !line.contains(". . .")
            && !line.contains("....")
        {
            section = number.to_owned();
        }
        for word in line.split(|c: char| !c.is_ascii_alphabetic()) {
            let kind = match word {
                "MUST" | "REQUIRED" | "SHALL" => "MUST",
                "SHOULD" | "RECOMMENDED" => "SHOULD",
                _ => continue,
            };
            found.entry((section.clone(), kind)).or_insert_with(|| line.trim().to_owned());
        }
    }
    found
}

/// The kinds of the rows of a document, by section; what a section's row says holds for the sections in it, too.
fn listed(document: &str) -> Vec<(&'static str, &'static str)> {
    let rows = requirements::tables(LIST, &format!("RFC {document}"));
    rows.iter().flat_map(|row| row[0].split(", ").map(|section| (section, row[1]))).collect()
}

#[test]
fn no_section_that_asks_for_something_lacks_a_row() {
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/spec");
    for document in ["7252", "7641", "7959", "8323"] {
        let file = texts.join(format!("rfc{document}.txt"));
        let Ok(text) = std::fs::read_to_string(&file) else {
            println!("skipped: {} is not here", file.display());
            continue;
        };
        let rows = listed(document);
        let asked = asked(&text);
        assert!(asked.len() > 20, "{document}: {} kinds of requirement", asked.len());
        let missing: Vec<_> = asked
            .iter()
            .filter(|((section, _), _)| !WORDS_ALONE.contains(&(document, section)))
            .filter(|((section, kind), _)| {
                let covers = |row: &str| row == section.as_str() || section.starts_with(&format!("{row}."));
                !rows.iter().any(|(row, of)| covers(row) && of.starts_with(kind))
            })
            .collect();
        assert!(missing.is_empty(), "RFC {document}: {missing:#?}");
    }
}
