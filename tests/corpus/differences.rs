//! Reads the tables of `differences.md`.

use std::collections::BTreeMap;

/// What is listed.
pub(crate) struct Differences {
    /// The verdicts of pyang, yanglint and ours, by module.
    pub(crate) acceptance: BTreeMap<String, [String; 3]>,
    /// How many lines of a module's tree differ, by class.
    pub(crate) trees: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Differences {
    pub(crate) fn read() -> Differences {
        let text = include_str!("differences.md");
        let (acceptance, trees) = text.split_once("\n## Trees").unwrap();
        let mut listed = Differences { acceptance: BTreeMap::new(), trees: BTreeMap::new() };
        for [module, pyang, yanglint, ours, ..] in rows(acceptance) {
            listed.acceptance.insert(module, [pyang, yanglint, ours]);
        }
        for [module, class, lines, ..] in rows(trees) {
            listed.trees.entry(module).or_default().insert(class, lines.parse().unwrap());
        }
        listed
    }
}

/// The rows whose first cell is a module's name, behind the line of dashes; missing cells are empty.
fn rows(section: &str) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    for line in section.lines().filter(|line| line.starts_with('|')) {
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        let row: [String; 4] = std::array::from_fn(|_| cells.next().unwrap_or_default());
        rows.push(row);
    }
    rows.retain(|[name, ..]: &[String; 4]| name != "module" && !name.starts_with('-'));
    rows
}
