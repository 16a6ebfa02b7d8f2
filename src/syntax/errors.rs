//! From a failure of the derived parser to words: what was expected, what was found, what may have been meant.

use super::guard::{self, Brackets};
use super::habits;
use super::keywords::{KEYWORDS, is_keyword};
use super::scan::{self, Kind, Token};
use crate::error::{Detail, Error};
use crate::span::Span;
use crate::text::{beginning, nearest};
use pest::error::{ErrorVariant, InputLocation};
use standpoint_grammar::cypher::Rule;

/// How many alternatives a message lists; more help nobody.
const MOST_LISTED: usize = 4;

/// The error for a text that the grammar does not accept.
pub(super) fn explain(text: &str, brackets: Brackets<'_>, failure: &pest::error::Error<Rule>) -> Error {
    let at = match failure.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let found = scan::significant_from(text, at);
    let place = found.map_or(Span::new(text.len(), text.len()), |token| Span::new(token.start, token.end()));
    let failed = Failure { text, found, rules: positives(failure) };
    let error = failed.unpaired(brackets).or_else(|| failed.foreign()).or_else(|| failed.relationship());
    error.unwrap_or_else(|| failed.general()).at(place)
}

/// Where parsing stopped, and what would have let it go on.
struct Failure<'t> {
    text: &'t str,
    /// What stands there; `None` at the end of the text.
    found: Option<Token<'t>>,
    rules: &'t [Rule],
}

fn positives(failure: &pest::error::Error<Rule>) -> &[Rule] {
    match &failure.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    }
}

impl Failure<'_> {
    /// A bracket without its partner, when nothing was wrong before it mattered.
    fn unpaired(&self, brackets: Brackets<'_>) -> Option<Error> {
        let open = brackets.open?;
        let here = match (brackets.wrong, self.found) {
            (Some(wrong), Some(found)) => found.start >= wrong.start,
            (None, None) => true,
            _ => false,
        };
        if !here {
            return None;
        }
        let close = guard::partner(open.text);
        let found = self.found_text();
        let message = format!("the `{}` has no `{close}`: found {found}", open.text);
        let (line, column) = crate::span::line_column(self.text, open.start);
        let hint = format!("it was opened at line {line}, column {column}");
        Some(syntax(message).hint(hint))
    }

    /// A character that looks like one of the language, or belongs to no language of ours.
    fn foreign(&self) -> Option<Error> {
        let found = self.found.filter(|token| token.kind == Kind::Mark && !token.text.is_ascii())?;
        let code = found.text.chars().next().map_or(0, u32::from);
        let message = format!("the character `{}` (U+{code:04X}) has no meaning here", found.text);
        let error = Error::syntax(Detail::InvalidUnicodeCharacter, message);
        Some(match look_alike(found.text) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error,
        })
    }

    /// What only goes wrong inside `-[…]-`.
    fn relationship(&self) -> Option<Error> {
        let found = self.found?;
        if !self.in_relationship(found.start) {
            return None;
        }
        let before = self.before(found.start).map_or("", |token| token.text);
        if !(found.text == "." || before == "*" && found.text == "-") {
            return None;
        }
        let message = format!(
            "expected `]`, found {}: a length is written `*`, `*2`, `*1..`, `*..3` or `*1..3`",
            self.found_text()
        );
        Some(Error::syntax(Detail::InvalidRelationshipPattern, message))
    }

    /// Whether the innermost bracket open before `at` is that of a relationship.
    fn in_relationship(&self, at: usize) -> bool {
        let mut open = Vec::new();
        let mut before = "";
        for token in scan::tokens(self.text).take_while(|token| token.start < at).filter(Token::is_significant) {
            match token.kind {
                Kind::Open => open.push((token.text, before)),
                Kind::Close => {
                    open.pop();
                }
                _ => {}
            }
            before = token.text;
        }
        open.last() == Some(&("[", "-"))
    }

    fn before(&self, at: usize) -> Option<Token<'_>> {
        scan::tokens(self.text).take_while(|token| token.start < at).filter(Token::is_significant).last()
    }

    /// Whether this text stands before a token.
    fn follows(&self, token: &Token<'_>, text: &str) -> bool {
        self.before(token.start).is_some_and(|before| before.text == text)
    }

    fn general(&self) -> Error {
        let found = self.found_text();
        let error = match self.expected() {
            Some(expected) => syntax(format!("expected {expected}, found {found}")),
            None => syntax(format!("unexpected {found}")),
        };
        match self.found.and_then(|token| self.hint(&token)) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    /// What may help with what was found.
    fn hint(&self, found: &Token<'_>) -> Option<String> {
        self.habit(found)
            .or_else(|| self.as_name(found))
            .or_else(|| self.meant(found))
            .or_else(|| self.slip_before(found))
            .or_else(|| self.comma(found))
    }

    /// One more item of a list that is not parted from the one before.
    fn comma(&self, found: &Token<'_>) -> Option<String> {
        let item = matches!(found.kind, Kind::Text { .. }) || found.kind == Kind::Word && !is_keyword(found.text);
        (item && self.rules.contains(&Rule::comma)).then(|| "is a `,` missing before it?".to_owned())
    }

    /// A word of another language, or a clause at the wrong place.
    fn habit(&self, found: &Token<'_>) -> Option<String> {
        let before = self.before(found.start);
        if before.is_some_and(|before| before.text == ";") {
            return Some("one statement at a time: what follows `;` is another".to_owned());
        }
        let word = |token: &Token<'_>| token.kind == Kind::Word;
        let here = Some(*found).filter(word).map(|token| token.text);
        let before = before.filter(word).map(|token| token.text);
        let hint = here.and_then(habits::foreign).or_else(|| before.and_then(habits::foreign));
        let hint = hint.or_else(|| if self.names_expected() { None } else { here.and_then(habits::misplaced) });
        hint.map(str::to_owned)
    }

    /// Whether a name could stand here.
    fn names_expected(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::variable | Rule::symbol))
    }

    /// Something that would be a name if it were written as one.
    fn as_name(&self, found: &Token<'_>) -> Option<String> {
        let only_pattern = self.rules.contains(&Rule::path) || self.rules.contains(&Rule::node);
        match found.kind {
            Kind::Word if self.names_expected() && !self.rules.contains(&Rule::number) && is_keyword(found.text) => {
                Some(format!("`{0}` is a keyword: as a name it is written in backticks, `` `{0}` ``", found.text))
            }
            Kind::Word if only_pattern && !is_keyword(found.text) && self.follows_match(found) => {
                Some(format!("a node stands in parentheses: `({})`", beginning(found.text)))
            }
            Kind::Text { .. } if self.names_expected() && !self.rules.contains(&Rule::string) => {
                Some("a name that needs quotes is written in backticks".to_owned())
            }
            _ => None,
        }
    }

    fn follows_match(&self, found: &Token<'_>) -> bool {
        self.before(found.start).is_some_and(|before| before.text.eq_ignore_ascii_case("MATCH"))
    }

    /// A word before what was found that was taken for a name, but is near to a keyword.
    fn slip_before(&self, found: &Token<'_>) -> Option<String> {
        const LEAST: usize = 4;
        let before =
            self.before(found.start).filter(|before| before.kind == Kind::Word && before.text.len() >= LEAST)?;
        let keyword = nearest_keyword(before.text)?;
        Some(format!("is `{}` meant to be `{keyword}`?", beginning(before.text)))
    }

    fn found_text(&self) -> String {
        let Some(token) = self.found else {
            return "the end of the text".to_owned();
        };
        match token.kind {
            Kind::Text { .. } => "a string".to_owned(),
            _ => format!("`{}`", beginning(self.whole_mark(&token))),
        }
    }

    /// Marks that belong together, such as `->`, as one.
    fn whole_mark(&self, token: &Token<'_>) -> &str {
        let rest = self.text.get(token.start..).unwrap_or_default();
        let together = ["->", "<-", "!=", "==", "<>", "<=", ">=", "..", "=~", "||", "&&", "+="];
        let whole = together.into_iter().find(|mark| rest.starts_with(mark));
        rest.get(..whole.map_or(token.text.len(), str::len)).unwrap_or_default()
    }

    /// The alternatives as a phrase, when they are few.
    fn expected(&self) -> Option<String> {
        if self.rules.contains(&Rule::number) && self.rules.contains(&Rule::string) {
            return Some("an expression".to_owned());
        }
        let all = if self.goes_on() { None } else { phrase(&names(self.rules)) };
        all.or_else(|| phrase(&names(&decisive(self.rules))))
    }

    /// Whether an operator could stand here, which joins nearly everything to what is before it.
    fn goes_on(&self) -> bool {
        self.rules.contains(&Rule::property)
    }

    /// A hint for what was found.
    fn meant(&self, found: &Token<'_>) -> Option<String> {
        let mark = match self.whole_mark(found) {
            "!=" => Some("`<>`"),
            "=" if self.follows(found, "=") => Some("a single `=`"),
            "!" => Some("`NOT`"),
            "~" => Some("`=~`"),
            "==" => Some("`=`"),
            "&&" => Some("`AND`"),
            ">" if self.follows(found, "-") => Some("`-->`"),
            "->" if self.follows(found, ")") => Some("`-->`"),
            ">" if self.follows(found, "]") => Some("`->`"),
            _ => None,
        };
        let word = || if found.kind == Kind::Word { meant_word(found.text) } else { None };
        mark.map(|meant| format!("did you mean {meant}?")).or_else(word)
    }
}

/// The names of the rules worth listing, each once.
fn names(rules: &[Rule]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for name in rules.iter().filter_map(|rule| described(*rule)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Of many rules, those without which it cannot go on: what closes a bracket or continues a construct.
fn decisive(rules: &[Rule]) -> Vec<Rule> {
    let closes = |rule: &Rule| matches!(rule, Rule::rparen | Rule::rbracket | Rule::rbrace);
    let continues = |rule: &Rule| matches!(rule, Rule::kw_then | Rule::kw_when | Rule::kw_end | Rule::bar);
    let list = rules.contains(&Rule::comma);
    let closing = rules.iter().any(closes);
    let keep = |rule: &Rule| match rule {
        Rule::comma => closing,
        Rule::kw_as => !list,
        rule => closes(rule) || continues(rule),
    };
    rules.iter().copied().filter(keep).collect()
}

/// A few alternatives as a phrase.
fn phrase(names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [only] => Some((*only).to_owned()),
        [rest @ .., last] if names.len() <= MOST_LISTED => Some(format!("{} or {last}", rest.join(", "))),
        _ => None,
    }
}

fn syntax(message: String) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, message)
}

/// What a character from elsewhere is usually meant to be.
fn look_alike(text: &str) -> Option<&'static str> {
    Some(match text.chars().next()? {
        '\u{2010}'..='\u{2015}' | '\u{AD}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => "-",
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{B4}' => "'",
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{AB}' | '\u{BB}' => "\"",
        '\u{2192}' | '\u{27F6}' => "-->",
        '\u{2190}' | '\u{27F5}' => "<--",
        '\u{2264}' => "<=",
        '\u{2265}' => ">=",
        '\u{2260}' => "<>",
        '\u{D7}' => "*",
        '\u{F7}' => "/",
        '\u{2026}' => "..",
        _ => return None,
    })
}

/// The keyword that a word is a slip of, if there is one.
fn nearest_keyword(word: &str) -> Option<&'static str> {
    if is_keyword(word) {
        return None;
    }
    if KEYWORDS.contains(&word.to_uppercase().as_str()) {
        return None; // it is spelled right and only stands in the wrong place
    }
    nearest(word, KEYWORDS.iter().copied().filter(|keyword| keyword.len() > 3))
}

/// What a word is a slip of: a keyword, or a word of another language that has an answer.
fn meant_word(word: &str) -> Option<String> {
    let near = nearest_keyword(word);
    let foreign = nearest(word, near.into_iter().chain(habits::foreign_words())).and_then(habits::foreign);
    foreign.map(str::to_owned).or_else(|| near.map(|keyword| format!("did you mean `{keyword}`?")))
}

/// What a rule is called in a message; `None` when it is possible nearly everywhere, so that naming it helps nobody.
fn described(rule: Rule) -> Option<&'static str> {
    keyword(rule).or_else(|| mark(rule)).or_else(|| part(rule))
}

macro_rules! named {
    ($(#[$doc:meta])* $function:ident { $($rule:ident => $name:literal,)* }) => {
        $(#[$doc])*
        fn $function(rule: Rule) -> Option<&'static str> {
            Some(match rule { $(Rule::$rule => $name,)* _ => return None })
        }
    };
}

named! {
    /// Keywords.
    keyword {
        kw_all => "`ALL`", kw_any => "`ANY`", kw_as => "`AS`", kw_by => "`BY`", kw_between => "`BETWEEN`", kw_bindings => "`BINDINGS`", kw_call => "`CALL`", kw_case => "`CASE`",
        kw_cite => "`CITE`", kw_create => "`CREATE`", kw_delete => "`DELETE`", kw_detach => "`DETACH`", kw_different => "`DIFFERENT`", kw_distinct => "`DISTINCT`",
        kw_elements => "`ELEMENTS`", kw_else => "`ELSE`", kw_end => "`END`", kw_ends => "`ENDS`", kw_explain => "`EXPLAIN`",
        kw_drop => "`DROP`", kw_exists => "`EXISTS`", kw_for => "`FOR`", kw_if => "`IF`", kw_require => "`REQUIRE`",
        kw_show => "`SHOW`",
        kw_break => "`BREAK`", kw_concurrent => "`CONCURRENT`", kw_continue => "`CONTINUE`", kw_csv => "`CSV`",
        kw_error => "`ERROR`", kw_fail => "`FAIL`", kw_fieldterminator => "`FIELDTERMINATOR`", kw_from => "`FROM`",
        kw_headers => "`HEADERS`", kw_load => "`LOAD`", kw_replace => "`REPLACE`", kw_report => "`REPORT`", kw_retry => "`RETRY`",
        kw_rows => "`ROWS`", kw_seconds => "`SECONDS`", kw_status => "`STATUS`", kw_transactions => "`TRANSACTIONS`",
        kw_filter => "`FILTER`", kw_insert => "`INSERT`", kw_let => "`LET`", kw_nodetach => "`NODETACH`",
        kw_offset => "`OFFSET`", kw_use => "`USE`",
        kw_finish => "`FINISH`", kw_foreach => "`FOREACH`", kw_groups => "`GROUPS`", kw_is => "`IS`", kw_limit => "`LIMIT`", kw_match => "`MATCH`",
        kw_merge => "`MERGE`", kw_normalized => "`NORMALIZED`", kw_not => "`NOT`", kw_null => "`NULL`", kw_nulls => "`NULLS`", kw_of => "`OF`", kw_on => "`ON`", kw_optional => "`OPTIONAL`",
        kw_order => "`ORDER`", kw_paths => "`PATHS`", kw_profile => "`PROFILE`", kw_recorded => "`RECORDED`", kw_remove => "`REMOVE`", kw_relationships => "`RELATIONSHIPS`", kw_repeatable => "`REPEATABLE`", kw_return => "`RETURN`",
        kw_set => "`SET`", kw_shortest => "`SHORTEST`", kw_skip => "`SKIP`", kw_starts => "`STARTS`", kw_then => "`THEN`", kw_typed => "`TYPED`", nulls_first => "`FIRST`", nulls_last => "`LAST`", kw_union => "`UNION`",
        kw_unwind => "`UNWIND`", kw_when => "`WHEN`", kw_where => "`WHERE`", kw_with => "`WITH`",
        kw_yield => "`YIELD`", op_in => "`IN`",
    }
}

named! {
    /// Brackets and other marks.
    mark {
        lparen => "`(`", rparen => "`)`", lbracket => "`[`", rbracket => "`]`", lbrace => "`{`", langle => "`<`", rangle => "`>`", rbrace => "`}`",
        comma => "`,`", colon => "`:`", double_colon => "`::`", semicolon => "`;`", bar => "`|`", dots => "`..`", assign => "`=`",
        assign_add => "`+=`", second_dash => "`-`", star => "`*`", nothing => "`-`", once_or_more => "`+`",
    }
}

named! {
    /// Larger parts.
    part {
        statement => "a statement", query => "a clause", single_query => "a clause",
        expression => "an expression", expression_before_bar => "an expression", projection => "an expression or `*`",
        projection_item => "an expression", sort_item => "an expression", variable => "a variable",
        symbol => "a name", parameter_name => "a parameter's name", path => "a pattern", node => "a node `(…)`",
        relationship => "a relationship `-[…]-`", labels => "`:Label`", dynamic_names => "`$(…)`", match_mode => "a match mode", properties => "`{…}`", entity => "`@name`",
        label_or => "a label", type_or => "a type", type_and => "a type", type_not => "a type", group => "a group `((…)-…-(…))`", quantity => "a quantity",
        selector => "`SHORTEST`", how_many => "a number", label_and => "a label", label_not => "a label", set_clause => "`SET`",
        set_item => "what to set", target => "what to remove", procedure_name => "a procedure's name",
        on_error_do => "`CONTINUE`, `BREAK`, `FAIL`", workers => "`CONCURRENT`", yield_item => "a column", entry => "`key: value`", case_branch => "`WHEN`", searched_branch => "`WHEN`", case_test => "an expression", sum => "an expression", type_union => "a type", type_item => "a type", bound => "a number",
        schema_noun => "`INDEX`, `CONSTRAINT` or `RULE`", schema_word => "`INDEX` or `CONSTRAINT`", schema_name => "a name",
        rule_noun => "`RULE`", rule_head => "`(a)-[:TYPE]->(b)`",
        schema_element => "`(n:Label)` or `()-[r:TYPE]-()`", schema_key => "a property `n.key`",
        schema_keys => "properties `(n.key)`", demand => "what is demanded", demanded_type => "a type",
        type_word => "a type", shown => "what to show",
        number => "a number", map => "a map", where_part => "`WHERE`", union => "`UNION`", order_by => "`ORDER BY`",
    }
}
