//! The YANG type of a resource, and what of its definition that type tells by itself.

use super::object::{DataType, Resource};
use super::range::{Interval, ONE, Restriction, print, restriction};

/// A YANG type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct YangType {
    /// Its name.
    pub(super) name: &'static str,
    /// `range` or `length`, and its argument.
    pub(super) restriction: Option<(&'static str, String)>,
    /// The data type that an export takes it for.
    pub(super) tells: DataType,
    /// The text of the restriction as an export writes it.
    pub(super) prints: String,
    /// `0: off`: what the numbers of the range text mean.
    pub(super) labels: Vec<String>,
    /// The number of instances that the range text tells.
    pub(super) most: Option<u32>,
    /// What was assumed.
    pub(super) note: Option<String>,
}

/// The bounds of a type.
struct Bounds {
    low: i128,
    high: i128,
}

type Bounded = (&'static str, Bounds);

const WHOLE: &[Bounded] = &[
    ("int8", Bounds { low: i8::MIN as i128, high: i8::MAX as i128 }),
    ("int16", Bounds { low: i16::MIN as i128, high: i16::MAX as i128 }),
    ("int32", Bounds { low: i32::MIN as i128, high: i32::MAX as i128 }),
    ("int64", Bounds { low: i64::MIN as i128, high: i64::MAX as i128 }),
];
const NATURAL: &[Bounded] = &[
    ("uint8", Bounds { low: 0, high: u8::MAX as i128 }),
    ("uint16", Bounds { low: 0, high: u16::MAX as i128 }),
    ("uint32", Bounds { low: 0, high: u32::MAX as i128 }),
    ("uint64", Bounds { low: 0, high: u64::MAX as i128 }),
];
/// What `lw:float` can hold, in its millionths.
const FLOAT: Bounded = ("lw:float", Bounds { low: i64::MIN as i128, high: i64::MAX as i128 });

pub(super) fn yang_type(resource: &Resource) -> YangType {
    let (said, labels) = restriction(&resource.range);
    let name = match resource.data_type {
        DataType::None | DataType::String => "string",
        DataType::Integer => "int64",
        DataType::Unsigned => "uint64",
        DataType::Float => "lw:float",
        DataType::Boolean => "boolean",
        DataType::Opaque => "binary",
        DataType::Time => "lw:time",
        DataType::Objlnk => "lw:objlnk",
        DataType::Corelnk => "lw:corelnk",
    };
    let tells = if resource.data_type == DataType::None { DataType::String } else { resource.data_type };
    let mut type_ = YangType { name, restriction: None, tells, prints: String::new(), labels, most: None, note: None };
    let most = resource.range.trim().split_once(' ').filter(|(_, word)| word.to_lowercase().starts_with("instance"));
    if let Some(most) = most.and_then(|(number, _)| number.parse().ok()).filter(|_| resource.multiple) {
        type_.most = Some(most);
        return type_;
    }
    match said {
        Restriction::None => {}
        Restriction::Prose => type_.note = Some("it is no list of numbers, and restricts nothing".to_owned()),
        Restriction::Single(number) if is_text(resource.data_type) => {
            type_.restrict("length", vec![(0, number)], None);
        }
        Restriction::Single(_) => {
            type_.note =
                Some("it is one number, which may be the largest or the only one, and restricts nothing".to_owned());
        }
        Restriction::Intervals { intervals, note } => {
            type_.restrict(if is_text(resource.data_type) { "length" } else { "range" }, intervals, note);
        }
    }
    type_
}

fn is_text(data_type: DataType) -> bool {
    matches!(data_type, DataType::None | DataType::String | DataType::Opaque | DataType::Corelnk)
}

impl YangType {
    fn restrict(&mut self, keyword: &'static str, intervals: Vec<Interval>, note: Option<&'static str>) {
        let (Some((low, _)), Some((_, high))) = (intervals.first().copied(), intervals.last().copied()) else { return };
        let within = |one: i128| move |(_, bounds): &&Bounded| bounds.low * one <= low && high <= bounds.high * one;
        let smallest = |types: &'static [Bounded]| types.iter().find(within(ONE));
        let whole = intervals.iter().all(|(low, high)| low % ONE == 0 && high % ONE == 0);
        let chosen = match self.tells {
            DataType::Float => Some(&FLOAT).filter(within(1)),
            DataType::Boolean if (low, high) == (0, ONE) => return,
            DataType::None | DataType::Boolean | DataType::Objlnk => None,
            _ if !whole => None,
            DataType::Integer => smallest(WHOLE).or_else(|| smallest(NATURAL)),
            DataType::Time => smallest(WHOLE),
            DataType::Unsigned | DataType::String | DataType::Opaque | DataType::Corelnk => smallest(NATURAL),
        };
        let Some((name, bounds)) = chosen else {
            self.note = Some(format!("a value of type {} can't have these bounds, and has none", self.tells.word()));
            return;
        };
        if matches!(self.tells, DataType::Integer | DataType::Unsigned) {
            self.tells = if bounds.low == 0 { DataType::Unsigned } else { DataType::Integer };
            self.name = name;
        }
        self.note = note.map(str::to_owned);
        let everything = self.name.ends_with("64") && (low, high) == (bounds.low * ONE, bounds.high * ONE);
        if !everything || intervals.len() > 1 {
            let intervals = if self.tells == DataType::Float { intervals } else { joined(&intervals) };
            self.prints = print(&intervals, ", ");
            self.restriction = Some((keyword, print(&intervals, " | ")));
        }
    }
}

/// Whole numbers that follow each other as one interval.
fn joined(intervals: &[Interval]) -> Vec<Interval> {
    let mut joined: Vec<Interval> = Vec::new();
    for (low, high) in intervals {
        match joined.last_mut() {
            Some((_, last)) if *low == *last + ONE => *last = *high,
            _ => joined.push((*low, *high)),
        }
    }
    joined
}
