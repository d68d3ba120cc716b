//! IP addresses and the ranges they are in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses from the first to the last, both of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub first: IpAddr,
    /// The last.
    pub last: IpAddr,
}

impl Range {
    /// The range between two addresses of one family.
    pub fn between(first: IpAddr, last: IpAddr) -> Option<Range> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Range { first, last })
    }

    /// The network that a text in CIDR notation stands for; bits of a host in it are no matter.
    pub fn cidr(text: &str) -> Option<Range> {
        let (address, length) = text.split_once('/')?;
        let length: u32 = length.parse().ok()?;
        match address.parse().ok()? {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(length).unwrap_or(0);
                let bits = u32::from(address);
                let (first, last) = (Ipv4Addr::from(bits & !host), Ipv4Addr::from(bits | host));
                (length <= 32).then_some(Range { first: first.into(), last: last.into() })
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(length).unwrap_or(0);
                let bits = u128::from(address);
                let (first, last) = (Ipv6Addr::from(bits & !host), Ipv6Addr::from(bits | host));
                (length <= 128).then_some(Range { first: first.into(), last: last.into() })
            }
        }
    }

    /// A network, a range with a hyphen, or one address.
    pub fn parse(text: &str) -> Option<Range> {
        let address = |text: &str| text.trim().parse::<IpAddr>().ok();
        let range = || {
            let (first, last) = text.split_once('-')?;
            Range::between(address(first)?, address(last)?)
        };
        Range::cidr(text.trim()).or_else(range).or_else(|| Range::between(address(text)?, address(text)?))
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4() && self.first <= address && address <= self.last
    }

    /// Whether all of another range is in it.
    pub fn covers(&self, other: &Range) -> bool {
        self.contains(other.first) && self.contains(other.last)
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn ranges_hold_what_they_say() {
        let contains = |range: &str, address: &str| {
            Range::parse(range).zip(address.parse().ok()).map(|(range, address)| range.contains(address))
        };
        for (range, address, expected) in [
            ("192.0.2.0/24", "192.0.2.255", Some(true)),
            ("192.0.2.7/24", "192.0.2.1", Some(true)),
            ("192.0.2.0/24", "192.0.3.0", Some(false)),
            ("192.0.2.5/32", "192.0.2.5", Some(true)),
            ("0.0.0.0/0", "192.0.2.5", Some(true)),
            ("192.0.2.10-192.0.2.20", "192.0.2.20", Some(true)),
            ("192.0.2.10-192.0.2.20", "192.0.2.21", Some(false)),
            ("2001:db8::/64", "2001:db8::1", Some(true)),
            ("2001:db8::/64", "192.0.2.1", Some(false)),
            ("::/0", "2001:db8::1", Some(true)),
            ("192.0.2/24", "192.0.2.1", None),
            ("192.0.2.0/33", "192.0.2.1", None),
            ("192.0.2.20-192.0.2.10", "192.0.2.11", None),
        ] {
            assert_eq!(contains(range, address), expected, "{range} {address}");
        }
        let covers = |range: &str, other: &str| Range::parse(range)?.covers(&Range::parse(other)?).then_some(());
        assert!(covers("10.0.0.0/8", "10.42.0.0/16").is_some() && covers("10.42.0.0/16", "10.0.0.0/8").is_none());
    }
}
