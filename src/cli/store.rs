//! Where schemas are read from besides the binary, as the command line and the environment say.

use super::Failure;
use homelint::config::FILE;
use homelint::discover::Root;
use homelint::discover::store::Store;
use homelint::schema::{Location, is_url};
use std::path::Path;

/// Names another folder for fetched and imported schemas.
const STORE: &str = "HOMELINT_CACHE";

/// The store of a repository, and locations that were typed: relative to the current folder.
pub fn store(root: &Root, typed: &[String]) -> Result<Store, Failure> {
    let read = |text: &String| {
        let absolute = if is_url(text) { None } else { std::path::absolute(text).ok() };
        let text = absolute.map_or_else(|| text.clone(), |path| path.to_string_lossy().into_owned());
        let location = Location::read(&text).map_err(Failure::new)?;
        let folder = folder_of(&text);
        if !location.is_url() && !Path::new(folder).is_dir() {
            return Err(Failure::new(format!("there is no folder {folder}")).help("`--schema-location` names one"));
        }
        Ok(location)
    };
    // kubeconform's `default` is what homelint carries.
    let locations = typed.iter().filter(|text| *text != "default").map(read).collect::<Result<_, _>>()?;
    Ok(Store::new(root, std::env::var_os(STORE).map(Into::into), locations))
}

/// The part of a location in front of the first variable that is a folder.
fn folder_of(text: &str) -> &str {
    let fixed = text.split("{{").next().unwrap_or("");
    if fixed.len() < text.len() { fixed.rsplit_once('/').map_or("", |(folder, _)| folder) } else { fixed }
}

/// Refuses a configuration that names folders of schemas which do not exist.
pub fn check_locations(root: &Root, locations: &[Location]) -> Result<(), Failure> {
    let local = locations.iter().filter(|location| !location.is_url());
    let mut missing = local.filter(|location| !root.folder.join(folder_of(&location.text)).is_dir());
    missing.next().map_or(Ok(()), |location| {
        let failure = Failure::new(format!("there is no folder {}", folder_of(&location.text)));
        Err(failure.help(format!("`schemas.locations` in {FILE} names it")))
    })
}
