//! Where the statements of a session happen: on the graph itself, each for itself, or inside an open transaction.

use super::graph::Graph;
use super::reading::Reading;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::exec::Commits;
use crate::span::Span;
use crate::store::{Snapshot, Version, WriteGuard};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An open transaction: the right to change the graph, with a private version that its statements change one after
/// another. Dropping it takes everything back.
#[derive(Debug)]
pub(super) struct Transaction {
    write: WriteGuard,
    changed: bool,
    /// The version as the last statement saw it, when it has rules: what follows from them is kept by the version.
    seen: Mutex<Option<Snapshot>>,
}

/// Where a statement happens.
pub(super) struct Place<'a> {
    pub(super) graph: &'a Graph,
    pub(super) transaction: Option<&'a mut Transaction>,
}

/// What a change gives, and whether it changed anything.
pub(super) type Change<T> = (T, bool);

impl Transaction {
    pub(super) fn begin(graph: &Graph) -> Result<Transaction> {
        let write = graph.write()?;
        graph.settle(write.base())?;
        Ok(Transaction { write, changed: false, seen: Mutex::default() })
    }

    pub(super) fn commit(self, graph: &Graph) -> Result<()> {
        if self.changed {
            graph.commit(self.write)?;
        }
        Ok(())
    }

    /// The graph as the transaction's statements have left it.
    pub(super) fn snapshot(&self) -> Snapshot {
        let now = || Arc::new(self.write.version().clone());
        if self.write.version().rules().is_empty() {
            return now();
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(seen.get_or_insert_with(now))
    }

    /// The graph as it was when the transaction began.
    pub(super) fn base(&self) -> Snapshot {
        Arc::clone(self.write.base())
    }

    /// Changes the private version; an error leaves it as it was before.
    fn change<T>(&mut self, work: impl FnOnce(&mut Version) -> Result<Change<T>>) -> Result<(T, Snapshot)> {
        let before = self.write.version().clone();
        *self.seen.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        match work(self.write.version_mut()) {
            Ok((value, changed)) => {
                self.changed |= changed;
                Ok((value, self.snapshot()))
            }
            Err(error) => {
                *self.write.version_mut() = before;
                Err(error)
            }
        }
    }
}

impl Place<'_> {
    /// What a statement finds to read.
    pub(super) fn reading(&self) -> Reading<'_> {
        Reading { graph: self.graph, transaction: self.transaction.as_deref() }
    }

    /// Changes the graph as a whole or not at all. Outside of a transaction the change is published at once.
    pub(super) fn change<T>(&mut self, work: impl FnOnce(&mut Version) -> Result<Change<T>>) -> Result<(T, Snapshot)> {
        let graph = self.graph;
        let work = |version: &mut Version| graph.unless_damaged(work(version));
        if let Some(transaction) = &mut self.transaction {
            return transaction.change(work);
        }
        let mut write = self.graph.write()?;
        let (value, changed) = work(write.version_mut())?;
        if changed {
            return Ok((value, self.graph.commit(write)?));
        }
        let base = Arc::clone(write.base());
        drop(write);
        self.graph.settle(&base)?;
        Ok((value, base))
    }

    /// Changes the graph in steps: what `work` commits on the way stays, whatever becomes of the rest. `span` is the
    /// place in the statement that asks for it.
    ///
    /// # Errors
    /// `Conflict` inside an open transaction; what goes wrong in `work`.
    pub(super) fn change_in_steps<T>(
        &mut self,
        span: Span,
        work: impl FnOnce(&mut Version, Arc<dyn Commits>) -> Result<Change<T>>,
    ) -> Result<(T, Snapshot)> {
        if self.transaction.is_some() {
            return Err(commits_inside(span));
        }
        let write = Mutex::new(self.graph.write()?);
        let steps = Arc::new(Steps { graph: self.graph.clone(), write });
        let mut version = steps.write().version_mut().take();
        let outcome = work(&mut version, Arc::clone(&steps) as Arc<dyn Commits>);
        let (value, changed) = self.graph.unless_damaged(outcome)?;
        if changed {
            steps.commit(&mut version)?;
        }
        let base = Arc::clone(steps.write().base());
        drop(steps);
        self.graph.settle(&base)?;
        Ok((value, base))
    }
}

/// The right to change the graph while a statement runs that commits as it goes.
#[derive(Debug)]
struct Steps {
    graph: Graph,
    write: Mutex<WriteGuard>,
}

impl Steps {
    fn write(&self) -> MutexGuard<'_, WriteGuard> {
        self.write.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Commits for Steps {
    fn commit(&self, graph: &mut Version) -> Result<u64> {
        graph.check_constraints()?;
        let mut write = self.write();
        let committed = self.graph.commit(write.step(graph.clone()))?;
        if graph.take_record().is_some() {
            graph.start_record();
        }
        let sequence = committed.sequence();
        write.go_on(committed);
        Ok(sequence)
    }
}

pub(super) fn already_open() -> Error {
    Error::runtime(ErrorType::Conflict, Detail::InvalidUse, "a transaction is open already")
        .hint("commit it or roll it back first")
}

fn commits_inside(span: Span) -> Error {
    let message = "`IN TRANSACTIONS` commits as it goes, which cannot be done inside an open transaction";
    Error::runtime(ErrorType::Conflict, Detail::InvalidUse, message)
        .at(span)
        .hint("commit the transaction or roll it back first")
}

pub(super) fn not_open() -> Error {
    Error::runtime(ErrorType::Conflict, Detail::InvalidUse, "no transaction is open")
}

#[cfg(test)]
mod tests {
    use crate::session::Graph;
    use crate::value::Value;

    fn count(answer: crate::error::Result<crate::session::Answer>) -> i64 {
        let row = answer.unwrap().next_row().unwrap().unwrap();
        row.values()[0].as_int().unwrap()
    }

    const ALL: &str = "MATCH (n) RETURN count(n)";

    #[test]
    fn statements_see_what_the_transaction_wrote_and_others_do_not() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        session.begin().unwrap();
        session.run("CREATE (:A), (:B)").unwrap();
        session.run("MATCH (b:B) DELETE b").unwrap();
        session.run("+ Kyiv -opposes-> 28-point plan").unwrap();
        assert_eq!(count(session.run(ALL)), 3);
        assert_eq!(count(graph.run(ALL)), 0);
        session.commit().unwrap();
        assert_eq!(count(graph.run(ALL)), 3);
        assert!(!session.in_transaction());
    }

    #[test]
    fn rolling_back_and_dropping_leave_nothing_and_free_the_graph() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        session.begin().unwrap();
        session.run("CREATE (:A)").unwrap();
        session.load_facts("Kyiv -opposes-> 28-point plan\n").unwrap();
        session.rollback().unwrap();
        let mut dropped = graph.session();
        dropped.begin().unwrap();
        dropped.run("CREATE (:A)").unwrap();
        drop(dropped);
        assert_eq!(count(graph.run(ALL)), 0);
        assert!(graph.run("CREATE (:A)").is_ok());
    }

    #[test]
    fn a_failed_statement_leaves_nothing_of_itself_and_the_transaction_open() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        session.begin().unwrap();
        session.run("CREATE (:A {n: 1})").unwrap();
        session.run("MATCH (a:A) SET a.n = 2 CREATE (:Lost) WITH a RETURN 1 / (a.n - 2)").unwrap_err();
        session.run("CREATE (:Lost").unwrap_err();
        session.load_facts("Kyiv -opposes-> plan\nthis is no fact\n").unwrap_err();
        assert!(session.in_transaction());
        assert_eq!(count(session.run("MATCH (n) RETURN sum(n.n) + count(n)")), 2);
        assert!(session.snapshot().catalog().label("Lost").is_none());
        session.commit().unwrap();
        assert_eq!(count(graph.run(ALL)), 1);
    }

    #[test]
    fn a_transaction_without_changes_is_no_change() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        session.begin().unwrap();
        session.run("MATCH (n:Missing) DELETE n").unwrap();
        session.explain("CREATE (:A)", &Default::default(), &Default::default()).unwrap();
        session.commit().unwrap();
        assert!(!graph.has_unsaved_changes());
    }

    #[test]
    fn transactions_do_not_nest() {
        let mut session = Graph::in_memory().session();
        assert!(session.commit().is_err() && session.rollback().is_err());
        session.begin().unwrap();
        assert!(session.begin().is_err());
        assert!(session.in_transaction());
    }

    #[test]
    fn clearing_forgets_graph_transaction_and_source() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        session.run("[ki-1121] \"What is in the plan\"").unwrap();
        session.begin().unwrap();
        session.run("CREATE (:A)").unwrap();
        session.clear().unwrap();
        assert!(!session.in_transaction() && session.source().is_none());
        let mut answer = session.run("MATCH (n) RETURN n").unwrap();
        assert!(answer.next_row().unwrap().is_none());
        assert!(matches!(
            session.run("CREATE (n:A) RETURN n").unwrap().next_row().unwrap().unwrap().values(),
            [Value::Node(_)]
        ));
    }

    #[test]
    fn what_is_committed_on_the_way_is_seen_and_stays() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        let failing = "UNWIND [1, 1, 0] AS x CALL (x) { CREATE (:A {x: 1 / x}) } IN TRANSACTIONS OF 1 ROW";
        session.run(failing).unwrap_err();
        assert_eq!(count(graph.run(ALL)), 2);
        assert_eq!(graph.snapshot().sequence(), 2);
        assert!(graph.has_unsaved_changes());
        assert!(session.run("CREATE (:A)").is_ok(), "the right to write is free again");
        session.run("UNWIND [1, 2] AS x CALL (x) { MATCH (a:A) SET a.y = x } IN TRANSACTIONS OF 1 ROW").unwrap();
        assert_eq!(graph.snapshot().sequence(), 5, "one version for each transaction and none for the end");
    }

    #[test]
    fn what_is_committed_on_the_way_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.graph");
        let graph = Graph::create(&path).unwrap();
        let failing = "UNWIND [1, 1, 0] AS x CALL (x) { CREATE (:A {x: 1 / x}) } IN TRANSACTIONS OF 1 ROW";
        graph.run(failing).unwrap_err();
        graph.run("UNWIND [1, 2] AS x CALL (x) { CREATE (:B) } IN TRANSACTIONS CREATE (:C)").unwrap();
        let read = Graph::open_read_only(&path).unwrap();
        assert_eq!(count(read.run(ALL)), 6);
        assert_eq!(read.snapshot().sequence(), 4);
        graph.run("CREATE (:D)").unwrap();
        drop((read, graph));
        assert_eq!(count(Graph::open(&path).unwrap().run(ALL)), 7);
    }

    #[test]
    fn committing_on_the_way_is_refused_inside_a_transaction_and_read_only() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        let batched = "UNWIND [1, 2] AS x CALL (x) { CREATE (:A) } IN TRANSACTIONS OF 1 ROW";
        session.begin().unwrap();
        session.run("CREATE (:A)").unwrap();
        assert_eq!(session.run(batched).unwrap_err().detail(), crate::error::Detail::InvalidUse);
        assert!(session.run(&format!("EXPLAIN {batched}")).is_ok());
        session.commit().unwrap();
        assert_eq!(count(graph.run(ALL)), 1);
        let options = crate::session::RunOptions { read_only: true, ..Default::default() };
        let refused = session.run_with(batched, &Default::default(), &options).unwrap_err();
        assert_eq!(refused.detail(), crate::error::Detail::ReadOnly);
    }

    #[test]
    fn readers_see_each_transaction() {
        let graph = Graph::in_memory();
        let (sender, receiver) = std::sync::mpsc::channel();
        let watched = graph.clone();
        let signature = crate::algo::Signature {
            name: std::sync::Arc::from("test.watch"),
            inputs: Vec::new(),
            outputs: Vec::new(),
            summary: std::sync::Arc::from("Notes how many nodes others see."),
        };
        let run: crate::algo::Run = std::sync::Arc::new(move |_, _| {
            sender.send(watched.snapshot().node_count()).unwrap();
            Ok(Vec::new())
        });
        graph.register(crate::algo::Procedure { signature, run });
        graph.run("UNWIND [1, 2, 3] AS x CALL (x) { CALL test.watch() CREATE (:A) } IN TRANSACTIONS OF 1 ROW").unwrap();
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    }
}
