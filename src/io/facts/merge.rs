//! Three graphs merged: what one and another made of a common beginning.
//!
//! Facts are lines: what either side added is added, what either removed is removed. Entities and sources are merged by
//! label, alias and property. Where both sides changed the same thing differently, that is a conflict, and what each
//! side says of it is told.

use super::diff::without_common;
use super::said::{Item, Said};
use super::{Unsaid, named, write};
use crate::error::{Error, Result};
use crate::session::Graph;
use crate::store::Version;
use crate::syntax::facts::ast::{Body, Entity, Name, PartialDate, Property, Source, Value};
use crate::syntax::facts::{format, parse_line};
use crate::text::fold;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

/// What came of a merge.
#[derive(Debug)]
pub struct Merged {
    /// What is not contested.
    pub graph: Graph,
    /// What both sides changed differently.
    pub conflicts: Vec<Conflict>,
    /// What no line can say of any of the three graphs: the merge does not hold it.
    pub unsaid: Unsaid,
}

/// Something that both sides changed differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What it is about, in words.
    pub what: String,
    /// What the common beginning says of it, and each side.
    pub sides: [Vec<String>; 3],
}

impl fmt::Display for Conflict {
    /// As version control marks a conflict in a text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [base, left, right] = &self.sides;
        let lines =
            |f: &mut fmt::Formatter<'_>, lines: &[String]| lines.iter().try_for_each(|line| writeln!(f, "{line}"));
        writeln!(f, "<<<<<<< A")?;
        lines(f, left)?;
        writeln!(f, "||||||| BASE")?;
        lines(f, base)?;
        writeln!(f, "=======")?;
        lines(f, right)?;
        writeln!(f, ">>>>>>> B")
    }
}

impl Merged {
    /// The merged graph as facts, and below them each conflict between marks.
    ///
    /// # Errors
    /// None of its own.
    pub fn text(&self) -> Result<String> {
        let mut out = Vec::new();
        write(&self.graph.snapshot(), &mut out).map_err(|error| Error::io("cannot keep the facts", &error))?;
        let text = String::from_utf8(out).map_err(|_| Error::internal("facts are not UTF-8"))?;
        Ok(self.conflicts.iter().fold(text, |text, conflict| format!("{text}{conflict}")))
    }
}

/// Merges what two sides made of `base`.
///
/// ```
/// # fn main() -> standpoint::error::Result<()> {
/// use standpoint::{Graph, io::facts};
/// let graph = |text: &str| -> standpoint::error::Result<Graph> {
///     let graph = Graph::in_memory();
///     graph.load_facts(text)?;
///     Ok(graph)
/// };
/// let base = graph("Kyiv : Actor\nKyiv -opposes-> the plan")?;
/// let one = graph("Kyiv : Actor, State\nKyiv -opposes-> the plan")?;
/// let two = graph("Kyiv : Actor = Київ\nKyiv -supports-> talks")?;
/// let merged = facts::merge(&base.snapshot(), &one.snapshot(), &two.snapshot())?;
/// assert_eq!(merged.text()?, "Kyiv : Actor, State = Київ\ntalks {}\nKyiv -supports-> talks\n");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// None of its own.
pub fn merge(base: &Version, left: &Version, right: &Version) -> Result<Merged> {
    let said = [Said::by(base)?, Said::by(left)?, Said::by(right)?];
    let mut merger = Merger { conflicts: Vec::new() };
    let mut entities = merger.items(&said, |said| &said.entities)?;
    let sources = merger.items(&said, |said| &said.sources)?;
    let mut facts = merger.facts(&said)?;
    merger.removed_but_told_of(&said, &mut entities, &facts)?;
    merger.same_but_for_case(&said, &mut entities, &mut facts)?;
    let mut unsaid = Unsaid::default();
    said.iter().for_each(|said| unsaid.absorb(&said.unsaid));
    let graph = Graph::in_memory();
    graph.load_facts(&text(&entities, &sources, &facts))?;
    Ok(Merged { graph, conflicts: merger.conflicts, unsaid })
}

/// A text that tells all of it. Names come first, so that none is taken for an alias, and sources last, so that none is
/// taken for that of a fact.
fn text(entities: &BTreeMap<Arc<str>, String>, sources: &BTreeMap<Arc<str>, String>, facts: &[String]) -> String {
    let names = entities.keys().map(|name| format!("{} {{}}", format::name(name)));
    let lines = names.chain(entities.values().cloned()).chain(facts.iter().cloned()).chain(sources.values().cloned());
    lines.map(|line| line + "\n").collect()
}

struct Merger {
    conflicts: Vec<Conflict>,
}

/// What is removed and added, by what it is about.
type Changes<'a> = BTreeMap<String, [Vec<&'a str>; 2]>;

impl Merger {
    /// Merges the entities, or the sources.
    fn items(&mut self, said: &[Said; 3], of: impl Fn(&Said) -> &[Item]) -> Result<BTreeMap<Arc<str>, String>> {
        let [base, left, right] = said.each_ref().map(|said| by_name(of(said)));
        let names: BTreeSet<&Arc<str>> = base.keys().chain(left.keys()).chain(right.keys()).copied().collect();
        let mut merged = BTreeMap::new();
        for name in names {
            let sides = [&base, &left, &right].map(|items| items.get(name).copied());
            if let Some(text) = self.item(name, sides)? {
                merged.insert(Arc::clone(name), text);
            }
        }
        Ok(merged)
    }

    /// Merges the lines of one entity or source; gives the line of what is not contested.
    fn item(&mut self, name: &str, [base, left, right]: [Option<&str>; 3]) -> Result<Option<String>> {
        if left == right || right == base {
            return Ok(left.map(str::to_owned));
        }
        if left == base {
            return Ok(right.map(str::to_owned));
        }
        let sides = [base, left, right].map(|side| side.map(str::to_owned).into_iter().collect());
        let (Some(one), Some(other)) = (left, right) else {
            let what = format!("`{name}` is removed on one side and changed on the other");
            self.conflicts.push(Conflict { what, sides });
            return Ok(left.or(right).map(str::to_owned));
        };
        let fields = base.map(Fields::read).transpose()?.unwrap_or_default();
        let (merged, contested) = fields.merged(&Fields::read(one)?, &Fields::read(other)?);
        if !contested.is_empty() {
            let what = format!("both sides set {} of `{name}`", contested.join(", "));
            self.conflicts.push(Conflict { what, sides });
        }
        Ok(Some(merged.line(name, one.starts_with('['))))
    }

    /// Merges the facts; gives those that are not contested.
    fn facts(&mut self, [base, left, right]: &[Said; 3]) -> Result<Vec<String>> {
        let (of_left, of_right) = (changes(&base.facts, &left.facts)?, changes(&base.facts, &right.facts)?);
        let mut counts: HashMap<&str, i64> = HashMap::new();
        base.facts.iter().for_each(|line| *counts.entry(line).or_default() += 1);
        let topics: BTreeSet<&String> = of_left.keys().chain(of_right.keys()).collect();
        for topic in topics {
            let nothing = [Vec::new(), Vec::new()];
            let one = of_left.get(topic).unwrap_or(&nothing);
            let other = of_right.get(topic).unwrap_or(&nothing);
            let (gone, mut new) = (union(&one[0], &other[0]), union(&one[1], &other[1]));
            if one[0].iter().any(|line| other[0].contains(line)) && one[1] != other[1] {
                new = Vec::new();
                let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
                let sides = [owned(&gone), owned(&one[1]), owned(&other[1])];
                self.conflicts.push(Conflict { what: format!("both sides changed `{topic}`"), sides });
            }
            gone.into_iter().for_each(|line| *counts.entry(line).or_default() -= 1);
            new.into_iter().for_each(|line| *counts.entry(line).or_default() += 1);
        }
        let mut facts = Vec::new();
        counts.into_iter().for_each(|(line, count)| (0..count).for_each(|_| facts.push(line.to_owned())));
        facts.sort_unstable();
        Ok(facts)
    }

    /// An entity that one side removed stays when the other side tells something of it.
    fn removed_but_told_of(
        &mut self,
        said: &[Said; 3],
        entities: &mut BTreeMap<Arc<str>, String>,
        facts: &[String],
    ) -> Result<()> {
        let [base, left, right] = said.each_ref().map(|said| by_name(&said.entities));
        for line in facts {
            let Body::Fact(fact) = parse_line(line, 0)?.body else { continue };
            for name in [fact.subject.text, fact.object.text] {
                if entities.contains_key(&name) {
                    continue;
                }
                let of = |items: &HashMap<&Arc<str>, &str>| items.get(&name).map(|line| (*line).to_owned());
                let sides = [of(&base), of(&left), of(&right)];
                let kept = sides.iter().flatten().next_back().cloned();
                let what = format!("`{name}` is removed on one side, and the other tells of it");
                self.conflicts.push(Conflict { what, sides: sides.map(|side| side.into_iter().collect()) });
                entities.insert(Arc::clone(&name), kept.unwrap_or_else(|| format!("{} {{}}", format::name(&name))));
            }
        }
        Ok(())
    }

    /// Names that differ only in case would be one entity: one of them, and what is told of it, is contested.
    fn same_but_for_case(
        &mut self,
        said: &[Said; 3],
        entities: &mut BTreeMap<Arc<str>, String>,
        facts: &mut Vec<String>,
    ) -> Result<()> {
        let mut seen: HashMap<String, Arc<str>> = HashMap::new();
        for name in entities.keys().cloned().collect::<Vec<_>>() {
            let Some(other) = seen.insert(fold(&name), Arc::clone(&name)) else { continue };
            let mut lines: Vec<String> =
                [&other, &name].into_iter().filter_map(|name| entities.get(name)).cloned().collect();
            for line in std::mem::take(facts) {
                let to = if is_about(&line, &name)? { &mut lines } else { &mut *facts };
                to.push(line);
            }
            entities.remove(&name);
            seen.insert(fold(&name), Arc::clone(&other));
            let sides = said.each_ref().map(|said| lines.iter().filter(|line| said.has(line)).cloned().collect());
            let what = format!("`{other}` and `{name}` are one entity: they differ only in case");
            self.conflicts.push(Conflict { what, sides });
        }
        Ok(())
    }
}

/// Whether a fact is about what has the name.
fn is_about(line: &str, name: &str) -> Result<bool> {
    Ok(match parse_line(line, 0)?.body {
        Body::Fact(fact) => &*fact.subject.text == name || &*fact.object.text == name,
        _ => false,
    })
}

fn by_name(items: &[Item]) -> HashMap<&Arc<str>, &str> {
    items.iter().map(|item| (&item.name, item.text.as_str())).collect()
}

/// What one side changed, by subject, verb, object and cite.
fn changes<'a>(base: &'a [String], side: &'a [String]) -> Result<Changes<'a>> {
    let (gone, new) = without_common(base, side);
    let mut changes = Changes::new();
    for (at, lines) in [gone, new].into_iter().enumerate() {
        for line in lines {
            changes.entry(topic(line)?).or_default()[at].push(line);
        }
    }
    Ok(changes)
}

fn topic(line: &str) -> Result<String> {
    match parse_line(line, 0)?.body {
        Body::Fact(mut fact) => {
            fact.meta = Default::default();
            Ok(format::fact(&fact))
        }
        _ => Ok(line.to_owned()),
    }
}

/// The lines of both sorted lists, those of both once.
fn union<'a>(left: &[&'a str], right: &[&'a str]) -> Vec<&'a str> {
    let mut all = left.to_vec();
    let mut have: HashMap<&str, i64> = HashMap::new();
    left.iter().for_each(|line| *have.entry(line).or_default() += 1);
    for line in right {
        let left = have.entry(line).or_default();
        *left -= 1;
        if *left < 0 {
            all.push(line);
        }
    }
    all
}

/// What the line of an entity or source says of it.
#[derive(Clone, Debug, Default)]
struct Fields {
    labels: BTreeSet<Arc<str>>,
    aliases: Vec<Arc<str>>,
    properties: BTreeMap<Arc<str>, Value>,
}

impl Fields {
    fn read(line: &str) -> Result<Fields> {
        let own =
            |properties: Vec<Property>| properties.into_iter().map(|property| (property.key.text, property.value));
        Ok(match parse_line(line, 0)?.body {
            Body::Entity(entity) => Fields {
                labels: entity.labels.into_iter().map(|label| label.text).collect(),
                aliases: entity.aliases.into_iter().map(|alias| alias.text).collect(),
                properties: own(entity.properties).collect(),
            },
            Body::Source(source) => {
                let text = |key: &str, name: Option<Name>| name.map(|name| (Arc::from(key), Value::String(name.text)));
                let date = source.date.map(|date| (Arc::from("date"), Value::Date(date)));
                let said = [text("title", source.title), text("url", source.url), date];
                let properties = said.into_iter().flatten().chain(own(source.properties)).collect();
                Fields { properties, ..Fields::default() }
            }
            _ => return Err(Error::internal("a line that is neither an entity nor a source")),
        })
    }

    /// What two sides made of this, and the keys of the properties that they set differently, which are left out.
    fn merged(&self, left: &Fields, right: &Fields) -> (Fields, Vec<String>) {
        let mut contested = Vec::new();
        let kept = |name: &Arc<str>, base: bool, left: bool, right: bool| {
            (if base { left && right } else { left || right }).then(|| Arc::clone(name))
        };
        let labels = left.labels.union(&right.labels);
        let labels = labels.filter_map(|label| {
            kept(label, self.labels.contains(label), left.labels.contains(label), right.labels.contains(label))
        });
        let aliases = left.aliases.iter().chain(right.aliases.iter().filter(|alias| !left.aliases.contains(alias)));
        let aliases = aliases.filter_map(|alias| {
            kept(alias, self.aliases.contains(alias), left.aliases.contains(alias), right.aliases.contains(alias))
        });
        let keys: BTreeSet<&Arc<str>> = left.properties.keys().chain(right.properties.keys()).collect();
        let mut properties = BTreeMap::new();
        for key in keys {
            let of = |fields: &Fields| fields.properties.get(key).cloned();
            let (base, one, other) = (of(self), of(left), of(right));
            let value = match (one == other || other == base, one == base) {
                (true, _) => one,
                (_, true) => other,
                _ => {
                    contested.push(format!("`{key}`"));
                    None
                }
            };
            properties.extend(value.map(|value| (Arc::clone(key), value)));
        }
        (Fields { labels: labels.collect(), aliases: aliases.collect(), properties }, contested)
    }

    /// The line of an entity or source that has these.
    fn line(mut self, name: &str, source: bool) -> String {
        if !source {
            return format::entity(&Entity {
                name: named(name),
                labels: self.labels.into_iter().map(named).collect(),
                aliases: self.aliases.into_iter().map(named).collect(),
                properties: properties(self.properties),
            });
        }
        let text = |value: Option<Value>| match value {
            Some(Value::String(text)) => Some(named(text)),
            _ => None,
        };
        let date: Option<PartialDate> = match self.properties.get("date") {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        };
        if date.is_some() {
            self.properties.remove("date");
        }
        format::source(&Source {
            reference: named(name),
            title: text(self.properties.remove("title")),
            url: text(self.properties.remove("url")),
            date,
            properties: properties(self.properties),
        })
    }
}

fn properties(of: BTreeMap<Arc<str>, Value>) -> Vec<Property> {
    of.into_iter().map(|(key, value)| Property { key: named(key), value, span: Default::default() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, left: &str, right: &str) -> (String, Vec<String>) {
        let graph = |text: &str| {
            let graph = Graph::in_memory();
            graph.load_facts(text).unwrap();
            graph
        };
        let graphs = [base, left, right].map(graph);
        let [base, left, right] = graphs.each_ref().map(|graph| graph.snapshot());
        let merged = merge(&base, &left, &right).unwrap();
        let conflicts = merged.conflicts.iter().map(|conflict| conflict.what.clone()).collect();
        (merged.text().unwrap(), conflicts)
    }

    #[test]
    fn what_each_side_changed_is_changed() {
        let base = "[s] \"T\"\nK : A, B = x {n: 1, m: 1}\nK -says-> y [s]\nK -says-> z [s]\n";
        let left = "[s] \"T\" 2025\nK : A, C = x, l {n: 2, m: 1}\nK -says-> y {2024} [s]\nK -says-> z {2024} [s]\n";
        let right = "[s] \"T\"\nK : A = x, r {n: 1}\nK -says-> z [s]\nK -denies-> w [s]\n";
        let (text, conflicts) = merged(base, left, right);
        assert_eq!(
            text,
            "K : A, C = x, l, r {n: 2}\nw {}\nz {}\nK -denies-> w [s]\n[s] \"T\" 2025\nK -says-> z {2024}\n\
             <<<<<<< A\nK -says-> y {2024} [s]\n||||||| BASE\nK -says-> y [s]\n=======\n>>>>>>> B\n"
        );
        assert_eq!(conflicts, ["both sides changed `K -says-> y [s]`"]);
    }

    #[test]
    fn what_both_changed_alike_is_no_conflict() {
        let (text, conflicts) = merged("a -x-> b {0.5}\n", "a -x-> b {0.6}\n", "a -x-> b {0.6}\n");
        assert_eq!((&*text, conflicts.len()), ("a {}\nb {}\na -x-> b {0.6}\n", 0));
        let (text, conflicts) = merged("a -x-> b\n", "a -x-> b\na -x-> b\n", "a -x-> b\na -x-> b\n");
        assert_eq!((&*text, conflicts.len()), ("a {}\nb {}\na -x-> b\na -x-> b\n", 0));
    }

    #[test]
    fn every_kind_of_conflict_is_told() {
        let conflicts = |base: &str, left: &str, right: &str| merged(base, left, right).1;
        assert_eq!(conflicts("K {n: 1}", "K {n: 2}", "K {n: 3}"), ["both sides set `n` of `K`"]);
        assert_eq!(conflicts("[s] 2024", "[s] 2025", "[s] 2026"), ["both sides set `date` of `s`"]);
        assert_eq!(conflicts("K {n: 1}", "", "K {n: 3}"), ["`K` is removed on one side and changed on the other"]);
        assert_eq!(
            conflicts("K : A", "", "K : A\nK -says-> y"),
            ["`K` is removed on one side, and the other tells of it"]
        );
        assert_eq!(
            conflicts("", "kyiv : A", "Kyiv : A"),
            ["`Kyiv` and `kyiv` are one entity: they differ only in case"]
        );
        assert_eq!(conflicts("K -x-> y {0.5}", "K {}\ny {}", "K -x-> y {0.6}"), ["both sides changed `K -x-> y`"]);
    }
}
