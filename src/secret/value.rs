//! What a value in a Secret is: a secret, something that stands for one, or something that anybody may know.

use super::table::{TABLE, names_credential, names_public, shapes};
use super::text::credentials;
use crate::source::{SourceFile, Span};
use crate::yaml::{Entry, Node, Style};
use regex::Regex;
use std::sync::LazyLock;

/// Where a Secret holds secrets that anybody can read: the keys of these values. `known` tells what else stands for one.
pub fn in_clear(secret: &Node, known: &dyn Fn(&str) -> bool) -> Vec<Span> {
    let readable = |entry: &Entry, encoded: bool| {
        let text = entry.value.known().filter(|_| !is_encrypted(&entry.value));
        text.is_some_and(|text| {
            let decoded = if encoded { decode(text) } else { None };
            let text = decoded.as_deref().unwrap_or(text);
            is_secret(entry.key.text().unwrap_or(""), text) && !known(text)
        })
    };
    let data = secret.entries_at(&["data"]).iter().filter(|entry| readable(entry, true));
    let plain = secret.entries_at(&["stringData"]).iter().filter(|entry| readable(entry, false));
    data.chain(plain).map(|entry| entry.key.span).collect()
}

/// Where the literals of a `secretGenerator` hold secrets that anybody can read.
pub fn literals_in_clear(generator: &Node, known: &dyn Fn(&str) -> bool) -> Vec<Span> {
    let readable = |literal: &&Node| {
        let pair = literal.known().and_then(|text| text.split_once('='));
        pair.is_some_and(|(key, value)| is_secret(key, value.trim_matches(['"', '\''])) && !known(value))
    };
    generator.items_at(&["literals"]).iter().filter(readable).map(|literal| literal.span).collect()
}

/// Where a file of lines `KEY=value` holds secrets that anybody can read.
pub fn lines_in_clear(source: &SourceFile, known: &dyn Fn(&str) -> bool) -> Vec<Span> {
    let readable = |line: &u32| {
        let pair = source.line_text(*line).trim_start().split_once('=').filter(|(key, _)| !key.starts_with('#'));
        pair.is_some_and(|(key, value)| is_secret(key, value.trim_matches(['"', '\''])) && !known(value))
    };
    (1..=source.line_count()).filter(readable).map(|line| source.span(source.line_range(line))).collect()
}

/// Whether a value that a Secret holds under a key is a secret.
pub fn is_secret(key: &str, text: &str) -> bool {
    let text = text.trim();
    if is_placeholder(text) || is_public(text) {
        return false;
    }
    if shapes(text).next().is_some() {
        return true;
    }
    if let Some(credentials) = url_has_credentials(text) {
        return credentials;
    }
    if is_config(key, text) {
        return credentials(text).any(|range| text.get(range).is_some_and(|value| !is_placeholder(value)));
    }
    if names_credential(key) || key.to_ascii_lowercase().ends_with("key") {
        return true;
    }
    !names_public(key) && !is_plain(text)
}

/// Whether a value is a reference to a secret kept elsewhere, or a template, rather than the secret itself.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let bare = || text.chars().filter(|letter| !matches!(letter, '-' | '_' | ' ' | '[' | '"' | '\''));
    let begins = |words: &[String]| {
        let start: String = bare().take(24).flat_map(char::to_lowercase).collect();
        words.iter().any(|word| start.starts_with(word.as_str()))
    };
    matches!(text, "" | "true" | "false" | "null" | "~" | "none" | "unset")
        || ["${", "{{", "{%", "#{"].iter().any(|mark| text.contains(mark))
        || text.starts_with('<')
        || TABLE.references.iter().any(|start| text.starts_with(start.as_str()))
        || text.chars().all(|letter| matches!(letter, '*' | 'x' | 'X' | '.' | '-' | '_'))
        || is_name_of_variable(text)
        || begins(&TABLE.placeholders)
}

/// `DB_PASSWORD`, `$DB_PASSWORD`, `__DB_PASSWORD__`: what a script puts a value in the place of.
fn is_name_of_variable(text: &str) -> bool {
    let name = text.trim_start_matches('$').trim_matches(['_', '@', '%']);
    let marked = name.len() < text.len();
    let capitals = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    capitals && name.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase()) && (marked || name.contains('_'))
}

/// What is no secret wherever it stands: certificates, public keys, hashes.
fn is_public(text: &str) -> bool {
    /// How public keys and their fingerprints begin.
    const KEYS: [&str; 6] = ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "sk-ssh-ed25519@", "age1", "SHA256:"];
    static HASH: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?m)^(?:[^:\s]+:)?(?:\$(?:2[aby]|apr1|argon2\w*|[156y]|scrypt|pbkdf2[\w-]*)\$|\{S?SHA)").ok()
    });
    let certificate = text.contains("-----BEGIN ") && !text.contains("PRIVATE KEY");
    let line = |line: &str| KEYS.iter().any(|start| line.starts_with(start) || line.contains(&format!(" {start}")));
    let keys = !text.is_empty() && text.lines().filter(|line| !line.trim().is_empty()).all(line);
    certificate || keys || HASH.as_ref().is_some_and(|hash| hash.is_match(text))
}

/// Whether a URL, or a reference of that form (`op://vault/item`), has credentials in it; `None` for any other text.
fn url_has_credentials(text: &str) -> Option<bool> {
    static URL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?:[a-z0-9]+:)?[a-z][a-z0-9+.-]*://([^\s/?#]*)([^\s]*)$").ok());
    let found = URL.as_ref()?.captures(text)?;
    let (authority, rest) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let in_user = user.split_once(':').map_or(user.len() >= 16, |(_, password)| !is_placeholder(password));
    let in_path = text.starts_with("http") && rest.split(['/', '=', '&']).any(is_random);
    Some(in_user || in_path || credentials(rest).next().is_some())
}

/// Whether a part of a path is made by chance, as keys in addresses of webhooks are: long, with letters and digits that
/// take turns.
fn is_random(part: &str) -> bool {
    let word = part.split(['-', '_', '.']).max_by_key(|word| word.len()).unwrap_or("");
    let turns = word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    word.len() >= 20 && turns >= 4
}

/// Whether a value is a file of settings: it is read for credentials then.
fn is_config(key: &str, text: &str) -> bool {
    let settings = |ending: &str| {
        matches!(
            ending,
            "yaml" | "yml" | "json" | "json5" | "toml" | "ini" | "conf" | "cfg" | "properties" | "xml" | "env" | "sh"
        )
    };
    let named = key.rsplit_once('.').is_some_and(|(_, ending)| settings(ending));
    named || text.starts_with('{') || text.contains('\n') && !names_credential(key)
}

/// Whether a text can be told from any other, wherever it comes up: no word, no address, nothing that stands for a secret.
pub(super) fn is_distinct(text: &str) -> bool {
    let text = text.trim();
    !is_plain(text) && !is_placeholder(text) && !is_public(text) && url_has_credentials(text) != Some(false)
}

/// Words, numbers, host names, addresses, paths and lists of them: what is rarely a secret where the key does not say
/// that it is one.
fn is_plain(text: &str) -> bool {
    text.split([',', ';']).map(str::trim).all(is_plain_word)
}

fn is_plain_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let all = |fits: fn(&u8) -> bool| bytes.iter().all(fits);
    let lower = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'.');
    let tail = bytes.get(1..).unwrap_or_default();
    let word = bytes.len() <= 32
        && (all(lower)
            || all(|byte| byte.is_ascii_uppercase())
            || bytes[..bytes.len().min(1)].iter().all(u8::is_ascii_alphabetic) && tail.iter().all(lower));
    let number = bytes.len() <= 8 && all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'%'));
    let address = bytes.contains(&b'.') || bytes.contains(&b':');
    let address = address && all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'/'));
    word || number || address || is_host(text) || is_path(text)
}

/// `db.example.org`, `db.example.org:5432`, `web@example.org`, `*.example.org`
fn is_host(text: &str) -> bool {
    let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let host = host
        .split_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(host, _)| host);
    let (name, top) = host.rsplit_once('.').unwrap_or(("", host));
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'*');
    !name.is_empty() && name.bytes().all(fits) && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// `/var/lib/web`, `Europe/Berlin`, `ghcr.io/example/web`: short words between slashes.
fn is_path(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.contains('/')
        && text.split('/').all(|part| part.bytes().all(fits) && !is_random(part) && part.len() <= 40)
        && (text.starts_with('/') || text.split('/').all(is_name))
}

fn is_name(part: &str) -> bool {
    part.len() <= 24 && part.bytes().filter(u8::is_ascii_digit).count() * 3 <= part.len()
}

/// The text that a value of `data` stands for; `None` where it is no base64 of text.
pub fn decode(base64: &str) -> Option<String> {
    let mut bits = 0u32;
    let mut count = 0;
    let mut out = Vec::new();
    for byte in base64.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    String::from_utf8(out).ok()
}

/// Whether a scalar is written in a form that SOPS gives to an encrypted value.
pub fn is_encrypted(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| {
        scalar.style != Style::Literal
            && scalar.text.starts_with("ENC[AES256_GCM,")
            && scalar.text.trim_end().ends_with(']')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_secret_is_none() {
        let texts = [
            "",
            "${DB_PASSWORD}",
            "{{ .password }}",
            "op://vault/item/field",
            "azure://vault/item",
            "secret://name",
            "ref+vault://a/b",
            "<PASSWORD>",
            "REPLACE_WITH_TOKEN",
            "replace-me",
            "CHANGE_ME",
            "change me",
            "your-token-here",
            "[redacted]",
            "xxxx-xxxx",
            "DB_PASSWORD",
            "__DB_PASSWORD__",
            "$TOKEN",
            "***",
        ];
        for text in texts {
            assert!(!is_secret("password", text), "{text}");
        }
        for text in ["yoursunshine9", "replacing", "TOKEN", "xylophone", "insecurity"] {
            assert!(is_secret("password", text), "{text}");
        }
    }

    #[test]
    fn what_anybody_may_know_is_none() {
        let texts = [
            "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA made@up",
            "git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
            "http://minio.storage.svc:9000/backups/web",
            "s3:https://minio.example.org/backups/web",
            "oci://ghcr.io/example/charts",
            "postgres://web:${PASSWORD}@db/web",
            "$2y$05$abcdefghijklmnopqrstuu",
            "admin:$apr1$abcdefgh$abcdefghijkl",
        ];
        for text in texts {
            assert!(!is_secret("word", text), "{text}");
        }
        let texts = [
            "preferred_username",
            "groups",
            "10.0.0.1",
            "10.0.0.0/24",
            "fd00::1/64",
            "5432",
            "Europe/Berlin",
            "/var/lib/web",
            "db.example.org:5432",
            "web@example.org",
            "a.example.org,b.example.org",
            "Directory",
            "0.5",
        ];
        for text in texts {
            assert!(!is_secret("attribute", text), "{text}");
        }
    }

    #[test]
    fn secrets_are_known_by_their_key_or_by_their_looks() {
        for (key, text) in [
            ("password", "sunshine"),
            ("word", "correct horse"),
            ("DB_PASS", "12345678"),
            ("api-key", "a1b2c3d4e5f6"),
            ("url", "postgres://web:sunshine@db/web"),
            ("DATABASE_URL", "mysql://web:sunshine@db:3306/web"),
            ("hook", "https://example.org/hooks/a1b2c3d4e5f6a7b8c9d0e1f2"),
            ("url", "https://example.org/?token=sunshine9"),
            ("other", "q8Zx3Lm0Vb7T"),
            ("config.yaml", "smtp:\n  password: sunshine\n"),
            ("settings", "a=b\napi_key=sunshine\n"),
            (".dockerconfigjson", "{\"auths\": {\"example.org\": {\"auth\": \"c3Vuc2hpbmU=\"}}}"),
        ] {
            assert!(is_secret(key, text), "{key}: {text}");
        }
        for (key, text) in [
            ("config.yaml", "smtp:\n  password: ${SMTP_PASSWORD}\n  host: mail\n"),
            ("username", "Admin1"),
            ("url", "web.example.org/x"),
            ("config.json", "{\"theme\": \"dark\", \"size\": 12}"),
            ("ARM_TENANT_ID", "0b2d1f3a-1111-2222-3333-444455556666"),
        ] {
            assert!(!is_secret(key, text), "{key}: {text}");
        }
    }

    #[test]
    fn base64_is_read_through() {
        assert_eq!(decode("aGVsbG8=").as_deref(), Some("hello"));
        assert_eq!(decode("not base64!"), None);
    }
}
