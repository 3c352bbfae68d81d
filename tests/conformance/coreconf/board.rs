//! A board whose readings and outputs are given by path.

use std::collections::BTreeMap;

use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Content, Data, InstanceIdentifier, Value, text};

use crate::fixture::schema;

/// An identifier from its text.
pub(crate) fn at(path: &str) -> InstanceIdentifier {
    text::parse_path(schema(), path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A leaf's data from its text.
pub(crate) fn leaf(path: &str, value: &str) -> Data {
    Data::Leaf(text::parse(schema(), at(path).node, value).unwrap_or_else(|error| panic!("{path}: {error}")))
}

/// Readings of state, and the outputs of operations.
#[derive(Default)]
pub(crate) struct TableBoard {
    readings: BTreeMap<InstanceIdentifier, Data>,
    pub(crate) outputs: BTreeMap<NodeIndex, Content>,
    pub(crate) calls: Vec<(InstanceIdentifier, Content)>,
}

impl TableBoard {
    /// Sets a reading.
    pub(crate) fn reads(&mut self, path: &str, value: &str) {
        self.readings.insert(at(path), leaf(path, value));
    }
}

impl Board for TableBoard {
    fn schema(&self) -> &'static Schema {
        schema()
    }

    fn read(&mut self, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
        self.readings.get(&InstanceIdentifier { node, keys: keys.to_vec() }).cloned().ok_or(Fault::Absent)
    }

    fn next(&mut self, _: NodeIndex, _: &[Value], _: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        Ok(None)
    }

    fn call(
        &mut self,
        _: Call,
        operation: NodeIndex,
        keys: &[Value],
        input: &Content,
    ) -> Result<Outcome<Content>, Fault> {
        self.calls.push((InstanceIdentifier { node: operation, keys: keys.to_vec() }, input.clone()));
        Ok(Outcome::Done(self.outputs.get(&operation).cloned().unwrap_or_default()))
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, _: &Change<'_>) {}
}
