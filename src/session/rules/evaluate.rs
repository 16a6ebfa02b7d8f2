//! What follows from rules: the least set of relationships that is closed under them, stratum by stratum.
//!
//! The question of each rule is planned and run like any other. In a stratum that derives more from what it derived, the
//! relationships of the last round stand apart, as types of their own, and each round asks only for matches that hold at
//! least one of them. Between two nodes there is one derived relationship of a type, and none where a stored one holds.
//! The proof that is kept is the first that was found: its premises come from rounds before, so that it is well founded.

use super::compile::{Compiled, New};
use super::{MAX_DERIVED, Run};
use crate::error::{Error, ErrorType, Result};
use crate::exec::{Chunk, Execution, Program, Settings};
use crate::plan;
use crate::semantic::bind;
use crate::semantic::bound::BoundQuery;
use crate::semantic::names::ReadNames;
use crate::session::run;
use crate::store::{Derived, RuleDefinition, Snapshot, Stratum, Version, strata};
use crate::syntax::ast::{Mode, Moment};
use crate::syntax::{parse_statement, unparse};
use crate::value::{Map, NodeId, RelId, RelTypeId, Value};
use hashbrown::HashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// About how many bytes a derived relationship takes, in the tables and while it is looked for, without its premises.
const REL_BYTES: u64 = 96;

/// Derived relationships of one type: row, start and end of each.
type Rels = Vec<(u32, NodeId, NodeId)>;

/// A version with all that follows from rules in it, at a moment.
///
/// # Errors
/// When a rule's question fails, or more is derived than the limits of the run allow.
pub(super) fn evaluate(
    run: &Run<'_>,
    base: &Snapshot,
    rules: &[Arc<RuleDefinition>],
    moment: Option<&Moment>,
) -> Result<Version> {
    let strata = strata(rules).map_err(|_| Error::internal("the rules of a graph have no strata"))?;
    let mut work = Version::clone(base);
    work.take_record();
    let mut evaluation =
        Evaluation { run, base, rules, moment, work, found: Found::new(rules), answers: BTreeMap::new() };
    for stratum in &strata {
        evaluation.stratum(stratum)?;
    }
    evaluation.finish()
}

struct Evaluation<'e> {
    run: &'e Run<'e>,
    base: &'e Snapshot,
    rules: &'e [Arc<RuleDefinition>],
    moment: Option<&'e Moment>,
    /// The graph with all that was derived before the present round.
    work: Version,
    found: Found,
    /// By type, the ends of stored relationships that hold at the moment, when there is one.
    answers: BTreeMap<RelTypeId, HashSet<u64>>,
}

/// What was derived so far.
struct Found {
    derived: Derived,
    types: BTreeMap<RelTypeId, OfType>,
    bytes: u64,
    count: u64,
}

#[derive(Default)]
struct OfType {
    /// The first row.
    first: u32,
    rels: Rels,
    ends: HashSet<u64, foldhash::fast::RandomState>,
    /// How many of them earlier rounds have derived.
    before: usize,
}

/// New relationships that stand apart: by their type, the type that they are of, and the row there of the first.
#[derive(Default)]
struct Apart(BTreeMap<RelTypeId, (RelTypeId, u32)>);

impl Apart {
    /// A relationship as it will stand in the end.
    fn settled(&self, rel: RelId) -> RelId {
        match self.0.get(&rel.rel_type) {
            Some((rel_type, first)) => RelId { rel_type: *rel_type, row: first.saturating_add(rel.row) },
            None => rel,
        }
    }
}

impl Found {
    fn new(rules: &[Arc<RuleDefinition>]) -> Found {
        Found { derived: Derived::by(rules), types: BTreeMap::new(), bytes: 0, count: 0 }
    }

    /// The relationships of a type that the last round has derived.
    fn last(&self, rel_type: RelTypeId) -> &[(u32, NodeId, NodeId)] {
        self.types.get(&rel_type).map_or(&[], |of| &of.rels[of.before..])
    }
}

impl Evaluation<'_> {
    fn stratum(&mut self, stratum: &Stratum) -> Result<()> {
        for rel_type in &stratum.types {
            let first = self.base.row_bound(*rel_type);
            self.found.types.insert(*rel_type, OfType { first, ..OfType::default() });
            if let Some(moment) = self.moment {
                let holding = self.holding(*rel_type, moment)?;
                self.answers.insert(*rel_type, holding);
            }
        }
        let rules: Vec<Compiled> = stratum.rules.iter().map(|at| self.compiled(*at)).collect::<Result<_>>()?;
        for rule in &rules {
            self.ask_all(rule)?;
        }
        if stratum.recursive {
            let types = self.types_apart(stratum);
            while stratum.types.iter().any(|rel_type| !self.found.last(*rel_type).is_empty()) {
                self.round(stratum, &rules, &types)?;
            }
        } else {
            self.settle(stratum)?;
        }
        Ok(())
    }

    fn compiled(&self, at: usize) -> Result<Compiled> {
        let rule = &self.rules[at];
        Compiled::of(self.run, self.base, (at as u32, rule), self.moment).map_err(|error| about(rule, error))
    }

    /// Types that nothing else has, for what is new in a stratum.
    fn types_apart(&mut self, stratum: &Stratum) -> New {
        let mut name = String::from("new");
        let mut fresh = |work: &mut Version| {
            while work.catalog().rel_type(&name).is_some() {
                name.push('\'');
            }
            work.intern_rel_type(&name)
        };
        stratum.types.iter().map(|rel_type| (*rel_type, fresh(&mut self.work))).collect()
    }

    /// Asks all questions of a stratum once more, of what the last round has derived.
    fn round(&mut self, stratum: &Stratum, rules: &[Compiled], types: &New) -> Result<()> {
        self.run.check(self.found.bytes, self.found.count)?;
        let ends: Vec<(RelTypeId, usize)> =
            stratum.types.iter().map(|rel_type| (*rel_type, self.found.types[rel_type].rels.len())).collect();
        let (step, apart) = self.with_new_apart(stratum, types)?;
        let step = Arc::new(step);
        let mut whole = Vec::new();
        for rule in rules {
            match rule.of_new(types) {
                Some(questions) => questions.iter().try_for_each(|each| self.ask(rule, each, &step, &apart))?,
                None => whole.push(rule),
            }
        }
        drop(step);
        for (rel_type, end) in &ends {
            let of = &self.found.types[rel_type];
            self.work.derive(*rel_type, &of.rels[of.before..*end])?;
        }
        for (rel_type, end) in ends {
            self.found.types.entry(rel_type).or_default().before = end;
        }
        whole.into_iter().try_for_each(|rule| self.ask_all(rule))
    }

    /// The graph with the relationships of the last round apart from the others.
    fn with_new_apart(&self, stratum: &Stratum, types: &New) -> Result<(Version, Apart)> {
        let mut step = self.work.clone();
        let mut rows = BTreeMap::new();
        for rel_type in &stratum.types {
            let (new, apart) = (self.found.last(*rel_type), types[rel_type]);
            let Some((first, ..)) = new.first() else { continue };
            let numbered: Rels = new.iter().zip(0..).map(|((_, from, to), row)| (row, *from, *to)).collect();
            step.derive(apart, &numbered)?;
            rows.insert(apart, (*rel_type, *first));
        }
        Ok((step, Apart(rows)))
    }

    /// Lets what was derived stand among the others.
    fn settle(&mut self, stratum: &Stratum) -> Result<()> {
        for rel_type in &stratum.types {
            let of = self.found.types.entry(*rel_type).or_default();
            self.work.derive(*rel_type, &of.rels[of.before..])?;
            of.before = of.rels.len();
        }
        Ok(())
    }

    /// Asks the question of a rule of all that was settled.
    fn ask_all(&mut self, rule: &Compiled) -> Result<()> {
        let work = Arc::new(std::mem::take(&mut self.work));
        let asked = self.ask(rule, &rule.bound, &work, &Apart::default());
        self.work = Arc::unwrap_or_clone(work);
        asked
    }

    fn ask(&mut self, rule: &Compiled, question: &BoundQuery, version: &Snapshot, apart: &Apart) -> Result<()> {
        let definition = Arc::clone(&self.rules[rule.rule as usize]);
        self.answer(rule, question, version, apart).map_err(|error| about(&definition, error))
    }

    fn answer(&mut self, rule: &Compiled, question: &BoundQuery, version: &Snapshot, apart: &Apart) -> Result<()> {
        let mut execution = self.execution(question, version)?;
        let [start, end, rests_on] = question.columns.as_slice() else {
            return Err(Error::internal("the question of a rule has other columns"));
        };
        while let Some(chunk) = execution.next_chunk()? {
            for row in 0..chunk.rows() {
                let at = chunk.position(row);
                let (Value::Node(from), Value::Node(to)) = (chunk.value(start.slot, at), chunk.value(end.slot, at))
                else {
                    continue;
                };
                if self.is_new(rule.head, from, to) {
                    self.push(rule, (from, to), &chunk.value(rests_on.slot, at), apart)?;
                }
            }
            self.run.check(self.found.bytes, self.found.count)?;
        }
        Ok(())
    }

    fn execution(&self, question: &BoundQuery, version: &Snapshot) -> Result<Execution> {
        let options = self.run.options;
        let plan = Arc::new(plan::plan(question, version, &run::planning(options)?)?);
        let settings = run::settings(self.run.graph, &Map::new(), options, (Mode::Run, 0), self.run.begun);
        let max_memory = options.memory.map(|memory| memory.saturating_sub(self.found.bytes));
        let settings = Settings { max_rows: None, max_memory, files: None, meter: None, ..settings };
        Execution::new(Arc::new(Program::new(plan)?), Arc::clone(version), settings)
    }

    /// Whether there is no relationship of a type yet between two nodes, stored or derived.
    fn is_new(&self, head: RelTypeId, from: NodeId, to: NodeId) -> bool {
        let stored = match self.answers.get(&head) {
            Some(holding) => holding.contains(&pair(from, to)),
            None => self.base.leads_to(head, from, to),
        };
        !stored && self.found.types.get(&head).is_none_or(|of| !of.ends.contains(&pair(from, to)))
    }

    fn push(&mut self, rule: &Compiled, (from, to): (NodeId, NodeId), rests_on: &Value, apart: &Apart) -> Result<()> {
        let found = &mut self.found;
        let of = found.types.entry(rule.head).or_default();
        let premises = rels(rests_on).map(|rel| apart.settled(rel));
        let rel = found.derived.push(rule.head, of.first, rule.rule, premises);
        of.ends.insert(pair(from, to));
        of.rels.push((rel.row, from, to));
        found.bytes += REL_BYTES + rels(rests_on).count() as u64 * size_of::<RelId>() as u64;
        found.count += 1;
        if found.count > MAX_DERIVED || found.count.is_multiple_of(1 << 12) {
            self.run.check(found.bytes, found.count)?;
        }
        Ok(())
    }

    /// The ends of the stored relationships of a type that hold at a moment.
    fn holding(&self, rel_type: RelTypeId, moment: &Moment) -> Result<HashSet<u64>> {
        let name = unparse::symbol(self.base.catalog().rel_type_name(rel_type));
        let mut statement = parse_statement(&format!("MATCH (a)-[:{name}]->(b) RETURN a, b"))?;
        statement.moment = Some(moment.clone());
        let question = bind(&statement, &mut ReadNames(self.base), &self.run.graph.procedures())?;
        let mut execution = self.execution(&question, self.base)?;
        let mut holding = HashSet::new();
        while let Some(chunk) = execution.next_chunk()? {
            let ends = |chunk: &Chunk, at| match [0, 1].map(|column| chunk.value(question.columns[column].slot, at)) {
                [Value::Node(from), Value::Node(to)] => Some(pair(from, to)),
                _ => None,
            };
            holding.extend((0..chunk.rows()).filter_map(|row| ends(&chunk, chunk.position(row))));
        }
        Ok(holding)
    }

    /// The version that was begun with, and in it all that was derived.
    fn finish(self) -> Result<Version> {
        drop(self.work);
        let mut version = Version::clone(self.base);
        version.take_record();
        for (rel_type, of) in &self.found.types {
            self.run.check(self.found.bytes, self.found.count)?;
            version.derive(*rel_type, &of.rels)?;
        }
        version.set_derived(self.found.derived);
        Ok(version)
    }
}

fn pair(from: NodeId, to: NodeId) -> u64 {
    u64::from(from.0) << 32 | u64::from(to.0)
}

/// The relationships of a list.
fn rels(rests_on: &Value) -> impl Iterator<Item = RelId> + '_ {
    let items = if let Value::List(items) = rests_on { &items[..] } else { &[] };
    items.iter().filter_map(|item| if let Value::Rel(rel) = item { Some(*rel) } else { None })
}

/// An error in the text of a rule.
fn about(rule: &RuleDefinition, error: Error) -> Error {
    match error.error_type() {
        ErrorType::Cancelled => error,
        _ => error.in_text_of(format!("the rule `{}` cannot be followed", rule.name)),
    }
}
