//! Finds the .sid file of each module of a compilation: beside its .yang file, or among the built-in ones.

use std::path::{Path, PathBuf};

use comi_sid::{Registry, SidFile};

use crate::builtin;
use crate::context::Compiled;
use crate::diagnostic::Diagnostic;

/// The .sid files of the modules that were compiled, and which files were read, for `cargo::rerun-if-changed`.
///
/// `a.yang` and `a@2026-01-31.yang` have theirs in `a@2026-01-31.sid` or `a.sid` beside them. `texts` holds, by module
/// name, the .sid files of modules whose text was given in memory. A module without a file is no error here: whoever
/// needs its SIDs will say so.
///
/// # Errors
/// Files that can't be read or are no .sid files, and overlaps between them; each names the file.
///
/// ```
/// let mut context = comi_codegen::Context::new();
/// context.module("ietf-system");
/// let (sids, _) = comi_codegen::sid_files(&context.compile(), &[]).unwrap();
/// let hostname = sids.sid("ietf-system", comi_sid::Namespace::Data, "/ietf-system:system/hostname");
/// assert_eq!(hostname.map(|sid| sid.number()), Some(1752));
/// ```
pub fn sid_files(compiled: &Compiled, texts: &[(&str, &str)]) -> Result<(Registry, Vec<PathBuf>), Vec<Diagnostic>> {
    let mut registry = Registry::default();
    let mut read = Vec::new();
    let mut diagnostics = Vec::new();
    for module in &compiled.schema.modules {
        let source = compiled.sources.source(module.span.source).map_or("", |source| source.name());
        let in_memory = texts.iter().find(|(name, _)| *name == module.name).map(|(_, text)| (*text).to_owned());
        let (origin, text) = if let Some(text) = in_memory {
            (format!("{}.sid", module.name), text)
        } else if let Some(path) = beside(Path::new(source), &module.name, module.revision.as_deref()) {
            read.push(path.clone());
            match std::fs::read_to_string(&path) {
                Ok(text) => (path.display().to_string(), text),
                Err(error) => {
                    diagnostics.push(Diagnostic::error(format!("{} cannot be read: {error}", path.display())));
                    continue;
                }
            }
        } else if let Some(built_in) = builtin::module(&module.name).filter(|_| source.ends_with("(built in)")) {
            (format!("{}.sid (built in)", module.name), built_in.sid.to_owned())
        } else {
            continue;
        };
        match SidFile::parse(&text) {
            Ok(file) => {
                diagnostics.extend(outside(&origin, &file));
                if let Err(error) = registry.add(origin, file) {
                    let help = format!("`comi sid check {}.yang` lists what is wrong, with its cure", module.name);
                    diagnostics.push(Diagnostic::error(error.to_string()).help(help));
                }
            }
            Err(error) => diagnostics.push(Diagnostic::error(format!("{origin}: {error}"))),
        }
    }
    if diagnostics.is_empty() { Ok((registry, read)) } else { Err(diagnostics) }
}

/// SIDs that lie in none of their file's ranges (RFC 9595 section 3).
fn outside(origin: &str, file: &SidFile) -> Option<Diagnostic> {
    let item = file.items.iter().find(|item| !file.in_range(item.sid))?;
    let ranges: Vec<String> = file.assignment_ranges.iter().map(ToString::to_string).collect();
    let message = format!("{origin}: SID {} of {item} is outside the file's range, {}", item.sid, ranges.join(", "));
    let help = format!(
        "take the item out and run `comi sid update {}.yang`, or add the range that the SID is from",
        file.module_name
    );
    Some(Diagnostic::error(message).help(help))
}

fn beside(yang: &Path, module: &str, revision: Option<&str>) -> Option<PathBuf> {
    let stem = yang.file_stem()?.to_str()?;
    let with_revision = revision.map(|revision| format!("{module}@{revision}.sid"));
    let names = [Some(format!("{stem}.sid")), with_revision, Some(format!("{module}.sid"))];
    names.into_iter().flatten().map(|name| yang.with_file_name(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;

    #[test]
    fn built_in_modules_bring_their_sids() {
        let mut context = Context::new();
        context.module("lwm2m-device-3");
        let (sids, read) = sid_files(&context.compile(), &[]).unwrap();
        assert!(sids.file("lwm2m-device-3").is_some() && sids.file("comi-lwm2m").is_some());
        assert_eq!(read, Vec::<PathBuf>::new());
    }

    #[test]
    fn a_text_in_memory_has_the_sid_file_that_is_given_with_it() {
        let mut context = Context::new();
        context.source("a.yang", "module a { namespace \"urn:a\"; prefix a; leaf b { type string; } }").module("a");
        let compiled = context.compile();
        assert!(sid_files(&compiled, &[]).unwrap().0.file("a").is_none());
        let broken = sid_files(&compiled, &[("a", "{}")]).unwrap_err();
        assert!(broken[0].message.starts_with("a.sid: "), "{}", broken[0].message);
    }
}
