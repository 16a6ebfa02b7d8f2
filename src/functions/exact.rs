//! Sums of floats without rounding until the end, so that the order of the numbers does not matter.
//!
//! A sum is kept as an expansion: floats whose bits do not overlap, which together are the exact sum. A number is added
//! by carrying the rounding error of each step on (Shewchuk, *Adaptive Precision Floating-Point Arithmetic and Fast
//! Robust Geometric Predicates*, 1997, Grow-Expansion). Numbers at the end of the range are kept scaled down, so that
//! no step overflows.
//!
//! Most numbers are multiples of 2⁻⁸⁰ below 2³³: of these the sum is kept as one integer, which takes one step a number.

/// From this magnitude on numbers are kept scaled: at most 2¹²⁸ of those below still have a sum within the range.
const HUGE: f64 = f64::from_bits((1023 + 800) << 52);
/// The scale of huge numbers, and its inverse: powers of two, so that scaling is exact.
const DOWN: f64 = f64::from_bits((1023 - 300) << 52);
const UP: f64 = f64::from_bits((1023 + 300) << 52);

/// The sums of usual numbers are counted in units of 2 to the power of minus this.
const UNITS: i32 = 80;
/// The unit itself. What is a whole number of units and within 128 bits is rounded once when it becomes a float, and a
/// multiple of a power of two after that is exact.
const UNIT: f64 = f64::from_bits((1023 - UNITS as u64) << 52);
/// Up to this many places a significand may be shifted, so that many of them have a sum within 128 bits.
const PLACES: i32 = 60;

/// The exact sum of floats.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExactSum {
    usual: Units,
    /// That of the others, once there is one.
    rest: Option<Box<Rest>>,
}

/// The sum of usual numbers, in units: the halves of an integer, which would take more room for its alignment.
#[derive(Clone, Copy, Debug, Default)]
struct Units {
    low: u64,
    high: i64,
}

impl Units {
    #[inline]
    fn of(units: i128) -> Units {
        Units { low: units as u64, high: (units >> 64) as i64 }
    }

    #[inline]
    fn get(self) -> i128 {
        i128::from(self.high) << 64 | i128::from(self.low)
    }
}

/// The sum of numbers that are not usual.
#[derive(Clone, Debug, Default)]
struct Rest {
    /// Of ascending magnitude, without zeros.
    parts: Vec<f64>,
    /// The sum of the huge numbers, each times [`DOWN`].
    huge: Vec<f64>,
    /// The sum of what is infinite or no number; 0 when nothing is.
    special: f64,
}

impl ExactSum {
    /// Adds a number that occurs so many times; by how many bytes on the heap the sum has grown.
    #[inline]
    pub(crate) fn add(&mut self, number: f64, times: u64) -> u64 {
        let all = |units: i128| if times == 1 { Some(units) } else { units.checked_mul(i128::from(times)) };
        match units(number).and_then(all).and_then(|units| self.usual.get().checked_add(units)) {
            Some(sum) => {
                self.usual = Units::of(sum);
                0
            }
            None => self.add_unusual(number, times),
        }
    }

    #[cold]
    fn add_unusual(&mut self, number: f64, times: u64) -> u64 {
        let before = self.bytes();
        self.rest.get_or_insert_default().add(number, times);
        self.bytes() - before
    }

    /// Adds what another sum holds.
    pub(crate) fn merge(&mut self, other: &ExactSum) {
        match self.usual.get().checked_add(other.usual.get()) {
            Some(sum) => self.usual = Units::of(sum),
            None => self.rest.get_or_insert_default().add_units(other.usual.get()),
        }
        if let Some(rest) = &other.rest {
            self.rest.get_or_insert_default().merge(rest);
        }
    }

    /// The sum, rounded once; infinite when it is beyond the range.
    pub(super) fn total(&self) -> f64 {
        self.divided(1.0)
    }

    /// The sum divided by a count, also where the sum itself is beyond the range.
    pub(super) fn divided(&self, count: f64) -> f64 {
        let Some(rest) = &self.rest else { return self.usual.get() as f64 * UNIT / count };
        let mut all = rest.as_ref().clone();
        all.add_units(self.usual.get());
        all.divided(count)
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> u64 {
        self.rest
            .as_ref()
            .map_or(0, |rest| (size_of::<Rest>() + 8 * (rest.parts.capacity() + rest.huge.capacity())) as u64)
    }
}

impl Rest {
    fn add(&mut self, number: f64, times: u64) {
        if !number.is_finite() {
            self.special += number;
            return;
        }
        let (parts, number) = match number.abs() >= HUGE {
            true => (&mut self.huge, number * DOWN),
            false => (&mut self.parts, number),
        };
        if times == 1 {
            return grow(parts, number);
        }
        // Halves of 32 bits, of which the products with a float are the sum of two floats.
        let halves = [(times >> 32) as f64 * 4_294_967_296.0, f64::from(times as u32)];
        for half in halves.into_iter().filter(|half| *half != 0.0) {
            let product = number * half;
            grow(parts, number.mul_add(half, -product));
            grow(parts, product);
        }
    }

    fn add_units(&mut self, units: i128) {
        floats(units).into_iter().for_each(|part| grow(&mut self.parts, part));
    }

    fn merge(&mut self, other: &Rest) {
        other.parts.iter().for_each(|part| grow(&mut self.parts, *part));
        other.huge.iter().for_each(|part| grow(&mut self.huge, *part));
        self.special += other.special;
    }

    fn divided(mut self, count: f64) -> f64 {
        if self.special != 0.0 {
            return self.special / count;
        }
        if self.huge.is_empty() {
            return rounded(&self.parts) / count;
        }
        self.parts.iter().for_each(|part| grow(&mut self.huge, part * DOWN));
        rounded(&self.huge) / count * UP
    }
}

/// A number in units, if it is a usual one.
#[inline]
fn units(number: f64) -> Option<i128> {
    let bits = number.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0 {
        return (fraction == 0).then_some(0);
    }
    let significand = fraction | 1 << 52;
    let shift = exponent - 1075 + UNITS;
    let units = match shift {
        // By halves, which takes fewer steps than a shift of 128 bits by any number of places.
        0..=PLACES => Units { low: significand << shift, high: (significand >> 1 >> (63 - shift)) as i64 }.get(),
        -52..0 if significand.trailing_zeros() as i32 >= -shift => i128::from(significand >> -shift),
        _ => return None,
    };
    Some(if number < 0.0 { -units } else { units })
}

/// Floats of which the sum is so many units: none of them is rounded.
fn floats(units: i128) -> [f64; 3] {
    const PIECE: u32 = 48;
    let sign = if units < 0 { -1.0 } else { 1.0 };
    let size = units.unsigned_abs();
    [0, PIECE, 2 * PIECE].map(|place| {
        let piece = (size >> place) as u64 & ((1 << PIECE) - 1);
        sign * piece as f64 * 2f64.powi(place as i32 - UNITS)
    })
}

/// Adds a number to an expansion.
fn grow(parts: &mut Vec<f64>, mut number: f64) {
    let mut kept = 0;
    for at in 0..parts.len() {
        let part = parts[at];
        let sum = number + part;
        let shadow = sum - number;
        let error = (number - (sum - shadow)) + (part - shadow);
        if error != 0.0 {
            parts[kept] = error;
            kept += 1;
        }
        number = sum;
    }
    parts.truncate(kept);
    if number != 0.0 {
        parts.push(number);
    }
}

/// The float nearest to the sum of an expansion; of two that are equally near the even one.
fn rounded(parts: &[f64]) -> f64 {
    let mut rest = parts.iter().rev();
    let mut sum = rest.next().copied().unwrap_or(0.0);
    while let Some(&part) = rest.next() {
        let next = sum + part;
        let error = part - (next - sum);
        sum = next;
        if error == 0.0 {
            continue;
        }
        // What follows decides when the error is exactly half a unit.
        if let Some(&below) = rest.next()
            && (error > 0.0) == (below > 0.0)
        {
            let twice = 2.0 * error;
            let above = sum + twice;
            if above - sum == twice {
                return above;
            }
        }
        return sum;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(numbers: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        numbers.iter().for_each(|number| _ = sum.add(*number, 1));
        sum
    }

    #[test]
    fn nothing_is_lost() {
        assert_eq!(sum(&[1e100, 1.0, -1e100]).total(), 1.0);
        assert_eq!(sum(&[0.1; 10]).total(), 1.0);
        assert_eq!(sum(&[f64::MAX, 1.0, -f64::MAX]).total(), 1.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX]).total(), f64::INFINITY);
        assert_eq!(sum(&[f64::MAX, f64::MAX]).divided(2.0), f64::MAX);
        assert_eq!(sum(&[f64::INFINITY, 1.0]).total(), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).total().is_nan());
        assert_eq!(sum(&[]).total(), 0.0);
    }

    #[test]
    fn ties_are_decided_by_what_is_below() {
        let half = f64::EPSILON / 2.0;
        assert_eq!(sum(&[1.0, half]).total(), 1.0);
        assert_eq!(sum(&[1.0, half, 1e-300]).total(), 1.0 + f64::EPSILON);
        assert_eq!(sum(&[1.0, half, -1e-300]).total(), 1.0);
    }

    #[test]
    fn more_usual_numbers_than_fit_are_summed() {
        let large = 8_589_934_591.5;
        let mut sum = ExactSum::default();
        (0..40_000).for_each(|_| _ = sum.add(large, 1));
        sum.add(0.25, 1);
        sum.add(large, u64::MAX);
        sum.add(-large, u64::MAX);
        assert_eq!(sum.total(), large * 40_000.0 + 0.25);
        assert_eq!(floats(i128::MIN).iter().sum::<f64>(), -(2f64.powi(47)));
    }

    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            (any::<i64>(), -90i32..40).prop_map(|(number, places)| (number >> 12) as f64 * 2f64.powi(places - 52)),
            (-1000i32..1000).prop_map(|tenths| f64::from(tenths) / 10.0),
            any::<f64>()
        ]
    }

    proptest! {
        #[test]
        fn order_parts_and_repetition_do_not_matter(
            numbers in prop::collection::vec((number(), 1u64..5), 0..40),
            cut in 0usize..40,
        ) {
            let once: Vec<f64> = numbers.iter().flat_map(|(number, times)| vec![*number; *times as usize]).collect();
            let mut backwards = ExactSum::default();
            numbers.iter().rev().for_each(|(number, times)| _ = backwards.add(*number, *times));
            let (left, right) = once.split_at(cut.min(once.len()));
            let mut merged = sum(right);
            merged.merge(&sum(left));
            let total = sum(&once).total().to_bits();
            let same = |other: f64| other.to_bits() == total || (other.is_nan() && f64::from_bits(total).is_nan());
            prop_assert!(same(backwards.total()) && same(merged.total()));
            if once.iter().all(|number| number.abs() < HUGE) {
                let mut parts = Vec::new();
                once.iter().for_each(|number| grow(&mut parts, *number));
                prop_assert!(same(rounded(&parts)));
            }
        }
    }
}
