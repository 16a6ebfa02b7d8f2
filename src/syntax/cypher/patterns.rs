//! Patterns: paths, nodes, relationships, label expressions.

use super::{Builder, Parts, literals, name, span_of};
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use crate::syntax::ast::{
    Expr, ExprKind, GroupPattern, LabelExpr, Length, Name, NodePattern, PathPattern, PatternDirection, RelPattern,
    Selector, SelectorCount, Shortest,
};
use pest::iterators::Pair;
use standpoint_grammar::cypher::Rule;

/// A path in parentheses.
enum Grouped {
    /// Without a quantity.
    Once(Box<PathPattern>),
    /// With one: it stands in place of a relationship.
    Many(Box<RelPattern>),
}

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
            None => {
                let selector = parts.optional(Rule::selector).map(selector).transpose()?.flatten();
                PathPattern { selector, ..self.chain(&mut parts)? }
            }
        };
        path.variable = variable.or(path.variable);
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

    /// Nodes joined by relationships and groups, as far as they come next. A group that touches no written node gets
    /// one that says nothing.
    pub(super) fn chain(&self, parts: &mut Parts<'_>) -> Result<PathPattern> {
        let (mut nodes, mut rels) = (Vec::new(), Vec::new());
        let mut span: Option<Span> = None;
        let mut alone = None;
        while let Some(element) = parts.chain_element() {
            let here = span_of(&element);
            span = Some(span.map_or(here, |span| span.to(here)));
            match element.as_rule() {
                Rule::node => nodes.push(self.node(element)?),
                Rule::relationship => rels.push(self.relationship(element)?),
                _ => match self.group(element)? {
                    Grouped::Once(path) => alone = Some(path),
                    Grouped::Many(group) => {
                        if nodes.len() == rels.len() {
                            nodes.push(plain_node(Span { start: here.start, end: here.start }));
                        }
                        rels.push(*group);
                    }
                },
            }
        }
        let span = span.unwrap_or(parts.span);
        match alone {
            Some(path) if nodes.is_empty() && rels.is_empty() => return Ok(*path),
            Some(path) => {
                let message = "a path in parentheses inside a longer path needs a quantity";
                return Err(unexpected(message, path.span).hint("write `{1}` after it, or leave the parentheses out"));
            }
            None => {}
        }
        if nodes.len() == rels.len() {
            nodes.push(plain_node(Span { start: span.end, end: span.end }));
        }
        Ok(PathPattern { variable: None, shortest: None, selector: None, predicate: None, nodes, rels, span })
    }

    fn group(&self, pair: Pair<'_, Rule>) -> Result<Grouped> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let variable = self.path_variable(&mut parts)?;
        let path = self.within(1, span, |builder| builder.chain(&mut parts))?;
        let predicate = self.where_part(&mut parts)?;
        let Some(quantity) = parts.optional(Rule::quantity) else {
            let predicate = both(path.predicate.clone(), predicate);
            let variable = variable.or(path.variable.clone());
            return Ok(Grouped::Once(Box::new(PathPattern { variable, predicate, ..path })));
        };
        if let Some(name) = variable.as_ref().or(path.variable.as_ref()) {
            return Err(unexpected("a path inside a quantified group cannot have a variable", name.span));
        }
        check_group(&path)?;
        let (predicate, path) = (both(path.predicate.clone(), predicate), PathPattern { predicate: None, ..path });
        let mut rel = plain_relationship(span);
        rel.direction = PatternDirection::Right;
        rel.length = Some(quantified(quantity)?);
        rel.group = Some(Box::new(GroupPattern { path, predicate }));
        Ok(Grouped::Many(Box::new(rel)))
    }

    fn node(&self, pair: Pair<'_, Rule>) -> Result<NodePattern> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let variable = variable(&mut parts)?;
        let entity = parts.optional(Rule::entity).map(|part| name(&Parts::of(part).required()?)).transpose()?;
        let labels = parts.optional(Rule::labels).or_else(|| parts.optional(Rule::is_labels));
        let labels = labels.map(|part| self.labels(part)).transpose()?;
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
        if let Some(quantity) = parts.optional(Rule::quantity) {
            if rel.length.is_some() {
                return Err(unexpected("a relationship cannot have both a length and a quantity", span_of(&quantity)));
            }
            rel.length = Some(quantified(quantity)?);
        }
        rel.span = span;
        Ok(rel)
    }

    fn rel_detail(&self, pair: Pair<'_, Rule>) -> Result<RelPattern> {
        let mut parts = Parts::of(pair);
        let variable = variable(&mut parts)?;
        let (types, type_test) = match parts.optional(Rule::rel_types) {
            Some(types) => type_choice(self.label_or(Parts::of(types).required()?)?),
            None => (Vec::new(), None),
        };
        let length = parts.optional(Rule::range).map(length).transpose()?;
        let properties = self.properties(&mut parts)?;
        let predicate = self.where_part(&mut parts)?;
        let plain = plain_relationship(Span::default());
        Ok(RelPattern { variable, types, type_test, length, properties, predicate, ..plain })
    }

    fn properties(&self, parts: &mut Parts<'_>) -> Result<Option<Expr>> {
        parts.optional(Rule::properties).map(|part| self.primary(Parts::of(part).required()?)).transpose()
    }
}

/// Label expressions.
impl Builder<'_> {
    /// `:A|B`, with the colon or `IS`.
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
            Rule::label_or | Rule::type_or => self.label_or(pair.clone()),
            Rule::dynamic_names => {
                let mut parts = Parts::of(pair.clone());
                let any = parts.accept(Rule::dynamic_any);
                parts.accept(Rule::dynamic_all);
                Ok(LabelExpr::Dynamic { any, names: Box::new(self.expression(parts.required()?)?) })
            }
            _ => Ok(LabelExpr::Label(name(pair)?)),
        }
    }
}

fn variable(parts: &mut Parts<'_>) -> Result<Option<Name>> {
    parts.optional(Rule::variable).map(|part| name(&part)).transpose()
}

fn plain_relationship(span: Span) -> RelPattern {
    let direction = PatternDirection::Either;
    RelPattern {
        variable: None,
        types: Vec::new(),
        type_test: None,
        group: None,
        direction,
        length: None,
        properties: None,
        predicate: None,
        span,
    }
}

fn plain_node(span: Span) -> NodePattern {
    NodePattern { variable: None, entity: None, labels: None, properties: None, predicate: None, span }
}

/// Two conditions that must both hold.
fn both(first: Option<Expr>, second: Option<Expr>) -> Option<Expr> {
    match (first, second) {
        (Some(first), Some(second)) => {
            let span = first.span.to(second.span);
            Some(Expr { kind: ExprKind::And(vec![first, second]), span })
        }
        (first, second) => first.or(second),
    }
}

/// Refuses what a quantified group cannot hold.
fn check_group(path: &PathPattern) -> Result<()> {
    if path.rels.is_empty() {
        return Err(unexpected("a quantified group needs at least one relationship", path.span));
    }
    match path.rels.iter().find(|rel| rel.length.is_some()) {
        Some(rel) => Err(unexpected("quantities and variable lengths cannot be nested", rel.span)),
        None => Ok(()),
    }
}

/// A plain choice of types as a list, anything else as a test.
fn type_choice(types: LabelExpr) -> (Vec<Name>, Option<LabelExpr>) {
    match types {
        LabelExpr::Label(name) => (vec![name], None),
        LabelExpr::Or(parts) if parts.iter().all(|part| matches!(part, LabelExpr::Label(_))) => {
            let names = parts.into_iter().filter_map(|part| match part {
                LabelExpr::Label(name) => Some(name),
                _ => None,
            });
            (names.collect(), None)
        }
        test => (Vec::new(), Some(test)),
    }
}

/// `+`, `*`, `{2}`, `{1,3}`, `{,3}`, `{2,}`.
fn quantified(pair: Pair<'_, Rule>) -> Result<Length> {
    let span = span_of(&pair);
    let mut parts = Parts::of(pair);
    let open = parts.has_comma();
    let first = parts.starts_with_bound();
    if parts.accept(Rule::star) {
        return Ok(Length { min: Some(0), max: None });
    }
    if parts.accept(Rule::once_or_more) {
        return Ok(Length { min: Some(1), max: None });
    }
    let mut bounds = Vec::new();
    for bound in parts {
        bounds.push(literals::bound(&bound)?);
    }
    let (min, max) = match (bounds.as_slice(), open) {
        ([exactly], false) => (*exactly, Some(*exactly)),
        ([least], true) if first => (*least, None),
        ([least, most], _) => (*least, Some(*most)),
        (most, _) => (0, most.first().copied()),
    };
    if max.is_some_and(|max| max < min || max == 0) {
        return Err(unexpected("the greatest quantity must be at least one, and no less than the least", span));
    }
    Ok(Length { min: Some(min), max })
}

/// What a selector keeps; `None` for all paths.
fn selector(pair: Pair<'_, Rule>) -> Result<Option<Selector>> {
    let span = span_of(&pair);
    let mut parts = Parts::of(pair);
    let all = parts.accept(Rule::kw_all);
    parts.accept(Rule::kw_any);
    let shortest = parts.accept(Rule::kw_shortest);
    let count = parts.optional(Rule::how_many).map(how_many).transpose()?;
    parts.accept(Rule::kw_paths);
    let groups = parts.accept(Rule::kw_groups) || (all && shortest);
    if all && !shortest {
        return Ok(None);
    }
    Ok(Some(Selector { count: count.unwrap_or(SelectorCount::Number(1)), groups, span }))
}

fn how_many(pair: Pair<'_, Rule>) -> Result<SelectorCount> {
    let span = span_of(&pair);
    let count = Parts::of(pair).required()?;
    if count.as_rule() == Rule::parameter {
        return Ok(SelectorCount::Parameter(name(&Parts::of(count).required()?)?));
    }
    match literals::bound(&count)? {
        0 => Err(unexpected("at least one path must be selected", span)),
        count => Ok(SelectorCount::Number(count)),
    }
}

fn unexpected(message: &str, span: Span) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, message).at(span)
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
