//! Plans of statements that were run before, by their text.
//!
//! A plan is good for the one version that it was made for: names and exact counts of that version are part of it. It
//! is found again when the same text is run on the same version with the same switches. Everything here could be
//! forgotten at any time.

use super::run::Prepared;
use crate::algo::Registry;
use crate::plan::Options;
use crate::store::{Snapshot, Version};
use crate::syntax::ast::Statement;
use hashbrown::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// How many plans are kept.
const PLANS: usize = 256;
/// The longest text whose plan is kept, in bytes.
const TEXT: usize = 16 << 10;

/// The plans that a graph keeps.
#[derive(Debug, Default)]
pub(super) struct Plans {
    by_text: Mutex<HashMap<Box<str>, Arc<Known>>>,
}

/// A statement that was run, and how.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) statement: Arc<Statement>,
    pub(super) prepared: Prepared,
    pub(super) options: Options,
    /// The version, kept no longer than others keep it.
    pub(super) version: Weak<Version>,
    pub(super) procedures: Arc<Registry>,
}

impl Known {
    fn fits(&self, version: &Snapshot, procedures: &Arc<Registry>, options: &Options) -> bool {
        std::ptr::eq(self.version.as_ptr(), Arc::as_ptr(version))
            && Arc::ptr_eq(&self.procedures, procedures)
            && self.options == *options
    }
}

impl Plans {
    /// How a text was run before, where that holds for a version, procedures and switches.
    pub(super) fn find(
        &self,
        text: &str,
        version: &Snapshot,
        procedures: &Arc<Registry>,
        options: &Options,
    ) -> Option<Arc<Known>> {
        self.by_text().get(text).filter(|known| known.fits(version, procedures, options)).cloned()
    }

    /// Keeps a plan; when there are too many, those of versions that are gone are dropped, or else all.
    pub(super) fn keep(&self, text: &str, known: Arc<Known>) {
        if text.len() > TEXT {
            return;
        }
        let mut plans = self.by_text();
        if plans.len() >= PLANS {
            plans.retain(|_, known| known.version.strong_count() > 0);
        }
        if plans.len() >= PLANS {
            plans.clear();
        }
        plans.insert(text.into(), known);
    }

    fn by_text(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Known>>> {
        self.by_text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
