//! Templates that nobody has rendered yet are read in the place of their outputs.
#![allow(clippy::unwrap_used)]

use homelint::check::{Selection, check};
use homelint::model::inputs::Inputs;
use homelint::model::repo::Repo;
use homelint::resource::File;
use homelint::rules::RULES;
use homelint::source::FileId;
use std::collections::BTreeMap;

const PROJECT: &str = r##"[makejinja]
inputs = ["./templates"]
output = "./"
data = ["./data.yaml"]
jinja_suffix = ".j2"

[makejinja.delimiter]
block_start = "#%"
block_end = "%#"
variable_start = "#{"
variable_end = "}#"
comment_start = "#|"
comment_end = "#|"
"##;

const LAMP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: lamp\ndata:\n  color: red\n";

fn repo(files: &[(&str, &str)]) -> Repo {
    let files: BTreeMap<&str, &str> = files.iter().copied().chain([("makejinja.toml", PROJECT)]).collect();
    let file = |(index, (path, text)): (usize, (&str, &str))| File::read(FileId(index as u32), path, Some(text.into()));
    Repo::new(Inputs::of(files.into_iter().enumerate().map(file).collect(), &[]))
}

/// What is found, as `path:line rule`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let repo = repo(files);
    let report = check(&repo, RULES, &Selection::default());
    let place = |diagnostic: &homelint::check::Diagnostic| {
        let source = &repo.tree().file(diagnostic.finding.span.file).unwrap().source;
        format!("{}:{} {}", source.path, source.line(diagnostic.finding.span.start), diagnostic.rule)
    };
    report.diagnostics.iter().map(place).collect()
}

#[test]
fn mistakes_are_reported_in_the_template() {
    let kustomization = "resources:\n  - ./lamp.yaml\n  #% if night %#\n  - ./mon.yaml\n  #% endif %#\n";
    let files = [
        ("templates/home/kustomization.yaml.j2", kustomization),
        ("templates/home/lamp.yaml.j2", LAMP),
        (
            "templates/home/moon.yaml.j2",
            "#% if night %#\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: moon}\n#% endif %#\n",
        ),
    ];
    let found = found(&files);
    assert!(
        found.contains(&"templates/home/kustomization.yaml.j2:4 kustomize/missing-resource".to_owned()),
        "{found:?}"
    );
    assert!(found.iter().all(|line| line.starts_with("templates/home/") && !line.contains("lamp.yaml")), "{found:?}");
}

#[test]
fn what_a_condition_may_bring_is_there() {
    let files = [
        ("templates/home/kustomization.yaml.j2", "resources:\n  - ./lamp.yaml\n  - ./copied.yaml\n"),
        ("templates/home/lamp.yaml.j2", &format!("#% if lamp %#\n{LAMP}#% endif %#\n")),
        ("templates/home/copied.yaml", &LAMP.replace("lamp", "copied")),
    ];
    assert_eq!(found(&files), Vec::<String>::new());
}

#[test]
fn branches_that_exclude_one_another_do_not_clash() {
    let lists = |condition: &str| {
        format!("resources:\n  - ./one.yaml\n  #% if {condition} %#\n  - ./two.yaml\n  #% endif %#\n")
    };
    let one = format!("#% if mode == 'a' %#\n{LAMP}#% endif %#\n");
    let two = |condition: &str| format!("#% if {condition} %#\n{LAMP}#% endif %#\n");
    let check = |condition: &str| {
        let (lists, two) = (lists(condition), two(condition));
        found(&[
            ("templates/home/kustomization.yaml.j2", &lists),
            ("templates/home/one.yaml.j2", &one),
            ("templates/home/two.yaml.j2", &two),
        ])
    };
    assert_eq!(check("mode == 'b'"), Vec::<String>::new());
    assert!(check("other").iter().any(|line| line.ends_with("kustomize/duplicate-resource")), "{:?}", check("other"));
}

#[test]
fn what_is_not_understood_is_there_and_nothing_more() {
    let files = [
        ("templates/home/kustomization.yaml.j2", "resources:\n  - ./lamp.yaml\n  - ./raw.yaml\n"),
        ("templates/home/lamp.yaml.j2", "#% include 'lamp.partial' %#\n"),
        ("templates/home/raw.yaml.j2", "#% call shape('lamp') %#\na: [\n#% endcall %#\n"),
    ];
    assert_eq!(found(&files), Vec::<String>::new());
}

#[test]
fn a_rendered_project_is_judged_by_its_outputs() {
    let files = [
        ("home/kustomization.yaml", "resources:\n  - ./lamp.yaml\n"),
        ("home/lamp.yaml", LAMP),
        ("templates/home/kustomization.yaml.j2", "resources:\n  - ./lamp.yaml\n"),
        ("templates/home/lamp.yaml.j2", LAMP),
        ("templates/home/other.yaml.j2", "#% if other %#\na: \"\n#% endif %#\n"),
    ];
    assert_eq!(found(&files), Vec::<String>::new());
}

#[test]
fn what_a_template_makes_is_not_fixed_in_place() {
    let text = LAMP.replace("red", "on");
    let fixes = |files: &[(&str, &str)]| {
        let repo = repo(files);
        let report = check(&repo, RULES, &Selection::default());
        report.diagnostics.iter().map(|one| (one.rule, one.finding.fix.is_some())).collect::<Vec<_>>()
    };
    assert_eq!(fixes(&[("home/lamp.yaml", &text)]), [("yaml/truthy", true)]);
    let made = [("home/lamp.yaml", text.as_str()), ("templates/home/lamp.yaml.j2", &text)];
    assert_eq!(fixes(&made), [("yaml/truthy", false)]);
    assert_eq!(fixes(&made[1..]), [("yaml/truthy", true)], "a template that nobody has rendered is where to fix it");
}
