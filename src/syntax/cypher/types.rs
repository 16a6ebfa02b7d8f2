//! Types as written: `INTEGER | FLOAT`, `LIST<STRING NOT NULL>`, `TIMESTAMP WITH TIME ZONE`.

use super::{Builder, Parts, span_of};
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use crate::syntax::ast::{TypeExpr, TypeExprKind};
use crate::text::nearest;
use pest::iterators::Pair;
use standpoint_grammar::cypher::Rule;

/// Every name of a type, with the standard one.
const NAMES: [(&str, &str); 46] = [
    ("ANY", "ANY"),
    ("ANY VALUE", "ANY"),
    ("NOTHING", "NOTHING"),
    ("NULL", "NULL"),
    ("BOOLEAN", "BOOLEAN"),
    ("BOOL", "BOOLEAN"),
    ("STRING", "STRING"),
    ("VARCHAR", "STRING"),
    ("INTEGER", "INTEGER"),
    ("INT", "INTEGER"),
    ("INTEGER64", "INTEGER"),
    ("INT64", "INTEGER"),
    ("SIGNED INTEGER", "INTEGER"),
    ("FLOAT", "FLOAT"),
    ("FLOAT64", "FLOAT"),
    ("DOUBLE", "FLOAT"),
    ("DATE", "DATE"),
    ("LOCAL TIME", "LOCAL TIME"),
    ("TIME WITHOUT TIME ZONE", "LOCAL TIME"),
    ("TIME WITHOUT TIMEZONE", "LOCAL TIME"),
    ("ZONED TIME", "ZONED TIME"),
    ("TIME WITH TIME ZONE", "ZONED TIME"),
    ("TIME WITH TIMEZONE", "ZONED TIME"),
    ("LOCAL DATETIME", "LOCAL DATETIME"),
    ("TIMESTAMP WITHOUT TIME ZONE", "LOCAL DATETIME"),
    ("TIMESTAMP WITHOUT TIMEZONE", "LOCAL DATETIME"),
    ("ZONED DATETIME", "ZONED DATETIME"),
    ("TIMESTAMP WITH TIME ZONE", "ZONED DATETIME"),
    ("TIMESTAMP WITH TIMEZONE", "ZONED DATETIME"),
    ("DURATION", "DURATION"),
    ("NODE", "NODE"),
    ("VERTEX", "NODE"),
    ("ANY NODE", "NODE"),
    ("ANY VERTEX", "NODE"),
    ("RELATIONSHIP", "RELATIONSHIP"),
    ("EDGE", "RELATIONSHIP"),
    ("ANY RELATIONSHIP", "RELATIONSHIP"),
    ("ANY EDGE", "RELATIONSHIP"),
    ("MAP", "MAP"),
    ("ANY MAP", "MAP"),
    ("PATH", "PATH"),
    ("PATHS", "PATH"),
    ("PROPERTY VALUE", "PROPERTY VALUE"),
    ("ANY PROPERTY VALUE", "PROPERTY VALUE"),
    ("TIMESTAMP", ""),
    ("TIME", ""),
];

impl Builder<'_> {
    /// `type_union`: one type or several.
    pub(super) fn type_union(&self, pair: Pair<'_, Rule>) -> Result<TypeExpr> {
        let span = span_of(&pair);
        let mut members = Parts::of(pair).map(|item| self.type_item(item)).collect::<Result<Vec<_>>>()?;
        if members.len() == 1 {
            return members.pop().ok_or_else(|| Error::internal("a type without parts"));
        }
        let not_null = members.iter().all(|member| member.not_null);
        if !not_null && members.iter().any(|member| member.not_null) {
            return Err(mixed(span));
        }
        Ok(TypeExpr { kind: TypeExprKind::Union(members), not_null, span })
    }

    /// `type_item`: one type with what follows it. Each `LIST` makes the tree higher, by several levels of an
    /// expression, so that what is allowed can be written with angles too.
    pub(super) fn type_item(&self, pair: Pair<'_, Rule>) -> Result<TypeExpr> {
        let (span, levels) = (span_of(&pair), pair.clone().into_inner().count());
        self.within(4 * levels, span, |builder| builder.type_parts(Parts::of(pair), span))
    }

    fn type_parts(&self, mut parts: Parts<'_>, span: Span) -> Result<TypeExpr> {
        let mut ty = self.type_base(parts.required()?)?;
        for suffix in parts {
            if suffix.as_rule() == Rule::list_word {
                ty = TypeExpr { kind: TypeExprKind::List(Box::new(ty)), not_null: false, span };
            } else {
                ty.not_null = true;
            }
        }
        ty.span = span;
        Ok(ty)
    }

    fn type_base(&self, pair: Pair<'_, Rule>) -> Result<TypeExpr> {
        let span = span_of(&pair);
        let kind = match pair.as_rule() {
            Rule::type_name => TypeExprKind::Named(standard_name(pair.as_str(), span)?),
            rule => {
                let mut parts = Parts::of(pair);
                parts.required()?;
                let inner = self.type_union(parts.required()?)?;
                if rule == Rule::type_any_of {
                    return Ok(inner);
                }
                TypeExprKind::List(Box::new(inner))
            }
        };
        Ok(TypeExpr { kind, not_null: false, span })
    }
}

fn standard_name(written: &str, span: Span) -> Result<&'static str> {
    let name = written.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    match NAMES.iter().find(|(known, _)| *known == name) {
        Some((_, "")) => {
            let message = format!("`{name}` alone does not say whether there is a time zone");
            let hint = format!("write `{name} WITH TIME ZONE` or `{name} WITHOUT TIME ZONE`");
            Err(Error::syntax(Detail::UnexpectedSyntax, message).at(span).hint(hint))
        }
        Some((_, standard)) => Ok(standard),
        None => Err(unknown(&name, span)),
    }
}

fn unknown(name: &str, span: Span) -> Error {
    let error = Error::syntax(Detail::UnexpectedSyntax, format!("there is no type `{name}`")).at(span);
    if matches!(name, "LIST" | "ARRAY") {
        return error.hint("say what it holds: `LIST<ANY>`");
    }
    match nearest(name, NAMES.iter().map(|(known, _)| *known)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

fn mixed(span: Span) -> Error {
    let message = "in a union of types either all are `NOT NULL` or none is";
    Error::syntax(Detail::UnexpectedSyntax, message).at(span)
}
