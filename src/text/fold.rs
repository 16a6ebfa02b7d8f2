//! Spellings of one name.

use unicode_normalization::UnicodeNormalization;

/// Text in the form in which two spellings that differ only in case, or in how an accent is encoded, are equal.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}
