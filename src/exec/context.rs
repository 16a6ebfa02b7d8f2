//! What surrounds the operators of one run: the graph, the settings, the limits, and what has been counted.

use super::chunk::Chunk;
use super::memory::{CHUNK_BYTES, Held, Pool};
use super::meter::Meter;
use super::operators::Stage;
use super::program::Program;
use crate::algo::Signature;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::functions::{CallContext, Watch};
use crate::plan::physical::Plan;
use crate::semantic::bound::Notification;
use crate::store::Version;
use crate::value::{Map, Value};
use regex::{Regex, RegexBuilder};
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most bytes that one value may take unless something else is said.
pub const MAX_VALUE_BYTES: u64 = 1 << 30;

/// How a statement is run.
#[derive(Clone)]
pub struct Settings {
    /// The parameters.
    pub parameters: Map,
    /// The moment the statement began: nanoseconds since 1970-01-01T00:00Z.
    pub now: i128,
    /// How many rows a chunk has at most; at least 1.
    pub batch: usize,
    /// Whether whole columns are computed at once where there is code for it.
    pub kernels: bool,
    /// How many threads may work on it; at least 1.
    pub threads: usize,
    /// Whether rows and time are counted for each operator.
    pub profile: bool,
    /// The most rows a result may have.
    pub max_rows: Option<u64>,
    /// About how many bytes it may hold at once.
    pub max_memory: Option<u64>,
    /// How many of them the statement itself holds: its text, its tree and its plan.
    pub statement_bytes: u64,
    /// The most bytes one value may take.
    pub max_value_bytes: u64,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// Set to stop it.
    pub cancel: Arc<AtomicBool>,
    /// The procedures it can call.
    pub procedures: Option<Arc<dyn Procedures>>,
    /// The files it can read.
    pub files: Option<Arc<dyn Files>>,
    /// Where it commits on the way.
    pub commits: Option<Arc<dyn Commits>>,
    /// Who watches how far it has come.
    pub meter: Option<Arc<Meter>>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            parameters: Map::new(),
            now: 0,
            batch: 2048,
            kernels: true,
            threads: 1,
            profile: false,
            max_rows: None,
            max_memory: None,
            statement_bytes: 0,
            max_value_bytes: MAX_VALUE_BYTES,
            timeout: None,
            cancel: Arc::default(),
            procedures: None,
            files: None,
            commits: None,
            meter: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("batch", &self.batch).field("kernels", &self.kernels).finish_non_exhaustive()
    }
}

/// The procedures that a statement can call.
pub trait Procedures: Send + Sync {
    /// Runs a procedure; gives its rows, each with all its output columns.
    ///
    /// # Errors
    /// Whatever goes wrong in it.
    fn call(&self, name: &str, call: &CallContext<'_>, arguments: &[Value]) -> Result<Vec<Vec<Value>>>;

    /// Their signatures, in order of name.
    fn signatures(&self) -> Vec<Signature>;
}

/// The files that `LOAD CSV` may read.
pub trait Files: Send + Sync + fmt::Debug {
    /// Opens a file by the name that the statement gives; gives its full name and what it holds.
    ///
    /// # Errors
    /// When there is no such file, it may not be read, or the name is no file's.
    fn open(&self, name: &str) -> Result<(Arc<str>, Box<dyn Read + Send>)>;
}

/// Where a statement that runs on commits what it has changed so far.
pub trait Commits: Send + Sync {
    /// Makes the graph as it is now the one that everybody sees; gives the number of the version. Later changes go on
    /// from `graph`.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn commit(&self, graph: &mut Version) -> Result<u64>;
}

/// What a statement changed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)] // each counts what it names
pub struct Counters {
    pub nodes_created: u64,
    pub nodes_deleted: u64,
    pub rels_created: u64,
    pub rels_deleted: u64,
    pub properties_set: u64,
    pub labels_added: u64,
    pub labels_removed: u64,
    pub indexes_added: u64,
    pub indexes_removed: u64,
    pub constraints_added: u64,
    pub constraints_removed: u64,
    pub rules_added: u64,
    pub rules_removed: u64,
}

impl fmt::Debug for Counters {
    /// Changes of the schema are shown where there are any: no statement changes both it and the graph.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Counters");
        let schema = [
            ("indexes_added", self.indexes_added),
            ("indexes_removed", self.indexes_removed),
            ("constraints_added", self.constraints_added),
            ("constraints_removed", self.constraints_removed),
            ("rules_added", self.rules_added),
            ("rules_removed", self.rules_removed),
        ];
        if schema.iter().any(|(_, count)| *count > 0) {
            schema.iter().filter(|(_, count)| *count > 0).for_each(|(name, count)| _ = shown.field(name, count));
            return shown.finish();
        }
        shown.field("nodes_created", &self.nodes_created).field("nodes_deleted", &self.nodes_deleted);
        shown.field("rels_created", &self.rels_created).field("rels_deleted", &self.rels_deleted);
        shown.field("properties_set", &self.properties_set);
        shown.field("labels_added", &self.labels_added).field("labels_removed", &self.labels_removed).finish()
    }
}

impl Counters {
    /// The changes of both.
    #[must_use]
    pub fn plus(&self, other: &Counters) -> Counters {
        Counters {
            nodes_created: self.nodes_created + other.nodes_created,
            nodes_deleted: self.nodes_deleted + other.nodes_deleted,
            rels_created: self.rels_created + other.rels_created,
            rels_deleted: self.rels_deleted + other.rels_deleted,
            properties_set: self.properties_set + other.properties_set,
            labels_added: self.labels_added + other.labels_added,
            labels_removed: self.labels_removed + other.labels_removed,
            indexes_added: self.indexes_added + other.indexes_added,
            indexes_removed: self.indexes_removed + other.indexes_removed,
            constraints_added: self.constraints_added + other.constraints_added,
            constraints_removed: self.constraints_removed + other.constraints_removed,
            rules_added: self.rules_added + other.rules_added,
            rules_removed: self.rules_removed + other.rules_removed,
        }
    }

    /// Whether anything was changed.
    pub fn changed(&self) -> bool {
        *self != Counters::default()
    }
}

/// What one operator did.
#[derive(Clone, Copy, Debug, Default)]
pub struct OperatorProfile {
    /// How many rows it gave.
    pub rows: u64,
    /// How often it was asked.
    pub calls: u64,
    /// How long it took, its inputs included.
    pub time: Duration,
    /// About how many bytes it held at most: what it kept, built and had given last, without its inputs.
    pub memory: u64,
}

/// What surrounds the operators of one run.
pub struct Context {
    graph: Arc<Version>,
    shared: Arc<Shared>,
    /// Rows handed to the plans that begin with an argument; the innermost is last.
    pub(super) arguments: Vec<Chunk>,
    pub(super) counters: Counters,
    /// Remarks of the run.
    pub(super) notifications: Vec<Notification>,
    /// The counters when it last committed.
    committed: Counters,
    /// The number of the operator at work, when there is a profile.
    pub(super) operator: Option<usize>,
    /// The part this thread has in work that several share.
    pub(super) share: Option<Share>,
    /// What the statement has added to the graph.
    written: Held,
    /// Steps made since the last look at the clock.
    ticks: Cell<u32>,
    /// About how many bytes of values and rows were built so far.
    built: Cell<u64>,
}

/// What a thread has of work that several threads share.
#[derive(Clone, Default)]
pub(super) struct Share {
    /// The number of the morsel at work.
    pub(super) morsel: u32,
    /// Whether a thread has failed, so that nobody needs to go on.
    pub(super) failed: Arc<AtomicBool>,
}

/// What the contexts of a run and of its subqueries share.
struct Shared {
    program: Arc<Program>,
    settings: Settings,
    deadline: Option<Instant>,
    memory: Arc<Pool>,
    /// What each operator did, by its number; empty when it was not asked for.
    profile: Mutex<Vec<OperatorProfile>>,
    regexes: Mutex<HashMap<Arc<str>, Arc<Regex>>>,
    subqueries: Vec<Mutex<Option<Stage>>>,
}

/// How many steps may be made between two looks at the clock and the cancel token.
const TICKS: u32 = 1024;
/// How many compiled regular expressions are kept.
const REGEX_CACHE: usize = 64;
/// The most bytes a compiled regular expression may take.
const REGEX_BYTES: usize = 1 << 20;

impl Context {
    pub(super) fn new(program: &Arc<Program>, graph: Arc<Version>, settings: Settings) -> Context {
        let operators = if settings.profile { program.size() } else { 0 };
        let profile = vec![OperatorProfile::default(); operators];
        let shared = Shared {
            program: Arc::clone(program),
            deadline: settings.timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            memory: Arc::new(Pool::new(settings.max_memory, settings.statement_bytes, operators)),
            profile: Mutex::new(profile),
            regexes: Mutex::default(),
            subqueries: program.plan().subqueries.iter().map(|_| Mutex::new(None)).collect(),
            settings,
        };
        Context {
            graph,
            shared: Arc::new(shared),
            arguments: Vec::new(),
            counters: Counters::default(),
            notifications: Vec::new(),
            committed: Counters::default(),
            operator: None,
            share: None,
            written: Held::default(),
            ticks: Cell::new(0),
            built: Cell::new(0),
        }
    }

    /// A context for a subquery inside an expression, which reads the same graph and changes nothing.
    pub(super) fn child(&self, argument: Chunk) -> Context {
        Context {
            graph: Arc::clone(&self.graph),
            shared: Arc::clone(&self.shared),
            arguments: vec![argument],
            counters: self.counters,
            notifications: Vec::new(),
            committed: self.committed,
            operator: self.operator,
            share: None,
            written: Held::default(),
            ticks: Cell::new(0),
            built: Cell::new(0),
        }
    }

    /// A context for another thread that works on the same rows.
    pub(super) fn beside(&self) -> Context {
        let mut beside = self.child(Chunk::default());
        beside.arguments.clone_from(&self.arguments);
        beside.share.clone_from(&self.share);
        beside
    }

    /// Where the so-manieth thing of this thread stands among those of all threads, by the rows it comes from; nothing
    /// when only one works.
    pub(super) fn place(&self, count: usize) -> Option<u64> {
        let share = self.share.as_ref()?;
        Some(u64::from(share.morsel) << 32 | count as u64)
    }

    /// The graph and the counters as they are, to go back to.
    pub(super) fn savepoint(&self) -> (Arc<Version>, Counters) {
        (Arc::clone(&self.graph), self.counters)
    }

    /// Takes back all changes since a savepoint.
    pub(super) fn go_back(&mut self, (graph, counters): (Arc<Version>, Counters)) {
        self.graph = graph;
        self.counters = counters;
    }

    /// Commits what was changed so far; gives the number of the version, or nothing when there was nothing new.
    pub(super) fn commit(&mut self) -> Result<Option<u64>> {
        if !self.uncommitted() {
            return Ok(None);
        }
        let commits = self.settings().commits.clone();
        let commits = commits.ok_or_else(|| Error::internal("a statement commits where it cannot"))?;
        let number = commits.commit(self.graph_mut())?;
        self.committed = self.counters;
        Ok(Some(number))
    }

    /// Whether there are changes that were not committed on the way.
    pub(super) fn uncommitted(&self) -> bool {
        self.counters != self.committed
    }

    /// The graph as the statement sees it now.
    pub fn graph(&self) -> &Version {
        &self.graph
    }

    /// The graph, to change it.
    pub(super) fn graph_mut(&mut self) -> &mut Version {
        Arc::make_mut(&mut self.graph)
    }

    pub(super) fn into_graph(self) -> Arc<Version> {
        self.graph
    }

    pub(super) fn program(&self) -> &Program {
        &self.shared.program
    }

    pub(super) fn plan(&self) -> &Plan {
        self.shared.program.plan()
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(super) fn batch(&self) -> usize {
        self.shared.settings.batch.max(1)
    }

    /// Whether rows that are being gathered are enough to be handed on.
    pub(super) fn is_chunk(&self, rows: usize, held: &Held) -> bool {
        rows >= self.batch() || held.bytes() >= CHUNK_BYTES
    }

    pub(super) fn frame(&self) -> usize {
        self.plan().frame as usize
    }

    /// The rows handed to the innermost plan.
    pub(super) fn argument(&self) -> Option<&Chunk> {
        self.arguments.last()
    }

    pub(super) fn parameter(&self, name: &str) -> Result<Value> {
        self.shared.settings.parameters.get(name).cloned().ok_or_else(|| missing_parameter(name))
    }

    pub(super) fn call_context(&self) -> CallContext<'_> {
        let (graph, now) = (&*self.graph, self.settings().now);
        CallContext { graph, now, max_value_bytes: self.value_limit(), watch: self }
    }

    /// The most bytes that a value made now may take.
    pub(super) fn value_limit(&self) -> u64 {
        self.settings().max_value_bytes.min(self.pool().room())
    }

    /// Passes on a value just made, unless it is too large or nested too deeply.
    ///
    /// # Errors
    /// `ResourceLimit` in both cases.
    pub(super) fn admit(&self, value: Value) -> Result<Value> {
        if let Value::List(_) | Value::Map(_) = value {
            value.shape().check(self.value_limit())?;
        }
        Ok(value)
    }

    /// Fails when the statement was cancelled or its time is over.
    pub(super) fn check(&self) -> Result<()> {
        if self.settings().cancel.load(Ordering::Relaxed) {
            return Err(cancelled());
        }
        match self.shared.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(overdue()),
            _ => Ok(()),
        }
    }

    /// [`Context::check`], but only once in a while: for inner loops.
    pub(super) fn tick(&self) -> Result<()> {
        self.work(1)
    }

    /// [`Context::tick`] for so many steps at once.
    pub(super) fn work(&self, steps: u64) -> Result<()> {
        let done = u64::from(self.ticks.get()).saturating_add(steps);
        if done < u64::from(TICKS) {
            self.ticks.set(done as u32);
            return Ok(());
        }
        self.ticks.set(0);
        self.check()
    }

    /// About how many bytes of values and rows were built so far, also those that are held no more.
    pub(super) fn built(&self) -> u64 {
        self.built.get()
    }

    /// Notes that so many bytes were built.
    pub(super) fn note_built(&self, bytes: u64) {
        self.built.set(self.built.get().saturating_add(bytes));
    }

    /// The same rows, each standing for itself alone.
    ///
    /// # Errors
    /// When there are more than memory is left for.
    pub(super) fn flatten(&self, chunk: Chunk) -> Result<Chunk> {
        if chunk.multiplicity.is_none() {
            return Ok(chunk.dense());
        }
        let row = chunk.bytes().checked_div(chunk.len as u64).unwrap_or(0);
        chunk.flatten(self.pool().room() / row.saturating_add(8))
    }

    /// Counts what the statement has added to the graph.
    ///
    /// # Errors
    /// When it holds more than it may.
    pub(super) fn wrote(&mut self, bytes: u64) -> Result<()> {
        let mut written = std::mem::take(&mut self.written);
        let grown = written.grow(self, bytes);
        self.written = written;
        grown
    }

    /// The compiled form of a regular expression that must match a whole text.
    pub(super) fn regex(&self, pattern: &Arc<str>) -> Result<Arc<Regex>> {
        let mut cache = self.shared.regexes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = cache.get(pattern) {
            return Ok(Arc::clone(regex));
        }
        let built = RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(REGEX_BYTES).build();
        let regex = Arc::new(built.map_err(|error| invalid_regex(pattern, &error))?);
        if cache.len() >= REGEX_CACHE {
            cache.clear();
        }
        cache.insert(Arc::clone(pattern), Arc::clone(&regex));
        Ok(regex)
    }

    /// Takes the operators of a subquery that was run before; they must be reset.
    pub(super) fn take_subquery(&self, index: usize) -> Option<Stage> {
        self.shared.subqueries.get(index)?.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps the operators of a subquery for its next run.
    pub(super) fn keep_subquery(&self, index: usize, stage: Stage) {
        if let Some(place) = self.shared.subqueries.get(index) {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(stage);
        }
    }

    pub(super) fn pool(&self) -> &Arc<Pool> {
        &self.shared.memory
    }

    fn profile(&self) -> MutexGuard<'_, Vec<OperatorProfile>> {
        self.shared.profile.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an operator was asked and gave so many rows.
    pub(super) fn did(&self, number: usize, time: Duration, rows: u64) {
        if let Some(entry) = self.profile().get_mut(number) {
            entry.calls += 1;
            entry.time += time;
            entry.rows = entry.rows.saturating_add(rows);
        }
    }

    /// The profile with the memory of each operator.
    pub(super) fn take_profile(&self) -> Vec<OperatorProfile> {
        let mut profile = std::mem::take(&mut *self.profile());
        for (at, entry) in profile.iter_mut().enumerate() {
            entry.memory = self.pool().peak(at);
        }
        profile
    }
}

impl Watch for Context {
    fn check(&self) -> Result<()> {
        Context::check(self)
    }

    fn room(&self) -> u64 {
        self.pool().room()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("counters", &self.counters).finish_non_exhaustive()
    }
}

/// The error of a statement that was cancelled.
pub(crate) fn cancelled() -> Error {
    Error::runtime(ErrorType::Cancelled, Detail::Cancelled, "the statement was cancelled")
}

/// The error of a statement whose time is over.
pub(crate) fn overdue() -> Error {
    Error::runtime(ErrorType::ResourceLimit, Detail::Timeout, "the statement took too long")
}

pub(super) fn missing_parameter(name: &str) -> Error {
    let message = format!("parameter `${name}` is missing");
    Error::new(ErrorType::ParameterMissing, crate::error::Phase::Compile, Detail::MissingParameter, message)
}

fn invalid_regex(pattern: &str, error: &regex::Error) -> Error {
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        other => other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    };
    let message = format!("`{pattern}` is not a usable regular expression: {reason}");
    Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentValue, message)
}
