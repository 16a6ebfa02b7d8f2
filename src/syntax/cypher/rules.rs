//! Rules: `CREATE RULE name FOR (a)-[:TYPE]->(b) WHEN MATCH …`.

use super::schema::{schema_name, unexpected};
use super::{Builder, Parts};
use crate::error::Result;
use crate::span::Span;
use crate::syntax::ast::{
    ClauseKind, Name, NodePattern, PathPattern, PatternDirection, RelPattern, RuleCommand, SchemaCommand,
};
use standpoint_grammar::cypher::Rule;

/// What the head of a rule may be.
const HEAD: &str = "a rule is `FOR (a)-[:TYPE]->(b)`";

impl Builder<'_> {
    pub(super) fn create_rule(&self, mut parts: Parts<'_>) -> Result<SchemaCommand> {
        let or_replace = parts.accept(Rule::op_or);
        parts.optional(Rule::kw_replace);
        parts.optional(Rule::rule_noun);
        let name = schema_name(parts.required()?)?;
        let if_not_exists = match parts.optional(Rule::if_not_exists) {
            Some(pair) if or_replace => {
                let message =
                    "a rule is either replaced or left as it is: `OR REPLACE` and `IF NOT EXISTS` exclude each other";
                return Err(unexpected(message, super::span_of(&pair)));
            }
            found => found.is_some(),
        };
        let (start, rel_type, end) = head(&self.path(Parts::of(parts.required()?).required()?)?)?;
        let body = parts.map(|clause| self.clause(clause)).collect::<Result<Vec<_>>>()?;
        if let Some(clause) =
            body.iter().find(|clause| !matches!(clause.kind, ClauseKind::Match { optional: false, .. }))
        {
            let error = unexpected("the body of a rule is `MATCH … WHERE …`, once or several times", clause.span);
            return Err(error.hint("what must not be there is said in `WHERE NOT EXISTS { … }`"));
        }
        Ok(SchemaCommand::CreateRule(Box::new(RuleCommand {
            name,
            or_replace,
            if_not_exists,
            start,
            end,
            rel_type,
            body,
        })))
    }
}

/// The two variables and the type between them.
fn head(path: &PathPattern) -> Result<(Name, Name, Name)> {
    let wrong = |span: Span| unexpected(HEAD, span);
    if path.variable.is_some() || path.shortest.is_some() || path.selector.is_some() || path.predicate.is_some() {
        return Err(wrong(path.span));
    }
    let ([left, right], [rel]) = (path.nodes.as_slice(), path.rels.as_slice()) else { return Err(wrong(path.span)) };
    let (left, right) = (end(left)?, end(right)?);
    let rel_type = derived_type(rel)?;
    match rel.direction {
        PatternDirection::Right => Ok((left, rel_type, right)),
        PatternDirection::Left => Ok((right, rel_type, left)),
        PatternDirection::Either => {
            Err(wrong(rel.span).hint("a derived relationship points one way: a second rule can add the other"))
        }
    }
}

fn end(node: &NodePattern) -> Result<Name> {
    let plain = node.entity.is_none() && node.labels.is_none() && node.properties.is_none() && node.predicate.is_none();
    match &node.variable {
        Some(name) if plain => Ok(name.clone()),
        _ => Err(unexpected(HEAD, node.span)
            .hint("its nodes are variables of the body; what holds of them is said after `WHEN`")),
    }
}

fn derived_type(rel: &RelPattern) -> Result<Name> {
    let plain = rel.variable.is_none()
        && rel.type_test.is_none()
        && rel.group.is_none()
        && rel.length.is_none()
        && rel.properties.is_none()
        && rel.predicate.is_none();
    match rel.types.as_slice() {
        [only] if plain => Ok(only.clone()),
        _ => {
            Err(unexpected(HEAD, rel.span)
                .hint("a derived relationship has one type, and neither variable nor properties"))
        }
    }
}
