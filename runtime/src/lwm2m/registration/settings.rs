//! What object 1 says of a server (Core 1.2 appendix E.2), found by resource ids: no generated name is needed.

use alloc::string::{String, ToString as _};
use core::time::Duration;

use super::Account;
use crate::datastore::{Datastore, Edit, EditError, Found};
use crate::lwm2m::{Path, instance};
use crate::schema::Schema;
use crate::value::{Data, Value};

/// Object id of LwM2M Server.
pub(crate) const SERVER: u16 = 1;

/// Resources of object 1.
mod resource {
    pub(super) const SHORT_SERVER_ID: u16 = 0;
    pub(super) const LIFETIME: u16 = 1;
    pub(super) const LEAST_PERIOD: u16 = 2;
    pub(super) const LONGEST_PERIOD: u16 = 3;
    pub(super) const DISABLE_TIMEOUT: u16 = 5;
    pub(super) const STORING: u16 = 6;
    pub(super) const BINDING: u16 = 7;
    pub(super) const PRIORITY: u16 = 13;
    pub(super) const INITIAL_DELAY: u16 = 14;
    pub(super) const FAILURE_BLOCK: u16 = 15;
    pub(super) const RETRY_COUNT: u16 = 17;
    pub(super) const RETRY_TIMER: u16 = 18;
    pub(super) const SEQUENCE_DELAY: u16 = 19;
    pub(super) const SEQUENCE_COUNT: u16 = 20;
    pub(super) const MUTE_SEND: u16 = 23;
}

/// How to register with a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Lifetime in seconds; 0 is endless.
    pub lifetime: u32,
    /// Transports, as the parameter `b` has them.
    pub binding: String,
    /// Default minimum period of notifications.
    pub least_period: Option<u32>,
    /// Default maximum period.
    pub longest_period: Option<u32>,
    /// How long a disabled server is left alone.
    pub disable_timeout: Duration,
    /// Registration priority order.
    pub priority: Option<u64>,
    /// Initial registration delay timer.
    pub initial_delay: Duration,
    /// Registration failure block: those behind it in the order wait until it is registered.
    pub blocks: bool,
    /// Communication retry count: attempts of a sequence.
    pub retry_count: u64,
    /// Communication retry timer: the first pause between attempts.
    pub retry_timer: Duration,
    /// Communication sequence delay timer: the pause between sequences.
    pub sequence_delay: Duration,
    /// Communication sequence retry count.
    pub sequence_count: u64,
    /// Mute Send: the server wants nothing that it has not asked for.
    pub mute_send: bool,
}

impl Settings {
    /// Where object 1 says nothing: Core section 6.2.1.1, table "Registration Procedures Default Values".
    #[must_use]
    pub fn new(lifetime: u32) -> Settings {
        Settings {
            lifetime,
            binding: "U".to_string(),
            least_period: None,
            longest_period: None,
            disable_timeout: Duration::from_secs(86_400),
            priority: None,
            initial_delay: Duration::ZERO,
            blocks: false,
            retry_count: 5,
            retry_timer: Duration::from_secs(60),
            sequence_delay: Duration::from_secs(86_400),
            sequence_count: 1,
            mute_send: false,
        }
    }

    /// What the instance of object 1 for this account says.
    #[must_use]
    pub fn of(store: &Datastore, account: &Account) -> Settings {
        let mut settings = Settings::new(account.lifetime);
        let Some(instance) = instance_of(store, account.short_server_id) else { return settings };
        let number = |id| value(store, instance, id).and_then(whole);
        let seconds = |id| number(id).map(Duration::from_secs);
        if let Some(lifetime) = number(resource::LIFETIME) {
            settings.lifetime = u32::try_from(lifetime).unwrap_or(u32::MAX);
        }
        if let Some(Value::String(binding)) = value(store, instance, resource::BINDING) {
            settings.binding = binding.to_string();
        }
        let replace = |setting: &mut Duration, id| *setting = seconds(id).unwrap_or(*setting);
        replace(&mut settings.disable_timeout, resource::DISABLE_TIMEOUT);
        replace(&mut settings.initial_delay, resource::INITIAL_DELAY);
        replace(&mut settings.retry_timer, resource::RETRY_TIMER);
        replace(&mut settings.sequence_delay, resource::SEQUENCE_DELAY);
        settings.least_period = number(resource::LEAST_PERIOD).and_then(|period| period.try_into().ok());
        settings.longest_period = number(resource::LONGEST_PERIOD).and_then(|period| period.try_into().ok());
        settings.priority = number(resource::PRIORITY);
        settings.blocks = matches!(value(store, instance, resource::FAILURE_BLOCK), Some(Value::Boolean(true)));
        settings.mute_send = matches!(value(store, instance, resource::MUTE_SEND), Some(Value::Boolean(true)));
        settings.retry_count = number(resource::RETRY_COUNT).unwrap_or(settings.retry_count);
        settings.sequence_count = number(resource::SEQUENCE_COUNT).unwrap_or(settings.sequence_count);
        settings
    }
}

/// The instance of object 1 that has this short server id.
#[must_use]
pub fn instance_of(store: &Datastore, short_server_id: u16) -> Option<u16> {
    let list = store.schema().object(SERVER)?.node;
    let keys = store.schema().list(list)?.keys.first()?;
    let Found::Data(Data::List(entries)) = store.get(&crate::value::InstanceIdentifier::new(list))? else {
        return None;
    };
    entries.iter().filter_map(|entry| u16::try_from(whole(entry.leaf(*keys)?)?).ok()).find(|instance| {
        value(store, *instance, resource::SHORT_SERVER_ID).and_then(whole) == Some(u64::from(short_server_id))
    })
}

/// Makes an instance of object 1 for an account that has none, where the model has the object: mandatory resources alone.
///
/// # Errors
/// When the model asks for more than the object does.
pub fn provision(schema: &'static Schema, edit: &mut Edit<'_>, id: u16, account: &Account) -> Result<(), EditError> {
    let path = |resource| Path { object: SERVER, instance: Some(id), resource, resource_instance: None };
    let Some(entry) = instance(schema, path(None)) else { return Ok(()) };
    edit.ensure(&entry)?;
    for (resource, value) in [
        (resource::SHORT_SERVER_ID, Value::Integer(account.short_server_id.into())),
        (resource::LIFETIME, Value::Integer(account.lifetime.into())),
        (resource::STORING, Value::Boolean(false)),
        (resource::BINDING, Value::from("U")),
    ] {
        if let Some(at) = instance(schema, path(Some(resource))) {
            edit.replace(&at, Data::Leaf(typed(schema, &at, value)))?;
        }
    }
    Ok(())
}

/// The importer chooses the smallest type of a range, which may be an unsigned one.
fn typed(schema: &'static Schema, at: &crate::value::InstanceIdentifier, value: Value) -> Value {
    match (schema.type_of(at.node), &value) {
        (Some(crate::schema::Type::Unsigned { .. }), Value::Integer(number)) => {
            u64::try_from(*number).map_or(value, Value::Unsigned)
        }
        _ => value,
    }
}

fn value(store: &Datastore, id: u16, resource: u16) -> Option<&Value> {
    let path = Path { object: SERVER, instance: Some(id), resource: Some(resource), resource_instance: None };
    match store.get(&instance(store.schema(), path)?)? {
        Found::Data(Data::Leaf(value)) => Some(value),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::Unsigned(number) => Some(*number),
        _ => None,
    }
}
