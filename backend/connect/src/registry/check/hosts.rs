//! Rule R6 as far as a manifest shows it: every address that is written lies within `hosts`.

use domain::flow::place;
use domain::problem::Problem;

use crate::http::HostRule;
use crate::manifest::{Call, Manifest};

/// Checks `hosts` and the addresses against it.
pub fn check(m: &Manifest, problems: &mut Vec<Problem>) {
    let native = m.code.is_some();
    for (i, host) in m.hosts.iter().enumerate() {
        let at = place::item("hosts", i);
        if host == "*" && !native {
            problems.push(Problem::error(
                "hosts_all",
                &at,
                "only native connectors may reach any host",
                "любой хост разрешён только встроенным коннекторам",
            ));
        }
        conn_pattern(m, &at, host, problems);
    }
    redirected(m, problems);
    for (at, url) in urls(m) {
        if let Some(host) = host(&url)
            && !covered(&m.hosts, host)
        {
            problems.push(Problem::error(
                "hosts_missing",
                at,
                format!("{host} is not in hosts"),
                format!("{host} нет в hosts"),
            ));
        }
    }
}

/// A field of the connection that names a host has a pattern, so that nothing else fits in it.
fn conn_pattern(m: &Manifest, at: &str, host: &str, problems: &mut Vec<Problem>) {
    let Some(key) = conn_key(host) else { return };
    let methods = m.connection.iter().flat_map(|c| &c.methods);
    let mut fields = methods.flat_map(|m| &m.fields).filter(|f| f.key == key);
    if fields.any(|f| f.pattern.is_none()) {
        problems.push(Problem::error(
            "hosts_pattern",
            at,
            format!("conn.{key} names a host, so its field needs a pattern"),
            format!("conn.{key} задаёт хост, поэтому полю нужен pattern"),
        ));
    }
}

/// A value that the browser brings back names a host only where a pattern says which ones.
fn redirected(m: &Manifest, problems: &mut Vec<Problem>) {
    for (i, method) in m.connection.iter().flat_map(|c| &c.methods).enumerate() {
        let Some(o) = &method.oauth2 else { continue };
        let urls = [Some(&o.token_url), o.refresh_url.as_ref(), method.base_url.as_ref()];
        let hosts = urls.into_iter().flatten().filter_map(|u| host(u));
        let hosts: Vec<&str> = hosts.chain(m.hosts.iter().map(String::as_str)).collect();
        for key in o.save_redirect.keys() {
            let name = format!("conn.{key}");
            let fits = method.fields.iter().any(|f| f.key == *key && f.pattern.is_some());
            if !fits && hosts.iter().any(|h| h.contains(&name)) {
                let at = format!("{}.oauth2.save_redirect", place::item("connection.methods", i));
                problems.push(Problem::error(
                    "redirect_pattern",
                    place::key(&at, key),
                    format!(
                        "{name} names a host, so the method needs a field for it with a pattern"
                    ),
                    format!("{name} задаёт хост, поэтому способу нужно такое поле с pattern"),
                ));
            }
        }
    }
}

fn conn_key(host: &str) -> Option<&str> {
    let (_, rest) = host.split_once("{{conn.")?;
    rest.split_once("}}").map(|(key, _)| key.trim())
}

/// Every address that is written in the manifest.
fn urls(m: &Manifest) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut call = |at: String, c: &Call| out.push((place::key(&at, "url"), c.url.clone()));
    for (i, method) in m.connection.iter().flat_map(|c| &c.methods).enumerate() {
        if let Some(test) = &method.test {
            call(place::key(&place::item("connection.methods", i), "test"), test);
        }
        let at = place::item("connection.methods", i);
        let login = method.session.iter().map(|s| &s.login);
        login.for_each(|c| call(format!("{at}.session.login"), c));
        let exchange = method.jwt.iter().filter_map(|j| j.exchange.as_ref());
        exchange.for_each(|c| call(format!("{at}.jwt.exchange"), c));
    }
    for (key, l) in &m.lookups {
        call(place::key(&place::key("lookups", key), "call"), &l.call);
    }
    for (key, t) in &m.triggers {
        let at = place::key("triggers", key);
        if let Some(p) = &t.poll {
            call(format!("{at}.poll.call"), &p.call);
        }
        t.enrich.iter().for_each(|c| call(place::key(&at, "enrich"), c));
        let Some(w) = &t.webhook else { continue };
        if let Some(s) = &w.subscribe {
            call(format!("{at}.webhook.subscribe.call"), &s.call);
            s.sample.iter().for_each(|c| call(format!("{at}.webhook.subscribe.sample"), c));
        }
        w.unsubscribe.iter().for_each(|c| call(format!("{at}.webhook.unsubscribe"), c));
        w.registered.iter().for_each(|c| call(format!("{at}.webhook.registered"), c));
        let renew = w.renew.iter().filter_map(|r| r.call.as_ref());
        renew.for_each(|c| call(format!("{at}.webhook.renew.call"), c));
    }
    for (key, a) in &m.actions {
        let at = place::key("actions", key);
        a.call.iter().for_each(|c| call(place::key(&at, "call"), c));
        for (i, s) in a.steps.iter().enumerate() {
            call(place::key(&place::item(&place::key(&at, "steps"), i), "call"), &s.call);
        }
    }
    let bases = m.connection.iter().flat_map(|c| &c.methods).enumerate();
    let bases = bases.filter_map(|(i, method)| {
        let at = place::key(&place::item("connection.methods", i), "base_url");
        method.base_url.clone().map(|u| (at, u))
    });
    let bases = bases.collect::<Vec<_>>();
    out.extend(bases);
    out.extend(m.http.base_url.clone().map(|u| ("http.base_url".to_owned(), u)));
    out
}

/// The host part as it is written, where the address has one.
fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let mut depth = 0usize;
    let end = rest.char_indices().find(|(_, c)| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(c, '/' | '?' | '#' | ':')
    });
    Some(&rest[..end.map_or(rest.len(), |(i, _)| i)])
}

fn covered(hosts: &[String], host: &str) -> bool {
    if hosts.iter().any(|h| h == "*" || h == host) {
        return true;
    }
    !host.contains("{{") && HostRule::Only(hosts.to_vec()).allows(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_the_host_of_an_address_is_found_also_when_it_is_a_template() {
        assert_eq!(host("https://api.x.test:444/a"), Some("api.x.test"));
        assert_eq!(host("https://{{conn.host}}/rest/{{conn.user}}"), Some("{{conn.host}}"));
        assert_eq!(host("/relative"), None);
    }
}
