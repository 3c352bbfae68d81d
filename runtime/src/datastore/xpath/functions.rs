//! The functions (XPath 1.0 section 4, RFC 7950 section 10).

use alloc::string::String;

use super::text::SPACE;
use super::{Context, Evaluator, Flow, Item, Node, Visit};
use crate::schema::{Function, NodeIndex, Op, RuleKind, Type};
use crate::value::Value;

impl Evaluator<'_> {
    /// Functions that say yes or no.
    pub(super) fn condition(&self, function: Function, arguments: &[u16], at: &Context<'_>) -> bool {
        match (function, arguments) {
            (Function::True, _) => true,
            (Function::Boolean, [value]) => self.truth(*value, at),
            (Function::Not, [value]) => !self.truth(*value, at),
            (Function::Contains, [text, part]) => self.texts(*text, *part, at, |text, part| text.contains(part)),
            (Function::StartsWith, [text, part]) => self.texts(*text, *part, at, |text, part| text.starts_with(part)),
            (Function::BitIsSet, [nodes, name]) => {
                let mut set = false;
                self.first(*nodes, at, |node| self.text(*name, at, &mut |name| set = self.is_set(node, name)));
                set
            }
            (Function::DerivedFrom | Function::DerivedFromOrSelf, [nodes, identity]) => {
                let Op::Text { identity: Some(identity), .. } = self.op(*identity) else { return false };
                // RFC 7950 sections 10.4.1 and 10.4.2: true if any node is
                let flow = self.nodes(*nodes, at, &mut |node| {
                    let own = self.identity_of(node);
                    let derived = own.is_some_and(|own| {
                        self.tree.schema.is_derived_from(own, &[*identity])
                            || own == *identity && function == Function::DerivedFromOrSelf
                    });
                    if derived { Flow::Break(()) } else { Flow::Continue(()) }
                });
                flow.is_break()
            }
            _ => false,
        }
    }

    /// Functions that return a number.
    pub(super) fn numeric(&self, function: Function, arguments: &[u16], at: &Context<'_>) -> f64 {
        let number = |argument: &u16| self.number(*argument, at);
        match (function, arguments) {
            (Function::Position, _) => f64::from(at.position),
            (Function::Last, _) => f64::from(at.size),
            (Function::Number, [value]) => number(value),
            (Function::Negate, [value]) => -number(value),
            (Function::Floor, [value]) => floor(number(value)),
            (Function::Ceiling, [value]) => -floor(-number(value)),
            (Function::Round, [value]) => round(number(value)),
            (Function::StringLength, [text]) => {
                let mut length = 0;
                self.text(*text, at, &mut |text| length = text.chars().count());
                length as f64
            }
            (Function::Count, [nodes]) => {
                let mut count = 0_u32;
                let _ = self.each_once(*nodes, at, &mut |_| {
                    count += 1;
                    Flow::Continue(())
                });
                f64::from(count)
            }
            (Function::Sum, [nodes]) => {
                let mut sum = 0.0;
                let _ = self.each_once(*nodes, at, &mut |node| {
                    sum += self.number_of(node);
                    Flow::Continue(())
                });
                sum
            }
            (Function::EnumValue, [nodes]) => {
                // RFC 7950 section 10.5.1: not a number where the first node is no enumeration
                let mut value = f64::NAN;
                self.first(*nodes, at, |node| {
                    if let Some(Value::Enumeration(own)) = self.value_of(node).as_ref().map(Value::resolved) {
                        value = f64::from(*own);
                    }
                });
                value
            }
            _ => f64::NAN,
        }
    }

    /// Functions that return a string.
    pub(super) fn words(&self, function: Function, arguments: &[u16], at: &Context<'_>, with: &mut dyn FnMut(&str)) {
        let mut out = String::new();
        match (function, arguments) {
            (Function::String, [value]) => return self.text(*value, at, with),
            (Function::Concat, parts) => {
                for part in parts {
                    self.text(*part, at, &mut |text| out.push_str(text));
                    if self.budget.spend_on(out.len()).is_break() {
                        break;
                    }
                }
            }
            (Function::NormalizeSpace, [text]) => self.text(*text, at, &mut |text| {
                for word in text.split(SPACE).filter(|word| !word.is_empty()) {
                    if !out.is_empty() {
                        out.push(' ');
                    }
                    out.push_str(word);
                }
            }),
            (Function::Substring, [text, start, length @ ..]) => {
                // XPath 1.0 section 4.2: characters are counted from 1, and the numbers rounded
                let start = round(self.number(*start, at));
                let end = length.first().map_or(f64::INFINITY, |length| start + round(self.number(*length, at)));
                self.text(*text, at, &mut |text| {
                    let mut place = 0.0;
                    for character in text.chars() {
                        place += 1.0;
                        if place >= start && place < end {
                            out.push(character);
                        }
                    }
                });
            }
            (Function::SubstringAfter, [text, part]) => self.text(*text, at, &mut |text| {
                self.text(*part, at, &mut |part| out.push_str(text.split_once(part).map_or("", |(_, after)| after)));
            }),
            (Function::SubstringBefore, [text, part]) => self.text(*text, at, &mut |text| {
                self.text(*part, at, &mut |part| out.push_str(text.split_once(part).map_or("", |(before, _)| before)));
            }),
            (Function::Translate, [text, from, to]) => self.text(*text, at, &mut |text| {
                self.text(*from, at, &mut |from| {
                    self.text(*to, at, &mut |to| {
                        if self.budget.spend_on(text.len().saturating_mul(from.len())).is_continue() {
                            translate(text, from, to, &mut out);
                        }
                    });
                });
            }),
            (Function::LocalName | Function::Name | Function::NamespaceUri, [nodes]) => {
                let schema = self.tree.schema;
                self.first(*nodes, at, |node| {
                    let text = matches!(node.item, Item::Text);
                    out.push_str(match (function, schema.module_of(node.row)) {
                        (Function::NamespaceUri, Some(module)) if !text => module.namespace,
                        (Function::LocalName | Function::Name, _) if !text => schema.name(node.row),
                        _ => "",
                    });
                });
            }
            _ => {}
        }
        with(&out);
    }

    fn texts(&self, one: u16, other: u16, at: &Context<'_>, holds: fn(&str, &str) -> bool) -> bool {
        let mut found = false;
        self.text(one, at, &mut |one| self.text(other, at, &mut |other| found = holds(one, other)));
        found
    }

    fn first(&self, nodes: u16, at: &Context<'_>, mut then: impl FnMut(&Node<'_>)) {
        let _ = self.nodes(nodes, at, &mut |node| {
            then(node);
            Flow::Break(())
        });
    }

    /// RFC 7950 section 10.6.1.
    fn is_set(&self, node: &Node<'_>, name: &str) -> bool {
        let Some(value) = self.value_of(node) else { return false };
        let Some(mut own) = self.tree.schema.type_of(node.row) else { return false };
        if let (Type::Union { members }, Value::Union(member, _)) = (own, &value) {
            let member = members.get(usize::from(*member)).and_then(|member| self.tree.schema.resolved_type(*member));
            own = member.unwrap_or(own);
        }
        let (Type::Bits { bits }, Value::Bits(set)) = (own, value.resolved()) else { return false };
        let named = bits.iter().find(|bit| bit.name == name);
        named.is_some_and(|bit| crate::value::positions(set).any(|position| position == bit.position))
    }

    /// What a leafref or instance-identifier refers to (RFC 7950 section 10.3.1).
    pub(super) fn deref(&self, node: &Node<'_>, visit: Visit<'_>) -> Flow {
        let schema = self.tree.schema;
        if let Some(Value::InstanceIdentifier(to)) = self.value_of(node).as_ref().map(Value::resolved) {
            let mut root = node;
            while let Some(up) = root.up {
                root = up;
            }
            let hidden = self.config && schema.node(to.node).is_some_and(|row| !row.is_config());
            if to.node == NodeIndex::ROOT || hidden {
                return Flow::Continue(());
            }
            return self.locate(root, to.node, &to.keys, &mut |node| match node.item {
                Item::Dummy => Flow::Continue(()),
                _ => visit(node),
            });
        }
        let rules = self.expressions.rules_of(node.row, node.row.0.saturating_add(1));
        let Some(path) = rules.iter().find(|rule| matches!(rule.kind, RuleKind::Path { .. })) else {
            return Flow::Continue(());
        };
        let at = Context { node, position: 1, size: 1 };
        let path_of = Evaluator { current: node, ..*self };
        path_of.nodes(path.code, &at, &mut |target| {
            if self.are_equal(node, target) { visit(target) } else { Flow::Continue(()) }
        })
    }
}

fn translate(text: &str, from: &str, to: &str, out: &mut String) {
    for character in text.chars() {
        match from.chars().position(|own| own == character) {
            None => out.push(character),
            Some(place) => out.extend(to.chars().nth(place)),
        }
    }
}

/// Core has no `floor` without a libm.
fn floor(number: f64) -> f64 {
    let fraction = number % 1.0;
    if fraction == 0.0 || fraction.is_nan() {
        number
    } else if fraction < 0.0 {
        number - fraction - 1.0
    } else {
        number - fraction
    }
}

/// XPath 1.0 section 4.4: of two that are as near, the greater.
fn round(number: f64) -> f64 {
    if number.is_infinite() || number % 1.0 == 0.0 { number } else { floor(number + 0.5) }
}
