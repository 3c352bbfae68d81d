//! Any text is a `.sid` file or an error; what was read is written so that it reads the same, and can be checked,
//! updated and looked up.
#![no_main]

use comi_sid::{AssignmentRange, ModuleItems, Namespace, Registry, SidFile, check, update};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let Ok(file) = SidFile::parse(text) else { return };
    let written = file.to_json();
    let again = SidFile::parse(&written).expect("what we write can be read");
    assert_eq!(again.to_json(), written);

    let mut module = ModuleItems::new(file.module_name.as_str());
    module.items.extend(file.items.iter().step_by(2).map(|item| (item.namespace, item.identifier.clone())));
    module.items.push((Namespace::Data, "/new:item".into()));
    module.choices.extend(file.items.iter().step_by(3).map(|item| item.identifier.clone()));
    let _ = check(&file, &module);
    let _ = Registry::default().add("file", file.clone());
    if let Ok(first) = update(Some(file), &module, AssignmentRange::new(63000, 50)) {
        let second = update(Some(first.file.clone()), &module, None).expect("an update can be updated");
        assert!(!second.changed && second.file == first.file);
    }
});
