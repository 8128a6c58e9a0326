//! The numbering plans of countries: calling code, trunk prefix and lengths, after ITU-T E.164
//! and the national plans published by the ITU.

/// How the numbers of one country are written.
#[derive(Clone, Copy, Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub iso: &'static str,
    /// Calling code, without the plus.
    pub code: &'static str,
    /// What is dialled before a national number inside the country; may be empty.
    pub trunk: &'static str,
    /// Digits of a national number, at least and at most, without code and trunk prefix.
    pub digits: (usize, usize),
    /// First digits that national numbers may have; empty for any.
    pub first: &'static str,
}

macro_rules! countries {
    ($($iso:ident $code:literal $trunk:literal $min:literal $max:literal $first:literal;)*) => {
        /// The countries, by their codes.
        pub const NAMES: &[&str] = &[$(stringify!($iso)),*];
        /// The plans, in the same order. Of countries with one calling code the first that fits
        /// is taken.
        pub static ALL: &[Country] = &[$(Country {
            iso: stringify!($iso), code: $code, trunk: $trunk, digits: ($min, $max), first: $first,
        }),*];
    };
}

countries! {
    RU "7" "8" 10 10 "34589";
    KZ "7" "8" 10 10 "67";
    BY "375" "8" 9 9 "12345679";
    UA "380" "0" 9 9 "";
    UZ "998" "8" 9 9 "";
    AM "374" "0" 8 8 "";
    GE "995" "0" 9 9 "";
    AZ "994" "0" 9 9 "";
    KG "996" "0" 9 9 "";
    TJ "992" "8" 9 9 "";
    TM "993" "8" 8 8 "";
    MD "373" "0" 8 8 "";
    MN "976" "" 8 8 "";
    US "1" "1" 10 10 "23456789";
    CA "1" "1" 10 10 "23456789";
    GB "44" "0" 9 10 "";
    DE "49" "0" 6 11 "";
    FR "33" "0" 9 9 "";
    IT "39" "" 6 11 "";
    ES "34" "" 9 9 "";
    PT "351" "" 9 9 "";
    NL "31" "0" 9 9 "";
    BE "32" "0" 8 9 "";
    AT "43" "0" 7 13 "";
    CH "41" "0" 9 9 "";
    IE "353" "0" 7 9 "";
    DK "45" "" 8 8 "";
    NO "47" "" 8 8 "";
    SE "46" "0" 7 9 "";
    FI "358" "0" 6 11 "";
    PL "48" "" 9 9 "";
    CZ "420" "" 9 9 "";
    SK "421" "0" 9 9 "";
    HU "36" "06" 8 9 "";
    RO "40" "0" 9 9 "";
    BG "359" "0" 7 9 "";
    GR "30" "" 10 10 "";
    CY "357" "" 8 8 "";
    RS "381" "0" 8 9 "";
    HR "385" "0" 8 9 "";
    SI "386" "0" 8 8 "";
    ME "382" "0" 8 8 "";
    LV "371" "" 8 8 "";
    LT "370" "0" 8 8 "";
    EE "372" "" 7 8 "";
    TR "90" "0" 10 10 "";
    IL "972" "0" 8 9 "";
    AE "971" "0" 8 9 "";
    SA "966" "0" 8 9 "";
    EG "20" "0" 8 10 "";
    ZA "27" "0" 9 9 "";
    CN "86" "0" 10 11 "";
    HK "852" "" 8 8 "";
    JP "81" "0" 9 10 "";
    KR "82" "0" 8 10 "";
    VN "84" "0" 9 10 "";
    TH "66" "0" 8 9 "";
    ID "62" "0" 8 12 "";
    IN "91" "0" 10 10 "";
    SG "65" "" 8 8 "";
    AU "61" "0" 9 9 "";
    NZ "64" "0" 8 10 "";
    BR "55" "0" 10 11 "";
    MX "52" "" 10 10 "";
    AR "54" "0" 10 11 "";
}

/// The plan of a country code such as `RU`.
pub fn get(iso: &str) -> Option<&'static Country> {
    ALL.iter().find(|c| c.iso == iso)
}

/// The plan whose calling code `digits` begin with, the longest one, and the digits after it.
pub fn of_international(digits: &str) -> Option<(&'static Country, &str)> {
    let mut best: Option<(&'static Country, &str)> = None;
    for c in ALL {
        let Some(rest) = digits.strip_prefix(c.code) else {
            continue;
        };
        let better = match best {
            None => true,
            Some((b, before)) => {
                c.code.len() > b.code.len() || (c.code == b.code && !b.fits(before) && c.fits(rest))
            }
        };
        if better {
            best = Some((c, rest));
        }
    }
    best
}

impl Country {
    /// Whether `national` can be a number of this country.
    pub fn fits(&self, national: &str) -> bool {
        (self.digits.0..=self.digits.1).contains(&national.len())
            && (self.first.is_empty() || national.starts_with(|c| self.first.contains(c)))
            && !(self.trunk == "0" && national.starts_with('0'))
    }

    /// `national` without a trunk prefix that stands in front by mistake or for dialling.
    pub fn without_trunk<'n>(&self, national: &'n str) -> &'n str {
        if self.fits(national) || self.trunk.is_empty() {
            return national;
        }
        // Belarus dials 8, and then 0 before the code of the town or network.
        let more = if self.iso == "BY" { &["80", "8", "0"][..] } else { &[self.trunk][..] };
        let bare = more.iter().filter_map(|t| national.strip_prefix(t));
        bare.into_iter().find(|n| self.fits(n)).unwrap_or(national)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_there_once_and_fits_e164() {
        for (i, c) in ALL.iter().enumerate() {
            assert!(!NAMES[..i].contains(&c.iso), "{}", c.iso);
            assert!(c.digits.0 <= c.digits.1 && c.code.len() + c.digits.1 <= 15, "{}", c.iso);
            assert!(!c.code.starts_with('0') && c.code.len() <= 3, "{}", c.iso);
        }
    }

    #[test]
    fn countries_of_one_code_are_told_apart_by_the_first_digit() {
        assert_eq!(of_international("77011234567").unwrap().0.iso, "KZ");
        assert_eq!(of_international("79161234567").unwrap().0.iso, "RU");
    }
}
