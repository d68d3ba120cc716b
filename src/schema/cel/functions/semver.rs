//! Functions of semantic versions.

use semver::Version;

use super::super::semver::{normalize, parse};
use super::super::value::{Function, Out, Stop, Value};

pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "isSemver" => |_, arguments| Ok(Value::Bool(read(arguments)?.is_some())),
        "semver" => |_, arguments| read(arguments)?.map(|version| Value::Semver(version.into())).ok_or(Stop::Error),
        "major" => |_, arguments| number(arguments, |version| version.major),
        "minor" => |_, arguments| number(arguments, |version| version.minor),
        "patch" => |_, arguments| number(arguments, |version| version.patch),
        _ => return None,
    })
}

fn number<'a>(arguments: &[Value<'a>], part: impl Fn(&Version) -> u64) -> Out<Value<'a>> {
    match arguments {
        [Value::Semver(version)] => i64::try_from(part(version)).map(Value::Int).map_err(|_| Stop::Error),
        _ => Err(Stop::Error),
    }
}

fn read(arguments: &[Value]) -> Out<Option<Version>> {
    match arguments {
        [Value::Str(text)] | [Value::Str(text), Value::Bool(false)] => Ok(parse(text)),
        [Value::Str(text), Value::Bool(true)] => Ok(normalize(text).and_then(|text| parse(&text))),
        _ => Err(Stop::Error),
    }
}
