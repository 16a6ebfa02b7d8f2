//! The texts of a column while they are read, as codes where many are equal.

use super::built::recoded;
use crate::store::{CodedTexts, Values};
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::Arc;

/// The most texts that are remembered.
const REMEMBERED: usize = 1 << 16;
/// Texts of a column after which it is decided whether remembering helps.
const TRIAL: u32 = 1 << 14;

/// The texts of a column that a thread has read, so that equal ones are one allocation, and have one code in a block.
#[derive(Debug, Default)]
pub(super) struct Texts {
    known: HashTable<Known>,
    hasher: foldhash::fast::RandomState,
    /// How many texts were looked for, and how many of them were known.
    tried: u32,
    found: u32,
    /// The number of the block that is read.
    block: u32,
}

#[derive(Debug)]
struct Known {
    text: Arc<str>,
    /// The block in which it was seen last, and its code there.
    block: u32,
    code: u32,
}

/// Texts as codes into those that are different, as far as these were remembered.
#[derive(Debug, Default)]
pub(super) struct Coding {
    texts: Vec<Arc<str>>,
    codes: Vec<u32>,
    /// Whether a text may have several codes, because not all were remembered.
    loose: bool,
}

impl Texts {
    /// Begins a block, in which codes are given out anew.
    pub(super) fn begin_block(&mut self) {
        self.block += 1;
    }

    /// Whether so many texts are equal that it pays to look for them.
    #[inline]
    pub(super) fn help(&self) -> bool {
        self.tried < TRIAL || self.found > self.tried / 4
    }

    /// Appends a text by its code.
    ///
    /// # Errors
    /// When the bytes are no text; then nothing was appended.
    #[inline]
    pub(super) fn push(&mut self, bytes: &[u8], coding: &mut Coding) -> Result<(), String> {
        let hash = self.hasher.hash_one(bytes);
        let next = coding.texts.len() as u32;
        self.tried = self.tried.saturating_add(1);
        if let Some(known) = self.known.find_mut(hash, |known| known.text.as_bytes() == bytes) {
            self.found = self.found.saturating_add(1);
            if known.block != self.block {
                (known.block, known.code) = (self.block, next);
                coding.texts.push(Arc::clone(&known.text));
            }
            coding.codes.push(known.code);
            return Ok(());
        }
        let text = text_of(bytes)?;
        if self.known.len() < REMEMBERED {
            let known = Known { text: Arc::clone(&text), block: self.block, code: next };
            self.known.insert_unique(hash, known, |known| self.hasher.hash_one(known.text.as_bytes()));
        } else {
            coding.loose = true;
        }
        coding.texts.push(text);
        coding.codes.push(next);
        Ok(())
    }
}

impl Coding {
    /// The texts themselves.
    pub(super) fn decoded(&self) -> Vec<Arc<str>> {
        self.codes.iter().map(|code| Arc::clone(&self.texts[*code as usize])).collect()
    }

    /// Leaves so many texts, the first ones.
    pub(super) fn truncate(&mut self, length: usize) {
        self.codes.truncate(length);
    }

    /// The texts as values, each with one code.
    pub(super) fn finish(self) -> Values {
        let loose = self.loose;
        let coded = CodedTexts::of(self.texts.into(), self.codes).map(Values::Coded);
        let coded = coded.unwrap_or(Values::Texts(Vec::new()));
        if loose { recoded(vec![coded]) } else { coded }
    }
}

/// Bytes as text.
#[inline]
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "the text is not UTF-8".to_owned())
}

/// Bytes as a text of its own.
pub(super) fn text_of(bytes: &[u8]) -> Result<Arc<str>, String> {
    utf8(bytes).map(Arc::from)
}
