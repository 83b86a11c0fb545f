#!/usr/bin/env bash
# Where the microseconds go: samples the host with Linux' perf while a row of the bench runs, and prints its processor time
# by thread and by method.
#   bench/profile.sh steady 32 20              the row, after how many seconds to begin, and for how long
#   bench/profile.sh accept 18 15 dispatch-postgres
# Needs root and perf (Debian's linux-perf). What is sampled is slower than what is not: shares count here, not times.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/need.sh
need linux-perf perf
need python3 python3

row=$1 after=${2:-20} seconds=${3:-15} who=${4:-dispatch-sqlite}
samples=$(mktemp)
trap 'rm -f "$samples" /tmp/perf-*.map' EXIT

# A map of the compiled code, and that code in memory of its own, so that perf finds its names.
DOTNET_PerfMapEnabled=1 DOTNET_EnableWriteXorExecute=0 \
  dotnet bench/Dispatch.Bench/bin/Release/net10.0/Dispatch.Bench.dll --scratch --runs 1 --only "$who" "$row" &
bench=$!
host=
until host=$(pgrep -P "$bench" -f 'Dispatch.Web.dll' | head -1) && [ -n "$host" ]; do sleep 0.1; done
sleep "$after"
perf record -q -F 499 -g -p "$host" -o "$samples" -- sleep "$seconds"
wait "$bench"
perf script -i "$samples" -F comm,ip,sym 2>/dev/null | python3 bench/profile.py
