//! `comi delete`: deletes data nodes.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::arguments::ClientArguments;
use crate::device::Session;

/// Arguments of `comi delete`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi delete 'coap://[::1]' /acme-valve:valve/target
  comi delete 'coap://[::1]' '/acme-valve:valve/schedule=day' '/acme-valve:valve/schedule=night'

Exit status: 0 deleted, 1 the device refused it or didn't answer, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    client: ClientArguments,
    /// Data nodes; all are deleted, or none
    #[arg(required = true)]
    nodes: Vec<String>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut session = Session::connect(&arguments.client).await?;
    let changes =
        arguments.nodes.iter().map(|node| Ok((session.identifier(node)?, None))).collect::<Result<Vec<_>>>()?;
    session.patch(&changes).await?;
    Ok(ExitCode::SUCCESS)
}
