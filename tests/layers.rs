//! The layers of the library: which may use which. A file that reaches upwards fails.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each layer with all the layers its files may name. The order is that of the architecture.
const LAYERS: &[(&str, &[&str])] = &[
    ("span", &[]),
    ("error", &["span"]),
    ("text", &[]),
    ("csv", &[]),
    ("hedge", &[]),
    ("syntax", &["error", "span", "text", "hedge"]),
    ("value", &["error", "text"]),
    ("store", &["error", "value", "text"]),
    ("persist", &["error", "value", "store"]),
    ("functions", &["error", "value", "store", "text", "hedge"]),
    ("algo", &["error", "text", "value", "store", "persist"]),
    ("semantic", &["error", "span", "text", "syntax", "value", "store", "functions", "algo"]),
    ("plan", &["error", "span", "syntax", "value", "store", "functions", "semantic"]),
    ("exec", &["error", "span", "csv", "syntax", "value", "store", "functions", "algo", "semantic", "plan"]),
    (
        "session",
        &[
            "error",
            "span",
            "text",
            "syntax",
            "value",
            "store",
            "persist",
            "functions",
            "algo",
            "semantic",
            "plan",
            "exec",
        ],
    ),
    ("io", &["error", "span", "text", "csv", "syntax", "value", "store", "functions", "algo", "session"]),
    ("cli", &["error", "span", "text", "syntax", "value", "store", "functions", "algo", "session", "io"]),
    ("shell", &["error", "span", "text", "syntax", "value", "store", "functions", "algo", "session", "io", "cli"]),
];

#[test]
fn no_layer_reaches_upwards() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap().to_owned();
        let layer = layer_of(&relative);
        if layer == "lib" || layer == "main" {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            panic!("{} belongs to no layer: give it one in tests/layers.rs", relative.display());
        };
        let text = std::fs::read_to_string(&file).unwrap();
        for used in layers_used(&text, &relative) {
            if used != layer && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} uses `{used}`, which `{layer}` may not", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn upward_paths_are_seen() {
    let used = |text: &str| layers_used(text, Path::new("store/nodes.rs"));
    assert_eq!(used("use crate::{error::Result, value::{Value, NodeId}};"), set(&["error", "value"]));
    assert_eq!(used("let x = crate::exec::run();"), set(&["exec"]));
    assert_eq!(used("use super::super::plan::Plan;"), set(&["plan"]));
    assert_eq!(used("use super::catalog::Catalog;"), set(&["store"]));
}

#[test]
fn pest_stays_in_the_syntax_layer() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let names_pest = text.contains("pest::") || text.contains("standpoint_grammar::");
        assert!(!names_pest || relative.starts_with("syntax"), "{} names pest", relative.display());
        let names_bincode = text.contains("bincode::");
        assert!(!names_bincode || relative == Path::new("persist/format.rs"), "{} names bincode", relative.display());
    }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// The first folder of a path below `src`, or the file's own name.
fn layer_of(relative: &Path) -> String {
    let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The top-level modules that a file names through `crate::` and `super::` paths.
fn layers_used(text: &str, relative: &Path) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        used.extend(heads(&text[at + "crate::".len()..]));
    }
    let depth = relative.components().count();
    for (at, _) in text.match_indices("super::") {
        if text[..at].ends_with("super::") {
            continue;
        }
        let chain = text[at..].split("super::").take_while(|part| part.is_empty()).count();
        let after = &text[at + chain * "super::".len()..];
        // A file `layer/name.rs` reaches the crate's root with as many `super` as its path has parts; a `mod.rs` with
        // one fewer; inside the file's own module of tests it takes one more.
        let inline = usize::from(text[..at].contains("\nmod tests {"));
        let to_root = if relative.ends_with("mod.rs") { depth - 1 } else { depth } + inline;
        if chain >= to_root && depth > 1 {
            used.extend(heads(after));
        } else if depth > 1 {
            used.insert(layer_of(relative));
        }
    }
    used
}

/// The first names of a path or of a braced group of paths.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else {
        return Some(name(path)).filter(|head| is_module(head)).into_iter().collect();
    };
    let mut depth = 0;
    let mut heads = Vec::new();
    let mut expecting = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expecting = true,
            c if expecting && (c.is_alphanumeric() || c == '_') => {
                heads.push(name(&group[at..]));
                expecting = false;
            }
            _ => {}
        }
    }
    heads.retain(|head| is_module(head));
    heads
}

/// Modules begin in lower case; items re-exported at the root do not.
fn is_module(name: &str) -> bool {
    name.starts_with(|c: char| c.is_lowercase())
}
