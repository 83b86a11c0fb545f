#!/usr/bin/env bash
# Measures Dispatch beside its peers and the machine's limits, and writes bench/RESULTS.md, bench/results.json and
# Dispatch.Web/wwwroot/lateness.svg.
#   bench/run.sh                         every row, three runs, then the hot pieces: some six hours on 2 cores
#   bench/run.sh steady burst            these rows only; the others' figures stay as they were
#   bench/run.sh --runs 5 --only dispatch-sqlite,bullmq one    fewer contestants, another number of runs
#   bench/run.sh --scratch --runs 1 --only dispatch-sqlite burst       prints and keeps nothing: to try a change
#   bench/run.sh fairness                the rows that show that nobody stops anybody (bench/NOTES.md)
#   bench/run.sh --host FOLDER --runs 1 fairness       of a host published elsewhere; keeps nothing
#   bench/run.sh --jobs 20000 --runs 1 all-at-once     fewer jobs; keeps nothing
#   bench/run.sh --hold 10 --runs 1 --only dispatch-postgres locked        a shorter lock; keeps nothing
#   bench/run.sh micro                   time and memory of the hot pieces (BenchmarkDotNet), into bench/micro.md
#   bench/run.sh hosts takeover grid     further scenarios, which are printed and not kept
set -euo pipefail
cd "$(dirname "$0")/.."

. tools/need.sh
need postgresql /usr/lib/postgresql/*/bin/initdb
need redis-server redis-server
need nodejs node
need npm npm
need chromium chromium

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# What is measured is what README tells users to run in production, and the peers' programs likewise.
if [[ " $* " != *" --host "* ]]; then dotnet publish Dispatch.Web -c Release -o bench/Dispatch.Bench/bin/dispatch -v q -nologo; fi
for peer in Hangfire Quartz; do dotnet publish bench/peers/$peer -c Release -o bench/peers/$peer/bin/published -v q -nologo; done
for project in Dispatch.Web Dispatch.Tests bench/Dispatch.Bench bench/Dispatch.Micro; do
  dotnet build "$project" -c Release -v q -nologo
done
npm ci --prefix bench/peers/node --no-audit --no-fund --loglevel=error

if [ "${1:-}" != "micro" ]; then dotnet bench/Dispatch.Bench/bin/Release/net10.0/Dispatch.Bench.dll "$@"; fi
if [ $# = 0 ] || [ "$1" = "micro" ]; then
  artifacts=$(mktemp -d)
  trap 'rm -rf "$artifacts"' EXIT
  dotnet bench/Dispatch.Micro/bin/Release/net10.0/Dispatch.Micro.dll --filter '*' --artifacts "$artifacts"
  {
    echo "# The hot pieces"
    echo
    echo "Written by \`bench/run.sh micro\` (BenchmarkDotNet)."
    for report in "$artifacts"/results/*-github.md; do
      name=${report##*.Micro.}
      printf '\n## %s\n\n' "${name%%-*}"
      cat "$report"
    done
  } > bench/micro.md
fi
