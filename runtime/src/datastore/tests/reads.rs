//! What a read tells, and what it asks the board.

use alloc::format;
use alloc::string::String;

use super::edits::{change, empty, server, set};
use super::model::{FakeBoard, at, leaf, number, schema};
use crate::board::Fault;
use crate::datastore::{ContentFilter, Datastore, DefaultsFilter, Filter, Origin, Presence, ReadError};
use crate::schema::NodeIndex;
use crate::value::{Data, InstanceIdentifier, Part, Sink, Value};

/// A sink that writes what it is given as a line.
#[derive(Default)]
struct Line(String);

impl Sink for Line {
    type Error = core::convert::Infallible;

    fn enter(&mut self, node: NodeIndex, part: Part) -> Result<(), Self::Error> {
        let open = match part {
            Part::Container => "{",
            Part::Entry => "(",
            Part::List | Part::LeafList => "[",
        };
        let name = if part == Part::Entry { "" } else { schema().name(node) };
        self.0.push_str(&format!("{name}{open} "));
        Ok(())
    }

    fn value(&mut self, node: NodeIndex, value: &Value) -> Result<(), Self::Error> {
        let text = match value {
            Value::String(text) => String::from(&**text),
            Value::Unsigned(number) => format!("{number}"),
            other => format!("{other:?}"),
        };
        self.0.push_str(&format!("{}={text} ", schema().name(node)));
        Ok(())
    }

    fn any(&mut self, _: NodeIndex, _: &[u8]) -> Result<(), Self::Error> {
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Self::Error> {
        self.0.push_str("; ");
        Ok(())
    }
}

fn filter(content: &str, defaults: &str) -> Filter {
    Filter {
        content: match content {
            "c" => ContentFilter::Config,
            "n" => ContentFilter::State,
            _ => ContentFilter::All,
        },
        defaults: if defaults == "a" { DefaultsFilter::ReportAll } else { DefaultsFilter::Trim },
    }
}

fn read(store: &Datastore, board: &mut FakeBoard, path: &str, filter: Filter) -> String {
    let at = if path == "/" { InstanceIdentifier::new(NodeIndex::ROOT) } else { at(path) };
    let mut line = Line::default();
    match store.read(board, &at, filter, &mut line) {
        Ok(reading) if reading.presence == Presence::Absent => {
            assert_eq!(line.0, "");
            String::from("absent")
        }
        Ok(reading) if reading.faults > 0 => format!("{}{} faults", line.0, reading.faults),
        Ok(_) => String::from(line.0.trim_end()),
        Err(ReadError::Fault(fault)) => format!("{fault}"),
        Err(ReadError::Sink(never)) => match never {},
    }
}

fn store() -> Datastore {
    let mut store = empty();
    set(&mut store, "/t:box/name", leaf("x")).unwrap();
    set(&mut store, "/t:box/level", number(50)).unwrap();
    set(&mut store, "/t:box/secret", leaf("s")).unwrap();
    set(&mut store, "/t:server[name='a']", server("1")).unwrap();
    change(&mut store, Origin::Board, |edit| {
        edit.replace(&at("/t:box/boot"), leaf("b"))?;
        edit.replace(&at("/t:box/pushed"), number(8))?;
        edit.replace(&at("/t:server[name='a']/seen"), number(5))
    })
    .unwrap();
    store
}

fn board() -> FakeBoard {
    let mut board = FakeBoard { rows: alloc::vec![1, 4], ..FakeBoard::default() };
    for (path, value) in [("/t:box/position", 30), ("/t:server[name='a']/hits", 6), ("/t:row[id='4']/value", 44)] {
        board.readings.insert(path.into(), Ok(number(value)));
    }
    board
}

#[test]
fn a_read_merges_store_board_and_pushed_state_and_hides_what_is_hidden() {
    let told = read(&store(), &mut board(), "/", Filter::default());
    assert_eq!(
        told,
        "{ box{ name=x position=30 pushed=8 ; \
         server[ ( name=a address=1 weight=1 hits=6 seen=5 ; ; row[ ( id=1 ; ( id=4 value=44 ; ; ;"
    );
}

#[test]
fn reading_26_c_filters_descendants_and_never_the_node_itself() {
    for (path, c, told) in [
        ("/t:box", "c", "box{ name=x ;"),
        ("/t:box", "n", "box{ position=30 pushed=8 ;"),
        ("/t:box/name", "n", "name=x"),
        ("/t:box/position", "c", "position=30"),
        ("/t:server", "n", "server[ ( name=a hits=6 seen=5 ; ;"),
        ("/t:server", "c", "server[ ( name=a address=1 weight=1 ; ;"),
        ("/t:order", "n", "absent"),
    ] {
        assert_eq!(read(&store(), &mut board(), path, filter(c, "t")), told, "{path} c={c}");
    }
}

#[test]
fn the_board_is_not_asked_needlessly() {
    for (path, c, asked) in [
        ("/", "c", &[][..]),
        ("/t:server[name='z']/hits", "a", &[]),
        ("/t:server[name='z']", "a", &[]),
        ("/t:box/name", "a", &[]),
        ("/t:box/secret", "a", &[]),
        ("/t:box/pushed", "a", &[]),
        ("/t:box/position", "a", &["read /t:box/position"]),
        ("/t:row[id='4']", "a", &["next row", "next row", "read /t:row[id='4']/value"]),
    ] {
        let mut board = board();
        read(&store(), &mut board, path, filter(c, "t"));
        assert_eq!(board.diary, asked, "{path}");
    }
}

#[test]
fn defaults_are_trimmed_or_reported_and_always_told_to_who_asks() {
    let empty = empty();
    assert_eq!(read(&empty, &mut board(), "/t:box/level", filter("a", "t")), "level=50");
    assert_eq!(read(&empty, &mut board(), "/t:box/mode", filter("a", "t")), "mode[ mode=auto ;");
    assert_eq!(read(&empty, &mut board(), "/t:box", filter("c", "t")), "absent");
    assert_eq!(read(&empty, &mut board(), "/t:box", filter("c", "a")), "box{ level=50 mode[ mode=auto ; ;");
    assert_eq!(
        read(&store(), &mut board(), "/t:server", filter("c", "a")),
        "server[ ( name=a address=1 port=53 weight=1 ; ;"
    );
}

#[test]
fn the_default_case_is_in_use_until_another_case_exists() {
    let mut store = empty();
    assert_eq!(read(&store, &mut board(), "/t:way", filter("c", "a")), "way{ plain=4 ;");
    assert_eq!(read(&store, &mut board(), "/t:way/plain", filter("c", "t")), "plain=4");
    set(&mut store, "/t:way/fancy", leaf("f")).unwrap();
    assert_eq!(read(&store, &mut board(), "/t:way", filter("c", "a")), "way{ fancy=f ;");
    assert_eq!(read(&store, &mut board(), "/t:way/plain", filter("c", "t")), "absent");
}

#[test]
fn faults_are_told_to_who_asks_alone_and_left_out_of_larger_reads() {
    let mut board = board();
    board.readings.insert("/t:box/broken".into(), Err(Fault::failed("wire")));
    assert_eq!(read(&store(), &mut board, "/t:box/broken", Filter::default()), "failed: wire");
    assert_eq!(read(&store(), &mut board, "/t:box", filter("n", "t")), "box{ position=30 pushed=8 ; 1 faults");
    board.readings.insert("/t:box/position".into(), Ok(number(101)));
    assert_eq!(
        read(&store(), &mut board, "/t:box/position", Filter::default()),
        "failed: a value outside its type",
        "readings are checked against their type"
    );
    board.readings.insert("/t:box/position".into(), Err(Fault::Absent));
    assert_eq!(read(&store(), &mut board, "/t:box/position", Filter::default()), "absent");
}

#[test]
fn a_list_whose_keys_do_not_grow_is_a_fault_and_ends() {
    let mut board = FakeBoard { rows: alloc::vec![5, 300], ..FakeBoard::default() };
    assert_eq!(read(&empty(), &mut board, "/t:row", Filter::default()), "row[ ( id=5 ; ; 1 faults");
}

#[test]
fn absent_and_foreign_nodes_are_absent() {
    for path in
        ["/t:box/lamp", "/t:box/inner", "/t:server[name='z']", "/t:ping", "/t:boom", "/t:box/boot", "/t:row[id='2']"]
    {
        assert_eq!(read(&store(), &mut board(), path, Filter::default()), "absent", "{path}");
    }
    let mut store = store();
    set(&mut store, "/t:box/tag[.='q']", leaf("q")).unwrap();
    assert_eq!(read(&store, &mut board(), "/t:box/tag[.='q']", Filter::default()), "tag=q");
    assert_eq!(read(&store, &mut board(), "/t:box/tag[.='r']", Filter::default()), "absent");
    let lamp = Data::Container(super::model::content("/t:box/lamp", [("color", leaf("red"))]));
    set(&mut store, "/t:box/lamp", lamp).unwrap();
    assert_eq!(read(&store, &mut board(), "/t:box/lamp", Filter::default()), "lamp{ color=red ;");
}
