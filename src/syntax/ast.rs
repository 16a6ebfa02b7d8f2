//! The syntax tree of openCypher; arrow facts are translated into it.
//!
//! Everything is as written: names are text, nothing is resolved, nothing is checked beyond the grammar. Equality
//! ignores where things stand (see [`crate::span`]).

use crate::span::Span;
use std::fmt;
use std::sync::Arc;

/// A name as written, without its backticks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The text.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Whether to run it, to show its plan, or both.
    pub mode: Mode,
    /// Where `CITE` asks that each row says which relationships it rests on.
    pub cite: Option<Span>,
    /// When the relationships that take part must hold.
    pub moment: Option<Moment>,
    /// Up to when something was recorded that is known to it.
    pub recorded: Option<Recorded>,
    /// The query.
    pub query: Query,
    /// The whole statement.
    pub span: Span,
}

/// A moment, or a span of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The moment of `AS OF`, or where the span of `BETWEEN` begins.
    pub from: Expr,
    /// Where the span ends.
    pub to: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// The moment of `AS RECORDED`.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The moment.
    pub at: Expr,
    /// All of it.
    pub span: Span,
}

/// What is wanted of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// Its result.
    #[default]
    Run,
    /// Its plan (`EXPLAIN`).
    Explain,
    /// Its result and its plan with what each operator did (`PROFILE`).
    Profile,
}

/// One or more single queries joined by `UNION`.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The first.
    pub first: SingleQuery,
    /// The others; `true` for `UNION ALL`, with the place of the keyword.
    pub unions: Vec<(bool, Span, SingleQuery)>,
}

/// Clauses one after another.
#[derive(Clone, Debug, PartialEq)]
pub struct SingleQuery {
    /// The clauses.
    pub clauses: Vec<Clause>,
    /// All of them.
    pub span: Span,
}

/// A clause and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Which clause.
    pub kind: ClauseKind,
    /// The whole clause.
    pub span: Span,
}

/// The clauses.
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseKind {
    /// `[OPTIONAL] MATCH pattern [WHERE predicate]`.
    Match {
        /// `OPTIONAL`.
        optional: bool,
        /// Whether relationships may be matched more than once.
        mode: MatchMode,
        /// The comma-separated paths.
        pattern: Vec<PathPattern>,
        /// `WHERE`.
        predicate: Option<Expr>,
    },
    /// `UNWIND list AS variable`.
    Unwind {
        /// The list.
        list: Expr,
        /// The variable.
        variable: Name,
    },
    /// `WITH …`.
    With {
        /// What is passed on.
        projection: Projection,
        /// `WHERE`.
        predicate: Option<Expr>,
    },
    /// `RETURN …`.
    Return(Projection),
    /// `LET variable = expression, …`: what `WITH *, expression AS variable, …` does.
    Let(Vec<(Name, Expr)>),
    /// `FILTER predicate`.
    Filter(Expr),
    /// `ORDER BY …`, `SKIP …` and `LIMIT …` without a projection: what `WITH * ORDER BY …` does.
    Order {
        /// `ORDER BY`.
        order_by: Vec<SortItem>,
        /// `SKIP`.
        skip: Option<Expr>,
        /// `LIMIT`.
        limit: Option<Expr>,
    },
    /// `CREATE pattern`.
    Create(Vec<PathPattern>),
    /// `MERGE path [ON CREATE SET …] [ON MATCH SET …]`.
    Merge {
        /// The path.
        pattern: PathPattern,
        /// `ON CREATE SET`.
        on_create: Vec<SetItem>,
        /// `ON MATCH SET`.
        on_match: Vec<SetItem>,
    },
    /// `SET …`.
    Set(Vec<SetItem>),
    /// `REMOVE …`.
    Remove(Vec<RemoveItem>),
    /// `[DETACH] DELETE …`.
    Delete {
        /// `DETACH`.
        detach: bool,
        /// What to delete.
        targets: Vec<Expr>,
    },
    /// `FOREACH (variable IN list | updating clauses)`.
    Foreach {
        /// The variable.
        variable: Name,
        /// The list.
        list: Expr,
        /// The clauses.
        body: Vec<Clause>,
    },
    /// `CALL procedure…`.
    Call(ProcedureCall),
    /// `FINISH`: the query ends without a result.
    Finish,
    /// `CREATE INDEX …` and its kin: a statement of its own.
    Schema(SchemaCommand),
    /// `SHOW …`: the first clause of a statement, with nothing or `RETURN` after it.
    Show(Show),
    /// `[OPTIONAL] CALL { query }` or `[OPTIONAL] CALL (imports) { query }`.
    Subquery {
        /// Whether a row for which the query gives nothing stays, with nulls.
        optional: bool,
        /// The parentheses; `None` when there are none (then a leading `WITH` imports).
        imports: Option<Imports>,
        /// The query.
        query: Query,
        /// `IN TRANSACTIONS`.
        transactions: Option<InTransactions>,
    },
    /// `LOAD CSV [WITH HEADERS] FROM source AS variable [FIELDTERMINATOR text]`.
    LoadCsv {
        /// Whether the first record names the fields.
        headers: bool,
        /// The file.
        source: Expr,
        /// The variable: a list of texts, with headers a map.
        variable: Name,
        /// What stands between fields, when it is no comma.
        terminator: Option<char>,
    },
}

/// `IN [n CONCURRENT] TRANSACTIONS [OF n ROWS] [ON ERROR …] [REPORT STATUS AS variable]`.
#[derive(Clone, Debug, PartialEq)]
pub struct InTransactions {
    /// `CONCURRENT`.
    pub concurrent: bool,
    /// How many at the same time.
    pub workers: Option<Expr>,
    /// How many rows a transaction takes.
    pub rows: Option<Expr>,
    /// `ON ERROR`.
    pub on_error: Option<ErrorPolicy>,
    /// `REPORT STATUS AS`.
    pub status: Option<Name>,
    /// All of it.
    pub span: Span,
}

/// What is done about a transaction that fails.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorPolicy {
    /// `RETRY`.
    pub retry: bool,
    /// The seconds after which trying ends.
    pub seconds: Option<Expr>,
    /// What is done in the end; `None` where nothing is written after `RETRY`.
    pub outcome: Option<OnError>,
}

/// What becomes of a statement when one of its transactions fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// It fails.
    #[default]
    Fail,
    /// It goes on with the next.
    Continue,
    /// It goes on, but runs none of those that are left.
    Break,
}

/// Whether a relationship may be matched more than once in one match of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MatchMode {
    /// `DIFFERENT RELATIONSHIPS`: it may not.
    #[default]
    DifferentRelationships,
    /// `REPEATABLE ELEMENTS`: it may.
    RepeatableElements,
}

/// A change of the schema.
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaCommand {
    /// `CREATE [RANGE | TEXT] INDEX [name] [IF NOT EXISTS] FOR (n:Label) ON (n.a, n.b)`.
    CreateIndex {
        /// Which kind.
        kind: IndexKind,
        /// Whose properties.
        rule: SchemaRule,
    },
    /// `CREATE CONSTRAINT [name] [IF NOT EXISTS] FOR (n:Label) REQUIRE n.a IS …`.
    CreateConstraint {
        /// What is demanded.
        demand: Demand,
        /// Of which properties.
        rule: SchemaRule,
    },
    /// `CREATE [OR REPLACE] RULE name [IF NOT EXISTS] FOR (a)-[:TYPE]->(b) WHEN MATCH …`.
    CreateRule(Box<RuleCommand>),
    /// `DROP INDEX name [IF EXISTS]`, `DROP CONSTRAINT name [IF EXISTS]`, `DROP RULE name [IF EXISTS]`.
    Drop {
        /// What it is.
        kind: SchemaKind,
        /// Its name.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
    },
}

/// What a schema has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is what it names
pub enum SchemaKind {
    Index,
    Constraint,
    Rule,
}

/// A rule: wherever the body is matched, a relationship of a type is derived between two of its nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleCommand {
    /// Its name.
    pub name: Name,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// The variable of the node where the relationship starts.
    pub start: Name,
    /// The variable of the node where it ends.
    pub end: Name,
    /// The type that is derived.
    pub rel_type: Name,
    /// `MATCH` clauses.
    pub body: Vec<Clause>,
}

/// What is common to the definitions of indexes and constraints.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaRule {
    /// The name that is given.
    pub name: Option<Name>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Whether it is about nodes.
    pub node: bool,
    /// The label or type.
    pub element: Name,
    /// The properties.
    pub keys: Vec<Name>,
}

/// The kinds of indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IndexKind {
    /// `RANGE`.
    Range,
    /// `TEXT`.
    Text,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq)]
pub enum Demand {
    /// `UNIQUE`.
    Unique,
    /// `NOT NULL`.
    NotNull,
    /// `KEY`.
    Key,
    /// `:: TYPE | TYPE`.
    Types(Vec<DemandedType>),
}

/// A type that a constraint demands: `STRING`, or `LIST<STRING NOT NULL>`.
#[derive(Clone, Debug, PartialEq)]
pub struct DemandedType {
    /// The words before any `<`, in upper case with single blanks.
    pub name: Arc<str>,
    /// The words between `<` and `NOT NULL>`.
    pub of: Option<Arc<str>>,
    /// The whole type.
    pub span: Span,
}

/// `SHOW … YIELD … WHERE …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Show {
    /// What is shown.
    pub kind: ShowKind,
    /// The word that chooses among it, as `UNIQUE` in `SHOW UNIQUE CONSTRAINTS`; empty for all.
    pub filter: &'static str,
    /// `YIELD`, as a projection of plain columns.
    pub yields: Option<Projection>,
    /// `WHERE`.
    pub predicate: Option<Expr>,
}

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is what it names
pub enum ShowKind {
    Indexes,
    Constraints,
    Rules,
    Functions,
    Procedures,
}

impl ShowKind {
    /// Everything that can be shown.
    pub const ALL: [ShowKind; 5] =
        [ShowKind::Indexes, ShowKind::Constraints, ShowKind::Rules, ShowKind::Functions, ShowKind::Procedures];

    /// The words for it, the usual one first.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            ShowKind::Indexes => &["INDEXES", "INDEX"],
            ShowKind::Constraints => &["CONSTRAINTS", "CONSTRAINT"],
            ShowKind::Rules => &["RULES", "RULE"],
            ShowKind::Functions => &["FUNCTIONS", "FUNCTION"],
            ShowKind::Procedures => &["PROCEDURES", "PROCEDURE"],
        }
    }

    /// The words that may stand before it to choose among it.
    pub fn filters(self) -> &'static [&'static str] {
        match self {
            ShowKind::Indexes => &["RANGE", "TEXT"],
            ShowKind::Constraints => &[
                "UNIQUE",
                "NODE UNIQUE",
                "RELATIONSHIP UNIQUE",
                "KEY",
                "NODE KEY",
                "RELATIONSHIP KEY",
                "EXISTENCE",
                "NODE EXISTENCE",
                "RELATIONSHIP EXISTENCE",
                "PROPERTY TYPE",
                "NODE PROPERTY TYPE",
                "RELATIONSHIP PROPERTY TYPE",
            ],
            ShowKind::Functions => &["BUILT IN", "USER DEFINED"],
            ShowKind::Rules | ShowKind::Procedures => &[],
        }
    }
}

/// What `CALL (…) { … }` sees of the row around it.
#[derive(Clone, Debug, PartialEq)]
pub enum Imports {
    /// `(*)`: all of it.
    All,
    /// These variables.
    Names(Vec<Name>),
}

/// A call of a procedure.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcedureCall {
    /// Whether a row for which it gives nothing stays, with nulls.
    pub optional: bool,
    /// The dotted name.
    pub name: Name,
    /// The arguments; `None` when there are no parentheses: they come from parameters of the same names.
    pub arguments: Option<Vec<Expr>>,
    /// What is yielded.
    pub yields: Yield,
    /// `WHERE` after `YIELD`.
    pub predicate: Option<Expr>,
}

/// The `YIELD` of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Yield {
    /// No `YIELD`.
    Implicit,
    /// `YIELD *`.
    All,
    /// `YIELD column [AS name], …`; an empty list is `YIELD -`.
    Items(Vec<(Name, Option<Name>)>),
}

/// The body of `WITH` and `RETURN`.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// `DISTINCT`.
    pub distinct: bool,
    /// `*` comes first.
    pub star: bool,
    /// The items.
    pub items: Vec<ProjectionItem>,
    /// `ORDER BY`.
    pub order_by: Vec<SortItem>,
    /// `SKIP`.
    pub skip: Option<Expr>,
    /// `LIMIT`.
    pub limit: Option<Expr>,
    /// The whole body.
    pub span: Span,
}

/// `expression [AS alias]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectionItem {
    /// The expression.
    pub expr: Expr,
    /// The alias.
    pub alias: Option<Name>,
    /// The expression as written when there is no alias: the column's name. Empty when there is one.
    pub text: Arc<str>,
}

/// `expression [ASC | DESC]`.
#[derive(Clone, Debug, PartialEq)]
pub struct SortItem {
    /// The expression.
    pub expr: Expr,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` is `true`, `NULLS LAST` is `false`; without either, null counts as the greatest value.
    pub nulls_first: Option<bool>,
}

/// An item of `SET`.
#[derive(Clone, Debug, PartialEq)]
pub enum SetItem {
    /// `target.key = value`.
    Property {
        /// The entity.
        target: Expr,
        /// The key.
        key: Name,
        /// The value.
        value: Expr,
    },
    /// `variable = value`: all properties are replaced.
    Replace {
        /// The entity.
        variable: Name,
        /// A map or an entity.
        value: Expr,
    },
    /// `variable += value`: the given properties are set.
    Merge {
        /// The entity.
        variable: Name,
        /// A map or an entity.
        value: Expr,
    },
    /// `target[key] = value`.
    Element {
        /// The entity.
        target: Expr,
        /// The key.
        key: Expr,
        /// The value.
        value: Expr,
    },
    /// `variable:Label:Label`.
    Labels {
        /// The node.
        variable: Name,
        /// The labels; each is a label or computed.
        labels: Vec<LabelExpr>,
    },
}

/// An item of `REMOVE`.
#[derive(Clone, Debug, PartialEq)]
pub enum RemoveItem {
    /// `target.key`.
    Property {
        /// The entity.
        target: Expr,
        /// The key.
        key: Name,
    },
    /// `target[key]`.
    Element {
        /// The entity.
        target: Expr,
        /// The key.
        key: Expr,
    },
    /// `variable:Label:Label`.
    Labels {
        /// The node.
        variable: Name,
        /// The labels; each is a label or computed.
        labels: Vec<LabelExpr>,
    },
}

/// A path of a pattern: nodes joined by relationships. `nodes.len() == rels.len() + 1`.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPattern {
    /// `variable =`.
    pub variable: Option<Name>,
    /// `shortestPath(…)` or `allShortestPaths(…)`.
    pub shortest: Option<Shortest>,
    /// `SHORTEST 2`, `ANY`, …; `None` when all paths count.
    pub selector: Option<Selector>,
    /// `WHERE` inside parentheses around the whole path: it holds before paths are selected.
    pub predicate: Option<Expr>,
    /// The nodes.
    pub nodes: Vec<NodePattern>,
    /// The relationships.
    pub rels: Vec<RelPattern>,
    /// The whole path.
    pub span: Span,
}

/// How many of the paths between the same two nodes are kept, shortest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// How many.
    pub count: SelectorCount,
    /// Whether lengths are counted, each with all its paths.
    pub groups: bool,
    /// Where it stands.
    pub span: Span,
}

/// The number in a selector.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectorCount {
    /// A number of at least one.
    Number(u64),
    /// `$name`.
    Parameter(Name),
}

/// Which shortest paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortest {
    /// One of them.
    Single,
    /// All of them.
    All,
}

/// `(variable:Labels {properties} WHERE predicate)`.
#[derive(Clone, Debug, PartialEq)]
pub struct NodePattern {
    /// The variable.
    pub variable: Option<Name>,
    /// `@name`: the entity of that name or alias.
    pub entity: Option<Name>,
    /// The labels.
    pub labels: Option<LabelExpr>,
    /// The properties: a map literal or a parameter.
    pub properties: Option<Expr>,
    /// `WHERE` inside the pattern.
    pub predicate: Option<Expr>,
    /// The whole node pattern.
    pub span: Span,
}

/// `-[variable:TYPES *length {properties} WHERE predicate]->`; `-[…]->{1,3}` is the same with a length. Also the
/// quantified group that joins two nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct RelPattern {
    /// The variable.
    pub variable: Option<Name>,
    /// The types, any of which fits; empty for any type.
    pub types: Vec<Name>,
    /// A test of the type that is no plain choice of types, as in `[:!A]`; then `types` is empty.
    pub type_test: Option<LabelExpr>,
    /// The path that is walked again and again in place of a relationship; then nothing but `length` says more.
    pub group: Option<Box<GroupPattern>>,
    /// Where the arrow points.
    pub direction: PatternDirection,
    /// `*min..max`; `None` for exactly one relationship.
    pub length: Option<Length>,
    /// The properties: a map literal or a parameter.
    pub properties: Option<Expr>,
    /// `WHERE` inside the pattern.
    pub predicate: Option<Expr>,
    /// The whole relationship pattern.
    pub span: Span,
}

/// `((a)-->(b) WHERE predicate)` before a quantity. Its variables are lists outside.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPattern {
    /// The path; it has neither a variable of its own nor variable lengths.
    pub path: PathPattern,
    /// `WHERE` inside the parentheses.
    pub predicate: Option<Expr>,
}

/// A variable length as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// The least number of relationships, when written.
    pub min: Option<u64>,
    /// The greatest number of relationships, when written.
    pub max: Option<u64>,
}

/// The direction of a relationship pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternDirection {
    /// `-->`.
    Right,
    /// `<--`.
    Left,
    /// `--` or `<-->`: either.
    Either,
}

impl PatternDirection {
    /// The same relationship read from its other end.
    pub fn reversed(self) -> PatternDirection {
        match self {
            PatternDirection::Right => PatternDirection::Left,
            PatternDirection::Left => PatternDirection::Right,
            PatternDirection::Either => PatternDirection::Either,
        }
    }
}

/// A test of a node's labels, or of a relationship's type. `:A:B` is `And`.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelExpr {
    /// `A`.
    Label(Name),
    /// `%`: at least one label.
    Any(Span),
    /// `!A`.
    Not(Box<LabelExpr>),
    /// `A & B`, `A:B`.
    And(Vec<LabelExpr>),
    /// `A | B`.
    Or(Vec<LabelExpr>),
    /// `$(names)`, `$all(names)`, `$any(names)`.
    Dynamic {
        /// Whether one of the names is enough.
        any: bool,
        /// The expression that gives a name or a list of names.
        names: Box<Expr>,
    },
}

/// An expression and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Which expression.
    pub kind: ExprKind,
    /// The whole expression.
    pub span: Span,
}

/// The expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// An integer. A minus sign before a literal is part of it, so that the least integer can be written.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string, unescaped.
    String(Arc<str>),
    /// `$name`.
    Parameter(Name),
    /// A variable.
    Variable(Name),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{key: value}`.
    Map(Vec<(Name, Expr)>),
    /// `variable {.key, .*, key: value, variable}`.
    MapProjection {
        /// What is projected.
        base: Box<Expr>,
        /// The items.
        items: Vec<MapProjectionItem>,
    },
    /// `base.key`.
    Property {
        /// The base.
        base: Box<Expr>,
        /// The key.
        key: Name,
    },
    /// `base[index]`.
    Index {
        /// The list or map.
        base: Box<Expr>,
        /// The index.
        index: Box<Expr>,
    },
    /// `base[from..to]`.
    Slice {
        /// The list.
        base: Box<Expr>,
        /// The first index.
        from: Option<Box<Expr>>,
        /// One past the last index.
        to: Option<Box<Expr>>,
    },
    /// `base:Label`.
    HasLabels {
        /// The node (or relationship).
        base: Box<Expr>,
        /// The labels (or types).
        labels: LabelExpr,
    },
    /// `NOT a`, `-a`, `+a`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// Two operands and an operator between them.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `a AND b AND c`, flat.
    And(Vec<Expr>),
    /// `a OR b OR c`, flat.
    Or(Vec<Expr>),
    /// `a < b <= c`: the first operand and each comparison after it.
    Comparison {
        /// The first operand.
        first: Box<Expr>,
        /// Operators and operands.
        rest: Vec<(CompareOp, Expr)>,
    },
    /// `a IS NULL`, `a IS NOT NULL`.
    IsNull {
        /// The operand.
        operand: Box<Expr>,
        /// `NOT`.
        negated: bool,
    },
    /// `a IS :: TYPE`, `a IS NOT NORMALIZED`.
    Test {
        /// The operand.
        operand: Box<Expr>,
        /// What is tested.
        test: ValueTest,
        /// `NOT`.
        negated: bool,
    },
    /// `name(DISTINCT a, b)`; the name may be dotted.
    Call {
        /// The function's name, dots included.
        name: Name,
        /// `DISTINCT`.
        distinct: bool,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `count(*)`.
    CountStar,
    /// `CASE [subject] WHEN … THEN … [ELSE …] END`.
    Case {
        /// The subject, which the conditions name [`ExprKind::Subject`].
        subject: Option<Box<Expr>>,
        /// Conditions and results; `CASE x WHEN 1, > 2 …` has the condition `subject = 1 OR subject > 2`.
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`.
        otherwise: Option<Box<Expr>>,
    },
    /// The subject of the innermost `CASE` around it; only its conditions have it.
    Subject,
    /// `[variable IN list WHERE predicate | result]`.
    ListComprehension {
        /// The variable.
        variable: Name,
        /// The list.
        list: Box<Expr>,
        /// `WHERE`.
        predicate: Option<Box<Expr>>,
        /// `| result`.
        result: Option<Box<Expr>>,
    },
    /// `[path WHERE predicate | result]`.
    PatternComprehension {
        /// The path.
        pattern: Box<PathPattern>,
        /// `WHERE`.
        predicate: Option<Box<Expr>>,
        /// The result.
        result: Box<Expr>,
    },
    /// `all(variable IN list WHERE predicate)` and its kin.
    Quantifier {
        /// Which.
        quantifier: Quantifier,
        /// The variable.
        variable: Name,
        /// The list.
        list: Box<Expr>,
        /// The predicate; `None` when `WHERE` is left out.
        predicate: Option<Box<Expr>>,
    },
    /// `reduce(accumulator = initial, variable IN list | step)`.
    Reduce {
        /// The accumulator.
        accumulator: Name,
        /// Its first value.
        initial: Box<Expr>,
        /// The variable.
        variable: Name,
        /// The list.
        list: Box<Expr>,
        /// The next value of the accumulator.
        step: Box<Expr>,
    },
    /// A path pattern used as a predicate; with `shortest` set, `shortestPath(…)` as an expression that gives a path
    /// or a list of paths.
    Pattern(Box<PathPattern>),
    /// `EXISTS { … }`, `COUNT { … }`, `COLLECT { … }`.
    Subquery {
        /// Which.
        kind: SubqueryKind,
        /// The query. The short form `{ pattern WHERE … }` is a `MATCH` without `RETURN`.
        query: Box<Query>,
    },
}

/// What is asked of a value by a predicate that is no operator.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueTest {
    /// `:: TYPE`.
    Type(TypeExpr),
    /// `NORMALIZED`, in the form of that name.
    Normalized(&'static str),
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// Which.
    pub kind: TypeExprKind,
    /// `NOT NULL`.
    pub not_null: bool,
    /// The whole type.
    pub span: Span,
}

/// The types that can be written.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// A type without parts, by its standard name, e.g. `INTEGER` or `ZONED DATETIME`.
    Named(&'static str),
    /// `LIST<element>`.
    List(Box<TypeExpr>),
    /// `A | B`, at least two.
    Union(Vec<TypeExpr>),
}

impl fmt::Display for TypeExpr {
    /// The type in standard names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            TypeExprKind::Named(name) => f.write_str(name)?,
            TypeExprKind::List(element) => write!(f, "LIST<{element}>")?,
            TypeExprKind::Union(members) => {
                let members: Vec<String> = members.iter().map(TypeExpr::to_string).collect();
                return f.write_str(&members.join(" | "));
            }
        }
        f.write_str(if self.not_null { " NOT NULL" } else { "" })
    }
}

/// An item of a map projection.
#[derive(Clone, Debug, PartialEq)]
pub enum MapProjectionItem {
    /// `.key`.
    Property(Name),
    /// `.*`.
    All(Span),
    /// `key: value`.
    Entry(Name, Expr),
    /// `variable`.
    Variable(Name),
}

/// The unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `NOT`.
    Not,
    /// `-`.
    Minus,
    /// `+`.
    Plus,
}

/// The binary operators that are not comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `XOR`.
    Xor,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Modulo,
    /// `^`.
    Power,
    /// `IN`.
    In,
    /// `STARTS WITH`.
    StartsWith,
    /// `ENDS WITH`.
    EndsWith,
    /// `CONTAINS`.
    Contains,
    /// `=~`.
    Matches,
    /// `||`: concatenation of strings or lists.
    Concat,
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `=`.
    Equal,
    /// `<>`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
}

impl BinaryOp {
    /// How the operator is written.
    pub fn as_str(self) -> &'static str {
        match self {
            BinaryOp::Xor => "XOR",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Modulo => "%",
            BinaryOp::Power => "^",
            BinaryOp::In => "IN",
            BinaryOp::StartsWith => "STARTS WITH",
            BinaryOp::EndsWith => "ENDS WITH",
            BinaryOp::Contains => "CONTAINS",
            BinaryOp::Matches => "=~",
            BinaryOp::Concat => "||",
        }
    }
}

impl CompareOp {
    /// How the operator is written.
    pub fn as_str(self) -> &'static str {
        match self {
            CompareOp::Equal => "=",
            CompareOp::NotEqual => "<>",
            CompareOp::Less => "<",
            CompareOp::LessEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterEqual => ">=",
        }
    }
}

/// The list predicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `all`.
    All,
    /// `any`.
    Any,
    /// `none`.
    None,
    /// `single`.
    Single,
}

/// The subquery expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubqueryKind {
    /// `EXISTS { … }`: whether there is a row.
    Exists,
    /// `COUNT { … }`: how many rows.
    Count,
    /// `COLLECT { … }`: the one column of all rows as a list.
    Collect,
}
