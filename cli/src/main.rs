//! The command `comi`: YANG and SIDs for model authors, devices by name for operators.
//!
//! One command, one file: parse it, do it, show it. This crate alone knows terminals.

// its macros are for all that follow
#[macro_use]
mod output;

mod arguments;
mod board;
mod call;
mod changes;
mod completions;
mod convert;
mod delete;
mod demo;
mod device;
mod diff;
mod discover;
mod edit;
mod get;
mod identities;
mod library;
mod local;
mod lwm2m;
mod models;
mod names;
mod nobody;
mod progress;
mod serve;
mod set;
mod show;
mod sid;
mod target;
mod usage;
mod watch;
mod yang;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Devices that start from a YANG model: check models, give them SIDs, and talk to devices over CORECONF and LwM2M.
#[derive(Parser)]
#[command(
    name = "comi",
    version,
    max_term_width = 100,
    after_help = "\
Start here:
  comi demo                                             a device on this machine, and its story
  comi serve                                            the same device, to play with
  comi get 'coap://[::1]' /acme-valve:valve/target      read by name
  comi serve --module my-model --path models            a mock of any model
  comi yang check my-model.yang                         check a model; yang --help has more
  comi sid update my-model.yang                         give it SIDs

A list entry is written list=key or list[name='key']; quote it for your shell.
Exit status: 0 done, 1 it failed or something was found, 2 wrong usage."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check YANG modules, compare them, print trees and documentation
    #[command(subcommand)]
    Yang(yang::Command),
    /// Give SIDs to YANG modules and check them (RFC 9595)
    #[command(subcommand)]
    Sid(sid::Command),
    /// Make YANG modules of LwM2M objects, and definitions of modules
    #[command(subcommand)]
    Lwm2m(lwm2m::Command),
    /// Start a device here and show, message by message, what a client can do with it
    Demo(demo::Arguments),
    /// Serve the demo device, or a mock of any model, until Ctrl-C
    Serve(serve::Arguments),
    /// List what a device offers (its /.well-known/core)
    Discover(discover::Arguments),
    /// Read data nodes by name, or LwM2M paths
    Get(get::Arguments),
    /// Write a data node, or an LwM2M resource
    Set(set::Arguments),
    /// Edit the configuration in your editor: checked here, shown as a diff, sent as one change
    Edit(edit::Arguments),
    /// Compare the configuration with a file: status 1 when they differ
    Diff(diff::Arguments),
    /// Delete data nodes
    Delete(delete::Arguments),
    /// Call an rpc or an action
    Call(call::Arguments),
    /// Show notifications and changes of data nodes, live
    Watch(watch::Arguments),
    /// Convert RFC 7951 JSON to YANG-CBOR
    Encode(convert::EncodeArguments),
    /// Convert YANG-CBOR to RFC 7951 JSON
    Decode(convert::DecodeArguments),
    /// Check a document as a device would: types, keys, must, when, references
    Validate(convert::ValidateArguments),
    /// Print a script for your shell that completes commands, options and a device's data nodes
    Completions(completions::Arguments),
    /// Print what may stand in the place of the last word; for the scripts
    #[command(hide = true)]
    Complete(completions::CompleteArguments),
}

/// What clap knows of the command line.
fn command() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Yang(command) => yang::run(&command),
        Command::Sid(command) => sid::run(command),
        Command::Lwm2m(command) => lwm2m::run(&command),
        Command::Demo(arguments) => demo::run(&arguments).await,
        Command::Serve(arguments) => serve::run(&arguments).await,
        Command::Discover(arguments) => discover::run(&arguments).await,
        Command::Get(arguments) => get::run(&arguments).await,
        Command::Set(arguments) => set::run(&arguments).await,
        Command::Edit(arguments) => edit::run(&arguments).await,
        Command::Diff(arguments) => Ok(diff::run(&arguments).await),
        Command::Delete(arguments) => delete::run(&arguments).await,
        Command::Call(arguments) => call::run(&arguments).await,
        Command::Watch(arguments) => watch::run(&arguments).await,
        Command::Encode(arguments) => convert::encode(&arguments),
        Command::Decode(arguments) => convert::decode(&arguments),
        Command::Validate(arguments) => Ok(convert::validate(&arguments)),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Complete(arguments) => Ok(completions::complete(&command(), &arguments).await),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(usage::status(&error))
    })
}
