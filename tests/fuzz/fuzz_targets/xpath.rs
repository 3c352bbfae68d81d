//! Any text is an XPath expression or an error at its place; what is printed is read as the same.
#![no_main]

use comi_codegen::xpath::{Reason, leafref::leafref_path, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let inside = |start: u32, end: u32| assert!(text.get(start as usize..end as usize).is_some());
    match parse(text) {
        Ok(expression) => {
            for (id, _) in expression.parts() {
                let place = expression.extent(id);
                inside(place.start, place.end);
            }
            for (_, place) in expression.misuses(true) {
                inside(place.start, place.end);
            }
            if let Err(error) = leafref_path(&expression) {
                inside(error.extent.start, error.extent.end);
            }
            let printed = expression.to_string();
            match parse(&printed) {
                Ok(again) => assert!(again == expression, "{text} as {printed}"),
                // Printing puts a root in parentheses, and that may be one too many.
                Err(error) => assert!(matches!(error.reason, Reason::TooDeep | Reason::TooLong), "{text}: {error}"),
            }
        }
        Err(error) => inside(error.extent.start, error.extent.end),
    }
});
