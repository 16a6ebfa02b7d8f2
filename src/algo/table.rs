//! Procedures whose rows are a table: each call gives the rows whose first columns equal its arguments.

use super::procedure::{Parameter, Procedure, Signature};
use crate::error::{Detail, Error, Result};
use crate::value::{Value, compare};
use std::sync::Arc;

impl Signature {
    /// Reads a signature as it is written: `my.proc(name :: STRING?, id :: INTEGER?) :: (city :: STRING?)`.
    ///
    /// ```
    /// let signature = standpoint::algo::Signature::parse("my.proc(id :: INTEGER?) :: (city :: STRING?)")?;
    /// assert_eq!((&*signature.name, signature.outputs.len()), ("my.proc", 1));
    /// # Ok::<(), standpoint::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the text is no signature.
    pub fn parse(text: &str) -> Result<Signature> {
        let wrong = || Error::syntax(Detail::UnexpectedSyntax, format!("`{text}` is no signature of a procedure"));
        let (name, rest) = text.split_once('(').ok_or_else(wrong)?;
        let (inputs, outputs) = rest.split_once(')').ok_or_else(wrong)?;
        let outputs = outputs.trim().strip_prefix("::").map_or("()", str::trim);
        let outputs = outputs.strip_prefix('(').and_then(|outputs| outputs.strip_suffix(')')).ok_or_else(wrong)?;
        Ok(Signature {
            name: Arc::from(name.trim()),
            inputs: parameters(inputs).ok_or_else(wrong)?,
            outputs: parameters(outputs).ok_or_else(wrong)?,
            summary: Arc::from(""),
        })
    }
}

impl Procedure {
    /// A procedure that looks its rows up in a table: the first columns of a row are compared with the arguments, the
    /// others are what the row gives.
    ///
    /// # Errors
    /// When a row has not as many values as the signature has inputs and outputs.
    pub fn from_table(signature: Signature, rows: Vec<Vec<Value>>) -> Result<Procedure> {
        let inputs = signature.inputs.len();
        let width = inputs + signature.outputs.len();
        if let Some(row) = rows.iter().find(|row| row.len() != width) {
            let message = format!("a row of `{}` has {} values instead of {width}", signature.name, row.len());
            return Err(Error::syntax(Detail::InvalidUse, message));
        }
        let run = move |_: &super::ProcedureContext<'_>, arguments: &[Value]| {
            let fits = |row: &&Vec<Value>| {
                row.iter().zip(arguments).take(inputs).all(|(cell, argument)| compare::group_eq(cell, argument))
            };
            Ok(rows.iter().filter(fits).map(|row| row[inputs..].to_vec()).collect())
        };
        Ok(Procedure { signature, run: Arc::new(run) })
    }
}

/// `name :: TYPE, name :: TYPE`, or nothing.
fn parameters(text: &str) -> Option<Vec<Parameter>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    text.split(',')
        .map(|parameter| {
            let (name, written_type) = parameter.split_once("::")?;
            Parameter::new(name.trim(), written_type.trim())
        })
        .collect()
}
