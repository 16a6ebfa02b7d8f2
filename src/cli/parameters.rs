//! Values of parameters as people write them: on the command line, in files and when asked for one.

use super::app::read_text;
use crate::error::{Detail, Error, Result};
use crate::io::decode;
use crate::session::Graph;
use crate::value::{Map, Value};
use std::path::Path;
use std::sync::Arc;

/// The parameters of `--params FILE`, then those of `-p name=value`, which win.
///
/// # Errors
/// When the file cannot be read, or a text is not of that form.
pub(super) fn given(file: Option<&Path>, written: &[String]) -> Result<Map> {
    let mut parameters = match file {
        Some(path) => of_file(path)?,
        None => Map::new(),
    };
    for parameter in written {
        let Some((name, text)) = parameter.split_once('=') else {
            let message = format!("`-p {parameter}` is not of the form `-p name=value`");
            return Err(Error::syntax(Detail::InvalidUse, message));
        };
        let value = value(text).map_err(|error| within(&error, &format!("`-p {parameter}`")))?;
        parameters.insert(Arc::from(name.trim_start_matches('$')), value);
    }
    Ok(parameters)
}

fn of_file(path: &Path) -> Result<Map> {
    let text = read_text(path)?;
    decode::parameters(&text).map_err(|error| within(&error, &format!("`{}`", path.display())))
}

/// The value of a text: an openCypher expression, or the text itself when it is none.
///
/// # Errors
/// When it has the form of an expression and cannot be computed, such as a number that is too large.
pub fn value(text: &str) -> Result<Value> {
    let graph = Graph::in_memory();
    let literal = graph.run(&format!("RETURN {text} AS value")).and_then(|mut answer| answer.next_row());
    match literal {
        Ok(Some(row)) => row.get("value").cloned(),
        Err(error) if !is_no_expression(&error) => Err(error),
        _ => Ok(Value::string(text)),
    }
}

fn is_no_expression(error: &Error) -> bool {
    let details =
        [Detail::UnexpectedSyntax, Detail::UnexpectedInput, Detail::UndefinedVariable, Detail::InvalidUnicodeCharacter];
    details.contains(&error.detail())
}

/// The error, about this.
fn within(error: &Error, what: &str) -> Error {
    let message = format!("{what}: {}", error.message());
    let named = Error::new(error.error_type(), error.phase(), error.detail(), message);
    error.hints().iter().fold(named, |named, hint| named.hint(hint))
}
