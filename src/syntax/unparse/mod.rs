//! Syntax tree to openCypher text.
//!
//! The text has as few parentheses as its meaning allows, and parsing it gives the same tree again. A column without
//! alias keeps its name: its text stays as it was written where that is the expression, and becomes an alias where it
//! is not.

mod expressions;
mod patterns;
mod schema;

use super::ast::{
    Clause, ClauseKind, ErrorPolicy, Expr, Imports, InTransactions, LabelExpr, MatchMode, Mode, Moment, Name, OnError,
    ProcedureCall, Projection, ProjectionItem, Query, RemoveItem, RuleCommand, SetItem, SingleQuery, SortItem,
    Statement, Yield,
};
use pest::unicode::{XID_CONTINUE, XID_START};

/// A statement as openCypher.
///
/// ```
/// use standpoint::syntax::{parse_statement, unparse};
/// let statement = parse_statement("match (n:A) where (n.x)=(1) return n")?;
/// assert_eq!(unparse::statement(&statement), "MATCH (n:A) WHERE n.x = 1 RETURN n");
/// # Ok::<(), standpoint::error::Error>(())
/// ```
pub fn statement(statement: &Statement) -> String {
    let mut writer = Writer::default();
    match statement.mode {
        Mode::Run => {}
        Mode::Explain => writer.push("EXPLAIN "),
        Mode::Profile => writer.push("PROFILE "),
    }
    if statement.cite.is_some() {
        writer.push("CITE ");
    }
    if let Some(moment) = &statement.moment {
        writer.moment(moment);
    }
    if let Some(recorded) = &statement.recorded {
        writer.push("AS RECORDED ");
        writer.moment_end(&recorded.at);
        writer.push(" ");
    }
    writer.query(&statement.query);
    writer.out
}

/// A rule as openCypher.
pub fn rule(rule: &RuleCommand) -> String {
    let mut writer = Writer::default();
    writer.rule(rule);
    writer.out
}

/// A query as openCypher.
pub fn query(query: &Query) -> String {
    let mut writer = Writer::default();
    writer.query(query);
    writer.out
}

/// An expression as openCypher.
pub fn expression(expr: &Expr) -> String {
    let mut writer = Writer::default();
    writer.expr(expr);
    writer.out
}

/// A name as a label, type or property key: in backticks where it needs them.
pub fn symbol(name: &str) -> String {
    if is_word(name) { name.to_owned() } else { quoted(name) }
}

/// A name as a variable: in backticks also where it is a keyword.
pub fn variable(name: &str) -> String {
    if is_word(name) && !is_reserved(name) { name.to_owned() } else { quoted(name) }
}

/// A string literal.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// The text written so far.
#[derive(Default)]
struct Writer {
    out: String,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// An operator between its operands.
    fn spaced(&mut self, operator: &str) {
        self.push(" ");
        self.push(operator);
        self.push(" ");
    }

    fn variable(&mut self, name: &Name) {
        self.push(&variable(&name.text));
    }

    fn symbol(&mut self, name: &Name) {
        self.push(&symbol(&name.text));
    }

    /// The items with a separator between them.
    fn list<T>(&mut self, items: &[T], separator: &str, mut write: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            write(self, item);
        }
    }

    /// `:A:B`, as it stands in `SET` and `REMOVE`.
    fn set_labels(&mut self, labels: &[LabelExpr]) {
        for label in labels {
            self.push(":");
            self.label_expr(label);
        }
    }

    /// A name with dots; each part in backticks where it needs them.
    fn dotted(&mut self, name: &str) {
        for (index, part) in name.split('.').enumerate() {
            if index > 0 {
                self.push(".");
            }
            self.push(&if index == 0 { variable(part) } else { symbol(part) });
        }
    }
}

/// Queries and clauses.
impl Writer {
    fn moment(&mut self, moment: &Moment) {
        self.push(if moment.to.is_some() { "BETWEEN " } else { "AS OF " });
        self.moment_end(&moment.from);
        if let Some(to) = &moment.to {
            self.push(" AND ");
            self.moment_end(to);
        }
        self.push(" ");
    }

    fn query(&mut self, query: &Query) {
        self.single_query(&query.first);
        for (all, _, single) in &query.unions {
            self.push(if *all { " UNION ALL " } else { " UNION " });
            self.single_query(single);
        }
    }

    fn single_query(&mut self, query: &SingleQuery) {
        self.list(&query.clauses, " ", Self::clause);
    }

    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Match { optional, mode, pattern, predicate } => {
                self.push(if *optional { "OPTIONAL MATCH " } else { "MATCH " });
                self.push(if *mode == MatchMode::RepeatableElements { "REPEATABLE ELEMENTS " } else { "" });
                self.paths(pattern);
                self.filter(predicate.as_ref());
            }
            ClauseKind::Unwind { list, variable } => self.unwind(list, variable),
            ClauseKind::With { projection, predicate } => {
                self.push("WITH ");
                self.projection(projection);
                self.filter(predicate.as_ref());
            }
            ClauseKind::Return(projection) => {
                self.push("RETURN ");
                self.projection(projection);
            }
            ClauseKind::Let(items) => {
                self.push("LET ");
                self.list(items, ", ", Self::let_item);
            }
            ClauseKind::Filter(predicate) => {
                self.push("FILTER ");
                self.expr(predicate);
            }
            ClauseKind::Order { order_by, skip, limit } => {
                self.order_parts(order_by, skip.as_ref(), limit.as_ref(), "");
            }
            ClauseKind::Create(pattern) => {
                self.push("CREATE ");
                self.paths(pattern);
            }
            ClauseKind::Merge { pattern, on_create, on_match } => {
                self.push("MERGE ");
                self.path(pattern);
                self.on(" ON CREATE ", on_create);
                self.on(" ON MATCH ", on_match);
            }
            ClauseKind::Set(items) => self.set(items),
            ClauseKind::Remove(items) => {
                self.push("REMOVE ");
                self.list(items, ", ", Self::remove_item);
            }
            ClauseKind::Delete { detach, targets } => {
                self.push(if *detach { "DETACH DELETE " } else { "DELETE " });
                self.list(targets, ", ", Self::expr);
            }
            ClauseKind::Foreach { variable, list, body } => self.foreach(variable, list, body),
            ClauseKind::Call(call) => self.procedure_call(call),
            ClauseKind::Finish => self.push("FINISH"),
            ClauseKind::Schema(command) => self.schema_command(command),
            ClauseKind::Show(show) => self.show(show),
            ClauseKind::Subquery { optional, imports, query, transactions } => {
                self.push(if *optional { "OPTIONAL " } else { "" });
                self.call_subquery(imports.as_ref(), query);
                transactions.iter().for_each(|transactions| self.transactions(transactions));
            }
            ClauseKind::LoadCsv { headers, source, variable, terminator } => {
                self.push(if *headers { "LOAD CSV WITH HEADERS FROM " } else { "LOAD CSV FROM " });
                self.expr(source);
                self.push(" AS ");
                self.variable(variable);
                if let Some(mark) = terminator {
                    self.push(" FIELDTERMINATOR ");
                    self.push(&string(&mark.to_string()));
                }
            }
        }
    }

    fn filter(&mut self, predicate: Option<&Expr>) {
        if let Some(predicate) = predicate {
            self.push(" WHERE ");
            self.expr(predicate);
        }
    }

    fn unwind(&mut self, list: &Expr, variable: &Name) {
        self.push("UNWIND ");
        self.expr(list);
        self.push(" AS ");
        self.variable(variable);
    }

    fn let_item(&mut self, (variable, value): &(Name, Expr)) {
        self.variable(variable);
        self.push(" = ");
        self.expr(value);
    }

    fn on(&mut self, when: &str, items: &[SetItem]) {
        if !items.is_empty() {
            self.push(when);
            self.set(items);
        }
    }

    fn set(&mut self, items: &[SetItem]) {
        self.push("SET ");
        self.list(items, ", ", Self::set_item);
    }

    fn set_item(&mut self, item: &SetItem) {
        match item {
            SetItem::Property { target, key, value } => {
                self.property(target, key);
                self.push(" = ");
                self.expr(value);
            }
            SetItem::Element { target, key, value } => {
                self.index(target, key);
                self.push(" = ");
                self.expr(value);
            }
            SetItem::Replace { variable, value } => {
                self.variable(variable);
                self.push(" = ");
                self.expr(value);
            }
            SetItem::Merge { variable, value } => {
                self.variable(variable);
                self.push(" += ");
                self.expr(value);
            }
            SetItem::Labels { variable, labels } => {
                self.variable(variable);
                self.set_labels(labels);
            }
        }
    }

    fn remove_item(&mut self, item: &RemoveItem) {
        match item {
            RemoveItem::Property { target, key } => self.property(target, key),
            RemoveItem::Element { target, key } => self.index(target, key),
            RemoveItem::Labels { variable, labels } => {
                self.variable(variable);
                self.set_labels(labels);
            }
        }
    }

    fn foreach(&mut self, variable: &Name, list: &Expr, body: &[Clause]) {
        self.push("FOREACH (");
        self.variable(variable);
        self.push(" IN ");
        self.expr(list);
        self.push(" | ");
        self.list(body, " ", Self::clause);
        self.push(")");
    }

    fn call_subquery(&mut self, imports: Option<&Imports>, query: &Query) {
        self.push("CALL ");
        if let Some(imports) = imports {
            self.push("(");
            match imports {
                Imports::All => self.push("*"),
                Imports::Names(names) => self.list(names, ", ", Self::variable),
            }
            self.push(") ");
        }
        self.push("{ ");
        self.query(query);
        self.push(" }");
    }

    fn transactions(&mut self, transactions: &InTransactions) {
        self.push(" IN ");
        if let Some(workers) = &transactions.workers {
            self.expr(workers);
            self.push(" ");
        }
        self.push(if transactions.concurrent { "CONCURRENT TRANSACTIONS" } else { "TRANSACTIONS" });
        if let Some(rows) = &transactions.rows {
            self.push(" OF ");
            self.expr(rows);
            self.push(" ROWS");
        }
        if let Some(policy) = &transactions.on_error {
            self.error_policy(policy);
        }
        if let Some(status) = &transactions.status {
            self.push(" REPORT STATUS AS ");
            self.variable(status);
        }
    }

    fn error_policy(&mut self, policy: &ErrorPolicy) {
        self.push(" ON ERROR");
        if policy.retry {
            self.push(" RETRY");
            if let Some(seconds) = &policy.seconds {
                self.push(" FOR ");
                self.expr(seconds);
                self.push(" SECONDS");
            }
        }
        if let Some(outcome) = policy.outcome {
            self.push(if policy.retry { " THEN" } else { "" });
            self.push(match outcome {
                OnError::Fail => " FAIL",
                OnError::Continue => " CONTINUE",
                OnError::Break => " BREAK",
            });
        }
    }

    fn procedure_call(&mut self, call: &ProcedureCall) {
        self.push(if call.optional { "OPTIONAL CALL " } else { "CALL " });
        self.dotted(&call.name.text);
        if let Some(arguments) = &call.arguments {
            self.push("(");
            self.list(arguments, ", ", Self::expr);
            self.push(")");
        }
        match &call.yields {
            Yield::Implicit => {}
            Yield::All => self.push(" YIELD *"),
            Yield::Items(items) if items.is_empty() => self.push(" YIELD -"),
            Yield::Items(items) => {
                self.push(" YIELD ");
                self.list(items, ", ", |writer, (column, alias)| {
                    writer.variable(column);
                    writer.alias(alias.as_ref());
                });
            }
        }
        self.filter(call.predicate.as_ref());
    }

    fn alias(&mut self, alias: Option<&Name>) {
        if let Some(alias) = alias {
            self.push(" AS ");
            self.variable(alias);
        }
    }
}

/// Projections.
impl Writer {
    fn projection(&mut self, projection: &Projection) {
        if projection.distinct {
            self.push("DISTINCT ");
        }
        if projection.star {
            self.push(if projection.items.is_empty() { "*" } else { "*, " });
        }
        self.list(&projection.items, ", ", Self::projection_item);
        self.order_parts(&projection.order_by, projection.skip.as_ref(), projection.limit.as_ref(), " ");
    }

    /// `ORDER BY`, `SKIP` and `LIMIT`, as far as they are there; `before` goes before the first.
    fn order_parts(&mut self, order_by: &[SortItem], skip: Option<&Expr>, limit: Option<&Expr>, before: &str) {
        let mut before = before;
        if !order_by.is_empty() {
            self.push(before);
            self.push("ORDER BY ");
            self.list(order_by, ", ", |writer, item| {
                writer.expr(&item.expr);
                writer.push(if item.descending { " DESC" } else { "" });
                writer.push(match item.nulls_first {
                    Some(true) => " NULLS FIRST",
                    Some(false) => " NULLS LAST",
                    None => "",
                });
            });
            before = " ";
        }
        for (keyword, count) in [("SKIP ", skip), ("LIMIT ", limit)] {
            if let Some(count) = count {
                self.push(before);
                self.push(keyword);
                self.expr(count);
                before = " ";
            }
        }
    }

    fn projection_item(&mut self, item: &ProjectionItem) {
        let plain = expression(&item.expr);
        if item.alias.is_some() || item.text.is_empty() || *item.text == plain {
            self.push(&plain);
            self.alias(item.alias.as_ref());
        } else if super::parse_expression(&item.text).is_ok_and(|written| written == item.expr) {
            self.push(&item.text);
        } else {
            self.push(&plain);
            self.push(" AS ");
            self.push(&variable(&item.text));
        }
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Whether a name is a word in every reading of the grammar. Others are put in backticks, which is never wrong.
fn is_word(name: &str) -> bool {
    let starts = |c: char| c == '_' || c.is_ascii_alphabetic() || XID_START(c);
    let goes_on = |c: char| c == '_' || c.is_ascii_alphanumeric() || XID_CONTINUE(c);
    let mut chars = name.chars();
    chars.next().is_some_and(starts) && chars.all(goes_on)
}

/// Whether a word cannot be a variable: the same words as `reserved` in the grammar.
fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}

const RESERVED: [&str; 34] = [
    "AND", "AS", "CASE", "CONTAINS", "CREATE", "DELETE", "DETACH", "DISTINCT", "ELSE", "ENDS", "FALSE", "IN", "IS",
    "LIMIT", "MATCH", "MERGE", "NOT", "NULL", "OPTIONAL", "OR", "ORDER", "REMOVE", "RETURN", "SET", "SKIP", "STARTS",
    "THEN", "TRUE", "UNION", "UNWIND", "WHEN", "WHERE", "WITH", "XOR",
];

#[cfg(test)]
mod tests {
    use super::super::{parse_expression, parse_statement};
    use super::*;
    use proptest::prelude::*;

    fn same(text: &str) {
        let parsed = parse_statement(text).unwrap();
        assert_eq!(statement(&parsed), text);
    }

    #[test]
    fn every_clause_is_written_as_it_is_read() {
        same("MATCH p = (a:A {x: 1})-[r:R|S*1..3 {y: 2}]->(b), (c) WHERE a.x > 1 AND NOT b:B RETURN p, a.x AS x");
        same(
            "OPTIONAL MATCH (a@Kyiv:Actor)<--(@`28-point plan`)--() RETURN DISTINCT *, 1 ORDER BY a DESC SKIP 1 LIMIT $n",
        );
        same("MATCH (a:A|B WHERE a.x = 1)-[r WHERE r.y IS NULL]-(b:(A|B)&!%) RETURN 1");
        same("MERGE (a)-[:R]->(b) ON CREATE SET a.x = 1, a:L:M ON MATCH SET a += {y: 2}, b = $m");
        same("MATCH (n) REMOVE n.x, n:L DETACH DELETE n, n.m");
        same("FOREACH (x IN [1, 2] | CREATE (:A {x: x}) SET n.y = x)");
        same("CALL (a, b) { MATCH (a) RETURN 1 AS one UNION ALL RETURN 2 AS one } RETURN one");
        same("CALL a.b(1, 2) YIELD x AS y, z WHERE y > 1 RETURN y");
        same("CALL a.b YIELD -");
        same(
            "CALL (x) { CREATE () } IN 3 CONCURRENT TRANSACTIONS OF $n ROWS ON ERROR CONTINUE REPORT STATUS AS s RETURN s",
        );
        same("CALL { CREATE () } IN CONCURRENT TRANSACTIONS ON ERROR RETRY FOR 2.5 SECONDS THEN BREAK");
        same("CALL { CREATE () } IN TRANSACTIONS OF 1 ROWS ON ERROR RETRY RETURN 1");
        same(
            "LOAD CSV WITH HEADERS FROM 'a.csv' AS row FIELDTERMINATOR ';' LOAD CSV FROM row.file AS line RETURN line",
        );
        same("OPTIONAL CALL a.b() YIELD * RETURN 1");
        same("LET x = 1, y = 2 FILTER x < y ORDER BY x DESC SKIP 1 LIMIT 2 LIMIT 3 SKIP 4 RETURN x");
        same("WITH 1 AS x ORDER BY x WHERE x = 1 ORDER BY x SKIP 1 RETURN x");
        same("PROFILE UNWIND [x IN xs WHERE x:(A|B) | x.y] AS z RETURN z");
        same(
            "MATCH () ((a)-[r:R]->(b:B WHERE b.x > 1) WHERE r.x = 1){1,3} (c), (d) (()--()){0,} () (()-->()){2} (e) RETURN a",
        );
        same("MATCH (n) CALL (*) { RETURN 1 AS x } OPTIONAL CALL (n) { MATCH (n)-->(m) RETURN m } FINISH");
        same("MATCH (a)-[:!R]->(b)<-[r:(A|B)&!(C&D)]-(c)-[:%]-(d) RETURN *");
        same("MATCH p = shortestPath((a)-[*]->(b)) RETURN [q = (a)-->() WHERE a.x | length(q)]");
    }

    #[test]
    fn columns_keep_their_names() {
        let parsed = parse_statement("RETURN  n . x+1, (2) , 3 AS c").unwrap();
        assert_eq!(statement(&parsed), "RETURN n . x+1, (2), 3 AS c");
    }

    #[test]
    fn parentheses_are_as_few_as_can_be() {
        for (given, wanted) in [
            ("((1) + (2 * 3))", "1 + 2 * 3"),
            ("(1 + 2) * 3", "(1 + 2) * 3"),
            ("1 - (2 - 3)", "1 - (2 - 3)"),
            ("(1 - 2) - 3", "1 - 2 - 3"),
            ("(a < b) < c", "(a < b) < c"),
            ("NOT (a = b)", "NOT a = b"),
            ("(NOT a) = b", "(NOT a) = b"),
            ("-(3)", "-(3)"),
            ("- a.b", "-a.b"),
            ("(-a).b", "(-a).b"),
            ("[(x IN xs)]", "[(x IN xs)]"),
            ("a AND (b AND c) OR d", "a AND (b AND c) OR d"),
            ("(a + b IS NULL) IS NOT NULL", "a + b IS NULL IS NOT NULL"),
            ("(-3).x", "(-3).x"),
            ("`all`((x IN xs))", "`all`(x IN xs)"),
            ("`a.b`.`c d`(1)", "a.b.`c d`(1)"),
        ] {
            let parsed = parse_expression(given).unwrap();
            assert_eq!(expression(&parsed), wanted);
            assert_eq!(parse_expression(wanted).unwrap(), parsed, "{wanted}");
        }
    }

    proptest! {
        #[test]
        fn any_name_and_string_is_read_back(text in "\\PC*|[a-z`'\\\\\"\n\t\u{1}é$]*") {
            let parsed = parse_expression(&string(&text)).unwrap();
            prop_assert_eq!(parsed.kind, super::super::ast::ExprKind::String(text.as_str().into()));
            prop_assume!(!text.is_empty());
            let parsed = parse_expression(&variable(&text)).unwrap();
            let super::super::ast::ExprKind::Variable(name) = parsed.kind else { panic!("{text}") };
            prop_assert_eq!(&*name.text, &*text);
        }

        #[test]
        fn any_number_is_read_back(int in any::<i64>(), float in any::<f64>()) {
            for text in [int.to_string(), format!("{float:?}")] {
                if float.is_finite() || !text.contains(['n', 'N']) {
                    prop_assert_eq!(expression(&parse_expression(&text).unwrap()), text);
                }
            }
        }
    }
}
