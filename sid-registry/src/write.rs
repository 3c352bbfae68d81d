//! Writes a [`SidFile`] as RFC 9595 section 4 has it: one form, whatever layout was read.

use crate::{FileStatus, Item, ItemStatus, OtherMembers, SidFile};

impl SidFile {
    /// The file's text: the structure `ietf-sid-file:sid-file`, 64-bit numbers as strings (RFC 7951 section 6.1), two
    /// spaces of indent, items in the order of assignment, what equals its default left out, a newline at the end.
    pub fn to_json(&self) -> String {
        let mut root = Object::open(0);
        root.member("ietf-sid-file:sid-file", &self.contents());
        root.others(&self.beside);
        root.close() + "\n"
    }

    fn contents(&self) -> String {
        let mut members = Object::open(1);
        members.text("module-name", &self.module_name);
        if let Some(revision) = &self.module_revision {
            members.text("module-revision", revision);
        }
        if let Some(version) = self.sid_file_version {
            members.member("sid-file-version", &version.to_string());
        }
        if self.sid_file_status == FileStatus::Unpublished {
            members.text("sid-file-status", "unpublished");
        }
        if let Some(description) = &self.description {
            members.text("description", description);
        }
        members.list("dependency-revision", &self.dependency_revisions, |dependency, entry| {
            entry.text("module-name", &dependency.module_name);
            entry.text("module-revision", &dependency.module_revision);
            entry.others(&dependency.other);
        });
        members.list("assignment-range", &self.assignment_ranges, |range, entry| {
            entry.text("entry-point", &range.entry_point().to_string());
            entry.text("size", &range.size().to_string());
            entry.others(&range.other);
        });
        let mut items: Vec<&Item> = self.items.iter().collect();
        items.sort_by(|a, b| a.order().cmp(&b.order()));
        members.list("item", &items, |item, entry| {
            entry.text("namespace", item.namespace.as_str());
            entry.text("identifier", &item.identifier);
            if item.status != ItemStatus::Stable {
                entry.text("status", item.status.as_str());
            }
            entry.text("sid", &item.sid.to_string());
            entry.others(&item.other);
        });
        members.others(&self.other);
        members.close()
    }
}

/// An object's text, member by member.
pub(crate) struct Object {
    text: String,
    depth: usize,
}

impl Object {
    pub(crate) fn open(depth: usize) -> Self {
        Self { text: "{".into(), depth }
    }

    /// A member whose value is JSON already.
    pub(crate) fn member(&mut self, name: &str, value: &str) {
        if !self.text.ends_with('{') {
            self.text.push(',');
        }
        self.text.push_str(&line(self.depth + 1));
        self.text.push_str(&quoted(name));
        self.text.push_str(": ");
        self.text.push_str(value);
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.member(name, &quoted(value));
    }

    /// A list; RFC 7951 has no empty ones: a list without entries does not exist.
    pub(crate) fn list<T>(&mut self, name: &str, entries: &[T], members: impl Fn(&T, &mut Object)) {
        let entries: Vec<String> = entries
            .iter()
            .map(|entry| {
                let mut object = Object::open(self.depth + 2);
                members(entry, &mut object);
                line(self.depth + 2) + &object.close()
            })
            .collect();
        if !entries.is_empty() {
            self.member(name, &format!("[{}{}]", entries.join(","), line(self.depth + 1)));
        }
    }

    fn others(&mut self, members: &OtherMembers) {
        for (name, value) in members.iter() {
            self.member(name, value);
        }
    }

    pub(crate) fn close(self) -> String {
        self.text + &line(self.depth) + "}"
    }
}

fn line(depth: usize) -> String {
    format!("\n{}", "  ".repeat(depth))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
