use crate::session::{Answer, Graph};

fn rows(answer: crate::error::Result<Answer>) -> Vec<String> {
    let mut answer = answer.unwrap();
    let rows = answer.rows().unwrap();
    let text = |row: &crate::session::Row| {
        let values = row.values().iter().map(|value| crate::io::cell::text(row.graph(), value));
        values.collect::<Vec<_>>().join(" | ")
    };
    rows.iter().map(text).collect()
}

#[test]
fn first() {
    let graph = Graph::in_memory();
    graph.run("CREATE (a:N {name:'a'})-[:E]->(b:N {name:'b'})-[:E]->(c:N {name:'c'})-[:E]->(d:N {name:'d'})").unwrap();
    graph.run("CREATE RULE base FOR (a)-[:R]->(b) WHEN MATCH (a)-[:E]->(b)").unwrap();
    graph.run("CREATE RULE step FOR (a)-[:R]->(b) WHEN MATCH (a)-[:R]->(m)-[:E]->(b)").unwrap();
    println!("{:#?}", rows(graph.run("SHOW RULES YIELD *")));
    println!("{:#?}", rows(graph.run("CITE MATCH (a)-[r:R]->(b) RETURN a.name, b.name, derivedBy(r), r")));
    println!("{:#?}", rows(graph.run("MATCH (a)-[r]->(b) RETURN count(*)")));
    println!("{:?}", graph.run("MATCH (a)-[r:R]->(b) SET r.x = 1").unwrap_err());
    println!("{:?}", graph.run("MATCH (a)-[r:R]->(b) DELETE r").unwrap_err());
    println!("{:#?}", rows(graph.run("MATCH (a)-[r:R]->(b) SET a.n = 1 RETURN count(*)")));
    println!("{:#?}", rows(graph.run("MATCH (a {name: 'd'}) DETACH DELETE a RETURN 1")));
    println!("{:#?}", rows(graph.run("MATCH (a)-[r:R]->(b) RETURN count(*)")));
    println!("{:?}", graph.run("CREATE RULE no FOR (a)-[:R]->(b) WHEN MATCH (a), (b) WHERE NOT (a)-[:R]->(b)").unwrap_err());
    println!("{:?}", graph.run("CREATE RULE no FOR (a)-[:Q]->(b) WHEN MATCH (a), (b) WHERE NOT (a)-[:R]->(b)").unwrap_err());
    panic!();
}
