#!/usr/bin/env bash
# Runs the tests that gate, set as the action's inputs say.
set -euo pipefail

cd "$GATE_DIRECTORY"

# Tests run in the folders of their packages.
absolute() {
	case $1 in
	'' | /*) printf %s "$1" ;;
	*) printf %s "$PWD/$1" ;;
	esac
}

# An input that is not given leaves the variable as the job has it.
set_to() {
	if [ -n "$2" ]; then
		export "REGRESS_$1=$2"
	fi
}

set_to BENCH "$GATE_BENCH"
set_to BASELINE "$GATE_BASELINE"
set_to ANCHOR "$GATE_ANCHOR"
set_to ACCEPT "$GATE_ACCEPT"
set_to HISTORY "$(absolute "$GATE_HISTORY")"
set_to POLICY "$(absolute "$GATE_POLICY")"
set_to BUDGET "$GATE_BUDGET"
set_to INJECT "$GATE_INJECT"
set_to EXPECT "$GATE_EXPECT"
set_to SHARD "$GATE_SHARD"
set_to COSTS "$(absolute "$GATE_COSTS")"
set_to IN "$(absolute "$GATE_IN")"
set_to OUT "$(absolute "$GATE_OUT")"
read -rd '' -a packages <<<"$GATE_PACKAGES" || true # it may have several lines, and its end is no failure

: >"$RUNNER_TEMP/tailgate-began" # what is older was left by an earlier gate

# Tests are not told with what a step orders the runner about: its tokens, and the files that set the environment of the steps to
# come.
while read -r name; do
	case $name in
	ACTIONS_* | GITHUB_ENV | GITHUB_OUTPUT | GITHUB_PATH | GITHUB_STATE | GITHUB_STEP_SUMMARY) unset "$name" ;;
	esac
done < <(compgen -e)

# What tests print is not to be taken for commands to the runner.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
status=0
go test -v -count=1 -timeout "$GATE_TIMEOUT" -run "$GATE_RUN" "${packages[@]}" || status=$?
echo "::$token::"
exit "$status"
