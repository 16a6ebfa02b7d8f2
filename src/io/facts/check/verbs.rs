//! Verbs that are probably slips for others.

use super::{Placed, Report};
use crate::algo::{Stance, stance_types};
use crate::span::Span;
use crate::store::Version;
use crate::syntax::facts::ast::Body;
use crate::syntax::facts::format::verb;
use crate::text::nearest;
use std::collections::BTreeMap;

pub(super) fn check(entries: &[Placed], known: Option<&Version>, report: &mut Report<'_>) {
    let mut uses: BTreeMap<&str, (u64, (usize, Span))> = BTreeMap::new();
    for (text, entry) in entries {
        if let Body::Fact(fact) = &entry.line.body {
            uses.entry(&fact.verb.text).or_insert((0, (*text, fact.verb.span))).0 += 1;
        }
    }
    let in_graph = |name: &str| {
        known.is_some_and(|known| known.catalog().rel_type(name).is_some_and(|of| known.rel_type_count(of) > 0))
    };
    let stances = || stance_types().map(|(name, _)| name);
    let of_graph: Vec<&str> = known
        .into_iter()
        .flat_map(|known| known.catalog().rel_types().map(|(_, name)| &**name))
        .filter(|name| in_graph(name))
        .collect();
    let often: Vec<&str> = uses.iter().filter(|(_, (count, _))| *count > 1).map(|(name, _)| *name).collect();
    for (name, (count, place)) in &uses {
        if in_graph(name) || Stance::of(name).is_some() || (*count > 1 && known.is_none()) {
            continue;
        }
        let others = often.iter().copied().filter(|other| other != name);
        let near = nearest(name, of_graph.iter().copied().chain(others).chain(stances()));
        if near.is_some() || known.is_some() {
            let hint = near.map(|near| format!("did you mean `{}`?", verb(near)));
            report.tell(*place, "unknown-verb", format!("`{}` is no known verb", verb(name)), hint);
        }
    }
}
