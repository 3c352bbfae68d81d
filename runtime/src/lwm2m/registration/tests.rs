//! The machine does what is drawn over it, and its pauses are those of the specification.

use std::string::{String, ToString as _};
use std::vec::Vec;

use super::*;
use crate::coap::drawn::check;

const NOW: Instant = Instant::from_secs(1000);

fn settings() -> Settings {
    Settings { disable_timeout: Duration::from_secs(50), ..Settings::new(300) }
}

fn machine(state: State) -> Registration {
    Registration { state, ..Registration::default() }
}

fn state(name: &str) -> State {
    match name {
        "Idle" => State::Idle,
        "Waiting" => State::Waiting { until: NOW },
        "Registering" => State::Registering { sent: NOW },
        "Registered" => State::Registered { update: Some(NOW) },
        "Updating" => State::Updating { sent: NOW },
        "Leaving" => State::Leaving { until: Some(NOW) },
        "Leaving for good" => State::Leaving { until: None },
        "Failed" => State::Failed { until: NOW },
        other => panic!("{other}"),
    }
}

fn event(name: &str) -> Event {
    match name {
        "start" => Event::Start,
        "due" => Event::Timeout,
        "2.01" => Event::Answered(Code::CREATED),
        "2.04" => Event::Answered(Code::CHANGED),
        "4.04" => Event::Answered(Code::NOT_FOUND),
        "4.12" => Event::Answered(Code::PRECONDITION_FAILED),
        "silence" => Event::Unanswered,
        "changed" => Event::Changed,
        "triggered" => Event::Triggered,
        "disable" => Event::Disabled,
        "stop" => Event::Stop,
        other => panic!("{other}"),
    }
}

fn told(errand: Option<Errand>) -> String {
    match errand {
        None => String::new(),
        Some(Errand::Register(version)) => "Register ".to_string() + version.words(),
        Some(Errand::Update) => "Update".to_string(),
        Some(Errand::Deregister) => "De-register".to_string(),
    }
}

fn name(registration: &Registration) -> &'static str {
    match registration.state() {
        State::Idle => "Idle",
        State::Waiting { .. } => "Waiting",
        State::Registering { .. } => "Registering",
        State::Registered { .. } => "Registered",
        State::Updating { .. } => "Updating",
        State::Leaving { until: Some(_) } => "Leaving",
        State::Leaving { until: None } => "Leaving for good",
        State::Failed { .. } => "Failed",
    }
}

/// An event, what is sent, and the state after it.
type Step = (&'static str, &'static str, &'static str);

/// What each event does in each state.
const DRAWN: &[(&str, &[Step])] = &[
    (
        "Idle",
        &[
            ("start", "Register 1.2", "Registering"),
            ("due", "", "Idle"),
            ("2.01", "", "Idle"),
            ("2.04", "", "Idle"),
            ("4.04", "", "Idle"),
            ("4.12", "", "Idle"),
            ("silence", "", "Idle"),
            ("changed", "", "Idle"),
            ("triggered", "", "Idle"),
            ("disable", "", "Idle"),
            ("stop", "", "Idle"),
        ],
    ),
    (
        "Waiting",
        &[
            ("start", "", "Waiting"),
            ("due", "Register 1.2", "Registering"),
            ("2.01", "", "Waiting"),
            ("2.04", "", "Waiting"),
            ("4.04", "", "Waiting"),
            ("4.12", "", "Waiting"),
            ("silence", "", "Waiting"),
            ("changed", "", "Waiting"),
            ("triggered", "", "Waiting"),
            ("disable", "", "Waiting"),
            ("stop", "", "Idle"),
        ],
    ),
    (
        "Registering",
        &[
            ("start", "", "Registering"),
            ("due", "", "Registering"),
            ("2.01", "", "Registered"),
            ("2.04", "", "Waiting"),
            ("4.04", "", "Waiting"),
            ("4.12", "Register 1.1", "Registering"),
            ("silence", "", "Waiting"),
            ("changed", "", "Registering"),
            ("triggered", "", "Registering"),
            ("disable", "", "Waiting"),
            ("stop", "", "Idle"),
        ],
    ),
    (
        "Registered",
        &[
            ("start", "", "Registered"),
            ("due", "Update", "Updating"),
            ("2.01", "", "Registered"),
            ("2.04", "", "Registered"),
            ("4.04", "", "Registered"),
            ("4.12", "", "Registered"),
            ("silence", "", "Registered"),
            ("changed", "Update", "Updating"),
            ("triggered", "Update", "Updating"),
            ("disable", "De-register", "Leaving"),
            ("stop", "De-register", "Leaving for good"),
        ],
    ),
    (
        "Updating",
        &[
            ("start", "", "Updating"),
            ("due", "", "Updating"),
            ("2.01", "Register 1.2", "Registering"),
            ("2.04", "", "Registered"),
            ("4.04", "Register 1.2", "Registering"),
            ("4.12", "Register 1.2", "Registering"),
            ("silence", "Register 1.2", "Registering"),
            ("changed", "", "Updating"),
            ("triggered", "", "Updating"),
            ("disable", "De-register", "Leaving"),
            ("stop", "De-register", "Leaving for good"),
        ],
    ),
    (
        "Leaving",
        &[
            ("start", "", "Leaving"),
            ("due", "", "Leaving"),
            ("2.01", "", "Waiting"),
            ("2.04", "", "Waiting"),
            ("4.04", "", "Waiting"),
            ("4.12", "", "Waiting"),
            ("silence", "", "Waiting"),
            ("changed", "", "Leaving"),
            ("triggered", "", "Leaving"),
            ("disable", "", "Leaving"),
            ("stop", "", "Leaving for good"),
        ],
    ),
    (
        "Leaving for good",
        &[
            ("start", "", "Leaving"),
            ("due", "", "Leaving for good"),
            ("2.01", "", "Idle"),
            ("2.04", "", "Idle"),
            ("4.04", "", "Idle"),
            ("4.12", "", "Idle"),
            ("silence", "", "Idle"),
            ("changed", "", "Leaving for good"),
            ("triggered", "", "Leaving for good"),
            ("disable", "", "Leaving"),
            ("stop", "", "Leaving for good"),
        ],
    ),
    (
        "Failed",
        &[
            ("start", "", "Failed"),
            ("due", "Register 1.2", "Registering"),
            ("2.01", "", "Failed"),
            ("2.04", "", "Failed"),
            ("4.04", "", "Failed"),
            ("4.12", "", "Failed"),
            ("silence", "", "Failed"),
            ("changed", "", "Failed"),
            ("triggered", "", "Failed"),
            ("disable", "", "Waiting"),
            ("stop", "", "Idle"),
        ],
    ),
];

#[test]
fn registrations_do_what_is_drawn() {
    let rows = |(from, events): &(&'static str, &'static [Step])| {
        let from = *from;
        events.iter().map(move |(happens, does, after)| (from, *happens, *does, *after))
    };
    let table: Vec<_> = DRAWN.iter().flat_map(rows).collect();
    check(&table, |from, happens| {
        let mut registration = machine(state(from));
        let errand = registration.handle(NOW, event(happens), &settings());
        (told(errand), name(&registration))
    });
}

#[test]
fn a_lifetime_is_refreshed_before_it_ends() {
    for (lifetime, after) in [(0, None), (60, Some(30)), (300, Some(207)), (86_400, Some(86_307)), (1, Some(1))] {
        let mut registration = machine(State::Registering { sent: NOW });
        let later = NOW + Duration::from_secs(20);
        registration.handle(later, event("2.01"), &Settings::new(lifetime));
        assert_eq!(registration.next(), after.map(|after| NOW + Duration::from_secs(after)), "{lifetime}");
        assert_eq!(registration.handle(NOW, Event::Timeout, &settings()), None, "early timeouts do nothing");
    }
}

#[test]
fn attempts_are_made_in_sequences_with_growing_pauses() {
    let settings = Settings {
        retry_count: 3,
        retry_timer: Duration::from_secs(10),
        sequence_delay: Duration::from_secs(1000),
        sequence_count: 2,
        ..settings()
    };
    let mut registration = Registration::default();
    registration.handle(NOW, Event::Start, &settings);
    let mut pauses = Vec::new();
    let mut now = NOW;
    for _ in 0..7 {
        registration.handle(now, Event::Unanswered, &settings);
        let next = registration.next().unwrap();
        let failed = if matches!(registration.state(), State::Failed { .. }) { " failed" } else { "" };
        pauses.push((next - now).as_secs().to_string() + failed);
        now = next;
        registration.handle(now, Event::Timeout, &settings);
    }
    assert_eq!(pauses, ["10", "20", "1000", "10", "20", "1000 failed", "10"]);
}

#[test]
fn a_version_that_is_refused_is_lowered_to_the_last_and_kept() {
    let mut registration = Registration::default();
    let mut said = Vec::new();
    said.push(told(registration.handle(NOW, Event::Start, &settings())));
    for _ in 0..3 {
        said.push(told(registration.handle(NOW, event("4.12"), &settings())));
    }
    said.push(told(registration.handle(registration.next().unwrap(), Event::Timeout, &settings())));
    assert_eq!(said, ["Register 1.2", "Register 1.1", "Register 1.0", "", "Register 1.0"]);
}

#[test]
fn what_changes_while_a_request_is_on_its_way_is_told_after_it() {
    let mut registration = machine(state("Registering"));
    registration.handle(NOW, Event::Changed, &settings());
    assert_eq!(registration.handle(NOW, event("2.01"), &settings()), Some(Errand::Update));
    assert_eq!(registration.handle(NOW, event("2.04"), &settings()), None);
}

#[test]
fn an_initial_delay_is_waited_for() {
    let settings = Settings { initial_delay: Duration::from_secs(7), ..settings() };
    let mut registration = Registration::default();
    assert_eq!(registration.handle(NOW, Event::Start, &settings), None);
    assert_eq!(registration.next(), Some(NOW + Duration::from_secs(7)));
}

#[test]
fn ordered_servers_come_one_after_the_other() {
    let ordered = |priority, blocks| Settings { priority, blocks, ..settings() };
    let failed = State::Failed { until: NOW };
    let registered = State::Registered { update: None };
    for (first, blocks, second_may) in [
        (State::Idle, false, false),
        (State::Registering { sent: NOW }, false, false),
        (State::Waiting { until: NOW }, false, false),
        (registered, false, true),
        (failed, false, true),
        (failed, true, false),
    ] {
        let servers = [
            (machine(State::Idle), ordered(Some(2), false)),
            (machine(first), ordered(Some(1), blocks)),
            (machine(State::Idle), ordered(None, false)),
        ];
        let pairs = servers.iter().map(|(registration, settings)| (registration, settings));
        let may: Vec<bool> = (0..3).map(|index| turn(pairs.clone(), index)).collect();
        assert_eq!(may, [second_may, true, true], "{first:?} {blocks}");
    }
}
