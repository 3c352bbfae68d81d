//! `comi sid range`: whose a number or a range is, and which ranges `.sid` files use.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comi_sid::ranges::{self, Part};
use comi_sid::{AssignmentRange, Duplicate, Sid, duplicates};
use serde_json::{Value, json};

use super::files::{self, Found};
use super::table::table;

/// Arguments of `comi sid range`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi sid range 60000                                  whose number it is
  comi sid range --path models/                         the ranges in use here
  comi sid range 60500:100 --path models/               whether it is free

Without a number: the ranges that the .sid files use. With numbers or ranges: how IANA gives them out (RFC 9595 section
6), for which module, and which file and item has them.

Exit status: 0 done, 1 ranges overlap, each other or the range asked for, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// A number, START:SIZE or START-END
    #[arg(value_name = "NUMBER-or-RANGE", value_parser = wanted)]
    wanted: Vec<Wanted>,
    /// .sid file, or folder of them; may be repeated [default: this folder]
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is asked about.
#[derive(Clone, Debug)]
enum Wanted {
    Number(u64),
    Range(AssignmentRange),
}

fn wanted(text: &str) -> Result<Wanted, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("\"{text}\": {error}"));
    if text.contains(':') {
        return super::start_and_size(text).map(Wanted::Range);
    }
    let Some((start, end)) = text.split_once('-') else {
        let number = number(text)?;
        return if number > Sid::MAX.number() {
            Err(format!("SIDs end at {}", Sid::MAX))
        } else {
            Ok(Wanted::Number(number))
        };
    };
    let (start, end) = (number(start)?, number(end)?);
    let size = end.checked_sub(start).and_then(|size| size.checked_add(1)).ok_or("a range ends behind its start")?;
    AssignmentRange::new(start, size).map(Wanted::Range).ok_or_else(|| format!("SIDs end at {}", Sid::MAX))
}

/// A range in use.
struct Used<'a> {
    range: &'a AssignmentRange,
    found: &'a Found,
}

/// Explains; fails where ranges overlap.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &here[..] } else { &arguments.paths };
    let mut found = files::named(paths)?;
    let twice: Vec<Duplicate> = duplicates(found.iter().map(|found| (found.origin.as_str(), &found.file)))
        .into_iter()
        .filter(|duplicate| matches!(duplicate, Duplicate::Range { .. }))
        .collect();
    if !arguments.wanted.is_empty() {
        // Numbers of the program's own modules are taken, too; where they are among the files, those count.
        let own = |other: &Found| found.iter().any(|found| found.file.module_name == other.file.module_name);
        let built_in: Vec<Found> = files::built_in().filter(|other| !own(other)).collect();
        found.extend(built_in);
    }
    let mut used: Vec<Used<'_>> = found
        .iter()
        .flat_map(|found| found.file.assignment_ranges.iter().map(move |range| Used { range, found }))
        .filter(|used| used.range.size() > 0)
        .collect();
    used.sort_by_key(|used| (used.range.entry_point(), used.found.origin.clone()));

    let answers: Vec<Answer<'_>> = arguments.wanted.iter().map(|wanted| answer(wanted, &used, &found)).collect();
    if arguments.json {
        let answers: Vec<Value> = answers.iter().map(Answer::as_json).collect();
        let overlaps: Vec<String> = twice.iter().map(ToString::to_string).collect();
        let ranges: Vec<Value> = if answers.is_empty() { used.iter().map(used_json).collect() } else { vec![] };
        outln!("{:#}", json!({"answers": answers, "ranges": ranges, "overlaps": overlaps}));
    } else {
        answers.iter().for_each(Answer::print);
        if answers.is_empty() {
            let rows: Vec<Vec<String>> = used.iter().map(row).collect();
            out!("{}", table(&["FIRST", "LAST", "SIZE", "USED", "MODULE", "FOR", "FILE"], &rows));
        }
        for duplicate in &twice {
            outln!("overlap: {duplicate}\n  {}", duplicate.cure());
        }
    }
    let refused = !twice.is_empty() || answers.iter().any(|answer| answer.is_taken());
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn in_use(used: &Used<'_>) -> usize {
    used.found.file.items.iter().filter(|item| used.range.contains(item.sid)).count()
}

fn row(used: &Used<'_>) -> Vec<String> {
    let range = used.range;
    vec![
        range.entry_point().to_string(),
        range.end().saturating_sub(1).to_string(),
        range.size().to_string(),
        in_use(used).to_string(),
        used.found.file.module_name.clone(),
        ranges::policy(range.entry_point()).purpose().to_owned(),
        used.found.origin.clone(),
    ]
}

fn used_json(used: &Used<'_>) -> Value {
    json!({
        "entry-point": used.range.entry_point().to_string(),
        "size": used.range.size().to_string(),
        "used": in_use(used),
        "module": used.found.file.module_name,
        "policy": ranges::policy(used.range.entry_point()).purpose(),
        "file": used.found.origin,
    })
}

/// What there is to tell about one number or range.
struct Answer<'a> {
    wanted: &'a Wanted,
    /// How its parts are given out.
    parts: Vec<Part>,
    used: Vec<&'a Used<'a>>,
    /// The items of a single number.
    items: Vec<String>,
}

fn answer<'a>(wanted: &'a Wanted, used: &'a [Used<'a>], found: &[Found]) -> Answer<'a> {
    let (range, items) = match wanted {
        Wanted::Range(range) => (Some(range.clone()), vec![]),
        Wanted::Number(number) => {
            let of = |found: &Found| {
                let items = found.file.items.iter().filter(|item| item.sid.number() == *number);
                items.map(|item| format!("{} {item}, in {}", item.status.as_str(), found.origin)).collect::<Vec<_>>()
            };
            (AssignmentRange::new(*number, 1), found.iter().flat_map(of).collect())
        }
    };
    let overlapping = |used: &&Used<'_>| range.as_ref().is_some_and(|range| used.range.overlaps(range));
    Answer {
        wanted,
        parts: range.as_ref().map(ranges::parts).unwrap_or_default(),
        used: used.iter().filter(overlapping).collect(),
        items,
    }
}

impl Answer<'_> {
    /// Whether a range was asked for of which somebody has a part.
    fn is_taken(&self) -> bool {
        matches!(self.wanted, Wanted::Range(_)) && !self.used.is_empty()
    }

    fn users(&self) -> Vec<String> {
        let line = |used: &&Used<'_>| {
            format!("range {} of {}, in {}", used.range, used.found.file.module_name, used.found.origin)
        };
        self.used.iter().map(line).collect()
    }

    fn print(&self) {
        match self.wanted {
            Wanted::Number(number) => outln!("{}", ranges::owner(*number)),
            Wanted::Range(range) => {
                outln!("{range}");
                for part in &self.parts {
                    outln!("  {part}");
                }
            }
        }
        for user in self.users() {
            outln!("  {}{user}", if self.is_taken() { "overlaps " } else { "in " });
        }
        for item in &self.items {
            outln!("  {item}");
        }
        if self.used.is_empty() {
            outln!("  no file uses {}", if self.parts.len() > 1 { "any of it" } else { "it" });
        }
    }

    fn as_json(&self) -> Value {
        let part = |part: &Part| {
            json!({
                "entry-point": part.entry_point.to_string(),
                "size": part.size.to_string(),
                "policy": part.policy.purpose(),
                "module": part.module.map(|range| range.module),
            })
        };
        let asked = match self.wanted {
            Wanted::Number(number) => number.to_string(),
            Wanted::Range(range) => range.to_string(),
        };
        json!({
            "asked": asked,
            "parts": self.parts.iter().map(part).collect::<Vec<_>>(),
            "used-by": self.users(),
            "items": self.items,
            "taken": self.is_taken(),
        })
    }
}
