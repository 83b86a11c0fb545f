#!/usr/bin/env bash
# Draws the picture of Dispatch.Core's rooms in ARCHITECTURE.md anew, from the code.
cd "$(dirname "$0")/.." && DISPATCH_APPROVE=1 exec ./test.sh -class Dispatch.Tests.Architecture.RoomMapTests
