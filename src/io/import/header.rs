//! What the first record of a file says about its columns.
//!
//! A column is a name and may have a type after the last colon: that of its values (`age:int`, `tags:string[]`), or what
//! the column is for (`:ID`, `:START_ID(group)`, `:LABEL`).

use super::kind::Kind;
use super::source::Content;
use crate::text::nearest;
use std::sync::Arc;

/// The columns of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// In their order.
    pub(super) columns: Vec<Column>,
    /// Whether records are relationships.
    pub(super) rels: bool,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    /// The name of the property; empty for what is none.
    pub(super) name: Arc<str>,
    /// What it is for.
    pub(super) role: Role,
    /// The type of its values, where it is said.
    pub(super) kind: Option<Kind>,
}

/// What a column is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A property.
    Property,
    /// The key of a node, in a group of keys.
    Key(Option<Arc<str>>),
    /// The key of the node where a relationship starts.
    Start(Option<Arc<str>>),
    /// The key of the node where a relationship ends.
    End(Option<Arc<str>>),
    /// Labels.
    Labels,
    /// The type of a relationship.
    Type,
    /// Nothing.
    Ignored,
}

impl Layout {
    /// The columns that a header names, in a file of a content.
    pub(super) fn of(names: &[String], content: &Content) -> Result<Layout, String> {
        let columns: Result<Vec<Column>, String> = names.iter().map(|name| column(name)).collect();
        let mut layout = Layout { columns: columns?, rels: matches!(content, Content::Rels(_)) };
        if *content == Content::Untold {
            layout.rels = layout.is_like_rels()?;
        }
        layout.refuse_others()?;
        layout.find_keys()?;
        layout.check_names()?;
        Ok(layout)
    }

    /// The keys of objects whose first one has members of these names.
    pub(super) fn of_objects(names: &[String], content: &Content) -> Result<Layout, String> {
        let roles: &[Role] = match content {
            Content::Untold => return Err("name what the file holds, as in `Label=nodes.jsonl`".to_owned()),
            Content::Nodes(_) => &[Role::Key(None)],
            Content::Rels(_) => &[Role::Start(None), Role::End(None)],
        };
        let names = names.get(..roles.len()).ok_or_else(|| too_few(roles.len()))?;
        let column =
            |(name, role): (&String, &Role)| Column { name: name.as_str().into(), role: role.clone(), kind: None };
        let columns = names.iter().zip(roles).map(column).collect();
        Ok(Layout { columns, rels: matches!(content, Content::Rels(_)) })
    }

    /// The position of the column with a role.
    fn position(&self, is: impl Fn(&Role) -> bool) -> Option<usize> {
        self.columns.iter().position(|column| is(&column.role))
    }

    /// The group of keys that an end belongs to: of the start (0) or of the end (1).
    pub(super) fn group(&self, end: usize) -> Option<Arc<str>> {
        self.columns.iter().find_map(|column| match (&column.role, end) {
            (Role::Start(group), 0) | (Role::End(group), 1) => group.clone(),
            _ => None,
        })
    }

    fn is_like_rels(&self) -> Result<bool, String> {
        let nodes = self.position(|role| matches!(role, Role::Key(_))).is_some();
        let rels = self.position(|role| matches!(role, Role::Start(_))).is_some();
        if nodes || rels {
            return Ok(rels);
        }
        Err("the header says neither `:ID` nor `:START_ID`: name what the file holds, as in `Label=nodes.csv`"
            .to_owned())
    }

    /// Nodes have no type, relationships no label.
    fn refuse_others(&self) -> Result<(), String> {
        let foreign = |role: &Role| match role {
            Role::Key(_) | Role::Labels => self.rels,
            Role::Start(_) | Role::End(_) | Role::Type => !self.rels,
            Role::Property | Role::Ignored => false,
        };
        let what = if self.rels { "relationships" } else { "nodes" };
        match self.columns.iter().find(|column| foreign(&column.role)) {
            Some(column) => Err(format!("the column `{}` has no place in a file of {what}", column.shown())),
            None => Ok(()),
        }
    }

    /// The first column of nodes is the key and the first two of relationships are the ends, unless the header says so.
    fn find_keys(&mut self) -> Result<(), String> {
        let wanted: &[Role] = if self.rels { &[Role::Start(None), Role::End(None)] } else { &[Role::Key(None)] };
        let same = |a: &Role, b: &Role| std::mem::discriminant(a) == std::mem::discriminant(b);
        let said = |role: &Role| self.columns.iter().filter(|column| same(&column.role, role)).count();
        let counts: Vec<usize> = wanted.iter().map(said).collect();
        if counts.iter().any(|count| *count > 1) {
            return Err("the header names two columns for one key".to_owned());
        }
        if counts.iter().sum::<usize>() == wanted.len() {
            return self.check_key_kinds();
        }
        let first = self.columns.get_mut(..wanted.len()).ok_or_else(|| too_few(wanted.len()))?;
        if counts.contains(&1) || first.iter().any(|column| column.role != Role::Property) {
            return Err("the header names only one of `:START_ID` and `:END_ID`".to_owned());
        }
        first.iter_mut().zip(wanted).for_each(|(column, role)| column.role = role.clone());
        self.check_key_kinds()
    }

    fn check_key_kinds(&self) -> Result<(), String> {
        let is_key = |column: &&Column| matches!(column.role, Role::Key(_) | Role::Start(_) | Role::End(_));
        let fits = |column: &Column| column.kind.as_ref().is_none_or(|kind| matches!(kind, Kind::Int(_) | Kind::Text));
        match self.columns.iter().filter(is_key).find(|column| !fits(column)) {
            Some(column) => Err(format!("the key `{}` can be an integer or a text, nothing else", column.shown())),
            None => Ok(()),
        }
    }

    fn check_names(&self) -> Result<(), String> {
        let properties = self.columns.iter().filter(|column| column.is_property() || column.role == Role::Property);
        let mut names: Vec<&Arc<str>> = properties.map(|column| &column.name).collect();
        if let Some(at) = self.columns.iter().position(|it| it.role == Role::Property && it.name.is_empty()) {
            return Err(format!("column {} has no name; `:IGNORE` leaves a column out", at + 1));
        }
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("two columns are named `{}`", pair[0])),
            None => Ok(()),
        }
    }
}

impl Column {
    /// Whether its values are kept as a property.
    pub(super) fn is_property(&self) -> bool {
        matches!(self.role, Role::Property | Role::Key(_)) && !self.name.is_empty()
    }

    fn shown(&self) -> String {
        let role = match self.role {
            Role::Property => "",
            Role::Key(_) => ":ID",
            Role::Start(_) => ":START_ID",
            Role::End(_) => ":END_ID",
            Role::Labels => ":LABEL",
            Role::Type => ":TYPE",
            Role::Ignored => ":IGNORE",
        };
        format!("{}{role}", self.name)
    }
}

fn too_few(wanted: usize) -> String {
    let columns = if wanted == 1 { "a column for its key" } else { "two columns for the keys of its ends" };
    format!("the file needs {columns}")
}

/// A column as the header writes it.
fn column(text: &str) -> Result<Column, String> {
    let options = if text.ends_with('}') { text.find('{') } else { None };
    let (said, options) = text.split_at(options.unwrap_or(text.len()));
    let Some((name, said)) = said.rsplit_once(':') else {
        return Ok(Column { name: Arc::from(text), role: Role::Property, kind: None });
    };
    let (word, group) = grouped(said);
    let role = match (word.to_ascii_uppercase().as_str(), group) {
        ("ID", group) => Role::Key(group),
        ("START_ID", group) => Role::Start(group),
        ("END_ID", group) => Role::End(group),
        ("LABEL", None) => Role::Labels,
        ("TYPE", None) => Role::Type,
        ("IGNORE", None) => Role::Ignored,
        _ => Role::Property,
    };
    let kind = match role {
        Role::Property if options.is_empty() => Some(Kind::named(said).ok_or_else(|| unknown_type(text, said))?),
        Role::Property => return Err(format!("the options of the column `{text}` are not known")),
        _ => id_type(options),
    };
    Ok(Column { name: Arc::from(name), role, kind })
}

/// `ID(group)` as its two parts.
fn grouped(said: &str) -> (&str, Option<Arc<str>>) {
    match said.strip_suffix(')').and_then(|said| said.split_once('(')) {
        Some((word, group)) => (word, Some(Arc::from(group))),
        None => (said, None),
    }
}

/// The type of a key by `{id-type: long}`.
fn id_type(options: &str) -> Option<Kind> {
    let name = options.trim_matches(['{', '}']).split_once(':')?.1;
    Kind::named(name.trim())
}

fn unknown_type(column: &str, said: &str) -> String {
    let known = Kind::names().chain(["ID", "START_ID", "END_ID", "LABEL", "TYPE", "IGNORE"]);
    let near = nearest(said, known).map(|near| format!(": did you mean `{near}`?"));
    format!("the column `{column}` has an unknown type `{said}`{}", near.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::import::source::Joins;

    fn layout(header: &str, content: &Content) -> Result<Vec<String>, String> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        let shown = |column: &Column| match &column.kind {
            Some(kind) => format!("{}={kind}", column.shown()),
            None => column.shown(),
        };
        Layout::of(&names, content).map(|layout| layout.columns.iter().map(shown).collect())
    }

    fn nodes() -> Content {
        Content::Nodes(vec!["A".into()])
    }

    fn rels() -> Content {
        Content::Rels(Joins::default())
    }

    fn some(columns: &[&str]) -> Result<Vec<String>, String> {
        Ok(columns.iter().map(|column| (*column).to_owned()).collect())
    }

    #[test]
    fn keys_come_first_unless_the_header_says_where() {
        assert_eq!(layout("id,age:int", &nodes()), some(&["id:ID", "age=int"]));
        assert_eq!(
            layout("age,id:ID(Person-ID){id-type: long},:LABEL", &nodes()),
            some(&["age", "id:ID=int", ":LABEL"])
        );
        assert_eq!(layout("from,to,since:date", &rels()), some(&["from:START_ID", "to:END_ID", "since=date"]));
        assert_eq!(layout(":END_ID,:TYPE,:START_ID", &Content::Untold), some(&[":END_ID", ":TYPE", ":START_ID"]));
        assert_eq!(layout("rdf:type:string,x:ID", &nodes()), some(&["rdf:type=string", "x:ID"]));
    }

    #[test]
    fn wrong_headers_are_refused() {
        let wrong = |header: &str, content: &Content| layout(header, content).unwrap_err();
        assert!(wrong("id,age:itn", &nodes()).contains("did you mean `int`?"));
        assert!(wrong("id,a,a", &nodes()).contains("two columns are named `a`"));
        assert!(wrong("id,id", &nodes()).contains("two columns are named `id`"));
        assert!(wrong("id,", &nodes()).contains("column 2 has no name"));
        assert!(wrong("id:ID,:START_ID", &nodes()).contains("`:START_ID` has no place in a file of nodes"));
        assert!(wrong("a", &rels()).contains("two columns for the keys"));
        assert!(wrong("a:START_ID,b", &rels()).contains("only one of"));
        assert!(wrong("a:date,b", &nodes()).contains("an integer or a text"));
        assert!(wrong("a,b", &Content::Untold).contains("neither `:ID` nor `:START_ID`"));
    }
}
