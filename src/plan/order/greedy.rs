//! Orders in which the cheapest step always comes next, from each of the most selective places to begin.

use super::facts::{Facts, Joinable};
use super::{Progress, SMALL, Step};
use crate::syntax::ast::PatternDirection;

/// So few nodes are sought, for so few rows, before relationships are followed to them.
const ALONE: f64 = 1.5;

/// How many beginnings are tried for one pattern.
const BEGINNINGS: usize = 16;

/// The cheapest of the orders that begin at different places.
pub(super) fn best(facts: &Facts<'_>) -> Option<Progress> {
    let begin = Progress::new(facts);
    let tried = beginnings(facts, &begin).into_iter().map(|step| {
        let mut progress = begin.clone();
        step.into_iter().for_each(|step| progress.take(facts, step));
        progress.finish(facts, cheapest)
    });
    tried.min_by(|left, right| left.cost.total_cmp(&right.cost))
}

/// The first steps worth trying: nothing when the known nodes reach somewhere, otherwise the cheapest scans.
fn beginnings(facts: &Facts<'_>, progress: &Progress) -> Vec<Option<Step>> {
    if !usable(progress, facts).is_empty() {
        return vec![None];
    }
    let mut steps: Vec<Step> = unknown_nodes(progress).map(Step::Node).collect();
    steps.extend((0..facts.rels.len()).filter(|rel| scannable(facts, progress, *rel)).map(Step::RelScan));
    steps.extend(joinable(progress, facts));
    steps.sort_by(|left, right| {
        let effort = |step: &Step| progress.outcome(facts, *step).0;
        effort(left).total_cmp(&effort(right))
    });
    let large = facts.rels.len().max(facts.nodes.len()) > SMALL;
    steps.truncate(if large { 1 } else { BEGINNINGS });
    if steps.is_empty() { vec![None] } else { steps.into_iter().map(Some).collect() }
}

/// Whether a relationship can be looked for by its type: one directed relationship between two unknown nodes. It
/// must not clash with relationships placed before, which a scan does not compare.
pub(super) fn scannable(facts: &Facts<'_>, progress: &Progress, index: usize) -> bool {
    let rel = &facts.rels[index];
    let single = !rel.bound && rel.length.is_none() && rel.direction != PatternDirection::Either;
    let open = rel.left != rel.right && !progress.known[rel.left] && !progress.known[rel.right];
    single && open && progress.left == facts.rels.len()
}

/// The parts that can be found by value now.
pub(super) fn joinable<'a>(progress: &'a Progress, facts: &'a Facts<'_>) -> impl Iterator<Item = Step> + 'a {
    let can = |joined: &Joinable| {
        let untouched = joined.part.nodes.iter().all(|node| !progress.known[*node]);
        untouched && joined.part.keys.iter().any(|key| key.needs.is_subset(&progress.held))
    };
    facts.parts.iter().enumerate().filter(move |(_, joined)| can(joined)).map(|(part, _)| Step::Join(part))
}

pub(super) fn unknown_nodes(progress: &Progress) -> impl Iterator<Item = usize> + '_ {
    (0..progress.known.len()).filter(|node| !progress.known[*node])
}

/// The relationships that can be followed now, in the order in which they are written. When all nodes are known, and
/// all that is left waits for something, it need not wait.
pub(super) fn usable(progress: &Progress, facts: &Facts<'_>) -> Vec<Step> {
    let open = || (0..facts.rels.len()).filter(|rel| !progress.placed[*rel]);
    let ready = open().filter(|rel| facts.waits[*rel].is_subset(&progress.held));
    let steps: Vec<Step> = ready.filter_map(|rel| follow(progress, facts, rel)).collect();
    if steps.is_empty() && unknown_nodes(progress).next().is_none() {
        return open().filter_map(|rel| follow(progress, facts, rel)).collect();
    }
    steps
}

/// From which end a relationship can be followed now.
fn follow(progress: &Progress, facts: &Facts<'_>, index: usize) -> Option<Step> {
    let rel = &facts.rels[index];
    let (left, right) = (progress.known[rel.left], progress.known[rel.right]);
    let shortest = rel.length.as_ref().is_some_and(|length| length.shortest.is_some());
    let found_by_itself = rel.bound && rel.length.is_none();
    let usable = if shortest { left && right } else { left || right || found_by_itself };
    usable.then_some(Step::Rel { rel: index, forward: left || !right })
}

fn cheapest(progress: &Progress, facts: &Facts<'_>) -> Option<Step> {
    let by_outcome = |steps: &mut dyn Iterator<Item = Step>| {
        let weighed = steps.map(|step| (progress.outcome(facts, step), step));
        let best = weighed.min_by(|(left, _), (right, _)| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
        best.map(|(_, step)| step)
    };
    let usable = usable(progress, facts);
    let joined: Vec<Step> = joinable(progress, facts).collect();
    if !usable.is_empty() {
        let found = found_alone(progress, facts).map(Step::Node);
        return found.or_else(|| by_outcome(&mut usable.into_iter().chain(joined)));
    }
    // For more than one row, what can be joined is not looked for again and again.
    let again = progress.rows * facts.input > 1.0;
    let in_joined = |node: &usize| joined.iter().any(|step| facts.writes(*step, facts.nodes[*node].slot));
    let nodes = unknown_nodes(progress).filter(|node| !(again && in_joined(node)));
    by_outcome(&mut nodes.map(Step::Node).chain(joined.iter().copied()))
}

/// A node that an index finds by itself, for few rows: then the relationships between it and what is known are looked for,
/// and it does not matter how many others those nodes have.
fn found_alone(progress: &Progress, facts: &Facts<'_>) -> Option<usize> {
    let single = |rel: &usize| !facts.rels[*rel].bound && facts.rels[*rel].length.is_none();
    let alone = |node: &usize| {
        let found = facts.graph.seek(facts.nodes[*node].slot).is_some_and(|seek| seek.estimate <= ALONE);
        found && facts.at_node[*node].iter().all(single)
    };
    unknown_nodes(progress).find(alone).filter(|_| progress.rows <= ALONE)
}

pub(super) fn first_written(progress: &Progress, facts: &Facts<'_>) -> Option<Step> {
    let next = usable(progress, facts).into_iter().next();
    next.or_else(|| {
        let open = facts.rels.iter().zip(&progress.placed).filter(|(_, placed)| !**placed);
        let mut ends = open.flat_map(|(rel, _)| [rel.left, rel.right]);
        let end = ends.find(|node| !progress.known[*node]);
        end.or_else(|| unknown_nodes(progress).next()).map(Step::Node)
    })
}
