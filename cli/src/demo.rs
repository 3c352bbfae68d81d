//! `comi demo`: starts the demo device and lives its story as a client would, message by message.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use comi_runtime::cbor::{Identifiers, Writer, write_instance_identifier};
use comi_runtime::client::{Request, Response};
use comi_runtime::coap::{CallId, Method, content_format};
use comi_runtime::net::Direction;
use comi_runtime::value::{Data, InstanceIdentifier};

use crate::arguments::{Format, ModelArguments};
use crate::device::Session;
use crate::serve::{self, RegistrationArguments, Serving, StoreArguments};
use crate::target::{Target, Transport};
use crate::{models, show};

const POSITION: &str = "/acme-valve:valve/position";
const TARGET: &str = "/acme-valve:valve/target";
const MODE: &str = "/acme-valve:valve/mode";
const MOVE: &str = "/acme-valve:valve/move";
const APPLICATION_TYPE: &str = "/lwm2m-temperature-3303:temperature=0/application-type";
const APPLICATION_TYPE_RESOURCE: &str = "/3303/0/5750";

/// Arguments of `comi demo`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi demo                                             the story, and a device to play with until Ctrl-C
  comi demo --once                                      the story alone

Exit status: 0 done, 1 a step of the story failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// End after the story instead of serving on
    #[arg(long)]
    once: bool,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Serving { server, address, .. } =
        serve::demo::start(None, &RegistrationArguments::default(), &StoreArguments::default()).await?;
    let serving = tokio::spawn(server.run());
    outln!("a device compiled from yang/ serves at {}", serve::uri(address));

    let schema = models::load(&ModelArguments::default())?;
    let mut session = Session::to(Target::udp(address), schema).await?;
    session.client().set_timeout(Duration::from_secs(10));
    session.client().on_datagram(move |direction, datagram| {
        let direction = match direction {
            Direction::Sent => show::Direction::Sent,
            Direction::Received => show::Direction::Received,
        };
        out!("{}", show::message(Transport::Udp, direction, datagram, Some(schema)));
    });
    Story { session, step: 0 }.tell().await?;

    if arguments.once {
        return Ok(ExitCode::SUCCESS);
    }
    outln!("the device serves on at {}", serve::uri(address));
    out!("{}", serve::demo::suggestions(address));
    tokio::select! {
        ended = serving => bail!("the device has ended: {ended:?}"),
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The story, step by step. What it prints of messages comes from the socket alone.
struct Story {
    session: Session,
    step: u32,
}

impl Story {
    async fn tell(&mut self) -> Result<()> {
        self.discover().await?;
        self.fetch().await?;
        self.set().await?;
        self.be_refused().await?;
        self.call().await?;
        self.observe().await?;
        self.be_notified().await?;
        self.use_lwm2m().await
    }

    async fn discover(&mut self) -> Result<()> {
        self.heading("discover the datastore", "GET /.well-known/core?rt=core.c.ds");
        let response = self.session.client().request(&Request::discover(Some("rt=core.c.ds"))).await?;
        self.session.accepted(response)?;
        self.heading("discover the objects of LwM2M", "GET /.well-known/core?href=/3303*");
        let response = self.session.client().request(&Request::discover(Some("href=/3303*"))).await?;
        self.session.accepted(response).map(|_| ())
    }

    async fn fetch(&mut self) -> Result<()> {
        self.heading("read three leaves at once", &format!("FETCH {POSITION}, {TARGET}, {MODE}"));
        let nodes = [self.node(POSITION)?, self.node(TARGET)?, self.node(MODE)?];
        let answers = self.session.fetch(&nodes, &[]).await?;
        for (node, answer) in nodes.iter().zip(&answers) {
            self.meaning(node, answer.as_ref())?;
        }
        Ok(())
    }

    async fn set(&mut self) -> Result<()> {
        self.heading("write a setting", &format!("iPATCH {TARGET} = 40"));
        let target = self.node(TARGET)?;
        let data = self.session.parse(&target, "40")?;
        self.session.patch(&[(target, Some(data))]).await
    }

    /// The value is refused by our own model as well, so the payload is written by hand.
    async fn be_refused(&mut self) -> Result<()> {
        self.heading("be refused a wrong one, with the reason", &format!("iPATCH {TARGET} = 140"));
        let mut payload = Vec::new();
        let mut writer = Writer::new(&mut payload);
        writer.map(1);
        write_instance_identifier(self.session.schema(), &self.node(TARGET)?, Identifiers::Sids, &mut writer)?;
        writer.unsigned(140);
        let request =
            Request::new(Method::IPatch, "/c").with_payload(content_format::YANG_INSTANCES_CBOR_SEQ, &payload);
        let response = self.session.client().request(&request).await?;
        match self.session.accepted(response) {
            Ok(_) => bail!("the device took a value that its model forbids"),
            Err(error) => outln!("  => {}", format!("{error:#}").replace('\n', "\n    ")),
        }
        outln!();
        Ok(())
    }

    async fn call(&mut self) -> Result<()> {
        self.heading("call an action", &format!("POST {MOVE} position=30 gently=true"));
        let operation = self.session.operation(MOVE)?;
        let input = self.session.parse_input(&operation, &["position=30".into(), "gently=true".into()])?;
        let output = self.session.call(&operation, &input).await?;
        if let Some(json) = self.session.print_output(&operation, &output)? {
            outln!("  => {}", json.replace('\n', "\n     "));
        }
        outln!();
        Ok(())
    }

    async fn observe(&mut self) -> Result<()> {
        self.heading("observe a leaf, change it, and be told", &format!("FETCH with Observe {TARGET}"));
        let target = self.node(TARGET)?;
        let (_, observation) = self.session.observe_node(&target).await?;
        let data = self.session.parse(&target, "55")?;
        self.session.patch(&[(target.clone(), Some(data))]).await?;
        let update = self.update_of(observation).await?;
        self.tell_update(&target, update)?;
        self.session.client().cancel(observation).await?;
        Ok(())
    }

    async fn be_notified(&mut self) -> Result<()> {
        self.heading("receive a notification: above 95 this valve sticks", "GET with Observe /s");
        let (_, observation) = self.session.observe_events().await?;
        let operation = self.session.operation(MOVE)?;
        let input = self.session.parse_input(&operation, &["position=100".into()])?;
        self.session.call(&operation, &input).await?;
        let update = self.update_of(observation).await?;
        let events = update.events(self.session.schema()).map_err(|error| self.session.explain(error))?;
        let (at, content) = events.into_iter().next().context("an update of the stream without a notification")?;
        self.meaning(&at, Some(&Data::Container(content)))?;
        self.session.client().cancel(observation).await?;
        Ok(())
    }

    async fn use_lwm2m(&mut self) -> Result<()> {
        self.heading(
            "the same leaf by its LwM2M path, while CORECONF's observer looks on",
            &format!("FETCH with Observe {APPLICATION_TYPE}; PUT and GET {APPLICATION_TYPE_RESOURCE}"),
        );
        let leaf = self.node(APPLICATION_TYPE)?;
        let (_, observation) = self.session.observe_node(&leaf).await?;
        self.session.write_resource(APPLICATION_TYPE_RESOURCE, "cellar").await?;
        let update = self.update_of(observation).await?;
        self.tell_update(&leaf, update)?;
        let text = self.session.read_resource(APPLICATION_TYPE_RESOURCE).await?;
        outln!("  => {APPLICATION_TYPE_RESOURCE} = {text:?}\n");
        self.session.client().cancel(observation).await?;
        Ok(())
    }

    fn heading(&mut self, what: &str, request: &str) {
        self.step += 1;
        outln!("\n{}. {what}\n   {request}", self.step);
    }

    fn node(&self, name: &str) -> Result<InstanceIdentifier> {
        self.session.identifier(name)
    }

    async fn update_of(&mut self, observation: CallId) -> Result<Response> {
        let wait = tokio::time::timeout(Duration::from_secs(10), self.session.client().next_update()).await;
        let (of, update) = wait.context("the device told of no change")??;
        if of != observation {
            bail!("an update of another observation");
        }
        self.session.accepted(update?)
    }

    fn tell_update(&self, node: &InstanceIdentifier, update: Response) -> Result<()> {
        let answers = update.fetched(self.session.schema(), std::slice::from_ref(node));
        for answer in answers.map_err(|error| self.session.explain(error))? {
            self.meaning(node, answer.as_ref())?;
        }
        Ok(())
    }

    /// What an answer says, by name.
    fn meaning(&self, node: &InstanceIdentifier, data: Option<&Data>) -> Result<()> {
        match data {
            Some(data) => {
                let table = String::from_utf8(self.session.print_instance(node, data, Format::Table)?)?;
                for line in table.lines() {
                    outln!("  => {}", line.replacen('\t', " = ", 1));
                }
            }
            None => outln!("  => {} is not there", self.session.name(node)),
        }
        Ok(())
    }
}
