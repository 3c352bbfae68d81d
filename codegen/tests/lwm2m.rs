//! An object as its definition has it, and the module that is made of it: `tests/lwm2m` holds both, to be read.
//!
//! `COMI_BLESS=1 cargo test -p comi-codegen --features lwm2m --test lwm2m` writes the module anew.

use comi_codegen::lwm2m::{self, Options};
use comi_codegen::source::SourceMap;
use comi_codegen::{Context, Diagnostic};

const XML: &[u8] = include_bytes!("lwm2m/30000.xml");

fn said(sources: &SourceMap, diagnostics: &[Diagnostic]) -> Vec<String> {
    let line = |one: &Diagnostic| one.span().and_then(|span| sources.location(span)).map_or(0, |at| at.line);
    diagnostics.iter().map(|one| format!("{}: {}", line(one), one.message)).collect()
}

#[test]
fn an_object_with_oddities_becomes_a_module_that_a_person_could_have_written() {
    let mut sources = SourceMap::default();
    let id = sources.add("30000.xml", lwm2m::decode(XML).unwrap()).unwrap();
    let reading = lwm2m::read(&sources, id);
    assert_eq!(reading.diagnostics, []);
    let [definition] = &reading.definitions[..] else { panic!("{reading:?}") };
    let notice = definition.notice.clone();
    let options = Options { revision: "2026-11-26".to_owned(), notice, ..Options::default() };
    let module = lwm2m::module(&definition.object, Some(&definition.places), &options);
    assert_eq!(
        said(&sources, &module.diagnostics),
        ["32: resource 6: range \"as usual\": it is no list of numbers, and restricts nothing"]
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lwm2m/lwm2m-pump-station-30000.yang");
    if std::env::var_os("COMI_BLESS").is_some() {
        std::fs::write(path, &module.text).unwrap();
    }
    assert_eq!(module.text, std::fs::read_to_string(path).unwrap());
    assert_eq!(module.name, "lwm2m-pump-station-30000");
}

#[test]
fn any_module_is_an_object_by_expose() {
    let mut context = Context::new();
    context.source(
        "acme-exposed.yang",
        "module acme-exposed {
          yang-version 1.1; namespace \"urn:acme:exposed\"; prefix x;
          import comi-lwm2m { prefix lw; }
          import ietf-interfaces { prefix if; }
          lw:expose \"/if:interfaces/if:interface\" {
            lw:object \"30001\"; lw:version \"1.2\"; lw:enabler-version \"1.1\"; lw:name \"Network Interface\";
          }
          lw:expose \"/if:interfaces/if:interface/if:enabled\" { lw:resource \"1\"; }
          lw:expose \"/if:interfaces/if:interface/if:oper-status\" { lw:resource \"2\"; lw:name \"State\"; }
          lw:expose \"/if:interfaces/if:interface/if:statistics/if:in-octets\" { lw:resource \"3\"; }
        }",
    );
    let compiled = context.module("acme-exposed").compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let found = lwm2m::objects(&compiled.schema, &compiled.asked);
    assert_eq!(found.diagnostics, []);
    let [object] = &found.objects[..] else { panic!("{found:?}") };
    let facts = (object.id, &*object.name, &*object.urn, &*object.version, object.multiple);
    assert_eq!(facts, (30001, "Network Interface", "urn:oma:lwm2m:x:30001:1.2", "1.2", true));
    let resources: Vec<_> = object.resources.iter().map(|one| (one.id, &*one.name, one.operations.letters())).collect();
    assert_eq!(resources, [(1, "Enabled", "RW"), (2, "State", "R"), (3, "In Octets", "R")]);
    let types: Vec<_> = object.resources.iter().map(|one| (one.data_type.word(), &*one.range)).collect();
    assert_eq!(types[0], ("Boolean", ""));
    assert_eq!(types[1].0, "String");
    assert_eq!(types[2], ("Unsigned Integer", ""));
    assert!(lwm2m::to_xml(&found.objects).contains("<Item ID=\"3\">\n        <Name>In Octets</Name>"));
}
