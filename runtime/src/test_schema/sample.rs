//! Random instances of the test schema.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::schema::{Flags, IntegerWidth, NodeIndex, NodeKind, Schema, Type};
use crate::value::{Content, Data, Entries, InstanceIdentifier, KeyOf, Value, check, keys_of};

/// A small generator (xorshift), so that a failure is told by one number.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % bound
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.next().to_be_bytes()[0])
    }
}

/// Some children of `node`, each valid by itself.
pub(crate) fn content(schema: &'static Schema, node: NodeIndex, random: &mut Random) -> Content {
    let mut content = Content::new();
    for child in schema.children(node) {
        if random.below(3) > 0
            && let Some(data) = data(schema, child, random)
        {
            content.insert(child, data);
        }
    }
    content
}

fn data(schema: &'static Schema, node: NodeIndex, random: &mut Random) -> Option<Data> {
    let row = schema.node(node).unwrap();
    Some(match row.kind() {
        NodeKind::Leaf => Data::Leaf(value(schema, schema.type_of(node).unwrap(), random)),
        NodeKind::LeafList => {
            let ty = schema.type_of(node).unwrap();
            let mut values: Vec<Value> = (0..random.below(30)).map(|_| value(schema, ty, random)).collect();
            values.sort();
            values.dedup();
            Data::LeafList(values)
        }
        NodeKind::List => {
            let list = schema.list(node).unwrap();
            let mut entries = Vec::new();
            for _ in 0..random.below(4) {
                let mut entry = content(schema, node, random);
                for key in list.keys {
                    entry.insert(*key, Data::Leaf(value(schema, schema.type_of(*key).unwrap(), random)));
                }
                entries.push(entry);
            }
            if list.keys.is_empty() {
                return Some(Data::List(Entries::from_keyless(entries)));
            }
            Data::List(Entries::from_keyed(list, !row.flags.has(Flags::USER_ORDERED), entries).ok()?)
        }
        NodeKind::Container => Data::Container(content(schema, node, random)),
        NodeKind::Anydata => Data::Any(Box::new([0xa1, 0x18, 0x4d, 0x01])),
        NodeKind::Anyxml => Data::Any(Box::new([0x82, 0xf5, 0xf6])),
        _ => return None,
    })
}

/// A value of a type.
pub(crate) fn value(schema: &'static Schema, ty: &Type, random: &mut Random) -> Value {
    loop {
        let value = candidate(schema, ty, random);
        if check(schema, ty, &value).is_ok() {
            return value;
        }
    }
}

fn candidate(schema: &'static Schema, ty: &Type, random: &mut Random) -> Value {
    match ty {
        Type::Binary { .. } => match random.below(3) {
            0 => Value::Binary(Box::new(random.bytes::<2>())),
            1 => Value::Binary(Box::new(random.bytes::<4>())),
            _ => Value::Binary(Box::new(random.bytes::<1>())),
        },
        Type::Bits { bits } => {
            let mut set = std::vec![0_u8; 40];
            for bit in *bits {
                if random.below(2) == 0 {
                    set[bit.position as usize / 8] |= 1 << (bit.position % 8);
                }
            }
            let end = set.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            set.truncate(end);
            Value::Bits(set.into())
        }
        Type::Boolean => Value::Boolean(random.below(2) == 0),
        Type::Decimal64 { .. } => Value::Decimal64(integer(random)),
        Type::Empty => Value::Empty,
        Type::Enumeration { enums } => Value::Enumeration(enums[random.below(enums.len())].value),
        // what six digits hold exactly
        Type::Float { .. } => Value::Float(f64::from(u32::from_be_bytes(random.bytes())) / 64.0),
        Type::Identityref { .. } => {
            Value::Identityref(crate::schema::IdentityIndex(if random.below(2) == 0 { 1 } else { 3 }))
        }
        Type::InstanceIdentifier { .. } => {
            let nodes = [1_u16, 2, 3, 22, 25, 30];
            let node = NodeIndex(nodes[random.below(nodes.len())]);
            let keys = keys_of(schema, node).map(|key| match key {
                KeyOf::Position(_) => Value::Unsigned(1 + (random.next() >> 50)),
                KeyOf::Value(leaf) => value(schema, schema.type_of(leaf).unwrap(), random),
            });
            Value::InstanceIdentifier(Box::new(InstanceIdentifier { node, keys: keys.collect() }))
        }
        Type::Integer { width, .. } => {
            let (least, greatest) = width.signed();
            Value::Integer(integer(random).clamp(least, greatest))
        }
        Type::Leafref { target_type, .. } => value(schema, schema.resolved_type(*target_type).unwrap(), random),
        Type::String { .. } => {
            const LETTERS: [char; 9] = ['a', '\'', '"', '/', 'ü', ' ', ',', '%', '\n'];
            let text: String = (0..random.below(9)).map(|_| LETTERS[random.below(LETTERS.len())]).collect();
            Value::String(text.into())
        }
        Type::Union { members } => {
            let member = random.below(members.len());
            let ty = schema.resolved_type(members[member]).unwrap();
            let value = value(schema, ty, random);
            // an unsigned that the int32 before it would take is that one's, and so is white space of the bits
            match value {
                Value::String(text) if text.trim().is_empty() => Value::Union(0, Box::new(Value::Integer(1))),
                Value::Unsigned(small) if i32::try_from(small).is_ok() => Value::Union(0, Box::new(Value::Integer(1))),
                value => Value::Union(u16::try_from(member).unwrap(), Box::new(value)),
            }
        }
        Type::Unsigned { width, .. } => {
            let wide = u64::from_be_bytes(random.bytes()) >> random.below(64);
            Value::Unsigned(if *width == IntegerWidth::W64 { wide } else { wide % (width.unsigned_max() + 1) })
        }
    }
}

fn integer(random: &mut Random) -> i64 {
    i64::from_be_bytes(random.bytes()) >> random.below(64)
}
