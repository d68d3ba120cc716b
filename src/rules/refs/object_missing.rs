use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// Another object of the cluster that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// Kinds that people write next to what names them, and that no other rule is about.
const KINDS: [&str; 24] = [
    "Backup",
    "CephBlockPool",
    "CephFilesystem",
    "CephObjectStore",
    "CiliumBGPPeerConfig",
    "CiliumCIDRGroup",
    "Cluster",
    "ClusterGenerator",
    "ClusterImageCatalog",
    "GrafanaFolder",
    "ImageCatalog",
    "ImagePolicy",
    "ImageRepository",
    "NetworkAttachmentDefinition",
    "ObjectStore",
    "Password",
    "PersistentVolume",
    "Postgres",
    "Provider",
    "ReplicationDestination",
    "ReplicationSource",
    "ResourceSetInputProvider",
    "TriggerAuthentication",
    "VolumeSnapshot",
];

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.missing(&KINDS)
}
