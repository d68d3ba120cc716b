//! Durations as Go writes them, timestamps as Go reads RFC 3339: the crates for time take more, or less.

/// Nanoseconds.
pub(super) const SECOND: i64 = 1_000_000_000;

/// Seconds east of Greenwich for `UTC` and `+hh:mm`; named zones need a database that is not at hand.
pub(super) fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "UTC" | "Z" | "") {
        return Some(0);
    }
    let (sign, digits) = match zone.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, zone.strip_prefix('+').unwrap_or(zone)),
    };
    let (hours, minutes) = digits.split_once(':')?;
    let (hours, minutes): (i64, i64) = (number(hours, 2)?, number(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A number of exactly this many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Days from 1970-01-01, in years that begin in March so that leap days come last.
pub(super) fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_of_year = (month + 9) % 12;
    let day_of_year = (153 * month_of_year + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_of_year = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_of_year + 2) / 5 + 1;
    let month = if month_of_year < 10 { month_of_year + 3 } else { month_of_year - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Seconds since 1970 and nanoseconds of an RFC 3339 text.
pub(super) fn parse_timestamp(text: &str) -> Option<(i64, u32)> {
    let year = number(text.get(..4)?, 4)?;
    let month = number(text.get(5..7)?, 2)?;
    let day = number(text.get(8..10)?, 2)?;
    let separators = (text.get(4..5)?, text.get(7..8)?);
    let valid = |month: i64| (1..=12).contains(&month);
    let length = days_to(if month == 12 { year + 1 } else { year }, month % 12 + 1, 1) - days_to(year, month, 1);
    if separators != ("-", "-") || !valid(month) || !(1..=length).contains(&day) {
        return None;
    }
    let days = days_to(year, month, day);
    let time = text.get(10..)?.strip_prefix(['T', 't'])?;
    let (hours, minutes) = (number(time.get(..2)?, 2)?, number(time.get(3..5)?, 2)?);
    let seconds = number(time.get(6..8)?, 2)?;
    if (time.get(2..3)?, time.get(5..6)?) != (":", ":") || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let rest = time.get(8..)?;
    let (nanos, zone) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(fraction) => {
            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let digits = fraction.get(..length.min(9)).filter(|digits| !digits.is_empty())?;
            (format!("{digits:0<9}").parse().ok()?, fraction.get(length..)?)
        }
    };
    let zone = match zone {
        "Z" | "z" => 0,
        _ if zone.starts_with(['+', '-']) => offset(zone)?,
        _ => return None,
    };
    Some((days * 86_400 + hours * 3600 + minutes * 60 + seconds - zone, nanos))
}

/// A moment in UTC.
pub(super) fn rfc3339(seconds: i64, nanos: u32) -> String {
    let (year, month, day) = date_of(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let fraction = if nanos == 0 { String::new() } else { format!(".{nanos:09}").trim_end_matches('0').to_owned() };
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{fraction}Z", second / 3600, second / 60 % 60, second % 60)
}

/// A duration in seconds, as CEL prints it.
pub(super) fn seconds(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let (whole, fraction) = (nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
    if fraction == 0 {
        return format!("{sign}{whole}s");
    }
    format!("{sign}{whole}.{}s", format!("{fraction:09}").trim_end_matches('0'))
}

/// Nanoseconds of a Go duration: `1h30m`, `1.5s`, `-2ms`, `0`.
pub(super) fn parse_duration(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("μs", 1_000),
        ("ms", 1_000_000),
        ("s", SECOND),
        ("m", 60 * SECOND),
        ("h", 3600 * SECOND),
    ];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let amount = rest.get(..length)?;
        rest = rest.get(length..)?;
        let (unit, nanos) = UNITS.into_iter().find(|(unit, _)| {
            let after = rest.strip_prefix(unit).map(|after| after.as_bytes().first().copied());
            matches!(after, Some(None | Some(b'0'..=b'9' | b'.')))
        })?;
        rest = rest.get(unit.len()..)?;
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { i128::from(whole.parse::<u64>().ok()?) };
        let digits = fraction.get(..fraction.len().min(18))?;
        let part: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        let scale = 10_i128.pow(u32::try_from(digits.len()).ok()?);
        total += whole * i128::from(nanos) + part * i128::from(nanos) / scale;
        i64::try_from(total).ok()?;
    }
    i64::try_from(sign * total).ok()
}
