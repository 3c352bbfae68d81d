//! Walking instance data into a [`Sink`].

use super::{Content, Data, Part, Sink};
use crate::schema::NodeIndex;

/// Hands the instance of a data node to a sink.
///
/// For the datastore's root, `data` is a [`Data::Container`] and `node` is [`NodeIndex::ROOT`].
pub fn write_data<S: Sink>(sink: &mut S, node: NodeIndex, data: &Data) -> Result<(), S::Error> {
    match data {
        Data::Any(cbor) => sink.any(node, cbor),
        Data::Container(content) => write_content(sink, node, Part::Container, content),
        Data::Leaf(value) => sink.value(node, value),
        Data::LeafList(values) => {
            sink.enter(node, Part::LeafList)?;
            for value in values {
                sink.value(node, value)?;
            }
            sink.leave()
        }
        Data::List(entries) => {
            sink.enter(node, Part::List)?;
            for entry in entries.iter() {
                write_content(sink, node, Part::Entry, entry)?;
            }
            sink.leave()
        }
    }
}

/// Hands a container ([`Part::Container`]) or one entry of a list ([`Part::Entry`]) to a sink.
pub fn write_content<S: Sink>(sink: &mut S, node: NodeIndex, part: Part, content: &Content) -> Result<(), S::Error> {
    sink.enter(node, part)?;
    for (child, data) in content.iter() {
        write_data(sink, child, data)?;
    }
    sink.leave()
}
