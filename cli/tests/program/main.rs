//! The command as a program: what it prints, where, and how it ends.
#![expect(clippy::expect_used, clippy::string_slice, reason = "a test may end the program")]

mod authors;
mod completions;
mod convert;
mod demo;
mod edits;
mod lwm2m;
mod operators;
mod served;
mod validate;
mod yang;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What a run printed, and its exit status.
#[derive(Debug)]
struct Run {
    out: String,
    error: String,
    status: i32,
}

/// Runs `comi` in a folder.
fn comi_in(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_comi"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    Run {
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        error: String::from_utf8(output.stderr).expect("UTF-8"),
        status: output.status.code().expect("an exit status"),
    }
}

fn comi(arguments: &[&str]) -> Run {
    comi_in(Path::new("."), arguments)
}

/// An empty folder of its own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// `comi serve` on a free port; ended when dropped.
struct Serving {
    process: Child,
    uri: String,
    input: ChildStdin,
    /// Kept open, so that the program can go on printing.
    out: BufReader<ChildStdout>,
}

impl Serving {
    /// The demo device.
    fn start() -> Serving {
        Serving::with(&[])
    }

    /// A mock of what the arguments say.
    fn with(arguments: &[&str]) -> Serving {
        let mut process = Command::new(env!("CARGO_BIN_EXE_comi"))
            .args([&["serve", "--listen", "127.0.0.1:0"], arguments].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let input = process.stdin.take().expect("its input");
        let mut out = BufReader::new(process.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let uri = line.rsplit(' ').next().expect("a word").trim().to_owned();
        assert!(uri.starts_with("coap://127.0.0.1:"), "{line}");
        Serving { process, uri, input, out }
    }

    /// Types a line.
    fn types(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("it reads on");
    }

    /// Waits for a line that begins so.
    fn prints(&mut self, begins: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.out.read_line(&mut line).expect("UTF-8") > 0, "it ended before it printed {begins}");
            if line.starts_with(begins) {
                return line;
            }
        }
    }

    /// Runs a command against it: the target is put behind the command's name.
    fn comi(&self, command: &str, arguments: &[&str]) -> Run {
        comi(&[&[command, &self.uri], arguments].concat())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
