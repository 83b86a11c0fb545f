"""Sums up what `perf script -F comm,ip,sym` prints: shares of processor time by thread, and of each thread by what was on its stack."""
import collections
import re
import sys

THREADS = {
    "Dispatch:WriteQ": "WriteQueue (the writer)", ".NET TP Worker": "thread pool (requests, deliveries)",
    "RetryingProcess": "DeliveryWorker (Hangfire's fetch)", "Dispatch:Hangfi": "HangfireStateWriter (Hangfire's end)",
    "Hangfire:InMemo": "Hangfire's storage", "Dispatch:Precis": "PreciseTimer", "Dispatch:AlarmC": "AlarmClock",
    ".NET Tiered Com": "compiler", ".NET Sockets": "sockets", ".NET Timer": "timers",
}
LEAST = 0.01   # of all samples: what is less is not shown


def short(symbol):
    """Type::Method of a frame as .NET's perf map names it."""
    named = re.match(r".*?([\w`<>+.]+)::([\w<>.|`]+)", re.sub(r"\[[^\]]*\]", "", symbol))
    return f"{named.group(1).split('.')[-1]}::{named.group(2)}" if named else symbol.strip()[:60]


threads = collections.Counter()
on_stack = collections.defaultdict(collections.Counter)
for sample in sys.stdin.read().split("\n\n"):
    thread, *frames = [line.strip() for line in sample.splitlines() if line.strip()] or [""]
    if not frames:
        continue
    threads[thread] += 1
    on_stack[thread].update({short(frame.partition(" ")[2]) for frame in frames} - {"", "[unknown]"})

total = sum(threads.values())
print(f"{total} samples")
for thread, count in threads.most_common(8):
    print(f"\n{count / total:6.1%}  {THREADS.get(thread, thread)}")
    for method, times in on_stack[thread].most_common(60):
        if times / total >= LEAST:
            print(f"        {times / total:6.1%}  {method}")
