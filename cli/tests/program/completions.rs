//! Completion as bash has it, from the script that is printed.

use std::path::Path;
use std::process::Command;

use super::{Serving, comi};

/// What bash would put in the place of the word that a line ends with.
fn bash(line: &str) -> Option<Vec<String>> {
    let folder = Path::new(env!("CARGO_BIN_EXE_comi")).parent().expect("a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let script =
        "eval \"$(comi completions bash)\"; COMP_LINE=$1; COMP_POINT=${#1}; _comi; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", script, "bash", line]).env("PATH", path).output().ok()?;
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    Some(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

#[test]
fn bash_completes_commands_options_and_the_nodes_of_the_device() {
    let device = Serving::start();
    let line = |rest: &str| bash(&rest.replace("URI", &device.uri));
    let Some(commands) = line("comi wa") else {
        println!("skipped: there is no bash");
        return;
    };
    assert_eq!(commands, ["watch"]);
    assert_eq!(line("comi get 'URI' --form").expect("bash"), ["--format"]);
    // bash itself has what stands before the last colon
    assert_eq!(line("comi get 'URI' /acme-valve:valve/tar").expect("bash"), ["valve/target"]);
    let entry = line("comi set 'URI' /acme-valve:valve/schedule=morning/a").expect("bash");
    assert_eq!(entry, ["morning/at"]);
    assert_eq!(line("comi set 'URI' /acme-valve:valve/target ").expect("bash"), [""; 0]);
}

#[test]
fn each_shell_has_its_script() {
    for (shell, word) in [("bash", "complete -F"), ("fish", "complete -c comi"), ("zsh", "#compdef comi")] {
        let run = comi(&["completions", shell]);
        assert!(run.status == 0 && run.out.contains(word), "{shell}: {}", run.out);
    }
    assert_eq!(comi(&["complete", "--", "get", "coap://127.0.0.1:1", "/a"]).out, "", "nobody is there");
}
