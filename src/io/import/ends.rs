//! Where relationships start and end: nodes by key.

use super::nodes::NodeFile;
use super::source::Joins;
use crate::text::{beginning, nearest};
use std::sync::Arc;

/// The nodes among which the keys of one end are looked up.
#[derive(Debug)]
pub(super) struct Ends<'a> {
    files: Vec<&'a NodeFile>,
    /// The label that they must have, where not all nodes of the files have it.
    label: Option<Arc<str>>,
    /// What they are called in messages.
    what: String,
}

impl<'a> Ends<'a> {
    /// The nodes of a group of keys or, where none is said, with the label of an end.
    ///
    /// # Errors
    /// When there are none.
    pub(super) fn of(
        files: &'a [NodeFile],
        joins: &Joins,
        end: usize,
        group: Option<&Arc<str>>,
    ) -> Result<Ends<'a>, String> {
        let label = joins.ends[end].clone().filter(|_| group.is_none());
        let belongs = |file: &&NodeFile| match (group, &label) {
            (Some(group), _) => file.group.as_ref() == Some(group),
            (None, Some(label)) => file.may_have(label),
            (None, None) => true,
        };
        let chosen: Vec<&NodeFile> = files.iter().filter(belongs).collect();
        if chosen.is_empty() {
            return Err(nowhere(files, label.as_deref(), group.map(|group| &**group)));
        }
        let what = match (group, &label) {
            (Some(group), _) => format!("node of the group `{group}`"),
            (None, Some(label)) => format!("`{label}`"),
            (None, None) => "node".to_owned(),
        };
        let label = label.filter(|label| !chosen.iter().all(|file| file.labels.contains(label)));
        Ok(Ends { files: chosen, label, what })
    }

    /// The node with a key.
    ///
    /// # Errors
    /// When there is none, or more than one.
    #[inline]
    pub(super) fn find(&self, key: &[u8]) -> Result<u32, String> {
        if let ([file], None) = (self.files.as_slice(), &self.label) {
            return file.find(key, None).ok_or_else(|| self.missing(key));
        }
        let mut nodes = self.files.iter().filter_map(|file| file.find(key, self.label.as_ref()));
        match (nodes.next(), nodes.next()) {
            (Some(node), None) => Ok(node),
            (None, _) => Err(self.missing(key)),
            (Some(_), Some(_)) => Err(format!("there is more than one {} with the key `{}`", self.what, shown(key))),
        }
    }

    fn missing(&self, key: &[u8]) -> String {
        if key.is_empty() {
            return "the key of an end is empty".to_owned();
        }
        format!("there is no {} with the key `{}`", self.what, shown(key))
    }
}

fn shown(key: &[u8]) -> String {
    beginning(&String::from_utf8_lossy(key))
}

fn nowhere(files: &[NodeFile], label: Option<&str>, group: Option<&str>) -> String {
    let near = |name, known: Vec<&Arc<str>>| nearest(name, known.into_iter().map(|known| &**known)).map(str::to_owned);
    let (what, near) = match (group, label) {
        (Some(group), _) => {
            let known = files.iter().filter_map(|file| file.group.as_ref()).collect();
            (format!("nodes in the group `{group}`"), near(group, known))
        }
        (None, Some(label)) => {
            let known = files.iter().flat_map(|file| &file.labels).collect();
            (format!("nodes with the label `{label}`"), near(label, known))
        }
        (None, None) => ("nodes".to_owned(), None),
    };
    let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
    format!("no file has {what}{near}")
}
