//! `comi set`: writes a data node by name, or an LwM2M resource.

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::arguments::ClientArguments;
use crate::device::{Session, is_lwm2m_path};

/// Arguments of `comi set`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi set 'coap://[::1]' /acme-valve:valve/target 42
  comi set 'coap://[::1]' /acme-valve:valve/travel '{\"minimum\": 10, \"maximum\": 90}'
  comi set 'coap://[::1]' / - < valve.json                      the whole configuration
  comi set 'coap://[::1]' /3303/0/5750 cellar                   an LwM2M resource

Exit status: 0 written, 1 the device refused it or didn't answer, 2 wrong usage, as a value that the model doesn't allow.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    client: ClientArguments,
    /// Data node (/acme-valve:valve/target), / for the whole configuration, or LwM2M path (/3303/0/5750)
    node: String,
    /// RFC 7951 JSON, or the bare text of a leaf; - reads it from standard input
    #[arg(allow_hyphen_values = true)]
    value: String,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let text = if arguments.value == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
        text.trim_end_matches('\n').to_owned()
    } else {
        arguments.value.clone()
    };
    if is_lwm2m_path(&arguments.node) {
        let mut session = Session::connect_plainly(&arguments.client).await?;
        session.write_resource(&arguments.node, &text).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut session = Session::connect(&arguments.client).await?;
    if arguments.node == "/" {
        let content = session.parse_document(&text)?;
        session.replace(&content).await?;
    } else {
        let identifier = session.identifier(&arguments.node)?;
        let data = session.parse(&identifier, &text)?;
        session.patch(&[(identifier, Some(data))]).await?;
    }
    Ok(ExitCode::SUCCESS)
}
