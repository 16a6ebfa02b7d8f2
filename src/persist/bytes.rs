//! Numbers and texts as bytes: lengths in as few bytes as they need, everything else little-endian.

use super::format::Problem;

/// Appends to bytes.
pub(super) trait Put {
    /// A number in groups of seven bits, the least first.
    fn put_number(&mut self, number: u64);
    /// A number that may be negative.
    fn put_signed(&mut self, number: i64);
    /// A length and a text.
    fn put_text(&mut self, text: &str);
}

impl Put for Vec<u8> {
    fn put_number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.push(number as u8);
    }

    fn put_signed(&mut self, number: i64) {
        // The sign goes last, so that small numbers of either sign are short.
        self.put_number((number.wrapping_shl(1) ^ (number >> 63)) as u64);
    }

    fn put_text(&mut self, text: &str) {
        self.put_number(text.len() as u64);
        self.extend_from_slice(text.as_bytes());
    }
}

/// Takes from bytes, believing nothing.
pub(super) struct Take<'a>(pub(super) &'a [u8]);

impl<'a> Take<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Problem> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or_else(short)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (bytes, rest) = self.0.split_first_chunk::<N>().ok_or_else(short)?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Problem> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, Problem> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Problem::damaged("a number is too long"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, Problem> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(super) fn narrow(&mut self) -> Result<u32, Problem> {
        u32::try_from(self.number()?).map_err(|_| Problem::damaged("a number is too great"))
    }

    /// A count of things of which each takes a byte at least, so that a wrong count cannot ask for much memory.
    pub(super) fn count(&mut self) -> Result<usize, Problem> {
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if count <= self.0.len() { Ok(count) } else { Err(short()) }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Problem> {
        let count = self.count()?;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| Problem::damaged("a text is not UTF-8"))
    }
}

fn short() -> Problem {
    Problem::damaged("something ends too early")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(number: u64, signed: i64, text: String) {
            let mut bytes = Vec::new();
            bytes.put_number(number);
            bytes.put_signed(signed);
            bytes.put_text(&text);
            let mut take = Take(&bytes);
            prop_assert_eq!(take.number().unwrap(), number);
            prop_assert_eq!(take.signed().unwrap(), signed);
            prop_assert_eq!(take.text().unwrap(), text);
            prop_assert!(take.is_empty());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let mut take = Take(&bytes);
            while !take.is_empty() && take.number().is_ok() {}
            let mut take = Take(&bytes);
            while !take.is_empty() && take.text().is_ok() {}
        }
    }

    #[test]
    fn small_numbers_of_either_sign_take_a_byte() {
        for number in [-64, -1, 0, 1, 63] {
            let mut bytes = Vec::new();
            bytes.put_signed(number);
            assert_eq!(bytes.len(), 1, "{number}");
        }
        let mut take = Take(&[0xff; 12]);
        assert!(take.number().is_err());
    }
}
