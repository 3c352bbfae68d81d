//! `comi completions`: what a shell offers where a word is being typed, data nodes of the device that the line names
//! included.
//!
//! A shell's script (`scripts`) hands the words of its line to the hidden `comi complete`, which prints what may stand in
//! the place of the last one. Commands and options are those that clap knows; `nodes` are the schema's. Read
//! `wanted` first.

mod nodes;
mod scripts;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Command, ValueEnum};

use crate::arguments::{ClientArguments, ModelArguments};
use crate::device::Session;
use crate::models;

/// Arguments of `comi completions`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  echo 'source <(comi completions bash)' >> ~/.bashrc
  comi completions zsh > ~/.zfunc/_comi                 # a folder of your fpath
  comi completions fish > ~/.config/fish/completions/comi.fish

Data nodes are those of the device that the line names: it is asked for its modules, and those that are here, in the
--path folders of the line too, are offered. Without an answer within a second, nothing is.

Exit status: 0 done, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Shells with a script.
#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Fish,
    Zsh,
}

/// Arguments of `comi complete`.
#[derive(Args)]
pub(crate) struct CompleteArguments {
    /// The words behind `comi`; the last one, which may be empty, is being typed
    #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
    words: Vec<String>,
}

/// Prints the script.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    out!(
        "{}",
        match arguments.shell {
            Shell::Bash => scripts::BASH,
            Shell::Fish => scripts::FISH,
            Shell::Zsh => scripts::ZSH,
        }
    );
    Ok(ExitCode::SUCCESS)
}

/// Prints what may stand there, a line each.
pub(crate) async fn complete(command: &Command, arguments: &CompleteArguments) -> ExitCode {
    let Some((typed, before)) = arguments.words.split_last() else { return ExitCode::SUCCESS };
    let found = match wanted(command, before, typed) {
        Wanted::Words(words) => words,
        Wanted::Node { target, paths, modules } => {
            let client = ClientArguments::quick(target, ModelArguments { paths, modules });
            // a shell has no place to say what went wrong
            let session = Session::connect(&client).await.ok();
            session.map(|session| nodes::candidates(session.schema(), typed)).unwrap_or_default()
        }
    };
    for word in found.into_iter().filter(|word| word.starts_with(typed.as_str())) {
        outln!("{word}");
    }
    ExitCode::SUCCESS
}

/// What may stand in the place of a word.
#[derive(Debug, PartialEq)]
enum Wanted {
    /// One of these; none: a file, perhaps.
    Words(Vec<String>),
    /// A data node of this device.
    Node { target: String, paths: Vec<PathBuf>, modules: Vec<String> },
}

/// Commands whose arguments behind the device are nodes.
const OF_NODES: [&str; 6] = ["call", "delete", "edit", "get", "set", "watch"];

fn wanted(command: &Command, before: &[String], typed: &str) -> Wanted {
    let mut command = command;
    let mut positionals: Vec<&str> = Vec::new();
    let (mut paths, mut modules) = (Vec::new(), Vec::new());
    let mut open: Option<&clap::Arg> = None;
    for word in before {
        if let Some(option) = open.take() {
            match option.get_long() {
                Some("path") => paths.push(PathBuf::from(word)),
                Some("module") => modules.push(word.clone()),
                _ => {}
            }
        } else if word.starts_with('-') {
            open = option(command, word).filter(|option| option.get_action().takes_values());
        } else if let Some(inner) = command.find_subcommand(word).filter(|_| positionals.is_empty()) {
            command = inner;
        } else {
            positionals.push(word);
        }
    }
    let of = |argument: &clap::Arg| -> Vec<String> {
        argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
    };
    if let Some(option) = open {
        return Wanted::Words(match option.get_long() {
            Some("module") => models::names_in(&paths),
            _ => of(option),
        });
    }
    if typed.starts_with('-') {
        let visible = command.get_arguments().filter(|argument| !argument.is_hide_set());
        return Wanted::Words(visible.filter_map(|argument| Some(format!("--{}", argument.get_long()?))).collect());
    }
    if command.has_subcommands() {
        let visible = command.get_subcommands().filter(|inner| !inner.is_hide_set());
        return Wanted::Words(visible.map(|inner| inner.get_name().to_owned()).collect());
    }
    match positionals.as_slice() {
        [target, rest @ ..] if OF_NODES.contains(&command.get_name()) => {
            // behind the node that is set or called stands its value
            let is_node = rest.is_empty() || !matches!(command.get_name(), "call" | "edit" | "set");
            let target = (*target).to_owned();
            if is_node { Wanted::Node { target, paths, modules } } else { Wanted::Words(Vec::new()) }
        }
        [] if is_target(command) => Wanted::Words(["coap://", "coap+tcp://"].map(str::to_owned).to_vec()),
        places => Wanted::Words(command.get_positionals().nth(places.len()).map(of).unwrap_or_default()),
    }
}

fn is_target(command: &Command) -> bool {
    command.get_positionals().next().is_some_and(|argument| argument.get_id() == "target")
}

fn option<'c>(command: &'c Command, word: &str) -> Option<&'c clap::Arg> {
    // `--option=value` is whole
    let name = word.trim_start_matches('-');
    let is_long = word.starts_with("--");
    command.get_arguments().find(|argument| match is_long {
        true => argument.get_long() == Some(name),
        false => argument.get_short().is_some_and(|short| name.ends_with(short)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Wanted {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let typed = words.pop().unwrap_or_default();
        wanted(&crate::command(), &words, &typed)
    }

    fn words(line: &str) -> Vec<String> {
        match asked(line) {
            Wanted::Words(words) => words,
            node @ Wanted::Node { .. } => panic!("{node:?}"),
        }
    }

    #[test]
    fn commands_options_and_their_values_are_offered() {
        assert!(words("").contains(&"watch".to_owned()));
        assert!(!words("").contains(&"complete".to_owned()), "hidden");
        assert!(words("sid ").contains(&"relocate".to_owned()));
        assert!(words("get coap://[::1] --").contains(&"--defaults".to_owned()));
        assert_eq!(words("get coap://[::1] --format "), ["json", "table", "diag", "hex", "cbor"]);
        assert_eq!(words("get "), ["coap://", "coap+tcp://"]);
        assert!(words("serve --module ").contains(&"ietf-interfaces".to_owned()));
        assert_eq!(words("set coap://[::1] /a:b "), [""; 0]);
        assert_eq!(words("serve --data "), [""; 0], "a file");
    }

    #[test]
    fn nodes_are_asked_of_the_device_that_the_line_names() {
        let node = |paths: &[&str], modules: &[&str]| Wanted::Node {
            target: "coap://[::1]".to_owned(),
            paths: paths.iter().map(PathBuf::from).collect(),
            modules: modules.iter().map(|module| (*module).to_owned()).collect(),
        };
        assert_eq!(asked("get coap://[::1] "), node(&[], &[]));
        assert_eq!(asked("get coap://[::1] /a:b /c"), node(&[], &[]));
        assert_eq!(asked("set --path models --module m coap://[::1] /a"), node(&["models"], &["m"]));
        assert_eq!(asked("watch --json coap://[::1] /a"), node(&[], &[]));
    }
}
