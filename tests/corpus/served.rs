//! Any real module is served without a build step: its schema lowered at run time, its SIDs made up, its data written
//! and read back over CORECONF.

use comi_codegen::sample::{Options, sample};
use comi_codegen::{Context, served_schema, session_sids};
use comi_runtime::board::Call;
use comi_runtime::cbor::{Allowed, with_names};
use comi_runtime::coap::{Code, Method, content_format};
use comi_runtime::coreconf::{self, client, sids};
use comi_runtime::datastore::{Datastore, Limits, with_rules};
use comi_runtime::json;
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::{Content, Data};
use comi_tests::Nothing;

use super::{corpus, of_each};

/// Asks the datastore resource.
fn ask(store: &mut Datastore, method: Method, query: &[&str], payload: &[u8]) -> (Code, Vec<u8>) {
    let request = coreconf::Request {
        method,
        query,
        content_format: (!payload.is_empty()).then_some(content_format::YANG_DATA_CBOR_SID),
        accept: None,
        if_match: &[],
        if_none_match: false,
        payload,
    };
    let mut board = Nothing(store.schema());
    let mut out = Vec::new();
    let limits = coreconf::Limits::SERVER;
    let answer = coreconf::datastore(store, &mut board, Call(1), &limits, &request, &mut out);
    (answer.code, out)
}

/// Of the corpus; all of it with `COMI_CORPUS=all`.
const MODULES: usize = 80;

/// What became of one module: how many bytes were written and read, and how many rules were left out. `None`: it is a
/// submodule, or is refused by itself, which other tests are about.
fn serve(folder: &std::path::Path, name: &str) -> Result<Option<(usize, usize)>, String> {
    let mut context = Context::new();
    context.yang_dir(folder).module(name).module("ietf-coreconf").module("ietf-yang-library");
    let compiled = context.compile_with_targets();
    if !compiled.is_ok() {
        return Ok(None);
    }
    let render = |found: Vec<_>| comi_codegen::diagnostic::render(&compiled.sources, &found, false);
    let session = session_sids(&compiled, &[]).map_err(render)?;
    let (schema, left_out) = served_schema(&compiled, &session.registry).map_err(render)?;
    let schema = with_rules(with_names(schema));
    let mut store = Datastore::new(schema, Limits::SERVER);

    let mut links = Vec::new();
    coreconf::links(schema, &mut |link| {
        links.push((link.resource_type, link.sid));
        true
    });
    if !links.contains(&("core.c.ds", Some(("ds", sids::UNIFIED)))) {
        return Err(format!("{links:?} has no datastore"));
    }

    let module = compiled.schema.module_named(name).ok_or("no such module")?;
    let mut bytes = 0;
    for seed in 0..2 {
        let document = sample(&compiled.schema, &[module], &Options { seed, config: true, ..Options::default() });
        let content = json::read_content(schema, NodeIndex::ROOT, Allowed::Config, &document);
        let content = content.map_err(|error| error.describe(schema))?;
        let mut payload = Vec::new();
        client::document(schema, &content, &mut payload).map_err(|error| error.to_string())?;
        let (code, answer) = ask(&mut store, Method::Put, &[], &payload);
        if code != Code::CHANGED {
            let error = client::read_error(schema, &answer).map(|error| error.to_string());
            return Err(format!("PUT is answered by {code}: {}\n{document}", error.unwrap_or_default()));
        }
        let (code, answer) = ask(&mut store, Method::Get, &["c=c", "d=a"], &[]);
        let read = client::read_document(schema, &answer).map_err(|error| error.describe(schema))?;
        if code != Code::CONTENT || !holds(&read, &content) {
            return Err(format!("GET is answered by {code}: {read:?}\nafter {document}"));
        }
        bytes += payload.len();
    }
    Ok(Some((bytes, left_out.len())))
}

/// Whether what was written is there; defaults may be there besides.
fn holds(read: &Content, written: &Content) -> bool {
    written.iter().all(|(node, data)| match (read.child(node), data) {
        (Some(Data::Container(read)), Data::Container(written)) => holds(read, written),
        (None, Data::Container(written)) => holds(&Content::new(), written),
        (Some(Data::List(read)), Data::List(written)) => {
            read.len() == written.len() && read.iter().zip(written.iter()).all(|(read, written)| holds(read, written))
        }
        (None, Data::List(written)) => written.is_empty(),
        (read, data) => read == Some(data),
    })
}

#[test]
fn real_modules_are_served_as_they_are() {
    let Some(folder) = corpus() else { return };
    let texts = super::oracle::Texts::read(&folder);
    let all: Vec<&str> = texts.names().collect();
    let step = if std::env::var_os("COMI_CORPUS").is_some() { 1 } else { (all.len() / MODULES).max(1) };
    let names: Vec<&str> = all.into_iter().step_by(step).collect();
    let results = of_each(&names, |name| serve(&folder, name));
    let served: Vec<&(usize, usize)> = results.iter().filter_map(|result| result.as_ref().ok()?.as_ref()).collect();
    let (bytes, rules) = served.iter().fold((0, 0), |(bytes, rules), one| (bytes + one.0, rules + one.1));
    println!(
        "{} of {} modules served, {bytes} bytes written and read, {rules} rules left out",
        served.len(),
        names.len()
    );
    assert!(served.len() * 10 >= names.len() * 9, "nearly all of them compile");
    let failed =
        names.iter().zip(&results).filter_map(|(name, result)| Some(format!("{name}: {}", result.as_ref().err()?)));
    let failed: Vec<String> = failed.collect();
    assert!(failed.is_empty(), "{} modules fail\n{}", failed.len(), failed.join("\n"));
}
