//! The values of one column while they are read.

use super::kind::{self, Forms, Inferred, Kind};
use crate::csv::Field;
use crate::store::Values;
use crate::value::Value;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::Arc;

/// The most texts that are remembered.
const REMEMBERED: usize = 1 << 16;
/// Texts of a column after which it is decided whether remembering helps.
const TRIAL: u32 = 2048;

/// Texts that were read, so that equal ones are one allocation.
#[derive(Debug, Default)]
pub(super) struct Texts {
    known: HashTable<Arc<str>>,
    hasher: foldhash::fast::RandomState,
}

impl Texts {
    /// The text of bytes, and whether it was known.
    fn get(&mut self, bytes: &[u8]) -> Result<(Arc<str>, bool), String> {
        let hash = self.hasher.hash_one(bytes);
        if let Some(text) = self.known.find(hash, |known| known.as_bytes() == bytes) {
            return Ok((Arc::clone(text), true));
        }
        let text = text_of(bytes)?;
        if self.known.len() < REMEMBERED {
            self.known.insert_unique(hash, Arc::clone(&text), |known| self.hasher.hash_one(known.as_bytes()));
        }
        Ok((text, false))
    }
}

/// Bytes as text.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "the text is not UTF-8".to_owned())
}

fn text_of(bytes: &[u8]) -> Result<Arc<str>, String> {
    utf8(bytes).map(Arc::from)
}

/// How the values of a column are read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reading {
    /// As the header says.
    Said(Kind),
    /// As what most of them seemed to be; whether all are is found out on the way.
    Guessed(Inferred),
}

/// A column being read.
#[derive(Debug)]
pub(super) struct Builder {
    reading: Reading,
    values: Values,
    /// The rows that have a value, once one has none.
    having: Option<Vec<u32>>,
    rows: u32,
    /// The first row whose value was not what was guessed. From there on values are only looked at.
    misfit: Option<u32>,
    /// The forms of the values before the last row, while a type is guessed, and that of the last row.
    forms: Forms,
    last_form: Forms,
    /// Whether nothing but texts can hold all of these forms.
    texts_only: bool,
    texts: u32,
    known_texts: u32,
}

/// What a column has come to.
#[derive(Clone, Debug)]
pub(super) struct Built {
    /// The rows that have a value, ascending; `None` when all do.
    pub(super) having: Option<Vec<u32>>,
    pub(super) values: Values,
    pub(super) rows: u32,
}

impl Builder {
    pub(super) fn new(reading: Reading) -> Builder {
        let values = match &reading {
            Reading::Guessed(inferred) => empty(*inferred),
            Reading::Said(Kind::Bool) => Values::Bools(Vec::new()),
            Reading::Said(Kind::Int(_)) => Values::Ints(Vec::new()),
            Reading::Said(Kind::Float) => Values::Floats(Vec::new()),
            Reading::Said(Kind::Text | Kind::Char) => Values::Texts(Vec::new()),
            Reading::Said(Kind::Temporal(0)) => Values::Dates(Vec::new()),
            Reading::Said(_) => Values::Mixed(Vec::new()),
        };
        Builder {
            reading,
            values,
            having: None,
            rows: 0,
            misfit: None,
            forms: Forms::default(),
            last_form: Forms::default(),
            texts_only: false,
            texts: 0,
            known_texts: 0,
        }
    }

    /// A column of values of any type.
    pub(super) fn mixed() -> Builder {
        let mut builder = Builder::new(Reading::Guessed(Inferred::Nothing));
        builder.values = Values::Mixed(Vec::new());
        builder
    }

    /// The forms of all values, where a type is guessed.
    pub(super) fn forms(&self) -> Forms {
        let mut forms = self.forms;
        forms.add(self.last_form);
        forms
    }

    /// Adds the field of the next row.
    ///
    /// # Errors
    /// What is wrong with it; then nothing was added.
    #[inline]
    pub(super) fn push(&mut self, field: &Field<'_>, texts: &mut Texts) -> Result<(), String> {
        if field.is_empty() {
            self.skip();
            return Ok(());
        }
        match &self.reading {
            Reading::Guessed(inferred) => self.push_guessed(*inferred, field.bytes(), texts)?,
            Reading::Said(Kind::Text) => self.push_text(field.bytes(), texts)?,
            Reading::Said(kind) => {
                let value = kind.read(utf8(field.bytes())?)?;
                append(&mut self.values, value);
            }
        }
        self.note_value();
        Ok(())
    }

    /// Adds the value of a later row, after rows without one; null is none.
    pub(super) fn push_value(&mut self, row: u32, value: Value) {
        while self.rows < row {
            self.skip();
        }
        if value.is_null() {
            self.skip();
        } else {
            append(&mut self.values, value);
            self.note_value();
        }
    }

    /// Adds a row without a value.
    pub(super) fn skip(&mut self) {
        self.forms.add(std::mem::take(&mut self.last_form));
        let before = self.rows;
        self.having.get_or_insert_with(|| (0..before).collect());
        self.rows += 1;
    }

    fn note_value(&mut self) {
        if let Some(having) = &mut self.having {
            having.push(self.rows);
        }
        self.rows += 1;
    }

    /// Takes the last row away, where there are more than as many.
    pub(super) fn truncate(&mut self, rows: u32) {
        if self.rows <= rows {
            return;
        }
        let mut left = rows as usize;
        if let Some(having) = &mut self.having {
            left = having.partition_point(|row| *row < rows);
            having.truncate(left);
        }
        self.rows = rows;
        self.last_form = Forms::default();
        self.misfit = self.misfit.filter(|row| *row < rows);
        self.values.truncate(left);
    }

    /// The column, with rows without a value at the end up to a number of rows.
    pub(super) fn finish(mut self, rows: u32) -> Built {
        while self.rows < rows {
            self.skip();
        }
        Built { having: self.having, values: self.values, rows: self.rows }
    }

    #[inline]
    fn push_guessed(&mut self, inferred: Inferred, bytes: &[u8], texts: &mut Texts) -> Result<(), String> {
        self.forms.add(std::mem::take(&mut self.last_form));
        if self.misfit.is_none() && inferred == Inferred::Text {
            self.push_text(bytes, texts)?;
            self.texts_only = self.texts_only || Inferred::of(self.forms) == Inferred::Text;
            if !self.texts_only {
                self.last_form = kind::form_of(utf8(bytes)?);
            }
            return Ok(());
        }
        if self.misfit.is_some() || !self.push_form(inferred, bytes) {
            self.last_form = kind::form_of(utf8(bytes)?);
            self.misfit.get_or_insert(self.rows);
        }
        Ok(())
    }

    /// Adds a value where it has the form of the inferred type.
    #[inline]
    fn push_form(&mut self, inferred: Inferred, bytes: &[u8]) -> bool {
        let form = match (inferred, &mut self.values) {
            (Inferred::Int, Values::Ints(values)) => kind::integer(bytes).map(|number| {
                values.push(number);
                kind::form_of_integer(number)
            }),
            (Inferred::Float, Values::Floats(values)) => float(bytes).map(|(number, form)| {
                values.push(number);
                form
            }),
            (Inferred::Bool, Values::Bools(values)) => kind::boolean(bytes).map(|is| {
                values.push(is);
                Forms::BOOL
            }),
            (inferred, values) => temporal(inferred, bytes).map(|(value, form)| {
                append(values, value);
                form
            }),
        };
        self.last_form = form.unwrap_or_default();
        form.is_some()
    }

    fn push_text(&mut self, bytes: &[u8], texts: &mut Texts) -> Result<(), String> {
        let Values::Texts(values) = &mut self.values else { return Ok(()) };
        let helps = self.texts < TRIAL || self.known_texts > self.texts / 4;
        let (text, known) = if helps { texts.get(bytes)? } else { (text_of(bytes)?, false) };
        self.texts += u32::from(helps);
        self.known_texts += u32::from(known);
        values.push(text);
        Ok(())
    }
}

fn empty(inferred: Inferred) -> Values {
    match inferred {
        Inferred::Bool => Values::Bools(Vec::new()),
        Inferred::Int => Values::Ints(Vec::new()),
        Inferred::Float => Values::Floats(Vec::new()),
        Inferred::Date => Values::Dates(Vec::new()),
        Inferred::Text => Values::Texts(Vec::new()),
        Inferred::Nothing | Inferred::LocalDateTime | Inferred::DateTime => Values::Mixed(Vec::new()),
    }
}

/// A float, or an integer that is one, and its form.
fn float(bytes: &[u8]) -> Option<(f64, Forms)> {
    if let Some(number) = kind::integer(bytes) {
        let form = kind::form_of_integer(number);
        return (form == Forms::INT).then_some((number as f64, form));
    }
    kind::float(std::str::from_utf8(bytes).ok()?).map(|number| (number, Forms::FLOAT))
}

fn temporal(inferred: Inferred, bytes: &[u8]) -> Option<(Value, Forms)> {
    let text = std::str::from_utf8(bytes).ok()?;
    match inferred {
        Inferred::Date => kind::date(text).map(|value| (value, Forms::DATE)),
        Inferred::LocalDateTime => kind::local_date_time(text).map(|value| (value, Forms::LOCAL_DATE_TIME)),
        Inferred::DateTime => kind::date_time(text).map(|value| (value, Forms::DATE_TIME)),
        _ => None,
    }
}

/// Adds a value to values, which become mixed when it is of another type.
pub(super) fn append(values: &mut Values, value: Value) {
    match (&mut *values, value) {
        (Values::Bools(values), Value::Bool(value)) => values.push(value),
        (Values::Ints(values), Value::Int(value)) => values.push(value),
        (Values::Floats(values), Value::Float(value)) => values.push(value),
        (Values::Dates(values), Value::Date(date)) => values.push(date.days),
        (Values::Texts(values), Value::String(text)) => values.push(text),
        (Values::Mixed(values), value) => values.push(value),
        (_, value) => {
            let mut mixed = std::mem::replace(values, Values::Mixed(Vec::new())).into_values();
            mixed.push(value);
            *values = Values::Mixed(mixed);
        }
    }
}

impl Built {
    /// A column of rows without values.
    pub(super) fn nothing() -> Built {
        Built { having: None, values: Values::Mixed(Vec::new()), rows: 0 }
    }

    /// Adds the rows of a later part.
    pub(super) fn append(&mut self, later: Built) {
        let (before, rows) = (self.rows, later.rows);
        if self.having.is_some() || later.having.is_some() {
            let having = self.having.get_or_insert_with(|| (0..before).collect());
            match later.having {
                None => having.extend(before..before + rows),
                Some(later) => having.extend(later.into_iter().map(|row| before + row)),
            }
        }
        self.rows += rows;
        self.values = joined(std::mem::replace(&mut self.values, Values::Mixed(Vec::new())), later.values);
    }

    /// Adds rows without values, up to a number of rows.
    pub(super) fn append_absent_up_to(&mut self, rows: u32) {
        let before = self.rows;
        if before < rows {
            self.having.get_or_insert_with(|| (0..before).collect());
            self.rows = rows;
        }
    }

    /// The chosen rows alone, which ascend.
    pub(super) fn chosen(&self, rows: &[u32]) -> Built {
        let mut chosen = Builder::mixed();
        let at = |row: &u32| match &self.having {
            None => Some(*row as usize),
            Some(having) => having.binary_search(row).ok(),
        };
        for (place, row) in rows.iter().enumerate() {
            let value = at(row).map_or(Value::Null, |index| self.values.get(index));
            chosen.push_value(place as u32, value);
        }
        let mut chosen = chosen.finish(rows.len() as u32);
        chosen.values = typed(chosen.values);
        chosen
    }
}

/// Mixed values as values of one type, where they are of one.
fn typed(values: Values) -> Values {
    let values = values.into_values();
    let mut typed = match values.first() {
        Some(Value::Bool(_)) => Values::Bools(Vec::new()),
        Some(Value::Int(_)) => Values::Ints(Vec::new()),
        Some(Value::Float(_)) => Values::Floats(Vec::new()),
        Some(Value::Date(_)) => Values::Dates(Vec::new()),
        Some(Value::String(_)) => Values::Texts(Vec::new()),
        _ => return Values::Mixed(values),
    };
    values.into_iter().for_each(|value| append(&mut typed, value));
    typed
}

fn joined(before: Values, later: Values) -> Values {
    match (before, later) {
        (before, later) if later.is_empty() => before,
        (before, later) if before.is_empty() => later,
        (Values::Bools(a), Values::Bools(b)) => Values::Bools(extended(a, b)),
        (Values::Ints(a), Values::Ints(b)) => Values::Ints(extended(a, b)),
        (Values::Floats(a), Values::Floats(b)) => Values::Floats(extended(a, b)),
        (Values::Dates(a), Values::Dates(b)) => Values::Dates(extended(a, b)),
        (Values::Texts(a), Values::Texts(b)) => Values::Texts(extended(a, b)),
        (a, b) => Values::Mixed(extended(a.into_values(), b.into_values())),
    }
}

fn extended<T>(mut before: Vec<T>, later: Vec<T>) -> Vec<T> {
    before.extend(later);
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(reading: Reading, fields: &[&str]) -> (Builder, Vec<String>) {
        let (mut builder, mut texts, mut wrong) = (Builder::new(reading), Texts::default(), Vec::new());
        for field in fields {
            let field = if field.is_empty() { Field::Empty } else { Field::Bare(field.as_bytes()) };
            wrong.extend(builder.push(&field, &mut texts).err());
        }
        (builder, wrong)
    }

    #[test]
    fn absent_values_are_told_apart_and_taken_off_the_end() {
        let (mut builder, _) = built(Reading::Guessed(Inferred::Int), &["1", "2", "", "4", ""]);
        builder.truncate(4);
        let built = builder.finish(6);
        assert_eq!((built.having, built.values.len(), built.rows), (Some(vec![0, 1, 3]), 3, 6));
    }

    #[test]
    fn a_misfit_is_seen_with_all_forms() {
        let (builder, wrong) = built(Reading::Guessed(Inferred::Int), &["1", "x", "true"]);
        assert_eq!((Inferred::of(builder.forms()), wrong.len()), (Inferred::Text, 0));
        let (builder, _) = built(Reading::Guessed(Inferred::Int), &["1", "2.5"]);
        assert_eq!(Inferred::of(builder.forms()), Inferred::Float);
        let (builder, wrong) = built(Reading::Said(Kind::Int(64)), &["1", "x"]);
        assert_eq!((builder.rows, wrong), (1, vec!["`x` is no int".to_owned()]));
    }

    #[test]
    fn parts_are_joined_and_rows_chosen() {
        let part = |fields: &[&str]| built(Reading::Guessed(Inferred::Int), fields).0.finish(fields.len() as u32);
        let mut all = Built::nothing();
        all.append(part(&["1", "2"]));
        all.append(part(&["", "4"]));
        all.append_absent_up_to(5);
        all.append(part(&["6"]));
        assert_eq!((all.having.clone(), all.rows), (Some(vec![0, 1, 3, 5]), 6));
        assert!(matches!(&all.values, Values::Ints(values) if *values == [1, 2, 4, 6]));
        let chosen = all.chosen(&[1, 2, 5]);
        assert_eq!((chosen.having, chosen.rows), (Some(vec![0, 2]), 3));
        assert!(matches!(&chosen.values, Values::Ints(values) if *values == [2, 6]));
    }

    #[test]
    fn equal_texts_are_one_allocation() {
        let (builder, _) = built(Reading::Guessed(Inferred::Text), &["a", "b", "a"]);
        let Values::Texts(texts) = builder.finish(3).values else { panic!("texts") };
        assert!(Arc::ptr_eq(&texts[0], &texts[2]));
    }
}
