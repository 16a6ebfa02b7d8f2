//! Temporal arithmetic and text in their absence.
use super::temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
use std::fmt;
macro_rules! display { ($($t:ty)*) => { $(impl fmt::Display for $t {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{self:?}") }
})* } }
display!(Date DateTime Duration LocalDateTime LocalTime Time);
pub(crate) mod arith {
    use crate::error::Result;
    use crate::value::Value;
    macro_rules! none { ($($n:ident)*) => { $(pub(crate) fn $n(_: &Value, _: &Value) -> Result<Option<Value>> { Ok(None) })* } }
    none!(add subtract multiply divide);
}
