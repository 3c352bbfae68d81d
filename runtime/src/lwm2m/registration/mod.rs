//! The registration with one server (OMA LwM2M Core 1.2 section 6.2): events and the time go in, the request that is to
//! be sent comes out.
//!
//! It knows no exchange, no address and no datastore: whoever drives it sends what it asks for and says what came of it.
//! Several servers are several of these; [`turn`] says which of them may begin. Read [`State`] first.

mod account;
mod body;
mod settings;
#[cfg(test)]
mod tests;

pub use account::{Account, AccountError, Lwm2mClient};
pub use body::{Told, body, queries};
pub use settings::{Settings, instance_of, provision};

use core::time::Duration;

use crate::coap::Code;
use crate::time::Instant;

/// A version of the enabler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 1.0
    V1_0,
    /// 1.1
    V1_1,
    /// 1.2
    V1_2,
}

impl Version {
    /// As the parameter `lwm2m` has it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Version::V1_0 => "1.0",
            Version::V1_1 => "1.1",
            Version::V1_2 => "1.2",
        }
    }

    fn lower(self) -> Option<Version> {
        match self {
            Version::V1_0 => None,
            Version::V1_1 => Some(Version::V1_0),
            Version::V1_2 => Some(Version::V1_1),
        }
    }
}

/// How far a registration is.
///
/// ```text
///           start                                    4.12: the next lower version
///   Idle ──────────────────────────────┐               ┌─────┐
///    │ start, with an initial delay    ▼               │     ▼
///    └──────────▶ Waiting(until) ──▶ Registering ──────┴─ Registering
///                  ▲  ▲       due      ▲ ▲   │ │ 2.01
///       refused,   │  │                │ │   │ └────────▶ Registered(update)
///       no answer  │  └────────────────│─│───┘              │ ▲     │
///                  │                   │ │ due, changed,    │ │2.04 │
///         Failed ──│───────────────────┘ │ triggered        ▼ │     │
///           ▲      │      due            └──────────────  Updating  │
///           │      │                  refused, no answer    │       │
///   retries │      │                                        │ disable, stop
///   are used up    │   answered, no answer                  ▼       ▼
///                  └───────────────────────────────────── Leaving(until)
///                         (Idle, when it was stopped)
/// ```
/// `disable` and `stop` end the states before `Registered` at once: in `Waiting` and in `Idle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not begun, or stopped.
    Idle,
    /// To begin at this time: an initial delay, a pause between attempts, or the server is disabled.
    Waiting {
        /// When.
        until: Instant,
    },
    /// Register is on its way.
    Registering {
        /// Since when.
        sent: Instant,
    },
    /// The server knows us.
    Registered {
        /// When the lifetime must be refreshed; `None`: it is endless.
        update: Option<Instant>,
    },
    /// Update is on its way.
    Updating {
        /// Since when.
        sent: Instant,
    },
    /// De-register is on its way.
    Leaving {
        /// When to begin anew; `None`: not before [`Event::Start`].
        until: Option<Instant>,
    },
    /// Every attempt has failed. Without a bootstrap server nobody mends that: one more sequence begins at this time.
    Failed {
        /// When.
        until: Instant,
    },
}

/// What a registration hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It may begin.
    Start,
    /// Time has passed.
    Timeout,
    /// The server has answered the request that is on its way.
    Answered(Code),
    /// The request that is on its way gets no answer.
    Unanswered,
    /// What was told with the last request is not so any more: lifetime, binding, objects.
    Changed,
    /// `/1/x/8` was executed, or the board asks for an update.
    Triggered,
    /// `/1/x/4` was executed.
    Disabled,
    /// The device wants no more of this server.
    Stop,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Register, as this version.
    Register(Version),
    /// Update, with what differs from what was told last.
    Update,
    /// De-register.
    Deregister,
}

/// One server's registration.
#[derive(Clone, Debug)]
pub struct Registration {
    state: State,
    version: Version,
    /// Within the sequence, from 1.
    attempt: u64,
    /// From 1.
    sequence: u64,
    /// Something has changed since the request that is on its way was made.
    changed: bool,
}

impl Default for Registration {
    fn default() -> Registration {
        Registration { state: State::Idle, version: Version::V1_2, attempt: 1, sequence: 1, changed: false }
    }
}

impl Registration {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The version that is spoken, once it is registered.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether the server knows us, as far as we know.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        matches!(self.state, State::Registered { .. } | State::Updating { .. })
    }

    /// When it wants [`Event::Timeout`].
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        match self.state {
            State::Waiting { until } | State::Failed { until } => Some(until),
            State::Registered { update } => update,
            State::Idle | State::Registering { .. } | State::Updating { .. } | State::Leaving { .. } => None,
        }
    }

    /// Takes an event; what is to be sent. Events that mean nothing in a state do nothing.
    pub fn handle(&mut self, now: Instant, event: Event, settings: &Settings) -> Option<Errand> {
        let due = self.next().is_some_and(|next| next <= now);
        let disabled = now + settings.disable_timeout;
        match (self.state, event) {
            (State::Idle, Event::Start) if settings.initial_delay > Duration::ZERO => {
                self.wait(now + settings.initial_delay)
            }
            (State::Idle, Event::Start) => self.register(now),
            (State::Waiting { .. } | State::Failed { .. }, Event::Timeout) if due => self.register(now),
            (State::Registered { .. }, Event::Timeout) if due => self.update(now),
            (State::Registered { .. }, Event::Changed | Event::Triggered) => self.update(now),
            (State::Registering { sent }, Event::Answered(Code::CREATED)) => self.registered(now, sent, settings),
            (State::Updating { sent }, Event::Answered(Code::CHANGED)) => self.registered(now, sent, settings),
            // Core section 6.2.1: a server refuses a version that it does not support
            (State::Registering { .. }, Event::Answered(Code::PRECONDITION_FAILED))
                if let Some(lower) = self.version.lower() =>
            {
                self.version = lower;
                self.register(now)
            }
            (State::Registering { .. }, Event::Answered(_) | Event::Unanswered) => self.failed(now, settings),
            // Core section 6.2: an error to an Update says that the server does not know us any more
            (State::Updating { .. }, Event::Answered(_) | Event::Unanswered) => self.register(now),
            (State::Registering { .. } | State::Updating { .. }, Event::Changed) => {
                self.changed = true;
                None
            }
            (State::Registered { .. } | State::Updating { .. }, Event::Disabled) => self.leave(Some(disabled)),
            (State::Registered { .. } | State::Updating { .. }, Event::Stop) => self.leave(None),
            (State::Leaving { .. }, Event::Disabled) => self.stay_away(Some(disabled)),
            (State::Leaving { .. }, Event::Stop) => self.stay_away(None),
            (State::Leaving { until: None }, Event::Start) => self.stay_away(Some(now)),
            (State::Leaving { until: Some(until) }, Event::Answered(_) | Event::Unanswered) => self.wait(until),
            (State::Leaving { until: None }, Event::Answered(_) | Event::Unanswered) => self.idle(),
            (State::Idle, Event::Disabled) => None,
            (_, Event::Disabled) => self.wait(disabled),
            (_, Event::Stop) => self.idle(),
            _ => None,
        }
    }

    fn register(&mut self, now: Instant) -> Option<Errand> {
        self.changed = false;
        self.state = State::Registering { sent: now };
        Some(Errand::Register(self.version))
    }

    fn update(&mut self, now: Instant) -> Option<Errand> {
        self.changed = false;
        self.state = State::Updating { sent: now };
        Some(Errand::Update)
    }

    /// The lifetime counts from when the server got the request; we know when it was sent.
    fn registered(&mut self, now: Instant, sent: Instant, settings: &Settings) -> Option<Errand> {
        (self.attempt, self.sequence) = (1, 1);
        self.state = State::Registered { update: refresh_after(settings.lifetime).map(|after| sent + after) };
        if self.changed { self.update(now) } else { None }
    }

    /// Core section 6.2.1.1: so many attempts a sequence, the pause between them doubled each time, so many sequences.
    fn failed(&mut self, now: Instant, settings: &Settings) -> Option<Errand> {
        if self.attempt < settings.retry_count {
            let doubled = 1_u32.checked_shl(u32::try_from(self.attempt - 1).unwrap_or(u32::MAX)).unwrap_or(u32::MAX);
            self.attempt += 1;
            return self.wait(now + settings.retry_timer.saturating_mul(doubled));
        }
        self.attempt = 1;
        if self.sequence < settings.sequence_count {
            self.sequence += 1;
            return self.wait(now + settings.sequence_delay);
        }
        self.sequence = 1;
        self.state = State::Failed { until: now + settings.sequence_delay };
        None
    }

    fn wait(&mut self, until: Instant) -> Option<Errand> {
        self.state = State::Waiting { until };
        None
    }

    fn idle(&mut self) -> Option<Errand> {
        *self = Registration { version: self.version, ..Registration::default() };
        None
    }

    fn leave(&mut self, until: Option<Instant>) -> Option<Errand> {
        self.state = State::Leaving { until };
        Some(Errand::Deregister)
    }

    fn stay_away(&mut self, until: Option<Instant>) -> Option<Errand> {
        self.state = State::Leaving { until };
        None
    }
}

/// How long before the end of a lifetime it is refreshed, so that an Update that must be sent again is in time: a CON is
/// sent for up to 93 s (RFC 7252 section 4.8.2, MAX_TRANSMIT_WAIT).
const MARGIN: u32 = 93;

/// `None` for a lifetime of 0, which is endless.
fn refresh_after(lifetime: u32) -> Option<Duration> {
    let margin = MARGIN.min(lifetime / 2);
    (lifetime > 0).then(|| Duration::from_secs(u64::from(lifetime - margin)))
}

/// Which registrations may begin (Core section 6.2.1.1): those without a priority order at once; the others one after the
/// other, in its order, each when the one before it is registered, or has failed and doesn't block.
pub fn turn<'r>(servers: impl Iterator<Item = (&'r Registration, &'r Settings)> + Clone, index: usize) -> bool {
    let Some(own) = servers.clone().nth(index).and_then(|(_, settings)| settings.priority) else { return true };
    servers.enumerate().filter(|(place, _)| *place != index).all(|(place, (registration, settings))| {
        let before = settings.priority.is_some_and(|priority| (priority, place) < (own, index));
        let passed = matches!(registration.state, State::Failed { .. }) && !settings.blocks;
        !before || registration.is_registered() || passed
    })
}
