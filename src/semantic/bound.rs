//! The bound query: what a statement means, before anyone has thought about how to compute it.
//!
//! Every variable of a statement, subqueries included, has its own [`Slot`]; a row of the whole statement is one frame
//! of slots. A name that is projected anew (`WITH a`) may keep its slot: a slot is written once on any way through
//! the clauses. Hidden values (anonymous pattern elements, aggregates) have slots as well.

use super::choice::Selection;
use crate::functions::{Aggregate, Function, TypeSet};
use crate::span::Span;
use crate::store::{ConstraintKind, IndexKind, SchemaKind, SchemaTarget, TypesRead};
use crate::syntax::ast::{BinaryOp, CompareOp, OnError, PatternDirection, Quantifier, Shortest, ShowKind};
use crate::value::types::Type;
use crate::value::{KeyId, LabelId, NormalForm, RelTypeId, Value};
use std::sync::Arc;

/// The place of a value in the frame of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// A bound statement.
#[derive(Clone, Debug)]
pub struct BoundQuery {
    /// The clauses.
    pub query: Union,
    /// The result's columns, in order; empty when the statement returns nothing.
    pub columns: Vec<Column>,
    /// How many slots the frame has.
    pub frame: u32,
    /// The names of the slots that have one, for plans and messages.
    pub slot_names: Vec<Option<Arc<str>>>,
    /// The subqueries inside expressions, by [`SubqueryId`].
    pub subqueries: Vec<Subquery>,
    /// The parameters it needs, each with the place of its first use.
    pub parameters: Vec<(Arc<str>, Span)>,
    /// Whether it changes the graph.
    pub writes: bool,
    /// Whether the last column is what each row rests on.
    pub cited: bool,
    /// Whether it names an entity that must be there, so that it means something for the version alone that it was bound for.
    pub names_entities: bool,
    /// What the user should know, though it is no error: unknown labels, types and keys, with near names.
    pub notifications: Vec<Notification>,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Arc<str>,
    /// Where its value is.
    pub slot: Slot,
}

/// A remark about a statement that is legal but may not mean what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What it is about, as a stable code: `UnknownLabel`, `UnknownRelationshipType`, `UnknownPropertyKey`, …
    pub code: &'static str,
    /// The remark.
    pub message: String,
    /// The place.
    pub span: Span,
    /// What may help, e.g. the nearest known name, as a sentence.
    pub hint: Option<String>,
}

/// Arms joined by `UNION`; a query without `UNION` has one arm.
#[derive(Clone, Debug)]
pub struct Union {
    /// The arms: their clauses, and the slots of their columns in the order of `columns`.
    pub arms: Vec<Arm>,
    /// Whether duplicates stay (`UNION ALL`).
    pub all: bool,
    /// The slots that hold the columns of the whole. With one arm they are that arm's own.
    pub columns: Vec<Slot>,
}

/// One arm of a union.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The clauses in order.
    pub clauses: Vec<BoundClause>,
    /// The slots of its columns; empty when it returns nothing.
    pub columns: Vec<Slot>,
}

/// A clause.
#[derive(Clone, Debug)]
pub enum BoundClause {
    /// `MATCH`: every way to lay the pattern on the graph. `OPTIONAL`: at least one row, with nulls.
    Match {
        /// Whether a row without a match stays, with nulls.
        optional: bool,
        /// The pattern, property maps and inner predicates included.
        pattern: Pattern,
        /// The conjuncts of `WHERE`, of property maps and of inner predicates.
        predicates: Vec<Expr>,
    },
    /// `UNWIND`. Null gives no row; a value that is no list gives one row.
    Unwind {
        /// The list.
        list: Expr,
        /// The variable.
        slot: Slot,
    },
    /// `WITH` and `RETURN`.
    Project(Projection),
    /// `WHERE` after `WITH` or `YIELD`.
    Filter(Vec<Expr>),
    /// `CREATE`.
    Create(Creation),
    /// `MERGE`.
    Merge {
        /// What is looked for.
        pattern: Pattern,
        /// The property conditions of the pattern.
        predicates: Vec<Expr>,
        /// What is created when nothing is found.
        create: Creation,
        /// Done after creating.
        on_create: Vec<SetItem>,
        /// Done for each match.
        on_match: Vec<SetItem>,
    },
    /// `SET` and `REMOVE`.
    Set(Vec<SetItem>),
    /// `DELETE`.
    Delete {
        /// Whether relationships of deleted nodes go with them.
        detach: bool,
        /// Nodes, relationships or paths.
        targets: Vec<Expr>,
    },
    /// `FOREACH`.
    Foreach {
        /// The variable.
        slot: Slot,
        /// The list.
        list: Expr,
        /// Updating clauses.
        body: Vec<BoundClause>,
    },
    /// `CALL` of a procedure.
    Call {
        /// The procedure's name; the session knows its code.
        procedure: Arc<str>,
        /// The arguments.
        arguments: Vec<Expr>,
        /// Output columns: their index in the procedure's signature and where they go.
        yields: Vec<(usize, Slot)>,
        /// Whether the procedure has no outputs: then each input row passes on unchanged.
        void: bool,
        /// The call.
        span: Span,
    },
    /// `CREATE INDEX` and its kin.
    Schema(SchemaChange),
    /// `SHOW`: one row for each thing shown.
    Show {
        /// What is shown.
        shown: Shown,
        /// Columns, by their place among all columns of what is shown, and where they go.
        yields: Vec<(usize, Slot)>,
    },
    /// `CALL { … }`: the query is run for each row.
    Subquery {
        /// Whether a row for which it gives nothing stays, with nulls.
        optional: bool,
        /// The query.
        query: Union,
        /// The slots of the outer row that it reads.
        imports: Vec<Slot>,
        /// Whether it returns nothing: then each input row passes on once.
        unit: bool,
        /// Whether it changes the graph.
        writes: bool,
        /// `IN TRANSACTIONS`: what it changes is committed on the way.
        transactions: Option<Transactions>,
    },
    /// `LOAD CSV`.
    LoadCsv(LoadCsv),
}

/// How a subquery commits on the way.
#[derive(Clone, Debug)]
pub struct Transactions {
    /// How many rows a transaction takes; it depends on no row.
    pub rows: Option<Expr>,
    /// What becomes of the statement when one fails.
    pub on_error: OnError,
    /// Where the report of each row's transaction goes.
    pub status: Option<Slot>,
    /// The place of `IN TRANSACTIONS`.
    pub span: Span,
}

/// `LOAD CSV`: a row for each record of a file.
#[derive(Clone, Debug)]
pub struct LoadCsv {
    /// Whether the first record names the fields.
    pub headers: bool,
    /// The name of the file.
    pub source: Expr,
    /// What stands between fields.
    pub terminator: char,
    /// The variable.
    pub row: Slot,
    /// Where the number of the line goes, on which the record begins.
    pub line: Slot,
    /// Where the file's full name goes.
    pub file: Slot,
}

/// A change of the schema.
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaChange {
    /// An index is created.
    CreateIndex {
        /// Which kind.
        kind: IndexKind,
        /// What for.
        rule: SchemaRule,
    },
    /// A constraint is created.
    CreateConstraint {
        /// What it demands.
        kind: ConstraintKind,
        /// Of what.
        rule: SchemaRule,
    },
    /// A rule is created.
    CreateRule(Box<NewRule>),
    /// An index, a constraint or a rule is dropped.
    Drop {
        /// Which of them.
        kind: SchemaKind,
        /// Its name.
        name: Arc<str>,
        /// Whether it may be missing.
        if_exists: bool,
        /// Where the name stands.
        span: Span,
    },
}

/// A rule to be created.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRule {
    /// Its name.
    pub name: Arc<str>,
    /// Whether a rule of the name is replaced.
    pub or_replace: bool,
    /// Whether nothing is done when there is one already.
    pub if_not_exists: bool,
    /// The type of what it derives.
    pub head: RelTypeId,
    /// The statement that makes it.
    pub statement: Arc<str>,
    /// The types that it needs.
    pub needs: TypesRead,
    /// The types that it excludes.
    pub excludes: TypesRead,
    /// The place of the name.
    pub span: Span,
}

/// What indexes and constraints have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaRule {
    /// The name, where one is given.
    pub name: Option<Arc<str>>,
    /// Whether nothing is done when there is one already.
    pub if_not_exists: bool,
    /// Whose properties.
    pub target: SchemaTarget,
    /// The properties.
    pub keys: Vec<KeyId>,
    /// The place of the label or type.
    pub span: Span,
}

/// What `SHOW` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The kind of things.
    pub kind: ShowKind,
    /// The word that chooses among them; empty for all.
    pub filter: &'static str,
}

/// A pattern: a graph of nodes and relationships, and paths laid through it.
#[derive(Clone, Debug, Default)]
pub struct Pattern {
    /// The nodes. A variable that occurs twice is one node here.
    pub nodes: Vec<PatternNode>,
    /// The relationships. All those of one pattern bind different relationships of the graph.
    pub rels: Vec<PatternRel>,
    /// The named paths.
    pub paths: Vec<PatternPath>,
}

/// A node of a pattern.
#[derive(Clone, Debug)]
pub struct PatternNode {
    /// Its slot.
    pub slot: Slot,
    /// Whether the row already holds it when the clause begins.
    pub bound: bool,
    /// What its labels must be.
    pub labels: Option<LabelTest>,
    /// The name or alias it must have.
    pub entity: Option<EntityRef>,
}

/// An entity named in a query.
#[derive(Clone, Debug)]
pub struct EntityRef {
    /// The name or alias.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A relationship of a pattern.
#[derive(Clone, Debug)]
pub struct PatternRel {
    /// Its slot: a relationship, or with a variable length the list of relationships.
    pub slot: Slot,
    /// Whether the row already holds it when the clause begins.
    pub bound: bool,
    /// The index of the node on its left, as written.
    pub left: usize,
    /// The index of the node on its right, as written.
    pub right: usize,
    /// Where it points. The list of a variable length runs from left to right in any case.
    pub direction: PatternDirection,
    /// Which types fit.
    pub types: TypeTest,
    /// `None` for exactly one relationship.
    pub length: Option<VarLength>,
    /// Whether the slot is read by anything but the pattern itself.
    pub named: bool,
    /// Whether it may bind a relationship that another one of the pattern binds, or the same one twice.
    pub repeats: bool,
}

/// The length of a variable-length relationship.
#[derive(Clone, Debug)]
pub struct VarLength {
    /// The least number of relationships.
    pub min: u32,
    /// The greatest number; `None` for no limit.
    pub max: Option<u32>,
    /// What each relationship must fulfil: predicates over [`ExprKind::Local`] of `element`.
    pub predicates: Vec<Expr>,
    /// The local slot that holds the relationship under test.
    pub element: Slot,
    /// Whether only shortest paths count.
    pub shortest: Option<Shortest>,
    /// The path of each round, when it is more than one relationship between any two nodes. `min` and `max` then count
    /// rounds, and `predicates` may read the locals of the group.
    pub group: Option<Group>,
    /// The whole path between the two nodes, when only some of the paths are kept. `min` and `max` are then those of all
    /// of it, and `predicates` read its locals.
    pub selection: Option<Box<Selection>>,
}

/// A path that is walked again and again, each round from where the one before ended.
#[derive(Clone, Debug)]
pub struct Group {
    /// The local of the node where a round begins.
    pub start: Slot,
    /// The hops of a round, as written from left to right.
    pub hops: Vec<GroupHop>,
    /// The slots of the group's variables: each gets the list of what one element was in every round. Elements are
    /// counted along the path: node, relationship, node, …
    pub lists: Vec<(Slot, usize)>,
}

/// One relationship of a group and the node after it.
#[derive(Clone, Debug)]
pub struct GroupHop {
    /// Where it points.
    pub direction: PatternDirection,
    /// Which types fit.
    pub types: TypeTest,
    /// The local of the relationship.
    pub rel: Slot,
    /// The local of the node after it.
    pub node: Slot,
}

impl Group {
    /// The locals of its elements.
    pub fn locals(&self) -> impl Iterator<Item = Slot> + '_ {
        std::iter::once(self.start).chain(self.hops.iter().flat_map(|hop| [hop.rel, hop.node]))
    }
}

impl VarLength {
    /// A length without conditions. `element`: the local of the relationship under test.
    pub fn plain(min: u32, max: Option<u32>, element: Slot) -> VarLength {
        VarLength { min, max, predicates: Vec::new(), element, shortest: None, group: None, selection: None }
    }

    /// The slots of the variables inside it.
    pub fn lists(&self) -> impl Iterator<Item = Slot> + '_ {
        let groups = self.group.iter().flat_map(|group| group.lists.iter().map(|(slot, _)| *slot));
        let inner = self.selection.iter().flat_map(|selection| selection.outputs.iter().map(|(slot, _)| *slot));
        groups.chain(inner)
    }
}

/// A named path through a pattern.
#[derive(Clone, Debug)]
pub struct PatternPath {
    /// Its slot.
    pub slot: Slot,
    /// The slots along it: node, relationship (or list of relationships), node, …, as written from left to right.
    pub steps: Vec<Slot>,
}

/// Which relationship types fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeTest {
    /// Any.
    Any,
    /// Any of these; types the graph does not know are left out, so an empty list fits nothing.
    OneOf(Vec<RelTypeId>),
}

impl TypeTest {
    /// Whether a relationship type passes.
    pub fn has(&self, rel_type: RelTypeId) -> bool {
        match self {
            TypeTest::Any => true,
            TypeTest::OneOf(types) => types.contains(&rel_type),
        }
    }
}

/// A test of a node's labels. Labels the graph does not know are `Never`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelTest {
    /// It has the label.
    Has(LabelId),
    /// It fails: the label is unknown.
    Never,
    /// It has at least one label.
    Any,
    /// The test fails.
    Not(Box<LabelTest>),
    /// All hold.
    And(Vec<LabelTest>),
    /// One holds.
    Or(Vec<LabelTest>),
}

/// What `CREATE` and `MERGE` make. Items stand in the order in which they are made.
#[derive(Clone, Debug, Default)]
pub struct Creation {
    /// The items.
    pub items: Vec<CreateItem>,
    /// The named paths through them.
    pub paths: Vec<PatternPath>,
}

/// One thing to create.
#[derive(Clone, Debug)]
pub enum CreateItem {
    /// A node.
    Node {
        /// Where it goes.
        slot: Slot,
        /// Its labels.
        labels: Vec<LabelId>,
        /// Expressions that give names of further labels.
        named: Vec<Expr>,
        /// Its properties.
        properties: Properties,
        /// `@name`: it is created with this `name`.
        entity: Option<EntityRef>,
    },
    /// A relationship between nodes that are bound or created before it.
    Rel {
        /// Where it goes.
        slot: Slot,
        /// Its type.
        rel_type: NewType,
        /// Where it starts.
        from: Slot,
        /// Where it ends.
        to: Slot,
        /// Its properties.
        properties: Properties,
        /// The place of the pattern.
        span: Span,
    },
}

/// The type of a relationship to create.
#[derive(Clone, Debug)]
pub enum NewType {
    /// A type.
    Known(RelTypeId),
    /// The type whose name an expression gives.
    Named(Expr),
}

/// The properties of something to create.
#[derive(Clone, Debug)]
pub enum Properties {
    /// Keys and values.
    Items(Vec<(KeyId, Expr)>),
    /// A map known only when running (`$properties`).
    Map(Expr),
}

/// A change of properties or labels. Changes of null are ignored.
#[derive(Clone, Debug)]
pub enum SetItem {
    /// `target.key = value`.
    Property {
        /// A node or relationship.
        target: Expr,
        /// The key.
        key: KeyId,
        /// The value; null removes.
        value: Expr,
    },
    /// `target = value`.
    Replace {
        /// A node or relationship.
        target: Slot,
        /// A map or an entity.
        value: Expr,
    },
    /// `target += value`.
    Merge {
        /// A node or relationship.
        target: Slot,
        /// A map or an entity.
        value: Expr,
    },
    /// Labels are added.
    AddLabels {
        /// A node.
        target: Slot,
        /// The labels.
        labels: Vec<LabelId>,
        /// Expressions that give names of further labels.
        named: Vec<Expr>,
    },
    /// Labels are removed.
    RemoveLabels {
        /// A node.
        target: Slot,
        /// The labels.
        labels: Vec<LabelId>,
        /// Expressions that give names of further labels.
        named: Vec<Expr>,
    },
    /// `target[key] = value`.
    Element {
        /// A node or relationship.
        target: Expr,
        /// The name of the key.
        key: Expr,
        /// The value; null removes. `None` for `REMOVE target[key]`.
        value: Option<Expr>,
    },
    /// `REMOVE target.key`.
    RemoveProperty {
        /// A node or relationship.
        target: Expr,
        /// The key; `None` when the graph does not know it, so that there is nothing to remove.
        key: Option<KeyId>,
    },
}

/// The body of `WITH` and `RETURN`, with aggregation taken apart: rows are grouped by the keys and aggregated, then
/// the items are computed for each group from the slots of keys and aggregates. Without aggregation the items are
/// computed for each row.
#[derive(Clone, Debug)]
pub struct Projection {
    /// Grouping, when there is aggregation.
    pub grouping: Option<Grouping>,
    /// The projected columns: where each goes and what it is. `ORDER BY` and later clauses see them.
    pub items: Vec<(Slot, Expr)>,
    /// Whether duplicates of the items' slots are dropped.
    pub distinct: bool,
    /// `ORDER BY`: keys over the projected slots and, where openCypher allows it, those before them.
    pub order_by: Vec<SortKey>,
    /// `SKIP`; depends on no row.
    pub skip: Option<Expr>,
    /// `LIMIT`; depends on no row.
    pub limit: Option<Expr>,
    /// The slots that later clauses can see.
    pub visible: Vec<Slot>,
}

/// What is asked of a value by a predicate that is no operator.
#[derive(Clone, Debug)]
pub enum ValueTest {
    /// Whether it is of the type; null is of every nullable type.
    Type(Type),
    /// Whether it is text in this form; null for what is no text.
    Normalized(NormalForm),
}

/// How rows are grouped.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// Grouping keys, computed for each row.
    pub keys: Vec<(Slot, Expr)>,
    /// Aggregates over the rows of a group.
    pub aggregates: Vec<(Slot, AggregateCall)>,
}

/// A key of `ORDER BY`.
#[derive(Clone, Debug)]
pub struct SortKey {
    /// What is compared.
    pub expr: Expr,
    /// Whether greater values come first.
    pub descending: bool,
}

/// A call of an aggregate function.
#[derive(Clone, Debug)]
pub struct AggregateCall {
    /// The function.
    pub aggregate: Aggregate,
    /// Whether equal values count once.
    pub distinct: bool,
    /// The arguments: none for `count(*)`, two for percentiles.
    pub arguments: Vec<Expr>,
    /// The call.
    pub span: Span,
}

/// A subquery inside an expression, by its place in [`BoundQuery::subqueries`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubqueryId(pub u32);

/// A subquery inside an expression.
#[derive(Clone, Debug)]
pub struct Subquery {
    /// What it gives.
    pub kind: SubqueryResult,
    /// The query.
    pub query: Union,
    /// The slots of the outer row that it reads.
    pub imports: Vec<Slot>,
    /// Those of the imports that are locals of an enclosing comprehension: with any of them it cannot be computed
    /// before the expression.
    pub local_imports: Vec<Slot>,
}

/// What a subquery inside an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubqueryResult {
    /// Whether there is a row.
    Exists,
    /// How many rows there are.
    Count,
    /// The values of the slot over all rows, as a list (pattern comprehension and `COLLECT`).
    Collect(Slot),
    /// The value of the slot in the first row, or null (`shortestPath` as an expression).
    First(Slot),
}

/// A bound expression and the place it came from.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Which expression.
    pub kind: ExprKind,
    /// Where it stood.
    pub span: Span,
}

/// The bound expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A constant.
    Const(Value),
    /// A parameter.
    Parameter(Arc<str>),
    /// A value of the row.
    Slot(Slot),
    /// A variable of an enclosing comprehension, quantifier or `reduce`; it has a slot number of its own but lives
    /// only while the expression is computed.
    Local(Slot),
    /// `base.key` of a node, relationship, map or temporal value.
    Property {
        /// The base.
        base: Box<Expr>,
        /// The key as text, for maps and temporal values.
        key: Arc<str>,
        /// The key in the graph, for entities; `None` when the graph does not know it.
        id: Option<KeyId>,
    },
    /// `base[index]`.
    Index {
        /// A list, map or entity.
        base: Box<Expr>,
        /// An integer or text.
        index: Box<Expr>,
    },
    /// `base[from..to]`.
    Slice {
        /// A list.
        base: Box<Expr>,
        /// The first index.
        from: Option<Box<Expr>>,
        /// One past the last index.
        to: Option<Box<Expr>>,
    },
    /// A list.
    List(Vec<Expr>),
    /// A map.
    Map(Vec<(Arc<str>, Expr)>),
    /// All properties of an entity or all entries of a map, with these on top (map projection). Null of null.
    MapProjection {
        /// The base.
        base: Box<Expr>,
        /// `.*`.
        all: bool,
        /// Entries.
        items: Vec<(Arc<str>, Expr)>,
    },
    /// `NOT a`.
    Not(Box<Expr>),
    /// `-a`.
    Negate(Box<Expr>),
    /// `+a`: `a`, which must be a number.
    Plus(Box<Expr>),
    /// All hold, in three-valued logic.
    And(Vec<Expr>),
    /// One holds, in three-valued logic.
    Or(Vec<Expr>),
    /// A binary operator.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// A comparison. Chains are conjunctions of these.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `a IS [NOT] NULL`.
    IsNull {
        /// The operand.
        operand: Box<Expr>,
        /// `NOT`.
        negated: bool,
    },
    /// `a IS [NOT] :: TYPE`, `a IS [NOT] NORMALIZED`.
    Test {
        /// The operand.
        operand: Box<Expr>,
        /// What is tested.
        test: ValueTest,
        /// `NOT`.
        negated: bool,
    },
    /// `node:Label`.
    HasLabels {
        /// A node.
        base: Box<Expr>,
        /// The test.
        labels: LabelTest,
    },
    /// `relationship:TYPE`.
    HasType {
        /// A relationship.
        base: Box<Expr>,
        /// The test.
        types: TypeTest,
    },
    /// Whether a node has labels, or a relationship a type, whose names are computed.
    HasNames {
        /// A node or relationship.
        base: Box<Expr>,
        /// A name or a list of names.
        names: Box<Expr>,
        /// Whether one of them is enough.
        any: bool,
    },
    /// A function call.
    Call {
        /// The function.
        function: &'static Function,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `CASE`.
    Case {
        /// The subject, with the local in which the conditions find its value.
        subject: Option<(Slot, Box<Expr>)>,
        /// Conditions and results.
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`.
        otherwise: Option<Box<Expr>>,
    },
    /// A list comprehension.
    Comprehension {
        /// The local.
        variable: Slot,
        /// The list.
        list: Box<Expr>,
        /// `WHERE`.
        predicate: Option<Box<Expr>>,
        /// The result; `None` for the element itself.
        result: Option<Box<Expr>>,
    },
    /// `all`, `any`, `none`, `single`.
    Quantifier {
        /// Which.
        quantifier: Quantifier,
        /// The local.
        variable: Slot,
        /// The list.
        list: Box<Expr>,
        /// The predicate.
        predicate: Box<Expr>,
    },
    /// `reduce`.
    Reduce {
        /// The accumulator's local.
        accumulator: Slot,
        /// Its first value.
        initial: Box<Expr>,
        /// The element's local.
        variable: Slot,
        /// The list.
        list: Box<Expr>,
        /// The next value.
        step: Box<Expr>,
    },
    /// The path through these slots: node, relationship or list of relationships, node, … Null when one is null.
    Path(Vec<Slot>),
    /// A subquery.
    Subquery(SubqueryId),
    /// The entity of that name or alias; an error when there is none or more than one.
    Entity(EntityRef),
}

impl Expr {
    /// An expression at a place.
    pub fn new(kind: ExprKind, span: Span) -> Expr {
        Expr { kind, span }
    }

    /// Whether it has one value in the whole run: it reads no row, and no function in it gives something new at each
    /// call.
    pub fn is_fixed(&self) -> bool {
        let reads =
            matches!(self.kind, ExprKind::Slot(_) | ExprKind::Path(_) | ExprKind::Subquery(_) | ExprKind::Entity(_));
        !reads && !self.calls_volatile() && self.parts_all(Expr::is_fixed)
    }

    /// Whether it gives the same for the same row: no function in it gives something new at each call, and there is no
    /// subquery.
    pub fn is_steady(&self) -> bool {
        !matches!(self.kind, ExprKind::Subquery(_)) && !self.calls_volatile() && self.parts_all(Expr::is_steady)
    }

    /// The property that it reads, and the slot of its entity, when it reads nothing else and is steady.
    pub fn only_property(&self) -> Option<(Slot, KeyId)> {
        let mut found = None;
        (self.is_steady() && self.reads_only(&mut found)).then_some(found).flatten()
    }

    fn reads_only(&self, found: &mut Option<(Slot, KeyId)>) -> bool {
        match &self.kind {
            ExprKind::Property { base, id: Some(key), .. } if let ExprKind::Slot(slot) = base.kind => {
                *found.get_or_insert((slot, *key)) == (slot, *key)
            }
            ExprKind::Slot(_) | ExprKind::Local(_) | ExprKind::Path(_) | ExprKind::Entity(_) => false,
            _ => {
                let mut only = true;
                self.for_each_child(&mut |part| only = only && part.reads_only(found));
                only
            }
        }
    }

    /// Whether on the way to its value it builds texts, lists or maps that may be larger than all that it reads.
    pub fn builds_values(&self) -> bool {
        match &self.kind {
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Concat, ..)
            | ExprKind::Slice { .. }
            | ExprKind::Comprehension { .. }
            | ExprKind::Reduce { .. }
            | ExprKind::Subquery(_) => true,
            ExprKind::Call { function, .. } if function.result.meets(TypeSet::GROWING) => true,
            _ => !self.parts_all(|part| !part.builds_values()),
        }
    }

    /// Whether it is true, false or null whatever the row.
    pub fn is_truth(&self) -> bool {
        matches!(
            self.kind,
            ExprKind::Compare(..)
                | ExprKind::IsNull { .. }
                | ExprKind::HasLabels { .. }
                | ExprKind::HasType { .. }
                | ExprKind::And(_)
                | ExprKind::Or(_)
                | ExprKind::Not(_)
        )
    }

    fn calls_volatile(&self) -> bool {
        matches!(&self.kind, ExprKind::Call { function, .. } if function.is_volatile())
    }

    fn parts_all(&self, holds: impl Fn(&Expr) -> bool) -> bool {
        let mut all = true;
        self.for_each_child(&mut |part| all &= holds(part));
        all
    }

    /// Calls `visit` with each direct part of the expression. Subqueries are not entered.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            ExprKind::Const(_)
            | ExprKind::Parameter(_)
            | ExprKind::Slot(_)
            | ExprKind::Local(_)
            | ExprKind::Path(_)
            | ExprKind::Subquery(_)
            | ExprKind::Entity(_) => {}
            ExprKind::Property { base: inner, .. }
            | ExprKind::Not(inner)
            | ExprKind::Negate(inner)
            | ExprKind::Plus(inner)
            | ExprKind::IsNull { operand: inner, .. }
            | ExprKind::Test { operand: inner, .. }
            | ExprKind::HasLabels { base: inner, .. }
            | ExprKind::HasType { base: inner, .. } => visit(inner),
            ExprKind::Index { base: left, index: right }
            | ExprKind::HasNames { base: left, names: right, .. }
            | ExprKind::Binary(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::Quantifier { list: left, predicate: right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::Slice { base, from, to } => {
                visit(base);
                from.iter().chain(to).for_each(|part| visit(part));
            }
            ExprKind::List(parts) | ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().for_each(visit),
            ExprKind::Call { arguments, .. } => arguments.iter().for_each(visit),
            ExprKind::Map(items) => items.iter().for_each(|(_, part)| visit(part)),
            ExprKind::MapProjection { base, items, .. } => {
                visit(base);
                items.iter().for_each(|(_, part)| visit(part));
            }
            ExprKind::Case { subject, branches, otherwise } => {
                subject.iter().for_each(|(_, part)| visit(part));
                for (condition, result) in branches {
                    visit(condition);
                    visit(result);
                }
                otherwise.iter().for_each(|part| visit(part));
            }
            ExprKind::Comprehension { list, predicate, result, .. } => {
                visit(list);
                predicate.iter().chain(result).for_each(|part| visit(part));
            }
            ExprKind::Reduce { initial, list, step, .. } => {
                visit(initial);
                visit(list);
                visit(step);
            }
        }
    }
}

impl Expr {
    /// Calls `visit` with each direct part of the expression, to be changed. Subqueries are not entered.
    pub fn for_each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            ExprKind::Const(_)
            | ExprKind::Parameter(_)
            | ExprKind::Slot(_)
            | ExprKind::Local(_)
            | ExprKind::Path(_)
            | ExprKind::Subquery(_)
            | ExprKind::Entity(_) => {}
            ExprKind::Property { base: inner, .. }
            | ExprKind::Not(inner)
            | ExprKind::Negate(inner)
            | ExprKind::Plus(inner)
            | ExprKind::IsNull { operand: inner, .. }
            | ExprKind::Test { operand: inner, .. }
            | ExprKind::HasLabels { base: inner, .. }
            | ExprKind::HasType { base: inner, .. } => visit(inner),
            ExprKind::Index { base: left, index: right }
            | ExprKind::HasNames { base: left, names: right, .. }
            | ExprKind::Binary(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::Quantifier { list: left, predicate: right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::Slice { base, from, to } => {
                visit(base);
                from.iter_mut().chain(to).for_each(|part| visit(part));
            }
            ExprKind::List(parts) | ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter_mut().for_each(visit),
            ExprKind::Call { arguments, .. } => arguments.iter_mut().for_each(visit),
            ExprKind::Map(items) => items.iter_mut().for_each(|(_, part)| visit(part)),
            ExprKind::MapProjection { base, items, .. } => {
                visit(base);
                items.iter_mut().for_each(|(_, part)| visit(part));
            }
            ExprKind::Case { subject, branches, otherwise } => {
                subject.iter_mut().for_each(|(_, part)| visit(part));
                for (condition, result) in branches {
                    visit(condition);
                    visit(result);
                }
                otherwise.iter_mut().for_each(|part| visit(part));
            }
            ExprKind::Comprehension { list, predicate, result, .. } => {
                visit(list);
                predicate.iter_mut().chain(result).for_each(|part| visit(part));
            }
            ExprKind::Reduce { initial, list, step, .. } => {
                visit(initial);
                visit(list);
                visit(step);
            }
        }
    }
}

impl CreateItem {
    /// The expressions in it.
    pub fn expressions(&self) -> Vec<&Expr> {
        let (CreateItem::Node { properties, .. } | CreateItem::Rel { properties, .. }) = self;
        let mut all: Vec<&Expr> = match properties {
            Properties::Items(items) => items.iter().map(|(_, expr)| expr).collect(),
            Properties::Map(map) => vec![map],
        };
        match self {
            CreateItem::Node { named, .. } => all.extend(named),
            CreateItem::Rel { rel_type: NewType::Named(name), .. } => all.push(name),
            CreateItem::Rel { .. } => {}
        }
        all
    }
}

impl SetItem {
    /// The expressions in it.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            SetItem::Property { target, value, .. } => vec![target, value],
            SetItem::Replace { value, .. } | SetItem::Merge { value, .. } => vec![value],
            SetItem::AddLabels { named, .. } | SetItem::RemoveLabels { named, .. } => named.iter().collect(),
            SetItem::Element { target, key, value } => [target, key].into_iter().chain(value).collect(),
            SetItem::RemoveProperty { target, .. } => vec![target],
        }
    }

    /// The slot of the entity that it changes, when it is given by a slot.
    pub fn target_slot(&self) -> Option<Slot> {
        match self {
            SetItem::Replace { target, .. }
            | SetItem::Merge { target, .. }
            | SetItem::AddLabels { target, .. }
            | SetItem::RemoveLabels { target, .. } => Some(*target),
            SetItem::Property { .. } | SetItem::RemoveProperty { .. } | SetItem::Element { .. } => None,
        }
    }
}

impl SubqueryResult {
    /// The slot of the subquery's rows that the result is taken from.
    pub fn slot(self) -> Option<Slot> {
        match self {
            SubqueryResult::Exists | SubqueryResult::Count => None,
            SubqueryResult::Collect(slot) | SubqueryResult::First(slot) => Some(slot),
        }
    }
}

/// Calls `found` with each subquery in an expression, outermost subqueries only.
pub fn for_each_subquery(expr: &Expr, found: &mut dyn FnMut(SubqueryId)) {
    match &expr.kind {
        ExprKind::Subquery(id) => found(*id),
        _ => expr.for_each_child(&mut |child| for_each_subquery(child, found)),
    }
}
