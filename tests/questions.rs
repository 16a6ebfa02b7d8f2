//! The questions that ship with the peace-talks graph, with their answers.

use crate::golden;
use std::path::Path;
use std::process::Command;

#[test]
fn questions_have_their_answers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("graphs/questions");
    let mut questions = golden::files(&folder, "cypher");
    questions.extend(golden::files(&folder, "ask"));
    assert!(questions.len() >= 8, "only {} questions", questions.len());
    let mut wrong = Vec::new();
    for question in questions {
        let output = Command::new(env!("CARGO_BIN_EXE_standpoint"))
            .arg(root.join("graphs/peace-talks.graph"))
            .args(["--format", "table", "--readonly", "-f"])
            .arg(&question)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{}: {errors}", question.display());
        let answer = String::from_utf8(output.stdout).unwrap();
        let bare = answer.is_empty() || answer.lines().count() == 4;
        assert!(!bare, "{} has no answer: {answer}", question.display());
        wrong.extend(golden::compare(&question.with_extension("out"), &answer));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
