//! The states of a walk along a pattern: at a written node, or inside a part that is walked in rounds.
//!
//! From each state at most one hop leads on, and at most one free move, which stays at the same node: from the end of
//! enough rounds to the written node after them. Rounds without an upper limit count no further than their least
//! number.

use crate::plan::search::SearchPiece;

/// A state of a walk.
pub(super) type State = u64;

/// The states of a pattern, by number: first the written nodes, then those inside its parts.
pub(super) struct Automaton {
    parts: Vec<Part>,
}

struct Part {
    /// The number of its first state.
    first: State,
    hops: u64,
    /// `None` for a single relationship.
    rounds: Option<Rounds>,
}

#[derive(Clone, Copy)]
struct Rounds {
    min: u64,
    max: Option<u64>,
}

impl Rounds {
    /// The greatest round that is counted.
    fn last(self) -> u64 {
        self.max.unwrap_or(self.min)
    }
}

impl Automaton {
    pub(super) fn new(pieces: &[SearchPiece]) -> Automaton {
        let mut first = pieces.len() as State + 1;
        let mut parts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let rounds = piece.rounds.map(|(min, max)| Rounds { min: u64::from(min), max: max.map(u64::from) });
            let hops = piece.hops.len().max(1) as u64;
            parts.push(Part { first, hops, rounds });
            let count = rounds.map_or(0, |rounds| rounds.last().saturating_add(1).saturating_mul(hops));
            first = first.saturating_add(count);
        }
        Automaton { parts }
    }

    /// The state at the last written node.
    pub(super) fn last(&self) -> State {
        self.parts.len() as State
    }

    /// The part whose end is the written node of a state.
    pub(super) fn part_before(&self, state: State) -> Option<usize> {
        if state > self.last() { None } else { usize::try_from(state).ok()?.checked_sub(1) }
    }

    /// The part and the hop of it that leads on.
    pub(super) fn hop(&self, state: State) -> Option<(usize, usize)> {
        if state < self.last() {
            let part = usize::try_from(state).ok()?;
            let possible = self.parts[part].rounds.is_none_or(|rounds| rounds.max != Some(0));
            return possible.then_some((part, 0));
        }
        let (part, round, hop) = self.inside(state)?;
        let more = hop > 0 || self.parts[part].rounds?.max.is_none_or(|max| round < max);
        more.then_some((part, usize::try_from(hop).ok()?))
    }

    /// The state after that hop.
    pub(super) fn after(&self, state: State) -> Option<State> {
        let (part, round, hop) = match self.inside(state) {
            Some(inside) => inside,
            None => (usize::try_from(state).ok()?, 0, 0),
        };
        let Part { first, hops, rounds } = self.parts.get(part)?;
        let Some(rounds) = rounds else { return Some(part as State + 1) };
        let (round, hop) = if hop + 1 < *hops { (round, hop + 1) } else { ((round + 1).min(rounds.last()), 0) };
        Some(first + round * hops + hop)
    }

    /// The state that a free move leads to.
    pub(super) fn free(&self, state: State) -> Option<State> {
        if state < self.last() {
            let rounds = self.parts.get(usize::try_from(state).ok()?)?.rounds?;
            return (rounds.min == 0).then_some(state + 1);
        }
        let (part, round, hop) = self.inside(state)?;
        (hop == 0 && round >= self.parts[part].rounds?.min).then_some(part as State + 1)
    }

    /// Part, round and hop of a state that is at no written node.
    fn inside(&self, state: State) -> Option<(usize, u64, u64)> {
        if state <= self.last() {
            return None;
        }
        let part = self.parts.partition_point(|part| part.first <= state).checked_sub(1)?;
        let Part { first, hops, .. } = self.parts[part];
        Some((part, (state - first) / hops, (state - first) % hops))
    }
}
