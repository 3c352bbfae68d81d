//! Notification attributes (Core 1.2 section 5.1.2): each server has its own, at every level of a path.
//!
//! [`Attributes::of`] is what holds for a path: a lower level before a higher one.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::target::{Kind, Target, resolve};
use super::{Error, Path};
use crate::coap::link_format::push_decimal;
use crate::datastore::Datastore;
use crate::schema::{Schema, Type};
use crate::value::{parse_float, print_float};

/// The attributes of one level, or what holds for a path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Set {
    /// At least so many seconds between two notifications.
    pub pmin: Option<u32>,
    /// At most so many; 0: none.
    pub pmax: Option<u32>,
    /// At least so many seconds between two evaluations.
    pub epmin: Option<u32>,
    /// At most so many.
    pub epmax: Option<u32>,
    /// A threshold that is told when it is crossed.
    pub gt: Option<f64>,
    /// Another.
    pub lt: Option<f64>,
    /// The least change that is told.
    pub st: Option<f64>,
    /// The edge of a Boolean that is told: 0 the falling, 1 the rising.
    pub edge: Option<u32>,
    /// Whether notifications are confirmable.
    pub con: Option<u32>,
}

impl Set {
    /// These, and where they say nothing those of a higher level.
    #[must_use]
    pub fn or(self, above: Set) -> Set {
        Set {
            pmin: self.pmin.or(above.pmin),
            pmax: self.pmax.or(above.pmax),
            epmin: self.epmin.or(above.epmin),
            epmax: self.epmax.or(above.epmax),
            gt: self.gt.or(above.gt),
            lt: self.lt.or(above.lt),
            st: self.st.or(above.st),
            edge: self.edge.or(above.edge),
            con: self.con.or(above.con),
        }
    }

    /// The least time between two notifications.
    #[must_use]
    pub fn least(self) -> Duration {
        Duration::from_secs(u64::from(self.pmin.unwrap_or(0)))
    }

    /// The longest time between two notifications: 0 is none, and one below pmin is ignored (section 5.1.2).
    #[must_use]
    pub fn longest(self) -> Option<Duration> {
        let pmax = self.pmax.filter(|pmax| *pmax > 0 && *pmax >= self.pmin.unwrap_or(0))?;
        Some(Duration::from_secs(u64::from(pmax)))
    }

    /// The least time between two evaluations.
    #[must_use]
    pub fn least_evaluation(self) -> Duration {
        Duration::from_secs(u64::from(self.epmin.unwrap_or(0)))
    }

    /// The longest time between two evaluations; 0 is none.
    #[must_use]
    pub fn longest_evaluation(self) -> Option<Duration> {
        Some(Duration::from_secs(u64::from(self.epmax.filter(|epmax| *epmax > 0)?)))
    }

    /// Whether a change is held against a value.
    #[must_use]
    pub fn measures(self) -> bool {
        self.gt.is_some() || self.lt.is_some() || self.st.is_some() || self.edge.is_some()
    }

    /// Whether a change of a value is to be told, by gt, lt, st and edge (a Boolean is 0 or 1); without any of them every
    /// change is.
    #[must_use]
    pub fn tells(self, before: f64, now: f64) -> bool {
        let crosses = |threshold: Option<f64>| {
            threshold.is_some_and(|at| (before < at) != (now < at) || (before > at) != (now > at))
        };
        let steps = self.st.is_some_and(|step| (now - before).abs() >= step);
        let edge = self.edge.is_some_and(|edge| if edge == 1 { before < now } else { before > now });
        !self.measures() || crosses(self.gt) || crosses(self.lt) || steps || edge
    }

    /// Section 5.1.2: what a Write-Attributes must not ask for.
    fn is_sound(self) -> bool {
        let gap = self.gt.zip(self.lt).is_none_or(|(gt, lt)| lt < gt && lt + 2.0 * self.st.unwrap_or(0.0) < gt);
        gap && self.epmin.zip(self.epmax).is_none_or(|(least, longest)| least < longest)
    }

    /// Appends them as attributes of a link.
    pub fn tell(self, out: &mut String) {
        let whole = [("pmin", self.pmin), ("pmax", self.pmax), ("epmin", self.epmin), ("epmax", self.epmax)];
        for (name, value) in whole.into_iter().chain([("edge", self.edge), ("con", self.con)]) {
            if let Some(value) = value {
                push_name(out, name);
                push_decimal(out, value);
            }
        }
        for (name, value) in [("gt", self.gt), ("lt", self.lt), ("st", self.st)] {
            if let Some(value) = value {
                push_name(out, name);
                let mut text = String::new();
                print_float(value, &mut text);
                out.push_str(text.strip_suffix(".0").unwrap_or(&text));
            }
        }
    }
}

fn push_name(out: &mut String, name: &str) {
    out.push(';');
    out.push_str(name);
    out.push('=');
}

/// The attributes that servers have written.
#[derive(Debug, Default)]
pub struct Attributes {
    rows: Vec<(u16, Path, Set)>,
}

impl Attributes {
    /// What a server has written at this level itself.
    #[must_use]
    pub fn at(&self, server: u16, path: Path) -> Set {
        self.rows.iter().find(|(own, at, _)| (*own, *at) == (server, path)).map_or(Set::default(), |(_, _, set)| *set)
    }

    /// What holds for a path: a lower level before a higher one.
    #[must_use]
    pub fn of(&self, server: u16, path: Path) -> Set {
        let resource = Path { resource_instance: None, ..path };
        let instance = Path { resource: None, ..resource };
        let object = Path { instance: None, ..instance };
        [path, resource, instance, object].into_iter().fold(Set::default(), |set, at| set.or(self.at(server, at)))
    }

    /// Write-Attributes (Core section 6.3.4): an attribute without a value is unset at this level.
    ///
    /// # Errors
    /// An attribute that is unknown, has no such value, or doesn't apply here; nothing is changed then.
    pub fn write(&mut self, store: &Datastore, server: u16, path: Path, arguments: &[&str]) -> Result<(), Error> {
        let target = resolve(store, path)?;
        if target.kind == Kind::Operation {
            return Err(Error::MethodNotAllowed);
        }
        let set = written(self.at(server, path), arguments, of_value(store.schema(), path, &target))?;
        self.rows.retain(|(own, at, _)| (*own, *at) != (server, path));
        if set != Set::default() {
            self.rows.push((server, path, set));
        }
        Ok(())
    }
}

/// The attributes that an Observe brings along (Core section 6.4.1); they hold for it alone, in place of those that are
/// written. Without a path it is about several.
///
/// # Errors
/// As [`Attributes::write`].
pub fn of_observe(store: &Datastore, path: Option<Path>, arguments: &[&str]) -> Result<Set, Error> {
    let about = match path {
        Some(path) => of_value(store.schema(), path, &resolve(store, path)?),
        None => OfValue { numeric: false, boolean: false },
    };
    written(Set::default(), arguments, about)
}

/// Which attributes about a value can be at a place.
#[derive(Clone, Copy)]
pub(super) struct OfValue {
    /// gt, lt and st.
    numeric: bool,
    /// edge.
    boolean: bool,
}

fn of_value(schema: &'static Schema, path: Path, target: &Target) -> OfValue {
    let ty = schema.type_of(target.at.node);
    // of a resource with several instances the type stands below
    let any = path.resource.is_some() && target.kind == Kind::Several;
    OfValue {
        numeric: any
            || matches!(
                ty,
                Some(Type::Integer { .. } | Type::Unsigned { .. } | Type::Float { .. } | Type::Decimal64 { .. })
            ),
        boolean: any || matches!(ty, Some(Type::Boolean)),
    }
}

/// A set after arguments such as `pmin=10` and `gt`.
///
/// # Errors
/// As [`Attributes::write`].
pub(super) fn written(mut set: Set, arguments: &[&str], about: OfValue) -> Result<Set, Error> {
    for argument in arguments {
        let (name, value) = argument.split_once('=').map_or((*argument, None), |(name, value)| (name, Some(value)));
        let whole = || value.map(|value| value.parse::<u32>().map_err(|_| Error::Query)).transpose();
        let bit = || whole().and_then(|bit| if bit.is_none_or(|bit| bit < 2) { Ok(bit) } else { Err(Error::Query) });
        let number = || {
            let number = value.map(|value| parse_float(value).filter(|number| number.is_finite()).ok_or(Error::Query));
            if about.numeric { number.transpose() } else { Err(Error::Query) }
        };
        match name {
            "pmin" => set.pmin = whole()?,
            "pmax" => set.pmax = whole()?,
            "epmin" => set.epmin = whole()?,
            "epmax" => set.epmax = whole()?,
            "con" => set.con = bit()?,
            "edge" if about.boolean => set.edge = bit()?,
            "gt" => set.gt = number()?,
            "lt" => set.lt = number()?,
            "st" => set.st = number()?,
            _ => return Err(Error::Query),
        }
    }
    if set.is_sound() { Ok(set) } else { Err(Error::Query) }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn set(arguments: &[&str]) -> Result<Set, Error> {
        written(Set::default(), arguments, OfValue { numeric: true, boolean: true })
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for (arguments, taken) in [
            (&["pmin=1", "pmax=60"][..], true),
            (&["pmin=60", "pmax=1"], true),
            (&["gt=50", "lt=42.2"], true),
            (&["gt=42.2", "lt=50"], false),
            (&["gt=50", "lt=40", "st=5"], false),
            (&["gt=50", "lt=40", "st=4.9"], true),
            (&["epmin=1", "epmax=1"], false),
            (&["epmin=1", "epmax=2"], true),
            (&["con=1"], true),
            (&["con=2"], false),
            (&["edge=0"], true),
            (&["edge=2"], false),
            (&["pmin=-1"], false),
            (&["pmin=1.5"], false),
            (&["gt=x"], false),
            (&["band"], false),
            (&["pmin"], true),
        ] {
            assert_eq!(set(arguments).is_ok(), taken, "{arguments:?}");
        }
        let neither = OfValue { numeric: false, boolean: false };
        for argument in ["gt=1", "lt=1", "st=1", "edge=1"] {
            assert_eq!(written(Set::default(), &[argument], neither), Err(Error::Query));
        }
    }

    #[test]
    fn a_change_is_told_when_it_crosses_a_threshold_or_is_a_step() {
        for (arguments, before, now, told) in [
            (&[][..], 1.0, 1.1, true),
            (&["gt=50"], 49.0, 50.5, true),
            (&["gt=50"], 51.0, 49.0, true),
            (&["gt=50"], 51.0, 52.0, false),
            (&["gt=50"], 48.0, 49.0, false),
            (&["lt=10", "gt=50"], 11.0, 9.0, true),
            (&["lt=10", "gt=50"], 20.0, 40.0, false),
            (&["st=2"], 20.0, 21.9, false),
            (&["st=2"], 20.0, 22.0, true),
            (&["st=2"], 20.0, 18.0, true),
            (&["st=5", "gt=50"], 49.0, 51.0, true),
            (&["edge=1"], 0.0, 1.0, true),
            (&["edge=1"], 1.0, 0.0, false),
            (&["edge=0"], 1.0, 0.0, true),
        ] {
            assert_eq!(set(arguments).unwrap().tells(before, now), told, "{arguments:?} {before} {now}");
        }
    }

    #[test]
    fn a_longest_period_of_zero_or_below_the_least_is_none() {
        for (arguments, longest) in [
            (&["pmax=60"][..], Some(60)),
            (&["pmax=0"], None),
            (&["pmin=10", "pmax=5"], None),
            (&["pmin=10", "pmax=10"], Some(10)),
        ] {
            assert_eq!(set(arguments).unwrap().longest().map(|longest| longest.as_secs()), longest, "{arguments:?}");
        }
    }

    #[test]
    fn they_are_told_as_attributes_of_a_link() {
        let mut text = String::new();
        set(&["pmin=10", "pmax=60", "gt=50", "lt=42.2", "edge=1"]).unwrap().tell(&mut text);
        assert_eq!(text, ";pmin=10;pmax=60;edge=1;gt=50;lt=42.2");
    }
}
