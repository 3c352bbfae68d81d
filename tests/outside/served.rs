//! A module that was added is served at once, with no line of code for it but the board's readings.

use comi_runtime::Device;
use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::coap::Peer;
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::time::Instant;
use comi_runtime::value::{Content, Data, Value};

use super::{model, schema};

/// Answers every state leaf with 7.
struct Sevens(&'static Schema);

impl Board for Sevens {
    fn schema(&self) -> &'static Schema {
        self.0
    }

    fn read(&mut self, _: NodeIndex, _: &[Value]) -> Result<Data, Fault> {
        Ok(Data::Leaf(Value::Unsigned(7)))
    }

    fn next(&mut self, _: NodeIndex, _: &[Value], _: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        Ok(None)
    }

    fn call(&mut self, _: Call, _: NodeIndex, _: &[Value], _: &Content) -> Result<Outcome<Content>, Fault> {
        Err(Fault::Absent)
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, _: &Change<'_>) {}
}

#[test]
fn a_module_that_was_added_is_served() {
    let mut device = Device::new(Sevens(schema(&model("served")))).coreconf().seed(1).build().expect("a device");
    let peer = Peer::insecure("[::1]:1".parse().expect("an address"));
    let mut exchange = |datagram: &[u8]| {
        device.handle_datagram(Instant::START, peer, datagram);
        let mut answer = Vec::new();
        device.poll_transmit(&mut answer).expect("an answer");
        answer
    };
    // iPATCH /c {63203: 1500}: speed
    let set =
        [&[0x40, 0x07, 0, 1, 0xb1, b'c', 0x11, 142, 0xff][..], &[0xa1, 0x19, 0xf6, 0xe3, 0x19, 0x05, 0xdc]].concat();
    assert_eq!(exchange(&set), [0x60, 0x44, 0, 1]);
    // FETCH /c 63203, 63202: speed, pressure
    let fetch = [&[0x40, 0x05, 0, 2, 0xb1, b'c', 0x11, 141, 0xff][..], &[0x19, 0xf6, 0xe3, 0x19, 0xf6, 0xe2]].concat();
    let payload = [&[0xa1, 0x19, 0xf6, 0xe3, 0x19, 0x05, 0xdc][..], &[0xa1, 0x19, 0xf6, 0xe2, 0x07]].concat();
    assert_eq!(exchange(&fetch), [&[0x60, 0x45, 0, 2, 0xc1, 142, 0xff][..], &payload].concat());
}
