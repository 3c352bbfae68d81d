//! The .sid files beside the modules: a number that clients have compiled in must not change.

use comi_sid::{Item, ItemStatus, Registry};

use super::Comparer;
use super::rules::Rule;
use super::side::Side;

impl Comparer<'_> {
    /// RFC 9595 section 3: all SIDs of the previous version of a file are present in the new one; those that are not
    /// stable may change.
    pub(super) fn sids(&mut self, old: &Registry, new: &Registry) {
        let modules = self.old.asked.iter().map(|id| self.old.module_name(*id).to_owned());
        for module in modules.collect::<Vec<_>>() {
            let Some(before) = old.file(&module) else { continue };
            let at = |side: &Side<'_>| Some(side.schema.module(side.schema.module_named(&module)?)?.span);
            let places = (at(&self.old), at(&self.new));
            let Some(after) = new.file(&module) else {
                if places.1.is_some() {
                    let message = "its .sid file is gone, and with it all of its SIDs";
                    self.tell(Rule::SidRemoved, &format!("module {module}"), message, places);
                }
                continue;
            };
            let path = |item: &Item| format!("{} {}", item.namespace.as_str(), item.identifier);
            for item in before.items.iter().filter(|item| item.status != ItemStatus::Unstable) {
                match after.sid(item.namespace, &item.identifier) {
                    Some(sid) if sid != item.sid => {
                        self.tell(Rule::SidChanged, &path(item), format!("SID {} became {sid}", item.sid), places);
                    }
                    Some(_) => {}
                    None => self.tell(Rule::SidRemoved, &path(item), format!("SID {} is gone", item.sid), places),
                }
            }
            for item in after.items.iter().filter(|item| before.sid(item.namespace, &item.identifier).is_none()) {
                self.tell(Rule::SidAdded, &path(item), format!("SID {} is new", item.sid), places);
            }
        }
    }
}
