#!/usr/bin/env bash
# Runs the scenario in the file $SCENARIO against the server at $TARGET, from this machine alone, and keeps what it prints in the
# folder serving.
set -euo pipefail

mkdir -p serving
status=0
TAILGATE_SCENARIO=$PWD/$SCENARIO TAILGATE_TARGET=$TARGET \
	go test -run '^$' -bench '^BenchmarkLoad$' -benchtime 1x -timeout 0 github.com/tailgate-go/tailgate/workload/serving/deploy 2>&1 |
	tee serving/load.txt || status=$?
{
	echo '```'
	grep -E '^(Benchmark|--- FAIL|FAIL|ok)|^ +.*invalid: ' serving/load.txt || echo 'nothing was measured: see the log'
	echo '```'
} >>"$GITHUB_STEP_SUMMARY"
exit "$status"
