//! The table of expressions: an operation a line, a rule a line with its node behind it.

use comi_runtime::schema::{NodeIndex, Op, Rule, RuleKind, Schema, Test};

use super::tables::{float, path, table};
use super::writer::Writer;

pub(super) fn print(out: &mut Writer, schema: &Schema) {
    out.blank();
    let Some(expressions) = schema.expressions else {
        out.line("pub(super) static EXPRESSIONS: Option<&Expressions> = None;");
        return;
    };
    out.open("pub(super) static EXPRESSIONS: Option<&Expressions> = Some(&Expressions {");
    out.line("code: CODE,");
    out.line("rules: RULES,");
    out.line("affected: AFFECTED,");
    out.line("engine: &::comi_runtime::datastore::ENGINE,");
    out.close("});");
    table(out, "CODE", "Op", expressions.code.iter().enumerate().map(|(place, row)| (op(row), place.to_string())));
    let rule = |row: &Rule| (rule(row), path(schema, row.node));
    table(out, "RULES", "Rule", expressions.rules.iter().map(rule));
    let affected = expressions.affected.iter().map(|row| {
        let rule = expressions.rules.get(usize::from(row.rule)).map_or(NodeIndex::ROOT, |rule| rule.node);
        (format!("{row:?}"), format!("{} affects {}", path(schema, row.node), path(schema, rule)))
    });
    table(out, "AFFECTED", "Affected", affected);
}

fn rule(row: &Rule) -> String {
    let kind = match row.kind {
        RuleKind::Choice(choice) => format!("RuleKind::Choice({choice:?})"),
        RuleKind::Must => "RuleKind::Must".to_owned(),
        RuleKind::Path { required } => format!("RuleKind::Path {{ required: {required} }}"),
        RuleKind::When => "RuleKind::When".to_owned(),
    };
    let message = row.message.map_or("None".to_owned(), |message| format!("Some(&{message:?})"));
    format!(
        "Rule {{ node: {:?}, context: {:?}, kind: {kind}, code: {}, config: {}, message: {message}, expression: {:?} }}",
        row.node, row.context, row.code, row.config, row.expression
    )
}

fn op(row: &Op) -> String {
    let text = match row {
        Op::Binary { operator, left, right } => {
            format!("Binary {{ operator: Operator::{operator:?}, left: {left}, right: {right} }}")
        }
        Op::Call { function, arguments } => {
            format!("Call {{ function: Function::{function:?}, arguments: &{arguments:?} }}")
        }
        Op::Filter { from, predicates } => format!("Filter {{ from: {from}, predicates: &{predicates:?} }}"),
        Op::Lookup { step, keys } => format!("Lookup {{ step: {step}, keys: &{keys:?} }}"),
        Op::Number(number) => format!("Number({})", float(*number)),
        Op::Step { from, axis, test, predicates, repeats } => {
            let test = match test {
                Test::Nodes(rows) => format!("Nodes(&{rows:?})"),
                other => format!("{other:?}"),
            };
            format!(
                "Step {{ from: {from}, axis: Axis::{axis:?}, test: Test::{test}, predicates: &{predicates:?}, \
                 repeats: {repeats} }}"
            )
        }
        Op::Context | Op::Current | Op::Nothing | Op::ReMatch { .. } | Op::Root | Op::Text { .. } => format!("{row:?}"),
    };
    format!("Op::{text}")
}
