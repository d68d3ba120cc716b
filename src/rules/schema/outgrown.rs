use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A kind of which the cluster seems to know more fields than the schema at hand.
pub const RULE: Rule = Rule::info(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let verdicts = repo.verdicts();
    let here = verdicts.outgrown().into_iter().filter(|(_, (place, _))| place.file == file.source.id);
    here.map(|((api_version, kind), (place, fields))| {
        let fields: Vec<String> = fields.iter().take(5).map(|field| format!("`{field}`")).collect();
        let message = format!("the schema of {kind} at hand does not know {}", fields.join(", "));
        let known = verdicts.schemas.kind(api_version, kind).map(|known| known.source);
        let from = known.map(|source| format!("it is that of {} {}; ", source.name, source.version));
        let help = "a CustomResourceDefinition in the repository takes its place";
        Finding::new(place, message).help(format!("{}{help}", from.unwrap_or_default()))
    })
    .collect()
}
