#!/usr/bin/env bash
# Holds the admin API to its own OpenAPI document: the document is valid, and a local shop answers thousands of made-up requests as it says.
#
#   tests/contract/run.sh [EXAMPLES]      default: 25 requests of each kind and operation
#
# Needs `schemathesis` and `openapi-spec-validator` on the PATH (pip install schemathesis openapi-spec-validator). All of schemathesis's checks are on.
# The seed is fixed, so that a run says the same of the same code; SEED=N tries others.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
examples=${1:-25}
data=$(mktemp -d)
shop=
cleanup() {
    if [[ -n $shop ]]; then
        kill "$shop" 2>/dev/null || true
        wait "$shop" 2>/dev/null || true
    fi
    rm -rf "$data"
}
trap cleanup EXIT

cargo build --quiet --locked --package local
"${CARGO_TARGET_DIR:-target}/debug/wave-shop" --port 0 --fresh --data "$data/shop" --json >"$data/ready" 2>"$data/log" &
shop=$!
for _ in $(seq 300); do
    if [[ -s $data/ready ]]; then break; fi
    sleep 0.1
done
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$data/ready" "$1"; }
base=$(field base_url)
token=$(field admin_token)

python3 - "$base/admin/v1/openapi.json" "$data/openapi.json" <<'PYTHON'
import sys, urllib.request
open(sys.argv[2], "wb").write(urllib.request.urlopen(sys.argv[1]).read())
PYTHON
openapi-spec-validator "$data/openapi.json"

schemathesis --config-file tests/contract/schemathesis.toml run "$base/admin/v1/openapi.json" --origin "$base" --header "Authorization: Bearer $token" \
    --checks all --max-examples "$examples" --seed "${SEED:-1}" --suppress-health-check all \
    --request-timeout 30 --workers 1 --no-color
if grep -q 'panicked' "$data/log"; then
    cat "$data/log"
    exit 1
fi
