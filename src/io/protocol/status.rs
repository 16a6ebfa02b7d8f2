//! The codes that other tools know errors by: Neo4j's status codes and GQLSTATUS, by the classification of an error.

use crate::error::{Detail, Error, ErrorType};

/// The codes of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The Neo4j status code, e.g. `Neo.ClientError.Statement.SyntaxError`; our own where Neo4j has none.
    pub code: &'static str,
    /// The five characters of GQLSTATUS.
    pub gql: &'static str,
}

/// The codes of an error: those of its detail within its type, else those of its type.
///
/// ```
/// use standpoint::error::{Detail, Error};
/// let error = Error::syntax(Detail::UndefinedVariable, "variable `m` is not defined");
/// let status = standpoint::io::protocol::status(&error);
/// assert_eq!((status.code, status.gql), ("Neo.ClientError.Statement.SyntaxError", "42N62"));
/// ```
pub fn status(error: &Error) -> Status {
    let (error_type, detail) = (error.error_type(), error.detail());
    let own = BY_DETAIL.iter().find(|(of, _, _, _)| *of == detail);
    let (code, gql) = of_type(error_type);
    match own {
        Some((_, own_code, own_gql, _)) => Status { code: own_code.unwrap_or(code), gql: own_gql },
        None => Status { code, gql },
    }
}

/// The codes of a type whose detail has none of its own.
fn of_type(error_type: ErrorType) -> (&'static str, &'static str) {
    match error_type {
        ErrorType::SyntaxError => ("Neo.ClientError.Statement.SyntaxError", "42001"),
        ErrorType::SemanticError => ("Neo.ClientError.Statement.SemanticError", "42000"),
        ErrorType::ParameterMissing => ("Neo.ClientError.Statement.ParameterMissing", "42N51"),
        ErrorType::ConstraintVerificationFailed | ErrorType::ConstraintValidationFailed => {
            ("Neo.ClientError.Schema.ConstraintValidationFailed", "22N79")
        }
        ErrorType::EntityNotFound => ("Neo.ClientError.Statement.EntityNotFound", "22000"),
        ErrorType::PropertyNotFound => ("Neo.ClientError.Statement.PropertyNotFound", "22000"),
        ErrorType::LabelNotFound => ("Neo.ClientError.Statement.LabelNotFound", "22000"),
        ErrorType::TypeError => ("Neo.ClientError.Statement.TypeError", "22G03"),
        ErrorType::ArgumentError => ("Neo.ClientError.Statement.ArgumentError", "22N11"),
        ErrorType::ArithmeticError => ("Neo.ClientError.Statement.ArithmeticError", "22003"),
        ErrorType::ProcedureError => ("Neo.ClientError.Procedure.ProcedureCallFailed", "52000"),
        ErrorType::Io => ("Neo.DatabaseError.General.UnknownError", "50N00"),
        ErrorType::Corrupt => ("Neo.DatabaseError.Database.UnableToStartDatabase", "50N00"),
        ErrorType::Cancelled => ("Neo.ClientError.Transaction.Terminated", "25N00"),
        ErrorType::ResourceLimit => ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "50N00"),
        ErrorType::Conflict => ("Neo.TransientError.Transaction.LockAcquisitionTimeout", "25000"),
        ErrorType::Internal => ("Neo.DatabaseError.General.UnknownError", "50N42"),
    }
}

/// Details with a GQLSTATUS of their own, some with a code of their own, and what the status says.
const BY_DETAIL: &[(Detail, Option<&str>, &str, &str)] = &[
    (Detail::AmbiguousAggregationExpression, None, "42I18", "reference to implicitly grouped expressions"),
    (Detail::ColumnNameConflict, None, "42N38", "two columns of one name"),
    (Detail::CreatingVarLength, None, "42I41", "variable length where it has no place"),
    (Detail::DifferentColumnsInUnion, None, "42N39", "different columns in UNION"),
    (Detail::DivisionByZero, None, "22012", "division by zero"),
    (Detail::FloatingPointOverflow, None, "22003", "number out of range"),
    (Detail::IntegerOverflow, None, "22003", "number out of range"),
    (Detail::InvalidAggregation, None, "42I24", "aggregation where it has no place"),
    (Detail::InvalidArgumentType, None, "22G03", "value of a wrong type"),
    (Detail::InvalidDelete, None, "42I26", "what DELETE cannot delete"),
    (Detail::InvalidNumberOfArguments, None, "42I13", "number of arguments"),
    (Detail::InvalidPropertyType, None, "22N39", "value that no property can hold"),
    (Detail::InvalidRequest, Some("Standpoint.ClientError.Request.Invalid"), "08N11", "request that is not understood"),
    (Detail::InvalidUse, Some("Standpoint.ClientError.Request.InvalidUse"), "08N11", "request at the wrong moment"),
    (Detail::MergeReadOwnWrites, None, "22N31", "null in MERGE"),
    (Detail::MissingParameter, None, "42N51", "parameter without a value"),
    (Detail::NegativeIntegerArgument, None, "22N02", "negative number"),
    (Detail::NestedAggregation, None, "22N34", "aggregation inside aggregation"),
    (Detail::NoExpressionAlias, None, "42N21", "expression without a name"),
    (Detail::NoSingleRelationshipType, None, "42I14", "number of relationship types"),
    (Detail::NoVariablesInScope, None, "42I37", "RETURN * without variables"),
    (Detail::NonConstantExpression, None, "42N28", "expression that is not constant"),
    (Detail::NumberOutOfRange, None, "22003", "number out of range"),
    (
        Detail::ProcedureNotFound,
        Some("Neo.ClientError.Procedure.ProcedureNotFound"),
        "42N08",
        "procedure that is not known",
    ),
    (Detail::ReadOnly, Some("Neo.ClientError.Statement.AccessMode"), "42N02", "writing where only reading is allowed"),
    (Detail::RequiresDirectedRelationship, None, "42I56", "relationship without a direction"),
    (Detail::RowLimit, Some("Standpoint.ClientError.Statement.RowLimit"), "50N00", "more rows than asked for"),
    (Detail::Timeout, Some("Neo.ClientError.Transaction.TransactionTimedOut"), "25N00", "time is over"),
    (Detail::UndefinedVariable, None, "42N62", "variable that is not defined"),
    (Detail::UnknownFunction, None, "42N48", "function that is not known"),
    (Detail::VariableAlreadyBound, None, "42N59", "variable that is defined already"),
    (Detail::VariableTypeConflict, None, "22G03", "variable of another type"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Phase;

    #[test]
    fn statuses_have_five_characters_and_no_detail_stands_twice() {
        for (at, (detail, _, gql, what)) in BY_DETAIL.iter().enumerate() {
            assert!(gql.len() == 5 && gql.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{gql}");
            assert!(!what.is_empty());
            assert!(BY_DETAIL[..at].iter().all(|(other, ..)| other != detail), "{detail:?} stands twice");
        }
    }

    #[test]
    fn the_detail_wins_over_the_type() {
        let of = |error_type, detail| status(&Error::new(error_type, Phase::Runtime, detail, ""));
        let division = of(ErrorType::ArithmeticError, Detail::DivisionByZero);
        assert_eq!(division, Status { code: "Neo.ClientError.Statement.ArithmeticError", gql: "22012" });
        assert_eq!(of(ErrorType::SyntaxError, Detail::UnexpectedSyntax).gql, "42001");
        assert_eq!(of(ErrorType::ArgumentError, Detail::InvalidRequest).code, "Standpoint.ClientError.Request.Invalid");
    }
}
