//! The formats of texts that the API server checks.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::kubernetes::quantity::Quantity;

/// Why a text is not of a format that the API server checks; it takes any other format for a note.
pub(super) fn format_fault(format: &str, text: &str) -> Option<&'static str> {
    match format {
        "date-time" if !is_date_time(text) => Some("is no date and time like `2006-01-02T15:04:05Z`"),
        "byte" if !is_base64(text) => Some("is not base64"),
        "ipv4" if text.parse::<Ipv4Addr>().is_err() => Some("is no IPv4 address"),
        "ipv6" if text.parse::<Ipv6Addr>().is_err() => Some("is no IPv6 address"),
        "quantity" if Quantity::read(text).is_none() => {
            Some("is not a valid quantity, such as `512Mi`, `2Gi` or `250m`")
        }
        "cron with seconds" if !is_cron_with_seconds(text) => {
            Some("is no schedule of six fields, seconds first, like `0 30 4 * * *`")
        }
        "data key" if !is_data_key(text) => Some("has a key that is not made of letters, digits, `-`, `_` and `.`"),
        "cron" if !is_cron(text) => Some("is not a valid schedule, such as `30 4 * * *` or `@daily`"),
        "label" if !is_label(text) => Some("has more than lower-case letters, digits and hyphens between them"),
        _ => None,
    }
}

/// Why a number is no file mode: it is read as decimal unless it begins with a zero.
pub(super) fn mode_fault(format: &str, number: f64) -> Option<String> {
    let is_octal = format!("{number}").bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    let out_of_range = format == "file mode" && !(0.0..=511.0).contains(&number);
    out_of_range.then(|| match is_octal {
        true if number <= 777.0 => format!("a mode is octal only with a zero in front: write `0{number}`"),
        _ => "a mode is a number from 0 to 0777".to_owned(),
    })
}

fn is_label(text: &str) -> bool {
    let ends = !text.starts_with('-') && !text.ends_with('-');
    ends && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A key of the data of a ConfigMap or Secret.
fn is_data_key(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let relative = text == "." || text.starts_with("..");
    (1..=253).contains(&text.len()) && !relative && text.bytes().all(letter)
}

/// What one field of a schedule may be: numbers from the first to the second, or names with so many letters.
type Limits = (u32, u32, usize);

const SECONDS: Limits = (0, 59, 0);
const CRON: [Limits; 5] = [(0, 59, 0), (0, 23, 0), (1, 31, 0), (1, 12, 3), (0, 6, 3)];

/// The five fields of a CronJob's schedule, or a word for them, as the controller reads them.
fn is_cron(text: &str) -> bool {
    is_schedule(text, &CRON)
}

/// Fields as above behind one for the seconds. With five the last is taken for absent, and everything runs too often.
fn is_cron_with_seconds(text: &str) -> bool {
    is_schedule(text, &[&[SECONDS], CRON.as_slice()].concat())
}

fn is_schedule(text: &str, limits: &[Limits]) -> bool {
    if text.starts_with('@') || text.contains("TZ=") {
        return true;
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == limits.len()
        && fields.iter().zip(limits).all(|(field, limit)| field.split(',').all(|part| is_span(part, *limit)))
}

/// `*`, `5`, `1-5`, `*/15`, `mon-fri`: of numbers from the first to the second, or of names with so many letters.
fn is_span(part: &str, (least, most, letters): Limits) -> bool {
    let (span, step) = part.split_once('/').map_or((part, "1"), |(span, step)| (span, step));
    let is_one = |one: &str| {
        let named = one.len() == letters && one.bytes().all(|byte| byte.is_ascii_alphabetic());
        letters > 0 && named || one.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number))
    };
    let whole = matches!(span, "*" | "?");
    step.parse::<u32>().is_ok_and(|step| step > 0) && (whole || span.splitn(2, '-').all(is_one))
}

/// RFC 3339, as Go's parser takes it.
fn is_date_time(text: &str) -> bool {
    let shape: Vec<u8> =
        text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte.to_ascii_uppercase() }).collect();
    let Some(rest) = shape.strip_prefix(b"0000-00-00T00:00:00") else { return false };
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) => fraction
            .trim_ascii_start()
            .iter()
            .position(|byte| *byte != b'0')
            .map_or(&[][..], |at| fraction.get(at..).unwrap_or_default()),
        None => rest,
    };
    matches!(rest, b"Z" | b"+00:00" | b"-00:00")
}

/// Base64 with padding; line breaks do not count. A placeholder that another tool replaces is let through.
fn is_base64(text: &str) -> bool {
    let later = text.contains("://") || text.contains("{{") || text.contains('<');
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let padding = digits.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = digits.get(..digits.len() - padding).unwrap_or_default();
    let letters = body.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    later || (digits.len().is_multiple_of(4) && padding <= 2 && letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_the_api_server_reads_them() {
        for text in ["*/5 * * * *", "0 4 1-15/2 jan-mar MON", "0 0,12 ? * 0", "@every 1h", "@daily"] {
            assert_eq!(format_fault("cron", text), None, "{text}");
        }
        for text in ["0 4 * *", "0 0 4 * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *", "0 0 * * 7", "*/0 * * * *"] {
            assert!(format_fault("cron", text).is_some(), "{text}");
        }
        for (text, right) in [("0 30 4 * * *", true), ("@daily", true), ("0 3 * * *", false), ("0 60 4 * * *", false)] {
            assert_eq!(format_fault("cron with seconds", text).is_none(), right, "{text}");
        }
        for (text, right) in
            [("a-b_C.9", true), (".a", true), ("a b", false), ("..a", false), (".", false), ("", false)]
        {
            assert_eq!(format_fault("data key", text).is_none(), right, "{text}");
        }
        for (number, right) in [(420.0, true), (511.0, true), (0.0, true), (644.0, false), (-1.0, false)] {
            assert_eq!(mode_fault("file mode", number).is_none(), right, "{number}");
        }
        for (text, right) in
            [("512Mi", true), ("0.5", true), ("1e3", true), ("512mb", false), ("1 Gi", false), ("2GB", false)]
        {
            assert_eq!(format_fault("quantity", text).is_none(), right, "{text}");
        }
        for (text, right) in [("http-2", true), ("HTTP", false), ("-x", false), ("a_b", false)] {
            assert_eq!(format_fault("label", text).is_none(), right, "{text}");
        }
        for text in ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.123+02:00"] {
            assert_eq!(format_fault("date-time", text), None, "{text}");
        }
        for text in ["2024-01-01", "2024-01-01 00:00:00Z", ""] {
            assert!(format_fault("date-time", text).is_some(), "{text}");
        }
        assert_eq!(format_fault("byte", "aGVsbG8=\n"), None);
        assert_eq!(format_fault("byte", "op://vault/item"), None);
        assert!(format_fault("byte", "hello").is_some());
        assert_eq!(format_fault("password", "x"), None);
    }
}
