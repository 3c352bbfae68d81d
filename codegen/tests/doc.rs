//! The page that `comi yang doc` writes.

use std::collections::HashSet;

use comi_codegen::{Context, doc};

fn page(name: &str, text: &str) -> String {
    let mut context = Context::new();
    context.source(format!("{name}.yang"), text);
    let compiled = context.module(name).compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    doc::page(&compiled, None)
}

fn built_in(names: &[&str]) -> String {
    let mut context = Context::new();
    for name in names {
        context.module(*name);
    }
    let compiled = context.compile();
    let sids = comi_codegen::sid_files(&compiled, &[]).map(|(sids, _)| sids).ok();
    doc::page(&compiled, sids.as_ref())
}

/// What stands between quotes behind `name=`, as the page writes it.
fn attributes<'a>(page: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(name).skip(1).filter_map(|rest| rest.split('"').next())
}

#[test]
fn what_a_module_says_is_text_and_never_markup() {
    let evil = "<script>alert(1)</script>\"' onload='x'";
    let text = format!(
        "module evil {{ yang-version 1.1; namespace 'urn:evil'; prefix e; organization {evil:?}; contact {evil:?};
           description {evil:?}; reference {evil:?};
           feature f {{ description {evil:?}; }} identity i {{ description {evil:?}; }}
           typedef t {{ type enumeration {{ enum {evil:?} {{ description {evil:?}; }} }} description {evil:?}; }}
           extension x {{ argument a; description {evil:?}; }}
           container c {{ presence {evil:?}; description {evil:?}; reference {evil:?}; e:x {evil:?};
             must \"a = '<script>' or true()\" {{ error-message {evil:?}; error-app-tag {evil:?}; }}
             when \"'<script>' != ''\";
             leaf a {{ type string {{ pattern '<script>.*'; }} default '<script>'; units {evil:?}; }}
             leaf b {{ type t; }} }} }}"
    );
    let page = page("evil", &text);
    let (head, body) = page.split_once("<body>").unwrap_or_default();
    assert!(!head.contains("alert(1)"));
    let body = body.rsplit_once("<script>").map_or("", |(body, _)| body);
    assert!(!body.contains("<script") && !body.contains("onload='") && !body.contains("'\" "), "{body}");
    assert!(body.matches("&lt;script&gt;alert(1)").count() >= 12);
}

#[test]
fn nothing_is_fetched() {
    let page = built_in(&["ietf-interfaces", "ietf-system", "lwm2m-temperature-3303"]);
    for word in ["src=", "<link", "@import", "url(", "fetch(", "XMLHttpRequest"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(attributes(&page, "href=\"").all(|link| link.starts_with('#')));
    assert!(page.contains("Content-Security-Policy\" content=\"default-src 'none'"));
}

#[test]
fn every_link_leads_to_a_place_of_its_own() {
    let page = built_in(&["ietf-interfaces", "ietf-system", "ietf-netconf-acm", "lwm2m-device-3", "ietf-yang-library"]);
    let mut places = HashSet::new();
    for place in attributes(&page, " id=\"") {
        assert!(places.insert(place), "two places are called {place}");
    }
    for link in attributes(&page, "href=\"#") {
        assert!(places.contains(link), "{link} leads nowhere");
    }
    // Choices and cases have places, which no path of data can have.
    assert!(places.iter().any(|place| place.contains("/(")));
}

#[test]
fn a_card_says_all_that_is_known_of_a_node() {
    let text = "module m { yang-version 1.1; namespace 'urn:m'; prefix m;
        import comi-lwm2m { prefix lw; }
        feature fast { description 'Fast pumps.'; }
        identity kind; identity big { base kind; }
        typedef speed { type uint16 { range '1..10 | 20'; } units rpm; default 5; description 'How fast.'; }
        container top { description 'The top.

            Second paragraph.'; reference 'RFC 1';
          leaf speed { type speed; if-feature fast; must '. > 2' { error-message 'Too slow.'; } }
          leaf mode { type enumeration { enum off { description 'It rests.'; } enum on { value 7; } } default on;
            status deprecated; }
          leaf kind { type identityref { base kind; } mandatory true; }
          leaf to { type leafref { path '../mode'; require-instance false; } when '../speed'; }
          leaf exact { type decimal64 { fraction-digits 2; range '-1.5..2'; } }
          leaf any { type union { type int8; type string { length '3..5'; pattern 'a*'; } } }
          list l { key 'k'; unique v; min-elements 1; max-elements 4; ordered-by user; lw:object 3303;
            leaf k { type lw:instance-id; } leaf v { type string; lw:resource 5700; }
            action reset { input { leaf how { type string; } } } }
          choice way { default by-hand; case by-hand { leaf hand { type empty; } } leaf foot { type empty; } } }
        rpc go; notification gone; }";
    let page = page("m", text);
    for part in [
        "<p>The top.</p><p>Second paragraph.</p>",
        "<dt>Reference</dt><dd>RFC 1</dd>",
        "<a href=\"#typedef=m:speed\"><code>speed</code></a> <span class=\"quiet\">uint16</span>",
        "<span>range</span> <code>1..10 | 20</code>",
        "<dt>Default</dt><dd><code>5</code></dd>",
        "<dt>Units</dt><dd>rpm</dd>",
        "<dt>If feature</dt><dd><a href=\"#feature=m:fast\"><code>fast</code></a></dd>",
        "<dt>Must</dt><dd><code>. &gt; 2</code><br><span class=\"quiet\">otherwise: Too slow.</span></dd>",
        "<tr><td><code>off</code></td><td>0</td><td>It rests.</td></tr><tr><td><code>on</code></td><td>7</td>",
        "<span class=\"flag deprecated\">deprecated</span>",
        "<span>derived from</span> <a href=\"#identity=m:kind\"><code>kind</code></a>",
        "<span class=\"flag mandatory\">mandatory</span>",
        "<span>to</span> <a href=\"#/m:top/mode\"><code>../mode</code></a>",
        "the instance need not exist",
        "<dt>When</dt><dd><code>../speed</code></dd>",
        "<code>-1.5..2.0</code>",
        "<li><code>int8</code></li><li><code>string</code><div class=\"restriction\"><span>length</span> <code>3..5</code>",
        "<span>pattern</span> <code>a*</code>",
        "<dt>Keys</dt><dd><a href=\"#/m:top/l/k\"><code>k</code></a></dd>",
        "<dt>Unique</dt><dd><a href=\"#/m:top/l/v\"><code>v</code></a></dd>",
        "<dt>Entries</dt><dd>1 to 4</dd>",
        "<dt>Ordered by</dt><dd>user</dd>",
        "<dt>LwM2M</dt><dd><code>/3303/*/5700</code></dd>",
        "id=\"/m:top/l/reset/input/how\"",
        "id=\"/m:top/(way)/:(by-hand)\"",
        "<span class=\"flag read-write\">read-write</span>",
        "<dt>Base of</dt><dd><a href=\"#identity=m:big\"><code>big</code></a></dd>",
        "id=\"/m:go\"",
        "id=\"/m:gone\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("reset/output"), "an output without nodes has no card");
}

#[test]
fn what_has_no_path_has_a_place_too() {
    let text = "module m { yang-version 1.1; namespace 'urn:m'; prefix m; import ietf-restconf { prefix rc; }
        import ietf-yang-structure-ext { prefix sx; }
        rc:yang-data errors { container errors { leaf text { type string; } } }
        sx:structure notice { leaf text { type own; typedef own { type int8; } } }
        container note { typedef own { type int8; } leaf own { type own; } } }";
    let mut context = Context::new();
    let restconf = "module ietf-restconf { namespace 'urn:ietf:params:xml:ns:yang:ietf-restconf'; prefix rc;
        extension yang-data { argument name { yin-element true; } } }";
    context.source("m.yang", text.replace("type own; typedef own { type int8; }", "type int8;"));
    let compiled = context.source("ietf-restconf.yang", restconf).module("m").compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let page = doc::page(&compiled, None);
    let places: HashSet<&str> = attributes(&page, " id=\"").collect();
    for place in ["/m:errors", "/m:errors~", "/m:note", "/m:notice"] {
        assert!(places.contains(place), "{place}: {places:?}");
    }
    assert!(attributes(&page, "href=\"#").all(|link| places.contains(link)));
}

#[test]
fn sids_are_shown() {
    let page = built_in(&["ietf-system"]);
    assert!(page.contains("id=\"/ietf-system:system/hostname\"") && page.contains("SID 1752"));
}

#[test]
fn augments_of_other_modules_have_cards() {
    let text = "module a { namespace 'urn:a'; prefix a; import ietf-interfaces { prefix if; }
        augment /if:interfaces/if:interface { leaf colour { type string; } } }";
    let page = page("a", text);
    assert!(page.contains("Augments <code>/ietf-interfaces:interfaces/interface</code>"));
    assert!(page.contains("id=\"/ietf-interfaces:interfaces/interface/a:colour\""));
}
