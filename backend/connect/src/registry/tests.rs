//! The connectors of this server load, and faulty manifests are refused with their place.

use super::*;

#[test]
fn every_connector_of_the_server_loads() {
    let registry = Registry::builtin().unwrap_or_else(|e| panic!("{e}"));
    for name in ["tilda", "webhook", "bitrix24", "telegram"] {
        let c = registry.latest(name).unwrap();
        assert_eq!((c.name.as_str(), c.version.as_str()), (name, "1.0.0"));
        assert_eq!(c.sha256.len(), 64);
    }
}
