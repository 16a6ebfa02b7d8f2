//! Looking through columns for values, where nothing has been gathered yet that would find them.
//!
//! Gathering the values of a key takes as long as looking through them many times: so often they are looked through first.
//! Columns of texts that stand in a file yet are looked through where they were read to, and not made for that.

use super::column::{Cell, Column, Data};
use super::constraints::Owner;
use super::index::{Seek, key_of};
use super::{IndexDefinition, IndexKind, SEGMENT, SchemaTarget, Version};
use crate::value::compare::order;
use crate::value::{KeyId, LabelId, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// How often values are looked through before they are gathered.
pub(super) const SEARCHES: u32 = if cfg!(test) { 4 } else { 32 };

/// How often the values of something were looked through, in all versions of a graph.
#[derive(Clone, Debug, Default)]
pub(super) struct Searches(Arc<AtomicU32>);

impl Searches {
    /// Whether it is time to gather the values.
    pub(super) fn were_many(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= SEARCHES
    }

    /// Counts one more.
    pub(super) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Which values are looked for.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// Those that stand at the same place as this one in the order of values.
    Equal(&'a Value),
    /// Texts that pass a test.
    Text(&'a dyn Fn(&[u8]) -> bool),
    /// Values that pass a test.
    Such(&'a dyn Fn(&Value) -> bool),
}

/// Which texts are looked for, where nothing but texts is.
#[derive(Clone, Copy)]
pub(super) enum WantedText<'a> {
    Is(&'a str),
    Such(&'a dyn Fn(&[u8]) -> bool),
}

impl WantedText<'_> {
    /// Whether a text is wanted.
    #[inline]
    pub(super) fn is_met(self, text: &[u8]) -> bool {
        match self {
            WantedText::Is(wanted) => text == wanted.as_bytes(),
            WantedText::Such(test) => test(text),
        }
    }
}

/// A search of many columns.
pub(super) struct Search<'a> {
    wanted: Wanted<'a>,
    /// The dictionary that a column had, by its address, and the code in it of the text that is wanted: many columns have
    /// the same.
    code: Option<(usize, Option<i64>)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(wanted: Wanted<'a>) -> Search<'a> {
        Search { wanted, code: None }
    }

    /// The texts that are wanted, when nothing but texts is.
    pub(super) fn text(&self) -> Option<WantedText<'a>> {
        match self.wanted {
            Wanted::Equal(Value::String(text)) => Some(WantedText::Is(text)),
            Wanted::Text(test) => Some(WantedText::Such(test)),
            _ => None,
        }
    }

    /// Calls `visit` with each place of a column that has what is wanted, ascending.
    pub(super) fn look_through(&mut self, column: &Column, visit: &mut dyn FnMut(u16)) {
        if !self.may_be_in(&column.data) {
            return;
        }
        let (text, wanted) = (self.text(), self.wanted);
        column.for_each(|place, cell| {
            let met = match (text, &cell) {
                (Some(wanted), Cell::Text(text)) => wanted.is_met(text.as_bytes()),
                (Some(_), _) => false,
                (None, Cell::Other(value)) => wanted.is_met(value),
                (None, cell) => wanted.is_met(&cell.to_value()),
            };
            if met {
                visit(place);
            }
        });
    }

    /// What is seen at once of many values: whether any of them may be wanted.
    fn may_be_in(&mut self, data: &Data) -> bool {
        match (self.wanted, data) {
            (Wanted::Equal(Value::Int(number)), Data::Ints(ints)) => ints.contains(*number),
            (Wanted::Equal(Value::String(text)), Data::Coded { dictionary, .. }) => dictionary.contains(text),
            (Wanted::Equal(Value::String(text)), Data::Shared { dictionary, codes }) => {
                self.code(dictionary, text).is_some_and(|code| codes.contains(code))
            }
            (Wanted::Equal(Value::String(_)) | Wanted::Text(_), _) => data.has_texts(),
            _ => true,
        }
    }

    fn code(&mut self, dictionary: &Arc<[Arc<str>]>, text: &str) -> Option<i64> {
        let address = dictionary.as_ptr().addr();
        if let Some((_, code)) = self.code.filter(|(known, _)| *known == address) {
            return code;
        }
        let code = dictionary.iter().position(|other| **other == *text).map(|code| code as i64);
        self.code = Some((address, code));
        code
    }
}

impl Wanted<'_> {
    fn is_met(self, value: &Value) -> bool {
        match self {
            Wanted::Equal(wanted) => order(value, wanted).is_eq(),
            Wanted::Text(test) => value.as_str().is_some_and(|text| test(text.as_bytes())),
            Wanted::Such(test) => test(value),
        }
    }
}

impl Version {
    /// The nodes, of those with a label or of all, whose value of a key is wanted, in ascending order.
    pub(super) fn search_nodes(&self, label: Option<LabelId>, key: KeyId, wanted: Wanted<'_>) -> Vec<u32> {
        let (mut search, mut found) = (Search::new(wanted), Vec::new());
        for (number, columns) in self.nodes.all_columns_by_segment() {
            let Some(nodes) = self.nodes.segment(number).and_then(|segment| segment.set(label)) else { continue };
            let mut take = |place: u16| {
                if nodes.get(place) {
                    found.push(number * SEGMENT + u32::from(place));
                }
            };
            columns.search(key, &mut search, &mut take);
        }
        found
    }

    fn search_target(&self, target: SchemaTarget, key: KeyId, wanted: Wanted<'_>) -> Vec<u32> {
        let rel_type = match target {
            SchemaTarget::Label(label) => return self.search_nodes(Some(label), key, wanted),
            SchemaTarget::RelType(rel_type) => rel_type,
        };
        let (mut search, mut found) = (Search::new(wanted), Vec::new());
        for (number, columns) in self.rel_columns(rel_type) {
            columns.search(key, &mut search, &mut |place| found.push(number * SEGMENT + u32::from(place)));
        }
        found
    }

    /// What an index finds, in ascending order, without its contents; `None` where it takes these.
    pub(super) fn search(&self, index: &IndexDefinition, seek: &Seek<'_>) -> Option<Vec<u32>> {
        let (key, rest) = index.keys.split_first()?;
        let possible = match seek {
            Seek::Equal(values) => values.len() == index.keys.len(),
            _ => rest.is_empty(),
        };
        let Some(place) = seek.place().filter(|_| possible) else { return possible.then(Vec::new) };
        let such = |value: &Value| place(value).is_eq();
        let begins = |text: &[u8]| matches!(seek, Seek::Prefix(prefix) if text.starts_with(prefix.as_bytes()));
        let wanted = match seek {
            Seek::Equal(values) => Wanted::Equal(values.first()?),
            Seek::Prefix(_) => Wanted::Text(&begins),
            _ => Wanted::Such(&such),
        };
        let mut found = self.search_target(index.target, *key, wanted);
        if !rest.is_empty() || index.kind == IndexKind::Text {
            let value = |id: u32| key_of(index, |key| self.property_of(Owner::of(index.target, id), key));
            found.retain(|id| value(*id).is_some_and(|value| such(&value)));
        }
        Some(found)
    }
}
