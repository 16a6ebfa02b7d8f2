//! Recorded changes as bytes: the content of a record of the log.
//!
//! A change is a byte that says which kind it is, and its parts. The numbers of the kinds stay as they are for as long as
//! the format's version does.

use super::bytes::{Put, Take};
use super::columns;
use super::format::{self, Problem};
use super::schema;
use crate::store::{Change, Record, Retention};
use crate::value::temporal::LocalDateTime;
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// Lists within lists that a value may have.
const DEPTH: usize = 16;

const LABEL: u8 = 1;
const REL_TYPE: u8 = 2;
const KEY: u8 = 3;
const CREATE_NODE: u8 = 4;
const ADD_LABEL: u8 = 5;
const REMOVE_LABEL: u8 = 6;
const SET_NODE_PROPERTY: u8 = 7;
const DELETE_NODE: u8 = 8;
const CREATE_REL: u8 = 9;
const CREATE_RELS: u8 = 10;
const SET_REL_PROPERTY: u8 = 11;
const DELETE_REL: u8 = 12;
const CLEAR: u8 = 13;
const CREATE_INDEX: u8 = 14;
const DROP_INDEX: u8 = 15;
const CREATE_CONSTRAINT: u8 = 16;
const DROP_CONSTRAINT: u8 = 17;
const CREATE_RULE: u8 = 18;
const DROP_RULE: u8 = 19;
const KEEP_HISTORY: u8 = 20;
/// How long a history goes back stands in this many bits: whether there is one, and which limits it has.
const HISTORY: u8 = 1;
const AGE: u8 = 2;
const COMMITS: u8 = 4;

/// The bytes of all changes of a record; `None` when one sets what no property holds.
pub(super) fn encode(record: &Record) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(record.len() * 16);
    let mut whole = true;
    record.for_each(|change| whole &= put_change(&mut out, change).is_some());
    whole.then_some(out)
}

/// Calls `visit` with each change, up to the first that is refused.
pub(super) fn decode(bytes: &[u8], mut visit: impl FnMut(Change) -> Result<(), Problem>) -> Result<(), Problem> {
    let mut take = Take(bytes);
    while !take.is_empty() {
        visit(take_change(&mut take)?)?;
    }
    Ok(())
}

fn put_change(out: &mut Vec<u8>, change: &Change) -> Option<()> {
    match change {
        Change::Label(id, name) => put_name(out, LABEL, id.0, name),
        Change::RelType(id, name) => put_name(out, REL_TYPE, id.0, name),
        Change::Key(id, name) => put_name(out, KEY, id.0, name),
        Change::CreateNode(node, labels, properties) => {
            put_numbers(out, CREATE_NODE, &[node.0, labels.len() as u32]);
            labels.iter().for_each(|label| out.put_number(u64::from(label.0)));
            put_properties(out, properties)?;
        }
        Change::AddLabel(node, label) => put_numbers(out, ADD_LABEL, &[node.0, label.0]),
        Change::RemoveLabel(node, label) => put_numbers(out, REMOVE_LABEL, &[node.0, label.0]),
        Change::SetNodeProperty(node, key, value) => {
            put_numbers(out, SET_NODE_PROPERTY, &[node.0, key.0]);
            put_value(out, value)?;
        }
        Change::DeleteNode(node) => put_numbers(out, DELETE_NODE, &[node.0]),
        Change::CreateRel(rel, from, to, properties) => {
            put_numbers(out, CREATE_REL, &[rel.rel_type.0, rel.row, from.0, to.0]);
            put_properties(out, properties)?;
        }
        Change::CreateRels(rel_type, rels) => put_rels(out, *rel_type, rels),
        Change::SetRelProperty(rel, key, value) => {
            put_numbers(out, SET_REL_PROPERTY, &[rel.rel_type.0, rel.row, key.0]);
            put_value(out, value)?;
        }
        Change::DeleteRel(rel) => put_numbers(out, DELETE_REL, &[rel.rel_type.0, rel.row]),
        Change::Clear => out.push(CLEAR),
        Change::KeepHistory(retention) => put_retention(out, *retention),
        Change::CreateIndex(index) => put_definition(out, CREATE_INDEX, &schema::index_to_disk(index))?,
        Change::DropIndex(name) => put_dropped(out, DROP_INDEX, name),
        Change::CreateConstraint(constraint) => {
            put_definition(out, CREATE_CONSTRAINT, &schema::constraint_to_disk(constraint))?;
        }
        Change::DropConstraint(name) => put_dropped(out, DROP_CONSTRAINT, name),
        Change::CreateRule(rule) => put_definition(out, CREATE_RULE, &schema::rule_to_disk(rule))?,
        Change::DropRule(name) => put_dropped(out, DROP_RULE, name),
    }
    Some(())
}

fn take_change(take: &mut Take<'_>) -> Result<Change, Problem> {
    let kind = take.byte()?;
    Ok(match kind {
        LABEL => Change::Label(LabelId(take.narrow()?), Arc::from(take.text()?)),
        REL_TYPE => Change::RelType(RelTypeId(take.narrow()?), Arc::from(take.text()?)),
        KEY => Change::Key(KeyId(take.narrow()?), Arc::from(take.text()?)),
        CREATE_NODE => {
            let (node, count) = (NodeId(take.narrow()?), take.count()?);
            let labels = (0..count).map(|_| take.narrow().map(LabelId)).collect::<Result<_, _>>()?;
            Change::CreateNode(node, labels, take_properties(take)?)
        }
        ADD_LABEL => Change::AddLabel(NodeId(take.narrow()?), LabelId(take.narrow()?)),
        REMOVE_LABEL => Change::RemoveLabel(NodeId(take.narrow()?), LabelId(take.narrow()?)),
        SET_NODE_PROPERTY => {
            Change::SetNodeProperty(NodeId(take.narrow()?), KeyId(take.narrow()?), take_value(take, 0)?)
        }
        DELETE_NODE => Change::DeleteNode(NodeId(take.narrow()?)),
        CREATE_REL => {
            let (rel, from, to) = (take_rel(take)?, NodeId(take.narrow()?), NodeId(take.narrow()?));
            Change::CreateRel(rel, from, to, take_properties(take)?)
        }
        CREATE_RELS => take_rels(take)?,
        SET_REL_PROPERTY => Change::SetRelProperty(take_rel(take)?, KeyId(take.narrow()?), take_value(take, 0)?),
        DELETE_REL => Change::DeleteRel(take_rel(take)?),
        CLEAR => Change::Clear,
        KEEP_HISTORY => Change::KeepHistory(take_retention(take)?),
        CREATE_INDEX => Change::CreateIndex(Arc::new(schema::index_from_disk(&take_definition(take)?))),
        DROP_INDEX => Change::DropIndex(Arc::from(take.text()?)),
        CREATE_CONSTRAINT => Change::CreateConstraint(Arc::new(schema::constraint_from_disk(&take_definition(take)?))),
        DROP_CONSTRAINT => Change::DropConstraint(Arc::from(take.text()?)),
        CREATE_RULE => Change::CreateRule(Arc::new(schema::rule_from_disk(&take_definition(take)?))),
        DROP_RULE => Change::DropRule(Arc::from(take.text()?)),
        _ => return Err(Problem::damaged(format!("there is no change of kind {kind}"))),
    })
}

fn put_numbers(out: &mut Vec<u8>, kind: u8, numbers: &[u32]) {
    out.push(kind);
    numbers.iter().for_each(|number| out.put_number(u64::from(*number)));
}

fn put_name(out: &mut Vec<u8>, kind: u8, id: u32, name: &str) {
    put_numbers(out, kind, &[id]);
    out.put_text(name);
}

/// A definition stands in the log as it does in the table of the file.
fn put_definition<T: Serialize>(out: &mut Vec<u8>, kind: u8, definition: &T) -> Option<()> {
    let bytes = format::encode(definition).ok()?;
    out.push(kind);
    out.put_number(bytes.len() as u64);
    out.extend(bytes);
    Some(())
}

fn take_definition<T: for<'a> Deserialize<'a>>(take: &mut Take<'_>) -> Result<T, Problem> {
    let count = take.count()?;
    format::decode(take.bytes(count)?, "a definition")
}

fn put_dropped(out: &mut Vec<u8>, kind: u8, name: &str) {
    out.push(kind);
    out.put_text(name);
}

fn put_retention(out: &mut Vec<u8>, retention: Option<Retention>) {
    let Some(Retention { age, commits }) = retention else { return out.extend([KEEP_HISTORY, 0]) };
    let limits = [(AGE, age.map(|age| u64::try_from(age.as_micros()).unwrap_or(u64::MAX))), (COMMITS, commits)];
    let set = limits.iter().filter(|(_, limit)| limit.is_some());
    out.extend([KEEP_HISTORY, set.fold(HISTORY, |bits, (bit, _)| bits | bit)]);
    limits.into_iter().filter_map(|(_, limit)| limit).for_each(|limit| out.put_number(limit));
}

fn take_retention(take: &mut Take<'_>) -> Result<Option<Retention>, Problem> {
    let bits = take.byte()?;
    let mut limit = |bit| if bits & bit == 0 { Ok(None) } else { take.number().map(Some) };
    let retention = Retention { age: limit(AGE)?.map(Duration::from_micros), commits: limit(COMMITS)? };
    match bits {
        0 => Ok(None),
        _ if bits & HISTORY != 0 && bits < 2 * COMMITS => Ok(Some(retention)),
        _ => Err(Problem::damaged(format!("there is no retention of kind {bits}"))),
    }
}

fn take_rel(take: &mut Take<'_>) -> Result<RelId, Problem> {
    Ok(RelId { rel_type: RelTypeId(take.narrow()?), row: take.narrow()? })
}

/// Rows of a bulk ascend with starts and mostly with ends: differences are short.
fn put_rels(out: &mut Vec<u8>, rel_type: RelTypeId, rels: &[(u32, NodeId, NodeId)]) {
    put_numbers(out, CREATE_RELS, &[rel_type.0, rels.len() as u32]);
    let mut last = [0; 3];
    for (row, from, to) in rels {
        let now = [*row, from.0, to.0];
        for (now, last) in now.iter().zip(last) {
            out.put_signed(i64::from(*now) - i64::from(last));
        }
        last = now;
    }
}

fn take_rels(take: &mut Take<'_>) -> Result<Change, Problem> {
    let (rel_type, count) = (RelTypeId(take.narrow()?), take.count()?);
    let mut last = [0i64; 3];
    let mut rels = Vec::with_capacity(count);
    for _ in 0..count {
        let mut now = [0; 3];
        for (now, last) in now.iter_mut().zip(&mut last) {
            *last = last.saturating_add(take.signed()?);
            *now = u32::try_from(*last).map_err(|_| Problem::damaged("an identifier is impossible"))?;
        }
        rels.push((now[0], NodeId(now[1]), NodeId(now[2])));
    }
    Ok(Change::CreateRels(rel_type, rels.into_boxed_slice()))
}

fn put_properties(out: &mut Vec<u8>, properties: &[(KeyId, Value)]) -> Option<()> {
    out.put_number(properties.len() as u64);
    properties.iter().try_for_each(|(key, value)| {
        out.put_number(u64::from(key.0));
        put_value(out, value)
    })
}

fn take_properties(take: &mut Take<'_>) -> Result<Box<[(KeyId, Value)]>, Problem> {
    let count = take.count()?;
    (0..count).map(|_| Ok((KeyId(take.narrow()?), take_value(take, 0)?))).collect()
}

fn put_value(out: &mut Vec<u8>, value: &Value) -> Option<()> {
    match value {
        Value::Null => out.push(0),
        Value::Bool(value) => out.push(1 + u8::from(*value)),
        Value::Int(value) => {
            out.push(3);
            out.put_signed(*value);
        }
        Value::Float(value) => {
            out.push(4);
            out.extend(value.to_le_bytes());
        }
        Value::String(text) => {
            out.push(5);
            out.put_text(text);
        }
        Value::List(items) => {
            out.push(6);
            out.put_number(items.len() as u64);
            return items.iter().try_for_each(|item| put_value(out, item));
        }
        other => return put_temporal(out, other),
    }
    Some(())
}

fn put_temporal(out: &mut Vec<u8>, value: &Value) -> Option<()> {
    match value {
        Value::Date(date) => {
            out.push(7);
            out.put_signed(date.days);
        }
        Value::LocalTime(time) => {
            out.push(8);
            out.put_number(time.nanos);
        }
        Value::Time(time) => {
            out.push(9);
            out.put_number(time.nanos);
            out.put_signed(i64::from(time.offset));
        }
        Value::LocalDateTime(local) => {
            out.push(10);
            put_local(out, *local);
        }
        Value::DateTime(moment) => {
            out.push(11 + u8::from(moment.zone.is_some()));
            put_local(out, moment.local);
            out.put_signed(i64::from(moment.offset));
            moment.zone.iter().for_each(|zone| out.put_text(zone));
        }
        Value::Duration(length) => {
            out.push(13);
            [length.months, length.days, length.seconds].iter().for_each(|part| out.put_signed(*part));
            out.put_number(u64::from(length.nanos));
        }
        _ => return None,
    }
    Some(())
}

fn put_local(out: &mut Vec<u8>, local: LocalDateTime) {
    out.put_signed(local.seconds);
    out.put_number(u64::from(local.nanos));
}

fn take_value(take: &mut Take<'_>, depth: usize) -> Result<Value, Problem> {
    let kind = take.byte()?;
    Ok(match kind {
        0 => Value::Null,
        1 | 2 => Value::Bool(kind == 2),
        3 => Value::Int(take.signed()?),
        4 => Value::Float(f64::from_le_bytes(take.array()?)),
        5 => Value::string(take.text()?),
        6 if depth < DEPTH => {
            let count = take.count()?;
            Value::list((0..count).map(|_| take_value(take, depth + 1)).collect::<Result<_, _>>()?)
        }
        6 => return Err(Problem::damaged("lists are nested too deeply")),
        _ => take_temporal(take, kind)?,
    })
}

fn take_temporal(take: &mut Take<'_>, kind: u8) -> Result<Value, Problem> {
    let value = match kind {
        7 => columns::date(take.signed()?),
        8 => columns::local_time(take.number()?),
        9 => columns::time(take.number()?, take_offset(take)?),
        10 => columns::local_datetime(take.signed()?, take.narrow()?),
        11 | 12 => {
            let (seconds, nanos, offset) = (take.signed()?, take.narrow()?, take_offset(take)?);
            let zone = if kind == 12 { Some(take.text()?) } else { None };
            columns::datetime(seconds, nanos, offset, zone)
        }
        13 => columns::duration(take.signed()?, take.signed()?, take.signed()?, take.narrow()?),
        _ => return Err(Problem::damaged(format!("there is no value of kind {kind}"))),
    };
    value.ok_or_else(columns::impossible)
}

fn take_offset(take: &mut Take<'_>) -> Result<i32, Problem> {
    i32::try_from(take.signed()?).map_err(|_| columns::impossible())
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;
    use crate::store::{
        ConstraintDefinition, ConstraintKind, IndexDefinition, IndexKind, PropertyType, RuleDefinition, ScalarType,
        SchemaTarget, TypesRead,
    };
    use proptest::prelude::*;

    fn samples() -> Vec<Change> {
        let (node, rel) = (NodeId(5), RelId { rel_type: RelTypeId(1), row: 70_000 });
        let properties: Box<[(KeyId, Value)]> =
            values().into_iter().enumerate().map(|(at, value)| (KeyId(at as u32), value)).collect();
        vec![
            Change::Label(LabelId(0), Arc::from("Actor")),
            Change::RelType(RelTypeId(1), Arc::from("OPPOSES")),
            Change::Key(KeyId(300), Arc::from("ім'я")),
            Change::CreateNode(node, Box::from([LabelId(0), LabelId(9)]), properties.clone()),
            Change::CreateNode(NodeId(u32::MAX), Box::from([]), Box::from([])),
            Change::AddLabel(node, LabelId(2)),
            Change::RemoveLabel(node, LabelId(2)),
            Change::SetNodeProperty(node, KeyId(1), Value::Null),
            Change::DeleteNode(node),
            Change::CreateRel(rel, node, NodeId(6), properties),
            Change::CreateRels(RelTypeId(0), Box::from([(3, node, NodeId(8)), (9, NodeId(4), NodeId(u32::MAX))])),
            Change::SetRelProperty(rel, KeyId(1), Value::Float(0.1)),
            Change::DeleteRel(rel),
            Change::Clear,
            Change::CreateIndex(Arc::new(IndexDefinition {
                name: Arc::from("by name"),
                kind: IndexKind::Text,
                target: SchemaTarget::RelType(RelTypeId(1)),
                keys: vec![KeyId(0)],
            })),
            Change::DropIndex(Arc::from("by name")),
            Change::CreateConstraint(Arc::new(ConstraintDefinition {
                name: Arc::from("typed"),
                kind: ConstraintKind::Type(vec![PropertyType::List(ScalarType::Date)]),
                target: SchemaTarget::Label(LabelId(0)),
                keys: vec![KeyId(0), KeyId(1)],
            })),
            Change::DropConstraint(Arc::from("typed")),
            Change::CreateRule(Arc::new(RuleDefinition {
                name: Arc::from("allies"),
                head: RelTypeId(1),
                statement: Arc::from("CREATE RULE allies FOR (a)-[:OPPOSES]->(b) WHEN MATCH (a)-->(b)"),
                needs: TypesRead { any: true, types: Vec::new() },
                excludes: TypesRead { any: false, types: vec![RelTypeId(0), RelTypeId(1)] },
            })),
            Change::DropRule(Arc::from("allies")),
            Change::KeepHistory(None),
            Change::KeepHistory(Some(Retention { age: Some(Duration::from_secs(86_400)), commits: None })),
            Change::KeepHistory(Some(Retention { age: Some(Duration::ZERO), commits: Some(7) })),
        ]
    }

    fn bytes(changes: &[Change]) -> Vec<u8> {
        let mut out = Vec::new();
        changes.iter().for_each(|change| put_change(&mut out, change).unwrap());
        out
    }

    #[test]
    fn every_change_comes_back() {
        let mut back = Vec::new();
        let whole = bytes(&samples());
        decode(&whole, |change| {
            back.push(change);
            Ok(())
        })
        .unwrap();
        assert_eq!(format!("{back:?}"), format!("{:?}", samples()));
        for cut in 0..whole.len() {
            let mut read = 0;
            let outcome = decode(&whole[..cut], |_| {
                read += 1;
                Ok(())
            });
            assert!(outcome.is_err() || bytes(&samples()[..read]).len() == cut);
        }
    }

    #[test]
    fn what_no_property_holds_is_refused() {
        assert!(put_value(&mut Vec::new(), &Value::list(vec![Value::Node(NodeId(1))])).is_none());
        let mut deep = [6, 1].repeat(100_000);
        deep.push(0);
        assert!(take_value(&mut Take(&deep), 0).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(noise: Vec<u8>, at in 0usize..400, byte: u8) {
            let _ = decode(&noise, |_| Ok(()));
            let mut changed = bytes(&samples());
            let at = at % changed.len();
            changed[at] = byte;
            let _ = decode(&changed, |_| Ok(()));
        }
    }
}
