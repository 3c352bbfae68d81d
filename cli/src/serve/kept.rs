//! A served device that keeps its configuration in a file.

use std::path::PathBuf;

use clap::Args;
use comi_runtime::board::Board;
use comi_runtime::store::{Initial, Persistence, Redb};
use comi_runtime::{Builder, Device};

/// Arguments that make a device keep its configuration.
#[derive(Args, Default)]
pub(crate) struct StoreArguments {
    /// Keep the configuration in this file, and start with what is in it; where there is none yet, with that of --data
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl StoreArguments {
    pub(super) fn is_given(&self) -> bool {
        self.store.is_some()
    }

    /// The device with the store that was named; a new one begins with this.
    pub(super) fn keep<B: Board>(&self, builder: Builder<B>, initial: Option<Initial>) -> Builder<B> {
        let Some(path) = &self.store else { return builder };
        let kept = Persistence::new(Redb::open(path));
        builder.store(match initial {
            Some(initial) => kept.factory_default(initial),
            None => kept,
        })
    }
}

/// Says what was not found as it was saved.
pub(super) fn tell<B: Board>(device: &Device<B>) {
    if let Some(restored) = device.restored().filter(|restored| !restored.is_whole()) {
        eprint!("{}", restored.explain(device.schema()));
    }
}
