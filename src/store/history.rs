//! What a version remembers of those before it: when each commit was recorded, and how to take it back.
//!
//! A graph keeps a history when it is told to, within a [`Retention`]. Each commit then adds a [`Step`]; going back step by
//! step from a version leads to each that was current before. Recorded times ascend strictly, also where the clock does
//! not. It does not know how the changes of a step are encoded.

use super::{Change, Version};
use std::sync::Arc;
use std::time::Duration;

/// Steps in one page.
const PAGE: usize = 256;

/// For how long a history goes back; without either limit to its beginning.
///
/// ```
/// use standpoint::session::{Graph, Retention};
///
/// let graph = Graph::in_memory();
/// graph.keep_history(Some(Retention { commits: Some(100), ..Retention::default() }))?;
/// # Ok::<(), standpoint::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Retention {
    /// What was recorded longer ago can be forgotten.
    pub age: Option<Duration>,
    /// The most commits that can be taken back.
    pub commits: Option<u64>,
}

/// How to take back one commit.
#[derive(Clone, Debug)]
pub struct Step {
    /// The number of the commit.
    pub sequence: u64,
    /// When it was recorded, in microseconds since 1970.
    pub time: u64,
    /// How many labels, relationship types and property keys there were before it.
    pub names: [u32; 3],
    /// The changes that take it back, encoded.
    pub content: Arc<[u8]>,
}

/// The steps that lead back from a version.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    retention: Retention,
    since: u64,
    pages: Vec<Arc<Vec<Step>>>,
    bytes: u64,
}

impl PartialEq for Step {
    fn eq(&self, other: &Step) -> bool {
        (self.sequence, self.time, self.names, &self.content)
            == (other.sequence, other.time, other.names, &other.content)
    }
}

impl Step {
    /// About how many bytes it takes.
    fn bytes(&self) -> u64 {
        (size_of::<Step>() + 2 * size_of::<usize>() + self.content.len()) as u64
    }
}

impl History {
    /// A history that begins at a moment, in microseconds since 1970.
    pub fn new(retention: Retention, since: u64) -> History {
        History { retention, since, pages: Vec::new(), bytes: 0 }
    }

    /// For how long it goes back.
    pub fn retention(&self) -> Retention {
        self.retention
    }

    /// The same with another retention, which counts from the next step on.
    pub fn with_retention(&self, retention: Retention) -> History {
        History { retention, ..self.clone() }
    }

    /// The earliest moment of which it is known what the graph was, in microseconds since 1970.
    pub fn since(&self) -> u64 {
        self.since
    }

    /// When the last commit was recorded, or else when the history began.
    pub fn last(&self) -> u64 {
        self.steps().next_back().map_or(self.since, |step| step.time)
    }

    /// The time of a commit that is recorded now, by a clock that may have been set back.
    pub fn next_time(&self, now: u64) -> u64 {
        now.max(self.last().saturating_add(1))
    }

    /// The steps in order of time.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// How many commits can be taken back.
    pub fn len(&self) -> u64 {
        self.pages.iter().map(|page| page.len() as u64).sum()
    }

    /// Whether no commit can be taken back.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds the step of the newest commit, and forgets those that the retention does not ask for.
    pub fn push(&mut self, step: Step) {
        let now = step.time;
        self.bytes += step.bytes();
        match self.pages.last_mut().filter(|page| page.len() < PAGE) {
            Some(page) => Arc::make_mut(page).push(step),
            None => self.pages.push(Arc::new(vec![step])),
        }
        self.forget(now);
    }

    /// Forgets the steps that the retention does not ask for at a moment.
    pub fn forget(&mut self, now: u64) {
        let age = self.retention.age.map(|age| u64::try_from(age.as_micros()).unwrap_or(u64::MAX));
        let oldest = age.map_or(0, |age| now.saturating_sub(age));
        let surplus = self.retention.commits.map_or(0, |most| self.len().saturating_sub(most));
        let old = self.steps().take_while(|step| step.time <= oldest).count() as u64;
        self.drop_first(surplus.max(old));
    }

    /// The history as it was at a moment that it knows of: without the steps after it.
    pub fn until(&self, time: u64) -> History {
        let mut then = History::new(self.retention, self.since);
        then.extend(self.steps().take_while(|step| step.time <= time).cloned());
        then
    }

    fn extend(&mut self, steps: impl Iterator<Item = Step>) {
        let steps: Vec<Step> = steps.collect();
        self.bytes += steps.iter().map(Step::bytes).sum::<u64>();
        self.pages.extend(steps.chunks(PAGE).map(|page| Arc::new(page.to_vec())));
    }

    /// A history that was stored; `None` when its times or numbers do not ascend.
    pub fn restored(retention: Retention, since: u64, steps: Vec<Step>) -> Option<History> {
        let ordered = steps.is_sorted_by(|a, b| a.time < b.time && a.sequence < b.sequence);
        let after = steps.first().is_none_or(|step| step.time > since);
        let mut history = History::new(retention, since);
        history.extend(steps.into_iter());
        (ordered && after).then_some(history)
    }

    fn drop_first(&mut self, mut count: u64) {
        while count > 0 && !self.pages.is_empty() {
            let page = &mut self.pages[0];
            let dropped = usize::try_from(count).unwrap_or(usize::MAX).min(page.len());
            self.bytes -= page[..dropped].iter().map(Step::bytes).sum::<u64>();
            self.since = page[dropped - 1].time;
            if dropped == page.len() {
                self.pages.remove(0);
            } else {
                Arc::make_mut(page).drain(..dropped);
            }
            count -= dropped as u64;
        }
    }
}

impl Version {
    /// What it remembers of the versions before it, where the graph keeps that.
    pub fn history(&self) -> Option<&History> {
        self.history.as_deref()
    }

    /// Keeps a history from the next commit on, or changes how far it goes back; `None` forgets it.
    pub fn keep_history(&mut self, retention: Option<Retention>) {
        self.history = retention.map(|retention| {
            let kept = self.history().map(|history| history.with_retention(retention));
            // Until then nothing is known: the commit sets the beginning.
            Arc::new(kept.unwrap_or_else(|| History::new(retention, u64::MAX)))
        });
        self.note(|| Change::KeepHistory(retention));
    }

    /// Gives it a history: when it is committed, or was read.
    pub fn set_history(&mut self, history: Option<History>) {
        self.history = history.map(Arc::new);
    }

    /// Forgets the labels, relationship types and property keys beyond the first so many; false, and nothing done, when a
    /// node or relationship has one of them.
    pub fn forget_names(&mut self, [labels, rel_types, keys]: [u32; 3]) -> bool {
        let catalog = self.catalog();
        let labels_used = catalog.labels().skip(labels as usize).any(|(label, _)| self.label_count(label) > 0);
        let types_used = catalog.rel_types().skip(rel_types as usize).any(|(id, _)| self.rel_type_count(id) > 0);
        if labels_used || types_used {
            return false;
        }
        let catalog = Arc::make_mut(&mut self.catalog);
        catalog.truncate(labels, rel_types, keys);
        self.naming.name = self.naming.name.filter(|key| key.0 < keys);
        self.naming.aliases = self.naming.aliases.filter(|key| key.0 < keys);
        if self.rels.len() > rel_types as usize {
            Arc::make_mut(&mut self.rels).truncate(rel_types as usize);
        }
        true
    }

    /// How many labels, relationship types and property keys there are.
    pub fn name_counts(&self) -> [u32; 3] {
        let catalog = self.catalog();
        [catalog.label_count(), catalog.rel_type_count(), catalog.key_count()].map(|count| count as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(time: u64) -> Step {
        Step { sequence: time, time, names: [0; 3], content: Arc::from(vec![0; time as usize % 7]) }
    }

    fn of(retention: Retention, times: impl Iterator<Item = u64>) -> History {
        let mut history = History::new(retention, 0);
        times.for_each(|time| history.push(step(time)));
        history
    }

    fn whole(history: &History) -> Vec<u64> {
        assert_eq!(history.bytes(), history.steps().map(Step::bytes).sum::<u64>());
        assert_eq!(history.len(), history.steps().count() as u64);
        history.steps().map(|step| step.time).collect()
    }

    #[test]
    fn without_limits_nothing_is_forgotten() {
        let history = of(Retention::default(), 1..=1000);
        assert_eq!(whole(&history), (1..=1000).collect::<Vec<_>>());
        assert_eq!((history.since(), history.last()), (0, 1000));
        assert_eq!(whole(&history.until(300)), (1..=300).collect::<Vec<_>>());
        let steps = history.steps().cloned().collect();
        let restored = History::restored(Retention::default(), 0, steps).unwrap();
        assert_eq!(whole(&restored), whole(&history));
    }

    #[test]
    fn so_many_commits_are_kept_and_the_beginning_moves_along() {
        for most in [0, 1, 255, 256, 257, 600] {
            let history = of(Retention { commits: Some(most), age: None }, 1..=600);
            assert_eq!(whole(&history), (600 - most + 1..=600).collect::<Vec<_>>());
            assert_eq!(history.since(), 600 - most);
        }
    }

    #[test]
    fn every_moment_within_the_age_is_kept() {
        let age = Some(Duration::from_micros(10));
        let mut history = of(Retention { age, commits: None }, [1, 5, 20, 25, 30].into_iter());
        assert_eq!((whole(&history), history.since()), (vec![25, 30], 20));
        history.forget(1000);
        assert_eq!((whole(&history), history.since(), history.last()), (vec![], 30, 30));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_turn_times_around() {
        let history = of(Retention::default(), [5, 9].into_iter());
        assert_eq!((history.next_time(100), history.next_time(9), history.next_time(3)), (100, 10, 10));
    }

    #[test]
    fn what_is_out_of_order_is_no_history() {
        let restored = |since, times: &[u64]| {
            History::restored(Retention::default(), since, times.iter().map(|time| step(*time)).collect())
        };
        assert!(restored(0, &[1, 2, 9]).is_some() && restored(0, &[]).is_some());
        assert!(restored(0, &[2, 1]).is_none() && restored(0, &[2, 2]).is_none() && restored(2, &[2]).is_none());
    }
}
