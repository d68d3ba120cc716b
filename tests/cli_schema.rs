//! `homelint schema` and the schemas that a user brings, with a real HTTP server on loopback.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod harness;

use harness::Repo;
use harness::evidence::Evidence;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

const LAMP: &str = "\
apiVersion: example.org/v1
kind: Lamp
metadata:
  name: desk
spec:
  watts: 5
  shade: white
";

const SCHEMA: &str = r#"{"type": "object", "required": ["spec"], "properties": {
  "apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"},
  "spec": {"type": "object", "additionalProperties": false, "required": ["watts"], "properties": {
    "watts": {"type": "integer", "minimum": 1, "maximum": 100},
    "color": {"type": "string", "enum": ["white", "amber"], "default": "white"}}}}}"#;

const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: lamps.example.org
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Lamp, plural: lamps}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                watts: {type: integer, maximum: 4}
              x-kubernetes-validations:
                - rule: self.watts != 13
                  message: thirteen is unlucky
";

// ---- running

/// A repository without git.
fn repository(files: &[(&str, &str)]) -> Repo {
    let repo = Repo::new(files);
    repo.write(".homelint.yaml", "");
    repo
}

fn check(repo: &Repo, more: &[&str]) -> String {
    let fixed = ["check", "--format", "concise", "-q", "--select", "schema/*,homelint/config"];
    repo.run(&[&fixed[..], more].concat()).out
}

/// Every file below the store.
fn stored(repo: &Repo) -> Vec<PathBuf> {
    fn below(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
    }
    below(&repo.path(".homelint"))
}

// ---- a server

#[derive(Clone)]
enum Answer {
    Body(u16, String),
    Redirect(String),
    Endless,
    Silence,
}

/// Answers by path until it is dropped.
struct Server {
    url: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn new(answers: BTreeMap<String, Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let _ = answer(stream, &answers, &stopped);
            }
        });
        Server { url: format!("http://{address}"), stop, thread: Some(thread) }
    }

    fn of(path: &str, answer: Answer) -> Self {
        Server::new(BTreeMap::from([(path.to_owned(), answer)]))
    }

    fn location(&self) -> String {
        format!("{}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json", self.url)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, answers: &BTreeMap<String, Answer>, stopped: &AtomicBool) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    let text = String::from_utf8_lossy(&request);
    let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
    let missing = Answer::Body(404, "no such page".to_owned());
    match answers.get(&path).unwrap_or(&missing) {
        Answer::Body(code, body) => {
            let length = body.len();
            write!(stream, "HTTP/1.1 {code} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        }
        Answer::Redirect(to) => {
            write!(stream, "HTTP/1.1 302 x\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Answer::Endless => {
            write!(stream, "HTTP/1.1 200 x\r\nconnection: close\r\n\r\n[")?;
            while !stopped.load(Ordering::SeqCst) {
                stream.write_all(&[b' '; 65536])?;
            }
            Ok(())
        }
        Answer::Silence => {
            while stream.read(&mut buffer)? > 0 {}
            Ok(())
        }
    }
}

// ---- what may be written here

#[test]
fn show_says_what_may_be_written() {
    let repo = repository(&[("crd.yaml", DEFINITION)]);
    let shown = repo.run(&["schema", "show", "Lamp"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    for line in ["Lamp  example.org/v1, mapping", "from crd.yaml", "  watts  integer  at most 4"] {
        assert!(shown.out.lines().any(|shown| shown == line), "{line}\n{}", shown.out);
    }
    let release = repo.run(&["schema", "show", "helm.toolkit.fluxcd.io/v2/HelmRelease.spec.install"]);
    assert!(release.out.contains("one of Skip | Create | CreateReplace"), "{}", release.out);
    let ports = repo.run(&["schema", "show", "Service.spec.ports"]);
    assert!(ports.out.starts_with("Service.spec.ports  v1, list of mappings\n"), "{}", ports.out);
    let json: serde_json::Value =
        serde_json::from_str(&repo.run(&["schema", "show", "Lamp.spec", "--format", "json"]).out).unwrap();
    assert_eq!(json["properties"]["watts"]["maximum"], 4);
}

#[test]
fn what_is_mistyped_is_named() {
    let repo = repository(&[]);
    let says = |arguments: &[&str], error: &str, help: &str| {
        let ran = repo.run(&[&["schema"], arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(error) && ran.err.contains(help), "{arguments:?}\n{}", ran.err);
    };
    says(&["show", "HelmRelese"], "no kind is called `HelmRelese`", "did you mean `HelmRelease`?");
    says(&["show", "HelmRelease.spec.intall"], "has no field `intall`", "did you mean `HelmRelease.spec.install`?");
    says(&["show", "Kustomization"], "a kind of 2 groups", "`Kustomization.kustomize.toolkit.fluxcd.io`");
    says(&["list", "helmrelese"], "no kind or group", "did you mean `HelmRelease`?");
    says(&["import", "gone.yaml"], "cannot read gone.yaml", "CustomResourceDefinitions");
    says(&["shw"], "shw", "show");
}

#[test]
fn list_names_every_kind_and_its_origin() {
    let repo = repository(&[("crd.yaml", DEFINITION)]);
    let listed = repo.run(&["schema", "list", "lamp"]).out;
    assert_eq!(listed.split_whitespace().collect::<Vec<_>>(), ["Lamp", "example.org/v1", "crd.yaml"]);
    let all: Vec<serde_json::Value> =
        serde_json::from_str(&repo.run(&["schema", "list", "--format", "json"]).out).unwrap();
    assert!(all.len() > 400 && all.iter().all(|kind| kind["from"].as_str().is_some_and(|from| !from.is_empty())));
}

// ---- locations

#[test]
fn a_location_is_a_folder_or_a_template() {
    let repo = repository(&[("lamp.yaml", LAMP), ("schemas/example.org/lamp_v1.json", SCHEMA)]);
    assert_eq!(check(&repo, &[]), "");
    let found = check(&repo, &["--schema-location", "schemas"]);
    assert!(
        found.contains("lamp.yaml:7:3: error[schema/unknown-field]: unknown field `shade` in `spec` of Lamp"),
        "{found}"
    );
    let template = "schemas/{{.Group}}/{{ .ResourceKind }}_{{.ResourceAPIVersion}}.json";
    assert_eq!(check(&repo, &["--schema-location", "default", "--schema-location", template]), found);
    repo.write(".homelint.yaml", "schemas:\n  locations: [schemas]\n");
    assert_eq!(check(&repo, &[]), found);
}

#[test]
fn what_a_user_brings_comes_before_what_the_repository_defines() {
    let repo = repository(&[("lamp.yaml", LAMP), ("crd.yaml", DEFINITION)]);
    let defined = check(&repo, &[]);
    assert!(defined.contains("`watts` is out of range"), "{defined}");
    repo.write("schemas/example.org/lamp_v1.json", SCHEMA);
    let brought = check(&repo, &["--schema-location", "schemas"]);
    assert!(!brought.contains("`watts` is out of range") && brought.contains("`shade`"), "{brought}");
}

#[test]
fn a_variable_is_judged_by_its_default_or_not_at_all() {
    let lamp = |watts: &str| LAMP.replace("watts: 5\n  shade: white", &format!("watts: {watts}"));
    let repo = repository(&[("schemas/example.org/lamp_v1.json", SCHEMA), ("a.yaml", &lamp("${WATTS:=700}"))]);
    let found = check(&repo, &["--schema-location", "schemas"]);
    assert!(found.contains("a.yaml:6:10: error[schema/invalid-value]: `watts` is out of range"), "{found}");
    for watts in ["${WATTS:=70}", "${WATTS}", "${WATTS:=${OTHER}}", "${A:=x}${B}"] {
        repo.write("a.yaml", lamp(watts));
        assert_eq!(check(&repo, &["--schema-location", "schemas"]), "", "{watts}");
    }
}

#[test]
fn a_location_that_is_none_says_why() {
    let repo = repository(&[("lamp.yaml", LAMP)]);
    let gone = repo.run(&["check", "--schema-location", "gone"]);
    assert!(gone.code == 2 && gone.err.contains("there is no folder"), "{}", gone.err);
    let mistyped = repo.run(&["check", "--schema-location", "{{.Grup}}/x.json"]);
    assert!(mistyped.code == 2 && mistyped.err.contains("did you mean `{{.Group}}`?"), "{}", mistyped.err);
    repo.write(".homelint.yaml", "schemas:\n  locations: ['{{.Grup}}/x.json']\n  kubernetes: newest\n");
    let found = check(&repo, &[]);
    assert!(
        found.contains(":2:15: error[homelint/config]") && found.contains(":3:15: error[homelint/config]"),
        "{found}"
    );
    repo.write(".homelint.yaml", "schemas:\n  locations: [schemas]\n");
    repo.write("schemas/example.org/lamp_v1.json", "<html>");
    let json: serde_json::Value = serde_json::from_str(&repo.run(&["check", "--format", "json"]).out).unwrap();
    let entries = json["unchecked"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["path"] == "schemas/example.org/lamp_v1.json"), "{entries:?}");
}

#[test]
fn the_configuration_names_the_version_of_kubernetes() {
    let budget = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: lamp}\nspec: {}\n";
    let repo = repository(&[("budget.yaml", budget), (".homelint.yaml", "schemas:\n  kubernetes: 1.24\n")]);
    let found = |repo: &Repo| repo.run(&["check", "--format", "concise", "-q", "--select", "api/*"]).out;
    assert!(found(&repo).contains("[api/deprecated]"), "{}", found(&repo));
    repo.write(".homelint.yaml", "schemas:\n  kubernetes: '1.31'\n");
    assert!(found(&repo).contains("[api/removed]"), "{}", found(&repo));
}

// ---- files that name a schema for themselves

#[test]
fn a_file_is_judged_by_the_schema_that_it_names() {
    let schema = r#"{"type": "object", "additionalProperties": false, "properties": {
      "port": {"type": "integer", "maximum": 65535}, "mode": {"enum": ["fast", "slow"]},
      "door": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["key"]}]}}}"#;
    let repo = repository(&[("conf/app.schema.json", schema)]);
    let line = "# yaml-language-server: $schema=./app.schema.json\n";
    repo.write("conf/app.yaml", format!("{line}port: 70000\nmode: ${{MODE}}\nprot: 1\ndoor: {{color: red}}\n"));
    let found = check(&repo, &[]);
    let expected = [
        "conf/app.yaml:2:7: error[schema/invalid-value]: `port` is out of range",
        "conf/app.yaml:4:1: error[schema/unknown-field]: unknown field `prot` at the top level",
        "conf/app.yaml:5:1: error[schema/missing-field]: `key` is required in `door`",
    ];
    for expected in expected {
        assert!(found.contains(expected), "{expected}\n{found}");
    }
    assert_eq!(found.lines().filter(|line| line.contains("error[")).count(), expected.len(), "{found}");
    repo.write("conf/app.yaml", format!("{line}port: 70\nmode: fast\ndoor: red\n"));
    assert_eq!(check(&repo, &[]), "");
}

// ---- import

#[test]
fn a_definition_is_imported_with_its_rules() {
    let repo = repository(&[("lamp.yaml", &LAMP.replace("watts: 5\n  shade: white", "watts: 13"))]);
    std::fs::create_dir(repo.path("elsewhere")).unwrap();
    repo.write(".homelintignore", "elsewhere\n");
    repo.write("elsewhere/crd.yaml", DEFINITION.replace("maximum: 4", "maximum: 40"));
    let ran = repo.run(&["schema", "import", "elsewhere/crd.yaml"]);
    assert_eq!(ran.out, "wrote .homelint/schemas/example.org/lamp_v1.json: Lamp of example.org/v1\n", "{}", ran.err);
    let found = check(&repo, &[]);
    assert!(
        found.contains("error[schema/cel]: thirteen is unlucky") || found.contains("thirteen is unlucky"),
        "{found}"
    );
    // It is known although nothing uses it any more.
    std::fs::remove_file(repo.path("lamp.yaml")).unwrap();
    let shown = repo.run(&["schema", "show", "Lamp.spec"]).out;
    assert!(shown.contains("from .homelint/schemas/example.org/lamp_v1.json"), "{shown}");
}

/// The archive of a chart with a chart inside.
fn archive(schema: Option<&str>) -> Vec<u8> {
    let mut files = vec![
        (
            "lamp/Chart.yaml",
            "name: lamp\nversion: 1.2.0\ndependencies:\n  - {name: bulb, alias: light, condition: light.enabled}\n",
        ),
        ("lamp/values.yaml", "replicas: 1\nlight: {enabled: true}\n"),
        ("lamp/charts/bulb/Chart.yaml", "name: bulb\nversion: 0.1.0\n"),
        ("lamp/charts/bulb/values.yaml", "watts: 5\n"),
    ];
    if let Some(schema) = schema {
        files.extend([("lamp/values.schema.json", schema), ("lamp/charts/bulb/values.schema.json", schema)]);
    }
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn a_chart_says_what_its_values_are() {
    let schema = r#"{"type": "object", "properties": {"replicas": {"type": "integer"}, "watts": {"type": "integer"}}}"#;
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: flux-system}\nspec: {interval: 1h, path: ./app, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: lamp, namespace: home}\nspec:\n  interval: 1h\n  chart: {spec: {chart: lamp, version: 1.2.0, sourceRef: {kind: HelmRepository, name: x}}}\n  values:\n    replicas: ${COUNT}\n    light:\n      watts: \"9\"\n";
    let repo = repository(&[("flux/ks.yaml", flux), ("app/release.yaml", release)]);
    repo.write("lamp-1.2.0.tgz", archive(Some(schema)));
    let ran = repo.run(&["schema", "import", "lamp-1.2.0.tgz"]);
    assert_eq!(
        ran.out, "wrote .homelint/schemas/charts/lamp-1.2.0.json: values of the chart lamp 1.2.0\n",
        "{}",
        ran.err
    );
    let check = |repo: &Repo| repo.run(&["check", "--format", "concise", "-q", "--select", "helm/invalid-value"]).out;
    let found = check(&repo);
    assert!(
        found.starts_with("app/release.yaml:10:14: error[helm/invalid-value]: `watts` must be an integer"),
        "{found}"
    );
    assert_eq!(found.matches("error[").count(), 1, "{found}");
    repo.write("app/release.yaml", release.replace("light:\n", "light:\n      enabled: false\n"));
    assert_eq!(check(&repo), "");
    repo.write("bare.tgz", archive(None));
    let bare = repo.run(&["schema", "import", "bare.tgz"]);
    assert!(bare.code == 2 && bare.err.contains("has no values.schema.json"), "{}", bare.err);
    repo.write("far.tgz", archive(Some(r#"{"$ref": "https://example.org/other.json"}"#)));
    let far = repo.run(&["schema", "import", "far.tgz"]);
    assert!(far.code == 2 && far.err.contains("values.schema.json cannot be used"), "{}", far.err);
    repo.write("broken.tgz", "no archive");
    let broken = repo.run(&["schema", "import", "broken.tgz"]);
    assert!(broken.code == 2 && broken.err.contains("cannot read broken.tgz"), "{}", broken.err);
}

// ---- fetch

#[test]
fn what_is_missing_is_fetched_and_then_known_offline() {
    let repo = repository(&[("lamp.yaml", LAMP)]);
    let server = Server::of("/example.org/lamp_v1.json", Answer::Body(200, SCHEMA.to_owned()));
    let location = server.location();
    // A check uses no network, whatever the configuration names.
    repo.write(".homelint.yaml", format!("schemas:\n  locations: ['{location}']\n"));
    assert_eq!(check(&repo, &[]), "");
    let ran = repo.run(&["schema", "fetch"]);
    assert!(
        ran.code == 0 && ran.out.starts_with("wrote .homelint/schemas/example.org/lamp_v1.json: Lamp of"),
        "{}{}",
        ran.out,
        ran.err
    );
    drop(server);
    assert!(check(&repo, &[]).contains("unknown field `shade`"));
    assert!(repo.run(&["schema", "fetch"]).out.contains("nothing is missing"));
}

#[test]
fn modelines_name_where_to_ask() {
    let server = Server::new(BTreeMap::from([
        ("/example.org/lamp_v1.json".to_owned(), Answer::Redirect("/moved.json".to_owned())),
        ("/moved.json".to_owned(), Answer::Body(200, SCHEMA.to_owned())),
        ("/conf.json".to_owned(), Answer::Body(200, r#"{"properties": {"port": {"type": "integer"}}}"#.to_owned())),
    ]));
    let line = |path: &str| format!("# yaml-language-server: $schema={}{path}\n", server.url);
    let repo = repository(&[
        ("lamp.yaml", &format!("{}{LAMP}", line("/example.org/lamp_v1.json"))),
        ("conf.yaml", &format!("{}port: x\n", line("/conf.json"))),
    ]);
    let ran = repo.run(&["schema", "fetch"]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 2), "{}{}", ran.out, ran.err);
    let found = check(&repo, &[]);
    assert!(
        found.contains("unknown field `shade`") && found.contains("conf.yaml:2:7: error[schema/wrong-type]"),
        "{found}"
    );
}

#[test]
fn a_server_that_fails_changes_nothing() {
    let endings = [
        (Answer::Body(404, String::new()), "no schema was found for Lamp of example.org/v1"),
        (Answer::Body(429, String::new()), "429"),
        (Answer::Body(500, String::new()), "the server answers 500"),
        (Answer::Body(200, "<html>hello</html>".to_owned()), "no JSON Schema"),
        (Answer::Redirect("/example.org/lamp_v1.json".to_owned()), "redirects more than"),
        (Answer::Endless, "larger than 4 MiB"),
        (Answer::Silence, "no answer in time"),
    ];
    for (answer, said) in endings {
        let repo = repository(&[("lamp.yaml", LAMP), (".homelint/schemas/example.org/other_v1.json", "{}")]);
        let server = Server::of("/example.org/lamp_v1.json", answer);
        let ran = repo.run(&["schema", "fetch", "--timeout", "2", "--schema-location", &server.location()]);
        assert_eq!((ran.code, ran.err.matches("error").count()), (2, 1), "{said}\n{}", ran.err);
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
        assert_eq!(stored(&repo).len(), 1, "{said}");
    }
    let repo = repository(&[("lamp.yaml", LAMP)]);
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = repo.run(&["schema", "fetch", "--schema-location", &format!("http://user:pass@{gone}/x")]);
    assert!(ran.code == 2 && !ran.err.contains("pass") && stored(&repo).is_empty(), "{}", ran.err);
}

#[test]
fn a_catalogue_of_our_own_is_a_location_and_a_server() {
    serve_catalogue(&Evidence::small());
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn the_catalogue_is_a_location_and_a_server() {
    serve_catalogue(&Evidence::large());
}

fn serve_catalogue(evidence: &Evidence) {
    let crds = evidence.folder("schemas/crds-catalog").join("crds");
    let mut answers = BTreeMap::new();
    let (mut manifests, mut count) = (String::new(), 0);
    for group in std::fs::read_dir(crds).unwrap().flatten() {
        let name = group.file_name().into_string().unwrap();
        // Its kinds are files and no resources.
        if name == "kustomize.config.k8s.io" {
            continue;
        }
        for schema in std::fs::read_dir(group.path()).unwrap().flatten() {
            let file = schema.file_name().into_string().unwrap();
            let (kind, version) = file.trim_end_matches(".json").split_once('_').unwrap();
            manifests += &format!(
                "---\napiVersion: {name}/{version}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{noSuchField: 1}}\n"
            );
            answers
                .insert(format!("/{name}/{file}"), Answer::Body(200, std::fs::read_to_string(schema.path()).unwrap()));
            count += 1;
        }
    }
    let repo = repository(&[("all.yaml", &manifests)]);
    let server = Server::new(answers);
    let ran = repo.run(&["schema", "fetch", "--schema-location", &server.location()]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, count), "{}", ran.err);
    // All that were fetched are used; some of them take any field.
    let found = check(&repo, &[]);
    eprintln!("{count} schemas");
    assert!(found.matches("`noSuchField`").count() * 2 > count, "{found}");
}
