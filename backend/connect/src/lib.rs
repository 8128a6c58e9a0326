//! The connector runtime: manifests, the registry of connectors, inbound deliveries and outbound
//! calls. Knows no database.

pub mod fixture;
pub mod http;
pub mod inbound;
pub mod limits;
pub mod manifest;
pub mod native;
pub mod openapi;
pub mod outbound;
pub mod registry;
pub mod template;
