//! A graph of persons who follow each other, have interests and live in cities of states of countries.

use super::{FEW_FOLLOWS as FOLLOWS, FEW_PERSONS as PERSONS, Sequence, follows};
use standpoint::Graph;
use standpoint::store::{Values, Version};
use standpoint::value::{NodeId, RelTypeId, Value};

/// Cities; persons live in the first few.
const CITIES: u32 = 2_000;
const LARGE_CITIES: u32 = 60;
const STATES: u32 = 60;
const INTERESTS: u32 = 41;
/// The graph: persons who follow each other, have interests and live in cities of states of three countries.
pub(crate) fn social() -> Graph {
    let mut version = Version::new();
    let mut sequence = Sequence::new(7);
    let countries = nodes(&mut version, "Country", 3, |id| vec![("country", country(id))]);
    let states = nodes(&mut version, "State", STATES, |id| {
        vec![("state", Value::string(format!("State {id}"))), ("country", country(id % 3))]
    });
    let cities = nodes(&mut version, "City", CITIES, |id| {
        vec![("city", Value::string(format!("City {id}"))), ("country", country(id % STATES % 3))]
    });
    let interests =
        nodes(&mut version, "Interest", INTERESTS, |id| vec![("interest", Value::string(format!("Interest {id}")))]);
    let persons = nodes(&mut version, "Person", PERSONS, |id| {
        let age = 18 + i64::from(sequence.below(43));
        let gender = if sequence.below(2) == 0 { "male" } else { "female" };
        let name = Value::string(format!("Person {} {id}", sequence.below(1000)));
        vec![("name", name), ("age", Value::Int(age)), ("gender", Value::string(gender))]
    });
    let mut relate = |name: &str, ends: Vec<(NodeId, NodeId)>| -> RelTypeId {
        let rel_type = version.intern_rel_type(name);
        version.bulk_rels(rel_type, &ends).expect("both ends exist");
        rel_type
    };
    relate("STATE_IN", (0..STATES).map(|id| (states[id as usize], countries[id as usize % 3])).collect());
    relate("CITY_IN", (0..CITIES).map(|id| (cities[id as usize], states[(id % STATES) as usize])).collect());
    let home = |_: &NodeId| cities[sequence.below(LARGE_CITIES) as usize];
    relate("LIVES_IN", persons.iter().map(home).zip(&persons).map(|(city, person)| (*person, city)).collect());
    let mut sequence = Sequence::new(8);
    let hobby = |person: &NodeId| [(); 2].map(|()| (*person, interests[sequence.below(INTERESTS) as usize]));
    relate("HAS_INTEREST", persons.iter().flat_map(hobby).collect());
    let pairs = follows(PERSONS, FOLLOWS);
    let pairs: Vec<_> = pairs.iter().map(|(from, to)| (persons[from.0 as usize], persons[to.0 as usize])).collect();
    let rel_type = relate("FOLLOWS", pairs);
    let since = version.intern_key("since");
    let rows: Vec<u32> = (0..FOLLOWS as u32).collect();
    let mut sequence = Sequence::new(9);
    let dates = rows.iter().map(|_| 20_150_101 + 10_000 * i64::from(sequence.below(10)));
    let dates = Values::Ints(dates.collect());
    version.load_rel_property(rel_type, since, &rows, &dates).expect("the relationships exist");
    opened(&version)
}

/// Saves a version and opens it as a graph with keys and an index.
fn opened(version: &Version) -> Graph {
    let path = std::env::temp_dir().join(format!("standpoint-questions-{}.graph", std::process::id()));
    standpoint::persist::save(version, &path).expect("the graph can be saved");
    let graph = Graph::open(&path).expect("the graph can be opened");
    for label in ["Person", "City", "State", "Country", "Interest"] {
        let statement = format!("CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id IS UNIQUE");
        graph.run(&statement).expect("identifiers are unique");
    }
    graph.run("CREATE INDEX FOR (p:Person) ON (p.name)").expect("names can be indexed");
    let _ = std::fs::remove_file(&path);
    graph
}

fn country(id: u32) -> Value {
    Value::string(["United States", "Canada", "United Kingdom"][id as usize % 3])
}

/// Nodes of one label with identifiers from 0 on, as the property `id`, and other properties.
fn nodes(
    version: &mut Version,
    label: &str,
    count: u32,
    mut properties: impl FnMut(u32) -> Vec<(&'static str, Value)>,
) -> Vec<NodeId> {
    let label = version.intern_label(label);
    let mut node = |id| {
        let mut all = properties(id);
        all.push(("id", Value::Int(i64::from(id))));
        let all: Vec<_> = all.into_iter().map(|(key, value)| (version.intern_key(key), value)).collect();
        version.create_node(&[label], &all).expect("identifiers suffice")
    };
    (0..count).map(&mut node).collect()
}
