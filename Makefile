# The commands of the README. Each installs what it needs and can be run again at any time.
.PHONY: run test soak bench check-android ui types fmt screenshots

run:
	@bash scripts/run.sh

test:
	@bash scripts/test.sh

# The proofs of `make test` that are bounded there, at length: about half an hour, more or less by
# `make soak SECONDS=3600`.
soak:
	@bash scripts/soak.sh $(or $(SECONDS),600)

bench:
	@bash scripts/bench.sh

check-android:
	@bash scripts/check-android.sh

# Builds the screens, which the programs carry inside.
ui:
	@bash scripts/setup.sh build
	@bash scripts/ui.sh

# Writes the TypeScript types from the Rust types.
types:
	@cargo run --quiet --locked -p xunfang-phone --example types --features schema \
		> target/types.ts && mv target/types.ts ui/shared/src/generated/types.ts

fmt:
	@cargo fmt --all

# Takes the README's pictures anew from the last `make test`.
screenshots:
	@mkdir -p docs/screenshots && cd target/screenshots && cp phone-points.png console-review.png \
		phone-inspection-rate.png console-standard.png phone-annotate.png console-annotated.png \
		watermark-panel.jpg watermark-strip.jpg watermark-compact.jpg watermark-footer.jpg \
		$(CURDIR)/docs/screenshots/
