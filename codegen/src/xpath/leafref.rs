//! The paths of leafrefs: a subset of XPath's abbreviated syntax (RFC 7950 section 9.9.2, `path-arg` in section 14).
//!
//! White space between tokens is XPath's: the ABNF has it in some places only, which nobody keeps to.

use super::ast::{Axis, Callee, Expr, ExprId, Expression, Extent, Name, NodeTest, Operator, Start, Step};
use super::functions::Function;

/// A path as the grammar of `path-arg` has it.
#[derive(Clone, Debug, PartialEq)]
pub struct LeafrefPath<'e> {
    /// Whether it begins at the root.
    pub absolute: bool,
    /// How many steps lead up before it goes down.
    pub up: Vec<Extent>,
    /// The steps down; at least one.
    pub steps: Vec<PathStep<'e>>,
}

/// A step down.
#[derive(Clone, Debug, PartialEq)]
pub struct PathStep<'e> {
    /// The node.
    pub name: &'e Name,
    /// Where it stands.
    pub extent: Extent,
    /// What its keys must be equal to.
    pub keys: Vec<KeyPredicate<'e>>,
}

/// `[key = current()/../other/leaf]`
#[derive(Clone, Debug, PartialEq)]
pub struct KeyPredicate<'e> {
    /// The key leaf.
    pub key: &'e Name,
    /// Where it stands.
    pub extent: Extent,
    /// How many steps lead up from the leafref.
    pub up: Vec<Extent>,
    /// The steps down from there; at least one.
    pub steps: Vec<(&'e Name, Extent)>,
}

/// Where an expression is not what `path` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct NotAPath {
    /// Why, in words.
    pub reason: &'static str,
    /// Where.
    pub extent: Extent,
}

/// Reads an expression as `path-arg`.
///
/// # Errors
/// At the first part that its grammar does not have.
pub fn leafref_path(expression: &Expression) -> Result<LeafrefPath<'_>, NotAPath> {
    let root = expression.root_id();
    let refuse = |reason| Err(NotAPath { reason, extent: expression.extent(root) });
    let Expr::Path { start, steps } = expression.get(root) else {
        return refuse("a leafref's path is steps up, then down, to a leaf; no other expression");
    };
    let absolute = match start {
        Start::Root => true,
        Start::Context => false,
        Start::Expr(base) => {
            let reason = "a leafref's path begins with `/` or `../`, not with an expression";
            return Err(NotAPath { reason, extent: expression.extent(*base) });
        }
    };
    let (up, down) = ups(steps);
    if absolute && let Some(extent) = up.first() {
        return Err(NotAPath { reason: "`..` cannot follow `/`: there is nothing above the root", extent: *extent });
    }
    if !absolute && up.is_empty() {
        return refuse("a leafref's path begins with `/` or `../`");
    }
    if down.is_empty() {
        return refuse("a leafref's path ends with the name of a leaf");
    }
    let mut made = LeafrefPath { absolute, up, steps: Vec::new() };
    for step in down {
        let (name, extent) = name_of(expression, step)?;
        let keys =
            step.predicates.iter().map(|predicate| key(expression, *predicate)).collect::<Result<Vec<_>, _>>()?;
        made.steps.push(PathStep { name, extent, keys });
    }
    Ok(made)
}

/// The leading `..` steps, and what follows them.
fn ups(steps: &[Step]) -> (Vec<Extent>, &[Step]) {
    let up = |step: &&Step| step.axis == Axis::Parent && length(step.place.0) == "..".len();
    let count = steps.iter().take_while(up).count();
    let (up, down) = steps.split_at_checked(count).unwrap_or((&[], steps));
    (up.iter().map(|step| step.place.0).collect(), down)
}

fn length(extent: Extent) -> usize {
    extent.end.saturating_sub(extent.start) as usize
}

fn name_of<'e>(expression: &Expression, step: &'e Step) -> Result<(&'e Name, Extent), NotAPath> {
    let extent = step.place.0;
    let reason = match (step.axis, &step.test) {
        (Axis::Child, NodeTest::Name(name)) if length(extent) == expression.written(name).len() => {
            return Ok((name, extent));
        }
        (Axis::Child, test) if !matches!(test, NodeTest::Name(_)) => "a step of a leafref's path is a name",
        (Axis::Parent, _) if length(extent) == "..".len() => "`..` stands only at the beginning of a leafref's path",
        (Axis::DescendantOrSelf, _) if length(extent) == "//".len() => "`//` is not allowed in a leafref's path",
        _ => "a step of a leafref's path is a name, without an axis",
    };
    Err(NotAPath { reason, extent })
}

/// `path-equality-expr`
fn key(expression: &Expression, id: ExprId) -> Result<KeyPredicate<'_>, NotAPath> {
    let reason = "a predicate in a leafref's path is `[KEY = current()/../…/LEAF]`";
    let refused = |id: ExprId| NotAPath { reason, extent: expression.extent(id) };
    let Expr::Binary { operator: Operator::Equal, left, right } = expression.get(id) else { return Err(refused(id)) };
    let (key, extent) = match expression.get(*left) {
        Expr::Path { start: Start::Context, steps } => match steps.as_slice() {
            [step] if step.predicates.is_empty() => name_of(expression, step)?,
            _ => return Err(refused(*left)),
        },
        _ => return Err(refused(*left)),
    };
    let Expr::Path { start: Start::Expr(base), steps } = expression.get(*right) else { return Err(refused(*right)) };
    let current = Callee::Known(Function::Current);
    if !matches!(expression.get(*base), Expr::Call { function, arguments } if *function == current && arguments.is_empty())
    {
        return Err(refused(*base));
    }
    let (up, down) = ups(steps);
    if up.is_empty() || down.is_empty() || down.iter().any(|step| !step.predicates.is_empty()) {
        return Err(refused(*right));
    }
    let steps = down.iter().map(|step| name_of(expression, step)).collect::<Result<Vec<_>, _>>()?;
    Ok(KeyPredicate { key, extent, up, steps })
}
