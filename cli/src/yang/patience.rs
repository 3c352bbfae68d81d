//! A word to somebody who waits.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Nobody needs to be told before.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does some work. Where it takes longer than a second, and somebody looks on, says what it is, until it is done.
pub(super) fn while_doing<T>(what: String, work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let (done, waiting) = channel::<()>();
    let teller = std::thread::spawn(move || {
        if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            eprint!("{what} …");
            // Ends when the sender is dropped.
            let _ = waiting.recv();
            eprint!("\r\u{1b}[K");
        }
    });
    let result = work();
    drop(done);
    let _ = teller.join();
    result
}
