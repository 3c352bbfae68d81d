//! From an expression to a program of `comi_runtime::schema::Program`.
//!
//! A counted repeat becomes a counter or, where that is smaller, copies of its body; inside of one that is a counter,
//! it becomes copies. Sizes are computed before anything is written, so an expression that would be too large costs
//! no memory. Read [`compile`] first.

use std::collections::HashMap;

use comi_runtime::schema::{Counter, op};

use super::parse::Node;
use super::set::Set;

/// The largest program, in bytes.
pub(super) const CODE_LIMIT: usize = 32_768;
/// The most states: a match on a device needs three bits for each.
pub(super) const STATE_LIMIT: u32 = 1 << 18;
/// The most counters of a program: their index is one byte.
pub(super) const COUNTER_LIMIT: usize = 0x80;
/// The bytes of a [`Counter`], which are set against those of copies.
const COUNTER_SIZE: usize = size_of::<Counter>();

/// A program, as its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compiled {
    pub(crate) code: Vec<u8>,
    pub(crate) counters: Vec<Counter>,
    pub(crate) states: u32,
}

/// A limit that a program would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooLarge {
    #[error("the expression is too large: its program would be over {CODE_LIMIT} bytes")]
    Code,
    #[error("the expression has more than {COUNTER_LIMIT} large repeats")]
    Counters,
    #[error("the expression repeats too much: it would need over {STATE_LIMIT} states")]
    States,
}

/// The classes of a schema, each once, as bytes: see `Patterns::classes`.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    pub(crate) bytes: Vec<u8>,
    known: HashMap<Vec<u8>, usize>,
}

impl Classes {
    fn place(&mut self, set: &Set) -> usize {
        let mut class = Vec::new();
        let mut next = 0;
        for (low, high) in set.ranges() {
            number(&mut class, low - next);
            number(&mut class, high + 1 - low);
            next = high + 1;
        }
        if class.is_empty() {
            number(&mut class, u32::from(char::MAX) + 1);
        }
        class.push(0);
        if let Some(place) = self.known.get(&class) {
            return *place;
        }
        let place = self.bytes.len();
        self.bytes.extend(&class);
        self.known.insert(class, place);
        place
    }
}

/// How the runtime reads numbers: `comi_runtime::schema::number`.
fn number(out: &mut Vec<u8>, number: u32) {
    let [_, high, middle, low] = number.to_be_bytes();
    match number {
        ..0x80 => out.push(low),
        0x80..0x4000 => out.extend([0x80 | middle, low]),
        _ => out.extend([0xc0 | high, middle, low]),
    }
}

fn number_size(number: usize) -> usize {
    match number {
        ..0x80 => 1,
        0x80..0x4000 => 2,
        _ => 3,
    }
}

/// An expression whose characters are instructions.
enum Piece {
    Read(Vec<u8>),
    Sequence(Vec<Piece>),
    Either(Vec<Piece>),
    Optional(Box<Piece>),
    /// Once or more.
    Plus(Box<Piece>),
    /// At least once, at most twice or more.
    Counted(Box<Piece>, u32, u32),
    /// At least twice.
    AtLeast(Box<Piece>, u32),
}

/// Compiles an expression; its classes go to `classes`.
pub(super) fn compile(node: &Node, classes: &mut Classes) -> Result<Compiled, TooLarge> {
    let piece = lower(node, classes);
    let size = piece.size(false);
    if size.code > CODE_LIMIT {
        return Err(TooLarge::Code);
    }
    if size.counters > COUNTER_LIMIT {
        return Err(TooLarge::Counters);
    }
    let mut compiled = Compiled::default();
    piece.write(false, &mut compiled);
    let mut states = u32::try_from(compiled.code.len()).map_err(|_| TooLarge::Code)? + 1;
    for counter in &mut compiled.counters {
        counter.first = states;
        let copies = u32::from(counter.length).saturating_mul(u32::from(counter.most) - 1);
        states = states.saturating_add(copies);
    }
    compiled.states = states;
    if states > STATE_LIMIT { Err(TooLarge::States) } else { Ok(compiled) }
}

fn lower(node: &Node, classes: &mut Classes) -> Piece {
    match node {
        Node::Character(character) if character.is_ascii() => {
            Piece::Read(u8::try_from(*character).map_or_else(|_| Vec::new(), |byte| vec![byte]))
        }
        Node::Character(character) => read(&Set::of(*character), classes),
        Node::Set(set) => read(set, classes),
        Node::Sequence(nodes) => Piece::Sequence(nodes.iter().map(|node| lower(node, classes)).collect()),
        Node::Either(nodes) => match as_set(node) {
            Some(set) => read(&set, classes),
            None => Piece::Either(nodes.iter().map(|node| lower(node, classes)).collect()),
        },
        Node::Repeat(node, least, most) => {
            let body = lower(node, classes);
            // an empty body says nothing, however often
            if *most == Some(0) || body.is_empty() {
                return Piece::Sequence(Vec::new());
            }
            // r?{n,m} is r{0,m}, and so on: a body that can be empty would pass through all its copies at each character
            let (body, least) = match body {
                Piece::Optional(inner) if *most != Some(1) => (inner, 0),
                body => (Box::new(body), *least),
            };
            if let (Piece::Plus(_), 0, Some(_)) = (body.as_ref(), least, *most) {
                return Piece::Optional(body);
            }
            match (least, *most) {
                (1, Some(1)) => *body,
                (0, Some(1)) => Piece::Optional(body),
                (0, Some(most)) => Piece::Optional(Box::new(Piece::Counted(body, 1, most))),
                (least, Some(most)) => Piece::Counted(body, least, most),
                (0, None) => Piece::Optional(Box::new(Piece::Plus(body))),
                (1, None) => Piece::Plus(body),
                (least, None) => Piece::AtLeast(body, least),
            }
        }
    }
}

/// What reads one character of a set.
fn read(set: &Set, classes: &mut Classes) -> Piece {
    if let Some(byte) = set.single().filter(char::is_ascii).and_then(|character| u8::try_from(character).ok()) {
        return Piece::Read(vec![byte]);
    }
    let place = classes.place(set);
    let short = u8::try_from(place).ok().and_then(|place| place.checked_add(op::SHORT_CLASS));
    Piece::Read(match short {
        Some(instruction) => vec![instruction],
        None => operand(op::CLASS, place),
    })
}

/// Alternatives of single characters are a class.
fn as_set(node: &Node) -> Option<Set> {
    match node {
        Node::Character(character) => Some(Set::of(*character)),
        Node::Set(set) => Some(Set::clone(set)),
        Node::Either(nodes) => {
            let mut ranges = Vec::new();
            for node in nodes {
                ranges.extend(as_set(node)?.ranges());
            }
            Some(Set::new(ranges))
        }
        Node::Sequence(_) | Node::Repeat(..) => None,
    }
}

fn operand(instruction: u8, value: usize) -> Vec<u8> {
    let mut out = vec![instruction];
    // no operand is over the three bytes of a number: code has a limit, and so have the classes of 64 kB of text
    number(&mut out, u32::try_from(value).unwrap_or(u32::MAX));
    out
}

fn operand_size(value: usize) -> usize {
    1 + number_size(value)
}

/// What a piece costs: bytes of code, exactly, and counters.
#[derive(Clone, Copy, Default)]
struct Size {
    code: usize,
    counters: usize,
}

impl Size {
    fn code(code: usize) -> Size {
        Size { code, counters: 0 }
    }

    fn plus(self, other: Size) -> Size {
        let code = self.code.saturating_add(other.code);
        Size { code, counters: self.counters.saturating_add(other.counters) }
    }

    fn times(self, copies: u32) -> Size {
        let copies = copies as usize;
        Size { code: self.code.saturating_mul(copies), counters: self.counters.saturating_mul(copies) }
    }

    /// With an instruction that steps over it.
    fn stepped(self) -> Size {
        self.plus(Size::code(operand_size(self.code)))
    }

    fn weight(self) -> usize {
        self.counters.saturating_mul(COUNTER_SIZE).saturating_add(self.code)
    }
}

impl Piece {
    /// Whether the empty text is all that it says.
    fn is_empty(&self) -> bool {
        match self {
            Piece::Sequence(pieces) | Piece::Either(pieces) => pieces.iter().all(Piece::is_empty),
            _ => false,
        }
    }

    /// What it costs; `counted`: in a counter, where no other can be.
    fn size(&self, counted: bool) -> Size {
        match self {
            Piece::Read(code) => Size::code(code.len()),
            Piece::Sequence(pieces) => {
                pieces.iter().fold(Size::default(), |size, piece| size.plus(piece.size(counted)))
            }
            Piece::Either(pieces) => {
                either_sizes(pieces, counted).first().map_or_else(Size::default, |(whole, _)| *whole)
            }
            Piece::Optional(body) | Piece::Plus(body) => body.size(counted).stepped(),
            Piece::Counted(body, least, most) => Sizes::of(body, counted).repeated(*least, *most).0,
            Piece::AtLeast(body, least) => {
                let body = Sizes::of(body, counted);
                body.repeated(least - 1, least - 1).0.plus(body.one.stepped())
            }
        }
    }

    fn write(&self, counted: bool, out: &mut Compiled) {
        match self {
            Piece::Read(code) => out.code.extend(code),
            Piece::Sequence(pieces) => pieces.iter().for_each(|piece| piece.write(counted, out)),
            Piece::Either(pieces) => {
                let sizes = either_sizes(pieces, counted);
                for (place, piece) in pieces.iter().enumerate() {
                    let Some((rest, _)) = sizes.get(place + 1) else {
                        piece.write(counted, out);
                        break;
                    };
                    let own = sizes.get(place).map_or(0, |(_, own)| own.code);
                    out.code.extend(operand(op::SPLIT, own + operand_size(rest.code)));
                    piece.write(counted, out);
                    out.code.extend(operand(op::JUMP, rest.code));
                }
            }
            Piece::Optional(body) => {
                out.code.extend(operand(op::SPLIT, body.size(counted).code));
                body.write(counted, out);
            }
            Piece::Plus(body) => {
                body.write(counted, out);
                out.code.extend(operand(op::BACK, body.size(counted).code));
            }
            Piece::Counted(body, least, most) => write_counted(body, *least, *most, counted, out),
            Piece::AtLeast(body, least) => {
                write_counted(body, least - 1, least - 1, counted, out);
                body.write(counted, out);
                out.code.extend(operand(op::BACK, body.size(counted).code));
            }
        }
    }
}

/// For each alternative: the size of it and what follows it, and its own.
fn either_sizes(pieces: &[Piece], counted: bool) -> Vec<(Size, Size)> {
    let mut sizes: Vec<(Size, Size)> = Vec::with_capacity(pieces.len());
    for piece in pieces.iter().rev() {
        let own = piece.size(counted);
        let whole = match sizes.last() {
            None => own,
            Some((rest, _)) => own.plus(Size::code(operand_size(rest.code))).stepped().plus(*rest),
        };
        sizes.push((whole, own));
    }
    sizes.reverse();
    sizes
}

/// What the body of a repeat costs: as a copy, and in a counter, where it may be in one.
#[derive(Clone, Copy)]
struct Sizes {
    one: Size,
    counter: Option<Size>,
}

impl Sizes {
    // each size is asked for once a level: twice would be 2^100 times
    fn of(body: &Piece, counted: bool) -> Sizes {
        let counter = (!counted).then(|| body.size(true).plus(Size { code: 2, counters: 1 }));
        Sizes { one: body.size(counted), counter }
    }

    /// What a repeat costs, and whether as a counter.
    fn repeated(self, least: u32, most: u32) -> (Size, bool) {
        match self.counter.filter(|_| most > 1) {
            None => (copies_size(self.one, least, most), false),
            // don't count copies that are far too many
            Some(counter) if self.one.times(most).weight() > counter.weight() => (counter, true),
            Some(counter) => {
                let copies = copies_size(self.one, least, most);
                if copies.weight() <= counter.weight() { (copies, false) } else { (counter, true) }
            }
        }
    }
}

/// `most` copies, of which those over `least` are optional: each can be left with all behind it.
fn copies_size(one: Size, least: u32, most: u32) -> Size {
    let mut optional = Size::default();
    for _ in least..most {
        optional = one.plus(optional).stepped();
        if optional.code > CODE_LIMIT {
            return Size::code(usize::MAX);
        }
    }
    one.times(least).plus(optional)
}

fn write_counted(body: &Piece, least: u32, most: u32, counted: bool, out: &mut Compiled) {
    let sizes = Sizes::of(body, counted);
    if sizes.repeated(least, most).1 {
        let start = out.code.len();
        body.write(true, out);
        out.code.extend(operand(op::COUNT, out.counters.len()));
        // within the limits, all of these fit
        let narrow = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        out.counters.push(Counter {
            first: 0,
            start: narrow(start),
            length: narrow(out.code.len() - start),
            least: narrow(least as usize),
            most: narrow(most as usize),
        });
        return;
    }
    for _ in 0..least {
        body.write(counted, out);
    }
    let mut left = Size::default();
    let mut lefts = Vec::new();
    for _ in least..most {
        left = sizes.one.plus(left);
        lefts.push(left.code);
        left = left.stepped();
    }
    for left in lefts.into_iter().rev() {
        out.code.extend(operand(op::SPLIT, left));
        body.write(counted, out);
    }
}
