//! What the endpoint counts: plain numbers, which a driver may hand to whatever shows them.

/// How often something happened since the endpoint was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams and messages that came.
    pub received: u64,
    /// Datagrams and messages that went.
    pub sent: u64,
    /// Datagrams that are no CoAP message, or came from where none can come from.
    pub malformed: u64,
    /// Requests that were delivered.
    pub requests: u64,
    /// Requests that came again.
    pub duplicates: u64,
    /// Requests that the endpoint answered itself with 4.xx or 5.05: not understood, or not allowed.
    pub refused: u64,
    /// Requests that got 5.03: no room in `Limits::exchanges` or `Limits::transfers`.
    pub refused_busy: u64,
    /// Requests that got 4.13: a body over `Limits::body`.
    pub refused_too_large: u64,
    /// Requests that got 4.29: `Limits::open_per_peer` of their peer wait for an answer.
    pub refused_too_many: u64,
    /// Requests that got 4.01 with Echo.
    pub challenged: u64,
    /// Answers that were cut into small blocks because their peer hasn't shown that it is at its address.
    pub cut_small: u64,
    /// Answered requests that were forgotten before their lifetime, since `Limits::exchanges` were in use.
    pub forgotten: u64,
    /// Bodies that arrived or were fetched block by block and gave way to others, since `Limits::transfers` were in use.
    pub transfers_dropped: u64,
    /// Peers that count as unverified again before their time, since `Limits::peers` were known.
    pub peers_forgotten: u64,
    /// Requests and pings of ours that were refused, since `Limits::calls` or `Limits::confirmables` were in use.
    pub calls_refused: u64,
    /// Registrations of observers that were answered plainly, since `Limits::observations` were in use.
    pub observers_declined: u64,
    /// Messages that went as NON though they should be CON, since `Limits::confirmables` were in use.
    pub unconfirmed: u64,
    /// CONs that were sent again.
    pub retransmissions: u64,
    /// CONs that were given up.
    pub given_up: u64,
    /// Messages of ours that were rejected by a reset.
    pub resets: u64,
    /// Notifications that were replaced by a newer state before they went out.
    pub superseded: u64,
}
