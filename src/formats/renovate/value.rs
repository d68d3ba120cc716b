//! Values of options: their types, schedules and ages.

use super::NAMES;
use crate::yaml::{Mode, Node, Resolved};

/// What an option must be, where its value is something else. A preset fills in what it is given.
pub fn wanted_type(option: &str, value: &Node) -> Option<&'static str> {
    let text = value.text().unwrap_or("");
    if value.is_null() || text.contains("{{") {
        return None;
    }
    let kind = value.resolve(Mode::Yaml12);
    if NAMES.booleans.contains(option) {
        let is_one = matches!(kind, Some(Resolved::Bool(_))) || matches!(text, "true" | "false");
        (!is_one).then_some("`true` or `false`")
    } else if NAMES.integers.contains(option) {
        (!matches!(kind, Some(Resolved::Int(_) | Resolved::Float(_)))).then_some("a number")
    } else if NAMES.lists.contains(option) {
        (!value.is_seq()).then_some("a list")
    } else {
        None
    }
}

/// What is wrong with an entry of `schedule`: a text of words, or a cron expression.
pub fn schedule_fault(text: &str) -> Option<String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let is_cron = |field: &&str| field.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*/,-?#".contains(&byte));
    let starts_as_cron = text.starts_with(|first: char| first.is_ascii_digit() || first == '*');
    if fields.len() == 5 && starts_as_cron && fields.iter().all(is_cron) {
        let minutes = fields.first().filter(|minutes| **minutes != "*")?;
        return Some(format!("the minutes of a cron schedule must be `*`, not `{minutes}`"));
    }
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
    words.find(|word| !is_schedule_word(word)).map(|word| format!("`{word}` is no word of a schedule"))
}

/// Whether a word may stand in a schedule: `weekend`, `5am`, `10:30pm`, `1st`.
fn is_schedule_word(word: &str) -> bool {
    let word = word.to_lowercase();
    let tail = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, ':' | '-' | '@'));
    let number = tail.len() < word.len() && matches!(tail, "" | "am" | "pm" | "st" | "nd" | "rd" | "th");
    number || NAMES.schedule_words.contains(word.trim_end_matches(';')) || word.contains("{{")
}

/// What is wrong with an age such as `3 days` or `1 week 2 days`.
pub fn age_fault(text: &str) -> Option<&'static str> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Some("it is empty");
    }
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        if unit.len() == rest.len() {
            return Some("a number is missing");
        }
        let unit = unit.trim_start();
        let after = unit.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        let name = &unit[..unit.len() - after.len()];
        if name.is_empty() {
            return Some("without a unit it is a number of milliseconds");
        }
        if name != "M" && !NAMES.age_units.contains(&name.to_lowercase()) {
            return Some("its unit is not known");
        }
        rest = after.trim_start();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_numbers_with_units() {
        for text in ["3 days", "3days", "1 minute", "14 d", "1 week 2 days", "1.5 h", "2 M", "0 days"] {
            assert_eq!(age_fault(text), None, "{text}");
        }
        for text in ["3", "three days", "3 dyas", "days", "", "3 days ago"] {
            assert!(age_fault(text).is_some(), "{text}");
        }
    }

    #[test]
    fn schedules_are_words_or_cron() {
        let fine = [
            "every weekend",
            "before 5am on Monday",
            "after 10pm and before 5:30am every weekday",
            "on the first day of the month",
            "on friday and saturday",
            "after 10:00 pm",
            "every 3 months on the first day of the month",
            "* 0-4,22-23 * * 1-5",
            "* * * * 0,6",
            "at any time",
            "monthly",
            "on day 1 through 7 of the month",
        ];
        for text in fine {
            assert_eq!(schedule_fault(text), None, "{text}");
        }
        for text in ["every weekendd", "0 3 * * *", "*/5 * * * *", "befor 5am", "every Mo"] {
            assert!(schedule_fault(text).is_some(), "{text}");
        }
    }
}
