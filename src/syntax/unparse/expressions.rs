//! Expressions as text, with parentheses only where the tree would otherwise be another.

use super::{Writer, string, symbol, variable};
use crate::syntax::ast::{
    BinaryOp, CompareOp, Expr, ExprKind, LabelExpr, MapProjectionItem, Name, Quantifier, Query, SubqueryKind,
    TypeExprKind, UnaryOp, ValueTest,
};

/// How strongly an expression holds together, weakest first; the order of the grammar's Pratt table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    Xor,
    And,
    Not,
    Comparison,
    Predicate,
    Sum,
    Product,
    Power,
    Sign,
    Postfix,
    Atom,
}

impl Level {
    /// The next stronger level: what an operand needs that must not be of the same one.
    fn above(self) -> Level {
        match self {
            Level::Or => Level::Xor,
            Level::Xor => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Comparison,
            Level::Comparison => Level::Predicate,
            Level::Predicate => Level::Sum,
            Level::Sum => Level::Product,
            Level::Product => Level::Power,
            Level::Power => Level::Sign,
            Level::Sign => Level::Postfix,
            Level::Postfix | Level::Atom => Level::Atom,
        }
    }
}

impl Writer {
    pub(super) fn expr(&mut self, expr: &Expr) {
        self.operand(expr, Level::Or);
    }

    /// The expression, in parentheses when it is weaker than `least`.
    /// An end of a moment, which is written without anything that binds less than a sum.
    pub(super) fn moment_end(&mut self, end: &Expr) {
        self.operand(end, Level::Sum);
    }

    fn operand(&mut self, expr: &Expr, least: Level) {
        if level(&expr.kind) >= least {
            return self.kind(&expr.kind);
        }
        self.push("(");
        self.kind(&expr.kind);
        self.push(")");
    }

    fn kind(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::And(operands) => self.list(operands, " AND ", |w, e| w.operand(e, Level::Not)),
            ExprKind::Or(operands) => self.list(operands, " OR ", |w, e| w.operand(e, Level::Xor)),
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right),
            ExprKind::Comparison { first, rest } => self.comparison(first, rest),
            ExprKind::IsNull { operand, negated } => {
                self.operand(operand, Level::Predicate);
                self.push(if *negated { " IS NOT NULL" } else { " IS NULL" });
            }
            ExprKind::Test { operand, test, negated } => self.test(operand, test, *negated),
            ExprKind::Property { base, key } => self.property(base, key),
            ExprKind::Index { base, index } => self.index(base, index),
            ExprKind::Slice { base, from, to } => self.slice(base, from.as_deref(), to.as_deref()),
            ExprKind::HasLabels { base, labels } => self.has_labels(base, labels),
            _ => self.atom(kind),
        }
    }

    fn atom(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Null => self.push("null"),
            ExprKind::Bool(value) => self.push(if *value { "true" } else { "false" }),
            ExprKind::Int(value) => self.push(&value.to_string()),
            ExprKind::Float(value) => self.push(&float(*value)),
            ExprKind::String(value) => self.push(&string(value)),
            ExprKind::Parameter(name) => self.parameter(name),
            ExprKind::Variable(name) => self.variable(name),
            ExprKind::List(elements) => self.elements(elements),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::MapProjection { base, items } => self.map_projection(base, items),
            ExprKind::Call { name, distinct, arguments } => self.call(name, *distinct, arguments),
            // Only the conditions of a CASE hold it, and they leave it out.
            ExprKind::Subject => {}
            ExprKind::CountStar => self.push("count(*)"),
            ExprKind::Case { subject, branches, otherwise } => {
                self.case(subject.as_deref(), branches, otherwise.as_deref());
            }
            ExprKind::ListComprehension { variable, list, predicate, result } => {
                self.push("[");
                self.variable_in(variable, list);
                self.where_part(predicate.as_deref());
                self.bar(result.as_deref());
                self.push("]");
            }
            ExprKind::PatternComprehension { pattern, predicate, result } => {
                self.push("[");
                self.path(pattern);
                self.where_part(predicate.as_deref());
                self.bar(Some(result));
                self.push("]");
            }
            ExprKind::Quantifier { quantifier, variable, list, predicate } => {
                self.push(quantifier_word(*quantifier));
                self.push("(");
                self.variable_in(variable, list);
                self.where_part(predicate.as_deref());
                self.push(")");
            }
            ExprKind::Reduce { accumulator, initial, variable, list, step } => {
                self.reduce(accumulator, initial, variable, list, step);
            }
            ExprKind::Pattern(path) => self.path(path),
            ExprKind::Subquery { kind, query } => self.subquery(*kind, query),
            _ => self.kind(kind),
        }
    }
}

/// Operators.
impl Writer {
    fn unary(&mut self, op: UnaryOp, operand: &Expr) {
        match op {
            UnaryOp::Not => {
                self.push("NOT ");
                self.operand(operand, Level::Not);
            }
            UnaryOp::Minus => {
                self.push("-");
                self.after_sign(operand);
            }
            UnaryOp::Plus => {
                self.push("+");
                self.after_sign(operand);
            }
        }
    }

    /// A number after a sign would take it as its own.
    fn after_sign(&mut self, operand: &Expr) {
        let apart = matches!(operand.kind, ExprKind::Int(_) | ExprKind::Float(_));
        self.operand_apart(operand, Level::Sign, apart);
    }

    /// The operand in parentheses when it is weaker than `least`, or `apart` says so.
    fn operand_apart(&mut self, operand: &Expr, least: Level, apart: bool) {
        if !apart {
            return self.operand(operand, least);
        }
        self.push("(");
        self.kind(&operand.kind);
        self.push(")");
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr) {
        let level = binary_level(op);
        self.operand(left, level);
        self.spaced(op.as_str());
        self.operand(right, level.above());
    }

    fn comparison(&mut self, first: &Expr, rest: &[(CompareOp, Expr)]) {
        self.operand(first, Level::Predicate);
        for (op, operand) in rest {
            self.spaced(op.as_str());
            self.operand(operand, Level::Predicate);
        }
    }

    pub(super) fn property(&mut self, base: &Expr, key: &Name) {
        self.operand(base, Level::Postfix);
        self.push(".");
        self.symbol(key);
    }

    pub(super) fn index(&mut self, base: &Expr, index: &Expr) {
        self.operand(base, Level::Postfix);
        self.push("[");
        self.expr(index);
        self.push("]");
    }

    fn slice(&mut self, base: &Expr, from: Option<&Expr>, to: Option<&Expr>) {
        self.operand(base, Level::Postfix);
        self.push("[");
        from.into_iter().for_each(|from| self.expr(from));
        self.push("..");
        to.into_iter().for_each(|to| self.expr(to));
        self.push("]");
    }

    /// Alternatives stand in parentheses: a bare bar may belong to a comprehension around.
    fn has_labels(&mut self, base: &Expr, labels: &LabelExpr) {
        self.operand(base, Level::Postfix);
        self.push(":");
        match labels {
            LabelExpr::Or(_) => self.label_atom(labels),
            _ => self.label_expr(labels),
        }
    }
}

/// Operands with parts.
impl Writer {
    pub(super) fn parameter(&mut self, name: &Name) {
        self.push("$");
        let digits = !name.text.is_empty() && name.text.bytes().all(|byte| byte.is_ascii_digit());
        self.push(&if digits { name.text.to_string() } else { symbol(&name.text) });
    }

    /// `[x IN xs]` alone would be a comprehension.
    fn elements(&mut self, elements: &[Expr]) {
        self.push("[");
        for (index, element) in elements.iter().enumerate() {
            self.push(if index > 0 { ", " } else { "" });
            let alone = elements.len() == 1 && begins_with_in(element);
            self.operand_apart(element, Level::Or, alone);
        }
        self.push("]");
    }

    fn map(&mut self, entries: &[(Name, Expr)]) {
        self.push("{");
        self.list(entries, ", ", |writer, (key, value)| writer.entry(key, value));
        self.push("}");
    }

    fn entry(&mut self, key: &Name, value: &Expr) {
        self.symbol(key);
        self.push(": ");
        self.expr(value);
    }

    fn map_projection(&mut self, base: &Expr, items: &[MapProjectionItem]) {
        self.operand(base, Level::Atom);
        self.push(" {");
        self.list(items, ", ", |writer, item| match item {
            MapProjectionItem::Property(key) => {
                writer.push(".");
                writer.symbol(key);
            }
            MapProjectionItem::All(_) => writer.push(".*"),
            MapProjectionItem::Entry(key, value) => writer.entry(key, value),
            MapProjectionItem::Variable(name) => writer.variable(name),
        });
        self.push("}");
    }

    /// Names with a syntax of their own are put in backticks, so that they are taken as plain functions.
    fn call(&mut self, name: &Name, distinct: bool, arguments: &[Expr]) {
        let special = ["all", "any", "none", "single", "reduce", "shortestPath", "allShortestPaths"];
        if special.iter().any(|word| name.text.eq_ignore_ascii_case(word)) {
            self.push(&format!("`{}`", name.text));
        } else {
            self.dotted(&name.text);
        }
        self.push(if distinct { "(DISTINCT " } else { "(" });
        self.list(arguments, ", ", Self::expr);
        self.push(")");
    }

    fn test(&mut self, operand: &Expr, test: &ValueTest, negated: bool) {
        self.operand(operand, Level::Predicate);
        self.push(if negated { " IS NOT " } else { " IS " });
        match test {
            // A bare bar may belong to a comprehension around.
            ValueTest::Type(ty) if matches!(ty.kind, TypeExprKind::Union(_)) => self.push(&format!(":: ANY<{ty}>")),
            ValueTest::Type(ty) => self.push(&format!(":: {ty}")),
            ValueTest::Normalized(form) => self.push(&format!("{form} NORMALIZED")),
        }
    }

    /// A condition of a `CASE` with a subject, after `WHEN`; the subject itself is not written.
    fn case_test(&mut self, condition: &Expr) {
        match &condition.kind {
            ExprKind::Or(tests) => self.list(tests, ",", Self::case_test),
            ExprKind::Comparison { rest, .. } => rest.iter().for_each(|(op, operand)| self.case_operand(*op, operand)),
            ExprKind::Binary { op, right, .. } => {
                self.spaced(op.as_str());
                self.operand(right, Level::Sum);
            }
            kind => self.kind(kind),
        }
    }

    fn case_operand(&mut self, op: CompareOp, operand: &Expr) {
        if op == CompareOp::Equal {
            self.push(" ");
            return self.expr(operand);
        }
        self.spaced(op.as_str());
        self.operand(operand, Level::Sum);
    }

    fn case(&mut self, subject: Option<&Expr>, branches: &[(Expr, Expr)], otherwise: Option<&Expr>) {
        self.push("CASE ");
        if let Some(subject) = subject {
            self.expr(subject);
            self.push(" ");
        }
        for (condition, result) in branches {
            self.push("WHEN");
            if subject.is_some() {
                self.case_test(condition);
            } else {
                self.push(" ");
                self.expr(condition);
            }
            self.push(" THEN ");
            self.expr(result);
            self.push(" ");
        }
        if let Some(otherwise) = otherwise {
            self.push("ELSE ");
            self.expr(otherwise);
            self.push(" ");
        }
        self.push("END");
    }

    fn variable_in(&mut self, name: &Name, list: &Expr) {
        self.push(&variable(&name.text));
        self.push(" IN ");
        self.expr(list);
    }

    fn where_part(&mut self, predicate: Option<&Expr>) {
        if let Some(predicate) = predicate {
            self.push(" WHERE ");
            self.expr(predicate);
        }
    }

    fn bar(&mut self, result: Option<&Expr>) {
        if let Some(result) = result {
            self.push(" | ");
            self.expr(result);
        }
    }

    fn reduce(&mut self, accumulator: &Name, initial: &Expr, variable: &Name, list: &Expr, step: &Expr) {
        self.push("reduce(");
        self.variable(accumulator);
        self.push(" = ");
        self.expr(initial);
        self.push(", ");
        self.variable_in(variable, list);
        self.bar(Some(step));
        self.push(")");
    }

    fn subquery(&mut self, kind: SubqueryKind, query: &Query) {
        self.push(match kind {
            SubqueryKind::Exists => "EXISTS { ",
            SubqueryKind::Count => "COUNT { ",
            SubqueryKind::Collect => "COLLECT { ",
        });
        self.query(query);
        self.push(" }");
    }
}

/// Whether the text of an expression begins with `variable IN`.
fn begins_with_in(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        expr = match &expr.kind {
            ExprKind::Binary { op: BinaryOp::In, left, .. } if matches!(left.kind, ExprKind::Variable(_)) => {
                return true;
            }
            ExprKind::Binary { left, .. } => left,
            ExprKind::Comparison { first, .. } => first,
            ExprKind::IsNull { operand, .. } | ExprKind::Test { operand, .. } => operand,
            ExprKind::And(operands) | ExprKind::Or(operands) => match operands.first() {
                Some(first) => first,
                None => return false,
            },
            _ => return false,
        }
    }
}

fn level(kind: &ExprKind) -> Level {
    match kind {
        ExprKind::Or(_) => Level::Or,
        ExprKind::And(_) => Level::And,
        ExprKind::Unary { op: UnaryOp::Not, .. } => Level::Not,
        ExprKind::Unary { .. } => Level::Sign,
        ExprKind::Comparison { .. } => Level::Comparison,
        ExprKind::IsNull { .. } | ExprKind::Test { .. } => Level::Predicate,
        ExprKind::Binary { op, .. } => binary_level(*op),
        ExprKind::Int(value) if *value < 0 => Level::Sign,
        ExprKind::Float(value) if value.is_sign_negative() || !value.is_finite() => Level::Sign,
        ExprKind::Property { .. } | ExprKind::Index { .. } | ExprKind::Slice { .. } | ExprKind::HasLabels { .. } => {
            Level::Postfix
        }
        _ => Level::Atom,
    }
}

fn binary_level(op: BinaryOp) -> Level {
    match op {
        BinaryOp::Xor => Level::Xor,
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Concat => Level::Sum,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => Level::Product,
        BinaryOp::Power => Level::Power,
        BinaryOp::In | BinaryOp::StartsWith | BinaryOp::EndsWith | BinaryOp::Contains | BinaryOp::Matches => {
            Level::Predicate
        }
    }
}

fn quantifier_word(quantifier: Quantifier) -> &'static str {
    match quantifier {
        Quantifier::All => "all",
        Quantifier::Any => "any",
        Quantifier::None => "none",
        Quantifier::Single => "single",
    }
}

/// A float that is not finite cannot be written as a literal, only computed.
fn float(value: f64) -> String {
    if value.is_nan() {
        return "(0.0 / 0.0)".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "(1.0 / 0.0)" } else { "(-1.0 / 0.0)" }.to_owned();
    }
    format!("{value:?}")
}
