//! `comi sid list`: a view of many `.sid` files as one registry, or the items of one.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use comi_sid::{Duplicate, Item, ItemStatus, Namespace, SidFile, duplicates};
use serde_json::{Value, json};

use super::files::{self, Found};
use super::table::table;
use super::{ModuleFiles, count};
use crate::usage::WrongUsage;

/// Arguments of `comi sid list`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi sid list models/                                 what each file claims, and what is claimed twice
  comi sid list pump.sid                                its items
  comi sid list models/ --find 60005

A line for each file, then what the files claim twice. Of one .sid file, or of a module, its items.

Exit status: 0 done, 1 something is claimed twice or was not found, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// .sid files, folders of them, or YANG modules, whose items are listed with or without SID
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Folder with modules that the YANG modules import; may be repeated
    #[arg(long = "path", value_name = "DIR", value_parser = crate::yang::folder)]
    imports: Vec<PathBuf>,
    /// List the items of all files
    #[arg(long)]
    items: bool,
    /// Show the items of this name, or the item of this number
    #[arg(long, value_name = "NAME-or-SID")]
    find: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An item to show; one without a number is in a module alone.
struct Row<'a> {
    sid: Option<u64>,
    status: Option<ItemStatus>,
    namespace: Namespace,
    identifier: &'a str,
}

/// Lists; fails where the files claim something twice.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let is_yang = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "yang");
    if arguments.paths.iter().any(|path| is_yang(&path)) {
        if !arguments.paths.iter().all(|path| is_yang(&path)) || arguments.find.is_some() {
            bail!(WrongUsage::new("list either YANG modules or .sid files; --find is for .sid files"));
        }
        return of_modules(arguments);
    }
    let found = files::named(&arguments.paths)?;
    if let Some(wanted) = &arguments.find {
        return Ok(find(&found, wanted, arguments.json));
    }
    let twice = duplicates(found.iter().map(|found| (found.origin.as_str(), &found.file)));
    let one_file = found.len() == 1 && arguments.paths.iter().all(|path| !path.is_dir());
    let with_items = arguments.items || one_file;
    if arguments.json {
        let files: Vec<Value> = found.iter().map(|found| as_json(found, with_items)).collect();
        outln!("{:#}", json!({"files": files, "duplicates": twice.iter().map(told).collect::<Vec<_>>()}));
    } else {
        print_files(&found, with_items);
        for duplicate in &twice {
            outln!("twice: {duplicate}\n  {}", duplicate.cure());
        }
    }
    Ok(if twice.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_files(found: &[Found], with_items: bool) {
    if with_items {
        for found in found {
            outln!("{}: module {}", found.origin, found.file.module_name);
            out!("{}", items_table(&rows(&found.file)));
        }
        return;
    }
    let line = |found: &Found| {
        let file = &found.file;
        let ranges: Vec<String> = file.assignment_ranges.iter().map(ToString::to_string).collect();
        vec![
            file.module_name.clone(),
            file.module_revision.clone().unwrap_or_default(),
            file.sid_file_status.as_str().to_owned(),
            file.items.len().to_string(),
            file.free().to_string(),
            ranges.join(" "),
            found.origin.clone(),
        ]
    };
    let lines: Vec<Vec<String>> = found.iter().map(line).collect();
    out!("{}", table(&["MODULE", "REVISION", "STATUS", "ITEMS", "FREE", "RANGES", "FILE"], &lines));
    let items: usize = found.iter().map(|found| found.file.items.len()).sum();
    outln!("{}, {}", count(found.len(), "file"), count(items, "item"));
}

fn rows(file: &SidFile) -> Vec<Row<'_>> {
    file.items.iter().map(row).collect()
}

fn row(item: &Item) -> Row<'_> {
    let Item { namespace, ref identifier, sid, status, .. } = *item;
    Row { sid: Some(sid.number()), status: Some(status), namespace, identifier }
}

fn items_table(rows: &[Row<'_>]) -> String {
    let line = |row: &Row<'_>| {
        vec![
            row.sid.map(|sid| sid.to_string()).unwrap_or_default(),
            row.status.map_or("none", ItemStatus::as_str).to_owned(),
            row.namespace.as_str().to_owned(),
            row.identifier.to_owned(),
        ]
    };
    table(&["SID", "STATUS", "NAMESPACE", "IDENTIFIER"], &rows.iter().map(line).collect::<Vec<_>>())
}

fn item_json(row: &Row<'_>) -> Value {
    let mut item = json!({"namespace": row.namespace.as_str(), "identifier": row.identifier});
    if let (Some(sid), Some(status), Some(members)) = (row.sid, row.status, item.as_object_mut()) {
        members.insert("sid".into(), sid.to_string().into());
        members.insert("status".into(), status.as_str().into());
    }
    item
}

fn as_json(found: &Found, with_items: bool) -> Value {
    let file = &found.file;
    let range = |range: &comi_sid::AssignmentRange| json!({"entry-point": range.entry_point().to_string(), "size": range.size().to_string()});
    let mut object = json!({
        "file": found.origin,
        "module": file.module_name,
        "revision": file.module_revision,
        "version": file.sid_file_version.unwrap_or(0),
        "status": file.sid_file_status.as_str(),
        "items": file.items.len(),
        "free": file.free().to_string(),
        "ranges": file.assignment_ranges.iter().map(range).collect::<Vec<_>>(),
    });
    if with_items && let Some(members) = object.as_object_mut() {
        members.insert("item".into(), rows(file).iter().map(item_json).collect());
    }
    object
}

fn told(duplicate: &Duplicate) -> Value {
    let kind = match duplicate {
        Duplicate::Item { .. } => "item",
        Duplicate::Number { .. } => "number",
        Duplicate::Range { .. } => "range",
    };
    json!({"kind": kind, "message": duplicate.to_string(), "cure": duplicate.cure()})
}

fn find(found: &[Found], wanted: &str, json: bool) -> ExitCode {
    let number = wanted.parse::<u64>().ok();
    let is_wanted = |item: &&Item| match number {
        Some(number) => item.sid.number() == number,
        None => item.identifier == wanted,
    };
    let hits: Vec<(&Found, &Item)> = found
        .iter()
        .flat_map(|found| found.file.items.iter().filter(is_wanted).map(move |item| (found, item)))
        .collect();
    if json {
        let hit = |(found, item): &(&Found, &Item)| {
            let mut object = item_json(&row(item));
            if let Some(members) = object.as_object_mut() {
                members.insert("module".into(), found.file.module_name.clone().into());
                members.insert("file".into(), found.origin.clone().into());
            }
            object
        };
        outln!("{:#}", Value::Array(hits.iter().map(hit).collect()));
    } else if hits.is_empty() {
        eprintln!("no item is called {wanted}, or has this number, in {} files", found.len());
    } else {
        let line = |(found, item): &(&Found, &Item)| {
            let (namespace, name) = (item.namespace.as_str().to_owned(), item.identifier.clone());
            vec![item.sid.to_string(), item.status.as_str().to_owned(), namespace, name, found.origin.clone()]
        };
        let lines: Vec<Vec<String>> = hits.iter().map(line).collect();
        out!("{}", table(&["SID", "STATUS", "NAMESPACE", "IDENTIFIER", "FILE"], &lines));
    }
    if hits.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn of_modules(arguments: &Arguments) -> Result<ExitCode> {
    let modules =
        ModuleFiles { files: arguments.paths.clone(), paths: arguments.imports.clone(), json: arguments.json };
    let mut all = Vec::new();
    for (yang, items) in modules.modules()? {
        let file = files::of_module(&yang, &items.name)?.map(|(_, file)| file);
        let mut names: Vec<_> = items.items.iter().collect();
        names.sort();
        names.dedup();
        let given = file.as_ref().map(SidFile::by_name).unwrap_or_default();
        let row = |(namespace, identifier): &(Namespace, String)| {
            let item = given.get(&(*namespace, identifier.as_str()));
            let (sid, status) = (item.map(|item| item.sid.number()), item.map(|item| item.status));
            (sid, status, *namespace, identifier.clone())
        };
        all.push((yang, items.name.clone(), names.into_iter().map(row).collect::<Vec<_>>()));
    }
    let mut json = Vec::new();
    for (yang, module, items) in &all {
        let rows: Vec<Row<'_>> = items
            .iter()
            .map(|(sid, status, namespace, identifier)| Row {
                sid: *sid,
                status: *status,
                namespace: *namespace,
                identifier,
            })
            .collect();
        if arguments.json {
            let item: Vec<Value> = rows.iter().map(item_json).collect();
            json.push(json!({"file": yang.display().to_string(), "module": module, "item": item}));
        } else {
            outln!("{}: module {module}", yang.display());
            out!("{}", items_table(&rows));
        }
    }
    if arguments.json {
        outln!("{:#}", json!({"files": json}));
    }
    Ok(ExitCode::SUCCESS)
}
