//! Much work is shared between threads: the rows that come from below are handed out in morsels, each thread runs the
//! operators above by itself, and the operator that reads all rows anyway joins what they have made.
//!
//! Nothing shows of it: groups stand in the order of their first row, equal rows stay sorted as they came, and only
//! aggregates that do not depend on the order of rows are shared.

use super::super::Options;
use super::{Action, Rule};
use crate::functions::aggregate::Accumulator;
use crate::plan::physical::{Node, Op, Plan};
use crate::semantic::bound::Expr;

pub(super) const RULE: Rule = Rule {
    name: "morsels",
    equation: "AGGREGATE (P × Q) = JOIN over parts P' of P: AGGREGATE (P' × Q), and likewise for SORT",
    action: Action::Shared(rewrite),
};

/// About how many rows the operators below should give before they are handed out: fewer make uneven shares.
const SOURCE: f64 = 1000.0;
/// Into how many morsels the rows are divided at least, if there are so many.
const MORSELS: f64 = 32.0;
/// The least and the most rows of a morsel.
const ROWS: (f64, f64) = (64.0, 2048.0);

fn rewrite(plan: &mut Plan, options: &Options) {
    if options.threads > 1 && !plan.writes {
        share(&mut plan.root, options);
    }
}

fn share(root: &mut Node, options: &Options) {
    let mut chain = std::mem::replace(root, Node::from_chain(Vec::new())).into_chain();
    if let Some(Node { op: Op::Union { arms, .. }, .. }) = chain.first_mut() {
        arms.iter_mut().for_each(|(arm, _)| share(arm, options));
    }
    let mut from = 0;
    while let Some(end) = (from..chain.len()).find(|at| chain[*at].op.reads_all()) {
        from = end + 1;
        if let Some((at, made)) = place(&chain, end, options) {
            let (least, most) = ROWS;
            let rows = (made / MORSELS).clamp(least, most) as usize;
            chain.insert(at + 1, Node::new(Op::Morsels(rows), chain[at].estimate));
            from += 1;
        }
    }
    *root = Node::from_chain(chain);
}

/// After which operator the rows are handed out that the one at `end` reads, and how many it makes; `None` when that is
/// not worth while.
fn place(chain: &[Node], end: usize, options: &Options) -> Option<(usize, f64)> {
    if !joins(&chain[end].op) {
        return None;
    }
    let above = chain[..end].iter().rev().take_while(|node| by_row(&node.op)).count();
    let lowest = (end - above).saturating_sub(1);
    let wanted = SOURCE.min(options.share_from);
    let made = made(&chain[..end]);
    let many = |at: usize| !matches!(chain[at].op, Op::Unit | Op::Argument) && made[at] >= wanted;
    let at = (lowest..end).find(|at| many(*at))?;
    let computes = |node: &Node| matches!(node.op, Op::Project(_) | Op::Filter(_));
    if chain[at].op.reads_all() && chain[at + 1..end].iter().all(computes) {
        return None; // groups are few
    }
    (made[at..].iter().sum::<f64>() >= options.share_from).then_some((at, made[at]))
}

/// How many rows each operator is expected to give, however often they count: those that multiply make none.
fn made(chain: &[Node]) -> Vec<f64> {
    let mut rows = f64::MAX;
    let given = chain.iter().map(|node| {
        rows = if node.op.keeps_or_multiplies() { rows.min(node.estimate) } else { node.estimate };
        rows
    });
    given.collect()
}

/// Whether what threads have made of its input can be joined.
fn joins(op: &Op) -> bool {
    let steady = op.expressions().into_iter().all(Expr::is_steady);
    steady
        && match op {
            Op::Aggregate { aggregates, .. } => {
                aggregates.iter().all(|(_, call)| Accumulator::merges(call.aggregate, call.distinct))
            }
            op => op.reads_all(),
        }
}

/// Whether the operator makes the same of a row wherever the row stands, and changes nothing.
fn by_row(op: &Op) -> bool {
    let known = match op {
        Op::NodeScan { .. }
        | Op::EntitySeek { .. }
        | Op::NodeById { .. }
        | Op::IndexSeek { .. }
        | Op::NameSeek { .. }
        | Op::RelScan { .. }
        | Op::Expand(_)
        | Op::ExpandInto(_)
        | Op::ExpandBound { .. }
        | Op::ExpandCount(_)
        | Op::Weigh { .. }
        | Op::IntersectCount(_)
        | Op::RowCounts(_)
        | Op::VarExpand(_)
        | Op::Reach(_)
        | Op::ShortestPath { .. }
        | Op::PathSearch(_)
        | Op::Filter(_)
        | Op::LabelFilter { .. }
        | Op::Project(_)
        | Op::Unwind { .. } => true,
        Op::Apply { inner, transactions: None, .. } => {
            inner.chain().all(|node| matches!(node.op, Op::Argument) || by_row(&node.op))
        }
        _ => false,
    };
    known && op.expressions().into_iter().all(Expr::is_steady)
}
