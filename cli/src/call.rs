//! `comi call`: calls an rpc or an action.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::arguments::ClientArguments;
use crate::device::Session;

/// Arguments of `comi call`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi call 'coap://[::1]' /acme-valve:identify duration=5
  comi call 'coap://[::1]' /acme-valve:valve/move '{\"position\": 40, \"gently\": true}'

Exit status: 0 done, 1 the device refused it or didn't answer, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    client: ClientArguments,
    /// The rpc or action: /acme-valve:valve/move
    operation: String,
    /// Its input: NAME=VALUE for each leaf, or one RFC 7951 JSON object
    input: Vec<String>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut session = Session::connect(&arguments.client).await?;
    let operation = session.operation(&arguments.operation)?;
    let input = session.parse_input(&operation, &arguments.input)?;
    let output = session.call(&operation, &input).await?;
    if let Some(json) = session.print_output(&operation, &output)? {
        outln!("{json}");
    }
    Ok(ExitCode::SUCCESS)
}
