//! An import gives the graph that creating the same nodes and relationships one by one gives.

use super::*;
use crate::value::temporal::parse;
use crate::value::{KeyId, NodeId, Value};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A column: how its values are written, and what they are.
type Column = Vec<Option<(String, Value)>>;

fn column(rows: usize) -> impl Strategy<Value = Column> {
    let int = any::<i32>().prop_map(|number| (number.to_string(), Value::Int(number.into())));
    let float = any::<i32>().prop_map(|number| {
        let number = f64::from(number) / 8.0;
        (if number.fract() == 0.0 { format!("{number:.0}") } else { number.to_string() }, Value::Float(number))
    });
    let truth = any::<bool>().prop_map(|is| (is.to_string(), Value::Bool(is)));
    let date = (1i32..29, 1i32..13).prop_map(|(day, month)| {
        let text = format!("2025-{month:02}-{day:02}");
        (text.clone(), Value::Date(parse::date(&text).unwrap()))
    });
    let text = "t[a\",\né ]{0,8}".prop_map(|text| (text.clone(), Value::string(text)));
    let cells = |cell: BoxedStrategy<(String, Value)>| proptest::collection::vec(proptest::option::of(cell), rows);
    prop_oneof![
        cells(int.boxed()),
        cells(float.boxed()).prop_map(like_integers),
        cells(truth.boxed()),
        cells(date.boxed()),
        cells(text.boxed()),
    ]
}

/// Floats that are all written as integers are integers.
fn like_integers(mut column: Column) -> Column {
    let whole = |cell: &Option<(String, Value)>| cell.as_ref().is_none_or(|(text, _)| !text.contains('.'));
    if column.iter().all(whole) {
        for (text, value) in column.iter_mut().flatten() {
            *value = Value::Int(text.parse().unwrap());
        }
    }
    column
}

fn columns(rows: usize) -> impl Strategy<Value = Vec<Column>> {
    proptest::collection::vec(column(rows), 0..4)
}

/// A file whose first columns are these keys.
fn file(names: &str, keys: &[Vec<String>], columns: &[Column]) -> String {
    let mut text = names.to_owned();
    (0..columns.len()).for_each(|at| write!(text, ",c{at}").unwrap());
    text.push('\n');
    let quoted = |text: &str| match text.contains(['"', ',', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    for (row, keys) in keys.iter().enumerate() {
        let cells = columns.iter().map(|column| column[row].as_ref().map_or(String::new(), |(text, _)| quoted(text)));
        let fields: Vec<String> = keys.iter().cloned().chain(cells).collect();
        text += &fields.join(",");
        text.push('\n');
    }
    text
}

fn properties(version: &mut Version, columns: &[Column], row: usize) -> Vec<(KeyId, Value)> {
    let cells = columns.iter().enumerate().filter_map(|(at, column)| Some((at, column[row].as_ref()?)));
    cells.map(|(at, (_, value))| (version.intern_key(&format!("c{at}")), value.clone())).collect()
}

/// A graph as text: nodes by key, and relationships by the keys of their ends, in order.
fn shown(version: &Version) -> Vec<String> {
    let catalog = version.catalog();
    let named = |properties: Vec<(KeyId, Value)>| -> BTreeMap<String, String> {
        properties.into_iter().map(|(key, value)| (catalog.key_name(key).to_string(), format!("{value:?}"))).collect()
    };
    let node = |node: NodeId| {
        let labels: Vec<_> = version.node_labels(node).iter().map(|label| catalog.label_name(*label).clone()).collect();
        format!("{labels:?} {:?}", named(version.node_properties(node)))
    };
    let key = |node: NodeId| format!("{:?}", version.node_property(node, catalog.key("id").unwrap()));
    let rels = catalog.rel_types().flat_map(|(rel_type, name)| {
        version.rel_ids(rel_type).map(move |rel| {
            let (start, end) = version.endpoints(rel).unwrap();
            format!("{} {name} {} {:?}", key(start), key(end), named(version.rel_properties(rel)))
        })
    });
    let mut all: Vec<String> = version.node_ids().map(node).chain(rels).collect();
    all.sort_unstable();
    all
}

fn imported(files: &[(&str, String)], threads: usize) -> Graph {
    let folder = tempfile::tempdir().unwrap();
    let source = |(at, (what, text)): (usize, &(&str, String))| {
        let path = folder.path().join(format!("{at}.csv"));
        std::fs::write(&path, text).unwrap();
        Source::parse(&format!("{what}={}", path.display())).unwrap()
    };
    let sources: Vec<Source> = files.iter().enumerate().map(source).collect();
    let options = Options { threads, ..Options::default() };
    import(&sources, &options, &Progress::default()).unwrap().graph
}

/// Whether keys are texts, columns of nodes, ends of relationships, and columns of those.
type Content = (bool, Vec<Column>, Vec<(usize, usize)>, Vec<Column>);

fn content() -> impl Strategy<Value = Content> {
    (any::<bool>(), 1usize..80, 0usize..120).prop_flat_map(|(texts, nodes, rels)| {
        let ends = proptest::collection::vec((0..nodes, 0..nodes), rels);
        (Just(texts), columns(nodes), ends, columns(rels))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn an_import_is_as_creating_one_by_one(
        (texts, node_columns, ends, rel_columns) in content(),
        nodes in 1usize..80,
        threads in 1usize..4,
    ) {
        let nodes = node_columns.first().map_or(nodes, Vec::len);
        let ends: Vec<(usize, usize)> = ends.into_iter().map(|(from, to)| (from % nodes, to % nodes)).collect();
        let key = |node: usize| if texts { format!("k{node}") } else { (node * 3).to_string() };
        let value = |node: usize| if texts { Value::string(key(node)) } else { Value::Int(node as i64 * 3) };
        let node_keys: Vec<Vec<String>> = (0..nodes).map(|node| vec![key(node)]).collect();
        let rel_keys: Vec<Vec<String>> = ends.iter().map(|(from, to)| vec![key(*from), key(*to)]).collect();
        let files = [
            ("A:B", file("id", &node_keys, &node_columns)),
            ("A-R->B", file("a,b", &rel_keys, &rel_columns)),
        ];
        let graph = imported(&files, threads);
        let mut plain = Version::new();
        let labels = [plain.intern_label("A"), plain.intern_label("B")];
        let (id, rel_type) = (plain.intern_key("id"), plain.intern_rel_type("R"));
        for node in 0..nodes {
            let mut values = vec![(id, value(node))];
            values.extend(properties(&mut plain, &node_columns, node));
            plain.create_node(&labels, &values).unwrap();
        }
        for (row, (from, to)) in ends.iter().enumerate() {
            let values = properties(&mut plain, &rel_columns, row);
            plain.create_rel(rel_type, NodeId(*from as u32), NodeId(*to as u32), &values).unwrap();
        }
        let version = graph.snapshot();
        prop_assert_eq!(version.problems(), Vec::<String>::new());
        prop_assert_eq!(shown(&version), shown(&plain));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_graph() {
    let rows = |count: usize| (0..count).map(|row| vec![row.to_string()]).collect::<Vec<_>>();
    let ends: Vec<Vec<String>> =
        (0..5000).map(|row| vec![(row % 700).to_string(), (row * 7 % 700).to_string()]).collect();
    let files = [("A", file("id", &rows(700), &[])), ("A-R->A", file("a,b", &ends, &[]))];
    let one = imported(&files, 1).snapshot();
    for threads in 2..4 {
        let other = imported(&files, threads).snapshot();
        let all = |version: &Version| version.node_ids().map(|node| version.rels_of(node)).collect::<Vec<_>>();
        assert_eq!(all(&other), all(&one));
    }
}
