//! The nearest of some names, for "did you mean".

/// The candidate that is nearest to `name`, if any is near enough to be a slip of the keyboard: the fewest edits,
/// then the first in order. Letter case does not count.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let limit = (wanted.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        if other.len().abs_diff(wanted.len()) > limit {
            continue;
        }
        let edits = distance(&wanted, &other);
        let nearer = best.is_none_or(|(fewest, chosen)| (edits, candidate) < (fewest, chosen));
        if candidate != name && edits <= limit && edits < wanted.len().max(2) && nearer {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two texts.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(left != right);
            let mut edits = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *left == b[j - 1] && a[i - 1] == *right {
                edits = edits.min(before_last[j - 1] + 1);
            }
            row.push(edits);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found() {
        assert_eq!(nearest("persn", ["Person", "Place"]), Some("Person"));
        assert_eq!(nearest("teh", ["the", "ten"]), Some("the"));
        assert_eq!(nearest("person", ["Person"]), Some("Person"));
        assert_eq!(nearest("x", ["y", "zzz"]), None);
        assert_eq!(nearest("unlike", ["anything"]), None);
    }
}
