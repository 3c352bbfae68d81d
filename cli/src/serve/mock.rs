//! A mock device: the schema is lowered when it starts, its hardware is a tree in memory.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, bail};
use comi_codegen::sample::{Options, sample};
use comi_codegen::schema::compiled::ModuleId;
use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::json::{self, Style};
use comi_runtime::schema::{NodeIndex, NodeKind, Schema};
use comi_runtime::store::Initial;
use comi_runtime::time::Instant;
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Content, Data, InstanceIdentifier, Value};
use comi_runtime::{Device, Limits};

use super::simulation::{Simulation, echo};
use super::{Arguments, bind, console, kept, serve, tree, uri};
use crate::convert;
use crate::models::{self, Served};

/// A mock's hardware: what it answers, shared with who speaks for it.
#[derive(Clone)]
pub(super) struct World {
    schema: &'static Schema,
    tree: Arc<Mutex<Content>>,
    /// Whether changes and calls are printed.
    tells: Arc<AtomicBool>,
}

impl World {
    pub(super) fn schema(&self) -> &'static Schema {
        self.schema
    }

    pub(super) fn tree(&self) -> MutexGuard<'_, Content> {
        // whoever panicked with it left a whole tree: it is changed by single calls
        self.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a node is called.
pub(super) fn name(schema: &Schema, node: NodeIndex, keys: &[Value]) -> String {
    text::print_path(schema, &InstanceIdentifier { node, keys: keys.to_vec() }, PathForm::Uri)
}

/// A value in a line.
pub(super) fn line(schema: &'static Schema, node: NodeIndex, data: &Data) -> String {
    json::to_string(schema, node, data, Style::Compact).unwrap_or_else(|error| format!("({error})"))
}

/// The board of a mock.
struct Mock {
    world: World,
}

impl Board for Mock {
    fn schema(&self) -> &'static Schema {
        self.world.schema
    }

    fn read(&mut self, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
        tree::find(self.world.schema, &self.world.tree(), node, keys).cloned().ok_or(Fault::Absent)
    }

    fn next(&mut self, list: NodeIndex, keys: &[Value], after: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        let World { schema, .. } = self.world;
        Ok(match tree::find(schema, &self.world.tree(), list, keys) {
            Some(Data::List(entries)) => tree::next(schema, list, entries, after),
            _ => None,
        })
    }

    fn call(
        &mut self,
        _call: Call,
        operation: NodeIndex,
        keys: &[Value],
        input: &Content,
    ) -> Result<Outcome<Content>, Fault> {
        let World { schema, .. } = self.world;
        let output = match tree::find(schema, &self.world.tree(), operation, keys) {
            Some(Data::Container(output)) => output.clone(),
            _ => echo(schema, operation, input),
        };
        if self.world.tells.load(Ordering::Relaxed) {
            let part = |kind, content: &Content| {
                let node =
                    schema.children(operation).find(|child| schema.node(*child).is_some_and(|row| row.kind() == kind));
                node.map_or_else(|| "{}".to_owned(), |node| line(schema, node, &Data::Container(content.clone())))
            };
            let (given, answered) = (part(NodeKind::Input, input), part(NodeKind::Output, &output));
            outln!("{} called with {given}, answers {answered}", name(schema, operation, keys));
        }
        Ok(Outcome::Done(output))
    }

    fn prepare(&mut self, _change: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, change: &Change<'_>) {
        if !self.world.tells.load(Ordering::Relaxed) {
            return;
        }
        let World { schema, .. } = self.world;
        let name = name(schema, change.node, change.keys);
        match change.new {
            None => outln!("{name} deleted"),
            Some(Data::Container(_)) => outln!("{name} created"),
            Some(data) => outln!("{name} = {}", line(schema, change.node, data)),
        }
    }
}

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let file = arguments.data.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    let text = match &arguments.data {
        Some(path) => Some(std::fs::read_to_string(path).with_context(|| format!("{file} cannot be read"))?),
        None => None,
    };
    let (served, notes) = load(arguments, text.as_deref())?;
    warn(&served, &notes);
    let schema = served.schema;
    let (text, origin) = match (text, arguments.sample) {
        (Some(text), _) => (text, file),
        (None, Some(seed)) => {
            let known = |name: &String| served.compiled.schema.module_named(name);
            let modules: Vec<ModuleId> = served.asked.iter().filter_map(known).collect();
            let options = Options { seed, ..Options::default() };
            (sample(&served.compiled.schema, &modules, &options), format!("the sample of seed {seed}"))
        }
        (None, None) => ("{}".to_owned(), String::new()),
    };
    let simulation = Simulation::read(schema, &text).map_err(|error| convert::in_file(&origin, &error))?;
    if arguments.raise_every.is_some() && simulation.notifications.is_empty() {
        bail!("--raise-every: {origin} has no notification");
    }
    let world = World { schema, tree: Arc::new(Mutex::new(simulation.tree.clone())), tells: Arc::default() };
    let (handle, inbox) = comi_runtime::net::handle();
    let builder = Device::new(Mock { world: world.clone() }).coreconf().limits(Limits::SERVER);
    let builder = arguments.registration.client_of(builder);
    let configuration = simulation.configuration.clone();
    let initial = Initial::made(move |edit| edit.replace_all(configuration.clone()));
    let mut device = arguments.store.keep(builder, Some(initial)).build()?;
    if !arguments.store.is_given() {
        let configuration = simulation.configuration.clone();
        device.edit(Instant::START, |edit| edit.replace_all(configuration)).map_err(|error| {
            let at = error.at.as_ref().map(|at| text::print_path(schema, at, PathForm::Uri)).unwrap_or_default();
            anyhow::anyhow!("{origin} is no valid configuration: {at}: {error}")
        })?;
    }
    kept::tell(&device);
    world.tells.store(!arguments.quiet, Ordering::Relaxed);
    let (server, address) = bind(device, inbox, arguments.listen().as_deref()).await?;
    let what = format!("a mock of {}", served.asked.join(", "));
    let suggestions = suggestions(&served, &arguments.model.paths, &uri(address));
    tokio::select! {
        ended = serve(server, address, (&what, &suggestions), &arguments.registration, &handle) => ended,
        () = arguments.registration.tell(&handle) => bail!("the device has ended"),
        ended = console::run(handle.clone(), world, simulation, arguments.raise_every) => ended,
    }
}

/// The modules that are named, else those that the document names.
fn load(arguments: &Arguments, text: Option<&str>) -> Result<(Served, Vec<String>)> {
    let mut model = arguments.model.clone();
    if model.modules.is_empty() {
        let Some(text) = text else { bail!("name the module to serve: --module NAME") };
        model.modules = models::known(&model, &convert::mentions_of_json(text))?;
        if model.modules.is_empty() {
            bail!("--data names no module that is here; name its folder by --path, or the module by --module");
        }
    }
    models::load_with_identities(&model)
}

fn warn(served: &Served, notes: &[String]) {
    for note in notes {
        eprintln!("note: {note}");
    }
    let rules = served.left_out.len();
    if rules > 0 {
        eprint!("{}", comi_codegen::diagnostic::render(&served.compiled.sources, &served.left_out, false));
        let noun = if rules == 1 { "that rule" } else { "those rules" };
        eprintln!("warning: served without {noun}");
    }
    if let Some(note) = models::note_of_made_up(&served.made_up) {
        eprintln!("note: {note}");
    }
}

fn suggestions(served: &Served, paths: &[std::path::PathBuf], uri: &str) -> String {
    let schema = served.schema;
    let asked = |node: &NodeIndex| {
        let module = schema.module_of(*node).map_or("", |module| module.name);
        served.asked.iter().any(|own| own == module)
    };
    let is_data = |node: &NodeIndex| {
        schema
            .node(*node)
            .is_some_and(|row| matches!(row.kind(), NodeKind::Container | NodeKind::List | NodeKind::Leaf))
    };
    let first = schema.children(NodeIndex::ROOT).find(|node| is_data(node) && asked(node));
    let mut models = String::new();
    for path in paths {
        models.push_str(&format!(" --path '{}'", path.display()));
    }
    let path = first.map(|node| format!(" {}", name(schema, node, &[]))).unwrap_or_default();
    format!(
        "try, in another terminal:\n  \
         comi discover '{uri}'\n  \
         comi get '{uri}'{path}{models}\n  \
         comi watch '{uri}'{path}{models}\n\
         lines here speak for its hardware, `help` has their form; Ctrl-C ends it\n"
    )
}
