//! IP addresses, networks and URLs.

use super::functions::Function;
use super::value::{Budget, Out, Stop, Value};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

/// The parts of a URL that rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    text: String,
    scheme: String,
    /// With port and brackets.
    host: String,
    /// As written.
    path: String,
    query: String,
}

pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "isIP" => |_, arguments| match arguments {
            [Value::Str(text)] => Ok(Value::Bool(address(text).is_some())),
            _ => Err(Stop::Error),
        },
        "ip" => |_, arguments| match arguments {
            [Value::Str(text)] => address(text).map(Value::Ip).ok_or(Stop::Error),
            [Value::Ip(address) | Value::Cidr(address, _)] => Ok(Value::Ip(*address)),
            _ => Err(Stop::Error),
        },
        "ip.isCanonical" => |_, arguments| match arguments {
            [Value::Str(text)] => {
                let address = address(text).ok_or(Stop::Error)?;
                Ok(Value::Bool(address.to_string() == **text))
            }
            _ => Err(Stop::Error),
        },
        "family" => |_, arguments| of_address(arguments, |address| Value::Int(if address.is_ipv4() { 4 } else { 6 })),
        "isUnspecified" => |_, arguments| of_address(arguments, |address| Value::Bool(address.is_unspecified())),
        "isLoopback" => |_, arguments| of_address(arguments, |address| Value::Bool(address.is_loopback())),
        "isLinkLocalMulticast" => |_, arguments| {
            of_address(arguments, |address| {
                Value::Bool(match address {
                    IpAddr::V4(address) => matches!(address.octets(), [224, 0, 0, _]),
                    IpAddr::V6(address) => address.segments()[0] & 0xff0f == 0xff02,
                })
            })
        },
        "isLinkLocalUnicast" => |_, arguments| of_address(arguments, |address| Value::Bool(is_link_local(address))),
        "isGlobalUnicast" => |_, arguments| {
            of_address(arguments, |address| {
                let broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
                let special = address.is_unspecified() || address.is_loopback() || address.is_multicast() || broadcast;
                Value::Bool(!special && !is_link_local(address))
            })
        },
        "isCIDR" => |_, arguments| match arguments {
            [Value::Str(text)] => Ok(Value::Bool(network(text).is_some())),
            _ => Err(Stop::Error),
        },
        "cidr" => |_, arguments| match arguments {
            [Value::Str(text)] => network(text).map(|(address, bits)| Value::Cidr(address, bits)).ok_or(Stop::Error),
            [network @ Value::Cidr(..)] => Ok(network.clone()),
            _ => Err(Stop::Error),
        },
        "containsIP" => |_, arguments| match arguments {
            [Value::Cidr(whole, bits), Value::Ip(part)] => Ok(Value::Bool(within(*whole, *bits, *part, None))),
            [Value::Cidr(whole, bits), Value::Str(text)] => {
                Ok(Value::Bool(within(*whole, *bits, address(text).ok_or(Stop::Error)?, None)))
            }
            _ => Err(Stop::Error),
        },
        "containsCIDR" => |_, arguments| match arguments {
            [Value::Cidr(whole, bits), Value::Cidr(part, length)] => {
                Ok(Value::Bool(within(*whole, *bits, *part, Some(*length))))
            }
            [Value::Cidr(whole, bits), Value::Str(text)] => {
                let (part, length) = network(text).ok_or(Stop::Error)?;
                Ok(Value::Bool(within(*whole, *bits, part, Some(length))))
            }
            _ => Err(Stop::Error),
        },
        "masked" => |_, arguments| match arguments {
            [Value::Cidr(address, bits)] => Ok(Value::Cidr(mask(*address, *bits), *bits)),
            _ => Err(Stop::Error),
        },
        "prefixLength" => |_, arguments| match arguments {
            [Value::Cidr(_, bits)] => Ok(Value::Int(i64::from(*bits))),
            _ => Err(Stop::Error),
        },
        "isURL" => |budget, arguments| Ok(Value::Bool(read(budget, arguments)?.is_some())),
        "url" => |budget, arguments| match arguments {
            [url @ Value::Url(_)] => Ok(url.clone()),
            _ => read(budget, arguments)?.map(|url| Value::Url(Rc::new(url))).ok_or(Stop::Error),
        },
        "getScheme" => |_, arguments| of_url(arguments, |url| Ok(Value::text(url.scheme.clone()))),
        "getHost" => |_, arguments| of_url(arguments, |url| Ok(Value::text(url.host.clone()))),
        "getHostname" => |_, arguments| of_url(arguments, |url| Ok(Value::text(split_host(&url.host).0.to_owned()))),
        "getPort" => |_, arguments| of_url(arguments, |url| Ok(Value::text(split_host(&url.host).1.to_owned()))),
        "getEscapedPath" => |_, arguments| of_url(arguments, |url| Ok(Value::text(escaped(&url.path)))),
        "getQuery" => |_, arguments| of_url(arguments, |url| query(&url.query)),
        _ => return None,
    })
}

/// An address without zone; IPv4 inside IPv6 is refused.
fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().filter(|address| !matches!(address, IpAddr::V6(inner) if inner.to_ipv4_mapped().is_some()))
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (head, bits) = text.rsplit_once('/')?;
    let address = address(head)?;
    if bits.is_empty() || bits.len() > 1 && bits.starts_with('0') || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    bits.parse().ok().filter(|bits| *bits <= if address.is_ipv4() { 32 } else { 128 }).map(|bits| (address, bits))
}

fn mask(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

fn within(whole: IpAddr, bits: u8, part: IpAddr, length: Option<u8>) -> bool {
    whole.is_ipv4() == part.is_ipv4()
        && length.is_none_or(|length| length >= bits)
        && mask(whole, bits) == mask(part, bits)
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

fn of_address<'a>(arguments: &[Value<'a>], of: impl Fn(IpAddr) -> Value<'a>) -> Out<Value<'a>> {
    match arguments {
        [Value::Ip(address)] => Ok(of(*address)),
        _ => Err(Stop::Error),
    }
}

fn of_url<'a>(arguments: &[Value<'a>], of: impl Fn(&Url) -> Out<Value<'a>>) -> Out<Value<'a>> {
    match arguments {
        [Value::Url(url)] => of(url),
        _ => Err(Stop::Error),
    }
}

fn read(budget: &Budget, arguments: &[Value]) -> Out<Option<Url>> {
    let [Value::Str(text)] = arguments else {
        return Err(Stop::Error);
    };
    budget.text(text.len())?;
    Ok(parse_url(text))
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
fn split_host(host: &str) -> (&str, &str) {
    if let Some(inner) = host.strip_prefix('[') {
        let (name, after) = inner.split_once(']').unwrap_or((inner, ""));
        return (name, after.strip_prefix(':').unwrap_or(after));
    }
    host.rsplit_once(':').unwrap_or((host, ""))
}

/// Resolves `%41`; `None` where a percent sign means nothing.
fn unescape(text: &str) -> Option<String> {
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
fn escaped(path: &str) -> String {
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

/// Parameters with all their values.
fn query<'a>(query: &str) -> Out<Value<'a>> {
    let mut found: Vec<(String, Vec<Value<'a>>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| unescape(&text.replace('+', " "));
        let (Some(key), Some(value)) = (decode(key), decode(value)) else {
            continue;
        };
        match found.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(Value::text(value)),
            None => found.push((key, vec![Value::text(value)])),
        }
    }
    Ok(Value::Map(Rc::new(found.into_iter().map(|(key, values)| (Value::text(key), Value::list(values))).collect())))
}
