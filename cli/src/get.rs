//! `comi get`: reads data nodes by name, or an LwM2M path.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::arguments::{ClientArguments, Format};
use crate::device::{Session, is_lwm2m_path};
use crate::output;
use crate::usage::WrongUsage;

/// Arguments of `comi get`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi get 'coap://[::1]'                                       the whole datastore
  comi get 'coap://[::1]' /acme-valve:valve/target              one leaf
  comi get 'coap://[::1]' '/acme-valve:valve/schedule=night' --format table
  comi get 'coap://[::1]' /acme-valve:valve --content config --defaults
  comi get 'coap://[::1]' /3303/0/5700                          an LwM2M resource

Exit status: 0 done, 1 something is not there, or the device didn't give it, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    client: ClientArguments,
    /// Data nodes (/acme-valve:valve/target), or one LwM2M path (/3303/0/5700) [default: the whole datastore]
    nodes: Vec<String>,
    /// Which descendants to read
    #[arg(long, value_enum, default_value_t = Content::All)]
    content: Content,
    /// Read values that are defaults too
    #[arg(long)]
    defaults: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

/// The query parameter `c` (draft-ietf-core-comi-21 section 3.1.1).
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Content {
    /// Configuration and state
    All,
    /// Configuration
    Config,
    /// State
    State,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(path) = arguments.nodes.iter().find(|node| is_lwm2m_path(node)) {
        if arguments.nodes.len() > 1 {
            bail!(WrongUsage::new(format!("{path}: one LwM2M path at a time")));
        }
        let mut session = Session::connect_plainly(&arguments.client).await?;
        outln!("{}", session.read_resource(path).await?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut session = Session::connect(&arguments.client).await?;
    let mut query = Vec::new();
    match arguments.content {
        Content::All => {}
        Content::Config => query.push("c=c"),
        Content::State => query.push("c=n"),
    }
    if arguments.defaults {
        query.push("d=a");
    }
    let identifiers = arguments.nodes.iter().map(|node| session.identifier(node)).collect::<Result<Vec<_>>>()?;
    if identifiers.is_empty() {
        let content = session.read_datastore(&query).await?;
        output::write_out(&session.print_content(&content, arguments.format)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let answers = session.fetch(&identifiers, &query).await?;
    let mut absent = false;
    for ((name, identifier), answer) in arguments.nodes.iter().zip(&identifiers).zip(&answers) {
        match answer {
            Some(data) => output::write_out(&session.print_instance(identifier, data, arguments.format)?)?,
            None => {
                absent = true;
                eprintln!("{name}: not there");
            }
        }
    }
    Ok(if absent { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
