//! What a client asks for.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::cbor::EncodeError;
use crate::coap::{Method, OutgoingOption, OutgoingRequest, content_format};
use crate::coreconf::{DATASTORE_PATH, STREAM_PATH, client};
use crate::schema::Schema;
use crate::value::{Content, Data, InstanceIdentifier};

/// A request, whole and owned.
///
/// ```
/// use comi_runtime::client::Request;
///
/// let discovery = Request::discover(Some("rt=core.c.ds"));
/// assert_eq!(discovery.path, "/.well-known/core");
/// assert_eq!(discovery.queries, ["rt=core.c.ds"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, not percent-encoded.
    pub path: String,
    /// The arguments of the query, not percent-encoded.
    pub queries: Vec<String>,
    /// Content-Format of the payload.
    pub content_format: Option<u16>,
    /// The Content-Format that is asked for.
    pub accept: Option<u16>,
    /// The revision of the configuration that the request is made for (If-Match): on another it is 4.12.
    pub if_match: Option<Vec<u8>>,
    /// The body.
    pub payload: Vec<u8>,
}

impl Request {
    /// A request of any resource.
    #[must_use]
    pub fn new(method: Method, path: &str) -> Request {
        Request {
            method,
            path: path.to_string(),
            queries: Vec::new(),
            content_format: None,
            accept: None,
            if_match: None,
            payload: Vec::new(),
        }
    }

    /// GET of the device's links (RFC 6690), those alone that have an attribute (`rt=core.c.ds`).
    #[must_use]
    pub fn discover(filter: Option<&str>) -> Request {
        Request::new(Method::Get, "/.well-known/core").with_queries(filter)
    }

    /// FETCH of data nodes (draft-ietf-core-comi-21 section 3.1.3).
    ///
    /// # Errors
    /// When an identifier can't be written, because a node has no SID or keys are missing.
    pub fn fetch(schema: &Schema, instances: &[InstanceIdentifier]) -> Result<Request, EncodeError> {
        let mut request =
            Request::new(Method::Fetch, DATASTORE_PATH).with_format(content_format::YANG_IDENTIFIERS_CBOR_SEQ);
        client::identifiers(schema, instances, &mut request.payload)?;
        Ok(request)
    }

    /// iPATCH: each node is replaced, or deleted where there is no data; all or nothing (section 3.2.3).
    ///
    /// # Errors
    /// When something can't be written.
    pub fn patch(schema: &Schema, changes: &[(InstanceIdentifier, Option<Data>)]) -> Result<Request, EncodeError> {
        let mut request =
            Request::new(Method::IPatch, DATASTORE_PATH).with_format(content_format::YANG_INSTANCES_CBOR_SEQ);
        for (to, data) in changes {
            client::instance(schema, to, data.as_ref(), &mut request.payload)?;
        }
        Ok(request)
    }

    /// POST of an rpc or action (section 3.5).
    ///
    /// # Errors
    /// When something can't be written.
    pub fn call(schema: &Schema, operation: &InstanceIdentifier, input: &Content) -> Result<Request, EncodeError> {
        let mut request =
            Request::new(Method::Post, DATASTORE_PATH).with_format(content_format::YANG_INSTANCES_CBOR_SEQ);
        client::invocation(schema, operation, input, &mut request.payload)?;
        Ok(request)
    }

    /// GET of the whole datastore (section 3.3).
    #[must_use]
    pub fn datastore() -> Request {
        Request::new(Method::Get, DATASTORE_PATH)
    }

    /// PUT of the whole datastore: its configuration becomes `content` (section 3.3).
    ///
    /// # Errors
    /// When something can't be written.
    pub fn replace(schema: &Schema, content: &Content) -> Result<Request, EncodeError> {
        let mut request = Request::new(Method::Put, DATASTORE_PATH).with_format(content_format::YANG_DATA_CBOR_SID);
        client::document(schema, content, &mut request.payload)?;
        Ok(request)
    }

    /// GET of the event stream (section 3.4).
    #[must_use]
    pub fn events() -> Request {
        Request::new(Method::Get, STREAM_PATH)
    }

    /// The same with arguments of a query.
    #[must_use]
    pub fn with_queries<'q>(mut self, queries: impl IntoIterator<Item = &'q str>) -> Request {
        self.queries.extend(queries.into_iter().map(ToString::to_string));
        self
    }

    /// The same on condition that the configuration's revision is this one: the ETag of an answer to `c=c`.
    #[must_use]
    pub fn with_if_match(mut self, etag: &[u8]) -> Request {
        self.if_match = Some(etag.to_vec());
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn with_payload(mut self, content_format: u16, payload: &[u8]) -> Request {
        self.payload.extend_from_slice(payload);
        self.with_format(content_format)
    }

    fn with_format(mut self, content_format: u16) -> Request {
        self.content_format = Some(content_format);
        self
    }

    /// Hands it to `send` in the endpoint's terms.
    pub fn with_outgoing<R>(&self, observe: bool, send: impl FnOnce(&OutgoingRequest<'_>) -> R) -> R {
        let queries: Vec<&str> = self.queries.iter().map(String::as_str).collect();
        let condition = self.if_match.as_deref().map(OutgoingOption::if_match);
        send(&OutgoingRequest {
            queries: &queries,
            content_format: self.content_format,
            accept: self.accept,
            observe,
            options: condition.as_slice(),
            payload: &self.payload,
            ..OutgoingRequest::new(self.method, &self.path)
        })
    }
}
