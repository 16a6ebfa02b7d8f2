//! Functions that give something else at each call.
//!
//! The numbers are good enough for sampling and identifiers; they are not for secrets.

use super::{Body, CallContext, Function};
use crate::error::Result;
use crate::value::Value;
use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The table. Its functions are the volatile ones: see [`Function::is_volatile`].
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Numeric, "rand", [], [], FLOAT, Body::Lenient(rand),
        "A random number, at least 0 and less than 1",
        ["0 <= rand() < 1" => "true"]
    ),
    function!(
        Scalar, "randomUUID", [], [], STRING, Body::Lenient(random_uuid),
        "A random universally unique identifier (version 4)",
        ["size(randomUUID())" => "36"]
    ),
];

fn rand(_: &CallContext<'_>, _: &[Value]) -> Result<Value> {
    // The 53 high bits are as many as a float between 0 and 1 can tell apart.
    Ok(Value::Float((next() >> 11) as f64 / (1_u64 << 53) as f64))
}

fn random_uuid(_: &CallContext<'_>, _: &[Value]) -> Result<Value> {
    let version = (next() & !0xF000) | 0x4000;
    let variant = (next() & !(0b11 << 62)) | (0b10 << 62);
    let text = format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        version >> 32,
        (version >> 16) & 0xFFFF,
        version & 0xFFFF,
        variant >> 48,
        variant & 0xFFFF_FFFF_FFFF
    );
    Ok(Value::string(text))
}

/// The next of a sequence of well mixed numbers (SplitMix64), which each thread starts anew from the system's
/// randomness.
fn next() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(RandomState::new().build_hasher().finish());
    }
    let state = STATE.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
    STATE.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
