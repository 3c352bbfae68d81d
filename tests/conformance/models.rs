//! The modules in `yang/` and their `.sid` files belong together: every module compiles and has a file that names its
//! items and nothing else, in the one form that `comi sid update` writes, with numbers that no other file has, and
//! yang/README.md lists it with its range. pyang looks at the same independently (tests/interop/pyang).

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use comi_codegen::{Context, sid_items};
    use comi_sid::{Registry, Severity, SidFile, check, update};

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    /// `folder/name` of each module, in order.
    fn modules() -> Vec<String> {
        let mut found = Vec::new();
        for folder in ["ietf", "lwm2m", "example"] {
            for entry in fs::read_dir(root().join("yang").join(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if let Some(name) = name.strip_suffix(".yang") {
                    found.push(format!("{folder}/{name}"));
                }
            }
        }
        found.sort();
        assert!(found.len() >= 17, "yang/ should hold the modules of issue 3, has {found:?}");
        found
    }

    fn sid_text(module: &str) -> String {
        fs::read_to_string(root().join(format!("yang/{module}.sid")))
            .unwrap_or_else(|error| panic!("{module}: {error}"))
    }

    #[test]
    fn the_thermostat_has_the_module_that_the_others_know() {
        for file in ["acme-thermostat.yang", "acme-thermostat.sid"] {
            let read = |folder: &str| fs::read_to_string(root().join(folder).join(file)).unwrap();
            let same = read("examples/thermostat/yang") == read("yang/example");
            assert!(same, "examples/thermostat/yang/{file} is a copy of yang/example/{file}: copy it anew");
        }
    }

    #[test]
    fn sid_files_stand_in_the_form_that_comi_writes() {
        for module in modules() {
            let text = sid_text(&module);
            let file = SidFile::parse(&text).unwrap_or_else(|error| panic!("{module}: {error}"));
            assert!(
                module.ends_with(&format!("/{}", file.module_name)),
                "{module} has the file of {}",
                file.module_name
            );
            assert_eq!(file.to_json(), text, "{module}.sid");
        }
    }

    #[test]
    fn no_sid_is_given_twice_over_all_modules() {
        let mut registry = Registry::default();
        for module in modules() {
            let file = SidFile::parse(&sid_text(&module)).unwrap();
            registry.add(format!("yang/{module}.sid"), file).unwrap_or_else(|error| panic!("{module}: {error}"));
        }
    }

    #[test]
    fn comi_finds_nothing_to_mend_in_any_model() {
        for module in modules() {
            let name = module.rsplit('/').next().unwrap();
            let compiled = Context::new().yang_dir(root().join("yang/example")).module(name).compile();
            assert!(compiled.diagnostics.is_empty(), "{}", compiled.render(false));
            let items = sid_items(&compiled.schema, compiled.schema.module_named(name).unwrap());
            let file = SidFile::parse(&sid_text(&module)).unwrap();
            for finding in check(&file, &items) {
                assert_eq!(finding.severity(), Severity::Note, "{module}: {finding}");
            }
            let update = update(Some(file), &items, None).unwrap_or_else(|error| panic!("{module}: {error}"));
            assert!(!update.changed, "{module}: comi sid update would add {:?}", update.added);
        }
    }

    #[test]
    fn the_readme_lists_every_module_with_its_range() {
        let readme = fs::read_to_string(root().join("yang/README.md")).unwrap();
        for module in modules() {
            let file = SidFile::parse(&sid_text(&module)).unwrap();
            let range = file.assignment_ranges.first().unwrap();
            let cell = format!("| {}-{} |", range.entry_point(), range.end() - 1);
            let row = readme.lines().find(|line| line.starts_with(&format!("| {module} |")));
            assert!(row.is_some_and(|row| row.contains(&cell)), "{module}: wanted {cell} in {row:?}");
        }
    }
}
