//! Coarse tokens of openCypher text: enough to find brackets, quotes, comments and words without parsing.
//!
//! The scanner never fails and its tokens cover the whole text, blanks and comments included. It knows nothing of
//! grammar; [`super::guard`], [`super::errors`] and [`super::script`] use it.

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Blanks and line ends.
    Blank,
    /// A comment; `closed` is false for a block comment that runs to the end of the text.
    Comment {
        /// Whether its end was found.
        closed: bool,
    },
    /// A string in either kind of quotes.
    Text {
        /// Whether its end was found.
        closed: bool,
    },
    /// A name in backticks.
    Quoted {
        /// Whether its end was found.
        closed: bool,
    },
    /// A name or keyword.
    Word,
    /// Something that begins with a digit.
    Number,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// Any other character.
    Mark,
}

/// A token and the bytes it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    /// What it is.
    pub(super) kind: Kind,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Its text.
    pub(super) text: &'t str,
}

impl Token<'_> {
    /// Offset one past its last byte.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is neither blank nor comment.
    pub(super) fn is_significant(&self) -> bool {
        !matches!(self.kind, Kind::Blank | Kind::Comment { .. })
    }

    /// Whether it is a quotation or comment without end, and what to call it then.
    pub(super) fn unclosed(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Comment { closed: false } => Some("comment"),
            Kind::Text { closed: false } => Some("string"),
            Kind::Quoted { closed: false } => Some("name in backticks"),
            _ => None,
        }
    }
}

/// The tokens of a text from an offset on.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

/// All tokens of `text`.
pub(super) fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// The tokens of `text` from `at` on, which must be the start of a token.
pub(super) fn tokens_from(text: &str, at: usize) -> Tokens<'_> {
    Tokens { text, at }
}

/// The first token at or after `at` that is neither blank nor comment.
pub(super) fn significant_from(text: &str, at: usize) -> Option<Token<'_>> {
    tokens_from(text, at).find(Token::is_significant)
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let rest = self.text.get(self.at..)?;
        let first = rest.chars().next()?;
        let (kind, length) = measure(rest, first);
        let token = Token { kind, start: self.at, text: &rest[..length] };
        self.at += length;
        Some(token)
    }
}

/// Whether a character can begin a word.
pub(super) fn starts_word(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// Whether a character can continue a word.
pub(super) fn continues_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether a character is blank to the grammar.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1C}'..='\u{1F}' | '\u{180E}' | '\u{FEFF}')
}

/// The kind of the token that begins with `first` at the start of `rest`, and its length in bytes.
fn measure(rest: &str, first: char) -> (Kind, usize) {
    match first {
        '(' | '[' | '{' => (Kind::Open, 1),
        ')' | ']' | '}' => (Kind::Close, 1),
        '\'' | '"' => {
            let (closed, length) = string(rest);
            (Kind::Text { closed }, length)
        }
        '`' => {
            let (closed, length) = until(rest, 1, "`");
            (Kind::Quoted { closed }, length)
        }
        '/' if rest.starts_with("//") => (Kind::Comment { closed: true }, rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => {
            let (closed, length) = until(rest, 2, "*/");
            (Kind::Comment { closed }, length)
        }
        c if is_blank(c) => (Kind::Blank, run(rest, is_blank)),
        c if starts_word(c) => (Kind::Word, run(rest, continues_word)),
        c if c.is_ascii_digit() => (Kind::Number, run(rest, continues_word)),
        c => (Kind::Mark, c.len_utf8()),
    }
}

/// The length of the characters at the start that pass the test.
fn run(rest: &str, test: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !test(c)).unwrap_or(rest.len())
}

/// Whether the closing mark is found after `skip` bytes, and the length up to and with it.
fn until(rest: &str, skip: usize, mark: &str) -> (bool, usize) {
    match rest[skip..].find(mark) {
        Some(at) => (true, skip + at + mark.len()),
        None => (false, rest.len()),
    }
}

/// Whether the string at the start has an end, and its length.
fn string(rest: &str) -> (bool, usize) {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == bytes[0] => return (true, at + 1),
            _ => at += 1,
        }
    }
    (false, rest.len())
}
