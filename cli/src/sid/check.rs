//! `comi sid check`: holds modules against their `.sid` files, and the files against each other and their past.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use comi_sid::{ModuleItems, Registry, Severity, SidFile, check_succession};
use serde_json::{Value, json};

use super::files::{self, Found};
use super::{ModuleFiles, count};
use crate::usage::WrongUsage;

/// Arguments of `comi sid check`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi sid check models/                                every module of a folder against its .sid file
  comi sid check pump.yang --previous released/pump.sid

Told are items without a SID, SIDs without an item, numbers and items that stand twice, numbers outside the file's
ranges, names that are not well-formed, unstable items in a published file, items out of order, each with what mends it.
Notes don't fail.

Exit status: 0 no errors, 1 there are some, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    modules: ModuleFiles,
    /// The .sid file before this one: no SID of it may be lost or given to another item, no status may go back
    #[arg(long, value_name = "FILE.sid")]
    previous: Option<PathBuf>,
}

/// One thing to tell about a file.
struct Finding {
    severity: Severity,
    message: String,
    cure: String,
}

/// What was found about one module.
struct Checked {
    path: PathBuf,
    module: String,
    file: Option<SidFile>,
    findings: Vec<Finding>,
}

impl Checked {
    fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }
}

/// Checks all modules; fails where one has an error.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let given = &arguments.modules;
    let previous = arguments.previous.as_deref().map(files::read).transpose()?;
    let modules = given.modules()?;
    if previous.is_some() && modules.len() > 1 {
        bail!(WrongUsage::new("--previous is for one module; call once for each"));
    }
    let mut checked = vec![];
    for (yang, items) in &modules {
        checked.push(check(yang, items, previous.as_ref())?);
    }
    compare(&mut checked, &files::surrounding(&given.files, &given.paths));
    if given.json {
        outln!("{:#}", Value::Array(checked.iter().map(as_json).collect()));
    } else {
        checked.iter().for_each(print);
    }
    let failed = checked.iter().any(|one| one.errors() > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn check(yang: &Path, items: &ModuleItems, previous: Option<&SidFile>) -> Result<Checked> {
    let module = items.name.clone();
    let Some((path, file)) = files::of_module(yang, &items.name)? else {
        let finding = Finding {
            severity: Severity::Error,
            message: format!("module {module} has no .sid file"),
            cure: format!("`comi sid update {}` makes one", yang.display()),
        };
        return Ok(Checked { path: files::beside(yang), module, file: None, findings: vec![finding] });
    };
    let mut found = comi_sid::check(&file, items);
    found.extend(previous.map(|previous| check_succession(previous, &file)).unwrap_or_default());
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    // comi-sid opens no files: it calls the module's by the module's name.
    let (plain, path_of_module) =
        (format!("comi sid update {module}.yang"), format!("comi sid update {}", yang.display()));
    let findings = found.into_iter().map(|finding| Finding {
        severity: finding.severity(),
        message: finding.to_string(),
        cure: finding.cure().replace(&plain, &path_of_module),
    });
    Ok(Checked { path, module, findings: findings.collect(), file: Some(file) })
}

/// Numbers that two files use: an error among the modules of this call, a note where the other merely lies near.
fn compare(checked: &mut [Checked], surrounding: &[Found]) {
    let named: Vec<Found> =
        checked.iter().filter_map(|one| Some(Found::new(one.path.clone(), one.file.clone()?))).collect();
    let is_named = |module: &str| named.iter().any(|found| found.file.module_name == module);
    let near: Vec<&Found> = surrounding.iter().filter(|found| !is_named(&found.file.module_name)).collect();
    for one in checked {
        let Some(file) = &one.file else { continue };
        let path = one.path.display().to_string();
        let before = named.iter().take_while(|found| found.origin != path);
        let others = before.map(|found| (found, Severity::Error));
        for (other, severity) in others.chain(near.iter().map(|found| (*found, Severity::Note))) {
            if !may_clash(&other.file, file) {
                continue;
            }
            let mut registry = Registry::default();
            if registry.add(other.origin.as_str(), other.file.clone()).is_ok()
                && let Err(error) = registry.add(path.as_str(), file.clone())
            {
                let text = error.to_string();
                let (message, cure) = text.split_once("; ").unwrap_or((&text, ""));
                one.findings.push(Finding { severity, message: message.into(), cure: cure.into() });
            }
        }
    }
}

/// Whether two files have numbers between the same lowest and highest: most have not, and need no comparison.
pub(super) fn may_clash(a: &SidFile, b: &SidFile) -> bool {
    let bounds = |file: &SidFile| {
        let ranges = file.assignment_ranges.iter().flat_map(|range| [range.entry_point(), range.end()]);
        let numbers: Vec<u64> = ranges.chain(file.items.iter().map(|item| item.sid.number())).collect();
        Some((*numbers.iter().min()?, *numbers.iter().max()?))
    };
    match (bounds(a), bounds(b)) {
        (Some((first, last)), Some((other_first, other_last))) => first <= other_last && other_first <= last,
        _ => a.module_name == b.module_name,
    }
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Note => "note",
    }
}

fn print(checked: &Checked) {
    let items = checked.file.as_ref().map_or(0, |file| file.items.len());
    let (errors, notes) = (checked.errors(), checked.findings.len() - checked.errors());
    let counts = [count(items, "item"), count(errors, "error"), count(notes, "note")];
    outln!("{}: {}", checked.path.display(), counts.join(", "));
    for finding in &checked.findings {
        outln!("  {}: {}\n    {}", name(finding.severity), finding.message, finding.cure);
    }
}

fn as_json(checked: &Checked) -> Value {
    let finding = |finding: &Finding| json!({"severity": name(finding.severity), "message": finding.message, "cure": finding.cure});
    json!({
        "file": checked.path.display().to_string(),
        "module": checked.module,
        "findings": checked.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}
