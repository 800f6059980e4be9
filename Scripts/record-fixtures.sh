#!/usr/bin/env bash
# Runs the programs in Tests/SandboxDiagnosticsTests/Fixtures, all or those named (c/abort python/no-input), and writes
# down what their stages left and what becomes of that: recorded.json, expected.json and a text of each profile. What
# differs in addresses, process numbers and times only stays. Look at the difference before you keep it.
set -euo pipefail
cd "$(dirname "$0")/.."
OCISANDBOX_RECORD_FIXTURES="${*:-all}" swift test --filter LiveFixtureTests
git status --short Tests/SandboxDiagnosticsTests/Fixtures
