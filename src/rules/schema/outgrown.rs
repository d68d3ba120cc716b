use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::Origin;

/// A kind of which the cluster seems to know more fields than the schema at hand.
pub const RULE: Rule = Rule::info(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let verdicts = repo.validation();
    let here = verdicts.outgrown().into_iter().filter(|(_, (place, _))| place.file == file.source.id);
    here.map(|((api_version, kind), (place, fields))| {
        let fields: Vec<String> = fields.iter().take(5).map(|field| format!("`{field}`")).collect();
        let message = format!("homelint's schema of {kind} does not have {}", fields.join(", "));
        let from = match verdicts.schemas.origin(api_version, kind) {
            Some(Origin::Bundle(source)) => format!("it is that of {} {}; ", source.name, source.version),
            Some(Origin::User(place)) => format!("it is that in `{place}`; "),
            Some(Origin::Defined(_)) | None => String::new(),
        };
        let help = "`homelint schema import` takes another from a CustomResourceDefinition";
        Finding::new(place, message).help(format!("{from}{help}"))
    })
    .collect()
}
