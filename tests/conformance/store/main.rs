//! What a device keeps over restarts: its configuration, in a store (issue 7).

mod damage;
mod datastores;
mod fixture;
mod flash;
mod kills;
mod media;
mod migration;
mod order;
mod power;
mod redb;
mod restart;
