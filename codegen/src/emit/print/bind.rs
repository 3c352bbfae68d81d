//! `bind`: from the engine's indices to the methods of the traits.

use super::super::names::escape;
use super::super::plan::{Answer, CallInput, Method, MethodKind, Plan};
use super::writer::Writer;
use super::{ALLOW, ALLOW_UNUSED};

pub(super) fn print(out: &mut Writer, plan: &Plan) {
    let traits: Vec<String> = plan
        .modules
        .iter()
        .flat_map(|module| module.handlers.iter().map(|handler| format!("{}::{}", module.rust, handler.name)))
        .collect();
    out.blank();
    out.doc(&[Some("A board with its handlers, as the engine sees it.")]);
    out.line(ALLOW_UNUSED);
    out.line("#[derive(Debug)]");
    out.open("pub struct Bound<T> {");
    out.line("board: T,");
    out.close("}");

    out.blank();
    out.doc(&[Some("Everything that this model asks of a board: its handler traits, all together.")]);
    out.line(ALLOW_UNUSED);
    if traits.is_empty() {
        out.line("pub trait Handlers {}");
        out.blank();
        out.line("impl<T> Handlers for T {}");
    } else {
        out.open("pub trait Handlers:");
        print_bounds(out, &traits);
        out.close("{");
        out.line("}");
        out.blank();
        out.line("impl<T> Handlers for T");
        out.line("where");
        out.open("    T:");
        out.indent();
        print_bounds(out, &traits);
        out.outdent();
        out.close("{");
        out.line("}");
    }

    out.blank();
    out.doc(&[Some("Binds a board to this model: what a `comi_runtime` device is made of.")]);
    out.line(ALLOW_UNUSED);
    out.open("pub fn bind<T: Handlers>(board: T) -> Bound<T> {");
    out.line("Bound { board }");
    out.close("}");

    out.blank();
    out.line(ALLOW);
    out.open("const _: () = {");
    out.line("use ::comi_runtime::board::{Board, Change};");
    out.line("use ::comi_runtime::model::dispatch::{self, Existence};");
    out.line("use ::comi_runtime::model::prelude::*;");
    out.line("use ::comi_runtime::schema::Schema;");
    out.line("use ::comi_runtime::value::Data;");
    out.blank();
    let methods: Vec<Bound<'_>> = plan
        .modules
        .iter()
        .flat_map(|module| module.handlers.iter().map(move |handler| (module, handler)))
        .flat_map(|(module, handler)| {
            let path = format!("{}::{}", module.rust, handler.name);
            handler.methods.iter().map(move |method| Bound { handler: path.clone(), method })
        })
        .collect();
    board_itself(out, &methods);
    out.blank();
    out.open("impl<T: Handlers> Board for Bound<T> {");
    out.open("fn schema(&self) -> &'static Schema {");
    out.line("&SCHEMA");
    out.close("}");
    out.blank();
    for function in [read(&methods), next(&methods), call(&methods), prepare(&methods)] {
        function.print_converted(out);
        out.blank();
    }
    out.open("fn changed(&mut self, change: &Change<'_>) {");
    out.line("// The datastore holds values of the schema's types alone, so no conversion fails.");
    out.line("let _ = self.try_changed(change);");
    out.close("}");
    out.close("}");
    out.close("};");
}

fn board_itself(out: &mut Writer, methods: &[Bound<'_>]) {
    out.open("impl<T: Handlers> Bound<T> {");
    out.doc(&[Some("The board itself.")]);
    out.open("pub fn board(&self) -> &T {");
    out.line("&self.board");
    out.close("}");
    out.blank();
    out.doc(&[Some("The board itself, to change it.")]);
    out.open("pub fn board_mut(&mut self) -> &mut T {");
    out.line("&mut self.board");
    out.close("}");
    for function in [read(methods), next(methods), call(methods), prepare(methods), changed(methods)] {
        out.blank();
        function.print(out);
    }
    out.close("}");
}

/// A method and the path of its trait.
struct Bound<'a> {
    handler: String,
    method: &'a Method,
}

impl Bound<'_> {
    /// `acme_valve::ValveHandler::position(board, …)`; the keys stand between `first` and `last`.
    fn invoke(&self, name: &str, keys: &str, first: &[&str], last: &[String]) -> String {
        let keys = (0..self.method.keys.len()).map(|place| format!("dispatch::key({keys}, {place})?"));
        let before = first.iter().map(|argument| (*argument).to_owned());
        let arguments: Vec<String> = before.chain(keys).chain(last.iter().cloned()).collect();
        format!("{}::{name}({})", self.handler, arguments.join(", "))
    }
}

/// A function that is one `match` over nodes. Where an argument can't be converted, its body, `try_…`, has no answer,
/// which is one branch an argument and not an error made anew at each.
struct Function {
    name: &'static str,
    /// Names and types.
    arguments: &'static [(&'static str, &'static str)],
    answer: &'static str,
    /// What is matched.
    node: &'static str,
    /// Node, and the lines of what is done.
    arms: Vec<(u16, Vec<String>)>,
    otherwise: &'static str,
}

impl Function {
    fn signature(&self, out: &mut Writer, prefix: &str, answer: &str) {
        let receiver = std::iter::once("&mut self".to_owned());
        let arguments = receiver.chain(self.arguments.iter().map(|(name, type_)| format!("{name}: {type_}")));
        let name = format!("{prefix}{}", self.name);
        out.signature("fn", &name, &arguments.collect::<Vec<_>>(), answer, " {");
        out.indent();
    }

    /// The body.
    fn print(&self, out: &mut Writer) {
        self.signature(out, "try_", &format!("Option<{}>", self.answer));
        if self.arms.is_empty() {
            out.line(&format!("Some({})", self.otherwise));
        } else {
            out.line("let board = &mut self.board;");
            out.open(&format!("Some(match {}.0 {{", self.node));
            for (node, lines) in &self.arms {
                for (place, line) in lines.iter().enumerate() {
                    if place == 0 {
                        out.line(&format!("{node} => {line}"));
                    } else {
                        out.line(line);
                    }
                }
            }
            out.line(&format!("_ => {},", self.otherwise));
            out.close("})");
        }
        out.close("}");
    }

    /// The method of `Board`.
    fn print_converted(&self, out: &mut Writer) {
        self.signature(out, "", self.answer);
        let names: Vec<&str> = self.arguments.iter().map(|(name, _)| *name).collect();
        out.line(&format!("dispatch::converted(self.try_{}({}))", self.name, names.join(", ")));
        out.close("}");
    }
}

fn read(methods: &[Bound<'_>]) -> Function {
    let arms = methods.iter().filter_map(|bound| {
        let MethodKind::Pull { answer, .. } = &bound.method.kind else { return None };
        let call = bound.invoke(&escape(bound.method.base.clone()), "keys", &["board"], &[]);
        let wrap = if matches!(answer, Answer::LeafList(_)) { "leaf_list" } else { "leaf" };
        Some((bound.method.node.0, vec![format!("dispatch::{wrap}({call}),")]))
    });
    Function {
        name: "read",
        arguments: &[("node", "NodeIndex"), ("keys", "&[Value]")],
        answer: "Result<Data, Fault>",
        node: "node",
        arms: arms.collect(),
        otherwise: "Err(Fault::Absent)",
    }
}

fn next(methods: &[Bound<'_>]) -> Function {
    let arms = methods.iter().filter_map(|bound| {
        let MethodKind::Next(keys) = &bound.method.kind else { return None };
        let places: Vec<String> = (0..keys.len()).map(|place| format!("dispatch::key(after, {place})?")).collect();
        let after = match places.as_slice() {
            [one] => one.clone(),
            several => format!("({})", several.join(", ")),
        };
        let after = format!("match after {{ Some(after) => Some({after}), None => None }}");
        let call = bound.invoke(&format!("{}_next", bound.method.base), "keys", &["board"], &[after]);
        if keys.len() == 1 {
            return Some((bound.method.node.0, vec![format!("dispatch::next({call}),")]));
        }
        let names: Vec<String> = (0..keys.len()).map(|place| format!("key{place}")).collect();
        let values: Vec<String> = names.iter().map(|name| format!("{name}.into()")).collect();
        let map = format!("|({})| Vec::from([{}])", names.join(", "), values.join(", "));
        Some((bound.method.node.0, vec![format!("{call}.map(|next| next.map({map})),")]))
    });
    Function {
        name: "next",
        arguments: &[("list", "NodeIndex"), ("keys", "&[Value]"), ("after", "Option<&[Value]>")],
        answer: "Result<Option<Vec<Value>>, Fault>",
        node: "list",
        arms: arms.collect(),
        otherwise: "Ok(None)",
    }
}

fn call(methods: &[Bound<'_>]) -> Function {
    let arms = methods.iter().filter_map(|bound| {
        let MethodKind::Call { input, .. } = &bound.method.kind else { return None };
        let input = match input {
            CallInput::Arguments(leaf) => vec![format!("fields::leaf(input, NodeIndex({})).ok()?", leaf.0)],
            CallInput::None => Vec::new(),
            CallInput::Struct(_) => {
                let read = "match FromContent::from_content(input)";
                vec![format!("{read} {{ Ok(input) => input, Err(fault) => return Some(Err(fault)) }}")]
            }
        };
        let call = bound.invoke(&escape(bound.method.base.clone()), "keys", &["board", "call"], &input);
        Some((bound.method.node.0, vec![format!("dispatch::outcome({call}),")]))
    });
    Function {
        name: "call",
        arguments: &[("call", "Call"), ("operation", "NodeIndex"), ("keys", "&[Value]"), ("input", "&Content")],
        answer: "Result<Outcome<Content>, Fault>",
        node: "operation",
        arms: arms.collect(),
        otherwise: "Err(Fault::failed(\"this device has no such operation\"))",
    }
}

/// The arms for what configuration is asked and told: of a leaf by one method, of an entry by two.
fn change_arms(
    methods: &[Bound<'_>],
    leaf: (&str, &str),
    entry: [(&str, &str); 2],
    stays: &str,
) -> Vec<(u16, Vec<String>)> {
    let arm = |bound: &Bound<'_>| {
        let base = &bound.method.base;
        let lines = match &bound.method.kind {
            MethodKind::Prepare(answer) => {
                let new = match answer {
                    Answer::Any => "dispatch::new_any(change)?",
                    Answer::Leaf(_) => "dispatch::new_leaf(change)?",
                    Answer::LeafList(_) => "dispatch::new_leaf_list(change)?",
                };
                let name = format!("{}{base}{}", leaf.0, leaf.1);
                vec![format!("{},", bound.invoke(&name, "change.keys", &["board"], &[new.to_owned()]))]
            }
            MethodKind::Existence { .. } => {
                let mut lines = vec!["match dispatch::existence(change) {".to_owned()];
                for (case, (before, behind)) in ["Comes", "Goes"].into_iter().zip(entry) {
                    let call = bound.invoke(&format!("{before}{base}{behind}"), "change.keys", &["board"], &[]);
                    lines.push(format!("    Existence::{case} => {call},"));
                }
                lines.push(format!("    Existence::Stays => {stays},"));
                lines.push("},".to_owned());
                lines
            }
            _ => return None,
        };
        Some((bound.method.node.0, lines))
    };
    methods.iter().filter_map(arm).collect()
}

fn prepare(methods: &[Bound<'_>]) -> Function {
    Function {
        name: "prepare",
        arguments: &[("change", "&Change<'_>")],
        answer: "Result<(), Fault>",
        node: "change.node",
        arms: change_arms(methods, ("prepare_", ""), [("prepare_", "_create"), ("prepare_", "_delete")], "Ok(())"),
        otherwise: "Ok(())",
    }
}

fn changed(methods: &[Bound<'_>]) -> Function {
    Function {
        name: "changed",
        arguments: &[("change", "&Change<'_>")],
        answer: "()",
        node: "change.node",
        arms: change_arms(methods, ("", "_changed"), [("", "_created"), ("", "_deleted")], "()"),
        otherwise: "()",
    }
}

fn print_bounds(out: &mut Writer, traits: &[String]) {
    for (place, bound) in traits.iter().enumerate() {
        let plus = if place == 0 { "" } else { "+ " };
        out.line(&format!("{plus}{bound}"));
    }
}
