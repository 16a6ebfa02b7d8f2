//! What a bound query looks for: the types of relationships, and whether more of them could lead to less.

use super::bound::{
    Arm, BoundClause, Expr, ExprKind, Pattern, PatternRel, Projection, Subquery, SubqueryResult, TypeTest, Union,
};
use crate::span::Span;
use crate::store::TypesRead;
use crate::value::RelTypeId;
use std::collections::BTreeSet;

/// Something that a query looks at.
#[derive(Clone, Copy, Debug)]
pub enum Look<'q> {
    /// Relationships of these types. `true`: more of them only lead to more.
    Types(&'q TypeTest, bool),
    /// A pattern that is to be made where it is not found.
    Merge(&'q TypeTest),
    /// An expression, or a part of one.
    Expr(&'q Expr),
    /// A procedure's rows.
    Procedure(&'q str, Span),
    /// A file.
    File(Span),
}

/// Calls `found` with everything that a query looks at, subqueries included.
pub fn for_each_look<'q>(query: &'q Union, subqueries: &'q [Subquery], found: &mut dyn FnMut(Look<'q>)) {
    Walk { subqueries, found }.union(query, true);
}

/// The types that a query needs, and those that it excludes or counts.
pub fn types_read(query: &Union, subqueries: &[Subquery]) -> (TypesRead, TypesRead) {
    let mut read = [Gathered::default(), Gathered::default()];
    for_each_look(query, subqueries, &mut |look| {
        if let Look::Types(types, more) = look {
            read[usize::from(!more)].add(types);
        }
    });
    let [needs, excludes] = read.map(Gathered::read);
    (needs, excludes)
}

#[derive(Default)]
struct Gathered {
    any: bool,
    types: BTreeSet<RelTypeId>,
}

impl Gathered {
    fn add(&mut self, types: &TypeTest) {
        match types {
            TypeTest::Any => self.any = true,
            TypeTest::OneOf(types) => self.types.extend(types),
        }
    }

    fn read(self) -> TypesRead {
        TypesRead { any: self.any, types: self.types.into_iter().collect() }
    }
}

struct Walk<'q, 'f> {
    subqueries: &'q [Subquery],
    found: &'f mut dyn FnMut(Look<'q>),
}

impl<'q> Walk<'q, '_> {
    /// `more`: whether more rows only lead to more.
    fn union(&mut self, union: &'q Union, more: bool) {
        union.arms.iter().for_each(|arm| self.arm(arm, more));
    }

    fn arm(&mut self, arm: &'q Arm, more: bool) {
        let more = more && arm.clauses.iter().all(passes_on);
        arm.clauses.iter().for_each(|clause| self.clause(clause, more));
    }

    fn clause(&mut self, clause: &'q BoundClause, more: bool) {
        match clause {
            BoundClause::Match { pattern, predicates, .. } => {
                self.pattern(pattern, more);
                self.exprs(predicates, more);
            }
            BoundClause::Filter(predicates) => self.exprs(predicates, more),
            BoundClause::Unwind { list, .. } => self.expr(list, false),
            BoundClause::Project(projection) => self.projection(projection),
            BoundClause::Merge { pattern, predicates, create, on_create, on_match } => {
                pattern.rels.iter().for_each(|rel| (self.found)(Look::Merge(&rel.types)));
                self.exprs(predicates, false);
                self.exprs(create.items.iter().flat_map(|item| item.expressions()), false);
                self.exprs(on_create.iter().chain(on_match).flat_map(|item| item.expressions()), false);
            }
            BoundClause::Create(creation) => {
                self.exprs(creation.items.iter().flat_map(|item| item.expressions()), false);
            }
            BoundClause::Set(items) => self.exprs(items.iter().flat_map(|item| item.expressions()), false),
            BoundClause::Delete { targets, .. } => self.exprs(targets, false),
            BoundClause::Foreach { list, body, .. } => {
                self.expr(list, false);
                body.iter().for_each(|clause| self.clause(clause, false));
            }
            BoundClause::Call { procedure, arguments, span, .. } => {
                (self.found)(Look::Procedure(procedure, *span));
                self.exprs(arguments, false);
            }
            BoundClause::Subquery { query, transactions, .. } => {
                self.union(query, false);
                self.exprs(transactions.iter().flat_map(|transactions| &transactions.rows), false);
            }
            BoundClause::LoadCsv(load) => {
                (self.found)(Look::File(load.source.span));
                self.expr(&load.source, false);
            }
            BoundClause::Schema(_) | BoundClause::Show { .. } => {}
        }
    }

    fn pattern(&mut self, pattern: &'q Pattern, more: bool) {
        for rel in &pattern.rels {
            let more = more && keeps_all_paths(rel);
            (self.found)(Look::Types(&rel.types, more));
            let Some(length) = &rel.length else { continue };
            let pieces = length.selection.iter().flat_map(|selection| &selection.pieces);
            let hops = length.group.iter().flat_map(|group| &group.hops).chain(pieces.flat_map(|piece| &piece.hops));
            hops.for_each(|hop| (self.found)(Look::Types(&hop.types, more)));
            self.exprs(&length.predicates, more);
        }
    }

    fn projection(&mut self, projection: &'q Projection) {
        let items = projection.items.iter().map(|(_, item)| item);
        let keys = projection.grouping.iter().flat_map(|grouping| grouping.keys.iter().map(|(_, key)| key));
        let aggregates = projection.grouping.iter().flat_map(|grouping| &grouping.aggregates);
        let arguments = aggregates.flat_map(|(_, call)| &call.arguments);
        self.exprs(items.chain(keys).chain(arguments), false);
        let cut = projection.skip.iter().chain(&projection.limit);
        self.exprs(projection.order_by.iter().map(|key| &key.expr).chain(cut), false);
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'q Expr>, more: bool) {
        exprs.into_iter().for_each(|expr| self.expr(expr, more));
    }

    fn expr(&mut self, expr: &'q Expr, more: bool) {
        (self.found)(Look::Expr(expr));
        let inner = more && matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_));
        if let ExprKind::Subquery(id) = expr.kind
            && let Some(subquery) = self.subqueries.get(id.0 as usize)
        {
            self.union(&subquery.query, more && subquery.kind == SubqueryResult::Exists);
        }
        expr.for_each_child(&mut |part| self.expr(part, inner));
    }
}

/// Whether more rows before a clause only lead to more rows after it.
fn passes_on(clause: &BoundClause) -> bool {
    match clause {
        BoundClause::Match { optional, .. } => !optional,
        BoundClause::Filter(_) | BoundClause::Unwind { .. } => true,
        BoundClause::Project(Projection { grouping, skip, limit, .. }) => {
            grouping.is_none() && skip.is_none() && limit.is_none()
        }
        _ => false,
    }
}

/// Whether no path is left out because there is another.
fn keeps_all_paths(rel: &PatternRel) -> bool {
    rel.length.as_ref().is_none_or(|length| length.shortest.is_none() && length.selection.is_none())
}
