//! Messages that wait for room in the stream. Of each observation the newest state alone waits, so that a slow observer
//! costs one message, and gets what is true when it has time.

use super::super::message::Token;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

/// Bytes that are handed out at a time: what is handed out can't be replaced by something newer.
const PORTION: usize = 16 * 1024;

#[derive(Debug)]
struct Entry {
    /// Of a notification.
    token: Option<Token>,
    frame: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    entries: VecDeque<Entry>,
    /// The number of the first entry.
    first: u64,
    bytes: usize,
    /// The entry that waits for this observation.
    notifications: BTreeMap<Token, u64>,
}

impl Outbox {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a frame; the notification of an observation that has one waiting takes its place. Whether it has.
    pub(super) fn push(&mut self, token: Option<Token>, frame: Vec<u8>) -> bool {
        self.bytes += frame.len();
        let number = self.first + self.entries.len() as u64;
        if let Some(token) = &token {
            if let Some(waiting) = self.notifications.get(token).copied()
                && let Some(entry) = self.entry(waiting)
            {
                let before = core::mem::replace(&mut entry.frame, frame);
                self.bytes -= before.len();
                return true;
            }
            self.notifications.insert(token.clone(), number);
        }
        // what nothing can replace goes together
        match self.entries.back_mut() {
            Some(Entry { token: None, frame: last }) if token.is_none() => last.extend_from_slice(&frame),
            _ => self.entries.push_back(Entry { token, frame }),
        }
        false
    }

    /// What follows under this token is no news of what waits: an observation has ended, or began anew.
    pub(super) fn part(&mut self, token: &Token) {
        self.notifications.remove(token);
    }

    /// Puts the next frames into the buffer, in place of what is in it; whether there are any.
    pub(super) fn take(&mut self, buffer: &mut Vec<u8>) -> bool {
        buffer.clear();
        while buffer.len() < PORTION
            && let Some(Entry { token, frame }) = self.entries.pop_front()
        {
            if let Some(token) = token
                && self.notifications.get(&token) == Some(&self.first)
            {
                self.notifications.remove(&token);
            }
            self.first += 1;
            self.bytes -= frame.len();
            buffer.extend_from_slice(&frame);
        }
        !buffer.is_empty()
    }

    fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.entries.get_mut(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(byte: u8) -> Option<Token> {
        Token::new(&[byte])
    }

    #[test]
    fn the_newest_notification_waits_in_the_place_of_the_first() {
        let mut outbox = Outbox::default();
        for (token, frame) in
            [(token(1), "a1"), (None, "x"), (token(2), "b1"), (token(1), "a2"), (None, "y"), (token(1), "a3")]
        {
            outbox.push(token, frame.into());
        }
        assert_eq!(outbox.bytes(), 6);
        let mut buffer = Vec::new();
        assert!(outbox.take(&mut buffer));
        assert_eq!(buffer, b"a3xb1y");
        outbox.push(token(1), b"a4".to_vec());
        assert!(outbox.take(&mut buffer));
        assert_eq!((buffer.as_slice(), outbox.bytes(), outbox.is_empty()), (&b"a4"[..], 0, true));
        assert!(!outbox.take(&mut buffer));
        assert!(outbox.notifications.is_empty());
    }

    #[test]
    fn the_last_word_of_an_observation_is_not_replaced() {
        let mut outbox = Outbox::default();
        outbox.push(token(1), b"a1".to_vec());
        outbox.part(&token(1).unwrap());
        outbox.push(None, b"gone".to_vec());
        outbox.push(token(1), b"b1".to_vec());
        let mut buffer = Vec::new();
        outbox.take(&mut buffer);
        assert_eq!(buffer, b"a1goneb1");
    }
}
