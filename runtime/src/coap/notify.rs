//! Notifications: observers of our resources are told (RFC 7641 section 4).

use super::answer::{Recipient, encode};
use super::block::Block;
use super::code::Code;
use super::confirmable::Owner;
use super::deadline::Timer;
use super::endpoint::{Endpoint, Outgoing};
use super::message::MessageType;
use super::observe::{Newest, State as ObservationState, number_after};
use super::request::{Event, Gone, ObservationId, Response};
use super::slots::Key;
use super::writer::restamp;
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::vec::Vec;

impl Endpoint {
    /// Tells an observer the new state: at once as a NON (now and then, and when one follows soon, as a CON); while a CON is on its way, the newest
    /// state waits for its acknowledgement. A response that is no success is the last one: it ends the observation
    /// (RFC 7641 section 4.2).
    ///
    /// # Errors
    /// [`Gone`] if the observation has ended.
    pub fn notify(&mut self, now: Instant, observation: ObservationId, response: &Response<'_>) -> Result<(), Gone> {
        let key = observation.0;
        let observation = self.observations.get_mut(key).ok_or(Gone)?;
        let mut response = response;
        if response.code == Code::CONTENT && response.content_format != observation.content_format {
            // RFC 7641 section 4.2: all notifications have the same format; where it can't be held, this is the last
            if observation.content_format.is_some() {
                response = const { &Response::new(Code::NOT_ACCEPTABLE) };
                self.events.push_back(Event::ObservationEnded(ObservationId(key)));
            } else {
                observation.content_format = response.content_format;
            }
        }
        let success = response.code.is_success();
        observation.number = number_after(observation.number, now);
        let sequence = success.then_some(observation.number);
        let (peer, token, cache_key) = (observation.peer, observation.token.clone(), observation.key);
        let asked = observation.exponent.map(|exponent| Block { number: 0, more: false, exponent });
        let recipient = Recipient { peer, token: &token, asked_bytes: 0, key: cache_key, asked };
        let cut = self.cut(now, &recipient, response);
        let buffer = Vec::with_capacity(cut.payload.len() + 48);
        let datagram = encode(buffer, (MessageType::NonConfirmable, 0), &token, sequence, None, &cut, response);
        if !success {
            self.drop_observation(key);
            self.send_confirmable(now, peer, Owner::Nobody, datagram);
            return Ok(());
        }
        match self.observations.get_mut(key).map(|observation| &mut observation.state) {
            Some(ObservationState::InFlight { newest, .. }) => {
                self.counters.superseded += u64::from(newest.is_some());
                *newest = Some(Box::new(Newest(datagram)));
            }
            Some(ObservationState::Idle) | None => self.send_notification(now, key, datagram),
        }
        Ok(())
    }

    /// Sends every notification of an observation as a CON from now on, or as usual again.
    pub fn confirm_notifications(&mut self, observation: ObservationId, confirmed: bool) {
        if let Some(observation) = self.observations.get_mut(observation.0) {
            observation.confirmed = confirmed;
        }
    }

    /// Forgets an observation without telling the observer, who is told by [`Endpoint::notify`] with an error.
    pub fn end_observation(&mut self, observation: ObservationId) {
        self.drop_observation(observation.0);
    }

    pub(super) fn notification_acknowledged(&mut self, now: Instant, key: Key) {
        let Some(observation) = self.observations.get_mut(key) else { return };
        let before = core::mem::replace(&mut observation.state, ObservationState::Idle);
        if let ObservationState::InFlight { newest: Some(newest), .. } = before {
            self.send_notification(now, key, newest.0);
        }
    }

    fn send_notification(&mut self, now: Instant, key: Key, mut datagram: Vec<u8>) {
        let Some(observation) = self.observations.get(key) else { return };
        let peer = observation.peer;
        let confirmable = observation.wants_confirmable(now, &self.limits)
            && !peer.is_connected()
            && self.confirmables.len() < self.limits.confirmables;
        let message = if confirmable {
            self.send_confirmable(now, peer, Owner::Observation(key), datagram)
        } else {
            let id = self.new_message_id(&peer);
            restamp(&mut datagram, MessageType::NonConfirmable, id);
            self.send(Outgoing::Datagram(peer, datagram));
            if let Some(observation) = self.observations.get_mut(key) {
                observation.last_id = Some(id);
                observation.unconfirmed = observation.unconfirmed.saturating_add(1);
            }
            None
        };
        let Some(observation) = self.observations.get_mut(key) else { return };
        observation.paced_until = now + self.limits.notify_interval;
        if let Some(message) = message {
            observation.state = ObservationState::InFlight { message, newest: None };
            observation.last_confirmable = now;
            observation.unconfirmed = 0;
        }
    }

    /// An observer has been told nothing for so long that nobody knows whether it is still there.
    pub(super) fn observation_quiet(&mut self, now: Instant, key: Key) {
        let Some(observation) = self.observations.get(key) else { return };
        let due = observation.last_confirmable + self.limits.notify_confirmable_after;
        if due <= now {
            self.events.push_back(Event::ObservationQuiet(ObservationId(key)));
        }
        let next = if due > now { due } else { now + self.limits.notify_confirmable_after };
        self.deadlines.start(Timer::Observation(key), next);
    }
}
