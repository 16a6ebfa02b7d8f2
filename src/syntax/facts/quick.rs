//! The plainest facts, read without the grammar: what most lines of a long text are.
//!
//! `words -verb-> words {items} [source place]`, where every word begins with a letter or digit, one space stands between
//! each two parts, and the items are dates, a number, a modality or a quotation. The grammar says what a line means: a
//! line is read here only when the grammar certainly reads the same, and nothing is said of any other.

use super::ast::{Body, Cite, Fact, Meta, Modality, Name};
use super::items;
use super::parse::{set_once, type_of};
use super::plain::{INSIDE, word};
use crate::error::Result;
use crate::span::Span;
use std::collections::HashMap;
use std::sync::Arc;

/// The texts that lines have in common: verbs by how they are written, and names, of sources too.
#[derive(Debug, Default)]
pub(super) struct Texts<'t> {
    verbs: Shared<'t>,
    names: Shared<'t>,
}

/// Texts by how they are written.
type Shared<'t> = HashMap<&'t str, Arc<str>, foldhash::fast::RandomState>;

/// How many of each are kept.
const MOST: usize = if cfg!(test) { 3 } else { 1 << 18 };

/// The text that stands for what is written, the same one each time.
fn shared<'t>(known: &mut Shared<'t>, written: &'t str, text: impl FnOnce() -> Arc<str>) -> Arc<str> {
    if let Some(text) = known.get(written) {
        return Arc::clone(text);
    }
    if known.len() >= MOST {
        known.clear();
    }
    Arc::clone(known.entry(written).insert_entry(text()).get())
}

/// The fact of a line, if it is one of the plainest form; `text` begins at the place `origin`.
pub(super) fn fact<'t>(text: &'t str, origin: usize, texts: &mut Texts<'t>) -> Option<Body> {
    let mut rest = Rest { text, at: 0, origin };
    let subject = rest.name(&mut texts.names)?;
    rest.skip(" -")?;
    let verb = rest.words(&[])?;
    let verb = Name { text: shared(&mut texts.verbs, verb.0, || type_of(verb.0).into()), span: verb.1 };
    rest.skip("-> ")?;
    let object = rest.name(&mut texts.names)?;
    let meta = if rest.skip(" {").is_some() { rest.meta()? } else { Meta::default() };
    let mut cites = Vec::new();
    while rest.skip(" [").is_some() {
        cites.push(rest.cite(texts)?);
    }
    rest.is_empty().then_some(Body::Fact(Fact { subject, verb, object, meta, cites }))
}

/// What is left of a line.
struct Rest<'t> {
    text: &'t str,
    at: usize,
    origin: usize,
}

impl<'t> Rest<'t> {
    fn left(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn is_empty(&self) -> bool {
        self.at == self.text.len()
    }

    fn skip(&mut self, what: &str) -> Option<()> {
        self.left().starts_with(what).then(|| self.at += what.len())
    }

    /// Takes the next bytes, and says where they stand.
    fn take(&mut self, length: usize) -> (&'t str, Span) {
        let span = Span::new(self.origin + self.at, self.origin + self.at + length);
        let text = self.left().get(..length).unwrap_or("");
        self.at += length;
        (text, span)
    }

    /// One word: a letter or digit, then letters, digits and the signs of `inside`.
    fn word(&mut self, inside: &[char]) -> Option<(&'t str, Span)> {
        let length = word(self.left(), inside);
        (length > 0).then(|| self.take(length))
    }

    /// Words with one space between each two, as many as there are.
    fn words(&mut self, inside: &[char]) -> Option<(&'t str, Span)> {
        let left = self.left();
        let mut length = Some(word(left, inside)).filter(|length| *length > 0)?;
        while let Some(next) = left.get(length..).and_then(|rest| rest.strip_prefix(' ')) {
            match word(next, inside) {
                0 => break,
                more => length += 1 + more,
            }
        }
        Some(self.take(length))
    }

    fn name(&mut self, names: &mut Shared<'t>) -> Option<Name> {
        let (text, span) = self.words(&INSIDE)?;
        Some(Name { text: shared(names, text, || text.into()), span })
    }

    /// What stands in braces after the first of them.
    fn meta(&mut self) -> Option<Meta> {
        let mut meta = Meta::default();
        loop {
            self.item(&mut meta)?.ok()?;
            if self.skip(", ").is_none() {
                break;
            }
        }
        self.skip("}")?;
        items::settled(meta, Span::default()).ok()
    }

    fn item(&mut self, meta: &mut Meta) -> Option<Result<()>> {
        if self.skip("\"").is_some() {
            return self.quote(meta);
        }
        let length = self.left().bytes().take_while(|it| it.is_ascii_alphanumeric() || b"-.".contains(it)).count();
        let (text, span) = self.take(length);
        match text.as_bytes().first()? {
            b'a'..=b'z' => {
                let known = Modality::find(text)?;
                Some(set_once(&mut meta.modality, Name { text: known.word.into(), span }, "modality", span))
            }
            _ if is_number(text) => {
                let confidence = items::number(text, span).and_then(|number| items::confidence(&number, span));
                Some(confidence.and_then(|of| set_once(&mut meta.confidence, (of, span), "confidence", span)))
            }
            _ => dates(text, span, meta),
        }
    }

    /// The rest of a quotation, if it says nothing but letters.
    fn quote(&mut self, meta: &mut Meta) -> Option<Result<()>> {
        let length = self.left().find(['"', '\\'])?;
        let (text, span) = self.take(length);
        let quote = Name { text: text.into(), span: Span::new(span.start as usize - 1, span.end as usize + 1) };
        let span = quote.span;
        self.skip("\"")?;
        Some(set_once(&mut meta.quote, quote, "quote", span))
    }

    /// The rest of a cite.
    fn cite(&mut self, texts: &mut Texts<'t>) -> Option<Cite> {
        let (text, span) = self.word(&INSIDE)?;
        let text = shared(&mut texts.names, text, || text.into());
        let locator = if self.skip(" ").is_some() { Some(self.name(&mut texts.names)?) } else { None };
        self.skip("]")?;
        Some(Cite { reference: Name { text, span }, locator })
    }
}

/// Digits, not as many as a year has, and perhaps a fraction.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    whole.len() < 4 && digits(whole) && fraction.is_none_or(digits)
}

/// `date`, `from..to`, `from..` or `..to`.
fn dates(text: &str, span: Span, meta: &mut Meta) -> Option<Result<()>> {
    let date = |text: &str| is_date(text).then(|| items::partial_date(text, span));
    let Some((from, to)) = text.split_once("..") else {
        return Some(date(text)?.and_then(|date| set_once(&mut meta.date, date, "date", span)));
    };
    if from.is_empty() && to.is_empty() {
        return None;
    }
    for (text, slot) in [(from, &mut meta.since), (to, &mut meta.until)] {
        if !text.is_empty() {
            set_once(slot, date(text)?.ok()?, "", span).ok()?;
        }
    }
    Some(Ok(()))
}

/// Whether a text has the form `2025`, `2025-11` or `2025-11-21`.
fn is_date(text: &str) -> bool {
    let form = b"dddd-dd-dd";
    let fits = |(letter, form): (u8, &u8)| if *form == b'd' { letter.is_ascii_digit() } else { letter == *form };
    matches!(text.len(), 4 | 7 | 10) && text.bytes().zip(form).all(fits)
}

#[cfg(test)]
mod tests {
    use super::super::parse::told;
    use super::super::samples::{braces, cites};
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn by_grammar(text: &str) -> Option<Body> {
        told(text, Span::new(7, 7 + text.len())).ok().map(|(body, comment)| {
            assert_eq!(comment, None, "{text}");
            body
        })
    }

    fn read_quickly(text: &str) -> Option<Body> {
        fact(text, 7, &mut Texts::default())
    }

    /// A line of pieces that mean something to the grammar, most of them in their places.
    fn line() -> impl Strategy<Value = String> {
        let word = || {
            select(vec![
                "a", "É1", "not", "28-point", "x-", "U.S.", "o'b", "_", "2025", "a:b", "½", "//", "-", "\u{301}",
                "e\u{301}",
            ])
        };
        let words = move || prop::collection::vec(word(), 1..4).prop_map(|words| words.join(" "));
        let arrow = select(vec![
            "-x->",
            "-calls for->",
            "-X2->",
            "<-x-",
            "-x-",
            "-x|y->",
            "-?->",
            "-x*->",
            "-a-b->",
            "-a->b",
            "-ß->",
        ]);
        let space = || select(vec![" ", " ", " ", " ", "  ", "", "\t", "\u{a0}"]);
        let scalar = || {
            prop_oneof![
                select(vec![
                    "0.5",
                    "1",
                    "1.0",
                    "1.5",
                    "100%",
                    "007",
                    "0.",
                    ".5",
                    "1e0",
                    "-1",
                    "0000.5",
                    "2025",
                    "2025-1",
                    "2025-13",
                    "2025-02-30"
                ]),
                select(vec![
                    "2025-02",
                    "2025-02-28",
                    "2024..2025-01",
                    "2025..2024",
                    "..2025",
                    "2025..",
                    "..",
                    "2025...",
                    "denied",
                    "Denied",
                    "foo",
                    "true"
                ]),
                select(vec![
                    "\"q\"",
                    "\"q, r}\"",
                    "\"\"",
                    "\"a\\n\"",
                    "\"é",
                    "k: 1",
                    "date: 2025",
                    "",
                    "2025-02-28x",
                    "0.25",
                    "0.95",
                    "reported",
                    ">= 0.5"
                ]),
            ]
        };
        let items = prop::collection::vec(scalar(), 1..4).prop_map(|items| format!("{{{}}}", items.join(", ")));
        let cite = select(vec![
            "",
            "[s]",
            "[s-1 p. 3]",
            "[s] [t]",
            "[s  p]",
            "[ s ]",
            "[\"s t\"]",
            "[]",
            "[s",
            "[s 1] [t 2-3]",
            "[s:1]",
        ]);
        let braces = prop_oneof![items, braces().prop_map(|it| it.trim().to_owned())];
        let cite = prop_oneof![cite, cites()];
        (words(), space(), arrow, space(), words(), space(), braces, space(), cite).prop_map(
            |(a, s1, arrow, s2, b, s3, braces, s4, cite)| {
                format!("{a}{s1}{arrow}{s2}{b}{s3}{braces}{s4}{cite}").trim().to_owned()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]
        /// What is read here is what the grammar reads, with every place.
        #[test]
        fn what_is_read_is_what_the_grammar_reads(text in line()) {
            if let Some(read) = read_quickly(&text) {
                prop_assert_eq!(Some(read), by_grammar(&text), "{}", text);
            }
        }

        /// One letter changed, left out or doubled.
        #[test]
        fn slips_are_read_as_the_grammar_reads_them(text in line(), at in any::<prop::sample::Index>(), put in "[-<>{}\\[\\]:,a1 .\"]{0,2}") {
            let letters: Vec<char> = text.chars().collect();
            let at = at.index(letters.len());
            let text: String = letters[..at].iter().copied().chain(put.chars()).chain(letters[at + 1..].iter().copied()).collect();
            let text = text.trim();
            if let Some(read) = read_quickly(text) {
                prop_assert_eq!(Some(read), by_grammar(text), "{}", text);
            }
        }
    }

    #[test]
    fn usual_lines_are_read_here() {
        let lines = [
            "Kyiv -opposes-> territorial concessions {0.9} [ki-1121]",
            "Kyiv -calls for-> the 28-point plan",
            "Київ -opposes-> NATO's plan {2025-11, denied, \"in words\", 2025-01..2025-02-03, 0.5} [a p. 3] [b 12]",
        ];
        for text in lines {
            assert!(read_quickly(text).is_some(), "{text}");
        }
    }
}
