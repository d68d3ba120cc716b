//! Kubernetes quantities: `1500m`, `2Gi`, `1e3`, exact.

/// A quantity in units of 10⁻⁹, as fine as Kubernetes keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(pub i128);

/// One, in these units.
pub const ONE: i128 = 1_000_000_000;

impl Quantity {
    /// Reads a quantity; what is finer than 10⁻⁹ is rounded up, as Kubernetes does.
    pub fn read(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (digits, suffix) = rest.split_at_checked(length)?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let (binary, power) = scale(suffix)?;
        let mantissa: i128 = format!("0{whole}{fraction}").parse().ok()?;
        let power = power + 9 - i32::try_from(fraction.len()).ok()?;
        let scaled = mantissa.checked_mul(1_i128.checked_shl(binary)?)?;
        let ten = |power: i32| 10_i128.checked_pow(power.unsigned_abs());
        let value = if power >= 0 {
            scaled.checked_mul(ten(power)?)?
        } else {
            let divisor = ten(power).unwrap_or(i128::MAX);
            scaled / divisor + i128::from(scaled % divisor != 0)
        };
        Some(Quantity(sign * value))
    }

    /// The whole number that it is, if it is one.
    pub fn whole(self) -> Option<i64> {
        (self.0 % ONE == 0).then_some(self.0 / ONE).and_then(|whole| i64::try_from(whole).ok())
    }
}

/// Powers of two and of ten of a suffix.
fn scale(suffix: &str) -> Option<(u32, i32)> {
    Some(match suffix {
        "" => (0, 0),
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        _ => {
            let power = suffix.strip_prefix(['e', 'E'])?;
            let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            (0, power.parse().ok().filter(|power: &i32| power.abs() <= 1000)?)
        }
    })
}
