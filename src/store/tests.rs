//! The store against a plain model, and how much versions share.

use super::*;
use crate::error::{Detail, ErrorType};
use crate::value::compare;
use crate::value::{KeyId, LabelId, RelId, RelTypeId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const DIRECTIONS: [Direction; 2] = [Direction::Outgoing, Direction::Incoming];
const TYPES: u32 = 3;
const LABELS: u32 = 4;
/// `name`, `aliases` and two more.
const KEYS: u32 = 4;

/// A graph as anybody would write it down.
#[derive(Clone, Debug, Default)]
struct Model {
    nodes: BTreeMap<u32, (BTreeSet<u32>, Properties)>,
    rels: BTreeMap<(u32, u32), (u32, u32, Properties)>,
}

type Properties = BTreeMap<u32, Value>;

#[derive(Clone, Debug)]
enum Change {
    CreateNodes(u8, Vec<u8>, Vec<(u8, Value)>),
    CreateRels(u8, Vec<(u16, u16)>),
    CreateRelsInBulk(u8, Vec<(u16, u16)>),
    SetNode(u16, u8, Value),
    SetRel(u16, u8, Value),
    AddLabel(u16, u8),
    RemoveLabel(u16, u8),
    DeleteRels(u16, u8),
    DeleteNode(u16),
    CreateIndex(u8),
    DropIndex(u8),
    Seek(u8, Value),
    Hold,
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (-200i64..200).prop_map(Value::Int),
        1 => any::<i64>().prop_map(Value::Int),
        1 => (-4i32..4).prop_map(|number| Value::Float(f64::from(number) / 2.0)),
        1 => any::<bool>().prop_map(Value::Bool),
        3 => (0u8..100).prop_map(|number| Value::string(format!("Name {number}"))),
        1 => (0i64..9).prop_map(|days| Value::Date(crate::value::temporal::Date { days })),
        1 => Just(Value::list(vec![Value::string("Alias"), Value::string("name 1")])),
        2 => Just(Value::Null),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let properties = || proptest::collection::vec((any::<u8>(), value()), 0..3);
    let ends = |most| proptest::collection::vec((any::<u16>(), any::<u16>()), 0..most);
    prop_oneof![
        4 => (1u8..200, proptest::collection::vec(any::<u8>(), 0..3), properties())
            .prop_map(|(count, labels, properties)| Change::CreateNodes(count, labels, properties)),
        6 => (any::<u8>(), ends(60)).prop_map(|(rel_type, ends)| Change::CreateRels(rel_type, ends)),
        2 => (any::<u8>(), ends(1500)).prop_map(|(rel_type, ends)| Change::CreateRelsInBulk(rel_type, ends)),
        6 => (any::<u16>(), any::<u8>(), value()).prop_map(|(node, key, value)| Change::SetNode(node, key, value)),
        6 => (any::<u16>(), any::<u8>(), value()).prop_map(|(rel, key, value)| Change::SetRel(rel, key, value)),
        2 => (any::<u16>(), any::<u8>()).prop_map(|(node, label)| Change::AddLabel(node, label)),
        2 => (any::<u16>(), any::<u8>()).prop_map(|(node, label)| Change::RemoveLabel(node, label)),
        4 => (any::<u16>(), any::<u8>()).prop_map(|(rel, count)| Change::DeleteRels(rel, count)),
        2 => any::<u16>().prop_map(Change::DeleteNode),
        2 => any::<u8>().prop_map(Change::CreateIndex),
        1 => any::<u8>().prop_map(Change::DropIndex),
        4 => (any::<u8>(), value()).prop_map(|(number, value)| Change::Seek(number, value)),
        1 => Just(Change::Hold),
    ]
}

fn empty() -> Version {
    let mut version = Version::new();
    for id in 0..TYPES {
        version.intern_rel_type(&format!("T{id}"));
    }
    for id in 0..LABELS {
        version.intern_label(&format!("L{id}"));
    }
    for name in ["name", "aliases", "a", "b"] {
        version.intern_key(name);
    }
    version
}

/// One of the keys of a map, chosen by a number.
fn pick<K: Copy, V>(map: &BTreeMap<K, V>, number: u16) -> Option<K> {
    map.keys().nth(usize::from(number) % map.len().max(1)).copied()
}

fn set(properties: &mut BTreeMap<u32, Value>, key: u32, value: &Value) {
    if value.is_null() {
        properties.remove(&key);
    } else {
        properties.insert(key, value.clone());
    }
}

fn apply(version: &mut Version, model: &mut Model, change: &Change) {
    match change {
        Change::CreateNodes(count, labels, properties) => {
            let labels: BTreeSet<u32> = labels.iter().map(|label| u32::from(*label) % LABELS).collect();
            let ids: Vec<LabelId> = labels.iter().rev().map(|label| LabelId(*label)).collect();
            let given: Vec<(KeyId, Value)> =
                properties.iter().map(|(key, value)| (KeyId(u32::from(*key) % KEYS), value.clone())).collect();
            let mut kept = BTreeMap::new();
            given.iter().for_each(|(key, value)| set(&mut kept, key.0, value));
            for _ in 0..*count {
                let node = version.create_node(&ids, &given).unwrap();
                assert!(
                    model.nodes.insert(node.0, (labels.clone(), kept.clone())).is_none(),
                    "{node:?} given out twice"
                );
            }
        }
        Change::CreateRels(rel_type, ends) => {
            for (from, to) in pairs(model, ends) {
                let rel_type = RelTypeId(u32::from(*rel_type) % TYPES);
                let value = Value::Int(i64::from(from.0));
                let rel = version.create_rel(rel_type, from, to, &[(KeyId(2), value.clone())]).unwrap();
                model.rels.insert((rel.rel_type.0, rel.row), (from.0, to.0, BTreeMap::from([(2, value)])));
            }
        }
        Change::CreateRelsInBulk(rel_type, ends) => {
            let (rel_type, ends) = (RelTypeId(u32::from(*rel_type) % TYPES), pairs(model, ends));
            let bulk = version.bulk_rels(rel_type, &ends).unwrap();
            for (row, (from, to)) in bulk.into_iter().zip(&ends) {
                model.rels.insert((rel_type.0, row), (from.0, to.0, BTreeMap::new()));
            }
            let value = |from: NodeId| Value::Int(i64::from(from.0));
            let rel = |(from, to): &(NodeId, NodeId)| NewRel {
                from: *from,
                to: *to,
                properties: vec![(KeyId(2), value(*from))],
            };
            let first = version.row_bound(rel_type);
            version.create_rels(rel_type, ends.iter().map(rel).collect()).unwrap();
            for (row, (from, to)) in (first..).zip(ends) {
                model.rels.insert((rel_type.0, row), (from.0, to.0, BTreeMap::from([(2, value(from))])));
            }
        }
        Change::SetNode(number, key, value) => {
            let Some(node) = pick(&model.nodes, *number) else { return };
            let key = u32::from(*key) % KEYS;
            version.set_node_property(NodeId(node), KeyId(key), value.clone()).unwrap();
            set(&mut model.nodes.get_mut(&node).unwrap().1, key, value);
        }
        Change::SetRel(number, key, value) => {
            let Some((rel_type, row)) = pick(&model.rels, *number) else { return };
            let key = u32::from(*key) % KEYS;
            let rel = RelId { rel_type: RelTypeId(rel_type), row };
            version.set_rel_property(rel, KeyId(key), value.clone()).unwrap();
            set(&mut model.rels.get_mut(&(rel_type, row)).unwrap().2, key, value);
        }
        Change::AddLabel(number, label) => {
            let Some(node) = pick(&model.nodes, *number) else { return };
            let label = u32::from(*label) % LABELS;
            let new = model.nodes.get_mut(&node).unwrap().0.insert(label);
            assert_eq!(version.add_label(NodeId(node), LabelId(label)), new);
        }
        Change::RemoveLabel(number, label) => {
            let Some(node) = pick(&model.nodes, *number) else { return };
            let label = u32::from(*label) % LABELS;
            let was = model.nodes.get_mut(&node).unwrap().0.remove(&label);
            assert_eq!(version.remove_label(NodeId(node), LabelId(label)), was);
        }
        Change::DeleteRels(number, count) => {
            for _ in 0..*count {
                let Some((rel_type, row)) = pick(&model.rels, *number) else { return };
                let rel = RelId { rel_type: RelTypeId(rel_type), row };
                assert!(version.delete_rel(rel));
                assert!(!version.delete_rel(rel));
                model.rels.remove(&(rel_type, row));
            }
        }
        Change::DeleteNode(number) => {
            let Some(node) = pick(&model.nodes, *number) else { return };
            let connected = model.rels.values().any(|(from, to, _)| *from == node || *to == node);
            match version.delete_node(NodeId(node)) {
                Ok(existed) => assert!(existed && !connected),
                Err(error) => assert!(connected && error.detail() == Detail::DeleteConnectedNode),
            }
            if !connected {
                model.nodes.remove(&node);
            }
        }
        Change::CreateIndex(number) => {
            let index = index_definition(*number);
            if !version.has_schema_name(&index.name) {
                version.create_index(index).unwrap();
            }
        }
        Change::DropIndex(number) => {
            let name = index_definition(*number).name;
            assert_eq!(version.has_schema_name(&name), version.drop_index(&name).unwrap());
        }
        Change::Seek(number, value) => {
            let index = index_definition(*number);
            if version.has_schema_name(&index.name) {
                let found = version.seek(&index.name, &Seek::Equal(&vec![value.clone(); index.keys.len()]));
                assert_eq!(found.unwrap(), equal_to(&inside(&index, model), value), "{index:?} {value:?}");
            }
        }
        Change::Hold => {}
    }
}

/// One of a dozen indexes.
fn index_definition(number: u8) -> IndexDefinition {
    let (name, key) = (Arc::from(format!("index {}", number % 12)), |key: u8| KeyId(u32::from(key)));
    let label = SchemaTarget::Label(LabelId(u32::from(number % 2)));
    let rel_type = SchemaTarget::RelType(RelTypeId(0));
    let (kind, target, keys) = match number % 12 {
        0 | 1 => (IndexKind::Range, label, vec![key(0)]),
        2 | 3 => (IndexKind::Range, label, vec![key(2)]),
        4 | 5 => (IndexKind::Range, label, vec![key(2), key(3)]),
        6 | 7 => (IndexKind::Text, label, vec![key(0)]),
        8 | 9 => (IndexKind::Range, rel_type, vec![key(2 + number % 2)]),
        10 => (IndexKind::Range, rel_type, vec![key(3), key(2)]),
        _ => (IndexKind::Text, rel_type, vec![key(3)]),
    };
    IndexDefinition { name, kind, target, keys }
}

fn pairs(model: &Model, ends: &[(u16, u16)]) -> Vec<(NodeId, NodeId)> {
    let nodes: Vec<u32> = model.nodes.keys().copied().collect();
    // Squares make few nodes have many relationships, and let parallel ones and self-loops happen.
    let choose = |number: u16| {
        let place = (f64::from(number) / 65536.0).powi(4) * nodes.len() as f64;
        nodes.get(place as usize).map(|node| NodeId(*node))
    };
    ends.iter().filter_map(|(from, to)| Some((choose(*from)?, choose(*to)?))).collect()
}

fn same(a: &Value, b: &Value) -> bool {
    compare::identical(a, b)
}

fn same_properties(found: &[(KeyId, Value)], expected: &BTreeMap<u32, Value>) -> bool {
    found.len() == expected.len()
        && found.iter().zip(expected).all(|((key, value), (other, wanted))| key.0 == *other && same(value, wanted))
}

fn gathered(gathered: Gathered) -> Vec<Value> {
    match gathered {
        Gathered::Ints(values) => values.into_iter().map(Value::Int).collect(),
        Gathered::Floats(values) => values.into_iter().map(Value::Float).collect(),
        Gathered::Bools(values) => values.into_iter().map(Value::Bool).collect(),
        Gathered::Values(values) => values,
    }
}

/// Compares everything that a version can be asked.
fn check(version: &Version, model: &Model) {
    check_nodes(version, model);
    check_rels(version, model);
    check_adjacency(version, model);
    check_names(version, model);
    check_indexes(version, model);
}

/// Compares what indexes find with a look at everything.
fn check_indexes(version: &Version, model: &Model) {
    let wanted: Vec<Value> = model.nodes.values().flat_map(|node| node.1.values().cloned()).take(12).collect();
    let wanted: Vec<Value> = wanted.into_iter().chain([Value::Int(0), Value::Float(f64::NAN), Value::Null]).collect();
    for index in version.indexes() {
        check_index(version, index, &inside(index, model), &wanted);
    }
}

/// Who belongs into an index, with the values of its keys.
fn inside(index: &IndexDefinition, model: &Model) -> Vec<(u32, Vec<Value>)> {
    let owners: Vec<(u32, &Properties)> = match index.target {
        SchemaTarget::Label(label) => {
            let labelled = model.nodes.iter().filter(|(_, node)| node.0.contains(&label.0));
            labelled.map(|(id, node)| (*id, &node.1)).collect()
        }
        SchemaTarget::RelType(rel_type) => {
            let typed = model.rels.iter().filter(|((other, _), _)| *other == rel_type.0);
            typed.map(|((_, row), rel)| (*row, &rel.2)).collect()
        }
    };
    let text = |value: &Value| index.kind == IndexKind::Range || value.as_str().is_some();
    let values = |properties: &Properties| -> Option<Vec<Value>> {
        index.keys.iter().map(|key| properties.get(&key.0).filter(|value| text(value)).cloned()).collect()
    };
    owners.into_iter().filter_map(|(id, properties)| Some((id, values(properties)?))).collect()
}

/// Those whose values all equal one.
fn equal_to(inside: &[(u32, Vec<Value>)], value: &Value) -> Vec<u32> {
    let equal = |values: &[Value]| values.iter().all(|each| compare::equals(each, value) == Some(true));
    inside.iter().filter(|(_, values)| equal(values)).map(|(id, _)| *id).collect()
}

fn check_index(version: &Version, index: &IndexDefinition, inside: &[(u32, Vec<Value>)], wanted: &[Value]) {
    let those = |test: &dyn Fn(&[Value]) -> bool| -> Vec<u32> {
        inside.iter().filter(|(_, values)| test(values)).map(|(id, _)| *id).collect()
    };
    let check = |seek: &Seek<'_>, expected: Vec<u32>| {
        let found = version.seek(&index.name, seek).unwrap();
        assert_eq!(found, expected, "{index:?} {seek:?}");
        let searched = version.search(index, seek);
        assert!(searched.is_some() || index.keys.len() > 1);
        assert!(searched.is_none_or(|searched| searched == expected), "{index:?} {seek:?}");
        assert_eq!(version.count_found(&index.name, seek), expected.len() as u64);
    };
    let distinct: std::collections::HashSet<compare::GroupKey> =
        inside.iter().map(|(_, values)| compare::GroupKey(Value::list(values.clone()))).collect();
    assert_eq!(version.index_size(&index.name), (inside.len() as u64, distinct.len() as u64));
    check(&Seek::All, those(&|_| true));
    for value in wanted {
        let parts = vec![value.clone(); index.keys.len()];
        check(&Seek::Equal(&parts), equal_to(inside, value));
        if index.keys.len() > 1 {
            continue;
        }
        let at_least = |values: &[Value]| compare::greater_or_equal(&values[0], value) == Some(true);
        let below = |values: &[Value]| compare::less(&values[0], value) == Some(true);
        // NaN stands after the numbers, and lists are compared part by part: a range may find too much there.
        let exact = !matches!(value, Value::List(_));
        if exact {
            check(&Seek::Range { lower: None, upper: Some((value, false)) }, those(&below));
            check(&Seek::Range { lower: Some((value, true)), upper: None }, those(&at_least));
            let both = Seek::Range { lower: Some((&Value::Int(-50), false)), upper: Some((value, true)) };
            let between = |values: &[Value]| {
                compare::greater(&values[0], &Value::Int(-50)) == Some(true)
                    && compare::less_or_equal(&values[0], value) == Some(true)
            };
            check(&both, those(&between));
        }
    }
    if index.keys.len() == 1 {
        for prefix in ["", "Name 1", "Name 99", "name"] {
            check(
                &Seek::Prefix(prefix),
                those(&|values| values[0].as_str().is_some_and(|text| text.starts_with(prefix))),
            );
        }
    }
}

fn check_nodes(version: &Version, model: &Model) {
    assert_eq!(version.node_count(), model.nodes.len() as u64);
    assert!(version.node_ids().map(|node| node.0).eq(model.nodes.keys().copied()));
    for label in 0..LABELS {
        let expected: Vec<u32> =
            model.nodes.iter().filter(|(_, node)| node.0.contains(&label)).map(|(id, _)| *id).collect();
        let mut found = Vec::new();
        (0..version.segments()).for_each(|segment| version.scan(segment, Some(LabelId(label)), &mut found));
        assert_eq!(found, expected);
        assert_eq!(version.label_count(LabelId(label)), expected.len() as u64);
    }
    for node in 0..version.node_bound() {
        let expected = model.nodes.get(&node);
        assert_eq!(version.contains_node(NodeId(node)), expected.is_some());
        let (labels, properties) = expected.cloned().unwrap_or_default();
        assert!(version.node_labels(NodeId(node)).iter().map(|label| label.0).eq(labels));
        assert!(same_properties(&version.node_properties(NodeId(node)), &properties), "node {node}");
    }
    let nodes: Vec<u32> = (0..version.node_bound()).rev().collect();
    for key in (0..KEYS).map(KeyId) {
        for nodes in [&nodes[..], &nodes[..nodes.len().min(1)]] {
            let values = gathered(version.gather_node_property(nodes, key));
            assert_eq!(values.len(), nodes.len());
            let single = nodes.iter().map(|node| version.node_property(NodeId(*node), key));
            assert!(single.zip(&values).all(|(a, b)| same(&a, b)));
        }
    }
}

fn check_rels(version: &Version, model: &Model) {
    assert_eq!(version.rel_count(), model.rels.len() as u64);
    for rel_type in (0..TYPES).map(RelTypeId) {
        let of_type = || model.rels.iter().filter(move |((other, _), _)| *other == rel_type.0);
        assert!(version.rel_ids(rel_type).map(|rel| rel.row).eq(of_type().map(|((_, row), _)| *row)));
        assert_eq!(version.rel_type_count(rel_type), of_type().count() as u64);
        let starts: BTreeSet<u32> = of_type().map(|(_, rel)| rel.0).collect();
        let ends: BTreeSet<u32> = of_type().map(|(_, rel)| rel.1).collect();
        assert_eq!(version.rel_type_nodes(rel_type, Direction::Outgoing), starts.len() as u64);
        assert_eq!(version.rel_type_nodes(rel_type, Direction::Incoming), ends.len() as u64);
        let rows: Vec<u32> = (0..version.row_bound(rel_type)).collect();
        let values = gathered(version.gather_rel_property(rel_type, &rows, KeyId(2)));
        for (row, value) in rows.into_iter().zip(values) {
            let (rel, expected) = (RelId { rel_type, row }, model.rels.get(&(rel_type.0, row)));
            assert_eq!(version.contains_rel(rel), expected.is_some());
            assert_eq!(version.endpoints(rel), expected.map(|(from, to, _)| (NodeId(*from), NodeId(*to))));
            let properties = expected.map(|rel| rel.2.clone()).unwrap_or_default();
            assert!(same_properties(&version.rel_properties(rel), &properties));
            assert!(same(&value, properties.get(&2).unwrap_or(&Value::Null)));
        }
    }
}

fn check_adjacency(version: &Version, model: &Model) {
    let mut expected: BTreeMap<(u32, u32, usize), Vec<(u32, u32)>> = BTreeMap::new();
    for ((rel_type, row), (from, to, _)) in &model.rels {
        expected.entry((*from, *rel_type, 0)).or_default().push((*to, *row));
        expected.entry((*to, *rel_type, 1)).or_default().push((*from, *row));
    }
    expected.values_mut().for_each(|list| list.sort_unstable());
    for node in 0..version.node_bound() {
        let mut around = BTreeSet::new();
        for (index, direction) in DIRECTIONS.into_iter().enumerate() {
            let mut types = Vec::new();
            for rel_type in (0..TYPES).map(RelTypeId) {
                let list = expected.get(&(node, rel_type.0, index)).cloned().unwrap_or_default();
                let adjacent = version.adjacent(NodeId(node), rel_type, direction);
                let found = adjacent.neighbours().iter().copied().zip(adjacent.rows().iter().copied());
                assert!(found.eq(list.iter().copied()), "node {node} {rel_type:?} {direction:?}");
                assert_eq!(version.degree(NodeId(node), rel_type, direction), list.len() as u32);
                let mut degrees = [7];
                version.adjacency(rel_type, direction).add_degrees(&[node], &mut degrees);
                assert_eq!(degrees, [7 + list.len() as u64]);
                let mut visited = Vec::new();
                version.adjacency(rel_type, direction).for_each(node, |other, row| visited.push((other, row)));
                assert_eq!(visited, list);
                types.extend((!list.is_empty()).then_some(rel_type));
                around.extend(list.iter().map(|(_, row)| RelId { rel_type, row: *row }));
            }
            assert_eq!(version.types_at(NodeId(node), direction), types);
        }
        let mut rels = version.rels_of(NodeId(node));
        rels.sort_unstable();
        assert!(rels.into_iter().eq(around), "a self-loop stands once");
    }
}

fn check_names(version: &Version, model: &Model) {
    // By spelling: the nodes whose name it is, and those it is an alias of.
    let mut names: BTreeMap<String, [BTreeSet<NodeId>; 2]> = BTreeMap::new();
    for (node, (_, properties)) in &model.nodes {
        for role in [0, 1] {
            let Some(value) = properties.get(&role) else { continue };
            let items = if let Value::List(items) = value { items.to_vec() } else { vec![value.clone()] };
            for text in items.iter().filter_map(Value::as_str) {
                names.entry(text.to_owned()).or_default()[role as usize].insert(NodeId(*node));
            }
        }
    }
    for text in (0..100).map(|number| format!("Name {number}")).chain(["Alias".to_owned(), "name 1".to_owned()]) {
        let found: Vec<NodeId> = match names.get(&text) {
            Some([named, known]) => if named.is_empty() { known } else { named }.iter().copied().collect(),
            None => {
                let alike = names.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&text));
                let nodes: BTreeSet<NodeId> = alike.flat_map(|(_, nodes)| nodes.iter().flatten().copied()).collect();
                nodes.into_iter().collect()
            }
        };
        let expected = match found[..] {
            [] => Resolution::Unknown,
            [node] => Resolution::One(node),
            _ => Resolution::Ambiguous(found),
        };
        assert_eq!(version.resolve(&text), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_store_behaves_like_the_model_and_held_snapshots_never_change(
        changes in proptest::collection::vec(change(), 1..60)
    ) {
        let (mut version, mut model) = (empty(), Model::default());
        let mut held = Vec::new();
        for change in &changes {
            apply(&mut version, &mut model, change);
            if matches!(change, Change::Hold) {
                held.push((version.clone(), model.clone()));
            }
        }
        check(&version, &model);
        check(&restored(&version), &model);
        held.iter().for_each(|(version, model)| check(version, model));
    }
}

/// The same graph, built as from a file.
fn restored(version: &Version) -> Version {
    let mut copy = empty();
    for node in version.node_ids() {
        copy.restore_node(node, &version.node_labels(node), &version.node_properties(node)).unwrap();
    }
    copy.settle();
    for rel_type in (0..TYPES).map(RelTypeId) {
        let rels: Vec<_> = version
            .rel_ids(rel_type)
            .map(|rel| (rel.row, version.endpoints(rel).unwrap().0, version.endpoints(rel).unwrap().1))
            .collect();
        copy.restore_rels(rel_type, &rels).unwrap();
        for rel in version.rel_ids(rel_type) {
            for (key, value) in version.rel_properties(rel) {
                copy.set_rel_property(rel, key, value).unwrap();
            }
        }
    }
    copy
}

/// A ring of nodes with a name each.
fn ring(count: u32) -> Version {
    let mut version = empty();
    let nodes: Vec<NodeId> = (0..count)
        .map(|id| version.create_node(&[LabelId(0)], &[(KeyId(0), Value::string(format!("Node {id}")))]).unwrap())
        .collect();
    let ends: Vec<_> = (0..nodes.len()).map(|index| (nodes[index], nodes[(index + 1) % nodes.len()])).collect();
    version.bulk_rels(RelTypeId(0), &ends).unwrap();
    version
}

#[test]
fn segments_begin_and_end_where_they_should() {
    for count in [1, 1023, 1024, 1025, 2049] {
        let version = ring(count);
        assert_eq!(version.node_count(), u64::from(count));
        assert_eq!(version.segments(), count.div_ceil(SEGMENT));
        assert_eq!(version.node_bound(), count);
        for rel in version.rel_ids(RelTypeId(0)) {
            let (from, to) = version.endpoints(rel).unwrap();
            assert_eq!(to.0, (from.0 + 1) % count);
        }
        assert_eq!(version.row_bound(RelTypeId(0)), count);
        assert!(!version.contains_rel(RelId { rel_type: RelTypeId(0), row: count }));
        assert_eq!(version.sample_nodes(None).len() as u32, count.div_ceil(count.div_ceil(256)));
    }
}

#[test]
fn a_change_copies_only_the_segments_it_touches() {
    let mut version = ring(5000);
    let held = version.clone();
    version.set_node_property(NodeId(2000), KeyId(2), Value::Int(1)).unwrap();
    version.create_rel(RelTypeId(0), NodeId(2000), NodeId(4500), &[]).unwrap();
    for segment in 0..version.segments() {
        let shared = |version: &Version| std::ptr::from_ref(version.nodes.segment(segment).unwrap());
        assert_eq!(shared(&version) == shared(&held), segment != 1, "node segment {segment}");
        for (direction, touched) in [(Direction::Outgoing, 1), (Direction::Incoming, 4)] {
            let adjacency = |version: &Version| {
                std::ptr::from_ref(version.table(RelTypeId(0)).unwrap().adjacency(direction).get(segment).unwrap())
            };
            assert_eq!(adjacency(&version) == adjacency(&held), segment != touched, "{direction:?} {segment}");
        }
    }
    assert!(held.node_property(NodeId(2000), KeyId(2)).is_null());
    assert_eq!(held.rel_count(), 5000);
}

#[test]
fn an_unchanged_column_stays_shared_when_another_of_its_segment_changes() {
    let mut version = ring(10);
    let held = version.clone();
    version.set_node_property(NodeId(3), KeyId(2), Value::Int(1)).unwrap();
    let names =
        |version: &Version| std::ptr::from_ref(version.nodes.segment(0).unwrap().columns.column(KeyId(0)).unwrap());
    assert_eq!(names(&version), names(&held));
}

#[test]
fn columns_widen_and_mix_without_changing_a_value() {
    let mut version = ring(300);
    let numbers = [0, 127, -128, 128, 32_768, -2_147_483_649, i64::MAX, i64::MIN];
    for (node, number) in numbers.iter().enumerate() {
        version.set_node_property(NodeId(node as u32), KeyId(2), Value::Int(*number)).unwrap();
    }
    let nodes: Vec<u32> = (0..numbers.len() as u32).collect();
    assert!(matches!(version.gather_node_property(&nodes, KeyId(2)), Gathered::Ints(found) if found == numbers));
    version.set_node_property(NodeId(1), KeyId(2), Value::Float(127.0)).unwrap();
    let mixed = gathered(version.gather_node_property(&nodes, KeyId(2)));
    assert!(matches!((&mixed[0], &mixed[1], &mixed[7]), (Value::Int(0), Value::Float(_), Value::Int(i64::MIN))));
    for round in 0..2 {
        for node in 0..300 {
            version
                .set_node_property(NodeId(node), KeyId(3), Value::string(format!("{}", (node + round) % 90)))
                .unwrap();
        }
    }
    assert!((0..300).all(|node| {
        version.node_property(NodeId(node), KeyId(3)).as_str() == Some(&format!("{}", (node + 1) % 90))
    }));
}

#[test]
fn entities_follow_renames_aliases_and_deletion() {
    let mut version = empty();
    let aliases = |names: &[&str]| Value::list(names.iter().map(Value::string).collect());
    let kyiv = version.create_node(&[], &[(KeyId(0), Value::string("Kyiv"))]).unwrap();
    version.set_node_property(kyiv, KeyId(1), aliases(&["Київ", "Kiev", "KYIV"])).unwrap();
    for spelling in ["Kyiv", "KIEV", "КИЇВ"] {
        assert_eq!(version.resolve(spelling), Resolution::One(kyiv), "{spelling}");
    }
    version.set_node_property(kyiv, KeyId(1), aliases(&["KYIV"])).unwrap();
    assert_eq!(version.resolve("Kiev"), Resolution::Unknown);
    assert_eq!(version.similar_names("Kiyv", 3), ["KYIV", "Kyiv"].map(Arc::from));
    let other = version.create_node(&[], &[(KeyId(0), Value::string("kyiv"))]).unwrap();
    assert_eq!(version.resolve("kyiv"), Resolution::One(other));
    assert_eq!(version.resolve("kYIV"), Resolution::Ambiguous(vec![kyiv, other]));
    version.set_node_property(kyiv, KeyId(0), Value::string("Ukraine")).unwrap();
    assert_eq!(version.resolve("Kyiv"), Resolution::Ambiguous(vec![kyiv, other]));
    version.delete_node(kyiv).unwrap();
    assert_eq!(version.resolve("KYIV"), Resolution::One(other));
    version.set_node_property(other, KeyId(0), Value::Null).unwrap();
    assert_eq!((version.resolve("KYIV"), version.names().count()), (Resolution::Unknown, 0));
}

#[test]
fn what_cannot_be_stored_is_refused_before_anything_changes() {
    let mut version = ring(1);
    let map = Value::map(crate::value::Map::new());
    for value in [map.clone(), Value::Node(NodeId(0)), Value::list(vec![map]), Value::list(vec![Value::Null])] {
        let error = version.create_node(&[], &[(KeyId(2), Value::Int(1)), (KeyId(3), value.clone())]).unwrap_err();
        assert_eq!(error.detail(), Detail::InvalidPropertyType);
        assert!(version.set_node_property(NodeId(0), KeyId(2), value.clone()).is_err());
        let rel = RelId { rel_type: RelTypeId(0), row: 0 };
        assert!(version.set_rel_property(rel, KeyId(2), value).is_err());
    }
    assert_eq!((version.node_count(), version.node_property(NodeId(0), KeyId(2)).is_null()), (1, true));
}

#[test]
fn what_does_not_exist_is_an_error_or_nothing() {
    let mut version = ring(2);
    let (nobody, nothing) = (NodeId(u32::MAX), RelId { rel_type: RelTypeId(7), row: u32::MAX });
    assert_eq!(
        version.set_node_property(nobody, KeyId(2), Value::Null).unwrap_err().detail(),
        Detail::DeletedEntityAccess
    );
    assert!(version.set_rel_property(nothing, KeyId(2), Value::Int(1)).is_err());
    assert!(version.create_rel(RelTypeId(0), NodeId(0), nobody, &[]).is_err());
    assert!(version.create_rel(RelTypeId(u32::MAX), NodeId(0), NodeId(1), &[]).is_err());
    assert!(version.bulk_rels(RelTypeId(0), &[(NodeId(0), NodeId(1)), (NodeId(0), nobody)]).is_err());
    assert!(version.create_node(&[LabelId(u32::MAX)], &[]).is_err());
    assert!(version.create_node(&[], &[(KeyId(u32::MAX), Value::Null)]).is_err());
    assert!(!version.add_label(NodeId(0), LabelId(u32::MAX)) && !version.add_label(nobody, LabelId(0)));
    assert!(!version.delete_rel(nothing) && !version.delete_node(nobody).unwrap());
    assert!(version.adjacent(nobody, RelTypeId(9), Direction::Incoming).neighbours().is_empty());
    assert!(version.rels_of(nobody).is_empty() && version.node_labels(nobody).is_empty());
    assert_eq!((version.endpoints(nothing), version.rel_count()), (None, 2));
    assert_eq!(&**version.catalog().label_name(LabelId(99)), "");
}

#[test]
fn far_rows_and_nodes_are_restored_without_filling_the_gap() {
    let mut version = ring(2);
    let far = u32::MAX - 5000;
    version.restore_node(NodeId(far), &[LabelId(0)], &[]).unwrap();
    version.restore_rel(RelId { rel_type: RelTypeId(1), row: far }, NodeId(far), NodeId(0), &[]).unwrap();
    version.restore_rels(RelTypeId(0), &[(7, NodeId(1), NodeId(1)), (far, NodeId(0), NodeId(far))]).unwrap();
    assert_eq!(version.rel_ids(RelTypeId(0)).map(|rel| rel.row).collect::<Vec<_>>(), [0, 1, 7, far]);
    assert_eq!(version.endpoints(RelId { rel_type: RelTypeId(0), row: far }), Some((NodeId(0), NodeId(far))));
    assert_eq!(version.rels_of(NodeId(far)).len(), 2);
    assert!(version.restore_rels(RelTypeId(0), &[(7, NodeId(1), NodeId(1))]).is_err());
    assert!(version.restore_rel(RelId { rel_type: RelTypeId(1), row: far }, NodeId(0), NodeId(0), &[]).is_err());
    let last = RelId { rel_type: RelTypeId(2), row: u32::MAX - 2 };
    version.restore_rel(last, NodeId(0), NodeId(1), &[]).unwrap();
    let error = version.create_rel(RelTypeId(2), NodeId(0), NodeId(1), &[]).unwrap_err();
    assert_eq!(error.detail(), Detail::IdsExhausted);
}

fn demand(name: &str, kind: ConstraintKind, target: SchemaTarget, key: u32) -> ConstraintDefinition {
    ConstraintDefinition { name: Arc::from(name), kind, target, keys: vec![KeyId(key)] }
}

#[test]
fn a_constraint_looks_at_the_outcome_and_not_at_the_way_there() {
    let mut version = ring(3);
    let label = SchemaTarget::Label(LabelId(0));
    version.create_constraint(demand("names", ConstraintKind::Key, label, 0)).unwrap();
    let name = |node: u32| Value::string(format!("Node {node}"));
    // Two names are swapped: in between both nodes have the same.
    version.set_node_property(NodeId(0), KeyId(0), name(1)).unwrap();
    version.set_node_property(NodeId(1), KeyId(0), name(0)).unwrap();
    version.check_constraints().unwrap();
    let before = version.clone();
    version.set_node_property(NodeId(2), KeyId(0), name(0)).unwrap();
    let error = version.check_constraints().unwrap_err();
    assert_eq!(
        (error.error_type(), error.detail()),
        (ErrorType::ConstraintValidationFailed, Detail::PropertyNotUnique)
    );
    assert!(error.message().contains("`names`") && error.message().contains("Node 0"), "{error}");
    version = before;
    version.set_node_property(NodeId(2), KeyId(0), Value::Null).unwrap();
    assert_eq!(version.clone().check_constraints().unwrap_err().detail(), Detail::PropertyMissing);
    version.remove_label(NodeId(2), LabelId(0));
    version.check_constraints().unwrap();
    version.add_label(NodeId(2), LabelId(0));
    assert_eq!(version.check_constraints().unwrap_err().detail(), Detail::PropertyMissing);
}

#[test]
fn equality_is_that_of_the_language_in_constraints_too() {
    let mut version = empty();
    let label = SchemaTarget::Label(LabelId(0));
    version.create_constraint(demand("unique", ConstraintKind::Unique, label, 2)).unwrap();
    let mut create = |value: Value| {
        version.create_node(&[LabelId(0)], &[(KeyId(2), value)]).unwrap();
        version.check_constraints()
    };
    for value in [Value::Int(1), Value::Null, Value::Null, Value::Float(f64::NAN), Value::Float(f64::NAN), "1".into()] {
        create(value).unwrap();
    }
    let error = create(Value::Float(1.0)).unwrap_err();
    assert_eq!(error.detail(), Detail::PropertyNotUnique);
}

#[test]
fn constraints_on_relationships_hold_for_those_created_in_bulk() {
    let mut version = ring(4);
    let rel_type = SchemaTarget::RelType(RelTypeId(0));
    let error = version.create_constraint(demand("since", ConstraintKind::Exists, rel_type, 2)).unwrap_err();
    assert_eq!(error.error_type(), ErrorType::ConstraintVerificationFailed);
    for rel in version.rel_ids(RelTypeId(0)).collect::<Vec<_>>() {
        version.set_rel_property(rel, KeyId(2), Value::Int(i64::from(rel.row))).unwrap();
    }
    version.create_constraint(demand("since", ConstraintKind::Key, rel_type, 2)).unwrap();
    version.check_constraints().unwrap();
    version.bulk_rels(RelTypeId(0), &[(NodeId(0), NodeId(1))]).unwrap();
    assert_eq!(version.check_constraints().unwrap_err().detail(), Detail::PropertyMissing);
}

#[test]
fn a_value_has_the_type_that_a_constraint_demands() {
    let mut version = empty();
    let types = vec![PropertyType::Scalar(ScalarType::Integer), PropertyType::List(ScalarType::String)];
    let label = SchemaTarget::Label(LabelId(0));
    version.create_constraint(demand("typed", ConstraintKind::Type(types), label, 2)).unwrap();
    let fits = |value: Value| {
        let mut version = version.clone();
        version.create_node(&[LabelId(0)], &[(KeyId(2), value)]).unwrap();
        version.check_constraints()
    };
    for value in [Value::Int(1), Value::Null, Value::list(vec!["a".into()]), Value::list(Vec::new())] {
        fits(value).unwrap();
    }
    for value in [Value::Float(1.0), "a".into(), Value::list(vec![Value::Int(1)])] {
        let error = fits(value).unwrap_err();
        assert_eq!(error.detail(), Detail::PropertyOfWrongType);
        assert!(error.message().contains("INTEGER | LIST<STRING NOT NULL>"), "{error}");
    }
}

#[test]
fn a_schema_has_no_two_of_a_name_or_of_a_kind() {
    let mut version = ring(2);
    let label = SchemaTarget::Label(LabelId(0));
    let index = |name: &str| IndexDefinition {
        name: Arc::from(name),
        kind: IndexKind::Range,
        target: label,
        keys: vec![KeyId(0)],
    };
    version.create_index(index("one")).unwrap();
    assert_eq!(version.create_index(index("one")).unwrap_err().detail(), Detail::SchemaNameTaken);
    assert_eq!(version.create_index(index("two")).unwrap_err().detail(), Detail::SchemaExists);
    let unique = demand("unique", ConstraintKind::Unique, label, 0);
    assert_eq!(version.create_constraint(unique.clone()).unwrap_err().detail(), Detail::SchemaExists);
    assert!(version.drop_index("one").unwrap() && !version.drop_index("one").unwrap());
    version.create_constraint(unique.clone()).unwrap();
    assert_eq!(version.drop_index("unique").unwrap_err().detail(), Detail::SchemaInUse);
    let again = ConstraintDefinition { name: Arc::from("again"), ..unique };
    assert_eq!(version.create_constraint(again).unwrap_err().detail(), Detail::SchemaExists);
    assert!(version.drop_constraint("unique") && !version.drop_constraint("unique"));
    assert_eq!((version.indexes().count(), version.constraints().count()), (0, 0));
}

#[test]
fn an_index_that_nobody_needed_yet_has_what_its_own_version_has() {
    let mut version = ring(2);
    let (key, label) = (version.intern_key("late"), LabelId(0));
    let name: Arc<str> = Arc::from("late");
    let target = SchemaTarget::Label(label);
    version.set_node_property(NodeId(0), key, Value::Int(1)).unwrap();
    version.create_index(IndexDefinition { name, kind: IndexKind::Range, target, keys: vec![key] }).unwrap();
    let (held, before) = (version.clone(), version.clone());
    version.set_node_property(NodeId(0), key, Value::Int(2)).unwrap();
    let created = version.create_node(&[label], &[(key, Value::Int(1))]).unwrap();
    let found = |version: &Version, value| version.seek("late", &Seek::Equal(&[Value::Int(value)])).unwrap();
    assert_eq!((found(&version, 1), found(&version, 2)), (vec![created.0], vec![0]));
    assert_eq!((found(&held, 1), found(&before, 2)), (vec![0], Vec::new()));
    assert_eq!((version.problems(), held.problems()), (Vec::new(), Vec::new()));
}

#[test]
fn a_version_can_be_read_on_other_threads() {
    fn sendable<T: Send + Sync + 'static>(_: &T) {}
    sendable(&Store::default());
    sendable(&ring(1));
}
