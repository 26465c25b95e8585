#!/usr/bin/env bash
# Keeps one comment with the report on the pull request. Where that is not permitted, as on a fork's, there is none.
set -euo pipefail

page=$RUNNER_TEMP/tailgate-page.md
body=$RUNNER_TEMP/tailgate-comment.md
comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments
marker="<!-- tailgate $GITHUB_JOB -->"

if ! command -v gh >/dev/null || [ ! -s "$page" ]; then
	exit 0
fi
{
	echo "$marker"
	cat "$page"
} >"$body"

mine=".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$marker\"))) | .id"
if ! ids=$(gh api --paginate "$comments" --jq "$mine" 2>/dev/null); then
	exit 0
fi
id=${ids%%$'\n'*}
if [ -n "$id" ]; then
	gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$body" 2>/dev/null || true
else
	gh api --silent --method POST "$comments" --field "body=@$body" 2>/dev/null || true
fi
