//! Lists in which things stand by name, in the order in which they came.

use std::sync::Arc;

/// What stands under a name; made when nothing does.
pub(super) fn entry<T>(list: &mut Vec<(Arc<str>, T)>, name: Arc<str>, new: impl FnOnce() -> T) -> &mut T {
    let known = list.iter().position(|(known, _)| *known == name);
    let at = known.unwrap_or_else(|| {
        list.push((name, new()));
        list.len() - 1
    });
    &mut list[at].1
}

/// The place of a name, which is added when it is new.
pub(super) fn place(names: &mut Vec<Arc<str>>, name: &str) -> u32 {
    let known = names.iter().position(|known| **known == *name);
    known.unwrap_or_else(|| {
        names.push(Arc::from(name));
        names.len() - 1
    }) as u32
}
