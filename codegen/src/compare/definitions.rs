//! What a module defines besides nodes: features, identities, extensions, typedefs and groupings.

use super::Comparer;
use super::nodes::Pair;
use super::properties::Places;
use super::rules::Rule;
use super::side::Side;
use crate::schema::compiled::ModuleId;
use crate::syntax::Statement;

/// The statements that define what other modules can use by name.
const DEFINITIONS: [&str; 5] = ["feature", "identity", "extension", "typedef", "grouping"];

impl Comparer<'_> {
    pub(super) fn definitions(&mut self, old: ModuleId, new: ModuleId) {
        for keyword in DEFINITIONS {
            let (olds, news) = (self.old.defined(old, keyword), self.new.defined(new, keyword));
            for was in &olds {
                let path = format!("{keyword} {}", was.text());
                match news.iter().find(|is| is.text() == was.text()) {
                    Some(is) => self.definition((was, old), (is, new), &path),
                    None => {
                        let module = self.new.schema.module(new).map(|module| module.span);
                        self.tell(Rule::DefinitionRemoved, &path, "it is gone", (Some(was.head), module));
                    }
                }
            }
            for is in news.iter().filter(|is| olds.iter().all(|was| was.text() != is.text())) {
                let path = format!("{keyword} {}", is.text());
                self.tell(Rule::DefinitionAdded, &path, "it is new", (None, Some(is.head)));
            }
        }
    }

    fn definition(&mut self, (was, old): (&Statement, ModuleId), (is, new): (&Statement, ModuleId), path: &str) {
        let places = (Some(was.head), Some(is.head));
        let status = |statement| crate::schema::status(statement);
        self.status(status(was), status(is), path, self.lines(was, is, "status"));
        let (olds, news) = (Self::conditions_of(&self.old, was, old), Self::conditions_of(&self.new, is, new));
        self.if_feature_lists(&olds, &news, path, false, self.lines(was, is, "if-feature"));
        self.documentation(was.head, is.head, path, &["description"], Rule::DescriptionChanged);
        self.documentation(was.head, is.head, path, &["reference"], Rule::ReferenceChanged);
        match was.keyword.name.as_str() {
            "identity" => self.identity((was, old), (is, new), path),
            "extension" => self.extension(was, is, path),
            "typedef" => self.typedef((was, old), (is, new), path),
            "grouping" => {
                let nodes = |side: &Side<'_>, module, name: &str| {
                    let probe = side.node(side.probe(module, "groupings", name)?)?;
                    Some((probe.children.clone(), probe.module))
                };
                if let (Some((olds, old)), Some((news, new))) =
                    (nodes(&self.old, old, was.text()), nodes(&self.new, new, is.text()))
                {
                    self.children(&olds, &news, path, Pair { old, new, places, ordered: true });
                }
            }
            _ => {}
        }
    }

    fn lines(&self, was: &Statement, is: &Statement, keyword: &str) -> Places {
        (self.old.place(was.head, keyword), self.new.place(is.head, keyword))
    }

    /// Bullet 13.
    fn identity(&mut self, (was, old): (&Statement, ModuleId), (is, new): (&Statement, ModuleId), path: &str) {
        let bases = |side: &Side<'_>, statement: &Statement, module: ModuleId| -> Vec<String> {
            let own = side.module_name(module);
            let qualified = |name: String| if name.contains(':') { name } else { format!("{own}:{name}") };
            statement.all("base").map(|base| qualified(side.expand(base.text(), module))).collect()
        };
        let (olds, news) = (bases(&self.old, was, old), bases(&self.new, is, new));
        let places = self.lines(was, is, "base");
        for base in olds.iter().filter(|base| !news.contains(base)) {
            self.tell(Rule::IdentityBaseRemoved, path, format!("base `{base}` is gone"), places);
        }
        for base in news.iter().filter(|base| !olds.contains(base)) {
            self.tell(Rule::IdentityBaseAdded, path, format!("base `{base}` is new"), places);
        }
    }

    fn extension(&mut self, was: &Statement, is: &Statement, path: &str) {
        let argument = |statement: &Statement| {
            let argument = statement.child("argument")?;
            let element = argument.child_text("yin-element").unwrap_or("false");
            Some(format!("{} (yin-element {element})", argument.text()))
        };
        let places = self.lines(was, is, "argument");
        let rules = [Rule::ArgumentChanged; 3];
        self.text(argument(was).as_deref(), argument(is).as_deref(), "argument", rules, path, places);
    }

    fn typedef(&mut self, (was, old): (&Statement, ModuleId), (is, new): (&Statement, ModuleId), path: &str) {
        let leaf = |side: &Side<'_>, module, name: &str| side.probe(module, "typedefs", name);
        let old_leaf = leaf(&self.old, old, was.text()).and_then(|id| self.old.node(id));
        let new_leaf = leaf(&self.new, new, is.text()).and_then(|id| self.new.node(id));
        let (Some(old_leaf), Some(new_leaf)) = (old_leaf, new_leaf) else { return };
        let default = |node: &crate::schema::compiled::Node| node.defaults.first().map(|default| default.text.clone());
        let (before, after) = (default(old_leaf), default(new_leaf));
        let rules = [Rule::DefaultAdded, Rule::DefaultChanged, Rule::DefaultRemoved];
        let places = self.lines(was, is, "default");
        self.text(before.as_deref(), after.as_deref(), "default", rules, path, places);
        let rules = [Rule::UnitsAdded, Rule::UnitsChanged, Rule::UnitsRemoved];
        let (units, places) = ((&old_leaf.units, &new_leaf.units), self.lines(was, is, "units"));
        self.text(units.0.as_deref(), units.1.as_deref(), "units", rules, path, places);
        if let (Some(old_type), Some(new_type)) = (&old_leaf.type_, &new_leaf.type_) {
            // As the probe writes them both are `m:NAME`; what they stand for is compared.
            self.type_(old_type, new_type, path, (was.head, is.head));
        }
    }
}

impl<'a> Side<'a> {
    fn defined(&self, module: ModuleId, keyword: &'a str) -> Vec<&'a Statement> {
        let statements = self.statements_of(module).into_iter();
        statements.flat_map(|statement| statement.all(keyword)).filter(|found| found.argument.is_some()).collect()
    }
}
