//! The forms in which a document stands in a file, and how they are told.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

/// No document is larger.
pub(super) const LIMIT: usize = 64 << 20;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// RFC 7951 JSON
    Json,
    /// YANG-CBOR, its bytes; written with SIDs, read with SIDs or names
    Cbor,
    /// YANG-CBOR, its bytes; written with names instead of SIDs (application/yang-data+cbor; id=name)
    CborNames,
    /// YANG-CBOR as hex digits; white space between them is skipped
    Hex,
    /// YANG-CBOR in diagnostic notation; written with the names of SIDs as comments
    Diag,
}

impl Form {
    /// What a file's ending says.
    pub(super) fn of_file(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()? {
            "json" => Some(Form::Json),
            "cbor" => Some(Form::Cbor),
            "hex" => Some(Form::Hex),
            "diag" | "edn" => Some(Form::Diag),
            _ => None,
        }
    }
}

/// Reads a file, or standard input for `-`.
pub(super) fn read(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(LIMIT)?.saturating_add(1);
    if file == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut bytes).context("standard input")?;
    } else {
        let opened = std::fs::File::open(file).with_context(|| file.display().to_string())?;
        opened.take(most).read_to_end(&mut bytes).with_context(|| file.display().to_string())?;
    }
    if bytes.len() > LIMIT {
        bail!("{}: a document of more than {} MiB", name(file), LIMIT >> 20);
    }
    Ok(bytes)
}

/// What messages call a file.
pub(super) fn name(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

/// The bytes that hex digits stand for.
pub(super) fn from_hex(text: &[u8]) -> Result<Vec<u8>> {
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
