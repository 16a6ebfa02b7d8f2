//! Where the statements of a session happen: on the graph itself, each for itself, or inside an open transaction.

use super::graph::Graph;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::{Snapshot, Version, WriteGuard};
use std::sync::Arc;

/// An open transaction: the right to change the graph, with a private version that its statements change one after
/// another. Dropping it takes everything back.
#[derive(Debug)]
pub(super) struct Transaction {
    write: WriteGuard,
    changed: bool,
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
        Ok(Transaction { write, changed: false })
    }

    pub(super) fn commit(self, graph: &Graph) -> Result<()> {
        if self.changed {
            graph.commit(self.write)?;
        }
        Ok(())
    }

    /// The graph as the transaction's statements have left it.
    pub(super) fn snapshot(&self) -> Snapshot {
        Arc::new(self.write.version().clone())
    }

    /// Changes the private version; an error leaves it as it was before.
    fn change<T>(&mut self, work: impl FnOnce(&mut Version) -> Result<Change<T>>) -> Result<(T, Snapshot)> {
        let before = self.write.version().clone();
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
    /// The graph as a statement finds it.
    pub(super) fn snapshot(&self) -> Snapshot {
        self.transaction.as_ref().map_or_else(|| self.graph.snapshot(), |transaction| transaction.snapshot())
    }

    /// Changes the graph as a whole or not at all. Outside of a transaction the change is published at once.
    pub(super) fn change<T>(&mut self, work: impl FnOnce(&mut Version) -> Result<Change<T>>) -> Result<(T, Snapshot)> {
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
}

pub(super) fn already_open() -> Error {
    Error::runtime(ErrorType::Conflict, Detail::InvalidUse, "a transaction is open already")
        .hint("commit it or roll it back first")
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
}
