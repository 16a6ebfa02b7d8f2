//! The values of one column while they are read.

use super::built::Built;
use super::kind::{self, Forms, Inferred, Kind};
use super::texts::{Coding, Texts, text_of, utf8};
use crate::csv::Field;
use crate::store::Values;
use crate::value::Value;

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
    /// The texts, as long as they are codes; then there are no other values.
    coding: Option<Coding>,
}

impl Reading {
    /// Values of any type.
    pub(super) fn mixed() -> Reading {
        Reading::Guessed(Inferred::Nothing)
    }
}

impl Builder {
    /// A column of about so many values.
    pub(super) fn new(reading: Reading, expected: usize) -> Builder {
        let values = match &reading {
            Reading::Guessed(inferred) => empty(*inferred, expected),
            Reading::Said(Kind::Bool) => Values::Bools(Vec::new()),
            Reading::Said(Kind::Int(_)) => Values::Ints(Vec::with_capacity(expected)),
            Reading::Said(Kind::Float) => Values::Floats(Vec::with_capacity(expected)),
            Reading::Said(Kind::Text | Kind::Char) => Values::Texts(Vec::new()),
            Reading::Said(Kind::Temporal(0)) => Values::Dates(Vec::with_capacity(expected)),
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
            coding: None,
        }
    }

    /// A column of values of any type.
    pub(super) fn mixed() -> Builder {
        Builder::new(Reading::mixed(), 0)
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
        if let Some(coding) = &mut self.coding {
            coding.truncate(left);
        }
    }

    /// The column, with rows without a value at the end up to a number of rows.
    pub(super) fn finish(mut self, rows: u32) -> Built {
        while self.rows < rows {
            self.skip();
        }
        let values = self.coding.take().map_or(self.values, Coding::finish);
        Built { having: self.having, values, rows: self.rows }
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

    #[inline]
    fn push_text(&mut self, bytes: &[u8], texts: &mut Texts) -> Result<(), String> {
        if texts.help() && (self.coding.is_some() || self.values.is_empty()) {
            return texts.push(bytes, self.coding.get_or_insert_default());
        }
        let text = text_of(bytes)?;
        let Values::Texts(values) = &mut self.values else { return Ok(()) };
        if let Some(coding) = self.coding.take() {
            values.extend(coding.decoded());
        }
        values.push(text);
        Ok(())
    }
}

fn empty(inferred: Inferred, expected: usize) -> Values {
    match inferred {
        Inferred::Bool => Values::Bools(Vec::new()),
        Inferred::Int => Values::Ints(Vec::with_capacity(expected)),
        Inferred::Float => Values::Floats(Vec::with_capacity(expected)),
        Inferred::Date => Values::Dates(Vec::with_capacity(expected)),
        Inferred::Text => Values::Texts(Vec::new()),
        Inferred::Nothing | Inferred::LocalDateTime | Inferred::DateTime => Values::Mixed(Vec::new()),
    }
}

/// A float, or an integer that is one, and its form.
fn float(bytes: &[u8]) -> Option<(f64, Forms)> {
    if let Some(number) = kind::decimal(bytes) {
        return Some((number, Forms::FLOAT));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn built(reading: Reading, fields: &[&str]) -> (Builder, Vec<String>) {
        let (mut builder, mut texts, mut wrong) = (Builder::new(reading, 0), Texts::default(), Vec::new());
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
    fn equal_texts_are_one_allocation() {
        let (builder, _) = built(Reading::Guessed(Inferred::Text), &["a", "b", "a"]);
        let Values::Coded(texts) = builder.finish(3).values else { panic!("texts") };
        assert!(Arc::ptr_eq(texts.get(0), texts.get(2)));
        assert_eq!(texts.into_parts().1, [0, 1, 0]);
    }

    #[test]
    fn texts_are_kept_themselves_when_most_are_different() {
        let (mut builder, mut texts) = (Builder::new(Reading::Said(Kind::Text), 0), Texts::default());
        texts.begin_block();
        let fields: Vec<String> = (0..20_000).map(|at| format!("t{at}")).collect();
        for field in &fields {
            builder.push(&Field::Bare(field.as_bytes()), &mut texts).unwrap();
        }
        let Values::Texts(found) = builder.finish(20_000).values else { panic!("no codes") };
        assert!(found.iter().map(|text| &**text).eq(fields.iter().map(String::as_str)));
    }
}
