//! `comi discover`: what a device offers.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};

use crate::arguments::ClientArguments;
use crate::device::Session;

/// Arguments of `comi discover`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi discover 'coap://[::1]'                                  all links
  comi discover 'coap://[::1]' rt=core.c.ds                     the datastore alone
  comi discover 'coap://[::1]' 'href=/3303*' --json

Exit status: 0 done, 1 no link, or the device didn't answer, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    client: ClientArguments,
    /// Only links with this attribute, as the device filters them: rt=core.c.ds, href=/3303*
    filter: Option<String>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut session = Session::connect(&arguments.client).await?;
    let links = session.discover(arguments.filter.as_deref()).await?;
    if arguments.json {
        let links: Vec<Value> = links
            .iter()
            .map(|(target, attributes)| {
                let mut object = Map::new();
                object.insert("href".into(), target.as_str().into());
                for (name, value) in attributes {
                    object.insert(name.clone(), value.as_str().into());
                }
                Value::Object(object)
            })
            .collect();
        outln!("{}", serde_json::to_string_pretty(&links)?);
    } else {
        let width = links.iter().map(|(target, _)| target.len()).max().unwrap_or(0);
        for (target, attributes) in &links {
            let attributes: Vec<String> = attributes
                .iter()
                .map(|(name, value)| match (name.as_str(), session.name_of_sid_text(value)) {
                    (_, _) if value.is_empty() => name.clone(),
                    ("sid" | "ds", Some(own)) => format!("{name}={value} ({own})"),
                    _ => format!("{name}={value}"),
                })
                .collect();
            outln!("{target:width$}  {}", attributes.join("  "));
        }
    }
    if links.is_empty() {
        eprintln!("nothing matches");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
