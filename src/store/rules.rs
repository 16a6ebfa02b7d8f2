//! The rules of a version: making and dropping them, and the order in which they can be evaluated.
//!
//! A rule derives relationships of a type, its head, wherever its body is matched. What types the body looks for is
//! data, so that what depends on what is known without reading any text. A type that is derived may be needed by its own
//! rules, but not be excluded by them: rules fall into strata, each of which excludes only what the strata before it have
//! settled. It does not know how a body is matched.

use super::Version;
use super::record::Change;
use super::schema::{MAX_SCHEMA, RuleDefinition};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::RelTypeId;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Rules that are evaluated together, after those of the strata before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// The rules, by their place among the rules given.
    pub rules: Vec<usize>,
    /// The types that they derive, ascending.
    pub types: Vec<RelTypeId>,
    /// Whether what they derive lets them derive more.
    pub recursive: bool,
}

/// What a type is derived from: an edge for each type that a rule of it needs, or excludes (`true`).
type Dependencies = DiGraph<RelTypeId, bool>;

/// The strata of rules, in an order in which they can be evaluated.
///
/// # Errors
/// The types of a cycle in which one excludes the next, each with whether it excludes the one after it.
pub fn strata(rules: &[Arc<RuleDefinition>]) -> std::result::Result<Vec<Stratum>, Vec<(RelTypeId, bool)>> {
    let graph = dependencies(rules);
    let mut strata = Vec::new();
    for component in kosaraju_scc(&graph) {
        let inner = |edge: &petgraph::graph::EdgeReference<'_, bool>| component.contains(&edge_target(edge));
        let mut edges = component.iter().flat_map(|node| graph.edges(*node)).filter(inner).peekable();
        let recursive = edges.peek().is_some();
        if let Some(edge) = edges.find(|edge| *edge.weight()) {
            return Err(cycle(&graph, edge_source(&edge), edge_target(&edge)));
        }
        let mut types: Vec<RelTypeId> = component.iter().map(|node| graph[*node]).collect();
        types.sort_unstable();
        let of = |(at, rule): (usize, &Arc<RuleDefinition>)| types.contains(&rule.head).then_some(at);
        let rules = rules.iter().enumerate().filter_map(of).collect();
        strata.push(Stratum { rules, types, recursive });
    }
    Ok(strata)
}

fn edge_source(edge: &petgraph::graph::EdgeReference<'_, bool>) -> NodeIndex {
    petgraph::visit::EdgeRef::source(edge)
}

fn edge_target(edge: &petgraph::graph::EdgeReference<'_, bool>) -> NodeIndex {
    petgraph::visit::EdgeRef::target(edge)
}

fn dependencies(rules: &[Arc<RuleDefinition>]) -> Dependencies {
    let mut graph = Dependencies::new();
    let mut nodes: BTreeMap<RelTypeId, NodeIndex> = BTreeMap::new();
    for rule in rules {
        nodes.entry(rule.head).or_insert_with(|| graph.add_node(rule.head));
    }
    for rule in rules {
        for (types, negated) in [(&rule.needs, false), (&rule.excludes, true)] {
            for (_, premise) in nodes.iter().filter(|(rel_type, _)| types.contains(**rel_type)) {
                graph.add_edge(nodes[&rule.head], *premise, negated);
            }
        }
    }
    graph
}

/// The shortest way from the excluded type back to the one that excludes it.
fn cycle(graph: &Dependencies, from: NodeIndex, excluded: NodeIndex) -> Vec<(RelTypeId, bool)> {
    let mut before: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut open = VecDeque::from([excluded]);
    while let Some(node) = open.pop_front().filter(|node| *node != from) {
        for next in graph.neighbors(node).filter(|next| *next != excluded) {
            if let Entry::Vacant(new) = before.entry(next) {
                new.insert(node);
                open.push_back(next);
            }
        }
    }
    let mut way = vec![from];
    while let Some(node) = way.last().filter(|node| **node != excluded).and_then(|node| before.get(node)) {
        way.push(*node);
    }
    let mut types: Vec<(RelTypeId, bool)> = way[1..].iter().rev().map(|node| (graph[*node], false)).collect();
    types.insert(0, (graph[from], true));
    types
}

impl Version {
    /// The rules, in order of creation.
    pub fn rules(&self) -> &[Arc<RuleDefinition>] {
        &self.schema.rules
    }

    /// Whether relationships of a type are derived.
    pub fn is_derived_type(&self, rel_type: RelTypeId) -> bool {
        self.schema.rules.iter().any(|rule| rule.head == rel_type)
    }

    /// Creates a rule.
    ///
    /// # Errors
    /// `SemanticError`/`SchemaNameTaken` when the name is taken, `RuleCycle` when a type would depend on its own absence,
    /// `SchemaLimit` when there are too many rules.
    pub fn create_rule(&mut self, definition: RuleDefinition) -> Result<()> {
        let read = definition.needs.types.iter().chain(&definition.excludes.types);
        read.chain([&definition.head]).try_for_each(|rel_type| self.check_rel_type(*rel_type))?;
        self.check_schema_name(&definition.name)?;
        if self.schema.rules.len() >= MAX_SCHEMA {
            return Err(super::constraints::too_many("rules"));
        }
        let definition = Arc::new(definition);
        let mut rules = self.schema.rules.clone();
        rules.push(Arc::clone(&definition));
        strata(&rules).map_err(|types| self.absent_itself(&definition, &types))?;
        Arc::make_mut(&mut self.schema).rules = rules;
        self.note(|| Change::CreateRule(definition));
        Ok(())
    }

    /// Drops a rule; whether there was one.
    pub fn drop_rule(&mut self, name: &str) -> bool {
        let Some(at) = self.schema.rules.iter().position(|rule| &*rule.name == name) else { return false };
        Arc::make_mut(&mut self.schema).rules.remove(at);
        self.note(|| Change::DropRule(Arc::from(name)));
        true
    }

    fn absent_itself(&self, rule: &RuleDefinition, types: &[(RelTypeId, bool)]) -> Error {
        let name = |rel_type: RelTypeId| format!("`{}`", self.catalog.rel_type_name(rel_type));
        let next = types.iter().skip(1).chain(types.first()).map(|(rel_type, _)| name(*rel_type));
        let step = |((_, excludes), next): (&(RelTypeId, bool), String)| {
            if *excludes { format!("rests on the absence of {next}") } else { format!("rests on {next}") }
        };
        let steps: Vec<String> = types.iter().zip(next).map(step).collect();
        let first = types.first().map(|(rel_type, _)| name(*rel_type)).unwrap_or_default();
        let way = format!("{first} {}", steps.join(", which "));
        let message = format!("with the rule `{}` relationships rest on their own absence: {way}", rule.name);
        Error::runtime(ErrorType::SemanticError, Detail::RuleCycle, message)
            .hint("what a rule excludes, or counts, must not depend on what it derives")
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::TypesRead;
    use super::*;

    fn rule(head: u32, needs: &[u32], excludes: &[u32]) -> Arc<RuleDefinition> {
        let types = |types: &[u32]| TypesRead { any: false, types: types.iter().copied().map(RelTypeId).collect() };
        Arc::new(RuleDefinition {
            name: Arc::from("r"),
            head: RelTypeId(head),
            statement: Arc::from(""),
            needs: types(needs),
            excludes: types(excludes),
        })
    }

    #[test]
    fn what_is_needed_or_excluded_comes_first() {
        let rules =
            [rule(3, &[2], &[1]), rule(1, &[0], &[]), rule(1, &[1, 0], &[]), rule(2, &[2, 4], &[]), rule(4, &[2], &[])];
        let strata = strata(&rules).unwrap();
        let place = |head: u32| strata.iter().position(|stratum| stratum.types.contains(&RelTypeId(head))).unwrap();
        assert!(place(1) < place(3) && place(2) < place(3));
        assert_eq!(place(2), place(4));
        assert_eq!(strata[place(1)], Stratum { rules: vec![1, 2], types: vec![RelTypeId(1)], recursive: true });
        assert!(!strata[place(3)].recursive);
    }

    #[test]
    fn a_cycle_through_an_absence_is_shown() {
        let ids = |types: &[(u32, bool)]| types.iter().map(|(id, no)| (RelTypeId(*id), *no)).collect::<Vec<_>>();
        let found = strata(&[rule(1, &[2], &[]), rule(2, &[3], &[]), rule(3, &[], &[1])]).unwrap_err();
        assert_eq!(found, ids(&[(3, true), (1, false), (2, false)]));
        assert_eq!(strata(&[rule(1, &[0], &[1])]).unwrap_err(), ids(&[(1, true)]));
        let any = TypesRead { any: true, types: Vec::new() };
        let of_any = RuleDefinition { excludes: any, ..RuleDefinition::clone(&rule(1, &[0], &[])) };
        assert_eq!(strata(&[Arc::new(of_any)]).unwrap_err(), ids(&[(1, true)]));
    }
}
