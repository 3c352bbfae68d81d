//! The table of identities.

use std::collections::{BTreeSet, HashMap};

use comi_runtime::schema::{Identity, IdentityIndex, ModuleIndex};
use comi_sid::{Namespace, Registry, Sid};

use super::paths::source_name;
use super::{Choices, Names, leak};
use crate::diagnostic::Diagnostic;
use crate::schema::compiled::{IdentityId, Schema};
use crate::source::SourceMap;

/// The table, and the place of each compiled identity in it.
pub(super) struct Identities {
    pub(super) rows: Vec<Identity>,
    places: HashMap<IdentityId, IdentityIndex>,
}

impl Identities {
    pub(super) fn index_of(&self, id: IdentityId) -> Option<IdentityIndex> {
        self.places.get(&id).copied()
    }
}

pub(super) fn lower(
    schema: &Schema,
    sources: &SourceMap,
    sids: &Registry,
    choices: &Choices,
    names: &mut Names,
    diagnostics: &mut Vec<Diagnostic>,
) -> Identities {
    let mut order: Vec<(u32, usize)> = Vec::new();
    for (place, identity) in schema.identities.iter().enumerate() {
        let Some(module) = schema.module(identity.module) else { continue };
        let sid = sids.sid(&module.name, Namespace::Identity, &identity.name);
        // Identities of a module that is only imported may do without: its SID file is not always at hand.
        if sid.is_none() && module.implemented && !choices.without_sids {
            let message = format!("identity {}:{} has no SID", module.name, identity.name);
            let help = format!("run `comi sid update {}`", source_name(sources, module));
            diagnostics.push(Diagnostic::error(message).at(identity.span, "no SID").help(help));
        }
        let sid = u32::try_from(sid.map_or(0, Sid::number)).unwrap_or_else(|_| {
            let message = format!("the SID of identity {}:{} does not fit into 32 bits", module.name, identity.name);
            diagnostics.push(Diagnostic::error(message).at(identity.span, ""));
            0
        });
        order.push((sid, place));
    }
    order.sort_by_key(|(sid, place)| (*sid == 0, *sid, *place));
    if order.len() > usize::from(u16::MAX) {
        diagnostics.push(Diagnostic::error("the schema has more than 65535 identities"));
        order.truncate(usize::from(u16::MAX));
    }
    let places: HashMap<IdentityId, IdentityIndex> =
        (0..=u16::MAX).zip(&order).map(|(row, (_, place))| (IdentityId(*place), IdentityIndex(row))).collect();
    let rows = order.iter().filter_map(|(sid, place)| {
        let identity = schema.identities.get(*place)?;
        let above = ancestors(schema, IdentityId(*place));
        let above: BTreeSet<IdentityIndex> = above.iter().filter_map(|id| places.get(id).copied()).collect();
        Some(Identity {
            sid: *sid,
            name: names.intern(&identity.name),
            module: ModuleIndex(u16::try_from(identity.module.0).unwrap_or(u16::MAX)),
            derived_from: leak(above.into_iter().collect()),
        })
    });
    Identities { rows: rows.collect(), places }
}

/// Everything an identity is derived from.
fn ancestors(schema: &Schema, id: IdentityId) -> BTreeSet<IdentityId> {
    let mut found = BTreeSet::new();
    let mut open = vec![id];
    while let Some(identity) = open.pop().and_then(|id| schema.identities.get(id.0)) {
        open.extend(identity.bases.iter().copied().filter(|base| found.insert(*base)));
    }
    found
}
