//! `homelint build`: what would be applied.

use super::cluster::{self, Chosen};
use super::terminal::{Color, color, width};
use super::{CLEAN, FAILED, Failure, Outcome, Run, paths};
use homelint::check::report;
use homelint::diagnostic::{Finding, did_you_mean};
use homelint::discover::{self, Besides, Root, Source};
use homelint::flux::source::Location;
use homelint::flux::substitute::Refusal;
use homelint::flux::{Applied, Cluster, Fleet};
use homelint::kustomize::{Fault, Kustomize, Unchecked};
use homelint::model::repo::Repo;
use homelint::report::{self, Format, Options};
use homelint::resource::{Resource, Tree};
use homelint::source::nearest;
use homelint::yaml::{Mode, Node};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  homelint build                            everything that Flux applies, cluster by cluster
  homelint build kubernetes/apps/media      what `kustomize build` prints
  homelint build flux-system/cluster-apps   what this Flux Kustomization applies
  homelint build media/web --provenance     … and which line each value comes from
  homelint build --releases                 … and what the charts create for the releases
  homelint build --cluster prod             what Flux applies to one of several clusters

Values of Secrets are printed as ***, variables that only the cluster knows as ${VARIABLE}.
Exit codes: 0 built, 2 could not build")]
pub struct Build {
    /// A folder with a kustomization, or a Flux Kustomization as `namespace/name`; without it, everything
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    #[command(flatten)]
    chosen: Chosen,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "yaml")]
    format: Form,
    /// Also print what the charts of releases would create, as far as it is known
    #[arg(long)]
    releases: bool,
    /// Print the line that each value comes from, as a comment
    #[arg(long)]
    provenance: bool,
    /// When to use colours on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Yaml,
    Json,
}

/// What is said where a repository has nothing for Flux.
pub const NO_FLUX: &str = "note: no Flux Kustomization is in sight; `homelint build FOLDER` builds a kustomization\n";

/// Resources that belong together, and what is to be said about them.
struct Batch {
    /// What stands above them.
    title: Option<String>,
    /// The cluster to which they are applied, where there are several.
    cluster: Option<String>,
    resources: Vec<Resource>,
    findings: Vec<Finding>,
    unchecked: Vec<Unchecked>,
    /// How whoever takes them reads plain scalars.
    mode: Mode,
}

/// Builds, and writes what came out.
pub fn run(arguments: &Build) -> Run {
    if arguments.releases && arguments.target.is_some() {
        return Err(
            Failure::new("`--releases` takes no target").help("it prints the releases of everything that Flux applies")
        );
    }
    if arguments.provenance && arguments.format == Form::Json {
        return Err(Failure::new("JSON has no comments").help("`--provenance` needs `--format yaml`"));
    }
    let place = arguments.target.as_deref().and_then(paths::existing);
    let root = match &place {
        Some(place) => paths::root_around(place)?,
        None => discover::root(Path::new("."))?,
    };
    let repo = Repo::new(discover::load(&root, &Source::WorkTree, Besides::default())?);
    let clusters = arguments.chosen.of(repo.fleet())?;
    let batches = match (&arguments.target, &place) {
        (None, _) => everything(&repo, &clusters, arguments.releases),
        (Some(target), Some(place)) => folder(&repo, &clusters, &root, target, place)?,
        (Some(target), None) => named(&repo, &clusters, target)?,
    };
    let outcome = arguments.outcome(&repo, &batches);
    // The process ends here: giving back a tree of nodes piece by piece would only take time.
    std::mem::forget((repo, batches));
    Ok(outcome)
}

impl Build {
    fn outcome(&self, repo: &Repo, batches: &[Batch]) -> Outcome {
        let color = color(self.color, &std::io::stderr());
        let options = Options { color, width: width(), info: false, elapsed: 0 };
        let mut findings: Vec<&Finding> = batches.iter().flat_map(|batch| &batch.findings).collect();
        findings.sort_by_key(|finding| (finding.span, &finding.message));
        findings.dedup();
        let code = if findings.is_empty() { CLEAN } else { FAILED };
        let mut notes = report::render(&report(repo, "build", &findings), &[], Format::Human, &options);
        let unchecked: BTreeSet<String> = batches
            .iter()
            .flat_map(|batch| &batch.unchecked)
            .map(|unchecked| left_out(repo.tree(), unchecked))
            .collect();
        notes.extend(unchecked);
        let nothing = batches.iter().all(|batch| batch.resources.is_empty());
        let text = match self.format {
            _ if nothing && code == FAILED => String::new(),
            Form::Yaml => yaml(repo, batches, self.provenance),
            Form::Json => json(repo, batches),
        };
        if batches.is_empty() {
            notes.push_str(NO_FLUX);
        }
        Outcome::of(repo, &text, &notes).code(code)
    }
}

fn left_out(tree: &Tree, unchecked: &Unchecked) -> String {
    let place = tree
        .file(unchecked.span.file)
        .map_or_else(String::new, |file| format!("{}:{}: ", file.source.path, file.source.line(unchecked.span.start)));
    format!("note: {place}left out: {}\n", unchecked.reason)
}

// ---- what is meant

/// What `kustomize build` gives of a folder; where it has no kustomization, a Flux Kustomization of that name.
fn folder(
    repo: &Repo,
    clusters: &[(usize, &Cluster)],
    root: &Root,
    target: &str,
    place: &Path,
) -> Result<Vec<Batch>, Failure> {
    let relative = paths::relative(root, place);
    let folder = match repo.tree().find(&relative) {
        Some(file)
            if repo.tree().kustomization(file.source.folder()).is_some_and(|own| own.source.id == file.source.id) =>
        {
            file.source.folder().to_owned()
        }
        Some(_) => return Err(Failure::new(format!("`{target}` is no kustomization")).help("build its folder")),
        None => relative,
    };
    if repo.tree().kustomization(&folder).is_none() {
        return named(repo, clusters, target).map_err(|_| without_kustomization(repo, target, &folder));
    }
    let built = Kustomize::new(repo.tree()).build(&folder);
    let findings = fatal(&built.faults);
    let resources = if findings.is_empty() { built.resources } else { Vec::new() };
    let unchecked = built.unchecked;
    Ok(vec![Batch { title: None, cluster: None, resources, findings, unchecked, mode: Mode::Yaml12 }])
}

fn without_kustomization(repo: &Repo, target: &str, folder: &str) -> Failure {
    let failure = Failure::new(format!("`{target}` has no kustomization"));
    let here = |applied: &&Applied| matches!(&applied.location, Location::Here(path) if path == folder);
    if let Some(applied) = applied(repo.fleet()).find(here) {
        let name = title(applied);
        return failure.help(format!("Flux makes one for `{name}`: homelint build {name}"));
    }
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut folders = repo.tree().folders().filter(|folder| repo.tree().kustomization(folder).is_some());
    match folders.find(|folder| folder.starts_with(&prefix)) {
        Some(below) => failure.help(format!("`{below}` has one")),
        None => failure,
    }
}

/// What the Flux Kustomization `namespace/name` applies, in every cluster that has one.
fn named(repo: &Repo, clusters: &[(usize, &Cluster)], target: &str) -> Result<Vec<Batch>, Failure> {
    let found = clusters.iter().flat_map(|(_, cluster)| {
        let meant = cluster.applying().filter(|(_, applied)| title(applied) == target);
        meant.map(|(_, applied)| batch(repo, cluster, applied))
    });
    let found: Vec<Batch> = found.collect();
    if found.is_empty() { Err(unknown(repo, target)) } else { Ok(found) }
}

/// A target that does not exist, and the one that may have been meant.
fn unknown(repo: &Repo, target: &str) -> Failure {
    let titles: BTreeSet<String> = applied(repo.fleet()).map(title).collect();
    let named = titles.iter().find(|title| title.rsplit('/').next() == Some(target));
    let candidates = titles.iter().map(String::as_str).chain(repo.tree().folders());
    let meant = named.map(String::as_str).or_else(|| nearest(target.trim_end_matches('/'), candidates));
    let failure = Failure::new(format!("there is no folder and no Flux Kustomization `{target}`"));
    failure.help(meant.map_or_else(
        || "name a folder with a kustomization, or `namespace/name`; `homelint graph` shows them".to_owned(),
        |meant| did_you_mean(meant),
    ))
}

/// What Flux applies, cluster by cluster, with what charts make of it where that is asked for.
fn everything(repo: &Repo, clusters: &[(usize, &Cluster)], releases: bool) -> Vec<Batch> {
    let inventories = if releases { repo.inventories() } else { &[] };
    let mut batches = Vec::new();
    for (index, cluster) in clusters {
        let members = inventories.get(*index).map_or(&[][..], |inventory| &inventory.members);
        for (index, applied) in cluster.applying() {
            let mut batch = batch(repo, cluster, applied);
            let made = members.iter().filter(|member| member.from_chart && member.applied == index);
            batch.resources.extend(made.map(|member| member.resource.clone()));
            batches.push(batch);
        }
    }
    batches
}

/// Every Kustomization and ResourceSet of every cluster.
fn applied(fleet: &Fleet) -> impl Iterator<Item = &Applied> {
    fleet.clusters.iter().flat_map(|cluster| &cluster.kustomizations)
}

fn title(applied: &Applied) -> String {
    format!("{}/{}", applied.namespace(), applied.name())
}

fn batch(repo: &Repo, own: &Cluster, applied: &Applied) -> Batch {
    let cluster = (repo.fleet().clusters.len() > 1).then(|| own.name.clone());
    let title = Some(format!("{} {} of the {}", applied.resource.kind, title(applied), cluster::title(repo, own)));
    let mut findings = fatal(&applied.faults);
    let path = applied.resource.node.at(&["spec", "path"]);
    let span = path.map_or_else(|| applied.resource.name_span(), |path| path.span);
    let name = applied.name();
    match &applied.location {
        Location::Missing(path) => {
            findings.push(Finding::new(span, format!("there is no folder `{path}` for `{name}`")))
        }
        Location::Outside => findings.push(Finding::new(span, format!("the path of `{name}` leaves the repository"))),
        _ => {}
    }
    let refused = |(span, refusal): &(_, Refusal)| {
        let message = match refusal {
            Refusal::Malformed { malformed, .. } => malformed.message,
            Refusal::NotYaml(_) => "what substitution makes of this is no YAML",
        };
        Finding::new(*span, message)
    };
    findings.extend(applied.refusals.iter().map(refused));
    let mut unchecked = applied.unchecked.clone();
    let missing = applied.uses.iter().filter(|used| used.found.is_missing());
    unchecked.extend(missing.map(|used| {
        let reason = format!("`${{{}}}`, which nothing defines: Flux refuses `{name}` since 2.9", used.found.name);
        Unchecked { span: used.scalar, reason: reason.into() }
    }));
    let reason = match applied.location {
        Location::Elsewhere => Some("its source is not this repository"),
        Location::Unknown => Some("its path or source is not known offline"),
        _ => None,
    };
    unchecked.extend(reason.map(|reason| Unchecked { span, reason: format!("`{name}`: {reason}").into() }));
    let resources = if findings.is_empty() { applied.resources.clone() } else { Vec::new() };
    Batch { title, cluster, resources, findings, unchecked, mode: Mode::Yaml11 }
}

/// The mistakes at which building ends.
fn fatal(faults: &[Fault]) -> Vec<Finding> {
    faults.iter().filter(|fault| fault.kind.is_fatal()).map(|fault| fault.finding.clone()).collect()
}

// ---- writing

fn json(repo: &Repo, batches: &[Batch]) -> String {
    let mask = repo.mask();
    let document = |batch: &Batch, resource: &Resource| {
        let mut document = mask.json(&resource.node, batch.mode);
        if let (Some(cluster), Some(fields)) = (&batch.cluster, document.as_object_mut()) {
            fields.insert("cluster".to_owned(), cluster.as_str().into());
        }
        document
    };
    let documents =
        batches.iter().flat_map(|batch| batch.resources.iter().map(move |resource| document(batch, resource)));
    format!("{:#}\n", documents.collect::<serde_json::Value>())
}

fn yaml(repo: &Repo, batches: &[Batch], provenance: bool) -> String {
    let source = |node: &Node| {
        let file = repo.file_of(node.span).filter(|_| provenance)?;
        Some(format!("{}:{}", printable(&file.source.path), file.source.line(node.span.start)))
    };
    let mask = repo.mask();
    let mut text = String::new();
    for batch in batches.iter().filter(|batch| !batch.resources.is_empty()) {
        let mut title = batch.title.as_deref().map(printable);
        for resource in &batch.resources {
            if !text.is_empty() {
                text.push_str("---\n");
            }
            if let Some(title) = title.take() {
                let _ = writeln!(text, "# {title}");
            }
            text.push_str(&mask.yaml(&resource.node, batch.mode, &source));
        }
    }
    text
}

/// Text for a comment: nothing in it ends the line.
fn printable(text: &str) -> String {
    text.replace(|letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}'), " ")
}
