//! Named formats: `format.dns1123Label().validate(text)` gives the mistakes, or nothing.

use super::super::base64::decode_base64;
use super::super::moment;
use super::super::url;
use super::super::value::{Function, Out, Stop, Value};

const NAMES: [&str; 13] = [
    "dns1123Label",
    "dns1123Subdomain",
    "dns1035Label",
    "qualifiedName",
    "dns1123LabelPrefix",
    "dns1123SubdomainPrefix",
    "dns1035LabelPrefix",
    "labelValue",
    "uri",
    "uuid",
    "byte",
    "date",
    "datetime",
];

pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "format.named" => |_, arguments| match arguments {
            [Value::Str(name)] => match NAMES.into_iter().find(|known| known == name) {
                Some(name) => Ok(Value::some(Value::Format(name))),
                None => Ok(Value::Optional(None)),
            },
            _ => Err(Stop::Error),
        },
        "validate" => |_, arguments| validate(arguments),
        "format.dns1123Label" => |_, _| Ok(Value::Format("dns1123Label")),
        "format.dns1123Subdomain" => |_, _| Ok(Value::Format("dns1123Subdomain")),
        "format.dns1035Label" => |_, _| Ok(Value::Format("dns1035Label")),
        "format.qualifiedName" => |_, _| Ok(Value::Format("qualifiedName")),
        "format.dns1123LabelPrefix" => |_, _| Ok(Value::Format("dns1123LabelPrefix")),
        "format.dns1123SubdomainPrefix" => |_, _| Ok(Value::Format("dns1123SubdomainPrefix")),
        "format.dns1035LabelPrefix" => |_, _| Ok(Value::Format("dns1035LabelPrefix")),
        "format.labelValue" => |_, _| Ok(Value::Format("labelValue")),
        "format.uri" => |_, _| Ok(Value::Format("uri")),
        "format.uuid" => |_, _| Ok(Value::Format("uuid")),
        "format.byte" => |_, _| Ok(Value::Format("byte")),
        "format.date" => |_, _| Ok(Value::Format("date")),
        "format.datetime" => |_, _| Ok(Value::Format("datetime")),
        _ => return None,
    })
}

fn validate<'a>(arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let [Value::Format(name), Value::Str(text)] = arguments else {
        return Err(Stop::Error);
    };
    if holds(name, text) {
        return Ok(Value::Optional(None));
    }
    Ok(Value::some(Value::list(vec![Value::text(format!("is no valid {name}"))])))
}

fn holds(name: &str, text: &str) -> bool {
    // A prefix may end in a dash: a generated suffix follows.
    let prefix = || text.strip_suffix('-').map_or(text.to_owned(), |head| format!("{head}a"));
    match name {
        "dns1123Label" => is_label(text),
        "dns1123Subdomain" => is_subdomain(text),
        "dns1035Label" => is_label(text) && text.starts_with(|first: char| first.is_ascii_lowercase()),
        "dns1123LabelPrefix" => is_label(&prefix()),
        "dns1123SubdomainPrefix" => is_subdomain(&prefix()),
        "dns1035LabelPrefix" => is_label(&prefix()) && text.starts_with(|first: char| first.is_ascii_lowercase()),
        "labelValue" => text.is_empty() || is_name(text),
        "qualifiedName" => match text.split_once('/') {
            Some((domain, name)) => is_subdomain(domain) && is_name(name),
            None => is_name(text),
        },
        "uri" => url::parse_url(text).is_some(),
        "uuid" => is_uuid(text),
        "byte" => text.len().is_multiple_of(4) && !text.is_empty() && decode_base64(text).is_some(),
        "date" => text.len() == 10 && moment::parse_timestamp(&format!("{text}T00:00:00Z")).is_some(),
        "datetime" => moment::parse_timestamp(text).is_some(),
        _ => true,
    }
}

fn is_label(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    letters && (1..=63).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
}

/// Labels and dots, 253 characters in all; a single label may be as long.
fn is_subdomain(text: &str) -> bool {
    let part = |part: &str| {
        let letters = part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        letters && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

fn is_name(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let inner = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    bytes.len() <= 63 && inner && edge(bytes.first()) && edge(bytes.last())
}

/// Hexadecimal, with or without dashes.
fn is_uuid(text: &str) -> bool {
    let plain = text.replace('-', "");
    let dashes = text.len() == 32 || text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    dashes && plain.len() == 32 && plain.bytes().all(|byte| byte.is_ascii_hexdigit())
}
