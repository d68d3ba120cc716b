//! `homelint graph`: how the parts of a deployment hang together.

use super::cluster::{Chosen, place, title as heading};
use super::{Outcome, Run, build};
use homelint::discover::{self, Besides, Source};
use homelint::flux::Cluster;
use homelint::flux::graph::{Edge, Graph, GraphNode, Relation, graph};
use homelint::model::repo::Repo;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  homelint graph
  homelint graph --format mermaid > docs/flux.mmd
  homelint graph --format dot | dot -Tsvg > flux.svg")]
pub struct Draw {
    #[command(flatten)]
    chosen: Chosen,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Tree,
    Mermaid,
    Dot,
    Json,
}

/// One cluster and its graph.
struct Drawn<'a> {
    cluster: &'a Cluster,
    /// What stands above it.
    heading: String,
    graph: Graph,
}

/// Writes the graph of every cluster.
pub fn run(arguments: &Draw) -> Run {
    let root = discover::root(Path::new("."))?;
    let repo = Repo::new(discover::load(&root, &Source::WorkTree, Besides::default())?);
    let fleet = repo.fleet();
    let draw = |(index, cluster): (usize, _)| {
        let graph = graph(cluster, repo.inventories().get(index)?.made(), repo.links());
        Some(Drawn { cluster, heading: heading(&repo, cluster), graph })
    };
    let drawn: Vec<Drawn> = arguments.chosen.of(fleet)?.into_iter().filter_map(draw).collect();
    let text = match arguments.format {
        Form::Tree => drawn.iter().map(tree).collect::<Vec<_>>().join("\n"),
        Form::Mermaid => mermaid(&drawn),
        Form::Dot => dot(&drawn),
        Form::Json => format!("{:#}\n", json!({ "version": 1, "clusters": json_of(&repo, &drawn) })),
    };
    let notes = if drawn.is_empty() { build::NO_FLUX } else { "" };
    Ok(Outcome::of(&repo, &text, notes))
}

/// `namespace/name`, on one line.
fn name(node: &GraphNode) -> String {
    let name = match node.namespace.as_str() {
        "" => node.name.to_string(),
        namespace => format!("{namespace}/{}", node.name),
    };
    name.replace(char::is_control, " ")
}

/// `Kind namespace/name`, on one line.
fn title(node: &GraphNode) -> String {
    format!("{} {}", node.kind.replace(char::is_control, " "), name(node))
}

/// The word for a relation, read from where it starts.
fn word(relation: Relation) -> &'static str {
    match relation {
        Relation::Provides => "provides",
        Relation::Applies => "applies",
        Relation::DependsOn => "depends on",
        Relation::AttachesTo => "attaches to",
    }
}

// ---- tree

/// The edges of every node, by its index.
struct Neighbours<'a> {
    graph: &'a Graph,
    /// Those that start there, and those from a source that end there.
    edges: Vec<Vec<(Relation, usize)>>,
    /// Whether something applies it.
    owned: Vec<bool>,
}

impl<'a> Neighbours<'a> {
    fn of(graph: &'a Graph) -> Neighbours<'a> {
        let mut edges = vec![Vec::new(); graph.nodes.len()];
        let mut owned = vec![false; graph.nodes.len()];
        for Edge { from, to, relation } in &graph.edges {
            let (at, other) = if *relation == Relation::Provides { (*to, *from) } else { (*from, *to) };
            edges.get_mut(at).into_iter().for_each(|edges: &mut Vec<_>| edges.push((*relation, other)));
            let applied = owned.get_mut(*to).filter(|_| *relation == Relation::Applies);
            applied.into_iter().for_each(|owned| *owned = true);
        }
        Neighbours { graph, edges, owned }
    }

    fn ends(&self, index: usize, relation: Relation) -> Vec<usize> {
        let edges = self.edges.get(index).map_or(&[][..], Vec::as_slice);
        edges.iter().filter(|(own, _)| *own == relation).map(|(_, end)| *end).collect()
    }

    fn is_owned(&self, index: usize) -> bool {
        self.owned.get(index).is_some_and(|owned| *owned)
    }

    /// What is said behind a name; a source that is that of the owner goes without saying.
    fn remark(&self, index: usize, owner: Option<usize>) -> String {
        let parts = [("from", Relation::Provides), ("after", Relation::DependsOn), ("on", Relation::AttachesTo)];
        let part = |(word, relation): (&str, Relation)| {
            let ends = self.ends(index, relation);
            let inherited =
                relation == Relation::Provides && owner.is_some_and(|owner| self.ends(owner, relation) == ends);
            let named = |node: &GraphNode| if relation == Relation::DependsOn { name(node) } else { title(node) };
            let names: Vec<String> = ends.iter().filter_map(|end| self.graph.nodes.get(*end)).map(named).collect();
            (!names.is_empty() && !inherited).then(|| format!("{word} {}", names.join(", ")))
        };
        let said: Vec<String> = parts.into_iter().filter_map(part).collect();
        if said.is_empty() { String::new() } else { format!("  {}", said.join("; ")) }
    }
}

/// A node that waits to be written.
struct Branch {
    index: usize,
    owner: Option<usize>,
    /// What stands before its name.
    before: String,
    /// What stands before the names of what it applies.
    below: String,
}

/// What applies what, with what each part needs behind its name.
fn tree(drawn: &Drawn) -> String {
    let Drawn { heading, graph, .. } = drawn;
    let neighbours = Neighbours::of(graph);
    let mut text = format!("{}\n", heading.replace(char::is_control, " "));
    let mut seen = vec![false; graph.nodes.len()];
    let (owned, roots): (Vec<usize>, Vec<usize>) =
        (0..graph.nodes.len()).partition(|index| neighbours.is_owned(*index));
    // What nobody applies comes first; of Kustomizations that only apply one another, any begins.
    for start in roots.into_iter().chain(owned) {
        if seen.get(start) == Some(&true) {
            continue;
        }
        let mut waiting = vec![Branch { index: start, owner: None, before: String::new(), below: String::new() }];
        while let Some(Branch { index, owner, before, below }) = waiting.pop() {
            let Some(node) = graph.nodes.get(index) else { continue };
            if seen.get_mut(index).is_some_and(|seen| std::mem::replace(seen, true)) {
                let _ = writeln!(text, "{before}{} (above)", title(node));
                continue;
            }
            let absent = if node.span.is_none() { "  not in this repository" } else { "" };
            let _ = writeln!(text, "{before}{}{}{absent}", title(node), neighbours.remark(index, owner));
            let applied = neighbours.ends(index, Relation::Applies);
            for (at, child) in applied.iter().enumerate().rev() {
                let (turn, line) =
                    if at + 1 == applied.len() { ("└── ", "    ") } else { ("├── ", "│   ") };
                let (before, below) = (format!("{below}{turn}"), format!("{below}{line}"));
                waiting.push(Branch { index: *child, owner: Some(index), before, below });
            }
        }
    }
    text
}

// ---- mermaid

fn mermaid(drawn: &[Drawn]) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (at, Drawn { heading, graph, .. }) in drawn.iter().enumerate() {
        let _ = writeln!(text, "  subgraph c{at}[\"{}\"]", entities(heading));
        for (index, node) in graph.nodes.iter().enumerate() {
            let _ = writeln!(text, "    c{at}n{index}[\"{}<br/>{}\"]", entities(&node.kind), entities(&name(node)));
        }
        text.push_str("  end\n");
        for Edge { from, to, relation } in &graph.edges {
            let arrow = match relation {
                Relation::DependsOn => "-.->",
                Relation::AttachesTo => "==>",
                Relation::Provides | Relation::Applies => "-->",
            };
            let _ = writeln!(text, "  c{at}n{from} {arrow}|{}| c{at}n{to}", word(*relation));
        }
    }
    text
}

/// Text between quotes in Mermaid, where letters that mean something are entities.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '#' | '<' | '>' | '&' | '`' => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

// ---- dot

fn dot(drawn: &[Drawn]) -> String {
    let mut text = "digraph flux {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (at, Drawn { heading, graph, .. }) in drawn.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{at} {{\n    label=\"{}\";", escaped(heading));
        for (index, node) in graph.nodes.iter().enumerate() {
            let style = if node.span.is_none() { ", style=dashed" } else { "" };
            let label = format!("{}\\n{}", escaped(&node.kind), escaped(&name(node)));
            let _ = writeln!(text, "    c{at}n{index} [label=\"{label}\"{style}];");
        }
        text.push_str("  }\n");
        for Edge { from, to, relation } in &graph.edges {
            let style = if *relation == Relation::DependsOn { ", style=dashed" } else { "" };
            let _ = writeln!(text, "  c{at}n{from} -> c{at}n{to} [label=\"{}\"{style}];", word(*relation));
        }
    }
    text.push_str("}\n");
    text
}

/// Text between quotes in DOT.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(char::is_control, " ")
}

// ---- json

fn json_of(repo: &Repo, drawn: &[Drawn]) -> Value {
    let files = repo.tree();
    let cluster = |Drawn { cluster, graph, .. }: &Drawn| {
        let node = |node: &GraphNode| {
            let file = node.span.and_then(|span| Some((files.file(span.file)?, span)));
            let path = file.map(|(file, _)| file.source.path.as_str());
            let line = file.map(|(file, span)| file.source.line(span.start));
            json!({ "kind": node.kind.as_str(), "namespace": node.namespace.as_str(), "name": node.name.as_str(), "path": path, "line": line })
        };
        let edge = |edge: &Edge| json!({ "from": edge.from, "to": edge.to, "relation": word(edge.relation) });
        let (nodes, edges): (Value, Value) =
            (graph.nodes.iter().map(node).collect(), graph.edges.iter().map(edge).collect());
        let entry = place(files, cluster);
        match repo.fleet().clusters.len() {
            1 => json!({ "entry": entry, "nodes": nodes, "edges": edges }),
            _ => json!({ "cluster": cluster.name, "entry": entry, "nodes": nodes, "edges": edges }),
        }
    };
    drawn.iter().map(cluster).collect()
}
