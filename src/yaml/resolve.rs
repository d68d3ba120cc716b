//! What a plain scalar means, in the two ways that the tools read YAML.

use smol_str::{SmolStr, format_smolstr};

/// Whose rules decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The API server and Flux (`sigs.k8s.io/yaml`): YAML 1.1, so `on`, `yes` and `y` are booleans.
    Yaml11,
    /// kustomize and Helm values (`yaml.v3`): only `true` and `false` are booleans.
    Yaml12,
}

/// The type and value that a plain scalar resolves to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolved {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number within `i64` or `u64`.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A date that `yaml.v3` turns into a time and the API server keeps as a string.
    Date,
    /// Text.
    Str,
}

/// Whether the text of a plain scalar means null.
pub fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Resolves the text of a plain scalar, as measured with go-yaml v2 (`Yaml11`) and v3 (`Yaml12`).
pub fn resolve(text: &str, mode: Mode) -> Resolved {
    let Some(first) = text.bytes().next() else { return Resolved::Null };
    match first {
        b'~' | b'n' | b'N' if is_null(text) => Resolved::Null,
        b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'n' | b'N' | b'o' | b'O' => {
            boolean(text, mode).map_or(Resolved::Str, Resolved::Bool)
        }
        b'+' | b'-' | b'.' | b'0'..=b'9' => number(text, mode),
        _ => Resolved::Str,
    }
}

fn boolean(text: &str, mode: Mode) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if mode == Mode::Yaml11 => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if mode == Mode::Yaml11 => Some(false),
        _ => None,
    }
}

fn number(text: &str, mode: Mode) -> Resolved {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        _ => {}
    }
    if is_date(text) {
        return if mode == Mode::Yaml12 { Resolved::Date } else { Resolved::Str };
    }
    if let Some(int) = parse_int(text) {
        return Resolved::Int(int);
    }
    parse_float(text).map_or(Resolved::Str, Resolved::Float)
}

/// A whole number in go-yaml's notations: decimal, `0x`, `0o`, `0b`, leading `0` for octal, `_` between digits.
pub fn parse_int(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if !digits.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let plain: String;
    let digits = if digits.contains('_') {
        plain = digits.replace('_', "");
        &plain
    } else {
        digits
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, digits.get(2..)?),
        Some("0o" | "0O") => (8, digits.get(2..)?),
        Some("0b" | "0B") => (2, digits.get(2..)?),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value).then_some(value)
}

/// A number with a fraction or exponent, or one too large for [`parse_int`].
pub fn parse_float(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut seen_digit = false;
    let mut rest = digits.bytes().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'0'..=b'9' => seen_digit = true,
            b'_' | b'.' => {}
            b'e' | b'E' if seen_digit => {
                if matches!(rest.peek(), Some(b'+' | b'-')) {
                    rest.next();
                }
                let exponent: Vec<u8> = rest.collect();
                if exponent.is_empty() || !exponent.iter().all(u8::is_ascii_digit) {
                    return None;
                }
                break;
            }
            _ => return None,
        }
    }
    if !seen_digit {
        return None;
    }
    text.replace('_', "").parse().ok()
}

/// A number as Go prints one that came through JSON: with an exponent from a million on.
pub fn go_number(number: f64) -> SmolStr {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) || !number.is_finite() {
        return format_smolstr!("{number}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format_smolstr!("{digits}e{sign}{:02}", exponent.abs())
}

/// `YYYY-MM-DD`, alone or followed by a time.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes.iter().take(4).all(u8::is_ascii_digit) || bytes.get(4) != Some(&b'-') {
        return false;
    }
    let mut parts = text.splitn(3, '-').skip(1);
    let month = parts.next().unwrap_or("");
    let day = parts.next().unwrap_or("");
    let day_digits = day.bytes().take_while(u8::is_ascii_digit).count();
    let tail = day.as_bytes().get(day_digits);
    matches!(month.len(), 1 | 2)
        && month.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(day_digits, 1 | 2)
        && matches!(tail, None | Some(b'T' | b't' | b' '))
        && (tail.is_none() || text.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Resolved::{Bool, Date, Float, Int, Null, Str};

    #[test]
    fn booleans_differ_between_the_modes() {
        for text in ["yes", "on", "y", "NO", "off", "n"] {
            let truth = matches!(text, "yes" | "on" | "y");
            assert_eq!(resolve(text, Mode::Yaml11), Bool(truth), "{text}");
            assert_eq!(resolve(text, Mode::Yaml12), Str, "{text}");
        }
        assert_eq!(resolve("true", Mode::Yaml12), Bool(true));
        assert_eq!(resolve("tRue", Mode::Yaml11), Str);
    }

    #[test]
    fn numbers_as_go_reads_them() {
        let cases = [
            ("0777", Int(511)),
            ("0o777", Int(511)),
            ("0x1F", Int(31)),
            ("0b11", Int(3)),
            ("1_000", Int(1000)),
            ("190_", Int(190)),
            ("1e3", Float(1000.0)),
            ("1.", Float(1.0)),
            ("08", Float(8.0)),
            ("012345678", Float(12_345_678.0)),
            ("12:30:45", Str),
            ("60:00", Str),
            ("1.10", Float(1.1)),
            ("99999999999999999999", Float(1e20)),
            ("1.2.3", Str),
            ("-", Str),
            ("1e", Str),
            ("=", Str),
            ("~", Null),
            ("", Null),
            ("-5", Int(-5)),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text, Mode::Yaml11), expected, "{text} in YAML 1.1");
            assert_eq!(resolve(text, Mode::Yaml12), expected, "{text} in YAML 1.2");
        }
    }

    #[test]
    fn dates_are_strings_to_the_api_server() {
        assert_eq!(resolve("2024-01-01", Mode::Yaml11), Str);
        assert_eq!(resolve("2024-01-01", Mode::Yaml12), Date);
        assert_eq!(resolve("2024-01-01-x", Mode::Yaml12), Str);
    }

    #[test]
    fn numbers_print_as_go_prints_them() {
        for (number, text) in [
            (5432.0, "5432"),
            (999_999.0, "999999"),
            (1_000_000.0, "1e+06"),
            (50_000_000.0, "5e+07"),
            (1_234_567.0, "1.234567e+06"),
            (0.5, "0.5"),
            (0.00001, "1e-05"),
            (0.0, "0"),
            (-1.0, "-1"),
        ] {
            assert_eq!(go_number(number), text);
        }
    }
}
