//! A document as instance data, and its two encodings.

use anyhow::{Result, bail};
use clap::ValueEnum;
use comi_runtime::cbor::{self, Allowed, Encoder, Identifiers, Instance, Reader};
use comi_runtime::json::{self, Annotation, Style};
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::{Content, Data, write_data};

use super::unread::Unread;
use super::{edit, form, json_text, operations};
use crate::models::Named;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Data nodes, notifications and structures, too
    Data,
    /// Configuration
    Config,
    /// Rpcs or actions with their input
    Rpc,
    /// Rpcs or actions with their output
    Reply,
    /// Notifications
    Notification,
    /// Instances that are replaced, created or deleted
    Edit,
}

impl Kind {
    fn allowed(self) -> Allowed {
        match self {
            Kind::Data | Kind::Config | Kind::Notification => Allowed::Any,
            Kind::Rpc => Allowed::Request,
            Kind::Reply => Allowed::Reply,
            Kind::Edit => Allowed::Config,
        }
    }
}

/// A document.
pub(super) enum Document {
    /// Data nodes, and the annotations that JSON had beside them.
    Data(Content, Vec<Annotation>),
    /// Rpcs, actions or notifications, each in its place in the tree, and their annotations.
    Operations(Content, Vec<Annotation>),
    /// An edit.
    Edit(Vec<Instance>),
}

/// Reads RFC 7951 JSON; errors begin with `line:column: `.
pub(super) fn from_json(named: &Named, kind: Kind, text: &str) -> Result<Document> {
    let schema = named.schema;
    let refuse = |error: json::Error| {
        let described = json_text::describe(schema, text, text, &error);
        let module = match &error.reason {
            json::Reason::UnknownName(name) => name.split_once(':').map(|(module, _)| module),
            _ => None,
        };
        let words = match module.filter(|module| schema.module_by_name(module).is_none()) {
            Some(module) => format!("{described}; there is no module {module} here: name its folder by --path"),
            None => described.to_string(),
        };
        anyhow::Error::new(Unread::json(schema, error, words))
    };
    let read =
        |allowed| json::read_annotated(schema, Some(named.annotations), NodeIndex::ROOT, allowed, text).map_err(refuse);
    match kind {
        Kind::Edit => edit::from_json(schema, text).map(Document::Edit),
        Kind::Rpc | Kind::Reply | Kind::Notification => {
            let (content, annotations) = read(kind.allowed())?;
            operations::instances(schema, &content)?;
            Ok(Document::Operations(content, annotations))
        }
        Kind::Data | Kind::Config => {
            let (content, annotations) = read(kind.allowed())?;
            // read once more, since reading for a datastore brings entries into its order
            if kind == Kind::Config {
                read(Allowed::Config)?;
            }
            Ok(Document::Data(content, annotations))
        }
    }
}

/// Reads YANG-CBOR, with SIDs or names; errors name the data node and the byte.
pub(super) fn from_cbor(named: &Named, kind: Kind, bytes: &[u8]) -> Result<Document> {
    let schema = named.schema;
    let refuse = |error: cbor::Error| {
        let mut message = error.describe(schema);
        let mut without = named.without_sids().into_iter().chain(named.left_out.iter().map(String::as_str));
        if let (cbor::Reason::UnknownSid(_), Some(module)) = (&error.reason, without.next()) {
            message.push_str(&format!("; {module} has no SIDs: {}", named.cure(module)));
        }
        anyhow::Error::new(Unread::cbor(schema, error, message))
    };
    let mut reader = Reader::new(bytes);
    match kind {
        Kind::Data | Kind::Config => {
            let read = |allowed| {
                let mut reader = Reader::new(bytes);
                let content = cbor::read_content(schema, NodeIndex::ROOT, allowed, &mut reader)?;
                reader.finish().map(|()| content)
            };
            let content = read(kind.allowed()).map_err(refuse)?;
            if kind == Kind::Config {
                read(Allowed::Config).map_err(refuse)?;
            }
            Ok(Document::Data(content, Vec::new()))
        }
        Kind::Edit => cbor::read_instances(schema, kind.allowed(), &mut reader).map(Document::Edit).map_err(refuse),
        Kind::Rpc | Kind::Reply | Kind::Notification => {
            let instances = cbor::read_instances(schema, kind.allowed(), &mut reader).map_err(refuse)?;
            operations::tree(schema, instances).map(|tree| Document::Operations(tree, Vec::new()))
        }
    }
}

/// Writes RFC 7951 JSON.
pub(super) fn to_json(named: &Named, document: &Document) -> Result<String> {
    let schema = named.schema;
    let (content, annotations): (&Content, &[Annotation]) = match document {
        Document::Edit(instances) => return edit::to_json(schema, instances),
        Document::Data(content, annotations) | Document::Operations(content, annotations) => (content, annotations),
    };
    let data = Data::Container(content.clone());
    Ok(json::to_string_annotated(schema, NodeIndex::ROOT, &data, annotations, Style::Pretty)?)
}

/// Writes YANG-CBOR.
pub(super) fn to_cbor(named: &Named, document: &Document, by_name: bool) -> Result<Vec<u8>> {
    let schema = named.schema;
    let identifiers = if by_name { Identifiers::Names } else { Identifiers::Sids };
    let mut bytes = Vec::new();
    let mut write = |instance: &Instance| {
        cbor::write_instance(schema, &instance.at, instance.data.as_ref(), identifiers, &mut bytes)
    };
    if let Document::Data(_, annotations) | Document::Operations(_, annotations) = document
        && !annotations.is_empty()
    {
        let count = annotations.len();
        eprintln!("warning: {count} metadata annotations are left out: YANG-CBOR has no form for them (RFC 9254)");
    }
    let written = match document {
        Document::Edit(instances) => instances.iter().try_for_each(&mut write),
        Document::Operations(content, _) => operations::instances(schema, content)?.iter().try_for_each(&mut write),
        Document::Data(content, _) => {
            let mut encoder = Encoder::new(schema, &mut bytes, identifiers, form::LIMIT);
            write_data(&mut encoder, NodeIndex::ROOT, &Data::Container(content.clone()))
        }
    };
    written.map_err(|error| named.explain(&error))?;
    if bytes.len() > form::LIMIT {
        bail!("the document is longer than {} bytes", form::LIMIT);
    }
    Ok(bytes)
}
