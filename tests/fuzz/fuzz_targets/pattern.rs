//! Any line is a pattern or an error at its place; what is one can be matched with any text, in bounded time.
#![no_main]

use comi_codegen::pattern::Regex;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (pattern, text) = input.split_once('\n').unwrap_or((input, ""));
    let findings = match Regex::new(pattern) {
        Ok((regex, warnings)) => {
            let _ = regex.matches(text);
            warnings
        }
        Err(error) => vec![error],
    };
    for finding in findings {
        assert!(pattern.get(finding.at.clone()).is_some(), "{pattern}: {finding:?}");
    }
});
