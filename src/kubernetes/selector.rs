//! Label selectors: which objects they select.

use crate::yaml::{Entry, Node};

/// Labels whose values say which app an object belongs to.
const OF_APP: [&str; 4] = ["app.kubernetes.io/name", "app.kubernetes.io/instance", "app", "k8s-app"];

/// What is asked of the labels of an object.
#[derive(Debug, Clone, Copy)]
pub struct Selector<'a> {
    labels: &'a [Entry],
    expressions: &'a [Node],
}

impl<'a> Selector<'a> {
    /// `matchLabels` and `matchExpressions`.
    pub fn of(node: &'a Node) -> Self {
        Selector { labels: node.entries_at(&["matchLabels"]), expressions: node.items_at(&["matchExpressions"]) }
    }

    /// A mapping of labels, as Services have it.
    pub fn of_labels(node: &'a Node) -> Self {
        Selector { labels: node.entries(), expressions: &[] }
    }

    /// The labels that it asks for.
    pub fn labels(&self) -> &'a [Entry] {
        self.labels
    }

    /// Whether all that it asks for is written out.
    pub fn is_literal(&self) -> bool {
        let said = |label: &Entry| label.key.literal().and(label.value.literal()).is_some();
        let values = self.expressions.iter().flat_map(|expression| expression.items_at(&["values"]));
        self.labels.iter().all(said) && values.map(Node::literal).all(|value| value.is_some())
    }

    /// The values that say which app is meant.
    pub fn apps(&self) -> impl Iterator<Item = &'a str> {
        let of_app = self.labels.iter().filter(|label| label.key.text().is_some_and(|key| OF_APP.contains(&key)));
        of_app.filter_map(|label| label.value.known())
    }

    /// Whether it selects an object with these labels; `None` where that is not known.
    pub fn selects(&self, labels: Option<&Node>) -> Option<bool> {
        let value = |key: &Node| labels?.get(key.known()?);
        let equal = |label: &Entry| match value(&label.key) {
            Some(found) => Some(found.known()? == label.value.known()?),
            None => label.key.known().map(|_| false),
        };
        let meets = |expression: &Node| {
            let found = expression.get("key").and_then(value);
            let one_of = || {
                let text = found.map_or(Some(None), |found| found.known().map(Some))?;
                Some(text.is_some_and(|text| expression.items_at(&["values"]).iter().any(|v| v.text() == Some(text))))
            };
            match expression.text_at(&["operator"])? {
                "Exists" => Some(found.is_some()),
                "DoesNotExist" => Some(found.is_none()),
                "In" => one_of(),
                "NotIn" => one_of().map(|found| !found),
                _ => None,
            }
        };
        all(self.labels.iter().map(equal).chain(self.expressions.iter().map(meets)))
    }
}

/// Whether all are true: one that is false decides, whatever is not known.
fn all(conditions: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut whole = Some(true);
    for condition in conditions {
        match condition {
            Some(true) => {}
            Some(false) => return Some(false),
            None => whole = None,
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    #[test]
    fn selectors_select_as_kubernetes_does() {
        let read = |text: &str| parse(FileId(0), text).documents.into_iter().next().map(|document| document.root);
        let labels = read("{app: web, tier: front}");
        for (selector, expected) in [
            ("{}", true),
            ("{matchLabels: {app: web}}", true),
            ("{matchLabels: {app: web, tier: back}}", false),
            ("{matchLabels: {gone: web}}", false),
            ("{matchExpressions: [{key: app, operator: In, values: [web, api]}]}", true),
            ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", false),
            ("{matchExpressions: [{key: gone, operator: NotIn, values: [web]}]}", true),
            ("{matchExpressions: [{key: gone, operator: Exists}]}", false),
            ("{matchExpressions: [{key: gone, operator: DoesNotExist}]}", true),
        ] {
            let node = read(selector);
            let found = node.as_ref().map(|node| Selector::of(node).selects(labels.as_ref()));
            assert_eq!(found, Some(Some(expected)), "{selector}");
        }
    }
}
