//! `comi edit`: a part of the configuration in an editor, and what came of it as one change.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use comi_runtime::cbor::Allowed;
use comi_runtime::json;
use comi_runtime::schema::{NodeIndex, NodeKind, Schema};
use comi_runtime::value::{Content, Data, InstanceIdentifier};

use crate::arguments::ClientArguments;
use crate::changes::{self, Change};
use crate::convert::json_text::{self, Members};
use crate::device::Session;
use crate::local::Local;
use crate::show;
use crate::usage::WrongUsage;

/// How often an edit begins anew because the device's configuration has changed meanwhile.
const TRIES: usize = 10;

/// Arguments of `comi edit`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi edit 'coap://[::1]' /acme-valve:valve
  EDITOR='code --wait' comi edit 'coap://[::1]'

The configuration is shown as RFC 7951 JSON without what equals its default. What comes back is checked here against the
models, shown as a diff, and sent as one iPATCH, on condition that nobody has changed the configuration meanwhile; if
somebody has, it says what, and opens again with both changes.

The editor is $VISUAL, else $EDITOR, else vi.

Exit status: 0 sent, or nothing is changed, 1 nothing is sent, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    client: ClientArguments,
    /// The part to edit: /acme-valve:valve; / is the whole configuration
    #[arg(default_value = "/")]
    node: String,
    /// Show the diff and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Send without asking, though there is a terminal to ask at
    #[arg(long, short)]
    yes: bool,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut session = Session::connect(&arguments.client).await?;
    let schema = session.schema();
    let node = match arguments.node.as_str() {
        "/" => InstanceIdentifier::new(NodeIndex::ROOT),
        name => session.identifier(name)?,
    };
    if node.node != NodeIndex::ROOT && !schema.node(node.node).is_some_and(|row| row.is_config()) {
        bail!(WrongUsage::new(format!("{}: it is state, which only the device sets", arguments.node)));
    }
    let (mut base, mut revision) = session.configuration().await?;
    let mut text = print(schema, &node, &base)?;
    let draft = Draft::new()?;
    for _ in 0..TRIES {
        text = open(&draft, &text)?;
        let edited = match check(schema, &node, &base, &text) {
            Ok(edited) => edited,
            Err(error) => match ask(arguments, &format!("error: {error:#}\n[e]dit again, or [q]uit? "), 'q')? {
                'e' => continue,
                _ => return Err(error).context(format!("{} keeps your text", draft.keep().display())),
            },
        };
        let wanted = changes::between(schema, &base, &edited);
        if wanted.is_empty() {
            outln!("nothing is changed");
            return Ok(ExitCode::SUCCESS);
        }
        out!("{}", changes::render(schema, &wanted));
        if arguments.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        match ask(arguments, "[s]end it, [e]dit again, or [q]uit? ", 's')? {
            's' => {}
            'e' => continue,
            _ => return Ok(ExitCode::FAILURE),
        }
        let items: Vec<_> = wanted.iter().map(|change| (change.at.clone(), change.new.clone())).collect();
        let sent = session.patch_revision(&items, &revision).await;
        if sent.with_context(|| format!("{} keeps your text", draft.keep().display()))? {
            draft.remove();
            return Ok(ExitCode::SUCCESS);
        }
        let (now, new_revision) = session.configuration().await?;
        text = meet(schema, &node, &base, &now, &wanted)?;
        (base, revision) = (now, new_revision);
    }
    bail!("the configuration changes faster than it can be edited; {} keeps your text", draft.keep().display())
}

/// Says what others have changed, and gives the text with both their changes and ours.
fn meet(
    schema: &'static Schema,
    node: &InstanceIdentifier,
    base: &Content,
    now: &Content,
    ours: &[Change],
) -> Result<String> {
    let theirs = changes::between(schema, base, now);
    eprintln!("the configuration has changed meanwhile:");
    eprint!("{}", changes::render(schema, &theirs));
    for change in ours.iter().filter(|ours| theirs.iter().any(|theirs| theirs.at == ours.at && theirs.new != ours.new))
    {
        eprint!("you change the same:\n{}", changes::render(schema, std::slice::from_ref(change)));
    }
    let both = Local::new(schema, now).with_changes(ours);
    print(schema, node, &both.context("both changes together are not valid")?)
}

/// The text to edit.
fn print(schema: &'static Schema, node: &InstanceIdentifier, content: &Content) -> Result<String> {
    let row = schema.node(node.node);
    let data = match changes::find(schema, content, node) {
        Some(data) => data,
        None if row.is_some_and(|row| matches!(row.kind(), NodeKind::Container | NodeKind::List)) => {
            Data::Container(Content::new())
        }
        None => return Ok("{}\n".to_owned()),
    };
    Ok(show::json(schema, node, &data)? + "\n")
}

/// The configuration with a part as the text has it, checked by the models.
fn check(schema: &'static Schema, node: &InstanceIdentifier, base: &Content, text: &str) -> Result<Content> {
    let data = parse(schema, node, text)?;
    let mut local = Local::new(schema, base);
    if !local.is_checked {
        eprintln!("note: the device's configuration is not valid by the models here: the change is not checked before");
    }
    local.with(node, data)
}

/// What a text says of a node; `None`: it is gone.
fn parse(schema: &'static Schema, node: &InstanceIdentifier, text: &str) -> Result<Option<Data>> {
    let describe = |part: &str, error: json::Error| json_text::describe(schema, text, part, &error);
    if node.node == NodeIndex::ROOT {
        let content = json::read_content(schema, NodeIndex::ROOT, Allowed::Config, text);
        return content.map(|content| Some(Data::Container(content))).map_err(|error| describe(text, error));
    }
    let Members(members) = serde_json::from_str(text).map_err(|error| json_text::malformed(&error))?;
    let name = schema.name(node.node);
    let value = match members.as_slice() {
        [] => return Ok(None),
        [(member, value)] if member.rsplit(':').next() == Some(name) => value.get(),
        _ => bail!("one member, {name:?}, is expected; none deletes it"),
    };
    let read = json::read_value(schema, node.node, Allowed::Config, value);
    let own = schema.entry_key_count(node.node);
    let is_entry = schema.list(node.node).is_some() && own > 0 && node.keys.len() >= own;
    match (is_entry, read.map_err(|error| describe(value, error))?) {
        (true, Data::List(entries)) => match entries.len() {
            0 => Ok(None),
            1 => Ok(entries.into_iter().next().map(Data::Container)),
            more => bail!("one entry is edited, and {more} stand there"),
        },
        (_, data) => Ok(Some(data)),
    }
}

/// The file that is edited; removed in the end, unless somebody keeps it.
struct Draft {
    path: PathBuf,
    kept: std::cell::Cell<bool>,
}

impl Draft {
    fn new() -> Result<Draft> {
        let path = std::env::temp_dir().join(format!("comi-edit-{}.json", std::process::id()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        // configuration may hold secrets
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Draft { path, kept: std::cell::Cell::new(false) })
    }

    /// Its path, where it stays.
    fn keep(&self) -> &Path {
        self.kept.set(true);
        &self.path
    }

    fn remove(&self) {
        self.kept.set(false);
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept.get() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Lets the user's editor have the text.
fn open(draft: &Draft, text: &str) -> Result<String> {
    let file = || draft.path.display();
    std::fs::write(&draft.path, text).with_context(|| format!("{} cannot be written", file()))?;
    let chosen =
        ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let editor = chosen.unwrap_or_else(|| "vi".to_owned());
    // as git does: what is in the variable is a command with its arguments
    let status = Command::new("sh").arg("-c").arg(format!("{editor} \"$0\"")).arg(&draft.path).status();
    let status = status.with_context(|| format!("{editor} can't be started; set EDITOR"))?;
    // what a shell says of a command that is not there
    if status.code() == Some(127) {
        bail!("{editor} is not there: nothing is sent; set EDITOR to the editor that you have, EDITOR=nano for one");
    }
    if !status.success() {
        return Err(anyhow!("{editor} ended with {status}: nothing is sent"));
    }
    std::fs::read_to_string(&draft.path).with_context(|| format!("{} cannot be read", file()))
}

/// The first letter of the user's answer; `otherwise` where nobody is to be asked.
fn ask(arguments: &Arguments, question: &str, otherwise: char) -> Result<char> {
    if arguments.yes || !std::io::stdin().is_terminal() {
        return Ok(otherwise);
    }
    out!("{question}");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().chars().next().unwrap_or(otherwise))
}
