#!/usr/bin/env bash
# test.sh: builds once, then runs every test project, the fast ones first. Ends with the names of the tests that failed
# and a line such as "123 passed, 0 failed"; fails when a test failed or a project ran none. T=Feed runs the projects of
# that name, TEST_JOBS=1 one after the other.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$native/services.sh"

# A browser only where a project is to run that opens pages in one.
if [[ Strava.Access.Tests == *"${T:-}"* ]]; then "$native/install.sh" browser; else "$native/install.sh"; fi
step "Building everything"
dotnet_quietly build "$repo/Strava.sln" -c "$configuration" -v minimal --tl:off -clp:NoSummary \
    || fail "the build failed; its errors are above"

# Pure tests tell more in a second than the end-to-end ones in a minute. Then the longest, so that none is left alone at
# the end.
rank() {
    case $1 in
        *Contracts* | *Replay*) say 0 ;; *Testing* | *EventStore* | *Athlete*) say 1 ;; *Activit*) say 2 ;; *EndToEnd*) say 3 ;;
        *Leaderboard*) say 4 ;; *) say 5 ;;
    esac
}

in_order() {
    local file
    for file in "$repo"/tests/*.Tests/*.csproj "$repo"/tests/*EndToEnd*/*.csproj; do
        [ -e "$file" ] && [[ ${file#"$repo"/tests/} == *"${T:-}"* ]] && say "$(rank "$(basename "$file")") $file"
    done | sort -u | cut -d ' ' -f 2-
}

mapfile -t projects < <(in_order)
[ ${#projects[@]} -gt 0 ] || fail "there is no test project under tests/"
passed=0 failed=0 skipped=0 troubles=()
declare -A running=() # process id -> project
results=$(mktemp -d)
end_all() {
    [ ${#running[@]} -eq 0 ] || kill "${!running[@]}" 2> /dev/null || true
    wait
    rm -rf "$results"
}
trap end_all EXIT
trap 'exit 130' INT TERM

# launch FILE: one project beside the others, with servers of its own.
launch() {
    local name
    name=$(basename "$1" .csproj)
    mkdir "$results/$name"
    touch "$results/$name/figures"
    STRAVA_FIGURES="$results/$name/figures" timeout "${TEST_TIMEOUT_SECONDS:-900}" \
        dotnet test --project "$1" --no-build -c "$configuration" --no-progress --no-ansi \
        < /dev/null > "$results/$name/output" 2>&1 &
    running[$!]=$name
    say "$SECONDS" > "$results/$name/start"
    step "$name"
}

# count NAME LABEL: from the runner's summary, "  succeeded: 12".
count() { sed -nE "s/^ *$2: *([0-9]+).*/\1/p" "$results/$1/output" | tail -n 1 | grep . || say 0; }

# finish: waits for one project and says how it went.
finish() {
    local code=0 process name ok bad left
    wait -n -p process "${!running[@]}" || code=$?
    name=${running[$process]}
    unset "running[$process]"
    if [ $code -ne 0 ]; then
        cat "$results/$name/output"
        mapfile -t -O ${#troubles[@]} troubles < <(sed -nE "s/^ *failed +(.*)/$name: \1/p" "$results/$name/output")
    fi
    ok=$(count "$name" succeeded) bad=$(count "$name" failed) left=$(count "$name" skipped)
    # What a project counted; the runner keeps to itself what passing tests print.
    cat "$results/$name/figures"
    say "    $name: $ok passed, $bad failed, $left skipped in $((SECONDS - $(< "$results/$name/start"))) s"
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
    if [ $code -eq 124 ]; then troubles+=("$name did not end within its time"); fi
    if [ $((ok + bad)) -eq 0 ]; then
        troubles+=("$name ran no test")
    elif [ $code -ne 0 ] && [ "$bad" -eq 0 ]; then
        troubles+=("$name ended with code $code")
    fi
}

for file in "${projects[@]}"; do
    # Most of the time they wait for leases, restarts and brokers: two at once fill two cores.
    while [ ${#running[@]} -ge "${TEST_JOBS:-2}" ]; do finish; done
    launch "$file"
done
while [ ${#running[@]} -gt 0 ]; do finish; done

say
for trouble in "${troubles[@]}"; do say "FAILED: $trouble"; done
line="$passed passed, $failed failed"
if [ $skipped -gt 0 ]; then line+=", $skipped skipped"; fi
say "$line"
[ $failed -eq 0 ] && [ ${#troubles[@]} -eq 0 ]
