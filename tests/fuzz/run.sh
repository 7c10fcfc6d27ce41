#!/usr/bin/env bash
# Fuzzes what comes from outside: coverage-guided, from the corpus beside it, each target for so many seconds.
#
#   tests/fuzz/run.sh [SECONDS] [TARGET...]      default: 20 seconds, all targets
#
# A finding is left in tests/fuzz/artifacts/TARGET; give that file to the target's binary to see it again. What a longer run learns can be kept:
# its new inputs lie in tests/fuzz/found/TARGET, and MINIMIZE=1 merges those that reach something new into the corpus.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=${1:-20}
shift || true
targets=("$@")
if ((${#targets[@]} == 0)); then
    for file in targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi

# What `cargo fuzz build --sanitizer none` sets: a stable compiler counts edges and traces comparisons, and needs no nightly for it.
host=$(rustc -vV | sed -n 's/^host: //p')
coverage=(-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing)
RUSTFLAGS="${coverage[*]}" cargo build --release --locked --target "$host" --target-dir "${FUZZ_TARGET_DIR:-target}"

failed=()
for target in "${targets[@]}"; do
    mkdir -p "artifacts/$target" "found/$target"
    binary=${FUZZ_TARGET_DIR:-target}/$host/release/$target
    log=$(mktemp)
    # An input may take five seconds and 512 MiB, and be as large as the largest body that is read.
    if "$binary" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=512 -max_len=65536 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="artifacts/$target/" "found/$target" "corpus/$target" >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        memory=$(sed -n 's/^stat::peak_rss_mb: *//p' "$log")
        echo "fuzz $target: $runs executions, $memory MiB, nothing found"
        if [[ ${MINIMIZE:-} == 1 ]]; then "$binary" -merge=1 "corpus/$target" "found/$target" >/dev/null 2>&1; fi
    else
        tail -n 60 "$log"
        failed+=("$target")
    fi
    rm -f "$log"
done
if ((${#failed[@]})); then
    echo "found something: ${failed[*]}"
    exit 1
fi
