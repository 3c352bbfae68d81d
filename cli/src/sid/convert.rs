//! `comi sid convert`: `.sid` files of any layout as RFC 9595 has them, or as a list for people and programs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::{Args, ValueEnum};
use comi_sid::SidFile;
use serde_json::{Value, json};

use super::files::{self, Found};
use crate::output::write_all;
use crate::usage::WrongUsage;

/// Arguments of `comi sid convert`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi sid convert old/pump.sid                         RFC 9595's form, to standard output
  comi sid convert old/ --in-place

Read are RFC 9595's form, the layouts of pyang up to 2.6.1 and of the RFC's drafts, and .sid files in YANG instance data
(RFC 9195). Names stay as they are: `comi sid update` takes choice and case out of them, since it knows the module.

Exit status: 0 done, 1 it failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// .sid files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Sid)]
    to: To,
    /// Write the files in their place instead of to standard output: all or none
    #[arg(long)]
    in_place: bool,
    /// Leave out unstable items and make the file a published one: the second variant that RFC 9595 section 3 asks for
    /// while a published module grows
    #[arg(long)]
    stable: bool,
}

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    /// RFC 9595's form
    Sid,
    /// A line for each item: sid,namespace,identifier,status,module
    Csv,
    /// A JSON list of the items
    Json,
}

/// Converts.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut found = files::named(&arguments.paths)?;
    ensure!(!found.is_empty(), "there is no .sid file");
    if arguments.stable {
        found = found.into_iter().map(|found| Found { file: found.file.stable_part(), ..found }).collect();
    }
    match (arguments.to, arguments.in_place) {
        (To::Sid, true) => in_place(&found)?,
        (To::Sid, false) if found.len() > 1 => {
            bail!(WrongUsage::new("one file at a time goes to standard output; --in-place writes all in their place"));
        }
        (_, true) => bail!(WrongUsage::new("--in-place is for .sid files; a list goes to standard output")),
        (To::Sid, false) => found.iter().for_each(|found| out!("{}", found.file.to_json())),
        (To::Csv, false) => {
            outln!("sid,namespace,identifier,status,module");
            found.iter().for_each(|found| out!("{}", lines(&found.file)));
        }
        (To::Json, false) => outln!("{:#}", found.iter().flat_map(|found| entries(&found.file)).collect::<Value>()),
    }
    Ok(ExitCode::SUCCESS)
}

fn in_place(found: &[Found]) -> Result<()> {
    let mut changed = Vec::new();
    for found in found {
        let text = found.file.to_json();
        let same = files::read_text(&found.path)? == text;
        outln!("{}: {}", found.origin, if same { "nothing to change" } else { "written" });
        if !same {
            changed.push((found.path.clone(), text));
        }
    }
    write_all(&changed)
}

fn lines(file: &SidFile) -> String {
    let line = |item: &comi_sid::Item| {
        let cells =
            [item.namespace.as_str(), &item.identifier, item.status.as_str(), &file.module_name].map(cell).join(",");
        format!("{},{cells}\n", item.sid)
    };
    file.items.iter().map(line).collect()
}

/// A field of RFC 4180. Text that a spreadsheet would take for a formula can't be a YANG name; it is quoted too.
fn cell(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/:_-.".contains(&byte));
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn entries(file: &SidFile) -> impl Iterator<Item = Value> {
    file.items.iter().map(|item| {
        json!({
            "sid": item.sid.to_string(),
            "namespace": item.namespace.as_str(),
            "identifier": item.identifier,
            "status": item.status.as_str(),
            "module": file.module_name,
        })
    })
}
