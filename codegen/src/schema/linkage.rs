//! Phase 1, when all texts are there: what imports and includes may not do (RFC 7950 sections 5.1, 7.1 and 12).

use super::circles::circles;
use super::compiler::Diagnostics;
use super::load::{Family, Loaded, Unit, UnitId};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::Statement;

const CHAINS: &str = "RFC 7950 section 5.1";
const VERSIONS: &str = "RFC 7950 section 12";
/// YANG 1 is stricter about submodules.
const YANG_1: &str = "RFC 6020 section 5.1";

/// Holds the links of all modules against the rules.
pub(super) fn check(loaded: &Loaded, diagnostics: &mut Diagnostics) {
    circular_imports(loaded, diagnostics);
    for family in &loaded.modules {
        let units = || family.units.iter().filter_map(|id| loaded.units.get(id.0));
        for unit in units() {
            imports(loaded, unit, diagnostics);
            includes(loaded, family, unit, diagnostics);
            revisions(unit, diagnostics);
        }
        circular_includes(&units().collect::<Vec<_>>(), diagnostics);
    }
}

/// Whether what `defining` defines is in sight of `from`, both of one module: in YANG 1 only what a text includes
/// itself is (RFC 6020 section 5.1), in YANG 1.1 everything.
pub(super) fn in_sight(from: &Unit, defining: &Unit) -> bool {
    from.version_1_1
        || from.name == defining.name
        || from.statement.all("include").any(|link| link.text() == defining.name)
}

/// That it is not.
pub(super) fn out_of_sight(from: &Unit, defining: &Unit, name: &str, span: Span) -> Diagnostic {
    let what = if defining.statement.is("submodule") { "submodule" } else { "module" };
    let message = format!("`{}` does not include {what} `{}`, which defines `{name}`", from.name, defining.name);
    let help = "in YANG 1.1 a submodule sees everything in its module";
    Diagnostic::error(message).at(span, "").rule(YANG_1).help(help)
}

fn circular_imports(loaded: &Loaded, diagnostics: &mut Diagnostics) {
    let imports = |module: usize| loaded.modules.get(module).map_or(&[][..], |family| &family.imports);
    let count = loaded.modules.len();
    let edges: Vec<Vec<usize>> =
        (0..count).map(|module| imports(module).iter().map(|(imported, ..)| imported.0).collect()).collect();
    for cycle in circles(count, &edges) {
        let name = |module: &usize| loaded.modules.get(*module).map_or("", |family| family.name.as_str());
        let names: Vec<&str> = cycle.iter().chain(cycle.first()).map(name).collect();
        let message = match names.as_slice() {
            [own, _] => format!("module `{own}` imports itself"),
            _ => format!("modules import each other: {}", names.join(" -> ")),
        };
        let mut diagnostic = Diagnostic::error(message);
        for (index, module) in cycle.iter().enumerate() {
            let next = cycle.get((index + 1) % cycle.len()).copied();
            if let Some((_, span, _)) = imports(*module).iter().find(|(imported, ..)| Some(imported.0) == next) {
                diagnostic = diagnostic.with(*span, "");
            }
        }
        diagnostics.push(diagnostic.rule(CHAINS));
    }
}

/// In YANG 1 submodules may not include each other; in YANG 1.1 it means nothing.
fn circular_includes(units: &[&Unit], diagnostics: &mut Diagnostics) {
    let included = |unit: &&Unit| {
        let place = |link: &Statement| units.iter().position(|other| other.name == link.text());
        unit.statement.all("include").filter(|_| !unit.version_1_1).filter_map(place).collect()
    };
    let edges: Vec<Vec<usize>> = units.iter().map(included).collect();
    for circle in circles(units.len(), &edges) {
        let unit = |index: usize| circle.get(index % circle.len()).and_then(|unit| units.get(*unit));
        let names: Vec<&str> = (0..=circle.len()).filter_map(unit).map(|unit| unit.name.as_str()).collect();
        let message = match names.as_slice() {
            [own, _] => format!("submodule `{own}` includes itself"),
            _ => format!("submodules include each other: {}", names.join(" -> ")),
        };
        let mut diagnostic = Diagnostic::error(message);
        for index in 0..circle.len() {
            let (Some(from), Some(to)) = (unit(index), unit(index + 1)) else { continue };
            if let Some(link) = from.statement.all("include").find(|link| link.text() == to.name) {
                diagnostic = diagnostic.with(link.argument_span(), "");
            }
        }
        diagnostics.push(diagnostic.rule(YANG_1));
    }
}

fn imports(loaded: &Loaded, unit: &Unit, diagnostics: &mut Diagnostics) {
    let mut seen: Vec<&Statement> = Vec::new();
    for link in unit.statement.all("import").filter(|_| !unit.version_1_1) {
        if let Some(first) = seen.iter().find(|first| first.text() == link.text()) {
            let message = format!("`{}` is imported twice, which needs YANG 1.1", link.text());
            let diagnostic = Diagnostic::error(message).at(link.head, "").with(first.head, "the first is here");
            diagnostics.push(diagnostic.rule("RFC 6020 section 7.1.5"));
        }
        seen.push(link);
        let imported = link.child_text("prefix").and_then(|prefix| unit.prefixes.get(prefix));
        let imported =
            imported.and_then(|module| loaded.modules.get(module.0)).filter(|family| family.name == link.text());
        let first = imported.and_then(|family| loaded.units.get(family.units.first()?.0));
        if let (Some(date), Some(first)) = (link.child("revision-date"), first)
            && first.version_1_1
        {
            let message = format!("a module of YANG 1 imports `{}` by revision, which is of YANG 1.1", link.text());
            let diagnostic = Diagnostic::error(message).at(date.head, "").with(first.statement.head, "YANG 1.1");
            diagnostics.push(diagnostic.rule(VERSIONS));
        }
    }
}

fn includes(loaded: &Loaded, family: &Family, unit: &Unit, diagnostics: &mut Diagnostics) {
    let of_family = |name: &str| {
        let units = family.units.iter().filter_map(|id: &UnitId| loaded.units.get(id.0));
        units.skip(1).find(|unit| unit.name == name).map(|unit| &unit.statement)
    };
    let Some(main) = family.units.first().and_then(|main| loaded.units.get(main.0)) else { return };
    let own = std::ptr::eq(main, unit);
    for link in unit.statement.all("include") {
        let Some(part) = of_family(link.text()) else { continue };
        let version_1_1 = part.child_text("yang-version") == Some("1.1");
        if version_1_1 != unit.version_1_1 {
            let version = |new: bool| if new { "1.1" } else { "1" };
            let message = format!("`{}` includes `{}`, which is of another YANG version", unit.name, link.text());
            let diagnostic =
                Diagnostic::error(message).at(link.argument_span(), format!("YANG {}", version(unit.version_1_1)));
            diagnostics.push(diagnostic.with(part.head, format!("YANG {}", version(version_1_1))).rule(VERSIONS));
        }
        // The one that was read is the first that was asked for.
        let newest = super::load::revision(part);
        let asked = |link: &Statement| link.child_text("revision-date").map(str::to_owned);
        let before = main.statement.all("include").find(|other| other.text() == link.text() && other.head != link.head);
        if let Some(other) = before
            && asked(link).is_some_and(|date| Some(date) != newest)
            && asked(other).is_none_or(|date| Some(date) == newest)
        {
            let rule = if own { "RFC 7950 section 7.1.6" } else { CHAINS };
            let message = format!("submodule `{}` is included in two revisions", link.text());
            let diagnostic = Diagnostic::error(message).at(link.head, "").with(other.head, "the other");
            diagnostics.push(diagnostic.rule(rule));
        }
        if !own && unit.version_1_1 && before.is_none() {
            let message = format!("`{}` is included by a submodule, not by its module `{}`", link.text(), main.name);
            let diagnostic = Diagnostic::error(message).at(link.argument_span(), "");
            let diagnostic = diagnostic.with(main.statement.head, "the module");
            diagnostics.push(diagnostic.rule(CHAINS).help("a module includes all of its submodules"));
        }
    }
}

/// RFC 7950 section 7.1.9: the newest first, each once.
fn revisions(unit: &Unit, diagnostics: &mut Diagnostics) {
    let mut before: Option<&Statement> = None;
    for revision in unit.statement.all("revision") {
        if let Some(before) = before.filter(|before| before.text() <= revision.text()) {
            let message = match before.text() == revision.text() {
                true => format!("revision {} stands here twice", revision.text()),
                false => format!("revision {} stands behind an older one", revision.text()),
            };
            let diagnostic = Diagnostic::warning(message).at(revision.head, "").with(before.head, "the one before");
            diagnostics.push(diagnostic.rule("RFC 7950 section 7.1.9"));
        }
        before = Some(revision);
    }
}
