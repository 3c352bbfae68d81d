//! Finds, reads and writes `.sid` files: the one beside a module, and all whose numbers are taken.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use comi_sid::SidFile;

/// How deep folders are searched, and how many entries are looked at.
const MAX_DEPTH: usize = 16;
const MAX_ENTRIES: usize = 20_000;

/// A `.sid` file and where it was found.
pub(super) struct Found {
    /// Its path, or `MODULE.sid (built in)`.
    pub(super) origin: String,
    pub(super) file: SidFile,
}

/// The `.sid` file beside a `.yang` file, whether it exists or not.
pub(super) fn beside(yang: &Path) -> PathBuf {
    yang.with_extension("sid")
}

/// The `.sid` file of a module: the one beside it; else `MODULE.sid` or the newest `MODULE@REVISION.sid` there, which
/// keep the SIDs of an earlier revision.
pub(super) fn of_module(yang: &Path, module: &str) -> Result<Option<(PathBuf, SidFile)>> {
    let exact = beside(yang);
    let path = if exact.is_file() { Some(exact) } else { earlier_revision(yang, module) };
    path.map(|path| Ok((path.clone(), read(&path)?))).transpose()
}

fn earlier_revision(yang: &Path, module: &str) -> Option<PathBuf> {
    let plain = yang.with_file_name(format!("{module}.sid"));
    if plain.is_file() {
        return Some(plain);
    }
    let (start, folder) = (format!("{module}@"), folder(yang));
    let names = std::fs::read_dir(folder).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let newest = names.filter(|name| name.starts_with(&start) && name.ends_with(".sid")).max()?;
    Some(yang.with_file_name(newest))
}

/// Reads one file; an error names it.
pub(super) fn read(path: &Path) -> Result<SidFile> {
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    SidFile::parse(&text).with_context(|| path.display().to_string())
}

/// All `.sid` files whose numbers are taken: in and under the modules' folders, the given ones, and the built-in ones.
/// Those that can't be read are named on standard error and left out.
pub(super) fn surrounding(modules: &[PathBuf], paths: &[PathBuf]) -> Vec<Found> {
    let mut search = Search::default();
    for start in modules.iter().map(|module| folder(module)).chain(paths.iter().map(PathBuf::as_path)) {
        search.folder(start, 0);
    }
    if search.entries > MAX_ENTRIES {
        eprintln!("warning: looked at {MAX_ENTRIES} files for .sid files, and stopped; name their folders by --path");
    }
    let built_in = comi_codegen::builtin::MODULES.iter().filter_map(|module| {
        let file = SidFile::parse(module.sid).ok()?;
        Some(Found { origin: format!("{}.sid (built in)", module.name), file })
    });
    search.found.into_iter().chain(built_in).collect()
}

fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[derive(Default)]
struct Search {
    found: Vec<Found>,
    seen: HashSet<PathBuf>,
    entries: usize,
}

impl Search {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let known = folder.canonicalize().is_ok_and(|canonical| !self.seen.insert(canonical));
        if known || depth > MAX_DEPTH {
            return;
        }
        let mut entries: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return;
            }
            let (path, name) = (entry.path(), entry.file_name());
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir()); // links are not followed
            if is_folder && name != "target" && !name.to_string_lossy().starts_with('.') {
                self.folder(&path, depth + 1);
            } else if !is_folder && path.extension().is_some_and(|extension| extension == "sid") {
                match read(&path) {
                    Ok(file) => self.found.push(Found { origin: path.display().to_string(), file }),
                    Err(error) => eprintln!("warning: left out: {error:#}"),
                }
            }
        }
    }
}

/// Writes all files or, as far as the file system lets us know beforehand, none: each beside its place first, then
/// renamed into it.
pub(super) fn write_all(files: &[(PathBuf, String)]) -> Result<()> {
    let temporary = |path: &Path| path.with_extension(format!("sid.{}.tmp", std::process::id()));
    let written: Result<()> = files.iter().try_for_each(|(path, text)| {
        let mut file = std::fs::File::create(temporary(path))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(())
    });
    let renamed = written.and_then(|()| {
        files.iter().try_for_each(|(path, _)| {
            std::fs::rename(temporary(path), path).with_context(|| format!("{} cannot be written", path.display()))
        })
    });
    if renamed.is_err() {
        for (path, _) in files {
            let _ = std::fs::remove_file(temporary(path));
        }
    }
    renamed.context("the .sid files cannot be written")
}
