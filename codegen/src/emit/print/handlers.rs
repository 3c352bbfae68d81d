//! Handler traits.

use super::super::names::escape;
use super::super::plan::{Answer, CallInput, Handler, Method, MethodKind, RustType};
use super::writer::Writer;

pub(super) fn print(out: &mut Writer, handler: &Handler, module: &str) {
    out.blank();
    let about = match handler.of.strip_prefix('/') {
        Some(_) => format!("What the board answers for `{}`, and what it is asked and told about it.", handler.of),
        None => format!("What the board does for {}.", handler.of),
    };
    out.doc(&[Some(&about)]);
    out.open(&format!("pub trait {} {{", handler.name));
    for method in &handler.methods {
        print_method(out, method, module);
    }
    out.close("}");
}

fn print_method(out: &mut Writer, method: &Method, module: &str) {
    let description = method.description.as_deref();
    let (path, base) = (&method.path, &method.base);
    let arguments = |first: &[String], last: &[String]| {
        let keys = method.keys.iter().map(|key| format!("{}: {}", key.argument, key.type_.borrowed(module)));
        let receiver = std::iter::once("&mut self".to_owned());
        receiver.chain(first.iter().cloned()).chain(keys).chain(last.iter().cloned()).collect::<Vec<_>>()
    };
    out.blank();
    match &method.kind {
        MethodKind::Pull { answer, mandatory } => {
            let kind = if *mandatory { "mandatory state" } else { "state; absent unless this answers" };
            out.doc(&[description, Some(&format!("`{path}`: {kind}."))]);
            let answer = format!("Result<{}, Fault>", answer_type(answer, module));
            if *mandatory {
                out.signature("fn", &escape(base.clone()), &arguments(&[], &[]), &answer, ";");
            } else {
                with_body(out, &escape(base.clone()), &arguments(&[], &[]), &answer, "Err(Fault::Absent)");
            }
        }
        MethodKind::Next(keys) => {
            let about = format!("`{path}`: the key of the entry behind `after`, or of the first one, in order.");
            out.doc(&[description, Some(&about)]);
            let after = format!("after: Option<{}>", tuple(keys, |key| key.borrowed(module)));
            let answer = format!("Result<Option<{}>, Fault>", tuple(keys, |key| key.owned(module)));
            with_body(out, &format!("{base}_next"), &arguments(&[], &[after]), &answer, "Ok(None)");
        }
        MethodKind::Call { input, output } => {
            out.doc(&[description, Some(&format!("`{path}`"))]);
            let input = match input {
                CallInput::Arguments(_) => vec!["arguments: Option<&str>".to_owned()],
                CallInput::None => Vec::new(),
                CallInput::Struct(name) => vec![format!("input: {name}")],
            };
            let all = arguments(&["call: Call".to_owned()], &input);
            let answer = format!("Result<Outcome<{}>, Fault>", output.as_deref().unwrap_or("()"));
            out.signature("fn", &escape(base.clone()), &all, &answer, ";");
        }
        MethodKind::Prepare(answer) => {
            let all = arguments(&[], &[format!("new: Option<{}>", new_type(answer, module))]);
            out.doc(&[Some(&format!("Asked before `{path}` is set, or deleted (`None`). Looks, touches nothing."))]);
            with_body(out, &format!("prepare_{base}"), &all, "Result<(), Fault>", "Ok(())");
            out.blank();
            out.doc(&[Some(&format!("Told after `{path}` was set, or deleted (`None`)."))]);
            with_body(out, &format!("{base}_changed"), &all, "", "");
        }
        MethodKind::Existence { refuses } => {
            let all = arguments(&[], &[]);
            for (verb, done) in [("create", "created"), ("delete", "deleted")] {
                out.doc(&[Some(&format!("Asked before `{path}` is {done} from outside."))]);
                let refusal = format!("Err(Fault::refused(\"only the device itself can {verb} this\"))");
                let body = if *refuses { refusal.as_str() } else { "Ok(())" };
                with_body(out, &format!("prepare_{base}_{verb}"), &all, "Result<(), Fault>", body);
                out.blank();
            }
            out.doc(&[Some(&format!("Told after `{path}` was created."))]);
            with_body(out, &format!("{base}_created"), &all, "", "");
            out.blank();
            out.doc(&[Some(&format!("Told after `{path}` was deleted."))]);
            with_body(out, &format!("{base}_deleted"), &all, "", "");
        }
    }
}

fn with_body(out: &mut Writer, name: &str, arguments: &[String], answer: &str, body: &str) {
    if body.is_empty() {
        out.signature("fn", name, arguments, answer, " {}");
        return;
    }
    out.signature("fn", name, arguments, answer, " {");
    out.indent();
    out.line(body);
    out.close("}");
}

fn answer_type(answer: &Answer, module: &str) -> String {
    match answer {
        Answer::Any => "Vec<u8>".to_owned(),
        Answer::Leaf(type_) => type_.owned(module),
        Answer::LeafList(type_) => format!("Vec<{}>", type_.owned(module)),
    }
}

fn new_type(answer: &Answer, module: &str) -> String {
    match answer {
        Answer::Any => "&[u8]".to_owned(),
        Answer::Leaf(type_) => type_.borrowed(module),
        Answer::LeafList(type_) => format!("Vec<{}>", type_.borrowed(module)),
    }
}

/// One type alone, several as a tuple.
fn tuple(types: &[RustType], write: impl Fn(&RustType) -> String) -> String {
    match types {
        [one] => write(one),
        several => format!("({})", several.iter().map(write).collect::<Vec<_>>().join(", ")),
    }
}
