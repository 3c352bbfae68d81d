//! coap-lite as the independent eye on what we read and write.

use crate::coap::{Code, Message, MessageType, Token, Writer};
use alloc::vec::Vec;
use coap_lite::{CoapOption, Packet};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Parts {
    kind: u8,
    code: u8,
    id: u16,
    token: Vec<u8>,
    options: Vec<(u16, Vec<u8>)>,
    payload: Vec<u8>,
}

fn parts() -> impl Strategy<Value = Parts> {
    let bytes = |most| proptest::collection::vec(any::<u8>(), 0..=most);
    let number = prop_oneof![0..20_u16, 0..300_u16, any::<u16>()];
    let value = prop_oneof![bytes(14), bytes(300)];
    let options = proptest::collection::vec((number, value), 0..6);
    let code = prop_oneof![1..=7_u8, Just(0x45), Just(0x5f), Just(0x84), Just(0xa0)];
    (0..4_u8, code, any::<u16>(), bytes(8), options, bytes(64)).prop_map(
        |(kind, code, id, token, mut options, payload)| {
            options.sort_by_key(|(number, _)| *number);
            Parts { kind, code, id, token, options, payload }
        },
    )
}

fn kind(bits: u8) -> MessageType {
    use MessageType::{Acknowledgement, Confirmable, NonConfirmable, Reset};
    [Confirmable, NonConfirmable, Acknowledgement, Reset][usize::from(bits)]
}

fn write(parts: &Parts) -> Vec<u8> {
    let mut datagram = Vec::new();
    let token = Token::new(&parts.token).unwrap();
    let mut writer = Writer::new(&mut datagram, kind(parts.kind), Code::from_byte(parts.code), parts.id, token);
    parts.options.iter().for_each(|(number, value)| writer.option(*number, value));
    writer.payload(&parts.payload);
    datagram
}

fn options_of(packet: &Packet) -> Vec<(u16, Vec<u8>)> {
    let each = packet.options().flat_map(|(number, values)| values.iter().map(move |value| (*number, value.clone())));
    each.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn coap_lite_reads_what_we_write(parts in parts()) {
        let packet = Packet::from_bytes(&write(&parts)).unwrap();
        prop_assert_eq!(packet.header.message_id, parts.id);
        prop_assert_eq!(u8::from(packet.header.code), parts.code);
        prop_assert_eq!(packet.get_token(), &parts.token[..]);
        prop_assert_eq!(options_of(&packet), parts.options);
        prop_assert_eq!(packet.payload, parts.payload);
    }

    #[test]
    fn we_read_what_coap_lite_writes(parts in parts()) {
        let mut packet = Packet::new();
        packet.header.message_id = parts.id;
        packet.header.set_code(&alloc::format!("{}.{:02}", parts.code >> 5, parts.code & 0x1f));
        packet.set_token(parts.token.clone());
        for (number, value) in &parts.options {
            packet.add_option(CoapOption::from(*number), value.clone());
        }
        packet.payload = parts.payload.clone();
        let bytes = packet.to_bytes_unlimited().unwrap();
        let message = Message::parse(&bytes).unwrap();
        prop_assert_eq!(message.id(), parts.id);
        prop_assert_eq!(message.code().byte(), parts.code);
        prop_assert_eq!(message.token(), &parts.token[..]);
        let options: Vec<_> = message.options().map(|option| (option.number, option.value.to_vec())).collect();
        prop_assert_eq!(options, parts.options);
        prop_assert_eq!(message.payload(), &parts.payload[..]);
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_what_is_read_is_written_again(mut bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Some(first) = bytes.first_mut() {
            *first = 0x40 | (*first & 0x37);
        }
        if let Ok(message) = Message::parse(&bytes) {
            let parts = Parts {
                kind: message.kind().bits(),
                code: message.code().byte(),
                id: message.id(),
                token: message.token().to_vec(),
                options: message.options().map(|option| (option.number, option.value.to_vec())).collect(),
                payload: message.payload().to_vec(),
            };
            let again = write(&parts);
            let again = Message::parse(&again).unwrap();
            prop_assert!(again.options().eq(message.options()));
            prop_assert_eq!(again.payload(), message.payload());
        }
    }
}
