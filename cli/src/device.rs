//! A device at the other end, by names.

use anyhow::{Context as _, Result, anyhow, bail};
use comi_runtime::cbor::Allowed;
use comi_runtime::client::{Error, Request, Response};
use comi_runtime::coap::{CallId, Code, Method, content_format, link_format};
use comi_runtime::json::{self, Style};
use comi_runtime::net::{Client, Direction};
use comi_runtime::schema::{NodeIndex, NodeKind, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Content, Data, InstanceIdentifier};

use crate::arguments::{ClientArguments, Format};
use crate::convert::json_text;
use crate::library::Library;
use crate::progress::Progress;
use crate::target::{self, Target, Transport};
use crate::usage::{OrWrongUsage as _, WrongUsage};
use crate::{models, names, show};

/// A client of one device, with the schema that gives names to what it says.
pub(crate) struct Session {
    client: Client,
    schema: &'static Schema,
}

impl Session {
    /// Opens a socket towards the device and loads the models: those that the arguments name, else those that the device
    /// says it has, else the usual ones.
    pub(crate) async fn connect(arguments: &ClientArguments) -> Result<Session> {
        let target = target::resolve(&arguments.target).await?;
        let named = !arguments.model.modules.is_empty();
        let schema = if named { models::load(&arguments.model)? } else { models::engine()? };
        let mut session = Session::with(target, schema, arguments).await?;
        if !named {
            session.schema = match session.library().await? {
                Some(library) => models::load_library(&arguments.model, &library)?,
                None => models::load(&arguments.model)?,
            };
            session.trace(arguments, target);
        }
        Ok(session)
    }

    /// The same for who asks for resources by their path alone, and needs no names.
    pub(crate) async fn connect_plainly(arguments: &ClientArguments) -> Result<Session> {
        Session::with(target::resolve(&arguments.target).await?, models::engine()?, arguments).await
    }

    async fn with(target: Target, schema: &'static Schema, arguments: &ClientArguments) -> Result<Session> {
        let mut session = Session::to(target, schema).await?;
        session.client.set_timeout(arguments.timeout());
        session.trace(arguments, target);
        Ok(session)
    }

    /// Shows what crosses the socket, if that is asked for; else how far a long transfer is.
    fn trace(&mut self, arguments: &ClientArguments, target: Target) {
        let schema = self.schema;
        if arguments.trace {
            self.client.on_datagram(move |direction, datagram| {
                let direction = match direction {
                    Direction::Sent => show::Direction::Sent,
                    Direction::Received => show::Direction::Received,
                };
                eprint!("{}", show::message(target.transport, direction, datagram, Some(schema)));
            });
        } else if let Some(mut progress) = Progress::new() {
            self.client.on_datagram(move |direction, datagram| progress.see(direction == Direction::Sent, datagram));
        }
    }

    /// The device's YANG library (RFC 8525); `None` where it has none that can be read.
    async fn library(&mut self) -> Result<Option<Library>> {
        let node = names::data_node(self.schema, Library::NODE)?;
        let request = Request::fetch(self.schema, std::slice::from_ref(&node))?;
        let response = self.client.request(&request).await?;
        let Ok(mut found) = response.fetched(self.schema, std::slice::from_ref(&node)) else { return Ok(None) };
        let Some(Some(data)) = found.pop() else { return Ok(None) };
        Ok(Library::read(&json::to_string(self.schema, node.node, &data, Style::Compact)?))
    }

    /// The same towards a known address with a known schema.
    pub(crate) async fn to(target: Target, schema: &'static Schema) -> Result<Session> {
        let client = match target.transport {
            Transport::Udp => Client::connect(target.address).await?,
            Transport::Tcp => Client::connect_tcp(target.address).await?,
        };
        Ok(Session { client, schema })
    }

    pub(crate) fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The client itself, to show what crosses its socket.
    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// The data node that a name means.
    pub(crate) fn identifier(&self, name: &str) -> Result<InstanceIdentifier> {
        names::data_node(self.schema, name).or_wrong_usage()
    }

    /// The rpc or action that a name means.
    pub(crate) fn operation(&self, name: &str) -> Result<InstanceIdentifier> {
        let operation = names::identifier(self.schema, name).or_wrong_usage()?;
        match self.schema.node(operation.node).map(|row| row.kind()) {
            Some(NodeKind::Rpc | NodeKind::Action) => Ok(operation),
            _ => bail!(WrongUsage::new(format!("{name} is no rpc and no action; read it with get, write it with set"))),
        }
    }

    /// RFC 7951 JSON, or the bare text of a leaf, as data of this node.
    pub(crate) fn parse(&self, node: &InstanceIdentifier, text: &str) -> Result<Data> {
        let data = names::parse_data(self.schema, node, Allowed::Config, text);
        data.with_context(|| format!("the value for {}", self.name(node))).or_wrong_usage()
    }

    /// The input of an operation: one JSON object, or NAME=VALUE for each leaf.
    pub(crate) fn parse_input(&self, operation: &InstanceIdentifier, words: &[String]) -> Result<Content> {
        names::parse_input(self.schema, operation, words).or_wrong_usage()
    }

    /// Reads the links of the device: target and attributes of each.
    pub(crate) async fn discover(&mut self, filter: Option<&str>) -> Result<Vec<Link>> {
        let response = self.client.request(&Request::discover(filter)).await?;
        if response.code != Code::INTERNAL_SERVER_ERROR {
            return read_links(self.accepted(response)?.payload);
        }
        // more than the device can say at once: in pages, by the arguments of RFC 9176 section 6.2
        let mut links = Vec::new();
        for page in 0.. {
            let (count, page) = (format!("count={PAGE}"), format!("page={page}"));
            let request = Request::discover(filter).with_queries([count.as_str(), &page]);
            let response = self.client.request(&request).await?;
            let mut found = read_links(self.accepted(response)?.payload)?;
            let is_last = found.len() < PAGE;
            links.append(&mut found);
            if is_last {
                break;
            }
        }
        Ok(links)
    }

    /// Reads the whole datastore.
    pub(crate) async fn read_datastore(&mut self, queries: &[&str]) -> Result<Content> {
        let response = self.client.request(&Request::datastore().with_queries(queries.iter().copied())).await?;
        response.datastore(self.schema).map_err(|error| self.explain(error))
    }

    /// Reads the configuration and its revision, without what equals its default.
    pub(crate) async fn configuration(&mut self) -> Result<(Content, Vec<u8>)> {
        let response = self.client.request(&Request::datastore().with_queries(["c=c"])).await?;
        let etag = response.etag.clone().unwrap_or_default();
        Ok((response.datastore(self.schema).map_err(|error| self.explain(error))?, etag))
    }

    /// A whole configuration in RFC 7951 JSON.
    pub(crate) fn parse_document(&self, text: &str) -> Result<Content> {
        json::read_content(self.schema, NodeIndex::ROOT, Allowed::Config, text)
            .map_err(|error| json_text::describe(self.schema, text, text, &error))
            .context("the value for /")
            .or_wrong_usage()
    }

    /// Makes the configuration this.
    pub(crate) async fn replace(&mut self, content: &Content) -> Result<()> {
        let response = self.client.request(&Request::replace(self.schema, content)?).await?;
        self.accepted(response).map(|_| ())
    }

    /// Reads data nodes; `None` where nothing stands.
    pub(crate) async fn fetch(&mut self, nodes: &[InstanceIdentifier], queries: &[&str]) -> Result<Vec<Option<Data>>> {
        let request = Request::fetch(self.schema, nodes)?.with_queries(queries.iter().copied());
        let response = self.client.request(&request).await?;
        response.fetched(self.schema, nodes).map_err(|error| self.explain(error))
    }

    /// Writes and deletes data nodes, all or none.
    pub(crate) async fn patch(&mut self, changes: &[(InstanceIdentifier, Option<Data>)]) -> Result<()> {
        let response = self.client.request(&Request::patch(self.schema, changes)?).await?;
        self.accepted(response).map(|_| ())
    }

    /// The same, if the configuration's revision is still this one; whether it was.
    pub(crate) async fn patch_revision(
        &mut self,
        changes: &[(InstanceIdentifier, Option<Data>)],
        revision: &[u8],
    ) -> Result<bool> {
        let request = Request::patch(self.schema, changes)?.with_if_match(revision);
        let response = self.client.request(&request).await?;
        if response.code == Code::PRECONDITION_FAILED {
            return Ok(false);
        }
        self.accepted(response).map(|_| true)
    }

    /// Calls an rpc or action; its output.
    pub(crate) async fn call(&mut self, operation: &InstanceIdentifier, input: &Content) -> Result<Content> {
        let response = self.client.request(&Request::call(self.schema, operation, input)?).await?;
        response.output(self.schema, operation.node).map_err(|error| self.explain(error))
    }

    /// Reads an LwM2M resource, as text.
    pub(crate) async fn read_resource(&mut self, path: &str) -> Result<String> {
        let response = self.client.request(&Request::new(Method::Get, path)).await?;
        let response = self.accepted(response)?;
        Ok(match response.content_format {
            None | Some(content_format::TEXT_PLAIN) => String::from_utf8_lossy(&response.payload).into_owned(),
            Some(content_format::CBOR) => show::diagnostic(&response.payload, None),
            _ => show::hex(&response.payload),
        })
    }

    /// Writes an LwM2M resource, as text.
    pub(crate) async fn write_resource(&mut self, path: &str, text: &str) -> Result<()> {
        let request = Request::new(Method::Put, path).with_payload(content_format::TEXT_PLAIN, text.as_bytes());
        let response = self.client.request(&request).await?;
        self.accepted(response).map(|_| ())
    }

    /// Observes the event stream; its first answer, and what names its updates.
    pub(crate) async fn observe_events(&mut self) -> Result<(Response, CallId)> {
        let (response, observation) = self.client.observe(&Request::events()).await?;
        let response = self.accepted(response)?;
        Ok((response, observation.context("the device has no event stream that can be observed")?))
    }

    /// Observes one data node; its first answer, and what names its updates.
    pub(crate) async fn observe_node(&mut self, node: &InstanceIdentifier) -> Result<(Response, CallId)> {
        let request = Request::fetch(self.schema, std::slice::from_ref(node))?;
        let (response, observation) = self.client.observe(&request).await?;
        let response = self.accepted(response)?;
        let observation =
            observation.with_context(|| format!("the device answers, but lets nobody observe {}", self.name(node)))?;
        Ok((response, observation))
    }

    /// A data node's name.
    pub(crate) fn name(&self, node: &InstanceIdentifier) -> String {
        text::print_path(self.schema, node, PathForm::Uri)
    }

    /// The name of a SID that stands in a link's attribute.
    pub(crate) fn name_of_sid_text(&self, sid: &str) -> Option<String> {
        let sid = sid.parse().ok()?;
        match self.schema.node_by_sid(sid) {
            Some(node) => Some(self.name(&InstanceIdentifier::new(node))),
            None => self.schema.identity_by_sid(sid).map(|identity| self.schema.identity_name(identity).to_owned()),
        }
    }

    /// The response, or its refusal as an error with names.
    pub(crate) fn accepted(&self, response: Response) -> Result<Response> {
        response.success(self.schema).map_err(|error| self.explain(error))
    }

    /// An error of a device with the name of the node that it points at.
    pub(crate) fn explain(&self, error: Error) -> anyhow::Error {
        match &error {
            Error::Refused { error: refusal, .. } => match &refusal.at {
                Some(node) => anyhow!("{error}\n  at {}", self.name(node)),
                None => anyhow!("{error}"),
            },
            Error::Payload(payload) => anyhow!("the answer can't be read: {}", payload.describe(self.schema)),
            _ => error.into(),
        }
    }

    /// The output of an operation as JSON; `None` when it has none.
    pub(crate) fn print_output(&self, operation: &InstanceIdentifier, output: &Content) -> Result<Option<String>> {
        if output.is_empty() {
            return Ok(None);
        }
        let node = names::child_of_kind(self.schema, operation.node, NodeKind::Output).unwrap_or(operation.node);
        json::to_string(self.schema, node, &Data::Container(output.clone()), Style::Pretty)
            .map(Some)
            .map_err(Into::into)
    }

    /// The whole datastore, printed.
    pub(crate) fn print_content(&self, content: &Content, format: Format) -> Result<Vec<u8>> {
        show::instance(
            self.schema,
            &InstanceIdentifier::new(NodeIndex::ROOT),
            &Data::Container(content.clone()),
            format,
        )
    }

    /// One node's data, printed.
    pub(crate) fn print_instance(&self, node: &InstanceIdentifier, data: &Data, format: Format) -> Result<Vec<u8>> {
        show::instance(self.schema, node, data, format)
    }
}

/// A link: its target and attributes.
type Link = (String, Vec<(String, String)>);

/// Links of a page.
const PAGE: usize = 16;

fn read_links(payload: Vec<u8>) -> Result<Vec<Link>> {
    let text = String::from_utf8(payload).context("the device's links are no UTF-8")?;
    let mut links = Vec::new();
    for link in link_format::links(&text) {
        let link = link.map_err(|error| anyhow!("the device's links can't be read: {error}"))?;
        let attributes =
            link.attributes().map(|(name, value)| (name.to_owned(), value.unwrap_or_default().into_owned())).collect();
        links.push((link.target.to_owned(), attributes));
    }
    Ok(links)
}

/// Whether a path is LwM2M's: numbers between slashes.
pub(crate) fn is_lwm2m_path(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(|path| {
        path.split('/').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}
