use super::*;
use crate::session::Graph;

fn drawn(graph: &Graph, query: &str, kind: Kind) -> (String, u64, Unsaid) {
    let mut out = Vec::new();
    let (rows, unsaid) = write(&mut graph.run(query).unwrap(), kind, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), rows, unsaid)
}

fn told(facts: &str) -> Graph {
    let graph = Graph::in_memory();
    graph.load_facts(facts).unwrap();
    graph
}

/// Whether every element that begins also ends, in order.
fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    for tag in text.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        match tag {
            _ if tag.starts_with('/') && open.pop() != Some(name) => return false,
            _ if tag.starts_with('/') || tag.ends_with('/') => {}
            _ => open.push(name),
        }
    }
    open.is_empty()
}

#[test]
fn every_relationship_is_drawn_also_beside_another_and_to_itself() {
    let graph = told(
        "A -supports-> P\nA -supports-> P {2025}\nA -opposes-> P\nP -proposes-> A\nA -knows-> A\nB -knows-> B\nC : Actor\n",
    );
    for kind in [Kind::Svg, Kind::Html] {
        let (text, rows, unsaid) = drawn(&graph, "MATCH (a)-[r]->(b) RETURN r", kind);
        assert_eq!((rows, unsaid.count), (6, 0));
        assert_eq!(text.matches(" data-a=").count(), 12, "six lines with their verbs: {text}");
        let mut paths: Vec<&str> = text.split(" d=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        paths.retain(|path| path.contains(['Q', 'C']));
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!((all, paths.len()), (6, 6), "no line lies on another: {paths:?}");
        assert!(
            text.contains("▲ supports 2") && text.contains("▼ opposes 1") && text.contains("★ proposes 1"),
            "{text}"
        );
        assert!(text.contains("other 2"), "{text}");
    }
    let (text, ..) = drawn(&graph, "MATCH (a)-[r]->(b) RETURN r", Kind::Svg);
    assert!(is_balanced(&text), "{text}");
    assert_eq!(text, drawn(&graph, "MATCH (a)-[r]->(b) RETURN r", Kind::Svg).0);
}

#[test]
fn names_are_text_whatever_they_say() {
    let graph = Graph::in_memory();
    let hostile = "</title></script><script>alert(1)</script>\" onload='x' & <b> {{drawing}} ]]> \u{0}\u{1b}[31m";
    let mut parameters = crate::value::Map::new();
    parameters.insert("name".into(), crate::value::Value::string(hostile));
    let query =
        "CREATE (:`<i>\"` {name: $name})-[:`OPPOSES<img src=x>` {source: $name, locator: $name}]->(:`'&` {name: 'x'})";
    graph.session().run_with(query, &parameters, &Default::default()).unwrap();
    let (image, ..) = drawn(&graph, "MATCH (a)-[r]->(b) RETURN r", Kind::Svg);
    assert!(is_balanced(&image), "{image}");
    let (page, ..) = drawn(&graph, "MATCH (a)-[r]->(b) RETURN r", Kind::Html);
    for text in [&image, &page] {
        assert!(!text.contains("alert(1)</script>") && !text.contains("<b>") && !text.contains("<img"), "{text}");
        assert!(text.contains("&lt;/script&gt;&lt;script&gt;alert(1)"), "{text}");
        assert!(!text.contains(['\u{0}', '\u{1b}']), "{text}");
    }
    assert_eq!((page.matches("<script").count(), page.matches("</script>").count()), (1, 1));
    assert!(page.contains("{{drawing}}") || page.contains("{{dr"), "a name is not taken for a place of the template");
}

#[test]
fn a_page_asks_nobody_for_anything() {
    let (page, ..) = drawn(&told("A -opposes-> B\n"), "MATCH ()-[r]->() RETURN r", Kind::Html);
    assert!(page.contains("content=\"default-src 'none';"));
    for outside in ["http:", "https:", "src=", "href=", "@import", "fetch(", "XMLHttpRequest", "innerHTML"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn what_is_too_much_is_told_in_the_picture_and_beside_it() {
    let graph = Graph::in_memory();
    graph.run("UNWIND range(1, 550) AS i CREATE (:A {name: 'a' + i})-[:OPPOSES]->(:B {name: 'b' + i})").unwrap();
    graph.run("MATCH (a:A {name: 'a550'}), (b:B {name: 'b550'}) CREATE (b)-[:SUPPORTS]->(a)").unwrap();
    let mut out = Vec::new();
    let unsaid = write_graph(&graph.snapshot(), Kind::Svg, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let drawn_rels = text.matches(" data-a=").count();
    assert!((400..551).contains(&drawn_rels), "{drawn_rels}");
    let note =
        format!("{drawn_rels} of 551 relationships and 1000 of 1100 nodes are drawn, those that are joined most");
    assert!(text.contains(&note), "{unsaid:?}");
    assert!(text.contains("▲ supports 1"), "the best joined are kept");
    assert_eq!((unsaid.count, unsaid.first), (1, vec![note]));
    let (text, rows, unsaid) = drawn(&graph, "MATCH (a:A) RETURN a, a.name LIMIT 3", Kind::Svg);
    assert_eq!((rows, text.matches("class=\"n\"").count(), unsaid.count), (3, 3, 1));
    assert!(unsaid.first[0].contains("nothing of the graph"), "{unsaid:?}");
}

#[test]
fn an_empty_answer_is_an_empty_picture() {
    for kind in [Kind::Svg, Kind::Html] {
        let (text, rows, _) = drawn(&Graph::in_memory(), "MATCH (n) RETURN n", kind);
        assert_eq!(rows, 0);
        assert!(text.contains("0 nodes, 0 relationships") && !text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}
