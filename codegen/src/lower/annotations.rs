//! The metadata annotations of a schema as one of their own, by which their values are read (RFC 7952).

use comi_runtime::schema;
use comi_sid::Registry;

use super::{Choices, lower};
use crate::context::Compiled;
use crate::diagnostic::Diagnostic;
use crate::schema::compiled::{Node, NodeId, NodeKind, Schema, TypeKind};

/// A schema that has, at its root, a leaf for each annotation that the modules define, of the annotation's name and type,
/// and no other node. Of an annotation whose value is about other nodes (leafref, instance-identifier) it has an anyxml.
/// It knows all modules, so that an annotation which its module does not define can be told from one of a module that is
/// not here.
///
/// # Errors
/// What no table can hold.
///
/// ```
/// use comi_codegen::{Context, annotation_schema};
///
/// let metadata = "module ietf-yang-metadata { namespace urn:m; prefix md; extension annotation { argument name; } }";
/// let notes = "module notes { namespace urn:n; prefix n; import ietf-yang-metadata { prefix md; }
///              md:annotation by { type string; } }";
/// let mut context = Context::new();
/// context.source("ietf-yang-metadata.yang", metadata).source("notes.yang", notes).module("notes");
/// let compiled = context.compile();
/// let schema = annotation_schema(&compiled).map_err(|_| "no schema")?;
/// let names = schema.children(comi_runtime::schema::NodeIndex::ROOT).map(|child| schema.name(child));
/// assert_eq!(names.collect::<Vec<_>>(), ["by"]);
/// # Ok::<(), &str>(())
/// ```
pub fn annotation_schema(compiled: &Compiled) -> Result<&'static schema::Schema, Vec<Diagnostic>> {
    let mut alone = Schema {
        modules: compiled.schema.modules.clone(),
        identities: compiled.schema.identities.clone(),
        ..Schema::default()
    };
    for module in &mut alone.modules {
        module.roots.clear();
        module.augments.clear();
        module.implemented = true;
    }
    for annotation in &compiled.schema.annotations {
        let id = NodeId(alone.nodes.len());
        let checked = !is_about_nodes(&annotation.type_.kind);
        let kind = if checked { NodeKind::Leaf } else { NodeKind::Anyxml };
        let mut node = Node::new(kind, &annotation.name, annotation.module, annotation.span);
        node.type_ = checked.then(|| annotation.type_.clone());
        alone.nodes.push(node);
        if let Some(module) = alone.modules.get_mut(annotation.module.0) {
            module.roots.push(id);
        }
    }
    let choices = Choices { without_sids: true, without_rules: true, ..Choices::default() };
    lower(&alone, &compiled.sources, &Registry::default(), &choices).map(|lowered| lowered.schema)
}

fn is_about_nodes(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Leafref { .. } | TypeKind::InstanceIdentifier { .. } => true,
        TypeKind::Union { members } => members.iter().any(|member| is_about_nodes(&member.kind)),
        _ => false,
    }
}
