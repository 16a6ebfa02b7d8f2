//! How many relationships of a type start, or end, at a node with a label, and how many nodes with a label have a
//! property: exact counts, from which a plan may conclude that a test always holds.

use super::adjacency::{AdjSegment, Entry};
use super::directory::Directory;
use super::nodes::NodeTable;
use super::relationships::RelTable;
use super::{Direction, SEGMENT, Version, split};
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId};

/// What becomes of a relationship or of a label that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Added,
    Removed,
}

/// For each label, how many relationships have a node with it at one end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EndLabels(Vec<u64>);

impl EndLabels {
    pub(crate) fn get(&self, label: LabelId) -> u64 {
        self.0.get(label.0 as usize).copied().unwrap_or_default()
    }

    /// The counts of labels that are met at all.
    pub(crate) fn of(counts: &[(LabelId, u64)]) -> EndLabels {
        let mut labels = EndLabels::default();
        counts.iter().for_each(|(label, count)| labels.change(*label, *count, Counted::Added));
        labels
    }

    /// The labels that are met, each with its count.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (LabelId, u64)> + '_ {
        let counts = (0..).zip(&self.0).filter(|(_, count)| **count > 0);
        counts.map(|(label, count)| (LabelId(label), *count))
    }

    /// The labels of the nodes from which one direction leads.
    pub(crate) fn met_at(nodes: &NodeTable, directory: &Directory<AdjSegment>) -> EndLabels {
        let mut met = EndLabels::default();
        for (segment, adjacency) in directory.iter() {
            let Some(nodes) = nodes.segment(segment) else { continue };
            if nodes.is_uniform() {
                let mut count = 0;
                adjacency.for_each_degree(|_, degree| count += u64::from(degree));
                nodes.labels().for_each(|label| met.change(label, count, Counted::Added));
            } else {
                adjacency.for_each_degree(|place, degree| {
                    let labels = nodes.labels_at(place);
                    labels.for_each(|label| met.change(label, degree.into(), Counted::Added));
                });
            }
        }
        met
    }

    /// Adds the counts of other relationships.
    fn add(&mut self, other: &EndLabels) {
        other.iter().for_each(|(label, count)| self.change(label, count, Counted::Added));
    }

    fn change(&mut self, label: LabelId, by: u64, counted: Counted) {
        let index = label.0 as usize;
        if index >= self.0.len() {
            self.0.resize(index + 1, 0);
        }
        let count = &mut self.0[index];
        *count = match counted {
            Counted::Added => *count + by,
            Counted::Removed => count.saturating_sub(by),
        };
    }
}

/// Reading.
impl Version {
    /// How many relationships of the type have a node with the label at their start (outgoing) or end (incoming).
    pub fn rel_type_labelled(&self, rel_type: RelTypeId, direction: Direction, label: LabelId) -> u64 {
        self.table(rel_type).map_or(0, |table| table.end_labels(direction).get(label))
    }

    /// How many relationships of the type start where they end.
    pub fn rel_type_loops(&self, rel_type: RelTypeId) -> u64 {
        self.table(rel_type).map_or(0, RelTable::loops)
    }

    /// How many nodes with the label have the property.
    pub fn label_key_count(&self, label: LabelId, key: KeyId) -> u64 {
        let segments = (0..self.segments()).filter_map(|segment| self.nodes.segment(segment));
        let counts = segments.map(|segment| match (segment.set(Some(label)), segment.columns.column(key)) {
            (Some(labelled), Some(column)) => u64::from(labelled.common(column.present())),
            _ => 0,
        });
        counts.sum()
    }
}

/// Keeping count.
impl Version {
    /// Counts a relationship that is added or taken away.
    pub(super) fn count_rel_ends(&mut self, rel: RelId, (from, to): (u32, u32), counted: Counted) {
        for (direction, node) in [(Direction::Outgoing, from), (Direction::Incoming, to)] {
            let labels = self.node_labels(NodeId(node));
            let counts = self.table_mut(rel.rel_type).end_labels_mut(direction);
            labels.into_iter().for_each(|label| counts.change(label, 1, counted));
        }
    }

    /// Counts a label that a node gets or loses.
    pub(super) fn count_label_at_ends(&mut self, node: NodeId, label: LabelId, counted: Counted) {
        for direction in [Direction::Outgoing, Direction::Incoming] {
            for rel_type in self.types_at(node, direction) {
                let degree = u64::from(self.degree(node, rel_type, direction));
                self.table_mut(rel_type).end_labels_mut(direction).change(label, degree, counted);
            }
        }
    }

    /// Counts all relationships of a table whose counts are not known yet.
    pub(super) fn count_ends(&self, table: &mut RelTable) {
        for direction in [Direction::Outgoing, Direction::Incoming] {
            let met = EndLabels::met_at(&self.nodes, table.adjacency(direction));
            *table.end_labels_mut(direction) = met;
        }
    }

    /// Counts many relationships that are added.
    pub(super) fn count_loaded_ends(&mut self, rel_type: RelTypeId, entries: &[Entry]) {
        let starts = self.labels_met(entries.iter().map(|entry| entry.node));
        let ends = self.labels_met(entries.iter().map(|entry| entry.neighbour));
        for (direction, met) in [(Direction::Outgoing, starts), (Direction::Incoming, ends)] {
            self.table_mut(rel_type).end_labels_mut(direction).add(&met);
        }
    }

    /// The labels of these nodes, each with how often it is met.
    fn labels_met(&self, nodes: impl Iterator<Item = u32>) -> EndLabels {
        let mut by_segment = vec![0u64; self.segments() as usize];
        let uniform: Vec<bool> = (0..self.segments())
            .map(|segment| self.nodes.segment(segment).is_some_and(|segment| segment.is_uniform()))
            .collect();
        let mut met = EndLabels::default();
        for node in nodes {
            let segment = node / SEGMENT;
            if uniform[segment as usize] {
                by_segment[segment as usize] += 1;
            } else if let Some(nodes) = self.nodes.segment(segment) {
                nodes.labels_at(split(node).1).for_each(|label| met.change(label, 1, Counted::Added));
            }
        }
        for (segment, count) in (0..).zip(by_segment).filter(|(_, count)| *count > 0) {
            let labels = self.nodes.segment(segment).into_iter().flat_map(|segment| segment.labels());
            labels.for_each(|label| met.change(label, count, Counted::Added));
        }
        met
    }
}
