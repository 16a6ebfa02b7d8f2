use crate::session::Graph;
use crate::session::entity::{Node, Relationship};
use crate::store::Version;
use crate::value::format::expression;
use proptest::prelude::*;

/// What a graph holds, whatever its identifiers: nodes with all that they have, relationships with their ends' names.
fn content(graph: &Version) -> (Vec<String>, Vec<String>) {
    let shown = |properties: &crate::value::Map| {
        let mut all: Vec<String> =
            properties.iter().map(|(key, value)| format!("{key}: {}", expression(value))).collect();
        all.sort();
        all.join(", ")
    };
    let node = |id| {
        let node = Node::read(graph, id);
        format!("{:?} {}", node.labels, shown(&node.properties))
    };
    let mut nodes: Vec<String> = graph.node_ids().map(node).collect();
    let types = graph.catalog().rel_types().map(|(rel_type, _)| rel_type);
    let rels = types.flat_map(|rel_type| graph.rel_ids(rel_type)).map(|rel| Relationship::read(graph, rel));
    let mut rels: Vec<String> = rels
        .map(|rel| format!("{} -{} {}-> {}", node(rel.start), rel.rel_type, shown(&rel.properties), node(rel.end)))
        .collect();
    nodes.sort();
    rels.sort();
    (nodes, rels)
}

const NAMES: [&str; 6] = ["Kyiv", "Київ", "the Ukrainian side", "Moscow", "plan", "talks"];

/// A graph in which entities share labels, aliases and properties, and are told of each other and themselves.
fn graph() -> impl Strategy<Value = Vec<String>> {
    let name = || 0..NAMES.len();
    let entity = (
        name(),
        prop::sample::select(vec!["", ":A", ":A:B"]),
        prop::sample::select(vec![
            "",
            ", k: 1",
            ", k: 2, d: date('2025-11-21')",
            ", aliases: 'one'",
            ", aliases: []",
            ", aliases: ['x', 'y'], l: [1.5, 2.0], t: duration('P1D')",
            ", aliases: ['y', 'z'], k: 'it\\'s'",
        ]),
    );
    let fact = (name(), prop::sample::select(vec!["SUPPORTS", "OPPOSES"]), name(), 0..3_i64);
    (prop::collection::vec(entity, 0..5), prop::collection::vec(fact, 0..10)).prop_map(|(entities, facts)| {
        let made: Vec<String> = NAMES
            .iter()
            .enumerate()
            .map(|(at, name)| match entities.iter().find(|entity| entity.0 == at) {
                Some((_, labels, more)) => format!("CREATE ({labels} {{name: '{name}'{more}}})"),
                None => format!("CREATE ({{name: '{name}'}})"),
            })
            .collect();
        let told = facts.iter().map(|(from, rel_type, to, source)| {
            let (from, to) = (NAMES[*from], NAMES[*to]);
            format!("MATCH (a {{name: '{from}'}}), (b {{name: '{to}'}}) CREATE (a)-[:{rel_type} {{source: 's{source}', at: time('12:30Z')}}]->(b)")
        });
        made.into_iter().chain(told).collect()
    })
}

fn built(statements: &[String]) -> Graph {
    let graph = Graph::in_memory();
    statements.iter().for_each(|statement| drop(graph.run(statement).unwrap()));
    graph
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    /// Joining and taking apart, in any order that is possible, through a file and without, gives the graph back.
    #[test]
    fn what_was_joined_comes_apart_exactly(
        statements in graph(),
        joins in prop::collection::vec((0..NAMES.len(), 0..NAMES.len()), 1..4),
        order in prop::collection::vec(0..10_usize, 4),
        reopened: bool,
    ) {
        let mut graph = built(&statements);
        let before = content(&graph.snapshot());
        let mut joined: Vec<String> = Vec::new();
        for (kept, other) in joins {
            joined.extend(graph.session().merge_entities(NAMES[kept], NAMES[other]).map(|done| done.other));
        }
        let count = graph.snapshot().rel_count();
        prop_assert_eq!(count, before.1.len() as u64, "no relationship is lost");
        prop_assert_eq!(graph.snapshot().node_count(), (NAMES.len() - joined.len()) as u64);
        for name in NAMES {
            prop_assert!(matches!(graph.snapshot().resolve(name), crate::store::Resolution::One(_)));
        }
        let folder = tempfile::tempdir().unwrap();
        if reopened {
            let path = folder.path().join("joined.graph");
            graph.save_as(&path).unwrap();
            drop(graph);
            graph = Graph::open(&path).unwrap();
        }
        // Names in any order; one that is still inside another that was joined has to wait for that one.
        let mut names: Vec<&str> = joined.iter().map(String::as_str).collect();
        for turn in &order {
            let mut turns = (0..names.len()).map(|more| (turn + more) % names.len());
            let Some(at) = turns.find(|at| graph.session().unmerge_entity(names[*at]).is_ok()) else { break };
            names.remove(at);
        }
        prop_assert!(names.is_empty(), "{names:?}");
        prop_assert_eq!(content(&graph.snapshot()), before);
    }
}

#[test]
fn what_is_told_meanwhile_stays_where_it_was_told() {
    let graph = Graph::in_memory();
    let mut session = graph.session();
    session.load_facts("Kyiv : State\nUkraine : Actor {size: 1}\nUkraine -opposes-> plan {0.9} [s 1]\n").unwrap();
    session.merge_entities("Kyiv", "Ukraine").unwrap();
    session.run("+ Ukraine -supports-> talks [s 2]").unwrap();
    session.run("MATCH (k@Kyiv) SET k.size = 2").unwrap();
    let done = session.unmerge_entity("ukraine").unwrap();
    assert_eq!((done.kept.as_str(), done.other.as_str(), done.moved), ("Kyiv", "Ukraine", 1));
    let told = "MATCH (a)-[r]->() RETURN a.name + ' ' + type(r) + ' ' + coalesce(r.locator, '') AS told ORDER BY told";
    let rows = session.run(told).unwrap().rows().unwrap();
    let rows: Vec<&str> = rows.iter().filter_map(|row| row.values()[0].as_str()).collect();
    assert_eq!(rows, ["Kyiv SUPPORTS 2", "Ukraine OPPOSES 1"]);
    let sizes = session.run("MATCH (n) WHERE n.size > 0 RETURN n.name + ' ' + toString(n.size) AS size ORDER BY size");
    let sizes = sizes.unwrap().rows().unwrap();
    assert_eq!(sizes.iter().filter_map(|row| row.values()[0].as_str()).collect::<Vec<_>>(), ["Kyiv 2", "Ukraine 1"]);
}

#[test]
fn what_cannot_be_joined_or_taken_apart_is_told() {
    let graph = Graph::in_memory();
    let mut session = graph.session();
    session.load_facts("Kyiv = Ukraine\nMoscow {}\nMoscow -meets-> Kyiv\n").unwrap();
    let wrong = |error: crate::error::Error| error.message().to_owned();
    assert_eq!(
        wrong(session.merge_entities("Kyiv", "ukraine").unwrap_err()),
        "`Kyiv` and `ukraine` are one entity already"
    );
    let unknown = session.merge_entities("Kyiv", "Moskow").unwrap_err();
    assert_eq!(
        (unknown.message(), unknown.hints()),
        ("no entity is called `Moskow`", &["did you mean `Moscow`?".to_owned()][..])
    );
    assert_eq!(wrong(session.unmerge_entity("Kyiv").unwrap_err()), "nothing was joined into `Kyiv`");
    assert_eq!(wrong(session.add_alias("Kyiv", "Moscow").unwrap_err()), "`Moscow` is an entity of its own already");
    assert!(session.add_alias("Kyiv", "Kiev").unwrap());
    assert!(!session.add_alias("Kyiv", "Kiev").unwrap());
    session.merge_entities("Kyiv", "Moscow").unwrap();
    let never = session.unmerge_entity("Ukraine").unwrap_err();
    assert_eq!(
        (never.message(), never.hints()),
        ("`Ukraine` was not joined into `Kyiv`", &["joined into it: `Moscow`".to_owned()][..])
    );
    session.run("MATCH (k@Kyiv) SET k.merged = ['CALL db.labels()']").unwrap();
    assert!(wrong(session.unmerge_entity("Moscow").unwrap_err()).starts_with("`merged` of `Kyiv` is not what joining"));
    session.run("MATCH (k@Kyiv) SET k.merged = null, k.aliases = [1]").unwrap();
    assert!(wrong(session.add_alias("Kyiv", "x").unwrap_err()).starts_with("`aliases` of `Kyiv` is no list of texts"));
}

#[test]
fn two_of_one_name_are_joined_and_come_apart() {
    let graph = Graph::in_memory();
    graph.run("CREATE (:State {name: 'Kyiv'})-[:OPPOSES]->({name: 'plan'}), (:City {name: 'Kyiv'})-[:LIES_ON]->({name: 'Dnipro'})").unwrap();
    let before = content(&graph.snapshot());
    let mut session = graph.session();
    assert!(session.run("? Kyiv -opposes-> ?what").is_err());
    let done = session.merge_entities("Kyiv", "Kyiv").unwrap();
    assert_eq!((done.kept.as_str(), done.other.as_str(), done.moved), ("Kyiv", "Kyiv", 1));
    assert_eq!(session.run("MATCH (k@Kyiv:State:City)-->(x) RETURN x").unwrap().rows().unwrap().len(), 2);
    assert!(session.merge_entities("Kyiv", "Kyiv").is_err(), "there is one now");
    session.unmerge_entity("Kyiv").unwrap();
    assert_eq!(content(&graph.snapshot()), before);
}
