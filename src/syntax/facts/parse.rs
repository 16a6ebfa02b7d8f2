//! One line of text to [`Line`].
//!
//! The grammar cuts the line into parts and never fails; here the parts become statements, and whatever does not fit
//! becomes an error about that part.

use super::ast::{Body, Cite, Entity, Fact, Line, Mark, Meta, Name, PatternDirection, Property, Source, Value, Verbs};
use super::errors::{ampersand, broken, lower_case_label, no_arrow, shown, wrong};
use super::quick::{self, Texts};
use super::{ask, items};
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use pest::Parser;
use pest::iterators::Pair;
use standpoint_grammar::facts::{FactsParser, Rule};
use std::collections::HashSet;
use std::sync::Arc;

/// A part of a line.
pub(super) type Part<'t> = Pair<'t, Rule>;

/// Reads one line, with or without its line end. Spans count from `offset`, the place of the line in a larger text.
///
/// ```
/// use standpoint::syntax::facts::{ast::Body, parse_line};
/// let line = parse_line("Kyiv -opposes-> territorial concessions {0.9} [posture 61]", 0)?;
/// let Body::Fact(fact) = line.body else { unreachable!() };
/// assert_eq!(&*fact.verb.text, "OPPOSES");
/// # Ok::<(), standpoint::error::Error>(())
/// ```
pub fn parse_line(text: &str, offset: usize) -> Result<Line> {
    read_line(text, offset, &mut Texts::default())
}

/// As [`parse_line`], for lines that come one after another.
pub(super) fn read_line<'t>(text: &'t str, offset: usize, texts: &mut Texts<'t>) -> Result<Line> {
    let start = text.len() - text.trim_start().len();
    let text = text.trim();
    let origin = offset + start;
    let span = Span::new(origin, origin + text.len());
    if origin + text.len() > u32::MAX as usize {
        return Err(Error::syntax(Detail::InputTooLarge, "the text is larger than 4 GiB"));
    }
    if let Some(at) = text.find('\n') {
        return Err(wrong("arrow facts are written one a line", Span::new(origin + at, origin + text.len())));
    }
    let (mark, rest) = split_mark(text);
    let (body, comment) = body(mark, rest, span, texts)?;
    Ok(Line { mark, body, comment, span })
}

fn split_mark(text: &str) -> (Mark, &str) {
    match text.as_bytes().first() {
        Some(b'+') => (Mark::Tell, &text[1..]),
        Some(b'-') => (Mark::Retract, &text[1..]),
        _ => (Mark::None, text),
    }
}

/// A statement and the comment after it.
type Commented = (Body, Option<Arc<str>>);

/// What stands after the mark; `span` is the whole line, and `text` its end.
fn body<'t>(mark: Mark, text: &'t str, span: Span, texts: &mut Texts<'t>) -> Result<Commented> {
    let begins_with_arrow = mark == Mark::Retract && text.split_whitespace().next().is_some_and(|w| w.ends_with("->"));
    let spaced = text.len();
    let text = text.trim_start();
    let start = span.end as usize - text.len();
    let first = Span::new(start, start + 1);
    if begins_with_arrow && spaced == text.len() {
        return Err(wrong("a line begins with a name, not with an arrow", span));
    }
    if let Some(body) = quick::fact(text, start, texts) {
        return Ok((body, None));
    }
    let marked = mark != Mark::None;
    match text.chars().next() {
        None if marked => Err(wrong("nothing follows the mark", span)),
        None => Ok((Body::Blank, None)),
        Some('/') if text.starts_with("//") => Ok((Body::Blank, Some(comment_text(text)))),
        Some('[') if mark == Mark::Retract => read(Rule::source_line, text, span, Parts::source).map_err(not_a_list),
        Some('[') => read(Rule::source_line, text, span, Parts::source),
        Some('?') if marked => Err(wrong("a line with a mark tells or retracts, it cannot ask", first)),
        Some('?') => read(Rule::ask_line, ask::without_mark(text), span, ask::ask),
        Some('(') => Err(wrong("`(` begins a pattern of openCypher, not a fact", first)
            .hint("a name that begins with it needs quotes")),
        Some('.') => Err(wrong("`.` begins a command of the shell, not a fact", first)
            .hint("a name that begins with it needs quotes")),
        Some(_) if mark == Mark::Retract => told(text, span).map_err(not_a_list),
        Some(_) => told(text, span),
    }
}

/// An entity or a fact, as the grammar says; `text` ends where `line` ends.
pub(super) fn told(text: &str, line: Span) -> Result<Commented> {
    read(Rule::told_line, text, line, Parts::told)
}

/// Cuts `text`, which ends where `line` ends, into parts and makes a statement of all of them.
fn read<'t>(rule: Rule, text: &'t str, line: Span, statement: fn(&mut Parts<'t>) -> Result<Body>) -> Result<Commented> {
    let whole = FactsParser::parse(rule, text).map_err(|_| Error::internal("the grammar of arrow facts failed"))?;
    let mut parts: Vec<Part<'t>> = whole.flat_map(Pair::into_inner).filter(|p| p.as_rule() != Rule::EOI).collect();
    let comment = parts.pop_if(|part| part.as_rule() == Rule::comment).map(|part| comment_text(part.as_str()));
    let origin = line.end as usize - text.len();
    let mut parts = Parts { parts: parts.into_iter().peekable(), text, origin, line };
    let body = statement(&mut parts)?;
    match parts.next() {
        None => Ok((body, comment)),
        Some(part) => Err(parts.unexpected(&part)),
    }
}

/// The parts of one line that are still to be read.
pub(super) struct Parts<'t> {
    parts: std::iter::Peekable<std::vec::IntoIter<Part<'t>>>,
    /// What the parts were cut from.
    text: &'t str,
    /// Where it stands.
    origin: usize,
    /// The whole line.
    line: Span,
}

impl<'t> Parts<'t> {
    /// `[ref] "title" <url> date key: value`
    fn source(&mut self) -> Result<Body> {
        let cite = match self.next() {
            Some(part) if part.as_rule() == Rule::cite => self.cite(part)?,
            Some(part) => return Err(self.unexpected(&part)),
            None => return Err(wrong("a source is missing", self.line)),
        };
        if let Some(locator) = cite.locator {
            return Err(wrong("a source is declared by one word, without a locator", locator.span)
                .hint("a name of several words needs quotes: `[\"a b\"]`"));
        }
        let mut source =
            Source { reference: cite.reference, title: None, url: None, date: None, properties: Vec::new() };
        while let Some(part) = self.next() {
            self.source_part(&mut source, part)?;
        }
        items::check_keys(&source.properties, &[("date", source.date)])?;
        Ok(Body::Source(source))
    }

    fn source_part(&self, source: &mut Source, part: Part<'t>) -> Result<()> {
        let span = self.span_of(&part);
        match part.as_rule() {
            Rule::comma => Ok(()),
            Rule::quoted => set_once(&mut source.title, self.unquoted(&part)?, "title", span),
            Rule::url => set_once(&mut source.url, self.inner_name(part), "url", span),
            Rule::source_date => set_once(&mut source.date, items::partial_date(part.as_str(), span)?, "date", span),
            Rule::source_pair => self.source_property(source, part),
            Rule::meta => part.into_inner().filter_map(|item| item.into_inner().next()).try_for_each(|item| match item
                .as_rule()
            {
                Rule::pair => self.source_property(source, item),
                _ => self.source_part(source, item),
            }),
            Rule::date => set_once(&mut source.date, items::partial_date(part.as_str(), span)?, "date", span),
            Rule::cite => Err(wrong("a source is declared alone", span)),
            Rule::stray | Rule::bad_item | Rule::no_item | Rule::plain_word => {
                Err(wrong(format!("`{}` says nothing of a source", shown(part.as_str())), span)
                    .hint("a source takes `\"title\"`, `<url>`, a date and `key: value`"))
            }
            _ => Err(self.unexpected(&part)),
        }
    }

    fn source_property(&self, source: &mut Source, pair: Part<'t>) -> Result<()> {
        let property = items::property(self, pair)?;
        let span = property.span;
        match (&*property.key.text, property.value) {
            ("title", Value::String(text)) => set_once(&mut source.title, Name { text, span }, "title", span),
            ("url", Value::String(text)) => set_once(&mut source.url, Name { text, span }, "url", span),
            ("date", Value::Date(date)) => set_once(&mut source.date, date, "date", span),
            ("id", _) => Err(wrong("the name of a source stands in its brackets", property.key.span)),
            (_, value) => {
                source.properties.push(Property { key: property.key, value, span });
                Ok(())
            }
        }
    }

    fn told(&mut self) -> Result<Body> {
        let subject = self.name("a line")?;
        match self.peek() {
            Some(Rule::arrow) => self.fact(subject).map(Body::Fact),
            Some(Rule::labels | Rule::aliases | Rule::meta) => self.entity(subject).map(Body::Entity),
            Some(Rule::ampersand) => Err(self.stopped_at_ampersand(&subject)),
            Some(Rule::cite) if subject.text.ends_with('-') => Err(relationship_pattern(self.place())),
            Some(Rule::cite) | None => Err(no_arrow(&subject.text, subject.span)),
            Some(_) => Err(self.unexpected_next()),
        }
    }

    fn fact(&mut self, subject: Name) -> Result<Fact> {
        let arrow = self.next().ok_or_else(|| wrong("an arrow is missing", self.line))?;
        let span = self.span_of(&arrow);
        self.check_arrow_head(&arrow)?;
        let (verb, left) = self.told_verb(arrow)?;
        let object = self.name_after(&format!("`{}`", self.text(span)))?;
        let mut fact = Fact { subject, verb, object, meta: Meta::default(), cites: Vec::new() };
        if left {
            std::mem::swap(&mut fact.subject, &mut fact.object);
        }
        let mut seen = false;
        while let Some(part) = self.next() {
            match part.as_rule() {
                Rule::meta if !seen => {
                    fact.meta = items::meta(self, part)?;
                    seen = true;
                }
                Rule::meta => return Err(wrong("a fact has one pair of braces", self.span_of(&part))),
                Rule::cite => fact.cites.push(self.cite(part)?),
                _ => return Err(self.after_fact(&fact, &part)),
            }
        }
        Ok(fact)
    }

    /// The verb of a told arrow, and whether it points left.
    fn told_verb(&self, arrow: Part<'t>) -> Result<(Name, bool)> {
        let arrow = ask::arrow(self, arrow)?;
        let words = self.text(arrow.span).trim_matches(|c| "<->".contains(c)).to_owned();
        if arrow.direction == PatternDirection::Either {
            return Err(
                wrong("a fact needs a direction", arrow.span).hint(format!("write `-{words}->` or `<-{words}-`"))
            );
        }
        if arrow.length.is_some() {
            return Err(wrong("only a question may have an arrow of variable length", arrow.span));
        }
        let mut verbs = match arrow.verbs {
            Verbs::Types(verbs) => verbs,
            _ => return Err(wrong("only a question may leave the verb open", arrow.span)),
        };
        match (verbs.pop(), verbs.is_empty()) {
            (Some(verb), true) => Ok((verb, arrow.direction == PatternDirection::Left)),
            _ => Err(wrong("only a question may have alternatives; tell one fact a line", arrow.span)),
        }
    }

    fn after_fact(&self, fact: &Fact, part: &Part<'t>) -> Error {
        let span = self.span_of(part);
        match part.as_rule() {
            Rule::arrow => wrong("a fact has one arrow", span).hint("tell the other on a line of its own"),
            Rule::labels => wrong("labels stand on a line of the entity itself", span).hint(format!(
                "`{} {}`",
                shown(&fact.object.text),
                shown(part.as_str())
            )),
            Rule::aliases => wrong("a name stops at ` = `", span).hint("a name that holds it needs quotes"),
            Rule::ampersand => self.ampersand_after(&fact.object, span),
            _ => self.unexpected(part),
        }
    }

    fn entity(&mut self, name: Name) -> Result<Entity> {
        let mut entity = Entity { name, labels: Vec::new(), aliases: Vec::new(), properties: Vec::new() };
        let mut seen: Vec<Rule> = Vec::new();
        while let Some(part) = self.next() {
            if seen.contains(&part.as_rule()) {
                return Err(self.second(&part));
            }
            seen.push(part.as_rule());
            match part.as_rule() {
                Rule::labels => entity.labels = self.labels(part)?,
                Rule::aliases => entity.aliases = self.aliases(part)?,
                Rule::meta => entity.properties = items::entity_properties(self, part)?,
                Rule::cite => {
                    return Err(wrong("an entity takes no cite", self.span_of(&part))
                        .hint("statements have sources, and an entity is not one"));
                }
                Rule::arrow => {
                    return Err(wrong("an arrow cannot follow labels, aliases or braces", self.span_of(&part))
                        .hint("tell the entity on one line and the fact on the next"));
                }
                Rule::name | Rule::quoted => return Err(self.after_list(&part)),
                _ => return Err(self.unexpected(&part)),
            }
        }
        Ok(entity)
    }

    fn second(&self, part: &Part<'t>) -> Error {
        let what = match part.as_rule() {
            Rule::labels => "labels are given twice: they are separated by commas",
            Rule::aliases => "aliases are given twice: they are separated by commas",
            _ => "an entity has one pair of braces",
        };
        wrong(what, self.span_of(part))
    }

    fn after_list(&self, part: &Part<'t>) -> Error {
        wrong(format!("a comma is missing before `{}`", shown(part.as_str())), self.span_of(part))
            .hint("labels and aliases are separated by commas")
    }

    /// The labels of ` : Label, Label`.
    pub(super) fn labels(&self, part: Part<'t>) -> Result<Vec<Name>> {
        let span = self.span_of(&part);
        let labels = part.into_inner().map(|label| self.label(&label)).collect::<Result<Vec<_>>>()?;
        let labels = distinct(labels);
        if labels.is_empty() {
            return Err(wrong("a label is missing after ` : `", span));
        }
        Ok(labels)
    }

    /// A label; one that begins with a small letter is a slip, unless it stands in backticks.
    pub(super) fn label(&self, part: &Part<'t>) -> Result<Name> {
        let span = self.span_of(part);
        let text = part.as_str();
        if text.starts_with('`') {
            return Ok(Name { text: without_backticks(text).into(), span });
        }
        match text.starts_with(char::is_lowercase) {
            true => Err(lower_case_label(text, span)),
            false => Ok(Name { text: text.into(), span }),
        }
    }

    fn aliases(&self, part: Part<'t>) -> Result<Vec<Name>> {
        let span = self.span_of(&part);
        let aliases = part.into_inner().filter_map(|alias| alias.into_inner().next());
        let aliases = distinct(aliases.map(|alias| self.name_of(&alias)).collect::<Result<Vec<_>>>()?);
        if aliases.is_empty() {
            return Err(wrong("an alias is missing after ` = `", span));
        }
        Ok(aliases)
    }

    /// `[ref locator]`
    pub(super) fn cite(&self, part: Part<'t>) -> Result<Cite> {
        let span = self.span_of(&part);
        let mut texts = part.into_inner();
        let Some(reference) = texts.next() else {
            return Err(wrong("the name of a source is missing between `[` and `]`", span));
        };
        let reference = self.text_of(&reference)?;
        if reference.text.is_empty() {
            return Err(wrong("the name of a source cannot be empty", span));
        }
        let locator = texts.next().map(|text| self.text_of(&text)).transpose()?;
        Ok(Cite { reference, locator })
    }

    /// The name that begins a line or clause.
    pub(super) fn name(&mut self, of: &str) -> Result<Name> {
        match self.peek() {
            Some(Rule::name | Rule::ask_name | Rule::quoted) => self.take_name(),
            Some(Rule::arrow | Rule::labels | Rule::aliases | Rule::meta | Rule::ampersand) => {
                let part = self.next().ok_or_else(|| wrong("a name is missing", self.line))?;
                let text = shown(part.as_str());
                Err(wrong(format!("{of} begins with a name, not with `{text}`"), self.span_of(&part)))
            }
            _ => Err(self.unexpected_next()),
        }
    }

    /// The name after an arrow.
    pub(super) fn name_after(&mut self, what: &str) -> Result<Name> {
        match self.peek() {
            Some(Rule::name | Rule::ask_name | Rule::quoted) => self.take_name(),
            Some(Rule::stray | Rule::variable | Rule::open_quote | Rule::not_word) => Err(self.unexpected_next()),
            _ => Err(wrong(format!("a name is missing after {what}"), self.place())),
        }
    }

    fn take_name(&mut self) -> Result<Name> {
        let part = self.next().ok_or_else(|| wrong("a name is missing", self.line))?;
        self.name_of(&part)
    }

    fn name_of(&self, part: &Part<'t>) -> Result<Name> {
        let name = self.text_of(part)?;
        match name.text.is_empty() {
            true => Err(wrong("a name cannot be empty", name.span)),
            false => Ok(name),
        }
    }

    /// `-opposes- >`: a plain arrow with its head torn off.
    pub(super) fn check_arrow_head(&mut self, arrow: &Part<'t>) -> Result<()> {
        let plain = arrow.as_str().starts_with('-') && !arrow.as_str().ends_with('>');
        let Some(next) = self.parts.peek() else { return Ok(()) };
        if !plain || next.as_rule() != Rule::stray || !next.as_str().starts_with('>') {
            return Ok(());
        }
        let head = span_at(self.origin, next);
        let span = Span::new(self.span_of(arrow).start as usize, head.start as usize + 1);
        Err(broken(self.text(span), arrow.as_str().trim_matches('-'), span))
    }

    fn stopped_at_ampersand(&mut self, name: &Name) -> Error {
        match self.next() {
            Some(part) => self.ampersand_after(name, self.span_of(&part)),
            None => wrong("a name stops at ` & `", name.span),
        }
    }

    /// What the name would be if it went on after the ampersand.
    pub(super) fn ampersand_after(&self, name: &Name, span: Span) -> Error {
        let rest = self.parts.clone().next().filter(|part| matches!(part.as_rule(), Rule::name | Rule::ask_name));
        ampersand(rest.map(|part| format!("{} & {}", name.text, part.as_str())).as_deref(), span)
    }

    /// Whether ` & ` stands before this place.
    pub(super) fn follows_ampersand(&self, span: Span) -> bool {
        let start = (span.start as usize).saturating_sub(self.origin);
        self.text.get(..start).is_some_and(|before| before.trim_end().ends_with('&'))
    }

    /// An error about a part that cannot stand where it stands.
    pub(super) fn unexpected(&self, part: &Part<'t>) -> Error {
        let span = self.span_of(part);
        let first = Span::new(span.start as usize, span.start as usize + 1);
        let text = shown(part.as_str());
        match part.as_rule() {
            Rule::open_meta => wrong("`{` is not closed by a `}`", first),
            Rule::open_cite => wrong("`[` is not closed by a `]`", first),
            Rule::open_quote => wrong("the quotation mark is not closed", first),
            Rule::open_url => wrong("`<` is not closed by a `>`", first),
            Rule::ampersand => ampersand(None, span),
            Rule::arrow => wrong(format!("the arrow `{text}` cannot stand here"), span),
            Rule::name | Rule::ask_name | Rule::quoted => {
                wrong(format!("`{text}` cannot stand here"), span).hint("a comment is set off by ` //`")
            }
            Rule::not_word => {
                wrong("`not` stands at the beginning of a clause", span).hint("a name that begins with it needs quotes")
            }
            Rule::variable => wrong(format!("`{text}` cannot stand here"), span).hint("an arrow is missing before it"),
            Rule::stray => stray(part.as_str(), span),
            _ => wrong(format!("`{text}` cannot stand here"), span),
        }
    }

    pub(super) fn unexpected_next(&mut self) -> Error {
        match self.next() {
            Some(part) => self.unexpected(&part),
            None => wrong("a name is missing", self.place()),
        }
    }

    /// Where the next part stands, or the end of the line.
    pub(super) fn place(&mut self) -> Span {
        let end = self.line.end as usize;
        self.parts.peek().map_or(Span::new(end, end), |part| span_at(self.origin, part))
    }

    /// The whole line.
    pub(super) fn whole(&self) -> Span {
        self.line
    }

    pub(super) fn next(&mut self) -> Option<Part<'t>> {
        self.parts.next()
    }

    pub(super) fn peek(&mut self) -> Option<Rule> {
        self.parts.peek().map(Pair::as_rule)
    }

    pub(super) fn span_of(&self, part: &Part<'t>) -> Span {
        span_at(self.origin, part)
    }

    /// The text of a place of this line.
    pub(super) fn text(&self, span: Span) -> &'t str {
        let start = (span.start as usize).saturating_sub(self.origin);
        let end = (span.end as usize).saturating_sub(self.origin);
        self.text.get(start..end).unwrap_or("")
    }

    /// The text of a quoted or bare part.
    pub(super) fn text_of(&self, part: &Part<'t>) -> Result<Name> {
        match part.as_rule() {
            Rule::quoted => self.unquoted(part),
            _ => Ok(Name { text: part.as_str().into(), span: self.span_of(part) }),
        }
    }

    /// The text inside quotation marks.
    pub(super) fn unquoted(&self, part: &Part<'t>) -> Result<Name> {
        let span = self.span_of(part);
        let inner = part.as_str().get(1..part.as_str().len().saturating_sub(1)).unwrap_or("");
        let mut text = String::with_capacity(inner.len());
        let mut letters = inner.char_indices();
        while let Some((at, letter)) = letters.next() {
            let letter = match letter {
                '\\' => unescaped(letters.next().map(|(_, next)| next)).map_err(|error| {
                    let start = span.start as usize + 1 + at;
                    error.at(Span::new(start, start + 2))
                })?,
                other => other,
            };
            text.push(letter);
        }
        Ok(Name { text: text.into(), span })
    }

    fn inner_name(&self, part: Part<'t>) -> Name {
        let span = self.span_of(&part);
        let text = part.into_inner().next().map_or("", |inner| inner.as_str());
        Name { text: text.into(), span }
    }
}

/// Sets what may be given once.
pub(super) fn set_once<T>(slot: &mut Option<T>, value: T, what: &str, span: Span) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(wrong(format!("`{what}` is given twice"), span)),
    }
}

/// The names without repetitions, in order.
pub(super) fn distinct(mut names: Vec<Name>) -> Vec<Name> {
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.text.clone()));
    names
}

/// The relationship type of a verb: `calls for` is `CALLS_FOR`, and what stands in backticks is the type itself.
pub(super) fn type_of(verb: &str) -> String {
    match verb.starts_with('`') {
        true => without_backticks(verb),
        false => {
            let mut words = verb.split_whitespace();
            let first = words.next().unwrap_or_default().to_uppercase();
            words.fold(first, |all, word| all + "_" + &word.to_uppercase())
        }
    }
}

/// The verb in small letters that stands for a relationship type, if one does.
pub(super) fn verb_of(relationship_type: &str) -> Option<String> {
    let words = relationship_type.replace('_', " ").to_lowercase();
    (type_of(&words) == relationship_type).then_some(words)
}

/// What stands between backticks, where two stand for one.
pub(super) fn without_backticks(text: &str) -> String {
    text.get(1..text.len().saturating_sub(1)).unwrap_or("").replace("``", "`")
}

fn span_at(origin: usize, part: &Part<'_>) -> Span {
    let span = part.as_span();
    Span::new(origin + span.start(), origin + span.end())
}

fn comment_text(text: &str) -> Arc<str> {
    text.trim_start_matches('/').trim().into()
}

fn unescaped(letter: Option<char>) -> Result<char> {
    match letter {
        Some(same @ ('"' | '\\')) => Ok(same),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some(other) => Err(Error::syntax(Detail::UnexpectedSyntax, format!("`\\{other}` is no escape"))
            .hint("a backslash in quotes is written `\\\\`")),
        None => Err(Error::syntax(Detail::UnexpectedSyntax, "a backslash ends the quotation")),
    }
}

/// A word that begins nothing.
fn stray(text: &str, span: Span) -> Error {
    let mut letters = text.chars();
    let first = letters.next().unwrap_or(' ');
    let begin = Span::new(span.start as usize, span.start as usize + first.len_utf8());
    match first {
        '?' if text.len() > 1 => {
            wrong(format!("`{}` is a variable, and a fact that is told has none", shown(text)), span)
                .hint("to ask, begin the line with `?`; a name that begins with `?` needs quotes")
        }
        '}' | ']' => wrong(format!("`{first}` closes nothing"), begin),
        ',' => wrong("nothing stands before or after the comma", begin),
        '-' | '<' | '>' if text.contains("->") || text.contains("<-") || text.ends_with('>') || text.ends_with('-') => {
            let verb = text.trim_matches(|c: char| "<->".contains(c));
            broken(text, if verb.chars().all(char::is_alphanumeric) { verb } else { "" }, span)
        }
        _ => wrong(format!("a name that begins with `{first}` needs quotes"), begin),
    }
}

/// `-[:TYPE]->`
fn relationship_pattern(span: Span) -> Error {
    wrong("brackets in an arrow are openCypher", span)
        .hint("an arrow is written ` -verb-> `, with a space before and after")
}

/// A pasted list item is not a retraction: the error says how to keep it.
fn not_a_list(error: Error) -> Error {
    error.hint("a line that begins with `-` retracts a fact; to keep it as a note, begin it with `//`")
}
