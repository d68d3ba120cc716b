//! Addresses of load balancers: where they are written, how they are shared, what they are taken from.

use super::path::Path;
use super::{Kind, Links};
use crate::resource::Resource;
use crate::yaml::Node;
use serde::Deserialize;
use smol_str::SmolStr;

/// How an object shares the address of its load balancer.
#[derive(Debug, Clone, Copy)]
pub struct Sharing<'a> {
    /// Objects with an equal one may have one address.
    key: &'a Node,
    /// Where namespaces matter: the list of those besides its own.
    namespaces: Option<Option<&'a Node>>,
}

impl Sharing<'_> {
    /// Whether two objects, each with its namespace, may have one address, as far as that is known.
    pub fn allows(&self, own: &str, other: &Sharing, theirs: &str) -> bool {
        let same = self.key.known().zip(other.key.known()).is_none_or(|(key, other)| key == other);
        same && (own == theirs || self.names(theirs) && other.names(own))
    }

    fn names(&self, namespace: &str) -> bool {
        let Some(list) = self.namespaces else { return true };
        let listed = |list: &Node| {
            list.known()
                .is_none_or(|list| list.split(',').any(|name| matches!(name.trim(), "*") || name.trim() == namespace))
        };
        list.is_some_and(listed)
    }
}

/// Objects from which addresses of load balancers are taken.
#[derive(Debug, Clone, Deserialize)]
pub struct Pool {
    /// Their kind.
    pub kind: Kind,
    at: Path,
    keys: Vec<SmolStr>,
}

impl Pool {
    /// Whether a key takes addresses from such pools.
    pub fn is_of(&self, key: &str) -> bool {
        self.keys.iter().any(|own| own == key)
    }

    /// The ranges of a pool, as written.
    pub fn ranges<'a>(&self, pool: &'a Resource) -> Vec<&'a Node> {
        let mut ranges = Vec::new();
        self.at.each(&pool.node, &mut |node| ranges.push(node));
        ranges
    }
}

impl Links {
    /// Whether a key holds the addresses of a load balancer.
    pub fn is_address(&self, key: &str) -> bool {
        self.addresses.contains(key)
    }

    /// Where a custom resource says what the Service is like that its operator makes.
    pub fn service_settings<'n>(&self, resource: &'n Resource) -> Option<&'n Node> {
        let path: Vec<&str> = self.service_settings.get(resource.group())?.split('.').collect();
        resource.node.at(&path)
    }

    /// The kinds of pools that addresses of load balancers are taken from.
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// By which of its annotations an object shares its address, and with whom.
    pub fn sharing<'n>(&self, annotations: &'n Node) -> Option<Sharing<'n>> {
        let entry = annotations
            .entries()
            .iter()
            .find(|entry| entry.key.text().is_some_and(|key| self.sharing.contains(key)))?;
        let across = self.sharing_across.get(entry.key.text()?).map(|across| annotations.get(across));
        Some(Sharing { key: &entry.value, namespaces: across })
    }
}
