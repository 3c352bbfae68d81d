//! Our CoAP endpoint alone, as a program that other implementations can be held against: no YANG, plain resources.
//!
//! `coap-peer serve PORT [OPTION…]` serves them on the loopback (`server` says which); `coap-peer METHOD coap://HOST:PORT/PATH
//! [OPTION…]` asks, and prints a line for each response: its code, whether it is observed, and its payload in hex.
//! With `coap+tcp://` and `--tcp` over connections. Options: `--payload FILE`, `--format NUMBER`, `--block SIZE`, `--observe SECONDS`, `--loss PERCENT` (of what we send),
//! `--doubt` (the loopback is as unverified as any network).

mod client;
mod link;
mod server;
mod stream;

use std::path::PathBuf;

use comi_runtime::coap::Limits;

/// What the command line asks for.
#[derive(Clone, Debug)]
pub(crate) struct Arguments {
    /// A method, or `serve`.
    pub(crate) verb: String,
    /// A URI, or a port.
    pub(crate) target: String,
    pub(crate) payload: Option<PathBuf>,
    pub(crate) format: Option<u16>,
    pub(crate) observe: Option<u64>,
    pub(crate) loss: u64,
    /// Whether to serve over TCP.
    pub(crate) tcp: bool,
    pub(crate) limits: Limits,
}

fn arguments() -> Option<Arguments> {
    let mut words = std::env::args().skip(1);
    let limits = Limits { trust_loopback: true, ..Limits::SERVER };
    let (verb, target) = (words.next()?, words.next()?);
    let mut found = Arguments { verb, target, payload: None, format: None, observe: None, loss: 0, tcp: false, limits };
    while let Some(option) = words.next() {
        match option.as_str() {
            "--payload" => found.payload = Some(words.next()?.into()),
            "--format" => found.format = Some(words.next()?.parse().ok()?),
            "--block" => found.limits.block_size = words.next()?.parse().ok()?,
            "--observe" => found.observe = Some(words.next()?.parse().ok()?),
            "--loss" => found.loss = words.next()?.parse().ok()?,
            "--tcp" => found.tcp = true,
            "--doubt" => found.limits.trust_loopback = false,
            _ => return None,
        }
    }
    Some(found)
}

fn main() {
    let arguments =
        arguments().expect("serve PORT, or METHOD coap://HOST:PORT/PATH; the program's page lists the options");
    match arguments.verb.as_str() {
        "serve" => server::run(&arguments),
        _ => client::run(&arguments),
    }
}
