//! What statements are bound and planned with: the names, indexes and rules of a version.

use super::{Catalog, IndexDefinition, RuleDefinition, Version};
use std::sync::Arc;

/// The names, indexes and rules of a version. While it is held, no later version can have the same by chance.
#[derive(Clone, Debug)]
pub(crate) struct Vocabulary {
    catalog: Arc<Catalog>,
    indexes: Box<[Arc<IndexDefinition>]>,
    rules: Box<[Arc<RuleDefinition>]>,
}

impl Vocabulary {
    /// Whether a version has the same names, with the same identifiers, the same indexes and the same rules.
    pub(crate) fn is_of(&self, version: &Version) -> bool {
        Arc::ptr_eq(&self.catalog, &version.catalog)
            && same(self.indexes.iter(), version.indexes())
            && same(self.rules.iter(), version.rules().iter())
    }
}

fn same<'a, T: 'a>(mut left: impl Iterator<Item = &'a Arc<T>>, mut right: impl Iterator<Item = &'a Arc<T>>) -> bool {
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if Arc::ptr_eq(left, right) => {}
            _ => return false,
        }
    }
}

impl Version {
    /// Its names, indexes and rules.
    pub(crate) fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            catalog: Arc::clone(&self.catalog),
            indexes: self.indexes().cloned().collect(),
            rules: self.rules().iter().cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{IndexKind, SchemaTarget};
    use super::*;

    #[test]
    fn a_change_of_names_or_indexes_makes_another() {
        let mut version = Version::new();
        let (label, key) = (version.intern_label("L"), version.intern_key("k"));
        let before = version.vocabulary();
        version.create_node(&[label], &[]).unwrap();
        version.intern_label("L");
        assert!(before.is_of(&version));
        version.intern_label("M");
        assert!(!before.is_of(&version));
        let before = version.vocabulary();
        let index = || IndexDefinition {
            name: Arc::from("i"),
            kind: IndexKind::Range,
            target: SchemaTarget::Label(label),
            keys: vec![key],
        };
        version.create_index(index()).unwrap();
        assert!(!before.is_of(&version));
        let before = version.vocabulary();
        version.drop_index("i").unwrap();
        version.create_index(index()).unwrap();
        assert!(!before.is_of(&version), "another index has the name");
    }
}
