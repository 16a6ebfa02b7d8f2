//! Patterns and label expressions as text.

use super::Writer;
use crate::syntax::ast::{
    Expr, GroupPattern, LabelExpr, Length, NodePattern, PathPattern, PatternDirection, RelPattern, SelectorCount,
    Shortest,
};

impl Writer {
    pub(super) fn paths(&mut self, paths: &[PathPattern]) {
        self.list(paths, ", ", Self::path);
    }

    pub(super) fn path(&mut self, path: &PathPattern) {
        if let Some(variable) = &path.variable {
            self.variable(variable);
            self.push(" = ");
        }
        match path.shortest {
            None => self.selected(path),
            Some(shortest) => {
                self.push(if shortest == Shortest::Single { "shortestPath(" } else { "allShortestPaths(" });
                self.enclosed(path);
                self.push(")");
            }
        }
    }

    /// A path with its selector.
    fn selected(&mut self, path: &PathPattern) {
        if let Some(selector) = &path.selector {
            self.push("SHORTEST ");
            match &selector.count {
                SelectorCount::Number(count) => self.push(&count.to_string()),
                SelectorCount::Parameter(name) => self.parameter(name),
            }
            self.push(if selector.groups { " GROUPS " } else { " " });
        }
        self.enclosed(path);
    }

    /// A path, in parentheses when a condition stands there with it.
    fn enclosed(&mut self, path: &PathPattern) {
        let Some(predicate) = &path.predicate else { return self.chain(path) };
        self.push("(");
        self.chain(path);
        self.push(" WHERE ");
        self.expr(predicate);
        self.push(")");
    }

    fn chain(&mut self, path: &PathPattern) {
        for (index, node) in path.nodes.iter().enumerate() {
            if let Some(rel) = index.checked_sub(1).and_then(|before| path.rels.get(before)) {
                self.relationship(rel);
            }
            self.node(node);
        }
    }

    fn node(&mut self, node: &NodePattern) {
        self.push("(");
        let start = self.out.len();
        if let Some(variable) = &node.variable {
            self.variable(variable);
        }
        if let Some(entity) = &node.entity {
            self.push("@");
            self.symbol(entity);
        }
        if let Some(labels) = &node.labels {
            self.push(":");
            self.label_expr(labels);
        }
        self.conditions(start, node.properties.as_ref(), node.predicate.as_ref());
        self.push(")");
    }

    fn relationship(&mut self, rel: &RelPattern) {
        if let Some(group) = &rel.group {
            return self.group(group, rel.length);
        }
        self.push(if rel.direction == PatternDirection::Left { "<-" } else { "-" });
        self.push("[");
        let start = self.out.len();
        if let Some(variable) = &rel.variable {
            self.variable(variable);
        }
        if !rel.types.is_empty() {
            self.push(":");
            self.list(&rel.types, "|", Self::symbol);
        }
        if let Some(test) = &rel.type_test {
            self.push(":");
            self.type_expr(test);
        }
        if let Some(length) = rel.length {
            self.push(&length_text(length));
        }
        self.conditions(start, rel.properties.as_ref(), rel.predicate.as_ref());
        if self.out.len() == start {
            self.out.truncate(start - 1);
        } else {
            self.push("]");
        }
        self.push(if rel.direction == PatternDirection::Right { "->" } else { "-" });
    }

    fn group(&mut self, group: &GroupPattern, length: Option<Length>) {
        self.push(" (");
        self.chain(&group.path);
        if let Some(predicate) = &group.predicate {
            self.push(" WHERE ");
            self.expr(predicate);
        }
        self.push(")");
        self.push(&quantity_text(length));
    }

    /// Properties and `WHERE`, with a blank before each unless nothing stands since `start`.
    fn conditions(&mut self, start: usize, properties: Option<&Expr>, predicate: Option<&Expr>) {
        if let Some(properties) = properties {
            self.separate(start);
            self.expr(properties);
        }
        if let Some(predicate) = predicate {
            self.separate(start);
            self.push("WHERE ");
            self.expr(predicate);
        }
    }

    fn separate(&mut self, start: usize) {
        if self.out.len() > start {
            self.push(" ");
        }
    }

    /// A test of a type, in which no colon joins.
    fn type_expr(&mut self, types: &LabelExpr) {
        match types {
            LabelExpr::And(parts) => self.list(parts, "&", Self::type_atom),
            LabelExpr::Or(parts) => self.list(parts, "|", Self::type_atom),
            LabelExpr::Not(inner) => {
                self.push("!");
                self.type_atom(inner);
            }
            LabelExpr::Label(_) | LabelExpr::Any(_) | LabelExpr::Dynamic { .. } => self.label_expr(types),
        }
    }

    fn type_atom(&mut self, types: &LabelExpr) {
        let several = matches!(types, LabelExpr::And(_) | LabelExpr::Or(_));
        self.push(if several { "(" } else { "" });
        self.type_expr(types);
        self.push(if several { ")" } else { "" });
    }

    pub(super) fn label_expr(&mut self, labels: &LabelExpr) {
        match labels {
            LabelExpr::Label(name) => self.symbol(name),
            LabelExpr::Any(_) => self.push("%"),
            LabelExpr::Dynamic { any, names } => {
                self.push(if *any { "$any(" } else { "$(" });
                self.expr(names);
                self.push(")");
            }
            LabelExpr::Not(label) => {
                self.push("!");
                self.label_atom(label);
            }
            LabelExpr::And(labels) => {
                let plain = labels.iter().all(|label| matches!(label, LabelExpr::Label(_)));
                self.list(labels, if plain { ":" } else { "&" }, Self::label_atom);
            }
            LabelExpr::Or(labels) => self.list(labels, "|", Self::label_alternative),
        }
    }

    /// In parentheses where it is several labels.
    pub(super) fn label_atom(&mut self, label: &LabelExpr) {
        self.label_in(label, matches!(label, LabelExpr::And(_) | LabelExpr::Or(_)));
    }

    fn label_alternative(&mut self, label: &LabelExpr) {
        self.label_in(label, matches!(label, LabelExpr::Or(_)));
    }

    fn label_in(&mut self, label: &LabelExpr, parentheses: bool) {
        self.push(if parentheses { "(" } else { "" });
        self.label_expr(label);
        self.push(if parentheses { ")" } else { "" });
    }
}

fn quantity_text(length: Option<Length>) -> String {
    match length.map(|length| (length.min.unwrap_or(1), length.max)) {
        None => String::new(),
        Some((min, Some(max))) if min == max => format!("{{{min}}} "),
        Some((min, Some(max))) => format!("{{{min},{max}}} "),
        Some((min, None)) => format!("{{{min},}} "),
    }
}

fn length_text(length: Length) -> String {
    match (length.min, length.max) {
        (None, None) => "*".to_owned(),
        (Some(min), Some(max)) if min == max => format!("*{min}"),
        (min, max) => {
            let text = |bound: Option<u64>| bound.map_or_else(String::new, |bound| bound.to_string());
            format!("*{}..{}", text(min), text(max))
        }
    }
}
