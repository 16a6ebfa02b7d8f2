//! Random queries of many clauses whose answers are determined: no limit without a total order, nothing that depends
//! on the order in which rows come.

use super::graphs::{LABELS, TYPES};
use super::patterns::{Names, Pattern, Taste};
use super::random::Random;
use std::collections::BTreeSet;

/// What a variable holds.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Node,
    Rel,
    Path,
    Int,
    Any,
    /// A list whose elements' order is open.
    Bag,
}

/// A query, and what is determined of its rows beside which they are.
pub struct Query {
    pub text: String,
    pub order: Order,
}

/// What is determined of the order of rows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Order {
    /// Nothing.
    Open,
    /// All of it.
    Total,
    /// The values of so many first columns; rows that tie in them may come in any order.
    Keys(usize),
    /// The same, and which of the rows that tie are left out is open.
    KeysAlone(usize),
}

/// A random reading query.
pub fn reading(random: &mut Random) -> Query {
    if random.percent(12) {
        let kind = random.pick(&["UNION", "UNION ALL"]);
        let (first, second) = (arm(random), arm(random));
        return Query { text: format!("{first} {kind} {second}"), order: Order::Open };
    }
    let mut writer = Writer::new(random);
    writer.clauses(4);
    if writer.random.percent(15) {
        let order = writer.with_ties();
        return Query { text: writer.text, order };
    }
    let ordered = writer.project("RETURN", true);
    Query { text: writer.text, order: if ordered { Order::Total } else { Order::Open } }
}

/// A random statement that looks for nodes or relationships by their properties.
pub fn seeking(random: &mut Random) -> String {
    let unwind = "UNWIND [0, 1, 1.0, 'a', null] AS x";
    if random.percent(25) {
        let label = random.pick(&LABELS);
        return match random.below(3) {
            0 => format!("{unwind} WITH x WHERE x IS NOT NULL MERGE (n:{label} {{k: x}}) ON CREATE SET n.v = 'a'"),
            1 => format!(
                "MATCH (n:{label}) WHERE {} SET n.k = 2, n:A WITH count(*) AS c MATCH (m:A {{k: 2}}) RETURN m.id, c",
                looked_for(random)
            ),
            _ => format!(
                "MATCH (n:{label}) WHERE {} DETACH DELETE n WITH count(*) AS c MATCH (m:{label}) WHERE m.k >= 1 RETURN m.id, c",
                looked_for(random)
            ),
        };
    }
    let element = random.pick(&[
        "(n:A)",
        "(n:B)",
        "(n:A:B)",
        "(n:A)-->(m)",
        "(m:B)<-[:R]-(n:C)",
        "()-[n:R]->()",
        "(m)<-[n:S]-(l)",
        "(m:A)-[n:T]-(l)",
        "(m)-[n:R]->(l:A)-->()",
        "(n:A), (m:B {k: 1})",
    ]);
    let conditions: Vec<String> = (0..random.between(1, 3)).map(|_| looked_for(random)).collect();
    let optional = if random.percent(20) { "OPTIONAL " } else { "" };
    format!("{unwind} {optional}MATCH {element} WHERE {} RETURN x, n.id", conditions.join(" AND "))
        .replace("x, n.id", if element.contains("(m") { "x, n.id, m.id" } else { "x, n.id" })
}

/// A condition on a property of `n` that an index may know.
fn looked_for(random: &mut Random) -> String {
    let key = random.pick(&["n.k", "n.v"]);
    let value = random.pick(&[
        "0",
        "1",
        "1.0",
        "2",
        "0.5",
        "-1",
        "'a'",
        "'ab'",
        "''",
        "true",
        "null",
        "0.0 / 0.0",
        "[1, 2]",
        "[1]",
        "date('2025-11-21')",
        "date('2025-01-01')",
        "1 + 1",
    ]);
    match random.below(9) {
        0..3 => format!("{key} = {value}"),
        3 => format!("{value} {} {key}", random.pick(&["<", "<=", ">", ">=", "="])),
        4 => format!("{key} {} {value}", random.pick(&["<", "<=", ">", ">="])),
        5 => format!("{key} IN [{value}, 1, 'a', {value}]"),
        6 => format!(
            "{key} {} {}",
            random.pick(&["STARTS WITH", "ENDS WITH", "CONTAINS"]),
            random.pick(&["'a'", "''", "'ab'", "null", "1"])
        ),
        7 => format!("{key} IS NOT NULL"),
        _ => format!("n.k = 1 AND n.v = {value}"),
    }
}

/// A random updating statement; its effect does not depend on the order of its rows.
pub fn updating(random: &mut Random) -> String {
    let mut writer = Writer::new(random);
    writer.clauses(2);
    for _ in 0..writer.random.between(1, 3) {
        writer.update();
    }
    writer.text.trim_end().to_owned()
}

/// A random predicate over these nodes and relationships.
pub fn predicate_over(random: &mut Random, nodes: &BTreeSet<String>, rels: &BTreeSet<String>) -> String {
    over(random, nodes, rels).predicate(3)
}

/// A random expression over these nodes and relationships.
pub fn value_over(random: &mut Random, nodes: &BTreeSet<String>, rels: &BTreeSet<String>) -> String {
    over(random, nodes, rels).value(2)
}

fn over<'a>(random: &'a mut Random, nodes: &BTreeSet<String>, rels: &BTreeSet<String>) -> Writer<'a> {
    let mut writer = Writer::new(random);
    writer.names = Names::after(1000);
    let nodes = nodes.iter().map(|name| (name.clone(), Kind::Node));
    writer.scope = nodes.chain(rels.iter().map(|name| (name.clone(), Kind::Rel))).collect();
    writer
}

/// One arm of a union, with the columns `a` and `b`.
fn arm(random: &mut Random) -> String {
    let mut writer = Writer::new(random);
    writer.clauses(2);
    let columns = [writer.value(2), writer.value(2)];
    let distinct = if writer.random.percent(20) { "DISTINCT " } else { "" };
    writer.text + &format!("RETURN {distinct}{} AS a, {} AS b", columns[0], columns[1])
}

struct Writer<'a> {
    random: &'a mut Random,
    text: String,
    scope: Vec<(String, Kind)>,
    names: Names,
    /// How deep in subqueries.
    depth: usize,
}

impl<'a> Writer<'a> {
    fn new(random: &'a mut Random) -> Self {
        Writer { random, text: String::new(), scope: Vec::new(), names: Names::default(), depth: 0 }
    }

    fn add(&mut self, clause: &str) {
        self.text += clause;
        self.text.push(' ');
    }

    fn clauses(&mut self, most: usize) {
        for at in 0..self.random.between(1, most) {
            match self.random.below(100) {
                _ if at == 0 && self.depth == 0 => self.match_clause(false),
                0..4 => self.group(),
                4..35 => self.match_clause(false),
                35..55 => self.match_clause(true),
                55..72 => drop(self.project("WITH", false)),
                72..78 => self.let_or_filter(),
                78..88 => self.unwind(),
                _ if self.depth == 0 => self.call(),
                _ => self.match_clause(true),
            }
        }
    }

    fn named(&self, kind: Kind) -> Vec<String> {
        self.scope.iter().filter(|(_, found)| *found == kind).map(|(name, _)| name.clone()).collect()
    }

    fn one(&mut self, kind: Kind) -> Option<String> {
        let names = self.named(kind);
        if names.is_empty() { None } else { Some(self.random.of(&names).clone()) }
    }

    fn pattern(&mut self, hops: usize, paths: usize, known: &[String]) -> Pattern {
        let taste = Taste { hops, paths, variable_length: true, all_named: false };
        Pattern::random(self.random, &taste, known, &mut self.names)
    }

    fn match_clause(&mut self, optional: bool) {
        let known = self.named(Kind::Node);
        let hops = if self.text.is_empty() { 4 } else { 2 };
        let mut pattern = self.pattern(hops, 3, &known);
        self.reuse_relationship(&mut pattern);
        let text = self.with_path_name(&pattern);
        self.bind(&pattern);
        let predicate = if self.random.percent(45) { format!(" WHERE {}", self.predicate(3)) } else { String::new() };
        self.add(&format!("{}MATCH {text}{predicate}", if optional { "OPTIONAL " } else { "" }));
    }

    /// A quantified group between two nodes; what it binds are lists.
    fn group(&mut self) {
        let start = self.one(Kind::Node).filter(|_| self.random.percent(70));
        let start = start.unwrap_or_else(|| self.names.fresh("n"));
        let [end, left, rel, right] = ["n", "g", "q", "g"].map(|prefix| self.names.fresh(prefix));
        let types = if self.random.percent(50) { ":R|S" } else { "" };
        let (tail, head) = *self.random.of(&[("-", "->"), ("<-", "-"), ("-", "-")]);
        let outer = std::mem::take(&mut self.scope);
        self.scope = vec![(left.clone(), Kind::Node), (rel.clone(), Kind::Rel), (right.clone(), Kind::Node)];
        let predicate = if self.random.percent(50) { format!(" WHERE {}", comparison(self)) } else { String::new() };
        self.scope = outer;
        let quantity = self.random.pick(&["{1,2}", "{2}", "{0,2}", "{,2}", "{1,3}"]).to_owned();
        let optional = if self.random.percent(30) { "OPTIONAL " } else { "" };
        let inside = format!("({left}){tail}[{rel}{types}]{head}({right}){predicate}");
        self.add(&format!("{optional}MATCH ({start}) ({inside}){quantity} ({end})"));
        for (name, kind) in [(start, Kind::Node), (end, Kind::Node), (rel, Kind::Bag), (right, Kind::Bag)] {
            if !self.scope.iter().any(|(known, _)| *known == name) {
                self.scope.push((name, kind));
            }
        }
    }

    /// `RETURN` with an order that leaves ties; gives what of it is determined.
    fn with_ties(&mut self) -> Order {
        let keys = self.random.between(1, 2);
        let mut items: Vec<String> = (0..keys).map(|at| format!("{} AS k{at}", self.value(1))).collect();
        items.extend((0..self.random.below(3)).map(|at| format!("{} AS z{at}", self.value(2))));
        let order: Vec<String> =
            (0..keys).map(|at| format!("k{at}{}", self.random.pick(&["", " DESC", " ASC"]))).collect();
        let distinct = if self.random.percent(25) { "DISTINCT " } else { "" };
        self.add(&format!("RETURN {distinct}{} ORDER BY {}", items.join(", "), order.join(", ")));
        if self.random.percent(50) {
            return Order::Keys(keys);
        }
        let (skip, limit) = (self.random.below(3), self.random.below(6));
        self.add(&format!("SKIP {skip} LIMIT {limit}"));
        Order::KeysAlone(keys)
    }

    /// Sometimes lets one relationship of the pattern be one that is bound already.
    fn reuse_relationship(&mut self, pattern: &mut Pattern) {
        let Some(known) = self.one(Kind::Rel).filter(|_| self.random.percent(15)) else { return };
        let rels = pattern.paths.iter_mut().flat_map(|path| path.hops.iter_mut().map(|(rel, _)| rel));
        if let Some(rel) = { rels }.find(|rel| rel.length.is_none()) {
            rel.name = Some(known);
        }
    }

    fn with_path_name(&mut self, pattern: &Pattern) -> String {
        if pattern.paths[0].hops.is_empty() || !self.random.percent(20) {
            return pattern.text();
        }
        let name = self.names.fresh("p");
        self.scope.push((name.clone(), Kind::Path));
        format!("{name} = {}", pattern.text())
    }

    fn bind(&mut self, pattern: &Pattern) {
        let (nodes, rels) = pattern.names();
        let found =
            nodes.into_iter().map(|name| (name, Kind::Node)).chain(rels.into_iter().map(|name| (name, Kind::Rel)));
        for (name, kind) in found {
            if !self.scope.iter().any(|(known, _)| *known == name) {
                self.scope.push((name, kind));
            }
        }
    }

    fn let_or_filter(&mut self) {
        if self.random.percent(50) {
            let predicate = self.predicate(3);
            return self.add(&format!("FILTER WHERE {predicate}"));
        }
        let name = self.names.fresh("v");
        let value = self.value(2);
        self.add(&format!("LET {name} = {value}"));
        self.scope.push((name, Kind::Any));
    }

    fn unwind(&mut self) {
        let name = self.names.fresh("u");
        let (list, kind) = match self.random.below(6) {
            0 => ("[1, 2, 2]".to_owned(), Kind::Int),
            1 => ("[0, null, 'a']".to_owned(), Kind::Any),
            2 => (format!("range(0, {})", self.integer(1)), Kind::Int),
            3 => match self.one(Kind::Path) {
                Some(path) => (format!("nodes({path})"), Kind::Node),
                None => ("[]".to_owned(), Kind::Any),
            },
            4 => match self.one(Kind::Bag) {
                Some(bag) => (bag, Kind::Any),
                None => ("[[1], [null]]".to_owned(), Kind::Any),
            },
            _ => (format!("[{}, {}]", self.value(1), self.value(1)), Kind::Any),
        };
        self.add(&format!("UNWIND {list} AS {name}"));
        self.scope.push((name, kind));
    }

    fn call(&mut self) {
        let outer = self.scope.clone();
        let imports: Vec<(String, Kind)> = outer.iter().filter(|_| self.random.percent(50)).cloned().collect();
        let before = std::mem::take(&mut self.text);
        let names: Vec<&str> = imports.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        self.scope.clone_from(&imports);
        self.depth += 1;
        let (open, with) = match imports.is_empty() {
            true => ("CALL {".to_owned(), String::new()),
            false if self.random.percent(50) => ("CALL {".to_owned(), format!("WITH {names} ")),
            false => (format!("CALL ({names}) {{"), String::new()),
        };
        self.clauses(2);
        let result = self.names.fresh("c");
        let (item, kind) = match self.random.below(5) {
            0 => ("count(*)".to_owned(), Kind::Int),
            1 => (format!("sum({})", self.integer(1)), Kind::Int),
            2 => (format!("collect({})", self.value(1)), Kind::Bag),
            3 => (format!("DISTINCT {}", self.value(1)), Kind::Any),
            _ => (self.value(2), Kind::Any),
        };
        let body = std::mem::replace(&mut self.text, before);
        self.add(&format!("{open} {with}{body}RETURN {item} AS {result} }}"));
        self.depth -= 1;
        self.scope = outer;
        self.scope.push((result, kind));
    }

    /// `WITH` or `RETURN`; gives whether the order of the rows is determined.
    fn project(&mut self, keyword: &str, last: bool) -> bool {
        match self.random.below(10) {
            0..4 => self.plain(keyword, last),
            _ => self.grouped(keyword, last),
        }
    }

    /// The variables that stay, and some computed columns.
    fn columns(&mut self, bags: bool) -> (Vec<String>, Vec<(String, Kind)>) {
        let (mut items, mut scope) = (Vec::new(), Vec::new());
        for (name, kind) in self.scope.clone() {
            if self.random.percent(65) && (bags || kind != Kind::Bag) {
                items.push(name.clone());
                scope.push((name, kind));
            }
        }
        if items.is_empty() || self.random.percent(50) {
            let name = self.names.fresh("x");
            let (item, kind) =
                if self.random.percent(40) { (self.integer(2), Kind::Int) } else { (self.value(2), Kind::Any) };
            items.push(format!("{item} AS {name}"));
            scope.push((name, kind));
        }
        (items, scope)
    }

    fn plain(&mut self, keyword: &str, last: bool) -> bool {
        let distinct = self.random.percent(30);
        let limited = self.random.percent(30);
        let (items, scope) = self.columns(!distinct && !limited);
        self.scope = scope;
        let mut text = format!("{keyword} {}{}", if distinct { "DISTINCT " } else { "" }, items.join(", "));
        if limited {
            text += &self.total_order();
        }
        if !last && self.random.percent(35) {
            text += &format!(" WHERE {}", self.predicate(2));
        }
        self.add(&text);
        limited
    }

    /// An order by all columns, and perhaps a part of the rows.
    fn total_order(&mut self) -> String {
        let mut keys: Vec<String> = self.scope.iter().map(|(name, _)| name.clone()).collect();
        self.random.shuffle(&mut keys);
        let keys: Vec<String> =
            keys.into_iter().map(|key| if self.random.percent(30) { key + " DESC" } else { key }).collect();
        let mut text = format!(" ORDER BY {}", keys.join(", "));
        if self.random.percent(30) {
            text += &format!(" SKIP {}", self.random.below(4));
        }
        if self.random.percent(70) {
            text += &format!(" LIMIT {}", self.random.below(7));
        }
        text
    }

    fn grouped(&mut self, keyword: &str, last: bool) -> bool {
        let (mut items, mut scope) = if self.random.percent(60) { self.columns(false) } else { Default::default() };
        items.truncate(2);
        scope.truncate(2);
        for _ in 0..self.random.between(1, 2) {
            let name = self.names.fresh("g");
            let (item, kind) = self.aggregate();
            items.push(format!("{item} AS {name}"));
            scope.push((name, kind));
        }
        self.scope = scope;
        let limited = self.random.percent(25) && !self.scope.iter().any(|(_, kind)| *kind == Kind::Bag);
        let mut text = format!("{keyword} {}", items.join(", "));
        if limited {
            text += &self.total_order();
        }
        if !last && self.random.percent(35) {
            text += &format!(" WHERE {}", self.predicate(2));
        }
        self.add(&text);
        limited
    }

    fn aggregate(&mut self) -> (String, Kind) {
        let distinct = if self.random.percent(30) { "DISTINCT " } else { "" };
        match self.random.below(9) {
            0..3 => ("count(*)".to_owned(), Kind::Int),
            3 => (format!("count({distinct}{})", self.value(1)), Kind::Int),
            4 => (format!("sum({distinct}{})", self.integer(1)), Kind::Int),
            5 => (format!("min({})", self.value(1)), Kind::Any),
            6 => (format!("max({})", self.value(1)), Kind::Any),
            7 => (format!("avg({distinct}{})", self.integer(1)), Kind::Any),
            _ => (format!("collect({distinct}{})", self.value(1)), Kind::Bag),
        }
    }

    /// An expression that gives an integer or null.
    fn integer(&mut self, depth: usize) -> String {
        match self.random.below(9) {
            0 => self.random.below(4).to_string(),
            1 => self.one(Kind::Int).unwrap_or_else(|| "2".to_owned()),
            2 => self.one(Kind::Path).map_or_else(|| "null".to_owned(), |path| format!("length({path})")),
            3 => self.one(Kind::Bag).map_or_else(|| "1".to_owned(), |bag| format!("size({bag})")),
            4 if depth > 0 => format!("({} + {})", self.integer(depth - 1), self.integer(depth - 1)),
            5 if depth > 0 => format!("coalesce({}, {})", self.integer(depth - 1), self.integer(depth - 1)),
            6 if depth > 1 => self.subquery("COUNT"),
            7 if depth > 1 => {
                format!("CASE WHEN {} THEN {} ELSE {} END", self.predicate(1), self.integer(1), self.integer(1))
            }
            _ => self.property("k"),
        }
    }

    fn property(&mut self, key: &str) -> String {
        let kind = if self.random.percent(75) { Kind::Node } else { Kind::Rel };
        let entity = self.one(kind).or_else(|| self.one(Kind::Node)).or_else(|| self.one(Kind::Rel));
        entity.map_or_else(|| "null".to_owned(), |name| format!("{name}.{key}"))
    }

    /// An expression of any type in which no open order shows.
    fn value(&mut self, depth: usize) -> String {
        match self.random.below(18) {
            0 | 1 => self.integer(depth),
            2 | 3 => self.property("v"),
            4 => self.property("id"),
            5 => self.random.pick(&LITERALS).to_owned(),
            6 => self.one(Kind::Node).unwrap_or_else(|| "null".to_owned()),
            7 => self.one(Kind::Rel).map_or_else(|| "null".to_owned(), |rel| format!("type({rel})")),
            8 => self.one(Kind::Node).map_or_else(|| "[]".to_owned(), |node| format!("labels({node})")),
            9 if depth > 0 => format!("[{}, {}]", self.value(depth - 1), self.value(depth - 1)),
            10 if depth > 0 => format!("{{a: {}, b: {}}}", self.value(depth - 1), self.integer(depth - 1)),
            11 if depth > 1 => self.predicate(2),
            12 if depth > 1 => format!("size({})", self.comprehension()),
            13 if depth > 1 => format!("size({})", self.subquery("COLLECT")),
            14 => self
                .one(Kind::Node)
                .map_or_else(|| "{}".to_owned(), |node| format!("{node} {{.k, .v, l: labels({node})}}")),
            15 if depth > 0 => {
                let bounds = self.random.pick(&["..1", "1..", "-1..", "0..5"]).to_owned();
                format!("[{}, {}, {}][{bounds}]", self.value(depth - 1), self.value(depth - 1), self.integer(0))
            }
            16 if depth > 0 => self.compared_case(depth - 1),
            17 if depth > 0 => {
                let (first, item) = (self.integer(depth - 1), self.integer(0));
                format!("reduce(t = {first}, e IN [1, 2, {item}] | t + e)")
            }
            _ => self.one(Kind::Any).unwrap_or_else(|| self.property("id")),
        }
    }

    /// `CASE` of a value that is compared in several ways.
    fn compared_case(&mut self, depth: usize) -> String {
        let tests = ["> 1", "IS NULL", "IS :: INTEGER", "0, 2", "STARTS WITH 'a'", "<= 0, IS NOT NULL", "= 'a'"];
        let (first, second) = (self.random.pick(&tests).to_owned(), self.random.pick(&tests).to_owned());
        let (subject, given) = (self.value(depth), [self.integer(depth), self.value(depth), self.integer(0)]);
        let [a, b, c] = given;
        format!("CASE {subject} WHEN {first} THEN {a} WHEN {second} THEN {b} ELSE {c} END")
    }

    /// `EXISTS { … }`, `COUNT { … }` or `COLLECT { … }`.
    fn subquery(&mut self, kind: &str) -> String {
        let known = self.named(Kind::Node);
        let pattern = self.pattern(2, 2, &known);
        let outer = self.scope.clone();
        self.bind(&pattern);
        let predicate = if self.random.percent(50) { format!(" WHERE {}", self.predicate(1)) } else { String::new() };
        let value = self.value(1);
        let distinct = if self.random.percent(30) { "DISTINCT " } else { "" };
        self.scope = outer;
        let pattern = pattern.text();
        match kind {
            "COLLECT" => format!("COLLECT {{ MATCH {pattern}{predicate} RETURN {distinct}{value} }}"),
            _ if self.random.percent(20) => {
                format!("{kind} {{ MATCH {pattern}{predicate} RETURN {distinct}{value} AS y }}")
            }
            _ => format!("{kind} {{ {pattern}{predicate} }}"),
        }
    }

    /// A pattern comprehension.
    fn comprehension(&mut self) -> String {
        let known = self.named(Kind::Node);
        let mut pattern = self.pattern(2, 1, &known);
        while pattern.paths[0].hops.is_empty() {
            pattern = self.pattern(2, 1, &known);
        }
        let outer = self.scope.clone();
        self.bind(&pattern);
        let predicate = if self.random.percent(50) { format!(" WHERE {}", self.predicate(1)) } else { String::new() };
        let value = self.value(1);
        self.scope = outer;
        format!("[{}{predicate} | {value}]", pattern.text())
    }

    fn predicate(&mut self, depth: usize) -> String {
        predicate(self, depth)
    }

    fn update(&mut self) {
        let node = self.one(Kind::Node).unwrap_or_default();
        let other = self.one(Kind::Node).unwrap_or_default();
        if node.is_empty() {
            return self.add("CREATE (:N {k: 1})");
        }
        let rel_type = TYPES[self.random.below(3)];
        let label = LABELS[self.random.below(3)];
        let clause = match self.random.below(14) {
            0 => format!("SET {node}.w = 1"),
            1 => format!("SET {node}.k = {node}.k + 1"),
            2 => format!("SET {node}:{label}:D"),
            3 => format!("REMOVE {node}:{label}"),
            4 => format!("SET {node} += {{w: 2, v: null}}"),
            5 => format!("REMOVE {node}.k"),
            6 => self.one(Kind::Rel).map_or_else(|| "CREATE ()".to_owned(), |rel| format!("SET {rel}.w = 1")),
            7 => format!("FOREACH (i IN range(0, {}) | CREATE (:N {{k: i}}))", self.random.below(3)),
            8 => format!("MERGE (:{label} {{k: {}}})", self.random.below(5)),
            9 => {
                let name = self.names.fresh("m");
                let k = self.random.below(5);
                format!("MERGE ({name}:{label} {{k: {k}}}) ON CREATE SET {name}.c = 1 ON MATCH SET {name}.d = 1")
            }
            10 => format!("CREATE (:N {{w: 1}})-[:{rel_type} {{w: 3}}]->(:{label})"),
            11 => return self.delete(),
            12 => format!("WITH {node}, {other} WHERE {node} IS NOT NULL CREATE ({node})-[:{rel_type}]->(:N)"),
            _ => format!(
                "WITH {node}, {other} WHERE {node} IS NOT NULL AND {other} IS NOT NULL MERGE ({node})-[:{rel_type}]->({other})"
            ),
        };
        if clause.starts_with("WITH") {
            self.scope = vec![(node.clone(), Kind::Node)];
            if other != node {
                self.scope.push((other, Kind::Node));
            }
            let clause = clause.replacen(&format!("WITH {node}, {node} "), &format!("WITH {node} "), 1);
            return self.add(&clause);
        }
        self.add(&clause);
    }

    /// Deletes, and lets nothing use what is gone.
    fn delete(&mut self) {
        let clause = match (self.one(Kind::Rel), self.one(Kind::Node)) {
            (Some(rel), _) if self.random.percent(50) => format!("DELETE {rel} WITH count(*) AS deleted"),
            (_, Some(node)) => format!("DETACH DELETE {node} WITH count(*) AS deleted"),
            _ => return,
        };
        self.scope = vec![("deleted".to_owned(), Kind::Int)];
        self.add(&clause);
        self.add("CREATE (:N)");
    }
}

const LITERALS: [&str; 16] = [
    "null",
    "'a'",
    "true",
    "0.5",
    "[1, null]",
    "{a: 1}",
    "''",
    "0.0 / 0.0",
    "date('2025-11-21')",
    "duration('P1D')",
    "[[1], []]",
    "{a: null}",
    "-1",
    "localtime('12:30')",
    "9007199254740992",
    "datetime('2025-11-21T12:30+01:00')",
];

/// A predicate; one of three-valued logic.
fn predicate(writer: &mut Writer<'_>, depth: usize) -> String {
    if depth == 0 {
        return comparison(writer);
    }
    match writer.random.below(12) {
        0 => format!("NOT ({})", predicate(writer, depth - 1)),
        1 | 2 => format!("({} AND {})", predicate(writer, depth - 1), predicate(writer, depth - 1)),
        3 => format!("({} OR {})", predicate(writer, depth - 1), predicate(writer, depth - 1)),
        4 => format!("({} XOR {})", predicate(writer, depth - 1), predicate(writer, depth - 1)),
        5 => format!("({}) IS NULL", predicate(writer, depth - 1)),
        6 if depth > 1 => writer.subquery("EXISTS"),
        7 if depth > 1 => format!("{} > {}", writer.subquery("COUNT"), writer.random.below(3)),
        8 => format!("any(e IN [1, 2, {}] WHERE e > {})", writer.integer(1), writer.integer(0)),
        9 => list_test(writer),
        _ => comparison(writer),
    }
}

fn list_test(writer: &mut Writer<'_>) -> String {
    match writer.one(Kind::Bag) {
        Some(bag) if writer.random.percent(50) => {
            let all = writer.random.pick(&["all", "any", "none", "single"]).to_owned();
            format!("{all}(e IN {bag} WHERE e = {})", writer.value(1))
        }
        Some(bag) => format!("{} IN {bag}", writer.value(1)),
        None => format!("{} IN [0, null, {}]", writer.value(1), writer.value(1)),
    }
}

fn comparison(writer: &mut Writer<'_>) -> String {
    let node = writer.one(Kind::Node);
    match (writer.random.below(14), node) {
        (0 | 1, Some(node)) => format!("{node}:{}", LABELS[writer.random.below(3)]),
        (11, Some(node)) => {
            let labels = writer.random.pick(&["A|B", "A&!B", "!A", "%", "!%", "(A|B)&C", "!(A&C)"]).to_owned();
            format!("{node}:{labels}")
        }
        (12 | 13, _) => {
            let types =
                ["INTEGER", "INTEGER NOT NULL", "STRING", "FLOAT | STRING", "LIST<ANY>", "NODE", "ANY NOT NULL"];
            let (of, not) = (writer.random.pick(&types).to_owned(), writer.random.pick(&["", "NOT "]).to_owned());
            format!("{} IS {not}:: {of}", writer.value(1))
        }
        (2, Some(node)) => format!("{node}.k = {}", writer.random.below(4)),
        (3, Some(node)) => {
            let other = writer.one(Kind::Node).unwrap_or_default();
            format!("{node} {} {other}", writer.random.pick(&["=", "<>"]))
        }
        (4, Some(node)) => {
            // A path is a predicate only where a condition stands, which is not known here.
            let path = format!("({node})-[:{}]->()", TYPES[writer.random.below(3)]);
            if writer.random.percent(25) { path } else { format!("EXISTS {{ {path} }}") }
        }
        (5, _) => format!("{} IS NOT NULL", writer.property("v")),
        (6, _) => {
            let word = writer.random.pick(&["STARTS WITH", "ENDS WITH", "CONTAINS"]).to_owned();
            format!("{} {word} 'a'", writer.property("v"))
        }
        (7, _) => match writer.one(Kind::Rel) {
            Some(rel) => format!("type({rel}) = '{}'", TYPES[writer.random.below(3)]),
            None => "null".to_owned(),
        },
        (8 | 9, _) => {
            let operator = writer.random.pick(&["=", "<>", "<", "<=", ">", ">="]).to_owned();
            format!("{} {operator} {}", writer.value(1), writer.value(1))
        }
        _ => format!("{} {} {}", writer.integer(1), writer.random.pick(&["=", "<", ">="]), writer.integer(1)),
    }
}
