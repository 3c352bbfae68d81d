//! What the device needs of its hardware to be reached.

use core::hint::black_box;
use core::net::{Ipv6Addr, SocketAddr};

use comi_runtime::time::Instant;

/// A network, a clock and a source of randomness.
pub trait Radio {
    /// Waits for a datagram, until the deadline at most: from whom it is, and what it says.
    fn receive<'a>(&mut self, buffer: &'a mut [u8], deadline: Option<Instant>) -> Option<(SocketAddr, &'a [u8])>;

    /// Sends a datagram, or loses it: what must arrive is sent again.
    fn send(&mut self, to: SocketAddr, datagram: &[u8]);

    /// Monotonic time.
    fn now(&self) -> Instant;

    /// A number that nobody can foresee.
    fn random(&mut self) -> u64;
}

/// A radio that nobody has: the compiler can't see through it, so that nothing of the device is left out.
pub struct NoRadio;

impl Radio for NoRadio {
    fn receive<'a>(&mut self, buffer: &'a mut [u8], deadline: Option<Instant>) -> Option<(SocketAddr, &'a [u8])> {
        let from = SocketAddr::from((Ipv6Addr::LOCALHOST, 5683));
        let (buffer, _) = black_box((buffer, deadline));
        black_box(Some((from, &*buffer)))
    }

    fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        black_box((to, datagram));
    }

    fn now(&self) -> Instant {
        Instant::from_micros(black_box(0))
    }

    fn random(&mut self) -> u64 {
        black_box(0)
    }
}
