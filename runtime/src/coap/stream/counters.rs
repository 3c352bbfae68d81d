//! What connections count: plain numbers, which a driver may hand to whatever shows them.

/// How often something happened to a connection, or to all of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Connections that began.
    pub opened: u64,
    /// Connections that were refused, since `Limits::connections` were open.
    pub refused: u64,
    /// Connections that we ended by an Abort: a message over `Limits::message` or with a token over `Limits::token`, one
    /// that RFC 8323 forbids, or no CSM in `Limits::patience`.
    pub aborted: u64,
    /// Connections that ended because the peer was silent for `Limits::idle` and did not answer a Ping.
    pub silent: u64,
    /// How often nothing was read any more for a while, since `Limits::requests` had no answer or `Limits::outgoing` bytes
    /// waited.
    pub paused: u64,
    /// Notifications that were replaced by a newer state before they went out.
    pub superseded: u64,
}

impl Counters {
    /// Adds what another has counted.
    pub fn add(&mut self, other: &Counters) {
        let Counters { opened, refused, aborted, silent, paused, superseded } = *other;
        self.opened += opened;
        self.refused += refused;
        self.aborted += aborted;
        self.silent += silent;
        self.paused += paused;
        self.superseded += superseded;
    }
}
