//! Which addresses are reached.

use std::net::IpAddr;

use proptest::prelude::*;
use url::Url;

use super::server::{Names, Server, get, sender, with, word};
use crate::http::guard::{Route, public};
use crate::http::{Guard, HostRule, Refusal};

/// What must never be reached without the operator's word, however it is written.
const CLOSED: [&str; 49] = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://%31%32%37.0.0.1/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://192.168.0.1/",
    "http://198.18.0.1/",
    "http://198.19.255.255/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
];

#[test]
fn addresses_that_are_not_public_are_refused_in_every_spelling() {
    for text in CLOSED {
        for text in [text.to_owned(), text.replacen("http:", "https:", 1)] {
            let url = Url::parse(&text).unwrap();
            for plain in [false, true] {
                let got = Guard::default().check(&url, plain);
                assert!(matches!(got, Err(Refusal::Network(_))), "{text} gave {got:?}");
            }
        }
    }
}

#[test]
fn an_ipv6_zone_is_no_address() {
    for text in ["http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1%lo]/"] {
        assert!(Url::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_user_in_an_address_is_refused() {
    for text in [
        "http://example.com@127.0.0.1/",
        "https://example.com:443@10.0.0.1/",
        "https://user:secret@example.com/",
        "https://:secret@example.com/",
        "https://127.0.0.1%2f@example.com/",
    ] {
        let got = Guard::default().check(&Url::parse(text).unwrap(), true);
        assert_eq!(got, Err(Refusal::Userinfo), "{text}");
    }
    // A backslash is a slash: the host is what stands before it.
    let url = Url::parse("http://127.0.0.1\\@example.com/").unwrap();
    assert!(matches!(Guard::default().check(&url, true), Err(Refusal::Network(_))));
}

#[test]
fn only_http_is_spoken() {
    for text in ["ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "data:,x"] {
        let got = Guard::default().check(&Url::parse(text).unwrap(), true);
        assert_eq!(got, Err(Refusal::Scheme), "{text}");
    }
}

#[test]
fn public_addresses_are_reached_over_https() {
    for text in ["https://1.1.1.1/", "https://[2606:4700::1111]/", "https://example.com:8443/"] {
        let url = Url::parse(text).unwrap();
        assert_eq!(Guard::default().check(&url, false), Ok(Route::Anywhere), "{text}");
    }
    let plain = Url::parse("http://1.1.1.1/").unwrap();
    assert!(matches!(Guard::default().check(&plain, false), Err(Refusal::Plain(_))));
    assert_eq!(Guard::default().check(&plain, true), Ok(Route::Anywhere));
}

#[test]
fn an_opened_network_is_reached_and_nothing_beside_it() {
    let guard = Guard::new(vec!["10.1.0.0/16".parse().unwrap(), "::1/128".parse().unwrap()]);
    for (text, open) in [
        ("http://10.1.2.3/", true),
        ("http://[::ffff:10.1.2.3]/", true),
        ("http://[::1]/", true),
        ("http://10.2.0.1/", false),
        ("http://127.0.0.1/", false),
        ("http://[2002:a01:203::]/", false),
        ("http://[64:ff9b::10.1.2.3]/", false),
    ] {
        assert_eq!(guard.check(&Url::parse(text).unwrap(), false).is_ok(), open, "{text}");
    }
}

#[test]
fn a_metadata_service_is_opened_only_by_its_own_address() {
    let metadata = Url::parse("http://169.254.169.254/").unwrap();
    for (network, open) in
        [("0.0.0.0/0", false), ("169.254.0.0/16", false), ("169.254.169.254/32", true)]
    {
        let guard = Guard::new(vec![network.parse().unwrap()]);
        assert_eq!(guard.check(&metadata, false).is_ok(), open, "{network}");
    }
}

#[tokio::test]
async fn a_name_of_a_private_address_is_blocked() {
    let server = Server::answering("127.0.0.1", "HTTP/1.1 200 OK\r\n\r\n").await;
    for scheme in ["http", "https"] {
        for host in ["localhost", "localhost.", "internal.example"] {
            let names = Names::new(&[&["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]]);
            let mut p = get(&format!("{scheme}://{host}:{}/", server.addr.port()));
            p.host_rule = HostRule::AnyPlain;
            let got = with(&["127.0.0.9/32"], None, Some(names.clone())).send(&p).await;
            assert_eq!(word(&got), "blocked", "{scheme}://{host}");
            assert_eq!(names.left(), 0);
        }
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_system_resolver_is_guarded_too() {
    let server = Server::answering("127.0.0.1", "HTTP/1.1 200 OK\r\n\r\n").await;
    let got = sender(&[]).send(&get(&format!("https://localhost:{}/", server.addr.port()))).await;
    assert_eq!(word(&got), "blocked");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_checked_at_every_connection() {
    let ok = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let good = Server::answering("127.0.0.2", ok).await;
    let port = good.addr.port();
    let names = Names::new(&[&["127.0.0.2"], &["127.0.0.3"]]);
    let sender = with(&["127.0.0.2/32"], None, Some(names.clone()));
    let p = get(&format!("http://rebinding.example:{port}/"));
    assert_eq!(sender.send(&p).await.unwrap().status, 200);
    assert_eq!(names.left(), 1, "one look-up for one connection: no second one after the check");
    assert_eq!(word(&sender.send(&p).await), "blocked");
    assert_eq!(good.connections(), 1);
}

#[tokio::test]
async fn of_several_addresses_only_the_open_ones_are_tried() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let good = Server::answering("127.0.0.2", ok).await;
    let names = Names::new(&[&["127.0.0.3", "10.0.0.1", "127.0.0.2"]]);
    let sender = with(&["127.0.0.2/32"], None, Some(names));
    let p = get(&format!("http://mixed.example:{}/", good.addr.port()));
    assert_eq!(sender.send(&p).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_public_name_is_not_called_unencrypted() {
    let p = get("http://public.example/");
    let got = with(&[], None, Some(Names::new(&[&["1.1.1.1"]]))).send(&p).await;
    assert_eq!(word(&got), "blocked");
    assert!(got.err().unwrap().to_string().contains("https"));
}

#[tokio::test]
async fn a_host_outside_the_rule_is_refused_before_anything_is_sent() {
    let server = Server::answering("127.0.0.1", "HTTP/1.1 200 OK\r\n\r\n").await;
    let mut p = get(&server.url("/"));
    p.host_rule = HostRule::Only(vec!["api.example".to_owned()]);
    assert_eq!(word(&sender(&["127.0.0.0/8"]).send(&p).await), "blocked");
    assert_eq!(server.connections(), 0);
}

proptest! {
    #[test]
    fn an_ipv4_address_hidden_in_ipv6_is_never_more_open(n in any::<u32>()) {
        let v4 = std::net::Ipv4Addr::from(n);
        prop_assert_eq!(public(IpAddr::V6(v4.to_ipv6_mapped())), public(IpAddr::V4(v4)));
        let o = v4.octets();
        let (a, b) = (u16::from_be_bytes([o[0], o[1]]), u16::from_be_bytes([o[2], o[3]]));
        for s in [[0, 0, 0, 0, 0, 0, a, b], [0x64, 0xff9b, 0, 0, 0, 0, a, b], [0x2002, a, b, 0, 0, 0, 0, 0], [0x2001, 0, a, b, 0, 0, 0, 0]] {
            prop_assert!(!public(IpAddr::from(s)));
        }
    }

    #[test]
    fn whatever_is_parsed_and_checked_is_public(text in "https?://[0-9a-fx.:\\[\\]@%]{1,30}/") {
        if let Ok(url) = Url::parse(&text)
            && Guard::default().check(&url, true).is_ok()
        {
            match url.host() {
                Some(url::Host::Ipv4(ip)) => prop_assert!(public(IpAddr::V4(ip))),
                Some(url::Host::Ipv6(ip)) => prop_assert!(public(IpAddr::V6(ip))),
                host => prop_assert!(host.is_some()),
            }
        }
    }
}
