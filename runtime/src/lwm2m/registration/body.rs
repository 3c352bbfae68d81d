//! What a Register and an Update say (OMA LwM2M Transport 1.2 section 6.4.3).

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Settings, Version};
use crate::board::Board;
use crate::coap::link_format::push_decimal;
use crate::datastore::Datastore;
use crate::lwm2m::links;

/// What a server was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Lifetime in seconds.
    pub lifetime: u32,
    /// Binding.
    pub binding: String,
    /// The links of the body.
    pub objects: String,
}

impl Told {
    /// What is to be told now.
    #[must_use]
    pub fn now(settings: &Settings, objects: &str) -> Told {
        Told { lifetime: settings.lifetime, binding: settings.binding.clone(), objects: objects.to_string() }
    }
}

/// The links of a registration: the root with the formats, then each object with its version, and its instances. An object
/// of version 1.0 that has instances is named by these alone (Core section 6.2.1, the example).
#[must_use]
pub fn body(store: &Datastore, board: &mut dyn Board, formats: &[u16]) -> String {
    let mut text = String::from("</>;rt=\"oma.lwm2m\";ct=\"");
    for (place, format) in formats.iter().enumerate() {
        if place > 0 {
            text.push(' ');
        }
        push_decimal(&mut text, u32::from(*format));
    }
    text.push('"');
    // an object without version that waits for its first instance
    let mut waiting = None;
    links(store, board, &mut |link| {
        if link.path.instance.is_none() {
            push_waiting(&mut text, waiting.take());
            match link.version {
                None => waiting = Some(link.path),
                Some((major, minor)) => {
                    push_link(&mut text, link.path);
                    text.push_str(";ver=");
                    push_decimal(&mut text, u32::from(major));
                    text.push('.');
                    push_decimal(&mut text, u32::from(minor));
                }
            }
        } else {
            waiting = None;
            push_link(&mut text, link.path);
        }
        true
    });
    push_waiting(&mut text, waiting);
    text
}

fn push_waiting(text: &mut String, waiting: Option<crate::lwm2m::Path>) {
    if let Some(path) = waiting {
        push_link(text, path);
    }
}

fn push_link(text: &mut String, path: crate::lwm2m::Path) {
    text.push_str(",<");
    path.tell(text);
    text.push('>');
}

/// The query of a Register, or, where something was told before, of an Update, which has what differs alone (Core section
/// 6.2.2).
#[must_use]
pub fn queries(endpoint: &str, version: Version, now: &Told, before: Option<&Told>) -> Vec<String> {
    let argument = |name: &str, value: &str| String::from(name) + "=" + value;
    let mut queries = Vec::new();
    if before.is_none() {
        queries.push(argument("ep", endpoint));
        queries.push(argument("lwm2m", version.words()));
    }
    if before.is_none_or(|before| before.lifetime != now.lifetime) {
        let mut lifetime = String::new();
        push_decimal(&mut lifetime, now.lifetime);
        queries.push(argument("lt", &lifetime));
    }
    if before.is_none_or(|before| before.binding != now.binding) {
        queries.push(argument("b", &now.binding));
    }
    queries
}
