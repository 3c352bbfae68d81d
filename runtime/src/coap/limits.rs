//! What a peer can make grow, how far, and what happens then; and the times of RFC 7252 section 4.8.

use core::time::Duration;

/// Every number that bounds an [`Endpoint`](super::Endpoint): a device picks [`Limits::DEVICE`] and changes what it
/// knows better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests remembered for deduplication, with the answer to a CON. When it is full, the oldest answered request
    /// is forgotten, those that only read first, so a duplicate of it would be a new request; when all are
    /// unanswered, a new request gets 5.03 with Max-Age.
    pub exchanges: usize,
    /// Requests of one peer that wait for our answer. A further one gets 4.29 with Max-Age (RFC 8516).
    pub open_per_peer: usize,
    /// Our CONs that wait for their ACK, or for an earlier one to the same peer to get its own. When it is full, separate
    /// responses and notifications go as NON, and `call` returns `Full`.
    pub confirmables: usize,
    /// Peers that are known to be at their address. When it is full, the one known longest is forgotten and counts as
    /// [`Unverified`] again.
    pub peers: usize,
    /// Observations of our resources. When it is full, an observe request is answered without Observe (RFC 7641
    /// section 4.1).
    pub observations: usize,
    /// Bodies that arrive block by block, and bodies kept to be fetched block by block, each. When the first are full,
    /// one idle for longer than 45 s (MAX_TRANSMIT_SPAN) gives way, else the request gets 5.03 with Max-Age; of the
    /// second the one idle longest gives way.
    pub transfers: usize,
    /// Requests of ours that wait for their response, observations of others' resources among them. When it is full,
    /// `call` returns `Full`.
    pub calls: usize,
    /// Bytes of a request's token (RFC 8974), 8 at least. A longer one gets 4.00.
    pub token: usize,
    /// Bytes of a body that arrives. A larger one gets 4.13 with Size1, or ends our call with `TooLarge`.
    pub body: usize,
    /// The largest block that we send or ask for: 16 to 1024, a power of two.
    pub block_size: u16,
    /// How often a message of a transfer of ours is made anew, under a new message id, when [`Limits::max_retransmit`]
    /// is exhausted; and how often a transfer begins again because the server lost its part (4.08) or has another
    /// representation now (another ETag). Without it a body of 128 blocks rarely passes a network that loses 30 % each
    /// way: a message in 29 gets no answer at all.
    pub block_attempts: u8,
    /// The same for a GET or FETCH in one message. Whoever asks for something large over such a network sets it.
    pub request_attempts: u8,
    /// How long an unfinished transfer or a kept body waits for the next block: EXCHANGE_LIFETIME if nothing speaks for
    /// less (RFC 7959 sections 2.4 and 2.5).
    pub transfer_timeout: Duration,
    /// How long our request waits for a response after it was acknowledged or a block of it was answered.
    pub response_timeout: Duration,
    /// After this time an unanswered CON request is acknowledged, so that the peer need not send it again.
    pub separate_delay: Duration,
    /// What a peer gets that hasn't shown that it is at its address.
    pub unverified: Unverified,
    /// Whether peers at a loopback address need not show it.
    pub trust_loopback: bool,
    /// How long a peer is known to be at its address.
    pub peer_timeout: Duration,
    /// NSTART (RFC 7252 section 4.7): CONs and NON requests to one peer that wait for their ACK or response at the same
    /// time; further ones wait for those.
    pub nstart: u8,
    /// PROBING_RATE (RFC 7252 section 4.7) in bytes a second: a NON request that gets no response counts as long as it
    /// takes to send it at this rate, MAX_TRANSMIT_WAIT at least.
    pub probing_rate: u32,
    /// DEFAULT_LEISURE (RFC 7252 section 8.2): an answer to a multicast request waits for a random part of it.
    pub leisure: Duration,
    /// MAX_LATENCY (RFC 7252 section 4.8.2): how long a datagram is on its way at most.
    pub max_latency: Duration,
    /// PROCESSING_DELAY (RFC 7252 section 4.8.2): from a CON to its ACK at most.
    pub processing_delay: Duration,
    /// ACK_TIMEOUT (RFC 7252 section 4.8).
    pub ack_timeout: Duration,
    /// ACK_RANDOM_FACTOR in thousandths.
    pub ack_random_factor: u32,
    /// MAX_RETRANSMIT.
    pub max_retransmit: u8,
    /// A notification is a CON when the last CON is older (RFC 7641 section 4.5 asks for 24 hours at most) …
    pub notify_confirmable_after: Duration,
    /// … or when so many NONs were sent since …
    pub notify_confirmable_every: u32,
    /// … or when the last notification is not so old: NONs may not follow each other faster (RFC 7641 section 4.5.1).
    pub notify_interval: Duration,
    /// Whether an observation of ours is registered anew when Max-Age of the last notification is over, after 5 to 15 s
    /// (RFC 7641 section 3.3.1): so it outlives a restart of the server.
    pub refresh_observations: bool,
}

/// What a peer gets that hasn't shown that it is at its address, so that nobody uses us to flood others (RFC 7252
/// section 11.3, RFC 9175 section 2.4). It has shown it when it acknowledged a CON of ours, asked for a further block of
/// an answer, or brought our Echo value back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// What is larger than so many bytes, and three for each byte of its request beyond a header, comes block by block, the
    /// first one within them. All blocks of a transfer have one size (RFC 7959 section 2.4), so the first transfer to a
    /// peer goes on in these small ones; the next, when it has asked for a later block of that, has large ones.
    SmallAnswers {
        /// Of the whole datagram; RFC 9175 section 2.4 names 136.
        bytes: u16,
    },
    /// Every request gets 4.01 with Echo. Not every client can answer that. Without the feature `echo` it is
    /// [`Unverified::Trusted`].
    Challenged,
    /// The same as everybody.
    Trusted,
}

impl Limits {
    /// For a constrained device: a few peers, bodies of 4 KiB.
    pub const DEVICE: Limits = Limits {
        exchanges: 32,
        open_per_peer: 8,
        confirmables: 16,
        peers: 16,
        observations: 16,
        transfers: 2,
        calls: 8,
        token: 32,
        body: 4096,
        block_size: 512,
        block_attempts: 8,
        request_attempts: 0,
        transfer_timeout: Duration::from_secs(247),
        response_timeout: Duration::from_secs(93),
        separate_delay: Duration::from_secs(1),
        unverified: Unverified::SmallAnswers { bytes: 136 },
        trust_loopback: true,
        peer_timeout: Duration::from_secs(247),
        nstart: 1,
        probing_rate: 1,
        leisure: Duration::from_secs(5),
        max_latency: Duration::from_secs(100),
        processing_delay: Duration::from_secs(2),
        ack_timeout: Duration::from_secs(2),
        ack_random_factor: 1500,
        max_retransmit: 4,
        notify_confirmable_after: Duration::from_secs(24 * 3600),
        notify_confirmable_every: 64,
        notify_interval: Duration::from_secs(3),
        refresh_observations: false,
    };

    /// For a gateway or a server: thousands of peers, bodies of 1 MiB.
    pub const SERVER: Limits = Limits {
        exchanges: 8192,
        open_per_peer: 64,
        confirmables: 4096,
        peers: 4096,
        observations: 65536,
        transfers: 256,
        calls: 4096,
        token: 256,
        body: 1 << 20,
        block_size: 1024,
        ..Limits::DEVICE
    };

    /// MAX_TRANSMIT_SPAN (RFC 7252 section 4.8.2): from the first to the last transmission of a CON.
    pub fn max_transmit_span(&self) -> Duration {
        let longest = thousandths(self.ack_timeout, self.ack_random_factor);
        let times = (1_u32 << self.max_retransmit.min(16)) - 1;
        from_millis(millis(longest).saturating_mul(times))
    }

    /// MAX_TRANSMIT_WAIT (RFC 7252 section 4.8.2): from the first transmission of a CON until it is given up.
    pub fn max_transmit_wait(&self) -> Duration {
        let longest = thousandths(self.ack_timeout, self.ack_random_factor);
        let times = (1_u32 << (self.max_retransmit.min(16) + 1)) - 1;
        from_millis(millis(longest).saturating_mul(times))
    }

    /// EXCHANGE_LIFETIME (RFC 7252 section 4.8.2): after it a message id of a CON may be used again.
    pub fn exchange_lifetime(&self) -> Duration {
        self.non_lifetime().saturating_add(self.max_latency).saturating_add(self.processing_delay)
    }

    /// NON_LIFETIME (RFC 7252 section 4.8.2): the same for a NON.
    pub fn non_lifetime(&self) -> Duration {
        self.max_transmit_span().saturating_add(self.max_latency)
    }

    /// The size exponent of [`Limits::block_size`] (RFC 7959 section 2.2).
    pub(super) fn block_exponent(&self) -> u8 {
        let bits = self.block_size.clamp(16, 1024).ilog2();
        u8::try_from(bits.saturating_sub(4)).unwrap_or(0)
    }
}

/// This many thousandths of a time, in milliseconds: a Duration is multiplied and divided by 64 and 128 bits, for which
/// a small processor has no instructions.
pub(super) fn thousandths(time: Duration, count: u32) -> Duration {
    from_millis(thousandths_of(millis(time), count))
}

pub(super) fn thousandths_of(number: u32, count: u32) -> u32 {
    (number / 1000).saturating_mul(count).saturating_add((number % 1000).saturating_mul(count) / 1000)
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX).saturating_mul(1000).saturating_add(time.subsec_millis())
}

fn from_millis(millis: u32) -> Duration {
    Duration::new(u64::from(millis / 1000), (millis % 1000) * 1_000_000)
}

/// How much of [`Limits`] is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests remembered for deduplication.
    pub exchanges: usize,
    /// Our CONs that wait for their ACK.
    pub confirmables: usize,
    /// Peers that are known to be at their address.
    pub peers: usize,
    /// Observations of our resources.
    pub observations: usize,
    /// Bodies that arrive block by block and bodies kept to be fetched, together.
    pub transfers: usize,
    /// Bytes in them.
    pub transfer_bytes: usize,
    /// Requests of ours that wait for their response.
    pub calls: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derived_times_are_those_of_the_rfc() {
        let limits = Limits::DEVICE;
        assert_eq!(limits.max_transmit_span(), Duration::from_secs(45));
        assert_eq!(limits.exchange_lifetime(), Duration::from_secs(247));
        assert_eq!(limits.max_transmit_wait(), Duration::from_secs(93));
        assert_eq!(limits.non_lifetime(), Duration::from_secs(145));
    }

    #[test]
    fn block_sizes_outside_the_rfc_are_clamped() {
        for (size, exponent) in [(0, 0), (16, 0), (63, 1), (512, 5), (1024, 6), (u16::MAX, 6)] {
            assert_eq!(Limits { block_size: size, ..Limits::DEVICE }.block_exponent(), exponent, "{size}");
        }
    }
}
