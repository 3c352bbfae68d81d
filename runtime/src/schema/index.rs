//! The indices by which the tables refer to each other.

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);

        impl $name {
            /// The index as a `usize`.
            #[must_use]
            pub const fn get(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index!(
    /// Index into [`Schema::nodes`](super::Schema::nodes).
    NodeIndex
);
index!(
    /// Index into [`Schema::modules`](super::Schema::modules).
    ModuleIndex
);
index!(
    /// Index into [`Schema::types`](super::Schema::types).
    TypeIndex
);
index!(
    /// Index into [`Schema::identities`](super::Schema::identities).
    IdentityIndex
);
index!(
    /// Index into [`Schema::choices`](super::Schema::choices).
    ChoiceIndex
);

index!(
    /// Index into [`Patterns::sets`](super::Patterns::sets).
    PatternSet
);

impl PatternSet {
    /// No pattern; no table has such a row.
    pub const NONE: PatternSet = PatternSet(u16::MAX);
}

impl NodeIndex {
    /// The datastore's root, above all top-level nodes; it has no row of its own.
    pub const ROOT: NodeIndex = NodeIndex(u16::MAX);
}
