//! Records of comma-separated values as bytes: where one ends, and what its fields are.
//!
//! The format is RFC 4180: a field in quotation marks may hold the delimiter, line breaks, and `""` for a quotation mark.
//! A quotation mark elsewhere is a character like others. Lines end with LF or CR LF. An empty field and an empty
//! text in quotation marks are told apart. Takes bytes only; knows neither files nor values.

use memchr::{memchr, memmem};
use std::borrow::Cow;

/// The most bytes of a record.
pub const MAX_RECORD: usize = 16 << 20;
/// The most fields of a record.
pub const MAX_FIELDS: usize = 100_000;

/// A field as it stands in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// Nothing at all.
    Empty,
    /// At least one byte, without quotation marks around.
    Bare(&'a [u8]),
    /// What stands between quotation marks; doubled ones are single here.
    Quoted(Cow<'a, [u8]>),
}

impl Field<'_> {
    /// Its bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Field::Empty => &[],
            Field::Bare(bytes) => bytes,
            Field::Quoted(bytes) => bytes,
        }
    }

    /// Whether there is nothing at all.
    #[inline]
    pub fn is_empty(&self) -> bool {
        matches!(self, Field::Empty)
    }
}

/// What is wrong with a record, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What.
    pub what: &'static str,
    /// The byte of the record.
    pub at: usize,
}

/// Text behind a quotation.
const BEHIND: &str = "text follows the end of a quotation; a quotation mark inside one is doubled";
/// A quotation without end.
pub const ENDLESS: &str = "the quotation that begins here has no end";

/// The fields of a record that has no line end of its own.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    record: &'a [u8],
    delimiter: &'a [u8],
    /// Where the next field begins.
    next: Option<usize>,
}

impl<'a> Fields<'a> {
    /// The fields of a record, which the delimiter parts.
    pub fn of(record: &'a [u8], delimiter: &'a [u8]) -> Fields<'a> {
        Fields { record, delimiter, next: Some(0) }
    }

    fn quoted(&mut self, start: usize) -> Result<Field<'a>, Malformed> {
        let mut text: Option<Vec<u8>> = None;
        let mut from = start;
        loop {
            let mark = memchr(b'"', &self.record[from..]).ok_or(Malformed { what: ENDLESS, at: start - 1 })?;
            let part = &self.record[from..from + mark];
            from += mark + 1;
            if self.record.get(from) != Some(&b'"') {
                self.go_behind(from)?;
                return Ok(Field::Quoted(match text {
                    None => Cow::Borrowed(part),
                    Some(text) => Cow::Owned([&text, part].concat()),
                }));
            }
            let text = text.get_or_insert_default();
            text.extend_from_slice(part);
            text.push(b'"');
            from += 1;
        }
    }

    /// Goes on behind a quotation that ends before a byte.
    fn go_behind(&mut self, end: usize) -> Result<(), Malformed> {
        let rest = &self.record[end..];
        self.next = rest.starts_with(self.delimiter).then_some(end + self.delimiter.len());
        if rest.is_empty() || self.next.is_some() { Ok(()) } else { Err(Malformed { what: BEHIND, at: end }) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Malformed>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.take()?;
        let rest = &self.record[start..];
        if rest.first() == Some(&b'"') {
            return Some(self.quoted(start + 1));
        }
        let field = match find(rest, self.delimiter) {
            None => rest,
            Some(at) => {
                self.next = Some(start + at + self.delimiter.len());
                &rest[..at]
            }
        };
        Some(Ok(if field.is_empty() { Field::Empty } else { Field::Bare(field) }))
    }
}

/// Gives the fields of a record without quotation marks, which a byte parts.
#[inline]
pub fn for_each_bare<'a>(record: &'a [u8], delimiter: u8, mut give: impl FnMut(Field<'a>)) {
    let mut start = 0;
    let mut end_at = |end: usize| {
        let field = &record[start..end];
        start = end + 1;
        give(if field.is_empty() { Field::Empty } else { Field::Bare(field) });
    };
    let (words, rest) = record.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let mut found = bytes_equal(u64::from_le_bytes(*word), delimiter);
        while found != 0 {
            end_at(at * 8 + found.trailing_zeros() as usize / 8);
            found &= found - 1;
        }
    }
    let before = record.len() - rest.len();
    rest.iter().enumerate().filter(|(_, byte)| **byte == delimiter).for_each(|(at, _)| end_at(before + at));
    end_at(record.len());
}

/// The bytes of a word that are equal to one: the highest bit of each.
#[inline]
fn bytes_equal(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let differing = word ^ u64::from_ne_bytes([byte; 8]);
    !(((differing & LOW) + LOW) | differing | LOW)
}

/// Whether a quotation is open at the end of a line, given whether one is at its beginning.
pub fn leaves_open(line: &[u8], mut open: bool, delimiter: &[u8]) -> bool {
    let mut rest = line;
    if !open && memchr(b'"', line).is_none() {
        return false;
    }
    loop {
        if !open && let Some(quoted) = rest.strip_prefix(b"\"") {
            (open, rest) = (true, quoted);
        }
        if open {
            let Some(mark) = memchr(b'"', rest) else { return true };
            rest = &rest[mark + 1..];
            if let Some(doubled) = rest.strip_prefix(b"\"") {
                rest = doubled;
                continue;
            }
            open = false;
        }
        match find(rest, delimiter) {
            Some(at) => rest = &rest[at + delimiter.len()..],
            None => return false,
        }
    }
}

/// A line without its end, and what ends it.
pub fn without_end(line: &[u8]) -> (&[u8], &[u8]) {
    let text = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
    line.split_at(text.len())
}

#[inline]
fn find(bytes: &[u8], delimiter: &[u8]) -> Option<usize> {
    match delimiter {
        [byte] => memchr(*byte, bytes),
        bytes_of_one => memmem::find(bytes, bytes_of_one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(record: &str, delimiter: &str) -> Result<Vec<Option<String>>, Malformed> {
        let text = |field: Field<'_>| match field {
            Field::Empty => None,
            field => Some(String::from_utf8_lossy(field.bytes()).into_owned()),
        };
        Fields::of(record.as_bytes(), delimiter.as_bytes()).map(|field| field.map(text)).collect()
    }

    fn some(texts: &[&str]) -> Result<Vec<Option<String>>, Malformed> {
        Ok(texts.iter().map(|text| Some((*text).to_owned())).collect())
    }

    #[test]
    fn fields_are_parted_and_quotations_kept_whole() {
        assert_eq!(fields("a,b", ","), some(&["a", "b"]));
        assert_eq!(fields("\"a \"\"b\"\", c\",\"d\r\ne\",5\" disk", ","), some(&["a \"b\", c", "d\r\ne", "5\" disk"]));
        assert_eq!(fields(",\"\",", ","), Ok(vec![None, Some(String::new()), None]));
        assert_eq!(fields("a→\"b→c\"", "→"), some(&["a", "b→c"]));
        assert_eq!(fields("a,\"b\"c,d", ","), Err(Malformed { what: BEHIND, at: 5 }));
        assert_eq!(fields("a,\"b\n", ","), Err(Malformed { what: ENDLESS, at: 2 }));
    }

    #[test]
    fn line_ends_are_taken_off() {
        assert_eq!(without_end(b"a\r\n"), (&b"a"[..], &b"\r\n"[..]));
        assert_eq!(without_end(b"a\r"), (&b"a\r"[..], &b""[..]));
        assert_eq!(without_end(b"\n"), (&b""[..], &b"\n"[..]));
    }

    proptest! {
        #[test]
        fn what_is_written_comes_back(texts in proptest::collection::vec("[a\",\n→;]{0,6}", 1..6)) {
            let quoted = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
            let record = texts.iter().map(quoted).collect::<Vec<_>>().join(",");
            prop_assert_eq!(fields(&record, ","), Ok(texts.into_iter().map(Some).collect()));
            let mut open = false;
            for line in record.split('\n') {
                open = leaves_open(line.as_bytes(), open, b",");
            }
            prop_assert!(!open);
        }

        #[test]
        fn fields_without_quotations_are_the_same(record in "[a,\u{80}-\u{ff}\u{ac}-]{0,40}") {
            let mut bare = Vec::new();
            for_each_bare(record.as_bytes(), b',', |field| bare.push(field));
            let fields: Result<Vec<_>, _> = Fields::of(record.as_bytes(), b",").collect();
            prop_assert_eq!(fields, Ok(bare));
        }

        #[test]
        fn a_record_ends_where_no_quotation_is_open(record in "[a\",]{0,12}") {
            let endless = fields(&record, ",").is_err_and(|wrong| wrong.what == ENDLESS);
            prop_assert!(!endless || leaves_open(record.as_bytes(), false, b","));
        }
    }
}
