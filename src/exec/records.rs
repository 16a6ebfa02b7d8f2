//! Records of comma-separated values, read one at a time.
//!
//! The format is that of [`crate::csv`]. An empty field is null and `""` is the empty text, which libraries for the
//! format do not tell apart. A byte-order mark and empty lines are skipped. Whatever is wrong is reported with file and
//! line.

use crate::csv::{self, ENDLESS, Field, Fields, MAX_FIELDS, MAX_RECORD, Malformed};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::{Map, Value};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

/// The records of a file.
pub(super) struct Records {
    name: Arc<str>,
    lines: Lines,
    terminator: String,
    /// The names of the fields; `None` for a field without name.
    headers: Option<Vec<Option<Arc<str>>>>,
}

impl Records {
    pub(super) fn new(
        name: Arc<str>,
        content: Box<dyn Read + Send>,
        terminator: char,
        headers: bool,
    ) -> Result<Records> {
        let lines = Lines { input: BufReader::with_capacity(1 << 16, content), record: Vec::new(), number: 0 };
        let mut records = Records { name, lines, terminator: terminator.to_string(), headers: None };
        if headers && let Some((line, fields)) = records.fields()? {
            records.headers = Some(names(fields).map_err(|message| fault(&records.name, line, &message))?);
        }
        Ok(records)
    }

    /// The full name of the file.
    pub(super) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The next record and the line on which it begins: a list of its fields, or with headers a map.
    pub(super) fn next(&mut self) -> Result<Option<(i64, Value)>> {
        let Some((line, fields)) = self.fields()? else { return Ok(None) };
        let record = match &self.headers {
            None => Value::list(fields),
            Some(headers) => Value::map(named(headers, fields).map_err(|message| fault(&self.name, line, &message))?),
        };
        Ok(Some((i64::try_from(line).unwrap_or(i64::MAX), record)))
    }

    /// The fields of the next record that is no empty line, and the line on which it begins.
    fn fields(&mut self) -> Result<Option<(u64, Vec<Value>)>> {
        let Some(line) = self.lines.record(&self.name, self.terminator.as_bytes())? else { return Ok(None) };
        let (record, _) = csv::without_end(&self.lines.record);
        let mut fields = Vec::new();
        for field in Fields::of(record, self.terminator.as_bytes()) {
            let field = field.map_err(|wrong| malformed(&self.name, line, record, wrong))?;
            if fields.len() >= MAX_FIELDS {
                return Err(fault(&self.name, line, &format!("the record has more than {MAX_FIELDS} fields")));
            }
            fields.push(value(&field));
        }
        Ok(Some((line, fields)))
    }
}

/// A field of a record that is UTF-8.
fn value(field: &Field<'_>) -> Value {
    if field.is_empty() { Value::Null } else { Value::string(String::from_utf8_lossy(field.bytes())) }
}

fn malformed(name: &str, line: u64, record: &[u8], wrong: Malformed) -> Error {
    let before = record[..wrong.at].iter().filter(|byte| **byte == b'\n').count();
    fault(name, line + before as u64, wrong.what)
}

fn fault(name: &str, line: u64, message: &str) -> Error {
    Error::runtime(ErrorType::ArgumentError, Detail::UnexpectedInput, format!("{name}:{line}: {message}"))
}

/// The lines of a file.
struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    /// The lines of the present record.
    record: Vec<u8>,
    /// The number of the last line that was read.
    number: u64,
}

impl Lines {
    /// Reads the next record that is no empty line; the number of its first line.
    fn record(&mut self, name: &str, terminator: &[u8]) -> Result<Option<u64>> {
        self.record.clear();
        let (mut first, mut open) = (0, false);
        loop {
            let start = self.record.len();
            if !self.line(name)? {
                return if open { Err(fault(name, first, ENDLESS)) } else { Ok(None) };
            }
            let line = csv::without_end(&self.record[start..]).0;
            if start == 0 && line.is_empty() {
                self.record.clear();
                continue;
            }
            first = if start == 0 { self.number } else { first };
            open = csv::leaves_open(line, open, terminator);
            if !open {
                return Ok(Some(first));
            }
        }
    }

    /// Adds the next line to the record; whether there was one.
    fn line(&mut self, name: &str) -> Result<bool> {
        let start = self.record.len();
        let room = MAX_RECORD.saturating_sub(start) as u64;
        let read = (&mut self.input).take(room + 2).read_until(b'\n', &mut self.record);
        let doing = || format!("cannot read `{name}` after line {}", self.number);
        if read.map_err(|error| Error::io(doing(), &error))? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if csv::without_end(&self.record).0.len() > MAX_RECORD {
            let message = format!("the record is longer than the {MAX_RECORD} bytes that are allowed");
            return Err(fault(name, self.number, &message));
        }
        if std::str::from_utf8(&self.record[start..]).is_err() {
            return Err(fault(name, self.number, "the text is not UTF-8"));
        }
        if self.number == 1 && self.record.starts_with(b"\xEF\xBB\xBF") {
            self.record.drain(..3);
        }
        Ok(true)
    }
}

/// The names of the fields.
fn names(fields: Vec<Value>) -> std::result::Result<Vec<Option<Arc<str>>>, String> {
    let mut seen = BTreeSet::new();
    let mut names = Vec::with_capacity(fields.len());
    for field in fields {
        let name = match field {
            Value::String(name) if !name.is_empty() => Some(name),
            _ => None,
        };
        if let Some(name) = &name
            && !seen.insert(Arc::clone(name))
        {
            return Err(format!("two fields are named `{name}`"));
        }
        names.push(name);
    }
    Ok(names)
}

/// The fields by name. Fields that are missing are null; one without a name must be empty.
fn named(headers: &[Option<Arc<str>>], fields: Vec<Value>) -> std::result::Result<Map, String> {
    let given = fields.len();
    let mut fields = fields.into_iter();
    let mut record = Map::new();
    for header in headers {
        let value = fields.next().unwrap_or_default();
        match header {
            Some(name) => {
                record.insert(Arc::clone(name), value);
            }
            None if value.is_null() => {}
            None => return Err("a value stands in a column without a name".to_owned()),
        }
    }
    if fields.any(|value| !value.is_null()) {
        return Err(format!("the record has {given} fields, but the header names {}", headers.len()));
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], terminator: char, headers: bool) -> Result<Vec<(i64, Value)>> {
        let content = Box::new(std::io::Cursor::new(text.to_vec()));
        let mut records = Records::new(Arc::from("a.csv"), content, terminator, headers)?;
        let mut all = Vec::new();
        while let Some(record) = records.next()? {
            all.push(record);
        }
        Ok(all)
    }

    /// Each record with its line, fields parted by bars, null as a dot.
    fn shown(text: &str, terminator: char) -> Vec<String> {
        let field = |value: &Value| value.as_str().map_or(".".to_owned(), str::to_owned);
        let record = |(line, value): (i64, Value)| {
            let Value::List(fields) = value else { panic!("a list") };
            format!("{line}:{}", fields.iter().map(field).collect::<Vec<_>>().join("|"))
        };
        read(text.as_bytes(), terminator, false).unwrap().into_iter().map(record).collect()
    }

    fn message(text: &[u8], headers: bool) -> String {
        read(text, ',', headers).unwrap_err().message().to_owned()
    }

    #[test]
    fn quotation_marks_line_ends_and_empty_fields() {
        assert_eq!(shown("\u{FEFF}a,b\r\n\r\n1,\n\n,\"\"\n", ','), ["1:a|b", "3:1|.", "5:.|"]);
        assert_eq!(shown("\"a \"\"b\"\", c\",\"d\r\ne\n\nf\"\ng", ','), ["1:a \"b\", c|d\r\ne\n\nf", "5:g"]);
        assert_eq!(shown("a;\"b;c\";5\" disk\n", ';'), ["1:a|b;c|5\" disk"]);
        assert_eq!(shown("a\u{2192}b\n", '\u{2192}'), ["1:a|b"]);
        assert_eq!(shown("\"a\",\n", ','), ["1:a|."]);
        assert!(shown("\n\r\n", ',').is_empty());
    }

    #[test]
    fn headers_name_the_fields() {
        let records = read(b"name,age,\nAnn,40,\nBob\nCid,20,,\n", ',', true).unwrap();
        let ages: Vec<_> = records
            .iter()
            .map(|(line, record)| {
                let Value::Map(record) = record else { panic!("a map") };
                (*line, record.len(), record["age"].as_str().map(str::to_owned))
            })
            .collect();
        assert_eq!(ages, [(2, 2, Some("40".to_owned())), (3, 2, None), (4, 2, Some("20".to_owned()))]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(
            message(b"a\n\"b\"c\n", false),
            "a.csv:2: text follows the end of a quotation; a quotation mark inside one is doubled"
        );
        assert_eq!(message(b"a\n\n\"b\nc", false), "a.csv:3: the quotation that begins here has no end");
        assert_eq!(message(b"a\n\xff\n", false), "a.csv:2: the text is not UTF-8");
        assert_eq!(message(b"a,a\n", true), "a.csv:1: two fields are named `a`");
        assert_eq!(message(b"a\n1,2\n", true), "a.csv:2: the record has 2 fields, but the header names 1");
        assert_eq!(message(b"a,,b\n1,2,3\n", true), "a.csv:2: a value stands in a column without a name");
        assert!(message(&vec![b'x'; MAX_RECORD + 10], false).contains("is longer than"));
        assert!(
            message(&[vec![b'\n'; 10], vec![b','; MAX_FIELDS]].concat(), false)
                .starts_with("a.csv:11: the record has more than")
        );
    }
}
