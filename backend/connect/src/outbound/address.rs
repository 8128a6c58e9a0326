//! Addresses: base and relative part, another base by the operator's wish, and the rule that says
//! which hosts may be called (rule R6).

use std::net::IpAddr;

use domain::secret::MASK;
use domain::{Code, outcome::StepError};
use ipnet::IpNet;
use url::{Host, Url};

use crate::http::HostRule;

/// `MASK` as the encoder of addresses writes it.
const MASK_ENCODED: &str = "%E2%80%A2%E2%80%A2%E2%80%A2";

/// A relative address below its base; a whole one stays.
pub fn join(base: &str, url: &str) -> String {
    if url.contains("://") || base.is_empty() {
        return url.to_owned();
    }
    if url.is_empty() || url.starts_with('?') {
        return format!("{base}{url}");
    }
    format!("{}/{}", base.trim_end_matches('/'), url.trim_start_matches('/'))
}

/// What decides where a request may go.
pub struct Guard<'a> {
    pub rule: HostRule,
    /// The operator's other base (`ZVENO_BASE_URL_<CONNECTOR>`).
    pub base: Option<&'a Url>,
    pub allow_networks: &'a [IpNet],
}

impl Guard<'_> {
    /// The address to be called, with the rule for redirects.
    ///
    /// # Errors
    /// It is no address, its host is not one of the connector's, or it is not https.
    pub fn address(&self, text: &str) -> Result<(Url, HostRule), StepError> {
        let url = Url::parse(text)
            .map_err(|_| refused("the address cannot be read", "адрес не читается"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(
                "an address must not hold a user or password",
                "в адресе не должно быть имени и пароля",
            ));
        }
        let Some(host) = url.host_str() else {
            return Err(refused("the address has no host", "в адресе нет хоста"));
        };
        if !self.rule.allows(host) {
            return Err(refused(
                &format!("the host {host} is not one of this connector's"),
                &format!("хост {host} не относится к этому коннектору"),
            ));
        }
        if let Some(base) = self.base {
            let host = base.host_str().unwrap_or_default().to_owned();
            return Ok((rebase(&url, base), HostRule::Only(vec![host])));
        }
        match url.scheme() {
            "https" => {}
            "http" if self.may_be_plain(&url) => {}
            _ => {
                return Err(refused(
                    "only https addresses are called",
                    "вызываются только адреса https",
                ));
            }
        }
        Ok((url, self.rule.clone()))
    }

    /// The same for the log, where the mask may stand in it.
    pub fn shown(&self, text: &str) -> String {
        let url = match (Url::parse(text), self.base) {
            (Ok(url), Some(base)) => rebase(&url, base).to_string(),
            (Ok(url), None) => url.to_string(),
            (Err(_), _) => text.to_owned(),
        };
        url.replace(MASK_ENCODED, MASK)
    }

    /// Unencrypted requests stay within the networks that the operator has allowed. Names are
    /// looked up later, where the same networks are asked for again.
    fn may_be_plain(&self, url: &Url) -> bool {
        let within = |ip: IpAddr| self.allow_networks.iter().any(|n| n.contains(&ip));
        match url.host() {
            Some(Host::Ipv4(ip)) => within(ip.into()),
            Some(Host::Ipv6(ip)) => within(ip.into()),
            Some(Host::Domain(_)) => !self.allow_networks.is_empty(),
            None => false,
        }
    }
}

/// `url` below another base: its scheme, host, port and path come first.
fn rebase(url: &Url, base: &Url) -> Url {
    let mut out = base.clone();
    out.set_path(&format!("{}{}", base.path().trim_end_matches('/'), url.path()));
    out.set_query(url.query());
    out
}

fn refused(en: &str, ru: &str) -> StepError {
    StepError::new(Code::AddressBlocked, (en, ru))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard<'a>(hosts: &[&str], base: Option<&'a Url>, nets: &'a [IpNet]) -> Guard<'a> {
        let rule = HostRule::Only(hosts.iter().map(|h| (*h).to_owned()).collect());
        Guard { rule, base, allow_networks: nets }
    }

    #[test]
    fn relative_addresses_go_below_their_base() {
        assert_eq!(
            join("https://x.test/rest/1/s", "/crm.item.add.json"),
            "https://x.test/rest/1/s/crm.item.add.json"
        );
        assert_eq!(join("https://x.test/a/", "b?c=1"), "https://x.test/a/b?c=1");
        assert_eq!(join("https://x.test/a", "https://y.test/b"), "https://y.test/b");
        assert_eq!(join("https://x.test/a", ""), "https://x.test/a");
    }

    #[test]
    fn r6_only_the_hosts_of_the_connector_are_called() {
        let g = guard(&["*.bitrix24.ru", "api.x.test"], None, &[]);
        for ok in ["https://a.bitrix24.ru/x", "https://API.X.test/", "https://a.b.bitrix24.ru/"] {
            assert!(g.address(ok).is_ok(), "{ok}");
        }
        for bad in [
            "https://bitrix24.ru/x",
            "https://evilbitrix24.ru/x",
            "https://a.bitrix24.ru.evil.test/",
            "http://api.x.test/",
            "https://user:pw@api.x.test/",
            "ftp://api.x.test/",
            "https://api.x.test@evil.test/",
            "https://10.0.0.1/",
            "api.x.test/a",
        ] {
            let e = g.address(bad).unwrap_err();
            assert_eq!(e.code, Code::AddressBlocked, "{bad}");
        }
    }

    #[test]
    fn r6_http_is_for_allowed_networks_only() {
        let nets = ["10.0.0.0/8".parse().unwrap()];
        let g = guard(&["10.1.2.3", "8.8.8.8", "crm.local"], None, &nets);
        assert!(g.address("http://10.1.2.3/a").is_ok());
        assert!(g.address("http://crm.local/a").is_ok());
        assert!(g.address("http://8.8.8.8/a").is_err());
    }

    #[test]
    fn another_base_takes_the_whole_path_with_it() {
        let base = "http://127.0.0.1:8099/b24".parse().unwrap();
        let g = guard(&["firma.bitrix24.ru"], Some(&base), &[]);
        let (url, rule) =
            g.address("https://firma.bitrix24.ru/rest/1/secret/profile.json?a=1").unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:8099/b24/rest/1/secret/profile.json?a=1");
        assert_eq!(rule, HostRule::Only(vec!["127.0.0.1".into()]));
        assert!(g.address("https://evil.test/rest/1/secret").is_err());
    }

    #[test]
    fn the_mask_is_legible_in_addresses() {
        let g = guard(&["x.test"], None, &[]);
        assert_eq!(g.shown("https://x.test/bot•••/getMe"), "https://x.test/bot•••/getMe");
    }
}
