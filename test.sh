#!/usr/bin/env bash
# Runs all tests and ends with the line "N passed, N failed, N skipped".
#   ./test.sh              everything but the long fault runs
#   ./test.sh --long       the long fault runs only (scenario 1 of the reliability list at full length, and the like)
#   ./test.sh --screenshots  takes the pictures of all pages into docs/screenshots
#   ./test.sh -class NAME  any further arguments go to the xunit runner
set -uo pipefail
cd "$(dirname "$0")"

if ! dotnet --version >/dev/null 2>&1; then
  echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2
  exit 1
fi

# What the tests use beside .NET, from Debian's packages. A test whose tool cannot be had says so and is skipped.
. tools/need.sh
need gcc cc
need chromium chromium
need nodejs node
need python3 python3
need curl curl
need jq jq
need openssl openssl
need redis-server redis-server
need postgresql /usr/lib/postgresql/*/bin/initdb   # not on the PATH
need pgbouncer /usr/sbin/pgbouncer   # not on the PATH of every user

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
selection=(-explicit off)
limit=80m
if [ "${1:-}" = "--long" ]; then
  selection=(-explicit only -trait "Category=Long")
  limit=6h
  shift
elif [ "${1:-}" = "--screenshots" ]; then
  export DISPATCH_SCREENSHOTS=1
  selection+=(-class Dispatch.Tests.Browser.EveryPageTests)
  shift
fi

# What is tested, before anything is built: a run without a selection is written down in TestResults/last-run.txt, in one line.
isFull=$([ $# = 0 ] && [ "$limit" = 80m ] && [ -z "${DISPATCH_SCREENSHOTS:-}" ] && echo yes)
commit=$(git rev-parse --verify -q HEAD 2>/dev/null || echo unknown)
state=$(changes=$(git status --porcelain 2>/dev/null) && [ -z "$changes" ] && echo clean || echo dirty)

# Ends the run with its totals: PASSED FAILED SKIPPED STATUS.
finish() {
  local totals="$1 passed, $2 failed, $3 skipped"
  if [ -n "$isFull" ]; then
    mkdir -p TestResults
    echo "$commit $state $(date -u +%Y-%m-%dT%H:%M:%SZ) $totals" > TestResults/last-run.txt
  fi
  echo "$totals"
  exit "$4"
}

results=$(mktemp)
trap 'rm -f "$results"' EXIT
dotnet build Dispatch.sln -c Release -v q -nologo || finish 0 1 0 1
# A test that hangs is named after two minutes, and ends the run instead of the patience of whoever waits for it.
timeout --kill-after=30 "$limit" \
  dotnet Dispatch.Tests/bin/Release/net10.0/Dispatch.Tests.dll -noLogo -longRunning 120 -xml "$results" "${selection[@]}" "$@"
status=$?
if [ $status = 124 ] || [ $status = 137 ]; then
  echo "The tests were ended: they took longer than $limit"
  finish 0 1 0 1
fi

# The failed ones once more with what they said, for the run's own lines are far above. (The runner writes its file as one line.)
sed 's/<test id=/\n&/g; s/<message>/\n&/g; s/<\/message>/&\n/g' "$results" | awk '
  /^<test id=/  {
    failed = /result="Fail"/
    if (failed) { sub(/^<test id="[^"]*" name="/, ""); sub(/".*/, ""); gsub(/\\?&quot;/, "\""); print "failed: " $0 }
  }
  /^<message>/  { inside = failed }
  inside        { line = $0; gsub(/<\/?message>|<!\[CDATA\[|\]\]>/, "", line); print "        " line }
  /<\/message>/ { inside = 0 }'

# The runner's totals, one element per assembly.
count() { grep -o "<assembly [^>]*" "$results" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }
failed=$(count failed)
# A runner that broke off has written nothing down.
if [ $status != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
finish "$(count passed)" "$failed" "$(count skipped)" $status
