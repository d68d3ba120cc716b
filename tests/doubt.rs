//! What most of a repository looks for, and nothing in it makes, is made elsewhere.
#![allow(clippy::unwrap_used)]

mod harness;

use harness::Repo;

const KINDS: [&str; 6] = ["lamp", "camera", "shade", "meadow", "harbour", "grove"];

/// A Kustomization that takes its variables from a Secret.
fn kustomization(name: &str, secret: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\n  namespace: flux-system\n\
         spec:\n  interval: 1h\n  path: ./apps/{name}\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n\
         \x20 postBuild:\n    substituteFrom:\n      - kind: Secret\n        name: {secret}\n"
    )
}

fn repository(secret: impl Fn(&str) -> &'static str) -> Repo {
    let repo = Repo::new(&[]);
    for name in KINDS {
        repo.write(&format!("flux/{name}.yaml"), kustomization(name, secret(name)));
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: site\n  namespace: ";
        repo.write(&format!("apps/{name}/site.yaml"), format!("{object}{name}\ndata:\n  site: {name}.${{DOMAIN}}\n"));
    }
    repo
}

fn lines(repo: &Repo) -> Vec<String> {
    let ran = repo.run(&["check", "--format", "concise", "--select", "flux/substitute-from-missing", "--info"]);
    ran.out.lines().map(str::to_owned).collect()
}

#[test]
fn a_secret_that_all_name_is_told_once_and_listed_as_unchecked() {
    let repo = repository(|_| "cluster-secrets");
    let told = "flux/camera.yaml:16:15: info[flux/substitute-from-missing]: nothing in this repository provides Secret `cluster-secrets`";
    assert_eq!(lines(&repo), [told]);
    let report: serde_json::Value = serde_json::from_str(&repo.run(&["check", "--format", "json"]).out).unwrap();
    let unchecked = report["unchecked"].as_array().unwrap();
    let reason = "nothing in this repository provides Secret `cluster-secrets`";
    assert!(unchecked.iter().any(|entry| entry["reason"] == reason), "{unchecked:?}");
}

#[test]
fn the_one_that_differs_from_its_siblings_is_an_error() {
    let repo = repository(|name| if name == "lamp" { "cluster-secrest" } else { "cluster-secrets" });
    let found = lines(&repo);
    assert!(
        found.iter().any(|line| line.starts_with("flux/lamp.yaml:16:15: error") && line.contains("cluster-secrest")),
        "{found:?}"
    );
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_table_of_the_user_says_what_is_made_elsewhere() {
    let repo = repository(|name| if name == "lamp" { "cluster-secrest" } else { "cluster-secrets" });
    repo.write(".homelint.yaml", "links:\n  always:\n    - { kind: Secret, names: [cluster-secrets] }\n");
    let found = lines(&repo);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("flux/lamp.yaml:16:15: error"), "{found:?}");
}
