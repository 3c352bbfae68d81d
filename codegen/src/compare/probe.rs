//! A module of our own beside each that is compared: a leaf of each typedef and a container that uses each grouping,
//! so that their effective types and nodes are in the schema.

use crate::context::{Compiled, Context};
use crate::schema::compiled::{ModuleId, NodeId};

use super::side::Side;

/// No module made for use is called so.
fn name(module: &str) -> String {
    format!("comi-probe.of.{module}")
}

/// The context with the probes.
pub(super) fn context(context: &Context, compiled: &Compiled) -> Context {
    let mut context = context.clone();
    for id in &compiled.asked {
        let Some(module) = compiled.schema.module(*id) else { continue };
        let own = compiled.texts.iter().filter(|text| text.module == *id);
        if own.clone().any(|text| text.statement.is("submodule") && text.statement.text() == module.name) {
            continue; // a submodule by itself can't be imported
        }
        let (mut leafs, mut containers) = (String::new(), String::new());
        for text in own {
            for statement in text.statement.children.iter().filter(|statement| statement.argument.is_some()) {
                let defined = statement.text();
                if statement.is("typedef") {
                    leafs.push_str(&format!("    leaf {defined} {{ type m:{defined}; }}\n"));
                } else if statement.is("grouping") {
                    containers.push_str(&format!("    container {defined} {{ uses m:{defined}; }}\n"));
                }
            }
        }
        let (probe, module) = (name(&module.name), &module.name);
        let text = format!(
            "module {probe} {{\n  yang-version 1.1;\n  namespace \"urn:comi:probe:{module}\";\n  prefix comi-probe;\n  \
             import {module} {{ prefix m; }}\n  container typedefs {{\n{leafs}  }}\n  container groupings {{\n\
             {containers}  }}\n}}\n"
        );
        context.source(format!("{probe}.yang"), text).module(probe);
    }
    context
}

impl Side<'_> {
    /// The node that a module's probe has for a typedef or a grouping.
    pub(super) fn probe(&self, module: ModuleId, kind: &str, defined: &str) -> Option<NodeId> {
        let probe = self.schema.module(self.schema.module_named(&name(self.module_name(module)))?)?;
        let named = |ids: &[NodeId], name: &str| {
            ids.iter().copied().find(|id| self.node(*id).is_some_and(|node| node.name == name))
        };
        let holder = named(&probe.roots, kind)?;
        named(&self.node(holder)?.children, defined)
    }
}
