//! The lists of requirements in `docs/conformance`: every test that a row names exists, and no row is empty.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The cells of every row of every table below a heading that starts so.
pub(crate) fn tables<'l>(list: &'l str, heading: &str) -> Vec<Vec<&'l str>> {
    let sections = list.split("\n## ").skip(1).filter(|section| section.starts_with(heading));
    let lines = sections.flat_map(str::lines).filter(|line| line.starts_with("| "));
    let cells = lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect());
    cells.filter(|cells: &Vec<_>| !matches!(cells.first(), Some(&("Section" | "Name")))).collect()
}

/// The tests that a cell names: `file::test`.
fn named(cell: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_test = |word: &&str| word.starts_with(|first: char| first.is_ascii_lowercase());
    cell.split('`').skip(1).step_by(2).filter(is_test).filter_map(|word| word.split_once("::"))
}

/// Holds a list; its documents have headings that start so, and so many rows at least.
#[track_caller]
pub(crate) fn hold(list: &str, documents: &str, least: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files: BTreeMap<&str, String> = tables(list, "Files")
        .iter()
        .map(|row| {
            let path = root.join(row[1]);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (row[0].trim_matches('`'), text)
        })
        .collect();
    let (mut rows, mut wrong, mut used) = (0, Vec::new(), BTreeSet::new());
    for row in tables(list, documents) {
        rows += 1;
        let [_, _, _, shown] = row.as_slice() else { panic!("four columns: {row:?}") };
        if row.iter().any(|cell| cell.is_empty()) {
            wrong.push(format!("an empty cell: {row:?}"));
        }
        let excused = ["not ours: ", "not met: "].iter().any(|word| shown.starts_with(word));
        if !excused && named(shown).next().is_none() {
            wrong.push(format!("neither a test nor a reason: {row:?}"));
        }
        for (file, test) in named(shown) {
            used.insert(file);
            if !files.get(file).is_some_and(|text| text.contains(&format!("fn {test}("))) {
                wrong.push(format!("no such test: {file}::{test}"));
            }
        }
    }
    wrong.extend(files.keys().filter(|file| !used.contains(*file)).map(|file| format!("{file} is named by no row")));
    assert!(rows >= least, "{rows} rows");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
