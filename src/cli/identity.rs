//! `.merge`, `.unmerge` and `.alias`: which names are of one entity.

use super::app::{self, App};
use super::commands::Flow;
use crate::error::{Detail, Error, Result};
use crate::session::Session;
use crate::store::{Resolution, Version};

/// `.merge A = B`.
pub(super) fn merge(app: &mut App, argument: &str) -> Result<Flow> {
    let graph = app.session.snapshot();
    let [kept, other] = graph.unless_damaged(two(&graph, argument, ".merge"))?;
    change(app, |session| {
        let done = session.merge_entities(&kept, &other)?;
        Ok(format!("`{}` went into `{}`: {done}", done.other, done.kept))
    })
}

/// `.unmerge B`.
pub(super) fn unmerge(app: &mut App, argument: &str) -> Result<Flow> {
    let name = unquoted(argument);
    if name.is_empty() {
        return Err(Error::syntax(Detail::InvalidUse, "the command needs the name of an entity that was joined"));
    }
    change(app, |session| {
        let done = session.unmerge_entity(&name)?;
        Ok(format!("`{}` is apart from `{}` again: {done}", done.other, done.kept))
    })
}

/// `.alias A = other name`.
pub(super) fn alias(app: &mut App, argument: &str) -> Result<Flow> {
    let Some((entity, alias)) = equated(argument) else {
        return Err(Error::syntax(Detail::InvalidUse, "a further name is given as in `.alias Kyiv = Kiev`"));
    };
    change(app, |session| {
        let new = session.add_alias(&entity, &alias)?;
        Ok(format!("`{alias}` is {} name of `{entity}`", if new { "now a" } else { "already a" }))
    })
}

fn change(app: &mut App, work: impl FnOnce(&mut Session) -> Result<String>) -> Result<Flow> {
    if app.options.read_only {
        return Err(app::read_only());
    }
    let before = app.state();
    let said = work(&mut app.session)?;
    app.note_change(before);
    app.say(&said);
    Ok(Flow::Continue)
}

/// Two entities: with ` = ` between them, or where only one place between words leaves a known name on either side.
fn two(graph: &Version, argument: &str, command: &str) -> Result<[String; 2]> {
    if let Some((one, other)) = equated(argument) {
        return Ok([one, other]);
    }
    let spaces: Vec<usize> = argument.match_indices(' ').map(|(at, _)| at).collect();
    let split = |at: usize| [unquoted(&argument[..at]), unquoted(&argument[at..])];
    let known = |name: &String| graph.resolve(name) != Resolution::Unknown;
    let ways: Vec<[String; 2]> = spaces.iter().map(|at| split(*at)).filter(|names| names.iter().all(known)).collect();
    match (ways.as_slice(), spaces.as_slice()) {
        ([one], _) => Ok(one.clone()),
        // Of two words the unknown one is told with its near names.
        ([], [at]) if !argument.ends_with('=') => Ok(split(*at)),
        _ => {
            let message = format!("two entities are given with ` = ` between them, as in `{command} Kyiv = Ukraine`");
            Err(Error::syntax(Detail::InvalidUse, message))
        }
    }
}

/// The names on both sides of ` = ` outside quotes.
fn equated(argument: &str) -> Option<(String, String)> {
    let outside = |at: &usize| argument[..*at].matches('"').count().is_multiple_of(2);
    let at = argument.match_indices(" = ").map(|(at, _)| at).find(outside)?;
    let names = (unquoted(&argument[..at]), unquoted(&argument[at + 3..]));
    (!names.0.is_empty() && !names.1.is_empty()).then_some(names)
}

/// A name without the marks that may stand around it.
fn unquoted(name: &str) -> String {
    let name = name.trim();
    let name = name.strip_prefix('@').unwrap_or(name);
    let inside = |mark: char| name.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    inside('"').or_else(|| inside('`')).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    #[test]
    fn two_names_are_told_apart_where_there_is_one_way() {
        let graph = Graph::in_memory();
        graph.run("+ Steve Witkoff -meets-> Witkoff").unwrap();
        graph.run("+ Steve -meets-> \"a = b\"").unwrap();
        let graph = graph.snapshot();
        let read = |text: &str| two(&graph, text, ".merge").map(|[one, other]| format!("{one}|{other}"));
        assert_eq!(read("Steve Witkoff Witkoff").unwrap(), "Steve Witkoff|Witkoff");
        assert_eq!(read("@Steve = \"a = b\"").unwrap(), "Steve|a = b");
        assert_eq!(read("\"a = b\" Steve").unwrap(), "a = b|Steve");
        assert_eq!(read("Steve Nobody").unwrap(), "Steve|Nobody", "what is unknown is told later");
        assert!(read("Steve").is_err() && read("").is_err() && read("who is it").is_err());
        assert!(read("Steve =").is_err());
    }
}
