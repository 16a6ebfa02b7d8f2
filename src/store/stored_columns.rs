//! The values of one key as a file keeps them: a column for each segment in the form that it has in memory, so that
//! nothing is made of single values but texts when a graph is opened.
//!
//! Nothing is believed of what was stored: what does not fit gives `None`.

use super::bits::{Bits, Ranked};
use super::change::absent;
use super::column::{Column, Data, Ints, little_endian};
use super::rows::{RowSegment, take};
use super::{JoinedTexts, SEGMENT, Version};
use crate::error::Result;
use crate::value::temporal::Date;
use crate::value::{KeyId, RelTypeId, Value};
use hashbrown::HashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// The values of one key.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredColumn<W> {
    /// For each segment its number, its form, how many values it has, and then what the form says.
    pub(crate) segments: W,
    /// Texts and values of other types, one after another.
    pub(crate) bytes: Vec<u8>,
    /// Texts for which codes stand, one after another.
    pub(crate) dictionary: Vec<u8>,
    /// Where each of these texts ends.
    pub(crate) dictionary_ends: W,
}

/// The forms. An integer has its width in bytes beside the form, in the second byte; the third says whether a bitmap of
/// places follows, without which the values stand at the first places.
const BOOLS: u32 = 0;
const INTS: u32 = 1;
const DATES: u32 = 2;
const FLOATS: u32 = 3;
const CODES: u32 = 4;
const TEXTS: u32 = 5;
const OTHERS: u32 = 6;

/// How many bytes values of other types take, given as bytes and taken from bytes.
pub(crate) type Encode<'a> = &'a dyn Fn(&[Value]) -> Option<Vec<u8>>;
pub(crate) type Decode<'a> = &'a dyn Fn(&[u8]) -> Option<Vec<Value>>;

/// Columns of one key, ascending by segment, to be stored; `None` when one has a value that cannot be.
pub(crate) fn store(columns: &[(u32, &Column)], encode: Encode<'_>) -> Option<StoredColumn<Vec<u32>>> {
    let mut stored = StoredColumn::default();
    let Coded { texts, codes } = Coded::of(columns).unwrap_or_default();
    let mut codes = codes.into_iter();
    for (segment, column) in columns {
        stored.put(*segment, column, codes.next().flatten(), encode)?;
    }
    for text in texts {
        stored.dictionary.extend(text.as_bytes());
        stored.dictionary_ends.push(u32::try_from(stored.dictionary.len()).ok()?);
    }
    Some(stored)
}

/// The different texts of a key, each with its code.
#[derive(Default)]
struct Dictionary<'a> {
    codes: HashMap<&'a str, u32, foldhash::fast::FixedState>,
    texts: Vec<&'a Arc<str>>,
    /// The codes of the texts of a dictionary that columns share, where they are known.
    shared: Option<(&'a Texts, Vec<Option<u32>>)>,
}

/// Texts that columns have by number.
type Texts = Arc<[Arc<str>]>;

/// How many texts are looked at before it is seen that most are different.
const ENOUGH: usize = 8192;

/// Columns of texts as codes.
#[derive(Default)]
struct Coded<'a> {
    /// The different texts.
    texts: Vec<&'a Arc<str>>,
    /// For each column its codes, when it is one of texts.
    codes: Vec<Option<Ints>>,
}

impl<'a> Coded<'a> {
    /// Columns as codes; `None` when few texts stand more than once.
    fn of(columns: &[(u32, &'a Column)]) -> Option<Coded<'a>> {
        let mut dictionary = Dictionary::default();
        let (mut count, mut all) = (0, Vec::with_capacity(columns.len()));
        for (_, column) in columns {
            let codes = dictionary.codes_of(&column.data);
            count += codes.as_ref().map_or(0, Vec::len);
            if count >= ENOUGH && dictionary.texts.len() * 4 > count * 3 {
                return None;
            }
            all.push(codes.map(|codes| Ints::packed(codes.into_iter())));
        }
        let bytes: usize = dictionary.texts.iter().map(|text| text.len()).sum();
        let pays = dictionary.texts.len() <= count / 2 && u32::try_from(bytes).is_ok();
        pays.then_some(Coded { texts: dictionary.texts, codes: all })
    }
}

impl<'a> Dictionary<'a> {
    /// The texts of a column as codes; `None` when it is no column of texts.
    fn codes_of(&mut self, data: &'a Data) -> Option<Vec<i64>> {
        Some(match data {
            Data::Coded { dictionary, codes } => {
                let mut known = vec![None; dictionary.len()];
                let code = |code: &u8| {
                    let at = usize::from(*code);
                    i64::from(*known[at].get_or_insert_with(|| self.code(&dictionary[at])))
                };
                codes.iter().map(code).collect()
            }
            Data::Shared { dictionary, codes } => {
                codes.iter().map(|code| self.shared(dictionary, code as usize)).collect()
            }
            Data::Strings(texts) => texts.iter().map(|text| self.code(text).into()).collect(),
            _ => return None,
        })
    }

    fn code(&mut self, text: &'a Arc<str>) -> u32 {
        *self.codes.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() as u32 - 1
        })
    }

    fn shared(&mut self, dictionary: &'a Texts, code: usize) -> i64 {
        let known = self.shared.take().filter(|(known, _)| Arc::ptr_eq(known, dictionary));
        let (_, mut known) = known.unwrap_or_else(|| (dictionary, vec![None; dictionary.len()]));
        let found = *known[code].get_or_insert_with(|| self.code(&dictionary[code]));
        self.shared = Some((dictionary, known));
        found.into()
    }
}

impl StoredColumn<Vec<u32>> {
    /// Adds the column of a segment, a column of texts by its codes if there are any.
    fn put(&mut self, segment: u32, column: &Column, codes: Option<Ints>, encode: Encode<'_>) -> Option<()> {
        let Column { present, data } = column;
        let (form, width) = match (data, &codes) {
            (Data::Bools(_), _) => (BOOLS, 0),
            (Data::Ints(ints), _) => (INTS, ints.width()),
            (Data::Dates(days), _) => (DATES, days.width()),
            (Data::Floats(_), _) => (FLOATS, 0),
            (_, Some(codes)) => (CODES, codes.width()),
            (Data::Coded { .. } | Data::Shared { .. } | Data::Strings(_), None) => (TEXTS, 0),
            (Data::Mixed(_), _) => (OTHERS, 0),
        };
        let out = &mut self.segments;
        out.extend([segment, form | width << 8 | u32::from(!present.is_dense()) << 16, data.len() as u32]);
        if !present.is_dense() {
            out.extend(present.bits().halves());
        }
        match (data, codes) {
            (Data::Bools(values), _) => put_bytes(out, &little_endian(values, |value| [u8::from(value)])),
            (Data::Floats(values), _) => put_bytes(out, &little_endian(values, f64::to_le_bytes)),
            (Data::Ints(numbers) | Data::Dates(numbers), _) => put_bytes(out, &numbers.to_bytes()),
            (_, Some(codes)) => put_bytes(out, &codes.to_bytes()),
            (Data::Mixed(values), None) => {
                let bytes = encode(values)?;
                out.push(u32::try_from(bytes.len()).ok()?);
                self.bytes.extend(bytes);
            }
            (_, None) => self.put_texts(&data.strings())?,
        }
        Some(())
    }

    fn put_texts(&mut self, texts: &[Arc<str>]) -> Option<()> {
        let mut end = 0;
        for text in texts {
            end += text.len();
            self.segments.push(u32::try_from(end).ok()?);
            self.bytes.extend(text.as_bytes());
        }
        Some(())
    }
}

/// Appends bytes as numbers, with zeros up to the next whole number.
fn put_bytes(out: &mut Vec<u32>, bytes: &[u8]) {
    let (whole, rest) = bytes.as_chunks::<4>();
    out.extend(whole.iter().map(|bytes| u32::from_le_bytes(*bytes)));
    if !rest.is_empty() {
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        out.push(u32::from_le_bytes(last));
    }
}

/// So many bytes that stand as numbers.
fn take_bytes<'a>(numbers: &mut &'a [u32], count: usize) -> Option<Cow<'a, [u8]>> {
    let words = take(numbers, count.div_ceil(4))?;
    let mut bytes = match cfg!(target_endian = "little") {
        true => Cow::Borrowed(bytemuck::cast_slice(words)),
        false => Cow::Owned(words.iter().flat_map(|word| word.to_le_bytes()).collect()),
    };
    match &mut bytes {
        Cow::Borrowed(bytes) => *bytes = &bytes[..count],
        Cow::Owned(bytes) => bytes.truncate(count),
    }
    Some(bytes)
}

impl<W: AsRef<[u32]>> StoredColumn<W> {
    /// The columns by segment.
    pub(crate) fn columns(self, decode: Decode<'_>) -> Option<Vec<(u32, Column)>> {
        let opened = self.open()?;
        (0..opened.ends.len()).map(|at| Some((opened.ends[at].segment, opened.column(at, decode)?))).collect()
    }

    /// Finds the columns, of which nothing is made yet.
    pub(super) fn open(self) -> Option<OpenColumn<W>> {
        let StoredColumn { segments, bytes, dictionary, dictionary_ends } = self;
        let dictionary = texts_of(dictionary, dictionary_ends.as_ref())?;
        let all = segments.as_ref();
        let mut skipper = Skipper { numbers: all, bytes: bytes.len() };
        let mut ends: Vec<End> = Vec::new();
        while !skipper.numbers.is_empty() {
            let segment = skipper.column()?;
            if ends.last().is_some_and(|last| last.segment >= segment) {
                return None;
            }
            let (numbers, bytes) = (all.len() - skipper.numbers.len(), bytes.len() - skipper.bytes);
            ends.push(End { segment, numbers, bytes });
        }
        (skipper.bytes == 0).then_some(OpenColumn { segments, bytes, dictionary, ends })
    }
}

/// The columns of a key as they were stored, each of which can be made by itself.
#[derive(Debug)]
pub(super) struct OpenColumn<W> {
    segments: W,
    bytes: Vec<u8>,
    dictionary: Texts,
    /// Where each column ends.
    ends: Vec<End>,
}

/// Where the column of a segment ends.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    segment: u32,
    numbers: usize,
    bytes: usize,
}

impl<W: AsRef<[u32]>> OpenColumn<W> {
    /// The segments that have a column, ascending.
    pub(super) fn segments(&self) -> impl Iterator<Item = u32> + '_ {
        self.ends.iter().map(|end| end.segment)
    }

    /// The column at a place among them.
    pub(super) fn column(&self, at: usize, decode: Decode<'_>) -> Option<Column> {
        let mut reader = self.reader(at)?;
        let column = reader.column(decode)?;
        (reader.numbers.is_empty() && reader.bytes.is_empty()).then_some(column)
    }

    fn reader(&self, at: usize) -> Option<Reader<'_>> {
        let start = at.checked_sub(1).map_or_else(End::default, |before| self.ends[before]);
        let end = self.ends.get(at)?;
        let numbers = &self.segments.as_ref()[start.numbers..end.numbers];
        let bytes = &self.bytes[start.bytes..end.bytes];
        Some(Reader { numbers, bytes, dictionary: &self.dictionary })
    }

    /// Of a column of texts the places that have one, and the positions among them of those that pass a test, ascending;
    /// `None` when it is not in order, or is of another form.
    pub(super) fn find_texts(&self, at: usize, mut passes: impl FnMut(&[u8]) -> bool) -> Option<(Bits, Vec<usize>)> {
        let mut reader = self.reader(at)?;
        let (form, width, present) = reader.head()?;
        if (form, width) != (TEXTS, 0) {
            return None;
        }
        let (mut start, mut found) = (0, Vec::new());
        for (position, end) in take(&mut reader.numbers, present.count() as usize)?.iter().enumerate() {
            let text = reader.bytes.get(start..*end as usize)?;
            start = *end as usize;
            if passes(text) {
                found.push(position);
            }
        }
        (reader.numbers.is_empty() && start == reader.bytes.len()).then_some((present, found))
    }
}

/// Passes over columns.
struct Skipper<'a> {
    numbers: &'a [u32],
    /// How many bytes are left.
    bytes: usize,
}

impl Skipper<'_> {
    /// Passes over the column of a segment, which it gives.
    fn column(&mut self) -> Option<u32> {
        let [segment, head, count] = *take(&mut self.numbers, 3)? else { return None };
        let [form, width, sparse, _] = head.to_le_bytes();
        let (width, count) = (usize::from(width), count as usize);
        take(&mut self.numbers, usize::from(sparse) * (SEGMENT as usize / 32))?;
        let words = match u32::from(form) {
            BOOLS => count.div_ceil(4),
            INTS | DATES | CODES => count.checked_mul(width)?.div_ceil(4),
            FLOATS => count.checked_mul(2)?,
            TEXTS => count,
            _ => 1,
        };
        let last = take(&mut self.numbers, words)?.last();
        if matches!(u32::from(form), TEXTS | OTHERS) {
            self.bytes = self.bytes.checked_sub(*last? as usize)?;
        }
        Some(segment)
    }
}

fn texts_of(bytes: Vec<u8>, ends: &[u32]) -> Option<Texts> {
    let texts = JoinedTexts::of(String::from_utf8(bytes).ok()?, ends.iter().map(|end| u64::from(*end)).collect())?;
    Some((0..ends.len()).map(|index| Arc::from(texts.get(index))).collect())
}

struct Reader<'a> {
    numbers: &'a [u32],
    bytes: &'a [u8],
    dictionary: &'a Texts,
}

impl<'a> Reader<'a> {
    fn column(&mut self, decode: Decode<'_>) -> Option<Column> {
        let (form, width, present) = self.head()?;
        let count = present.count() as usize;
        let data = self.data(form, width, count, decode)?;
        (data.len() == count).then_some(Column { present: Ranked::from(present), data })
    }

    /// The form, the width beside it, and the places that have a value.
    fn head(&mut self) -> Option<(u32, usize, Bits)> {
        let [_, head, count] = *take(&mut self.numbers, 3)? else { return None };
        let [form, width, sparse, 0] = head.to_le_bytes() else { return None };
        if !(1..=SEGMENT).contains(&count) {
            return None;
        }
        let present = match sparse {
            0 => Bits::below(count as usize),
            1 => Bits::from_halves(take(&mut self.numbers, SEGMENT as usize / 32)?)?,
            _ => return None,
        };
        (present.count() == count).then_some((form.into(), width.into(), present))
    }

    fn data(&mut self, form: u32, width: usize, count: usize, decode: Decode<'_>) -> Option<Data> {
        Some(match (form, width) {
            (BOOLS, 0) => Data::Bools(self.bools(count)?),
            (INTS, _) => Data::Ints(self.ints(width, count, |_| true)?),
            (DATES, _) => Data::Dates(self.ints(width, count, |days| Date::from_days(days).is_some())?),
            (FLOATS, 0) => {
                let bytes = take_bytes(&mut self.numbers, count * 8)?;
                Data::Floats(bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
            }
            (CODES, _) => {
                let known = 0..self.dictionary.len() as i64;
                let codes = self.ints(width, count, |code| known.contains(&code))?;
                Data::Shared { dictionary: Arc::clone(self.dictionary), codes }
            }
            (TEXTS, 0) => Data::Strings(self.texts(count)?),
            (OTHERS, 0) => {
                let length = *take(&mut self.numbers, 1)?.first()?;
                Data::Mixed(decode(self.take_bytes(length as usize)?)?)
            }
            _ => return None,
        })
    }

    fn bools(&mut self, count: usize) -> Option<Vec<bool>> {
        let bytes = take_bytes(&mut self.numbers, count)?;
        bytes.iter().map(|byte| (*byte < 2).then_some(*byte == 1)).collect()
    }

    fn ints(&mut self, width: usize, count: usize, possible: impl Fn(i64) -> bool) -> Option<Ints> {
        let ints = Ints::from_bytes(&take_bytes(&mut self.numbers, count.checked_mul(width)?)?, width)?;
        let whole = ints.iter().all(possible);
        whole.then_some(ints)
    }

    fn texts(&mut self, count: usize) -> Option<Vec<Arc<str>>> {
        let ends = take(&mut self.numbers, count)?;
        let texts = std::str::from_utf8(self.take_bytes(*ends.last()? as usize)?).ok()?;
        let mut start = 0;
        let text = |end: &u32| {
            let range = std::mem::replace(&mut start, *end as usize)..*end as usize;
            texts.get(range).map(Arc::from)
        };
        ends.iter().map(text).collect()
    }

    fn take_bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }
}

/// Columns of one key, as they were stored.
impl Version {
    /// Puts in the values that nodes have under a key; none has one yet. With `living` those of nodes that do not exist are
    /// left out.
    ///
    /// # Errors
    /// When there is a value of a node that does not exist; then some were put in.
    pub(crate) fn install_node_columns(&mut self, key: KeyId, columns: Vec<(u32, Column)>, living: bool) -> Result<()> {
        self.check_key(key)?;
        self.names.forget();
        for (segment, column) in columns {
            let live = self.nodes.segment(segment).and_then(|nodes| nodes.set(None)).copied().unwrap_or_default();
            if let Some(column) = of_those_there(column, &live, living, "node")? {
                self.nodes.columns_mut(segment * SEGMENT).install(key, column)?;
            }
        }
        Ok(())
    }

    /// The same for relationships of a type.
    ///
    /// # Errors
    /// As [`Version::install_node_columns`].
    pub(crate) fn install_rel_columns(
        &mut self,
        rel_type: RelTypeId,
        key: KeyId,
        columns: Vec<(u32, Column)>,
        living: bool,
    ) -> Result<()> {
        self.check_key(key)?;
        self.check_rel_type(rel_type)?;
        let table = self.table_mut(rel_type);
        for (segment, column) in columns {
            let live = table.row_segment(segment).map(RowSegment::live).unwrap_or_default();
            if let Some(column) = of_those_there(column, &live, living, "relationship")? {
                table.columns_mut(segment * SEGMENT).install(key, column)?;
            }
        }
        Ok(())
    }
}

/// A column whose values all have an owner; `None` when none has.
fn of_those_there(mut column: Column, live: &Bits, living: bool, owner: &str) -> Result<Option<Column>> {
    if column.present().common(live) == column.len() {
        return Ok(Some(column));
    }
    if !living {
        return Err(absent(owner));
    }
    column.keep(live);
    Ok((column.len() > 0).then_some(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{LabelId, NodeId};

    type Form = fn(u32) -> Value;

    /// Values of every form, of which most are told by what segment they are in and some by their place.
    const FORMS: [Form; 9] = [
        |at| Value::Bool(at.is_multiple_of(3)),
        |at| Value::Int(i64::from(at % 90) - 45),
        |at| Value::Int(i64::from(at) << (at / 1024 * 20)),
        |at| Value::Float(f64::from(at) / 7.0),
        |at| Value::Date(Date { days: i64::from(at) - 900 }),
        |at| Value::string(format!("few {}", at % 5)),
        |at| Value::string(format!("many {}", at % 700)),
        |at| Value::string(format!("own {at} ü")),
        |at| if at.is_multiple_of(2) { Value::Int(i64::from(at)) } else { Value::string("x") },
    ];

    fn graph(value: Form, having: impl Fn(u32) -> bool) -> (Version, KeyId) {
        let mut graph = Version::new();
        let key = graph.intern_key("k");
        for at in 0..2500 {
            let node = graph.create_node(&[] as &[LabelId], &[]).unwrap();
            assert_eq!(node, NodeId(at));
            if having(at) {
                graph.set_node_property(node, key, value(at)).unwrap();
            }
        }
        (graph, key)
    }

    fn stored(graph: &Version, key: KeyId) -> StoredColumn<Vec<u32>> {
        let columns: Vec<(u32, &Column)> =
            graph.node_columns().filter_map(|(segment, columns)| Some((segment, columns.column(key)?))).collect();
        let text = |values: &[Value]| Some(format!("{}", values.len()).into_bytes());
        store(&columns, &text).unwrap()
    }

    fn values(graph: &Version, key: KeyId) -> Vec<Value> {
        (0..graph.node_bound()).map(|node| graph.node_property(NodeId(node), key)).collect()
    }

    #[test]
    fn every_form_comes_back_and_can_be_changed() {
        for (form, value) in FORMS.into_iter().enumerate() {
            for having in [|_| true, |at: u32| !at.is_multiple_of(7), |at: u32| at > 2000] {
                let (mut graph, key) = graph(value, having);
                let expected = values(&graph, key);
                let mixed = |bytes: &[u8]| {
                    let count = std::str::from_utf8(bytes).ok()?.parse().ok()?;
                    Some(vec![Value::list(Vec::new()); count])
                };
                let columns = stored(&graph, key).columns(&mixed).unwrap();
                let nodes: Vec<u32> = graph.node_ids().map(|node| node.0).collect();
                let mut back = Version::new();
                back.intern_key("k");
                back.restore_nodes(&nodes, &[]).unwrap();
                back.settle();
                back.install_node_columns(key, columns, false).unwrap();
                if form < 8 {
                    assert_eq!(format!("{:?}", values(&back, key)), format!("{expected:?}"), "form {form}");
                } else {
                    assert!(values(&back, key).iter().zip(&expected).all(|(a, b)| a.is_null() == b.is_null()));
                    continue;
                }
                for (at, value) in [(2400, Value::string("new")), (3, Value::Int(1 << 40)), (1029, Value::Null)] {
                    graph.set_node_property(NodeId(at), key, value.clone()).unwrap();
                    back.set_node_property(NodeId(at), key, value).unwrap();
                    assert_eq!(
                        format!("{:?}", values(&back, key)),
                        format!("{:?}", values(&graph, key)),
                        "form {form}"
                    );
                }
                let again = stored(&back, key).columns(&mixed);
                assert!(again.is_some(), "form {form}");
            }
        }
    }

    #[test]
    fn a_text_that_nobody_has_any_more_is_not_stored() {
        let (mut graph, key) = graph(FORMS[5], |_| true);
        for at in (2..2500).step_by(5) {
            graph.set_node_property(NodeId(at), key, Value::string("other")).unwrap();
        }
        let dictionary = String::from_utf8(stored(&graph, key).dictionary).unwrap();
        assert!(dictionary.contains("few 1") && !dictionary.contains("few 2"), "{dictionary}");
    }

    #[test]
    fn what_does_not_fit_is_refused_or_another_column() {
        let (graph, key) = graph(FORMS[6], |at| !at.is_multiple_of(5));
        let whole = stored(&graph, key);
        let none = |_: &[u8]| None;
        for at in 0..whole.segments.len() {
            for change in [1u32, 1 << 8, 1 << 16, u32::MAX] {
                let mut changed = whole.clone();
                changed.segments[at] ^= change;
                for (_, column) in changed.columns(&none).into_iter().flatten() {
                    column.for_each(|place, cell| drop((place, cell.to_value())));
                }
            }
        }
        for (bytes, ends) in [(vec![0xff], vec![1]), (Vec::new(), vec![1]), (b"ab".to_vec(), vec![2, 1])] {
            let wrong = StoredColumn { dictionary: bytes, dictionary_ends: ends, ..whole.clone() };
            assert!(wrong.columns(&none).is_none());
        }
        let more = StoredColumn { bytes: vec![1], ..whole };
        assert!(more.columns(&none).is_none(), "nobody asks for the bytes");
    }
}
