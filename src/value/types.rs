//! Types as values have them and as `IS ::` asks for them.

use super::Value;
use std::fmt;

/// A type: what values it holds, and whether null is one of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Type {
    /// The values.
    pub kind: Kind,
    /// Whether null is in it too.
    pub nullable: bool,
}

/// Which values a type holds. The order is the one in which the members of a union are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // most name the values they hold
pub enum Kind {
    /// No value at all.
    Nothing,
    /// Nothing but null.
    Null,
    Boolean,
    String,
    Integer,
    Float,
    Date,
    LocalTime,
    ZonedTime,
    LocalDateTime,
    ZonedDateTime,
    Duration,
    Node,
    Relationship,
    Map,
    /// Lists of such elements.
    List(Box<Type>),
    Path,
    /// The values of any of these types.
    Union(Vec<Type>),
    /// What a property can hold.
    PropertyValue,
    /// Every value.
    Any,
}

/// The kinds without parts by their names.
const NAMES: [(&str, Kind); 18] = [
    ("NOTHING", Kind::Nothing),
    ("NULL", Kind::Null),
    ("BOOLEAN", Kind::Boolean),
    ("STRING", Kind::String),
    ("INTEGER", Kind::Integer),
    ("FLOAT", Kind::Float),
    ("DATE", Kind::Date),
    ("LOCAL TIME", Kind::LocalTime),
    ("ZONED TIME", Kind::ZonedTime),
    ("LOCAL DATETIME", Kind::LocalDateTime),
    ("ZONED DATETIME", Kind::ZonedDateTime),
    ("DURATION", Kind::Duration),
    ("NODE", Kind::Node),
    ("RELATIONSHIP", Kind::Relationship),
    ("MAP", Kind::Map),
    ("PATH", Kind::Path),
    ("PROPERTY VALUE", Kind::PropertyValue),
    ("ANY", Kind::Any),
];

impl Kind {
    /// The kind without parts of that standard name.
    pub fn named(name: &str) -> Option<Kind> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| kind.clone())
    }
}

impl Type {
    /// The type of a value, as narrow as it can be said.
    ///
    /// ```
    /// use standpoint::value::{Value, types::Type};
    /// let list = Value::list(vec![Value::Int(1), "a".into(), Value::Null]);
    /// assert_eq!(Type::of(&list).to_string(), "LIST<STRING | INTEGER> NOT NULL");
    /// ```
    pub fn of(value: &Value) -> Type {
        Type { kind: kind_of(value), nullable: value.is_null() }
    }

    /// Whether a value is of this type.
    ///
    /// ```
    /// use standpoint::value::{Value, types::{Kind, Type}};
    /// let integer = Type { kind: Kind::Integer, nullable: true };
    /// assert!(integer.holds(&Value::Int(1)) && integer.holds(&Value::Null));
    /// assert!(!integer.holds(&Value::Float(1.0)));
    /// ```
    pub fn holds(&self, value: &Value) -> bool {
        if value.is_null() {
            return self.nullable && self.kind != Kind::Nothing;
        }
        match (&self.kind, value) {
            (Kind::Any, _) => true,
            (Kind::Union(members), _) => members.iter().any(|member| member.holds(value)),
            (Kind::List(element), Value::List(items)) => items.iter().all(|item| element.holds(item)),
            (Kind::PropertyValue, Value::List(items)) => items.iter().all(is_storable_item),
            (Kind::PropertyValue, _) => is_storable_item(value),
            (Kind::List(_), _) | (_, Value::List(_)) => false,
            (kind, _) => *kind == kind_of(value),
        }
    }

    /// Whether every value of this type is of the other too.
    fn is_within(&self, other: &Type) -> bool {
        if self.nullable && !other.nullable {
            return false;
        }
        match (&self.kind, &other.kind) {
            (Kind::Nothing | Kind::Null, _) | (_, Kind::Any) => true,
            (Kind::List(inner), Kind::List(outer)) => inner.is_within(outer),
            (inner, outer) => inner == outer,
        }
    }

    /// The narrowest type of the elements of a list that is written as a union: null makes every member nullable, and
    /// what is within another is left out.
    fn of_elements(items: &[Value]) -> Type {
        let nullable = items.iter().any(Value::is_null);
        let mut members: Vec<Type> = Vec::new();
        for item in items.iter().filter(|item| !item.is_null()) {
            let member = Type { kind: kind_of(item), nullable };
            if !members.iter().any(|known| member.is_within(known)) {
                members.retain(|known| !known.is_within(&member));
                members.push(member);
            }
        }
        members.sort();
        match (members.pop(), members.is_empty()) {
            (None, _) => Type { kind: if nullable { Kind::Null } else { Kind::Nothing }, nullable },
            (Some(only), true) => only,
            (Some(last), false) => {
                members.push(last);
                Type { kind: Kind::Union(members), nullable }
            }
        }
    }
}

fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Boolean,
        Value::Int(_) => Kind::Integer,
        Value::Float(_) => Kind::Float,
        Value::String(_) => Kind::String,
        Value::List(items) => Kind::List(Box::new(Type::of_elements(items))),
        Value::Map(_) => Kind::Map,
        Value::Node(_) => Kind::Node,
        Value::Rel(_) => Kind::Relationship,
        Value::Path(_) => Kind::Path,
        Value::Date(_) => Kind::Date,
        Value::LocalTime(_) => Kind::LocalTime,
        Value::Time(_) => Kind::ZonedTime,
        Value::LocalDateTime(_) => Kind::LocalDateTime,
        Value::DateTime(_) => Kind::ZonedDateTime,
        Value::Duration(_) => Kind::Duration,
    }
}

fn is_storable_item(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Rel(_) | Value::Path(_))
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::List(element) => write!(f, "LIST<{element}>")?,
            Kind::Union(members) => {
                let members: Vec<String> = members.iter().map(Type::to_string).collect();
                return f.write_str(&members.join(" | "));
            }
            kind => f.write_str(NAMES.iter().find(|(_, known)| known == kind).map_or("", |(name, _)| name))?,
        }
        let says_so = self.nullable || matches!(self.kind, Kind::Nothing | Kind::Null);
        f.write_str(if says_so { "" } else { " NOT NULL" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &Value) -> String {
        Type::of(value).to_string()
    }

    #[test]
    fn types_of_lists_are_narrow() {
        let list = |items: &[Value]| Value::list(items.to_vec());
        let one = Value::Int(1);
        assert_eq!(text(&Value::Null), "NULL");
        assert_eq!(text(&list(&[])), "LIST<NOTHING> NOT NULL");
        assert_eq!(text(&list(&[Value::Null])), "LIST<NULL> NOT NULL");
        assert_eq!(
            text(&list(&[1.5.into(), one.clone(), "a".into()])),
            "LIST<STRING NOT NULL | INTEGER NOT NULL | FLOAT NOT NULL> NOT NULL"
        );
        let nested = list(&[list(std::slice::from_ref(&one)), list(&[one, Value::Null]), list(&[])]);
        assert_eq!(text(&nested), "LIST<LIST<INTEGER> NOT NULL> NOT NULL");
    }

    #[test]
    fn every_value_is_of_its_type() {
        let values = [
            Value::Null,
            true.into(),
            Value::Int(1),
            Value::list(vec![]),
            Value::list(vec![Value::Null, Value::Int(1), Value::list(vec!["a".into()])]),
            Value::map(Default::default()),
        ];
        for value in &values {
            let ty = Type::of(value);
            assert!(ty.holds(value), "{value:?} is no {ty}");
            assert!(ty.is_within(&ty));
            assert!(Type { kind: Kind::Any, nullable: true }.holds(value));
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for (name, kind) in &NAMES {
            assert_eq!(Kind::named(name).as_ref(), Some(kind));
            assert_eq!(Type { kind: kind.clone(), nullable: true }.to_string(), *name);
        }
    }
}
