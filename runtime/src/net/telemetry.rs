//! What a program's own tools see of a server: counters by the `metrics` facade, spans and events by `tracing`.
//!
//! Each is a feature; without it nothing of this is there. With it and without a recorder or subscriber a message costs
//! one look at an atomic. `metrics` was chosen over OpenTelemetry's interface because it is the smaller one to depend on,
//! has no runtime of its own, and has recorders for both Prometheus and OpenTelemetry.
//!
//! | name | kind | of |
//! |---|---|---|
//! | `coap_received_total`, … | counter | every field of [`Counters`], with `coap_` before and `_total` behind |
//! | `coap_exchanges`, … | gauge | every field of [`Usage`], with `coap_` before |
//! | `coap_connections` | gauge | open connections |
//! | `coap_connections_opened_total`, … | counter | every field of `coap::stream::Counters`, with `coap_connections_` before and `_total` behind |

#[cfg(test)]
mod tests;

use core::time::Duration;

use super::tcp::Registry;
#[cfg(feature = "metrics")]
use crate::coap::stream::Counters as StreamCounters;
use crate::coap::{Counters, Peer, Usage};
use crate::time::Instant;

/// How often counters are told at most.
const PERIOD: Duration = Duration::from_secs(1);

/// Tells the counters a while after something happened, so that a busy server does it once in that time, and an idle one
/// not at all.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    due: Option<Instant>,
}

impl Metrics {
    /// When [`Metrics::tell`] has something to do.
    pub(super) fn next(&self) -> Option<Instant> {
        self.due
    }

    /// Something happened.
    pub(super) fn stir(&mut self, now: Instant) {
        if cfg!(feature = "metrics") && self.due.is_none() {
            self.due = Some(now + PERIOD);
        }
    }

    /// Tells the counters, when it is time.
    pub(super) fn tell(&mut self, now: Instant, read: impl FnOnce() -> (Counters, Usage), connections: &Registry) {
        if self.due.take_if(|due| *due <= now).is_some() {
            let (counters, usage) = read();
            publish(&counters, &usage, connections);
        }
    }
}

#[cfg(feature = "metrics")]
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no table has 2^53 places")]
fn publish(counters: &Counters, usage: &Usage, connections: &Registry) {
    macro_rules! counters {
        ($type:ident of $counters:expr, $before:literal, $($field:ident)*) => {{
            // a field that is not told is missed by the compiler
            let $type { $($field),* } = $counters;
            $(metrics::counter!(concat!($before, stringify!($field), "_total")).absolute($field);)*
        }};
    }
    macro_rules! gauges {
        ($($field:ident)*) => {{
            let Usage { $($field),* } = *usage;
            $(metrics::gauge!(concat!("coap_", stringify!($field))).set($field as f64);)*
        }};
    }
    counters! {
        Counters of *counters, "coap_",
        received sent malformed requests duplicates refused refused_busy refused_too_large refused_too_many challenged
        cut_small forgotten transfers_dropped peers_forgotten calls_refused observers_declined unconfirmed retransmissions given_up resets superseded
    }
    counters! {
        StreamCounters of connections.counters(), "coap_connections_",
        opened refused aborted silent paused superseded
    }
    gauges! { exchanges confirmables peers observations transfers transfer_bytes calls }
    metrics::gauge!("coap_connections").set(connections.len() as f64);
}

#[cfg(not(feature = "metrics"))]
fn publish(_: &Counters, _: &Usage, _: &Registry) {}

/// A span around what a message causes; it ends when this is dropped.
pub(super) struct MessageSpan {
    #[cfg(feature = "tracing")]
    _entered: tracing::span::EnteredSpan,
}

/// Begins the span `coap.message`.
pub(super) fn message(peer: Peer, datagram: &[u8]) -> MessageSpan {
    #[cfg(feature = "tracing")]
    return MessageSpan {
        _entered: tracing::debug_span!(
            "coap.message",
            peer = %peer.address,
            session = peer.session,
            bytes = datagram.len(),
            message = %spelled::Spelled(datagram),
        )
        .entered(),
    };
    #[cfg(not(feature = "tracing"))]
    {
        let _ = (peer, datagram);
        MessageSpan {}
    }
}

/// A connection was accepted.
pub(super) fn connection_opened(peer: Peer) {
    #[cfg(feature = "tracing")]
    tracing::debug!(peer = %peer.address, session = peer.session, "connection opened");
    let _ = peer;
}

/// A connection has ended.
pub(super) fn connection_ended(peer: Peer, why: &dyn core::fmt::Display) {
    #[cfg(feature = "tracing")]
    tracing::debug!(peer = %peer.address, session = peer.session, %why, "connection ended");
    let _ = (peer, why);
}

/// A connection was refused.
pub(super) fn connection_refused(from: core::net::SocketAddr) {
    #[cfg(feature = "tracing")]
    tracing::warn!(%from, "too many connections");
    let _ = from;
}

/// The system gives no connection.
pub(super) fn accept_failed(error: &std::io::Error) {
    #[cfg(feature = "tracing")]
    tracing::warn!(%error, "no connection could be accepted");
    let _ = error;
}

#[cfg(feature = "tracing")]
mod spelled {
    use core::fmt;

    use crate::coap::{Message, Method, number};

    /// A message by its code and path.
    pub(super) struct Spelled<'a>(pub(super) &'a [u8]);

    impl fmt::Display for Spelled<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let Ok(message) = Message::parse(self.0) else { return f.write_str("malformed") };
            match Method::from_code(message.code()) {
                Some(method) => write!(f, "{method} ")?,
                None => write!(f, "{}", message.code())?,
            }
            message.values(number::URI_PATH).try_for_each(|segment| write!(f, "/{}", segment.escape_ascii()))
        }
    }
}
