//! RFC 7950 section 11 as data: which change of which statement is allowed, and by which sentence.

/// Whether a change breaks clients of the old revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Section 11 does not allow it, or it can't be seen that it does.
    Breaking,
    /// Section 11 allows it.
    Compatible,
}

macro_rules! rules {
    ($($rule:ident $name:literal $verdict:ident $place:literal,)*) => {
        /// A kind of change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each has its name and its sentence of section 11 in the table")]
        pub enum Rule { $($rule),* }

        impl Rule {
            /// All kinds of changes.
            pub const ALL: &'static [Rule] = &[$(Rule::$rule),*];

            /// A stable name, for programs.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Rule::$rule => $name),* }
            }

            /// Whether it breaks clients.
            #[must_use]
            pub fn verdict(self) -> Verdict {
                match self { $(Rule::$rule => Verdict::$verdict),* }
            }

            /// The part of section 11 (or of RFC 9595) that decides.
            fn place(self) -> &'static str {
                match self { $(Rule::$rule => $place),* }
            }
        }
    };
}

// Bullets are counted as they stand in section 11; "otherwise" is the paragraph behind them.
rules! {
    RevisionNotNew "revision-not-new" Breaking "paragraph 2",
    RevisionAdded "revision-added" Compatible "paragraph 2",
    MetadataChanged "metadata-changed" Compatible "paragraph 2",
    ModuleAdded "module-added" Compatible "paragraph 3",
    ModuleRemoved "module-removed" Breaking "paragraph 3",
    ModuleRenamed "module-renamed" Breaking "paragraph 3",
    NamespaceChanged "namespace-changed" Breaking "paragraph 3",
    DefinitionRemoved "definition-removed" Breaking "paragraph 4",
    NodeRemoved "node-removed" Breaking "paragraph 4",
    EnumAdded "enum-added" Compatible "bullet 1",
    EnumRemoved "enum-removed" Breaking "bullet 1",
    EnumValueChanged "enum-value-changed" Breaking "bullet 1",
    BitAdded "bit-added" Compatible "bullet 2",
    BitRemoved "bit-removed" Breaking "bullet 2",
    BitPositionChanged "bit-position-changed" Breaking "bullet 2",
    RangeExpanded "range-expanded" Compatible "bullet 3",
    RangeNarrowed "range-narrowed" Breaking "bullet 3",
    LengthExpanded "length-expanded" Compatible "bullet 3",
    LengthNarrowed "length-narrowed" Breaking "bullet 3",
    PatternRemoved "pattern-removed" Compatible "bullet 3",
    PatternAdded "pattern-added" Breaking "bullet 3",
    PatternChanged "pattern-changed" Breaking "bullet 3",
    DefaultAdded "default-added" Compatible "bullet 4",
    DefaultChanged "default-changed" Breaking "bullet 4",
    DefaultRemoved "default-removed" Breaking "bullet 4",
    DefaultOfOtherAdded "default-added-to-other" Breaking "bullet 4",
    UnitsAdded "units-added" Compatible "bullet 5",
    UnitsChanged "units-changed" Breaking "bullet 5",
    UnitsRemoved "units-removed" Breaking "bullet 5",
    ReferenceChanged "reference-changed" Compatible "bullet 6",
    MustRemoved "must-removed" Compatible "bullet 7",
    MustAdded "must-added" Breaking "bullet 7",
    MustChanged "must-changed" Breaking "bullet 7",
    WhenRemoved "when-removed" Compatible "bullet 8",
    WhenAdded "when-added" Breaking "bullet 8",
    WhenChanged "when-changed" Breaking "bullet 8",
    MandatoryRemoved "mandatory-removed" Compatible "bullet 9",
    MandatoryAdded "mandatory-added" Breaking "bullet 9",
    MinElementsLower "min-elements-lower" Compatible "bullet 10",
    MinElementsHigher "min-elements-higher" Breaking "bullet 10",
    MaxElementsHigher "max-elements-higher" Compatible "bullet 11",
    MaxElementsLower "max-elements-lower" Breaking "bullet 11",
    DescriptionChanged "description-changed" Compatible "bullet 12",
    IdentityBaseAdded "identity-base-added" Compatible "bullet 13",
    IdentityBaseRemoved "identity-base-removed" Breaking "bullet 13",
    TypeBaseRemoved "type-base-removed" Compatible "bullet 14",
    TypeBaseAdded "type-base-added" Breaking "bullet 14",
    DefinitionAdded "definition-added" Compatible "bullet 15",
    NodeAdded "node-added" Compatible "bullet 16",
    MandatoryNodeAdded "mandatory-node-added" Breaking "bullet 16",
    ConditionalNodeAdded "conditional-node-added" Compatible "bullet 16",
    CaseAdded "case-added" Compatible "bullet 17",
    StateToConfig "state-to-config" Compatible "bullet 18",
    MandatoryStateToConfig "mandatory-state-to-config" Breaking "bullet 18",
    ConfigToState "config-to-state" Breaking "bullet 18",
    IfFeatureRemoved "if-feature-removed" Compatible "bullet 19",
    IfFeatureRemovedMandatory "if-feature-removed-mandatory" Breaking "bullet 19",
    IfFeatureAdded "if-feature-added" Breaking "bullet 19",
    IfFeatureChanged "if-feature-changed" Breaking "bullet 19",
    StatusLowered "status-lowered" Compatible "bullet 20",
    StatusRaised "status-raised" Breaking "bullet 20",
    TypeRewritten "type-rewritten" Compatible "bullet 21",
    TypeChanged "type-changed" Breaking "bullet 21",
    SubmoduleAdded "submodule-added" Compatible "bullet 23",
    SubmoduleRemoved "submodule-removed" Compatible "bullet 23",
    PrefixChanged "prefix-changed" Compatible "bullet 24",
    KindChanged "kind-changed" Breaking "otherwise",
    PresenceAdded "presence-added" Breaking "otherwise",
    PresenceRemoved "presence-removed" Breaking "otherwise",
    PresenceChanged "presence-changed" Compatible "otherwise",
    KeyChanged "key-changed" Breaking "otherwise",
    UniqueAdded "unique-added" Breaking "otherwise",
    UniqueRemoved "unique-removed" Breaking "otherwise",
    OrderedByChanged "ordered-by-changed" Breaking "otherwise",
    ArgumentChanged "argument-changed" Breaking "otherwise",
    RequireInstanceChanged "require-instance-changed" Breaking "otherwise",
    ErrorAppTagChanged "error-app-tag-changed" Breaking "otherwise",
    Lwm2mChanged "lwm2m-changed" Breaking "otherwise",
    ExtensionChanged "extension-changed" Compatible "otherwise",
    Reordered "reordered" Breaking "last paragraph",
    SidAdded "sid-added" Compatible "RFC 9595 section 3",
    SidChanged "sid-changed" Breaking "RFC 9595 section 3",
    SidRemoved "sid-removed" Breaking "RFC 9595 section 3",
}

impl Rule {
    /// The document, section and sentence that decides.
    #[must_use]
    pub fn citation(self) -> String {
        match self.place() {
            place if place.starts_with("RFC") => place.to_owned(),
            place => format!("RFC 7950 section 11, {place}"),
        }
    }
}
