//! Send (Core 1.2 section 6.4.6): what the device tells its LwM2M servers unasked.

use super::Device;
use crate::board::Board;
use crate::coap::{CallId, Method, OutgoingOption, OutgoingRequest, content_format};
use crate::lwm2m::{self, Path, Samples};
use crate::time::Instant;

/// Why nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// There are no values.
    #[error("there are no values to send")]
    Empty,
    /// Too many requests wait already.
    #[error("too many requests wait already")]
    Full,
    /// The server has muted the device: resource 23 of its instance of object 1.
    #[error("the server has muted Send (/1/x/23)")]
    Muted,
    /// The device is not registered with a server of this short id.
    #[error("there is no registration with this server")]
    NotRegistered,
    /// The registration is of LwM2M 1.0, which has no Send.
    #[error("the server speaks LwM2M 1.0, which has no Send")]
    TooOld,
}

impl<B: Board> Device<B> {
    /// Adds all values that can be read at LwM2M paths to samples; `time` is in seconds since 1970, and without it they are
    /// of when they come.
    ///
    /// # Errors
    /// There is no such resource, it can't be read, or its handler failed; nothing is added then.
    pub fn sample(&mut self, samples: &mut Samples, paths: &[Path], time: Option<f64>) -> Result<(), lwm2m::Error> {
        samples.add(&self.core.store, &mut self.core.board, paths, time)
    }

    /// Sends samples to a server that the device is registered with. What comes of it is told by [`Device::poll_event`] as
    /// of any request of the device's own: a server that takes them answers 2.04.
    ///
    /// # Errors
    /// Why they can't be sent now.
    pub fn send_samples(&mut self, now: Instant, server: u16, samples: &Samples) -> Result<CallId, SendError> {
        if samples.is_empty() {
            return Err(SendError::Empty);
        }
        let peer = self.registrations.takes_send(server)?;
        let payload = samples.encode();
        let request = OutgoingRequest {
            options: &[OutgoingOption::uri_path("dp")],
            content_format: Some(content_format::SENML_CBOR),
            payload: &payload,
            ..OutgoingRequest::new(Method::Post, "")
        };
        let call = self.endpoint.call(now, peer, &request).map_err(|_| SendError::Full)?;
        self.settle(now);
        Ok(call)
    }
}
