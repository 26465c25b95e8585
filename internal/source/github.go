package source

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/tailgate-go/tailgate/internal/bounded"
)

// mostOfEvent is how many bytes GitHub's events have: 25 MiB (GitHub, webhook events and payloads).
const mostOfEvent = 25 << 20

// pull is a pull request in an event.
type pull struct {
	Base struct {
		Ref string `json:"ref"`
	} `json:"base"`
}

// event is what the events of GitHub that can be about a change say of its base. Gitea's have the same form.
type event struct {
	Before     string `json:"before"` // push
	Ref        string `json:"ref"`    // push: refs/heads/main
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
	PullRequest *pull `json:"pull_request"` // pull_request, pull_request_target, pull_request_review, pull_request_review_comment
	MergeGroup  *struct {
		Base string `json:"base_sha"`
	} `json:"merge_group"`
	CheckRun    *checked `json:"check_run"`
	CheckSuite  *checked `json:"check_suite"`
	WorkflowRun *checked `json:"workflow_run"`
	Issue       *struct {
		PullRequest *struct{} `json:"pull_request"` // of a comment on one
	} `json:"issue"`
}

// checked is what was run before. Its pull requests are those within the repository: a fork's is only seen by what started the run.
type checked struct {
	Event        string `json:"event"`
	PullRequests []pull `json:"pull_requests"`
}

// github is the event that started a job of GitHub or Gitea.
func (r Request) github() *change {
	name, target := r.Env("GITHUB_EVENT_NAME"), r.Env("GITHUB_BASE_REF")
	if name == "" && target == "" {
		return nil
	}
	var e event
	if data, err := bounded.ReadFile(r.Env("GITHUB_EVENT_PATH"), mostOfEvent); err == nil {
		_ = json.Unmarshal(data, &e) // what has another shape says nothing
	}
	c := change{what: "pull request", says: "GitHub's " + cmp.Or(name, "GITHUB_BASE_REF"), target: target}
	if r.Env("GITEA_ACTIONS") == "true" {
		c.says = "Gitea's " + cmp.Or(name, "GITHUB_BASE_REF")
	}
	ref := func(of string) string { return "with actions/checkout, ref: ${{ " + of + " }} and fetch-depth: 0" }
	switch {
	case target != "" || e.PullRequest != nil:
		if e.PullRequest != nil {
			c.target = cmp.Or(target, e.PullRequest.Base.Ref)
		}
		c.checkout = ref("github.event.pull_request.head.sha")
		if name == "pull_request_target" { // SECURITY.md
			c.checkout += "; this event checks out the target, since a fork's code must not have its secrets: " +
				"better run the gate on pull_request"
		}
	case e.MergeGroup != nil:
		c.what, c.base, c.checkout = "merge group", e.MergeGroup.Base, ref("github.event.merge_group.head_sha")
	case name == "push":
		c.what, c.base, c.pushed, c.checkout = "", e.Before, true, ref("github.event.after")
		c.tag, c.trunk = strings.HasPrefix(e.Ref, "refs/tags/"), e.Repository.DefaultBranch
	case e.Issue != nil && e.Issue.PullRequest != nil:
		c.checkout = "with actions/checkout, ref: refs/pull/${{ github.event.issue.number }}/merge and fetch-depth: 0"
	default:
		for _, of := range []struct {
			name string
			run  *checked
		}{{"check_run", e.CheckRun}, {"check_suite", e.CheckSuite}, {"workflow_run", e.WorkflowRun}} {
			c.checkout = ref("github.event." + of.name + ".head_sha")
			switch {
			case of.run == nil:
			case len(of.run.PullRequests) > 0:
				c.target = of.run.PullRequests[0].Base.Ref
				return &c
			case strings.HasPrefix(of.run.Event, "pull_request"):
				return &c
			}
		}
		return nil
	}
	return &c
}
