//! Where a user's schemas lie: places with kubeconform's variables in them.

use super::releases::Version;
use crate::diagnostic::did_you_mean;
use crate::source::nearest;
use serde::{Deserialize, Deserializer, de};

/// Layouts of a folder: that of catalogues, and kubeconform's own.
const LAYOUTS: [&str; 2] = [
    "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json",
    "{{.NormalizedKubernetesVersion}}-standalone{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json",
];

/// A variable of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable {
    Group,
    Kind,
    ApiVersion,
    KindSuffix,
    Kubernetes,
    Strict,
}

const VARIABLES: [(&str, Variable); 6] = [
    ("Group", Variable::Group),
    ("ResourceKind", Variable::Kind),
    ("ResourceAPIVersion", Variable::ApiVersion),
    ("KindSuffix", Variable::KindSuffix),
    ("NormalizedKubernetesVersion", Variable::Kubernetes),
    ("StrictSuffix", Variable::Strict),
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(Variable),
}

/// A folder, a path or a URL that depends on the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// As it is written.
    pub text: String,
    layouts: Vec<Vec<Part>>,
}

impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Location::read(<&str>::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Location {
    /// Reads a location; what is wrong with it otherwise.
    ///
    /// # Errors
    /// When it names a variable that does not exist, or one file for all kinds.
    pub fn read(text: &str) -> Result<Location, String> {
        let folder = text.trim_end_matches('/');
        let layouts = match text {
            _ if text.contains("{{") => vec![parts(text)?],
            _ if text.ends_with(".json") => return Err(format!("`{text}` is one file: name its folder")),
            _ => {
                let within = LAYOUTS.iter().map(|layout| parts(&format!("{folder}/{layout}")));
                within.collect::<Result<_, _>>()?
            }
        };
        Ok(Location { text: text.to_owned(), layouts })
    }

    /// Whether it is reached over a network.
    pub fn is_url(&self) -> bool {
        is_url(&self.text)
    }

    /// The places at which the schema of a kind may lie, in order.
    pub fn places(&self, api_version: &str, kind: &str, kubernetes: Option<Version>) -> Vec<String> {
        let (group, version) = api_version.rsplit_once('/').unwrap_or((api_version, api_version));
        let of = |variable: &Variable| match variable {
            Variable::Group => group.to_owned(),
            Variable::Kind => kind.to_lowercase(),
            Variable::ApiVersion => version.to_owned(),
            Variable::KindSuffix if group == version => format!("-{version}"),
            Variable::KindSuffix => format!("-{}-{version}", group.split('.').next().unwrap_or(group)).to_lowercase(),
            Variable::Kubernetes => kubernetes.map_or_else(|| "master".to_owned(), |version| format!("v{version}.0")),
            Variable::Strict => "-strict".to_owned(),
        };
        let place = |parts: &Vec<Part>| {
            let texts = parts.iter().map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Variable(variable) => of(variable),
            });
            texts.collect()
        };
        self.layouts.iter().map(place).collect()
    }
}

/// Whether a place is reached over a network.
pub fn is_url(place: &str) -> bool {
    place.starts_with("https://") || place.starts_with("http://")
}

fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, after)) = after.split_once("}}") else {
            return Err(format!("`{text}` opens `{{{{` and does not close it"));
        };
        let name = inside.trim().trim_start_matches('.');
        let Some((_, variable)) = VARIABLES.iter().find(|(known, _)| *known == name) else {
            let names = VARIABLES.map(|(known, _)| known);
            let meant = nearest(name, names).map(|near| did_you_mean(format_args!("{{{{.{near}}}}}")));
            let known = || format!("known are {}", names.map(|known| format!("`.{known}`")).join(", "));
            return Err(format!("`{{{{{inside}}}}}` stands for nothing: {}", meant.unwrap_or_else(known)));
        };
        parts.extend([Part::Text(before.to_owned()), Part::Variable(*variable)]);
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_those_of_kubeconform() {
        let places = |text: &str, api_version: &str, kind: &str, kubernetes| {
            Location::read(text).map(|location| location.places(api_version, kind, kubernetes))
        };
        let url = "https://example.org/{{ .Group }}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json";
        let found = places(url, "example.org/v1", "Lamp", None);
        assert_eq!(found, Ok(vec!["https://example.org/example.org/lamp_v1.json".to_owned()]));
        let kind = "{{.ResourceKind}}{{.KindSuffix}}.json";
        assert_eq!(places(kind, "apps/v1", "Deployment", None), Ok(vec!["deployment-apps-v1.json".to_owned()]));
        assert_eq!(places(kind, "v1", "Service", None), Ok(vec!["service-v1.json".to_owned()]));
        let folder = places("a/", "rbac.example.org/v1", "Lamp", Some(Version(1, 31)));
        let expected = ["a/rbac.example.org/lamp_v1.json", "a/v1.31.0-standalone-strict/lamp-rbac-v1.json"];
        assert_eq!(folder, Ok(expected.map(str::to_owned).to_vec()));
    }

    #[test]
    fn what_is_no_location_says_why() {
        let said = |text: &str| Location::read(text).err().unwrap_or_default();
        assert!(said("{{.Grop}}").contains("did you mean `{{.Group}}`?"));
        assert!(said("{{.Group").contains("does not close"));
        assert!(said("a/b.json").contains("one file"));
    }
}
