//! What stands between the engine and the handlers: a panic in one becomes a fault, and each value is asked for once
//! in a round of notifications.

use alloc::vec::Vec;

use crate::board::{Board, Call, Change, Fault, Outcome};
use crate::schema::{NodeIndex, Schema};
use crate::value::{Content, Data, Value};

/// A board whose panics are faults.
///
/// With `std`, a handler that panics is a handler that failed: its request gets 5.00 and the device serves on. The
/// board is used again afterwards, so it should not rely on what it was doing. Built with `panic = "abort"`, or
/// without `std`, a panic ends the program as the panic handler says.
#[derive(Debug)]
pub(super) struct Guarded<B>(pub(super) B);

impl<B: Board> Guarded<B> {
    fn catch<T>(&mut self, handler: impl FnOnce(&mut B) -> Result<T, Fault>) -> Result<T, Fault> {
        caught(|| handler(&mut self.0)).unwrap_or_else(|Panicked| Err(Fault::failed("the handler panicked")))
    }
}

/// A closure has panicked.
pub(super) struct Panicked;

/// Runs what others wrote.
#[cfg(feature = "std")]
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).map_err(|_| Panicked)
}

/// Runs what others wrote.
#[cfg(not(feature = "std"))]
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    Ok(run())
}

impl<B: Board> Board for Guarded<B> {
    fn schema(&self) -> &'static Schema {
        self.0.schema()
    }

    fn read(&mut self, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
        self.catch(|board| board.read(node, keys))
    }

    fn next(&mut self, list: NodeIndex, keys: &[Value], after: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        self.catch(|board| board.next(list, keys, after))
    }

    fn call(
        &mut self,
        call: Call,
        operation: NodeIndex,
        keys: &[Value],
        input: &Content,
    ) -> Result<Outcome<Content>, Fault> {
        self.catch(|board| board.call(call, operation, keys, input))
    }

    fn prepare(&mut self, change: &Change<'_>) -> Result<(), Fault> {
        self.catch(|board| board.prepare(change))
    }

    fn changed(&mut self, change: &Change<'_>) {
        // the commit is made; a hook that panics can't undo it
        drop(caught(|| self.0.changed(change)));
    }
}

/// A board that is asked for each pulled value once, however many observers are told of it in a round.
pub(super) struct Memo<'a> {
    board: &'a mut dyn Board,
    /// In the order of their places.
    values: Vec<Known>,
}

struct Known {
    node: NodeIndex,
    keys: Vec<Value>,
    value: Result<Data, Fault>,
}

impl<'a> Memo<'a> {
    pub(super) fn new(board: &'a mut dyn Board) -> Memo<'a> {
        Memo { board, values: Vec::new() }
    }
}

impl Board for Memo<'_> {
    fn schema(&self) -> &'static Schema {
        self.board.schema()
    }

    fn read(&mut self, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
        let index = self.values.partition_point(|known| (known.node, known.keys.as_slice()) < (node, keys));
        if let Some(known) = self.values.get(index)
            && (known.node, known.keys.as_slice()) == (node, keys)
        {
            return known.value.clone();
        }
        let value = self.board.read(node, keys);
        self.values.insert(index, Known { node, keys: keys.to_vec(), value: value.clone() });
        value
    }

    fn next(&mut self, list: NodeIndex, keys: &[Value], after: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        self.board.next(list, keys, after)
    }

    fn call(
        &mut self,
        call: Call,
        operation: NodeIndex,
        keys: &[Value],
        input: &Content,
    ) -> Result<Outcome<Content>, Fault> {
        self.board.call(call, operation, keys, input)
    }

    fn prepare(&mut self, change: &Change<'_>) -> Result<(), Fault> {
        self.board.prepare(change)
    }

    fn changed(&mut self, change: &Change<'_>) {
        self.board.changed(change);
    }
}
