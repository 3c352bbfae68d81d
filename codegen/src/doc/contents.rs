//! The tree at the side.

use super::html::{fragment, text};
use super::{Document, SECTIONS};
use crate::schema::compiled::{ModuleId, NodeId, NodeKind};

/// Trees of more nodes than this are folded at first.
const UNFOLDED: usize = 60;

impl Document<'_> {
    pub(super) fn contents(&mut self, modules: &[ModuleId]) {
        self.out.raw("<nav aria-label=\"Contents\">\n");
        for id in modules {
            let Some(module) = self.schema.module(*id) else { continue };
            let name = module.name.clone();
            let many = self.schema.nodes.iter().filter(|node| node.module == *id).count() > UNFOLDED;
            self.out.raw(&format!(
                "<p class=\"title\"><a href=\"{}\">{}</a></p>\n",
                fragment(&format!("module={name}")),
                text(&name)
            ));
            for (title, key, kinds) in SECTIONS {
                let roots = self.roots(module, kinds);
                self.branch(title, &format!("{key}={name}"), &roots, !many);
            }
            let added: Vec<NodeId> = self.augments(*id).into_iter().flat_map(|(_, nodes)| nodes).collect();
            self.branch("Augments", &format!("augments={name}"), &added, !many);
            for (title, key, list) in self.definitions_of(*id) {
                if list.is_empty() {
                    continue;
                }
                self.out.raw(&format!(
                    "<details><summary><a href=\"{}\">{title}</a></summary><ul>",
                    fragment(&format!("{key}={name}"))
                ));
                for definition in list {
                    let anchor = format!("{}={name}:{}", definition.keyword.name, definition.text());
                    self.out.raw(&format!(
                        "<li><a href=\"{}\">{}</a></li>",
                        fragment(&anchor),
                        text(definition.text())
                    ));
                }
                self.out.raw("</ul></details>\n");
            }
        }
        self.out.raw("</nav>\n");
    }

    fn branch(&mut self, title: &str, anchor: &str, nodes: &[NodeId], open: bool) {
        if nodes.is_empty() {
            return;
        }
        let open = if open { " open" } else { "" };
        self.out.raw(&format!("<details open><summary><a href=\"{}\">{title}</a></summary><ul>", fragment(anchor)));
        for id in nodes {
            self.twig(*id, open);
        }
        self.out.raw("</ul></details>\n");
    }

    fn twig(&mut self, id: NodeId, open: &str) {
        let Some(node) = self.schema.node(id) else { return };
        let name = match node.kind {
            NodeKind::Choice => format!("({})", node.name),
            NodeKind::Case => format!(":({})", node.name),
            _ => node.name.clone(),
        };
        let class = super::cards::group(node.kind);
        let href = fragment(self.anchors.of(id));
        let link = format!("<a class=\"{class}\" href=\"{href}\">{}</a>", text(&name));
        let children = self.children(node);
        if children.is_empty() {
            self.out.raw(&format!("<li>{link}</li>"));
            return;
        }
        self.out.raw(&format!("<li><details{open}><summary>{link}</summary><ul>"));
        for child in children {
            self.twig(child, open);
        }
        self.out.raw("</ul></details></li>");
    }
}
