//! Exact decimal numbers: money does not go through binary fractions.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::error::{Fault, FnError};
use super::{numeral, read};

/// `mantissa` / 10^`scale`, with at most 28 digits after the point.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

const SCALE_MAX: u32 = 28;

/// The number is outside of what can be counted with.
fn overflow() -> FnError {
    FnError::new(Fault::TooLarge, "the number has too many digits", "в числе слишком много цифр")
}

impl Decimal {
    pub const ZERO: Decimal = Decimal { mantissa: 0, scale: 0 };

    pub fn int(n: i64) -> Decimal {
        Decimal { mantissa: i128::from(n), scale: 0 }
    }

    /// The number that `v` is, or that stands in its text (see [`numeral::parse`]).
    pub fn of(v: &Value) -> Result<Decimal, FnError> {
        match v {
            Value::Number(n) => Decimal::plain(&n.to_string()).ok_or_else(overflow),
            Value::String(s) => {
                numeral::parse(s, None).ok_or_else(|| FnError::value("a number", "число", s))
            }
            _ => Err(read::wrong_type("a number", "число", v)),
        }
    }

    /// Reads `-12.5`, `12,5`, `1e3`: a number and nothing else.
    pub fn plain(s: &str) -> Option<Decimal> {
        let s = s.trim();
        let (number, exponent) = match s.split_once(['e', 'E']) {
            Some((n, e)) => (n, e.parse::<i32>().ok().filter(|e| e.abs() < 400)?),
            None => (s, 0),
        };
        let (negative, digits) = match number.strip_prefix(['-', '\u{2212}']) {
            Some(d) => (true, d),
            None => (false, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let all = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + part.len() == 0 || !all(whole) || !all(part) {
            return None;
        }
        let part = part.trim_end_matches('0');
        let mut mantissa = 0i128;
        for b in whole.bytes().chain(part.bytes()) {
            mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(b - b'0'))?;
        }
        let scale = i32::try_from(part.len()).ok()? - exponent;
        let out = Decimal { mantissa: if negative { -mantissa } else { mantissa }, scale: 0 };
        out.shifted(scale)
    }

    /// The same digits with the point `scale` places to the left.
    fn shifted(mut self, scale: i32) -> Option<Decimal> {
        if self.mantissa == 0 {
            return Some(Decimal::ZERO);
        }
        match u32::try_from(scale) {
            Ok(s) if s <= SCALE_MAX => self.scale = s,
            Ok(s) => {
                // Further digits are beyond any amount, rate or measure; they are rounded off.
                let cut = s - SCALE_MAX;
                self.scale = SCALE_MAX;
                self.mantissa = if cut > 38 { 0 } else { divide(self.mantissa, power(cut)?)? };
            }
            Err(_) => self.mantissa = self.mantissa.checked_mul(power(scale.unsigned_abs())?)?,
        }
        Some(self)
    }

    pub fn add(self, other: Decimal) -> Result<Decimal, FnError> {
        let (a, b, scale) = aligned(self, other).ok_or_else(overflow)?;
        let mantissa = a.checked_add(b).ok_or_else(overflow)?;
        Ok(Decimal { mantissa, scale }.short())
    }

    pub fn multiply(self, other: Decimal) -> Result<Decimal, FnError> {
        let (a, b) = (self.short(), other.short());
        let mantissa = a.mantissa.checked_mul(b.mantissa).ok_or_else(overflow)?;
        let scale = i32::try_from(a.scale + b.scale).unwrap_or(i32::MAX);
        Decimal { mantissa, scale: 0 }.shifted(scale).map(Decimal::short).ok_or_else(overflow)
    }

    /// The quotient to 12 digits after the point; nothing for a division by zero.
    pub fn divide(self, by: Decimal) -> Result<Option<Decimal>, FnError> {
        if by.mantissa == 0 {
            return Ok(None);
        }
        let (a, b, _) = aligned(self.short(), by.short()).ok_or_else(overflow)?;
        let mantissa = a.checked_mul(1_000_000_000_000).and_then(|a| divide(a, b));
        Ok(Some(Decimal { mantissa: mantissa.ok_or_else(overflow)?, scale: 12 }.short()))
    }

    /// Rounded half away from zero to `places` digits after the point; negative ones round tens.
    pub fn round(self, places: i32) -> Result<Decimal, FnError> {
        let have = i32::try_from(self.scale).unwrap_or(i32::MAX);
        if have <= places {
            return Ok(self);
        }
        let unit = power(have.abs_diff(places)).ok_or_else(overflow)?;
        let mantissa = divide(self.mantissa, unit).ok_or_else(overflow)?;
        Decimal { mantissa, scale: 0 }.shifted(places).ok_or_else(overflow)
    }

    /// The largest number with `places` digits after the point that is not above this.
    pub fn floor(self, places: i32) -> Result<Decimal, FnError> {
        let nearest = self.round(places)?;
        if nearest.total_order(self) != Ordering::Greater {
            return Ok(nearest);
        }
        let step = Decimal { mantissa: -1, scale: 0 }.shifted(places).ok_or_else(overflow)?;
        nearest.add(step)
    }

    /// The order of two numbers.
    pub fn total_order(self, other: Decimal) -> Ordering {
        let (a, b) = (self.short(), other.short());
        match aligned(a, b) {
            Some((x, y, _)) => x.cmp(&y),
            // Too far apart for the same scale: the whole parts differ, and tell.
            None => a.whole().cmp(&b.whole()),
        }
    }

    /// What stands before the point.
    fn whole(self) -> i128 {
        power(self.scale).map_or(0, |unit| self.mantissa / unit)
    }

    #[must_use]
    pub fn abs(self) -> Decimal {
        Decimal { mantissa: self.mantissa.saturating_abs(), ..self }
    }
    #[must_use]
    pub fn negated(self) -> Decimal {
        Decimal { mantissa: self.mantissa.saturating_neg(), ..self }
    }
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// The same number without zeros at the end.
    #[must_use]
    fn short(mut self) -> Decimal {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    /// The digits before the point, and exactly `places` after it; without the sign.
    pub fn digits(self, places: Option<u32>) -> Result<(String, String), FnError> {
        let d = match places {
            Some(p) => self.round(i32::try_from(p).unwrap_or(0))?,
            None => self.short(),
        };
        let scale = d.scale as usize;
        let all = format!("{:0>width$}", d.mantissa.unsigned_abs(), width = scale + 1);
        let (whole, part) = all.split_at(all.len() - scale);
        let mut part = part.to_owned();
        if let Some(p) = places {
            part.extend(std::iter::repeat_n('0', (p as usize).saturating_sub(scale)));
            part.truncate(p as usize);
        }
        Ok((whole.to_owned(), part))
    }

    /// JSON: an integer where it is one, otherwise the nearest number that JSON readers hold.
    pub fn to_value(self) -> Value {
        let d = self.short();
        if d.scale == 0 {
            if let Ok(n) = i64::try_from(d.mantissa) {
                return Value::from(n);
            }
            if let Ok(n) = u64::try_from(d.mantissa) {
                return Value::from(n);
            }
        }
        let float = d.to_string().parse::<f64>().ok();
        float.and_then(Number::from_f64).map_or(Value::Null, Value::Number)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let d = self.short();
        let scale = d.scale as usize;
        let all = format!("{:0>width$}", d.mantissa.unsigned_abs(), width = scale + 1);
        let (whole, part) = all.split_at(all.len() - scale);
        let sign = if d.mantissa < 0 { "-" } else { "" };
        let point = if part.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{part}")
    }
}

fn power(n: u32) -> Option<i128> {
    10i128.checked_pow(n)
}

/// `a / b` rounded half away from zero.
fn divide(a: i128, b: i128) -> Option<i128> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    let up = rest.unsigned_abs() >= b.unsigned_abs().div_ceil(2);
    let step = if (a < 0) == (b < 0) { 1 } else { -1 };
    if up { quotient.checked_add(step) } else { Some(quotient) }
}

fn aligned(a: Decimal, b: Decimal) -> Option<(i128, i128, u32)> {
    let scale = a.scale.max(b.scale);
    let lift = |d: Decimal| d.mantissa.checked_mul(power(scale - d.scale)?);
    Some((lift(a)?, lift(b)?, scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn money_adds_up_exactly() {
        let d = |s| Decimal::plain(s).unwrap();
        assert_eq!(d("0.1").add(d("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(d("1.005").round(2).unwrap().to_string(), "1.01");
        assert_eq!(d("-2.5").round(0).unwrap().to_string(), "-3");
        assert_eq!(d("1250").round(-2).unwrap().to_string(), "1300");
        assert_eq!(d("1").divide(d("3")).unwrap().unwrap().to_string(), "0.333333333333");
        assert!(d("1").divide(Decimal::ZERO).unwrap().is_none());
    }

    proptest! {
        #[test]
        fn a_number_reads_back_what_it_wrote(m in any::<i64>(), scale in 0u32..20) {
            let d = Decimal { mantissa: i128::from(m), scale };
            let back = Decimal::plain(&d.to_string()).unwrap();
            prop_assert_eq!(d.total_order(back), Ordering::Equal);
        }

        #[test]
        fn a_json_number_survives_the_decimal(f in -1.0e12f64..1.0e12) {
            let v = Value::from(f);
            let back = Decimal::of(&v).unwrap().to_value();
            prop_assert_eq!(back.as_f64(), Some(f));
        }
    }
}
