//! A drawing as a table: what every state makes of every event. A pair that is missing fails as one that is wrong does.

use alloc::string::String;
use alloc::vec::Vec;
use std::collections::BTreeSet;

/// A state, an event, what it does, and the state after it.
pub(crate) type Row = (&'static str, &'static str, &'static str, &'static str);

/// Holds a machine against its table. Its states are those in the table's first column, and nothing leads out of them but
/// to `gone`; its events are those in the second.
#[track_caller]
pub(crate) fn check(table: &[Row], machine: impl Fn(&str, &str) -> (String, &'static str)) {
    let states: BTreeSet<&str> = table.iter().map(|row| row.0).collect();
    let events: BTreeSet<&str> = table.iter().map(|row| row.1).collect();
    let mut wrong = Vec::new();
    for &state in &states {
        for &event in &events {
            let (does, after) = machine(state, event);
            match table.iter().find(|row| (row.0, row.1) == (state, event)) {
                None => wrong.push(std::format!("missing: (\"{state}\", \"{event}\", \"{does}\", \"{after}\"),")),
                Some(row) if (row.2, row.3) != (does.as_str(), after) => {
                    wrong
                        .push(std::format!("({state}, {event}) does \"{does}\", then {after}: the table says {row:?}"));
                }
                Some(_) => {}
            }
            if after != "gone" && !states.contains(after) {
                wrong.push(std::format!("({state}, {event}) leads to {after}, of which the table knows nothing"));
            }
        }
    }
    if table.len() != states.len() * events.len() {
        wrong.push(std::format!("{} rows for {} states and {} events", table.len(), states.len(), events.len()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
