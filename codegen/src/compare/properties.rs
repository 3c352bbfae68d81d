//! What two nodes of the same name say differently.

use super::Comparer;
use super::nodes::Pair;
use super::rules::Rule;
use super::side::Side;
use crate::schema::compiled::{ModuleId, Node, NodeId, NodeKind, Status};
use crate::source::Span;
use crate::syntax::Statement;

/// Where a change stands on both sides.
pub(super) type Places = (Option<Span>, Option<Span>);

/// The rules for a property that is text: added, changed, removed.
type TextRules = [Rule; 3];

impl Comparer<'_> {
    /// Compares two nodes and what is below them.
    pub(super) fn node(&mut self, old: NodeId, new: NodeId, path: &str, pair: Pair) {
        let (Some(was), Some(is)) = (self.old.node(old), self.new.node(new)) else { return };
        let places = (Some(was.span), Some(is.span));
        if was.kind != is.kind {
            let message = format!("{} became {}", was.kind.keyword(), is.kind.keyword());
            self.tell(Rule::KindChanged, path, message, places);
            return;
        }
        let mandatory = self.new.is_mandatory(new);
        self.status(was.status, is.status, path, self.at(was, is, "status"));
        self.if_features(was, is, path, mandatory);
        self.config(was, is, path, mandatory);
        self.cardinality(was, is, path);
        self.presence(was, is, path);
        self.keys(was, is, path);
        let units: TextRules = [Rule::UnitsAdded, Rule::UnitsChanged, Rule::UnitsRemoved];
        self.text(was.units.as_deref(), is.units.as_deref(), "units", units, path, self.at(was, is, "units"));
        self.defaults(was, is, path);
        self.conditions(was, is, path);
        self.extensions(&was.extensions, &is.extensions, path, places);
        if let (Some(old_type), Some(new_type)) = (&was.type_, &is.type_) {
            self.type_(old_type, new_type, path, (was.span, is.span));
        }
        if self.old.of_node(old).is_some() && self.new.of_node(new).is_some() {
            self.documentation(was.span, is.span, path, &["description"], Rule::DescriptionChanged);
            self.documentation(was.span, is.span, path, &["reference"], Rule::ReferenceChanged);
        }
        let ordered = was.kind != NodeKind::Choice;
        self.children(&was.children, &is.children, path, Pair { places, ordered, ..pair });
    }

    fn at(&self, was: &Node, is: &Node, keyword: &str) -> Places {
        (self.old.place(was.span, keyword), self.new.place(is.span, keyword))
    }

    /// A property that may be added, and then neither changed nor removed.
    pub(super) fn text(
        &mut self,
        was: Option<&str>,
        is: Option<&str>,
        what: &str,
        [added, changed, removed]: TextRules,
        path: &str,
        places: Places,
    ) {
        match (was, is) {
            (None, Some(is)) => self.tell(added, path, format!("{what} `{is}` is new"), places),
            (Some(was), None) => self.tell(removed, path, format!("{what} `{was}` is gone"), places),
            (Some(was), Some(is)) if was != is => {
                self.tell(changed, path, format!("{what} `{was}` became `{is}`"), places);
            }
            _ => {}
        }
    }

    /// Bullet 20.
    pub(super) fn status(&mut self, was: Status, is: Status, path: &str, places: Places) {
        let (rank, name) = (
            |status| match status {
                Status::Current => 0,
                Status::Deprecated => 1,
                Status::Obsolete => 2,
            },
            |status| match status {
                Status::Current => "current",
                Status::Deprecated => "deprecated",
                Status::Obsolete => "obsolete",
            },
        );
        let rule = match rank(is).cmp(&rank(was)) {
            std::cmp::Ordering::Less => Rule::StatusRaised,
            std::cmp::Ordering::Equal => return,
            std::cmp::Ordering::Greater => Rule::StatusLowered,
        };
        self.tell(rule, path, format!("status {} became {}", name(was), name(is)), places);
    }

    fn if_features(&mut self, was: &Node, is: &Node, path: &str, mandatory: bool) {
        let names = |side: &Side<'_>, node: &Node| -> Vec<String> {
            node.if_features.iter().map(|condition| side.expand(condition, node.module)).collect()
        };
        let (olds, news) = (names(&self.old, was), names(&self.new, is));
        self.if_feature_lists(&olds, &news, path, mandatory, self.at(was, is, "if-feature"));
    }

    /// Bullet 19.
    pub(super) fn if_feature_lists(
        &mut self,
        olds: &[String],
        news: &[String],
        path: &str,
        mandatory: bool,
        places: Places,
    ) {
        let gone: Vec<&String> = olds.iter().filter(|old| !news.contains(old)).collect();
        let new: Vec<&String> = news.iter().filter(|new| !olds.contains(new)).collect();
        match (gone.as_slice(), new.as_slice()) {
            ([], new) => {
                for condition in new {
                    self.tell(Rule::IfFeatureAdded, path, format!("if-feature `{condition}` is new"), places);
                }
            }
            (gone, []) => {
                for condition in gone {
                    let (rule, message) = match mandatory {
                        true => (Rule::IfFeatureRemovedMandatory, " from a mandatory node"),
                        false => (Rule::IfFeatureRemoved, ""),
                    };
                    self.tell(rule, path, format!("if-feature `{condition}` is gone{message}"), places);
                }
            }
            (gone, new) => {
                let list = |list: &[&String]| list.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(", ");
                let message = format!("if-feature `{}` became `{}`", list(gone), list(new));
                self.tell(Rule::IfFeatureChanged, path, message, places);
            }
        }
    }

    /// Bullets 9 and 18.
    fn config(&mut self, was: &Node, is: &Node, path: &str, mandatory: bool) {
        let places = self.at(was, is, "config");
        match (was.config, is.config) {
            (false, true) if mandatory => {
                self.tell(Rule::MandatoryStateToConfig, path, "state became configuration and is mandatory", places);
            }
            (false, true) => self.tell(Rule::StateToConfig, path, "state became configuration", places),
            (true, false) => self.tell(Rule::ConfigToState, path, "configuration became state", places),
            _ => {}
        }
        let places = self.at(was, is, "mandatory");
        match (was.mandatory, is.mandatory) {
            (false, true) => self.tell(Rule::MandatoryAdded, path, "it became mandatory", places),
            (true, false) => self.tell(Rule::MandatoryRemoved, path, "it is no longer mandatory", places),
            _ => {}
        }
    }

    /// Bullets 10 and 11.
    fn cardinality(&mut self, was: &Node, is: &Node, path: &str) {
        let (old, new) = (was.min_elements.unwrap_or(0), is.min_elements.unwrap_or(0));
        if old != new {
            let rule = if new > old { Rule::MinElementsHigher } else { Rule::MinElementsLower };
            let places = self.at(was, is, "min-elements");
            self.tell(rule, path, format!("min-elements {old} became {new}"), places);
        }
        let (old, new) = (was.max_elements, is.max_elements);
        if old != new {
            let number = |number: Option<u32>| number.map_or("unbounded".to_owned(), |number| number.to_string());
            let lower = new.unwrap_or(u32::MAX) < old.unwrap_or(u32::MAX);
            let rule = if lower { Rule::MaxElementsLower } else { Rule::MaxElementsHigher };
            let places = self.at(was, is, "max-elements");
            self.tell(rule, path, format!("max-elements {} became {}", number(old), number(new)), places);
        }
    }

    fn presence(&mut self, was: &Node, is: &Node, path: &str) {
        let places = self.at(was, is, "presence");
        match (&was.presence, &is.presence) {
            (None, Some(_)) => self.tell(Rule::PresenceAdded, path, "it became a presence container", places),
            (Some(_), None) => self.tell(Rule::PresenceRemoved, path, "it is no longer a presence container", places),
            (Some(old), Some(new)) if old != new => {
                let message = "the words of `presence` changed; see that their meaning did not";
                self.tell(Rule::PresenceChanged, path, message, places);
            }
            _ => {}
        }
    }

    fn keys(&mut self, was: &Node, is: &Node, path: &str) {
        let names = |side: &Side<'_>, ids: &[NodeId]| -> String {
            let names = ids.iter().filter_map(|id| Some(side.node(*id)?.name.as_str()));
            names.collect::<Vec<_>>().join(" ")
        };
        let (old, new) = (names(&self.old, &was.keys), names(&self.new, &is.keys));
        if old != new {
            self.tell(Rule::KeyChanged, path, format!("key `{old}` became `{new}`"), self.at(was, is, "key"));
        }
        let sets = |side: &Side<'_>, node: &Node| -> Vec<String> {
            let set = |ids: &Vec<NodeId>| {
                let mut paths: Vec<String> = ids.iter().map(|id| relative(side, *id, node)).collect();
                paths.sort();
                paths.join(" ")
            };
            node.unique.iter().map(set).collect()
        };
        let (olds, news) = (sets(&self.old, was), sets(&self.new, is));
        let places = self.at(was, is, "unique");
        for gone in olds.iter().filter(|old| !news.contains(old)) {
            self.tell(Rule::UniqueRemoved, path, format!("unique `{gone}` is gone"), places);
        }
        for new in news.iter().filter(|new| !olds.contains(new)) {
            self.tell(Rule::UniqueAdded, path, format!("unique `{new}` is new"), places);
        }
        if was.user_ordered != is.user_ordered {
            let by = |user| if user { "user" } else { "system" };
            let message = format!("ordered-by {} became {}", by(was.user_ordered), by(is.user_ordered));
            self.tell(Rule::OrderedByChanged, path, message, self.at(was, is, "ordered-by"));
        }
    }

    /// Bullet 4, which speaks of leafs; a leaf-list or a choice may not get one.
    fn defaults(&mut self, was: &Node, is: &Node, path: &str) {
        let case = |side: &Side<'_>, node: &Node| {
            node.default_case.and_then(|case| side.node(case)).map(|case| case.name.clone())
        };
        let texts = |node: &Node| {
            let texts: Vec<&str> = node.defaults.iter().map(|default| default.text.as_str()).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        };
        let (old, new) = match was.kind {
            NodeKind::Choice => (case(&self.old, was), case(&self.new, is)),
            _ => (texts(was), texts(is)),
        };
        // `10` and `0xa` are one value.
        let values = |node: &Node| node.defaults.iter().map(|default| default.value.clone()).collect::<Vec<_>>();
        let written = !was.defaults.is_empty() && values(was) == values(is);
        let identity = was.type_.as_ref().is_some_and(|type_| type_.written.contains("identityref"));
        if written && !identity {
            return;
        }
        let added = if was.kind == NodeKind::Leaf { Rule::DefaultAdded } else { Rule::DefaultOfOtherAdded };
        let rules = [added, Rule::DefaultChanged, Rule::DefaultRemoved];
        self.text(old.as_deref(), new.as_deref(), "default", rules, path, self.at(was, is, "default"));
    }

    /// Bullets 7 and 8. Whether an expression that changed is stricter can't be decided in general: it may be.
    fn conditions(&mut self, was: &Node, is: &Node, path: &str) {
        let musts = |side: &Side<'_>, node: &Node| -> Vec<String> {
            node.musts.iter().map(|must| side.expand(&must.expression, must.scope)).collect()
        };
        let rules = [Rule::MustAdded, Rule::MustChanged, Rule::MustRemoved];
        let (olds, news) = (musts(&self.old, was), musts(&self.new, is));
        let first = |spans: &[(String, Span)], known: &[String]| {
            spans.iter().find(|(text, _)| !known.contains(text)).map(|(_, span)| *span)
        };
        let located = |texts: &[String], spans: Vec<Span>| texts.iter().cloned().zip(spans).collect::<Vec<_>>();
        let old_places = located(&olds, was.musts.iter().map(|must| must.span).collect());
        let new_places = located(&news, is.musts.iter().map(|must| must.span).collect());
        let places = (first(&old_places, &news).or(Some(was.span)), first(&new_places, &olds).or(Some(is.span)));
        self.expressions(&olds, &news, "must", rules, path, places);
        for (must, (text, span)) in is.musts.iter().zip(&new_places) {
            let before = olds.iter().position(|old| old == text).and_then(|at| was.musts.get(at));
            if let Some(before) = before.filter(|before| before.error_app_tag != must.error_app_tag) {
                let message = format!("the error-app-tag of must `{text}` changed");
                self.tell(Rule::ErrorAppTagChanged, path, message, (Some(before.span), Some(*span)));
            }
        }
        let whens = |side: &Side<'_>, node: &Node| -> Vec<String> {
            node.whens.iter().map(|when| side.expand(&when.expression, when.scope)).collect()
        };
        let rules = [Rule::WhenAdded, Rule::WhenChanged, Rule::WhenRemoved];
        let places = self.at(was, is, "when");
        self.expressions(&whens(&self.old, was), &whens(&self.new, is), "when", rules, path, places);
    }

    fn expressions(
        &mut self,
        olds: &[String],
        news: &[String],
        what: &str,
        [added, changed, removed]: TextRules,
        path: &str,
        places: Places,
    ) {
        let gone: Vec<&String> = olds.iter().filter(|old| !news.contains(old)).collect();
        let new: Vec<&String> = news.iter().filter(|new| !olds.contains(new)).collect();
        for (index, text) in new.iter().enumerate() {
            match gone.get(index) {
                Some(before) => {
                    let message = format!("{what} `{before}` became `{text}`, which may be stricter");
                    self.tell(changed, path, message, places);
                }
                None => self.tell(added, path, format!("{what} `{text}` is new"), places),
            }
        }
        for text in gone.iter().skip(new.len()) {
            self.tell(removed, path, format!("{what} `{text}` is gone"), places);
        }
    }

    /// Statements that are for people.
    pub(super) fn documentation(&mut self, was: Span, is: Span, path: &str, keywords: &[&str], rule: Rule) {
        for keyword in keywords {
            let text = |statement: Option<&Statement>| {
                let text = statement?.child_text(keyword)?;
                Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
            };
            let (old, new) = (text(self.old.statement(was)), text(self.new.statement(is)));
            let how = match (&old, &new) {
                (None, Some(_)) => "is new",
                (Some(_), None) => "is gone",
                (Some(old), Some(new)) if old != new => "changed",
                _ => continue,
            };
            let meaning = match rule == Rule::DescriptionChanged && how == "changed" {
                true => "; see that the meaning did not",
                false => "",
            };
            let places = (self.old.place(was, keyword), self.new.place(is, keyword));
            self.tell(rule, path, format!("{keyword} {how}{meaning}"), places);
        }
    }

    /// What a statement's `if-feature`s say, with module names.
    pub(super) fn conditions_of(side: &Side<'_>, statement: &Statement, module: ModuleId) -> Vec<String> {
        statement.all("if-feature").map(|condition| side.expand(condition.text(), module)).collect()
    }
}

/// The path of a node below a list.
fn relative(side: &Side<'_>, id: NodeId, list: &Node) -> String {
    let mut steps = Vec::new();
    let mut at = side.node(id);
    while let Some(node) = at.filter(|node| node.span != list.span) {
        steps.push(node.name.as_str());
        at = node.parent.and_then(|parent| side.node(parent));
    }
    steps.reverse();
    steps.join("/")
}
