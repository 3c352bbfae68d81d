//! Work in proportion to the change: what an edit is checked for equals a check of everything, whatever the edit.

use comi_runtime::datastore::{Datastore, Document, Edit, EditError, Limits, Origin, check_document};
use comi_runtime::schema::Schema;
use comi_runtime::value::text::parse_path;

use crate::fixture::{Nobody, document, module, read};

const BODY: &str = "
    leaf mode { type enumeration { enum a; enum b; enum c; } default a; }
    leaf limit { type uint8; default 3; }
    list e { key k; must 'count(p) <= /limit'; unique 'u';
      leaf k { type string; } leaf u { type uint8; } leaf kind { type string; }
      leaf v { when \"../kind = 'x'\"; type uint8; must '. >= ../w or not(../w)'; default 2; }
      leaf w { when '../v > 1'; type uint8; }
      list p { key n; ordered-by user; leaf n { type uint8; }
        must 'not(preceding-sibling::p) or preceding-sibling::p[1]/n != n + 1'; leaf q { type leafref { path '../../../e/k'; } } }
      leaf main { type leafref { path '../p/n'; } }
      leaf other { type leafref { path '../../e[k = current()/../kind]/p/n'; } }
      container c { when \"/mode != 'b'\"; leaf m { type string; } container d { presence p; leaf need { when \"../m or /mode = 'c'\"; type uint8; mandatory true; } } } }
    container way { choice x { default one; case one { leaf one { type uint8; default 1; } } case two { leaf two { when \"/mode = 'a'\"; type uint8; } }
        case three { when \"/limit > 1\"; leaf three { type uint8; default 9; } } } leaf see { type uint8; must '. = ../one or . = ../three or . = sum(/e/v)'; } }
    leaf far { type leafref { path '/e/k'; } must 'deref(.)/../v < 4 or deref(.)/../c/m'; }
    leaf pick { type instance-identifier { require-instance false; } must 'not(deref(.)) or deref(.) < 3'; }
    leaf-list tag { type string; must 'string-length(.) < 2 or //kind = .'; }";

/// Numbers that look random (Marsaglia's xorshift), from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).expect("it fits")).expect("it fits")
    }

    fn of<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }
}

/// A path and its value; no value deletes.
fn change(random: &mut Random) -> (String, Option<String>) {
    let entry = |random: &mut Random| format!("/t:e[k='{}']", random.of(&["a", "b", "x"]));
    let number = |random: &mut Random| random.of(&["0", "1", "2", "3", "4", "5"]).to_owned();
    let word = |random: &mut Random| format!("\"{}\"", random.of(&["a", "b", "x", "xx"]));
    let (path, value) = match random.below(19) {
        0 => ("/t:mode".to_owned(), format!("\"{}\"", random.of(&["a", "b", "c"]))),
        1 => ("/t:limit".to_owned(), number(random)),
        2 => {
            let path = entry(random);
            (path.clone(), format!("[{{\"k\": \"{}\", \"kind\": {}}}]", &path[8..9], word(random)))
        }
        3 => (entry(random) + "/kind", word(random)),
        4 => (entry(random) + "/v", number(random)),
        5 => (entry(random) + "/w", number(random)),
        6 => (entry(random) + "/u", number(random)),
        7 | 8 => {
            let number = number(random);
            (format!("{}/p[n='{number}']", entry(random)), format!("[{{\"n\": {number}}}]"))
        }
        9 => (format!("{}/p[n='{}']/q", entry(random), number(random)), word(random)),
        10 => (entry(random) + "/main", number(random)),
        11 => (entry(random) + "/other", number(random)),
        12 => (entry(random) + "/c/m", word(random)),
        13 => (entry(random) + "/c/d", "{}".to_owned()),
        14 => (entry(random) + "/c/d/need", number(random)),
        15 => (format!("/t:way/{}", random.of(&["one", "two", "three", "see"])), number(random)),
        16 => ("/t:far".to_owned(), word(random)),
        17 => ("/t:pick".to_owned(), format!("\"{}/v\"", entry(random))),
        _ => ("/t:tag".to_owned(), format!("[{}]", word(random))),
    };
    let delete = random.below(4) == 0;
    (path, (!delete).then_some(value))
}

fn apply(
    schema: &'static Schema,
    edit: &mut Edit<'_>,
    (path, value): &(String, Option<String>),
) -> Result<(), EditError> {
    let at = parse_path(schema, path).expect("the path is one of the model");
    match value {
        Some(value) => edit.replace(&at, read(schema, path, &at, value)),
        None => edit.delete(&at).map(drop),
    }
}

#[test]
fn what_is_affected_is_checked_as_everything_is() {
    let schema = module(BODY);
    let (mut committed, mut refused) = (0, 0);
    for seed in 1..=40_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut store = Datastore::new(schema, Limits::SERVER);
        // the mandatory parts hold from the beginning: nothing is missing in an empty tree
        let start = document(schema, r#"{"t:e": [{"k": "a", "kind": "x"}]}"#);
        let mut edit = store.edit(Origin::Requester);
        edit.replace_all(start).expect("it fits the model");
        drop(edit.finish(&mut Nobody(schema)).expect("it is valid"));
        for step in 0..120 {
            let changes: Vec<_> = (0..=random.below(3)).map(|_| change(&mut random)).collect();
            let before = store.content().clone();
            let mut edit = store.edit(Origin::Requester);
            if changes.iter().any(|change| apply(schema, &mut edit, change).is_err()) {
                continue;
            }
            let unsettled = edit.datastore().content().clone();
            let told = format!("seed {seed}, step {step}: {changes:?}");
            if let Err(error) = edit.finish(&mut Nobody(schema)) {
                let wrong = check_document(schema, &unsettled, Document::Config, 9);
                assert!(!wrong.is_empty(), "{told}: refused, but all is well: {error:?}");
                assert_eq!(store.content(), &before, "{told}");
                refused += 1;
            } else {
                let wrong = check_document(schema, store.content(), Document::Config, 9);
                assert!(wrong.is_empty(), "{told}: committed, but {wrong:?}");
                committed += 1;
            }
        }
    }
    assert!(committed > 500 && refused > 500, "{committed} committed, {refused} refused");
}
