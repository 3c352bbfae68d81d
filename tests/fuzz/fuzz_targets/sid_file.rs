//! Any text is a `.sid` file, a migration, or an error; what was read is written so that it reads the same, and can be
//! checked, updated, renamed, moved and looked up, with every number kept.
#![no_main]

use comi_sid::{
    AssignmentRange, FileStatus, Migration, ModuleItems, Namespace, Registry, RelocateOptions, SidFile, check,
    check_succession, duplicates, ranges, relocate, update,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Ok(migration) = Migration::parse(text) {
        assert_eq!(Migration::parse(&migration.to_json()).expect("what we write can be read"), migration);
    }
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
    let _ = duplicates([("file", &file), ("again", &again)]);
    for range in &file.assignment_ranges {
        let parts = ranges::parts(range);
        assert_eq!(parts.iter().map(|part| part.size).sum::<u64>(), range.size());
    }
    move_it(&file);
    if let Some(item) = file.items.first() {
        let _ = file.clone().rename(&item.identifier, "/new:name");
    }
    if let Ok(first) = update(Some(file.clone()), &module, AssignmentRange::new(63000, 50)) {
        for item in &file.items {
            assert!(first.file.items.iter().any(|now| now.sid == item.sid), "{} is lost", item.sid);
        }
        let _ = check_succession(&file, &first.file);
        let second = update(Some(first.file.clone()), &module, None).expect("an update can be updated");
        assert!(!second.changed && second.file == first.file);
        assert!(first.file.published().items.iter().all(|item| item.status != comi_sid::ItemStatus::Unstable));
    }
});

fn move_it(file: &SidFile) {
    let Some(to) = AssignmentRange::new(1 << 40, 1 << 60) else { return };
    let mut options = RelocateOptions { to, keep_gaps: file.sid_file_status == FileStatus::Published, permanent: true };
    let Ok(moved) = relocate(std::slice::from_ref(file), &options) else { return };
    for (old, new) in file.items.iter().zip(moved.files.iter().flat_map(|file| &file.items)) {
        assert_eq!(moved.migration.new_sid(old.sid), Some(new.sid));
    }
    assert_eq!(Migration::parse(&moved.migration.to_json()).expect("what we write can be read"), moved.migration);
    options.permanent = false;
    let _ = relocate(&moved.files, &options);
}
