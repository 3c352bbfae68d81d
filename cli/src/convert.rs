//! `comi encode` and `comi decode`: documents between RFC 7951 JSON and YANG-CBOR, without a device.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use comi_runtime::cbor::{self, Allowed, Encoder, Identifiers, Reader};
use comi_runtime::json::{self, Style};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Content, Data, write_data};

use crate::arguments::ModelArguments;
use crate::{models, show};

/// No document is larger.
const LIMIT: usize = 64 << 20;

/// Arguments of `comi encode`.
#[derive(Args)]
pub(crate) struct EncodeArguments {
    /// RFC 7951 JSON; - is standard input
    file: PathBuf,
    #[command(flatten)]
    model: ModelArguments,
    /// How to write it
    #[arg(long = "to", value_enum, default_value_t = Form::Hex)]
    form: Form,
    /// Write names instead of SIDs (application/yang-data+cbor; id=name)
    #[arg(long)]
    names: bool,
}

/// Arguments of `comi decode`.
#[derive(Args)]
pub(crate) struct DecodeArguments {
    /// YANG-CBOR, with SIDs or names; - is standard input
    file: PathBuf,
    #[command(flatten)]
    model: ModelArguments,
    /// How it is written
    #[arg(long = "from", value_enum, default_value_t = Form::Hex)]
    form: Form,
    /// Print diagnostic notation with names instead of JSON
    #[arg(long)]
    diag: bool,
}

/// How CBOR stands in a file.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The bytes themselves
    Cbor,
    /// Hex digits; white space between them is skipped
    Hex,
    /// Diagnostic notation with names as comments (encode only)
    Diag,
}

pub(crate) fn encode(arguments: &EncodeArguments) -> Result<ExitCode> {
    let schema = models::load(&arguments.model)?;
    let text =
        String::from_utf8(read(&arguments.file)?).with_context(|| format!("{}: no UTF-8", arguments.file.display()))?;
    let content = json::read_content(schema, NodeIndex::ROOT, Allowed::Any, &text)
        .map_err(|error| anyhow::anyhow!("{}: {}", arguments.file.display(), error.describe(schema)))?;
    let identifiers = if arguments.names { Identifiers::Names } else { Identifiers::Sids };
    let bytes = to_cbor(schema, content, identifiers)?;
    match arguments.form {
        Form::Cbor => std::io::stdout().write_all(&bytes)?,
        Form::Hex => println!("{}", show::hex(&bytes)),
        Form::Diag => println!("{}", show::diagnostic(&bytes, Some(schema))),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn decode(arguments: &DecodeArguments) -> Result<ExitCode> {
    let schema = models::load(&arguments.model)?;
    let input = read(&arguments.file)?;
    let bytes = match arguments.form {
        Form::Cbor => input,
        Form::Hex => from_hex(&input).with_context(|| format!("{}", arguments.file.display()))?,
        Form::Diag => bail!("diagnostic notation is for reading; give --from hex or --from cbor"),
    };
    if arguments.diag {
        println!("{}", show::diagnostic(&bytes, Some(schema)));
        return Ok(ExitCode::SUCCESS);
    }
    let content = from_cbor(schema, &bytes)
        .map_err(|error| anyhow::anyhow!("{}: {}", arguments.file.display(), error.describe(schema)))?;
    println!("{}", json::to_string(schema, NodeIndex::ROOT, &Data::Container(content), Style::Pretty)?);
    Ok(ExitCode::SUCCESS)
}

fn to_cbor(schema: &'static Schema, content: Content, identifiers: Identifiers) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(schema, &mut bytes, identifiers, LIMIT);
    write_data(&mut encoder, NodeIndex::ROOT, &Data::Container(content))?;
    Ok(bytes)
}

fn from_cbor(schema: &'static Schema, bytes: &[u8]) -> Result<Content, cbor::Error> {
    let mut reader = Reader::new(bytes);
    let content = cbor::read_content(schema, NodeIndex::ROOT, Allowed::Any, &mut reader)?;
    reader.finish()?;
    Ok(content)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("standard input")?;
        Ok(bytes)
    } else {
        std::fs::read(file).with_context(|| format!("{}", file.display()))
    }
}

fn from_hex(text: &[u8]) -> Result<Vec<u8>> {
    let mut digits = Vec::with_capacity(text.len());
    for (place, byte) in text.iter().enumerate().filter(|(_, byte)| !byte.is_ascii_whitespace()) {
        let digit = char::from(*byte).to_digit(16).with_context(|| format!("byte {place}: no hex digit"))?;
        digits.push(u8::try_from(digit)?);
    }
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        bail!("an odd number of hex digits");
    }
    Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
