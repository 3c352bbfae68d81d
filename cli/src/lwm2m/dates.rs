//! Dates of revisions, `YYYY-MM-DD`.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;

/// Today's date (UTC).
pub(super) fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    of_day(seconds / DAY)
}

/// The date of a day after 1970-01-01.
fn of_day(mut day: u64) -> String {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", day + 1)
}

/// The day before a date.
pub(super) fn before(date: &str) -> Option<String> {
    let mut day = 0;
    // Each date of these centuries comes once; a table would be no clearer.
    while day < 200 * 366 {
        if of_day(day + 1) == date {
            return Some(of_day(day));
        }
        day += 1;
    }
    None
}

/// A date of the calendar between 1970 and 2169.
pub(super) fn parse(text: &str) -> Result<String, String> {
    before(text).map(|_| text.to_owned()).ok_or_else(|| "write a date as YYYY-MM-DD".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_the_dates_of_the_calendar() {
        for (day, date) in [(0, "1970-01-01"), (58, "1970-02-28"), (59, "1970-03-01"), (11_016, "2000-02-29")] {
            assert_eq!(of_day(day), date);
        }
        assert_eq!(before("2026-03-01").as_deref(), Some("2026-02-28"));
        assert_eq!(before("2024-01-01").as_deref(), Some("2023-12-31"));
        assert!(parse("2026-02-30").is_err() && parse("today").is_err());
        assert_eq!(parse("2026-11-26").as_deref(), Ok("2026-11-26"));
    }
}
