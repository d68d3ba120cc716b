//! `homelint schema fetch`: the only command that uses a network.

use super::shown;
use crate::cli::store::store;
use crate::cli::{FAILED, Failure, Outcome, Run};
use homelint::discover::store::{Store, is_judged, path_of, path_of_url, text_of};
use homelint::discover::{self, Besides, MAX_BYTES, Root, Source};
use homelint::model::repo::Repo;
use homelint::resource::Resource;
use homelint::schema::{is_url, named_schema};
use homelint::secret::Shown;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use ureq::Agent;

/// How often a server may send us elsewhere.
const MAX_REDIRECTS: u32 = 5;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  homelint schema fetch
  homelint schema fetch --schema-location \\
    'https://example.org/schemas/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'

Asks the URLs of `schemas.locations` in .homelint.yaml and of `# yaml-language-server: $schema=` comments for the
kinds that homelint does not know. Schemas are written to .homelint/schemas, where `check` reads them. Only this
command uses the network.")]
pub struct Fetch {
    /// Also ask this URL; it may contain kubeconform's variables
    #[arg(long, value_name = "URL")]
    schema_location: Vec<String>,
    /// Also download schemas that homelint already has
    #[arg(long)]
    all: bool,
    /// Seconds to wait for each answer
    #[arg(long, value_name = "SECONDS", default_value = "20")]
    timeout: u64,
}

/// Something to fetch: what it is, where it may be, and where it goes in the store.
struct Wanted {
    what: String,
    /// apiVersion and kind; `None` for the schema of a file.
    kind: Option<(String, String)>,
    urls: Vec<String>,
    path: String,
}

/// Fetches what is missing.
pub fn run(arguments: &Fetch) -> Run {
    let root = discover::root(Path::new("."))?;
    let store = store(&root, &arguments.schema_location)?;
    let besides = Besides { store: Some(&store), ..Besides::default() };
    let repo = Repo::new(discover::load(&root, &Source::WorkTree, besides)?);
    let wanted = wanted(&repo, &store, arguments.all);
    if wanted.is_empty() {
        return Ok(Outcome::own("nothing is missing: every kind in use has a schema\n"));
    }
    fetch(&root, &store, &wanted, Duration::from_secs(arguments.timeout))
}

/// Fetches all before the first is written, so that a server that fails changes nothing.
fn fetch(root: &Root, store: &Store, wanted: &[Wanted], timeout: Duration) -> Run {
    let mut fetched: Vec<(&Wanted, &str, Value)> = Vec::new();
    let mut lacking: Vec<String> = Vec::new();
    for one in wanted {
        match first(&one.urls, timeout)? {
            Some((url, document)) => fetched.push((one, url, document)),
            None if one.urls.is_empty() => lacking.push(format!("{} (no URL to ask)", one.what)),
            None => lacking.push(format!("{} ({})", one.what, plain(one.urls.last().map_or("", String::as_str)))),
        }
    }
    let mut out = String::new();
    for (one, url, document) in fetched {
        let text = match &one.kind {
            Some((api_version, kind)) => text_of(document, api_version, kind),
            None => format!("{document:#}\n"),
        };
        let path = store.write(&one.path, &text)?;
        out.push_str(&format!("wrote {}: {} from {}\n", shown(root, &path), one.what, plain(url)));
    }
    if lacking.is_empty() {
        return Ok(Outcome::own(out));
    }
    let help = "name other places in `schemas.locations`, or `homelint schema import` a CustomResourceDefinition";
    let notes = format!("error: no schema was found for {}\n  help: {help}\n", lacking.join(", "));
    Ok(Outcome { text: Shown::own(out), notes: Shown::own(notes), code: FAILED })
}

/// What the repository uses and nothing at hand describes.
fn wanted(repo: &Repo, store: &Store, all: bool) -> Vec<Wanted> {
    let known = &repo.validation().schemas;
    let kubernetes = repo.kubernetes().map(|(version, _)| version);
    let mut kinds: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for file in repo.tree().files() {
        let named = named_schema(file).filter(|url| is_url(url));
        for resource in file.resources().iter().filter(|one| all || known.find(&one.api_version, &one.kind).is_none()) {
            let urls = kinds.entry((&resource.api_version, &resource.kind)).or_default();
            urls.extend(named.filter(|url| is_of(url, resource)).map(str::to_owned));
        }
        files.extend(named.filter(|_| is_judged(file) && known.of_file(file.source.id).is_none()));
    }
    let of_kinds = kinds.into_iter().map(|((api_version, kind), modelines)| {
        let locations = store.locations.iter().chain(repo.locations()).filter(|location| location.is_url());
        let places = locations.flat_map(|location| location.places(api_version, kind, kubernetes));
        let urls = places.chain(modelines).collect();
        let what = format!("{kind} of {api_version}");
        Wanted { what, kind: Some((api_version.to_owned(), kind.to_owned())), urls, path: path_of(api_version, kind) }
    });
    let of_files = files.into_iter().map(|url| Wanted {
        what: "a schema that a file names".to_owned(),
        kind: None,
        urls: vec![url.to_owned()],
        path: path_of_url(url),
    });
    of_kinds.chain(of_files).collect()
}

/// Whether a URL ends like the schema of a resource's kind.
fn is_of(url: &str, resource: &Resource) -> bool {
    let name = format!("{}_{}.json", resource.kind, resource.version()).to_lowercase();
    url.to_lowercase().ends_with(&name)
}

/// The first of several places that has something.
fn first(urls: &[String], timeout: Duration) -> Result<Option<(&str, Value)>, Failure> {
    for url in urls {
        if let Some(document) = get(url, timeout)? {
            return Ok(Some((url, document)));
        }
    }
    Ok(None)
}

/// The schema at a URL; `None` where the server has none.
fn get(url: &str, timeout: Duration) -> Result<Option<Value>, Failure> {
    let config = Agent::config_builder().timeout_global(Some(timeout)).max_redirects(MAX_REDIRECTS);
    let agent = config.https_only(url.starts_with("https://")).build().new_agent();
    let failed =
        |why: String| Failure::new(format!("{}: {why}", plain(url))).help("nothing was changed; try again later");
    let answer = agent.get(url).header("accept", "application/json").call();
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(ureq::Error::StatusCode(404 | 410)) => return Ok(None),
        Err(error) => return Err(failed(why(&error))),
    };
    let text =
        answer.body_mut().with_config().limit(MAX_BYTES).read_to_string().map_err(|error| failed(why(&error)))?;
    match serde_json::from_str(&text) {
        Ok(document @ Value::Object(_)) => Ok(Some(document)),
        _ => Err(failed("the answer is no JSON Schema".to_owned())),
    }
}

fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::StatusCode(429) => "the server wants to be asked less often (429)".to_owned(),
        ureq::Error::StatusCode(code) => format!("the server answers {code}"),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::TooManyRedirects => format!("the server redirects more than {MAX_REDIRECTS} times"),
        ureq::Error::BodyExceedsLimit(most) => format!("the answer is larger than {} MiB", most / 1024 / 1024),
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        other => other.to_string(),
    }
}

/// A URL without what may be a credential.
fn plain(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit('@').next().unwrap_or(host);
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn credentials_are_not_shown() {
        assert_eq!(plain("https://a:b@example.org/c.json?token=d#e"), "https://example.org/c.json");
        assert_eq!(plain("http://example.org"), "http://example.org/");
    }
}
