//! Names that are almost known: what a told line calls anew and may well be a slip.
//!
//! An index over the names is made when somebody first tells something new, and follows what is told. What is changed in
//! other ways it learns when it is made anew, which is paid for by the names that were looked up since: telling stays
//! cheap however it is mixed with other changes. It may know names that are gone, so what it finds is looked up again.

use crate::store::{Resolution, Version};
use crate::text::AlikeNames;
use std::sync::{Arc, Mutex, PoisonError};

/// Graphs with more names than this have no such index: each name stands in it some twenty times, about a kilobyte.
const MOST: usize = 20_000;
/// How many names each look-up pays for.
const PAID: usize = 64;

/// The names of a graph, by likeness.
#[derive(Debug, Default)]
pub(super) struct NearNames {
    index: Mutex<Index>,
}

#[derive(Debug, Default)]
struct Index {
    alike: AlikeNames,
    names: Vec<Arc<str>>,
    /// The version that it knows.
    sequence: Option<u64>,
    paid: usize,
}

impl NearNames {
    /// A known name that one is almost the same as, when nothing has the name itself. Afterwards the name is known.
    pub(super) fn near(&self, version: &Version, name: &Arc<str>) -> Option<Arc<str>> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        index.catch_up(version);
        if index.names.len() >= MOST {
            return None;
        }
        let known = |text: &Arc<str>| version.resolve(text) != Resolution::Unknown;
        let found = index.alike.most_alike(name, |number, _| index.names.get(number).is_some_and(known));
        let found = found.and_then(|(number, _)| index.names.get(number).cloned());
        index.add(name);
        found
    }

    /// Takes note that what was told made the second version of the first.
    pub(super) fn told(&self, before: &Version, after: &Version) {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if index.sequence == Some(before.sequence()) {
            index.sequence = Some(after.sequence());
        }
    }
}

impl Index {
    fn catch_up(&mut self, version: &Version) {
        self.paid = self.paid.saturating_add(PAID);
        let current = self.sequence == Some(version.sequence());
        if current || (self.sequence.is_some() && self.paid < self.names.len()) {
            return;
        }
        let names: Vec<Arc<str>> = version.names().take(MOST).map(|(name, _)| Arc::clone(name)).collect();
        *self = Index { sequence: Some(version.sequence()), ..Index::default() };
        // The names of a graph with too many are not looked at, but counted.
        if names.len() < MOST {
            names.iter().for_each(|name| self.alike.add(name));
        }
        self.names = names;
    }

    fn add(&mut self, name: &Arc<str>) {
        self.alike.add(name);
        self.names.push(Arc::clone(name));
    }
}

#[cfg(test)]
mod tests {
    use crate::session::Graph;

    fn remarks(graph: &Graph, line: &str) -> Vec<String> {
        let answer = graph.run(line).unwrap();
        answer.summary().notifications.iter().map(|remark| remark.message.clone()).collect()
    }

    #[test]
    fn new_names_that_are_almost_known_are_remarked_on_once() {
        let graph = Graph::in_memory();
        assert!(remarks(&graph, "+ Kyiv -opposes-> 28-point plan").is_empty());
        assert_eq!(remarks(&graph, "+ Kyivv -opposes-> 28-point plan"), ["`Kyivv` is new and almost `Kyiv`"]);
        assert!(remarks(&graph, "+ Kyivv -opposes-> 28-point plan").is_empty(), "it is known now");
        assert!(remarks(&graph, "+ Kyiv -opposes-> 19-point plan").is_empty(), "numbers differ");
        graph.run("CREATE (:Person {name: 'Rüdiger Müller'})").unwrap();
        assert_eq!(
            remarks(&graph, "+ rudiger muller : Person"),
            ["`rudiger muller` is new and almost `Rüdiger Müller`"]
        );
        assert_eq!(remarks(&graph, "+ Müller -visits-> Kyiv"), ["`Müller` is new and almost `Rüdiger Müller`"]);
        assert!(remarks(&graph, "+ KYIV -visits-> Kyiv").is_empty(), "it is the same name");
        graph.run("MATCH (n {name: 'Kyivv'}) DETACH DELETE n").unwrap();
        assert_eq!(remarks(&graph, "+ Kyivw -visits-> Kyiv"), ["`Kyivw` is new and almost `Kyiv`"], "not what is gone");
    }

    #[test]
    fn what_is_told_inside_a_transaction_is_known_in_it() {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        session.begin().unwrap();
        session.run("+ Moscow : Actor").unwrap();
        let answer = session.run("+ Moskow : Actor").unwrap();
        assert_eq!(answer.summary().notifications.len(), 1);
        session.rollback().unwrap();
        assert!(session.run("+ Moskow : Actor").unwrap().summary().notifications.is_empty());
    }
}
