//! Circles among things that wait for one another.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A way from a thing back to itself, both ends included; the things that come next are given by a function.
pub fn circle<T: Copy + Ord>(start: T, next: impl Fn(T) -> Vec<T>) -> Option<Vec<T>> {
    let mut before: BTreeMap<T, T> = BTreeMap::new();
    let mut waiting = vec![start];
    while let Some(current) = waiting.pop() {
        for following in next(current) {
            if following == start {
                let mut way = vec![start];
                way.extend(std::iter::successors(Some(current), |at| before.get(at).copied().filter(|_| *at != start)));
                way.reverse();
                return Some(way);
            }
            if let Entry::Vacant(first) = before.entry(following) {
                first.insert(current);
                waiting.push(following);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::circle;

    #[test]
    fn a_circle_is_found_with_both_its_ends() {
        let next = |edges: &'static [(u8, u8)]| {
            move |from: u8| edges.iter().filter(|(start, _)| *start == from).map(|(_, end)| *end).collect::<Vec<_>>()
        };
        assert_eq!(circle(1, next(&[(1, 1)])), Some(vec![1, 1]));
        assert_eq!(circle(1, next(&[(1, 2), (2, 3), (3, 1), (2, 4)])), Some(vec![1, 2, 3, 1]));
        assert_eq!(circle(1, next(&[(1, 2), (2, 3), (3, 2)])), None);
    }
}
