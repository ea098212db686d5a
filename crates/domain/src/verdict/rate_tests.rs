use proptest::prelude::*;

use super::*;

fn sampled(good: u64, counted: u64, total: Option<u64>) -> Sampled {
    Sampled {
        good,
        counted,
        total,
    }
}

#[test]
fn intervals_are_those_of_published_tables() {
    // Clopper-Pearson, 95 %, added up term by term in exact arithmetic.
    for (good, counted, low, high) in [
        (97, 99, 0.928_923_9, 0.997_544_0),
        (0, 10, 0.0, 0.308_497_1),
        (10, 10, 0.691_502_9, 1.0),
        (5, 10, 0.187_086_0, 0.812_914_0),
        (50, 100, 0.398_321_1, 0.601_678_9),
    ] {
        let found = interval(sampled(good, counted, None));
        assert!(
            (found.low - low).abs() < 2e-6,
            "{good}/{counted}: {found:?}"
        );
        assert!(
            (found.high - high).abs() < 2e-6,
            "{good}/{counted}: {found:?}"
        );
    }
}

#[test]
fn a_known_total_narrows_the_interval_down_to_the_rate() {
    let open = interval(sampled(97, 99, None));
    let mut width = open.high - open.low;
    for total in [2_000, 500, 200, 120, 101] {
        let known = interval(sampled(97, 99, Some(total)));
        assert!(
            known.low >= open.low && known.high <= open.high,
            "{total}: {known:?}"
        );
        assert!(known.high - known.low <= width + 1e-9, "{total}: {known:?}");
        width = known.high - known.low;
    }
    let all = interval(sampled(97, 99, Some(99)));
    assert_eq!((all.low, all.high), (97.0 / 99.0, 97.0 / 99.0));
}

#[test]
fn so_many_more_settle_it_and_one_fewer_does_not() {
    use Comparator::{AtLeast, MoreThan};
    for (good, counted, total, comparator, percent) in [
        (97, 99, None, AtLeast, 98.0),
        (99, 99, None, AtLeast, 98.0),
        (0, 1, None, AtLeast, 95.0),
        (70, 100, None, MoreThan, 70.0),
        (97, 99, Some(400), AtLeast, 98.0),
        (50, 50, Some(60), AtLeast, 100.0),
    ] {
        let first = sampled(good, counted, total);
        let more = more_to_settle(first, comparator, percent).unwrap();
        let after = |more: u64| {
            let with = sampled(good + more, counted + more, total);
            outcome(interval(with), comparator, percent)
        };
        assert_eq!(after(more), Outcome::Met, "{first:?}: {more}");
        assert_eq!(after(more - 1), Outcome::Undetermined, "{first:?}: {more}");
    }
    // 183 without a fault are needed for 98 %: 0.975 ^ (1/183) is below, of 182 it is not.
    assert_eq!(
        more_to_settle(sampled(100, 100, None), AtLeast, 98.0),
        Some(83)
    );
}

#[test]
fn what_cannot_be_settled_is_said_so() {
    use Comparator::{AtLeast, AtMost};
    // Nobody knows how many there are, so "all of them" is never certain.
    assert_eq!(
        more_to_settle(sampled(500, 500, None), AtLeast, 100.0),
        None
    );
    // One is broken for certain.
    assert_eq!(
        more_to_settle(sampled(99, 100, Some(400)), AtLeast, 100.0),
        None
    );
    // Three are broken of 100: 97 % at best.
    assert_eq!(
        more_to_settle(sampled(47, 50, Some(100)), AtLeast, 98.0),
        None
    );
    // More good ones do not help against "at most".
    assert_eq!(more_to_settle(sampled(5, 50, None), AtMost, 20.0), None);
    // It is met already.
    assert_eq!(more_to_settle(sampled(400, 400, None), AtLeast, 98.0), None);
}

/// A generator of known numbers, so that a failure repeats.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[test]
fn the_interval_holds_the_true_rate_as_often_as_it_promises() {
    const ROUNDS: u32 = 4_000;
    let mut draw = Draw(20_261_122);
    for rate in [0.02, 0.3, 0.7, 0.95, 0.98, 0.995] {
        for counted in [10_u64, 50, 99, 300] {
            let held = (0..ROUNDS)
                .filter(|_| {
                    let good = (0..counted).filter(|_| draw.next() < rate).count() as u64;
                    let found = interval(sampled(good, counted, None));
                    (found.low..=found.high).contains(&rate)
                })
                .count() as f64
                / f64::from(ROUNDS);
            // Three standard deviations of 4000 draws are 1 %.
            assert!(
                held >= CONFIDENCE - 0.01,
                "rate {rate}, n {counted}: {held}"
            );
        }
    }
}

#[test]
fn with_a_known_total_it_holds_it_as_often() {
    const ROUNDS: u32 = 4_000;
    let mut draw = Draw(47_678);
    for (total, truly_good, counted) in [(120_u64, 118_u64, 60_u64), (400, 380, 99), (50, 49, 30)] {
        let rate = truly_good as f64 / total as f64;
        let held = (0..ROUNDS)
            .filter(|_| {
                // Drawn one after the other, without putting back.
                let (mut left, mut good_left, mut good) = (total, truly_good, 0);
                for _ in 0..counted {
                    if draw.next() * (left as f64) < good_left as f64 {
                        good_left -= 1;
                        good += 1;
                    }
                    left -= 1;
                }
                let found = interval(sampled(good, counted, Some(total)));
                (found.low - 1e-12..=found.high + 1e-12).contains(&rate)
            })
            .count() as f64
            / f64::from(ROUNDS);
        assert!(
            held >= CONFIDENCE - 0.01,
            "{total} {truly_good} {counted}: {held}"
        );
    }
}

proptest! {
    #[test]
    fn the_ends_enclose_what_was_seen(counted in 1..3_000_u64, share in 0.0..=1.0f64, spare in 0..3_000_u64) {
        let good = ((counted as f64) * share) as u64;
        for total in [None, Some(counted + spare)] {
            let found = interval(sampled(good, counted, total));
            // Of a known total only whole things are good: the rate among those that were counted
            // may lie between two that the total can have.
            let step = total.map_or(0.0, |total| 1.0 / total as f64);
            let seen = good as f64 / counted as f64;
            prop_assert!(0.0 <= found.low && found.low <= seen + step + 1e-9, "{found:?}");
            prop_assert!(seen - step - 1e-9 <= found.high && found.high <= 1.0, "{found:?}");
        }
    }

    #[test]
    fn each_end_leaves_its_tail(counted in 1..400_u64, share in 0.0..=1.0f64) {
        let good = ((counted as f64) * share) as u64;
        let found = interval(sampled(good, counted, None));
        if good > 0 {
            let tail = Binomial::new(good, counted).at_least(found.low);
            prop_assert!((tail - TAIL).abs() < 1e-8, "{tail}");
        }
        if good < counted {
            let tail = Binomial::new(counted - good, counted).at_least(1.0 - found.high);
            prop_assert!((tail - TAIL).abs() < 1e-8, "{tail}");
        }
    }

    #[test]
    fn chances_add_up(total in 1..200_u64, truly in 0.0..=1.0f64, taken in 0.0..=1.0f64) {
        let truly_good = (total as f64 * truly) as u64;
        let counted = ((total as f64 * taken) as u64).max(1);
        let mut before = 1.0 + 1e-9;
        for good in 0..=counted {
            let chance = at_least(sampled(good, counted, Some(total)), total, truly_good);
            prop_assert!((-1e-9..=before).contains(&chance), "{good}: {chance}");
            before = chance + 1e-9;
        }
    }
}
