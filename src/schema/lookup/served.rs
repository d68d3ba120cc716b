//! Resources as the API server calls them: `pods`, `deployments`, by the groups that serve them.

use std::collections::{BTreeMap, BTreeSet};

use super::schemas::Schemas;
use crate::source::is_slip;

/// Which API groups serve which resources, as far as schemas are at hand.
#[derive(Debug, Default)]
pub struct Served<'a> {
    by_name: BTreeMap<String, BTreeSet<&'a str>>,
    groups: BTreeSet<&'a str>,
}

impl Schemas {
    /// Which API groups serve which resources.
    pub fn served(&self) -> Served<'_> {
        let mut served = Served::default();
        for (api_version, kind) in self.kinds() {
            let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
            served.by_name.entry(plural(kind)).or_default().insert(group);
            served.groups.insert(group);
        }
        served
    }
}

impl<'a> Served<'a> {
    /// Whether all resources of a group are known: it is one of Kubernetes itself.
    pub fn knows(&self, group: &str) -> bool {
        let own = !group.contains('.') || group.ends_with(".k8s.io");
        own && self.groups.contains(group)
    }

    /// The resource of some groups that a name differs from by a slip of the fingers, or by its number.
    pub fn near(&self, name: &str, groups: &[&str]) -> Option<&str> {
        let of_groups = |served: &BTreeSet<&str>| groups.iter().any(|group| served.contains(group));
        let resources = self.by_name.iter().filter(|(_, served)| of_groups(served)).map(|(name, _)| name.as_str());
        let mut like = resources.filter(|other| is_slip(name, other) || plural(name) == *other);
        like.next()
    }

    /// The groups that serve a resource.
    pub fn groups(&self, resource: &str) -> impl Iterator<Item = &'a str> {
        self.by_name.get(resource).into_iter().flatten().copied()
    }
}

/// The name of the resource of a kind.
fn plural(kind: &str) -> String {
    let name = kind.to_ascii_lowercase();
    let stem = name.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    match stem {
        Some(stem) => format!("{stem}ies"),
        None if name == "endpoints" => name,
        None if ["s", "x", "ch", "sh"].iter().any(|end| name.ends_with(end)) => format!("{name}es"),
        None => format!("{name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Tree;

    #[test]
    fn resources_are_served_by_groups() {
        let schemas = Schemas::new(&Tree::default(), crate::schema::Releases::default());
        let served = schemas.served();
        let groups = |resource: &str| served.groups(resource).collect::<Vec<_>>();
        assert_eq!(groups("pods"), [""]);
        assert_eq!(groups("endpoints"), [""]);
        assert!(groups("networkpolicies").contains(&"networking.k8s.io"));
        assert!(groups("gateways").contains(&"gateway.networking.k8s.io"));
        assert!(served.knows("apps") && !served.knows("metrics.k8s.io") && !served.knows("cert-manager.io"));
    }
}
