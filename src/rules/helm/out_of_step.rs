use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::image::images;
use crate::inventory::Installed;
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::Node;

/// A chart or an image of another version than the one it is released with.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// Something with a version, which may not be known.
struct Part {
    name: String,
    version: Option<String>,
    span: Span,
}

fn check(deployed: &Deployed) -> Vec<Finding> {
    let parts: Vec<Part> = deployed.inventory.releases.iter().flat_map(parts).collect();
    let mut findings = Vec::new();
    for group in deployed.repo.links().in_step() {
        let Some((leader, others)) = group.split_first() else { continue };
        let leaders: Vec<&Part> = parts.iter().filter(|part| part.is(leader)).collect();
        let Some(first) = leaders.first() else { continue };
        let leads = |version: &str| leaders.iter().any(|leader| leader.version.as_deref().is_none_or(|v| v == version));
        for part in parts.iter().filter(|part| others.iter().any(|name| part.is(name))) {
            let (Some(version), Some(other)) = (&part.version, &first.version) else { continue };
            if leads(version) {
                continue;
            }
            let (name, leader) = (&part.name, &first.name);
            let message =
                format!("`{name}` is at {version}, and `{leader}`, with which it has to keep step, at {other}");
            let finding = Finding::new(part.span, message).help("raise the one that is behind");
            findings.push(finding.related(first.span, format!("`{leader}` is at {other}")));
        }
    }
    findings
}

/// The chart of a release, and the images in its values.
fn parts(installed: &Installed) -> Vec<Part> {
    let chart = &installed.release.chart;
    // What follows a dash is the flavour of an image.
    let version = |text: &str| text.split('-').next().unwrap_or(text).trim_start_matches('v').to_owned();
    let exact = |text: &&str| !text.contains(['x', '*', '<', '>', '=', '^', '~', ' ']);
    let part = chart.known_name().map(|name| Part {
        name: name.to_owned(),
        version: chart.version.as_ref().and_then(Node::known).filter(exact).map(version),
        span: chart.version.as_ref().map_or(installed.resource.name_span(), |node| node.span),
    });
    let images = images(&installed.resource).into_iter().map(|image| Part {
        version: image.tag.as_ref().map(|(tag, _)| version(tag)),
        span: image.tag.map_or(image.span, |(_, span)| span),
        name: image.name,
    });
    part.into_iter().chain(images).collect()
}

impl Part {
    /// Whether this is its name, whatever registry it comes from.
    fn is(&self, name: &str) -> bool {
        self.name.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }
}
