//! Nodes: which identifiers live, their labels and their properties.
//!
//! Identifiers are given out segment by segment. The first nodes of a label set share a segment with other rare sets;
//! a set that has become frequent opens segments of its own, so that its columns stay dense and a scan by label is a
//! scan of segments. It does not know relationships or names.

use super::bits::Bits;
use super::column::Columns;
use super::directory::Directory;
use super::{SEGMENT, join, split};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::{KeyId, LabelId, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// How many nodes of a label set are created in shared segments before it gets its own.
const SHARED: u32 = 256;

/// The greatest number of segments. The last identifiers of the range are left out, so that `u32::MAX` is never a node.
const SEGMENT_LIMIT: u32 = u32::MAX / SEGMENT;

/// The nodes of one segment.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodeSegment {
    live: Bits,
    labels: Vec<(LabelId, Bits)>,
    /// How many places were ever used.
    used: u16,
    pub(crate) columns: Columns,
}

impl NodeSegment {
    #[inline]
    pub(crate) fn contains(&self, place: u16) -> bool {
        self.live.get(place)
    }

    /// The live nodes with the label, or all.
    pub(crate) fn set(&self, label: Option<LabelId>) -> Option<&Bits> {
        match label {
            None => Some(&self.live),
            Some(label) => self.labels.iter().find(|(other, _)| *other == label).map(|(_, bits)| bits),
        }
    }

    pub(crate) fn labels_at(&self, place: u16) -> impl Iterator<Item = LabelId> + '_ {
        self.labels.iter().filter(move |(_, bits)| bits.get(place)).map(|(label, _)| *label)
    }

    /// The labels that any of its nodes has.
    pub(crate) fn labels(&self) -> impl Iterator<Item = LabelId> + '_ {
        self.labels.iter().map(|(label, _)| *label)
    }

    /// Whether all its nodes have the same labels.
    pub(crate) fn is_uniform(&self) -> bool {
        self.labels.iter().all(|(_, bits)| *bits == self.live)
    }

    fn add_label(&mut self, place: u16, label: LabelId) -> bool {
        self.label_mut(label).insert(place)
    }

    /// The nodes with the label, for changing.
    fn label_mut(&mut self, label: LabelId) -> &mut Bits {
        let position = self.labels.binary_search_by_key(&label, |(other, _)| *other).unwrap_or_else(|position| {
            self.labels.insert(position, (label, Bits::default()));
            position
        });
        &mut self.labels[position].1
    }

    fn remove_label(&mut self, place: u16, label: LabelId) -> bool {
        let Ok(position) = self.labels.binary_search_by_key(&label, |(other, _)| *other) else { return false };
        let was = self.labels[position].1.remove(place);
        if self.labels[position].1.is_empty() {
            self.labels.remove(position);
        }
        was
    }

    /// Makes nodes of the segment live, which ascend, with labels.
    fn fill(&mut self, nodes: &[u32], labels: &[LabelId]) {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return };
        let (first, last) = (split(*first).1, split(*last).1);
        let places = match nodes.len() == usize::from(last - first) + 1 {
            true => Bits::below(usize::from(last) + 1).without(&Bits::below(first.into())),
            false => {
                let mut places = Bits::default();
                nodes.iter().for_each(|node| _ = places.insert(split(*node).1));
                places
            }
        };
        self.live.add(&places);
        self.used = self.used.max(last + 1);
        labels.iter().for_each(|label| self.label_mut(*label).add(&places));
    }

    /// The sets of labels there are, each with the nodes that have it; the segment's first node has this identifier.
    pub(crate) fn shapes(&self, first: u32) -> Vec<(Vec<LabelId>, Vec<u32>)> {
        if self.labels.iter().all(|(_, bits)| *bits == self.live) {
            let mut nodes = Vec::new();
            self.live.append_to(first, &mut nodes);
            return vec![(self.labels.iter().map(|(label, _)| *label).collect(), nodes)];
        }
        let mut shapes: HashMap<Vec<LabelId>, Vec<u32>> = HashMap::new();
        for place in self.live.iter() {
            shapes.entry(self.labels_at(place).collect()).or_default().push(first + u32::from(place));
        }
        shapes.into_iter().collect()
    }

    /// The sets of labels there are, each with how many nodes have it.
    fn label_sets(&self) -> HashMap<Box<[LabelId]>, u32> {
        if self.is_uniform() {
            return HashMap::from_iter([(self.labels().collect(), self.live.count())]);
        }
        let mut sets = HashMap::new();
        for place in self.live.iter() {
            *sets.entry(self.labels_at(place).collect()).or_default() += 1;
        }
        sets
    }

    fn bytes(&self) -> usize {
        size_of::<NodeSegment>() + self.labels.capacity() * size_of::<(LabelId, Bits)>()
    }
}

/// The nodes of a graph.
#[derive(Clone, Debug)]
pub(crate) struct NodeTable {
    segments: Directory<NodeSegment>,
    /// How many segments were opened.
    opened: u32,
    /// One more than the greatest identifier ever given out.
    bound: u32,
    count: u64,
    /// How many nodes have each label.
    by_label: Arc<Vec<u64>>,
    /// The label sets that nodes were created with.
    shapes: Arc<HashMap<Box<[LabelId]>, u32, foldhash::quality::RandomState>>,
    shape_states: Directory<ShapeState>,
    /// The segment that rare label sets share.
    shared: Option<u32>,
    segment_limit: u32,
}

/// Where the nodes of a label set go.
#[derive(Clone, Debug, Default)]
struct ShapeState {
    /// How many were created in shared segments.
    created: u32,
    /// The set's own segment that is being filled.
    own: Option<u32>,
}

impl Default for NodeTable {
    fn default() -> Self {
        NodeTable {
            segments: Directory::default(),
            opened: 0,
            bound: 0,
            count: 0,
            by_label: Arc::default(),
            shapes: Arc::default(),
            shape_states: Directory::default(),
            shared: None,
            segment_limit: SEGMENT_LIMIT,
        }
    }
}

impl NodeTable {
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn bound(&self) -> u32 {
        self.bound
    }

    pub(crate) fn segments(&self) -> u32 {
        self.opened
    }

    pub(crate) fn label_count(&self, label: LabelId) -> u64 {
        self.by_label.get(label.0 as usize).copied().unwrap_or_default()
    }

    /// The segments that ever had a node.
    pub(crate) fn used_segments(&self) -> impl Iterator<Item = u32> + '_ {
        self.segments.iter().map(|(segment, _)| segment)
    }

    #[inline]
    pub(crate) fn segment(&self, segment: u32) -> Option<&NodeSegment> {
        self.segments.get(segment)
    }

    #[inline]
    pub(crate) fn contains(&self, node: u32) -> bool {
        let (segment, place) = split(node);
        self.segments.get(segment).is_some_and(|segment| segment.contains(place))
    }

    /// The properties of a node, for changing. Only for live nodes.
    pub(crate) fn columns_mut(&mut self, node: u32) -> &mut Columns {
        &mut self.segments.get_mut(node / SEGMENT).columns
    }

    pub(crate) fn property(&self, node: u32, key: KeyId) -> Value {
        let (segment, place) = split(node);
        self.segments.get(segment).map_or(Value::Null, |segment| segment.columns.get(place, key))
    }

    /// Creates a node with labels that are sorted and distinct.
    pub(crate) fn create(&mut self, labels: &[LabelId]) -> Result<u32> {
        let segment = self.segment_for(labels)?;
        let place = self.segments.get(segment).map_or(0, |segment| segment.used);
        let node = join(segment, place);
        self.occupy(node, labels);
        Ok(node)
    }

    /// Creates a node with a given identifier that no live node has.
    pub(crate) fn restore(&mut self, node: u32, labels: &[LabelId]) -> Result<()> {
        if node / SEGMENT >= self.segment_limit || self.contains(node) {
            return Err(Error::internal(format!("node {node} cannot be restored")));
        }
        self.opened = self.opened.max(node / SEGMENT + 1);
        self.occupy(node, labels);
        Ok(())
    }

    /// Creates nodes of one set of labels with given identifiers, which must ascend and be free.
    pub(crate) fn restore_many(&mut self, nodes: &[u32], labels: &[LabelId]) -> Result<()> {
        let Some(last) = nodes.last() else { return Ok(()) };
        let runs = || nodes.chunk_by(|a, b| a / SEGMENT == b / SEGMENT);
        let free = |run: &[u32]| {
            let segment = self.segments.get(run[0] / SEGMENT);
            segment.is_none_or(|segment| run.iter().all(|node| !segment.contains(split(*node).1)))
        };
        if last / SEGMENT >= self.segment_limit || !nodes.is_sorted_by(|a, b| a < b) || !runs().all(free) {
            return Err(Error::internal("nodes cannot be restored: not in order, or not free"));
        }
        runs().for_each(|run| self.segments.get_mut(run[0] / SEGMENT).fill(run, labels));
        labels.iter().for_each(|label| *self.label_counter(*label) += nodes.len() as u64);
        self.opened = self.opened.max(last / SEGMENT + 1);
        self.bound = self.bound.max(last + 1);
        self.count += nodes.len() as u64;
        Ok(())
    }

    /// Decides anew which segments are still to be filled, after nodes were restored: a segment whose nodes all have
    /// one label set belongs to that set when the set is frequent, the others are shared.
    pub(crate) fn settle(&mut self) {
        self.shapes = Arc::default();
        self.shape_states = Directory::default();
        self.shared = None;
        let used: Vec<u32> = self.used_segments().collect();
        for index in used {
            let Some(segment) = self.segments.get(index) else { continue };
            let counts = segment.label_sets();
            let (open, single) = (u32::from(segment.used) < SEGMENT, counts.len() == 1);
            for (labels, count) in counts {
                let shape = self.shape(&labels);
                let state = self.shape_states.get_mut(shape);
                state.created = state.created.saturating_add(count);
                if open && single && state.created >= SHARED {
                    state.own = Some(index);
                } else if open {
                    self.shared = Some(index);
                }
            }
        }
    }

    /// Removes a node; whether it was there.
    pub(crate) fn delete(&mut self, node: u32) -> bool {
        if !self.contains(node) {
            return false;
        }
        let (segment, place) = split(node);
        let segment = self.segments.get_mut(segment);
        let labels: Vec<LabelId> = segment.labels_at(place).collect();
        for label in &labels {
            segment.remove_label(place, *label);
        }
        segment.columns.clear_place(place);
        segment.live.remove(place);
        self.count -= 1;
        labels.into_iter().for_each(|label| *self.label_counter(label) -= 1);
        true
    }

    pub(crate) fn add_label(&mut self, node: u32, label: LabelId) -> bool {
        if !self.contains(node) || self.has_label(node, label) {
            return false;
        }
        let (segment, place) = split(node);
        self.segments.get_mut(segment).add_label(place, label);
        *self.label_counter(label) += 1;
        true
    }

    pub(crate) fn remove_label(&mut self, node: u32, label: LabelId) -> bool {
        if !self.has_label(node, label) {
            return false;
        }
        let (segment, place) = split(node);
        self.segments.get_mut(segment).remove_label(place, label);
        *self.label_counter(label) -= 1;
        true
    }

    pub(crate) fn has_label(&self, node: u32, label: LabelId) -> bool {
        let (segment, place) = split(node);
        self.segments.get(segment).and_then(|segment| segment.set(Some(label))).is_some_and(|bits| bits.get(place))
    }

    /// Bytes used without columns.
    pub(crate) fn bytes(&self) -> usize {
        self.segments.own_bytes() + self.segments.iter().map(|(_, segment)| segment.bytes()).sum::<usize>()
    }

    /// Every segment of properties.
    pub(crate) fn all_columns(&self) -> impl Iterator<Item = &Columns> {
        self.all_columns_by_segment().map(|(_, columns)| columns)
    }

    /// Every segment of properties with its number.
    pub(crate) fn all_columns_by_segment(&self) -> impl Iterator<Item = (u32, &Columns)> {
        self.segments.iter().map(|(number, segment)| (number, &segment.columns))
    }

    fn occupy(&mut self, node: u32, labels: &[LabelId]) {
        let (index, place) = split(node);
        let segment = self.segments.get_mut(index);
        segment.live.insert(place);
        segment.used = segment.used.max(place + 1);
        for label in labels {
            segment.add_label(place, *label);
        }
        labels.iter().for_each(|label| *self.label_counter(*label) += 1);
        self.count += 1;
        self.bound = self.bound.max(node + 1);
    }

    /// The segment where the next node of a label set goes.
    fn segment_for(&mut self, labels: &[LabelId]) -> Result<u32> {
        let shape = self.shape(labels);
        let state = self.shape_states.get(shape).cloned().unwrap_or_default();
        if state.created < SHARED {
            let segment = self.open(self.shared)?;
            self.shared = Some(segment);
            self.shape_states.get_mut(shape).created += 1;
            return Ok(segment);
        }
        let own = state.own.or_else(|| self.take_over_shared(state.created));
        let segment = self.open(own)?;
        if state.own != Some(segment) {
            self.shape_states.get_mut(shape).own = Some(segment);
        }
        Ok(segment)
    }

    /// The shared segment, when a set that has become frequent is alone in it.
    fn take_over_shared(&mut self, created: u32) -> Option<u32> {
        let alone = |index: &u32| self.segments.get(*index).is_some_and(|segment| u32::from(segment.used) == created);
        let segment = self.shared.filter(alone)?;
        self.shared = None;
        Some(segment)
    }

    /// The segment, if it has room; else a new one.
    fn open(&mut self, segment: Option<u32>) -> Result<u32> {
        let has_room = |segment: &u32| self.segments.get(*segment).is_some_and(|it| u32::from(it.used) < SEGMENT);
        if let Some(segment) = segment.filter(has_room) {
            return Ok(segment);
        }
        if self.opened >= self.segment_limit {
            let message = "all node identifiers are used up";
            return Err(Error::runtime(ErrorType::ResourceLimit, Detail::IdsExhausted, message));
        }
        let segment = self.opened;
        self.opened += 1;
        self.segments.insert(segment, NodeSegment::default());
        Ok(segment)
    }

    fn shape(&mut self, labels: &[LabelId]) -> u32 {
        if let Some(shape) = self.shapes.get(labels) {
            return *shape;
        }
        let shape = self.shapes.len() as u32;
        Arc::make_mut(&mut self.shapes).insert(labels.into(), shape);
        shape
    }

    fn label_counter(&mut self, label: LabelId) -> &mut u64 {
        let counts = Arc::make_mut(&mut self.by_label);
        if counts.len() <= label.0 as usize {
            counts.resize(label.0 as usize + 1, 0);
        }
        &mut counts[label.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_label_sets_share_segments_and_frequent_ones_have_their_own() {
        let mut table = NodeTable::default();
        for _ in 0..2000 {
            table.create(&[LabelId(0)]).unwrap();
            table.create(&[LabelId(1), LabelId(2)]).unwrap();
        }
        for label in 3..40 {
            table.create(&[LabelId(label)]).unwrap();
        }
        assert_eq!(table.count(), 4037);
        assert_eq!(table.label_count(LabelId(2)), 2000);
        assert_eq!(table.segments(), 5, "one shared, two for each frequent set");
        let own = table.segment(1).unwrap();
        assert_eq!(own.set(Some(LabelId(0))), Some(&own.live));
    }

    #[test]
    fn the_last_segment_is_followed_by_an_error() {
        let mut table = NodeTable { segment_limit: 1, ..NodeTable::default() };
        for place in 0..SEGMENT {
            assert_eq!(table.create(&[LabelId(place)]).unwrap(), place);
        }
        assert_eq!(table.create(&[]).unwrap_err().detail(), Detail::IdsExhausted);
        assert_eq!((table.bound(), table.count()), (SEGMENT, u64::from(SEGMENT)));
    }

    #[test]
    fn restored_nodes_go_on_being_filled_where_they_stopped() {
        let mut table = NodeTable::default();
        let nodes: Vec<u32> = (0..600).map(|_| table.create(&[LabelId(0)]).unwrap()).collect();
        let rare = table.create(&[LabelId(1)]).unwrap();
        let mut restored = NodeTable::default();
        nodes.iter().for_each(|node| restored.restore(*node, &[LabelId(0)]).unwrap());
        restored.restore(rare, &[LabelId(1)]).unwrap();
        restored.settle();
        for labels in [&[LabelId(0)][..], &[LabelId(1)]] {
            assert_eq!(restored.create(labels).unwrap(), table.create(labels).unwrap());
        }
        assert!(restored.restore(rare, &[]).is_err());
    }
}
