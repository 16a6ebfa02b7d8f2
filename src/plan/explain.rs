//! The text of a plan.
//!
//! Takes a plan and the names a graph knows. Gives one line per operator, the last operator first and its input below
//! it; plans inside an operator stand indented under it.

use super::logical::{Bound, Probe};
use super::physical::{ApplyMode, Expand, HashJoin, Node, Op, Plan, Rounds, SeekTarget, StoredCount, VarExpand, Way};
use super::search::{Keep, PathSearch};
use super::weight::{Branch, Weight};
use crate::functions::Aggregate;
use crate::semantic::bound::{
    AggregateCall, CreateItem, Expr, ExprKind, LabelTest, NewType, Properties, SchemaChange, SchemaRule, SetItem, Slot,
    SortKey, SubqueryResult, Transactions, TypeTest, ValueTest,
};
use crate::store::{Catalog, IndexDefinition, SchemaKind, SchemaTarget};
use crate::syntax::ast::{OnError, Quantifier, Shortest, ShowKind};
use crate::value::{KeyId, LabelId, RelTypeId, Value};
use std::sync::Arc;

/// One line of an explanation.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainLine {
    /// How deep it stands: an operator's input is as deep as the operator, its inner plans are one deeper.
    pub depth: usize,
    /// The operator's name.
    pub operator: &'static str,
    /// What it works on.
    pub details: String,
    /// How many rows it is expected to give.
    pub estimate: f64,
    /// Whether it is an operator: the headings of subqueries are none.
    pub runs: bool,
}

/// The names of labels, types and keys.
pub trait Dictionary {
    /// The name of a label.
    fn label(&self, id: LabelId) -> &str;
    /// The name of a relationship type.
    fn rel_type(&self, id: RelTypeId) -> &str;
    /// The name of a property key.
    fn key(&self, id: KeyId) -> &str;
}

impl Dictionary for Catalog {
    fn label(&self, id: LabelId) -> &str {
        self.label_name(id)
    }
    fn rel_type(&self, id: RelTypeId) -> &str {
        self.rel_type_name(id)
    }
    fn key(&self, id: KeyId) -> &str {
        self.key_name(id)
    }
}

/// The lines of a plan; the plans of subqueries that stay inside expressions come last.
pub fn lines(plan: &Plan, catalog: &dyn Dictionary) -> Vec<ExplainLine> {
    let names = Names { slots: &plan.slot_names, catalog };
    let mut lines = Vec::new();
    add(&plan.root, 0, names, &mut lines);
    for (index, subplan) in plan.subqueries.iter().enumerate() {
        if let Some(subplan) = subplan {
            let details = format!("{} {}", subquery_name(index), result(subplan.result, names));
            lines.push(ExplainLine {
                depth: 0,
                operator: "Subquery",
                details,
                estimate: subplan.root.estimate,
                runs: false,
            });
            add(&subplan.root, 1, names, &mut lines);
        }
    }
    lines
}

/// The text of an expression, with the names of the plan's slots.
pub fn expression(expr: &Expr, slot_names: &[Option<Arc<str>>], catalog: &dyn Dictionary) -> String {
    Names { slots: slot_names, catalog }.expr(expr)
}

fn add(root: &Node, depth: usize, names: Names<'_>, lines: &mut Vec<ExplainLine>) {
    for node in root.chain() {
        let details = details(&node.op, names);
        lines.push(ExplainLine { depth, operator: name(&node.op), details, estimate: node.estimate, runs: true });
        node.op.inner_plans().for_each(|inner| add(inner, depth + 1, names, lines));
    }
}

fn name(op: &Op) -> &'static str {
    match op {
        Op::Unit => "Unit",
        Op::Argument => "Argument",
        Op::StoredCounts(_) => "StoredCounts",
        Op::NodeScan { .. } => "NodeScan",
        Op::EntitySeek { .. } => "EntitySeek",
        Op::NodeById { .. } => "NodeById",
        Op::IndexSeek { .. } => "IndexSeek",
        Op::NameSeek { .. } => "NameSeek",
        Op::RelScan { .. } => "RelScan",
        Op::Expand(_) => "Expand",
        Op::ExpandInto(_) => "ExpandInto",
        Op::ExpandBound { .. } => "ExpandBound",
        Op::ExpandCount(_) => "ExpandCount",
        Op::Weigh { weight: Weight::Branch(_), .. } => "BranchCount",
        Op::Weigh { weight: Weight::Pair(_), .. } => "PairCount",
        Op::IntersectCount(_) => "IntersectCount",
        Op::RowCounts(_) => "RowCounts",
        Op::VarExpand(_) => "VarExpand",
        Op::Reach(_) => "Reach",
        Op::ShortestPath { .. } => "ShortestPath",
        Op::PathSearch(_) => "PathSearch",
        Op::Filter(_) => "Filter",
        Op::LabelFilter { .. } => "LabelFilter",
        Op::Project(_) => "Project",
        Op::Unwind { .. } => "Unwind",
        Op::LoadCsv(_) => "LoadCsv",
        Op::HashJoin(_) => "HashJoin",
        Op::Apply { transactions: Some(_), .. } => "TransactionApply",
        Op::Apply { mode, .. } => apply_name(mode),
        Op::Aggregate { .. } => "Aggregate",
        Op::Distinct(_) => "Distinct",
        Op::Sort { limit: None, .. } => "Sort",
        Op::Sort { limit: Some(_), .. } => "Top",
        Op::Skip(_) => "Skip",
        Op::Limit { .. } => "Limit",
        Op::Union { .. } => "Union",
        Op::Eager => "Eager",
        Op::Morsels(_) => "Morsels",
        Op::ProcedureCall { .. } => "ProcedureCall",
        Op::Schema(SchemaChange::CreateIndex { .. }) => "CreateIndex",
        Op::Schema(SchemaChange::CreateConstraint { .. }) => "CreateConstraint",
        Op::Schema(SchemaChange::CreateRule(_)) => "CreateRule",
        Op::Schema(SchemaChange::Drop { kind, .. }) => match kind {
            SchemaKind::Index => "DropIndex",
            SchemaKind::Constraint => "DropConstraint",
            SchemaKind::Rule => "DropRule",
        },
        Op::Show { shown, .. } => match shown.kind {
            ShowKind::Indexes => "ShowIndexes",
            ShowKind::Constraints => "ShowConstraints",
            ShowKind::Rules => "ShowRules",
            ShowKind::Functions => "ShowFunctions",
            ShowKind::Procedures => "ShowProcedures",
        },
        Op::Create { .. } => "Create",
        Op::Merge { .. } => "Merge",
        Op::Set(_) => "Set",
        Op::Delete { .. } => "Delete",
        Op::Foreach { .. } => "Foreach",
    }
}

fn apply_name(mode: &ApplyMode) -> &'static str {
    match mode {
        ApplyMode::Inner => "Apply",
        ApplyMode::Optional(_) => "OptionalApply",
        ApplyMode::Semi => "SemiApply",
        ApplyMode::Anti => "AntiApply",
        ApplyMode::Result(..) => "ResultApply",
        ApplyMode::Unit => "UnitApply",
    }
}

fn details(op: &Op, names: Names<'_>) -> String {
    match op {
        Op::Unit | Op::Argument | Op::Eager => String::new(),
        Op::Morsels(rows) => format!("of {rows} rows"),
        Op::StoredCounts(counts) => join(counts, |(slot, count)| stored_count(*slot, count, names)),
        Op::NodeScan { slot, label, tests } => {
            let label = label.map_or_else(String::new, |label| format!(":{}", names.label(&LabelTest::Has(label))));
            format!("({}{label}{})", names.slot(*slot), names.tests(tests))
        }
        Op::EntitySeek { slot, entity } => format!("({} @{})", names.slot(*slot), entity.name),
        Op::NodeById { slot, id } => format!("({}) = {}", names.slot(*slot), names.expr(id)),
        Op::IndexSeek { target, index, probe, .. } => index_seek(*target, index, probe, names),
        Op::NameSeek { slot, probe } => {
            let slot = names.slot(*slot);
            format!("({slot}) {}", sought(probe, |_| format!("{slot}.name"), names))
        }
        Op::RelScan { rel, from, to, types, tests } => {
            names.arrow(*from, &names.rel(*rel, types, &names.tests(tests)), *to, Way::Outgoing)
        }
        Op::Expand(expand) | Op::ExpandInto(expand) | Op::ExpandBound { expand, .. } | Op::ExpandCount(expand) => {
            expansion(expand, names)
        }
        Op::Weigh { node, weight } => format!("({}) {}", names.slot(*node), names.weight(weight)),
        Op::IntersectCount(arms) => {
            let [first, second] = arms.as_ref();
            format!("{} and {}", expansion(first, names), expansion(second, names))
        }
        Op::RowCounts(slots) => names.slots(slots),
        Op::VarExpand(expand) | Op::Reach(expand) => var_expansion(expand, names),
        Op::ShortestPath { expand, which } => {
            let which = match which {
                Shortest::Single => "one",
                Shortest::All => "all",
            };
            format!("{which} {}", var_expansion(expand, names))
        }
        Op::PathSearch(search) => path_search(search, names),
        Op::Filter(predicates) => names.join_with(predicates, " AND "),
        Op::LabelFilter { slot, test } => format!("{}:{}", names.slot(*slot), names.label(test)),
        Op::Project(items) => join(items, |(slot, expr)| names.item(*slot, expr)),
        Op::Unwind { list, slot } => format!("{} AS {}", names.expr(list), names.slot(*slot)),
        Op::LoadCsv(load) => {
            let headers = if load.headers { "WITH HEADERS " } else { "" };
            format!("{headers}FROM {} AS {}", names.expr(&load.source), names.slot(load.row))
        }
        Op::HashJoin(join) => hash_join(join, names),
        Op::Apply { transactions: Some(transactions), .. } => transactions_details(transactions, names),
        Op::Apply { mode, .. } => apply_details(mode, names),
        Op::Aggregate { keys, aggregates } => {
            let keys = keys.iter().map(|(slot, expr)| names.item(*slot, expr));
            let calls =
                aggregates.iter().map(|(slot, call)| format!("{} AS {}", names.aggregate(call), names.slot(*slot)));
            keys.chain(calls).collect::<Vec<_>>().join(", ")
        }
        Op::Distinct(slots) => names.slots(slots),
        Op::Sort { keys, limit } => sort(keys, limit.as_ref(), names),
        Op::Skip(count) | Op::Limit { count, .. } => names.expr(count),
        Op::Union { columns, .. } => names.slots(columns),
        _ => write_details(op, names),
    }
}

fn write_details(op: &Op, names: Names<'_>) -> String {
    match op {
        Op::ProcedureCall { procedure, arguments, yields, .. } => {
            let outputs: Vec<Slot> = yields.iter().map(|(_, slot)| *slot).collect();
            let call = format!("{procedure}({})", names.join_with(arguments, ", "));
            if outputs.is_empty() { call } else { format!("{call} YIELD {}", names.slots(&outputs)) }
        }
        Op::Schema(change) => schema_change(change, names),
        Op::Show { shown, yields } => {
            let columns = names.slots(&yields.iter().map(|(_, slot)| *slot).collect::<Vec<_>>());
            if shown.filter.is_empty() { columns } else { format!("{} YIELD {columns}", shown.filter) }
        }
        Op::Create { items, .. } => join(items, |item| create_item(item, names)),
        Op::Merge { items, on_create, on_match, .. } => {
            let mut text = join(items, |item| create_item(item, names));
            for (when, items) in [("CREATE", on_create), ("MATCH", on_match)] {
                if !items.is_empty() {
                    text += &format!(" ON {when} SET {}", join(items, |item| set_item(item, names)));
                }
            }
            text
        }
        Op::Set(items) => join(items, |item| set_item(item, names)),
        Op::Delete { detach, targets } => {
            let targets = names.join_with(targets, ", ");
            if *detach { format!("DETACH {targets}") } else { targets }
        }
        Op::Foreach { slot, list, .. } => format!("{} IN {}", names.slot(*slot), names.expr(list)),
        _ => String::new(),
    }
}

fn stored_count(slot: Slot, count: &StoredCount, names: Names<'_>) -> String {
    let what = match count {
        StoredCount::Nodes(None) => "nodes".to_owned(),
        StoredCount::Nodes(Some(label)) => format!("nodes :{}", names.label(&LabelTest::Has(*label))),
        StoredCount::Rels(TypeTest::Any) => "relationships".to_owned(),
        StoredCount::Rels(types) => format!("relationships {}", names.types(types)),
    };
    format!("{what} AS {}", names.slot(slot))
}

fn expansion(expand: &Expand, names: Names<'_>) -> String {
    let rel = names.rel(expand.rel, &expand.types, "");
    names.arrow(expand.from, &rel, expand.to, expand.way) + &different(&expand.distinct_from, names)
}

fn path_search(search: &PathSearch, names: Names<'_>) -> String {
    let mut text = format!("{} ", names.expr(&search.count));
    text += if search.keep == Keep::Lengths { "groups " } else { "" };
    text += &format!("({})", names.slot(search.from));
    for piece in &search.pieces {
        let hops: String =
            piece.hops.iter().map(|hop| arrow(&format!("[{}]", names.types(&hop.types)), hop.way)).collect();
        text += &match piece.rounds {
            None => hops,
            Some((min, Some(max))) => format!("({hops}){{{min},{max}}}"),
            Some((min, None)) => format!("({hops}){{{min},}}"),
        };
    }
    text += &format!("({})", names.slot(search.to));
    let conditions: Vec<Expr> = search.all_conditions().cloned().collect();
    if conditions.is_empty() { text } else { format!("{text} WHERE {}", names.join_with(&conditions, " AND ")) }
}

fn var_expansion(expand: &VarExpand, names: Names<'_>) -> String {
    let max = expand.max.map_or(String::new(), |max| max.to_string());
    let rel = names.rel(expand.rels, &expand.types, &format!("*{}..{max}", expand.min));
    let mut text = match &expand.rounds {
        None => names.arrow(expand.from, &rel, expand.to, expand.way),
        Some(rounds) => {
            let path = names.round(rounds);
            format!("({}) ({path}){{{},{max}}} ({})", names.slot(expand.from), expand.min, names.slot(expand.to))
        }
    };
    let conditions: Vec<Expr> = expand.conditions().cloned().collect();
    if !conditions.is_empty() {
        text += &format!(" each {}", names.join_with(&conditions, " AND "));
    }
    text + &different(&expand.distinct_from, names)
}

fn different(slots: &[Slot], names: Names<'_>) -> String {
    if slots.is_empty() { String::new() } else { format!(" other than {}", names.slots(slots)) }
}

fn hash_join(join: &HashJoin, names: Names<'_>) -> String {
    let equal = |(outer, inner): &(Expr, Expr)| format!("{} = {}", names.operand(outer), names.operand(inner));
    let keys: Vec<String> = join.keys.iter().map(equal).collect();
    let different =
        join.distinct.iter().map(|(outer, inner)| format!("{} <> {}", names.slot(*outer), names.slot(*inner)));
    keys.into_iter().chain(different).collect::<Vec<_>>().join(" AND ")
}

fn apply_details(mode: &ApplyMode, names: Names<'_>) -> String {
    match mode {
        ApplyMode::Optional(slots) => names.slots(slots),
        ApplyMode::Result(kind, slot) => format!("{} AS {}", result(*kind, names), names.slot(*slot)),
        ApplyMode::Inner | ApplyMode::Semi | ApplyMode::Anti | ApplyMode::Unit => String::new(),
    }
}

fn transactions_details(transactions: &Transactions, names: Names<'_>) -> String {
    let mut text = transactions.rows.as_ref().map_or(String::new(), |rows| format!("OF {} ROWS ", names.expr(rows)));
    text += match transactions.on_error {
        OnError::Fail => "ON ERROR FAIL",
        OnError::Continue => "ON ERROR CONTINUE",
        OnError::Break => "ON ERROR BREAK",
    };
    transactions.status.iter().for_each(|slot| text += &format!(" AS {}", names.slot(*slot)));
    text
}

fn result(kind: SubqueryResult, names: Names<'_>) -> String {
    match kind {
        SubqueryResult::Exists => "EXISTS".to_owned(),
        SubqueryResult::Count => "COUNT".to_owned(),
        SubqueryResult::Collect(slot) => format!("COLLECT {}", names.slot(slot)),
        SubqueryResult::First(slot) => format!("FIRST {}", names.slot(slot)),
    }
}

fn sort(keys: &[SortKey], limit: Option<&Expr>, names: Names<'_>) -> String {
    let key = |key: &SortKey| names.expr(&key.expr) + if key.descending { " DESC" } else { "" };
    let keys = join(keys, key);
    limit.map_or_else(|| keys.clone(), |limit| format!("{} by {keys}", names.expr(limit)))
}

fn index_seek(target: SeekTarget, index: &IndexDefinition, probe: &Probe, names: Names<'_>) -> String {
    let (slot, element) = match (target, index.target) {
        (SeekTarget::Node(slot), SchemaTarget::Label(label)) => {
            (slot, format!("({}:{})", names.slot(slot), names.catalog.label(label)))
        }
        (SeekTarget::Rel { rel, from, to }, SchemaTarget::RelType(rel_type)) => {
            let types = TypeTest::OneOf(vec![rel_type]);
            (rel, names.arrow(from, &names.rel(rel, &types, ""), to, Way::Outgoing))
        }
        (SeekTarget::Node(slot) | SeekTarget::Rel { rel: slot, .. }, _) => (slot, names.slot(slot)),
    };
    let key =
        |at: usize| format!("{}.{}", names.slot(slot), index.keys.get(at).map_or("?", |key| names.catalog.key(*key)));
    let sought = sought(probe, key, names);
    format!("{element} by {}: {sought}", index.name)
}

/// What is looked for, in values of keys by their place.
fn sought(probe: &Probe, key: impl Fn(usize) -> String, names: Names<'_>) -> String {
    match probe {
        Probe::Equal(values) => {
            let parts = values.iter().enumerate().map(|(at, value)| format!("{} = {}", key(at), names.operand(value)));
            parts.collect::<Vec<_>>().join(" AND ")
        }
        Probe::In(list) => format!("{} IN {}", key(0), names.operand(list)),
        Probe::Prefix(text) => format!("{} STARTS WITH {}", key(0), names.operand(text)),
        Probe::All => format!("{} IS NOT NULL", key(0)),
        Probe::Range { lower, upper } => {
            let bound = |side: &Bound, sign: &str| {
                let side = side.as_ref()?;
                Some(format!("{} {sign}{} {}", key(0), if side.1 { "=" } else { "" }, names.operand(&side.0)))
            };
            let parts = [bound(lower, ">"), bound(upper, "<")];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" AND ")
        }
    }
}

fn schema_change(change: &SchemaChange, names: Names<'_>) -> String {
    match change {
        SchemaChange::CreateIndex { kind, rule } => format!("{} {}", kind.as_str(), schema_rule(rule, names)),
        SchemaChange::CreateConstraint { kind, rule } => format!("{} {kind}", schema_rule(rule, names)),
        SchemaChange::CreateRule(rule) => format!("{} [:{}]", rule.name, names.catalog.rel_type(rule.head)),
        SchemaChange::Drop { name, if_exists, .. } => format!("{name}{}", if *if_exists { " IF EXISTS" } else { "" }),
    }
}

fn schema_rule(rule: &SchemaRule, names: Names<'_>) -> String {
    let name = rule.name.as_ref().map_or(String::new(), |name| format!("{name} "));
    let target = match rule.target {
        SchemaTarget::Label(label) => format!("(:{})", names.catalog.label(label)),
        SchemaTarget::RelType(rel_type) => format!("[:{}]", names.catalog.rel_type(rel_type)),
    };
    format!("{name}{target} ({})", join(&rule.keys, |key| names.catalog.key(*key).to_owned()))
}

fn create_item(item: &CreateItem, names: Names<'_>) -> String {
    match item {
        CreateItem::Node { slot, labels, named, properties, entity } => {
            let mut text = format!("({}", names.slot(*slot));
            labels.iter().for_each(|label| text += &format!(":{}", names.label(&LabelTest::Has(*label))));
            text += &computed(named, names);
            text += &entity.as_ref().map_or(String::new(), |entity| format!(" @{}", entity.name));
            text + &names.properties(properties) + ")"
        }
        CreateItem::Rel { slot, rel_type, from, to, properties, .. } => {
            let rel_type = match rel_type {
                NewType::Known(rel_type) => names.types(&TypeTest::OneOf(vec![*rel_type])),
                NewType::Named(name) => computed(std::slice::from_ref(name), names),
            };
            let rel = format!("{}{}{}", names.slot(*slot), rel_type, names.properties(properties));
            names.arrow(*from, &format!("[{rel}]"), *to, Way::Outgoing)
        }
    }
}

fn set_item(item: &SetItem, names: Names<'_>) -> String {
    let labels = |labels: &[LabelId]| {
        labels.iter().map(|label| format!(":{}", names.label(&LabelTest::Has(*label)))).collect::<String>()
    };
    match item {
        SetItem::Property { target, key, value } => {
            format!("{}.{} = {}", names.operand(target), names.catalog.key(*key), names.expr(value))
        }
        SetItem::Replace { target, value } => format!("{} = {}", names.slot(*target), names.expr(value)),
        SetItem::Merge { target, value } => format!("{} += {}", names.slot(*target), names.expr(value)),
        SetItem::AddLabels { target, labels: added, named } => {
            names.slot(*target) + &labels(added) + &computed(named, names)
        }
        SetItem::RemoveLabels { target, labels: removed, named } => {
            format!("remove {}{}{}", names.slot(*target), labels(removed), computed(named, names))
        }
        SetItem::Element { target, key, value: Some(value) } => {
            format!("{}[{}] = {}", names.operand(target), names.expr(key), names.expr(value))
        }
        SetItem::Element { target, key, value: None } => {
            format!("remove {}[{}]", names.operand(target), names.expr(key))
        }
        SetItem::RemoveProperty { target, key } => {
            let key = key.map_or("?", |key| names.catalog.key(key));
            format!("remove {}.{key}", names.operand(target))
        }
    }
}

/// Labels or a type whose names are computed.
fn computed(named: &[Expr], names: Names<'_>) -> String {
    named.iter().map(|expr| format!(":$({})", names.expr(expr))).collect()
}

fn join<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn subquery_name(index: usize) -> String {
    format!("subquery {index}")
}

fn arrow(middle: &str, way: Way) -> String {
    match way {
        Way::Outgoing => format!("-{middle}->"),
        Way::Incoming => format!("<-{middle}-"),
        Way::Both => format!("-{middle}-"),
    }
}

/// The names of slots, labels, types and keys.
#[derive(Clone, Copy)]
struct Names<'a> {
    slots: &'a [Option<Arc<str>>],
    catalog: &'a dyn Dictionary,
}

impl Names<'_> {
    fn slot(self, slot: Slot) -> String {
        match self.slots.get(slot.0 as usize) {
            Some(Some(name)) => name.to_string(),
            _ => format!("_{}", slot.0),
        }
    }

    fn slots(self, slots: &[Slot]) -> String {
        join(slots, |slot| self.slot(*slot))
    }

    /// `x AS y`, or `x` alone when it is called that anyway.
    fn item(self, slot: Slot, expr: &Expr) -> String {
        let (text, name) = (self.expr(expr), self.slot(slot));
        if text == name { text } else { format!("{text} AS {name}") }
    }

    fn arrow(self, from: Slot, rel: &str, to: Slot, way: Way) -> String {
        format!("({}){}({})", self.slot(from), arrow(rel, way), self.slot(to))
    }

    /// The hops of a round as a path.
    fn round(self, rounds: &Rounds) -> String {
        let mut text = format!("({})", self.slot(rounds.start));
        for hop in &rounds.hops {
            let rel = self.rel(hop.rel, &hop.types, "");
            text += &format!("{}({})", arrow(&rel, hop.way), self.slot(hop.node));
        }
        text
    }

    /// What hangs at a node: `-[:TYPE]->(end:Label WHERE …) × …`.
    fn weight(self, weight: &Weight) -> String {
        let branches: Vec<String> = weight.branches().iter().map(|branch| self.branch(branch)).collect();
        branches.join(" and ")
    }

    fn branch(self, branch: &Branch) -> String {
        let named = branch.cited || !branch.tests.is_empty();
        let rel = if named { self.slot(branch.rel) } else { String::new() };
        let tests = self.tests(&branch.tests);
        let hop = arrow(&format!("[{rel}{}{tests}]", self.types(&branch.types)), branch.way);
        if branch.is_only_tested() {
            return hop;
        }
        let labels: String = branch.labels.iter().map(|test| format!(":{}", self.label(test))).collect();
        let mut text = format!("{hop}({}{labels}{}", self.slot(branch.end), self.tests(&branch.predicates));
        branch.weights.iter().for_each(|weight| text += &format!(" × {}", self.weight(weight)));
        text + ")"
    }

    /// ` WHERE …`; nothing without tests.
    fn tests(self, tests: &[Expr]) -> String {
        if tests.is_empty() { String::new() } else { format!(" WHERE {}", self.join_with(tests, " AND ")) }
    }

    /// `[r:TYPE*1..2]`, without the slot when it has no name.
    fn rel(self, slot: Slot, types: &TypeTest, length: &str) -> String {
        format!("[{}{}{length}]", self.slot(slot), self.types(types))
    }

    fn types(self, types: &TypeTest) -> String {
        match types {
            TypeTest::Any => String::new(),
            TypeTest::OneOf(types) if types.is_empty() => ":!".to_owned(),
            TypeTest::OneOf(types) => {
                let names: Vec<&str> = types.iter().map(|each| self.catalog.rel_type(*each)).collect();
                format!(":{}", names.join("|"))
            }
        }
    }

    fn label(self, test: &LabelTest) -> String {
        let parts = |tests: &[LabelTest], between: &str| {
            let parts: Vec<String> = tests.iter().map(|test| self.label(test)).collect();
            if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(between)) }
        };
        match test {
            LabelTest::Has(label) => self.catalog.label(*label).to_string(),
            LabelTest::Never => "!%".to_owned(),
            LabelTest::Any => "%".to_owned(),
            LabelTest::Not(inner) => format!("!{}", self.label(inner)),
            LabelTest::And(tests) => parts(tests, "&"),
            LabelTest::Or(tests) => parts(tests, "|"),
        }
    }

    fn properties(self, properties: &Properties) -> String {
        match properties {
            Properties::Items(items) if items.is_empty() => String::new(),
            Properties::Items(items) => {
                let item = |(key, expr): &(_, Expr)| format!("{}: {}", self.catalog.key(*key), self.expr(expr));
                format!(" {{{}}}", join(items, item))
            }
            Properties::Map(map) => format!(" {}", self.expr(map)),
        }
    }

    fn aggregate(self, call: &AggregateCall) -> String {
        let name = match call.aggregate {
            Aggregate::CountStar => return "count(*)".to_owned(),
            Aggregate::Count => "count",
            Aggregate::Sum => "sum",
            Aggregate::Avg => "avg",
            Aggregate::Min => "min",
            Aggregate::Max => "max",
            Aggregate::Collect => "collect",
            Aggregate::StDev => "stDev",
            Aggregate::StDevP => "stDevP",
            Aggregate::PercentileCont => "percentileCont",
            Aggregate::PercentileDisc => "percentileDisc",
            Aggregate::Cited => "cited",
        };
        let distinct = if call.distinct { "DISTINCT " } else { "" };
        format!("{name}({distinct}{})", self.join_with(&call.arguments, ", "))
    }

    fn join_with(self, parts: &[Expr], between: &str) -> String {
        let alone = parts.len() == 1 || between == ", ";
        let text = |part| if alone { self.expr(part) } else { self.operand(part) };
        parts.iter().map(text).collect::<Vec<_>>().join(between)
    }

    /// An expression as part of a larger one: in parentheses unless it holds together by itself.
    fn operand(self, expr: &Expr) -> String {
        let loose = matches!(
            expr.kind,
            ExprKind::And(_)
                | ExprKind::Or(_)
                | ExprKind::Binary(..)
                | ExprKind::Compare(..)
                | ExprKind::Not(_)
                | ExprKind::Negate(_)
                | ExprKind::Plus(_)
                | ExprKind::IsNull { .. }
                | ExprKind::Test { .. }
        );
        if loose { format!("({})", self.expr(expr)) } else { self.expr(expr) }
    }

    fn expr(self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Const(value) => constant(value),
            ExprKind::Parameter(name) => format!("${name}"),
            ExprKind::Slot(slot) | ExprKind::Local(slot) => self.slot(*slot),
            ExprKind::Property { base, key, .. } => format!("{}.{key}", self.operand(base)),
            ExprKind::Index { base, index } => format!("{}[{}]", self.operand(base), self.expr(index)),
            ExprKind::Slice { base, from, to } => {
                format!("{}[{}..{}]", self.operand(base), self.maybe(from), self.maybe(to))
            }
            ExprKind::List(items) => format!("[{}]", self.join_with(items, ", ")),
            ExprKind::Map(items) => format!("{{{}}}", self.entries(items)),
            ExprKind::MapProjection { base, all, items } => {
                let all = if *all { ".*" } else { "" };
                let between = if !all.is_empty() && !items.is_empty() { ", " } else { "" };
                format!("{} {{{all}{between}{}}}", self.operand(base), self.entries(items))
            }
            ExprKind::Not(inner) => format!("NOT {}", self.operand(inner)),
            ExprKind::Negate(inner) => format!("-{}", self.operand(inner)),
            ExprKind::Plus(inner) => format!("+{}", self.operand(inner)),
            ExprKind::And(parts) => self.join_with(parts, " AND "),
            ExprKind::Or(parts) => self.join_with(parts, " OR "),
            ExprKind::Binary(op, left, right) => {
                format!("{} {} {}", self.operand(left), op.as_str(), self.operand(right))
            }
            ExprKind::Compare(op, left, right) => {
                format!("{} {} {}", self.operand(left), op.as_str(), self.operand(right))
            }
            ExprKind::IsNull { operand, negated } => {
                format!("{} IS {}NULL", self.operand(operand), if *negated { "NOT " } else { "" })
            }
            ExprKind::Test { operand, test, negated } => {
                let test = match test {
                    ValueTest::Type(ty) => format!(":: {ty}"),
                    ValueTest::Normalized(form) => format!("{} NORMALIZED", form.name()),
                };
                format!("{} IS {}{test}", self.operand(operand), if *negated { "NOT " } else { "" })
            }
            ExprKind::HasLabels { base, labels } => format!("{}:{}", self.operand(base), self.label(labels)),
            ExprKind::HasType { base, types } => format!("{}{}", self.operand(base), self.types(types)),
            ExprKind::HasNames { base, names, any } => {
                format!("{}:${}({})", self.operand(base), if *any { "any" } else { "" }, self.expr(names))
            }
            ExprKind::Call { function, arguments } => {
                format!("{}({})", function.name, self.join_with(arguments, ", "))
            }
            ExprKind::Path(steps) => format!("path({})", self.slots(steps)),
            ExprKind::Subquery(id) => format!("[{}]", subquery_name(id.0 as usize)),
            ExprKind::Entity(entity) => format!("@{}", entity.name),
            _ => self.scoped(expr),
        }
    }

    /// The expressions that have parts of their own scope or branches.
    fn scoped(self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Case { subject, branches, otherwise } => {
                let mut text = "CASE".to_owned();
                subject
                    .iter()
                    .for_each(|(local, subject)| text += &format!(" {} = {}", self.slot(*local), self.expr(subject)));
                for (condition, value) in branches {
                    text += &format!(" WHEN {} THEN {}", self.expr(condition), self.expr(value));
                }
                otherwise.iter().for_each(|value| text += &format!(" ELSE {}", self.expr(value)));
                text + " END"
            }
            ExprKind::Comprehension { variable, list, predicate, result } => {
                let mut text = format!("[{} IN {}", self.slot(*variable), self.expr(list));
                predicate.iter().for_each(|predicate| text += &format!(" WHERE {}", self.expr(predicate)));
                result.iter().for_each(|result| text += &format!(" | {}", self.expr(result)));
                text + "]"
            }
            ExprKind::Quantifier { quantifier, variable, list, predicate } => {
                let name = match quantifier {
                    Quantifier::All => "all",
                    Quantifier::Any => "any",
                    Quantifier::None => "none",
                    Quantifier::Single => "single",
                };
                let (list, predicate) = (self.expr(list), self.expr(predicate));
                format!("{name}({} IN {list} WHERE {predicate})", self.slot(*variable))
            }
            ExprKind::Reduce { accumulator, initial, variable, list, step } => {
                let (initial, list, step) = (self.expr(initial), self.expr(list), self.expr(step));
                let (accumulator, variable) = (self.slot(*accumulator), self.slot(*variable));
                format!("reduce({accumulator} = {initial}, {variable} IN {list} | {step})")
            }
            _ => String::new(),
        }
    }

    fn maybe(self, expr: &Option<Box<Expr>>) -> String {
        expr.as_ref().map_or(String::new(), |expr| self.expr(expr))
    }

    fn entries(self, items: &[(Arc<str>, Expr)]) -> String {
        join(items, |(key, expr)| format!("{key}: {}", self.expr(expr)))
    }
}

/// A constant; large ones are shortened to what they are.
fn constant(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        Value::List(items) if items.len() <= 8 => format!("[{}]", join(items, constant)),
        other => format!("<{}>", other.type_name()),
    }
}
