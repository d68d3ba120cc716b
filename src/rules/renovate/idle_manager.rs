use crate::diagnostic::Finding;
use crate::formats::renovate::Manager;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A custom manager that finds nothing in the files that it reads.
pub const RULE: Rule = Rule::info(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.renovate().managers().iter().filter_map(|manager| finding(manager, file, repo)).collect()
}

fn finding(manager: &Manager, file: &File, repo: &Repo) -> Option<Finding> {
    let strings = manager.strings.filter(|strings| strings.file == file.source.id && manager.is_sound())?;
    let mut covered = repo.tree().files().iter().filter(|file| manager.covers(&file.source.path)).peekable();
    covered.peek()?;
    // A file that was not read may contain it.
    if covered.any(|file| file.source.text.is_empty() || manager.finds(&file.source.text)) {
        return None;
    }
    let help = "correct the pattern, or remove the custom manager";
    Some(Finding::new(strings, "this custom manager finds nothing in the files that it reads").help(help))
}
