//! A network that loses, delays, reorders, repeats and damages datagrams.

use std::time::Duration;

use crate::random::Random;

/// How bad the network is; chances in thousandths for each datagram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditions {
    pub(crate) loss: u32,
    pub(crate) duplication: u32,
    pub(crate) corruption: u32,
    /// Every datagram takes at least this long …
    pub(crate) latency: Duration,
    /// … and up to this much longer, which reorders.
    pub(crate) jitter: Duration,
}

impl Conditions {
    /// Nothing is lost, and all arrive in their order.
    pub(crate) const PERFECT: Conditions = Conditions {
        loss: 0,
        duplication: 0,
        corruption: 0,
        latency: Duration::from_millis(20),
        jitter: Duration::ZERO,
    };

    /// From a good network to one with 30 % loss and delays that overtake the first retransmission.
    pub(crate) fn any(random: &mut Random, corruption: u32) -> Conditions {
        let jitters = [0, 5, 200, 3000, 20_000].map(Duration::from_millis);
        Conditions {
            loss: [0, 20, 100, 300][random.below(4)],
            duplication: [0, 50, 200][random.below(3)],
            corruption,
            latency: Duration::from_millis(1) + random.up_to(Duration::from_millis(100)),
            jitter: jitters[random.below(jitters.len())],
        }
    }

    /// What becomes of a datagram: each copy that arrives, and after how long.
    pub(crate) fn carry(&self, random: &mut Random, datagram: &[u8]) -> Vec<(Duration, Vec<u8>)> {
        let copies = 1 + usize::from(random.happens(self.duplication));
        let mut arriving = Vec::new();
        for _ in 0..copies {
            if random.happens(self.loss) {
                continue;
            }
            let mut copy = datagram.to_vec();
            if random.happens(self.corruption) {
                damage(random, &mut copy);
            }
            arriving.push((self.latency + random.up_to(self.jitter), copy));
        }
        arriving
    }
}

/// Flips bits, cuts off, or puts bytes behind.
fn damage(random: &mut Random, datagram: &mut Vec<u8>) {
    match random.below(4) {
        0 => datagram.truncate(random.below(datagram.len() + 1)),
        1 => {
            for _ in 0..1 + random.below(8) {
                datagram.push(random.number().to_be_bytes()[0]);
            }
        }
        _ => {
            for _ in 0..1 + random.below(3) {
                let place = random.below(datagram.len().max(1));
                if let Some(byte) = datagram.get_mut(place) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
}
