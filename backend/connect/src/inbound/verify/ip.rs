//! The sender's network.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::{Failure, FailureKind};
use crate::inbound::build::Builder;
use crate::inbound::seen::Seen;
use crate::manifest;

/// Networks that deliveries may come from.
pub struct Ip(Vec<IpNet>);

impl Ip {
    pub fn compile(b: &mut Builder, at: &str, i: &manifest::Ip) -> Ip {
        let at = format!("{at}.allow");
        let mut nets = Vec::new();
        for template in &i.allow {
            let texts = match b.fixed_value(&at, template).unwrap_or_default() {
                Value::Array(list) => list,
                one => vec![one],
            };
            for text in texts.iter().filter_map(Value::as_str) {
                for one in
                    text.split([',', ' ', '\n', ';']).map(str::trim).filter(|t| !t.is_empty())
                {
                    match net(one) {
                        Some(net) => nets.push(net),
                        None => b.problem(
                            &at,
                            format!("\"{one}\" is not an address or network such as 10.0.0.0/8"),
                            format!("«{one}» — не адрес и не сеть вида 10.0.0.0/8"),
                        ),
                    }
                }
            }
        }
        Ip(nets)
    }

    pub fn is_armed(&self) -> bool {
        !self.0.is_empty()
    }

    pub fn check(&self, seen: &mut Seen<'_>) -> Result<(), Failure> {
        let ip = seen.raw.remote_ip.to_canonical();
        if self.0.iter().any(|n| n.contains(&ip)) {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::Wrong,
            format!("the address {ip} is not allowed"),
            format!("адрес {ip} не разрешён"),
        ))
    }
}

fn net(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
