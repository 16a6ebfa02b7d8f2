//! Words that say how sure somebody is: named scales from words to numbers and back.
//!
//! Takes words and numbers from 0 to 1; knows nothing of facts. The scales and their numbers are those of appendix A of
//! STIX 2.1 (OASIS Standard, 2021), which gives each word a value and a range in hundredths; it in turn draws on the
//! Admiralty system of grading information, on Sherman Kent's words of estimative probability, and on the likelihoods of
//! Intelligence Community Directive 203.

/// A word of a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hedge {
    /// The ways to say it, the usual one first.
    pub words: &'static [&'static str],
    /// The number that it stands for, in hundredths.
    pub value: u8,
    /// The least number that it is said for, in hundredths; it is said up to where the next one begins.
    pub from: u8,
}

/// A named scale: its words from the least sure to the surest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Its name.
    pub name: &'static str,
    /// Its words.
    pub hedges: &'static [Hedge],
    /// The words that say that nothing can be said, so that no number stands for them.
    pub open: &'static [&'static str],
}

const fn hedge(words: &'static [&'static str], value: u8, from: u8) -> Hedge {
    Hedge { words, value, from }
}

/// Every scale.
pub const SCALES: &[Scale] = &[
    Scale {
        name: "WEP",
        hedges: &[
            hedge(&["impossible"], 0, 0),
            hedge(&["highly unlikely", "almost certainly not"], 10, 1),
            hedge(&["unlikely", "probably not"], 30, 20),
            hedge(&["even chance"], 50, 40),
            hedge(&["likely", "probable"], 70, 60),
            hedge(&["highly likely", "almost certain"], 90, 80),
            hedge(&["certain"], 100, 100),
        ],
        open: &[],
    },
    Scale {
        name: "DNI",
        hedges: &[
            hedge(&["almost no chance", "remote"], 5, 0),
            hedge(&["very unlikely", "highly improbable"], 15, 10),
            hedge(&["unlikely", "improbable"], 30, 20),
            hedge(&["roughly even chance", "roughly even odds"], 50, 40),
            hedge(&["likely", "probable"], 70, 60),
            hedge(&["very likely", "highly probable"], 85, 80),
            hedge(&["almost certain", "nearly certain"], 95, 90),
        ],
        open: &[],
    },
    Scale {
        name: "Admiralty",
        hedges: &[
            hedge(&["improbable", "5"], 10, 0),
            hedge(&["doubtful", "4"], 30, 20),
            hedge(&["possibly true", "3"], 50, 40),
            hedge(&["probably true", "2"], 70, 60),
            hedge(&["confirmed by other sources", "confirmed", "1"], 90, 80),
        ],
        open: &["truth cannot be judged", "6"],
    },
    Scale {
        name: "LowMediumHigh",
        hedges: &[
            hedge(&["none"], 0, 0),
            hedge(&["low"], 15, 1),
            hedge(&["medium", "med"], 50, 30),
            hedge(&["high"], 85, 70),
        ],
        open: &["not specified"],
    },
    Scale {
        name: "0-10",
        hedges: &[
            hedge(&["0"], 0, 0),
            hedge(&["1"], 10, 5),
            hedge(&["2"], 20, 15),
            hedge(&["3"], 30, 25),
            hedge(&["4"], 40, 35),
            hedge(&["5"], 50, 45),
            hedge(&["6"], 60, 55),
            hedge(&["7"], 70, 65),
            hedge(&["8"], 80, 75),
            hedge(&["9"], 90, 85),
            hedge(&["10"], 100, 95),
        ],
        open: &[],
    },
];

impl Scale {
    /// The scale of a name, without regard to case.
    ///
    /// ```
    /// let scale = standpoint::hedge::Scale::find("wep").expect("a scale");
    /// assert_eq!(scale.value("Likely"), Some(0.7));
    /// assert_eq!(scale.word(0.65), Some("likely"));
    /// assert_eq!(scale.range("likely"), Some((0.6, Some(0.8))));
    /// ```
    pub fn find(name: &str) -> Option<&'static Scale> {
        SCALES.iter().find(|scale| scale.name.eq_ignore_ascii_case(name))
    }

    /// Whether a word says that nothing can be said.
    ///
    /// ```
    /// let scale = standpoint::hedge::Scale::find("Admiralty").expect("a scale");
    /// assert!(scale.leaves_open("truth cannot be judged") && !scale.leaves_open("doubtful"));
    /// ```
    pub fn leaves_open(&self, word: &str) -> bool {
        self.open.iter().any(|known| known.eq_ignore_ascii_case(word.trim()))
    }

    /// The number that a word stands for, from 0 to 1.
    pub fn value(&self, word: &str) -> Option<f64> {
        self.place(word).and_then(|at| self.hedges.get(at)).map(|hedge| f64::from(hedge.value) / 100.0)
    }

    /// The word for a number from 0 to 1.
    pub fn word(&self, confidence: f64) -> Option<&'static str> {
        let within = (0.0..=1.0).contains(&confidence);
        let said = self.hedges.iter().rev().find(|hedge| within && confidence >= f64::from(hedge.from) / 100.0);
        // What lies between nothing and one hundredth is said with the word above nothing.
        let next = self.hedges.get(1).filter(|next| confidence > 0.0 && next.from == 1 && confidence < 0.01);
        next.or(said).map(|hedge| hedge.words[0])
    }

    /// The numbers that a word is said for: from the first, and below the second where there is one.
    pub fn range(&self, word: &str) -> Option<(f64, Option<f64>)> {
        let at = self.place(word)?;
        let from = |hedge: &Hedge| f64::from(hedge.from) / 100.0;
        Some((self.hedges.get(at).map(from)?, self.hedges.get(at + 1).map(from)))
    }

    /// The words, the usual one of each.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.hedges.iter().map(|hedge| hedge.words[0])
    }

    fn place(&self, word: &str) -> Option<usize> {
        let said = |hedge: &Hedge| hedge.words.iter().any(|known| known.eq_ignore_ascii_case(word.trim()));
        self.hedges.iter().position(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scale_ascends_and_each_value_is_in_its_range() {
        for scale in SCALES {
            assert!(scale.hedges.is_sorted_by(|one, next| one.from < next.from && one.value < next.value));
            for hedge in scale.hedges {
                assert_eq!(scale.word(f64::from(hedge.value) / 100.0), Some(hedge.words[0]), "{}", scale.name);
                assert_eq!(scale.value(hedge.words[hedge.words.len() - 1]), Some(f64::from(hedge.value) / 100.0));
            }
            assert_eq!(scale.hedges[0].from, 0);
            assert_eq!((scale.word(1.01), scale.word(-0.1), scale.word(f64::NAN)), (None, None, None));
        }
    }

    #[test]
    fn every_number_has_a_word() {
        for scale in SCALES {
            for number in 0..=1000 {
                let word = scale.word(f64::from(number) / 1000.0).unwrap();
                let (from, below) = scale.range(word).unwrap();
                let number = f64::from(number) / 1000.0;
                assert!(number >= from.min(0.001) && below.is_none_or(|below| number < below), "{number} {word}");
            }
        }
    }
}
