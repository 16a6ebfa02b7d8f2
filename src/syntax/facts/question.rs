//! Questions as statements: each clause a `MATCH` of its own, what is negated a `NOT EXISTS`, and the variables in order
//! of appearance.
//!
//! A clause is a condition of its own: two clauses may rest on the same relationship, which two paths of one `MATCH`
//! may not.

use super::ast::{
    Arrow, Ask, AskClause, Cite, ClauseKind, CompareOp, Filter, Name, PartialDate, PatternDirection, Term, Value, Verbs,
};
use super::translate::{Kind, Translated};
use super::{build, items};
use crate::error::Result;
use crate::span::Span;
use crate::syntax::ast::{
    BinaryOp, Clause, Expr, ExprKind, LabelExpr, NodePattern, PathPattern, Projection, Quantifier, Query, RelPattern,
    SingleQuery, Statement, SubqueryKind, UnaryOp,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A question. Without variables (other than those of negated clauses, which stand for anything) it answers yes or no.
pub(super) fn ask(ask: &Ask, span: Span) -> Result<Translated> {
    let mut question = Question::new(ask, span);
    let names = names(ask);
    if question.columns.is_empty() {
        let mut translated = Translated::new(question.yes_or_no(ask), Kind::YesNo, names);
        translated.known = known(ask, span);
        return Ok(translated);
    }
    Ok(Translated::new(question.rows(ask), Kind::Rows, names))
}

/// A column of the answer.
enum Column {
    /// `?x` of a term.
    Entity(Name),
    /// `?how` of an arrow.
    Verb(Name),
}

impl Column {
    fn name(&self) -> &Name {
        match self {
            Column::Entity(name) | Column::Verb(name) => name,
        }
    }
}

struct Question {
    span: Span,
    columns: Vec<Column>,
    /// The names of the columns.
    bound: HashSet<Arc<str>>,
    /// The names that are taken.
    taken: HashSet<Arc<str>>,
    /// The labels asked of a variable that have not yet found their node pattern.
    labels: HashMap<Arc<str>, Vec<Name>>,
    /// The relationship that binds each `?how`.
    verbs: HashMap<Arc<str>, Name>,
    /// The relationship that supports a row, when there is one for every row.
    support: Option<Name>,
}

impl Question {
    fn new(ask: &Ask, span: Span) -> Self {
        let mut question = Question {
            span,
            columns: Vec::new(),
            bound: HashSet::new(),
            taken: HashSet::new(),
            labels: HashMap::new(),
            verbs: HashMap::new(),
            support: None,
        };
        for clause in &ask.clauses {
            question.note(clause);
        }
        question.taken.extend(negated_variables(ask));
        if one_arrow(ask) {
            question.support = Some(question.fresh("r", span));
        }
        question
    }

    /// Notes the variables of a positive clause, in order, and the labels it asks of one.
    fn note(&mut self, clause: &AskClause) {
        match &clause.kind {
            _ if clause.negated => {}
            ClauseKind::Labels { term: Term::Variable { name, label }, labels } => {
                self.column(Column::Entity(name.clone()));
                self.labels.entry(name.text.clone()).or_default().extend(label.iter().chain(labels).cloned());
            }
            ClauseKind::Labels { .. } => {}
            ClauseKind::Path { terms, arrows, .. } => {
                for (at, term) in terms.iter().enumerate() {
                    if let Term::Variable { name, .. } = term {
                        self.column(Column::Entity(name.clone()));
                    }
                    if let Some(Verbs::Bound(name)) = arrows.get(at).map(|arrow| &arrow.verbs) {
                        self.column(Column::Verb(name.clone()));
                    }
                }
            }
        }
    }

    fn column(&mut self, column: Column) {
        let name = column.name().text.clone();
        if self.taken.insert(name.clone()) {
            self.bound.insert(name);
            self.columns.push(column);
        }
    }

    /// A name that is not taken: the given one, or that with a number.
    fn fresh(&mut self, base: &str, span: Span) -> Name {
        let mut text: Arc<str> = base.into();
        let mut number = 1_u32;
        while !self.taken.insert(text.clone()) {
            number = number.saturating_add(1);
            text = format!("{base}{number}").into();
        }
        build::name(text, span)
    }

    fn rows(&mut self, ask: &Ask) -> Statement {
        let mut matches: Vec<(PathPattern, Vec<Expr>)> = Vec::new();
        for clause in ask.clauses.iter().filter(|clause| !clause.negated) {
            let pattern = match &clause.kind {
                ClauseKind::Path { .. } => Some(self.path_of(clause, false)),
                ClauseKind::Labels { .. } => None,
            };
            matches.extend(pattern);
        }
        for clause in ask.clauses.iter().filter(|clause| !clause.negated) {
            matches.extend(self.labels_of(clause));
        }
        let negated = self.conditions(ask, true);
        if let Some((_, conditions)) = matches.last_mut() {
            conditions.extend(negated);
        }
        let mut clauses: Vec<Clause> =
            matches.into_iter().map(|(path, conditions)| build::match_(path, conditions)).collect();
        clauses.extend(self.answer());
        build::statement(clauses, self.span)
    }

    /// The `MATCH` of a clause of labels, unless its labels have found a node pattern in a path.
    fn labels_of(&mut self, clause: &AskClause) -> Option<(PathPattern, Vec<Expr>)> {
        let ClauseKind::Labels { term, labels } = &clause.kind else { return None };
        let node = match term {
            Term::Variable { name, .. } => {
                let labels = self.labels.remove(&name.text)?;
                NodePattern { labels: all_labels(labels), ..build::node(Some(name.clone()), clause.span) }
            }
            Term::Entity(name) => NodePattern { labels: build::labels(labels), ..build::entity(None, name) },
        };
        Some((build::path(vec![node], Vec::new(), clause.span), Vec::new()))
    }

    fn answer(&mut self) -> Vec<Clause> {
        let Some(support) = self.support.clone() else {
            let items = self.columns.iter().map(|column| self.item(column)).collect();
            return vec![build::return_(build::projection(items, true, self.span))];
        };
        self.supported(&support)
    }

    fn item(&self, column: &Column) -> crate::syntax::ast::ProjectionItem {
        match column {
            Column::Entity(name) => build::same(name),
            Column::Verb(name) => match self.verbs.get(&name.text) {
                Some(rel) => build::item(type_of(rel, name.span), name),
                None => build::item(build::null(name.span), name),
            },
        }
    }

    /// The variables, then the latest date, the greatest confidence and all sources of what supports the row.
    fn supported(&mut self, rel: &Name) -> Vec<Clause> {
        let span = self.span;
        let variables = || self.columns.iter().map(|column| build::same(column.name()));
        let mut ordered = build::projection(variables().chain([build::same(rel)]).collect(), false, span);
        ordered.order_by = ["date", "source"].map(|key| build::ascending(build::property(rel, key, span))).into();
        let grouping: Vec<_> = variables().collect();
        let [date, confidence, sources, source] =
            ["date", "confidence", "sources", "source"].map(|text| self.fresh(text, span));
        let greatest = |key: &str| build::call("max", vec![build::property(rel, key, span)], span);
        let mut grouped = grouping.clone();
        grouped.push(build::item(greatest("date"), &date));
        grouped.push(build::item(greatest("confidence"), &confidence));
        grouped.push(build::item(build::collect_distinct(build::property(rel, "source", span), span), &sources));
        let mut answer = grouping;
        answer.extend([build::same(&date), build::same(&confidence)]);
        answer.push(build::item(self.joined(&sources), &source));
        vec![
            build::with(ordered),
            build::with(build::projection(grouped, false, span)),
            build::return_(build::projection(answer, false, span)),
        ]
    }

    /// `reduce(text = null, s IN sources | CASE WHEN text IS NULL THEN s ELSE text + ', ' + s END)`
    fn joined(&mut self, sources: &Name) -> Expr {
        let span = self.span;
        let (text, each) = (self.fresh("text", span), self.fresh("s", span));
        let add = |left, right| {
            build::expr(ExprKind::Binary { op: BinaryOp::Add, left: Box::new(left), right: Box::new(right) }, span)
        };
        let longer = add(add(build::variable(&text), build::string(", ", span)), build::variable(&each));
        let step = ExprKind::Case {
            subject: None,
            branches: vec![(build::is_null(build::variable(&text)), build::variable(&each))],
            otherwise: Some(Box::new(longer)),
        };
        let reduce = ExprKind::Reduce {
            accumulator: text,
            initial: Box::new(build::null(span)),
            variable: each,
            list: Box::new(build::variable(sources)),
            step: Box::new(build::expr(step, span)),
        };
        build::expr(reduce, span)
    }

    /// `RETURN EXISTS { … } AND … AS answer`
    fn yes_or_no(&mut self, ask: &Ask) -> Statement {
        let span = self.span;
        self.support = None;
        let mut conditions = self.conditions(ask, false);
        conditions.extend(self.conditions(ask, true));
        let answer = build::all(conditions).unwrap_or_else(|| build::expr(ExprKind::Bool(true), span));
        let item = build::item(answer, &build::name("answer", span));
        build::statement(vec![build::return_(build::projection(vec![item], false, span))], span)
    }

    /// `EXISTS { … }` for each positive clause, or `NOT EXISTS { … }` for each negated one.
    fn conditions(&mut self, ask: &Ask, negated: bool) -> Vec<Expr> {
        let clauses = ask.clauses.iter().filter(|clause| clause.negated == negated);
        clauses
            .map(|clause| {
                let condition = self.condition(clause);
                if negated { not(condition) } else { condition }
            })
            .collect()
    }

    fn condition(&mut self, clause: &AskClause) -> Expr {
        let (path, conditions) = match &clause.kind {
            ClauseKind::Path { .. } => self.path_of(clause, true),
            ClauseKind::Labels { term, labels } => match term {
                Term::Variable { name, .. } if self.is_column(name) => {
                    let base = Box::new(build::variable(name));
                    let labels = build::labels(labels).unwrap_or(LabelExpr::And(Vec::new()));
                    return build::expr(ExprKind::HasLabels { base, labels }, clause.span);
                }
                Term::Variable { name, .. } => {
                    let node = build::node(Some(name.clone()), clause.span);
                    (single_node(node, labels, clause.span), Vec::new())
                }
                Term::Entity(name) => (single_node(build::entity(None, name), labels, clause.span), Vec::new()),
            },
        };
        let query = Query {
            first: SingleQuery { clauses: vec![build::match_(path, conditions)], span: clause.span },
            unions: Vec::new(),
        };
        build::expr(ExprKind::Subquery { kind: SubqueryKind::Exists, query: Box::new(query) }, clause.span)
    }

    fn is_column(&self, name: &Name) -> bool {
        self.bound.contains(&name.text)
    }

    /// The path of a clause and what its relationships fulfil. In a subquery (`inner`) the verbs it binds stay inside.
    fn path_of(&mut self, clause: &AskClause, inner: bool) -> (PathPattern, Vec<Expr>) {
        let ClauseKind::Path { terms, arrows, filters, cites } = &clause.kind else {
            return (build::path(Vec::new(), Vec::new(), clause.span), Vec::new());
        };
        let outer = inner.then(|| self.verbs.clone());
        let nodes = terms.iter().map(|term| self.node(term, inner)).collect();
        let mut conditions = Vec::new();
        let rels = arrows.iter().map(|arrow| self.rel(arrow, filters, cites, inner, &mut conditions)).collect();
        if let Some(outer) = outer {
            self.verbs = outer;
        }
        (build::path(nodes, rels, clause.span), conditions)
    }

    fn node(&mut self, term: &Term, inner: bool) -> NodePattern {
        match term {
            Term::Entity(name) => build::entity(None, name),
            Term::Variable { name, label } => {
                let mut labels: Vec<Name> = label.iter().cloned().collect();
                if !inner {
                    labels.extend(self.labels.remove(&name.text).unwrap_or_default());
                }
                NodePattern { labels: all_labels(labels), ..build::node(Some(name.clone()), name.span) }
            }
        }
    }

    fn rel(
        &mut self,
        arrow: &Arrow,
        filters: &[Filter],
        cites: &[Cite],
        inner: bool,
        conditions: &mut Vec<Expr>,
    ) -> RelPattern {
        let bound = match &arrow.verbs {
            Verbs::Bound(name) => Some(name),
            _ => None,
        };
        let types = match &arrow.verbs {
            Verbs::Types(types) => types.clone(),
            _ => Vec::new(),
        };
        let supports = !inner && self.support.is_some();
        let variable = match &self.support {
            Some(support) if supports => Some(support.clone()),
            _ if bound.is_some() || !filters.is_empty() || !cites.is_empty() => Some(self.fresh("r", arrow.span)),
            _ => None,
        };
        if let Some(variable) = &variable {
            conditions.extend(self.same_verb(bound, variable));
            conditions.extend(self.fulfils(arrow, variable, filters, cites));
        }
        let mut rel = build::rel(variable, types, arrow.direction, arrow.span);
        rel.length = arrow.length;
        rel
    }

    /// The first arrow with a verb's name binds it, a later one must have the same type.
    fn same_verb(&mut self, bound: Option<&Name>, variable: &Name) -> Option<Expr> {
        let name = bound?;
        match self.verbs.get(&name.text) {
            Some(first) => Some(build::equal(type_of(variable, name.span), type_of(first, name.span))),
            None => {
                self.verbs.insert(name.text.clone(), variable.clone());
                None
            }
        }
    }

    fn fulfils(&mut self, arrow: &Arrow, variable: &Name, filters: &[Filter], cites: &[Cite]) -> Vec<Expr> {
        if arrow.length.is_none() {
            return filter_conditions(variable, filters, cites);
        }
        let each = self.fresh("each", arrow.span);
        let Some(predicate) = build::all(filter_conditions(&each, filters, cites)) else { return Vec::new() };
        let all = ExprKind::Quantifier {
            quantifier: Quantifier::All,
            variable: each,
            list: Box::new(build::variable(variable)),
            predicate: Some(Box::new(predicate)),
        };
        vec![build::expr(all, arrow.span)]
    }
}

fn filter_conditions(of: &Name, filters: &[Filter], cites: &[Cite]) -> Vec<Expr> {
    let mut conditions: Vec<Expr> = filters.iter().flat_map(|filter| filter_condition(of, filter)).collect();
    conditions.extend(build::any(cites.iter().map(|cite| cited(of, cite)).collect()));
    conditions
}

fn filter_condition(of: &Name, filter: &Filter) -> Vec<Expr> {
    match filter {
        Filter::Stated(date, span) => compared_date(of, "date", CompareOp::Equal, *date, *span),
        Filter::Overlaps { from, to, span } => {
            let begins = || coalesce(of, &["since", "date"], *span);
            let ends = || build::property(of, "until", *span);
            let from = from.map(|from| open(ends, CompareOp::GreaterEqual, build::first_day(from, *span)));
            let to = to.map(|to| open(begins, CompareOp::LessEqual, build::last_day(to, *span)));
            to.into_iter().chain(from).collect()
        }
        Filter::Quote(words) => {
            let (left, right) =
                (build::property(of, "quote", words.span), build::string(words.text.clone(), words.span));
            let contains = ExprKind::Binary { op: BinaryOp::Contains, left: Box::new(left), right: Box::new(right) };
            vec![build::expr(contains, words.span)]
        }
        Filter::Hedge(word) => {
            let (from, below) = items::hedged(&word.text).unwrap_or((0.0, None));
            let compared = |op, number| {
                build::compare(
                    build::property(of, "confidence", word.span),
                    op,
                    build::value(&Value::Float(number), word.span),
                )
            };
            let below = below.map(|below| compared(CompareOp::Less, below));
            std::iter::once(compared(CompareOp::GreaterEqual, from)).chain(below).collect()
        }
        Filter::Compare { key, op, value: Value::Date(date), span } => compared_date(of, &key.text, *op, *date, *span),
        Filter::Compare { key, op, value, span } => {
            vec![build::compare(build::property(of, &key.text, key.span), *op, build::value(value, *span))]
        }
    }
}

/// A bound of a validity: a missing one is open.
fn open(bound: impl Fn() -> Expr, op: CompareOp, day: Expr) -> Expr {
    let span = day.span;
    build::expr(ExprKind::Or(vec![build::is_null(bound()), build::compare(bound(), op, day)]), span)
}

/// A comparison with a day, month or year: equal is within it, less is before it, greater is after it.
fn compared_date(of: &Name, key: &str, op: CompareOp, date: PartialDate, span: Span) -> Vec<Expr> {
    let property = || build::property(of, key, span);
    let (first, last) = (|| build::first_day(date, span), || build::last_day(date, span));
    let whole = |op, day| vec![build::compare(property(), op, day)];
    match op {
        CompareOp::Equal | CompareOp::NotEqual if date.precision().is_none() => whole(op, first()),
        CompareOp::Equal => vec![
            build::compare(property(), CompareOp::GreaterEqual, first()),
            build::compare(property(), CompareOp::LessEqual, last()),
        ],
        CompareOp::NotEqual => {
            let outside = vec![
                build::compare(property(), CompareOp::Less, first()),
                build::compare(property(), CompareOp::Greater, last()),
            ];
            build::any(outside).into_iter().collect()
        }
        CompareOp::Less | CompareOp::GreaterEqual => whole(op, first()),
        CompareOp::Greater | CompareOp::LessEqual => whole(op, last()),
    }
}

fn cited(of: &Name, cite: &Cite) -> Expr {
    let same = |key: &str, text: &Name| {
        build::equal(build::property(of, key, text.span), build::string(text.text.clone(), text.span))
    };
    let source = same("source", &cite.reference);
    match &cite.locator {
        None => source,
        Some(locator) => build::expr(ExprKind::And(vec![source, same("locator", locator)]), cite.reference.span),
    }
}

fn coalesce(of: &Name, keys: &[&str], span: Span) -> Expr {
    build::call("coalesce", keys.iter().map(|key| build::property(of, key, span)).collect(), span)
}

fn type_of(rel: &Name, span: Span) -> Expr {
    build::call("type", vec![build::variable(rel)], span)
}

fn not(operand: Expr) -> Expr {
    let span = operand.span;
    build::expr(ExprKind::Unary { op: UnaryOp::Not, operand: Box::new(operand) }, span)
}

fn single_node(node: NodePattern, labels: &[Name], span: Span) -> PathPattern {
    build::path(vec![NodePattern { labels: build::labels(labels), ..node }], Vec::new(), span)
}

fn all_labels(labels: Vec<Name>) -> Option<LabelExpr> {
    build::labels(&super::parse::distinct(labels))
}

/// The names of entities, in order.
fn names(ask: &Ask) -> Vec<Name> {
    let entity = |term: &Term| match term {
        Term::Entity(name) => Some(name.clone()),
        Term::Variable { .. } => None,
    };
    ask.clauses.iter().flat_map(|clause| terms(clause).iter().filter_map(entity)).collect()
}

fn terms(clause: &AskClause) -> &[Term] {
    match &clause.kind {
        ClauseKind::Path { terms, .. } => terms,
        ClauseKind::Labels { term, .. } => std::slice::from_ref(term),
    }
}

fn negated_variables(ask: &Ask) -> Vec<Arc<str>> {
    let mut variables = Vec::new();
    for clause in ask.clauses.iter().filter(|clause| clause.negated) {
        variables.extend(terms(clause).iter().filter_map(|term| match term {
            Term::Variable { name, .. } => Some(name.text.clone()),
            Term::Entity(_) => None,
        }));
    }
    variables
}

/// Whether the positive clauses hold one arrow, of one relationship, whose verb is not a variable.
fn one_arrow(ask: &Ask) -> bool {
    let mut arrows = ask.clauses.iter().filter(|clause| !clause.negated).flat_map(|clause| match &clause.kind {
        ClauseKind::Path { arrows, .. } => arrows.as_slice(),
        ClauseKind::Labels { .. } => &[],
    });
    let one = arrows.next().is_some_and(|arrow| arrow.length.is_none() && !matches!(arrow.verbs, Verbs::Bound(_)));
    one && arrows.next().is_none()
}

/// What is known instead: every relationship between two names that an arrow joins, whichever way it points.
fn known(ask: &Ask, span: Span) -> Option<Statement> {
    let mut seen: HashSet<[&str; 2]> = HashSet::new();
    let mut queries = Vec::new();
    for pair in ask.clauses.iter().flat_map(|clause| terms(clause).windows(2)) {
        if let [Term::Entity(a), Term::Entity(b)] = pair
            && seen.insert([&*a.text, &*b.text])
        {
            queries.push(build::single(between(a, b, span), span));
        }
    }
    let mut queries = queries.into_iter();
    let mut statement = build::statement(Vec::new(), span);
    statement.query.first = queries.next()?;
    statement.query.unions = queries.map(|query| (false, span, query)).collect();
    Some(statement)
}

fn between(a: &Name, b: &Name, span: Span) -> Vec<Clause> {
    let rel = build::name("r", span);
    let nodes = vec![build::entity(None, a), build::entity(None, b)];
    let rels = vec![build::rel(Some(rel.clone()), Vec::new(), PatternDirection::Either, span)];
    let items = vec![build::item(build::variable(&rel), &rel)];
    let projection: Projection = build::projection(items, true, span);
    vec![build::match_(build::path(nodes, rels, span), Vec::new()), build::return_(projection)]
}
