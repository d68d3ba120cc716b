use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::Node;

/// A database that archives into the archive it is restored from.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// What lets a database write into an archive that is not empty.
const ALLOWED: &str = "cnpg.io/skipEmptyWalArchiveCheck";

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let databases = members.filter(|resource| resource.is("postgresql.cnpg.io", "Cluster"));
    databases.filter(|database| database.annotation(ALLOWED).is_none()).filter_map(finding).collect()
}

/// Where an archive is: the store, and the server within it.
struct Archive<'a> {
    store: &'a Node,
    server: Option<&'a Node>,
    /// Its server where it names none.
    owner: &'a Node,
}

impl Archive<'_> {
    fn server(&self) -> &Node {
        self.server.unwrap_or(self.owner)
    }
}

/// An archive by plug-in, or in the database's own way; `owner` names what has it.
fn archive<'a>(parameters: &'a Node, store: &str, owner: &'a Node) -> Option<Archive<'a>> {
    Some(Archive { store: parameters.get(store)?, server: parameters.get("serverName"), owner })
}

fn finding(database: &Resource) -> Option<Finding> {
    let (spec, own) = (database.spec()?, database.node.at(&["metadata", "name"])?);
    let source = spec.at(&["bootstrap", "recovery", "source"])?.literal()?;
    let mut externals = spec.items_at(&["externalClusters"]).iter();
    let external = externals.find(|external| external.text_at(&["name"]) == Some(source))?;
    let name = external.get("name")?;
    let is_archiver = |plugin: &&Node| plugin.get("isWALArchiver").is_some_and(Node::is_true);
    let plugin = spec.items_at(&["plugins"]).iter().find(is_archiver).and_then(|plugin| plugin.get("parameters"));
    let (to, from) = match (plugin, external.at(&["plugin", "parameters"])) {
        (Some(to), Some(from)) => (archive(to, "barmanObjectName", own)?, archive(from, "barmanObjectName", name)?),
        (None, None) => {
            let (to, from) = (spec.at(&["backup", "barmanObjectStore"])?, external.get("barmanObjectStore")?);
            (archive(to, "destinationPath", own)?, archive(from, "destinationPath", name)?)
        }
        _ => return None,
    };
    let same = |one: &Node, other: &Node| one.literal().is_some_and(|text| other.literal() == Some(text));
    let shared = same(to.store, from.store) && same(to.server(), from.server());
    let server = to.server().text()?;
    let message =
        format!("`{server}` is where the database is restored from: it refuses to archive into what is not empty");
    shared.then(|| Finding::new(to.server().span, message).related(from.server().span, "restored from here"))
}
