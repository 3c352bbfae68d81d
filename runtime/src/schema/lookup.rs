//! Looking things up in the tables. Every accessor answers `None` for an index that is not of this schema.

use super::{
    Bounds, CaseMember, Choice, ChoiceIndex, Default, Flags, Identity, IdentityIndex, List, Module, ModuleIndex, Node,
    NodeIndex, NodeKind, Object, PatternSet, Schema, Type, TypeIndex,
};

impl Schema {
    /// The row of a node; `None` for the root and for foreign indices.
    #[must_use]
    pub fn node(&self, index: NodeIndex) -> Option<&'static Node> {
        self.nodes.get(index.get())
    }

    /// A node's identifier, without its module.
    #[must_use]
    pub fn name(&self, index: NodeIndex) -> &'static str {
        self.node(index).and_then(|node| self.names.get(node.name as usize)).copied().unwrap_or("")
    }

    /// The module in whose namespace a node is.
    #[must_use]
    pub fn module_of(&self, index: NodeIndex) -> Option<&'static Module> {
        self.module(self.node(index)?.module())
    }

    /// A module.
    #[must_use]
    pub fn module(&self, index: ModuleIndex) -> Option<&'static Module> {
        self.modules.get(index.get())
    }

    /// The module with this name.
    #[must_use]
    pub fn module_by_name(&self, name: &str) -> Option<ModuleIndex> {
        let position = self.modules.iter().position(|module| module.name == name)?;
        u16::try_from(position).ok().map(ModuleIndex)
    }

    /// The node with this SID.
    #[must_use]
    #[inline(never)]
    pub fn node_by_sid(&self, sid: u32) -> Option<NodeIndex> {
        let row = self.by_sid.binary_search_by_key(&sid, |node| self.node(*node).map_or(0, |row| row.sid)).ok()?;
        self.by_sid.get(row).copied()
    }

    /// The nodes directly below `parent` ([`NodeIndex::ROOT`]: the top-level nodes of all modules), in the
    /// order of the tables.
    #[must_use]
    #[inline(never)]
    pub fn children(&self, parent: NodeIndex) -> Children {
        let (next, end) = match self.node(parent) {
            Some(node) => (parent.0.saturating_add(1), node.end),
            None if parent == NodeIndex::ROOT => (0, u16::try_from(self.nodes.len()).unwrap_or(u16::MAX)),
            None => (0, 0),
        };
        Children { nodes: self.nodes, next, end }
    }

    /// The child of `parent` with this name; without a module, a name that is unique among the children.
    #[must_use]
    #[inline(never)]
    pub fn child(&self, parent: NodeIndex, module: Option<ModuleIndex>, name: &str) -> Option<NodeIndex> {
        let mut found = self.children(parent).filter(|child| {
            self.name(*child) == name
                && module.is_none_or(|module| self.node(*child).is_some_and(|node| node.module() == module))
        });
        let child = found.next()?;
        found.next().is_none().then_some(child)
    }

    /// Whether `node` is `ancestor` or below it; everything is below the root.
    #[must_use]
    #[inline(never)]
    pub fn is_within(&self, node: NodeIndex, ancestor: NodeIndex) -> bool {
        match self.node(ancestor) {
            Some(row) => node.0 >= ancestor.0 && node.0 < row.end,
            None => ancestor == NodeIndex::ROOT,
        }
    }

    /// The type of a leaf or leaf-list, leafrefs followed.
    #[must_use]
    #[inline(never)]
    pub fn type_of(&self, node: NodeIndex) -> Option<&'static Type> {
        self.resolved_type(self.node(node)?.type_index()?)
    }

    /// A type, leafrefs followed.
    #[must_use]
    #[inline(never)]
    pub fn resolved_type(&self, index: TypeIndex) -> Option<&'static Type> {
        match self.types.get(index.get())? {
            Type::Leafref { target_type, .. } => self.types.get(target_type.get()),
            other => Some(other),
        }
    }

    /// Whether a text matches every pattern of a set.
    #[must_use]
    pub fn matches(&self, set: PatternSet, text: &str) -> bool {
        self.first_unmatched(set, text).is_none()
    }

    /// The place in a set of the first pattern that a text does not match.
    #[must_use]
    #[inline(never)]
    pub fn first_unmatched(&self, set: PatternSet, text: &str) -> Option<u16> {
        let patterns = self.patterns?;
        let set = patterns.sets.get(set.get()).copied().unwrap_or(&[]);
        let fails = |program: &u16| {
            let program = patterns.programs.get(usize::from(*program));
            program.is_some_and(|program| !(patterns.matches)(program, patterns.classes, text))
        };
        (0..).zip(set).find(|(_, program)| fails(program)).map(|(place, _)| place)
    }

    /// The list row of a list.
    #[must_use]
    #[inline(never)]
    pub fn list(&self, node: NodeIndex) -> Option<&'static List> {
        let row = self.node(node)?;
        (row.kind() == NodeKind::List).then(|| self.lists.get(row.detail as usize)).flatten()
    }

    /// How many values identify one entry: the keys of a list; 1 for a leaf-list (its value) and for a keyless
    /// list (its 1-based position, readings 6); 0 for every other node.
    #[must_use]
    #[inline(never)]
    pub fn entry_key_count(&self, node: NodeIndex) -> usize {
        match self.node(node).map(Node::kind) {
            Some(NodeKind::List) => self.list(node).map_or(0, |list| list.keys.len().max(1)),
            Some(NodeKind::LeafList) => 1,
            _ => 0,
        }
    }

    /// How many values identify the entries on the way to a node, its own included.
    #[must_use]
    pub fn key_count(&self, node: NodeIndex) -> usize {
        let (mut at, mut count) = (node, 0);
        for _ in 0..MAX_DEPTH {
            let Some(row) = self.node(at) else { break };
            count += self.entry_key_count(at);
            at = row.parent;
        }
        count
    }

    /// The nodes from the top level down to `node`, `node` included.
    #[must_use]
    #[inline(never)]
    pub fn path(&self, node: NodeIndex) -> Steps {
        let mut left = 0;
        let mut at = node;
        while let Some(row) = self.node(at)
            && left < MAX_DEPTH
        {
            left += 1;
            at = row.parent;
        }
        Steps { nodes: self.nodes, node, left }
    }

    /// The defaults of a leaf (one) or leaf-list (several).
    #[must_use]
    #[inline(never)]
    pub fn defaults(&self, node: NodeIndex) -> &'static [Default] {
        if !self.node(node).is_some_and(|row| row.flags.has(Flags::HAS_DEFAULT)) {
            return &[];
        }
        let start = self.defaults.partition_point(|default| default.node < node);
        let end = self.defaults.partition_point(|default| default.node <= node);
        self.defaults.get(start..end).unwrap_or(&[])
    }

    /// `min-elements` and `max-elements`, where stated.
    #[must_use]
    #[inline(never)]
    pub fn bounds(&self, node: NodeIndex) -> Option<&'static Bounds> {
        let row = self.bounds.binary_search_by_key(&node, |bounds| bounds.node).ok()?;
        self.bounds.get(row)
    }

    /// The case that a node stands in.
    #[must_use]
    #[inline(never)]
    pub fn case_of(&self, node: NodeIndex) -> Option<&'static CaseMember> {
        if !self.node(node)?.flags.has(Flags::IN_CASE) {
            return None;
        }
        let row = self.case_members.binary_search_by_key(&node, |member| member.node).ok()?;
        self.case_members.get(row)
    }

    /// A choice.
    #[must_use]
    pub fn choice(&self, index: ChoiceIndex) -> Option<&'static Choice> {
        self.choices.get(index.get())
    }

    /// An identity.
    #[must_use]
    pub fn identity(&self, index: IdentityIndex) -> Option<&'static Identity> {
        self.identities.get(index.get())
    }

    /// An identity's name, without its module.
    #[must_use]
    pub fn identity_name(&self, index: IdentityIndex) -> &'static str {
        self.identity(index).and_then(|identity| self.names.get(identity.name as usize)).copied().unwrap_or("")
    }

    /// The identity with this SID.
    #[must_use]
    pub fn identity_by_sid(&self, sid: u32) -> Option<IdentityIndex> {
        let with_sid = self.identities.partition_point(|identity| identity.sid != 0);
        let row = self.identities.get(..with_sid)?.binary_search_by_key(&sid, |identity| identity.sid).ok()?;
        u16::try_from(row).ok().map(IdentityIndex)
    }

    /// The identity with this name in this module.
    #[must_use]
    pub fn identity_by_name(&self, module: ModuleIndex, name: &str) -> Option<IdentityIndex> {
        let row = self.identities.iter().position(|identity| {
            identity.module == module && self.names.get(identity.name as usize).is_some_and(|own| *own == name)
        })?;
        u16::try_from(row).ok().map(IdentityIndex)
    }

    /// Whether an identity is derived from all of `bases` (RFC 7950 section 9.10.2: itself does not count).
    #[must_use]
    pub fn is_derived_from(&self, index: IdentityIndex, bases: &[IdentityIndex]) -> bool {
        self.identity(index)
            .is_some_and(|identity| bases.iter().all(|base| identity.derived_from.binary_search(base).is_ok()))
    }

    /// The LwM2M object with this id.
    #[must_use]
    pub fn object(&self, id: u16) -> Option<&'static Object> {
        let row = self.objects.binary_search_by_key(&id, |object| object.id).ok()?;
        self.objects.get(row)
    }

    /// The node of an LwM2M resource.
    #[must_use]
    pub fn resource(&self, object: u16, id: u16) -> Option<NodeIndex> {
        let row = self.resources.binary_search_by_key(&(object, id), |row| (row.object, row.id)).ok()?;
        self.resources.get(row).map(|row| row.node)
    }
}

/// How deep a schema may be: a build error above it.
pub const MAX_DEPTH: usize = 32;

/// The nodes on the way to a node, from the top level down.
#[derive(Clone, Debug)]
pub struct Steps {
    nodes: &'static [Node],
    node: NodeIndex,
    left: usize,
}

impl Iterator for Steps {
    type Item = NodeIndex;

    // Walking up anew for each step costs less than keeping them: trees are low.
    #[inline(never)]
    fn next(&mut self) -> Option<NodeIndex> {
        self.left = self.left.checked_sub(1)?;
        let mut at = self.node;
        for _ in 0..self.left {
            at = self.nodes.get(at.get())?.parent;
        }
        Some(at)
    }
}

/// The children of a node, in the order of the tables.
#[derive(Clone, Debug)]
pub struct Children {
    nodes: &'static [Node],
    next: u16,
    end: u16,
}

impl Iterator for Children {
    type Item = NodeIndex;

    #[inline(never)]
    fn next(&mut self) -> Option<NodeIndex> {
        if self.next >= self.end {
            return None;
        }
        let child = NodeIndex(self.next);
        self.next = self.nodes.get(child.get())?.end.max(self.next.saturating_add(1));
        Some(child)
    }
}
