#!/usr/bin/env bash
# lint.sh: the format of the code, a build without warnings, and the syntax of the scripts.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$native/services.sh"

step "Scripts"
for file in "$native"/*.sh "$repo/.ci/run"; do bash -n "$file"; done
if command -v shellcheck > /dev/null; then (cd "$native" && shellcheck -x -- *.sh); fi
step "Build (warnings are errors)"
dotnet_quietly build "$repo/Strava.sln" -c "$configuration" -v quiet --tl:off -clp:NoSummary -warnaserror \
    || fail "the build has errors or warnings; they are above"
step "Format"
dotnet_quietly format "$repo/Strava.sln" --no-restore --verify-no-changes \
    || fail "the format differs from .editorconfig; mend it with: dotnet format Strava.sln"
say "    clean"
