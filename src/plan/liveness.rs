//! Which slots each operator carries on.
//!
//! Takes a plan and fills every [`Node::live`]: the slots that are read after the operator and exist there. A pass
//! from the source says which exist, a pass back from the end which are read.

use super::physical::{ApplyMode, Node, Op, Plan};
use super::slots::{Reads, SlotSet, created};
use crate::semantic::bound::BoundQuery;

/// Fills in what is live after each operator of the plan, subqueries included.
pub fn fill(plan: &mut Plan, query: &BoundQuery) {
    let columns = plan.columns.iter().map(|column| column.slot).collect();
    fill_plan(&mut plan.root, columns, &SlotSet::new(), query);
    for subplan in plan.subqueries.iter_mut().flatten() {
        let imports = subplan.imports.iter().copied().collect();
        fill_plan(&mut subplan.root, subplan.result.slot().into_iter().collect(), &imports, query);
    }
}

/// Fills a plan whose rows are read in the slots `after`, and whose `Argument` has the slots `argument`. Gives what it
/// reads of those.
fn fill_plan(root: &mut Node, after: SlotSet, argument: &SlotSet, query: &BoundQuery) -> SlotSet {
    let mut chain = std::mem::replace(root, Node::new(Op::Unit, 0.0)).into_chain();
    let mut available = Vec::with_capacity(chain.len());
    for node in &chain {
        let before = available.last().cloned().unwrap_or_default();
        available.push(available_after(&node.op, before, argument));
    }
    let mut needed = after;
    for index in (0..chain.len()).rev() {
        let node = &mut chain[index];
        let live = needed.intersection(&available[index]);
        node.live = live.iter().collect();
        let before = index.checked_sub(1).and_then(|index| available.get(index));
        let outer = before.unwrap_or(argument);
        fill_inner(&mut node.op, &live, outer, argument, &mut needed, query);
        read(&node.op, &mut needed, query);
    }
    *root = Node::from_chain(chain);
    needed.intersection(argument)
}

/// The slots that rows hold after an operator.
fn available_after(op: &Op, before: SlotSet, argument: &SlotSet) -> SlotSet {
    match op {
        Op::Unit => SlotSet::new(),
        Op::Argument => argument.clone(),
        Op::StoredCounts(counts) => counts.iter().map(|(slot, _)| *slot).collect(),
        Op::Union { columns, .. } => columns.iter().copied().collect(),
        Op::Aggregate { keys, aggregates } => {
            let mut after = argument.clone(); // the one row handed in holds for every group
            after.extend(keys.iter().map(|(slot, _)| *slot).chain(aggregates.iter().map(|(slot, _)| *slot)));
            after
        }
        op => {
            let mut after = before;
            add_written(op, &mut after);
            after
        }
    }
}

/// Adds the slots that an operator writes into its input's rows.
fn add_written(op: &Op, written: &mut SlotSet) {
    match op {
        Op::NodeScan { slot, .. }
        | Op::EntitySeek { slot, .. }
        | Op::NodeById { slot, .. }
        | Op::NameSeek { slot, .. }
        | Op::Unwind { slot, .. } => {
            written.insert(*slot);
        }
        Op::IndexSeek { target, .. } => written.extend(target.slots()),
        Op::RelScan { rel, from, to, .. } => written.extend([*rel, *from, *to]),
        Op::Expand(expand) | Op::ExpandInto(expand) => written.extend([expand.rel, expand.to]),
        Op::ExpandBound { expand, .. } => written.extend([expand.from, expand.to]),
        Op::VarExpand(expand) | Op::Reach(expand) | Op::ShortestPath { expand, .. } => {
            written.extend([expand.rels, expand.to]);
            written.extend(expand.lists());
        }
        Op::PathSearch(search) => {
            written.extend([search.rels, search.to]);
            written.extend(search.outputs.iter().map(|(slot, _)| *slot));
        }
        Op::Project(items) => written.extend(items.iter().map(|(slot, _)| *slot)),
        Op::RowCounts(slots) => written.extend(slots.iter().copied()),
        Op::Weigh { weight, .. } => written.extend(weight.cited()),
        Op::ExpandCount(expand) => written.extend([expand.rel]),
        Op::ProcedureCall { yields, .. } | Op::Show { yields, .. } => {
            written.extend(yields.iter().map(|(_, slot)| *slot));
        }
        Op::Create { items, paths } => written.extend(created(items, paths)),
        Op::Merge { inner, items, paths, .. } => {
            add_defined(inner, written);
            written.extend(created(items, paths));
        }
        Op::LoadCsv(load) => written.extend([load.row, load.line, load.file]),
        Op::HashJoin(join) => add_defined(&join.inner, written),
        Op::Apply { inner, mode, transactions, .. } => {
            written.extend(transactions.iter().filter_map(|transactions| transactions.status));
            match mode {
                ApplyMode::Inner | ApplyMode::Optional(_) => add_defined(inner, written),
                ApplyMode::Result(_, slot) => {
                    written.insert(*slot);
                }
                ApplyMode::Semi | ApplyMode::Anti | ApplyMode::Unit => {}
            }
        }
        Op::StoredCounts(counts) => written.extend(counts.iter().map(|(slot, _)| *slot)),
        Op::Union { columns, .. } => written.extend(columns.iter().copied()),
        Op::Aggregate { keys, aggregates } => {
            written.extend(keys.iter().map(|(slot, _)| *slot));
            written.extend(aggregates.iter().map(|(slot, _)| *slot));
        }
        Op::Unit
        | Op::Argument
        | Op::IntersectCount(_)
        | Op::Filter(_)
        | Op::LabelFilter { .. }
        | Op::Distinct(_)
        | Op::Sort { .. }
        | Op::Skip(_)
        | Op::Limit { .. }
        | Op::Eager
        | Op::Morsels(_)
        | Op::Schema(_)
        | Op::Set(_)
        | Op::Delete { .. }
        | Op::Foreach { .. } => {}
    }
}

/// Adds all slots that some operator of a plan writes.
fn add_defined(root: &Node, written: &mut SlotSet) {
    root.chain().for_each(|node| add_written(&node.op, written));
}

/// Fills the plans inside an operator and adds what they read of the outer row. `live`: what is live after the
/// operator; `outer`: what its input's rows hold; `argument`: what the enclosing plan was handed.
fn fill_inner(
    op: &mut Op,
    live: &SlotSet,
    outer: &SlotSet,
    argument: &SlotSet,
    needed: &mut SlotSet,
    query: &BoundQuery,
) {
    match op {
        Op::Apply { inner, mode, row_id, .. } => {
            let mut after = match mode {
                ApplyMode::Inner => of_inner(inner, live),
                ApplyMode::Optional(slots) => {
                    slots.retain(|slot| live.contains(*slot));
                    of_inner(inner, live)
                }
                _ => mode.inner_result().into_iter().collect(),
            };
            let mut given = outer.clone();
            after.extend(*row_id);
            given.extend(*row_id);
            let mut read = fill_plan(inner, after, &given, query);
            row_id.iter().for_each(|slot| read.remove(*slot));
            needed.union_with(&read);
        }
        Op::Merge { inner, on_match, .. } => {
            let mut after = Reads::new(query);
            after.slots = live.clone();
            after.set_items(on_match);
            let after = of_inner(inner, &after.slots);
            needed.union_with(&fill_plan(inner, after, outer, query));
        }
        Op::Foreach { slot, inner, .. } => {
            let mut given = outer.clone();
            given.insert(*slot);
            let mut read = fill_plan(inner, SlotSet::new(), &given, query);
            read.remove(*slot);
            needed.union_with(&read);
        }
        Op::HashJoin(join) => {
            let mut after = Reads::new(query);
            after.slots = of_inner(&join.inner, live);
            after.exprs(join.keys.iter().map(|(_, inner)| inner));
            after.slots.extend(join.distinct.iter().map(|(_, inner)| *inner));
            fill_plan(&mut join.inner, after.slots, &SlotSet::new(), query);
        }
        Op::Union { arms, .. } => {
            for (arm, columns) in arms {
                needed.union_with(&fill_plan(arm, columns.iter().copied().collect(), argument, query));
            }
        }
        _ => {}
    }
}

/// Those of the slots that the inner plan writes itself.
fn of_inner(inner: &Node, slots: &SlotSet) -> SlotSet {
    let mut defined = SlotSet::new();
    add_defined(inner, &mut defined);
    defined.intersection(slots)
}

/// The slots that an operator reads itself, not those that its inner plans read.
pub(super) fn own_reads(op: &Op, query: &BoundQuery) -> SlotSet {
    let mut reads = SlotSet::new();
    read(op, &mut reads, query);
    reads
}

/// Adds the slots that an operator reads itself.
fn read(op: &Op, needed: &mut SlotSet, query: &BoundQuery) {
    let mut reads = Reads::new(query);
    reads.slots = std::mem::take(needed);
    match op {
        Op::Weigh { node, .. } => {
            reads.slots.insert(*node); // what its predicates read is no part of the row
        }
        Op::NodeScan { .. } | Op::RelScan { .. } => {} // its tests read what it finds
        Op::HashJoin(join) => {
            reads.exprs(join.keys.iter().map(|(outer, _)| outer));
            reads.slots.extend(join.distinct.iter().map(|(outer, _)| *outer));
        }
        _ => reads.exprs(op.expressions()),
    }
    match op {
        Op::Expand(expand) | Op::ExpandCount(expand) => {
            reads.slots.insert(expand.from);
            reads.slots.extend(expand.distinct_from.iter().copied());
        }
        Op::IntersectCount(arms) => {
            let [first, second] = arms.as_ref();
            reads.slots.extend([first.from, second.from]);
            reads.slots.extend(first.distinct_from.iter().copied());
            reads.slots.extend(second.distinct_from.iter().copied().filter(|slot| *slot != first.rel));
        }
        Op::ExpandInto(expand) => {
            reads.slots.extend([expand.from, expand.to]);
            reads.slots.extend(expand.distinct_from.iter().copied());
        }
        Op::ExpandBound { expand, from_known, to_known } => {
            reads.slots.insert(expand.rel);
            reads.slots.extend(from_known.then_some(expand.from));
            reads.slots.extend(to_known.then_some(expand.to));
            reads.slots.extend(expand.distinct_from.iter().copied());
        }
        Op::VarExpand(expand) | Op::Reach(expand) | Op::ShortestPath { expand, .. } => {
            reads.slots.insert(expand.from);
            reads.slots.extend(expand.to_known.then_some(expand.to));
            reads.slots.extend(expand.rels_known.then_some(expand.rels));
            reads.slots.extend(expand.distinct_from.iter().copied());
        }
        Op::PathSearch(search) => {
            reads.slots.insert(search.from);
            reads.slots.extend(search.to_known.then_some(search.to));
        }
        Op::LabelFilter { slot, .. } => {
            reads.slots.insert(*slot);
        }
        Op::Distinct(slots) => reads.slots.extend(slots.iter().copied()),
        Op::Create { items, paths } => reads.creation(items, paths),
        Op::Merge { items, paths, on_create, on_match, .. } => {
            reads.creation(items, paths);
            reads.set_items(on_create);
            reads.set_items(on_match);
        }
        Op::Set(items) => reads.set_items(items),
        _ => {}
    }
    *needed = reads.slots;
}
