//! Phase 4, last: definitions that nobody uses may be wrong too.

use super::compiler::{Compiler, Place};
use crate::syntax::Statement;

impl<'a> Compiler<'a> {
    /// Groupings that nobody uses are held to the same rules, as far as these don't depend on the place of use.
    pub(super) fn check_unused_groupings(&mut self) {
        for (place, text) in self.implemented_texts() {
            for grouping in text.statement.all("grouping").filter(|grouping| grouping.argument.is_some()) {
                if !self.used_groupings.contains(&grouping.span) {
                    self.unused(grouping, place);
                }
            }
            for typedef in text.statement.all("typedef").filter(|typedef| typedef.argument.is_some()) {
                self.typedef(typedef, place, typedef);
            }
        }
        for (typedef, place) in self.local_typedefs() {
            self.typedef(typedef, place, typedef);
        }
        for (grouping, place) in self.local_groupings() {
            if !self.used_groupings.contains(&grouping.span) {
                self.unused(grouping, place);
            }
        }
    }

    /// The nodes of a grouping, made, looked at, and thrown away.
    fn unused(&mut self, grouping: &'a Statement, place: Place) {
        if self.too_many {
            return;
        }
        let module = place.module;
        let kept = self.schema.modules.get(module.0).map(|module| module.roots.clone()).unwrap_or_default();
        let before = kept.len();
        self.placeless = true;
        let inside = self.inside(grouping, place);
        self.resolving.push(grouping.span);
        self.children(grouping, None, inside);
        self.resolving.pop();
        let roots = self.children_of(None, module).get(before..).unwrap_or_default().to_vec();
        let order = self.preorder(&roots);
        for id in &order {
            self.inherit_config(*id);
            self.attach_type(*id);
        }
        for id in &order {
            self.defaults(*id);
        }
        for id in &order {
            self.keys(*id);
            self.uniques(*id);
            self.default_case(*id);
            self.cardinality(*id);
            self.clashes(Some(*id), module);
        }
        // The grouping's own nodes, alone among the roots.
        if let Some(module) = self.schema.modules.get_mut(module.0) {
            module.roots = roots;
        }
        self.clashes(None, module);
        if let Some(module) = self.schema.modules.get_mut(module.0) {
            module.roots = kept;
        }
        self.siblings.forget(None, module);
        self.placeless = false;
    }
}
