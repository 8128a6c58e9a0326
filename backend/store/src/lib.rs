//! The store: SQL, and only here. One `Db` over SQLite and PostgreSQL; one text where both take
//! it, two where they differ. No HTTP, no flow semantics.

mod access;
mod act;
mod addresses;
mod alerts;
mod authors;
mod backup;
mod commit;
mod connections;
mod connectors;
mod counts;
mod db;
mod deliveries;
mod drafts;
pub mod error;
mod events;
mod fire;
mod flow_list;
mod flows;
mod gates;
mod generation;
mod history;
mod hold;
mod hours;
mod imports;
mod inspect;
mod key;
mod live;
mod load;
mod lock;
mod migrate;
mod newest;
mod nodes;
mod open;
mod options;
mod places;
mod queue;
mod readers;
mod registering;
mod replay;
mod replays;
mod reseal;
mod room;
mod runs;
mod samples;
mod seal;
mod search;
mod secrets;
mod settings;
mod shared;
mod shared_addresses;
mod sql;
mod subscribers;
mod subscriptions;
mod sweep;
mod temporary;
mod tokens;
mod triggers;
pub mod types;

pub use access::{
    ApiKey, AuditFilter, AuditLine, Begun, Invitation, Left, Member, Membership, NewApiKey,
    NewAudit, NewInvitation, NewSession, NewUser, SessionRow, User, UserChange,
};
pub use alerts::{
    AlertState, BrokenConnection, FlowHealth, NewAlert, NewNotice, Notice, NoticeEnd, Notification,
    Stage,
};
pub use backup::{BackedUp, BackupError, BackupOptions};
pub use connectors::{ConnectorHash, ConnectorVersion, DocumentPlace, FlowsSeen};
pub use db::{Db, Ready};
pub use drafts::{DraftEdit, VersionRow};
pub use error::{Error, OpenError};
pub use fire::{Fire, FireFrom, Fired};
pub use flow_list::{FlowCard, FlowName};
pub use gates::{GateRow, Granted, SharedRate};
pub use hold::{Hold, Unfinished};
pub use hours::{DayCounts, HOURS};
pub use imports::{ImportRow, ImportState, NewImport};
pub use inspect::*;
pub use key::KeySource;
pub use live::{News, NewsPage, NewsRow, Watching};
pub use migrate::SCHEMA;
pub use open::{OpenOptions, Target};
pub use options::RETENTION;
pub use places::Places;
pub use queue::words::*;
pub use registering::{Kept, Taken};
pub use replays::{OpenReplay, Original, Slice};
pub use reseal::Rotated;
pub use room::DiskUse;
pub use samples::{NewSample, SampleRow};
pub use search::{SearchTurn, Searched, Unsearched};
pub use shared_addresses::SharedAddress;
pub use subscribers::{DeliveryFilter, DeliveryOf, NewSubscriber, Noted};
pub use subscriptions::{Subscription, SubscriptionWish};
pub use temporary::TemporaryAddress;
pub use tokens::{OAuthState, Tokens};
pub use triggers::{ChangedFlow, TriggerPlan, TriggerRow};
pub use types::*;
