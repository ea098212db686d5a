//! What a sample says of a rate.
//!
//! The interval is exact: Clopper and Pearson's where nobody knows how many there are, its
//! hypergeometric counterpart where the total is known, which becomes the rate itself once all
//! are counted. Approximations were rejected: with 97 of 99 good they promise what is not so.

use super::as_figure;
use crate::{Comparator, Outcome};

/// How often, of all samples, the interval holds the true rate at least.
pub const CONFIDENCE: f64 = 0.95;
/// What is left on each side.
const TAIL: f64 = (1.0 - CONFIDENCE) / 2.0;

/// Things that were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampled {
    /// Those as they should be; at most `counted`.
    pub good: u64,
    /// Those looked at; at least 1, at most `total`.
    pub counted: u64,
    /// All there are, where it is known.
    pub total: Option<u64>,
}

/// Between what the true rate lies, as shares in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Returns the interval that holds the true rate at [`CONFIDENCE`].
pub fn interval(sampled: Sampled) -> Interval {
    let Sampled {
        good,
        counted,
        total,
    } = sampled;
    let bad = Sampled {
        good: counted - good,
        ..sampled
    };
    // The upper end of the good is what the lower end of the bad leaves.
    match total {
        None => Interval {
            low: Binomial::new(good, counted).low(),
            high: 1.0 - Binomial::new(bad.good, counted).low(),
        },
        Some(total) => {
            let share = |count: u64| as_figure(count) / as_figure(total);
            Interval {
                low: share(least_good(sampled, total)),
                high: share(total - least_good(bad, total)),
            }
        }
    }
}

/// Holds an interval against a limit in percent.
pub(super) fn outcome(interval: Interval, comparator: Comparator, percent: f64) -> Outcome {
    let limit = percent / 100.0;
    let ends = [interval.low, interval.high].map(|end| comparator.holds(end, limit));
    match ends {
        [Some(true), Some(true)] => Outcome::Met,
        [Some(false), Some(false)]
            if comparator != Comparator::Exactly
                || !(interval.low..=interval.high).contains(&limit) =>
        {
            Outcome::NotMet
        }
        _ => Outcome::Undetermined,
    }
}

/// Returns how many more, all as they should be, would settle that a limit is met.
///
/// [`None`] where it is met already, or where no number would do: against 100 % with a fault
/// seen, or with a total that nobody knows.
pub(super) fn more_to_settle(
    sampled: Sampled,
    comparator: Comparator,
    percent: f64,
) -> Option<u64> {
    let limit = percent / 100.0;
    let rising = matches!(comparator, Comparator::AtLeast | Comparator::MoreThan);
    let settled = |more: u64| {
        let with = Sampled {
            good: sampled.good + more,
            counted: sampled.counted + more,
            total: sampled.total,
        };
        match sampled.total {
            None => limit < 1.0 && Binomial::new(with.good, with.counted).at_least(limit) <= TAIL,
            Some(total) => most_that_misses(total, comparator, percent)
                .is_none_or(|missing| at_least(with, total, missing) <= TAIL),
        }
    };
    let most = sampled
        .total
        .map_or(crate::COUNT_MAX, |total| total - sampled.counted);
    if !rising || settled(0) || !settled(most) {
        return None;
    }
    let (mut too_few, mut enough) = (0, most);
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        if settled(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    Some(enough)
}

/// The largest number of good ones among `total` that does not meet a limit; [`None`] where even
/// none at all meets it.
fn most_that_misses(total: u64, comparator: Comparator, percent: f64) -> Option<u64> {
    let misses = |good: u64| {
        comparator.holds(100.0 * as_figure(good), percent * as_figure(total)) == Some(false)
    };
    if !misses(0) {
        return None;
    }
    let (mut yes, mut no) = (0, total + 1);
    while no - yes > 1 {
        let middle = yes.midpoint(no);
        if misses(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    Some(yes)
}

fn ln_choose(of: u64, take: u64) -> f64 {
    let ln_factorial = |n: u64| libm::lgamma(as_figure(n) + 1.0);
    ln_factorial(of) - ln_factorial(take) - ln_factorial(of - take)
}

/// A tail is added up until a term is this small beside the sum.
const NEGLIGIBLE: f64 = 1e-17;

/// Adds terms that begin with `first` and follow by `ratio` until they end or no longer matter.
fn sum(first: f64, terms: u64, ratio: impl Fn(u64) -> f64) -> f64 {
    let (mut term, mut sum) = (first, first);
    for place in 0..terms {
        term *= ratio(place);
        sum += term;
        if term <= sum * NEGLIGIBLE {
            break;
        }
    }
    sum
}

/// So many good ones of so many, out of very many.
struct Binomial {
    good: u64,
    of: u64,
    ln_choose: f64,
}

impl Binomial {
    fn new(good: u64, of: u64) -> Self {
        Self {
            good,
            of,
            ln_choose: ln_choose(of, good),
        }
    }

    /// The chance of seeing so many good ones or more where the true rate is `rate`.
    fn at_least(&self, rate: f64) -> f64 {
        let (good, of) = (self.good, self.of);
        if good == 0 || rate >= 1.0 {
            return 1.0;
        }
        if rate <= 0.0 {
            return 0.0;
        }
        let odds = rate / (1.0 - rate);
        let at =
            (self.ln_choose + as_figure(good) * rate.ln() + as_figure(of - good) * (-rate).ln_1p())
                .exp();
        if as_figure(good) >= as_figure(of) * rate {
            // From here upwards, away from the middle.
            sum(at, of - good, |place| {
                let seen = good + place;
                as_figure(of - seen) / as_figure(seen + 1) * odds
            })
        } else {
            // All but what lies below.
            let below = at * as_figure(good) / as_figure(of - good + 1) / odds;
            1.0 - sum(below, good - 1, |place| {
                let seen = good - 1 - place;
                as_figure(seen) / as_figure(of - seen + 1) / odds
            })
        }
    }

    /// The rate under which so many good ones or more are seen with a chance of [`TAIL`].
    fn low(&self) -> f64 {
        if self.good == 0 {
            return 0.0;
        }
        if self.good == self.of {
            return TAIL.powf(1.0 / as_figure(self.of));
        }
        // The false position on the logarithm, which is nearly straight, with the end that stays
        // weighing half the next time (the Illinois rule): some ten rounds.
        let off = |rate: f64| self.at_least(rate).max(f64::MIN_POSITIVE).ln() - TAIL.ln();
        let seen = as_figure(self.good) / as_figure(self.of);
        let (mut low, mut high) = (seen * 1e-6, seen);
        let (mut at_low, mut at_high) = (off(low), off(high));
        let mut last_moved_low = None;
        for _ in 0..100 {
            let next = (low * at_high - high * at_low) / (at_high - at_low);
            let next = if next > low && next < high {
                next
            } else {
                f64::midpoint(low, high)
            };
            let at_next = off(next);
            if at_next < 0.0 {
                (low, at_low) = (next, at_next);
                if last_moved_low == Some(true) {
                    at_high /= 2.0;
                }
                last_moved_low = Some(true);
            } else {
                (high, at_high) = (next, at_next);
                if last_moved_low == Some(false) {
                    at_low /= 2.0;
                }
                last_moved_low = Some(false);
            }
            if at_next.abs() < 1e-12 {
                return next;
            }
            if high - low < 1e-14 {
                break;
            }
        }
        low
    }
}

/// The chance of seeing so many good ones or more where `truly_good` of `total` are.
fn at_least(sampled: Sampled, total: u64, truly_good: u64) -> f64 {
    let Sampled { good, counted, .. } = sampled;
    let least = counted.saturating_sub(total - truly_good);
    let most = counted.min(truly_good);
    if good <= least {
        return 1.0;
    }
    if good > most {
        return 0.0;
    }
    let chance = |seen: u64| {
        (ln_choose(truly_good, seen) + ln_choose(total - truly_good, counted - seen)
            - ln_choose(total, counted))
        .exp()
    };
    // From one number of good ones to the next.
    let step = |seen: u64| {
        as_figure(truly_good - seen) * as_figure(counted - seen)
            / (as_figure(seen + 1) * as_figure(total + seen + 1 - truly_good - counted))
    };
    let middle = as_figure(counted) * as_figure(truly_good) / as_figure(total);
    if as_figure(good) >= middle {
        sum(chance(good), most - good, |place| step(good + place))
    } else {
        1.0 - sum(chance(good - 1), good - 1 - least, |place| {
            1.0 / step(good - 2 - place)
        })
    }
}

/// The smallest number of good ones among `total` that what was seen does not rule out.
fn least_good(sampled: Sampled, total: u64) -> u64 {
    let Sampled { good, counted, .. } = sampled;
    if good == 0 {
        return 0;
    }
    // `good` ones are certain; with all that nobody saw good as well, it is surely not ruled out.
    let (mut no, mut yes) = (good - 1, total - (counted - good));
    while yes - no > 1 {
        let middle = no.midpoint(yes);
        if at_least(sampled, total, middle) > TAIL {
            yes = middle;
        } else {
            no = middle;
        }
    }
    yes
}

#[cfg(test)]
#[path = "rate_tests.rs"]
mod tests;
