//! A CoAP message as coap-lite reads it.

use std::fmt::Write as _;

use coap_lite::{CoapOption, MessageClass, MessageType, Packet};
use comi_runtime::coap::stream::write_frame;
use comi_runtime::schema::Schema;

use super::diagnostic_notation::{diagnostic, hex};
use crate::target::Transport;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// We sent it.
    Sent,
    /// It came in.
    Received,
}

/// One message, in a datagram's form: a line of its header, a line of its bytes as they cross the socket, and its payload
/// as its content format asks.
pub(crate) fn message(
    transport: Transport,
    direction: Direction,
    datagram: &[u8],
    schema: Option<&'static Schema>,
) -> String {
    let arrow = match direction {
        Direction::Sent => "->",
        Direction::Received => "<-",
    };
    let packet = match Packet::from_bytes(datagram) {
        Ok(packet) => packet,
        Err(error) => {
            return format!(
                "  {arrow} {} bytes that are no CoAP message ({error}): {}\n",
                datagram.len(),
                hex(datagram)
            );
        }
    };
    let bytes = match transport {
        Transport::Udp => datagram.to_vec(),
        Transport::Tcp => {
            let mut frame = Vec::new();
            write_frame(datagram, &mut frame);
            frame
        }
    };
    let mut text = format!("  {arrow} {}\n", head(transport, &packet));
    let _ = writeln!(text, "     {} bytes: {}", bytes.len(), hex(&bytes));
    if !packet.payload.is_empty() {
        for line in payload(&packet, schema).lines() {
            let _ = writeln!(text, "     {line}");
        }
    }
    text
}

fn head(transport: Transport, packet: &Packet) -> String {
    let kind = match packet.header.get_type() {
        MessageType::Confirmable => "CON",
        MessageType::NonConfirmable => "NON",
        MessageType::Acknowledgement => "ACK",
        MessageType::Reset => "RST",
    };
    let code = match packet.header.code {
        MessageClass::Empty => "Empty".to_owned(),
        MessageClass::Request(method) => format!("{method:?}").to_uppercase().replace("IPATCH", "iPATCH"),
        MessageClass::Response(status) => format!("{} {status:?}", packet.header.get_code()),
        MessageClass::Reserved(code) => format!("reserved code {code}"),
    };
    // RFC 8323 section 3.1: over a connection a message has no type and no id
    let mut text = match transport {
        Transport::Udp => format!("{kind} {code} mid {}", packet.header.message_id),
        Transport::Tcp => format!("TCP {code}"),
    };
    if !packet.get_token().is_empty() {
        let _ = write!(text, " token {}", hex(packet.get_token()));
    }
    let path: Vec<String> = text_options(packet, CoapOption::UriPath);
    if !path.is_empty() {
        let _ = write!(text, " /{}", path.join("/"));
    }
    let query = text_options(packet, CoapOption::UriQuery);
    if !query.is_empty() {
        let _ = write!(text, "?{}", query.join("&"));
    }
    for (option, name) in [
        (CoapOption::Observe, "Observe"),
        (CoapOption::ContentFormat, "Content-Format"),
        (CoapOption::Accept, "Accept"),
        (CoapOption::Block1, "Block1"),
        (CoapOption::Block2, "Block2"),
        (CoapOption::Size1, "Size1"),
        (CoapOption::ETag, "ETag"),
        (CoapOption::MaxAge, "Max-Age"),
    ] {
        for value in packet.get_option(option).into_iter().flatten() {
            let _ = write!(text, ", {name} {}", option_value(option, value));
        }
    }
    text
}

fn text_options(packet: &Packet, option: CoapOption) -> Vec<String> {
    packet.get_option(option).into_iter().flatten().map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

fn option_value(option: CoapOption, value: &[u8]) -> String {
    let number = value.iter().take(4).fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    match option {
        CoapOption::ETag => hex(value),
        // RFC 7959 section 2.2
        CoapOption::Block1 | CoapOption::Block2 => {
            format!("{}/{}/{}", number >> 4, number >> 3 & 1, 16u32 << (number & 7))
        }
        _ => number.to_string(),
    }
}

fn payload(packet: &Packet, schema: Option<&'static Schema>) -> String {
    let format = packet
        .get_option(CoapOption::ContentFormat)
        .and_then(|values| values.front())
        .map(|value| value.iter().take(4).fold(0u32, |number, byte| number << 8 | u32::from(*byte)));
    match format {
        Some(60 | 112 | 140 | 141 | 142 | 340 | 341) => diagnostic(&packet.payload, schema),
        _ => match std::str::from_utf8(&packet.payload) {
            Ok(text) if format != Some(42) => format!("{text:?}"),
            _ => format!("h'{}'", hex(&packet.payload)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_shown_with_its_method_path_and_payload() {
        // CON FETCH /c, Content-Format 141, payload 1723
        let datagram = [0x41, 0x05, 0x12, 0x34, 0xaa, 0xb1, b'c', 0x11, 141, 0xff, 0x19, 0x06, 0xbb];
        let text = message(Transport::Udp, Direction::Sent, &datagram, None);
        assert!(text.starts_with("  -> CON FETCH mid 4660 token aa /c, Content-Format 141\n"), "{text}");
        assert!(text.ends_with("     1723\n"), "{text}");
    }

    #[test]
    fn over_tcp_there_is_no_type_and_no_id() {
        let datagram = [0x51, 0x01, 0, 0, 0xaa, 0xb1, b'c'];
        let text = message(Transport::Tcp, Direction::Sent, &datagram, None);
        assert_eq!(text, "  -> TCP GET token aa /c\n     5 bytes: 2101aab163\n");
    }

    #[test]
    fn bytes_that_are_no_message_are_shown_as_bytes() {
        assert!(message(Transport::Udp, Direction::Received, &[0x40], None).contains("no CoAP message"));
    }
}
