//! URLs as Go reads them.

/// The parts of a URL that rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) text: String,
    pub(super) scheme: String,
    /// With port and brackets.
    pub(super) host: String,
    /// As written.
    pub(super) path: String,
    pub(super) query: String,
}

/// An absolute URL or an absolute path, as Go's `ParseRequestURI` takes it.
pub(super) fn parse_url(text: &str) -> Option<Url> {
    if text.is_empty() || text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return None;
    }
    let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    });
    let rest = match scheme {
        Some(scheme) => text.get(scheme.len() + 1..)?,
        None => text,
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut url = Url {
        text: text.to_owned(),
        scheme: scheme.unwrap_or("").to_ascii_lowercase(),
        host: String::new(),
        path: String::new(),
        query: query.to_owned(),
    };
    if !rest.starts_with('/') {
        // Go keeps what has a scheme and no slash as opaque.
        return scheme.map(|_| url);
    }
    // Without a scheme, three slashes begin a path.
    let path = match rest.strip_prefix("//").filter(|after| scheme.is_some() || !after.starts_with('/')) {
        None => rest,
        Some(after) => {
            let end = after.find('/').unwrap_or(after.len());
            let (authority, path) = after.split_at_checked(end)?;
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            let valid = |byte: u8| {
                !matches!(byte, b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'%' | b'#')
            };
            let (name, port) = split_host(host);
            let brackets = host.contains(['[', ']']);
            if !host.bytes().all(valid)
                || !port.bytes().all(|byte| byte.is_ascii_digit())
                || brackets && !(host.starts_with('[') && host.matches(['[', ']']).count() == 2 && name.contains(':'))
                || !brackets && host.matches(':').count() > 1
            {
                return None;
            }
            url.host = host.to_owned();
            path
        }
    };
    unescape(path)?;
    url.path = path.to_owned();
    Some(url)
}

/// Name and port, brackets taken off.
pub(super) fn split_host(host: &str) -> (&str, &str) {
    if let Some(inner) = host.strip_prefix('[') {
        let (name, after) = inner.split_once(']').unwrap_or((inner, ""));
        return (name, after.strip_prefix(':').unwrap_or(after));
    }
    host.rsplit_once(':').unwrap_or((host, ""))
}

/// Resolves `%41`; `None` where a percent sign means nothing.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        bytes.extend_from_slice(rest.get(..at)?.as_bytes());
        let digits = rest.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = rest.get(at + 3..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The path as written where that is a valid encoding, else encoded anew.
pub(super) fn escaped(path: &str) -> String {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte);
    if path.bytes().all(|byte| letter(byte) || b"!'()*[]%".contains(&byte)) {
        return path.to_owned();
    }
    let path = unescape(path).unwrap_or_default();
    let encode = |byte: u8| {
        if letter(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    path.bytes().map(encode).collect()
}
