//! Files and output as wholes: several files or none, never half of one. Read [`write_all`] first.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Writes all files or none: each beside its place first, on the disk; then each is renamed into its place, which no
/// reader sees half done. Where one can't be, those before it get their old content back.
///
/// A crash among the renames, an instant, leaves files of which each is whole, but some new and some old: the order is
/// that of `files`.
pub(crate) fn write_all(files: &[(PathBuf, String)]) -> Result<()> {
    let prepared = files.iter().try_for_each(|(path, text)| {
        let old = fs::metadata(path).ok();
        write(&temporary(path), text.as_bytes(), old).with_context(|| format!("{} cannot be written", path.display()))
    });
    let done = prepared.and_then(|()| rename_all(files));
    if done.is_err() {
        for (path, _) in files {
            let _ = fs::remove_file(temporary(path));
        }
    }
    done
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn write(path: &Path, content: &[u8], like: Option<fs::Metadata>) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(content)?;
    if let Some(old) = like {
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()
}

fn rename_all(files: &[(PathBuf, String)]) -> Result<()> {
    let mut before: Vec<(&Path, Option<Vec<u8>>)> = Vec::new();
    for (path, _) in files {
        let renamed = read_old(path).and_then(|old| {
            fs::rename(temporary(path), path)?;
            Ok(old)
        });
        match renamed {
            Ok(old) => before.push((path, old)),
            Err(error) => {
                let failed: Vec<String> = before
                    .iter()
                    .filter(|(path, old)| restore(path, old.as_deref()).is_err())
                    .map(|(path, _)| path.display().to_string())
                    .collect();
                let message = match failed.is_empty() {
                    true => format!("{} cannot be written; nothing was changed", path.display()),
                    false => {
                        format!("{} cannot be written, nor the old content of {}", path.display(), failed.join(", "))
                    }
                };
                return Err(error).context(message);
            }
        }
    }
    Ok(())
}

fn read_old(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn restore(path: &Path, old: Option<&[u8]>) -> io::Result<()> {
    match old {
        None => fs::remove_file(path),
        Some(content) => {
            write(&temporary(path), content, fs::metadata(path).ok())?;
            fs::rename(temporary(path), path)
        }
    }
}

/// Prints to standard output. That a reader (`head`) has enough ends the program, and is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    write_out(text.as_bytes())
}

/// The same with bytes.
pub(crate) fn write_out(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other.context("standard output cannot be written"),
    }
}

/// What `out!` does: who can't print has nothing left to do.
pub(crate) fn print_or_end(words: fmt::Arguments<'_>) {
    if let Err(error) = print(&words.to_string()) {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

/// As `print!`, which panics where the reader (`head`) has enough.
macro_rules! out {
    ($($words:tt)*) => { $crate::output::print_or_end(format_args!($($words)*)) };
}

/// As `println!`, likewise.
macro_rules! outln {
    () => { $crate::output::print_or_end(format_args!("\n")) };
    ($($words:tt)*) => { $crate::output::print_or_end(format_args!("{}\n", format_args!($($words)*))) };
}

#[cfg(test)]
mod tests {
    use super::write_all;

    #[test]
    fn either_all_files_are_written_or_none() {
        let folder = std::env::temp_dir().join(format!("comi-sid-write-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("c.sid")).unwrap(); // a folder: no file can take its place
        let path = |name: &str| folder.join(name);
        std::fs::write(path("a.sid"), "old").unwrap();
        let files = ["a.sid", "b.sid", "c.sid"].map(|name| (path(name), "new".to_owned()));
        let error = format!("{:#}", write_all(&files).unwrap_err());
        assert!(error.contains("c.sid cannot be written; nothing was changed"), "{error}");
        assert_eq!(std::fs::read_to_string(path("a.sid")).unwrap(), "old");
        let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        write_all(&files[..2]).unwrap();
        assert_eq!(std::fs::read_to_string(path("b.sid")).unwrap(), "new");
        let missing = [(path("a.sid"), "newer".to_owned()), (path("no/d.sid"), String::new())];
        assert!(write_all(&missing).is_err());
        assert_eq!(std::fs::read_to_string(path("a.sid")).unwrap(), "new");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
