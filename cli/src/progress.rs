//! How far a transfer is that takes longer than a second: told on standard error, where somebody looks at it.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use comi_runtime::coap::{Block, Message, number};

/// Nothing is said before.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sees every message of a client.
pub(crate) struct Progress {
    /// When the first block of the transfer on its way was seen.
    since: Option<Instant>,
    /// Whether something stands in the line.
    told: bool,
}

impl Progress {
    /// Where standard error is a terminal.
    pub(crate) fn new() -> Option<Progress> {
        std::io::stderr().is_terminal().then_some(Progress { since: None, told: false })
    }

    /// A message that was sent (`sent`) or came.
    pub(crate) fn see(&mut self, sent: bool, message: &[u8]) {
        let Some(part) = Part::of(sent, message) else { return };
        let since = *self.since.get_or_insert_with(Instant::now);
        let mut out = std::io::stderr().lock();
        // that nobody reads it is no error
        if part.is_last {
            self.since = None;
            if std::mem::take(&mut self.told) {
                let _ = write!(out, "\r\x1b[K");
            }
        } else if since.elapsed() >= PATIENCE {
            self.told = true;
            let _ = write!(out, "\r\x1b[K{}", part.words());
        }
        let _ = out.flush();
    }
}

/// What a message says of a transfer in blocks.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    sent: bool,
    /// Bytes that have crossed, this block included.
    bytes: usize,
    /// Bytes in all, where that is told.
    size: Option<usize>,
    is_last: bool,
}

impl Part {
    fn of(sent: bool, message: &[u8]) -> Option<Part> {
        let message = Message::parse(message).ok()?;
        let (block, size) = if sent { (number::BLOCK1, number::SIZE1) } else { (number::BLOCK2, number::SIZE2) };
        let option = |wanted| message.options().find(|option| option.number == wanted);
        let block = Block::read(option(block)?)?;
        let size = option(size).and_then(|option| option.uint()).and_then(|size| usize::try_from(size).ok());
        Some(Part { sent, bytes: block.offset() + message.payload().len(), size, is_last: !block.more })
    }

    fn words(&self) -> String {
        let verb = if self.sent { "sent" } else { "received" };
        match self.size {
            Some(size) => format!("{verb} {} of {} kB", self.bytes / 1000, size.div_ceil(1000)),
            None => format!("{verb} {} kB", self.bytes / 1000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_tells_how_far_the_transfer_is() {
        // CON GET with nothing; ACK 2.05 with Block2 3/more/1024, Size2 5000 and 1024 bytes
        assert_eq!(Part::of(true, &[0x40, 1, 0, 1]), None);
        let mut message = vec![0x60, 0x45, 0, 1, 0xd1, 0x0a, 0x3e, 0x52, 0x13, 0x88, 0xff];
        message.extend([7; 1024]);
        let part = Part::of(false, &message).expect("a block");
        assert_eq!(part, Part { sent: false, bytes: 4096, size: Some(5000), is_last: false });
        assert_eq!(part.words(), "received 4 of 5 kB");
        assert_eq!(Part::of(true, &message), None, "of what is sent Block1 counts");
    }
}
