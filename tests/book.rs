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
        for link in links(&text) {
            if !folder.join(link).exists() {
                wrong.push(format!("{name} leads to {link}, which is not there"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The targets of links to files, without their anchors.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.match_indices("](").filter_map(|(at, _)| text[at + 2..].split(')').next());
    targets.map(|link| link.split('#').next().unwrap_or(link)).filter(|link| link.ends_with(".md"))
}
