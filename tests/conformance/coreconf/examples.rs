//! One test an example, named by its section, and one that none is forgotten.

use comi_runtime::board::Call;
use comi_runtime::coap::{Code, Method};
use comi_runtime::coreconf::{self, Failure, Limits, Refusal, Request, Ring};
use comi_runtime::datastore::{self, Datastore, Origin};
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::{Content, Data, text};

use crate::board::{TableBoard, at, leaf};
use crate::fixture::{Exchange, exchange, exchanges, schema};

struct Device {
    store: Datastore,
    board: TableBoard,
}

impl Device {
    fn new() -> Device {
        let store = Datastore::new(schema(), datastore::Limits::SERVER);
        Device { store, board: TableBoard::default() }
    }

    /// What the board has at start.
    fn with(mut self, leafs: &[(&str, &str)]) -> Device {
        let mut edit = self.store.edit(Origin::Board);
        for (path, value) in leafs {
            edit.replace(&at(path), leaf(path, value)).unwrap();
        }
        drop(edit.finish(&mut self.board).unwrap());
        self
    }

    fn ask(&mut self, exchange: &Exchange, query: &[&str]) -> (coreconf::Answer, Vec<u8>) {
        let payload = exchange.request();
        let request = request(exchange, query, &payload);
        let mut out = Vec::new();
        let answer =
            coreconf::datastore(&mut self.store, &mut self.board, Call(1), &Limits::SERVER, &request, &mut out);
        (answer, out)
    }

    /// Asks, and compares with the draft's answer.
    fn check(&mut self, id: &str, query: &[&str]) {
        let exchange = exchange(id);
        let (answer, out) = self.ask(&exchange, query);
        assert_eq!(answer.code.to_string(), exchange.code(), "{id}");
        assert_eq!(answer.content_format, exchange.answer_format(), "{id}");
        assert_eq!(hex(&out), hex(&exchange.answer()), "{id}");
    }
}

fn request<'a>(exchange: &Exchange, query: &'a [&'a str], payload: &'a [u8]) -> Request<'a> {
    let method = match exchange.method() {
        "GET" => Method::Get,
        "FETCH" => Method::Fetch,
        "iPATCH" => Method::IPatch,
        "POST" => Method::Post,
        other => panic!("{other}"),
    };
    let content_format = exchange.request_format();
    Request { method, query, content_format, accept: None, if_match: &[], if_none_match: false, payload }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const ETH0: &str = "/ietf-interfaces:interfaces/interface[name='eth0']";
const NTP: &str = "/ietf-system:system/ntp";

#[test]
fn section_3_1_3_1_fetch() {
    let leafs = [("description", "Ethernet adaptor"), ("type", "iana-if-type:ethernetCsmacd"), ("enabled", "true")];
    let leafs = leafs.map(|(name, value)| (format!("{ETH0}/{name}"), value));
    let mut device = Device::new().with(&leafs.each_ref().map(|(path, value)| (path.as_str(), *value)));
    device.board.reads("/ietf-system:system-state/clock/current-datetime", "2014-10-26T12:16:31Z");
    device.board.reads(&format!("{ETH0}/oper-status"), "testing");
    // the example tells `enabled`, which has its default: it is trimmed without d=a
    device.check("comi-3.1.3.1-1", &["d=a"]);
    let (_, trimmed) = device.ask(&exchange("comi-3.1.3.1-1"), &[]);
    let without = hex(&exchange("comi-3.1.3.1-1").answer()).replace("1905fda5", "1905fda4").replace("02f5", "");
    assert_eq!(hex(&trimmed), without);
}

#[test]
fn section_3_2_3_1_ipatch() {
    let tac = format!("{NTP}/server[name='tac.nrc.ca']/udp/address");
    let mut device = Device::new().with(&[(&tac, "132.246.11.229"), (&format!("{NTP}/enabled"), "false")]);
    device.check("comi-3.2.3.1-1", &[]);
    let stored = |path: &str| match device.store.get(&at(path)) {
        Some(datastore::Found::Data(Data::Leaf(value))) => text::print(schema(), at(path).node, value).ok(),
        _ => None,
    };
    assert_eq!(stored(&format!("{NTP}/enabled")).as_deref(), Some("true"));
    assert_eq!(stored(&tac), None);
    assert_eq!(stored(&format!("{NTP}/server[name='tic.nrc.ca']/prefer")).as_deref(), Some("true"));
    let tic = format!("{NTP}/server[name='tic.nrc.ca']/udp/address");
    assert_eq!(stored(&tic).as_deref(), Some("132.246.11.231"));
}

#[test]
fn section_3_4_2_event_stream() {
    let store = Datastore::new(schema(), datastore::Limits::SERVER);
    let mut ring = Ring::new(Limits::SERVER);
    let fault = at("/example-port:example-port-fault");
    for (name, fault_text) in [("1/4/21", "Open pin 5"), ("0/4/21", "Open pin 2")] {
        let content = [("port-name", name), ("port-fault", fault_text)].map(|(child, value)| {
            let node = schema().child(fault.node, None, child).unwrap();
            (node, Data::Leaf(value.into()))
        });
        ring.raise(&store, &fault, &content.into_iter().collect()).unwrap();
    }
    for id in ["comi-3.4.2-1", "comi-3.4.2-2"] {
        let exchange = exchange(id);
        let payload = exchange.request();
        let mut out = Vec::new();
        let answer = ring.answer(schema(), &request(&exchange, &[], &payload), &mut out);
        assert_eq!((answer.code, answer.content_format), (Code::CONTENT, exchange.answer_format()));
        assert_eq!(hex(&out), hex(&exchange.answer()), "{id}");
    }
}

#[test]
fn section_3_5_1_rpc() {
    let mut device = Device::new();
    device.check("comi-3.5.1-1", &[]);
    let (operation, input) = device.board.calls.pop().unwrap();
    assert_eq!(operation, at("/example-ops:reboot"));
    assert_eq!(input.iter().next().map(|(_, data)| data), Some(&Data::Leaf(comi_runtime::value::Value::Unsigned(77))));
}

#[test]
fn section_3_5_2_action() {
    let mut device = Device::new();
    let server = at("/example-server-farm:server[name='myserver']");
    let reset = at("/example-server-farm:server[name='myserver']/reset");
    let output = schema().child(reset.node, None, "output").unwrap();
    let finished = schema().child(output, None, "reset-finished-at").unwrap();
    let data = Data::Leaf("2016-02-08T14:10:11Z".into());
    device.board.outputs.insert(reset.node, [(finished, data)].into_iter().collect());
    let (answer, _) = device.ask(&exchange("comi-3.5.2-1"), &[]);
    assert_eq!((answer.code, device.board.calls.len()), (Code::NOT_FOUND, 0), "no entry, no call");
    let mut edit = device.store.edit(Origin::Board);
    edit.ensure(&server).unwrap();
    drop(edit.finish(&mut device.board).unwrap());
    device.check("comi-3.5.2-1", &[]);
    assert_eq!(device.board.calls.pop().unwrap().0, reset);
}

#[test]
fn section_6_error() {
    let exchange = exchange("comi-6-1");
    let offset = at("/ietf-system:system/clock/timezone-utc-offset");
    let mut out = Vec::new();
    let refusal = Refusal::at(Failure::NotInRange, offset.clone(), "maximum value exceeded");
    let answer = coreconf::refuse(schema(), &refusal, &mut out);
    assert_eq!((answer.code.to_string().as_str(), answer.content_format), (exchange.code(), exchange.answer_format()));
    assert_eq!(hex(&out), hex(&exchange.answer()));
    // and as it comes about: {1740: 1501}
    let mut device = Device::new();
    let payload = [0xa1, 0x19, 0x06, 0xcc, 0x19, 0x05, 0xdd];
    let request = Request {
        method: Method::IPatch,
        query: &[],
        content_format: Some(142),
        accept: None,
        if_match: &[],
        if_none_match: false,
        payload: &payload,
    };
    let mut out = Vec::new();
    let answer =
        coreconf::datastore(&mut device.store, &mut device.board, Call(1), &Limits::SERVER, &request, &mut out);
    let error = coreconf::client::read_error(schema(), &out).expect("an error structure");
    assert_eq!(answer.code, Code::BAD_REQUEST);
    assert_eq!((error.tag, error.app_tag, error.at), (1011, Some(1018), Some(offset)));
    assert_eq!(device.store.content(), &Content::new());
}

#[test]
fn section_5_discovery() {
    let mut links = Vec::new();
    coreconf::links(schema(), &mut |link| {
        links.push(link);
        true
    });
    let of = |resource_type: &'static str| links.iter().filter(move |link| link.resource_type.contains(resource_type));
    assert_eq!(of("core.c.ds").map(|link| (link.target, link.sid)).collect::<Vec<_>>(), [("/c", Some(("ds", 1029)))]);
    assert_eq!(of("core.c.es").map(|link| link.target).collect::<Vec<_>>(), ["/s"]);
    // readings 19: a link for each root data node; 25: the library by its SID
    let sid = |module: &str, name: &str| {
        let module = schema().module_by_name(module).unwrap();
        schema().node(schema().child(NodeIndex::ROOT, Some(module), name).unwrap()).unwrap().sid
    };
    let nodes: Vec<_> = of("core.c.dn").filter_map(|link| link.sid).collect();
    assert!(nodes.contains(&("sid", sid("ietf-system", "system"))));
    let library: Vec<_> = of("core.c.yl").filter_map(|link| link.sid).collect();
    assert_eq!(library, [("sid", sid("ietf-yang-library", "yang-library"))]);
}

#[test]
fn every_exchange_has_its_test() {
    let tested = [
        "comi-3.1.3.1-1",
        "comi-3.2.3.1-1",
        "comi-3.3.1-1", // the codec's: its keys are no root data nodes (readings 1)
        "comi-3.4.2-1",
        "comi-3.4.2-2",
        "comi-3.5.1-1",
        "comi-3.5.2-1",
        "comi-5.1-1",
        "comi-5.2.1-1",
        "comi-5.2.2-1",
        "comi-5.2.3-1",
        "comi-6-1",
    ];
    assert_eq!(exchanges().into_iter().map(|exchange| exchange.id).collect::<Vec<_>>(), tested);
}
