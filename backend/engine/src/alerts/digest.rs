//! The sum of a day or a week, said once at six in the morning (UTC).

use domain::alert::{AlertKind, Detail};
use domain::settings::Digest;
use domain::{Span, Time, limits};
use store::Stage;

use super::detect::{Pass, Say};

const HOUR: Span = Span::hours(6);

/// The last moment at which a digest was to be said.
fn moment(of: Digest, now: Time) -> Option<(Time, Span)> {
    let (period, offset) = match of {
        Digest::Off => return None,
        Digest::Daily => (Span::days(1), HOUR),
        // 1970-01-01 was a Thursday, so the first Monday is four days later.
        Digest::Weekly => (Span::days(7), HOUR.plus(Span::days(4))),
    };
    let since = now.micros() - offset.micros();
    let whole = since.div_euclid(period.micros()) * period.micros();
    Some((Time(whole + offset.micros()), period))
}

/// Says it if its moment has come.
pub(super) async fn sum_up(pass: &Pass<'_>) -> Result<(), store::Error> {
    let Some((at, period)) = moment(pass.settings.digest, pass.now) else { return Ok(()) };
    let known = pass.state(AlertKind::Digest, "sum");
    if known.is_some_and(|k| k.seen >= at) {
        return Ok(());
    }
    // Of the time before somebody asked for digests nothing is said.
    let listed = known.is_some();
    let flows = if listed {
        let since = pass.now.minus(period);
        pass.s.db.flow_sums(pass.ws, since, limits::DIGEST_FLOWS).await?
    } else {
        Vec::new()
    };
    let detail = Detail { flows, since: Some(at), ..Detail::default() };
    let say = Say { listed, ..Say::of(AlertKind::Digest, "sum", at, detail) };
    pass.say(Stage::Next, say).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_six_and_a_week_on_monday() {
        let day = Span::days(1).micros();
        // 2026-03-02 is a Monday.
        let monday = Time(20_514 * day);
        let six = monday.plus(HOUR);
        let at = |d, now: Time| moment(d, now).unwrap().0;
        assert_eq!(at(Digest::Daily, six), six);
        assert_eq!(at(Digest::Daily, six.minus(Span::secs(1))), six.minus(Span::days(1)));
        assert_eq!(at(Digest::Weekly, six.plus(Span::days(3))), six);
        assert_eq!(at(Digest::Weekly, six.minus(Span::secs(1))), six.minus(Span::days(7)));
        assert!(moment(Digest::Off, six).is_none());
    }
}
