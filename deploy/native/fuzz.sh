#!/usr/bin/env bash
# fuzz.sh: builds tests/Fuzz and runs it for SECONDS; fails when an input was found that is neither read nor refused.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$native/services.sh"

step "Building the fuzzer"
dotnet_quietly build "$repo/tests/Fuzz" -c "$configuration" -v quiet --tl:off -clp:NoSummary \
    || fail "the build failed; its errors are above"
step "Fuzzing"
cd "$repo"
read -r -a more <<< "${FUZZ:-}"
exec dotnet run --project tests/Fuzz --no-build -c "$configuration" -- \
    --seconds "${FUZZ_SECONDS:-60}" --failures "$artifacts/fuzz" "${more[@]}"
