//! Any program of operations is evaluated over any tree in bounded time, whatever it says: as a `must` of each node, by
//! an edit and by a check of the whole document.
//!
//! Programs refer downwards, as codegen makes them; all else is what the bytes say. Tables live as long as the process, so
//! each input leaves some hundred bytes behind.
#![no_main]

mod schema;

use comi_runtime::cbor::{self, Allowed, Reader};
use comi_runtime::datastore::{Datastore, ENGINE, Limits, Origin};
use comi_runtime::schema::{
    Affected, Axis, Expressions, Function, IdentityIndex, ModuleIndex, NodeIndex, Op, Operator, PatternSet, Rule,
    RuleKind, Schema, Test,
};
use libfuzzer_sys::fuzz_target;
use schema::schema;

/// What is left of the input.
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::from(self.next()) % list.len()]
    }

    fn row(&mut self) -> NodeIndex {
        NodeIndex(u16::from(self.next()) % u16::try_from(schema().nodes.len()).expect("few nodes"))
    }

    fn below(&mut self, place: u16) -> u16 {
        u16::from(self.next()) % place.max(1)
    }

    fn some(&mut self, place: u16, most: u8) -> &'static [u16] {
        let count = self.next() % (most + 1);
        (0..count).map(|_| self.below(place)).collect::<Vec<_>>().leak()
    }
}

const OPERATORS: [Operator; 14] = [
    Operator::Add,
    Operator::And,
    Operator::Divide,
    Operator::Equal,
    Operator::Greater,
    Operator::GreaterOrEqual,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Modulo,
    Operator::Multiply,
    Operator::NotEqual,
    Operator::Or,
    Operator::Subtract,
    Operator::Union,
];

const FUNCTIONS: [Function; 31] = [
    Function::BitIsSet,
    Function::Boolean,
    Function::Ceiling,
    Function::Concat,
    Function::Contains,
    Function::Count,
    Function::Deref,
    Function::DerivedFrom,
    Function::DerivedFromOrSelf,
    Function::EnumValue,
    Function::False,
    Function::Floor,
    Function::Last,
    Function::LocalName,
    Function::Name,
    Function::NamespaceUri,
    Function::Negate,
    Function::NormalizeSpace,
    Function::Not,
    Function::Number,
    Function::Position,
    Function::Round,
    Function::StartsWith,
    Function::String,
    Function::StringLength,
    Function::Substring,
    Function::SubstringAfter,
    Function::SubstringBefore,
    Function::Sum,
    Function::Translate,
    Function::True,
];

const AXES: [Axis; 11] = [
    Axis::Ancestor,
    Axis::AncestorOrSelf,
    Axis::Child,
    Axis::Descendant,
    Axis::DescendantOrSelf,
    Axis::Following,
    Axis::FollowingSibling,
    Axis::Itself,
    Axis::Parent,
    Axis::Preceding,
    Axis::PrecedingSibling,
];

fn op(bytes: &mut Bytes<'_>, place: u16) -> Op {
    match bytes.next() % 13 {
        0 | 1 => Op::Binary { operator: bytes.of(&OPERATORS), left: bytes.below(place), right: bytes.below(place) },
        2 | 3 if place > 0 => Op::Call { function: bytes.of(&FUNCTIONS), arguments: bytes.some(place, 3) },
        4 if place > 0 => Op::Filter { from: bytes.below(place), predicates: bytes.some(place, 2) },
        5 => Op::Number(f64::from(bytes.next()) - 100.5),
        6 => Op::Text { text: bytes.of(&["", "manual", "0", "eth"]), identity: Some(IdentityIndex(bytes.next().into())) },
        7 if place > 0 => Op::ReMatch { text: bytes.below(place), patterns: PatternSet(bytes.next().into()) },
        9 if place > 0 => Op::Lookup { step: bytes.below(place), keys: bytes.some(place, 2) },
        8 => bytes.of(&[Op::Context, Op::Current, Op::Root, Op::Nothing]),
        _ if place > 0 => {
            let mut rows = vec![bytes.row(), bytes.row()];
            rows.sort_unstable();
            let test =
                bytes.of(&[Test::Any, Test::Node, Test::Text, Test::Nodes(rows.leak()), Test::Module(ModuleIndex(0))]);
            Op::Step {
                from: bytes.below(place),
                axis: bytes.of(&AXES),
                test,
                predicates: bytes.some(place, 2),
                repeats: bytes.next() & 1 == 0,
            }
        }
        _ => Op::Context,
    }
}

fuzz_target!(|input: &[u8]| {
    let mut bytes = Bytes(input);
    let count = u16::from(bytes.next() % 24) + 1;
    // an operand is lower than its operation, so the first has none
    let code: Vec<Op> = (0..count).map(|place| if place == 0 { Op::Context } else { op(&mut bytes, place) }).collect();
    let node = bytes.row();
    let kind = bytes.of(&[RuleKind::Must, RuleKind::When, RuleKind::Path { required: true }]);
    let rule = Rule { node, context: node, kind, code: count - 1, config: true, message: None, expression: "" };
    let everything = Affected { node: NodeIndex::ROOT, rule: 0, anchor: NodeIndex::ROOT };
    let Ok(content) = cbor::read_content(schema(), NodeIndex::ROOT, Allowed::Config, &mut Reader::new(bytes.0)) else {
        return;
    };
    let expressions = Expressions {
        code: code.leak(),
        rules: vec![rule].leak(),
        affected: vec![everything].leak(),
        engine: &ENGINE,
    };
    let own = Box::leak(Box::new(Schema { expressions: Some(Box::leak(Box::new(expressions))), ..*schema() }));
    let mut store = Datastore::new(own, Limits::DEVICE);
    let mut edit = store.edit(Origin::Board);
    if edit.replace_all(content).is_ok() {
        drop(edit.validate());
    }
});
