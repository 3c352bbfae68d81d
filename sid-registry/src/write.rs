//! Writes a [`SidFile`] as RFC 9595 section 4 has it: one form, whatever layout was read.

use serde_json::{Map, Value};

use crate::{AssignmentRange, DependencyRevision, FileStatus, Item, ItemStatus, OtherMembers, SidFile};

impl SidFile {
    /// The file's text: the structure `ietf-sid-file:sid-file`, 64-bit numbers as strings (RFC 7951 section 6.1), two
    /// spaces of indent, items in the order of assignment, what equals its default left out, a newline at the end.
    pub fn to_json(&self) -> String {
        let mut root = Map::new();
        root.insert("ietf-sid-file:sid-file".into(), Value::Object(self.contents()));
        append(&mut root, &self.beside);
        format!("{:#}\n", Value::Object(root))
    }

    fn contents(&self) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("module-name".into(), self.module_name.as_str().into());
        if let Some(revision) = &self.module_revision {
            members.insert("module-revision".into(), revision.as_str().into());
        }
        if let Some(version) = self.sid_file_version {
            members.insert("sid-file-version".into(), version.into());
        }
        if self.sid_file_status == FileStatus::Unpublished {
            members.insert("sid-file-status".into(), "unpublished".into());
        }
        if let Some(description) = &self.description {
            members.insert("description".into(), description.as_str().into());
        }
        insert_list(&mut members, "dependency-revision", self.dependency_revisions.iter().map(dependency).collect());
        insert_list(&mut members, "assignment-range", self.assignment_ranges.iter().map(range).collect());
        let mut items: Vec<&Item> = self.items.iter().collect();
        items.sort_by(|a, b| a.order().cmp(&b.order()));
        insert_list(&mut members, "item", items.into_iter().map(item).collect());
        append(&mut members, &self.other);
        members
    }
}

/// RFC 7951 has no empty lists: a list without entries does not exist.
fn insert_list(members: &mut Map<String, Value>, name: &str, entries: Vec<Value>) {
    if !entries.is_empty() {
        members.insert(name.into(), Value::Array(entries));
    }
}

fn dependency(dependency: &DependencyRevision) -> Value {
    let mut members = Map::new();
    members.insert("module-name".into(), dependency.module_name.as_str().into());
    members.insert("module-revision".into(), dependency.module_revision.as_str().into());
    append(&mut members, &dependency.other);
    Value::Object(members)
}

fn range(range: &AssignmentRange) -> Value {
    let mut members = Map::new();
    members.insert("entry-point".into(), range.entry_point().to_string().into());
    members.insert("size".into(), range.size().to_string().into());
    append(&mut members, &range.other);
    Value::Object(members)
}

fn item(item: &Item) -> Value {
    let mut members = Map::new();
    members.insert("namespace".into(), item.namespace.as_str().into());
    members.insert("identifier".into(), item.identifier.as_str().into());
    if item.status != ItemStatus::Stable {
        members.insert("status".into(), item.status.as_str().into());
    }
    members.insert("sid".into(), item.sid.to_string().into());
    append(&mut members, &item.other);
    Value::Object(members)
}

fn append(members: &mut Map<String, Value>, other: &OtherMembers) {
    for (name, value) in other.iter() {
        members.entry(name).or_insert_with(|| value.clone());
    }
}
