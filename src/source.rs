//! Text, paths and byte ranges. Knows nothing of YAML.

use std::sync::OnceLock;

/// Index of a file in its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A byte range in one file: the provenance that every node carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A range of `file`, in bytes.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// Whether it is in no file of the repository, but in a table of the program.
    pub fn is_nowhere(self) -> bool {
        self.file == FileId(u32::MAX)
    }

    /// The empty range where this one starts.
    pub fn before(self) -> Self {
        Span { end: self.start, ..self }
    }

    /// The range from the start of `self` to the end of `other`, in the same file.
    pub fn to(self, other: Span) -> Self {
        if self.file != other.file {
            return self;
        }
        Span { end: other.end.max(self.end), ..self }
    }

    /// Whether `other` lies inside, in the same file.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A place as people and editors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Byte offset in the file, from 0.
    pub offset: u32,
}

/// One file of the repository: its path and, where it could be read, its text.
#[derive(Debug)]
pub struct SourceFile {
    /// Index in the repository.
    pub id: FileId,
    /// Path relative to the repository root, with `/`.
    pub path: String,
    /// The text; empty where the file is known by name only.
    pub text: String,
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// A file with its text.
    pub fn new(id: FileId, path: impl Into<String>, text: impl Into<String>) -> Self {
        SourceFile { id, path: path.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// The last component of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The folder, relative to the root; empty for the root itself.
    pub fn folder(&self) -> &str {
        folder_of(&self.path)
    }

    /// The span of a byte range of this file.
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.id, range.start, range.end)
    }

    /// The text of a span; empty where it does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Byte offsets at which lines start; the first is 0.
    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
        })
    }

    /// Number of lines; a final newline does not begin another.
    pub fn line_count(&self) -> u32 {
        let starts = self.line_starts();
        let open = starts.last().is_some_and(|last| (*last as usize) < self.text.len());
        (starts.len() - usize::from(!open)) as u32
    }

    /// Line of a byte offset, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts().partition_point(|start| *start <= offset) as u32
    }

    /// Line, column and offset of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.line_range(line).start;
        let before = self.text.get(start..offset as usize).unwrap_or("");
        Position { line, column: before.chars().count() as u32 + 1, offset }
    }

    /// Byte range of a line (from 1), without its line break; empty past the end.
    pub fn line_range(&self, line: u32) -> std::ops::Range<usize> {
        let starts = self.line_starts();
        let index = (line as usize).saturating_sub(1);
        let Some(start) = starts.get(index).map(|start| *start as usize) else {
            return self.text.len()..self.text.len();
        };
        let next = starts.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        let text = self.text.get(start..next).unwrap_or("");
        start..start + text.trim_end_matches(['\n', '\r']).len()
    }

    /// Text of a line (from 1), without its line break.
    pub fn line_text(&self, line: u32) -> &str {
        self.text.get(self.line_range(line)).unwrap_or("")
    }
}

/// The folder of a `/` path; empty for a name without folder.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Joins `relative` to `folder` and resolves `.` and `..`; `None` when it leaves the root or is absolute.
pub fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    let mut path = String::with_capacity(folder.len() + 1 + relative.len());
    path.push_str(folder.trim_matches('/'));
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if path.is_empty() => return None,
            ".." => path.truncate(folder_of(&path).len()),
            name => {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(name);
            }
        }
    }
    Some(path)
}

/// Longest word, in bytes, that a typo is looked for in: comparing takes the product of two lengths.
const MAX_WORD: usize = 128;

/// The candidate nearest to `name`, when a typo explains the difference: at most a third of the letters.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    within((name.chars().count() / 3).max(1), name, candidates)
}

/// The candidate nearest to `name` of those that differ in `most` letters at most.
pub fn within<'a>(most: usize, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_WORD {
        return None;
    }
    let letters: Vec<char> = name.chars().collect();
    let near = candidates.into_iter().filter(|candidate| *candidate != name && candidate.len() <= MAX_WORD);
    let scored = near.filter_map(|candidate| Some((edit_distance(&letters, candidate, most)?, candidate)));
    // Ties go to the alphabetically first, so that the order of candidates does not show.
    scored.min().map(|(_, candidate)| candidate)
}

/// Whether one slip of the fingers explains the difference: a letter or hyphen too many, missing, replaced or swapped with
/// its neighbour. Digits tell variants apart, and so do short words.
pub fn is_slip(name: &str, meant: &str) -> bool {
    let (own, other) = (name.as_bytes(), meant.as_bytes());
    if own.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let same = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(own, other)| own == other).count();
    let start = same(&mut own.iter().zip(other));
    let end = same(&mut own[start..].iter().rev().zip(other[start..].iter().rev()));
    let (own_rest, other_rest) = (&own[start..own.len() - end], &other[start..other.len() - end]);
    // A letter in place of another makes a word of its own more often than one that is missing.
    let least = match (own_rest, other_rest) {
        ([_], []) | ([], [_]) => 3,
        ([a, b], [c, d]) if (a, b) == (d, c) => 3,
        ([_], [_]) => 5,
        _ => return false,
    };
    let is_end = |byte: &u8| matches!(byte, b'-' | b'.' | b'_');
    let mut changed = own_rest.iter().chain(other_rest);
    if changed.clone().any(u8::is_ascii_digit) {
        return false;
    }
    if changed.any(is_end) {
        return true;
    }
    let longer = if own.len() > other.len() { own } else { other };
    let before = longer[..start].iter().rev().take_while(|byte| !is_end(byte)).count();
    before + longer[start..].iter().take_while(|byte| !is_end(byte)).count() >= least
}

/// Insertions, deletions, replacements and swaps of neighbours between two words; `None` beyond `most`.
fn edit_distance(left: &[char], right: &str, most: usize) -> Option<usize> {
    if left.len().abs_diff(right.chars().count()) > most {
        return None;
    }
    let right: Vec<char> = right.chars().collect();
    // The rows of the letter before the last, of the last letter and of this one.
    let (mut earlier, mut last) = (Vec::new(), (0..=right.len()).collect::<Vec<usize>>());
    let mut row = Vec::with_capacity(last.len());
    for (i, a) in left.iter().enumerate() {
        row.clear();
        row.push(i + 1);
        for (j, b) in right.iter().enumerate() {
            let cost = usize::from(a != b);
            let mut best = (last[j] + cost).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                best = best.min(earlier[j - 1] + 1);
            }
            row.push(best);
        }
        // A swap reaches over one row, and costs one.
        if row.iter().chain(&last).all(|distance| *distance > most) {
            return None;
        }
        std::mem::swap(&mut earlier, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let file = SourceFile::new(FileId(0), "a/b.yaml", "ä: 1\r\nb: 2\n");
        assert_eq!(file.position(4), Position { line: 1, column: 4, offset: 4 });
        assert_eq!(file.position(7), Position { line: 2, column: 1, offset: 7 });
        assert_eq!(file.line_text(1), "ä: 1");
        assert_eq!(file.line_count(), 2);
        assert_eq!((file.name(), file.folder()), ("b.yaml", "a"));
    }

    #[test]
    fn nearest_forgives_a_typo_and_no_more() {
        assert_eq!(nearest("externl", ["external", "internal"]), Some("external"));
        assert_eq!(nearest("web", ["data", "cache"]), None);
        assert_eq!(nearest("ab", ["ba"]), Some("ba"));
    }

    #[test]
    fn a_slip_is_one_letter_and_no_digit() {
        assert!(is_slip("homeassistant-config", "home-assistant-config"));
        assert!(is_slip("mail-secrets", "mail-secret"));
        assert!(is_slip("clodu-secret", "cloud-secret"));
        assert!(!is_slip("postgres-1", "postgres-2"));
        assert!(!is_slip("disk-a", "disk-b"));
        assert!(!is_slip("web-data", "web-date"));
        assert!(!is_slip("cache", "cache"));
        assert!(!is_slip("web-config", "web-configmap"));
    }

    #[test]
    fn join_stays_inside_the_root() {
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("a", ".."), Some(String::new()));
        assert_eq!(join("a", "../.."), None);
        assert_eq!(join("a", "/etc"), None);
    }
}
