//! RFC 7950 section 7.21.2: what is current refers to nothing deprecated or obsolete, what is deprecated to nothing
//! obsolete, within a module. A definition without `status` is current, wherever it stands.

use super::compiled::Status;
use super::compiler::{Compiler, Place};
use super::definitions::{Kind, status};
use super::load::UnitId;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::Statement;

/// Who refers to something, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference<'s> {
    /// The definition that refers.
    pub(super) from: &'s Statement,
    pub(super) status: Status,
    pub(super) unit: UnitId,
    pub(super) span: Span,
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Current => "current",
        Status::Deprecated => "deprecated",
        Status::Obsolete => "obsolete",
    }
}

impl<'a> Compiler<'a> {
    /// Tells that a definition refers to one that is further on its way out.
    pub(super) fn check_status(&mut self, reference: Reference<'_>, target: &Statement, target_unit: UnitId) {
        let Reference { from, status: own, unit, span } = reference;
        let other = status(target);
        if own >= other || self.module_of(unit) != self.module_of(target_unit) {
            return;
        }
        let (name, keyword) = (from.text(), &from.keyword.name);
        let message =
            format!("{keyword} `{name}` is {} and refers to {} `{}`", word(own), target.keyword.name, target.text());
        let diagnostic = Diagnostic::error(message).at(span, "").with(target.head, word(other));
        self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.21.2"));
    }

    /// The typedefs that a definition names, those of union members too.
    pub(super) fn check_status_of_types(
        &mut self,
        from: &'a Statement,
        own: Status,
        type_: &'a Statement,
        place: Place,
    ) {
        let mut open = vec![type_];
        while let Some(type_) = open.pop() {
            open.extend(type_.all("type"));
            if let Some((typedef, defined)) = self.find(Kind::Typedef, type_.text(), place) {
                let span = type_.argument_span();
                self.check_status(Reference { from, status: own, unit: place.unit, span }, typedef, defined.unit);
            }
        }
    }
}
