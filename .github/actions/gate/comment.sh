#!/usr/bin/env bash
# Keeps one comment with the report on the pull request for each use of the action: by workflow, job, artifact and folder, of which
# legs of a matrix have the artifact of their own. Where that is not permitted, as on a fork's, there is none.
set -euo pipefail

# A name as it may stand in an HTML comment, in a jq string and in a heading.
plain() {
	local LC_ALL=C
	printf %s "${1//[^A-Za-z0-9._\/ -]/_}"
}

workflow=$(plain "$GITHUB_WORKFLOW")
job=$(plain "$GITHUB_JOB")
artifact=$(plain "$GATE_ARTIFACT")
folder=$(plain "$GATE_DIRECTORY")
title="$workflow, $job"
if [ "$artifact" != tailgate ]; then
	title+=", ${artifact:-no artifact}"
fi
if [ "$folder" != . ]; then
	title+=", in $folder"
fi

page=$RUNNER_TEMP/tailgate-page.md
body=$RUNNER_TEMP/tailgate-comment.md
comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments
marker="<!-- tailgate workflow=$workflow job=$job artifact=$artifact folder=$folder -->"

if ! command -v gh >/dev/null || [ ! -s "$page" ]; then
	exit 0
fi
{
	echo "$marker"
	printf '### %s\n\n' "$title"
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
