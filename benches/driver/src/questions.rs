//! The questions with their statements and parameters.

use standpoint::value::Map;
use standpoint::{Error, Result, Value};
use std::path::Path;
use std::sync::Arc;

/// Question, how often it is asked, and statement, parted by tabs.
const QUESTIONS: &str = include_str!("../questions.tsv");

/// A question.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) id: &'static str,
    pub(crate) statement: &'static str,
    /// Whether it is asked for each of its parameters; the answer is a list then.
    pub(crate) batch: bool,
    /// The parameters of each time; none once where it has none.
    pub(crate) parameters: Vec<Map>,
}

/// The statement of a question.
pub(crate) fn statement(id: &str) -> Result<&'static str> {
    let known = table().find(|(known, _, _)| *known == id).map(|(_, _, statement)| statement);
    known.ok_or_else(|| Error::type_error(format!("there is no question `{id}`")))
}

/// All questions; those of a data set have their parameters, which stand in a file beside its folder.
pub(crate) fn all(set: &str, data: &Path) -> Result<Vec<Question>> {
    let path = data.with_file_name(format!("params_{set}.txt"));
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Error::io(format!("cannot read `{}`", path.display()), &error))?;
    let question = |(id, batch, statement): (&'static str, bool, &'static str)| {
        let line = text.lines().find(|line| line.split('\t').next() == Some(id));
        let given: Vec<&str> = line.map(|line| line.split('\t').skip(1).collect()).unwrap_or_default();
        let parameters = match batch {
            true => given.into_iter().map(|values| named(statement, values)).collect(),
            false => vec![Map::new()],
        };
        Question { id, statement, batch, parameters }
    };
    Ok(table().map(question).filter(|question| !question.parameters.is_empty()).collect())
}

fn table() -> impl Iterator<Item = (&'static str, bool, &'static str)> {
    QUESTIONS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut parts = line.splitn(3, '\t');
        Some((parts.next()?, parts.next()? == "batch", parts.next()?))
    })
}

/// The parameters that a statement names: a text, or integers parted by a space.
fn named(statement: &str, values: &str) -> Map {
    if statement.contains("$name") {
        return Map::from([(Arc::from("name"), Value::string(values))]);
    }
    let names = if statement.contains("$id") { &["id"][..] } else { &["a", "b"] };
    let values = values.split(' ').filter_map(|value| value.parse().ok()).map(Value::Int);
    names.iter().map(|name| Arc::from(*name)).zip(values).collect()
}
