//! Fields that have another name now: the table `schemas/files/renamed.yaml`.

use std::sync::LazyLock;

use crate::resource::{File, Role, Syntax};
use crate::source::FileId;
use crate::yaml::{Node, parse};

/// A field that has another name now.
#[derive(Debug)]
pub struct Renamed {
    files: Vec<String>,
    /// Its old name.
    pub field: String,
    /// Its new one.
    pub instead: String,
    /// What renamed it: `Talos 1.2`.
    pub since: String,
}

static RENAMED: LazyLock<Vec<Renamed>> = LazyLock::new(|| {
    let parsed = parse(FileId(0), include_str!("../../schemas/files/renamed.yaml"));
    let rows = parsed.documents.first().map_or(&[][..], |document| document.root.items());
    rows.iter().filter_map(Renamed::read).collect()
});

impl Renamed {
    fn read(row: &Node) -> Option<Renamed> {
        let text = |key: &str| row.text_at(&[key]).map(str::to_owned);
        Some(Renamed {
            files: row.items_at(&["in"]).iter().filter_map(|item| item.text().map(str::to_owned)).collect(),
            field: text("field")?,
            instead: text("instead")?,
            since: text("since")?,
        })
    }

    /// The fields that a file may have by their old names; templates of such files count as well.
    pub fn of(file: &File) -> impl Iterator<Item = &'static Renamed> {
        let kind = kind_of(file);
        let rows: &'static [Renamed] = if kind.is_some() { &RENAMED } else { &[] };
        rows.iter().filter(move |row| kind.is_some_and(|kind| row.files.iter().any(|of| of == kind)))
    }
}

fn kind_of(file: &File) -> Option<&'static str> {
    match file.role_of_root() {
        Some(Role::Talconfig) => Some("talconfig"),
        Some(Role::MachineConfig) => Some("machine config"),
        // A template is no YAML: its name and folder have to do.
        None if file.syntax == Syntax::Template && file.source.name().starts_with("talconfig.") => Some("talconfig"),
        None if file.syntax == Syntax::Template && file.source.folder().split('/').any(|part| part == "talos") => {
            Some("machine config")
        }
        _ => None,
    }
}
