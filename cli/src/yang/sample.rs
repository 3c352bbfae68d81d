//! `comi yang sample`: random valid instances of modules.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use comi_codegen::sample::{Options, sample};
use comi_codegen::schema::compiled::ModuleId;
use comi_runtime::cbor::{Allowed, Encoder, Identifiers};
use comi_runtime::datastore::with_rules;
use comi_runtime::json;
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::{Data, write_data};

use super::input::folder;
use super::valid;
use crate::arguments::ModelArguments;
use crate::convert::Form;
use crate::models::{self, Named};
use crate::{output, show};

/// Arguments of `comi yang sample`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi yang sample ietf-system --seed 7
  comi yang sample ietf-interfaces iana-if-type --count 100 --to hex
  comi yang sample my-model --path models --size 500 --config

The same seed gives the same document. It is valid, must and when included: it is checked as `comi validate` does, and
what can't stay is taken out. Where none can be made valid that is said. --unchecked leaves must and when unchecked: a
document may be invalid by them.

Exit status: 0 done, 1 a module has errors, or no valid document was found, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Modules, by name, whose data nodes the documents have
    #[arg(required = true, value_name = "MODULE")]
    modules: Vec<String>,
    /// Folder with .yang and .sid files, searched before the built-in models; may be repeated
    #[arg(long = "path", value_name = "DIR", value_parser = folder)]
    paths: Vec<PathBuf>,
    /// Another seed gives another document
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How many documents; the next ones are those of the next seeds
    #[arg(long, value_name = "K", default_value_t = 1)]
    count: u32,
    /// About how many nodes a document has
    #[arg(long, value_name = "NODES", default_value_t = Options::default().size, value_parser = size)]
    size: usize,
    /// Configuration alone
    #[arg(long)]
    config: bool,
    /// Without regard to must and when
    #[arg(long)]
    unchecked: bool,
    /// How to write them; several in JSON or hex stand in a line each
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Json)]
    to: Form,
}

/// No more nodes are asked for.
const MOST: usize = 1_000_000;

fn size(text: &str) -> Result<usize, String> {
    let size: usize = text.parse().map_err(|_| "a number of nodes is expected".to_owned())?;
    if size <= MOST { Ok(size) } else { Err(format!("at most {MOST}")) }
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let model = ModelArguments { paths: arguments.paths.clone(), modules: arguments.modules.clone() };
    let named = models::load_named(&model, &Default::default(), &[])?;
    let schema = &named.compiled.schema;
    let rules = with_rules(named.schema);
    let modules: Vec<ModuleId> = arguments.modules.iter().filter_map(|name| schema.module_named(name)).collect();
    for seed in (0..arguments.count).map(|place| arguments.seed.wrapping_add(u64::from(place))) {
        let Arguments { size, config, unchecked, .. } = *arguments;
        let options = Options { seed, size, config, unchecked, without: None };
        let document = match unchecked {
            true => sample(schema, &modules, &options),
            false => valid::document(rules, schema, &modules, &options).with_context(|| format!("seed {seed}"))?,
        };
        write(&named, &document, arguments.to, arguments.count == 1).with_context(|| format!("seed {seed}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(named: &Named, document: &str, to: Form, alone: bool) -> Result<()> {
    if to == Form::Json {
        let text = match alone {
            true => serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(document)?)?,
            false => document.to_owned(),
        };
        return output::print(&(text + "\n"));
    }
    let schema = named.schema;
    let content = json::read_content(schema, NodeIndex::ROOT, Allowed::Any, document);
    let content = content.map_err(|error| anyhow::anyhow!("{}", error.describe(schema)))?;
    let identifiers = if to == Form::CborNames { Identifiers::Names } else { Identifiers::Sids };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(schema, &mut bytes, identifiers, usize::MAX);
    if let Err(error) = write_data(&mut encoder, NodeIndex::ROOT, &Data::Container(content)) {
        bail!(named.explain(&error));
    }
    match to {
        Form::Hex => output::print(&(show::hex(&bytes) + "\n")),
        Form::Diag => output::print(&(show::diagnostic(&bytes, Some(schema)) + "\n")),
        _ => output::write_out(&bytes),
    }
}
