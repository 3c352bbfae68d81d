//! `comi watch`: notifications and observed data nodes, live.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comi_runtime::client::Response;
use comi_runtime::coap::CallId;
use comi_runtime::value::{Content, Data, InstanceIdentifier};
use serde_json::{Map, Value};

use crate::arguments::ClientArguments;
use crate::changes;
use crate::device::Session;
use crate::show;

/// Arguments of `comi watch`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi watch 'coap://[::1]'                                     notifications
  comi watch 'coap://[::1]' /acme-valve:valve/position          and each change of a data node
  comi watch 'coap://[::1]' /acme-valve:valve --no-notifications --json --count 10

Exit status: 0 ended by --count or Ctrl-C, 1 the device refused it or didn't answer, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    client: ClientArguments,
    /// Data nodes to observe beside the device's notifications
    nodes: Vec<String>,
    /// Data nodes alone, no notifications
    #[arg(long, requires = "nodes")]
    no_notifications: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// End after this many lines [default: at Ctrl-C]
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

/// What is observed.
enum Watched {
    /// The event stream, and how many notifications of its last answer are known.
    Events { seen: Vec<(InstanceIdentifier, Content)> },
    /// A data node, and what its last answer said: nothing yet, or what stood there.
    Node { at: InstanceIdentifier, last: Option<Option<Data>> },
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut session = Session::connect(&arguments.client).await?;
    let nodes = arguments.nodes.iter().map(|node| session.identifier(node)).collect::<Result<Vec<_>>>()?;
    let mut watched = Vec::new();
    let mut printed = 0;
    for node in nodes {
        let (response, observation) = session.observe_node(&node).await?;
        watched.push((observation, Watched::Node { at: node, last: None }));
        print(&session, &mut watched, observation, response, arguments, &mut printed)?;
    }
    if !arguments.no_notifications {
        let (response, observation) = session.observe_events().await?;
        // What happened before is not news.
        let seen = response.events(session.schema()).map_err(|error| session.explain(error))?;
        watched.push((observation, Watched::Events { seen }));
    }
    while arguments.count.is_none_or(|count| printed < count) {
        tokio::select! {
            update = session.client().next_update() => {
                let (observation, response) = update?;
                let response = session.accepted(response?)?;
                print(&session, &mut watched, observation, response, arguments, &mut printed)?;
            }
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                break;
            }
        }
    }
    for (observation, _) in watched {
        session.client().cancel(observation).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what an answer says anew, at most as many lines as are asked for.
fn print(
    session: &Session,
    watched: &mut [(CallId, Watched)],
    observation: CallId,
    response: Response,
    arguments: &Arguments,
    printed: &mut usize,
) -> Result<()> {
    let Some((_, what)) = watched.iter_mut().find(|(own, _)| *own == observation) else { return Ok(()) };
    let news = match what {
        Watched::Node { at, last } => {
            let answers = response.fetched(session.schema(), std::slice::from_ref(at));
            let now = answers.map_err(|error| session.explain(error))?.pop().flatten();
            let before = last.replace(now.clone());
            changed(session, at, before.as_ref(), now)
        }
        Watched::Events { seen } => {
            let events = response.events(session.schema()).map_err(|error| session.explain(error))?;
            let news = new_events(seen, &events);
            *seen = events;
            news.into_iter().map(|(at, content)| (at, Some(Data::Container(content)))).collect::<Vec<_>>()
        }
    };
    for (at, data) in news {
        if arguments.count.is_none_or(|count| *printed < count) {
            outln!("{}", line(session, &at, data.as_ref(), arguments.json)?);
            *printed += 1;
        }
    }
    Ok(())
}

/// What an answer says that the one before did not: each leaf, leaf-list or entry that has changed. The first answer says
/// all of it.
fn changed(
    session: &Session,
    at: &InstanceIdentifier,
    before: Option<&Option<Data>>,
    now: Option<Data>,
) -> Vec<(InstanceIdentifier, Option<Data>)> {
    let old = before.and_then(Option::as_ref);
    let changes = changes::at(session.schema(), at, old, now.as_ref());
    let news: Vec<_> = changes.into_iter().map(|change| (change.at, change.new)).collect();
    // the device tells of what has changed, and of what it was asked first
    if news.is_empty() && (before.is_none() || now.is_none()) { vec![(at.clone(), now)] } else { news }
}

/// The notifications of an answer that the last one had not, the oldest first. Answers have the newest first.
fn new_events<T: PartialEq + Clone>(seen: &[T], events: &[T]) -> Vec<T> {
    let fresh = (0..=events.len())
        .find(|fresh| {
            let known = events.get(*fresh..).unwrap_or(&[]);
            known.len() <= seen.len() && known.iter().zip(seen).all(|(new, old)| new == old)
        })
        .unwrap_or(events.len());
    events.iter().take(fresh).rev().cloned().collect()
}

fn line(session: &Session, at: &InstanceIdentifier, data: Option<&Data>, as_json: bool) -> Result<String> {
    let name = session.name(at);
    let value: Value = match data {
        None => Value::Null,
        Some(data) => serde_json::from_str::<Map<String, Value>>(&show::json(session.schema(), at, data)?)?
            .into_iter()
            .next()
            .map_or(Value::Null, |(_, value)| value),
    };
    // one entry comes in an array of one
    let value = match (data, value) {
        (Some(Data::Container(_)), Value::Array(mut entries)) if entries.len() == 1 => entries.remove(0),
        (_, value) => value,
    };
    Ok(if as_json {
        Value::Object(Map::from_iter([("path".into(), name.into()), ("value".into(), value)])).to_string()
    } else if data.is_none() {
        format!("{name} is not there")
    } else {
        format!("{name} {value}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_last_answer_had_not_is_news() {
        for (seen, events, news) in [
            (&[][..], &[1][..], &[1][..]),
            (&[2, 1], &[3, 2, 1], &[3]),
            (&[2, 1], &[4, 3, 2], &[3, 4]),
            (&[2, 1], &[2, 1], &[]),
            (&[1], &[1, 1], &[1]),
            (&[2, 1], &[9, 8], &[8, 9]),
        ] {
            assert_eq!(new_events(seen, events), news, "{seen:?} then {events:?}");
        }
    }
}
