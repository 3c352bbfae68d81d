//! The whole device, driven by scripted time and real datagrams: generated model, both protocols, several peers.

mod bad_input;
mod coreconf;
mod faults;
mod hardware;
mod later;
mod limits;
mod lwm2m;
mod manager;
mod observe;
mod story;
mod world;

/// The compiled model.
mod model {
    comi_runtime::include_model!();
}
