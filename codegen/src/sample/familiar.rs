//! Values of well-known typedefs that their patterns alone would get wrong: other programs look closer at an address or
//! a date than the pattern does, and refuse the 99th of a month.

use super::random::Random;

/// A value of a typedef of ietf-yang-types or ietf-inet-types; `None` where any that matches its patterns will do.
pub(super) fn value(module: &str, typedef: &str, random: &mut Random) -> Option<String> {
    let mut number = |end: u64| random.below(end);
    Some(match (module, typedef) {
        ("ietf-yang-types", "date-and-time") => format!("{}T{}Z", date(&mut number), time(&mut number)),
        ("ietf-yang-types", "date-no-zone" | "date") => date(&mut number),
        ("ietf-yang-types", "time-no-zone") => time(&mut number),
        ("ietf-yang-types", "time") => time(&mut number) + "Z",
        ("ietf-yang-types", "xpath1.0") => "/".to_owned(),
        ("ietf-inet-types", "ipv4-address" | "ipv4-address-no-zone" | "ip-address" | "ip-address-no-zone") => {
            v4(&mut number)
        }
        ("ietf-inet-types", "ipv6-address" | "ipv6-address-no-zone") => v6(&mut number),
        ("ietf-inet-types", "ipv4-prefix" | "ip-prefix") => {
            format!("{}.{}.0.0/16", number(256), number(256))
        }
        ("ietf-inet-types", "ipv6-prefix") => format!("2001:db8:{:x}::/48", 1 + number(0xffff)),
        ("ietf-inet-types", "host" | "host-name" | "domain-name") => format!("host-{}.example", number(1000)),
        ("ietf-inet-types", "uri") => format!("https://example.com/{}", number(1000)),
        _ => return None,
    })
}

fn date(number: &mut dyn FnMut(u64) -> u64) -> String {
    format!("{}-{:02}-{:02}", 1990 + number(60), 1 + number(12), 1 + number(28))
}

fn time(number: &mut dyn FnMut(u64) -> u64) -> String {
    format!("{:02}:{:02}:{:02}", number(24), number(60), number(60))
}

fn v4(number: &mut dyn FnMut(u64) -> u64) -> String {
    format!("{}.{}.{}.{}", 1 + number(223), number(256), number(256), number(256))
}

/// In the form of RFC 5952: no group of zeros.
fn v6(number: &mut dyn FnMut(u64) -> u64) -> String {
    format!("2001:db8::{:x}:{:x}", 1 + number(0xffff), 1 + number(0xffff))
}
