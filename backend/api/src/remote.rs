//! Where a request comes from. What a proxy says of it (`X-Forwarded-For`) counts only if the
//! proxy is one that the operator trusts: anyone else could write it.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

const FORWARDED: &str = "x-forwarded-for";

/// The address of the sender behind the trusted proxies.
pub fn of(trusted: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let trusts = |ip: IpAddr| trusted.iter().any(|n| n.contains(&ip.to_canonical()));
    if !trusts(peer) {
        return peer;
    }
    let mut nearest = peer;
    // Each proxy adds the address that it saw at the end, so the list is read from there.
    let lines: Vec<&str> =
        headers.get_all(FORWARDED).iter().filter_map(|v| v.to_str().ok()).collect();
    for text in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(ip) = parse(text.trim()) else { return nearest };
        nearest = ip;
        if !trusts(ip) {
            return ip;
        }
    }
    nearest
}

/// An address, or one with a port as some proxies write it.
fn parse(text: &str) -> Option<IpAddr> {
    let plain = text.parse().ok();
    let ip: Option<IpAddr> =
        plain.or_else(|| text.parse().ok().map(|s: std::net::SocketAddr| s.ip()));
    ip.map(|ip| ip.to_canonical())
}

/// What stands for one sender where tries are counted: a home has a whole /64 of IPv6.
pub fn place(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let s = v6.segments();
            format!("{:x}:{:x}:{:x}:{:x}::/64", s[0], s[1], s[2], s[3])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted: Vec<IpNet> =
            vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        of(&trusted, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
        // What the sender wrote itself stands before what the proxies saw.
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", &["198.51.100.1, nonsense"]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(seen("::ffff:127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", &["10.1.1.1"]), "10.1.1.1");
    }

    #[test]
    fn a_home_is_one_place() {
        let one = place("2001:db8:1:2:3:4:5:6".parse().unwrap());
        assert_eq!(one, place("2001:db8:1:2:ffff::1".parse().unwrap()));
        assert_ne!(one, place("2001:db8:1:3::1".parse().unwrap()));
        assert_eq!(place("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1");
    }
}
