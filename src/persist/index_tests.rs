//! What the indexes of a graph in a file find, before and after they are gathered, against a look at everything.

use super::tests::{bytes, salvage};
use super::{format, read};
use crate::error::Detail;
use crate::store::{ConstraintDefinition, ConstraintKind, IndexDefinition, IndexKind, SchemaTarget, Seek, Version};
use crate::value::temporal::Date;
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value, compare};
use proptest::prelude::*;
use std::sync::Arc;

const NODES: u32 = 2500;
const SEATED: LabelId = LabelId(0);
const OPPOSES: RelTypeId = RelTypeId(0);
const KEY: KeyId = KeyId(0);
const OTHER: KeyId = KeyId(1);

type Form = fn(u32) -> Value;

/// Values of every form that a column has, few of them equal or many, and mixed ones.
const FORMS: [Form; 11] = [
    |at| Value::Bool(at.is_multiple_of(3)),
    |at| Value::Int(i64::from(at)),
    |at| Value::Int(i64::from(at % 90) << (at / 1024 * 20)),
    |at| Value::Float(f64::from(at % 700) / 2.0),
    |at| Value::Date(Date { days: i64::from(at % 800) }),
    |at| Value::string(format!("few {}", at % 5)),
    |at| Value::string(format!("many {}", at % 700)),
    |at| Value::string(format!("own {at} ü")),
    |at| if at.is_multiple_of(3) { Value::Null } else { Value::string(format!("own {at}")) },
    |at| if at < 1100 { Value::string(format!("own {at}")) } else { Value::Int(i64::from(at)) },
    |at| match at % 6 {
        0 => Value::Int(i64::from(at % 40)),
        1 => Value::Float(f64::from(at % 40)),
        2 => Value::string(format!("text {}", at % 40)),
        3 => Value::list(vec![Value::Int(i64::from(at % 7)), Value::Float(1.0)]),
        4 => Value::Float(f64::NAN),
        _ => Value::Null,
    },
];

/// Nodes of which most have the label, and relationships, each with a value.
fn graph(value: impl Fn(u32) -> Value) -> Version {
    let mut graph = Version::new();
    assert_eq!((graph.intern_label("Seated"), graph.intern_rel_type("OPPOSES")), (SEATED, OPPOSES));
    assert_eq!((graph.intern_key("key"), graph.intern_key("other")), (KEY, OTHER));
    for at in 0..NODES {
        let labels: &[LabelId] = if at % 11 == 5 { &[] } else { &[SEATED] };
        graph.restore_node(NodeId(at), labels, &[(OTHER, Value::Int(i64::from(at % 3)))]).unwrap();
        graph.set_node_property(NodeId(at), KEY, value(at)).unwrap();
    }
    graph.settle();
    for at in 0..NODES / 2 {
        let rel = graph.create_rel(OPPOSES, NodeId(at), NodeId(at / 2), &[]).unwrap();
        graph.set_rel_property(rel, KEY, value(at)).unwrap();
    }
    graph
}

fn indexed(value: impl Fn(u32) -> Value) -> Version {
    let mut graph = graph(value);
    let (label, rel_type) = (SchemaTarget::Label(SEATED), SchemaTarget::RelType(OPPOSES));
    for (name, kind, target, keys) in [
        ("range", IndexKind::Range, label, vec![KEY]),
        ("text", IndexKind::Text, label, vec![KEY]),
        ("both", IndexKind::Range, label, vec![KEY, OTHER]),
        ("rels", IndexKind::Range, rel_type, vec![KEY]),
    ] {
        graph.create_index(IndexDefinition { name: Arc::from(name), kind, target, keys }).unwrap();
    }
    graph
}

/// The graph of a file, nothing of which was asked for yet.
fn opened(bytes: &[u8]) -> Result<Version, format::Problem> {
    read::read(Arc::new(bytes.to_vec()), "x.graph").map(|found| found.version)
}

/// The nodes and rows whose values pass a test.
fn by_hand(graph: &Version, passes: impl Fn(&Value) -> bool) -> (Vec<u32>, Vec<u32>) {
    let nodes = graph.nodes_of(Some(SEATED)).filter(|node| passes(&graph.node_property(*node, KEY)));
    let rels = graph.rel_ids(OPPOSES).filter(|rel| passes(&graph.rel_property(*rel, KEY)));
    (nodes.map(|node| node.0).collect(), rels.map(|rel| rel.row).collect())
}

/// Compares what all indexes find of a value, and of texts that begin with another, so often that they are gathered.
fn check(graph: &Version, reference: &Version, wanted: &Value, prefix: &str) {
    let equal = |value: &Value| compare::equals(value, wanted) == Some(true);
    let (nodes, rels) = by_hand(reference, equal);
    let (beginning, _) = by_hand(reference, |value| value.as_str().is_some_and(|text| text.starts_with(prefix)));
    let at_least = |value: &Value| compare::greater_or_equal(value, wanted) == Some(true);
    let (greater, _) = by_hand(reference, at_least);
    let texts: Vec<u32> = if wanted.as_str().is_some() { nodes.clone() } else { Vec::new() };
    let other =
        |node: &u32| compare::equals(&reference.node_property(NodeId(*node), OTHER), &Value::Int(1)) == Some(true);
    let both: Vec<u32> = nodes.iter().copied().filter(other).collect();
    let (one, two) = ([wanted.clone()], [wanted.clone(), Value::Float(1.0)]);
    let exact = !matches!(wanted, Value::List(_));
    // A range may have NaN, which stands after the numbers.
    let is_nan =
        |node: &u32| matches!(reference.node_property(NodeId(*node), KEY), Value::Float(number) if number.is_nan());
    for round in 0..6 {
        let found = |index: &str, seek: Seek<'_>| graph.seek(index, &seek).unwrap();
        let same = |what: &str, found: Vec<u32>, expected: &[u32]| {
            assert!(found == expected, "{what} {wanted:?} {prefix} in round {round}");
        };
        same("range", found("range", Seek::Equal(&one)), &nodes);
        same("text", found("text", Seek::Equal(&one)), &texts);
        same("both", found("both", Seek::Equal(&two)), &both);
        same("rels", found("rels", Seek::Equal(&one)), &rels);
        same("prefix", found("text", Seek::Prefix(prefix)), &beginning);
        if exact {
            let mut from = found("range", Seek::Range { lower: Some((wanted, true)), upper: None });
            from.retain(|node| !is_nan(node));
            same("from", from, &greater);
        }
    }
    assert_eq!(graph.damage().map(|error| error.message().to_owned()), None);
}

/// What may happen to a graph after it was opened.
#[derive(Clone, Debug)]
enum Change {
    Set(u32, Value),
    SetRel(u32, Value),
    Delete(u32),
    DeleteRel(u32),
    Create(bool, Value),
    Label(u32, bool),
}

fn apply(graph: &mut Version, change: &Change) {
    match change {
        Change::Set(node, value) => _ = graph.set_node_property(NodeId(*node), KEY, value.clone()),
        Change::SetRel(row, value) => {
            drop(graph.set_rel_property(RelId { rel_type: OPPOSES, row: *row }, KEY, value.clone()));
        }
        Change::Delete(node) => {
            graph.rels_of(NodeId(*node)).into_iter().for_each(|rel| assert!(graph.delete_rel(rel)));
            graph.delete_node(NodeId(*node)).unwrap();
        }
        Change::DeleteRel(row) => drop(graph.delete_rel(RelId { rel_type: OPPOSES, row: *row })),
        Change::Create(seated, value) => {
            let labels: &[LabelId] = if *seated { &[SEATED] } else { &[] };
            graph.create_node(labels, &[(KEY, value.clone()), (OTHER, Value::Int(1))]).unwrap();
        }
        Change::Label(node, true) => drop(graph.add_label(NodeId(*node), SEATED)),
        Change::Label(node, false) => drop(graph.remove_label(NodeId(*node), SEATED)),
    }
}

fn value() -> impl Strategy<Value = Value> {
    let of_a_form = (0..FORMS.len(), 0..NODES).prop_map(|(form, at)| FORMS[form](at));
    prop_oneof![
        6 => of_a_form,
        1 => (-5i64..100).prop_map(Value::Int),
        1 => (-5i32..100).prop_map(|number| Value::Float(f64::from(number))),
        1 => Just(Value::Float(0.25)),
        1 => Just(Value::Int(i64::MAX)),
        1 => Just(Value::Null),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..NODES, value()).prop_map(|(node, value)| Change::Set(node, value)),
        2 => (0..NODES / 2, value()).prop_map(|(row, value)| Change::SetRel(row, value)),
        1 => (0..NODES).prop_map(Change::Delete),
        1 => (0..NODES / 2).prop_map(Change::DeleteRel),
        2 => (any::<bool>(), value()).prop_map(|(seated, value)| Change::Create(seated, value)),
        2 => (0..NODES, any::<bool>()).prop_map(|(node, with)| Change::Label(node, with)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn an_opened_graph_finds_what_a_look_at_everything_finds(
        form in 0..FORMS.len(),
        wanted in value(),
        at in 0..NODES,
        changes in proptest::collection::vec(change(), 0..20),
        more in proptest::collection::vec(change(), 1..5),
    ) {
        let file = bytes(&indexed(FORMS[form]));
        // One that was read, which has no index, and is changed alike.
        let mut reference = graph(FORMS[form]);
        let wanted = if at % 2 == 0 { FORMS[form](at) } else { wanted };
        let prefix = wanted.as_str().map_or("own 1", |text| &text[..text.len().min(5)]).to_owned();
        let mut graph = opened(&file).unwrap();
        check(&graph.clone(), &reference, &wanted, &prefix);
        let mut graph_as_it_was = opened(&file).unwrap();
        for change in &changes {
            apply(&mut graph_as_it_was, change);
            apply(&mut graph, change);
            apply(&mut reference, change);
        }
        let (held, before) = (graph_as_it_was.clone(), reference.clone());
        for change in &more {
            apply(&mut graph_as_it_was, change);
            apply(&mut graph, change);
            apply(&mut reference, change);
        }
        check(&graph_as_it_was, &reference, &wanted, &prefix);
        check(&graph, &reference, &wanted, &prefix);
        check(&held, &before, &wanted, &prefix);
        prop_assert_eq!((graph.problems(), graph_as_it_was.problems()), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_changed_byte_is_found_or_what_is_found_is_right() {
    for form in [1, 6, 7, 9] {
        let file = bytes(&indexed(FORMS[form]));
        let wanted = FORMS[form](777);
        let (nodes, rels) = by_hand(&graph(FORMS[form]), |value| compare::equals(value, &wanted) == Some(true));
        let mut noticed = 0;
        for place in (0..file.len()).step_by(file.len() / 150) {
            let mut changed = file.clone();
            changed[place] ^= 0x10;
            let Ok(graph) = opened(&changed) else {
                noticed += 1;
                continue;
            };
            let found =
                ["range", "rels"].map(|index| graph.seek(index, &Seek::Equal(std::slice::from_ref(&wanted))).unwrap());
            match graph.damage() {
                Some(_) => noticed += 1,
                None => assert_eq!(found, [nodes.clone(), rels.clone()], "{form} {place}"),
            }
        }
        assert!(noticed > 20, "{noticed}");
    }
}

fn unique() -> ConstraintDefinition {
    let (name, target) = (Arc::from("unique"), SchemaTarget::Label(SEATED));
    ConstraintDefinition { name, kind: ConstraintKind::Unique, target, keys: vec![KEY] }
}

#[test]
fn a_constraint_of_a_file_is_kept_before_and_after_its_index_is_gathered() {
    for form in [1, 7] {
        let mut graph = graph(FORMS[form]);
        graph.create_constraint(unique()).unwrap();
        let mut graph = opened(&bytes(&graph)).unwrap();
        for at in (1..9).filter(|at| at % 11 != 5) {
            let created = |graph: &mut Version, value: Value| {
                graph.create_node(&[SEATED], &[(KEY, value)]).unwrap();
                graph.check_constraints().map_err(|error| error.detail())
            };
            assert_eq!(created(&mut graph.clone(), FORMS[form](at)), Err(Detail::PropertyNotUnique), "{form} {at}");
            assert_eq!(created(&mut graph, FORMS[form](at + NODES)), Ok(()), "{form} {at}");
            assert_eq!(created(&mut graph.clone(), FORMS[form](at + NODES)), Err(Detail::PropertyNotUnique));
            // What nobody with the label has is free.
            assert_eq!(created(&mut graph, FORMS[form](at * 11 + 5)), Ok(()));
        }
        assert_eq!(graph.problems(), Vec::<String>::new());
        assert!(graph.damage().is_none());
    }
}

#[test]
fn a_constraint_that_does_not_hold_in_a_file_is_told_by_who_looks_at_all_of_it() {
    let mut graph = graph(FORMS[5]);
    graph.restore_constraint(unique()).unwrap();
    let file = bytes(&graph);
    let read = opened(&file).unwrap();
    assert_eq!(read.constraints().count(), 1);
    assert!(read.index_size("unique").0 > read.index_size("unique").1, "what is there is found");
    let problems = salvage(&file).unwrap().problems;
    assert!(problems.iter().any(|problem| problem.contains("the constraint `unique`")), "{problems:?}");
}
