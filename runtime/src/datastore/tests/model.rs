//! The schema of these tests, written as a tree, and a board that keeps a diary.
//!
//! A line is `kind name sid type-or-attributes…`; two spaces a level. `choice` has a line but no row; its nodes name
//! it by `case=choice/case`.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::sync::OnceLock;

use crate::board::{Board, Call, Change, Fault, Outcome};
use crate::schema::{
    Bounds, CaseMember, Choice, ChoiceIndex, Default, Flags, IntegerWidth, List, Literal, Module, ModuleIndex, Node,
    NodeIndex, NodeKind, PatternSet, Schema, Type, TypeIndex,
};
use crate::value::{Content, Data, InstanceIdentifier, Value, text};

const TREE: &str = "
container box 1000
  leaf name 1001 string length=1..8
  leaf level 1002 uint8 range=0..100 default=50
  leaf secret 1003 string wo
  leaf serial 1004 string ro
  leaf boot 1005 string bo
  leaf-list tag 1006 string max=3
  leaf-list mode 1007 string default=auto
  container inner 1008
    leaf deep 1009 int32
  container lamp 1010 presence
    leaf color 1011 string mandatory
    leaf bright 1012 uint8 default=7
  leaf position 1013 uint8 range=0..100 state
  leaf broken 1014 uint8 state
  leaf pushed 1015 uint8 state pushed
  leaf flag 1016 empty
  choice power
  container mains 1017 case=power/mains
    leaf volts 1018 uint8
  leaf cell 1019 string case=power/battery
  leaf spare 1020 string mandatory case=power/battery
list server 1100 keys=name unique=address+port
  leaf name 1101 string
  leaf address 1102 string
  leaf port 1103 uint8 default=53
  leaf secret 1104 string wo
  leaf weight 1105 uint8 mandatory
  leaf hits 1106 uint8 state
  leaf seen 1107 uint8 state pushed
  list alias 1108 keys=id max=2
    leaf id 1109 uint8
  action restart 1110
    input input 1111
      leaf delay 1112 uint8 mandatory
      leaf force 1113 uint8 default=3
    output output 1114
      leaf took 1115 uint8 mandatory
  notification fault 1116
    leaf code 1117 uint8
    leaf-list signal 1118 uint8
list order 1200 keys=id user
  leaf id 1201 uint8
  leaf text 1202 string
container links 1300
  leaf primary 1301 leafref=server/name
  leaf-list backup 1302 leafref=server/name
  leaf any 1303 instance
  leaf lax 1304 lax-leafref=server/name
list row 1400 keys=id state
  leaf id 1401 uint8 state
  leaf value 1402 uint8 state
rpc ping 1500
  input input 1501
  output output 1502
rpc later 1510
  input input 1511
  output output 1512
    leaf done 1513 uint8
notification boom 1520
  leaf how 1521 string mandatory
notification bare 1530
container must 1600
  choice pick mandatory within=gate
  leaf gate 1601 string case=gate/open
  leaf one 1602 string case=pick/one
  leaf two 1603 string case=pick/two
  choice gate
container way 1700
  choice way default=plain
  leaf plain 1701 uint8 default=4 case=way/plain
  leaf fancy 1702 string case=way/fancy
container club 1710 presence
  leaf-list member 1711 string min=1
";

struct Line<'a> {
    depth: usize,
    kind: &'a str,
    name: &'a str,
    words: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        self.words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

fn index(place: usize) -> u16 {
    u16::try_from(place).unwrap()
}

fn pair(text: &str) -> (u64, u64) {
    let (least, most) = text.split_once("..").unwrap();
    (least.parse().unwrap(), most.parse().unwrap())
}

/// The schema; made once.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<&'static Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Box::leak(Box::new(build())))
}

fn build() -> Schema {
    let lines: Vec<Line<'static>> = TREE
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut words = line.split_whitespace();
            let (kind, name) = (words.next().unwrap(), words.next().unwrap());
            Line { depth: (line.len() - line.trim_start().len()) / 2, kind, name, words: words.collect() }
        })
        .collect();
    let rows: Vec<&Line<'static>> = lines.iter().filter(|line| line.kind != "choice").collect();
    let end = |at: usize| {
        rows[at + 1..].iter().position(|row| row.depth <= rows[at].depth).map_or(rows.len(), |behind| at + 1 + behind)
    };
    let parent = |at: usize| {
        rows[..at].iter().rposition(|row| row.depth < rows[at].depth).map_or(NodeIndex::ROOT, |at| NodeIndex(index(at)))
    };
    let child = |at: usize, name: &str| {
        let found =
            (at + 1..end(at)).find(|place| rows[*place].depth == rows[at].depth + 1 && rows[*place].name == name);
        NodeIndex(index(found.unwrap()))
    };
    let find = |path: &str| {
        let (top, name) = path.split_once('/').unwrap();
        child(rows.iter().position(|row| row.depth == 0 && row.name == top).unwrap(), name)
    };
    let mut schema =
        Tables { types: alloc::vec![Type::String { lengths: &[], patterns: PatternSet::NONE }], ..Tables::default() };
    for (at, row) in rows.iter().enumerate() {
        let node = NodeIndex(index(at));
        let operation = (0..at).rev().scan(row.depth, |depth, above| {
            if rows[above].depth < *depth {
                *depth = rows[above].depth;
                Some(Some(rows[above].kind))
            } else {
                Some(None)
            }
        });
        let in_operation =
            operation.flatten().chain([row.kind]).any(|kind| matches!(kind, "rpc" | "action" | "notification"));
        let mut flags = if row.has("state") || in_operation { Flags::NONE } else { Flags::CONFIG };
        for (word, flag) in [
            ("mandatory", Flags::MANDATORY),
            ("presence", Flags::PRESENCE),
            ("user", Flags::USER_ORDERED),
            ("ro", Flags::READ_ONLY),
            ("wo", Flags::WRITE_ONLY),
            ("bo", Flags::BOOTSTRAP_ONLY),
            ("pushed", Flags::PUSHED),
        ] {
            if row.has(word) {
                flags = flags.with(flag);
            }
        }
        let parent_row = rows.get(parent(at).get());
        if parent_row.and_then(|row| row.value("keys")).is_some_and(|keys| keys.split(',').any(|key| key == row.name)) {
            flags = flags.with(Flags::KEY);
        }
        let lengths: &'static [(u32, u32)] = row.value("length").map_or(&[], |text| {
            let (least, most) = pair(text);
            alloc::vec![(u32::try_from(least).unwrap(), u32::try_from(most).unwrap())].leak()
        });
        let ranges: &'static [(u64, u64)] = row.value("range").map_or(&[], |text| alloc::vec![pair(text)].leak());
        let reference = |path: &str, require_instance| Type::Leafref {
            target: find(path),
            target_type: TypeIndex(0),
            require_instance,
        };
        let own = match *row.words.get(1).unwrap_or(&"") {
            "string" => Some(Type::String { lengths, patterns: PatternSet::NONE }),
            "uint8" => Some(Type::Unsigned { width: IntegerWidth::W8, ranges }),
            "int32" => Some(Type::Integer { width: IntegerWidth::W32, ranges: &[] }),
            "empty" => Some(Type::Empty),
            "instance" => Some(Type::InstanceIdentifier { require_instance: true }),
            _ => row
                .value("leafref")
                .map(|path| reference(path, true))
                .or_else(|| row.value("lax-leafref").map(|path| reference(path, false))),
        };
        let kind = match row.kind {
            "container" => NodeKind::Container,
            "list" => NodeKind::List,
            "leaf-list" => NodeKind::LeafList,
            "leaf" => NodeKind::Leaf,
            "rpc" => NodeKind::Rpc,
            "action" => NodeKind::Action,
            "input" => NodeKind::Input,
            "output" => NodeKind::Output,
            "notification" => NodeKind::Notification,
            other => panic!("{other}"),
        };
        let detail = match (kind, own) {
            (NodeKind::List, _) => {
                let leafs = |names: &str, separator| -> &'static [NodeIndex] {
                    names.split(separator).map(|name| child(at, name)).collect::<Vec<_>>().leak()
                };
                let keys = row.value("keys").map_or(&[][..], |names| leafs(names, ','));
                let unique: Vec<_> = row.value("unique").iter().map(|names| leafs(names, '+')).collect();
                schema.lists.push(List { keys, unique: unique.leak() });
                schema.lists.len() - 1
            }
            (_, Some(own)) => {
                schema.types.push(own);
                schema.types.len() - 1
            }
            _ => 0,
        };
        if row.value("min").is_some() || row.value("max").is_some() {
            flags = flags.with(Flags::HAS_BOUNDS);
            let number = |name, none| row.value(name).map_or(none, |text| text.parse().unwrap());
            schema.bounds.push(Bounds { node, min: number("min", 0), max: number("max", u32::MAX) });
        }
        if let Some(default) = row.value("default") {
            flags = flags.with(Flags::HAS_DEFAULT);
            let value = default.parse().map_or(Literal::String(default), Literal::Unsigned);
            schema.defaults.push(Default { node, value });
        }
        if let Some((choice, case)) = row.value("case").and_then(|text| text.split_once('/')) {
            flags = flags.with(Flags::IN_CASE);
            schema.members.push((node, choice, case));
        }
        let sid = row.words[0].parse().unwrap();
        let name = index(schema.names.iter().position(|name| *name == row.name).unwrap_or_else(|| {
            schema.names.push(row.name);
            schema.names.len() - 1
        }));
        let node = Node::new(sid, kind, ModuleIndex(0), name, parent(at), index(end(at)), index(detail), flags);
        schema.nodes.push(node);
    }
    let choices: Vec<&Line<'static>> = lines.iter().filter(|line| line.kind == "choice").collect();
    let choice_index = |name: &str| choices.iter().position(|line| line.name == name).unwrap();
    let cases_of = |choice: &str| {
        let mut cases: Vec<(&str, Vec<NodeIndex>)> = Vec::new();
        for (node, own, case) in &schema.members {
            let inner = choices.iter().find(|line| line.name == *own && line.value("within") == Some(choice));
            let case = if *own == choice {
                *case
            } else if inner.is_some() {
                "open"
            } else {
                continue;
            };
            match cases.iter_mut().find(|(name, _)| *name == case) {
                Some((_, nodes)) => nodes.push(*node),
                None => cases.push((case, alloc::vec![*node])),
            }
        }
        cases
    };
    let case_members = schema.members.iter().map(|(node, choice, case)| {
        let place = cases_of(choice).iter().position(|(name, _)| name == case).unwrap();
        CaseMember { node: *node, choice: ChoiceIndex(index(choice_index(choice))), case: index(place) }
    });
    let case_members: Vec<_> = case_members.collect();
    let rows_of_choices = choices.iter().map(|line| {
        let cases = cases_of(line.name);
        let parent = schema.nodes[cases[0].1[0].get()].parent;
        let default = line.value("default").and_then(|case| cases.iter().position(|(name, _)| *name == case));
        let cases: Vec<&'static [NodeIndex]> = cases.into_iter().map(|(_, nodes)| &*nodes.leak()).collect();
        let within = line.value("within").map(|outer| (ChoiceIndex(index(choice_index(outer))), 0));
        Choice {
            name: 0,
            parent,
            within,
            mandatory: line.has("mandatory"),
            default_case: default.map(index),
            cases: cases.leak(),
        }
    });
    let rows_of_choices: Vec<_> = rows_of_choices.collect();
    assert!(schema.nodes.is_sorted_by_key(|row| row.sid), "SIDs ascend");
    let by_sid: Vec<_> = (0..schema.nodes.len()).map(|at| NodeIndex(index(at))).collect();
    Schema {
        modules: &[Module {
            name: "t",
            revision: "2026-01-01",
            namespace: "urn:t",
            features: &[],
            implemented: true,
            sid: 999,
        }],
        nodes: schema.nodes.leak(),
        names: schema.names.leak(),
        types: schema.types.leak(),
        patterns: None,
        messages: None,
        lists: schema.lists.leak(),
        identities: &[],
        choices: rows_of_choices.leak(),
        case_members: case_members.leak(),
        defaults: schema.defaults.leak(),
        bounds: schema.bounds.leak(),
        by_sid: by_sid.leak(),
        objects: &[],
        resources: &[],
        expressions: None,
        parts: Some(&crate::datastore::Parts::ALL),
        by_name: Some(&crate::cbor::BY_NAME),
        any: Some(&crate::cbor::READ_ANY),
    }
}

#[derive(Default)]
struct Tables {
    nodes: Vec<Node>,
    names: Vec<&'static str>,
    types: Vec<Type>,
    lists: Vec<List>,
    defaults: Vec<Default>,
    bounds: Vec<Bounds>,
    members: Vec<(NodeIndex, &'static str, &'static str)>,
}

/// An identifier from its text: `/t:server[name='a']/port`.
pub(crate) fn at(path: &str) -> InstanceIdentifier {
    text::parse_path(schema(), path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A schema node from names alone: `/t:server/port`.
pub(crate) fn node(path: &str) -> NodeIndex {
    path.trim_start_matches("/t:").split('/').fold(NodeIndex::ROOT, |parent, name| {
        schema().child(parent, None, name).unwrap_or_else(|| panic!("{name} of {path}"))
    })
}

/// The text of an identifier.
pub(crate) fn path(at: &InstanceIdentifier) -> String {
    text::print_path(schema(), at, text::PathForm::Predicates)
}

/// A leaf's data.
pub(crate) fn leaf(value: impl Into<Value>) -> Data {
    Data::Leaf(value.into())
}

/// An unsigned leaf's data.
pub(crate) fn number(value: u64) -> Data {
    Data::Leaf(Value::Unsigned(value))
}

/// The content of a node from its children's names.
pub(crate) fn content<const N: usize>(of: &str, children: [(&str, Data); N]) -> Content {
    children
        .into_iter()
        .map(|(name, data)| {
            let parent = if of == "/" { NodeIndex::ROOT } else { node(of) };
            (schema().child(parent, None, name).unwrap_or_else(|| panic!("{name}")), data)
        })
        .collect()
}

/// A board whose readings are set by the test and which writes down what it is asked and told.
#[derive(std::default::Default)]
pub(crate) struct FakeBoard {
    /// Readings by path.
    pub(crate) readings: BTreeMap<String, Result<Data, Fault>>,
    /// The entries of the list `row`.
    pub(crate) rows: Vec<u64>,
    /// The path of a change that it refuses.
    pub(crate) refuses: Option<String>,
    /// What it was asked and told.
    pub(crate) diary: Vec<String>,
}

impl Board for FakeBoard {
    fn schema(&self) -> &'static Schema {
        schema()
    }

    fn read(&mut self, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
        let path = path(&InstanceIdentifier { node, keys: keys.to_vec() });
        self.diary.push(format!("read {path}"));
        self.readings.get(&path).cloned().unwrap_or(Err(Fault::Absent))
    }

    fn next(&mut self, list: NodeIndex, _: &[Value], after: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        self.diary.push(format!("next {}", schema().name(list)));
        let after = after.map(|keys| keys[0].clone());
        Ok(self
            .rows
            .iter()
            .map(|row| Value::Unsigned(*row))
            .find(|row| after.as_ref().is_none_or(|after| row > after))
            .map(|row| alloc::vec![row]))
    }

    fn call(
        &mut self,
        _: Call,
        operation: NodeIndex,
        keys: &[Value],
        input: &Content,
    ) -> Result<Outcome<Content>, Fault> {
        let names: Vec<String> = input.iter().map(|(node, data)| format!("{}={data:?}", schema().name(node))).collect();
        self.diary.push(format!("call {} {keys:?} {}", schema().name(operation), names.join(" ")));
        match schema().name(operation) {
            "restart" => Ok(Outcome::Done(content("/t:server/restart/output", [("took", number(9))]))),
            "later" => Ok(Outcome::Later),
            "ping" if self.refuses.as_deref() == Some("ping") => Err(Fault::refused("not now")),
            "ping" if self.refuses.as_deref() == Some("ping fails") => Err(Fault::failed("no hardware")),
            _ => Ok(Outcome::Done(Content::new())),
        }
    }

    fn prepare(&mut self, change: &Change<'_>) -> Result<(), Fault> {
        let path = path(&InstanceIdentifier { node: change.node, keys: change.keys.to_vec() });
        self.diary.push(format!("prepare {path}"));
        if self.refuses.as_ref() == Some(&path) { Err(Fault::refused("too hot".to_string())) } else { Ok(()) }
    }

    fn changed(&mut self, change: &Change<'_>) {
        let path = path(&InstanceIdentifier { node: change.node, keys: change.keys.to_vec() });
        self.diary.push(format!("changed {path}"));
    }
}
