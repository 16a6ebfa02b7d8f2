//! Why derived facts hold, as trees: each fact below the rule and the facts that it follows from, down to those that are
//! stored, with their sources.

use super::citations::rels;
use crate::error::Result;
use crate::session::{Answer, Sources, fact};
use crate::store::Version;
use crate::value::{RelId, Value};
use std::collections::HashSet;

/// The most lines of all trees together.
const LINES: usize = 500;
/// The most levels of a tree; below them it goes on elsewhere.
const LEVELS: usize = 24;

/// The derived facts among what rows cite, but those that are part of another's tree.
#[derive(Debug, Default)]
pub struct Proofs {
    roots: Vec<RelId>,
    /// What was told to be a root or a premise.
    seen: HashSet<RelId>,
}

impl Proofs {
    /// The trees of all that the rows of an answer cite, as text; empty when nothing of it is derived.
    ///
    /// # Errors
    /// What goes wrong while computing the rows.
    pub fn of(answer: &mut Answer) -> Result<String> {
        let mut proofs = Proofs::default();
        let cited = answer.summary().cited;
        while let Some(row) = answer.next_row()?.filter(|_| cited && proofs.roots.len() < LINES) {
            row.values().last().into_iter().for_each(|last| proofs.add(row.graph(), last));
        }
        Ok(proofs.text(answer.graph()))
    }

    /// Adds what a row cites, the value of its last column: each derived fact before what it rests on.
    fn add(&mut self, graph: &Version, cited: &Value) {
        for rel in rels(cited) {
            let Some(proof) = graph.proof(rel) else { continue };
            if self.seen.insert(rel) {
                self.roots.push(rel);
            }
            self.seen.extend(proof.premises);
        }
    }

    /// The trees, a line for each fact.
    fn text(&self, graph: &Version) -> String {
        let sources = if self.roots.is_empty() { Sources::default() } else { Sources::of(graph) };
        let mut drawing = Drawing { graph, sources, told: HashSet::new(), lines: Vec::new() };
        for root in &self.roots {
            drawing.tree(*root);
        }
        let more = drawing.lines.len() > LINES;
        drawing.lines.truncate(LINES);
        let end = if more { "…\n" } else { "" };
        drawing.lines.concat() + end
    }
}

struct Drawing<'g> {
    graph: &'g Version,
    sources: Sources,
    /// The derived facts whose premises stand somewhere.
    told: HashSet<RelId>,
    lines: Vec<String>,
}

impl Drawing<'_> {
    fn tree(&mut self, root: RelId) {
        // What is left to draw, the next one last: a fact, and the branch before it and before what is below it.
        let mut open = vec![(root, String::new(), String::new(), 0)];
        while let Some((rel, branch, below, level)) = open.pop().filter(|_| self.lines.len() <= LINES) {
            let proof = self.graph.proof(rel);
            let first = proof.is_some() && self.told.insert(rel);
            self.lines.push(format!("{branch}{}{}\n", fact(self.graph, rel), self.remark(rel, first)));
            let Some(proof) = proof.filter(|_| first && level < LEVELS) else { continue };
            for (at, premise) in proof.premises.iter().enumerate().rev() {
                let last = at + 1 == proof.premises.len();
                let (here, under) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                open.push((*premise, format!("{below}{here}"), format!("{below}{under}"), level + 1));
            }
        }
    }

    /// The rule of a derived fact, the title of the source of a stored one.
    fn remark(&self, rel: RelId, first: bool) -> String {
        if let Some(proof) = self.graph.proof(rel) {
            let again = if first { "" } else { ", as above" };
            return format!("  by the rule `{}`{again}", proof.rule.name);
        }
        let source = self.sources.of_fact(self.graph, rel);
        let title = source.and_then(|source| self.sources.text(self.graph, source, "title"));
        title.map(|title| format!("  {title}")).unwrap_or_default()
    }
}
