//! Worlds with a bad network keep the promises, and each follows from its seed. `make test` and
//! `make soak` live through many more with the same program.
#![cfg(target_os = "linux")]

use xunfang_sim::net::{Life, Template, WRITES, Worlds, live, live_all};

#[test]
fn a_few_worlds_keep_every_promise() {
    let lived = |life, seeds| {
        let worlds = Worlds {
            life,
            seeds,
            longest: None,
        };
        let found = live_all(&worlds, None).unwrap();
        assert!(found.wrong.is_empty(), "{:#?}", found.wrong);
        found
    };
    let found = lived(Life::Eventful, 1_000_000..1_000_006);
    assert_eq!(found.worlds, 6);
    assert!(found.sum.saved > 60, "{} findings", found.sum.saved);
    let busy = lived(Life::Busy, 1..2).sum;
    assert!(busy.saved > WRITES, "nothing was revised");
    assert!(busy.applied > 0 && busy.refused > 0, "{busy:?}");
    assert!(busy.conflicts + busy.settled > 0, "{busy:?}");
    let slow = lived(Life::Slow, 1..4).sum;
    assert_eq!(slow.saved, slow.applied + slow.refused);
}

#[test]
fn a_world_follows_from_its_seed() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let template = runtime.block_on(Template::prepare()).unwrap();
    let lived = |seed| {
        let outcome = live(&template, seed, Life::Eventful, None).unwrap();
        assert!(outcome.wrong.is_empty(), "{:#?}", outcome.wrong);
        (
            outcome.saved,
            outcome.kills,
            outcome.crashes,
            outcome.calm_ms,
        )
    };
    assert_eq!(lived(17), lived(17));
    assert_ne!(lived(17), lived(18));
}
