//! The one error type of the library.
//!
//! An [`Error`] carries the openCypher classification (type, phase, detail), a message for people, the place in the
//! query text it is about, and hints. It knows nothing of how it is shown: rendering with a caret is the command
//! line's work.

use crate::span::Span;
use std::borrow::Cow;
use std::fmt;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// When an error was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Before anything ran: while parsing, binding or planning.
    Compile,
    /// While running.
    Runtime,
}

impl Phase {
    /// The name: `compile` or `runtime`.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Compile => "compile",
            Phase::Runtime => "runtime",
        }
    }
}

/// The class of an error: the openCypher error types, then those that are not about a query's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // the names are openCypher's own and say all there is to say
pub enum ErrorType {
    SyntaxError,
    SemanticError,
    ParameterMissing,
    ConstraintVerificationFailed,
    ConstraintValidationFailed,
    EntityNotFound,
    PropertyNotFound,
    LabelNotFound,
    TypeError,
    ArgumentError,
    ArithmeticError,
    ProcedureError,
    /// A file could not be read or written.
    Io,
    /// A file is not what it should be: damaged, foreign, or of a newer version.
    Corrupt,
    /// The query was cancelled.
    Cancelled,
    /// A limit on time, memory, rows or size was reached.
    ResourceLimit,
    /// Another writer is at work, or the graph is open read-only.
    Conflict,
    /// A defect of this library; the message asks for a report.
    Internal,
}

impl ErrorType {
    /// The name, as openCypher writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorType::SyntaxError => "SyntaxError",
            ErrorType::SemanticError => "SemanticError",
            ErrorType::ParameterMissing => "ParameterMissing",
            ErrorType::ConstraintVerificationFailed => "ConstraintVerificationFailed",
            ErrorType::ConstraintValidationFailed => "ConstraintValidationFailed",
            ErrorType::EntityNotFound => "EntityNotFound",
            ErrorType::PropertyNotFound => "PropertyNotFound",
            ErrorType::LabelNotFound => "LabelNotFound",
            ErrorType::TypeError => "TypeError",
            ErrorType::ArgumentError => "ArgumentError",
            ErrorType::ArithmeticError => "ArithmeticError",
            ErrorType::ProcedureError => "ProcedureError",
            ErrorType::Io => "Io",
            ErrorType::Corrupt => "Corrupt",
            ErrorType::Cancelled => "Cancelled",
            ErrorType::ResourceLimit => "ResourceLimit",
            ErrorType::Conflict => "Conflict",
            ErrorType::Internal => "Internal",
        }
    }
}

macro_rules! details {
    ($($name:ident),* $(,)?) => {
        /// The stable code of an error: the openCypher detail names, then our own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs)] // each name is its own explanation
        pub enum Detail { $($name),* }

        impl Detail {
            /// The name as text.
            pub fn as_str(self) -> &'static str {
                match self { $(Detail::$name => stringify!($name)),* }
            }
        }
    };
}

details! {
    // openCypher
    AmbiguousAggregationExpression, ColumnNameConflict, CreateBlockedByConstraint, CreatingVarLength,
    DeleteConnectedNode, DeletedEntityAccess, DifferentColumnsInUnion, FloatingPointOverflow, IntegerOverflow,
    InvalidAggregation, InvalidArgumentPassingMode, InvalidArgumentType, InvalidArgumentValue,
    InvalidClauseComposition, InvalidDelete, InvalidElementAccess, InvalidNumberLiteral, InvalidNumberOfArguments,
    InvalidParameterUse, InvalidPropertyType, InvalidRelationshipPattern, InvalidUnicodeCharacter,
    InvalidUnicodeLiteral, MapElementAccessByNonString, MergeReadOwnWrites, MissingParameter,
    NegativeIntegerArgument, NestedAggregation, NoExpressionAlias, NoSingleRelationshipType, NoVariablesInScope,
    NonConstantExpression, NumberOutOfRange, ProcedureNotFound, PropertyAccessOnNonMap,
    RelationshipUniquenessViolation, RequiresDirectedRelationship, UndefinedVariable, UnexpectedSyntax,
    UnknownFunction, VariableAlreadyBound, VariableTypeConflict, ListElementAccessByNonInteger,
    // our own
    UnexpectedInput, NestingTooDeep, InputTooLarge, UnknownEntity, AmbiguousEntity, UnknownFact, DivisionByZero,
    EntityIsNotStored, Io, GraphFile, LogFailed, Damaged, Foreign, NewerVersion, WrongLog, Cancelled, Timeout, MemoryLimit, RowLimit,
    IdsExhausted, PropertyNotUnique, PropertyMissing, PropertyOfWrongType, SchemaExists, SchemaNameTaken, SchemaInUse,
    SchemaLimit, UnknownIndex, UnknownConstraint, UnknownRule, RuleCycle, DerivedRelationship, ReadOnly, Locked, UnknownCommand, InvalidUse, InvalidRequest, Internal,
}

/// Anything that went wrong, with its classification, its place and what may help.
///
/// ```
/// use standpoint::error::{Detail, Error, ErrorType, Phase};
/// use standpoint::span::Span;
/// let error = Error::syntax(Detail::UndefinedVariable, "variable `m` is not defined")
///     .at(Span::new(7, 8))
///     .hint("did you mean `n`?");
/// assert_eq!(error.error_type(), ErrorType::SyntaxError);
/// assert_eq!(error.phase(), Phase::Compile);
/// assert_eq!(error.to_string(), "variable `m` is not defined (did you mean `n`?)");
/// ```
#[derive(Clone, Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    error_type: ErrorType,
    phase: Phase,
    detail: Detail,
    message: String,
    span: Option<Span>,
    hints: Vec<String>,
}

impl Error {
    /// An error with all three parts of its classification. Of a long message the beginning and the end are kept.
    pub fn new(error_type: ErrorType, phase: Phase, detail: Detail, message: impl Into<String>) -> Self {
        let message = shortened(&message.into()).into_owned();
        Error(Box::new(Inner { error_type, phase, detail, message, span: None, hints: Vec::new() }))
    }

    /// A `SyntaxError` at compile time.
    pub fn syntax(detail: Detail, message: impl Into<String>) -> Self {
        Error::new(ErrorType::SyntaxError, Phase::Compile, detail, message)
    }

    /// An error of the given type while running.
    pub fn runtime(error_type: ErrorType, detail: Detail, message: impl Into<String>) -> Self {
        Error::new(error_type, Phase::Runtime, detail, message)
    }

    /// A `TypeError` at run time about an argument's type.
    pub fn type_error(message: impl Into<String>) -> Self {
        Error::runtime(ErrorType::TypeError, Detail::InvalidArgumentType, message)
    }

    /// A defect of the library itself, reported instead of a panic.
    pub fn internal(message: impl Into<String>) -> Self {
        Error::runtime(ErrorType::Internal, Detail::Internal, message)
            .hint("this is a defect of standpoint, please report it")
    }

    /// A file operation that failed, named by what was being done.
    pub fn io(doing: impl fmt::Display, error: &std::io::Error) -> Self {
        Error::runtime(ErrorType::Io, Detail::Io, format!("{doing}: {error}"))
    }

    /// The same error, about this place. The first place given stays: inner code knows it best.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.0.span.get_or_insert(span);
        self
    }

    /// The same error about a text that is not the one that was given: it says whose text that is, and has no place.
    #[must_use]
    pub fn in_text_of(mut self, whose: impl fmt::Display) -> Self {
        self.0.message = shortened(&format!("{whose}: {}", self.0.message)).into_owned();
        self.0.span = None;
        self
    }

    /// The same error with its place moved by `offset` bytes, for a statement inside a larger text.
    #[must_use]
    pub fn shifted(mut self, offset: usize) -> Self {
        if let Some(span) = &mut self.0.span {
            *span = Span::new(span.start as usize + offset, span.end as usize + offset);
        }
        self
    }

    /// The same error with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(shortened(&hint.into()).into_owned());
        self
    }

    /// The class.
    pub fn error_type(&self) -> ErrorType {
        self.0.error_type
    }

    /// Whether it was found before or while running.
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// The stable code.
    pub fn detail(&self) -> Detail {
        self.0.detail
    }

    /// What went wrong, in words, without place and hints.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The place in the text that was given, where there is one.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }

    /// What may help, each a sentence without a full stop.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }
}

/// The text itself, or its beginning and its end when it is longer than a person reads.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    const HEAD: usize = 400;
    const TAIL: usize = 200;
    if text.len() <= HEAD + TAIL {
        return text.into();
    }
    let boundary = |at: &usize| text.is_char_boundary(*at);
    let head = (0..=HEAD).rev().find(boundary).unwrap_or(0);
    let tail = (text.len() - TAIL..text.len()).find(boundary).unwrap_or(text.len());
    format!("{} … {}", &text[..head], &text[tail..]).into()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if !self.0.hints.is_empty() {
            write!(f, " ({})", self.0.hints.join("; "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_keep_their_beginning_and_their_end() {
        assert_eq!(shortened("short"), "short");
        let long = shortened(&format!("variable `{}` is not defined", "ä".repeat(1_000_000))).into_owned();
        assert!(long.len() < 1000 && long.starts_with("variable `ää") && long.ends_with("ä` is not defined"), "{long}");
    }
}
