//! Who speaks for a mock's hardware: lines of standard input, and a clock that raises notifications.

use std::io::BufRead as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use comi_runtime::cbor::Allowed;
use comi_runtime::net::Handle;
use comi_runtime::schema::{NodeKind, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Content, Data, InstanceIdentifier};

use super::mock::{World, line, name};
use super::simulation::Simulation;
use super::tree;
use crate::names;

const HELP: &str = "\
PATH VALUE             set state or configuration: JSON, or the bare text of a leaf
delete PATH            take it away
PATH [NAME=VALUE …]    raise a notification; without content, with that of --data
";

/// Waits for lines and for the clock; ends with Ctrl-C alone, as who gives no line more still wants the device.
pub(super) async fn run(
    handle: Handle,
    world: World,
    simulation: Simulation,
    raise_every: Option<Duration>,
) -> Result<ExitCode> {
    let mut lines = Some(lines());
    let mut turn = simulation.notifications.iter().cycle();
    let mut clock = raise_every.map(tokio::time::interval);
    if let Some(clock) = &mut clock {
        clock.tick().await;
    }
    loop {
        let tick = async {
            match &mut clock {
                Some(clock) => drop(clock.tick().await),
                None => std::future::pending().await,
            }
        };
        let line = async {
            match &mut lines {
                Some(lines) => lines.recv().await,
                None => std::future::pending().await,
            }
        };
        let done = tokio::select! {
            line = line => match line {
                Some(line) => obey(&handle, &world, &simulation, line.trim()).await,
                None => {
                    lines = None;
                    Ok(())
                }
            },
            () = tick => match turn.next() {
                Some((at, content)) => raise(&handle, &world, at.clone(), content.clone()).await,
                None => Ok(()),
            },
        };
        if let Err(error) = done {
            eprintln!("error: {error:#}");
        }
    }
}

/// The lines of standard input, read by a thread that ends with the program: a read of a terminal can't be given up.
fn lines() -> tokio::sync::mpsc::Receiver<String> {
    let (sender, receiver) = tokio::sync::mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

async fn obey(handle: &Handle, world: &World, simulation: &Simulation, text: &str) -> Result<()> {
    let schema = world.schema();
    let (first, rest) = text.split_once(char::is_whitespace).map_or((text, ""), |(first, rest)| (first, rest.trim()));
    match (first, rest) {
        ("", _) => Ok(()),
        ("help", _) => {
            out!("{HELP}");
            Ok(())
        }
        ("delete", path) => set(handle, world, names::data_node(schema, path)?, None).await,
        (path, rest) if path.starts_with('/') => {
            let at = names::identifier(schema, path)?;
            match schema.node(at.node).map(|row| row.kind()) {
                Some(NodeKind::Notification) => {
                    let content = match (rest, simulation.content_of(at.node)) {
                        ("", Some(content)) => content.clone(),
                        (text, _) => notification(schema, &at, text)?,
                    };
                    raise(handle, world, at, content).await
                }
                Some(NodeKind::Rpc | NodeKind::Action) => bail!("{path} is called from outside: comi call"),
                _ if rest.is_empty() => bail!("{path}: give its value"),
                _ => {
                    let data = names::parse_data(schema, &at, Allowed::Data, rest)?;
                    set(handle, world, at, Some(data)).await
                }
            }
        }
        _ => bail!("{first:?}: a line begins with the path of a node, or delete; `help` has their form"),
    }
}

fn notification(schema: &'static Schema, at: &InstanceIdentifier, text: &str) -> Result<Content> {
    let words: Vec<String> = match text.starts_with('{') {
        true => vec![text.to_owned()],
        false => text.split_whitespace().map(str::to_owned).collect(),
    };
    names::parse_members(schema, at.node, &words)
}

async fn raise(handle: &Handle, world: &World, at: InstanceIdentifier, content: Content) -> Result<()> {
    let schema = world.schema();
    let words =
        format!("{} {}", name(schema, at.node, &at.keys), line(schema, at.node, &Data::Container(content.clone())));
    handle.raise((at, content)).await?;
    outln!("raised {words}");
    Ok(())
}

/// Configuration goes through the device, which checks it; state is the world's.
async fn set(handle: &Handle, world: &World, at: InstanceIdentifier, data: Option<Data>) -> Result<()> {
    let schema = world.schema();
    if schema.node(at.node).is_some_and(|row| row.is_config()) {
        let to = at.clone();
        let done = handle.edit(move |edit| match data {
            Some(data) => edit.replace(&to, data),
            None => edit.delete(&to).map(drop),
        });
        return done.await.map_err(Into::into);
    }
    let words = data.as_ref().map(|data| line(schema, at.node, data));
    if !tree::put(schema, &mut world.tree(), at.node, &at.keys, data) {
        return Err(anyhow!("{} is not there", text::print_path(schema, &at, PathForm::Uri)));
    }
    handle.changed(&at).await?;
    let name = name(schema, at.node, &at.keys);
    outln!("{}", words.map_or_else(|| format!("{name} deleted"), |words| format!("{name} = {words}")));
    Ok(())
}
