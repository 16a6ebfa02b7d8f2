//! A clause in growing steps: each is the one before it with one more thing that it asks for.

use super::named;
use crate::span::Span;
use crate::syntax::ast::{
    Clause, ClauseKind, Expr, ExprKind, LabelExpr, MatchMode, Name, NodePattern, PathPattern, RelPattern,
};
use crate::syntax::facts::build;

/// A beginning of a clause.
pub(super) struct Step {
    /// The clauses that ask for it.
    pub(super) clauses: Vec<Clause>,
    /// What was added last.
    pub(super) part: Part,
    /// Where that stands.
    pub(super) span: Span,
}

/// What a step adds.
#[derive(Clone)]
pub(super) enum Part {
    /// A node, or a path that is taken as a whole.
    Node,
    /// A relationship of any type, and the node at its end; the path up to it points the other way in the second.
    Rel(Box<PathPattern>),
    /// The types of the relationship, which is known by a variable when it is a single one.
    Types { rel: Option<Name>, types: Vec<Name>, turned: Box<PathPattern> },
    /// The labels of a node.
    Labels { node: Name, labels: LabelExpr },
    /// A property that is equal to something.
    Property { of: Name, key: Name, value: Expr },
    /// A condition.
    Where(Expr),
}

/// The steps of a `MATCH`.
pub(super) fn of_match(mode: MatchMode, pattern: &[PathPattern], predicate: Option<&Expr>, span: Span) -> Vec<Step> {
    let mut growing = Growing { mode, done: Vec::new(), steps: Vec::new(), span };
    let pattern: Vec<PathPattern> = pattern.iter().enumerate().map(|(at, path)| all_named(path, at)).collect();
    for path in &pattern {
        growing.path(path);
        growing.done.push(path.clone());
    }
    let whole = growing.clauses(None, None);
    let conditions = predicate.into_iter().flat_map(|predicate| of_filter(predicate, span));
    let conditions = conditions.map(|step| Step { clauses: [whole.clone(), step.clauses].concat(), ..step });
    growing.steps.into_iter().chain(conditions).collect()
}

/// The steps of a condition alone.
pub(super) fn of_filter(predicate: &Expr, span: Span) -> Vec<Step> {
    let conditions = conjuncts(predicate);
    let step = |(at, last): (usize, &Expr)| {
        let clause = Clause { kind: ClauseKind::Filter(build::all(conditions[..=at].to_vec())?), span };
        Some(Step { clauses: vec![clause], part: Part::Where(last.clone()), span: last.span })
    };
    conditions.iter().enumerate().filter_map(step).collect()
}

struct Growing {
    mode: MatchMode,
    done: Vec<PathPattern>,
    steps: Vec<Step>,
    span: Span,
}

impl Growing {
    fn clauses(&self, partial: Option<&PathPattern>, predicate: Option<Expr>) -> Vec<Clause> {
        let pattern = self.done.iter().chain(partial).cloned().collect();
        vec![Clause {
            kind: ClauseKind::Match { optional: false, mode: self.mode, pattern, predicate },
            span: self.span,
        }]
    }

    fn push(&mut self, partial: &PathPattern, part: Part, span: Span) {
        let clauses = self.clauses(Some(partial), None);
        self.steps.push(Step { clauses, part, span });
    }

    fn path(&mut self, path: &PathPattern) {
        let whole = path.shortest.is_some() || path.selector.is_some() || path.predicate.is_some();
        if whole || path.rels.iter().any(|rel| rel.group.is_some()) {
            self.push(path, Part::Node, path.span);
            return;
        }
        let mut partial = PathPattern { variable: None, nodes: Vec::new(), rels: Vec::new(), ..path.clone() };
        for (at, node) in path.nodes.iter().enumerate() {
            let bare = NodePattern { labels: None, properties: None, predicate: None, ..node.clone() };
            match at.checked_sub(1).and_then(|before| path.rels.get(before)) {
                Some(rel) => self.rel(&mut partial, rel, bare),
                None => {
                    partial.nodes.push(bare);
                    self.push(&partial, Part::Node, node.span);
                }
            }
            self.node(&mut partial, node);
        }
    }

    fn rel(&mut self, partial: &mut PathPattern, rel: &RelPattern, end: NodePattern) {
        let bare = RelPattern { types: Vec::new(), type_test: None, properties: None, predicate: None, ..rel.clone() };
        partial.rels.push(bare);
        partial.nodes.push(end);
        let turned = |partial: &PathPattern| {
            let mut turned = partial.clone();
            if let Some(last) = turned.rels.last_mut() {
                last.direction = last.direction.reversed();
            }
            Box::new(turned)
        };
        self.push(partial, Part::Rel(turned(partial)), rel.span);
        if !rel.types.is_empty() || rel.type_test.is_some() {
            if let Some(last) = partial.rels.last_mut() {
                (last.types, last.type_test) = (rel.types.clone(), rel.type_test.clone());
            }
            let single = rel.variable.clone().filter(|_| rel.length.is_none());
            let part = Part::Types { rel: single, types: rel.types.clone(), turned: turned(partial) };
            self.push(partial, part, rel.span);
        }
        let single = rel.variable.as_ref().filter(|_| rel.length.is_none());
        self.properties(partial, single, rel.properties.as_ref(), |partial, properties| {
            partial.rels.last_mut().into_iter().for_each(|last| last.properties = Some(properties.clone()));
        });
        if let Some(predicate) = &rel.predicate {
            partial.rels.last_mut().into_iter().for_each(|last| last.predicate = Some(predicate.clone()));
            self.push(partial, Part::Where(predicate.clone()), predicate.span);
        }
    }

    /// Labels, properties one by one, and the condition of the last node.
    fn node(&mut self, partial: &mut PathPattern, node: &NodePattern) {
        let Some(name) = node.variable.clone() else { return };
        if let Some(labels) = &node.labels {
            partial.nodes.last_mut().into_iter().for_each(|last| last.labels = Some(labels.clone()));
            let span = match labels {
                LabelExpr::Label(label) if name.span.start < name.span.end => name.span.to(label.span),
                LabelExpr::Label(label) => label.span,
                _ => node.span,
            };
            self.push(partial, Part::Labels { node: name.clone(), labels: labels.clone() }, span);
        }
        self.properties(partial, Some(&name), node.properties.as_ref(), |partial, properties| {
            partial.nodes.last_mut().into_iter().for_each(|last| last.properties = Some(properties.clone()));
        });
        if let Some(predicate) = &node.predicate {
            partial.nodes.last_mut().into_iter().for_each(|last| last.predicate = Some(predicate.clone()));
            self.push(partial, Part::Where(predicate.clone()), predicate.span);
        }
    }

    /// Properties that are equal to something, one by one where it is known of what they are.
    fn properties(
        &mut self,
        partial: &mut PathPattern,
        of: Option<&Name>,
        properties: Option<&Expr>,
        set: impl Fn(&mut PathPattern, &Expr),
    ) {
        match (of, properties) {
            (Some(of), Some(Expr { kind: ExprKind::Map(entries), span })) => {
                for (at, (key, value)) in entries.iter().enumerate() {
                    set(partial, &Expr { kind: ExprKind::Map(entries[..=at].to_vec()), span: *span });
                    let part = Part::Property { of: of.clone(), key: key.clone(), value: value.clone() };
                    self.push(partial, part, key.span.to(value.span));
                }
            }
            (_, Some(other)) => {
                set(partial, other);
                self.push(partial, Part::Node, other.span);
            }
            (_, None) => {}
        }
    }
}

/// The path with a name for everything in it, so that what stands there can be asked for.
fn all_named(path: &PathPattern, number: usize) -> PathPattern {
    let mut path = path.clone();
    let whole = path.shortest.is_some() || path.selector.is_some();
    for (at, node) in path.nodes.iter_mut().enumerate().filter(|_| !whole) {
        node.variable.get_or_insert_with(|| named(&format!("why node {number} {at}")));
    }
    for (at, rel) in path.rels.iter_mut().enumerate().filter(|(_, rel)| !whole && rel.group.is_none()) {
        rel.variable.get_or_insert_with(|| named(&format!("why relationship {number} {at}")));
    }
    path
}

fn conjuncts(predicate: &Expr) -> Vec<Expr> {
    match &predicate.kind {
        ExprKind::And(parts) => parts.iter().flat_map(conjuncts).collect(),
        _ => vec![predicate.clone()],
    }
}
