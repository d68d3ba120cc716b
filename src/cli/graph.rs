//! `homelint graph`: how the parts of a deployment hang together.

use super::{Outcome, Run, build};
use homelint::discover::{self, Source};
use homelint::flux::graph::{Edge, Graph, GraphNode, Relation, graph};
use homelint::resource::Tree;
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
    /// How to write it
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

/// One cluster: where it begins, and its graph.
struct Drawn {
    place: String,
    graph: Graph,
}

/// Writes the graph of every cluster.
pub fn run(arguments: &Draw) -> Run {
    let root = discover::root(Path::new("."))?;
    let repo = discover::load(&root, &Source::WorkTree, &[])?;
    let cluster = |cluster| Drawn { place: build::place(&repo.tree, cluster), graph: graph(cluster, repo.links()) };
    let drawn: Vec<Drawn> = repo.deployment().clusters.iter().map(cluster).collect();
    let text = match arguments.format {
        Form::Tree => drawn.iter().map(tree).collect::<Vec<_>>().join("\n"),
        Form::Mermaid => mermaid(&drawn),
        Form::Dot => dot(&drawn),
        Form::Json => format!("{:#}\n", json!({ "version": 1, "clusters": json_of(&drawn, &repo.tree) })),
    };
    let notes = if drawn.is_empty() { build::NO_FLUX } else { "" };
    Ok(Outcome { notes: notes.to_owned(), ..Outcome::text(text) })
}

/// `namespace/name`
fn name(node: &GraphNode) -> String {
    match node.namespace.as_str() {
        "" => node.name.to_string(),
        namespace => format!("{namespace}/{}", node.name),
    }
}

/// `Kind namespace/name`
fn title(node: &GraphNode) -> String {
    let title = format!("{} {}", node.kind, name(node));
    title.replace(char::is_control, " ")
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

/// Neighbours of every node, by its index.
struct Neighbours {
    /// What it applies.
    applied: Vec<Vec<usize>>,
    /// What is said behind its name.
    remarks: Vec<Vec<String>>,
    /// Whether something applies it.
    owned: Vec<bool>,
}

impl Neighbours {
    fn of(graph: &Graph) -> Neighbours {
        let count = graph.nodes.len();
        let mut neighbours = Neighbours {
            applied: vec![Vec::new(); count],
            remarks: vec![Vec::new(); count],
            owned: vec![false; count],
        };
        for Edge { from, to, relation } in &graph.edges {
            let named = |index: &usize| graph.nodes.get(*index).map(title).unwrap_or_default();
            let (at, remark) = match relation {
                Relation::Applies => {
                    neighbours.applied.get_mut(*from).into_iter().for_each(|applied| applied.push(*to));
                    neighbours.owned.get_mut(*to).into_iter().for_each(|owned| *owned = true);
                    continue;
                }
                Relation::Provides => (to, format!("from {}", named(from))),
                Relation::DependsOn => (from, format!("after {}", graph.nodes.get(*to).map(name).unwrap_or_default())),
                Relation::AttachesTo => (from, format!("on {}", named(to))),
            };
            neighbours.remarks.get_mut(*at).into_iter().for_each(|remarks| remarks.push(remark.clone()));
        }
        neighbours
    }
}

/// What applies what, with what each part needs behind its name.
fn tree(drawn: &Drawn) -> String {
    let Drawn { place, graph } = drawn;
    let neighbours = Neighbours::of(graph);
    let mut text = format!("cluster at {place}\n");
    let mut seen = vec![false; graph.nodes.len()];
    let unowned = |index: &usize| !neighbours.owned.get(*index).is_some_and(|owned| *owned);
    let applies = |index: &usize| neighbours.applied.get(*index).is_some_and(|applied| !applied.is_empty());
    // What nobody applies comes first; of Kustomizations that only apply one another, any begins.
    let mut starts: Vec<usize> = (0..graph.nodes.len()).filter(unowned).collect();
    starts.extend((0..graph.nodes.len()).filter(|index| !unowned(index) && applies(index)));
    for start in starts {
        if seen.get(start) == Some(&true) {
            continue;
        }
        // Each with what stands before its name and before the names of what it applies.
        let mut waiting = vec![(start, String::new(), String::new())];
        while let Some((index, before, below)) = waiting.pop() {
            let Some(node) = graph.nodes.get(index) else { continue };
            let known = seen.get_mut(index).is_none_or(|seen| std::mem::replace(seen, true));
            let remarks = neighbours.remarks.get(index).map_or(&[][..], Vec::as_slice);
            let remark = match remarks {
                _ if known => " (above)".to_owned(),
                [] if node.span.is_none() => "  not in this repository".to_owned(),
                [] => String::new(),
                remarks => format!("  {}", remarks.join(", ")),
            };
            let _ = writeln!(text, "{before}{}{remark}", title(node));
            if known {
                continue;
            }
            let applied = neighbours.applied.get(index).map_or(&[][..], Vec::as_slice);
            for (at, child) in applied.iter().enumerate().rev() {
                let (turn, line) =
                    if at + 1 == applied.len() { ("└── ", "    ") } else { ("├── ", "│   ") };
                waiting.push((*child, format!("{below}{turn}"), format!("{below}{line}")));
            }
        }
    }
    text
}

// ---- mermaid

fn mermaid(drawn: &[Drawn]) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (at, Drawn { place, graph }) in drawn.iter().enumerate() {
        let _ = writeln!(text, "  subgraph c{at}[\"{}\"]", entities(place));
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
    for (at, Drawn { place, graph }) in drawn.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{at} {{\n    label=\"{}\";", escaped(place));
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

fn json_of(drawn: &[Drawn], files: &Tree) -> Value {
    let cluster = |Drawn { place, graph }: &Drawn| {
        let node = |node: &GraphNode| {
            let file = node.span.and_then(|span| Some((files.file(span.file)?, span)));
            let path = file.map(|(file, _)| file.source.path.as_str());
            let line = file.map(|(file, span)| file.source.line(span.start));
            json!({ "kind": node.kind.as_str(), "namespace": node.namespace.as_str(), "name": node.name.as_str(), "path": path, "line": line })
        };
        let edge = |edge: &Edge| json!({ "from": edge.from, "to": edge.to, "relation": word(edge.relation) });
        let (nodes, edges): (Value, Value) =
            (graph.nodes.iter().map(node).collect(), graph.edges.iter().map(edge).collect());
        json!({ "entry": place, "nodes": nodes, "edges": edges })
    };
    drawn.iter().map(cluster).collect()
}
