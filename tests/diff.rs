//! `homelint diff`: what a change does in the cluster.
#![allow(clippy::unwrap_used)]

mod harness;

use harness::Repo;
use serde_json::Value;

const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}
";

const LIST: &str = "resources: [lamp.yaml, claim.yaml]
configMapGenerator:
  - {name: settings, namespace: home, literals: [color=red]}
";

const CLAIM: &str = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: lamp, namespace: home}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
";

const DIGEST: &str = "@sha256:0000000000000000000000000000000000000000000000000000000000000000";

fn lamp(tag: &str, replicas: &str, word: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: lamp, namespace: home}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: lamp}}}}
  template:
    metadata: {{labels: {{app: lamp}}}}
    spec:
      containers:
        - name: lamp
          image: ghcr.io/example/lamp:{tag}
---
apiVersion: v1
kind: Secret
metadata: {{name: lamp, namespace: home}}
stringData:
  word: {word}
"
    )
}

fn repo() -> Repo {
    let first = lamp(&format!("1.2.3{DIGEST}"), "1", "first-Long-Word-77");
    let files = [("flux/apps.yaml", FLUX), ("apps/kustomization.yaml", LIST), ("apps/claim.yaml", CLAIM)];
    let repo = Repo::new(&[&files[..], &[("apps/lamp.yaml", first.as_str())]].concat());
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo
}

#[test]
fn nothing_changes_where_nothing_changes() {
    let repo = repo();
    repo.write("README.md", "words\n");
    assert_eq!(repo.run(&["diff"]).out, "nothing changes in the cluster\n");
}

#[test]
fn objects_are_compared_and_secrets_hidden() {
    let repo = repo();
    repo.write("apps/lamp.yaml", lamp(&format!("2.0.0{DIGEST}"), "2", "second-Long-Word-88"));
    repo.write("apps/kustomization.yaml", LIST.replace(", claim.yaml", "").replace("red", "blue"));
    let shown = repo.run(&["diff"]).out;
    assert_eq!(
        shown,
        format!(
            "1 version (1 major), 3 objects changed, 1 object removed

! PersistentVolumeClaim home/lamp is removed: its data is deleted, unless the volume is kept
! Deployment home/lamp: `spec.template.spec.containers[lamp].image` still has the digest of ghcr.io/example/lamp:1.2.3: \
             that is what runs

~ ConfigMap home/settings-747dfcb89d  apps/kustomization.yaml:3
    metadata.name: settings-d7568b82h8 → settings-747dfcb89d
    data.color: red → blue

- PersistentVolumeClaim home/lamp

~ Secret home/lamp  apps/lamp.yaml:14
    stringData.word: *** → ***

~ Deployment home/lamp  apps/lamp.yaml:1
    spec.replicas: 1 → 2
    spec.template.spec.containers[lamp].image: ghcr.io/example/lamp:1.2.3@sha256:{0} → ghcr.io/example/lamp:2.0.0@sha256:{0}
",
            "0".repeat(64)
        )
    );
    for format in ["text", "markdown", "json"] {
        let ran = repo.run(&["diff", "--format", format]);
        assert!(!ran.out.contains("Long-Word"), "{}", ran.out);
    }
    assert_eq!((repo.run(&["diff"]).code, repo.run(&["diff", "--deny-dangers"]).code), (0, 1));
    let json: Value = repo.run(&["diff", "--format", "json"]).json();
    assert_eq!(json["objects"].as_array().unwrap().len(), 4);
    assert_eq!(json["objects"][1]["change"], "removed");
}

#[test]
fn a_branch_is_compared_with_where_it_began() {
    let repo = repo();
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo.write("apps/claim.yaml", CLAIM.replace("5Gi", "1Gi"));
    repo.commit();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("apps/lamp.yaml", lamp("1.2.3", "1", "first-Long-Word-77"));
    repo.commit();
    let here = repo.run(&["diff", "--base", "HEAD~1"]).out;
    assert!(here.contains("`spec.template.spec.containers[lamp].image` has no digest any more"), "{here}");
    repo.git(&["checkout", "-q", "work"]);
    let branch = repo.run(&["diff", "--base", "main"]).out;
    assert!(
        branch.contains("`spec.resources.requests.storage` shrinks from 5Gi to 1Gi, which no volume can"),
        "{branch}"
    );
    assert!(
        branch.starts_with("1 object changed\n"),
        "what the other side does is not the doing of this one: {branch}"
    );
    repo.run(&["diff", "--base", "nowhere"]).refuses(&["nowhere"]);
}

#[test]
fn nothing_in_a_value_ends_the_markdown() {
    let repo = repo();
    let odd = LIST.replace("color=red", "\"color=```</details> @everyone\"");
    repo.write("apps/kustomization.yaml", odd);
    let shown = repo.run(&["diff", "--format", "markdown"]).out;
    assert!(shown.contains("````diff\n") && shown.contains("+ data.color: ```</details> @everyone\n````\n"), "{shown}");
}
