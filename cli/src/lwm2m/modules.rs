//! A folder of modules that an import writes: what lies in it, and what a definition makes of that.
//!
//! Nothing is written here; what is to be written is kept, and seen by the definitions that come later.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use comi_codegen::lwm2m::{self, Definition, Options, YangModule};
use comi_codegen::{Context, sid_items};
use comi_sid::ModuleItems;

/// The folder, with what is to be written.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) files: BTreeMap<PathBuf, String>,
}

/// A module that lies in the folder.
struct Existing {
    text: String,
    /// Newest first, each with its description.
    revisions: Vec<(String, String)>,
    /// Version of the object.
    version: String,
}

/// The module of a definition.
pub(super) struct Made {
    pub(super) module: YangModule,
    pub(super) items: ModuleItems,
    pub(super) path: PathBuf,
    /// Whether the folder has it already.
    pub(super) unchanged: bool,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Folder {
        Folder { path: path.to_owned(), files: BTreeMap::new() }
    }

    fn text(&self, path: &Path) -> Result<Option<String>> {
        if let Some(text) = self.files.get(path) {
            return Ok(Some(text.clone()));
        }
        if !path.is_file() {
            return Ok(None);
        }
        std::fs::read_to_string(path).map(Some).with_context(|| format!("{} cannot be read", path.display()))
    }

    fn existing(&self, name: &str) -> Result<Option<Existing>> {
        let path = self.path.join(format!("{name}.yang"));
        let Some(text) = self.text(&path)? else { return Ok(None) };
        let compiled = Context::new().source(format!("{name}.yang"), &*text).module(name).compile();
        let module = compiled.asked.first().and_then(|id| compiled.schema.module(*id));
        let Some(module) = module.filter(|_| compiled.is_ok()) else {
            bail!("{} stands in the way, and has errors: `comi yang check` shows them", path.display());
        };
        let statement = compiled.texts.iter().map(|text| &text.statement).find(|one| one.text() == name);
        let revisions = statement.into_iter().flat_map(|module| module.all("revision"));
        let mut revisions: Vec<(String, String)> = revisions
            .map(|one| (one.text().to_owned(), one.child_text("description").unwrap_or_default().to_owned()))
            .collect();
        revisions.sort_by(|a, b| b.cmp(a));
        let version = module.extensions.iter().find(|one| one.module == "comi-lwm2m" && one.name == "version");
        let version = version.and_then(|one| one.argument.clone()).unwrap_or_else(|| "1.0".to_owned());
        Ok(Some(Existing { text, revisions, version }))
    }

    /// The module of a definition. It keeps the revision that the folder has where nothing else would change; a module
    /// of an older version moves to a file with its revision in the name, its SIDs with it.
    pub(super) fn add(&mut self, definition: &Definition, revision: &str, facts_only: bool) -> Result<Made> {
        let make = |revision: &str, earlier: &[(String, String)]| {
            let (revision, earlier) = (revision.to_owned(), earlier.to_vec());
            let options = Options { revision, earlier, notice: definition.notice.clone(), facts_only };
            lwm2m::module(&definition.object, Some(&definition.places), &options)
        };
        let first = make(revision, &[]);
        let path = self.path.join(format!("{}.yang", first.name));
        let Some(existing) = self.existing(&first.name)? else { return self.checked(first, path, false) };
        let (newest, earlier) = existing.revisions.split_first().map_or(("", &[][..]), |(one, rest)| (&*one.0, rest));
        let same = make(newest, earlier);
        if same.text == existing.text {
            return self.checked(same, path, true);
        }
        if existing.version == definition.object.version && newest == revision {
            return self.checked(make(revision, earlier), path, false);
        }
        let number = |version: &str| version.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>();
        if number(&existing.version) > number(&definition.object.version) {
            let (held, path) = (&existing.version, path.display());
            bail!("{path} has version {held}, which is newer; import both in one call, into another folder");
        }
        if newest >= revision {
            bail!("{} has revision {newest}; give the new one a later date by --revision", path.display());
        }
        if existing.version != definition.object.version {
            let kept = self.path.join(format!("{}@{newest}", first.name));
            if let Some(sids) = self.text(&path.with_extension("sid"))? {
                self.files.insert(kept.with_extension("sid"), sids);
            }
            self.files.insert(kept.with_extension("yang"), existing.text.clone());
        }
        self.checked(make(revision, &existing.revisions), path, false)
    }

    /// With its items; that it is valid is known before anything is written.
    fn checked(&mut self, module: YangModule, path: PathBuf, unchanged: bool) -> Result<Made> {
        let mut context = Context::new();
        context.source(format!("{}.yang", module.name), &*module.text).module(&*module.name).every_item();
        let compiled = context.compile();
        let Some(id) = compiled.asked.first().filter(|_| compiled.is_ok()) else {
            bail!("the module made of it has errors, which is a fault of comi:\n{}", compiled.render(false));
        };
        let items = sid_items(&compiled.schema, *id);
        self.files.insert(path.clone(), module.text.clone());
        Ok(Made { module, items, path, unchanged })
    }

    /// The .sid file of a module, as it is or will be.
    pub(super) fn sids(&self, module: &Path) -> Result<Option<String>> {
        self.text(&module.with_extension("sid"))
    }
}
