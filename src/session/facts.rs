//! Arrow facts: told, retracted and asked, a line or a file at a time.

use super::answer::Answer;
use super::graph::Graph;
use super::options::RunOptions;
use super::run::{self, Outcome};
use super::state::Session;
use super::tell::Teller;
use super::transaction::Place;
use crate::error::{Detail, Error, Result};
use crate::exec::Counters;
use crate::semantic::bound::Notification;
use crate::store::{Resolution, Version};
use crate::syntax::ast::Mode;
use crate::syntax::facts::ast::{Body, Line, Mark, Name};
use crate::syntax::facts::{self, Defaults, Entry, Kind, Translated, translate};
use crate::text::counted;
use crate::value::{Map, RelId, Value};
use std::fmt;
use std::time::Instant;

/// What loading a `.facts` text told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Lines that declare a source.
    pub sources: u64,
    /// Lines that declare an entity.
    pub entities: u64,
    /// Lines that tell a fact.
    pub facts: u64,
    /// Lines that retract something.
    pub retracted: u64,
    /// What changed in the graph.
    pub counters: Counters,
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            some(self.sources, "source", "sources"),
            some(self.entities, "entity", "entities"),
            some(self.facts, "fact", "facts"),
            some(self.retracted, "retraction", "retractions"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { f.write_str("nothing told") } else { f.write_str(&parts.join(", ")) }
    }
}

/// Runs one line of a conversation: a source, a told or retracted fact or entity, or a question.
pub(super) fn run_line(session: &mut Session, text: &str, options: &RunOptions) -> Result<Answer> {
    let line = facts::parse_line(text, 0)?;
    let Some(translated) = translate(&line, &defaults_for(&line, &session.sources.defaults))? else {
        return Err(Error::syntax(Detail::UnexpectedInput, "there is nothing to tell or ask here"));
    };
    let mut place = session.place();
    let answer = match translated.kind {
        Kind::Tell | Kind::Retract => tell(&mut place, &line, &translated, options),
        Kind::Rows => run::execute(&mut place, &translated.statement, &Map::new(), options),
        Kind::YesNo => yes_no(&mut place, &translated, options),
    }
    .map_err(|error| translated.explain(error))?
    .without_remarks_on(line.span);
    if let (Body::Source(source), Mark::None | Mark::Tell) = (&line.body, line.mark) {
        session.sources.enter(source);
    }
    session.remember(translated.statement);
    Ok(answer)
}

/// The plan of a line.
pub(super) fn explain_line(session: &Session, text: &str, options: &RunOptions) -> Result<Answer> {
    let mut translated = translated(session, text)?;
    translated.statement.mode = Mode::Explain;
    let answer = run::explain(session.reading(), &translated.statement, &Map::new(), options);
    answer.map_err(|error| translated.explain(error))
}

/// A line as a statement, without running it.
pub(super) fn translated(session: &Session, text: &str) -> Result<Translated> {
    let line = facts::parse_line(text, 0)?;
    let translated = translate(&line, &defaults_for(&line, &session.sources.defaults))?;
    translated.ok_or_else(|| Error::syntax(Detail::UnexpectedInput, "there is nothing to tell or ask here"))
}

/// How many lines are told between two looks at the clock and the cancel token.
const STEP: u64 = 1024;

/// Tells all lines of a text, or none of them; `lines` is how many there are.
pub(super) fn load(
    place: &mut Place<'_>,
    (lines, options): (usize, &RunOptions),
    entries: impl IntoIterator<Item = Result<Entry>>,
) -> Result<Loaded> {
    if options.read_only {
        return Err(run::read_only());
    }
    run::check_now(options)?;
    let begun = Instant::now();
    options.meter.iter().for_each(|meter| meter.begin(lines as f64));
    changing(place, |telling| {
        for (entry, told) in entries.into_iter().zip(1_u64..) {
            telling.say(&entry?)?;
            if told % STEP == 0 {
                options.meter.iter().for_each(|meter| meter.note(STEP, 0));
                options.check(begun)?;
            }
        }
        Ok(telling.loaded)
    })
}

/// Changes a graph by lines of facts, as a whole or not at all.
pub(super) fn changing<T>(place: &mut Place<'_>, work: impl FnOnce(&mut Telling<'_>) -> Result<T>) -> Result<T> {
    let graph = place.graph;
    let (given, _) = place.change(|version| {
        let mut telling = Telling { graph, version, teller: Teller::default(), loaded: Loaded::default() };
        let given = work(&mut telling)?;
        telling.teller.finish(telling.version)?;
        Ok((given, telling.loaded.counters.changed()))
    })?;
    Ok(given)
}

/// Lines of facts told and retracted one after another on a private version.
pub(crate) struct Telling<'a> {
    graph: &'a Graph,
    version: &'a mut Version,
    teller: Teller,
    /// What was told so far.
    pub(crate) loaded: Loaded,
}

impl Telling<'_> {
    /// The graph as the lines so far have left it.
    ///
    /// # Errors
    /// What a change can fail with.
    pub(crate) fn version(&mut self) -> Result<&Version> {
        self.teller.finish(self.version)?;
        Ok(self.version)
    }

    /// Removes a relationship.
    pub(crate) fn remove(&mut self, rel: RelId) {
        if self.version.delete_rel(rel) {
            self.loaded.retracted += 1;
            self.loaded.counters.rels_deleted += 1;
        }
    }

    /// Tells or retracts a line.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub(crate) fn say(&mut self, entry: &Entry) -> Result<()> {
        let counters = self.said(entry).map_err(|error| error.at(entry.line.span))?;
        self.loaded.count(&entry.line, &counters);
        Ok(())
    }

    fn said(&mut self, entry: &Entry) -> Result<Counters> {
        let line = &entry.line;
        if line.mark != Mark::Retract
            && let Some(counters) = self.teller.tell(self.version, line, &entry.defaults)?
        {
            self.version.check_constraints()?;
            return Ok(counters);
        }
        std::mem::take(&mut self.teller).finish(self.version)?;
        tell_in_cypher(self.graph, self.version, line, &entry.defaults)
    }
}

/// Tells or retracts a line as the openCypher that it is translated into.
pub(super) fn tell_in_cypher(
    graph: &Graph,
    version: &mut Version,
    line: &Line,
    defaults: &Defaults,
) -> Result<Counters> {
    let Some(translated) = translate(line, defaults)? else { return Ok(Counters::default()) };
    if matches!(translated.kind, Kind::Rows | Kind::YesNo) {
        let message = "a question has no place in a file of facts";
        return Err(Error::syntax(Detail::UnexpectedSyntax, message).at(line.span));
    }
    Ok(change(graph, version, &translated, &RunOptions::default())?.summary.counters)
}

impl Loaded {
    fn count(&mut self, line: &Line, counters: &Counters) {
        match (&line.body, line.mark) {
            (_, Mark::Retract) => self.retracted += 1,
            (Body::Source(_), _) => self.sources += 1,
            (Body::Entity(_), _) => self.entities += 1,
            (Body::Fact(_), _) => self.facts += 1,
            _ => {}
        }
        self.counters = self.counters.plus(counters);
    }
}

/// What is retracted is retracted whatever the source that facts are told from.
fn defaults_for(line: &Line, defaults: &Defaults) -> Defaults {
    if line.mark == Mark::Retract { Defaults::default() } else { defaults.clone() }
}

/// Tells or retracts on a private version; a retraction that removes nothing is an error.
fn change(graph: &Graph, version: &mut Version, translated: &Translated, options: &RunOptions) -> Result<Outcome> {
    let outcome = run::apply(graph, version, &translated.statement, (&Map::new(), options))?;
    let removed = outcome.rows.first().and_then(|row| row.first()).and_then(Value::as_int);
    match translated.not_there() {
        Some(error) if removed == Some(0) => Err(error),
        _ => Ok(outcome),
    }
}

fn tell(place: &mut Place<'_>, line: &Line, translated: &Translated, options: &RunOptions) -> Result<Answer> {
    if options.read_only {
        return Err(run::read_only());
    }
    run::check_now(options)?;
    let graph = place.graph;
    let ((mut outcome, before), version) = place.change(|version| {
        let before = version.clone();
        let mut outcome = change(graph, version, translated, options)?;
        outcome.summary.told = Some(told(line, &outcome.summary.counters));
        let changed = outcome.changed;
        Ok(((outcome.without_rows(), before), changed))
    })?;
    outcome.summary.notifications.extend(near_names(graph, line, &before, &version));
    Ok(outcome.answer(version))
}

/// A question without variables: its one row, and when that says no, what is known instead.
fn yes_no(place: &mut Place<'_>, translated: &Translated, options: &RunOptions) -> Result<Answer> {
    let mut answer = run::execute(place, &translated.statement, &Map::new(), options)?;
    let row = answer.next_row()?.map(|row| row.values().to_vec()).unwrap_or_default();
    let no = matches!(row.first(), Some(Value::Bool(false)));
    let mut known = Vec::new();
    if let (true, Some(statement)) = (no, &translated.known) {
        let mut rows = run::execute(place, statement, &Map::new(), options)?;
        while let Some(row) = rows.next_row()? {
            if let Some(Value::Rel(rel)) = row.values().first() {
                known.push(super::known::fact(row.graph(), *rel));
            }
        }
    }
    let mut summary = answer.summary().clone();
    summary.yes_no = Some(!no);
    summary.known = known;
    Ok(answer.with_rows(vec![row], summary))
}

/// What was done, in words.
fn told(line: &Line, counters: &Counters) -> String {
    let sign = if line.mark == Mark::Retract { "-" } else { "+" };
    let facts = if line.mark == Mark::Retract { counters.rels_deleted } else { counters.rels_created };
    let entities = if line.mark == Mark::Retract { counters.nodes_deleted } else { counters.nodes_created };
    let noun = if matches!(line.body, Body::Source(_)) { ("source", "sources") } else { ("entity", "entities") };
    let parts = [some(entities, noun.0, noun.1), some(facts, "fact", "facts")];
    let parts: Vec<String> = parts.into_iter().flatten().map(|part| format!("{sign}{part}")).collect();
    if parts.is_empty() { "nothing new".to_owned() } else { parts.join(", ") }
}

/// Remarks on names that a line brings in and that are almost known.
fn near_names(graph: &Graph, line: &Line, before: &Version, after: &Version) -> Vec<Notification> {
    let names = match (&line.body, line.mark) {
        (Body::Fact(fact), Mark::None | Mark::Tell) => vec![&fact.subject, &fact.object],
        (Body::Entity(entity), Mark::None | Mark::Tell) => vec![&entity.name],
        _ => Vec::new(),
    };
    let new = names.into_iter().filter(|name| before.resolve(&name.text) == Resolution::Unknown);
    let remark = |name: &Name| {
        let near = graph.near_names().near(before, &name.text)?;
        let message = format!("`{}` is new and almost `{near}`", name.text);
        let hint = Some("`.merge` joins two entities that are one".to_owned());
        Some(Notification { code: "NearName", message, span: name.span, hint })
    };
    let remarks = new.filter_map(remark).collect();
    graph.near_names().told(before, after);
    remarks
}

/// The number in words, unless it is 0.
fn some(count: u64, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| counted(count, one, many))
}
