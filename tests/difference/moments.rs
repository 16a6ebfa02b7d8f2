//! `AS OF` and `BETWEEN` give what the same query gives on a graph that has only the relationships that hold then.

use super::graphs::Data;
use super::queries;
use super::random::Random;
use super::{compare, give, is_open, limits, run, variants};
use standpoint::Graph;

/// Since when and until when a relationship holds, as days of a month.
struct Time {
    since: Option<usize>,
    date: Option<usize>,
    until: Option<usize>,
}

impl Time {
    fn random(random: &mut Random) -> Time {
        let mut day = |share: usize| random.percent(share).then(|| random.between(1, 20));
        Time { since: day(50), date: day(50), until: day(50) }
    }

    fn holds(&self, (first, last): (usize, usize)) -> bool {
        let begins = self.since.or(self.date);
        begins.is_none_or(|begins| begins <= last) && self.until.is_none_or(|until| until >= first)
    }

    /// The statement that gives relationship `id` its time, in one of the ways in which it can be written.
    fn set(&self, random: &mut Random, id: usize) -> String {
        let parts = [("since", self.since), ("date", self.date), ("until", self.until)];
        let mut set = String::new();
        for (key, day) in parts {
            let Some(day) = day else { continue };
            let value = match random.below(3) {
                0 => format!("localdatetime('2025-11-{day:02}T00:00')"),
                1 if key == "until" => format!("datetime('2025-11-{day:02}T23:59:59.999999999Z')"),
                _ => date(day),
            };
            set += &format!(" SET r.{key} = {value}");
        }
        format!("MATCH ()-[r]->() WHERE r.id = {id} SET r.k = r.k{set}")
    }
}

fn date(day: usize) -> String {
    format!("date('2025-11-{day:02}')")
}

#[test]
fn a_moment_leaves_the_relationships_that_hold() {
    run("moments", 200, |random, tally| {
        let mut data = Data::random(random);
        data.rels.truncate(12);
        let times: Vec<Time> = data.rels.iter().map(|_| Time::random(random)).collect();
        let graph = data.build();
        for (id, time) in times.iter().enumerate() {
            graph.run(&time.set(random, id)).unwrap();
        }
        (0..10).find_map(|_| {
            let first = random.between(1, 20);
            let span = (first, if random.percent(50) { first } else { random.between(first, 20) });
            let query = queries::reading(random);
            let moment = match span {
                (day, last) if day == last => format!("AS OF {}", date(day)),
                (first, last) => format!("BETWEEN {} AND {}", date(first), date(last)),
            };
            let text = format!("{moment} {}", query.text);
            tally.add(&graph, &text);
            let plain = then(&data, &times, span);
            let expected = give(&plain, &query.text, &limits(), query.order);
            variants(random).iter().find_map(|options| {
                let given = give(&graph, &text, options, query.order);
                let same = expected == given || is_open(&expected) || is_open(&given);
                (!same).then(|| format!("{};\n{text};\n{}", data.create(), compare(&expected, &given)))
            })
        })
    });
}

/// The graph with the relationships that hold in a span, under the identifiers they have.
fn then(data: &Data, times: &[Time], span: (usize, usize)) -> Graph {
    let graph = data.build();
    let over: Vec<usize> = (0..times.len()).filter(|at| !times[*at].holds(span)).collect();
    graph.run(&format!("MATCH ()-[r]->() WHERE r.id IN {over:?} DELETE r")).unwrap();
    graph
}
