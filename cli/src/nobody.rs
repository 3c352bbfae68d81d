//! A board that agrees with everything and has nothing: for a datastore of our own, to check what a device would check.

use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Content, Data, Value};

/// See the module.
pub(crate) struct Nobody(pub(crate) &'static Schema);

impl Board for Nobody {
    fn schema(&self) -> &'static Schema {
        self.0
    }

    fn read(&mut self, _: NodeIndex, _: &[Value]) -> Result<Data, Fault> {
        Err(Fault::Absent)
    }

    fn next(&mut self, _: NodeIndex, _: &[Value], _: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        Ok(None)
    }

    fn call(&mut self, _: Call, _: NodeIndex, _: &[Value], _: &Content) -> Result<Outcome<Content>, Fault> {
        Err(Fault::Absent)
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, _: &Change<'_>) {}
}
