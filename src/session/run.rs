//! One statement from its tree to its answer.

use super::answer::{Answer, Rows, Summary};
use super::graph::Graph;
use super::options::RunOptions;
use super::profile::{self, Measured};
use super::reading::Reading;
use super::rules::{Run, Seen, Stored, merge_what_is_stored};
use super::transaction::Place;
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::exec::{Commits, Counters, Execution, MAX_VALUE_BYTES, Program, Settings, exceeded};
use crate::plan::explain;
use crate::plan::physical::Plan;
use crate::plan::{self};
use crate::semantic::bound::BoundQuery;
use crate::semantic::names::{ReadNames, WriteNames};
use crate::semantic::{bind, changes_schema, commits, writes};
use crate::span::Span;
use crate::store::{Snapshot, Version, Vocabulary};
use crate::syntax::ast::{ClauseKind, Expr, Mode, Moment, Recorded, Statement};
use crate::syntax::facts::build;
use crate::syntax::{MAX_INPUT, parse_expression};
use crate::value::format::expression;
use crate::value::{Map, Value};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The most threads that work on a statement: more have little to do.
const MAX_THREADS: usize = 16;

/// Runs a statement; what it writes is kept when it ends well.
pub(super) fn execute(
    place: &mut Place<'_>,
    statement: &Statement,
    parameters: &Map,
    options: &RunOptions,
) -> Result<Answer> {
    let run = (parameters, options, Instant::now());
    execute_prepared(place, statement, None, run).map(|(answer, _)| answer)
}

/// The same for a statement that began at a moment and may have been prepared before; gives besides how it was prepared
/// now, where that may serve again.
pub(super) fn execute_prepared(
    place: &mut Place<'_>,
    statement: &Statement,
    prepared: Option<&Prepared>,
    (parameters, options, begun): (&Map, &RunOptions, Instant),
) -> Result<(Answer, Option<Prepared>)> {
    let statement = &*as_asked(statement, options)?;
    if statement.mode == Mode::Explain {
        return explain(place.reading(), statement, parameters, options).map(|answer| (answer, None));
    }
    let run = Run { graph: place.graph, parameters, options, begun };
    if !prepared.map_or_else(|| writes(statement), |prepared| prepared.plan().writes) {
        let version = place.reading().version(statement, parameters, options)?;
        return run.read(&version, statement, prepared);
    }
    if options.read_only {
        return Err(read_only());
    }
    let mut new = None;
    let mut change = |version: &mut Version, commits| {
        let (outcome, prepared) = run.change(version, statement, prepared, commits)?;
        new = prepared;
        let changed = outcome.changed;
        Ok((outcome, changed))
    };
    let (outcome, version) = match commits(statement) {
        None => place.change(|version| change(version, None)),
        Some(span) => place.change_in_steps(span, |version, commits| change(version, Some(commits))),
    }?;
    Ok((outcome.answer(version), new))
}

/// A statement with what the options ask of it, unless it says so itself: the moment it is about, and citations.
pub(super) fn as_asked<'s>(statement: &'s Statement, options: &RunOptions) -> Result<Cow<'s, Statement>> {
    let as_of = options.as_of.as_ref().filter(|_| statement.moment.is_none());
    let as_recorded = options.as_recorded.as_ref().filter(|_| statement.recorded.is_none());
    let cites = options.cite && statement.cite.is_none() && returns_rows(statement);
    if as_of.is_none() && as_recorded.is_none() && !cites {
        return Ok(Cow::Borrowed(statement));
    }
    if writes(statement) {
        check_now(options)?;
    }
    let (mut asked, span) = (statement.clone(), Span::default());
    let written = |moment: &Value| parse_expression(&expression(moment));
    if let Some(from) = as_of.map(written).transpose()? {
        asked.moment = Some(Moment { from, to: None, span });
    }
    if let Some(at) = as_recorded.map(written).transpose()? {
        asked.recorded = Some(Recorded { at, span });
    }
    asked.cite = asked.cite.or_else(|| cites.then(Span::default));
    Ok(Cow::Owned(asked))
}

/// Refuses to change a graph that is looked at as it was.
pub(super) fn check_now(options: &RunOptions) -> Result<()> {
    if options.as_of.is_none() && options.as_recorded.is_none() {
        return Ok(());
    }
    let message = "the graph is looked at as it was: what changes it needs it as it is now";
    Err(Error::new(ErrorType::Conflict, Phase::Compile, Detail::ReadOnly, message))
}

/// Whether a statement only asks, and its answer has rows of its own to cite for.
fn returns_rows(statement: &Statement) -> bool {
    let query = &statement.query;
    let singles = std::iter::once(&query.first).chain(query.unions.iter().map(|(_, _, single)| single));
    let mut last = singles.map(|single| single.clauses.last().map(|clause| &clause.kind));
    !writes(statement) && last.all(|kind| matches!(kind, Some(ClauseKind::Return(_))))
}

/// The plan of a statement, as an answer.
pub(super) fn explain(
    reading: Reading<'_>,
    statement: &Statement,
    parameters: &Map,
    options: &RunOptions,
) -> Result<Answer> {
    let statement = &*as_asked(statement, options)?;
    let (graph, snapshot) = (reading.graph, reading.version(statement, parameters, options)?);
    let mut scratch = Version::clone(&snapshot);
    let writes = writes(statement);
    let bound = match writes {
        true => bind(statement, &mut WriteNames::new(&mut scratch), &graph.procedures())?,
        false => bind(statement, &mut ReadNames(&snapshot), &graph.procedures())?,
    };
    let run = Run { graph, parameters, options, begun: Instant::now() };
    let seen = Seen::by(&snapshot, &bound, (statement, options));
    let view = seen.map(|seen| run.view(&snapshot, &seen)).transpose()?;
    let plan = plan_of(&bound, view.as_deref().unwrap_or(&scratch), parameters, options)?;
    let mut summary = summary_of(&bound, statement.mode, writes);
    summary.plan = profile::steps(&explain::lines(&plan, scratch.catalog()), &[]);
    let (columns, rows) = profile::explained(&summary.plan);
    Ok(Answer::of(columns, Rows::Stored(rows.into_iter()), snapshot, summary))
}

/// What a writing statement gave, before its version is published.
pub(super) struct Outcome {
    columns: Arc<[Arc<str>]>,
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) summary: Summary,
    pub(super) changed: bool,
    /// What the rows are read from, when it is not the version that is published: derived relationships are among them.
    view: Option<Snapshot>,
}

impl Outcome {
    /// The same without columns and rows.
    pub(super) fn without_rows(self) -> Outcome {
        Outcome { columns: Arc::from([]), rows: Vec::new(), ..self }
    }

    /// The answer, over the version that was published.
    pub(super) fn answer(self, published: Snapshot) -> Answer {
        let graph = self.view.unwrap_or(published);
        Answer::of(self.columns, Rows::Stored(self.rows.into_iter()), graph, self.summary)
    }
}

/// Runs a writing statement on a private version.
pub(super) fn apply(
    graph: &Graph,
    version: &mut Version,
    statement: &Statement,
    (parameters, options): (&Map, &RunOptions),
) -> Result<Outcome> {
    let run = Run { graph, parameters, options, begun: Instant::now() };
    run.change(version, statement, None, None).map(|(outcome, _)| outcome)
}

/// What a writing statement works on: a version of its own, and the stored one when it sees derived relationships, too.
type WorkedOn = (Arc<Version>, Option<Arc<Stored>>);

impl Run<'_> {
    /// Runs a statement that only reads on a version; gives besides how it was prepared now, where that may serve again.
    fn read(
        &self,
        version: &Snapshot,
        statement: &Statement,
        prepared: Option<&Prepared>,
    ) -> Result<(Answer, Option<Prepared>)> {
        if let Some(prepared) = prepared.filter(|prepared| prepared.serves_readers_of(version)) {
            return Ok((prepared.run(self, version)?, None));
        }
        let prepared = prepare(self, version, statement)?;
        let answer = prepared.run(self, version)?;
        Ok((answer, Some(prepared).filter(|prepared| prepared.is_lasting(statement))))
    }

    /// Runs a writing statement on a private version; one that commits on the way does so through `commits`. Gives besides
    /// how it was prepared now, where that may serve again.
    fn change(
        &self,
        version: &mut Version,
        statement: &Statement,
        prepared: Option<&Prepared>,
        commits: Option<Arc<dyn Commits>>,
    ) -> Result<(Outcome, Option<Prepared>)> {
        if let Some(prepared) = prepared.filter(|prepared| prepared.serves(version)) {
            let worked_on = (Arc::new(version.take()), None);
            return Ok((prepared.change(self, version, worked_on, commits)?, None));
        }
        let known = version.vocabulary();
        let mut bound = bind(statement, &mut WriteNames::new(version), &self.graph.procedures())?;
        // A name that the statement itself brings in is known the next time, when there is nothing to remark about it.
        let lasting = known.is_of(version) && commits.is_none();
        let seen = Seen::by(version, &bound, (statement, self.options));
        let (worked_on, stored) = match &seen {
            None => (Arc::new(version.take()), None),
            Some(seen) => {
                merge_what_is_stored(&mut bound, version)?;
                let (worked_on, stored) = self.to_change(version, seen, commits.clone())?;
                (worked_on, Some(stored))
            }
        };
        let commits = stored.as_ref().map_or(commits, |stored| stored.commits());
        let plan = plan_of(&bound, &worked_on, self.parameters, self.options)?;
        let summary = Summary { schema: changes_schema(statement), ..summary_of(&bound, statement.mode, true) };
        let tied = seen.is_some() || bound.names_entities;
        let prepared = Prepared {
            columns: columns(&plan),
            program: Arc::new(Program::new(Arc::new(plan))?),
            summary,
            mode: statement.mode,
            seen: None,
            version: Mutex::default(),
            vocabulary: (!tied).then_some(known),
            bytes: bytes_of(statement),
        };
        let outcome = prepared.change(self, version, (worked_on, stored), commits)?;
        let lasting = lasting && !tied && !prepared.summary.schema && prepared.is_lasting(statement);
        Ok((outcome, lasting.then_some(prepared)))
    }
}

/// The values of expressions that read nothing in the graph but what they name, whatever else options ask for.
pub(super) fn values_of(
    graph: &Graph,
    snapshot: &Snapshot,
    exprs: &[&Expr],
    (parameters, options): (&Map, &RunOptions),
) -> Result<Vec<Value>> {
    let options =
        RunOptions { as_of: None, as_recorded: None, cite: false, max_rows: None, meter: None, ..options.clone() };
    let item = |(at, expr): (usize, &&Expr)| build::item((*expr).clone(), &build::name(at.to_string(), expr.span));
    let items = exprs.iter().enumerate().map(item).collect();
    let returned = build::return_(build::projection(items, false, Span::default()));
    let statement = build::statement(vec![returned], Span::default());
    let row = read(graph, snapshot, &statement, parameters, &options)?.next_row()?;
    Ok(row.map_or_else(Vec::new, |row| row.values().to_vec()))
}

pub(super) fn read(
    graph: &Graph,
    snapshot: &Snapshot,
    statement: &Statement,
    parameters: &Map,
    options: &RunOptions,
) -> Result<Answer> {
    let run = Run { graph, parameters, options, begun: Instant::now() };
    run.read(snapshot, statement, None).map(|(answer, _)| answer)
}

/// A statement that was bound and planned.
#[derive(Debug)]
pub(super) struct Prepared {
    program: Arc<Program>,
    columns: Arc<[Arc<str>]>,
    summary: Summary,
    mode: Mode,
    /// What it sees of what rules derive.
    seen: Option<Seen>,
    /// The version it was prepared for, or the last that it was found to serve; kept no longer than others keep it.
    version: Mutex<Weak<Version>>,
    /// The names, indexes and rules it was prepared with; `None` when it serves that one version alone.
    vocabulary: Option<Vocabulary>,
    /// What the statement takes besides its rows.
    bytes: u64,
}

/// Binds and plans a statement that only reads.
fn prepare(run: &Run<'_>, snapshot: &Snapshot, statement: &Statement) -> Result<Prepared> {
    let bound = bind(statement, &mut ReadNames(snapshot), &run.graph.procedures())?;
    if bound.writes && run.options.read_only {
        return Err(read_only());
    }
    check_parameters(&bound.parameters, run.parameters)?;
    let seen = Seen::by(snapshot, &bound, (statement, run.options));
    let view = run.view_of(snapshot, seen.as_ref())?;
    let plan = plan_of(&bound, &view, run.parameters, run.options)?;
    let tied = seen.is_some() || bound.names_entities;
    Ok(Prepared {
        seen,
        columns: columns(&plan),
        program: Arc::new(Program::new(Arc::new(plan))?),
        summary: summary_of(&bound, statement.mode, false),
        mode: statement.mode,
        version: Mutex::new(Arc::downgrade(snapshot)),
        vocabulary: (!tied).then(|| snapshot.vocabulary()),
        bytes: bytes_of(statement),
    })
}

impl Prepared {
    fn plan(&self) -> &Plan {
        self.program.plan()
    }

    /// Whether it may serve the same text again: nothing of it depends on a moment, and it is neither explained nor measured.
    fn is_lasting(&self, statement: &Statement) -> bool {
        let depends_on_a_moment =
            statement.recorded.is_some() || self.seen.as_ref().is_some_and(Seen::depends_on_a_moment);
        self.mode == Mode::Run && !depends_on_a_moment
    }

    /// Whether it is what preparing the statement for a version would give, or something as good.
    fn serves(&self, version: &Version) -> bool {
        let known = self.vocabulary.as_ref().is_some_and(|vocabulary| vocabulary.is_of(version));
        known && self.plan().grounds.hold(version)
    }

    /// The same for a version that nobody changes.
    fn serves_readers_of(&self, version: &Snapshot) -> bool {
        let mut served = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        if std::ptr::eq(served.as_ptr(), Arc::as_ptr(version)) {
            return true;
        }
        let serves = self.serves(version);
        if serves {
            *served = Arc::downgrade(version);
        }
        serves
    }

    /// Whether it may ever serve again.
    pub(super) fn is_of_use(&self) -> bool {
        let served = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        self.vocabulary.is_some() || served.strong_count() > 0
    }

    /// Starts a run of what only reads on a version that it serves, with what follows from rules in it.
    fn run(&self, run: &Run<'_>, snapshot: &Snapshot) -> Result<Answer> {
        check_parameters(&self.plan().parameters, run.parameters)?;
        let snapshot = run.view_of(snapshot, self.seen.as_ref())?;
        begin_meter(self.plan(), run.options);
        let summary = self.summary.clone();
        let execution = Execution::new(Arc::clone(&self.program), Arc::clone(&snapshot), self.settings(run, None))?;
        if self.mode == Mode::Profile {
            return profiled(execution, self.plan(), snapshot, summary);
        }
        let rows = Rows::Running(Box::new(execution));
        Ok(Answer::of(Arc::clone(&self.columns), rows, snapshot, summary))
    }

    /// Runs what writes; leaves the changed version in place of the one that was taken to be worked on.
    fn change(
        &self,
        run: &Run<'_>,
        version: &mut Version,
        (worked_on, stored): WorkedOn,
        commits: Option<Arc<dyn Commits>>,
    ) -> Result<Outcome> {
        check_parameters(&self.plan().parameters, run.parameters)?;
        begin_meter(self.plan(), run.options);
        let mut execution = Execution::new(Arc::clone(&self.program), worked_on, self.settings(run, commits))?;
        let measured = if self.mode == Mode::Profile { Some(Measured::run(&mut execution)?) } else { None };
        let given = execution.remaining_rows()?;
        let finished = execution.finish();
        let mut summary = self.summary.clone();
        summary.counters = finished.counters;
        summary.notifications.extend(finished.notifications.iter().cloned());
        let changed = finished.uncommitted;
        let (columns, rows) = match measured {
            None => (Arc::clone(&self.columns), given),
            Some(measured) => {
                let (steps, table) = measured.report(self.plan(), &finished);
                summary.plan = steps;
                table
            }
        };
        let mut worked_on = Arc::unwrap_or_clone(finished.graph);
        let mut view = None;
        *version = match stored {
            None => worked_on,
            Some(stored) => {
                let version = stored.with_changes_of(&mut worked_on)?;
                worked_on.take_record();
                view = Some(Arc::new(worked_on));
                version
            }
        };
        version.check_constraints()?;
        Ok(Outcome { columns, rows, summary, changed, view })
    }

    fn settings(&self, run: &Run<'_>, commits: Option<Arc<dyn Commits>>) -> Settings {
        let Run { graph, parameters, options, begun } = *run;
        Settings { commits, ..settings(graph, parameters, options, (self.mode, self.bytes), begun) }
    }
}

/// `PROFILE`: the statement runs to its end, and its answer is what each operator did.
fn profiled(mut execution: Execution, plan: &Plan, graph: Snapshot, mut summary: Summary) -> Result<Answer> {
    let measured = Measured::run(&mut execution)?;
    let (steps, (columns, rows)) = measured.report(plan, &execution.finish());
    summary.plan = steps;
    Ok(Answer::of(columns, Rows::Stored(rows.into_iter()), graph, summary))
}

fn plan_of(bound: &BoundQuery, version: &Version, parameters: &Map, options: &RunOptions) -> Result<Plan> {
    check_parameters(&bound.parameters, parameters)?;
    plan::plan(bound, version, &planning(options)?)
}

/// Tells who watches the run how much there is to do.
fn begin_meter(plan: &Plan, options: &RunOptions) {
    if let Some(meter) = &options.meter {
        meter.begin(plan.expected_rows());
    }
}

/// The planner's switches.
pub(super) fn planning(options: &RunOptions) -> Result<plan::Options> {
    let known = || plan::rules::RULES.iter().map(|rule| rule.name);
    if let Some(unknown) = options.disabled_rules.iter().find(|name| known().all(|rule| rule != *name)) {
        let message = format!("there is no optimizer rule `{unknown}`");
        let error = Error::new(ErrorType::ArgumentError, Phase::Compile, Detail::InvalidUse, message);
        return Err(match crate::text::nearest(unknown, known()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        });
    }
    Ok(plan::Options {
        optimize: options.optimize,
        disabled_rules: options.disabled_rules.clone(),
        threads: threads(options),
        share_from: options.share_from as f64,
    })
}

/// How many threads may work on a statement.
fn threads(options: &RunOptions) -> usize {
    static PROCESSORS: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));
    options.threads.map_or_else(|| *PROCESSORS, usize::from).min(MAX_THREADS)
}

fn check_parameters(wanted: &[(Arc<str>, Span)], parameters: &Map) -> Result<()> {
    let missing = wanted.iter().find(|(name, _)| !parameters.contains_key(name));
    let Some((name, span)) = missing else { return Ok(()) };
    let message = format!("the parameter `${name}` has no value");
    let error = Error::new(ErrorType::ParameterMissing, Phase::Compile, Detail::MissingParameter, message).at(*span);
    Err(match crate::text::nearest(name, parameters.keys().map(|known| &**known)) {
        Some(near) => error.hint(format!("did you mean `${near}`?")),
        None => error,
    })
}

/// Refuses a text that would need more memory than a statement may: for its tree and its plan.
pub(super) fn check_text(text: &str, options: &RunOptions) -> Result<()> {
    match options.memory {
        Some(limit) if text_bytes(text.trim().len()) > limit => Err(exceeded(Some(limit))),
        _ => Ok(()),
    }
}

/// About how many bytes a statement takes while it is read, planned and run: measured over texts of many kinds, it is 160
/// to 330 times the text. A text beyond the greatest size has an error of its own.
fn text_bytes(text: usize) -> u64 {
    const EACH: u64 = 256;
    (text.min(MAX_INPUT) as u64).saturating_mul(EACH)
}

fn bytes_of(statement: &Statement) -> u64 {
    text_bytes((statement.span.end - statement.span.start) as usize)
}

/// The executor's settings for a statement whose binding began at a moment: the time since is no longer left.
pub(super) fn settings(
    graph: &Graph,
    parameters: &Map,
    options: &RunOptions,
    (mode, statement_bytes): (Mode, u64),
    begun: Instant,
) -> Settings {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Settings {
        parameters: parameters.clone(),
        now: i128::try_from(now.as_nanos()).unwrap_or(0),
        batch: options.batch_size,
        kernels: options.kernels,
        threads: threads(options),
        profile: mode == Mode::Profile,
        max_rows: options.max_rows,
        max_memory: options.memory,
        statement_bytes,
        timeout: options.timeout.map(|timeout| timeout.saturating_sub(begun.elapsed())),
        cancel: options.cancel.flag(),
        procedures: Some(graph.procedures()),
        files: options.files.clone(),
        meter: options.meter.clone(),
        max_value_bytes: MAX_VALUE_BYTES,
        commits: None,
    }
}

fn summary_of(bound: &BoundQuery, mode: Mode, writes: bool) -> Summary {
    let (notifications, cited) = (bound.notifications.clone(), bound.cited && mode == Mode::Run);
    Summary { notifications, writes, cited, counters: Counters::default(), ..Summary::default() }
}

fn columns(plan: &Plan) -> Arc<[Arc<str>]> {
    plan.columns.iter().map(|column| Arc::clone(&column.name)).collect()
}

/// The error of a change where only reading is allowed.
pub(super) fn read_only() -> Error {
    let message = "the statement would change the graph, but it may only read";
    Error::new(ErrorType::Conflict, Phase::Compile, Detail::ReadOnly, message)
}
