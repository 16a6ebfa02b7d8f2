//! Records of what went into an entity: texts, each the list of the parts of [`Record`] as an expression of openCypher.

use super::{MERGED, set};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::Version;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::syntax::parse_expression;
use crate::value::format::expression;
use crate::value::temporal::parse;
use crate::value::{NodeId, Value};
use std::sync::Arc;

/// An entity that went into another.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The name that relationships call it by; no two records of an entity have the same.
    pub(super) name: Arc<str>,
    /// Its labels.
    pub(super) labels: Vec<Arc<str>>,
    /// Its properties.
    pub(super) properties: Vec<(Arc<str>, Value)>,
    /// The labels that the other has from it.
    pub(super) new_labels: Vec<Arc<str>>,
    /// The aliases that the other has from it.
    pub(super) new_aliases: Vec<Arc<str>>,
    /// The properties that the other has from it.
    pub(super) new_properties: Vec<Arc<str>>,
    /// What the other had as `aliases` before.
    pub(super) aliases: Value,
}

impl Record {
    pub(super) fn property(&self, key: &str) -> Value {
        self.properties.iter().find(|(known, _)| &**known == key).map_or(Value::Null, |(_, value)| value.clone())
    }

    fn to_value(&self) -> Value {
        let texts = |texts: &[Arc<str>]| Value::list(texts.iter().cloned().map(Value::String).collect());
        let pairs = self.properties.iter().flat_map(|(key, value)| {
            let value = if &**key == MERGED { unfolded(value) } else { value.clone() };
            [Value::String(Arc::clone(key)), value]
        });
        Value::list(vec![
            Value::String(Arc::clone(&self.name)),
            texts(&self.labels),
            Value::list(pairs.collect()),
            texts(&self.new_labels),
            texts(&self.new_aliases),
            texts(&self.new_properties),
            self.aliases.clone(),
        ])
    }

    fn of_value(value: &Value) -> Option<Record> {
        let Value::List(parts) = value else { return None };
        let [Value::String(name), labels, Value::List(pairs), new_labels, new_aliases, new_properties, aliases] =
            &parts[..]
        else {
            return None;
        };
        let property = |pair: &[Value]| match pair {
            [Value::String(key), value] if &**key == MERGED => Some((Arc::clone(key), folded(value))),
            [Value::String(key), value] => Some((Arc::clone(key), value.clone())),
            _ => None,
        };
        Some(Record {
            name: Arc::clone(name),
            labels: texts(labels)?,
            properties: pairs.chunks(2).map(property).collect::<Option<_>>()?,
            new_labels: texts(new_labels)?,
            new_aliases: texts(new_aliases)?,
            new_properties: texts(new_properties)?,
            aliases: aliases.clone(),
        })
    }
}

/// The records of an entity, the earliest first.
///
/// # Errors
/// When the property that has them is not as joining left it.
pub(super) fn records(version: &Version, node: NodeId) -> Result<Vec<Record>> {
    let read = |text: &Value| text.as_str().and_then(read).as_ref().and_then(Record::of_value);
    let records = match version.node_property_named(node, MERGED) {
        Value::Null => Some(Vec::new()),
        Value::List(items) => items.iter().map(read).collect(),
        _ => None,
    };
    records.ok_or_else(|| {
        let message = format!("`{MERGED}` of `{}` is not what joining entities wrote", super::title(version, node));
        Error::runtime(ErrorType::TypeError, Detail::InvalidPropertyType, message)
            .hint(format!("what it says cannot be taken apart; `REMOVE n.{MERGED}` forgets it"))
    })
}

/// Keeps the records of an entity.
pub(super) fn keep(version: &mut Version, node: NodeId, records: &[Record]) -> Result<()> {
    let texts: Vec<Value> = records.iter().map(|record| Value::string(expression(&record.to_value()))).collect();
    set(version, node, MERGED, if texts.is_empty() { Value::Null } else { Value::list(texts) })
}

/// Records inside a record are kept as lists: texts in texts would double their marks with every level.
fn unfolded(value: &Value) -> Value {
    let Value::List(items) = value else { return value.clone() };
    let unfold = |item: &Value| {
        let inner = item.as_str().and_then(read).filter(|inner| Some(&*expression(inner)) == item.as_str());
        inner.filter(|inner| matches!(inner, Value::List(_))).unwrap_or_else(|| item.clone())
    };
    Value::list(items.iter().map(unfold).collect())
}

fn folded(value: &Value) -> Value {
    let Value::List(items) = value else { return value.clone() };
    let fold = |item: &Value| match item {
        Value::List(_) => Value::string(expression(item)),
        other => other.clone(),
    };
    Value::list(items.iter().map(fold).collect())
}

fn texts(value: &Value) -> Option<Vec<Arc<str>>> {
    let Value::List(items) = value else { return None };
    items.iter().map(|item| if let Value::String(text) = item { Some(Arc::clone(text)) } else { None }).collect()
}

/// The value that an expression as [`expression`] writes it stands for; `None` for any other.
fn read(text: &str) -> Option<Value> {
    constant(&parse_expression(text).ok()?)
}

fn constant(expr: &Expr) -> Option<Value> {
    Some(match &expr.kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(truth) => Value::Bool(*truth),
        ExprKind::Int(number) => Value::Int(*number),
        ExprKind::Float(number) => Value::Float(*number),
        ExprKind::String(text) => Value::String(Arc::clone(text)),
        ExprKind::List(items) => Value::list(items.iter().map(constant).collect::<Option<_>>()?),
        ExprKind::Binary { op: BinaryOp::Divide, left, right } => match (constant(left)?, constant(right)?) {
            (Value::Float(left), Value::Float(right)) => Value::Float(left / right),
            _ => return None,
        },
        ExprKind::Call { name, distinct: false, arguments } => match &arguments[..] {
            [Expr { kind: ExprKind::String(text), .. }] => temporal(&name.text, text)?,
            _ => return None,
        },
        _ => return None,
    })
}

fn temporal(function: &str, text: &str) -> Option<Value> {
    match function {
        "date" => parse::date(text).ok().map(Value::from),
        "localtime" => parse::local_time(text).ok().map(Value::from),
        "time" => parse::time(text).ok().map(Value::from),
        "localdatetime" => parse::local_date_time(text).ok().map(Value::from),
        "datetime" => parse::date_time(text).ok().map(Value::from),
        "duration" => parse::duration(text).ok().map(Value::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    #[test]
    fn what_expressions_write_is_read_back() {
        let values = "RETURN [null, true, -5, 9223372036854775807, -9223372036854775808, 1.5, -0.25, 0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0, \
                      'it\\'s \\\\ \\n \"é\"', [], [[1], ['a']], date('2025-11-21'), localtime('12:30'), time('12:30+01:00'), \
                      localdatetime('2025-11-21T12:30:01.5'), datetime('2025-11-21T12:30[Europe/Kyiv]'), \
                      duration('P1M-2DT3H')] AS value";
        let row = Graph::in_memory().run(values).unwrap().rows().unwrap().remove(0);
        let value = row.values()[0].clone();
        let text = expression(&value);
        assert_eq!(expression(&read(&text).unwrap()), text);
        for other in ["1 + 1", "n", "rand()", "date()", "[x IN [1] | x]", "{a: 1}", "$p", "count { (n) }", "[", ""] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
