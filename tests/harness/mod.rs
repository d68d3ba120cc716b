//! The binary in a repository of its own, as the tests of the command line run it.
#![allow(clippy::unwrap_used)]
// No test uses all of it.
#![allow(dead_code)]

pub mod evidence;

use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder that goes with the test.
pub struct Repo(TempDir);

/// What a run left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Repo {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let repo = Repo(tempfile::tempdir().unwrap());
        files.iter().for_each(|(path, text)| repo.write(path, text));
        repo
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let mut git = Command::new("git");
        git.args(identity).args(arguments).current_dir(self.0.path()).env("GIT_CONFIG_GLOBAL", self.path("no-config"));
        let output = git.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub fn commit(&self) {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-qm", "m"]);
    }

    /// The binary in a folder of the repository, in an empty environment.
    pub fn command_in(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_homelint"));
        command.args(arguments).current_dir(self.path(folder)).env_clear();
        command
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_in("", arguments)
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::new(self.command(arguments).output().unwrap())
    }

    pub fn run_with(&self, variable: (&str, &str), arguments: &[&str]) -> Ran {
        Ran::new(self.command(arguments).env(variable.0, variable.1).output().unwrap())
    }
}

impl Ran {
    pub fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// What it printed, read as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    /// An error of use leaves nothing on standard output and says all of these words.
    pub fn refuses(&self, words: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{}", self.err);
        words.iter().for_each(|word| assert!(self.err.contains(word), "{word}: {}", self.err));
    }
}
