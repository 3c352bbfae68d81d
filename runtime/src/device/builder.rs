//! How a device is put together.

use alloc::vec::Vec;

use super::Device;
use super::answer::Core;
use super::calls::Calls;
use super::feed::Feed;
use super::guard::Guarded;
use super::question::Services;
use super::sampler::Sampler;
use crate::board::Board;
use crate::coap::Endpoint;
use crate::coreconf::Ring;
use crate::datastore::Datastore;
use crate::limits::Limits;

/// A device that is being put together; [`Device::new`] begins it.
#[derive(Debug)]
pub struct Builder<B> {
    board: B,
    services: Services,
    limits: Limits,
    seed: Option<u64>,
}

/// Why there is no device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Without `std` there is no randomness here: [`Builder::seed`] must be called.
    #[error("no seed was given")]
    NoSeed,
    /// Neither [`Builder::coreconf`] nor [`Builder::lwm2m`] was called.
    #[error("the device speaks neither CORECONF nor LwM2M")]
    NoService,
}

impl<B: Board> Builder<B> {
    pub(super) fn new(board: B) -> Builder<B> {
        Builder { board, services: Services::default(), limits: Limits::DEVICE, seed: None }
    }

    /// Serves the datastore as `/c` and the event stream as `/s` (draft-ietf-core-comi).
    #[must_use]
    pub fn coreconf(mut self) -> Builder<B> {
        self.services.coreconf = true;
        self
    }

    /// Serves the model's LwM2M objects as `/{object}/{instance}/{resource}`.
    #[must_use]
    pub fn lwm2m(mut self) -> Builder<B> {
        self.services.lwm2m = true;
        self
    }

    /// Other limits than [`Limits::DEVICE`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Builder<B> {
        self.limits = limits;
        self
    }

    /// What message ids, tokens and waiting times are drawn from: a number that others can't foresee, or a fixed one
    /// to replay a run. With `std` there is one already.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Builder<B> {
        self.seed = Some(seed);
        self
    }

    /// The device, with an empty datastore.
    ///
    /// # Errors
    /// What was forgotten.
    pub fn build(self) -> Result<Device<B>, BuildError> {
        if self.services == Services::default() {
            return Err(BuildError::NoService);
        }
        let seed = self.seed.or_else(random).ok_or(BuildError::NoSeed)?;
        let Builder { board, services, limits, .. } = self;
        let core = Core {
            store: Datastore::new(board.schema(), limits.datastore),
            ring: Ring::new(limits.coreconf),
            calls: Calls::new(limits.calls),
            board: Guarded(board),
            services,
            faults: 0,
            limits,
        };
        Ok(Device {
            endpoint: Endpoint::new(core.limits.coap.clone(), seed),
            core,
            feed: Feed::default(),
            sampler: Sampler::default(),
            #[cfg(feature = "client")]
            events: alloc::collections::VecDeque::new(),
            out: Vec::new(),
        })
    }
}

/// The standard library's hash maps are seeded by the system.
#[cfg(feature = "std")]
fn random() -> Option<u64> {
    use core::hash::{BuildHasher as _, Hasher as _};
    Some(std::hash::RandomState::new().build_hasher().finish())
}

#[cfg(not(feature = "std"))]
fn random() -> Option<u64> {
    None
}
