//! A copy of a device's configuration, to try a change on it before the device is asked. Read [`Local`] first.

use anyhow::{Result, anyhow};
use comi_runtime::datastore::{Datastore, Edit, EditError, Limits, Origin};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Content, Data, InstanceIdentifier};

use crate::changes::Change;
use crate::nobody::Nobody;

/// A configuration that changes as a device's would.
pub(crate) struct Local {
    schema: &'static Schema,
    store: Datastore,
    /// Whether all of it obeys the models here: what a device keeps may, by other models or by rules that are evaluated
    /// there alone, and then nothing can be told of a change.
    pub(crate) is_checked: bool,
}

impl Local {
    pub(crate) fn new(schema: &'static Schema, content: &Content) -> Local {
        let mut local = Local { schema, store: Datastore::new(schema, Limits::SERVER), is_checked: true };
        local.is_checked = local.edit(|edit| edit.replace_all(content.clone())).is_ok();
        local
    }

    /// What the configuration is after a node has become this.
    pub(crate) fn with(&mut self, at: &InstanceIdentifier, data: Option<Data>) -> Result<Content> {
        self.edit(|edit| match data {
            Some(Data::Container(content)) if at.node == NodeIndex::ROOT => edit.replace_all(content),
            Some(data) => edit.replace(at, data),
            None => edit.delete(at).map(drop),
        })?;
        Ok(self.store.content().clone())
    }

    /// What it is after some changes, as far as they can be made.
    pub(crate) fn with_changes(&mut self, changes: &[Change]) -> Result<Content> {
        self.edit(|edit| {
            changes.iter().try_for_each(|change| match &change.new {
                Some(data) => edit.replace(&change.at, data.clone()),
                None => edit.delete(&change.at).map(drop),
            })
        })?;
        Ok(self.store.content().clone())
    }

    fn edit(&mut self, make: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>) -> Result<()> {
        let schema = self.schema;
        let mut edit = self.store.edit(Origin::Requester);
        let done = make(&mut edit).and_then(|()| edit.finish(&mut Nobody(schema)));
        done.map(drop).map_err(|error| {
            let at = error.at.as_ref().map(|at| text::print_path(schema, at, PathForm::Uri)).unwrap_or_default();
            anyhow!("{at}: {error}")
        })
    }
}
