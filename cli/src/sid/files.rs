//! Finds and reads `.sid` files: the one beside a module, those that the user names, and all whose numbers are taken.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use comi_sid::SidFile;

/// How deep folders are searched, and how many entries are looked at.
const MAX_DEPTH: usize = 16;
const MAX_ENTRIES: usize = 100_000;

/// A `.sid` file and where it was found.
pub(crate) struct Found {
    /// Its path, or `MODULE.sid (built in)`.
    pub(crate) origin: String,
    /// Its path where it lies in a folder.
    pub(crate) path: PathBuf,
    pub(crate) file: SidFile,
}

impl Found {
    pub(crate) fn new(path: PathBuf, file: SidFile) -> Found {
        Found { origin: path.display().to_string(), path, file }
    }
}

/// The `.sid` file beside a `.yang` file, whether it exists or not.
pub(crate) fn beside(yang: &Path) -> PathBuf {
    yang.with_extension("sid")
}

/// The `.sid` file of a module: the one beside it; else `MODULE.sid` or the newest `MODULE@REVISION.sid` there, which
/// keep the SIDs of an earlier revision.
pub(crate) fn of_module(yang: &Path, module: &str) -> Result<Option<(PathBuf, SidFile)>> {
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
pub(crate) fn read(path: &Path) -> Result<SidFile> {
    let text = read_text(path)?;
    SidFile::parse(&text).with_context(|| path.display().to_string())
}

/// The text of one file; an error names it.
pub(super) fn read_text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
}

/// The files of one ending that lie in a folder, by name.
pub(crate) fn in_folder(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let cannot = || format!("folder {} cannot be read", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.extension().is_some_and(|extension| extension == ending) && !path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The `.sid` files that are named, and those in and under the folders that are; each once. One that can't be read is
/// an error.
pub(super) fn named(paths: &[PathBuf]) -> Result<Vec<Found>> {
    let mut search = Search::default();
    for path in paths {
        if path.is_dir() {
            search.folder(path, 0);
        } else {
            search.file(path);
        }
    }
    ensure!(search.entries <= MAX_ENTRIES, "there are more than {MAX_ENTRIES} files; name folders further down");
    search.found.into_iter().map(|path| Ok(Found::new(path.clone(), read(&path)?))).collect()
}

/// All `.sid` files whose numbers are taken: in and under the modules' folders, the given ones, and the built-in ones.
/// Those that can't be read are named on standard error and left out.
pub(crate) fn surrounding(modules: &[PathBuf], paths: &[PathBuf]) -> Vec<Found> {
    let mut search = Search::default();
    let starts = modules.iter().map(|module| if module.is_dir() { module } else { folder(module) });
    for start in starts.chain(paths.iter().map(PathBuf::as_path)) {
        search.folder(start, 0);
    }
    if search.entries > MAX_ENTRIES {
        eprintln!("warning: looked at {MAX_ENTRIES} files for .sid files, and stopped; name their folders by --path");
    }
    let read = |path: PathBuf| match read(&path) {
        Ok(file) => Some(Found::new(path, file)),
        Err(error) => {
            eprintln!("warning: left out: {error:#}");
            None
        }
    };
    search.found.into_iter().filter_map(read).chain(built_in()).collect()
}

/// The files of the modules that the program has in itself.
pub(crate) fn built_in() -> impl Iterator<Item = Found> {
    comi_codegen::builtin::MODULES.iter().filter_map(|module| {
        let file = SidFile::parse(module.sid).ok()?;
        let name = format!("{}.sid (built in)", module.name);
        Some(Found { origin: name.clone(), path: PathBuf::from(name), file })
    })
}

fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[derive(Default)]
struct Search {
    found: Vec<PathBuf>,
    seen: HashSet<PathBuf>,
    entries: usize,
}

impl Search {
    fn file(&mut self, path: &Path) {
        let known = path.canonicalize().is_ok_and(|canonical| !self.seen.insert(canonical));
        if !known {
            self.found.push(path.to_owned());
        }
    }

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
            let name = entry.file_name();
            let path = if folder == Path::new(".") { PathBuf::from(&name) } else { entry.path() };
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir()); // links are not followed
            if is_folder && name != "target" && !name.to_string_lossy().starts_with('.') {
                self.folder(&path, depth + 1);
            } else if !is_folder && path.extension().is_some_and(|extension| extension == "sid") {
                self.file(&path);
            }
        }
    }
}
