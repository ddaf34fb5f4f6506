#!/usr/bin/env bash
# test.sh: builds once, then runs every test project, the fast ones first. Ends with the names of the tests that failed
# and a line such as "123 passed, 0 failed"; fails when a test failed or a project ran none. T=Feed runs the projects of that name.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$native/services.sh"

# A browser only where a project is to run that opens pages in one.
if [[ Strava.Access.Tests == *"${T:-}"* ]]; then "$native/install.sh" browser; else "$native/install.sh"; fi
step "Building everything"
dotnet_quietly build "$repo/Strava.sln" -c "$configuration" -v minimal --tl:off -clp:NoSummary \
    || fail "the build failed; its errors are above"

# Pure tests tell more in a second than the end-to-end ones in a minute; others keep the alphabet.
rank() {
    case $1 in
        *Contracts*) say 0 ;; *Core*) say 1 ;; *EventStore*) say 2 ;; *EndToEnd*) say 9 ;; *Input* | *Access*) say 8 ;; *Testing*) say 4 ;; *) say 5 ;;
    esac
}

in_order() {
    local file
    for file in "$repo"/tests/*.Tests/*.csproj "$repo"/tests/*EndToEnd*/*.csproj; do
        [ -e "$file" ] && [[ $file == *"${T:-}"* ]] && say "$(rank "$(basename "$file")") $file"
    done | sort -u | cut -d ' ' -f 2-
}

# figure LABEL: from the runner's summary, "  succeeded: 12".
figure() { sed -nE "s/^ *$1: *([0-9]+).*/\1/p" "$output" | tail -n 1 | grep . || say 0; }

mapfile -t projects < <(in_order)
[ ${#projects[@]} -gt 0 ] || fail "there is no test project under tests/"
passed=0 failed=0 skipped=0 troubles=()
output=$(mktemp)
STRAVA_FIGURES=$(mktemp)
export STRAVA_FIGURES
trap 'rm -f "$output" "$STRAVA_FIGURES"' EXIT
for file in "${projects[@]}"; do
    name=$(basename "$file" .csproj)
    step "$name"
    code=0
    start=$SECONDS
    timeout "${TEST_TIMEOUT_SECONDS:-900}" dotnet test --project "$file" --no-build -c "$configuration" \
        --no-progress --no-ansi < /dev/null > "$output" 2>&1 || code=$?
    if [ $code -ne 0 ]; then
        cat "$output"
        mapfile -t -O ${#troubles[@]} troubles < <(sed -nE "s/^ *failed +(.*)/$name: \1/p" "$output")
    fi
    ok=$(figure succeeded) bad=$(figure failed) left=$(figure skipped)
    # What a project counted; the runner keeps to itself what passing tests print.
    cat "$STRAVA_FIGURES"
    : > "$STRAVA_FIGURES"
    say "    $ok passed, $bad failed, $left skipped in $((SECONDS - start)) s"
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
    if [ $code -eq 124 ]; then troubles+=("$name did not end within its time"); fi
    if [ $((ok + bad)) -eq 0 ]; then
        troubles+=("$name ran no test")
    elif [ $code -ne 0 ] && [ "$bad" -eq 0 ]; then
        troubles+=("$name ended with code $code")
    fi
done

say
for trouble in "${troubles[@]}"; do say "FAILED: $trouble"; done
line="$passed passed, $failed failed"
if [ $skipped -gt 0 ]; then line+=", $skipped skipped"; fi
say "$line"
[ $failed -eq 0 ] && [ ${#troubles[@]} -eq 0 ]
