//! Property columns: the values of one key for the places of one segment.
//!
//! Values stand packed in order of place, with a ranked bitmap that says which places have one: an absent value costs
//! a bit and an absent key nothing. A column is typed until the first value that does not fit; then it holds plain
//! values. An integer never becomes a float.

use super::bits::{Bits, Ranked};
use super::deferred::Pending;
use super::load::Values;
use super::search::Search;
use super::split;
use super::unread::UnreadColumns;
use crate::error::{Error, Result};
use crate::value::temporal::Date;
use crate::value::{KeyId, Value};
use bytemuck::NoUninit;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// Distinct strings a dictionary may have before the strings are kept directly.
const DICTIONARY: usize = 64;

/// The columns of a segment by key, in order of key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns(Vec<(KeyId, Slot)>);

/// The columns of one key as a file has them, by segment.
pub(crate) type KeyColumns = Pending<UnreadColumns>;

/// The column of one key: here, or at a place among those of a file until somebody asks for it.
#[derive(Clone, Debug, Default)]
struct Slot {
    here: OnceLock<Arc<Column>>,
    stored: Option<(Arc<KeyColumns>, u32)>,
}

impl Slot {
    fn here(column: Column) -> Slot {
        Slot { here: Arc::new(column).into(), stored: None }
    }

    /// The column; none when the file turned out to be damaged.
    #[inline]
    fn column(&self) -> Option<&Column> {
        match self.here.get() {
            Some(column) => Some(column),
            None => self.read(),
        }
    }

    #[cold]
    fn read(&self) -> Option<&Column> {
        let (columns, at) = self.stored.as_ref()?;
        let column = columns.get().column(*at as usize)?;
        Some(self.here.get_or_init(|| Arc::clone(column)))
    }

    /// Calls `visit` with each place that has what is wanted, ascending.
    fn search(&self, search: &mut Search<'_>, visit: &mut dyn FnMut(u16)) {
        if let Some(wanted) = search.text()
            && let Some((columns, at)) = self.unmade()
            && let Some(places) = columns.get().find_texts(at, |text| wanted.is_met(text))
        {
            places.into_iter().for_each(visit);
        } else if let Some(column) = self.column() {
            search.look_through(column, visit);
        }
    }

    /// Calls `visit` with each place that has a text, by itself or in a list, which passes a test: once for each such text,
    /// in the same order.
    fn find_texts(&self, passes: &mut impl FnMut(&str) -> bool, visit: &mut dyn FnMut(u16)) {
        let bytes_pass = |text: &[u8]| std::str::from_utf8(text).is_ok_and(&mut *passes);
        if let Some((columns, at)) = self.unmade()
            && let Some(places) = columns.get().find_texts(at, bytes_pass)
        {
            places.into_iter().for_each(visit);
        } else if let Some(column) = self.column() {
            column.for_each(|place, cell| cell.texts().filter(|text| passes(text)).for_each(|_| visit(place)));
        }
    }

    /// Where it stands in a file yet.
    fn unmade(&self) -> Option<(&KeyColumns, usize)> {
        let stored = self.stored.as_ref().filter(|_| self.here.get().is_none());
        stored.map(|(columns, at)| (&**columns, *at as usize))
    }

    /// Changes the column, an empty one when the file turned out to be damaged.
    fn change<T>(&mut self, change: impl FnOnce(&mut Column) -> T) -> T {
        self.column();
        let mut column = self.here.take().unwrap_or_default();
        let outcome = change(Arc::make_mut(&mut column));
        *self = Slot { here: column.into(), stored: None };
        outcome
    }
}

impl Columns {
    /// The column of a key.
    #[inline]
    pub(crate) fn column(&self, key: KeyId) -> Option<&Column> {
        let slot = self.0.iter().find(|(other, _)| *other == key);
        slot.and_then(|(_, slot)| slot.column())
    }

    /// Calls `visit` with each place where a key has what is wanted, ascending.
    pub(super) fn search(&self, key: KeyId, search: &mut Search<'_>, visit: &mut dyn FnMut(u16)) {
        if let Some((_, slot)) = self.0.iter().find(|(other, _)| *other == key) {
            slot.search(search, visit);
        }
    }

    /// As [`Slot::find_texts`], of the column of a key.
    pub(super) fn find_texts(&self, key: KeyId, passes: &mut impl FnMut(&str) -> bool, visit: &mut dyn FnMut(u16)) {
        if let Some((_, slot)) = self.0.iter().find(|(other, _)| *other == key) {
            slot.find_texts(passes, visit);
        }
    }

    /// The value of a key at a place; null when there is none.
    pub(crate) fn get(&self, place: u16, key: KeyId) -> Value {
        self.column(key).map_or(Value::Null, |column| column.get(place))
    }

    /// The keys and values at a place.
    pub(crate) fn at(&self, place: u16) -> Vec<(KeyId, Value)> {
        let values = self.iter().map(|(key, column)| (key, column.get(place)));
        values.filter(|(_, value)| !value.is_null()).collect()
    }

    /// Sets a value; null removes it.
    pub(crate) fn set(&mut self, place: u16, key: KeyId, value: Value) {
        let position = self.0.binary_search_by_key(&key, |(key, _)| *key);
        match (position, value.is_null()) {
            (Ok(position), true) => self.clear(position, place),
            (Ok(position), false) => self.0[position].1.change(|column| column.set(place, value)),
            (Err(_), true) => {}
            (Err(position), false) => {
                let mut column = Column::for_value(&value);
                column.set(place, value);
                self.0.insert(position, (key, Slot::here(column)));
            }
        }
    }

    /// Sets values of a key; null removes one.
    pub(crate) fn set_all(&mut self, key: KeyId, mut values: Vec<(u16, Value)>) {
        if self.has(key) || !values.is_sorted_by(|(before, _), (after, _)| before < after) {
            return values.into_iter().for_each(|(place, value)| self.set(place, key, value));
        }
        values.retain(|(_, value)| !value.is_null());
        if !values.is_empty() {
            self.attach(key, Column::of(values));
        }
    }

    /// Sets the values from an index on of a key for entities of the segment, whose identifiers ascend.
    pub(crate) fn put(&mut self, key: KeyId, ids: &[u32], values: &Values, start: usize) {
        let places: Vec<u16> = ids.iter().map(|id| split(*id).1).collect();
        if self.has(key) {
            places.iter().zip(start..).for_each(|(place, index)| self.set(*place, key, values.get(index)));
            return;
        }
        let indexes: Vec<u32> = (start as u32..).take(ids.len()).collect();
        self.attach(key, Column::of_some(values, &indexes, &places));
    }

    /// Adds the column of a key that has none.
    pub(crate) fn attach(&mut self, key: KeyId, column: Column) {
        self.add(key, Slot::here(column));
    }

    /// Adds the column of a key that was stored.
    pub(super) fn install(&mut self, key: KeyId, column: Column) -> Result<()> {
        self.add_new(key, Slot::here(column))
    }

    /// Adds the column of a key that stands at a place among those of a file.
    pub(super) fn defer(&mut self, key: KeyId, columns: &Arc<KeyColumns>, at: u32) -> Result<()> {
        self.add_new(key, Slot { here: OnceLock::new(), stored: Some((Arc::clone(columns), at)) })
    }

    fn add_new(&mut self, key: KeyId, slot: Slot) -> Result<()> {
        if self.has(key) {
            return Err(Error::internal("a key has two columns"));
        }
        self.add(key, slot);
        Ok(())
    }

    fn add(&mut self, key: KeyId, slot: Slot) {
        let position = self.0.partition_point(|(other, _)| *other < key);
        self.0.insert(position, (key, slot));
    }

    fn has(&self, key: KeyId) -> bool {
        self.0.iter().any(|(other, _)| *other == key)
    }

    /// Removes all values at a place.
    pub(crate) fn clear_place(&mut self, place: u16) {
        for position in (0..self.0.len()).rev() {
            self.clear(position, place);
        }
    }

    /// Every key with its column.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (KeyId, &Column)> {
        self.0.iter().filter_map(|(key, slot)| Some((*key, slot.column()?)))
    }

    /// Reads the columns that stand in a file yet.
    pub(super) fn read(&self) {
        self.0.iter().for_each(|(_, slot)| _ = slot.column());
    }

    fn clear(&mut self, position: usize, place: u16) {
        let slot = &mut self.0[position].1;
        if slot.column().is_none_or(|column| column.present.position(place).is_none()) {
            return;
        }
        let empty = slot.change(|column| {
            column.remove(place);
            column.present.bits().is_empty()
        });
        if empty {
            self.0.remove(position);
        }
    }
}

/// The values of one key in one segment.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(super) present: Ranked,
    pub(super) data: Data,
}

#[derive(Clone, Debug)]
pub(super) enum Data {
    Bools(Vec<bool>),
    Ints(Ints),
    Floats(Vec<f64>),
    Dates(Ints),
    /// Few distinct strings: a code into the dictionary for each.
    Coded {
        dictionary: Vec<Arc<str>>,
        codes: Vec<u8>,
    },
    /// A code for each into a dictionary that columns of other segments have too, as in a graph that was opened or imported.
    Shared {
        dictionary: Arc<[Arc<str>]>,
        codes: Ints,
    },
    Strings(Vec<Arc<str>>),
    Mixed(Vec<Value>),
}

/// The texts of a column, each of which has a code.
#[derive(Clone, Copy, Default)]
pub(crate) struct Dictionary<'a>(&'a [Arc<str>]);

impl Dictionary<'_> {
    /// What tells it from others.
    pub(crate) fn address(&self) -> usize {
        self.0.as_ptr().addr()
    }

    /// The text of a code.
    pub(crate) fn text(&self, code: usize) -> Option<&Arc<str>> {
        self.0.get(code)
    }

    /// How many texts it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Whether each entity is the next after the one before.
fn follow_each_other(entities: &[u32]) -> bool {
    let first = entities.first().copied().unwrap_or_default();
    // Without a branch, so that many are compared at once.
    entities.iter().zip(first..).fold(true, |all, (entity, next)| all & (*entity == next))
}

impl Default for Column {
    /// A column without values.
    fn default() -> Column {
        Column { present: Ranked::default(), data: Data::Mixed(Vec::new()) }
    }
}

/// A value as it stands in a column.
pub(crate) enum Cell<'a> {
    Absent,
    Bool(bool),
    Int(i64),
    Float(f64),
    Date(i64),
    Text(&'a Arc<str>),
    Other(&'a Value),
}

impl<'a> Cell<'a> {
    /// The cell of a value.
    pub(crate) fn of(value: &'a Value) -> Cell<'a> {
        match value {
            Value::Bool(value) => Cell::Bool(*value),
            Value::Int(number) => Cell::Int(*number),
            Value::Float(number) => Cell::Float(*number),
            Value::Date(date) => Cell::Date(date.days),
            Value::String(text) => Cell::Text(text),
            other => Cell::Other(other),
        }
    }

    /// The text, or those of a list.
    pub(crate) fn texts(self) -> impl Iterator<Item = &'a Arc<str>> {
        let (one, list): (Option<&Arc<str>>, &[Value]) = match self {
            Cell::Text(text) => (Some(text), &[]),
            Cell::Other(Value::List(items)) => (None, items),
            _ => (None, &[]),
        };
        let text = |item: &'a Value| match item {
            Value::String(text) => Some(text),
            _ => None,
        };
        one.into_iter().chain(list.iter().filter_map(text))
    }
}

impl Cell<'_> {
    /// The value.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Cell::Absent => Value::Null,
            Cell::Bool(value) => Value::Bool(*value),
            Cell::Int(value) => Value::Int(*value),
            Cell::Float(value) => Value::Float(*value),
            Cell::Date(days) => Value::Date(Date { days: *days }),
            Cell::Text(text) => Value::String(Arc::clone(text)),
            Cell::Other(value) => (*value).clone(),
        }
    }
}

impl Column {
    /// The cell at a place.
    #[inline]
    pub(crate) fn cell(&self, place: u16) -> Cell<'_> {
        let Some(index) = self.present.position(place) else { return Cell::Absent };
        match &self.data {
            Data::Bools(values) => Cell::Bool(values[index]),
            Data::Ints(values) => Cell::Int(values.get(index)),
            Data::Floats(values) => Cell::Float(values[index]),
            Data::Dates(values) => Cell::Date(values.get(index)),
            Data::Coded { dictionary, codes } => Cell::Text(&dictionary[usize::from(codes[index])]),
            Data::Shared { dictionary, codes } => Cell::Text(&dictionary[codes.get(index) as usize]),
            Data::Strings(values) => Cell::Text(&values[index]),
            Data::Mixed(values) => Cell::Other(&values[index]),
        }
    }

    /// Calls `visit` with each place that has a value, ascending, and its cell, which is the same whatever the column's
    /// type.
    pub(crate) fn for_each<'a>(&'a self, mut visit: impl FnMut(u16, Cell<'a>)) {
        let places = self.present.bits().iter();
        match &self.data {
            Data::Bools(values) => places.zip(values).for_each(|(place, value)| visit(place, Cell::Bool(*value))),
            Data::Ints(values) => places.zip(values.iter()).for_each(|(place, value)| visit(place, Cell::Int(value))),
            Data::Floats(values) => places.zip(values).for_each(|(place, value)| visit(place, Cell::Float(*value))),
            Data::Dates(values) => places.zip(values.iter()).for_each(|(place, days)| visit(place, Cell::Date(days))),
            Data::Coded { dictionary, codes } => {
                places.zip(codes).for_each(|(place, code)| visit(place, Cell::Text(&dictionary[usize::from(*code)])));
            }
            Data::Shared { dictionary, codes } => {
                places.zip(codes.iter()).for_each(|(place, code)| visit(place, Cell::Text(&dictionary[code as usize])));
            }
            Data::Strings(values) => places.zip(values).for_each(|(place, text)| visit(place, Cell::Text(text))),
            Data::Mixed(values) => places.zip(values).for_each(|(place, value)| visit(place, Cell::of(value))),
        }
    }

    /// The dictionary of its texts, where it has one.
    pub(crate) fn dictionary(&self) -> Option<Dictionary<'_>> {
        match &self.data {
            Data::Coded { dictionary, .. } => Some(Dictionary(dictionary)),
            Data::Shared { dictionary, .. } => Some(Dictionary(dictionary)),
            _ => None,
        }
    }

    /// The code of the text at a place.
    #[inline]
    pub(crate) fn code(&self, place: u16) -> Option<usize> {
        let index = self.present.position(place)?;
        match &self.data {
            Data::Coded { codes, .. } => Some(usize::from(codes[index])),
            Data::Shared { codes, .. } => Some(codes.get(index) as usize),
            _ => None,
        }
    }

    /// Appends what is known of the code of each entity, where these are of its segment and follow each other; false, and
    /// nothing done, when they do not or one has no text.
    pub(crate) fn map_codes(&self, entities: &[u32], out: &mut Vec<u32>, known: impl Fn(i64) -> u32) -> bool {
        let (Data::Shared { codes, .. }, Some(first)) = (&self.data, entities.first()) else { return false };
        let begin = usize::from(split(*first).1);
        let end = begin + entities.len();
        let fits = self.present.is_dense() && end <= codes.len() && follow_each_other(entities);
        if fits {
            codes.map(begin..end, out, known);
        }
        fits
    }

    /// The value at a place.
    pub(crate) fn get(&self, place: u16) -> Value {
        self.cell(place).to_value()
    }

    /// The integer at a place, where the column is one of integers.
    #[inline]
    pub(crate) fn int(&self, place: u16) -> Option<i64> {
        match &self.data {
            Data::Ints(values) => self.present.position(place).map(|index| values.get(index)),
            _ => None,
        }
    }

    /// Appends the integers of entities of its segment; nothing when one has none.
    pub(crate) fn ints_at(&self, entities: &[u32], out: &mut Vec<i64>) -> Option<()> {
        let Data::Ints(values) = &self.data else { return None };
        if !self.present.is_dense() {
            return entities.iter().try_for_each(|entity| {
                out.push(values.get(self.present.position(split(*entity).1)?));
                Some(())
            });
        }
        let most = entities.iter().map(|entity| split(*entity).1).max()?;
        if usize::from(most) >= values.len() {
            return None;
        }
        let first = *entities.first()?;
        if follow_each_other(entities) {
            values.map(usize::from(split(first).1)..usize::from(most) + 1, out, |number| number);
            return Some(());
        }
        let places = entities.iter().map(|entity| usize::from(split(*entity).1));
        match values {
            Ints::I8(values) => out.extend(places.map(|place| i64::from(values[place]))),
            Ints::I16(values) => out.extend(places.map(|place| i64::from(values[place]))),
            Ints::I32(values) => out.extend(places.map(|place| i64::from(values[place]))),
            Ints::I64(values) => out.extend(places.map(|place| values[place])),
        }
        Some(())
    }

    /// Appends the floats of entities of its segment; nothing when one has none.
    pub(crate) fn floats_at(&self, entities: &[u32], out: &mut Vec<f64>) -> Option<()> {
        let Data::Floats(values) = &self.data else { return None };
        let first = *entities.first()?;
        if self.present.is_dense() && follow_each_other(entities) {
            let begin = usize::from(split(first).1);
            out.extend_from_slice(values.get(begin..begin + entities.len())?);
            return Some(());
        }
        entities.iter().try_for_each(|entity| {
            out.push(values[self.present.position(split(*entity).1)?]);
            Some(())
        })
    }

    /// The float at a place, where the column is one of floats.
    #[inline]
    pub(crate) fn float(&self, place: u16) -> Option<f64> {
        match &self.data {
            Data::Floats(values) => self.present.position(place).map(|index| values[index]),
            _ => None,
        }
    }

    /// The places that have a value.
    pub(crate) fn present(&self) -> &Bits {
        self.present.bits()
    }

    /// How many places have a value.
    pub(crate) fn len(&self) -> u32 {
        self.present.bits().count()
    }

    /// Bytes used: the column, and the text of its strings.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        let (own, text) = self.data.bytes();
        (own + size_of::<Column>(), text)
    }

    /// A column of values at places that ascend; at least one, and none is null.
    fn of(values: Vec<(u16, Value)>) -> Column {
        let present = Ranked::of(values.iter().map(|(place, _)| *place));
        let mut data = values.first().map_or(Data::Mixed(Vec::new()), |(_, value)| Data::for_value(value));
        for (at, (_, value)) in values.into_iter().enumerate() {
            if !data.make_room(&value) {
                data = Data::Mixed(data.values());
            }
            data.insert(at, value);
        }
        Column { present, data }
    }

    /// A column of chosen values for the places from 0 on; at least one.
    pub(crate) fn of_all(values: &Values, indexes: &[u32]) -> Column {
        Column { present: Bits::below(indexes.len()).into(), data: Data::chosen(values, indexes) }
    }

    /// A column of chosen values for places that ascend; at least one.
    pub(crate) fn of_some(values: &Values, indexes: &[u32], places: &[u16]) -> Column {
        Column { present: Ranked::of(places.iter().copied()), data: Data::chosen(values, indexes) }
    }

    fn for_value(value: &Value) -> Column {
        Column { present: Ranked::default(), data: Data::for_value(value) }
    }

    /// Sets a value that is not null.
    fn set(&mut self, place: u16, value: Value) {
        let (rank, old) = (self.present.rank(place), self.present.position(place).is_some());
        if old && self.data.len() == 1 {
            self.data = Data::for_value(&value);
            self.data.make_room(&value);
            self.data.insert(0, value);
            return;
        }
        if !self.data.make_room(&value) {
            self.data = Data::Mixed(self.data.values());
        }
        if old {
            self.data.replace(rank, value);
        } else {
            self.data.insert(rank, value);
            self.present.insert(place);
        }
    }

    /// Leaves the values at places of a set.
    pub(super) fn keep(&mut self, places: &Bits) {
        for place in self.present().iter().filter(|place| !places.get(*place)).collect::<Vec<u16>>() {
            self.remove(place);
        }
    }

    /// Removes the value of a place that has one.
    fn remove(&mut self, place: u16) {
        if let Some(index) = self.present.position(place) {
            self.data.remove(index);
            self.present.remove(place);
        }
    }
}

/// A text that becomes part of a column.
trait Text: AsRef<str> {
    /// Whether it is the same allocation, which is seen sooner than that two are equal.
    fn is(&self, other: &Arc<str>) -> bool;

    fn share(self) -> Arc<str>;
}

impl Text for &Arc<str> {
    fn is(&self, other: &Arc<str>) -> bool {
        Arc::ptr_eq(self, other)
    }

    fn share(self) -> Arc<str> {
        Arc::clone(self)
    }
}

impl Text for &str {
    fn is(&self, _: &Arc<str>) -> bool {
        false
    }

    fn share(self) -> Arc<str> {
        Arc::from(self)
    }
}

impl Data {
    fn for_value(value: &Value) -> Data {
        match value {
            Value::Bool(_) => Data::Bools(Vec::new()),
            Value::Int(_) => Data::Ints(Ints::default()),
            Value::Float(_) => Data::Floats(Vec::new()),
            Value::Date(_) => Data::Dates(Ints::default()),
            Value::String(_) => Data::Coded { dictionary: Vec::new(), codes: Vec::new() },
            _ => Data::Mixed(Vec::new()),
        }
    }

    fn chosen(values: &Values, indexes: &[u32]) -> Data {
        let at = |index: &u32| *index as usize;
        match values {
            Values::Bools(values) => Data::Bools(indexes.iter().map(|index| values[at(index)]).collect()),
            Values::Ints(values) => Data::Ints(Ints::packed(indexes.iter().map(|index| values[at(index)]))),
            Values::Dates(values) => Data::Dates(Ints::packed(indexes.iter().map(|index| values[at(index)]))),
            Values::Floats(values) => Data::Floats(indexes.iter().map(|index| values[at(index)]).collect()),
            Values::Texts(values) => Data::texts(indexes.iter().map(|index| &values[at(index)])),
            Values::Joined(texts) => Data::texts(indexes.iter().map(|index| texts.get(at(index)))),
            Values::Coded(texts) => Data::Shared {
                dictionary: Arc::clone(&texts.dictionary),
                codes: Ints::packed(indexes.iter().map(|index| i64::from(texts.codes[at(index)]))),
            },
            Values::Mixed(values) => {
                let pairs = indexes.iter().zip(0..).map(|(index, place)| (place, values[at(index)].clone()));
                Column::of(pairs.collect()).data
            }
        }
    }

    /// Texts, with a dictionary when few are different.
    fn texts<T: Text>(texts: impl Iterator<Item = T> + Clone) -> Data {
        let mut dictionary: Vec<Arc<str>> = Vec::new();
        let mut codes = Vec::new();
        for text in texts.clone() {
            let same = dictionary.iter().position(|known| text.is(known));
            let known = same.or_else(|| dictionary.iter().position(|known| **known == *text.as_ref()));
            if known.is_none() && dictionary.len() >= DICTIONARY {
                return Data::Strings(texts.map(T::share).collect());
            }
            codes.push(known.unwrap_or(dictionary.len()) as u8);
            if known.is_none() {
                dictionary.push(text.share());
            }
        }
        dictionary.shrink_to_fit();
        codes.shrink_to_fit();
        Data::Coded { dictionary, codes }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Data::Bools(values) => values.len(),
            Data::Ints(values) | Data::Dates(values) => values.len(),
            Data::Floats(values) => values.len(),
            Data::Coded { codes, .. } => codes.len(),
            Data::Shared { codes, .. } => codes.len(),
            Data::Strings(values) => values.len(),
            Data::Mixed(values) => values.len(),
        }
    }

    /// Whether it may have texts.
    pub(super) fn has_texts(&self) -> bool {
        matches!(self, Data::Coded { .. } | Data::Shared { .. } | Data::Strings(_) | Data::Mixed(_))
    }

    fn values(&self) -> Vec<Value> {
        match self {
            Data::Bools(values) => values.iter().map(|value| Value::Bool(*value)).collect(),
            Data::Ints(values) => values.iter().map(Value::Int).collect(),
            Data::Floats(values) => values.iter().map(|value| Value::Float(*value)).collect(),
            Data::Dates(values) => values.iter().map(|days| Value::Date(Date { days })).collect(),
            Data::Coded { .. } | Data::Shared { .. } | Data::Strings(_) => {
                self.strings().into_iter().map(Value::String).collect()
            }
            Data::Mixed(values) => values.clone(),
        }
    }

    pub(super) fn strings(&self) -> Vec<Arc<str>> {
        match self {
            Data::Coded { dictionary, codes } => {
                codes.iter().map(|code| Arc::clone(&dictionary[usize::from(*code)])).collect()
            }
            Data::Shared { dictionary, codes } => {
                codes.iter().map(|code| Arc::clone(&dictionary[code as usize])).collect()
            }
            Data::Strings(values) => values.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether the value can be put in, after widening integers or giving up the dictionary where that helps.
    fn make_room(&mut self, value: &Value) -> bool {
        match (&mut *self, value) {
            (Data::Bools(_), Value::Bool(_))
            | (Data::Floats(_), Value::Float(_))
            | (Data::Strings(_), Value::String(_))
            | (Data::Mixed(_), _) => true,
            (Data::Ints(ints), Value::Int(value)) => ints.widen(*value),
            (Data::Dates(ints), Value::Date(date)) => ints.widen(date.days),
            (Data::Shared { .. }, Value::String(_)) => {
                *self = Data::Strings(self.strings());
                true
            }
            (Data::Coded { dictionary, codes }, Value::String(text)) => {
                if !admit(dictionary, codes, text) {
                    *self = Data::Strings(self.strings());
                }
                true
            }
            _ => false,
        }
    }

    /// Inserts a value for which there is room.
    fn insert(&mut self, index: usize, value: Value) {
        match (self, value) {
            (Data::Bools(values), Value::Bool(value)) => values.insert(index, value),
            (Data::Ints(values), Value::Int(value)) => values.insert(index, value),
            (Data::Floats(values), Value::Float(value)) => values.insert(index, value),
            (Data::Dates(values), Value::Date(date)) => values.insert(index, date.days),
            (Data::Coded { dictionary, codes }, Value::String(text)) => codes.insert(index, code(dictionary, &text)),
            (Data::Strings(values), Value::String(text)) => values.insert(index, text),
            (Data::Mixed(values), value) => values.insert(index, value),
            _ => debug_assert!(false, "no room was made for the value"),
        }
    }

    /// Replaces a value by one for which there is room.
    fn replace(&mut self, index: usize, value: Value) {
        self.remove(index);
        self.insert(index, value);
    }

    fn remove(&mut self, index: usize) {
        match self {
            Data::Bools(values) => drop(values.remove(index)),
            Data::Ints(values) | Data::Dates(values) => values.remove(index),
            Data::Floats(values) => drop(values.remove(index)),
            Data::Coded { codes, .. } => drop(codes.remove(index)),
            Data::Shared { codes, .. } => codes.remove(index),
            Data::Strings(values) => drop(values.remove(index)),
            Data::Mixed(values) => drop(values.remove(index)),
        }
    }

    fn bytes(&self) -> (usize, usize) {
        let texts = |texts: &[Arc<str>]| texts.iter().map(|text| 16 + text.len()).sum::<usize>();
        match self {
            Data::Bools(values) => (values.capacity(), 0),
            Data::Ints(values) | Data::Dates(values) => (values.bytes(), 0),
            Data::Floats(values) => (values.capacity() * 8, 0),
            Data::Coded { dictionary, codes } => (codes.capacity() + dictionary.capacity() * 16, texts(dictionary)),
            Data::Shared { codes, .. } => (codes.bytes(), 0),
            Data::Strings(values) => (values.capacity() * 16, texts(values)),
            Data::Mixed(values) => (values.capacity() * size_of::<Value>(), 0),
        }
    }
}

/// Makes sure that the text is in the dictionary; false when it is full. A full dictionary is first cleaned of texts
/// that no code means any more.
fn admit(dictionary: &mut Vec<Arc<str>>, codes: &mut [u8], text: &Arc<str>) -> bool {
    if dictionary.iter().any(|known| known == text) {
        return true;
    }
    if dictionary.len() >= DICTIONARY {
        clean(dictionary, codes);
    }
    let room = dictionary.len() < DICTIONARY;
    if room {
        dictionary.push(Arc::clone(text));
    }
    room
}

fn clean(dictionary: &mut Vec<Arc<str>>, codes: &mut [u8]) {
    let mut used = [false; DICTIONARY];
    codes.iter().for_each(|code| used[usize::from(*code)] = true);
    let mut new_codes = [0u8; DICTIONARY];
    let mut next = 0;
    for (old, new) in new_codes.iter_mut().enumerate() {
        *new = next;
        next += u8::from(used[old]);
    }
    codes.iter_mut().for_each(|code| *code = new_codes[usize::from(*code)]);
    let mut old = 0;
    dictionary.retain(|_| {
        old += 1;
        used[old - 1]
    });
}

/// The code of a text that was admitted.
fn code(dictionary: &[Arc<str>], text: &Arc<str>) -> u8 {
    dictionary.iter().position(|known| known == text).unwrap_or_default() as u8
}

/// Numbers as little-endian bytes.
pub(super) fn little_endian<T: NoUninit, const N: usize>(numbers: &[T], bytes: fn(T) -> [u8; N]) -> Cow<'_, [u8]> {
    match cfg!(target_endian = "little") {
        true => Cow::Borrowed(bytemuck::cast_slice(numbers)),
        false => Cow::Owned(numbers.iter().flat_map(|number| bytes(*number)).collect()),
    }
}

/// Integers of the smallest width that holds all of them.
#[derive(Clone, Debug)]
pub(super) enum Ints {
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
}

impl Default for Ints {
    fn default() -> Self {
        Ints::I8(Vec::new())
    }
}

impl Ints {
    /// Numbers in the least width that holds all of them.
    pub(super) fn packed(numbers: impl ExactSizeIterator<Item = i64> + Clone) -> Ints {
        let (least, greatest) = numbers.clone().fold((0, 0), |(l, g): (i64, i64), n| (l.min(n), g.max(n)));
        let within = |low: i64, high: i64| low <= least && greatest <= high;
        if within(i8::MIN.into(), i8::MAX.into()) {
            Ints::I8(numbers.map(|number| number as i8).collect())
        } else if within(i16::MIN.into(), i16::MAX.into()) {
            Ints::I16(numbers.map(|number| number as i16).collect())
        } else if within(i32::MIN.into(), i32::MAX.into()) {
            Ints::I32(numbers.map(|number| number as i32).collect())
        } else {
            Ints::I64(numbers.collect())
        }
    }

    #[inline]
    fn get(&self, index: usize) -> i64 {
        match self {
            Ints::I8(values) => i64::from(values[index]),
            Ints::I16(values) => i64::from(values[index]),
            Ints::I32(values) => i64::from(values[index]),
            Ints::I64(values) => values[index],
        }
    }

    /// Whether a number is among them.
    pub(super) fn contains(&self, number: i64) -> bool {
        match self {
            Ints::I8(values) => i8::try_from(number).is_ok_and(|number| values.contains(&number)),
            Ints::I16(values) => i16::try_from(number).is_ok_and(|number| values.contains(&number)),
            Ints::I32(values) => i32::try_from(number).is_ok_and(|number| values.contains(&number)),
            Ints::I64(values) => values.contains(&number),
        }
    }

    /// Appends what is made of the numbers of a range, which is within.
    fn map<T>(&self, range: std::ops::Range<usize>, out: &mut Vec<T>, make: impl Fn(i64) -> T) {
        match self {
            Ints::I8(values) => out.extend(values[range].iter().map(|number| make(i64::from(*number)))),
            Ints::I16(values) => out.extend(values[range].iter().map(|number| make(i64::from(*number)))),
            Ints::I32(values) => out.extend(values[range].iter().map(|number| make(i64::from(*number)))),
            Ints::I64(values) => out.extend(values[range].iter().map(|number| make(*number))),
        }
    }

    /// Bytes of each.
    pub(super) fn width(&self) -> u32 {
        match self {
            Ints::I8(_) => 1,
            Ints::I16(_) => 2,
            Ints::I32(_) => 4,
            Ints::I64(_) => 8,
        }
    }

    /// The numbers as little-endian bytes.
    pub(super) fn to_bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Ints::I8(values) => little_endian(values, i8::to_le_bytes),
            Ints::I16(values) => little_endian(values, i16::to_le_bytes),
            Ints::I32(values) => little_endian(values, i32::to_le_bytes),
            Ints::I64(values) => little_endian(values, i64::to_le_bytes),
        }
    }

    /// The numbers of little-endian bytes, each of that width; `None` when there is no such width.
    pub(super) fn from_bytes(bytes: &[u8], width: usize) -> Option<Ints> {
        Some(match width {
            1 => Ints::I8(bytes.iter().map(|byte| *byte as i8).collect()),
            2 => Ints::I16(bytes.as_chunks().0.iter().map(|chunk| i16::from_le_bytes(*chunk)).collect()),
            4 => Ints::I32(bytes.as_chunks().0.iter().map(|chunk| i32::from_le_bytes(*chunk)).collect()),
            8 => Ints::I64(bytes.as_chunks().0.iter().map(|chunk| i64::from_le_bytes(*chunk)).collect()),
            _ => return None,
        })
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Ints::I8(values) => values.len(),
            Ints::I16(values) => values.len(),
            Ints::I32(values) => values.len(),
            Ints::I64(values) => values.len(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Makes the width fit for a value; always possible.
    fn widen(&mut self, value: i64) -> bool {
        let fits = match self {
            Ints::I8(_) => i8::try_from(value).is_ok(),
            Ints::I16(_) => i16::try_from(value).is_ok(),
            Ints::I32(_) => i32::try_from(value).is_ok(),
            Ints::I64(_) => true,
        };
        if !fits {
            *self = self.widened(value);
        }
        true
    }

    fn widened(&self, value: i64) -> Ints {
        if i16::try_from(value).is_ok() {
            Ints::I16(self.iter().map(|value| value as i16).collect())
        } else if i32::try_from(value).is_ok() {
            Ints::I32(self.iter().map(|value| value as i32).collect())
        } else {
            Ints::I64(self.iter().collect())
        }
    }

    /// Inserts a value that fits.
    fn insert(&mut self, index: usize, value: i64) {
        self.widen(value);
        match self {
            Ints::I8(values) => values.insert(index, value as i8),
            Ints::I16(values) => values.insert(index, value as i16),
            Ints::I32(values) => values.insert(index, value as i32),
            Ints::I64(values) => values.insert(index, value),
        }
    }

    fn remove(&mut self, index: usize) {
        match self {
            Ints::I8(values) => drop(values.remove(index)),
            Ints::I16(values) => drop(values.remove(index)),
            Ints::I32(values) => drop(values.remove(index)),
            Ints::I64(values) => drop(values.remove(index)),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Ints::I8(values) => values.capacity(),
            Ints::I16(values) => values.capacity() * 2,
            Ints::I32(values) => values.capacity() * 4,
            Ints::I64(values) => values.capacity() * 8,
        }
    }
}
