//! Reads the verdicts that `tests/interop/oracle.py` keeps, by the same keys.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn hexadecimal(bytes: &[u8], digits: usize) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text.truncate(digits);
    text
}

/// `short_hash` of oracle.py.
pub(crate) fn short_hash(data: &[u8]) -> String {
    hexadecimal(&Sha256::digest(data), 16)
}

/// The modules of a folder.
pub(crate) struct Texts(BTreeMap<String, Vec<u8>>);

impl Texts {
    pub(crate) fn read(folder: &Path) -> Texts {
        let mut texts = BTreeMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yang") {
                let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap();
                texts.insert(name.to_owned(), std::fs::read(&path).unwrap());
            }
        }
        Texts(texts)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// `closure` of oracle.py: a module and everything that it refers to.
    fn closure(&self, name: &str) -> BTreeMap<&str, &[u8]> {
        let (mut found, mut open) = (BTreeMap::new(), vec![name.to_owned()]);
        while let Some(name) = open.pop() {
            if let Some((name, text)) = self.0.get_key_value(&name)
                && found.insert(name.as_str(), text.as_slice()).is_none()
            {
                open.extend(String::from_utf8_lossy(text).lines().filter_map(referred).map(str::to_owned));
            }
        }
        found
    }
}

/// The name in a line that may be an import, an include or a belongs-to.
fn referred(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '\t']);
    let rest = ["import", "include", "belongs-to"].iter().find_map(|keyword| line.strip_prefix(keyword))?;
    let name = rest.trim_start_matches([' ', '\t']);
    let name = if name.len() < rest.len() { name.strip_prefix(['"', '\'']).unwrap_or(name) } else { return None };
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !"_.-".contains(c)).unwrap_or(name.len());
    Some(&name[..end]).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

/// The kept verdicts of a program.
pub(crate) struct Oracle {
    file: String,
    program: &'static str,
    kept: HashMap<String, Value>,
}

impl Oracle {
    pub(crate) fn read(name: &str, program: &'static str) -> Oracle {
        let file = format!("tests/oracle/{name}.jsonl");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&file);
        let text = std::fs::read_to_string(path).unwrap();
        let line = |line: &str| {
            let verdict: Value = serde_json::from_str(line).unwrap();
            (verdict["name"].as_str().unwrap().to_owned(), verdict)
        };
        Oracle { kept: text.lines().map(line).collect(), file, program }
    }

    /// What the program said of a module.
    pub(crate) fn facts(&self, name: &str, texts: &Texts) -> &Value {
        let mut digest = Sha256::new();
        digest.update(format!("{}\0{name}\0", self.program));
        for (name, text) in texts.closure(name) {
            digest.update(format!("{name}\0{}\0", text.len()));
            digest.update(text);
        }
        let key = hexadecimal(&digest.finalize(), 32);
        let kept = self.kept.get(name).filter(|verdict| verdict["key"] == key);
        let stale = || panic!("{} has no verdict on this text of {name}: run tests/interop/run, which asks", self.file);
        &kept.unwrap_or_else(stale)["facts"]
    }
}
