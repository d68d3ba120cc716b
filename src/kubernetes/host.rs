//! Host names of Services in texts: `web.apps.svc.cluster.local:8080`, `http://web.apps`.

use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Longer texts are programs and dashboards, not settings.
const MAX_TEXT: usize = 16 * 1024;

/// A name that a Service of the cluster may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// As written, without the port.
    pub text: SmolStr,
    /// The Service.
    pub name: SmolStr,
    /// Its namespace.
    pub namespace: SmolStr,
    /// The port that follows.
    pub port: Option<u16>,
    /// Whether it cannot be anything else: it says `svc`.
    pub is_certain: bool,
}

/// The hosts in a text: after `://`, with `.svc` in them, or the whole of it; in order.
pub fn hosts(text: &str) -> Vec<Host> {
    if text.len() > MAX_TEXT || !text.as_bytes().contains(&b'.') {
        return Vec::new();
    }
    let mut found = BTreeMap::new();
    let mut add = |start: usize| {
        let host = text.get(start..).and_then(Host::at_start);
        // What a template or variable ends in is only part of a name.
        let is_whole = !text[..start].ends_with(['}', '$', '%', ')', '_']);
        found.extend(host.filter(|_| is_whole).map(|host| (start, host)));
    };
    if is_host(text.trim_end_matches(|char: char| char.is_ascii_digit()).trim_end_matches(':')) {
        add(0);
    }
    for at in starts(text, ':', "://") {
        let authority = text[at + 3..].split(|char| !is_authority(char)).next().unwrap_or("");
        add(at + 3 + authority.rfind('@').map_or(0, |at| at + 1));
    }
    let is_list = text.contains(',');
    for at in starts(text, '.', ".svc") {
        let before = text[..at].trim_end_matches(is_host_char);
        let after = text[at..].trim_start_matches(is_host_char);
        // Names in a list are those to let in; nobody connects to them.
        if !is_list || before.ends_with(['/', '@']) || after.starts_with([':', '/']) {
            add(before.len());
        }
    }
    found.into_values().collect()
}

/// Where a word begins in a text: one letter is found much faster than several.
fn starts<'t>(text: &'t str, first: char, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let at = text.match_indices(first).map(|(at, _)| at);
    at.filter(move |at| text.get(*at..).is_some_and(|rest| rest.starts_with(word)))
}

impl Host {
    /// The host that a text begins with.
    fn at_start(text: &str) -> Option<Host> {
        let host = text.split(|char| !is_host_char(char)).next()?;
        let rest = text.get(host.len()..)?;
        if rest.starts_with(['$', '{', '%', '*', '<', '_']) {
            return None;
        }
        let port = rest.strip_prefix(':').and_then(|rest| rest.split(|char: char| !char.is_ascii_digit()).next());
        let inner = host.strip_suffix(".cluster.local").unwrap_or(host);
        let (labels, is_certain) = match inner.strip_suffix(".svc") {
            Some(labels) => (labels, true),
            None => (inner, false),
        };
        let (before, namespace) = labels.rsplit_once('.')?;
        // In front of a Service stands a pod of its own.
        let name = before.rsplit('.').next()?;
        let whole = is_certain || name.len() == before.len();
        let labels = [name, namespace].iter().all(|label| !label.is_empty() && !label.starts_with('-'));
        (whole && labels).then(|| Host {
            text: host.into(),
            name: name.into(),
            namespace: namespace.into(),
            port: port.and_then(|port| port.parse().ok()),
            is_certain,
        })
    }
}

fn is_host_char(char: char) -> bool {
    char.is_ascii_lowercase() || char.is_ascii_digit() || matches!(char, '.' | '-')
}

fn is_host(text: &str) -> bool {
    text.len() < 254 && text.chars().all(is_host_char)
}

fn is_authority(char: char) -> bool {
    !char.is_whitespace() && !matches!(char, '/' | '?' | '#' | '"' | '\'' | '`' | ',' | '<' | '>')
}

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn hosts_are_found_where_they_stand_alone() {
        let read = |text: &str| -> Vec<String> {
            let line = |host: &super::Host| {
                let port = host.port.map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}/{}{port}{}", host.namespace, host.name, if host.is_certain { "" } else { "?" })
            };
            hosts(text).iter().map(line).collect()
        };
        assert_eq!(read("web.apps"), ["apps/web?"]);
        assert_eq!(read("web.apps:80"), ["apps/web:80?"]);
        assert_eq!(read("http://web.apps:8080/path"), ["apps/web:8080?"]);
        assert_eq!(read("postgres://me:word@db-rw.data.svc.cluster.local:5432/x"), ["data/db-rw:5432"]);
        assert_eq!(read("see web.apps.svc and db-0.db.data.svc"), ["apps/web", "data/db"]);
        assert_eq!(read("web, web.apps.svc, web.apps.svc.cluster.local"), [""; 0]);
        assert_eq!(read("db-0.db.data.svc:9092,db-1.db.data.svc:9092"), ["data/db:9092", "data/db:9092"]);
        assert_eq!(read("http://${APP}.apps.svc:80 {{ x }}-web.apps.svc web-{{ y }}.apps.svc"), [""; 0]);
        assert_eq!(read("www.web.apps and 1.2.3"), [""; 0]);
    }
}
