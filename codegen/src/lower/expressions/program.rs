//! An expression as operations, with names as rows.

use comi_runtime::schema::{
    self as tables, Expressions, IdentityIndex, ModuleIndex, NodeIndex, Op, Operator, Test, Type,
};

use super::places::{Place, Places, Shape, View};
use super::{Lowering, Refused, WORK_LIMIT};
use crate::lower::{leak, leak_text};
use crate::schema::compiled::{ModuleId, XPath};
use crate::xpath::{self, Callee, Expr, ExprId, Function, NodeTest, Start, Step};

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Site<'x> {
    pub(super) xpath: &'x XPath,
    /// The module of names without a prefix.
    pub(super) namespace: ModuleId,
    /// The module whose prefixes it uses.
    pub(super) scope: ModuleId,
    pub(super) view: View,
    pub(super) context: Place,
}

/// What became of a part.
pub(super) struct Part {
    pub(super) code: u16,
    pub(super) places: Places,
}

impl Lowering<'_> {
    pub(super) fn op(&mut self, op: Op) -> Result<u16, Refused> {
        let depth = 1 + operands(&op)
            .map(|operand| self.depths.get(usize::from(operand)).copied().unwrap_or(0))
            .max()
            .unwrap_or(0);
        if usize::from(depth) > Expressions::MAX_DEPTH {
            return Err(Refused::new("it is nested too deep", "split it into several `must` statements"));
        }
        let key = format!("{op:?}");
        if let Some(place) = self.known.get(&key) {
            return Ok(*place);
        }
        let full = Refused::new("the expressions of the schema need more than 65535 operations", "leave modules out");
        let place = u16::try_from(self.code.len()).map_err(|_| full)?;
        self.code.push(op);
        self.depths.push(depth);
        self.known.insert(key, place);
        Ok(place)
    }

    fn value(&mut self, op: Op) -> Result<Part, Refused> {
        Ok(Part { code: self.op(op)?, places: Places::default() })
    }

    pub(super) fn expression(&mut self, site: &Site<'_>, id: ExprId, at: &Places) -> Result<Part, Refused> {
        let expression = &site.xpath.expression;
        match expression.get(id) {
            Expr::Binary { .. } => self.chain(site, id, at),
            Expr::Negate(operand) => {
                let operand = self.expression(site, *operand, at)?.code;
                self.value(Op::Call { function: tables::Function::Negate, arguments: leak(vec![operand]) })
            }
            Expr::Literal(text) => {
                let identity = self.identity(site, text);
                self.value(Op::Text { text: leak_text(text), identity })
            }
            Expr::Number(number) => self.value(Op::Number(*number)),
            Expr::Call { function: Callee::Known(function), arguments } => self.call(site, *function, arguments, at),
            Expr::Call { function: Callee::Unknown(name), .. } => {
                Err(Refused::new(format!("there is no function `{name}`"), "take one of RFC 7950 section 10"))
            }
            Expr::Filter { base, predicates } => {
                let base = self.expression(site, *base, at)?;
                let predicates = self.predicates(site, predicates, &base.places)?;
                let shape = base.places.shape.min_distinct();
                let code = self.op(Op::Filter { from: base.code, predicates })?;
                Ok(Part { code, places: Places { shape, ..base.places } })
            }
            Expr::Path { start, steps } => {
                let mut part = match start {
                    Start::Context => Part { code: self.op(Op::Context)?, places: at.clone() },
                    Start::Root => {
                        let root = Place { row: NodeIndex::ROOT, anchor: NodeIndex::ROOT, text: false };
                        Part { code: self.op(Op::Root)?, places: one(root) }
                    }
                    Start::Expr(base) => self.expression(site, *base, at)?,
                };
                // the context of a predicate is each node alone
                if matches!(start, Start::Context) {
                    part.places.shape = Shape::One;
                }
                let mut steps = steps.iter().peekable();
                while let Some(step) = steps.next() {
                    // `//name` without positions is a descendant of that name: no node is looked at twice
                    let all = step.axis == xpath::Axis::DescendantOrSelf
                        && step.test == NodeTest::Node
                        && step.predicates.is_empty();
                    let short = |next: &&Step| {
                        all && next.axis == xpath::Axis::Child
                            && next.predicates.iter().all(|predicate| !asks_position(site, *predicate))
                    };
                    part = match steps.next_if(short) {
                        Some(next) => self.step(site, next, Some(tables::Axis::Descendant), part)?,
                        None => self.step(site, step, axis(step.axis), part)?,
                    };
                }
                Ok(part)
            }
        }
    }

    /// A chain of operators. Where the order does not matter it becomes a balanced tree, however long it is.
    fn chain(&mut self, site: &Site<'_>, id: ExprId, at: &Places) -> Result<Part, Refused> {
        let (first, rest) = site.xpath.expression.chain(id);
        let mut left = self.expression(site, first, at)?;
        let mut rest = rest.into_iter().peekable();
        while let Some((operator, operand)) = rest.next() {
            let mut parts = vec![left, self.expression(site, operand, at)?];
            if matches!(operator, xpath::Operator::And | xpath::Operator::Or | xpath::Operator::Union) {
                while let Some((_, operand)) = rest.next_if(|(next, _)| *next == operator) {
                    parts.push(self.expression(site, operand, at)?);
                }
            }
            left = self.balanced(operator, parts)?;
        }
        Ok(left)
    }

    fn balanced(&mut self, operator: xpath::Operator, mut parts: Vec<Part>) -> Result<Part, Refused> {
        while parts.len() > 1 {
            let mut halves = Vec::with_capacity(parts.len().div_ceil(2));
            let mut pairs = parts.into_iter();
            while let Some(left) = pairs.next() {
                halves.push(match pairs.next() {
                    Some(right) => self.binary(operator, left, right)?,
                    None => left,
                });
            }
            parts = halves;
        }
        parts.pop().ok_or_else(|| Refused::new("it is empty", ""))
    }

    fn binary(&mut self, operator: xpath::Operator, left: Part, right: Part) -> Result<Part, Refused> {
        let union = operator == xpath::Operator::Union;
        if !union {
            self.compared(&left, &right);
        }
        let operator = self::operator(operator);
        let code = self.op(Op::Binary { operator, left: left.code, right: right.code })?;
        let mut places = Places::default();
        if union {
            places = left.places;
            places.at.extend(right.places.at);
            places.anything |= right.places.anything;
            places.shape = Shape::Repeating;
        }
        Ok(Part { code, places })
    }

    /// Operands whose string-values may be asked for.
    fn compared(&mut self, left: &Part, right: &Part) {
        let identity = |lowering: &Self, part: &Part| {
            let op = lowering.code.get(usize::from(part.code));
            matches!(op, Some(Op::Text { identity: Some(_), .. }))
        };
        let (left_names, right_names) = (!identity(self, right), !identity(self, left));
        self.as_text(&left.places, left_names);
        self.as_text(&right.places, right_names);
    }

    /// The string-value of a node is asked for: of a container it is all that stands in it.
    fn as_text(&mut self, places: &Places, by_name: bool) {
        for place in &places.at {
            let Some(row) = self.tables.node(place.row) else { continue };
            if row.type_index().is_none() {
                let below = (place.row.0..row.end).map(NodeIndex);
                for row in below {
                    self.read(Place { row, ..*place });
                }
            } else if by_name && self.is_named(place.row) {
                self.by_name = true;
            }
        }
    }

    /// Whether the values of a leaf are names of nodes or identities.
    fn is_named(&self, leaf: NodeIndex) -> bool {
        fn named(schema: &tables::Schema, type_: &Type) -> bool {
            match type_ {
                Type::Identityref { .. } | Type::InstanceIdentifier { .. } => true,
                Type::Union { members } => {
                    members.iter().any(|member| schema.resolved_type(*member).is_some_and(|type_| named(schema, type_)))
                }
                _ => false,
            }
        }
        self.tables.type_of(leaf).is_some_and(|type_| named(self.tables, type_))
    }

    fn predicates(&mut self, site: &Site<'_>, ids: &[ExprId], at: &Places) -> Result<&'static [u16], Refused> {
        let mut codes = Vec::with_capacity(ids.len());
        let at = Places { shape: Shape::One, ..at.clone() };
        for id in ids {
            let mut code = self.expression(site, *id, &at)?.code;
            // XPath 1.0 section 2.4: a number is a position
            if site.xpath.expression.type_of(*id) == Some(xpath::Type::Number) {
                let position = self.op(Op::Call { function: tables::Function::Position, arguments: &[] })?;
                code = self.op(Op::Binary { operator: Operator::Equal, left: position, right: code })?;
            }
            codes.push(code);
        }
        Ok(leak(codes))
    }

    fn step(&mut self, site: &Site<'_>, step: &Step, axis: Option<tables::Axis>, from: Part) -> Result<Part, Refused> {
        let nothing = |this: &mut Self| {
            Ok(Part { code: this.op(Op::Nothing)?, places: Places { shape: Shape::One, ..Places::default() } })
        };
        // there are no attributes, comments and processing instructions in a data tree
        let Some(axis) = axis else { return nothing(self) };
        let schema = self.tables;
        let module_of = |place: Place| schema.node(place.row).map(|row| row.module());
        let module = |id: ModuleId| ModuleIndex(u16::try_from(id.0).unwrap_or(u16::MAX));
        let mut to =
            Places { shape: from.places.shape.after(axis), anything: from.places.anything, ..Places::default() };
        let mut name = None;
        let mut prefix = None;
        let takes: Box<dyn Fn(Place) -> bool> = match &step.test {
            NodeTest::Any => Box::new(|place: Place| !place.text && place.row != NodeIndex::ROOT),
            NodeTest::Node => Box::new(|_| true),
            NodeTest::Text => Box::new(|place: Place| place.text),
            NodeTest::Module(own) => {
                let Some(own) = site.xpath.modules.get(own.index()).copied().flatten() else { return nothing(self) };
                prefix = Some(module(own));
                Box::new(move |place: Place| !place.text && module_of(place) == prefix)
            }
            NodeTest::Name(own) => {
                let Some(own_module) = site.xpath.module_of(own, site.namespace) else { return nothing(self) };
                let (own_module, local) = (module(own_module), own.local.clone());
                name = Some((own_module, local.clone()));
                Box::new(move |place: Place| {
                    !place.text && module_of(place) == Some(own_module) && schema.name(place.row) == &*local
                })
            }
            NodeTest::Comment | NodeTest::ProcessingInstruction(_) => return nothing(self),
        };
        for place in &from.places.at {
            site.view.walk(*place, axis, &*takes, &mut to.at, &mut self.work);
            if self.work > WORK_LIMIT {
                return Err(Refused::new("the expressions of the schema lead to too many nodes", "leave modules out"));
            }
        }
        if to.anything {
            // what deref() of an instance-identifier leads to is known when it runs
            for row in 0..u16::try_from(schema.nodes.len()).unwrap_or(u16::MAX) {
                let place = Place { row: NodeIndex(row), anchor: NodeIndex::ROOT, text: false };
                if name.is_some() && takes(place) {
                    to.at.insert(place);
                }
            }
        }
        for place in &to.at {
            self.read(*place);
        }
        let test = match (&step.test, name) {
            (_, Some(_)) => {
                let mut rows: Vec<NodeIndex> = to.at.iter().map(|place| place.row).collect();
                rows.dedup();
                if rows.is_empty() {
                    return nothing(self);
                }
                Test::Nodes(leak(rows))
            }
            (NodeTest::Any, _) => Test::Any,
            (NodeTest::Text, _) => Test::Text,
            (NodeTest::Module(_), _) => Test::Module(prefix.unwrap_or(ModuleIndex(u16::MAX))),
            _ => Test::Node,
        };
        // a child that is no entry stands in its parent once
        if axis == tables::Axis::Child && from.places.shape == Shape::One && self.is_single(&to) {
            to.shape = Shape::One;
        }
        let predicates = self.predicates(site, &step.predicates, &to)?;
        let repeats = to.shape == Shape::Repeating;
        let mut code = self.op(Op::Step { from: from.code, axis, test, predicates, repeats })?;
        if let Some(keys) = self.asked_keys(axis, test, predicates) {
            code = self.op(Op::Lookup { step: code, keys })?;
        }
        Ok(Part { code, places: to })
    }

    fn is_single(&self, places: &Places) -> bool {
        use comi_runtime::schema::NodeKind::{LeafList, List};
        let mut at = places.at.iter();
        let (Some(first), None, false) = (at.next(), at.next(), places.anything) else { return false };
        self.tables.node(first.row).is_some_and(|row| !matches!(row.kind(), LeafList | List))
    }

    fn call(
        &mut self,
        site: &Site<'_>,
        function: Function,
        arguments: &[ExprId],
        at: &Places,
    ) -> Result<Part, Refused> {
        match function {
            Function::Current => return Ok(Part { code: self.op(Op::Current)?, places: one(site.context) }),
            Function::Id => return self.value(Op::Nothing),
            Function::Lang | Function::False => {
                return self.value(Op::Call { function: tables::Function::False, arguments: &[] });
            }
            Function::ReMatch => return self.re_match(site, arguments, at),
            Function::Deref => return self.deref(site, arguments, at),
            _ => {}
        }
        let mut codes = Vec::with_capacity(arguments.len().max(1));
        for argument in arguments {
            let part = self.expression(site, *argument, at)?;
            self.as_text(
                &part.places,
                !matches!(
                    function,
                    Function::DerivedFrom
                        | Function::DerivedFromOrSelf
                        | Function::Boolean
                        | Function::Not
                        | Function::Count
                ),
            );
            codes.push(part.code);
        }
        // XPath 1.0 section 4: without an argument these take the context node
        if arguments.is_empty() && function.signature().most == 1 {
            codes.push(self.op(Op::Context)?);
            self.as_text(at, true);
        }
        let name = function.name();
        match function {
            Function::DerivedFrom | Function::DerivedFromOrSelf => {
                let identity = codes.get(1).and_then(|code| self.code.get(usize::from(*code)));
                if !matches!(identity, Some(Op::Text { identity: Some(_), .. })) {
                    let why = format!("the identity that `{name}` is given is no string with the name of an identity");
                    return Err(Refused::new(why, "write it as 'prefix:identity', with a prefix that is declared"));
                }
            }
            Function::LocalName | Function::Name => self.names = true,
            _ => {}
        }
        let Some(function) = self::function(function) else {
            return Err(Refused::new(format!("`{name}` can't be evaluated on a device"), "write it without"));
        };
        self.value(Op::Call { function, arguments: leak(codes) })
    }

    fn re_match(&mut self, site: &Site<'_>, arguments: &[ExprId], at: &Places) -> Result<Part, Refused> {
        let [text, pattern] = arguments else { return Err(Refused::new("`re-match` takes two arguments", "")) };
        let text = self.expression(site, *text, at)?;
        self.as_text(&text.places, true);
        let known = match site.xpath.expression.get(*pattern) {
            Expr::Literal(pattern) => self.patterns.get(&**pattern).copied(),
            _ => None,
        };
        let Some(patterns) = known else {
            let why = "the pattern of `re-match` is no string that is a regular expression of XML Schema";
            return Err(Refused::new(why, "write the pattern as a string: it is compiled when the device is built"));
        };
        self.value(Op::ReMatch { text: text.code, patterns })
    }

    /// RFC 7950 section 10.3.1.
    fn deref(&mut self, site: &Site<'_>, arguments: &[ExprId], at: &Places) -> Result<Part, Refused> {
        let [argument] = arguments else { return Err(Refused::new("`deref` takes one argument", "")) };
        let from = self.expression(site, *argument, at)?;
        let mut places = Places { anything: from.places.anything, ..Places::default() };
        for place in from.places.at.iter().filter(|place| !place.text) {
            let declared = self.tables.node(place.row).and_then(|row| row.type_index());
            match declared.and_then(|declared| self.tables.types.get(declared.get())) {
                Some(Type::Leafref { .. }) => places.at.extend(self.follow(place, site.view)?),
                Some(Type::InstanceIdentifier { .. } | Type::Union { .. }) => places.anything = true,
                _ => {}
            }
        }
        self.everything |= places.anything;
        for place in &places.at {
            self.read(*place);
        }
        let code = self.op(Op::Call { function: tables::Function::Deref, arguments: leak(vec![from.code]) })?;
        Ok(Part { code, places })
    }

    /// The identity that a string names where it stands: without a prefix, that of the module (RFC 7950 section
    /// 10.4.1).
    fn identity(&self, site: &Site<'_>, text: &str) -> Option<IdentityIndex> {
        let (module, name) = match text.split_once(':') {
            Some((prefix, name)) => {
                (site.xpath.literals.iter().find(|(own, _)| **own == *prefix).map(|(_, module)| *module)?, name)
            }
            None => (site.scope, text),
        };
        self.identities.get(&(module, name.to_owned())).copied()
    }
}

impl Shape {
    /// Of a set in which each node was taken once.
    fn min_distinct(self) -> Shape {
        if self == Shape::Repeating { Shape::Distinct } else { self }
    }
}

pub(super) fn one(place: Place) -> Places {
    Places { at: [place].into(), anything: false, shape: Shape::One }
}

/// Whether a predicate depends on where among the others a node stands.
fn asks_position(site: &Site<'_>, id: ExprId) -> bool {
    let expression = &site.xpath.expression;
    let mut open = vec![id];
    if expression.type_of(id) == Some(xpath::Type::Number) {
        return true;
    }
    while let Some(id) = open.pop() {
        match expression.get(id) {
            Expr::Binary { left, right, .. } => open.extend([*left, *right]),
            Expr::Negate(operand) => open.push(*operand),
            Expr::Call { function: Callee::Known(Function::Position | Function::Last), .. } => return true,
            Expr::Call { arguments, .. } => open.extend(arguments.iter().copied()),
            _ => {}
        }
    }
    false
}

fn operands(op: &Op) -> impl Iterator<Item = u16> {
    let (own, many): (Vec<u16>, &[u16]) = match op {
        Op::Binary { left, right, .. } => (vec![*left, *right], &[]),
        Op::Call { arguments, .. } => (Vec::new(), arguments),
        Op::Filter { from, predicates } | Op::Step { from, predicates, .. } => (vec![*from], predicates),
        Op::Lookup { step, keys } => (vec![*step], keys),
        Op::ReMatch { text, .. } => (vec![*text], &[]),
        _ => (Vec::new(), &[]),
    };
    own.into_iter().chain(many.to_vec())
}

fn axis(axis: xpath::Axis) -> Option<tables::Axis> {
    Some(match axis {
        xpath::Axis::Ancestor => tables::Axis::Ancestor,
        xpath::Axis::AncestorOrSelf => tables::Axis::AncestorOrSelf,
        xpath::Axis::Child => tables::Axis::Child,
        xpath::Axis::Descendant => tables::Axis::Descendant,
        xpath::Axis::DescendantOrSelf => tables::Axis::DescendantOrSelf,
        xpath::Axis::Following => tables::Axis::Following,
        xpath::Axis::FollowingSibling => tables::Axis::FollowingSibling,
        xpath::Axis::Parent => tables::Axis::Parent,
        xpath::Axis::Preceding => tables::Axis::Preceding,
        xpath::Axis::PrecedingSibling => tables::Axis::PrecedingSibling,
        xpath::Axis::Itself => tables::Axis::Itself,
        xpath::Axis::Attribute | xpath::Axis::Namespace => return None,
    })
}

fn operator(operator: xpath::Operator) -> Operator {
    match operator {
        xpath::Operator::Or => Operator::Or,
        xpath::Operator::And => Operator::And,
        xpath::Operator::Equal => Operator::Equal,
        xpath::Operator::NotEqual => Operator::NotEqual,
        xpath::Operator::Less => Operator::Less,
        xpath::Operator::LessOrEqual => Operator::LessOrEqual,
        xpath::Operator::Greater => Operator::Greater,
        xpath::Operator::GreaterOrEqual => Operator::GreaterOrEqual,
        xpath::Operator::Add => Operator::Add,
        xpath::Operator::Subtract => Operator::Subtract,
        xpath::Operator::Multiply => Operator::Multiply,
        xpath::Operator::Divide => Operator::Divide,
        xpath::Operator::Modulo => Operator::Modulo,
        xpath::Operator::Union => Operator::Union,
    }
}

fn function(function: Function) -> Option<tables::Function> {
    use tables::Function as To;
    Some(match function {
        Function::BitIsSet => To::BitIsSet,
        Function::Boolean => To::Boolean,
        Function::Ceiling => To::Ceiling,
        Function::Concat => To::Concat,
        Function::Contains => To::Contains,
        Function::Count => To::Count,
        Function::DerivedFrom => To::DerivedFrom,
        Function::DerivedFromOrSelf => To::DerivedFromOrSelf,
        Function::EnumValue => To::EnumValue,
        Function::Floor => To::Floor,
        Function::Last => To::Last,
        Function::LocalName => To::LocalName,
        Function::Name => To::Name,
        Function::NamespaceUri => To::NamespaceUri,
        Function::NormalizeSpace => To::NormalizeSpace,
        Function::Not => To::Not,
        Function::Number => To::Number,
        Function::Position => To::Position,
        Function::Round => To::Round,
        Function::StartsWith => To::StartsWith,
        Function::String => To::String,
        Function::StringLength => To::StringLength,
        Function::Substring => To::Substring,
        Function::SubstringAfter => To::SubstringAfter,
        Function::SubstringBefore => To::SubstringBefore,
        Function::Sum => To::Sum,
        Function::Translate => To::Translate,
        Function::True => To::True,
        Function::Current | Function::Deref | Function::False | Function::Id | Function::Lang | Function::ReMatch => {
            return None;
        }
    })
}
