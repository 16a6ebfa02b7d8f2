//! Plans as data and as rows: what `EXPLAIN` and `PROFILE` give.

use super::answer::{PlanStep, Work};
use crate::error::Result;
use crate::exec::{Execution, OperatorProfile, Outcome};
use crate::plan::explain::{self, ExplainLine};
use crate::plan::physical::Plan;
use crate::value::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The columns and rows of an answer.
pub(super) type Table = (Arc<[Arc<str>]>, Vec<Vec<Value>>);

/// What running a statement to its end took.
pub(super) struct Measured {
    rows: u64,
    time: Duration,
}

impl Measured {
    /// Runs a statement to its end.
    pub(super) fn run(execution: &mut Execution) -> Result<Measured> {
        let (start, mut rows) = (Instant::now(), 0);
        while let Some(chunk) = execution.next_chunk()? {
            rows += chunk.total();
        }
        Ok(Measured { rows, time: start.elapsed() })
    }

    /// The plan with what each operator did, as data and as rows.
    pub(super) fn report(&self, plan: &Plan, outcome: &Outcome) -> (Vec<PlanStep>, Table) {
        let steps = steps(&explain::lines(plan, outcome.graph.catalog()), &outcome.profile);
        let table = profiled(&steps, self.total(outcome));
        (steps, table)
    }

    /// The line below all operators.
    fn total(&self, outcome: &Outcome) -> Vec<Value> {
        let work = Work { rows: self.rows, calls: 1, time: self.time, memory: outcome.peak };
        let mut row = vec![Value::string("Total"), Value::string(""), Value::Null];
        row.extend(work.values());
        row
    }
}

/// The steps of a plan, with what each did where it was measured.
pub(super) fn steps(lines: &[ExplainLine], profile: &[OperatorProfile]) -> Vec<PlanStep> {
    let mut measured = profile.iter();
    let step = |line: &ExplainLine| PlanStep {
        depth: line.depth,
        operator: line.operator,
        details: line.details.clone(),
        estimated_rows: line.estimate,
        work: if line.runs { measured.next().map(Work::of) } else { None },
    };
    lines.iter().map(step).collect()
}

/// A plan as rows: the tree of operators, what each works on, and the rows expected of it.
pub(super) fn explained(steps: &[PlanStep]) -> Table {
    let columns = ["operator", "details", "estimated rows"].map(Arc::from);
    (Arc::from(columns), steps.iter().map(PlanStep::values).collect())
}

/// A plan as rows, with what each operator did, and a line for all of it.
fn profiled(steps: &[PlanStep], total: Vec<Value>) -> Table {
    let columns = ["operator", "details", "estimated rows", "rows", "time in ms", "memory in bytes"].map(Arc::from);
    let row = |step: &PlanStep| {
        let mut row = step.values();
        row.extend(step.work.map_or([Value::Null, Value::Null, Value::Null], |work| work.values()));
        row
    };
    (Arc::from(columns), steps.iter().map(row).chain([total]).collect())
}

impl PlanStep {
    fn values(&self) -> Vec<Value> {
        let operator = format!("{}{}", "  ".repeat(self.depth), self.operator);
        vec![Value::string(operator), Value::string(&self.details), Value::Int(self.estimated_rows.round() as i64)]
    }
}

impl Work {
    fn of(profile: &OperatorProfile) -> Work {
        Work { rows: profile.rows, calls: profile.calls, time: profile.time, memory: profile.memory }
    }

    fn values(self) -> [Value; 3] {
        let milliseconds = (self.time.as_secs_f64() * 1e6).round() / 1e3;
        [Value::count(self.rows), Value::Float(milliseconds), Value::count(self.memory)]
    }
}

#[cfg(test)]
mod tests {
    use crate::session::Graph;
    use crate::value::Value;

    const GRAPH: &str = "CREATE (:A {x: 1})-[:R]->(:B {x: 2}), (:A {x: 3})";

    #[test]
    fn a_profile_measures_every_operator_those_of_subqueries_too() {
        let graph = Graph::in_memory();
        graph.run(GRAPH).unwrap();
        let query =
            "PROFILE MATCH (a:A) RETURN a.x AS x, [y IN [1, 2] WHERE EXISTS { (a)-->(b {x: y}) }] AS ys ORDER BY x";
        let mut answer = graph.run(query).unwrap();
        let rows = answer.rows().unwrap();
        let steps = &answer.summary().plan;
        assert_eq!(rows.len(), steps.len() + 1);
        let rows_of = |operator: &str| -> Vec<u64> {
            let found = steps.iter().filter(|step| step.operator == operator);
            found.filter_map(|step| step.work.map(|work| work.rows)).collect()
        };
        assert_eq!(rows_of("NodeScan"), [2]);
        assert_eq!(rows_of("Sort"), [2]);
        assert_eq!(rows_of("Expand"), [2], "the subquery runs for two values of one node with a relationship");
        let heading = steps.iter().find(|step| step.operator == "Subquery").unwrap();
        assert!(heading.work.is_none());
        let sort = steps.iter().find(|step| step.operator == "Sort").unwrap();
        assert!(sort.work.unwrap().memory > 0);
        let total = rows.last().unwrap().values();
        assert_eq!((total[0].as_str(), total[3].as_int()), (Some("Total"), Some(2)));
        assert!(total[5].as_int().unwrap() >= i64::try_from(sort.work.unwrap().memory).unwrap());
    }

    #[test]
    fn profiling_a_change_makes_it_and_shows_what_it_took() {
        let graph = Graph::in_memory();
        graph.run(GRAPH).unwrap();
        let mut answer = graph.run("PROFILE MATCH (a:A) CALL (a) { SET a.y = a.x } RETURN a").unwrap();
        assert_eq!(answer.summary().counters.properties_set, 2);
        let set = answer.summary().plan.iter().find(|step| step.operator == "Set").unwrap().work.unwrap();
        assert_eq!(set.rows, 2);
        assert_eq!(&*answer.columns()[0], "operator");
        assert!(matches!(answer.next_row().unwrap().unwrap().values(), [Value::String(_), ..]));
        let mut kept = graph.run("MATCH (a:A) WHERE a.y = a.x RETURN count(*)").unwrap();
        assert_eq!(kept.next_row().unwrap().unwrap().values()[0].as_int(), Some(2));
    }

    #[test]
    fn explaining_gives_the_plan_as_data() {
        let graph = Graph::in_memory();
        graph.run(GRAPH).unwrap();
        let answer = graph.run("EXPLAIN MATCH (a:A) WHERE a.x > 1 RETURN a").unwrap();
        let steps = &answer.summary().plan;
        let scan = steps.iter().find(|step| step.operator == "NodeScan").unwrap();
        assert_eq!((scan.details.as_str(), scan.estimated_rows, scan.work), ("(a:A WHERE a.x > 1)", 1.0, None));
        assert!(graph.run("MATCH (a) RETURN a").unwrap().summary().plan.is_empty());
    }
}
