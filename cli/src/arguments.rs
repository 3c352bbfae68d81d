//! Arguments that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// Which YANG modules the names on the command line come from.
#[derive(Args, Clone, Default)]
pub(crate) struct ModelArguments {
    /// Folder with .yang and .sid files, searched before the built-in models; may be repeated
    #[arg(long = "path", value_name = "DIR", value_parser = crate::yang::folder)]
    pub(crate) paths: Vec<PathBuf>,
    /// Module to load; may be repeated
    #[arg(long = "module", value_name = "NAME")]
    pub(crate) modules: Vec<String>,
}

/// How to reach a device.
#[derive(Args, Clone)]
#[command(mut_arg("modules", |argument| {
    argument.help("Module to load; may be repeated [default: those that the device says it has]")
}))]
pub(crate) struct ClientArguments {
    /// The device.
    #[arg(help = "The device: coap://HOST[:PORT], coap+tcp://HOST[:PORT], or HOST[:PORT]; quote [::1] for your shell")]
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) model: ModelArguments,
    /// Print every message that crosses the socket, to standard error
    #[arg(long)]
    pub(crate) trace: bool,
    /// Seconds to wait for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    timeout: u32,
}

impl ClientArguments {
    /// To ask something in passing: for a second at most.
    pub(crate) fn quick(target: String, model: ModelArguments) -> ClientArguments {
        ClientArguments { target, model, trace: false, timeout: 1 }
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout))
    }
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// RFC 7951 JSON
    Json,
    /// One line a leaf: its instance-identifier and value
    Table,
    /// YANG-CBOR, in diagnostic notation with names
    Diag,
    /// YANG-CBOR, as hex
    Hex,
    /// YANG-CBOR, as it is
    Cbor,
}
