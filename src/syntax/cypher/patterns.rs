//! Patterns: paths, nodes, relationships, label expressions.

use super::{Builder, Parts, literals, name, span_of};
use crate::error::Result;
use crate::span::Span;
use crate::syntax::ast::{
    Expr, LabelExpr, Length, Name, NodePattern, PathPattern, PatternDirection, RelPattern, Shortest,
};
use pest::iterators::Pair;
use standpoint_grammar::cypher::Rule;

impl Builder<'_> {
    /// All paths that come next.
    pub(super) fn paths(&self, parts: &mut Parts<'_>) -> Result<Vec<PathPattern>> {
        let mut paths = Vec::new();
        while let Some(path) = parts.optional(Rule::path) {
            paths.push(self.path(path)?);
        }
        Ok(paths)
    }

    pub(super) fn path(&self, pair: Pair<'_, Rule>) -> Result<PathPattern> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let variable = self.path_variable(&mut parts)?;
        let mut path = match parts.optional(Rule::shortest) {
            Some(shortest) => self.shortest(Parts::of(shortest))?,
            None => self.chain(&mut parts)?,
        };
        path.variable = variable;
        path.span = span;
        Ok(path)
    }

    pub(super) fn path_variable(&self, parts: &mut Parts<'_>) -> Result<Option<Name>> {
        parts.optional(Rule::path_variable).map(|part| name(&Parts::of(part).required()?)).transpose()
    }

    pub(super) fn shortest(&self, mut parts: Parts<'_>) -> Result<PathPattern> {
        let span = parts.span;
        let all = parts.required()?.as_str().len() > "shortestPath".len();
        let mut path = self.chain(&mut parts)?;
        path.shortest = Some(if all { Shortest::All } else { Shortest::Single });
        path.span = span;
        Ok(path)
    }

    /// Nodes joined by relationships, as far as they come next.
    pub(super) fn chain(&self, parts: &mut Parts<'_>) -> Result<PathPattern> {
        let first = self.node(parts.required()?)?;
        let mut span = first.span;
        let (mut nodes, mut rels) = (vec![first], Vec::new());
        while let Some(relationship) = parts.optional(Rule::relationship) {
            rels.push(self.relationship(relationship)?);
            let node = self.node(parts.required()?)?;
            span = span.to(node.span);
            nodes.push(node);
        }
        Ok(PathPattern { variable: None, shortest: None, nodes, rels, span })
    }

    fn node(&self, pair: Pair<'_, Rule>) -> Result<NodePattern> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let variable = variable(&mut parts)?;
        let entity = parts.optional(Rule::entity).map(|part| name(&Parts::of(part).required()?)).transpose()?;
        let labels = parts.optional(Rule::labels).map(|part| self.labels(part)).transpose()?;
        let properties = self.properties(&mut parts)?;
        let predicate = self.where_part(&mut parts)?;
        Ok(NodePattern { variable, entity, labels, properties, predicate, span })
    }

    fn relationship(&self, pair: Pair<'_, Rule>) -> Result<RelPattern> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let left = parts.accept(Rule::left_head);
        let mut rel = match parts.optional(Rule::rel_detail) {
            Some(detail) => self.rel_detail(detail)?,
            None => plain_relationship(span),
        };
        rel.direction = match (left, parts.accept(Rule::right_head)) {
            (true, false) => PatternDirection::Left,
            (false, true) => PatternDirection::Right,
            _ => PatternDirection::Either,
        };
        rel.span = span;
        Ok(rel)
    }

    fn rel_detail(&self, pair: Pair<'_, Rule>) -> Result<RelPattern> {
        let mut parts = Parts::of(pair);
        let variable = variable(&mut parts)?;
        let types = match parts.optional(Rule::rel_types) {
            Some(types) => self.names(Parts::of(types))?,
            None => Vec::new(),
        };
        let length = parts.optional(Rule::range).map(length).transpose()?;
        let properties = self.properties(&mut parts)?;
        let predicate = self.where_part(&mut parts)?;
        Ok(RelPattern { variable, types, length, properties, predicate, ..plain_relationship(Span::default()) })
    }

    fn properties(&self, parts: &mut Parts<'_>) -> Result<Option<Expr>> {
        parts.optional(Rule::properties).map(|part| self.primary(Parts::of(part).required()?)).transpose()
    }
}

/// Label expressions.
impl Builder<'_> {
    /// `:A|B`, with the colon.
    pub(super) fn labels(&self, pair: Pair<'_, Rule>) -> Result<LabelExpr> {
        let inner = Parts::of(pair).required()?;
        match inner.as_rule() {
            Rule::label_or => self.label_or(inner),
            _ => self.label_and(inner),
        }
    }

    fn label_or(&self, pair: Pair<'_, Rule>) -> Result<LabelExpr> {
        let options = Parts::of(pair).map(|part| self.label_and(part)).collect::<Result<Vec<_>>>()?;
        Ok(join(options, LabelExpr::Or))
    }

    fn label_and(&self, pair: Pair<'_, Rule>) -> Result<LabelExpr> {
        let all = Parts::of(pair).map(|part| self.label_not(part)).collect::<Result<Vec<_>>>()?;
        Ok(join(all, LabelExpr::And))
    }

    fn label_not(&self, pair: Pair<'_, Rule>) -> Result<LabelExpr> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let mut bangs = 0;
        while parts.accept(Rule::bang) {
            bangs += 1;
        }
        let inner = parts.required()?;
        self.within(bangs + 1, span, |builder| {
            let mut label = builder.label_atom(&inner)?;
            for _ in 0..bangs {
                label = LabelExpr::Not(Box::new(label));
            }
            Ok(label)
        })
    }

    fn label_atom(&self, pair: &Pair<'_, Rule>) -> Result<LabelExpr> {
        match pair.as_rule() {
            Rule::any_label => Ok(LabelExpr::Any(span_of(pair))),
            Rule::label_or => self.label_or(pair.clone()),
            _ => Ok(LabelExpr::Label(name(pair)?)),
        }
    }
}

fn variable(parts: &mut Parts<'_>) -> Result<Option<Name>> {
    parts.optional(Rule::variable).map(|part| name(&part)).transpose()
}

fn plain_relationship(span: Span) -> RelPattern {
    let direction = PatternDirection::Either;
    RelPattern { variable: None, types: Vec::new(), direction, length: None, properties: None, predicate: None, span }
}

/// `*`, `*2`, `*1..`, `*..3`, `*1..3`.
fn length(pair: Pair<'_, Rule>) -> Result<Length> {
    let mut parts = Parts::of(pair);
    parts.accept(Rule::star);
    let min = parts.optional(Rule::bound).map(|bound| literals::bound(&bound)).transpose()?;
    if !parts.accept(Rule::dots) {
        return Ok(Length { min, max: min });
    }
    let max = parts.optional(Rule::bound).map(|bound| literals::bound(&bound)).transpose()?;
    Ok(Length { min, max })
}

/// One label expression stays itself.
fn join(mut labels: Vec<LabelExpr>, make: impl FnOnce(Vec<LabelExpr>) -> LabelExpr) -> LabelExpr {
    match labels.pop() {
        Some(only) if labels.is_empty() => only,
        Some(last) => {
            labels.push(last);
            make(labels)
        }
        None => make(labels),
    }
}
