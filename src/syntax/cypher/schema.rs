//! Indexes, constraints and `SHOW`.

use super::{Builder, Parts, name, span_of};
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use crate::syntax::ast::{
    Clause, ClauseKind, Demand, DemandedType, Expr, ExprKind, IndexKind, Name, Projection, ProjectionItem, Query,
    SchemaCommand, SchemaKind, SchemaRule, Show, ShowKind,
};
use crate::text::nearest;
use pest::iterators::Pair;
use standpoint_grammar::cypher::Rule;
use std::sync::Arc;

/// What `CREATE` and `DROP` change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Index(IndexKind),
    Constraint,
    Rule,
}

/// The kinds of indexes of other systems, for which there is a plain answer.
const FOREIGN_KINDS: [&str; 5] = ["FULLTEXT", "POINT", "VECTOR", "LOOKUP", "BTREE"];

impl Builder<'_> {
    pub(super) fn schema_command(&self, pair: Pair<'_, Rule>) -> Result<Query> {
        let span = span_of(&pair);
        let command = Parts::of(pair).required()?;
        let rule = command.as_rule();
        let parts = Parts::of(command);
        let command = match rule {
            Rule::create_rule => self.create_rule(parts)?,
            Rule::create_schema => self.create_schema(parts)?,
            _ => drop_schema(parts)?,
        };
        Ok(self.lone(vec![Clause { kind: ClauseKind::Schema(command), span }], span))
    }

    fn create_schema(&self, mut parts: Parts<'_>) -> Result<SchemaCommand> {
        let (kind, kind_span) = schema_kind(&parts.required()?)?;
        let given = parts.optional(Rule::schema_name).map(schema_name).transpose()?;
        let if_not_exists = parts.accept(Rule::if_not_exists);
        let element = schema_element(parts.required()?)?;
        let keys = self.schema_keys(parts.required()?, &element.variable)?;
        let demand = parts.next().map(|pair| demand(&pair)).transpose()?;
        let rule = SchemaRule { name: given, if_not_exists, node: element.node, element: element.name, keys };
        match (kind, demand) {
            (Kind::Index(kind), None) => Ok(SchemaCommand::CreateIndex { kind, rule }),
            (Kind::Constraint, Some(demand)) => Ok(SchemaCommand::CreateConstraint { demand, rule }),
            (Kind::Index(_), Some(_)) => {
                Err(unexpected("an index is created `ON (n.key)`, it has no `REQUIRE`", kind_span))
            }
            (Kind::Constraint, None) => Err(unexpected("a constraint needs `REQUIRE`, it has no `ON`", kind_span)),
            (Kind::Rule, _) => Err(Error::internal("a rule has a syntax of its own").at(kind_span)),
        }
    }

    /// The keys of properties that must all be those of one variable.
    fn schema_keys(&self, pair: Pair<'_, Rule>, variable: &Name) -> Result<Vec<Name>> {
        let keys = match pair.as_rule() {
            Rule::schema_key => vec![pair],
            _ => Parts::of(pair).collect(),
        };
        let mut names: Vec<Name> = Vec::with_capacity(keys.len());
        for key in keys {
            let mut parts = Parts::of(key);
            let (base, key) = (name(&parts.required()?)?, name(&parts.required()?)?);
            if base != *variable {
                let message = format!("the variable is `{}`, not `{}`", variable.text, base.text);
                return Err(Error::syntax(Detail::UndefinedVariable, message).at(base.span));
            }
            if names.contains(&key) {
                return Err(unexpected("a property can be named once", key.span));
            }
            names.push(key);
        }
        Ok(names)
    }

    pub(super) fn show_command(&self, pair: Pair<'_, Rule>) -> Result<Query> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let (kind, filter) = shown(&parts.required()?)?;
        let yields = parts.optional(Rule::show_yield).map(|part| self.show_yield(part)).transpose()?;
        let predicate = self.where_part(&mut parts)?;
        let returned = parts.next().map(|clause| self.clause(clause)).transpose()?;
        let show = Clause { kind: ClauseKind::Show(Show { kind, filter, yields, predicate }), span };
        Ok(self.lone(std::iter::once(show).chain(returned).collect(), span))
    }

    /// Columns with new names, as a projection.
    fn show_yield(&self, pair: Pair<'_, Rule>) -> Result<Projection> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let star = parts.accept(Rule::star);
        let mut items = Vec::new();
        while let Some(item) = parts.optional(Rule::yield_item) {
            let mut item = Parts::of(item);
            let column = name(&item.required()?)?;
            let alias = item.next().map(|alias| name(&alias)).transpose()?;
            let text = if alias.is_some() { Arc::from("") } else { Arc::clone(&column.text) };
            let expr = Expr { span: column.span, kind: ExprKind::Variable(column) };
            items.push(ProjectionItem { expr, alias, text });
        }
        let projection =
            Projection { distinct: false, star, items, order_by: Vec::new(), skip: None, limit: None, span };
        self.cut(projection, parts)
    }
}

fn drop_schema(mut parts: Parts<'_>) -> Result<SchemaCommand> {
    let pair = parts.required()?;
    let plain = Parts::of(pair.clone()).count() == 1;
    let (kind, span) = schema_kind(&pair)?;
    if !plain {
        return Err(unexpected("a kind has no place here: expected `DROP INDEX name` or `DROP CONSTRAINT name`", span));
    }
    let name = schema_name(parts.required()?)?;
    let if_exists = parts.accept(Rule::if_exists);
    let kind = match kind {
        Kind::Index(_) => SchemaKind::Index,
        Kind::Constraint => SchemaKind::Constraint,
        Kind::Rule => SchemaKind::Rule,
    };
    Ok(SchemaCommand::Drop { kind, name, if_exists })
}

fn schema_kind(pair: &Pair<'_, Rule>) -> Result<(Kind, Span)> {
    let span = span_of(pair);
    let words = words(pair);
    let kind = match words.as_str() {
        "INDEX" | "RANGE INDEX" => Kind::Index(IndexKind::Range),
        "TEXT INDEX" => Kind::Index(IndexKind::Text),
        "CONSTRAINT" => Kind::Constraint,
        "RULE" => Kind::Rule,
        _ => return Err(unknown_kind(&words, span)),
    };
    Ok((kind, span))
}

fn unknown_kind(words: &str, span: Span) -> Error {
    let first = words.split(' ').next().unwrap_or_default();
    if FOREIGN_KINDS.contains(&first) {
        let error = unexpected(&format!("there are no {first} indexes"), span);
        return error.hint("there are `RANGE` indexes, which `INDEX` alone means, and `TEXT` indexes");
    }
    let error = unexpected(&format!("`{words}` cannot be created or dropped"), span);
    match nearest(words, ["INDEX", "RANGE INDEX", "TEXT INDEX", "CONSTRAINT", "RULE"]) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("there are `INDEX`, `RANGE INDEX`, `TEXT INDEX`, `CONSTRAINT` and `RULE`"),
    }
}

pub(super) fn schema_name(pair: Pair<'_, Rule>) -> Result<Name> {
    name(&Parts::of(pair).required()?)
}

/// `(n:Label)` or `()-[r:TYPE]-()`.
struct Element {
    node: bool,
    variable: Name,
    name: Name,
}

fn schema_element(pair: Pair<'_, Rule>) -> Result<Element> {
    let node = !pair.clone().into_inner().any(|part| part.as_rule() == Rule::lbracket);
    let names = Parts::of(pair).filter(|part| matches!(part.as_rule(), Rule::variable | Rule::symbol));
    let mut names = names.map(|part| name(&part));
    let mut next = || names.next().unwrap_or_else(|| Err(Error::internal("a name is missing")));
    Ok(Element { node, variable: next()?, name: next()? })
}

fn demand(pair: &Pair<'_, Rule>) -> Result<Demand> {
    let span = span_of(pair);
    let mut parts = Parts::of(pair.clone());
    if parts.accept(Rule::kw_not) {
        return Ok(Demand::NotNull);
    }
    let demanded = Parts::of(pair.clone()).filter(|part| part.as_rule() == Rule::demanded_type);
    let types: Vec<DemandedType> = demanded.map(|part| demanded_type(&part)).collect();
    if !types.is_empty() {
        return Ok(Demand::Types(types));
    }
    match words(pair).as_str() {
        "UNIQUE" | "NODE UNIQUE" | "RELATIONSHIP UNIQUE" | "REL UNIQUE" => Ok(Demand::Unique),
        "KEY" | "NODE KEY" | "RELATIONSHIP KEY" | "REL KEY" => Ok(Demand::Key),
        other => {
            let error = unexpected(&format!("a constraint cannot demand `{other}`"), span);
            Err(error.hint("it can demand `UNIQUE`, `NOT NULL`, `KEY` or `:: TYPE`"))
        }
    }
}

fn demanded_type(pair: &Pair<'_, Rule>) -> DemandedType {
    let span = span_of(pair);
    let text = pair.as_str();
    let upper = |text: &str| -> Arc<str> {
        Arc::from(text.split_whitespace().map(str::to_ascii_uppercase).collect::<Vec<_>>().join(" "))
    };
    let Some((name, of)) = text.split_once('<') else {
        return DemandedType { name: upper(text), of: None, span };
    };
    let of = upper(of.trim_end_matches('>'));
    let of = of.trim_end_matches('>').trim_end().strip_suffix("NOT NULL").map_or(&*of, str::trim_end);
    DemandedType { name: upper(name), of: Some(Arc::from(of)), span }
}

/// What `SHOW` shows, and the word that chooses among it.
fn shown(pair: &Pair<'_, Rule>) -> Result<(ShowKind, &'static str)> {
    let span = span_of(pair);
    let words = words(pair);
    let (before, noun) = words.rsplit_once(' ').unwrap_or(("", &words));
    let Some(kind) = ShowKind::ALL.into_iter().find(|kind| kind.words().contains(&noun)) else {
        let error = unexpected(&format!("`SHOW {words}` shows nothing"), span);
        let known = ShowKind::ALL.into_iter().flat_map(|kind| kind.words().iter().copied());
        return Err(match nearest(noun, known) {
            Some(near) => error.hint(format!("did you mean `SHOW {near}`?")),
            None => error.hint("there are `SHOW INDEXES`, `CONSTRAINTS`, `RULES`, `FUNCTIONS` and `PROCEDURES`"),
        });
    };
    let wanted = canonical_filter(before);
    if wanted.is_empty() {
        return Ok((kind, ""));
    }
    match kind.filters().iter().find(|filter| **filter == wanted) {
        Some(filter) => Ok((kind, filter)),
        None => {
            let error =
                unexpected(&format!("`{before}` chooses nothing among {}", kind.words()[0].to_lowercase()), span);
            let filters: Vec<&str> = std::iter::once("ALL").chain(kind.filters().iter().copied()).collect();
            Err(error.hint(format!("there {} {}", if filters.len() == 1 { "is" } else { "are" }, filters.join(", "))))
        }
    }
}

/// The usual spelling of a filter; empty for `ALL`.
fn canonical_filter(words: &str) -> String {
    let usual = |word: &str| match word {
        "REL" => "RELATIONSHIP".to_owned(),
        "UNIQUENESS" => "UNIQUE".to_owned(),
        "EXIST" | "EXISTS" => "EXISTENCE".to_owned(),
        word => word.to_owned(),
    };
    let words: Vec<String> = words.split_whitespace().map(usual).collect();
    let words = words.join(" ");
    if words == "ALL" { String::new() } else { words.replace("PROPERTY EXISTENCE", "EXISTENCE") }
}

/// The words of a pair in upper case with single blanks.
fn words(pair: &Pair<'_, Rule>) -> String {
    let words = pair.clone().into_inner().map(|word| word.as_str().to_ascii_uppercase());
    words.collect::<Vec<_>>().join(" ")
}

pub(super) fn unexpected(message: &str, span: Span) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, message).at(span)
}
