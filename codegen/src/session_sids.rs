//! SIDs for modules that have none: made up for one session, the same wherever the same modules are compiled.
//!
//! A server that was given models and no .sid files, and the clients that have the same models, come to the same numbers
//! without telling each other. They are above all that RFC 9595 lets anybody assign today (its section 7.4 has ranges up
//! to 20 million), so a device with SIDs of its own knows none of them. Read [`session_sids`] first.

use comi_sid::{AssignmentRange, ModuleItems, Namespace, Registry, SidFile};

use crate::builtin;
use crate::context::Compiled;
use crate::diagnostic::Diagnostic;
use crate::schema::compiled::ModuleId;
use crate::sid_files::sid_files;
use crate::sid_items::sid_items;

/// The first number that is made up; all fit into the 32 bits that a schema holds.
const FIRST: u64 = 1 << 31;
/// The numbers of a module begin at a multiple of this.
const STEP: u64 = 1 << 14;
/// How many places there are to begin at.
const PLACES: u64 = (1 << 31) / STEP;

/// The SIDs of a session.
#[derive(Debug, Clone)]
pub struct SessionSids {
    /// Those of the .sid files, and those that were made up.
    pub registry: Registry,
    /// The modules for which some were made up.
    pub made_up: Vec<MadeUp>,
}

/// A module of whose items some had no SID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeUp {
    /// Its name.
    pub module: String,
    /// How many items got a number.
    pub items: usize,
    /// Whether others have one from a .sid file.
    pub partly: bool,
}

/// The SIDs of the modules that were compiled: of their .sid files (as [`sid_files`](crate::sid_files()) finds them), of
/// the built-in one for a built-in module whose text lies in a folder, and made up for what is left.
///
/// # Errors
/// As [`sid_files`](crate::sid_files()).
///
/// ```
/// use comi_codegen::{Context, served_schema, session_sids};
///
/// let mut context = Context::new();
/// context.source("pump", "module pump { namespace 'urn:pump'; prefix p; leaf speed { type uint8; } }");
/// let compiled = context.module("pump").compile();
/// let sids = session_sids(&compiled, &[]).map_err(|_| "no SIDs")?;
/// assert_eq!(sids.made_up[0].module, "pump");
/// let (schema, left_out) = served_schema(&compiled, &sids.registry).map_err(|_| "no schema")?;
/// assert!(schema.nodes[0].sid >= 1 << 31 && left_out.is_empty());
/// # Ok::<(), &str>(())
/// ```
pub fn session_sids(compiled: &Compiled, texts: &[(&str, &str)]) -> Result<SessionSids, Vec<Diagnostic>> {
    let (known, _) = sid_files(compiled, texts)?;
    let mut session = SessionSids { registry: Registry::default(), made_up: Vec::new() };
    let mut lacking: Vec<(ModuleItems, Option<SidFile>)> = Vec::new();
    let modules = compiled.schema.modules.iter().enumerate();
    for (place, name) in modules.map(|(place, module)| (place, module.name.as_str())) {
        // several revisions of a module have one file
        if session.registry.file(name).is_some() || lacking.iter().any(|(items, _)| items.name == name) {
            continue;
        }
        let items = sid_items(&compiled.schema, ModuleId(place));
        let file = known.file(name).cloned().or_else(|| built_in(name));
        let file = file.map(|file| file.without_choices(&items));
        match file {
            Some(file) if is_complete(&file, &items) => {
                let origin = known.origin(name).unwrap_or(name).to_owned();
                // a built-in file whose numbers somebody else has is not used
                if session.registry.add(origin, file).is_err() {
                    lacking.push((items, None));
                }
            }
            file => lacking.push((items, file)),
        }
    }
    lacking.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    for (items, file) in lacking {
        session.make_up(&items, file);
    }
    Ok(session)
}

fn built_in(name: &str) -> Option<SidFile> {
    SidFile::parse(builtin::module(name)?.sid).ok()
}

/// Whether every item has a SID; `input` and `output` may go without (readings 9).
fn is_complete(file: &SidFile, items: &ModuleItems) -> bool {
    let known = file.by_name();
    let needed = |(namespace, identifier): &&(Namespace, String)| {
        *namespace != Namespace::Data || !(identifier.ends_with("/input") || identifier.ends_with("/output"))
    };
    items.items.iter().filter(needed).all(|(namespace, identifier)| known.contains_key(&(*namespace, identifier)))
}

impl SessionSids {
    fn make_up(&mut self, items: &ModuleItems, mut file: Option<SidFile>) {
        let partly = file.is_some();
        if let Some(file) = &mut file {
            // what is free in its own ranges is its owner's to give
            file.assignment_ranges.clear();
        }
        let places = (items.items.len() as u64 + 1).div_ceil(STEP);
        let first = place(&items.name);
        for place in (first..PLACES).chain(0..first) {
            let range = AssignmentRange::new(FIRST + place * STEP, places * STEP);
            let Ok(update) = comi_sid::update(file.clone(), items, range) else { continue };
            if self.registry.add(format!("{}, made up", items.name), update.file).is_ok() {
                self.made_up.push(MadeUp { module: items.name.clone(), items: update.added.len(), partly });
                return;
            }
        }
        // its own file is in the way of others: all of its numbers are made up
        if partly {
            self.make_up(items, None);
        }
    }
}

/// Where the numbers of a module begin, if nobody else's do: it depends on its name alone (FNV-1a).
fn place(name: &str) -> u64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;

    fn compiled(modules: &[(&str, &str)]) -> Compiled {
        let mut context = Context::new();
        for (name, body) in modules {
            context.source(*name, format!("module {name} {{ namespace 'urn:{name}'; prefix {name}; {body} }}"));
            context.module(*name);
        }
        context.compile()
    }

    #[test]
    fn the_same_modules_get_the_same_numbers_whatever_others_there_are() {
        let sids = |modules: &[(&str, &str)]| session_sids(&compiled(modules), &[]).unwrap().registry;
        let (a, b) = (("a", "leaf x { type int8; }"), ("b", "leaf y { type int8; }"));
        let number = |modules: &[(&str, &str)]| sids(modules).sid("a", Namespace::Data, "/a:x");
        assert_eq!(number(&[a]), number(&[b, a]));
        assert!(number(&[a]).unwrap().number() >= FIRST);
    }

    #[test]
    fn what_has_a_number_keeps_it() {
        let compiled = compiled(&[("a", "leaf x { type int8; } leaf y { type int8; }")]);
        let old = self::compiled(&[("a", "leaf x { type int8; }")]);
        let items = sid_items(&old.schema, old.asked[0]);
        let file = comi_sid::update(None, &items, AssignmentRange::new(60_000, 50)).unwrap().file;
        let session = session_sids(&compiled, &[("a", &file.to_json())]).unwrap();
        let number = |name| session.registry.sid("a", Namespace::Data, name).unwrap().number();
        assert_eq!(number("/a:x"), 60_001);
        assert!(number("/a:y") >= FIRST);
        assert_eq!(session.made_up, [MadeUp { module: "a".to_owned(), items: 1, partly: true }]);
    }

    #[test]
    fn built_in_modules_keep_their_numbers_though_their_text_lies_in_a_folder() {
        let mut context = Context::new();
        context.source("ietf-system", builtin::module("ietf-system").unwrap().yang).module("ietf-system");
        let session = session_sids(&context.compile(), &[]).unwrap();
        let sid = session.registry.sid("ietf-system", Namespace::Data, "/ietf-system:system/hostname");
        assert_eq!(sid.map(|sid| sid.number()), Some(1752));
        assert_eq!(session.made_up, []);
    }
}
