//! Expressions: the flat sequence of operands and operators gets its shape here.

use super::{Builder, Parts, clauses, key, literals, name, span_of, unforeseen};
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use crate::syntax::ast::{
    BinaryOp, CompareOp, Expr, ExprKind, MapProjectionItem, Name, PathPattern, Quantifier, Query, SubqueryKind,
    UnaryOp, ValueTest,
};
use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, ConstPrattParser, Op};
use pest::pratt_precedence;
use standpoint_grammar::cypher::Rule;

/// How strongly the operators bind, weakest first.
static PRECEDENCE: ConstPrattParser<Rule, 34> = ConstPrattParser::new_const(pratt_precedence![
    Op::infix(Rule::op_or, Assoc::Left),
    Op::infix(Rule::op_xor, Assoc::Left),
    Op::infix(Rule::op_and, Assoc::Left),
    Op::prefix(Rule::op_not),
    Op::infix(Rule::op_equal, Assoc::Left)
        | Op::infix(Rule::op_not_equal, Assoc::Left)
        | Op::infix(Rule::op_less, Assoc::Left)
        | Op::infix(Rule::op_less_equal, Assoc::Left)
        | Op::infix(Rule::op_greater, Assoc::Left)
        | Op::infix(Rule::op_greater_equal, Assoc::Left),
    Op::infix(Rule::op_in, Assoc::Left)
        | Op::infix(Rule::op_starts_with, Assoc::Left)
        | Op::infix(Rule::op_ends_with, Assoc::Left)
        | Op::infix(Rule::op_contains, Assoc::Left)
        | Op::infix(Rule::op_matches, Assoc::Left)
        | Op::postfix(Rule::null_test)
        | Op::postfix(Rule::is_labels)
        | Op::postfix(Rule::is_before_bar)
        | Op::postfix(Rule::type_test)
        | Op::postfix(Rule::type_test_before_bar)
        | Op::postfix(Rule::normal_test),
    Op::infix(Rule::op_add, Assoc::Left)
        | Op::infix(Rule::op_subtract, Assoc::Left)
        | Op::infix(Rule::op_concat, Assoc::Left),
    Op::infix(Rule::op_multiply, Assoc::Left)
        | Op::infix(Rule::op_divide, Assoc::Left)
        | Op::infix(Rule::op_modulo, Assoc::Left),
    Op::infix(Rule::op_power, Assoc::Left),
    Op::prefix(Rule::op_minus) | Op::prefix(Rule::op_plus),
    Op::postfix(Rule::property)
        | Op::postfix(Rule::bracket)
        | Op::postfix(Rule::labels)
        | Op::postfix(Rule::labels_before_bar),
]);

/// A subquery counts as several levels of the tree: between it and its expressions stand query, clause and pattern.
const SUBQUERY_HEIGHT: usize = 5;

/// An expression, and whether it stood in parentheses: then nothing is joined to its own operator.
struct Term {
    expr: Expr,
    closed: bool,
}

impl Term {
    fn new(kind: ExprKind, span: Span) -> Self {
        Term { expr: Expr { kind, span }, closed: false }
    }
}

impl Builder<'_> {
    /// `expression` or `expression_before_bar`.
    pub(super) fn expression(&self, pair: Pair<'_, Rule>) -> Result<Expr> {
        let span = span_of(&pair);
        self.flat(pair.into_inner(), span)
    }

    /// `target`: one operand with what follows it.
    pub(super) fn operand(&self, pair: Pair<'_, Rule>) -> Result<Expr> {
        self.expression(pair)
    }

    /// All that is left, as expressions.
    pub(super) fn expressions(&self, parts: Parts<'_>) -> Result<Vec<Expr>> {
        let mut expressions = Vec::new();
        for pair in parts {
            expressions.push(self.expression(pair)?);
        }
        Ok(expressions)
    }

    /// An operand that is no parenthesised expression.
    pub(super) fn primary(&self, pair: Pair<'_, Rule>) -> Result<Expr> {
        Ok(self.atom(pair)?.expr)
    }

    /// Operands and operators in a row. `AND` and `OR` make no height: their operands stand side by side.
    fn flat<'p>(&self, pairs: impl Iterator<Item = Pair<'p, Rule>> + Clone, span: Span) -> Result<Expr> {
        let operators = pairs.clone().filter(|pair| grows(pair.as_rule())).count();
        self.within(operators + 1, span, |builder| builder.shape(pairs))
    }

    fn shape<'p>(&self, pairs: impl Iterator<Item = Pair<'p, Rule>>) -> Result<Expr> {
        let term: Result<Term> = PRECEDENCE
            .map_primary(|pair| self.atom(pair))
            .map_prefix(|operator, operand| Ok(prefix(&operator, operand?)))
            .map_postfix(|operand, operator| self.postfix(operand?, operator))
            .map_infix(|left, operator, right| infix(left?, &operator, right?))
            .parse(pairs);
        Ok(term?.expr)
    }

    fn atom(&self, pair: Pair<'_, Rule>) -> Result<Term> {
        let span = span_of(&pair);
        if pair.as_rule() == Rule::parenthesised {
            let inner = self.expression(Parts::of(pair).required()?)?;
            return Ok(Term { expr: Expr { span, ..inner }, closed: true });
        }
        Ok(Term::new(self.atom_kind(pair)?, span))
    }

    fn atom_kind(&self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        match pair.as_rule() {
            Rule::null => Ok(ExprKind::Null),
            Rule::true_literal => Ok(ExprKind::Bool(true)),
            Rule::false_literal => Ok(ExprKind::Bool(false)),
            Rule::number => literals::number(&pair, false),
            Rule::string => literals::string(&pair),
            Rule::variable => name(&pair).map(ExprKind::Variable),
            rule => self.compound(rule, Parts::of(pair)),
        }
    }

    /// Everything that nests passes here, so this stays a plain choice with a small stack frame.
    fn compound(&self, rule: Rule, parts: Parts<'_>) -> Result<ExprKind> {
        match rule {
            Rule::negative => negative(parts),
            Rule::parameter => parameter(parts),
            Rule::count_star => Ok(ExprKind::CountStar),
            Rule::shortest => self.shortest_expression(parts),
            Rule::path_expression => self.path_expression(parts),
            Rule::case => self.case(parts),
            Rule::subquery => self.subquery(parts),
            Rule::quantifier => self.quantifier(parts),
            Rule::reduce => self.reduce(parts),
            Rule::call => self.call(parts),
            Rule::trim => self.trim(parts),
            Rule::map_projection => self.map_projection(parts),
            Rule::map => self.map(parts),
            Rule::list => self.expressions(parts).map(ExprKind::List),
            Rule::in_bracket => self.in_bracket(parts),
            Rule::pattern_comprehension => self.pattern_comprehension(parts),
            rule => Err(Error::internal(format!("unforeseen operand: {rule:?}")).at(parts.span)),
        }
    }
}

/// What follows an operand.
impl Builder<'_> {
    fn postfix(&self, operand: Term, operator: Pair<'_, Rule>) -> Result<Term> {
        let span = operand.expr.span.to(span_of(&operator));
        let base = Box::new(operand.expr);
        let kind = match operator.as_rule() {
            Rule::property => ExprKind::Property { base, key: key(&Parts::of(operator).required()?) },
            Rule::bracket => self.bracket(base, operator)?,
            Rule::null_test | Rule::type_test | Rule::type_test_before_bar | Rule::normal_test => {
                self.value_test(base, operator)?
            }
            _ => ExprKind::HasLabels { base, labels: self.labels(operator)? },
        };
        Ok(Term::new(kind, span))
    }

    /// `IS NULL`, `IS :: TYPE`, `IS NORMALIZED`, and their opposites.
    fn value_test(&self, operand: Box<Expr>, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        let negated = parts.accept(Rule::kw_not);
        let test = match rule {
            Rule::null_test => return Ok(ExprKind::IsNull { operand, negated }),
            Rule::normal_test => ValueTest::Normalized(parts.next().map_or("NFC", |form| normal_form(form.as_str()))),
            Rule::type_test => ValueTest::Type(self.type_union(parts.required()?)?),
            _ => ValueTest::Type(self.type_item(parts.required()?)?),
        };
        Ok(ExprKind::Test { operand, test, negated })
    }

    /// `[index]`, `[from..to]`, `[from..]`, `[..to]`, `[..]`.
    fn bracket(&self, base: Box<Expr>, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let mut parts = Parts::of(pair);
        let from = self.next_boxed(&mut parts)?;
        if parts.accept(Rule::dots) {
            return Ok(ExprKind::Slice { base, from, to: self.next_boxed(&mut parts)? });
        }
        let index = from.ok_or_else(|| Error::internal("an index without an expression"))?;
        Ok(ExprKind::Index { base, index })
    }

    /// The next part, if it is an expression.
    fn next_boxed(&self, parts: &mut Parts<'_>) -> Result<Option<Box<Expr>>> {
        let part = parts.optional(Rule::expression);
        part.map(|part| self.expression(part).map(Box::new)).transpose()
    }

    fn boxed(&self, pair: Pair<'_, Rule>) -> Result<Box<Expr>> {
        self.expression(pair).map(Box::new)
    }
}

/// Operands with parts.
impl Builder<'_> {
    fn shortest_expression(&self, parts: Parts<'_>) -> Result<ExprKind> {
        Ok(ExprKind::Pattern(Box::new(self.shortest(parts)?)))
    }

    fn path_expression(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        Ok(ExprKind::Pattern(Box::new(self.chain(&mut parts)?)))
    }

    fn case(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let subject = self.next_boxed(&mut parts)?;
        let rule = if subject.is_some() { Rule::case_branch } else { Rule::searched_branch };
        let mut branches = Vec::new();
        while let Some(branch) = parts.optional(rule) {
            let mut branch = Parts::of(branch);
            let condition = match subject {
                Some(_) => self.case_tests(&mut branch)?,
                None => self.expression(branch.required()?)?,
            };
            branches.push((condition, self.expression(branch.required()?)?));
        }
        let otherwise = parts.next().map(|part| self.boxed(Parts::of(part).required()?)).transpose()?;
        Ok(ExprKind::Case { subject, branches, otherwise })
    }

    /// What a branch asks of the subject, as one condition.
    fn case_tests(&self, branch: &mut Parts<'_>) -> Result<Expr> {
        let mut tests = Vec::new();
        while let Some(test) = branch.optional(Rule::case_test) {
            tests.push(self.case_test(test)?);
        }
        match (tests.pop(), tests.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(last), false) => {
                let span = tests.first().map_or(last.span, |first| first.span.to(last.span));
                tests.push(last);
                Ok(Expr { kind: ExprKind::Or(tests), span })
            }
            (None, _) => Err(Error::internal("a `WHEN` without a test")),
        }
    }

    fn case_test(&self, pair: Pair<'_, Rule>) -> Result<Expr> {
        let span = span_of(&pair);
        let subject = Expr { kind: ExprKind::Subject, span: Span { end: span.start, ..span } };
        let mut parts = Parts::of(pair);
        let first = parts.required()?;
        let kind = match first.as_rule() {
            Rule::expression => {
                compare(Term { expr: subject, closed: true }, CompareOp::Equal, self.expression(first)?)
            }
            Rule::null_test | Rule::type_test | Rule::normal_test => self.value_test(Box::new(subject), first)?,
            rule => {
                let operand = self.expression(parts.required()?)?;
                match comparison(rule) {
                    Some(op) => compare(Term { expr: subject, closed: true }, op, operand),
                    None => binary(&first, subject, operand)?,
                }
            }
        };
        Ok(Expr { kind, span })
    }

    fn subquery(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let kind = subquery_kind(parts.required()?.as_str());
        let body = parts.required()?;
        let query = self.within(SUBQUERY_HEIGHT, parts.span, |builder| builder.subquery_body(body))?;
        Ok(ExprKind::Subquery { kind, query: Box::new(query) })
    }

    fn subquery_body(&self, pair: Pair<'_, Rule>) -> Result<Query> {
        match pair.as_rule() {
            Rule::query => self.query(pair),
            _ => self.pattern_query(pair),
        }
    }

    fn quantifier(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let quantifier = quantifier(parts.required()?.as_str());
        let (variable, list) = self.variable_in(&mut parts)?;
        Ok(ExprKind::Quantifier { quantifier, variable, list, predicate: self.boxed_where(&mut parts)? })
    }

    fn reduce(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let accumulator = name(&parts.required()?)?;
        parts.accept(Rule::assign);
        let initial = self.boxed(parts.required()?)?;
        let (variable, list) = self.variable_in(&mut parts)?;
        Ok(ExprKind::Reduce { accumulator, initial, variable, list, step: self.boxed(parts.required()?)? })
    }

    /// `variable IN list`
    fn variable_in(&self, parts: &mut Parts<'_>) -> Result<(Name, Box<Expr>)> {
        let variable = name(&parts.required()?)?;
        parts.accept(Rule::op_in);
        Ok((variable, self.boxed(parts.required()?)?))
    }

    fn boxed_where(&self, parts: &mut Parts<'_>) -> Result<Option<Box<Expr>>> {
        Ok(self.where_part(parts)?.map(Box::new))
    }

    fn call(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let name = clauses::dotted_name(&parts.required()?)?;
        let distinct = parts.accept(Rule::kw_distinct);
        let mut arguments = self.expressions(parts)?;
        if name.text.eq_ignore_ascii_case("normalize") {
            arguments.iter_mut().skip(1).for_each(form_as_text);
        }
        Ok(ExprKind::Call { name, distinct, arguments })
    }

    /// `trim(…)`: with a side or `FROM` it is a call of `ltrim`, `rtrim` or `btrim`.
    fn trim(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let span = parts.span;
        let side = parts.optional(Rule::trim_side).map(|side| side.as_str().to_ascii_lowercase());
        let mut arguments = Vec::new();
        while let Some(argument) = parts.optional(Rule::expression) {
            arguments.push(self.expression(argument)?);
        }
        let from = parts.accept(Rule::kw_from);
        if from {
            arguments.insert(0, self.expression(parts.required()?)?);
        } else if side.is_some() {
            let message = "`trim` with a side is written `trim(LEADING characters FROM text)`";
            return Err(Error::syntax(Detail::UnexpectedSyntax, message).at(span));
        }
        let function = match side.as_deref() {
            Some("leading") => "ltrim",
            Some("trailing") => "rtrim",
            _ if from => "btrim",
            _ => "trim",
        };
        let name = Name { text: function.into(), span: Span { end: span.start + 4, ..span } };
        Ok(ExprKind::Call { name, distinct: false, arguments })
    }

    fn map(&self, parts: Parts<'_>) -> Result<ExprKind> {
        let mut entries = Vec::new();
        for entry in parts {
            entries.push(self.entry(entry)?);
        }
        Ok(ExprKind::Map(entries))
    }

    fn entry(&self, pair: Pair<'_, Rule>) -> Result<(Name, Expr)> {
        let mut parts = Parts::of(pair);
        Ok((key(&parts.required()?), self.expression(parts.required()?)?))
    }

    fn map_projection(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let base = Box::new(self.primary(parts.required()?)?);
        let items = parts.map(|item| self.map_projection_item(item)).collect::<Result<_>>()?;
        Ok(ExprKind::MapProjection { base, items })
    }

    fn map_projection_item(&self, pair: Pair<'_, Rule>) -> Result<MapProjectionItem> {
        match pair.as_rule() {
            Rule::projected_all => Ok(MapProjectionItem::All(span_of(&pair))),
            Rule::projected_property => Ok(MapProjectionItem::Property(name(&Parts::of(pair).required()?)?)),
            Rule::variable => Ok(MapProjectionItem::Variable(name(&pair)?)),
            _ => self.entry(pair).map(|(key, value)| MapProjectionItem::Entry(key, value)),
        }
    }

    /// A list comprehension; or a list whose first element begins with `variable IN`, when a comma follows.
    fn in_bracket(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        if parts.has_comma() {
            return self.list_of_in(parts);
        }
        let (variable, list) = self.variable_in(&mut parts)?;
        let predicate = self.boxed_where(&mut parts)?;
        Ok(ExprKind::ListComprehension { variable, list, predicate, result: self.next_boxed(&mut parts)? })
    }

    fn list_of_in(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let (variable, operator, rest) = (parts.required()?, parts.required()?, parts.required()?);
        let span = span_of(&variable).to(span_of(&rest));
        let first: Vec<_> = [variable, operator].into_iter().chain(rest.into_inner()).collect();
        let mut elements = vec![self.flat(first.into_iter(), span)?];
        elements.extend(self.expressions(parts)?);
        Ok(ExprKind::List(elements))
    }

    fn pattern_comprehension(&self, mut parts: Parts<'_>) -> Result<ExprKind> {
        let variable = self.path_variable(&mut parts)?;
        let chain = self.chain(&mut parts)?;
        let span = variable.as_ref().map_or(chain.span, |name| name.span.to(chain.span));
        let pattern = Box::new(PathPattern { variable, span, ..chain });
        let predicate = self.boxed_where(&mut parts)?;
        Ok(ExprKind::PatternComprehension { pattern, predicate, result: self.boxed(parts.required()?)? })
    }
}

fn negative(mut parts: Parts<'_>) -> Result<ExprKind> {
    literals::number(&parts.required()?, true)
}

fn parameter(mut parts: Parts<'_>) -> Result<ExprKind> {
    Ok(ExprKind::Parameter(name(&parts.required()?)?))
}

/// Whether an operator makes the tree higher.
fn grows(rule: Rule) -> bool {
    !matches!(rule, Rule::op_and | Rule::op_or) && PRATT_RULES.contains(&rule)
}

/// Every operator but `AND` and `OR`.
const PRATT_RULES: [Rule; 32] = [
    Rule::property,
    Rule::bracket,
    Rule::labels,
    Rule::labels_before_bar,
    Rule::null_test,
    Rule::is_labels,
    Rule::is_before_bar,
    Rule::type_test,
    Rule::type_test_before_bar,
    Rule::normal_test,
    Rule::op_not,
    Rule::op_minus,
    Rule::op_plus,
    Rule::op_xor,
    Rule::op_equal,
    Rule::op_not_equal,
    Rule::op_less,
    Rule::op_less_equal,
    Rule::op_greater,
    Rule::op_greater_equal,
    Rule::op_matches,
    Rule::op_add,
    Rule::op_subtract,
    Rule::op_concat,
    Rule::op_multiply,
    Rule::op_divide,
    Rule::op_modulo,
    Rule::op_power,
    Rule::op_in,
    Rule::op_starts_with,
    Rule::op_ends_with,
    Rule::op_contains,
];

fn prefix(operator: &Pair<'_, Rule>, operand: Term) -> Term {
    let op = match operator.as_rule() {
        Rule::op_not => UnaryOp::Not,
        Rule::op_minus => UnaryOp::Minus,
        _ => UnaryOp::Plus,
    };
    let span = span_of(operator).to(operand.expr.span);
    Term::new(ExprKind::Unary { op, operand: Box::new(operand.expr) }, span)
}

fn infix(left: Term, operator: &Pair<'_, Rule>, right: Term) -> Result<Term> {
    let span = left.expr.span.to(right.expr.span);
    let kind = match operator.as_rule() {
        Rule::op_and => and(left, right.expr),
        Rule::op_or => or(left, right.expr),
        rule => match comparison(rule) {
            Some(op) => compare(left, op, right.expr),
            None => binary(operator, left.expr, right.expr)?,
        },
    };
    Ok(Term::new(kind, span))
}

fn and(left: Term, right: Expr) -> ExprKind {
    match left.expr.kind {
        ExprKind::And(mut operands) if !left.closed => {
            operands.push(right);
            ExprKind::And(operands)
        }
        kind => ExprKind::And(vec![Expr { kind, span: left.expr.span }, right]),
    }
}

fn or(left: Term, right: Expr) -> ExprKind {
    match left.expr.kind {
        ExprKind::Or(mut operands) if !left.closed => {
            operands.push(right);
            ExprKind::Or(operands)
        }
        kind => ExprKind::Or(vec![Expr { kind, span: left.expr.span }, right]),
    }
}

fn compare(left: Term, op: CompareOp, right: Expr) -> ExprKind {
    match left.expr.kind {
        ExprKind::Comparison { first, mut rest } if !left.closed => {
            rest.push((op, right));
            ExprKind::Comparison { first, rest }
        }
        kind => {
            let first = Box::new(Expr { kind, span: left.expr.span });
            ExprKind::Comparison { first, rest: vec![(op, right)] }
        }
    }
}

fn binary(operator: &Pair<'_, Rule>, left: Expr, right: Expr) -> Result<ExprKind> {
    let op = binary_op(operator.as_rule()).ok_or_else(|| unforeseen(operator))?;
    Ok(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) })
}

fn comparison(rule: Rule) -> Option<CompareOp> {
    Some(match rule {
        Rule::op_equal => CompareOp::Equal,
        Rule::op_not_equal => CompareOp::NotEqual,
        Rule::op_less => CompareOp::Less,
        Rule::op_less_equal => CompareOp::LessEqual,
        Rule::op_greater => CompareOp::Greater,
        Rule::op_greater_equal => CompareOp::GreaterEqual,
        _ => return None,
    })
}

fn binary_op(rule: Rule) -> Option<BinaryOp> {
    Some(match rule {
        Rule::op_xor => BinaryOp::Xor,
        Rule::op_add => BinaryOp::Add,
        Rule::op_subtract => BinaryOp::Subtract,
        Rule::op_multiply => BinaryOp::Multiply,
        Rule::op_divide => BinaryOp::Divide,
        Rule::op_modulo => BinaryOp::Modulo,
        Rule::op_power => BinaryOp::Power,
        Rule::op_in => BinaryOp::In,
        Rule::op_starts_with => BinaryOp::StartsWith,
        Rule::op_ends_with => BinaryOp::EndsWith,
        Rule::op_contains => BinaryOp::Contains,
        Rule::op_matches => BinaryOp::Matches,
        Rule::op_concat => BinaryOp::Concat,
        _ => return None,
    })
}

/// The grammar lets nothing but these words through.
fn normal_form(word: &str) -> &'static str {
    match word.to_ascii_uppercase().as_str() {
        "NFC" => "NFC",
        "NFD" => "NFD",
        "NFKC" => "NFKC",
        _ => "NFKD",
    }
}

/// `normalize(text, NFD)`: the form is a word.
fn form_as_text(argument: &mut Expr) {
    if let ExprKind::Variable(name) = &argument.kind
        && ["NFC", "NFD", "NFKC", "NFKD"].iter().any(|form| name.text.eq_ignore_ascii_case(form))
    {
        argument.kind = ExprKind::String(name.text.clone());
    }
}

/// The grammar lets nothing but these words through.
fn quantifier(word: &str) -> Quantifier {
    match word.to_ascii_lowercase().as_str() {
        "all" => Quantifier::All,
        "any" => Quantifier::Any,
        "none" => Quantifier::None,
        _ => Quantifier::Single,
    }
}

/// The grammar lets nothing but these words through.
fn subquery_kind(word: &str) -> SubqueryKind {
    match word.to_ascii_lowercase().as_str() {
        "exists" => SubqueryKind::Exists,
        "count" => SubqueryKind::Count,
        _ => SubqueryKind::Collect,
    }
}
