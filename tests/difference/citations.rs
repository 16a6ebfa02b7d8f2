//! `CITE` changes no row, and a row follows from the relationships it cites.

use super::graphs::{Data, normal};
use super::patterns::{Names, Pattern, Taste};
use super::queries;
use super::random::Random;
use super::{compare, failure, give, is_open, limits, run, variants};
use standpoint::{Graph, Row, RunOptions, Value};

#[test]
fn citations_change_no_row() {
    run("citations", 150, |random, tally| {
        let data = Data::random(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let query = queries::reading(random);
            let cited = format!("CITE {}", query.text);
            tally.add(&graph, &cited);
            let variants = variants(random);
            failure(&data, &cited, |data| {
                let graph = data.build();
                let expected = give(&graph, &query.text, &limits(), query.order);
                variants.iter().find_map(|options| {
                    let given = without_citations(&graph, &cited, options, query.order);
                    let same = expected == given || is_open(&expected) || is_open(&given);
                    (!same).then(|| compare(&expected, &given))
                })
            })
        })
    });
}

fn without_citations(graph: &Graph, text: &str, options: &RunOptions, order: queries::Order) -> super::Given {
    let shorter =
        |row: &Row| row.values().split_last().map_or(Vec::new(), |(_, rest)| rest.iter().map(normal).collect());
    super::given(graph, text, options, order, shorter)
}

/// Queries whose rows stay when relationships that they do not rest on go away: nothing in them is negated.
fn growing(random: &mut Random) -> String {
    let taste = Taste { hops: 3, paths: 2, variable_length: true, all_named: true };
    let pattern = Pattern::random(random, &taste, &[], &mut Names::default());
    let (nodes, _) = pattern.names();
    let node = nodes.iter().next().cloned().unwrap_or_default();
    let exists = random.pick(&["", " WHERE EXISTS { (x)-[:R]->() }", " WHERE COUNT { (x)--() } > 1"]).to_owned();
    let tail = random.pick(&[
        "RETURN x.id AS a, y AS b",
        "RETURN DISTINCT x.id AS a, 1 AS b",
        "RETURN x.id AS a, count(*) AS b",
        "WITH x, count(*) AS b WHERE b > 1 RETURN x.id AS a, b",
        "CALL (x) { MATCH (x)-[:S]->(z) RETURN z.id AS c UNION MATCH (x)<-[:R]-(z) RETURN z.id AS c } RETURN x.id AS a, c AS b",
        "MATCH (x)-[:R|S]-{1,2}(z) RETURN z.id AS a, collect(DISTINCT x.id) AS b",
    ]);
    format!("MATCH {} WITH {node} AS x, 1 AS y{exists} {tail}", pattern.text())
}

#[test]
fn rows_follow_from_what_they_cite() {
    run("evidence", 100, |random, tally| {
        let data = Data::random(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let query = growing(random);
            tally.add(&graph, &format!("CITE {query}"));
            let options = variants(random).remove(1);
            failure(&data, &query, |data| underivable(data, &query, &options))
        })
    });
}

/// A row that a graph with nothing but its citations does not give.
fn underivable(data: &Data, query: &str, options: &RunOptions) -> Option<String> {
    let graph = data.build();
    let answer = graph.session().run_with(&format!("CITE {query}"), &Default::default(), options);
    let rows = answer.and_then(|mut answer| answer.rows()).ok()?;
    for row in rows.iter().take(6) {
        let [values @ .., cited] = row.values() else { return Some("a row without citations".to_owned()) };
        let Value::List(cited) = cited else { return Some(format!("citations are {cited:?}")) };
        let kept: Vec<i64> = cited.iter().filter_map(|rel| id_of(&graph, rel)).collect();
        let small = data.build();
        small.run(&format!("MATCH ()-[r]->() WHERE NOT r.id IN {kept:?} DELETE r")).unwrap();
        let given =
            small.session().run_with(query, &Default::default(), &limits()).and_then(|mut answer| answer.rows());
        let given = given.ok()?;
        let shown = |values: &[Value]| values.iter().map(normal).collect::<Vec<_>>();
        if !given.iter().any(|other| shown(other.values()) == shown(values)) {
            return Some(format!("the row {:?} does not follow from relationships {kept:?}", shown(values)));
        }
    }
    None
}

fn id_of(graph: &Graph, rel: &Value) -> Option<i64> {
    let parameters = [("r".into(), rel.clone())].into_iter().collect();
    let rows =
        graph.session().run_with("RETURN $r.id AS id", &parameters, &limits()).and_then(|mut answer| answer.rows());
    rows.ok()?.first()?.values().first()?.as_int()
}

/// Queries that group the rows of a pattern.
fn grouping(random: &mut Random) -> String {
    let taste = Taste { hops: 3, paths: 2, variable_length: true, all_named: random.percent(30) };
    let pattern = Pattern::random(random, &taste, &[], &mut Names::default());
    let (nodes, _) = pattern.names();
    let Some(node) = nodes.iter().next().cloned() else {
        return format!("MATCH {} RETURN count(*) AS b", pattern.text());
    };
    let tail = random.pick(&[
        "RETURN x.id AS a, count(*) AS b",
        "RETURN DISTINCT x.id AS a",
        "RETURN count(*) AS b, min(x.id) AS a",
        "WITH x, count(*) AS b WHERE b > 1 RETURN x.id AS a, b",
        "RETURN x.id % 3 AS a, count(DISTINCT x) AS b",
    ]);
    format!("MATCH {} {}", pattern.text(), tail.replace('x', &node))
}

#[test]
fn citations_do_not_depend_on_the_plan() {
    run("cited plans", 150, |random, tally| {
        let data = Data::random(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let query = format!("CITE {}", grouping(random));
            tally.add(&graph, &query);
            let variants = variants(random);
            failure(&data, &query, |data| {
                let graph = data.build();
                let expected = with_citations(&graph, &query, &limits())?;
                let given = variants.iter().filter_map(|options| with_citations(&graph, &query, options));
                given.into_iter().find(|given| *given != expected).map(|given| format!("{expected:?}\n{given:?}"))
            })
        })
    });
}

/// The rows, each with what it cites in order of identifiers; `None` where there was an error.
fn with_citations(graph: &Graph, query: &str, options: &RunOptions) -> Option<Vec<String>> {
    let rows =
        graph.session().run_with(query, &Default::default(), options).and_then(|mut answer| answer.rows()).ok()?;
    let shown = |row: &Row| {
        let (cited, values) = row.values().split_last()?;
        let Value::List(cited) = cited else { return None };
        let mut cited: Vec<i64> = cited.iter().filter_map(|rel| id_of(graph, rel)).collect();
        cited.sort_unstable();
        Some(format!("{:?} {cited:?}", values.iter().map(normal).collect::<Vec<_>>()))
    };
    let mut rows: Vec<String> = rows.iter().filter_map(shown).collect();
    rows.sort();
    Some(rows)
}
