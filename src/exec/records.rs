//! Records of comma-separated values, read one at a time.
//!
//! The format is RFC 4180: a field in quotation marks may hold the terminator, line breaks, and `""` for a quotation
//! mark. An empty field is null and `""` is the empty text, which libraries for the format do not tell apart. Lines end
//! with LF or CR LF; a byte-order mark and empty lines are skipped. Whatever is wrong is reported with file and line.

use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::{Map, Value};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

/// The most bytes of a record.
const MAX_RECORD: usize = 16 << 20;
/// The most fields of a record.
const MAX_FIELDS: usize = 100_000;

/// The records of a file.
pub(super) struct Records {
    name: Arc<str>,
    lines: Lines,
    terminator: char,
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
        let lines = Lines { input: BufReader::with_capacity(1 << 16, content), bytes: Vec::new(), number: 0 };
        let mut records = Records { name, lines, terminator, headers: None };
        if headers && let Some((line, fields)) = records.fields()? {
            records.headers = Some(names(fields).map_err(|message| records.fault(line, &message))?);
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
            Some(headers) => Value::map(named(headers, fields).map_err(|message| self.fault(line, &message))?),
        };
        Ok(Some((i64::try_from(line).unwrap_or(i64::MAX), record)))
    }

    /// The fields of the next record that is no empty line, and the line on which it begins.
    fn fields(&mut self) -> Result<Option<(u64, Vec<Value>)>> {
        let Records { name, lines, terminator, .. } = self;
        let mut record = Record::default();
        let mut begun = None;
        loop {
            let Some(line) = lines.next(name, MAX_RECORD.saturating_sub(record.bytes))? else {
                return match begun {
                    Some(begun) => Err(fault(name, begun, "the quotation that begins here has no end")),
                    None => Ok(None),
                };
            };
            if begun.is_none() && line.text.is_empty() {
                continue;
            }
            let first = *begun.get_or_insert(line.number);
            if record.add(&line, *terminator).map_err(|message| fault(name, line.number, &message))? {
                return Ok(Some((first, record.fields)));
            }
        }
    }

    fn fault(&self, line: u64, message: &str) -> Error {
        fault(&self.name, line, message)
    }
}

fn fault(name: &str, line: u64, message: &str) -> Error {
    Error::runtime(ErrorType::ArgumentError, Detail::UnexpectedInput, format!("{name}:{line}: {message}"))
}

/// The lines of a file.
struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    bytes: Vec<u8>,
    /// The number of the last line that was read.
    number: u64,
}

/// A line.
struct Line<'l> {
    text: &'l str,
    /// What ends it.
    end: &'static str,
    number: u64,
}

impl Lines {
    /// The next line of at most `room` bytes.
    fn next(&mut self, name: &str, room: usize) -> Result<Option<Line<'_>>> {
        self.bytes.clear();
        let mut limited = (&mut self.input).take(room as u64 + 2);
        let read = limited.read_until(b'\n', &mut self.bytes);
        let doing = || format!("cannot read `{name}` after line {}", self.number);
        if read.map_err(|error| Error::io(doing(), &error))? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let (text, end) = match self.bytes.as_slice() {
            [text @ .., b'\r', b'\n'] => (text, "\r\n"),
            [text @ .., b'\n'] => (text, "\n"),
            text => (text, ""),
        };
        if text.len() > room {
            let message = format!("the record is longer than the {MAX_RECORD} bytes that are allowed");
            return Err(fault(name, self.number, &message));
        }
        let text = std::str::from_utf8(text).map_err(|_| fault(name, self.number, "the text is not UTF-8"))?;
        let text = if self.number == 1 { text.strip_prefix('\u{FEFF}').unwrap_or(text) } else { text };
        Ok(Some(Line { text, end, number: self.number }))
    }
}

/// A record as far as it has been read.
#[derive(Default)]
struct Record {
    fields: Vec<Value>,
    /// The text so far of the quotation that is open.
    quotation: Option<String>,
    bytes: usize,
}

impl Record {
    /// Adds a line; gives whether the record ends with it, or what is wrong.
    fn add(&mut self, line: &Line<'_>, terminator: char) -> std::result::Result<bool, String> {
        self.bytes += line.text.len() + line.end.len();
        let mut rest = Some(line.text);
        while let Some(text) = rest {
            if self.fields.len() >= MAX_FIELDS {
                return Err(format!("the record has more than {MAX_FIELDS} fields"));
            }
            rest = match self.quotation.take() {
                Some(quotation) => self.quoted(quotation, text, terminator)?,
                None => self.unquoted(text, terminator),
            };
        }
        if let Some(quotation) = &mut self.quotation {
            quotation.push_str(line.end);
        }
        Ok(self.quotation.is_none())
    }

    /// Takes a field from where one may begin; gives what is left of the line when there is a next one.
    fn unquoted<'l>(&mut self, text: &'l str, terminator: char) -> Option<&'l str> {
        if let Some(quoted) = text.strip_prefix('"') {
            self.quotation = Some(String::new());
            return Some(quoted);
        }
        let (field, rest) = match text.split_once(terminator) {
            Some((field, rest)) => (field, Some(rest)),
            None => (text, None),
        };
        self.fields.push(if field.is_empty() { Value::Null } else { Value::string(field) });
        rest
    }

    /// Takes more of a quotation; gives what is left of the line when it goes on behind it.
    fn quoted<'l>(
        &mut self,
        mut quotation: String,
        text: &'l str,
        terminator: char,
    ) -> std::result::Result<Option<&'l str>, String> {
        let Some((part, after)) = text.split_once('"') else {
            quotation += text;
            self.quotation = Some(quotation);
            return Ok(None);
        };
        quotation += part;
        if let Some(doubled) = after.strip_prefix('"') {
            quotation.push('"');
            self.quotation = Some(quotation);
            return Ok(Some(doubled));
        }
        self.fields.push(Value::string(quotation));
        match after.strip_prefix(terminator) {
            Some(next) => Ok(Some(next)),
            None if after.is_empty() => Ok(None),
            None => Err("text follows the end of a quotation; a quotation mark inside one is doubled".to_owned()),
        }
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
