//! The Unicode normal forms.

use unicode_normalization::{
    IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfd_quick, is_nfkc_quick, is_nfkd_quick,
};

/// A normal form of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NormalForm {
    /// Composed.
    Nfc,
    /// Decomposed.
    Nfd,
    /// Composed, with compatible characters replaced.
    Nfkc,
    /// Decomposed, with compatible characters replaced.
    Nfkd,
}

impl NormalForm {
    /// The names of the forms.
    pub const NAMES: [&'static str; 4] = ["NFC", "NFD", "NFKC", "NFKD"];

    /// The form of that name in any case.
    pub fn named(name: &str) -> Option<NormalForm> {
        let forms = [NormalForm::Nfc, NormalForm::Nfd, NormalForm::Nfkc, NormalForm::Nfkd];
        let mut known = NormalForm::NAMES.iter().zip(forms);
        known.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, form)| form)
    }

    /// The name of the form.
    pub fn name(self) -> &'static str {
        match self {
            NormalForm::Nfc => "NFC",
            NormalForm::Nfd => "NFD",
            NormalForm::Nfkc => "NFKC",
            NormalForm::Nfkd => "NFKD",
        }
    }

    /// The text in this form.
    ///
    /// ```
    /// use standpoint::value::NormalForm;
    /// assert_eq!(NormalForm::Nfc.of("e\u{301}"), "\u{E9}");
    /// ```
    pub fn of(self, text: &str) -> String {
        match self {
            NormalForm::Nfc => text.nfc().collect(),
            NormalForm::Nfd => text.nfd().collect(),
            NormalForm::Nfkc => text.nfkc().collect(),
            NormalForm::Nfkd => text.nfkd().collect(),
        }
    }

    /// Whether the text is in this form.
    ///
    /// ```
    /// use standpoint::value::NormalForm;
    /// assert!(NormalForm::Nfd.has("e\u{301}") && !NormalForm::Nfc.has("e\u{301}"));
    /// ```
    pub fn has(self, text: &str) -> bool {
        let quick = match self {
            NormalForm::Nfc => is_nfc_quick(text.chars()),
            NormalForm::Nfd => is_nfd_quick(text.chars()),
            NormalForm::Nfkc => is_nfkc_quick(text.chars()),
            NormalForm::Nfkd => is_nfkd_quick(text.chars()),
        };
        match quick {
            IsNormalized::Yes => true,
            IsNormalized::No => false,
            IsNormalized::Maybe => self.of(text) == text,
        }
    }
}
