//! IP addresses, networks and URLs.

use super::super::url::{Url, escaped, parse_url, split_host, unescape};
use super::super::value::{Budget, Function, Out, Stop, Value};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

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
