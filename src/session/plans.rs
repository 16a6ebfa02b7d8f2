//! Plans of statements that were run before, by their text.
//!
//! A plan is found again when the same text is run with the same switches and procedures. Whether it serves the version that
//! the statement finds then is for the plan to say ([`Prepared`]). Everything here could be forgotten at any time.

use super::run::Prepared;
use crate::algo::Registry;
use crate::plan::Options;
use crate::syntax::ast::Statement;
use hashbrown::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many plans are kept.
const PLANS: usize = 256;
/// The longest text whose plan is kept, in bytes.
const TEXT: usize = 16 << 10;

/// The plans that a graph keeps.
#[derive(Debug, Default)]
pub(super) struct Plans {
    by_text: Mutex<HashMap<Box<str>, Arc<Known>>>,
}

/// A statement that was run, and how.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) statement: Arc<Statement>,
    pub(super) prepared: Prepared,
    options: Options,
    procedures: Arc<Registry>,
    /// Whether it was found since there were too many.
    found: AtomicBool,
}

impl Known {
    pub(super) fn new(
        statement: Arc<Statement>,
        prepared: Prepared,
        options: Options,
        procedures: Arc<Registry>,
    ) -> Known {
        Known { statement, prepared, options, procedures, found: AtomicBool::new(false) }
    }

    fn fits(&self, procedures: &Arc<Registry>, options: &Options) -> bool {
        Arc::ptr_eq(&self.procedures, procedures) && self.options == *options
    }
}

impl Plans {
    /// How a text was run before, with the same procedures and switches.
    pub(super) fn find(&self, text: &str, procedures: &Arc<Registry>, options: &Options) -> Option<Arc<Known>> {
        let plans = self.by_text();
        let known = plans.get(text).filter(|known| known.fits(procedures, options))?;
        known.found.store(true, Ordering::Relaxed);
        Some(Arc::clone(known))
    }

    /// Keeps a plan; when there are too many, those are dropped that can serve no more or were not found since the last
    /// time, or else all.
    pub(super) fn keep(&self, text: &str, known: Known) {
        if text.len() > TEXT {
            return;
        }
        let mut plans = self.by_text();
        if plans.len() >= PLANS {
            plans.retain(|_, known| known.prepared.is_of_use() && known.found.swap(false, Ordering::Relaxed));
        }
        if plans.len() >= PLANS {
            plans.clear();
        }
        plans.insert(text.into(), Arc::new(known));
    }

    fn by_text(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Known>>> {
        self.by_text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Graph, RunOptions, Session};
    use crate::value::{Map, Value};
    use proptest::prelude::*;

    fn found(graph: &Graph, text: &str) -> Option<Arc<Known>> {
        let switches = super::super::run::planning(&RunOptions::default()).unwrap();
        graph.plans().find(text, &graph.procedures(), &switches)
    }

    fn rows(session: &mut Session, text: &str, x: i64) -> Result<String, String> {
        let parameters = Map::from([(Arc::from("x"), Value::Int(x))]);
        let answer = session.run_with(text, &parameters, &RunOptions::default());
        let shown = answer.and_then(|mut answer| {
            let rows = answer.rows()?;
            Ok(format!("{rows:?} {:?} {:?}", answer.summary().counters, answer.summary().notifications))
        });
        shown.map_err(|error| format!("{} {:?}", error.message(), error.phase()))
    }

    #[test]
    fn a_plan_serves_later_versions_as_long_as_its_grounds_hold() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        session.run("UNWIND range(1, 9) AS i CREATE (:P {k: i})-[:T]->(:P {k: -i})").unwrap();
        let (read, write) = ("MATCH (a:P)-[:T]->(b:P) RETURN count(*) AS n", "CREATE (:P {k: $x})");
        assert!(rows(&mut session, read, 0).unwrap().contains("Int(9)"));
        let first = found(&graph, read).expect("kept");
        rows(&mut session, write, 1).unwrap();
        let writing = found(&graph, write).expect("kept");
        rows(&mut session, write, 2).unwrap();
        rows(&mut session, read, 0).unwrap();
        assert!(Arc::ptr_eq(&first, &found(&graph, read).unwrap()), "nothing that it rests on has changed");
        assert!(Arc::ptr_eq(&writing, &found(&graph, write).unwrap()));
        session.run("MATCH (a:P {k: 1}) CREATE (a)-[:T]->()").unwrap();
        assert!(rows(&mut session, read, 0).unwrap().contains("Int(9)"), "one leads elsewhere");
        assert!(!Arc::ptr_eq(&first, &found(&graph, read).unwrap()));
        session.run("CREATE INDEX FOR (p:P) ON (p.k)").unwrap();
        rows(&mut session, write, 3).unwrap();
        assert!(!Arc::ptr_eq(&writing, &found(&graph, write).unwrap()));
    }

    #[test]
    fn when_there_are_too_many_those_stay_that_were_found() {
        let graph = Graph::in_memory();
        graph.run("RETURN 1").unwrap();
        for i in 0..2 * PLANS {
            graph.run(&format!("RETURN {i} + 1")).unwrap();
            graph.run("RETURN 1").unwrap();
        }
        assert!(found(&graph, "RETURN 1").is_some());
        assert!(graph.plans().by_text().len() <= PLANS);
    }

    /// What is run in random order: what plans rest on, and what changes that.
    const STATEMENTS: &[&str] = &[
        "MATCH (n:A) RETURN count(*)",
        "MATCH (n:A) RETURN count(n.k)",
        "MATCH (n:A)-[:T]->(m) RETURN count(*)",
        "MATCH (a)-[:T]->(b:A) RETURN a.k, count(*) ORDER BY a.k",
        "MATCH (a:A)-[:T]->(b)-[:T]->(c) RETURN count(*)",
        "MATCH (a)-[:T]->(b)-[:T]-(c) RETURN count(*)",
        "MATCH (a)-[:T]-(b) RETURN a.k, b.k ORDER BY a.k, b.k",
        "MATCH (n:A) RETURN n.k, count(*) ORDER BY n.k",
        "MATCH (n:A)-[:T]->() RETURN n.k, count(DISTINCT n.k) AS c ORDER BY n.k",
        "MATCH (n:A {k: $x}) RETURN n.k, n.other",
        "MATCH (n:B) WHERE n.k < $x RETURN count(*)",
        "MATCH (n:Late) RETURN n.late",
        "CREATE (:A {k: $x})",
        "CREATE (:B {k: $x})-[:T]->(:A)",
        "CREATE (:A)",
        "MERGE (n:A {k: $x}) ON CREATE SET n.other = $x ON MATCH SET n.other = 0",
        "MATCH (a:A {k: $x}) CREATE (a)-[:T]->(a)",
        "MATCH (a:A), (b:A) WHERE a.k = $x AND b.k = $x + 1 CREATE (a)-[:T]->(b)",
        "MATCH (n:A {k: $x}) DETACH DELETE n",
        "MATCH (n {k: $x}) SET n:A REMOVE n:B",
        "MATCH (a)-[r:T]->(b) WHERE a.k = $x DELETE r",
        "MATCH (n:A) WHERE n.k IS NULL SET n.k = $x",
        "CREATE (:Late {late: $x})",
        "CREATE INDEX ak IF NOT EXISTS FOR (n:A) ON (n.k)",
        "DROP INDEX ak IF EXISTS",
        "CREATE CONSTRAINT once IF NOT EXISTS FOR (n:B) REQUIRE n.k IS UNIQUE",
        "DROP CONSTRAINT once IF EXISTS",
        "CREATE RULE more FOR (a)-[:T]->(b) WHEN MATCH (a:A)-[:T]->()-[:T]->(b)",
        "DROP RULE more",
        "CREATE (:A {name: 'entity'})",
        "MATCH (n @entity) RETURN count(*)",
        "begin",
        "commit",
        "rollback",
    ];

    fn say(session: &mut Session, text: &str, x: i64) -> Result<String, String> {
        let ended = match text.split(' ').next() {
            Some("begin") => session.begin(),
            Some("commit") => session.commit(),
            Some("rollback") => session.rollback(),
            _ => return rows(session, text, x),
        };
        ended.map(|()| String::new()).map_err(|error| error.message().to_owned())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 60 } else { 400 }))]
        #[test]
        fn statements_give_the_same_whether_they_were_run_before(
            said in proptest::collection::vec((0..STATEMENTS.len(), 0i64..6), 1..120),
        ) {
            let (kept, fresh) = (Graph::in_memory(), Graph::in_memory());
            let (mut kept, mut fresh) = (kept.session(), fresh.session());
            for (at, (statement, x)) in said.into_iter().enumerate() {
                let text = STATEMENTS[statement];
                // Another text each time: its plan is never found.
                let expected = say(&mut fresh, &format!("{text} /* {at} */"), x);
                prop_assert_eq!(say(&mut kept, text, x), expected, "{}", text);
            }
        }
    }
}
