//! Contradictions: actors that are for and against the same thing at the same time, and claims that a source denies.

use super::procedure::Steps;
use super::stance::stance_types;
use super::{BuiltIn, ProcedureContext};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::{Direction, Version};
use crate::text::nearest;
use crate::value::format::{NoGraph, literal};
use crate::value::temporal::validity::{Validity, overlap};
use crate::value::{NodeId, RelId, RelTypeId, Value};
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The procedure.
pub(super) const PROCEDURE: BuiltIn = BuiltIn {
    name: "stance.contradictions",
    inputs: &[("stances", "MAP?="), ("along", "LIST?=")],
    outputs: &[
        ("kind", "STRING"),
        ("actor", "NODE"),
        ("issue", "NODE"),
        ("one", "RELATIONSHIP"),
        ("other", "RELATIONSHIP"),
    ],
    summary: "Gives relationships that contradict each other while both hold: an actor for and against the same thing or a \
              part of it, and claims that are denied.",
    run,
};

/// From a thing to what it belongs to: types and their directions.
const ALONG: &[(&str, Direction)] = &[
    ("IS_A", Direction::Outgoing),
    ("PART_OF", Direction::Outgoing),
    ("IS_PART_OF", Direction::Outgoing),
    ("INCLUDES", Direction::Incoming),
];
/// The most things that one thing is followed up to.
const FOLLOWED: usize = 1000;

/// A relationship with what decides whether it contradicts another.
struct Claim {
    rel: RelId,
    actor: NodeId,
    issue: NodeId,
    /// Whether it is for the issue or against it, when it is either.
    is_for: Option<bool>,
    denied: bool,
    /// The first and the last day on which it holds, once somebody has asked for them.
    days: OnceCell<(i64, i64)>,
}

impl Claim {
    fn days(&self, version: &Version) -> Result<(i64, i64)> {
        if let Some(days) = self.days.get() {
            return Ok(*days);
        }
        let valid = Validity::of(|key| version.rel_property_named(self.rel, key));
        let valid = valid.map_err(|bound| bound.error(version.catalog().rel_type_name(self.rel.rel_type)))?;
        Ok(*self.days.get_or_init(|| valid.days()))
    }

    /// Whether both hold on some day.
    fn overlaps(&self, version: &Version, other: &Claim) -> Result<bool> {
        Ok(overlap(self.days(version)?, other.days(version)?))
    }

    fn source(&self, version: &Version) -> Value {
        version.rel_property_named(self.rel, "source")
    }
}

fn run(context: &ProcedureContext<'_>, arguments: &[Value]) -> Result<Vec<Vec<Value>>> {
    let version = context.version;
    let argument = |at: usize| arguments.get(at).unwrap_or(&Value::Null);
    let signs = signs(version, argument(0))?;
    let along = along(version, argument(1))?;
    let claims = Claims::read(context, &signs)?;
    let mut rows = claims.opposed(context, &along)?;
    rows.extend(claims.denied(context)?);
    Ok(rows)
}

/// Which types of a graph are for something, `true`, and which against it; changed by a map from type to number.
fn signs(version: &Version, changes: &Value) -> Result<HashMap<RelTypeId, bool>> {
    let catalog = version.catalog();
    let known = stance_types().filter_map(|(name, stance)| Some((catalog.rel_type(name)?, stance.is_for())));
    let mut signs: HashMap<RelTypeId, bool> = known.collect();
    let Value::Map(changes) = changes else { return Ok(signs) };
    for (name, sign) in changes.iter() {
        let sign = match sign {
            Value::Int(number) => *number as f64,
            Value::Float(number) if !number.is_nan() => *number,
            other => {
                let shown = literal(other, &NoGraph);
                let message = format!("the sign of `{name}` is a number, not {shown}");
                let error = Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentType, message);
                return Err(error.hint("positive is for, negative against, 0 neither"));
            }
        };
        let Some(rel_type) = known_type(version, name)? else { continue };
        match sign == 0.0 {
            true => _ = signs.remove(&rel_type),
            false => _ = signs.insert(rel_type, sign > 0.0),
        }
    }
    Ok(signs)
}

/// The type of a name; nothing when the graph has none of that name, unless it is near to one that is meant.
fn known_type(version: &Version, name: &str) -> Result<Option<RelTypeId>> {
    let catalog = version.catalog();
    let found = catalog.rel_type(name);
    let ours = || stance_types().map(|(name, _)| name).chain(ALONG.iter().map(|(name, _)| *name));
    if found.is_some() || ours().any(|known| known == name) {
        return Ok(found);
    }
    match nearest(name, catalog.rel_types().map(|(_, name)| &**name).chain(ours())) {
        Some(near) => {
            let message = format!("the graph has no relationship type `{name}`");
            let error = Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentValue, message);
            Err(error.hint(format!("did you mean `{near}`?")))
        }
        None => Ok(None),
    }
}

/// The types that lead from a thing to what it belongs to: those known, or the given ones, of which `<` leads back.
fn along(version: &Version, given: &Value) -> Result<Vec<(RelTypeId, Direction)>> {
    let known = |name: &str, direction| version.catalog().rel_type(name).map(|rel_type| (rel_type, direction));
    let Value::List(given) = given else {
        return Ok(ALONG.iter().filter_map(|(name, direction)| known(name, *direction)).collect());
    };
    let mut along = Vec::new();
    for item in given.iter() {
        let Value::String(name) = item else {
            return Err(Error::type_error("what stances are followed along is a list of relationship types"));
        };
        let (name, direction) = match name.strip_prefix('<') {
            Some(name) => (name, Direction::Incoming),
            None => (&**name, Direction::Outgoing),
        };
        along.extend(known_type(version, name)?.map(|rel_type| (rel_type, direction)));
    }
    Ok(along)
}

/// The claims of a graph, by actor.
struct Claims {
    by_actor: BTreeMap<NodeId, Vec<Claim>>,
}

impl Claims {
    fn read(context: &ProcedureContext<'_>, signs: &HashMap<RelTypeId, bool>) -> Result<Claims> {
        const CLAIM_BYTES: u64 = 64;
        let version = context.version;
        context.needs(version.rel_count().saturating_mul(CLAIM_BYTES))?;
        let (steps, modality) = (Steps::new(context.check), version.catalog().key("modality"));
        let mut by_actor: BTreeMap<NodeId, Vec<Claim>> = BTreeMap::new();
        for (rel_type, _) in version.catalog().rel_types() {
            for rel in version.rel_ids(rel_type) {
                steps.step()?;
                let Some((actor, issue)) = version.endpoints(rel) else { continue };
                let denied = modality.is_some_and(|key| version.rel_property(rel, key).as_str() == Some("denied"));
                let is_for = signs.get(&rel_type).copied().filter(|_| !denied);
                by_actor.entry(actor).or_default().push(Claim {
                    rel,
                    actor,
                    issue,
                    is_for,
                    denied,
                    days: OnceCell::new(),
                });
            }
        }
        Ok(Claims { by_actor })
    }

    /// Opposite stances of one actor on one thing, or on a thing and what it belongs to.
    fn opposed(&self, context: &ProcedureContext<'_>, along: &[(RelTypeId, Direction)]) -> Result<Vec<Vec<Value>>> {
        let (mut rows, steps) = (Vec::new(), Steps::new(context.check));
        let mut above = Above { version: context.version, along, known: HashMap::new() };
        for claims in self.by_actor.values() {
            steps.step()?;
            let mut by_issue: BTreeMap<NodeId, Vec<&Claim>> = BTreeMap::new();
            claims.iter().filter(|claim| claim.is_for.is_some()).for_each(|claim| {
                by_issue.entry(claim.issue).or_default().push(claim);
            });
            for (issue, ones) in &by_issue {
                for wider in above.of(*issue) {
                    for (one, other) in pairs(ones, by_issue.get(&wider).map(Vec::as_slice).unwrap_or_default()) {
                        steps.step()?;
                        let again = wider == *issue && one.rel.packed() > other.rel.packed();
                        if one.is_for != other.is_for && !again && one.overlaps(context.version, other)? {
                            rows.push(row(kind(context.version, one, other), one, other));
                        }
                    }
                }
            }
        }
        Ok(rows)
    }

    /// Claims, and denials of the same claim.
    fn denied(&self, context: &ProcedureContext<'_>) -> Result<Vec<Vec<Value>>> {
        let (mut rows, steps) = (Vec::new(), Steps::new(context.check));
        for claims in self.by_actor.values().filter(|claims| claims.iter().any(|claim| claim.denied)) {
            let mut same: BTreeMap<(NodeId, RelTypeId), Vec<&Claim>> = BTreeMap::new();
            claims.iter().for_each(|claim| same.entry((claim.issue, claim.rel.rel_type)).or_default().push(claim));
            for claims in same.values() {
                let (denials, claimed): (Vec<&Claim>, Vec<&Claim>) = claims.iter().partition(|claim| claim.denied);
                for (claim, denial) in pairs(&claimed, &denials) {
                    steps.step()?;
                    if claim.overlaps(context.version, denial)? {
                        rows.push(row("denied", claim, denial));
                    }
                }
            }
        }
        Ok(rows)
    }
}

fn pairs<'c>(ones: &'c [&'c Claim], others: &'c [&'c Claim]) -> impl Iterator<Item = (&'c Claim, &'c Claim)> {
    ones.iter().flat_map(move |one| others.iter().map(move |other| (*one, *other)))
}

/// What kind of contradiction it is: of an actor with itself, or of sources with each other.
fn kind(version: &Version, one: &Claim, other: &Claim) -> &'static str {
    let (one, other) = (one.source(version), other.source(version));
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) if one != other => "sources",
        _ => "stance",
    }
}

fn row(kind: &str, one: &Claim, other: &Claim) -> Vec<Value> {
    let nodes = [one.actor, one.issue].map(Value::Node);
    std::iter::once(Value::string(kind)).chain(nodes).chain([one.rel, other.rel].map(Value::Rel)).collect()
}

/// A thing and what it belongs to, directly or through others.
struct Above<'a> {
    version: &'a Version,
    along: &'a [(RelTypeId, Direction)],
    known: HashMap<NodeId, Vec<NodeId>>,
}

impl Above<'_> {
    fn of(&mut self, node: NodeId) -> Vec<NodeId> {
        if let Some(known) = self.known.get(&node) {
            return known.clone();
        }
        let (mut found, mut seen, mut next) = (vec![node], HashSet::from([node]), 0);
        while let Some(at) = found.get(next).copied().filter(|_| found.len() < FOLLOWED) {
            for (rel_type, direction) in self.along {
                let adjacent = self.version.adjacent(at, *rel_type, *direction);
                let new = adjacent.neighbours().iter().map(|node| NodeId(*node)).filter(|node| seen.insert(*node));
                found.extend(new);
            }
            next += 1;
        }
        self.known.insert(node, found.clone());
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A graph of relationships: from, type, to, properties as days of a span and a modality.
    fn graph(rels: &[(&str, &str, &str, [i64; 2], &str)]) -> Version {
        use crate::value::temporal::Date;
        let mut graph = Version::new();
        let [name, since, until, modality] = ["name", "since", "until", "modality"].map(|key| graph.intern_key(key));
        let mut nodes: HashMap<&str, NodeId> = HashMap::new();
        for (from, rel_type, to, [first, last], word) in rels {
            let ends = [from, to].map(|end| {
                *nodes.entry(*end).or_insert_with(|| graph.create_node(&[], &[(name, Value::string(end))]).unwrap())
            });
            let day = |days: i64| Value::Date(Date { days });
            let properties = [(since, day(*first)), (until, day(*last)), (modality, Value::string(word))];
            let rel_type = graph.intern_rel_type(rel_type);
            graph.create_rel(rel_type, ends[0], ends[1], &properties).unwrap();
        }
        graph
    }

    fn kinds(graph: &Version, arguments: &[Value]) -> Vec<String> {
        let rows = run(&ProcedureContext::new(graph), arguments).unwrap();
        rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn only_what_holds_at_once_and_is_about_the_same_contradicts() {
        let both = |one: [i64; 2], other: [i64; 2], issue: &str| {
            kinds(&graph(&[("a", "SUPPORTS", "x", one, ""), ("a", "OPPOSES", issue, other, "")]), &[])
        };
        assert_eq!(both([0, 10], [10, 20], "x"), ["stance"]);
        assert!(both([0, 10], [11, 20], "x").is_empty(), "not at the same time");
        assert!(both([0, 10], [0, 10], "y").is_empty(), "not about the same");
        assert!(
            kinds(&graph(&[("a", "SUPPORTS", "x", [0, 1], ""), ("b", "OPPOSES", "x", [0, 1], "")]), &[]).is_empty()
        );
    }

    #[test]
    fn what_a_thing_belongs_to_counts_and_cycles_end() {
        let rels = [
            ("x", "PART_OF", "y", [0, 9], ""),
            ("z", "INCLUDES", "y", [0, 9], ""),
            ("z", "PART_OF", "x", [0, 9], ""),
            ("a", "SUPPORTS", "x", [0, 9], ""),
            ("a", "CONCERNED_ABOUT", "z", [5, 9], ""),
        ];
        assert_eq!(kinds(&graph(&rels), &[]), ["stance", "stance"], "each belongs to the other");
        assert!(kinds(&graph(&rels), &[Value::Null, Value::list(Vec::new())]).is_empty());
        let only = Value::list(vec![Value::string("PART_OF"), Value::string("<INCLUDES")]);
        assert_eq!(kinds(&graph(&rels), &[Value::Null, only]).len(), 2);
    }

    #[test]
    fn denials_contradict_claims_and_take_no_stance() {
        let rels = [
            ("a", "SUPPORTS", "x", [0, 9], "denied"),
            ("a", "OPPOSES", "x", [0, 9], ""),
            ("a", "SUPPORTS", "x", [5, 9], "reported"),
            ("a", "SUPPORTS", "x", [10, 19], ""),
        ];
        assert_eq!(kinds(&graph(&rels), &[]), ["stance", "denied"]);
    }

    #[test]
    fn signs_can_be_changed() {
        let rels = [("a", "LIKES", "x", [0, 9], ""), ("a", "OPPOSES", "x", [0, 9], "")];
        let signs = |rel_type: &str, sign: Value| Value::map([(rel_type.into(), sign)].into_iter().collect());
        assert!(kinds(&graph(&rels), &[]).is_empty());
        assert_eq!(kinds(&graph(&rels), &[signs("LIKES", Value::Int(1))]), ["stance"]);
        assert!(kinds(&graph(&rels), &[signs("OPPOSES", Value::Float(0.0))]).is_empty());
        for misspelt in ["likes", "LIKE", "SUPORTS"] {
            let wrong = run(&ProcedureContext::new(&graph(&rels)), &[signs(misspelt, Value::Int(1))]).unwrap_err();
            assert_eq!(wrong.detail(), Detail::InvalidArgumentValue, "{misspelt}");
            assert!(wrong.hints()[0].starts_with("did you mean"), "{misspelt}");
        }
        let elsewhere = [signs("HAS_NOTHING_TO_DO_WITH", Value::Int(1))];
        assert!(run(&ProcedureContext::new(&graph(&rels)), &elsewhere).is_ok());
        let wrong = run(&ProcedureContext::new(&graph(&rels)), &[signs("LIKES", Value::string("+"))]).unwrap_err();
        assert_eq!(wrong.message(), "the sign of `LIKES` is a number, not '+'");
    }

    const TYPES: [&str; 5] = ["SUPPORTS", "PROPOSES", "OPPOSES", "PART_OF", "MEETS"];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
        /// Exactly the pairs that comparing all relationships with all gives.
        #[test]
        fn pairs_are_those_of_comparing_all(
            rels in prop::collection::vec((0..3_usize, 0..5_usize, 0..3_usize, (0..6_i64, 0..4_i64), 0..4_usize), 0..14),
        ) {
            let name = |node: usize| ["x", "y", "z"][node];
            let written: Vec<(&str, &str, &str, [i64; 2], &str)> = rels
                .iter()
                .map(|(from, of, to, (first, length), word)| {
                    (name(*from), TYPES[*of], name(*to), [*first, first + length], if *word == 0 { "denied" } else { "" })
                })
                .collect();
            let mut expected = (0, 0);
            for (at, one) in written.iter().enumerate() {
                for (other_at, other) in written.iter().enumerate() {
                    let at_once = one.0 == other.0 && one.3[0].max(other.3[0]) <= one.3[1].min(other.3[1]);
                    if at_once && opposed(&written, one, other) && (one.2 != other.2 || at < other_at) {
                        expected.0 += 1;
                    }
                    let same = (one.1, one.2) == (other.1, other.2);
                    if at_once && same && one.4 != "denied" && other.4 == "denied" {
                        expected.1 += 1;
                    }
                }
            }
            let kinds = kinds(&graph(&written), &[]);
            let of = |kind: &str| kinds.iter().filter(|found| *found == kind).count();
            prop_assert_eq!((of("stance"), of("denied")), expected, "{:?}", written);
        }
    }

    type Written<'t> = (&'t str, &'t str, &'t str, [i64; 2], &'t str);

    /// Whether both take a stance, opposite ones, the first on the same as the second or on what belongs to it.
    fn opposed(all: &[Written<'_>], one: &Written<'_>, other: &Written<'_>) -> bool {
        let sign = |rel: &Written<'_>| match rel.1 {
            "SUPPORTS" | "PROPOSES" if rel.4 != "denied" => 1,
            "OPPOSES" if rel.4 != "denied" => -1,
            _ => 0,
        };
        let part =
            |below: &str, above: &str| all.iter().any(|rel| rel.1 == "PART_OF" && (rel.0, rel.2) == (below, above));
        let through = |middle: &str| part(one.2, middle) && part(middle, other.2);
        let belongs = one.2 == other.2 || part(one.2, other.2) || ["x", "y", "z"].into_iter().any(through);
        sign(one) * sign(other) < 0 && belongs
    }
}
