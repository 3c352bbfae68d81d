//! Generated structs in requests and responses. Read [`Response::typed`] first.

use super::request::Request;
use super::response::{Error, Response};
use crate::cbor::{self, EncodeError, Kind, Reader, Writer, write_instance_identifier};
use crate::coap::{Method, content_format};
use crate::coreconf::client;
use crate::model::wire::{self, Wire};
use crate::value::{Data, InstanceIdentifier, keys_of};

impl Request {
    /// iPATCH of one node: the container or list entry is replaced by what the struct has. State has no place in it.
    ///
    /// # Errors
    /// A value that is not of its type, and an identifier that can't be written.
    pub fn put<'a, T: Wire<'a>>(at: &InstanceIdentifier, content: &T) -> Result<Request, EncodeError> {
        let mut request = Request::patch(T::schema(), &[])?;
        let mut writer = Writer::new(&mut request.payload);
        writer.map(1);
        write_instance_identifier(T::schema(), at, cbor::Identifiers::Sids, &mut writer)?;
        content.put(&mut writer)?;
        Ok(request)
    }

    /// POST of an rpc or action with the struct of its input; one without input is called by [`Request::call`].
    ///
    /// # Errors
    /// As [`Request::put`].
    pub fn invoke<'a, T: Wire<'a>>(operation: &InstanceIdentifier, input: &T) -> Result<Request, EncodeError> {
        Ok(Request { method: Method::Post, ..Request::put(operation, input)? })
    }
}

impl Response {
    /// Of a FETCH of one container or list entry: what stands there, lent by the response; `None` where nothing does.
    ///
    /// ```
    /// use comi_runtime::client::{Error, Response};
    /// use comi_runtime::model::wire::Wire;
    /// use comi_runtime::value::InstanceIdentifier;
    ///
    /// /// Say `model::acme_valve::wire::Valve` for `T`, and `model::acme_valve::path::valve()` for `at`.
    /// fn show<'r, T: Wire<'r> + std::fmt::Debug>(response: &'r Response, at: &InstanceIdentifier) -> Result<(), Error> {
    ///     println!("{:?}", response.typed::<T>(at)?);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// A refusal, or another payload.
    pub fn typed<'a, T: Wire<'a>>(&'a self, at: &InstanceIdentifier) -> Result<Option<T>, Error> {
        let schema = T::schema();
        if let Some(refusal) = self.refusal(schema) {
            return Err(refusal);
        }
        self.check_format(content_format::YANG_INSTANCES_CBOR_SEQ)?;
        let above = keys_of(schema, at.node).count().saturating_sub(schema.entry_key_count(at.node));
        let (above, own) = at.keys.split_at_checked(above).unwrap_or((&[], &[]));
        let mut reader = Reader::new(&self.payload);
        let read = client::fetched_by(schema, at, &mut reader, |reader| {
            let read = match reader.peek()? {
                Kind::Null => return reader.null().map(|()| None),
                _ if at.node != T::NODE => Err(cbor::Error::misplaced(reader.position(), at.node)),
                _ if own.is_empty() => wire::read(reader),
                _ => wire::read_entry(own, reader),
            };
            read.map(Some).map_err(|error| error.under(above))
        })?;
        reader.finish()?;
        Ok(read)
    }

    /// The same to keep: the struct owns what it holds.
    ///
    /// # Errors
    /// As [`Response::typed`].
    pub fn into_typed<T: Wire<'static>>(self, at: &InstanceIdentifier) -> Result<Option<T>, Error> {
        if at.node != T::NODE {
            return Err(cbor::Error::misplaced(0, at.node).into());
        }
        match self.fetched(T::schema(), core::slice::from_ref(at))?.into_iter().next().flatten() {
            Some(Data::Container(content)) => Ok(T::from_content(&content).ok()),
            _ => Ok(None),
        }
    }

    /// Of a POST of an rpc or action: its output, to keep.
    ///
    /// # Errors
    /// A refusal, or another payload.
    pub fn into_output<T: Wire<'static>>(self, operation: &InstanceIdentifier) -> Result<T, Error> {
        let misplaced = || cbor::Error::misplaced(0, operation.node);
        if T::schema().node(T::NODE).is_none_or(|row| row.parent != operation.node) {
            return Err(misplaced().into());
        }
        let output = self.output(T::schema(), operation.node)?;
        T::from_content(&output).map_err(|_| misplaced().into())
    }
}
