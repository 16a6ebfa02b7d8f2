//! The notation in which families write their tables.

/// One entry of a table: category, name, required and optional parameters, result, body, summary, examples. `variadic`
/// before the name lets the last parameter repeat. Types are names of [`TypeSet`](super::TypeSet) constants.
macro_rules! function {
    ($category:ident, variadic $($rest:tt)*) => { function!(@ $category, true, $($rest)*) };
    ($category:ident, $($rest:tt)*) => { function!(@ $category, false, $($rest)*) };
    (
        @ $category:ident, $variadic:literal, $name:literal,
        [$($required:ident: $($accepts:ident)|+),*], [$($optional:ident: $($allows:ident)|+),*],
        $($result:ident)|+, $body:expr, $summary:literal, [$($example:literal => $text:literal),+ $(,)?]
    ) => {
        $crate::functions::Function {
            name: $name,
            category: $crate::functions::Category::$category,
            parameters: &[
                $(function!(# $required, false, $($accepts)|+),)*
                $(function!(# $optional, true, $($allows)|+),)*
            ],
            variadic: $variadic,
            result: $crate::functions::TypeSet(0 $(| $crate::functions::TypeSet::$result.0)+),
            body: $body,
            summary: $summary,
            examples: &[$(($example, $text)),+],
        }
    };
    (# $name:ident, $optional:literal, $($accepts:ident)|+) => {
        $crate::functions::Parameter {
            name: stringify!($name),
            accepts: $crate::functions::TypeSet(0 $(| $crate::functions::TypeSet::$accepts.0)+),
            optional: $optional,
        }
    };
}
