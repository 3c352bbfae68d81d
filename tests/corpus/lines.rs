//! Where a tree differs from pyang's, line by line: each difference is of a class, or there is none to be told.
//!
//! Of pyang's lines there are hashes only (`loose_hashes` in `pyang_facts.py`), white space between fields aside. A
//! class says how our line is changed to pyang's; what no class explains fails.

use std::collections::BTreeMap;

use super::oracle::short_hash;

/// Length of a line's hash.
const DIGITS: usize = 4;

fn loose(line: &str) -> String {
    let indent = line.len() - line.trim_start_matches([' ', '|']).len();
    let (before, fields) = line.split_at(indent);
    let fields: Vec<&str> = fields.split_whitespace().collect();
    short_hash(format!("{before}{}", fields.join(" ")).as_bytes())[..DIGITS].to_owned()
}

/// How many lines differ, by class.
pub(crate) fn classes(ours: &str, theirs: &str) -> Result<BTreeMap<String, usize>, String> {
    let hashes: Vec<&str> = theirs.as_bytes().chunks(DIGITS).map(|hash| std::str::from_utf8(hash).unwrap()).collect();
    let mut hashes = hashes.into_iter().peekable();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut note = |class: &str| *found.entry(class.to_owned()).or_default() += 1;
    // Columns of cases that pyang leaves out, outermost first, each as seen without those before it.
    let mut cases: Vec<usize> = Vec::new();
    for (number, line) in ours.lines().enumerate() {
        let mut line = line.to_owned();
        let mut inside = 0;
        for column in &cases {
            let indent = line.len() - line.trim_start_matches([' ', '|']).len();
            if indent <= *column {
                break;
            }
            inside += 1;
            let cut = if indent == column + 3 { *column } else { column + 3 };
            line.replace_range(cut..cut + 3, "");
        }
        cases.truncate(inside);
        let expected = hashes.peek().copied().unwrap_or_default();
        if loose(&line) == expected {
            hashes.next();
        } else if without_flags(&line).is_some_and(|line| loose(&line) == expected) {
            note("flags");
            hashes.next();
        } else if line.contains("-- ") && loose(&line.replacen("-- ", "--ro ", 1)) == expected {
            note("structure-config");
            hashes.next();
        } else if let Some(column) = line.find("--:(") {
            note("case");
            cases.push(column - 1);
        } else {
            return Err(format!("line {} is of no listed class: {line}", number + 1));
        }
    }
    match hashes.next() {
        Some(_) => Err("pyang's tree has more lines".to_owned()),
        None => Ok(found),
    }
}

fn without_flags(line: &str) -> Option<String> {
    let (before, after) = line.split_once("--")?;
    let flags = ["rw ", "ro ", "-w "].iter().find(|flags| after.starts_with(**flags))?;
    Some(format!("{before}-- {}", &after[flags.len()..]))
}
