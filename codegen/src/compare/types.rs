//! Types: the same values with the same meaning, or more of them.

use super::Comparer;
use super::properties::Places;
use super::rules::Rule;
use super::side::Side;
use crate::schema::compiled::{ModuleId, NodeId, Pattern, Type, TypeKind};
use crate::source::Span;
use crate::syntax::Statement;

impl Comparer<'_> {
    /// Compares the types of two nodes or typedefs, whose heads are given.
    pub(super) fn type_(&mut self, was: &Type, is: &Type, path: &str, of: (Span, Span)) {
        let before = self.tells;
        self.kinds(was, is, path, of);
        if self.tells == before && was.written != is.written {
            let message = format!("type `{}` is written `{}` now, with the same values", was.written, is.written);
            self.tell(Rule::TypeRewritten, path, message, self.beside(of, "type"));
        }
    }

    fn beside(&self, (old, new): (Span, Span), keyword: &str) -> Places {
        (self.old.place(old, keyword), self.new.place(new, keyword))
    }

    fn kinds(&mut self, was: &Type, is: &Type, path: &str, of: (Span, Span)) {
        use TypeKind::{
            Binary, Bits, Boolean, Decimal64, Empty, Enumeration, Float, Identityref, InstanceIdentifier, Integer,
            Leafref, String, Union, Unsigned,
        };
        match (&was.kind, &is.kind) {
            (Boolean, Boolean) | (Empty, Empty) => {}
            (Binary { lengths: old }, Binary { lengths: new }) => self.lengths(old, new, path, of),
            (String { lengths: old, patterns: was, .. }, String { lengths: new, patterns: is, .. }) => {
                self.lengths(old, new, path, of);
                self.patterns(was, is, path, of);
            }
            (Bits { bits: old, .. }, Bits { bits: new, .. }) => {
                let rules = [Rule::BitAdded, Rule::BitRemoved, Rule::BitPositionChanged];
                self.members(("bit", "position"), old, new, rules, path, of);
            }
            (Enumeration { enums: old, .. }, Enumeration { enums: new, .. }) => {
                let rules = [Rule::EnumAdded, Rule::EnumRemoved, Rule::EnumValueChanged];
                self.members(("enum", "value"), old, new, rules, path, of);
            }
            (Integer { bits: a, ranges: old }, Integer { bits: b, ranges: new }) if a == b => {
                let half = 1i128 << (u32::from(*a) - 1);
                self.ranges(old, new, (-half, half - 1), 0, path, of);
            }
            (Unsigned { bits: a, ranges: old }, Unsigned { bits: b, ranges: new }) if a == b => {
                self.ranges(old, new, (0, (1i128 << u32::from(*a)) - 1), 0, path, of);
            }
            (Decimal64 { fraction_digits: a, ranges: old }, Decimal64 { fraction_digits: b, ranges: new })
                if a == b =>
            {
                self.ranges(old, new, (i128::from(i64::MIN), i128::from(i64::MAX)), usize::from(*a), path, of);
            }
            (Float { ranges: old, .. }, Float { ranges: new, .. }) => {
                let all = [(f64::NEG_INFINITY, f64::INFINITY)];
                let or_all = |ranges: &[(f64, f64)]| if ranges.is_empty() { all.to_vec() } else { ranges.to_vec() };
                let (old, new) = (or_all(old), or_all(new));
                if old != new {
                    let rule = if within(&old, &new) { Rule::RangeExpanded } else { Rule::RangeNarrowed };
                    self.tell(rule, path, format!("range {old:?} became {new:?}"), self.beside(of, "range"));
                }
            }
            (Identityref { bases: old, .. }, Identityref { bases: new, .. }) => {
                let names =
                    |side: &Side<'_>, bases: &[crate::schema::compiled::IdentityId]| -> Vec<std::string::String> {
                        let identity = |id: &crate::schema::compiled::IdentityId| {
                            let identity = side.schema.identities.get(id.0)?;
                            Some(format!("{}:{}", side.module_name(identity.module), identity.name))
                        };
                        bases.iter().filter_map(identity).collect()
                    };
                let (old, new) = (names(&self.old, old), names(&self.new, new));
                self.bases(&old, &new, path, of);
            }
            (InstanceIdentifier { require_instance: old, .. }, InstanceIdentifier { require_instance: new, .. }) => {
                self.require_instance(*old, *new, path, of)
            }
            (
                Leafref { path: old_path, target: old, require_instance: was, .. },
                Leafref { path: new_path, target: new, require_instance: is, .. },
            ) => {
                self.require_instance(*was, *is, path, of);
                let target = |side: &Side<'_>, id: &Option<NodeId>| id.map(|id| side.path(id));
                let (old, new) = (target(&self.old, old), target(&self.new, new));
                let predicates = |path: &str| path.matches('[').count();
                if old != new && old.is_some() && new.is_some() || predicates(old_path) != predicates(new_path) {
                    let message = format!("leafref path `{old_path}` became `{new_path}`, which is another leaf");
                    self.tell(Rule::TypeChanged, path, message, self.beside(of, "path"));
                }
            }
            (Union { members: old }, Union { members: new }) if old.len() == new.len() => {
                for (old, new) in old.iter().zip(new) {
                    self.kinds(old, new, path, of);
                }
            }
            (Union { members: old }, Union { members: new }) => {
                let message = format!("the union's {} member types became {}", old.len(), new.len());
                self.tell(Rule::TypeChanged, path, message, self.beside(of, "type"));
            }
            (Decimal64 { fraction_digits: old, .. }, Decimal64 { fraction_digits: new, .. }) => {
                let message = format!("fraction-digits {old} became {new}");
                self.tell(Rule::TypeChanged, path, message, self.beside(of, "fraction-digits"));
            }
            _ => {
                let name = |type_: &Type| match type_.kind.name() {
                    base if base == type_.written => format!("`{base}`"),
                    base => format!("`{}` ({base})", type_.written),
                };
                let message = format!("type {} became {}", name(was), name(is));
                self.tell(Rule::TypeChanged, path, message, self.beside(of, "type"));
            }
        }
    }

    /// Bullet 3.
    fn ranges<T: Copy + Into<i128>>(
        &mut self,
        old: &[(T, T)],
        new: &[(T, T)],
        all: (i128, i128),
        digits: usize,
        path: &str,
        of: (Span, Span),
    ) {
        let (old, new) = (intervals(old, all), intervals(new, all));
        if old != new {
            let rule = if within(&old, &new) { Rule::RangeExpanded } else { Rule::RangeNarrowed };
            let message = format!("range {} became {}", shown(&old, digits), shown(&new, digits));
            self.tell(rule, path, message, self.beside(of, "range"));
        }
    }

    fn lengths(&mut self, old: &[(u64, u64)], new: &[(u64, u64)], path: &str, of: (Span, Span)) {
        let all = (0, i128::from(u64::MAX));
        let (old, new) = (intervals(old, all), intervals(new, all));
        if old != new {
            let rule = if within(&old, &new) { Rule::LengthExpanded } else { Rule::LengthNarrowed };
            let message = format!("length {} became {}", shown(&old, 0), shown(&new, 0));
            self.tell(rule, path, message, self.beside(of, "length"));
        }
    }

    /// Whether a pattern that changed takes more than before is not decided: it may take less.
    fn patterns(&mut self, was: &[Pattern], is: &[Pattern], path: &str, of: (Span, Span)) {
        let text = |pattern: &Pattern| match pattern.inverted {
            true => format!("not `{}`", pattern.expression),
            false => format!("`{}`", pattern.expression),
        };
        let (olds, news): (Vec<_>, Vec<_>) = (was.iter().map(text).collect(), is.iter().map(text).collect());
        let places = self.beside(of, "pattern");
        let gone: Vec<&String> = olds.iter().filter(|old| !news.contains(old)).collect();
        let new: Vec<&String> = news.iter().filter(|new| !olds.contains(new)).collect();
        for (index, text) in new.iter().enumerate() {
            match gone.get(index) {
                Some(before) => {
                    let message = format!("pattern {before} became {text}, which may be stricter");
                    self.tell(Rule::PatternChanged, path, message, places);
                }
                None => self.tell(Rule::PatternAdded, path, format!("pattern {text} is new"), places),
            }
        }
        for text in gone.iter().skip(new.len()) {
            self.tell(Rule::PatternRemoved, path, format!("pattern {text} is gone"), places);
        }
    }

    /// Bullets 1 and 2.
    fn members<T: Copy + PartialEq + std::fmt::Display>(
        &mut self,
        (keyword, number): (&str, &str),
        old: &[(T, String)],
        new: &[(T, String)],
        [added, removed, changed]: [Rule; 3],
        path: &str,
        of: (Span, Span),
    ) {
        for (was, name) in old {
            match new.iter().find(|(_, known)| known == name) {
                None => self.tell(removed, path, format!("{keyword} `{name}` is gone"), self.beside(of, keyword)),
                Some((is, _)) if was != is => {
                    let message = format!("the {number} of {keyword} `{name}` was {was} and is {is}");
                    self.tell(changed, path, message, self.beside(of, keyword));
                }
                Some(_) => {}
            }
        }
        for (_, name) in new.iter().filter(|(_, name)| old.iter().all(|(_, known)| known != name)) {
            self.tell(added, path, format!("{keyword} `{name}` is new"), self.beside(of, keyword));
        }
        self.written_members(keyword, path, of);
    }

    /// Status and features of the enums or bits that stand in the type statement itself.
    fn written_members(&mut self, keyword: &str, path: &str, (old, new): (Span, Span)) {
        let (was, is) = (self.old.statement(old), self.new.statement(new));
        let (Some(was), Some(is)) = (was.and_then(|was| was.child("type")), is.and_then(|is| is.child("type"))) else {
            return;
        };
        let pairs: Vec<(&Statement, &Statement)> = was
            .all(keyword)
            .filter_map(|member| Some((member, is.all(keyword).find(|other| other.text() == member.text())?)))
            .collect();
        for (was, is) in pairs {
            let path = format!("{path} ({keyword} {})", is.text());
            let places = (Some(was.head), Some(is.head));
            let status = |statement: &Statement| crate::schema::status(statement);
            self.status(status(was), status(is), &path, places);
            let conditions =
                |side: &Side<'_>, statement: &Statement| Self::conditions_of(side, statement, ModuleId(usize::MAX));
            let (olds, news) = (conditions(&self.old, was), conditions(&self.new, is));
            self.if_feature_lists(&olds, &news, &path, false, places);
            self.documentation(was.head, is.head, &path, &["description"], Rule::DescriptionChanged);
        }
    }

    /// Bullet 14.
    fn bases(&mut self, old: &[String], new: &[String], path: &str, of: (Span, Span)) {
        let places = self.beside(of, "base");
        for base in new.iter().filter(|base| !old.contains(base)) {
            self.tell(Rule::TypeBaseAdded, path, format!("base `{base}` is new"), places);
        }
        for base in old.iter().filter(|base| !new.contains(base)) {
            self.tell(Rule::TypeBaseRemoved, path, format!("base `{base}` is gone"), places);
        }
    }

    fn require_instance(&mut self, old: bool, new: bool, path: &str, of: (Span, Span)) {
        if old != new {
            let message = format!("require-instance {old} became {new}");
            self.tell(Rule::RequireInstanceChanged, path, message, self.beside(of, "require-instance"));
        }
    }
}

/// Ascending, with neighbours joined; all where nothing is restricted.
fn intervals<T: Copy + Into<i128>>(ranges: &[(T, T)], all: (i128, i128)) -> Vec<(i128, i128)> {
    let mut joined: Vec<(i128, i128)> = Vec::new();
    for (low, high) in ranges.iter().map(|(low, high)| ((*low).into(), (*high).into())) {
        match joined.last_mut() {
            Some((_, last)) if low <= *last + 1 => *last = high.max(*last),
            _ => joined.push((low, high)),
        }
    }
    if joined.is_empty() { vec![all] } else { joined }
}

/// Whether each interval of one lies in one of the other.
fn within<T: PartialOrd + Copy>(inner: &[(T, T)], outer: &[(T, T)]) -> bool {
    inner.iter().all(|(low, high)| outer.iter().any(|(from, to)| from <= low && high <= to))
}

fn shown(intervals: &[(i128, i128)], digits: usize) -> String {
    let number = |value: i128| match digits {
        0 => value.to_string(),
        _ => {
            let sign = if value < 0 { "-" } else { "" };
            let text = format!("{:0>width$}", value.unsigned_abs(), width = digits + 1);
            let (whole, fraction) = text.split_at(text.len() - digits);
            let fraction = fraction.trim_end_matches('0');
            format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
        }
    };
    let interval = |(low, high): &(i128, i128)| match low == high {
        true => number(*low),
        false => format!("{}..{}", number(*low), number(*high)),
    };
    intervals.iter().map(interval).collect::<Vec<_>>().join(" | ")
}
