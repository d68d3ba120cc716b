//! What becomes of a file decides what its findings matter: what a cluster applies, what nobody does, what is left alone.
#![allow(clippy::unwrap_used)]

mod harness;

use harness::Repo;

/// A Service with a field that does not exist.
const FAULTY: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: lamp\nspec:\n  port: [1]\n";

/// The same from a running cluster.
const EXPORTED: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: lamp\n  uid: 0c2b7a4e-0000-4000-8000-000000000000\n  resourceVersion: \"7\"\nspec:\n  port: [1]\n";

const ROOT: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 1h
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
";

const APPS: &str = "resources:\n  - ./lamp\n  # - ./door\n";
const LAMP: &str = "resources:\n  - ./service.yaml\n";

/// Two files that Flux applies, so that most are.
const APPLIED: [(&str, &str); 4] = [
    ("flux/apps.yaml", ROOT),
    ("apps/kustomization.yaml", APPS),
    ("apps/lamp/kustomization.yaml", LAMP),
    ("apps/lamp/service.yaml", FAULTY),
];

/// What the schemas say of one more file, beside what a cluster applies.
fn said(more: &[(&str, &str)]) -> Vec<String> {
    said_of(&APPLIED, more, &[])
}

fn said_of(applied: &[(&str, &str)], more: &[(&str, &str)], arguments: &[&str]) -> Vec<String> {
    let repo = Repo::new(applied);
    repo.write(".homelint.yaml", "");
    more.iter().for_each(|(path, text)| repo.write(path, text));
    let ran = repo.run(&[&["check", "--format", "concise", "--info", "--quiet"], arguments].concat());
    let lines =
        ran.out.lines().filter(|line| line.contains("[schema/unknown-field]") || line.contains("[yaml/syntax]"));
    let of_more = lines.filter(|line| more.iter().any(|(path, _)| line.starts_with(path)));
    of_more.map(|line| line.split([' ', '[']).nth(1).unwrap().to_owned()).collect()
}

#[test]
fn what_a_cluster_applies_is_judged() {
    assert_eq!(said_of(&APPLIED[..3], &APPLIED[3..], &[]), ["error"]);
}

#[test]
fn what_no_cluster_applies_is_worth_an_info() {
    for path in ["apps/lamp/forgotten.yaml", "apps/door/service.yaml", "hack/service.yaml", "docs/service.yaml"] {
        assert_eq!(said(&[(path, FAULTY)]), ["info"], "{path}");
    }
}

#[test]
fn what_is_set_aside_is_left_alone() {
    for path in ["archive/service.yaml", "apps/.archive/service.yaml", "apps/_archive/a/b.yaml", "pkg/testdata/a.yaml"]
    {
        assert!(said(&[(path, FAULTY)]).is_empty(), "{path}");
        assert_eq!(said_of(&APPLIED, &[(path, FAULTY)], &["--select", "schema/*"]), ["info"], "{path}");
        assert_eq!(said_of(&APPLIED, &[(path, FAULTY)], &[path]), ["error"], "{path}");
        assert_eq!(said(&[(path, "a: [1\n")]), ["error"], "{path}");
    }
    assert!(said(&[("backup/service.yaml", EXPORTED)]).is_empty());
}

#[test]
fn a_folder_of_any_name_is_judged_where_a_cluster_applies_it() {
    let applied = [APPLIED[0], ("apps/kustomization.yaml", "resources:\n  - ./archive/service.yaml\n")];
    assert_eq!(said_of(&applied, &[("apps/archive/service.yaml", FAULTY)], &[]), ["error"]);
}

#[test]
fn where_nothing_tells_what_is_applied_everything_counts() {
    assert_eq!(said_of(&[], &[("service.yaml", FAULTY)], &[]), ["error"]);
    assert_eq!(said_of(&[], &[("service.yaml", "image: {{ .image }}:{{ .tag }}\n")], &[]), ["error"]);
    // The root alone is applied: the rest is reached in a way that is not understood.
    let root = ROOT.replace("./apps", "./apps/${CLUSTER}");
    let written = [("flux/apps.yaml", root.as_str()), ("flux/other.yaml", FAULTY)];
    assert_eq!(said_of(&written, &[("apps/home/service.yaml", FAULTY)], &[]), ["error"]);
}

#[test]
fn what_a_command_applies_is_judged() {
    let shell = ("Taskfile.yaml", "tasks:\n  up:\n    - kubectl apply --server-side -k {{.ROOT_DIR}}/start/first\n");
    assert_eq!(said(&[("start/first/service.yaml", FAULTY), shell]), ["error"]);
    assert_eq!(said(&[("start/second/service.yaml", FAULTY), shell]), ["info"]);
    let elsewhere = ("start/up.sh", "kubectl apply --wait  -f \"$FILE\"\n");
    assert_eq!(said(&[("start/third/service.yaml", FAULTY), elsewhere]), ["info"]);
    let script = ("start/up.sh", "sops -d ./a.yaml | \\\n  kubectl apply -f -\n");
    assert_eq!(said(&[("start/a.yaml", FAULTY), script]), ["error"]);
}

#[test]
fn what_argo_cd_applies_is_judged() {
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: apps\nspec:\n  generators:\n    - git:\n        directories:\n          - path: apps/*\n  template:\n    metadata:\n      name: '{{.path.basename}}'\n    spec:\n      source:\n        path: '{{.path.path}}'\n";
    let lamp = "components:\n  - ../../parts/door\n";
    let part = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:\n  - ./service.yaml\n";
    let applied =
        [("start/set.yaml", set), ("apps/lamp/kustomization.yaml", lamp), ("parts/door/kustomization.yaml", part)];
    for (path, severity) in
        [("apps/lamp/a.yaml", "error"), ("parts/door/service.yaml", "error"), ("other/a.yaml", "info")]
    {
        assert_eq!(said_of(&applied, &[(path, FAULTY)], &[]), [severity], "{path}");
    }
    assert!(said_of(&applied, &[("apps/archive/a.yaml", FAULTY)], &[]).is_empty());
}

#[test]
fn a_helmfile_in_whose_place_another_is_used_is_worth_an_info() {
    let release = |values: &str| format!("releases:\n  - name: lamp\n    chart: ./lamp\n    values: [{values}]\n");
    let severities = |files: &[(&str, &str)]| {
        let ran = Repo::new(files).run(&["check", "--format", "concise", "--info", "--quiet"]);
        let lines = ran.out.lines().filter(|line| line.contains("[helmfile/file-missing]"));
        lines.map(|line| line.split([' ', '[']).nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (old, new) = (release("./gone.yaml"), release("./here.yaml"));
    let old = ("start/helmfile.d/apps.yaml", old.as_str());
    let new = [("start/helmfile/apps.yaml", new.as_str()), ("start/helmfile/here.yaml", "a: 1\n")];
    assert_eq!(severities(&[old]), ["error"]);
    assert_eq!(severities(&[old, new[0], new[1]]), ["info"]);
    let named = ("start/mod.just", "up:\n  helmfile --file \"{{ here }}/helmfile.d/apps.yaml\" sync\n");
    assert_eq!(severities(&[old, new[0], new[1], named]), ["error"]);
    // In two folders they are of two clusters.
    assert_eq!(severities(&[old, ("other/helmfile/apps.yaml", new[0].1), ("other/helmfile/here.yaml", "")]), ["error"]);
}

#[test]
fn a_template_of_another_program_is_left_alone() {
    let tagged = "name: {{ .Name }}\nrole: {{ .Role }}-{{ .Name }}\n";
    assert!(said(&[("cmd/templates/a.yaml", tagged), ("cmd/templates/b/c.yaml", FAULTY)]).is_empty());
    assert!(said(&[("talos/node.yaml", tagged)]).is_empty());
    assert!(said(&[("hack/job.tmpl.yaml", FAULTY)]).is_empty());
    // One that a kustomization lists is read as it is.
    let listed = ("apps/lamp/kustomization.yaml", "resources:\n  - ./node.yaml\n");
    assert_eq!(said(&[listed, ("apps/lamp/node.yaml", tagged)]), ["error"]);
    // So is a folder of templates in which there is none.
    assert_eq!(said(&[("cmd/templates/c.yaml", FAULTY)]), ["info"]);
}

#[test]
fn what_an_unreadable_file_may_apply_is_judged() {
    let apps = ("apps/kustomization.yaml", "resources:\n  - ./lamp\n  - ./door/ks.yaml\n");
    let broken = ("apps/door/ks.yaml", "a: [1\n");
    assert_eq!(said(&[apps, broken, ("apps/door/app/service.yaml", FAULTY)]), ["error", "error"]);
}

#[test]
fn what_flux_leaves_out_is_no_part_of_a_folder() {
    let service = FAULTY.replace("  port: [1]\n", "  clusterIP: None\n");
    let applied = [("flux.yaml", ROOT), ("apps/service.yaml", service.as_str())];
    let repo = Repo::new(&applied);
    repo.write("apps/notes.yaml", "a: 1\n");
    repo.write("apps/.github/x.yaml", "a: 1\n");
    let found = || repo.run(&["check", "--format", "concise", "--quiet", "--select", "kustomize/*"]).out;
    assert!(found().starts_with("apps/notes.yaml:1:1: error[kustomize/unreadable-resource]"), "{}", found());
    repo.write(".sourceignore", "notes.yaml\n");
    assert_eq!(found(), "");
    repo.write(".sourceignore", "notes.yaml\n!/apps/notes.yaml\n");
    assert_ne!(found(), "");
}
