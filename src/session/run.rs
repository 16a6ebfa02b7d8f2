//! One statement from its tree to its answer.

use super::answer::{Answer, Rows, Summary};
use super::graph::Graph;
use super::options::RunOptions;
use super::procedures::Procedures;
use super::profile::{self, Measured};
use super::reading::Reading;
use super::rules::{Run, Seen, merge_what_is_stored};
use super::transaction::Place;
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::exec::{Commits, Counters, Execution, Settings, exceeded};
use crate::plan::explain;
use crate::plan::physical::Plan;
use crate::plan::{self};
use crate::semantic::bound::BoundQuery;
use crate::semantic::names::{ReadNames, WriteNames};
use crate::semantic::{bind, changes_schema, commits, writes};
use crate::span::Span;
use crate::store::{Snapshot, Version};
use crate::syntax::ast::{ClauseKind, Expr, Mode, Moment, Recorded, Statement};
use crate::syntax::facts::build;
use crate::syntax::{MAX_INPUT, parse_expression};
use crate::value::format::expression;
use crate::value::{Map, Value};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};
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
    let statement = &*as_asked(statement, options)?;
    if statement.mode == Mode::Explain {
        return explain(place.reading(), statement, parameters, options);
    }
    if !writes(statement) {
        let version = place.reading().version(statement, parameters, options)?;
        return read(place.graph, &version, statement, parameters, options);
    }
    if options.read_only {
        return Err(read_only());
    }
    let graph = place.graph;
    let run = |version: &mut Version, commits| {
        let outcome = apply(graph, version, statement, (parameters, options), commits)?;
        let changed = outcome.changed;
        Ok((outcome, changed))
    };
    let (outcome, version) = match commits(statement) {
        None => place.change(|version| run(version, None)),
        Some(span) => place.change_in_steps(span, |version, commits| run(version, Some(commits))),
    }?;
    Ok(outcome.answer(version))
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
    let mut summary = summary_of(&bound, writes);
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

/// Runs a writing statement on a private version; one that commits on the way does so through `commits`.
pub(super) fn apply(
    graph: &Graph,
    version: &mut Version,
    statement: &Statement,
    (parameters, options): (&Map, &RunOptions),
    commits: Option<Arc<dyn Commits>>,
) -> Result<Outcome> {
    let begun = Instant::now();
    let mut bound = bind(statement, &mut WriteNames::new(version), &graph.procedures())?;
    let seen = Seen::by(version, &bound, (statement, options));
    let run = Run { graph, parameters, options, begun };
    let (worked_on, stored) = match seen {
        None => (Arc::new(std::mem::take(version)), None),
        Some(seen) => {
            merge_what_is_stored(&mut bound, version)?;
            let (worked_on, stored) = run.to_change(version, &seen, commits.clone())?;
            (worked_on, Some(stored))
        }
    };
    let commits = stored.as_ref().map_or(commits, |stored| stored.commits());
    let plan = Arc::new(plan_of(&bound, &worked_on, parameters, options)?);
    let schema = changes_schema(statement);
    begin_meter(&plan, options);
    let mut summary = Summary { schema, ..summary_of(&bound, true) };
    let settings =
        Settings { commits, ..settings(graph, parameters, options, (statement.mode, bytes_of(statement)), begun) };
    let profiling = settings.profile;
    let mut execution = Execution::new(Arc::clone(&plan), worked_on, settings)?;
    let measured = if profiling { Some(Measured::run(&mut execution)?) } else { None };
    let given = execution.remaining_rows()?;
    let finished = execution.finish();
    summary.counters = finished.counters;
    summary.notifications.extend(finished.notifications.iter().cloned());
    let changed = finished.uncommitted;
    let (columns, rows) = match measured {
        None => (columns(&plan), given),
        Some(measured) => {
            let (steps, table) = measured.report(&plan, &finished);
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
    let begun = Instant::now();
    prepare(graph, snapshot, statement, (parameters, options, begun))?.run(graph, snapshot, parameters, options, begun)
}

/// A statement that only reads, bound and planned for a version.
#[derive(Debug)]
pub(super) struct Prepared {
    plan: Arc<Plan>,
    columns: Arc<[Arc<str>]>,
    summary: Summary,
    mode: Mode,
    /// What it sees of what rules derive.
    seen: Option<Seen>,
    /// What the statement takes besides its rows.
    bytes: u64,
}

/// Binds and plans a statement that only reads.
pub(super) fn prepare(
    graph: &Graph,
    snapshot: &Snapshot,
    statement: &Statement,
    (parameters, options, begun): (&Map, &RunOptions, Instant),
) -> Result<Prepared> {
    let bound = bind(statement, &mut ReadNames(snapshot), &graph.procedures())?;
    if bound.writes && options.read_only {
        return Err(read_only());
    }
    check_parameters(&bound.parameters, parameters)?;
    let seen = Seen::by(snapshot, &bound, (statement, options));
    let view = Run { graph, parameters, options, begun }.view_of(snapshot, seen.as_ref())?;
    let plan = Arc::new(plan_of(&bound, &view, parameters, options)?);
    let columns = columns(&plan);
    Ok(Prepared {
        seen,
        plan,
        columns,
        summary: summary_of(&bound, false),
        mode: statement.mode,
        bytes: bytes_of(statement),
    })
}

impl Prepared {
    /// Whether its plan is good for the same text on the same version: it changes nothing, whatever it calls, and what it
    /// reads does not depend on a moment.
    pub(super) fn is_lasting(&self) -> bool {
        !self.plan.writes && !self.seen.as_ref().is_some_and(Seen::depends_on_a_moment)
    }

    /// Starts a run on the version it was prepared for, with what follows from rules in it; the statement's time counts from `begun`.
    pub(super) fn run(
        &self,
        graph: &Graph,
        snapshot: &Snapshot,
        parameters: &Map,
        options: &RunOptions,
        begun: Instant,
    ) -> Result<Answer> {
        check_parameters(&self.plan.parameters, parameters)?;
        let snapshot = Run { graph, parameters, options, begun }.view_of(snapshot, self.seen.as_ref())?;
        begin_meter(&self.plan, options);
        let summary = self.summary.clone();
        let settings = settings(graph, parameters, options, (self.mode, self.bytes), begun);
        let execution = Execution::new(Arc::clone(&self.plan), Arc::clone(&snapshot), settings)?;
        if self.mode == Mode::Profile {
            return profiled(execution, &self.plan, snapshot, summary);
        }
        let rows = Rows::Running(Box::new(execution));
        Ok(Answer::of(Arc::clone(&self.columns), rows, snapshot, summary))
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
        procedures: Some(Arc::new(Procedures(graph.procedures()))),
        files: options.files.clone(),
        meter: options.meter.clone(),
        ..Settings::default()
    }
}

fn summary_of(bound: &BoundQuery, writes: bool) -> Summary {
    let (notifications, cited) = (bound.notifications.clone(), bound.cited);
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
