#!/usr/bin/env bash
# Measures the functions as they are deployed, beside equal handlers in Python and Node: `infra/bench/run.sh [FILE.json]`.
# Needs valgrind; the peers need python3 with boto3, and node with npm. A peer that cannot be had is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --locked --package telegram-webhook --package payment-callback --package admin-api
peers=infra/bench/peers
# The interpreter itself: a version manager's shim in front of it is not Python's cost.
PATH=$(python3 -c 'import os, sys; print(os.path.dirname(sys.executable))'):$PATH
python3 -c 'import boto3' 2>/dev/null || echo 'python3 has no boto3: pip install boto3'
if command -v npm >/dev/null && [[ ! -f $peers/node/handler.bundle.cjs ]]; then
    (cd "$peers/node" && npm install --no-audit --no-fund --silent && npm run --silent build) || echo 'the peer in Node could not be built'
fi
cargo run --quiet --locked --profile simulation --package bench -- "$target/release" "$peers" "${1:-}"
