//! Graphs and texts of facts under version control, with git itself where it is installed.

use std::path::Path;
use std::process::{Command, Output};

/// A program in a folder, with a home of its own; what it gives.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_standpoint")).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("PATH", format!("{bin}:{path}")).env("HOME", folder);
    for (key, value) in [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_PAGER", "cat"), ("LC_ALL", "C")] {
        command.env(key, value);
    }
    command.output().unwrap()
}

fn text(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    text(run(folder, "git", arguments))
}

fn standpoint(folder: &Path, arguments: &[&str]) -> String {
    text(run(folder, "standpoint", arguments))
}

/// A repository that knows how to compare and merge graphs as docs/texts.md tells it to.
fn repository() -> Option<tempfile::TempDir> {
    if Command::new("git").arg("--version").output().is_err() {
        println!("git is not installed");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let recipe = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/texts.md")).unwrap();
    let lines =
        |start: &str| recipe.lines().filter(|line| line.starts_with(start)).map(str::to_owned).collect::<Vec<_>>();
    let attributes = lines("*.");
    assert_eq!(attributes.len(), 2, "the recipe names graphs and texts");
    git(folder.path(), &["init", "-q", "-b", "main"]);
    std::fs::write(folder.path().join(".gitattributes"), attributes.join("\n") + "\n").unwrap();
    let commands = lines("git config");
    assert_eq!(commands.len(), 3);
    for command in commands {
        text(run(folder.path(), "sh", &["-c", &command]));
    }
    for (key, value) in [("user.name", "A"), ("user.email", "a@example.org"), ("commit.gpgsign", "false")] {
        git(folder.path(), &["config", key, value]);
    }
    Some(folder)
}

fn write(folder: &Path, name: &str, content: &str) {
    std::fs::write(folder.join(name), content).unwrap();
}

#[test]
fn a_saved_graph_is_compared_as_facts() {
    let Some(folder) = repository() else { return };
    let folder = folder.path();
    write(folder, "a.facts", "[s] \"S\" 2025-01\nKyiv : Actor\nKyiv -opposes-> plan {0.8}\n");
    standpoint(folder, &["load", "talks.graph", "a.facts"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "one"]);
    let before = std::fs::read(folder.join("talks.graph")).unwrap();
    standpoint(folder, &["talks.graph", "-c", "+ Kyiv -opposes-> plan {0.9} [t]"]);
    let diff = git(folder, &["diff", "-U100000", "talks.graph"]);
    assert!(diff.contains("+Kyiv -opposes-> plan {0.9} [t]"), "{diff}");
    // What git shows is a patch of the graph that was.
    write(folder, "talks.patch", &diff);
    std::fs::write(folder.join("old.graph"), before).unwrap();
    standpoint(folder, &["apply", "old.graph", "talks.patch"]);
    assert_eq!(standpoint(folder, &["diff", "old.graph", "talks.graph"]), "");
}

#[test]
fn a_diff_of_a_text_is_applied_to_the_graph_it_made() {
    let Some(folder) = repository() else { return };
    let folder = folder.path();
    write(folder, "a.facts", "[s] \"S\" 2025-01\nKyiv : Actor\nKyiv -opposes-> plan {0.8}\nOslo -supports-> plan\n");
    standpoint(folder, &["load", "talks.graph", "a.facts"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "one"]);
    write(
        folder,
        "a.facts",
        "[s] \"S\" 2025-02\nKyiv : Actor = Ukraine\nUkraine -opposes-> plan {0.9}\nOslo -supports-> plan\n",
    );
    write(folder, "a.patch", &git(folder, &["diff", "a.facts"]));
    standpoint(folder, &["apply", "talks.graph", "a.patch"]);
    let diff = run(folder, "standpoint", &["diff", "talks.graph", "a.facts"]);
    let left = String::from_utf8(diff.stdout).unwrap();
    // The diff does not show the line of Oslo as changed, whose date comes from the source.
    assert_eq!(left, "- Oslo -supports-> plan {2025-01} [s]\n+ Oslo -supports-> plan {2025-02} [s]\n");
}

#[test]
fn branches_are_merged_by_what_they_say() {
    let Some(folder) = repository() else { return };
    let folder = folder.path();
    write(folder, "a.facts", "Kyiv : Actor\nplan {}\nKyiv -opposes-> plan {0.8}\n");
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "base"]);
    git(folder, &["checkout", "-qb", "other"]);
    write(folder, "a.facts", "Kyiv : Actor, State\nplan {}\nKyiv -opposes-> plan {0.8}\n");
    git(folder, &["commit", "-qam", "other"]);
    git(folder, &["checkout", "-q", "main"]);
    write(folder, "a.facts", "Kyiv : Actor = Ukraine\nplan {}\nKyiv -opposes-> plan {0.9}\n");
    git(folder, &["commit", "-qam", "mine"]);
    git(folder, &["merge", "-q", "-m", "both", "other"]);
    let merged = std::fs::read_to_string(folder.join("a.facts")).unwrap();
    assert_eq!(merged, "Kyiv : Actor, State = Ukraine\nplan {}\nKyiv -opposes-> plan {0.9}\n");
    git(folder, &["checkout", "-q", "-b", "third", "other"]);
    write(folder, "a.facts", "Kyiv : Actor, State\nplan {}\nKyiv -opposes-> plan {0.7}\n");
    git(folder, &["commit", "-qam", "third"]);
    assert!(!run(folder, "git", &["merge", "-q", "-m", "all", "main"]).status.success());
    let contested = std::fs::read_to_string(folder.join("a.facts")).unwrap();
    assert!(contested.contains("<<<<<<< A\nKyiv -opposes-> plan {0.7}\n||||||| BASE\n"), "{contested}");
}
