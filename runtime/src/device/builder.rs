//! How a device is put together.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Device;
use super::answer::Core;
use super::calls::Calls;
use super::feed::Feed;
use super::guard::Guarded;
use super::keep::Start;
use super::question::Services;
#[cfg(feature = "lwm2m")]
use super::registrations::Registrations;
use super::sampler::Sampler;
use crate::board::Board;
use crate::coap::Endpoint;
use crate::coreconf::Ring;
use crate::datastore::Datastore;
use crate::limits::Limits;
#[cfg(feature = "lwm2m")]
use crate::lwm2m::registration::{AccountError, Lwm2mClient};
use crate::store::{Persistence, StartError};

/// A device that is being put together; [`Device::new`] begins it.
#[derive(Debug)]
pub struct Builder<B> {
    board: B,
    services: Services,
    limits: Limits,
    seed: Option<u64>,
    #[cfg(feature = "lwm2m")]
    client: Option<Lwm2mClient>,
    start: Option<Box<dyn Start>>,
}

/// Why there is no device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Without `std` there is no randomness here: [`Builder::seed`] must be called.
    #[error("no seed was given")]
    NoSeed,
    /// An LwM2M server that can't be registered with.
    #[cfg(feature = "lwm2m")]
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Neither [`Builder::coreconf`] nor [`Builder::lwm2m`] was called.
    #[error("the device speaks neither CORECONF nor LwM2M")]
    NoService,
    /// The device can't start with what is in its store.
    #[error(transparent)]
    Store(Box<StartError>),
}

impl<B: Board> Builder<B> {
    pub(super) fn new(board: B) -> Builder<B> {
        Builder {
            board,
            services: Services::default(),
            limits: Limits::DEVICE,
            seed: None,
            #[cfg(feature = "lwm2m")]
            client: None,
            start: None,
        }
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

    /// Serves LwM2M, and registers with the servers of this client as soon as the device is driven. Where the model has
    /// object 1, each server has an instance of it, by which it is configured.
    ///
    /// ```no_run
    /// use comi_runtime::board::Board;
    /// use comi_runtime::{BuildError, Device, Lwm2mClient};
    ///
    /// fn build<B: Board>(board: B) -> Result<Device<B>, BuildError> {
    ///     let client = Lwm2mClient::new("urn:dev:os:valve-7", "coap://leshan.example:5683").lifetime(300);
    ///     Device::new(board).coreconf().lwm2m_client(client).build()
    /// }
    /// ```
    #[cfg(feature = "lwm2m")]
    #[must_use]
    pub fn lwm2m_client(mut self, client: Lwm2mClient) -> Builder<B> {
        self.client = Some(client);
        self.lwm2m()
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

    /// Keeps the configuration over restarts: in a [`Store`](crate::store::Store), or as a [`Persistence`] of one says,
    /// which has factory defaults, too. The device begins with what is in it, of which the board is told.
    #[must_use]
    pub fn store(mut self, store: impl Into<Persistence>) -> Builder<B> {
        self.start = Some(Box::new(store.into()));
        self
    }

    /// The device; without a store its datastore is empty.
    ///
    /// # Errors
    /// What was forgotten, and a store that it can't start with.
    pub fn build(self) -> Result<Device<B>, BuildError> {
        if self.services == Services::default() {
            return Err(BuildError::NoService);
        }
        let seed = self.seed.or_else(random).ok_or(BuildError::NoSeed)?;
        #[cfg(feature = "lwm2m")]
        let registrations = match &self.client {
            Some(client) => Registrations::new(client, client.accounts()?),
            None => Registrations::default(),
        };
        let Builder { board, services, limits, start, .. } = self;
        let mut board = Guarded(board);
        let mut store = Datastore::new(board.schema(), limits.datastore);
        // 32 bits of the seed, and 16 for what is counted: 6 bytes in an ETag
        store.count_revisions_from((seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) << 16);
        if let Some(start) = start {
            start.start(&mut store, &mut board)?;
        }
        let core = Core {
            store,
            ring: Ring::new(limits.coreconf),
            calls: Calls::new(limits.calls),
            board,
            services,
            faults: 0,
            #[cfg(feature = "lwm2m")]
            invoked: registrations.has_servers().then(Vec::new),
            #[cfg(feature = "lwm2m")]
            attributes: crate::lwm2m::attributes::Attributes::default(),
            #[cfg(feature = "lwm2m")]
            attributes_changed: false,
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
            #[cfg(feature = "lwm2m")]
            registrations,
            #[cfg(feature = "lwm2m")]
            reports: super::reports::Reports::default(),
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
