//! Host names of listeners and routes: which of them fit each other.

/// Whether a listener serves a host name of a route, as the Gateway API compares them; `None` where a variable or a
/// template in one of them keeps it open. One variable in both is the same text.
pub fn serves(listener: &str, host: &str) -> Option<bool> {
    let (listener, host) = (listener.to_ascii_lowercase(), host.to_ascii_lowercase());
    let below = |name: &str, parent: &str| name.strip_suffix(parent).is_some_and(|rest| !rest.is_empty());
    let fits = match (listener.strip_prefix('*'), host.strip_prefix('*')) {
        (Some(suffix), Some(other)) => suffix.ends_with(other) || other.ends_with(suffix),
        (Some(suffix), None) => below(&host, suffix),
        (None, Some(suffix)) => below(&listener, suffix),
        (None, None) => listener == host,
    };
    // The wildcard of a domain does not cover the domain itself, whatever it is called.
    let bare = [(&listener, &host), (&host, &listener)];
    let bare = bare.iter().any(|(wide, name)| wide.strip_prefix("*.") == Some(name.as_str()));
    let open = [&listener, &host].iter().any(|text| ["${", "{{", "<<", "#{"].iter().any(|mark| text.contains(mark)));
    (fits || bare || !open).then_some(fits)
}

#[cfg(test)]
mod tests {
    use super::serves;

    #[test]
    fn host_names_are_compared_as_the_gateway_api_does() {
        for (listener, host, expected) in [
            ("example.org", "example.org", Some(true)),
            ("example.org", "Example.org", Some(true)),
            ("example.org", "www.example.org", Some(false)),
            ("*.example.org", "www.example.org", Some(true)),
            ("*.example.org", "a.b.example.org", Some(true)),
            ("*.example.org", "a.example.org", Some(true)),
            ("*.example.org", "example.org", Some(false)),
            ("*.example.org", "notexample.org", Some(false)),
            ("*.example.org", "*.a.example.org", Some(true)),
            ("www.example.org", "*.example.org", Some(true)),
            ("example.org", "*.example.org", Some(false)),
            ("*.example.org", "www.example.net", Some(false)),
            ("*.${DOMAIN}", "www.${DOMAIN}", Some(true)),
            ("*.${DOMAIN}", "${DOMAIN}", Some(false)),
            ("*.${DOMAIN}", "www.${OTHER}", None),
            ("*.${DOMAIN}", "www.example.org", None),
            ("*.example.org", "${HOST}", None),
            ("*.example.org", "{{ .Release.Name }}.example.org", Some(true)),
        ] {
            assert_eq!(serves(listener, host), expected, "{listener} {host}");
        }
    }
}
