//! Schema paths as people write them: `/acme-valve:valve/position`.

use crate::diagnostic::suggest;
use crate::schema::compiled::{Module, ModuleId, NodeId, Schema};
use crate::source::SourceMap;

/// The file of a module, as it was named to the compiler.
pub(super) fn source_name(sources: &SourceMap, module: &Module) -> String {
    match sources.source(module.span.source) {
        Some(source) => source.name().to_owned(),
        None => format!("{}.yang", module.name),
    }
}

/// The node of a path. A step without a module is in the module of the step before; a module may be named by its
/// prefix. Choices and cases are no steps.
///
/// # Errors
/// What is wrong with the path, and what was probably meant.
pub(crate) fn resolve_path(schema: &Schema, path: &str) -> Result<NodeId, String> {
    let Some(steps) = path.strip_prefix('/').filter(|steps| !steps.is_empty()) else {
        return Err(format!("the path {path:?} does not begin with /module:node"));
    };
    let mut module: Option<ModuleId> = None;
    let mut at: Option<NodeId> = None;
    for step in steps.split('/') {
        let (named, name) = match step.split_once(':') {
            Some((module, name)) => (Some(module), name),
            None => (None, step),
        };
        if let Some(named) = named {
            module = Some(find_module(schema, named)?);
        }
        let Some(within) = module else {
            return Err(format!("the path {path:?} does not begin with /module:node"));
        };
        let mut children = Vec::new();
        match at.and_then(|id| schema.node(id)) {
            Some(node) => super::rows::data_children(schema, &node.children, &Default::default(), &mut children),
            None => {
                let roots = schema.module(within).map(|module| module.roots.as_slice()).unwrap_or_default();
                super::rows::data_children(schema, roots, &Default::default(), &mut children);
            }
        }
        let nodes = || children.iter().filter_map(|id| Some((*id, schema.node(*id)?)));
        at = nodes().find(|(_, node)| node.module == within && node.name == name).map(|(id, _)| id);
        if at.is_none() {
            let guess = suggest(name, nodes().map(|(_, node)| node.name.as_str()));
            let guess = guess.map(|guess| format!("; did you mean {guess:?}?")).unwrap_or_default();
            return Err(format!("the path {path:?} leads nowhere: there is no node {step:?}{guess}"));
        }
    }
    at.ok_or_else(|| format!("the path {path:?} names no node"))
}

fn find_module(schema: &Schema, name: &str) -> Result<ModuleId, String> {
    if let Some(module) = schema.module_named(name) {
        return Ok(module);
    }
    let prefixed = |implemented: bool| {
        schema.modules.iter().position(|module| module.prefix == name && (module.implemented || !implemented))
    };
    let by_prefix = prefixed(true).or_else(|| prefixed(false));
    by_prefix.map(ModuleId).ok_or_else(|| {
        let guess = suggest(name, schema.modules.iter().map(|module| module.name.as_str()));
        let guess = guess.map(|guess| format!("; did you mean {guess:?}?")).unwrap_or_default();
        format!("there is no module {name:?} in this build{guess}")
    })
}
