//! `comi sid check`: holds modules against their `.sid` files, and the files against each other.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comi_sid::{ModuleItems, Registry, Severity, SidFile};
use serde_json::{Value, json};

use super::ModuleFiles;
use super::files::{self, Found};

/// Arguments of `comi sid check`.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    modules: ModuleFiles,
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
    let modules = &arguments.modules;
    let mut checked = vec![];
    for yang in &modules.files {
        checked.push(check(yang, &modules.items(yang)?)?);
    }
    compare(&mut checked, &files::surrounding(&modules.files, &modules.paths));
    if modules.json {
        println!("{:#}", Value::Array(checked.iter().map(as_json).collect()));
    } else {
        checked.iter().for_each(print);
    }
    let failed = checked.iter().any(|one| one.errors() > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn check(yang: &Path, items: &ModuleItems) -> Result<Checked> {
    let module = items.name.clone();
    let Some((path, file)) = files::of_module(yang, &items.name)? else {
        let finding = Finding {
            severity: Severity::Error,
            message: format!("module {module} has no .sid file"),
            cure: format!("`comi sid update {}` makes one", yang.display()),
        };
        return Ok(Checked { path: files::beside(yang), module, file: None, findings: vec![finding] });
    };
    // comi-sid opens no files: it calls the module's by the module's name.
    let (plain, path_of_module) =
        (format!("comi sid update {module}.yang"), format!("comi sid update {}", yang.display()));
    let findings = comi_sid::check(&file, items).into_iter().map(|finding| Finding {
        severity: finding.severity(),
        message: finding.to_string(),
        cure: finding.cure().replace(&plain, &path_of_module),
    });
    Ok(Checked { path, module, findings: findings.collect(), file: Some(file) })
}

/// Numbers that two files use: an error among the modules of this call, a note where the other merely lies near.
fn compare(checked: &mut [Checked], surrounding: &[Found]) {
    let named: Vec<Found> = checked
        .iter()
        .filter_map(|one| Some(Found { origin: one.path.display().to_string(), file: one.file.clone()? }))
        .collect();
    let is_named = |module: &str| named.iter().any(|found| found.file.module_name == module);
    let near: Vec<&Found> = surrounding.iter().filter(|found| !is_named(&found.file.module_name)).collect();
    for one in checked {
        let Some(file) = &one.file else { continue };
        let path = one.path.display().to_string();
        let before = named.iter().take_while(|found| found.origin != path);
        let others = before.map(|found| (found, Severity::Error));
        for (other, severity) in others.chain(near.iter().map(|found| (*found, Severity::Note))) {
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

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Note => "note",
    }
}

fn print(checked: &Checked) {
    let items = checked.file.as_ref().map_or(0, |file| file.items.len());
    let (errors, notes) = (checked.errors(), checked.findings.len() - checked.errors());
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let counts = [count(items, "item"), count(errors, "error"), count(notes, "note")];
    println!("{}: {}", checked.path.display(), counts.join(", "));
    for finding in &checked.findings {
        println!("  {}: {}\n    {}", name(finding.severity), finding.message, finding.cure);
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
