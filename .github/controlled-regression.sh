#!/usr/bin/env bash
# Passes only if the checker failed, and for the right reason: a gate that could not measure fails, too.
set -euo pipefail

if [ "$CHECKER" = failure ] && [ "$OUTCOME" = regressed ]; then
	line="PASS: the checker said FAIL: a planted slowdown of $SIZE is $OUTCOME"
	status=0
else
	line="FAIL: the checker did not say FAIL because of a planted slowdown of $SIZE: "
	line+="its step ended in $CHECKER, its outcome is ${OUTCOME:-none}"
	status=1
fi
echo "$line"
echo "**$line**" >>"$GITHUB_STEP_SUMMARY"
exit "$status"
