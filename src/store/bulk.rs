//! Whole columns at once: what a file holds, put into a version that is being read.
//!
//! Everything is checked before anything is changed, and the result is that of making the same changes one by one.

use super::adjacency::Entry;
use super::change::absent;
use super::constraints::Owner;
use super::load::Values;
use super::record::Change;
use super::relationships::RelTable;
use super::restore::{self, RelColumns};
use super::{Direction, SEGMENT, SchemaTarget, Version, join};
use crate::error::{Error, Result};
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId};

impl Version {
    /// Creates nodes of one set of labels with given identifiers, which ascend and are free. After the last ones call
    /// [`Version::settle`].
    ///
    /// # Errors
    /// When an identifier is not free, or they are not in order; then none was created.
    pub fn restore_nodes(&mut self, nodes: &[u32], labels: &[LabelId]) -> Result<()> {
        let labels = self.label_set(labels)?;
        let targets: Vec<SchemaTarget> = labels.iter().copied().map(SchemaTarget::Label).collect();
        self.finish_indexes(&targets);
        self.nodes.restore_many(nodes, &labels)?;
        if self.record.is_some() || !self.schema.is_empty() {
            for node in nodes.iter().copied().map(NodeId) {
                self.note(|| Change::CreateNode(node, labels.clone().into_boxed_slice(), Box::from([])));
                self.take_up(Owner::Node(node));
            }
        }
        Ok(())
    }

    /// Creates relationships of one type with given rows, which ascend and were never given out, and their ends.
    ///
    /// # Errors
    /// When a row was given out, they are not in order, the three differ in length, or an end does not exist; then none
    /// was created.
    pub fn restore_rel_columns(&mut self, rel_type: RelTypeId, rows: &[u32], from: &[u32], to: &[u32]) -> Result<()> {
        let fresh = rows.first().is_none_or(|row| *row >= self.row_bound(rel_type));
        let possible = rows.last().is_none_or(|row| *row < u32::MAX);
        let same = rows.len() == from.len() && rows.len() == to.len();
        if !fresh || !possible || !same || !rows.is_sorted_by(|a, b| a < b) {
            return Err(Error::internal("relationship rows cannot be restored: given out before, or not in order"));
        }
        let dense = self.node_bound() as usize / 8 <= rows.len();
        if dense && self.row_bound(rel_type) == 0 && !self.must_go_one_by_one() {
            return self.install_rels(rel_type, RelColumns { rows, from, to });
        }
        let ends = from.iter().zip(to);
        let mut forward: Vec<Entry> =
            rows.iter().zip(ends).map(|(row, (from, to))| Entry { node: *from, neighbour: *to, row: *row }).collect();
        if !forward.is_sorted() {
            forward.sort_unstable();
        }
        self.load(rel_type, &forward)
    }

    /// Creates all relationships of a type that never had one.
    fn install_rels(&mut self, rel_type: RelTypeId, columns: RelColumns<'_>) -> Result<()> {
        self.check_rel_type(rel_type)?;
        let restored = restore::build(columns, self.node_bound(), restore::THREADS).ok_or_else(|| absent("node"))?;
        for (segment, adjacency) in restored.adjacency.iter().flatten() {
            if adjacency.places().any(|place| !self.nodes.contains(join(*segment, place))) {
                return Err(absent("node"));
            }
        }
        let bound = columns.rows.last().map_or(0, |row| row + 1);
        let mut table = RelTable::of(restored, columns.rows.len() as u64, bound);
        self.count_ends(&mut table);
        self.install(rel_type, table);
        Ok(())
    }

    /// Puts in all relationships of a type that has none, their ends counted.
    pub(super) fn install(&mut self, rel_type: RelTypeId, table: RelTable) {
        for direction in [Direction::Outgoing, Direction::Incoming] {
            for (segment, _) in table.adjacency(direction).iter() {
                self.note_type(NodeId(segment * SEGMENT), rel_type, direction);
            }
        }
        *self.table_mut(rel_type) = table;
    }

    /// Sets a property of nodes, which ascend.
    ///
    /// # Errors
    /// As [`Version::set_node_property`], and when the nodes are not in order; then none was set.
    pub fn load_node_property(&mut self, key: KeyId, nodes: &[u32], values: &Values) -> Result<()> {
        self.check_column(key, nodes, values)?;
        if nodes.iter().any(|node| !self.nodes.contains(*node)) {
            return Err(absent("node"));
        }
        if self.must_go_one_by_one() {
            let mut pairs = nodes.iter().enumerate();
            return pairs.try_for_each(|(at, node)| self.set_node_property(NodeId(*node), key, values.get(at)));
        }
        if self.role_of(key).is_some() {
            self.names.forget();
        }
        for (run, start) in by_segment(nodes) {
            self.nodes.columns_mut(run[0]).put(key, run, values, start);
        }
        Ok(())
    }

    /// Sets a property of relationships of one type, whose rows ascend.
    ///
    /// # Errors
    /// As [`Version::set_rel_property`], and when the rows are not in order; then none was set.
    pub fn load_rel_property(&mut self, rel_type: RelTypeId, key: KeyId, rows: &[u32], values: &Values) -> Result<()> {
        self.check_column(key, rows, values)?;
        let rel = |row: &u32| RelId { rel_type, row: *row };
        if rows.iter().any(|row| !self.contains_rel(rel(row))) {
            return Err(absent("relationship"));
        }
        if self.must_go_one_by_one() {
            let mut pairs = rows.iter().enumerate();
            return pairs.try_for_each(|(at, row)| self.set_rel_property(rel(row), key, values.get(at)));
        }
        for (run, start) in by_segment(rows) {
            self.table_mut(rel_type).columns_mut(run[0]).put(key, run, values, start);
        }
        Ok(())
    }

    /// Whether somebody has to learn of every single change.
    pub(super) fn must_go_one_by_one(&self) -> bool {
        self.record.is_some() || !self.schema.is_empty()
    }

    fn check_column(&self, key: KeyId, ids: &[u32], values: &Values) -> Result<()> {
        self.check_key(key)?;
        if ids.len() != values.len() || !ids.is_sorted_by(|a, b| a < b) {
            return Err(Error::internal("a column of properties is not in order"));
        }
        values.check_storable()
    }

    /// Notes that nodes of these segments have relationships of a type.
    pub(super) fn note_types(&mut self, rel_type: RelTypeId, entries: &[Entry]) {
        let mut segments = [vec![false; self.segments() as usize], vec![false; self.segments() as usize]];
        for entry in entries {
            segments[0][(entry.node / SEGMENT) as usize] = true;
            segments[1][(entry.neighbour / SEGMENT) as usize] = true;
        }
        for (direction, segments) in [Direction::Outgoing, Direction::Incoming].into_iter().zip(segments) {
            let touched = segments.into_iter().enumerate().filter(|(_, touched)| *touched);
            for (segment, _) in touched {
                self.note_type(NodeId(segment as u32 * SEGMENT), rel_type, direction);
            }
        }
    }
}

/// Identifiers by segment, each run with its place among all.
fn by_segment(ids: &[u32]) -> impl Iterator<Item = (&[u32], usize)> {
    let runs = ids.chunk_by(|a, b| a / SEGMENT == b / SEGMENT);
    runs.scan(0, |start, run| Some((run, std::mem::replace(start, *start + run.len()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn named(version: &mut Version) -> (LabelId, KeyId, RelTypeId) {
        (version.intern_label("A"), version.intern_key("name"), version.intern_rel_type("T"))
    }

    #[test]
    fn columns_at_once_are_as_changes_one_by_one() {
        let (mut bulk, mut single) = (Version::new(), Version::new());
        let (label, name, rel_type) = named(&mut bulk);
        named(&mut single);
        let nodes: Vec<u32> = (0..3000).filter(|node| node % 7 != 3).collect();
        let value =
            |id: &u32| if id.is_multiple_of(50) { Value::Int(i64::from(*id)) } else { Value::string(format!("n{id}")) };
        let rows: Vec<u32> = (0..4000).filter(|row| row % 9 != 1).collect();
        let (from, to): (Vec<u32>, Vec<u32>) =
            rows.iter().map(|row| (nodes[*row as usize % 50], nodes[*row as usize * 13 % nodes.len()])).unzip();
        bulk.restore_nodes(&nodes, &[label]).unwrap();
        bulk.settle();
        bulk.load_node_property(name, &nodes, &Values::Mixed(nodes.iter().map(value).collect())).unwrap();
        bulk.restore_rel_columns(rel_type, &rows, &from, &to).unwrap();
        bulk.load_rel_property(rel_type, name, &rows, &Values::Mixed(rows.iter().map(value).collect())).unwrap();
        for node in &nodes {
            single.restore_node(NodeId(*node), &[label], &[(name, value(node))]).unwrap();
        }
        single.settle();
        for ((row, from), to) in rows.iter().zip(&from).zip(&to) {
            let rel = RelId { rel_type, row: *row };
            single.restore_rel(rel, NodeId(*from), NodeId(*to), &[(name, value(row))]).unwrap();
        }
        assert_eq!((bulk.problems(), single.problems()), (Vec::new(), Vec::new()));
        for node in single.node_ids() {
            assert_eq!(format!("{:?}", bulk.node_properties(node)), format!("{:?}", single.node_properties(node)));
            assert_eq!((bulk.rels_of(node), bulk.node_labels(node)), (single.rels_of(node), single.node_labels(node)));
        }
        for rel in single.rel_ids(rel_type) {
            assert_eq!(format!("{:?}", bulk.rel_properties(rel)), format!("{:?}", single.rel_properties(rel)));
        }
        assert_eq!(bulk.resolve("N77"), single.resolve("N77"));
        assert_eq!(bulk.create_node(&[label], &[]).unwrap(), single.create_node(&[label], &[]).unwrap());
    }

    #[test]
    fn what_is_wrong_is_refused_before_anything_changes() {
        let mut graph = Version::new();
        let (label, name, rel_type) = named(&mut graph);
        assert!(graph.restore_nodes(&[3, 2], &[label]).is_err());
        graph.restore_nodes(&[2, 5], &[label]).unwrap();
        assert!(graph.restore_nodes(&[5, 6], &[label]).is_err());
        assert!(graph.restore_nodes(&[u32::MAX], &[label]).is_err());
        assert!(graph.load_node_property(name, &[2, 3], &Values::Mixed(vec![Value::Int(1), Value::Int(2)])).is_err());
        assert!(graph.load_node_property(name, &[2], &Values::Mixed(vec![Value::Null])).is_err());
        assert!(graph.load_node_property(name, &[2], &Values::Mixed(vec![Value::Node(NodeId(2))])).is_err());
        assert!(graph.restore_rel_columns(rel_type, &[0, 0], &[2, 2], &[5, 5]).is_err());
        assert!(graph.restore_rel_columns(rel_type, &[0], &[2], &[4]).is_err());
        assert!(graph.restore_rel_columns(rel_type, &[u32::MAX], &[2], &[5]).is_err());
        assert!(graph.load_rel_property(rel_type, name, &[0], &Values::Mixed(vec![Value::Int(1)])).is_err());
        assert_eq!((graph.node_count(), graph.rel_count(), graph.problems()), (2, 0, Vec::new()));
    }

    #[test]
    fn a_recorded_bulk_comes_back() {
        let mut graph = Version::new();
        graph.start_record();
        let (label, name, rel_type) = named(&mut graph);
        graph.restore_nodes(&[0, 4], &[label]).unwrap();
        graph.load_node_property(name, &[4], &Values::Mixed(vec![Value::string("x")])).unwrap();
        graph.restore_rel_columns(rel_type, &[3], &[0], &[4]).unwrap();
        graph.load_rel_property(rel_type, name, &[3], &Values::Mixed(vec![Value::Int(1)])).unwrap();
        let mut back = Version::new();
        graph.take_record().unwrap().for_each(|change| back.apply(change).unwrap());
        assert_eq!(back.resolve("x"), graph.resolve("x"));
        assert_eq!(back.rels_of(NodeId(4)), graph.rels_of(NodeId(4)));
    }
}
