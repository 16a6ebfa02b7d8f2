//! Changes of the schema.

use super::super::chunk::Chunk;
use super::super::context::Context;
use super::{Operator, Stage};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::semantic::bound::{NewRule, Notification, SchemaChange, SchemaRule};
use crate::span::Span;
use crate::store::{ConstraintDefinition, IndexDefinition, RuleDefinition, SchemaKind, Version};
use std::sync::Arc;

/// Creates or drops an index, a constraint or a rule, once.
pub(super) struct Schema {
    input: Stage,
    change: SchemaChange,
}

impl Schema {
    pub(super) fn new(input: Stage, change: SchemaChange) -> Schema {
        Schema { input, change }
    }
}

impl Operator for Schema {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let Some(chunk) = self.input.next(cx)? else { return Ok(None) };
        apply(cx, &self.change)?;
        Ok(Some(chunk))
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

fn apply(cx: &mut Context, change: &SchemaChange) -> Result<()> {
    match change {
        SchemaChange::CreateIndex { kind, rule } => {
            let definition = IndexDefinition {
                name: name_of(cx.graph(), rule, "index"),
                kind: *kind,
                target: rule.target,
                keys: rule.keys.clone(),
            };
            let same = cx.graph().equivalent_index(&definition).cloned();
            if exists(cx, rule, same) {
                return Ok(());
            }
            cx.graph_mut().create_index(definition).map_err(|error| error.at(rule.span))?;
            cx.counters.indexes_added += 1;
        }
        SchemaChange::CreateConstraint { kind, rule } => {
            let definition = ConstraintDefinition {
                name: name_of(cx.graph(), rule, "constraint"),
                kind: kind.clone(),
                target: rule.target,
                keys: rule.keys.clone(),
            };
            let same = cx.graph().equivalent_constraint(&definition).cloned();
            if exists(cx, rule, same) {
                return Ok(());
            }
            cx.graph_mut().create_constraint(definition).map_err(|error| error.at(rule.span))?;
            cx.counters.constraints_added += 1;
        }
        SchemaChange::CreateRule(rule) => create_rule(cx, rule)?,
        SchemaChange::Drop { kind, name, if_exists, span } => drop_one(cx, *kind, name, *if_exists, *span)?,
    }
    Ok(())
}

/// Whether nothing is to be done because there is one already; that is remarked.
fn exists(cx: &mut Context, rule: &SchemaRule, same: Option<Arc<str>>) -> bool {
    let taken = rule.name.clone().filter(|name| cx.graph().has_schema_name(name));
    let Some(found) = same.or(taken).filter(|_| rule.if_not_exists) else { return false };
    remark(cx, "SchemaExists", format!("nothing was created: there is `{found}` already"), rule.span);
    true
}

fn create_rule(cx: &mut Context, rule: &NewRule) -> Result<()> {
    let there = cx.graph().rules().iter().any(|other| other.name == rule.name);
    if rule.if_not_exists && cx.graph().has_schema_name(&rule.name) {
        remark(cx, "SchemaExists", format!("nothing was created: there is `{}` already", rule.name), rule.span);
        return Ok(());
    }
    if rule.or_replace && there {
        cx.graph_mut().drop_rule(&rule.name);
        cx.counters.rules_removed += 1;
    }
    let definition = RuleDefinition {
        name: Arc::clone(&rule.name),
        head: rule.head,
        statement: Arc::clone(&rule.statement),
        needs: rule.needs.clone(),
        excludes: rule.excludes.clone(),
    };
    cx.graph_mut().create_rule(definition).map_err(|error| error.at(rule.span))?;
    cx.counters.rules_added += 1;
    Ok(())
}

fn drop_one(cx: &mut Context, kind: SchemaKind, name: &Arc<str>, if_exists: bool, span: Span) -> Result<()> {
    let dropped = match kind {
        SchemaKind::Constraint => cx.graph_mut().drop_constraint(name),
        SchemaKind::Index => cx.graph_mut().drop_index(name).map_err(|error| error.at(span))?,
        SchemaKind::Rule => cx.graph_mut().drop_rule(name),
    };
    if dropped {
        match kind {
            SchemaKind::Constraint => cx.counters.constraints_removed += 1,
            SchemaKind::Index => cx.counters.indexes_removed += 1,
            SchemaKind::Rule => cx.counters.rules_removed += 1,
        }
        return Ok(());
    }
    if !if_exists {
        return Err(missing(cx.graph(), kind, name).at(span));
    }
    remark(cx, "SchemaMissing", format!("nothing was dropped: there is no {} `{name}`", kind.noun()), span);
    Ok(())
}

fn missing(graph: &Version, kind: SchemaKind, name: &str) -> Error {
    let (detail, shown) = match kind {
        SchemaKind::Constraint => (Detail::UnknownConstraint, "CONSTRAINTS"),
        SchemaKind::Index => (Detail::UnknownIndex, "INDEXES"),
        SchemaKind::Rule => (Detail::UnknownRule, "RULES"),
    };
    let message = format!("there is no {} `{name}`", kind.noun());
    let error = Error::runtime(ErrorType::SemanticError, detail, message);
    match graph.nearest_schema_name(name, kind) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("`SHOW {shown}` lists those there are")),
    }
}

fn remark(cx: &mut Context, code: &'static str, message: String, span: Span) {
    cx.notifications.push(Notification { code, message, span, hint: None });
}

/// The name that is given, or one that says what it is for and that nobody has.
fn name_of(graph: &Version, rule: &SchemaRule, noun: &str) -> Arc<str> {
    if let Some(name) = &rule.name {
        return Arc::clone(name);
    }
    let catalog = graph.catalog();
    let element = rule.target.name(catalog);
    let keys: Vec<&str> = rule.keys.iter().map(|key| &**catalog.key_name(*key)).collect();
    let plain = format!("{noun}_{element}_{}", keys.join("_"));
    let numbered = (2..).map(|number| format!("{plain}_{number}"));
    let free = std::iter::once(plain.clone()).chain(numbered).find(|name| !graph.has_schema_name(name));
    Arc::from(free.unwrap_or(plain))
}
