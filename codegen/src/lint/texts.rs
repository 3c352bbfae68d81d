//! The texts that a module of the IETF must have in its description.

use super::{Findings, Unit, walk};
use crate::diagnostic::Diagnostic;

const KEY_WORDS_TEXT: &str = "The key words 'MUST', 'MUST NOT', 'REQUIRED', 'SHALL', 'SHALL NOT', 'SHOULD', 'SHOULD \
                              NOT', 'RECOMMENDED', 'NOT RECOMMENDED', 'MAY', and 'OPTIONAL' in this document are to \
                              be interpreted as described in BCP 14 (RFC 2119) (RFC 8174) when, and only when, they \
                              appear in all capitals, as shown here.";

const KEY_WORDS: [&str; 7] = ["MAY", "MUST", "OPTIONAL", "RECOMMENDED", "REQUIRED", "SHALL", "SHOULD"];

/// The licence was renamed in September 2021: both names in texts up to this year.
const LAST_SIMPLIFIED: u32 = 2021;

/// The text with single spaces.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The description of the module without the text about key words.
fn description(unit: &Unit<'_>) -> Option<String> {
    Some(flat(unit.statement.child_text("description")?).replacen(KEY_WORDS_TEXT, "", 1))
}

pub(super) fn copyright(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let (Some(text), Some(statement)) = (description(unit), unit.statement.child("description")) else { return };
    let year = text.match_indices("Copyright (c) ").find_map(|(at, start)| trust_text(text.get(at + start.len()..)?));
    let old_name = text.contains("Simplified");
    let message = match year {
        None => "the description has no copyright text of the IETF Trust, or another one",
        Some(year) if year > LAST_SIMPLIFIED && old_name => "the licence is called `Revised BSD License` since 2021",
        Some(_) => return,
    };
    let help = "`Copyright (c) YEAR IETF Trust and the persons identified as authors of the code. All rights \
                reserved. Redistribution and use …`, word by word as in the template";
    findings.push(Diagnostic::warning(message).at(statement.keyword.span, "").help(help));
}

/// The year of the Trust's text, which begins with it here.
fn trust_text(text: &str) -> Option<u32> {
    const PARTS: [&str; 3] = [
        " IETF Trust and the persons identified as authors of the code. All rights reserved. Redistribution and use in \
         source and binary forms, with or without modification, is permitted pursuant to, and subject to the license \
         terms contained in, the ",
        " BSD License set forth in Section 4.c of the IETF Trust's Legal Provisions Relating to IETF Documents (",
        "://trustee.ietf.org/license-info).",
    ];
    let [trust, licence, end] = PARTS;
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (year, rest) = text.split_at(digits);
    let rest = rest.strip_prefix(trust)?;
    let rest = rest.strip_prefix("Revised").or_else(|| rest.strip_prefix("Simplified"))?;
    let rest = rest.strip_prefix(licence)?;
    let rest = rest.strip_prefix("https").or_else(|| rest.strip_prefix("http"))?;
    rest.starts_with(end).then(|| year.parse().ok()).flatten()
}

pub(super) fn rfc_text(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    const START: &str = "This version of this YANG module is part of RFC ";
    const END: &str = "; see the RFC itself for full legal notices.";
    let (Some(text), Some(statement)) = (description(unit), unit.statement.child("description")) else { return };
    let said = text.find(START).and_then(|at| text.get(at + START.len()..)?.find(END)).is_some_and(|length| length > 0);
    if unit.statement.text().starts_with("ietf-") && !said {
        let diagnostic = Diagnostic::warning("the description does not say which RFC the module is part of");
        let help = "`This version of this YANG module is part of RFC XXXX; see the RFC itself for full legal notices.`";
        findings.push(diagnostic.at(statement.keyword.span, "").help(help));
    }
}

pub(super) fn key_words(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let own = unit.statement.child_text("description").map(flat).unwrap_or_default();
    if own.contains(KEY_WORDS_TEXT) {
        return;
    }
    let mut first = None;
    walk(unit.statement, &mut |statement, _| {
        let word = statement.text().split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        if first.is_none() && statement.is("description") && word.into_iter().any(|word| KEY_WORDS.contains(&word)) {
            first = Some(statement);
        }
    });
    if let Some(first) = first {
        let message = "descriptions use the key words of RFC 2119, and the module's does not say what they mean";
        findings.push(Diagnostic::warning(message).at(first.keyword.span, "the first").help(
            "`The key words 'MUST', … in this document are to be interpreted as described in BCP 14 (RFC 2119) \
             (RFC 8174) when, and only when, they appear in all capitals, as shown here.`",
        ));
    }
}
