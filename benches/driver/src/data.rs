//! The data sets: which files they have, and what the questions look up in them.

use standpoint::io::import::{Options, Progress, Source, import};
use standpoint::{Error, Result};
use std::path::Path;

/// Labels with their files.
const NODES: [(&str, &str); 5] = [
    ("Person", "persons"),
    ("City", "cities"),
    ("State", "states"),
    ("Country", "countries"),
    ("Interest", "interests"),
];
/// Types with their files.
const RELS: [(&str, &str); 5] = [
    ("Person-FOLLOWS->Person", "follows"),
    ("Person-LIVES_IN->City", "lives_in"),
    ("Person-HAS_INTEREST->Interest", "has_interest"),
    ("City-CITY_IN->State", "city_in"),
    ("State-STATE_IN->Country", "state_in"),
];

/// Imports a data set into a new file.
pub(crate) fn load(set: &str, data: &Path, db: &Path) -> Result<()> {
    let (sources, schema) = if set.starts_with('K') { knowledge(data)? } else { social() };
    let source = |(what, file): &(String, String)| Source::parse(&format!("{what}={}/{file}.csv", data.display()));
    let sources: Result<Vec<Source>> = sources.iter().map(source).collect();
    let imported = import(&sources?, &Options::default(), &Progress::default())?;
    schema.iter().try_for_each(|statement| imported.graph.run(statement).map(drop))?;
    imported.graph.save_copy(db)
}

/// Sources, and statements to run after the import.
type Content = (Vec<(String, String)>, Vec<String>);

fn social() -> Content {
    let sources = NODES.iter().chain(&RELS).map(|(what, file)| ((*what).to_owned(), (*file).to_owned()));
    let unique = NODES.iter().map(|(label, _)| format!("CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id IS UNIQUE"));
    let names = "CREATE INDEX FOR (p:Person) ON (p.name)".to_owned();
    (sources.collect(), unique.chain([names]).collect())
}

fn knowledge(data: &Path) -> Result<Content> {
    let path = data.join("relations.txt");
    let types = std::fs::read_to_string(&path);
    let types = types.map_err(|error| Error::io(format!("cannot read `{}`", path.display()), &error))?;
    let entities = ("Entity".to_owned(), "entities".to_owned());
    let rels = types.split_whitespace().map(|name| (format!("Entity-{name}->Entity"), format!("facts_{name}")));
    let schema = ["CREATE CONSTRAINT FOR (e:Entity) REQUIRE e.id IS UNIQUE", "CREATE INDEX FOR (e:Entity) ON (e.name)"];
    Ok(([entities].into_iter().chain(rels).collect(), schema.map(str::to_owned).to_vec()))
}
