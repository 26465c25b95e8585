package report

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// meant says what to do with a trailer that a report proposes.
const meant = "if it is meant, a line of a commit's message accepts it, with the reason in the place of REASON"

// proposal is the trailer that would accept a verdict, to be pasted; empty where none would, or none is read.
func (d Document) proposal(v policy.Verdict) string {
	t, ok := v.Proposal()
	if !ok || !d.Accepts || d.Expected != "" {
		return ""
	}
	t.Reason = "REASON"
	return t.String()
}

// proposals are those of all verdicts, as many as have room, and how many are left out.
func (d Document) proposals(room int) (shown []string, left int) {
	for _, v := range d.Report.Verdicts {
		switch p := d.proposal(v); {
		case p == "":
		case left == 0 && len(p) < room:
			shown, room = append(shown, oneLine(p)), room-len(p)
		default:
			left++
		}
	}
	return shown, left
}

// mostOfTrailers is how many bytes the trailers that a report proposes may have.
const mostOfTrailers = 2 << 10

// goesOn stands before the lines of a trailer after its first.
const goesOn = "  "

// accept shows the trailers that would accept what regressed. Lines that go on below a trailer are indented more, as git has it.
func (b *terminal) accept(d Document) {
	shown, left := d.proposals(mostOfTrailers)
	if len(shown)+left == 0 {
		return
	}
	b.item("accept", meant+":")
	for _, p := range shown {
		for i, line := range wrap(p, width-len(goesOn)-len("  accept     ")) {
			if i > 0 {
				line = goesOn + line
			}
			b.itemLine("", line)
		}
	}
	if left > 0 {
		b.item(" ", fmt.Sprintf("and %d more, which verdict.json has", left))
	}
}

// acceptList is the same in Markdown.
func (d Document) acceptList() string {
	shown, left := d.proposals(mostOfTrailers)
	if len(shown)+left == 0 {
		return ""
	}
	text := "\n### If it is meant\n\n- " + strings.TrimPrefix(meant, "if it is meant, ") + ":\n\n" +
		fenced(strings.Join(shown, "\n"), 2*mostOfTrailers, "")
	if left > 0 {
		text += fmt.Sprintf("\nLeft out here: %d of %d trailers.\n", left, len(shown)+left)
	}
	return text
}

// ceiling names the ceiling of the trailer that a reason rests on, who accepts it, and why.
func ceiling(f policy.Facts) string {
	if f.Trailer == nil { // JSON may lack it
		return "a ceiling that a commit accepts"
	}
	return fmt.Sprintf("%s, which commit %.12s accepts: %s", f.Trailer.Ceiling, f.Trailer.Commit, f.Trailer.Reason)
}

// accepted says of each accepted verdict how far it moved, who accepts that, and why.
func (d Document) accepted() []string {
	var said []string
	label := d.labels()
	for _, v := range d.Report.Verdicts {
		if v.Outcome == policy.Accepted {
			said = append(said, sentence(fmt.Sprintf("%s: its %s, within %s", label(v), movement(v), ceiling(v.Reason.Facts))))
		}
	}
	return said
}

// needless says of trailers that no verdict needed, that they cannot accept what drifted, or that there is no verdict on what they
// name.
func (d Document) needless() []string {
	var said []string
	for _, t := range d.Report.Trailers {
		what := ""
		switch t.Use {
		case policy.Unneeded:
			what = "no verdict needed the trailer"
		case policy.Crept:
			what = "what has drifted since the anchor is not accepted by the trailer"
		case policy.Unjudged:
			what = "this gate has no verdict on what the trailer names"
		default:
			continue
		}
		said = append(said, fmt.Sprintf("%s of commit %.12s, line %d: %s", what, t.Commit, t.Line, t))
	}
	return said
}
