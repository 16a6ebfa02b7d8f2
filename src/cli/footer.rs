//! What is said below a result: rows, changes, time, and what is not seen.

use super::output::Written;
use crate::session::{Counters, Summary};
use crate::text::counted;
use std::time::Duration;

/// Rows and changes in words, in parts.
pub(super) fn parts(columns: usize, written: &Written, summary: &Summary, remedy: &str) -> Vec<String> {
    let rows = (columns > 0).then(|| counted(written.rows, "row", "rows"));
    [rows, left_out(columns, written, remedy), changes(summary)].into_iter().flatten().collect()
}

/// What a table leaves out, and what shows it.
fn left_out(columns: usize, written: &Written, remedy: &str) -> Option<String> {
    let rows = (written.left_out > 0).then(|| format!("{} of them not shown", written.left_out));
    let columns = Some(written.columns_left_out)
        .filter(|count| *count > 0)
        .map(|count| format!("{count} of {} not shown", counted(columns as u64, "column", "columns")));
    let labels = written.unlabelled.then(|| "labels not shown".to_owned());
    let cells = (written.cut > 0).then(|| counted(written.cut, "cell", "cells") + " cut");
    let parts: Vec<String> = [rows, columns, labels, cells].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{} (`{remedy}` shows all)", parts.join(", ")))
}

/// What a statement changed, in words.
fn changes(summary: &Summary) -> Option<String> {
    if let Some(told) = &summary.told {
        return Some(told.clone());
    }
    match changed(&summary.counters) {
        None if summary.writes => Some("nothing changed".to_owned()),
        changed => changed,
    }
}

/// What was changed, in words; `None` when nothing was.
pub(super) fn changed(counters: &Counters) -> Option<String> {
    let number = |count: u64, one: &str, many: &str| (count > 0).then(|| counted(count, one, many));
    let parts: Vec<String> = [
        number(counters.nodes_created, "node created", "nodes created"),
        number(counters.rels_created, "relationship created", "relationships created"),
        number(counters.nodes_deleted, "node deleted", "nodes deleted"),
        number(counters.rels_deleted, "relationship deleted", "relationships deleted"),
        number(counters.properties_set, "property set", "properties set"),
        number(counters.labels_added, "label added", "labels added"),
        number(counters.labels_removed, "label removed", "labels removed"),
        number(counters.indexes_added, "index added", "indexes added"),
        number(counters.indexes_removed, "index removed", "indexes removed"),
        number(counters.constraints_added, "constraint added", "constraints added"),
        number(counters.constraints_removed, "constraint removed", "constraints removed"),
        number(counters.rules_added, "rule added", "rules added"),
        number(counters.rules_removed, "rule removed", "rules removed"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A time, in milliseconds up to ten seconds.
pub(super) fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    match milliseconds {
        ..10.0 => format!("{milliseconds:.1} ms"),
        ..10_000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.1} s", milliseconds / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_told_with_a_way_to_see_it() {
        let written = Written { rows: 60, left_out: 20, cut: 1, ..Written::default() };
        let parts = |columns, remedy| parts(columns, &written, &Summary::default(), remedy).join(", ");
        assert_eq!(parts(2, ".last"), "60 rows, 20 of them not shown, 1 cell cut (`.last` shows all)");
        assert_eq!(parts(0, "x"), "20 of them not shown, 1 cell cut (`x` shows all)");
        let few = Written { rows: 1, columns_left_out: 3, ..Written::default() };
        let text = super::parts(9, &few, &Summary::default(), ".last").join(", ");
        assert_eq!(text, "1 row, 3 of 9 columns not shown (`.last` shows all)");
        assert_eq!(milliseconds(Duration::from_micros(1234)), "1.2 ms");
        assert_eq!(milliseconds(Duration::from_secs(12)), "12.0 s");
    }
}
