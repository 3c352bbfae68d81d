//! Which modules a device says it has: its YANG library (RFC 8525), read with nothing but the library's own module.

use serde_json::Value;

/// A device's modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Library {
    /// Those that it implements.
    pub(crate) modules: Vec<Implemented>,
}

/// A module that a device implements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Implemented {
    pub(crate) name: String,
    /// Empty: it has none.
    pub(crate) revision: String,
    /// The features that the device supports.
    pub(crate) features: Vec<String>,
}

impl Library {
    /// Where it stands.
    pub(crate) const NODE: &str = "/ietf-yang-library:yang-library";

    /// Reads the content of that node, in JSON; `None` where no module is implemented.
    pub(crate) fn read(json: &str) -> Option<Library> {
        let library: Value = serde_json::from_str(json).ok()?;
        let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut modules: Vec<Implemented> = Vec::new();
        for module in list(&library, "module-set").iter().flat_map(|set| list(set, "module")) {
            let name = text(&module, "name");
            let features = list(&module, "feature").iter().filter_map(Value::as_str).map(str::to_owned).collect();
            if !name.is_empty() && modules.iter().all(|known| known.name != name) {
                modules.push(Implemented { name, revision: text(&module, "revision"), features });
            }
        }
        (!modules.is_empty()).then_some(Library { modules })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_implemented_modules_are_told_with_revision_and_features() {
        let library = Library::read(
            r#"{"content-id": "1", "module-set": [{"name": "all", "module": [
                {"name": "a", "revision": "2026-01-01", "feature": ["x"]}, {"name": "b"}, {"name": "b"}],
                "import-only-module": [{"name": "c", "revision": ""}]}]}"#,
        );
        let module = |name: &str, revision: &str, features: &[&str]| Implemented {
            name: name.to_owned(),
            revision: revision.to_owned(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
        };
        let modules = vec![module("a", "2026-01-01", &["x"]), module("b", "", &[])];
        assert_eq!(library, Some(Library { modules }));
        assert_eq!(Library::read("{}"), None);
        assert_eq!(Library::read("7"), None);
    }
}
