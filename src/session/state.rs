//! A conversation with a graph.

use super::answer::Answer;
use super::facts::{Loaded, Telling, explain_line, run_line, translated};
use super::graph::Graph;
use super::identity::{self, Identity};
use super::options::RunOptions;
use super::plans::Known;
use super::reading::Reading;
use super::run::{self, Prepared};
use super::transaction::{Place, Transaction, already_open, not_open};
use super::why::{WhyEmpty, why_empty};
use crate::algo::Registry;
use crate::error::{Detail, Error, Result};
use crate::plan;
use crate::store::Snapshot;
use crate::syntax::ast::{Mode, Statement};
use crate::syntax::facts::{self, Sources};
use crate::syntax::script::{Language, classify};
use crate::syntax::{parse_statement, unparse};
use crate::value::Map;
use std::sync::Arc;
use std::time::Instant;

/// A conversation with a graph. It remembers the source that facts are told from and the last question.
///
/// ```
/// # fn main() -> standpoint::error::Result<()> {
/// let graph = standpoint::Graph::in_memory();
/// let mut session = graph.session();
/// session.run("[ki-1121] \"What is in the plan\" 2025-11-21")?;
/// session.run("+ Kyiv -opposes-> 28-point plan")?;
/// let mut answer = session.run("MATCH ()-[r:OPPOSES]->() RETURN r.source AS source")?;
/// assert_eq!(answer.next_row()?.expect("one row").get("source")?.as_str(), Some("ki-1121"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Session {
    graph: Graph,
    pub(super) sources: Sources,
    last: Option<Arc<Statement>>,
    transaction: Option<Transaction>,
}

impl Session {
    pub(super) fn new(graph: Graph) -> Session {
        Session { graph, sources: Sources::default(), last: None, transaction: None }
    }

    /// The graph it is about.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Runs one statement of either language, without parameters.
    ///
    /// # Errors
    /// What is wrong with the statement, or goes wrong while it runs. Nothing of a failed statement stays.
    pub fn run(&mut self, text: &str) -> Result<Answer> {
        self.run_with(text, &Map::new(), &RunOptions::default())
    }

    /// Runs one statement of either language.
    ///
    /// # Errors
    /// What is wrong with the statement, or goes wrong while it runs. Nothing of a failed statement stays.
    pub fn run_with(&mut self, text: &str, parameters: &Map, options: &RunOptions) -> Result<Answer> {
        run::check_text(text, options)?;
        let outcome = self.run_text(text, parameters, options);
        self.graph.unless_damaged(outcome)
    }

    fn run_text(&mut self, text: &str, parameters: &Map, options: &RunOptions) -> Result<Answer> {
        let begun = Instant::now();
        let switches = if keeps_plans(options) { Some(run::planning(options)?) } else { None };
        let procedures = self.graph.procedures();
        let known = switches.as_ref().and_then(|switches| self.graph.plans().find(text, &procedures, switches));
        if let Some(known) = known {
            let run = (parameters, options, begun);
            let (answer, new) = self.run_statement(&known.statement, Some(&known.prepared), run)?;
            self.keep(text, (&known.statement, new), switches, procedures);
            return Ok(answer);
        }
        match classify(text) {
            Language::Cypher | Language::Pattern => {
                let statement = Arc::new(parse_statement(text)?);
                let (answer, new) = self.run_statement(&statement, None, (parameters, options, begun))?;
                self.keep(text, (&statement, new), switches, procedures);
                Ok(answer)
            }
            Language::Command => Err(Error::syntax(Detail::UnknownCommand, "only the shell and scripts know commands")),
            Language::Tell | Language::Retract | Language::Ask | Language::Source => run_line(self, text, options),
        }
    }

    fn run_statement(
        &mut self,
        statement: &Arc<Statement>,
        prepared: Option<&Prepared>,
        run: (&Map, &RunOptions, Instant),
    ) -> Result<(Answer, Option<Prepared>)> {
        self.last = Some(Arc::clone(statement));
        run::execute_prepared(&mut self.place(), statement, prepared, run)
    }

    /// Keeps how a text was run, where that may serve again.
    fn keep(
        &self,
        text: &str,
        (statement, prepared): (&Arc<Statement>, Option<Prepared>),
        switches: Option<plan::Options>,
        procedures: Arc<Registry>,
    ) {
        if let (Some(prepared), Some(switches)) = (prepared, switches) {
            let known = Known::new(Arc::clone(statement), prepared, switches, procedures);
            self.graph.plans().keep(text, known);
        }
    }

    /// Opens a transaction: the statements from here to [`Session::commit`] are seen by others all at once, and
    /// [`Session::rollback`], or dropping the session, takes all of them back. A statement that fails leaves nothing of
    /// itself and the transaction open. Until then nobody else can change the graph, on this thread or another.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// let mut session = graph.session();
    /// session.begin()?;
    /// session.run("+ Kyiv -opposes-> territorial concessions")?;
    /// session.run("MATCH (n) SET n.checked = true")?;
    /// assert_eq!(graph.snapshot().node_count(), 0);
    /// session.commit()?;
    /// assert_eq!(graph.snapshot().node_count(), 2);
    ///
    /// session.begin()?;
    /// session.run("MATCH (n) DETACH DELETE n")?;
    /// session.rollback()?;
    /// assert_eq!(graph.snapshot().node_count(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Conflict` when the session has a transaction open, or somebody else keeps changing the graph.
    pub fn begin(&mut self) -> Result<()> {
        if self.in_transaction() {
            return Err(already_open());
        }
        self.transaction = Some(Transaction::begin(&self.graph)?);
        Ok(())
    }

    /// Ends the open transaction and publishes what its statements changed.
    ///
    /// # Errors
    /// `Conflict` when none is open; `Io` when the changes cannot be brought to the disk: then none of them is kept.
    pub fn commit(&mut self) -> Result<()> {
        self.transaction.take().ok_or_else(not_open)?.commit(&self.graph)
    }

    /// Ends the open transaction and takes back what its statements changed.
    ///
    /// # Errors
    /// `Conflict` when none is open.
    pub fn rollback(&mut self) -> Result<()> {
        self.transaction.take().map(drop).ok_or_else(not_open)
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// The graph as the session's next statement finds it: with what its open transaction changed.
    pub fn snapshot(&self) -> Snapshot {
        self.reading().now()
    }

    /// The graph as the session's next statement finds it that only asks, run so: that of [`Session::snapshot`], or what was
    /// known of it at the moment that the options set.
    ///
    /// # Errors
    /// As [`Graph::as_recorded`], when the options set a moment; when the moment is still to come.
    pub fn snapshot_for(&self, options: &RunOptions) -> Result<Snapshot> {
        self.reading().version_for(options)
    }

    /// Empties the graph and forgets the procedures registered with it, the open transaction and what was said so far.
    ///
    /// # Errors
    /// `Conflict` when somebody else keeps changing the graph.
    pub fn clear(&mut self) -> Result<()> {
        *self = Session::new(self.graph.clone());
        self.graph.clear()
    }

    /// Tells all facts of a `.facts` text, or none when one of its lines is wrong. The text's sources do not become
    /// the session's.
    ///
    /// # Errors
    /// The first wrong line, with its place.
    pub fn load_facts(&mut self, text: &str) -> Result<Loaded> {
        self.load_facts_with(text, &RunOptions::default())
    }

    /// [`Session::load_facts`] as the options say: whether changes are refused, how long it may take, who may cancel it
    /// and who watches it, for whom the lines are its rows.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// use standpoint::{Graph, RunOptions, error::Detail};
    /// let options = RunOptions { read_only: true, ..RunOptions::default() };
    /// let refused = Graph::in_memory().session().load_facts_with("Kyiv -opposes-> the plan", &options);
    /// assert_eq!(refused.unwrap_err().detail(), Detail::ReadOnly);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Session::load_facts`]; `ReadOnly`, `Cancelled`, `Timeout`.
    pub fn load_facts_with(&mut self, text: &str, options: &RunOptions) -> Result<Loaded> {
        let watched = (text.lines().count(), options);
        facts::read_with(text, |entries| super::facts::load(&mut self.place(), watched, entries))
    }

    /// Tells all facts of a Markdown text, or none when one of its lines is wrong: those in blocks fenced by three
    /// backticks and the word `facts`. Each block is a text of its own.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// graph.session().load_markdown("# Notes\n```facts\nKyiv -opposes-> territorial concessions\n```\n")?;
    /// assert_eq!(graph.snapshot().rel_count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The first wrong line, with its place in the text.
    pub fn load_markdown(&mut self, text: &str) -> Result<Loaded> {
        self.load_markdown_with(text, &RunOptions::default())
    }

    /// [`Session::load_markdown`] with the options of [`Session::load_facts_with`].
    ///
    /// # Errors
    /// As both.
    pub fn load_markdown_with(&mut self, text: &str, options: &RunOptions) -> Result<Loaded> {
        let fences = facts::fences(text)?;
        let lines = fences.iter().map(|fence| fence.text.lines().count()).sum();
        super::facts::load(&mut self.place(), (lines, options), fences.iter().flat_map(facts::Fence::read))
    }

    /// Joins two entities that turn out to be one, each given by a name or alias: the second goes into the first. Its
    /// relationships are moved and say in `start_was` or `end_was` of whom they were told, its names become aliases, and
    /// it adds the labels and properties that the first does not have. [`Session::unmerge_entity`] takes it back. Where
    /// several entities have one name, that name given twice joins the first two of them.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// let mut session = graph.session();
    /// session.run("+ Kyiv -opposes-> the plan")?;
    /// session.run("+ the Ukrainian side -supports-> talks")?;
    /// assert_eq!(session.merge_entities("Kyiv", "the Ukrainian side")?.moved, 1);
    /// assert_eq!(session.run("? Kyiv -supports-> ?what")?.rows()?.len(), 1);
    /// session.unmerge_entity("the Ukrainian side")?;
    /// assert_eq!(session.run("? Kyiv -supports-> ?what")?.rows()?.len(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a name denotes nothing, several entities, or the same as the other; what a commit can fail with.
    pub fn merge_entities(&mut self, kept: &str, other: &str) -> Result<Identity> {
        identity::join(&mut self.place(), [kept, other])
    }

    /// Takes back that an entity went into another: the one that was called so before, or the last one that went into the
    /// entity of that name. What was told of it meanwhile stays with the other.
    ///
    /// # Errors
    /// When nothing of that name was joined; what a commit can fail with.
    pub fn unmerge_entity(&mut self, name: &str) -> Result<Identity> {
        identity::part(&mut self.place(), name)
    }

    /// Gives an entity a further name; whether it did not have it.
    ///
    /// # Errors
    /// When there is no such entity, or the name denotes another; what a commit can fail with.
    pub fn add_alias(&mut self, entity: &str, alias: &str) -> Result<bool> {
        identity::alias(&mut self.place(), [entity, alias])
    }

    /// Changes the graph by lines of facts, as a whole or not at all.
    ///
    /// # Errors
    /// What goes wrong in `work`; what a commit can fail with.
    pub(crate) fn changing<T>(&mut self, work: impl FnOnce(&mut Telling<'_>) -> Result<T>) -> Result<T> {
        super::facts::changing(&mut self.place(), work)
    }

    /// The openCypher of the last statement that was understood, whichever language it was in.
    pub fn last_cypher(&self) -> Option<String> {
        self.last.as_deref().map(unparse::statement)
    }

    /// The openCypher of a statement of either language, without running it.
    ///
    /// # Errors
    /// What is wrong with the statement.
    pub fn cypher_of(&self, text: &str) -> Result<String> {
        match classify(text) {
            Language::Cypher | Language::Pattern => Ok(unparse::statement(&parse_statement(text)?)),
            _ => Ok(unparse::statement(&translated(self, text)?.statement)),
        }
    }

    /// Why a question of either language gives no rows: the first part of it that leaves nothing, and what there is
    /// instead. `None` when it gives rows, or is none that only asks. Time and memory are limited as by the options.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// graph.run("+ Kyiv -opposes-> the plan {0.9}")?;
    /// let question = "MATCH (a)-[r:OPPOSES]->(b) WHERE r.confidence > 0.95 RETURN a";
    /// let why = graph.session().why_empty(question, &Default::default(), &Default::default())?.expect("no rows");
    /// assert_eq!(why.message, "`r.confidence > 0.95` leaves nothing of 1 row");
    /// assert_eq!(why.hints, ["`confidence` is 0.9 there"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What is wrong with the statement, or goes wrong while asking.
    pub fn why_empty(&mut self, text: &str, parameters: &Map, options: &RunOptions) -> Result<Option<WhyEmpty>> {
        run::check_text(text, options)?;
        let statement = match classify(text) {
            Language::Cypher | Language::Pattern => parse_statement(text)?,
            Language::Ask => translated(self, text)?.statement,
            _ => return Ok(None),
        };
        let why = why_empty(&self.place(), &statement, text, parameters, options);
        self.graph.unless_damaged(why)
    }

    /// The plan of a statement of either language: one row an operator, in the columns `operator`, `details` and
    /// `rows`.
    ///
    /// # Errors
    /// What is wrong with the statement.
    pub fn explain(&self, text: &str, parameters: &Map, options: &RunOptions) -> Result<Answer> {
        run::check_text(text, options)?;
        match classify(text) {
            Language::Cypher | Language::Pattern => {
                let mut statement = parse_statement(text)?;
                statement.mode = Mode::Explain;
                run::explain(self.reading(), &statement, parameters, options)
            }
            _ => explain_line(self, text, options),
        }
    }

    /// Runs a statement that is no part of the conversation: [`Session::last_cypher`] stays what it was.
    ///
    /// # Errors
    /// As [`Session::run_with`].
    pub fn aside(&mut self, text: &str, parameters: &Map, options: &RunOptions) -> Result<Answer> {
        let last = self.last.take();
        let answer = self.run_with(text, parameters, options);
        self.last = last;
        answer
    }

    /// The source that facts are told from, where one was declared.
    pub fn source(&self) -> Option<&str> {
        self.sources.defaults.source.as_deref()
    }

    /// What the next statement finds to read.
    pub(super) fn reading(&self) -> Reading<'_> {
        Reading { graph: &self.graph, transaction: self.transaction.as_ref() }
    }

    /// Where the next statement happens.
    pub(super) fn place(&mut self) -> Place<'_> {
        Place { graph: &self.graph, transaction: self.transaction.as_mut() }
    }

    pub(super) fn remember(&mut self, statement: Statement) {
        self.last = Some(Arc::new(statement));
    }
}

/// Whether plans are kept and found by text: not where options change what a text asks.
fn keeps_plans(options: &RunOptions) -> bool {
    options.as_of.is_none() && options.as_recorded.is_none() && !options.cite && options.rules
}
