//! The binary as a user runs it: exit codes, streams, formats, and that no secret ever comes out.
#![allow(clippy::unwrap_used)]

mod harness;

use harness::{Ran, Repo};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

const FORMATS: [&str; 8] = ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"];
/// What the snapshots show; other rules may come without changing them.
const SHOWN: &str = "yaml/duplicate-key,yaml/null-map,image/no-tag,gateway/parent-missing,secret/plaintext";
const CLEAN: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n";
const DUPLICATE: &str = "a: 1\na: 2\n";
const FLOATING: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'nginx:latest'}]}\n";
const EMPTY_LIST: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  tolerations:\n\
    \x20 containers: [{name: web, image: 'example.org/web:1.0.0'}]\n";
const STALE: &str = "# yaml-language-server: $schema=https://schemas.example.org/apps/deployment_v1beta1.json\n\
    apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n";

fn rules_of(json: &Value) -> Vec<&str> {
    json["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect()
}

#[test]
fn exit_codes_say_what_happened() {
    let clean = Repo::new(&[("a.yaml", CLEAN)]);
    assert_eq!(clean.run(&[]).code, 0);
    assert!(clean.run(&["."]).err.contains("no findings in 1 file and 1 resource"));
    assert_eq!(clean.run(&["-q"]).err, "");
    let warned = Repo::new(&[("a.yaml", FLOATING)]);
    assert_eq!(warned.run(&["check", "."]).code, 0);
    assert_eq!(warned.run(&["--deny-warnings"]).code, 1);
    let wrong = Repo::new(&[("a.yaml", DUPLICATE)]);
    let ran = wrong.run(&["--format", "concise"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "a.yaml:2:1: error[yaml/duplicate-key]: duplicate key `a`\n"));
    assert!(ran.err.starts_with("1 error in 1 file and 0 resources · "), "{}", ran.err);
    assert_eq!(wrong.run(&["--exit-zero"]).code, 0);
    assert_eq!(wrong.run(&["--ignore", "yaml/*,image/*"]).code, 0);
    assert_eq!(wrong.run(&["--select", "image/*", "--select", "repo/*"]).code, 0);
    assert_eq!(wrong.run(&["--nonsense"]).code, 2);
}

#[test]
fn errors_of_use_say_what_to_do() {
    let repo = Repo::new(&[("kubernetes/apps/a.yaml", CLEAN), ("one/a.yaml", ""), ("two/a.yaml", "")]);
    repo.run(&["kuberntes/apps"]).refuses(&["there is no `kuberntes/apps`", "did you mean `kubernetes/apps`?"]);
    repo.run(&["kubernetes/aps"]).refuses(&["there is no `kubernetes/aps`", "did you mean `kubernetes/apps`?"]);
    repo.run(&["chekc"]).refuses(&["there is no `chekc`", "did you mean the command `check`?"]);
    repo.run(&["dependncies"]).refuses(&["there is no `dependncies`", "did you mean the command `dependencies`?"]);
    repo.run(&["diff"]).refuses(&["there is no commit to compare with", "commit something first"]);
    repo.run(&["one", "two"]).refuses(&["two repositories", "one after the other"]);
    repo.run(&["--select", "yaml/sintax"]).refuses(&["no rule is called `yaml/sintax`", "did you mean `yaml/syntax`?"]);
    repo.run(&["--ignore", "yaml"]).refuses(&["no rule is called `yaml`", "did you mean `yaml/*`?"]);
    repo.run(&["explain", "duplicate-key"]).refuses(&["no rule", "did you mean `yaml/duplicate-key`?"]);
    repo.run(&["--format", "jsno"]).refuses(&["jsno", "json"]);
    repo.run(&["--baseline", "gone"]).refuses(&["cannot read the baseline gone", "--write-baseline=gone"]);
    repo.write("base", "words\n");
    repo.run(&["--baseline", "base"]).refuses(&["base is no baseline", "--write-baseline=base"]);
    repo.run(&["--staged"]).refuses(&["is not in a git repository", "`--staged`, `--rev` and `--since` need one"]);
    repo.run(&["--since", "HEAD"]).refuses(&["is not in a git repository", ""]);
    let git = Repo::new(&[("a.yaml", CLEAN)]);
    git.git(&["init", "-q"]);
    git.commit();
    git.run(&["--rev", "gone"]).refuses(&["git knows no revision `gone`", "fetch it"]);
    git.run(&["--since", "gone"]).refuses(&["git knows no revision `gone`", "fetch it"]);
    git.run(&["--rev", "HEAD", "b.yaml"]).refuses(&["there is no `b.yaml` in `HEAD`", ""]);
}

#[test]
fn paths_limit_findings_and_not_what_is_read() {
    let repo = Repo::new(&[("a/x.yaml", DUPLICATE), ("ab/x.yaml", DUPLICATE)]);
    repo.git(&["init", "-q"]);
    for (folder, path) in [("", "a"), ("", "a/x.yaml"), ("a", "."), ("ab", "../a"), ("ab", "../a/x.yaml")] {
        let mut command = repo.command(&["--format", "json", path]);
        let json: Value = Ran::new(command.current_dir(repo.path(folder)).output().unwrap()).json();
        assert_eq!(json["files"], 2);
        let found = json["diagnostics"].as_array().unwrap();
        assert!(found.len() == 1 && found[0]["path"] == "a/x.yaml", "{folder} {path}: {json}");
    }
}

#[test]
fn a_broken_configuration_is_a_failure_whatever_is_checked() {
    let repo = Repo::new(&[("a.yaml", DUPLICATE)]);
    repo.git(&["init", "-q"]);
    repo.commit();
    for (text, message) in [
        ("rules: [\n", "error[yaml/syntax]"),
        ("rules: {yaml/sintax: off}\n", "no rule is called `yaml/sintax`"),
        ("schemas: {locations: [../gone]}\n", "there is no folder ../gone"),
    ] {
        repo.write(".homelint.yaml", text);
        repo.git(&["add", "-A"]);
        for arguments in [&["a.yaml"][..], &["--select", "image/*"], &["--staged"], &["--since", "HEAD"], &[]] {
            let ran = repo.run(&[&["--format", "concise"], arguments].concat());
            assert_eq!(ran.code, 2, "{text} {arguments:?}");
            assert!(
                ran.out.contains(message) || ran.err.contains(message),
                "{text} {arguments:?}: {}{}",
                ran.out,
                ran.err
            );
        }
    }
}

#[test]
fn a_hook_checks_what_is_staged_or_pushed_or_everything() {
    let repo = Repo::new(&[("old.yaml", DUPLICATE), ("new.yaml", CLEAN)]);
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    let hook = ["--hook", "--format", "concise"];
    let everything = repo.run(&hook);
    assert!(everything.code == 1 && everything.out.starts_with("old.yaml:"), "nothing is staged: {}", everything.out);
    repo.write("new.yaml", DUPLICATE);
    repo.git(&["add", "-A"]);
    let staged = repo.run(&hook);
    assert!(staged.code == 1 && staged.out.starts_with("new.yaml:"), "an old mistake is no news: {}", staged.out);
    repo.commit();
    let pushed = |from: &str, to: &str| {
        let mut command = repo.command(&hook);
        Ran::new(command.env("PRE_COMMIT_FROM_REF", from).env("PRE_COMMIT_TO_REF", to).output().unwrap())
    };
    assert!(pushed("HEAD~1", "HEAD").out.starts_with("new.yaml:"));
    assert_eq!(pushed("HEAD", "HEAD").out, "");
}

#[test]
fn nothing_to_check_is_no_success() {
    let repo = Repo::new(&[("words/a.txt", "words\n"), ("kept/.gitkeep", ""), ("a.yaml", CLEAN)]);
    std::fs::create_dir_all(repo.path("empty")).unwrap();
    let words = repo.run(&["words"]);
    assert!(words.code == 0 && words.err.contains("warning: nothing was checked"), "{}", words.err);
    assert_eq!(repo.run(&["words", "--deny-warnings"]).code, 1);
    assert_eq!(repo.run(&["empty"]).code, 2);
    assert_eq!(repo.run(&[]).code, 0);
}

#[test]
fn a_baseline_accepts_what_is_there_today() {
    let repo = Repo::new(&[("a.yaml", DUPLICATE)]);
    let written = repo.run(&["--write-baseline"]);
    assert_eq!(written.code, 0, "{}", written.err);
    assert!(repo.read(".homelint-baseline").contains(" a.yaml: error[yaml/duplicate-key]: duplicate key `a`\n"));
    repo.write("a.yaml", format!("# moved\n\n{DUPLICATE}"));
    assert_eq!(repo.run(&["--baseline", ".homelint-baseline"]).code, 0);
    repo.write("b.yaml", DUPLICATE);
    let ran = repo.run(&["--baseline", ".homelint-baseline", "--format", "concise"]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 1), "{}", ran.out);
    repo.run(&["--write-baseline=other", "--baseline", ".homelint-baseline"]);
    assert_eq!(repo.run(&["--baseline", "other"]).code, 0);
}

#[test]
fn staged_reports_what_is_new_against_head() {
    let repo = Repo::new(&[("old.yaml", DUPLICATE)]);
    repo.git(&["init", "-q"]);
    repo.git(&["add", "-A"]);
    assert_eq!(repo.run(&["--staged"]).code, 1, "before the first commit everything is new");
    repo.commit();
    assert_eq!(repo.run(&["--staged"]).code, 0);
    repo.write("new.yaml", DUPLICATE);
    assert_eq!(repo.run(&["--staged"]).code, 0, "what is not staged does not count");
    repo.git(&["add", "-A"]);
    repo.write("new.yaml", CLEAN);
    let ran = repo.run(&["--staged", "--format", "concise"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "new.yaml:2:1: error[yaml/duplicate-key]: duplicate key `a`\n"));
    assert_eq!(repo.run(&["--rev", "HEAD", "--format", "concise"]).out.lines().count(), 1);
    assert_eq!(repo.run(&["--rev", "HEAD", "old.yaml"]).code, 1);
}

#[test]
fn since_reports_what_a_change_introduces_wherever_it_appears() {
    let users = "resources: [base/app.yaml]\n";
    let repo = Repo::new(&[("old.yaml", DUPLICATE), ("kustomization.yaml", users), ("base/app.yaml", CLEAN)]);
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    assert_eq!(repo.run(&["--since", "main"]).code, 0);
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo.git(&["mv", "base/app.yaml", "base/moved.yaml"]);
    repo.commit();
    let ran = repo.run(&["--since", "main", "--format", "concise"]);
    assert!(ran.out.starts_with("kustomization.yaml:1:13: error[kustomize/missing-resource]"), "{}", ran.out);
    assert_eq!(ran.out.lines().count(), 1, "an untouched file breaks, an old mistake is no news: {}", ran.out);
    // What the other side mends in the meantime is not the doing of this one.
    repo.git(&["checkout", "-q", "main"]);
    repo.write("old.yaml", CLEAN);
    repo.commit();
    repo.git(&["checkout", "-q", "work"]);
    assert_eq!(repo.run(&["--since", "main", "--format", "concise"]).out, ran.out);
    assert_eq!(repo.run(&["--since", "main", "--rev", "work", "--format", "concise"]).out, ran.out);
    assert_eq!(repo.run(&["--since", "main", "--staged"]).code, 2);
}

#[test]
fn tables_of_the_house_say_what_its_own_kinds_create() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\n\
        spec: {path: ./apps, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    let login =
        "apiVersion: example.org/v1\nkind: Login\nmetadata: {name: web, namespace: web}\nspec: {secret: web-login}\n";
    let job = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: web}\nspec:\n  containers:\n    - name: web\n      \
        image: ghcr.io/example/web:1.0.0\n      env:\n        - name: WORD\n          \
        valueFrom: {secretKeyRef: {name: web-login, key: wrod}}\n";
    let repo = Repo::new(&[("flux/apps.yaml", flux), ("apps/login.yaml", login), ("apps/pod.yaml", job)]);
    assert_eq!(repo.run(&["--format", "concise"]).out, "", "nobody knows what a Login makes");
    let table = "links:\n  creates:\n    - {from: example.org/Login, kind: Secret, name: '{spec.secret}', keys: [user, word]}\n";
    repo.write(".homelint.yaml", table);
    let out = repo.run(&["--format", "concise"]).out;
    assert!(out.contains("error[refs/key-missing]: Secret `web-login` has no key `wrod`"), "{out}");
    repo.write(".homelint.yaml", table.replace("{spec.secret}", "{spec.secret").replace("keys", "kyes"));
    let out = repo.run(&["--format", "concise"]).out;
    assert!(out.contains("error[homelint/config]: unknown key `kyes`"), "{out}");
    assert!(out.contains("error[homelint/config]: a brace is not closed here"), "{out}");
}

#[test]
fn fixes_are_shown_or_made() {
    let select = ["--select", "schema/modeline-stale"];
    let repo = Repo::new(&[("a.yaml", STALE)]);
    let ran = repo.run(&[&["--fix", "--diff"], &select[..]].concat());
    assert!(ran.out.contains("/apps/deployment_v1.json\n") && ran.out.contains("+++ b/a.yaml"), "{}", ran.out);
    assert_eq!(repo.read("a.yaml"), STALE);
    let ran = repo.run(&[&["--fix"], &select[..]].concat());
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.starts_with("fixed 1 file\n"), "{}", ran.err);
    assert_eq!(repo.read("a.yaml"), STALE.replace("v1beta1", "v1"));
}

#[test]
fn infos_are_hidden_in_ci_unless_asked_for() {
    let repo = Repo::new(&[("a.yaml", EMPTY_LIST)]);
    assert!(repo.run(&["--format", "concise"]).out.contains("info[yaml/null-map]"));
    let hidden = repo.run_with(("CI", "true"), &["--format", "concise"]);
    assert_eq!(hidden.out, "");
    assert!(hidden.err.contains("1 info (--info shows them)"), "{}", hidden.err);
    assert!(repo.run_with(("CI", "true"), &["--format", "concise", "--info"]).out.contains("info["));
    assert_eq!(rules_of(&repo.run_with(("CI", "true"), &["--format", "json"]).json::<Value>()), ["yaml/null-map"]);
    assert_eq!(repo.run(&["--format", "github"]).out, "");
}

#[test]
fn colours_obey_the_environment() {
    let repo = Repo::new(&[("a.yaml", DUPLICATE)]);
    let colored = |ran: &Ran| ran.out.contains('\u{1b}');
    assert!(!colored(&repo.run(&[])), "a pipe is no terminal");
    assert!(colored(&repo.run_with(("CLICOLOR_FORCE", "1"), &[])));
    assert!(colored(&repo.run(&["--color", "always"])));
    assert!(!colored(&repo.run_with(("CLICOLOR_FORCE", "1"), &["--color", "never"])));
    let mut both = repo.command(&[]);
    assert!(!colored(&Ran::new(both.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap())));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let repo = Repo::new(&[("a.yaml", &format!("---\n{FLOATING}").repeat(2000))]);
    let mut command = repo.command(&[]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::new(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

#[test]
fn the_other_commands_answer() {
    let repo = Repo::new(&[]);
    assert!(repo.run(&["explain", "yaml/duplicate-key"]).out.starts_with("# "));
    assert!(repo.run(&["rules"]).out.contains("yaml/duplicate-key"));
    let json: Value = repo.run(&["rules", "--format", "json"]).json();
    assert!(json.as_array().unwrap().iter().any(|rule| rule["id"] == "yaml/syntax" && rule["severity"] == "error"));
    assert!(repo.run(&["completions", "bash"]).out.contains("homelint"));
    assert!(repo.run(&["man"]).out.contains(".TH homelint"));
    assert!(repo.run(&["--help"]).out.contains("Exit codes:"));
    assert!(repo.run(&["-V"]).out.starts_with("homelint "));
    let updated = Repo::new(&[("compose.yaml", "services:\n  lamp:\n    image: lamp:1\n"), ("renovate.json", "{}")]);
    let listed = updated.run(&["dependencies"]).out;
    assert_eq!(
        listed,
        "compose.yaml\n     3  lamp 1  docker-compose\n\n1 version: 1 updated, 0 not updated, 0 not known\n"
    );
    let json: Value = updated.run(&["dependencies", "--format", "json"]).json();
    assert_eq!((&json[0]["updated"], &json[0]["line"]), (&Value::Bool(true), &Value::from(3)));
    assert_eq!(repo.run(&["init"]).code, 0);
    assert_eq!(repo.run(&[]).code, 0, "what init writes is valid");
    repo.run(&["init"]).refuses(&["exists already", "edit it"]);
    let counted = Repo::new(&[("a.yaml", FLOATING), ("b.yaml", FLOATING)]);
    assert_eq!(counted.run(&["--statistics"]).out, "     2  warning  image/floating-tag\n");
}

/// What SARIF 2.1.0 asks of the parts that homelint writes.
fn sarif_facts() -> serde_json::Value {
    let text =
        serde_json::json!({ "type": "object", "required": ["text"], "properties": { "text": { "minLength": 1 } } });
    let level = serde_json::json!({ "enum": ["none", "note", "warning", "error"] });
    let one = serde_json::json!({ "type": "integer", "minimum": 1 });
    let region = serde_json::json!({
        "type": "object",
        "required": ["startLine"],
        "properties": { "startLine": one, "startColumn": one, "endLine": one, "endColumn": one },
    });
    let artifact = serde_json::json!({
        "required": ["uri", "uriBaseId"],
        "properties": { "uri": { "type": "string", "pattern": "^[A-Za-z0-9._~/%-]+$" }, "uriBaseId": { "const": "%SRCROOT%" } },
    });
    let location = serde_json::json!({
        "type": "object",
        "required": ["physicalLocation"],
        "properties": {
            "id": { "type": "integer", "minimum": 0 },
            "message": text,
            "physicalLocation": { "required": ["artifactLocation", "region"], "properties": { "artifactLocation": artifact, "region": region } },
        },
    });
    let rule = serde_json::json!({
        "required": ["id"],
        "properties": { "id": { "type": "string" }, "shortDescription": text, "help": text, "defaultConfiguration": { "properties": { "level": level } } },
    });
    let result = serde_json::json!({
        "required": ["message"],
        "properties": {
            "ruleId": { "type": "string" },
            "ruleIndex": { "type": "integer", "minimum": 0 },
            "level": level,
            "message": text,
            "locations": { "type": "array", "minItems": 1, "items": location },
            "relatedLocations": { "type": "array", "uniqueItems": true, "items": location },
            "partialFingerprints": { "type": "object", "additionalProperties": { "type": "string" } },
        },
    });
    let driver = serde_json::json!({
        "required": ["name"],
        "properties": {
            "informationUri": { "type": "string", "pattern": "^https://" },
            "rules": { "type": "array", "uniqueItems": true, "items": rule },
        },
    });
    let run = serde_json::json!({
        "required": ["tool", "results"],
        "properties": {
            "tool": { "required": ["driver"], "properties": { "driver": driver } },
            "columnKind": { "enum": ["utf16CodeUnits", "unicodeCodePoints"] },
            "results": { "type": "array", "items": result },
            "invocations": { "type": "array", "items": { "required": ["executionSuccessful"] } },
        },
    });
    serde_json::json!({
        "type": "object",
        "required": ["version", "runs"],
        "properties": { "version": { "const": "2.1.0" }, "runs": { "type": "array", "minItems": 1, "items": run } },
    })
}

#[test]
fn sarif_is_what_code_scanning_reads() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/home-ops");
    let mut command = Command::new(env!("CARGO_BIN_EXE_homelint"));
    let ran = Ran::new(command.args(["--format", "sarif"]).current_dir(folder).env_clear().output().unwrap());
    let sarif: Value = ran.json();
    let facts = jsonschema::validator_for(&sarif_facts()).unwrap();
    let wrong: Vec<String> =
        facts.iter_errors(&sarif).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(wrong, Vec::<String>::new());
    let rules = &sarif["runs"][0]["tool"]["driver"]["rules"];
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 10, "{}", results.len());
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let place = |line: &str, column: &str| (region[line].as_u64().unwrap(), region[column].as_u64().unwrap());
        assert!(place("startLine", "startColumn") <= place("endLine", "endColumn"), "{result}");
    }
}

/// Names that only some systems allow, and that no format may stumble over.
#[cfg(unix)]
#[test]
fn odd_names_break_no_format() {
    let odd = "a\n::error::b|`c`<d>&\"%,:\u{202e}.yaml";
    let repo = Repo::new(&[(odd, DUPLICATE)]);
    for format in FORMATS {
        let ran = repo.run(&["--format", format, "--select", "yaml/*"]);
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
        if matches!(format, "json" | "sarif" | "gitlab") {
            ran.json::<Value>();
        } else {
            assert!(!ran.out.lines().any(|line| line.starts_with("::error::")), "{format}: {}", ran.out);
        }
    }
    assert_eq!(repo.run(&["--format", "json"]).json::<Value>()["diagnostics"][0]["path"], odd);
    let concise = repo.run(&["--format", "concise", "--select", "yaml/*"]).out;
    assert_eq!(concise.lines().count(), 1, "{concise}");
    let sarif: Value = repo.run(&["--format", "sarif"]).json();
    let address = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(address, "a%0A%3A%3Aerror%3A%3Ab%7C%60c%60%3Cd%3E%26%22%25%2C%3A%E2%80%AE.yaml");
}

#[test]
fn secrets_come_out_in_no_format() {
    // Put together here, so that nothing in this repository looks like a credential.
    let token = format!("gh{}_{}", "p", "A1b2C3d4E5".repeat(4));
    let key = format!("AGE-SECRET-{}{}", "KEY-1", "Q2W3E4R5T6".repeat(6));
    let words = "hunter2 correct horse battery";
    let encoded = "aHVudGVyMiBjb3JyZWN0IGhvcnNlIGJhdHRlcnk=";
    let secret = |body: &str| format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n  env:\n{body}");
    let repo = Repo::new(&[
        ("a.sops.yaml", &secret(&format!("stringData:\n  word: {words}\n  token: {token}\n  token: {token}\n"))),
        ("b.yaml", &secret(&format!("data:\n  word: {encoded}\n"))),
        ("c.yaml", &secret(&format!("stringData: {{word: {words}, token: {token}\n"))),
        ("d.yaml", &format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  {token}: {token}\n  {token}: {key}\n")),
        ("age.key", &key),
        (".sops.yaml", "creation_rules:\n  - path_regex: .*\\.sops\\.yaml\n    age: age1example\n"),
    ]);
    let check = |arguments: &[&str]| {
        let ran = repo.run(arguments);
        let all = format!("{}{}", ran.out, ran.err);
        for needle in
            [token.as_str(), &token[6..30], key.as_str(), &key[10..40], words, "battery", encoded, &encoded[6..28]]
        {
            assert!(!all.contains(needle), "{arguments:?} shows {needle}:\n{all}");
        }
        ran
    };
    for format in FORMATS {
        assert!(check(&["--format", format]).out.contains("a.sops.yaml"), "{format}");
        check(&["--format", format, "--color", "always", "--statistics"]);
    }
    assert!(check(&["--fix", "--unsafe-fixes", "--diff"]).out.contains("@@"));
    check(&["--write-baseline"]);
    assert!(!repo.read(".homelint-baseline").contains(&token));
}

/// `fixtures/report/<format>.txt` is what each format makes of `fixtures/report/repository`; `UPDATE=1` rewrites them.
#[test]
fn every_format_is_as_it_was() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/report");
    let repo = Repo::new(&[]);
    copy(&fixtures.join("repository"), &repo.path(""));
    for format in FORMATS {
        let out = repo.run(&["--format", format, "--select", SHOWN]).out;
        let file = fixtures.join(format!("{format}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &out).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(out, expected, "{} is stale: UPDATE=1 cargo test rewrites it", file.display());
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            std::fs::create_dir_all(&to).unwrap();
            copy(&from, &to);
        } else {
            std::fs::write(to, std::fs::read_to_string(from).unwrap().replace("\r\n", "\n")).unwrap();
        }
    }
}

#[test]
fn names_act_on_no_terminal_and_on_no_workflow() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: flux-system}\nspec:\n  \
                interval: 1h\n  path: ./apps\n  prune: true\n  sourceRef: {kind: GitRepository, name: flux-system}\n  \
                dependsOn: [{name: \"b\\n::error file=x::injected\\n\\e[31mred\"}]\n";
    let repo = Repo::new(&[(".homelint.yaml", ""), ("ks.yaml", flux)]);
    let graphs = ["tree", "mermaid", "dot", "json"].map(|format| vec!["graph", "--format", format]);
    let checks = FORMATS.map(|format| vec!["check", "--format", format]);
    for arguments in graphs.into_iter().chain(checks) {
        let ran = repo.run(&arguments);
        let injected = ran.out.lines().chain(ran.err.lines()).any(|line| line.starts_with("::error file=x"));
        assert!(!injected && !ran.out.contains('\u{1b}'), "{arguments:?}: {}", ran.out);
    }
}
