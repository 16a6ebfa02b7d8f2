//! Two graphs compared: the lines of facts that make the one into the other.

use super::said::{Item, Said};
use super::{Unsaid, schema};
use crate::error::Result;
use crate::store::{Version, both};
use crate::text::fold;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// What to do to a graph to make it equal to another.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// A patch: `-` lines for what is only in the first, then `+` lines for what is only in the second.
    pub lines: Vec<String>,
    /// What no line can say of either: when there is anything, equal lines are no promise of equal graphs.
    pub unsaid: Unsaid,
}

impl Difference {
    /// Whether the graphs are known to be equal, but for identifiers.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.unsaid.count == 0
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Compares two graphs, in time that grows with their size.
///
/// ```
/// # fn main() -> standpoint::error::Result<()> {
/// use standpoint::{Graph, io::facts};
/// let (one, two) = (Graph::in_memory(), Graph::in_memory());
/// one.load_facts("Kyiv : Actor\nKyiv -opposes-> the plan {0.8}")?;
/// two.load_facts("Kyiv : Actor\nKyiv -opposes-> the plan {0.9}")?;
/// let difference = facts::diff(&one.snapshot(), &two.snapshot())?;
/// assert_eq!(difference.lines, ["- Kyiv -opposes-> the plan {0.8}", "+ Kyiv -opposes-> the plan {0.9}"]);
/// facts::apply(&mut one.session(), &difference.to_string())?;
/// assert!(facts::diff(&one.snapshot(), &two.snapshot())?.is_empty());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// None of its own.
pub fn diff(old: &Version, new: &Version) -> Result<Difference> {
    let (before, after) = both(new.rel_count() as usize, || Said::by(old), || Said::by(new));
    let (before, after) = (before?, after?);
    let mut unsaid = before.unsaid.clone();
    unsaid.absorb(&after.unsaid);
    let (schema_before, schema_after) = (schema(old), schema(new));
    let other = schema_before.iter().filter(|what| !schema_after.contains(what));
    let other = other.chain(schema_after.iter().filter(|what| !schema_before.contains(what)));
    other.for_each(|what| unsaid.tell(|| what.clone()));
    Ok(Difference { lines: lines(&before, &after), unsaid })
}

/// The patch from one to the other.
fn lines(before: &Said, after: &Said) -> Vec<String> {
    let retold = Retold::between(before, after);
    let (facts_before, facts_after) = without_common(&before.facts, &after.facts);
    let gone = |items: &[Item], kept: &[Item], retold: &HashSet<Arc<str>>| {
        let kept: HashSet<&str> = kept.iter().map(|item| &*item.name).collect();
        let gone = items.iter().filter(|item| !kept.contains(&*item.name) || retold.contains(&item.name));
        gone.map(|item| format!("- {}", item.text)).collect::<Vec<_>>()
    };
    let told = |items: &[Item], retold: &HashSet<Arc<str>>| {
        let told = items.iter().filter(|item| retold.contains(&item.name));
        told.map(|item| format!("+ {}", item.text)).collect::<Vec<_>>()
    };
    let mut lines: Vec<String> = facts_before.into_iter().map(|text| format!("- {text}")).collect();
    lines.extend(gone(&before.entities, &after.entities, &retold.entities));
    lines.extend(gone(&before.sources, &after.sources, &retold.sources));
    lines.extend(told(&after.entities, &retold.entities));
    lines.extend(facts_after.into_iter().map(|text| format!("+ {text}")));
    // Last, for a source that is told would be the source of what follows.
    lines.extend(told(&after.sources, &retold.sources));
    lines
}

/// The lines of each sorted list that the other does not have, as often as it lacks them.
pub(super) fn without_common<'a>(left: &'a [String], right: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let (mut only_left, mut only_right) = (Vec::new(), Vec::new());
    let (mut lefts, mut rights) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(one), Some(other)) = (lefts.peek(), rights.peek()) {
        match one.cmp(other) {
            Ordering::Less => only_left.extend(lefts.next().map(String::as_str)),
            Ordering::Greater => only_right.extend(rights.next().map(String::as_str)),
            Ordering::Equal => _ = (lefts.next(), rights.next()),
        }
    }
    only_left.extend(lefts.map(String::as_str));
    only_right.extend(rights.map(String::as_str));
    (only_left, only_right)
}

/// The entities and sources whose lines are told anew: those that are new or changed, and those of which an alias would
/// be found in place of such a name.
struct Retold {
    entities: HashSet<Arc<str>>,
    sources: HashSet<Arc<str>>,
}

impl Retold {
    fn between(before: &Said, after: &Said) -> Retold {
        let changed = |before: &[Item], after: &[Item]| {
            let known: HashMap<&str, &Item> = before.iter().map(|item| (&*item.name, item)).collect();
            let changed = after.iter().filter(|item| known.get(&*item.name) != Some(item));
            changed.map(|item| Arc::clone(&item.name)).collect::<HashSet<_>>()
        };
        let mut retold = Retold {
            entities: changed(&before.entities, &after.entities),
            sources: changed(&before.sources, &after.sources),
        };
        retold.close(after);
        retold
    }

    fn close(&mut self, after: &Said) {
        let mut by_alias: HashMap<String, Vec<(bool, &Item)>> = HashMap::new();
        let entities = after.entities.iter().map(|item| (true, item));
        for (entity, item) in entities.chain(after.sources.iter().map(|item| (false, item))) {
            item.aliases.iter().for_each(|alias| by_alias.entry(fold(alias)).or_default().push((entity, item)));
        }
        let mut names: Vec<Arc<str>> = self.entities.iter().cloned().collect();
        while let Some(name) = names.pop() {
            for (entity, item) in by_alias.get(&fold(&name)).into_iter().flatten() {
                match entity {
                    true if self.entities.insert(Arc::clone(&item.name)) => names.push(Arc::clone(&item.name)),
                    true => {}
                    false => _ = self.sources.insert(Arc::clone(&item.name)),
                }
            }
        }
    }
}
