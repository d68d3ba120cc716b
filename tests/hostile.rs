//! Texts that were made to break a reader: no panic, spans inside the text, and never more than seconds.
#![allow(clippy::unwrap_used)]

use homelint::check::{Report, Selection, check};
use homelint::discover::{self, Besides, Source};
use homelint::model::inputs::Inputs;
use homelint::model::repo::Repo;
use homelint::resource::File;
use homelint::rules::RULES;
use homelint::source::{FileId, Span};
use homelint::yaml::{Node, Parsed, ProblemKind, parse, parse_json, parse_toml};
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of a large file: the most that is read, and less where the build is not optimised.
const LARGE: usize = if cfg!(debug_assertions) { 1 << 17 } else { discover::MAX_BYTES as usize };
/// What one large file may cost, from its bytes to its findings.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 15 } else { 2 });

const ID: FileId = FileId(0);

/// Every span of a tree and of what is said about it lies inside the text, between characters.
fn assert_spans(text: &str, parsed: &Parsed) {
    let inside = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(text.get(start..end).is_some(), "{start}..{end} is no part of {text:?}");
    };
    for document in &parsed.documents {
        inside(document.span);
        document.root.walk(&mut |node: &Node| {
            inside(node.span);
            let props = node.props.iter();
            props.for_each(|props| {
                [&props.anchor, &props.tag].into_iter().flatten().for_each(|(_, span)| inside(*span))
            });
        });
    }
    parsed.comments.iter().for_each(|comment| inside(comment.span));
    for problem in &parsed.problems {
        inside(problem.span);
        problem.related.iter().for_each(|(span, _)| inside(*span));
    }
}

fn repo(files: &[(&str, &str)]) -> Repo {
    let mut files: Vec<_> = files.to_vec();
    files.sort_unstable();
    let files = files.iter().enumerate();
    let files = files.map(|(id, (path, text))| File::read(FileId(id as u32), *path, Some((*text).to_owned())));
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    Repo::new(Inputs::of(files.collect(), &ids))
}

/// Reads and checks a repository with every rule on.
fn check_all(files: &[(&str, &str)]) -> Report {
    let all = vec![globset::Glob::new("*/*").unwrap().compile_matcher()];
    let repo = repo(files);
    let report = check(&repo, RULES, &Selection { select: all, ..Selection::default() });
    for one in &report.diagnostics {
        let file = repo.file_of(one.finding.span).unwrap();
        let range = one.finding.span.start as usize..one.finding.span.end as usize;
        assert!(file.source.text.get(range.clone()).is_some(), "{}: {range:?} of {:?}", one.rule, file.source.text);
    }
    let mask = repo.mask();
    for file in repo.tree().files() {
        let (shown, text) = (&mask.file(file.source.id).unwrap().text, &file.source.text);
        assert_eq!((shown.len(), shown.chars().count()), (text.len(), text.chars().count()), "{}", file.source.path);
    }
    report
}

/// A large text of each kind that a naive reader needs quadratic time or memory for.
fn large_texts() -> Vec<(&'static str, String)> {
    let fill = |line: &dyn Fn(usize) -> String| -> String {
        let mut text = String::new();
        let mut count = 0;
        while text.len() + 64 < LARGE {
            text += &line(count);
            count += 1;
        }
        text
    };
    let bomb = |levels: usize| -> String {
        let level = |at: usize| format!("a{}: &a{0} [{}]\n", at + 1, vec![format!("*a{at}"); 10].join(", "));
        format!("a0: &a0 [x, x]\n{}", (0..levels).map(level).collect::<String>())
    };
    vec![
        ("bomb.yaml", bomb(30)),
        ("bombs.yaml", fill(&|_| format!("---\n{}", bomb(4)))),
        ("merges.yaml", format!("{}a:\n{}", "b: &a\n", fill(&|at| format!("  k{at}: 1\n"))).replace("a:\n", "")),
        (
            "merge_bomb.yaml",
            format!(
                "base: &b\n{}{}",
                (0..5000).map(|at| format!("  k{at}: 1\n")).collect::<String>(),
                fill(&|at| format!("m{at}: {{<<: *b}}\n"))
            ),
        ),
        ("flow.yaml", format!("[{}]", fill(&|at| format!("a{at},")))),
        ("quoted.yaml", format!("[{}]", fill(&|_| "\"a\",".to_owned()))),
        ("pairs.yaml", format!("{{{}}}", fill(&|at| format!("a{at}: b, ")))),
        ("keys.yaml", fill(&|at| format!("k{at}: 1\n"))),
        ("duplicates.yaml", fill(&|at| format!("k{}: 1\n", at % 1000))),
        ("distinct_then_again.yaml", fill(&|at| format!("k{}: 1\n", at % 20_000))),
        ("duplicates.json", format!("{{{}\"z\": 1}}", fill(&|at| format!("\"k{}\": 1,", at % 20_000)))),
        ("anchors.yaml", fill(&|at| format!("- &a{at} x\n"))),
        ("lost.yaml", fill(&|at| format!("- &anchor{at} x\n- *ancor{at}\n"))),
        ("lost_long.yaml", format!("- &{} x\n- *{}", "a".repeat(LARGE / 2 - 20), "b".repeat(LARGE / 2 - 20))),
        ("documents.yaml", fill(&|_| "--- @\n".to_owned())),
        ("sequence.yaml", fill(&|_| "- \n".to_owned())),
        ("nested.yaml", fill(&|at| " ".repeat(at % 300) + "a:\n")),
        ("staircase.yaml", fill(&|at| format!("{}a:\n", " ".repeat(at)))),
        ("properties.yaml", fill(&|_| "!a ".to_owned())),
        ("block.yaml", format!("a: |\n{}", fill(&|_| "  text\n\n".to_owned()))),
        ("folded.yaml", format!("a: >\n{}", fill(&|_| "  text\n\n".to_owned()))),
        ("plain.yaml", format!("a: b\n{}", fill(&|_| "  text\n".to_owned()))),
        ("blank.yaml", format!("a: b\n{}", "\n".repeat(LARGE - 10))),
        ("line.yaml", format!("a: {}", "x".repeat(LARGE - 10))),
        ("escapes.yaml", format!("a: \"{}\"", "\\n".repeat(LARGE / 2 - 10))),
        ("comments.yaml", fill(&|_| "# homelint: ignore yaml/syntax - why\n".to_owned())),
        ("ignore_file.yaml", fill(&|_| "# homelint: ignore-file yaml/syntax - why\n".to_owned())),
        ("ignored.yaml", fill(&|_| "a: 1 # homelint: ignore yaml/duplicate-key\n".to_owned())),
        ("renovate.yaml", fill(&|_| "# renovate: datasource=x depName=y\n".to_owned())),
        ("renovate_line.yaml", fill(&|_| "# renovate: a=b ".to_owned())),
        ("documents_of_secrets.yaml", fill(&|_| "---\nkind: Secret\napiVersion: v1\ndata: {a: YWJj}\n".to_owned())),
        ("images.yaml", format!("kind: Pod\napiVersion: v1\nspec: [{}]", fill(&|_| "{image: 'a:latest'},".to_owned()))),
        ("deep.json", "[".repeat(LARGE)),
        ("comments.json", fill(&|_| "/**/".to_owned())),
        ("dotted.toml", format!("{}a = 1\n", "a.".repeat(LARGE / 2 - 10))),
        ("tables.toml", fill(&|at| format!("[t{at}]\na = 1\n"))),
        ("deep.toml", format!("a = {}", "[".repeat(LARGE - 10))),
    ]
}

#[test]
fn large_files_take_linear_time() {
    let mut slow = Vec::new();
    for (path, text) in large_texts() {
        let start = Instant::now();
        let report = check_all(&[(path, &text)]);
        let elapsed = start.elapsed();
        println!("{:8.1} ms  {:7} findings  {path}", elapsed.as_secs_f64() * 1000.0, report.diagnostics.len());
        if elapsed > PATIENCE {
            slow.push(format!("{path}: {elapsed:?}"));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

#[test]
fn nesting_is_refused_where_it_ends_nowhere() {
    let deep = 10_000;
    let block: String = (0..deep).map(|at| format!("{}a:\n", " ".repeat(at))).collect();
    let texts = [
        ("block.yaml", block),
        ("dashes.yaml", "- ".repeat(deep)),
        ("questions.yaml", "? ".repeat(deep)),
        ("flow.yaml", "[".repeat(deep)),
        ("closed.yaml", format!("{}{}", "[".repeat(deep), "]".repeat(deep))),
        ("braces.yaml", "{a: ".repeat(deep)),
        ("array.json", format!("{}{}", "[".repeat(deep), "]".repeat(deep))),
        ("object.json", format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep))),
        ("array.toml", format!("a = {}{}", "[".repeat(deep), "]".repeat(deep))),
        ("keys.toml", format!("{}a = 1", "a.".repeat(deep))),
        ("header.toml", format!("[{}a]", "a.".repeat(deep))),
    ];
    for (path, text) in &texts {
        let file = File::read(ID, *path, Some(text.clone()));
        assert!(file.parsed.problems.iter().any(|problem| problem.kind == ProblemKind::Syntax), "{path} is accepted");
        assert_spans(text, &file.parsed);
        check_all(&[(path, text)]);
    }
}

#[test]
fn the_document_after_a_bomb_is_read() {
    let level = |at: usize| format!("a{}: &a{0} [*a{at}, *a{at}, *a{at}, *a{at}]\n", at + 1);
    let text = format!("a0: &a0 x\n{}---\nb: 1\n", (0..20).map(level).collect::<String>());
    let parsed = parse(ID, &text);
    assert_eq!(parsed.problems.len(), 2, "{:?}", parsed.problems);
    assert!(parsed.problems[0].message.contains("too large"), "{:?}", parsed.problems);
    assert_eq!(parsed.documents.len(), 2);
}

#[test]
fn odd_bytes_are_read_or_named() {
    let bom = parse(ID, "\u{feff}a: 1\nb: 2\n");
    assert!(bom.problems.is_empty());
    assert_eq!(bom.documents[0].root.entries()[0].key.text(), Some("a"));
    let crlf = parse(ID, "a: |\r\n  b\r\nc: d\r\n  e\r\n# f\r\n");
    assert!(crlf.problems.is_empty());
    assert_eq!(crlf.documents[0].root.text_at(&["a"]), Some("b\n"));
    assert_eq!(crlf.documents[0].root.text_at(&["c"]), Some("d e"));
    for text in ["a: \0\n", "\0", "a: 1\n\x07: 2\n", "a: \x7f\n"] {
        let parsed = parse(ID, text);
        assert!(parsed.problems.iter().any(|problem| problem.message.contains("control character")), "{text:?}");
        assert_spans(text, &parsed);
    }
    for text in
        ["", "\n", "\u{feff}", "---", "...", "%", "%YAML", "!<", "!<a", "&", "*", "\"\\", "\"\\x", "'", "|", "? ", ": "]
    {
        assert_spans(text, &parse(ID, text));
        assert_spans(text, &parse_json(ID, text));
        assert_spans(text, &parse_toml(ID, text));
        check_all(&[("a.yaml", text), ("b.json", text), ("c.toml", text), (".sops.yaml", text)]);
        check_all(&[(".homelint.yaml", text), ("kustomization.yaml", text), ("makejinja.toml", text)]);
    }
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_are_unchecked() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("a.yaml"), "a: 1\na: 2\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("bytes.yaml"), b"a: \xff\xfe\n").unwrap();
    std::fs::write(path("huge.yaml"), format!("a: {}", "x".repeat(50 << 20))).unwrap();
    std::fs::write(path("line.yaml"), format!("a: {}\na: 1\n", "x".repeat(1 << 20))).unwrap();
    std::fs::write(path("locked.yaml"), "a: 1\na: 2\n").unwrap();
    std::fs::set_permissions(path("locked.yaml"), std::fs::Permissions::from_mode(0o000)).unwrap();
    std::fs::create_dir(path("loop")).unwrap();
    symlink(folder.path(), path("loop/up")).unwrap();
    symlink("self.yaml", path("self.yaml")).unwrap();
    symlink(outside.path().join("a.yaml"), path("out.yaml")).unwrap();
    symlink(outside.path(), path("outside")).unwrap();
    symlink("nothing", path("dangling.yaml")).unwrap();
    let root = discover::root(folder.path()).unwrap();
    let repo = Repo::new(discover::load(&root, &Source::WorkTree, Besides::default()).unwrap());
    let report = check(&repo, RULES, &Selection::default());
    let reasons: Vec<_> = report.unchecked.iter().map(|entry| (entry.path.as_str(), &*entry.reason)).collect();
    let mut expected = vec![
        ("bytes.yaml", "not UTF-8 text"),
        ("dangling.yaml", "a symbolic link to nothing"),
        ("huge.yaml", "larger than 4 MiB"),
        ("locked.yaml", "it vanished or cannot be opened"),
        ("out.yaml", "a symbolic link out of the repository"),
        ("self.yaml", "a symbolic link to nothing"),
    ];
    // Some users may read everything.
    let locked = std::fs::read(path("locked.yaml")).is_err();
    expected.retain(|(path, _)| locked || *path != "locked.yaml");
    assert_eq!(reasons, expected);
    let found = report.diagnostics.iter().filter_map(|one| repo.file_of(one.finding.span));
    let found: Vec<_> = found.map(|file| file.source.path.as_str()).filter(|path| *path != "locked.yaml").collect();
    assert_eq!(found, ["line.yaml"]);
}

/// Numbers without a pattern: xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// A text with some of its bytes replaced, doubled, dropped or moved; those that are no UTF-8 are repaired.
    fn mutated(&mut self, text: &str) -> String {
        const SPICE: [&str; 40] = [
            "\n", " ", "  ", "\t", "\r\n", "\r", ":", ": ", "- ", "? ", "#", " #", "&a", "*a", "!t", "!!str ", "|",
            ">", "|2-\n", "'", "\"", "\\", "\\x", "{", "}", "[", "]", ",", "%", "@", "`", "---\n", "...\n", "<<: ",
            "ä", "\u{2028}", "😀", "\u{feff}", "{{", "\0",
        ];
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..1 + self.below(6) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(20)).min(bytes.len());
            match self.below(5) {
                0 => drop(bytes.drain(at..end)),
                1 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
                2 => bytes.truncate(at),
                3 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                _ => drop(bytes.splice(at..at, SPICE[self.below(SPICE.len())].bytes())),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Texts of this repository, each with its path.
fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            texts(&path, found);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push((path.to_string_lossy().replace('\\', "/"), text));
        }
    }
}

#[test]
fn mutated_repositories_never_break_a_rule() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/home-ops");
    let mut sound = Vec::new();
    texts(&fixture, &mut sound);
    let prefix = format!("{}/", fixture.to_string_lossy().replace('\\', "/"));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let start = Instant::now();
    let mut rounds = 0;
    while start.elapsed() < Duration::from_secs(4) || rounds < 3 {
        rounds += 1;
        // One file in three changes, so that what refers to what keeps some sense.
        let files: Vec<(&str, String)> = sound
            .iter()
            .map(|(path, text)| {
                let text = if random.below(3) == 0 { random.mutated(text) } else { text.clone() };
                (path.strip_prefix(&prefix).unwrap(), text)
            })
            .collect();
        for (path, text) in &files {
            assert_spans(text, &File::read(ID, *path, Some(text.clone())).parsed);
        }
        check_all(&files.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>());
    }
}

#[test]
fn mutated_texts_keep_their_spans() {
    let yaml = include_str!("../fixtures/home-ops/kubernetes/apps/home/lamps/app/helmrelease.yaml");
    let small = "a: &x [1, 'b', \"c\\n\"]\n? |2\n   d\n: - *x\n  - !!str {e: f, g}\nh: >-\n  i\n\n  j # k\n<<: *x\n--- # l\nm: \"n\n  o\\\n  p\"\n...\n%TAG ! a:\n---\n!b c\n";
    let json = "// a\n{a: 'b', \"c\": [1, 2.5, null,], d: \"\\u00e4\\ud83d\\ude00\", /* e */ f: {g: true}}\n";
    let toml = include_str!("../fixtures/home-ops/makejinja.toml");
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(4) {
        for text in [yaml, small, small, small, json, toml] {
            let text = random.mutated(text);
            assert_spans(&text, &parse(ID, &text));
            assert_spans(&text, &parse_json(ID, &text));
            assert_spans(&text, &parse_toml(ID, &text));
        }
    }
}

#[test]
fn templates_are_compared_in_bounded_time() {
    const CONFIG: &str = "[makejinja]\ninputs = ['t']\noutput = '.'\njinja_suffix = '.j2'\n";
    let compare = |config: &str, template: &str, output: &str| {
        let start = Instant::now();
        check_all(&[("makejinja.toml", config), ("t/a.yaml.j2", template), ("a.yaml", output)]);
        assert!(start.elapsed() < 2 * PATIENCE, "{:?}: {:.60}", start.elapsed(), template);
    };
    let large = LARGE - 64;
    compare(CONFIG, &"{{ a }}".repeat(large / 7), &"a".repeat(1000));
    compare(CONFIG, &"{{ a }}a".repeat(2000), &"a".repeat(4000));
    compare(CONFIG, &"{% if a %}a{% endif %}".repeat(2000), &"a".repeat(3000));
    compare(CONFIG, &format!("{{{{ a | indent }}}}{}b", "a".repeat(large / 2)), &"a".repeat(large));
    compare(CONFIG, &"{% for a in b %}".repeat(large / 16), "a");
    compare(CONFIG, &"{%".repeat(large / 2), "a");
    for delimiter in
        ["block_start = ''", "variable_end = ''", "block_start = ''\nblock_end = ''", "variable_start = '{%'"]
    {
        compare(&format!("{CONFIG}[makejinja.delimiter]\n{delimiter}\n"), "a: {{ b }}\n{% if c %}\n", "a: b\n");
    }
    let template =
        "a: {{ b }}\n{% if c -%}\n d: ä\n{%- else %}\ne: {# f #}\n{% endif %}\n{% for g in h %}- {{ g }}\n{% endfor %}";
    let mut random = Random(0xda94_2042_e4dd_58b5);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        compare(CONFIG, &random.mutated(template), &random.mutated("a: b\ne: \n- ä\n- i\n"));
    }
}

/// A script with a variable on each line, and one with another variable on each.
#[test]
fn variables_of_a_long_script_take_linear_time() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\n\
                spec: {interval: 1h, path: ./apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}, \
                postBuild: {substitute: {A: b}}}\n";
    let script = |line: &dyn Fn(usize) -> String| {
        let lines: String = (0..LARGE / 40).map(|at| format!("    {}\n", line(at))).collect();
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: d}}\ndata:\n  x: |\n{lines}")
    };
    for text in [script(&|at| format!("line {at} ${{X}}")), script(&|at| format!("echo x{at}=1 ${{x{at}}} # a"))] {
        let start = Instant::now();
        check_all(&[("flux.yaml", flux), ("apps/c.yaml", &text)]);
        assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    }
}

/// Each operation doubles what the one before made.
#[test]
fn copies_of_copies_end() {
    let copies: String = (0..40).map(|at| format!("    - {{op: copy, from: /data, path: /data/x{at}}}\n")).collect();
    let kustomization = format!("resources: [c.yaml]\npatches:\n- target: {{kind: ConfigMap}}\n  patch: |\n{copies}");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n";
    let start = Instant::now();
    let report = check_all(&[("app/kustomization.yaml", &kustomization), ("app/c.yaml", map)]);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    let said = |word: &str| report.diagnostics.iter().any(|one| one.finding.message.contains(word));
    assert!(said("copies more than an object can hold"), "{:?}", report.diagnostics);
}

/// A list of what to ignore that has no end, or of which reading waits for somebody.
#[cfg(unix)]
#[test]
fn endless_lists_say_nothing() {
    use std::os::unix::fs::symlink;
    for name in [".gitignore", ".homelintignore", ".krmignore"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.yaml"), "a: 1\na: 2\n").unwrap();
        for place in [folder.path().to_owned(), folder.path().join("below")] {
            std::fs::create_dir_all(&place).unwrap();
            symlink("/dev/zero", place.join(name)).unwrap();
        }
        let pipe = folder.path().join("pipe");
        std::fs::create_dir(&pipe).unwrap();
        let made = std::process::Command::new("mkfifo").arg(pipe.join(name)).status();
        assert!(made.unwrap().success());
        let root = discover::root(folder.path()).unwrap();
        let inputs = discover::load(&root, &Source::WorkTree, Besides::default()).unwrap();
        assert!(inputs.tree.find("a.yaml").is_some(), "{name}");
    }
}
