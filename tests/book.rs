//! The book of `docs/`: every page is in it, and every link between pages leads somewhere.

use crate::golden;
use std::path::Path;

#[test]
fn every_page_is_in_the_book_and_every_link_leads_somewhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let summary = std::fs::read_to_string(folder.join("SUMMARY.md")).unwrap();
    let mut wrong = Vec::new();
    for page in golden::files(&folder, "md") {
        let name = page.file_name().unwrap().to_str().unwrap().to_owned();
        if name != "SUMMARY.md" && !summary.contains(&format!("]({name})")) {
            wrong.push(format!("{name} is not in SUMMARY.md"));
        }
        let text = std::fs::read_to_string(&page).unwrap();
        wrong.extend(lost(&folder, &name, &text));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        wrong.extend(lost(root, name, &std::fs::read_to_string(root.join(name)).unwrap()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The links of a page to files and places in them that are not there.
fn lost(folder: &Path, name: &str, text: &str) -> Vec<String> {
    let mut lost = Vec::new();
    for link in links(text) {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let path = if file.is_empty() { folder.join(name) } else { folder.join(file) };
        if !path.exists() {
            lost.push(format!("{name} leads to {link}, which is not there"));
        } else if !anchor.is_empty() && !anchors(&std::fs::read_to_string(&path).unwrap()).contains(&anchor.to_owned())
        {
            lost.push(format!("{name} leads to {link}, but {file} has no such heading"));
        }
    }
    lost
}

/// The targets of links to files and headings: those in prose, and not what code writes in brackets.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("\n```").step_by(2);
    let spans = prose.flat_map(|prose| prose.split('`').step_by(2));
    let targets =
        spans.flat_map(|span| span.match_indices("](").filter_map(|(at, _)| span[at + 2..].split(')').next()));
    targets.filter(|link| !link.contains("://") && !link.is_empty()).collect()
}

/// The names of the headings of a page, as links spell them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let letter = |c: char| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    };
    headings.map(|heading| heading.to_lowercase().chars().filter_map(letter).collect()).collect()
}
