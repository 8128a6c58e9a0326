//! Which addresses may be reached: public ones, and the networks that the operator opened.
//! Pure: the names are looked up elsewhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::Text;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// What is not public in IPv4: the special-purpose registry of IANA (RFC 6890 and its updates).
const CLOSED_V4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),        // this network
    v4([10, 0, 0, 0], 8),       // private
    v4([100, 64, 0, 0], 10),    // carrier-grade NAT
    v4([127, 0, 0, 0], 8),      // loopback
    v4([169, 254, 0, 0], 16),   // link-local, metadata services of clouds
    v4([172, 16, 0, 0], 12),    // private
    v4([192, 0, 0, 0], 24),     // IETF protocol assignments
    v4([192, 0, 2, 0], 24),     // documentation
    v4([192, 88, 99, 0], 24),   // 6to4 relays
    v4([192, 168, 0, 0], 16),   // private
    v4([198, 18, 0, 0], 15),    // benchmarks
    v4([198, 51, 100, 0], 24),  // documentation
    v4([203, 0, 113, 0], 24),   // documentation
    v4([224, 0, 0, 0], 4),      // multicast
    v4([240, 0, 0, 0], 4),      // reserved, broadcast
    v4([168, 63, 129, 16], 32), // the host of a virtual machine on Azure
];

/// Global unicast, the only IPv6 space that may hold public hosts (RFC 4291 section 2.4). Left
/// outside are among others loopback, link-local, unique local, multicast, NAT64 (64:ff9b::/96,
/// 64:ff9b:1::/48) and the IPv4-compatible addresses.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// What is not public inside global unicast.
const CLOSED_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0], 23),     // IETF protocol assignments, Teredo among them
    v6([0x2001, 0xdb8, 0], 32), // documentation
    v6([0x2002, 0, 0], 16),     // 6to4, which holds an IPv4 address
    v6([0x3fff, 0, 0], 20),     // documentation
];

/// Metadata services of clouds hand out credentials of the machine. Only an entry that names such
/// an address itself opens it, not a network around it.
const METADATA: [IpAddr; 7] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
];

const fn v4(o: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(o[0], o[1], o[2], o[3]), prefix)
}

const fn v6(s: [u16; 3], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(s[0], s[1], s[2], 0, 0, 0, 0, 0), prefix)
}

/// Why an address is not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("only http and https addresses can be called")]
    Scheme,
    #[error("an address with a user name or password in it is not called")]
    Userinfo,
    #[error("the address has no host")]
    NoHost,
    #[error("{0} is in a network that is not allowed")]
    Network(String),
    #[error("{0} must be called over https: it is not in an allowed network")]
    Plain(String),
    #[error("{0} is not a host of this connector")]
    Host(String),
}

impl Refusal {
    /// The same in both languages.
    pub fn text(&self) -> Text {
        let ru = match self {
            Refusal::Scheme => "вызывать можно только адреса http и https".to_owned(),
            Refusal::Userinfo => "адрес с именем пользователя или паролем не вызывается".to_owned(),
            Refusal::NoHost => "в адресе нет хоста".to_owned(),
            Refusal::Network(host) => format!("{host} находится в запрещённой сети"),
            Refusal::Plain(host) => {
                format!("{host} можно вызывать только по https: он вне разрешённых сетей")
            }
            Refusal::Host(host) => format!("{host} не относится к этому коннектору"),
        };
        Text::new(self.to_string(), ru)
    }
}

/// Where a request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Public addresses and the operator's networks.
    Anywhere,
    /// Only the operator's networks, since nothing is encrypted.
    Opened,
}

/// Decides which addresses may be reached.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    opened: Vec<IpNet>,
}

impl Guard {
    /// Public addresses, and these networks.
    pub fn new(opened: Vec<IpNet>) -> Self {
        Self { opened }
    }

    /// Whether the operator opened a network with this address in it.
    pub fn opened(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        if METADATA.contains(&ip) {
            return self
                .opened
                .iter()
                .any(|n| n.contains(&ip) && n.prefix_len() == n.max_prefix_len());
        }
        self.opened.iter().any(|n| n.contains(&ip))
    }

    /// Whether a socket may be connected to this address by this route.
    pub fn permits(&self, ip: IpAddr, route: Route) -> bool {
        self.opened(ip) || (route == Route::Anywhere && public(ip))
    }

    /// Checks a whole address after its normalisation (decimal, octal, hexadecimal and short forms
    /// of IPv4 are IPv4 by then) and says by which route a request may leave. `plain` allows
    /// unencrypted requests to public hosts.
    pub fn check(&self, url: &Url, plain: bool) -> Result<Route, Refusal> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Refusal::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Userinfo);
        }
        let route = if secure || plain { Route::Anywhere } else { Route::Opened };
        let ip = match url.host() {
            None => return Err(Refusal::NoHost),
            Some(Host::Domain(name)) if name.trim_end_matches('.').is_empty() => {
                return Err(Refusal::NoHost);
            }
            Some(Host::Domain(_)) => return Ok(route),
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        };
        if self.permits(ip, route) { Ok(route) } else { Err(self.refusal(&ip.to_string(), &[ip])) }
    }

    /// Why none of the addresses of a host may be reached.
    pub fn refusal(&self, host: &str, ips: &[IpAddr]) -> Refusal {
        if ips.iter().any(|ip| self.permits(*ip, Route::Anywhere)) {
            Refusal::Plain(host.to_owned())
        } else {
            Refusal::Network(host.to_owned())
        }
    }
}

/// Whether an address belongs to a public host.
pub fn public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !CLOSED_V4.iter().any(|n| n.contains(&ip)),
        IpAddr::V6(ip) => GLOBAL_V6.contains(&ip) && !CLOSED_V6.iter().any(|n| n.contains(&ip)),
    }
}
