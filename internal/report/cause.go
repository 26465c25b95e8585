package report

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Cause is what profiles of both sides say of a benchmark that regressed: where its requests came to cost more.
type Cause struct {
	policy.ID
	// Of is what the profiles counted: "CPU time", "allocated memory", "waiting".
	Of   string
	Unit string // of the costs: "ns", "B"
	// Baseline and Candidate are what a request cost, over Requests of each side.
	Baseline, Candidate float64
	Requests            int64
	// Took is how much longer a request took in the profiled turns, in nanoseconds; 0 when not known.
	Took float64
	// Functions are those that grew beyond the luck of sampling, the one that grew most first.
	Functions []CostlyFunction
	// Doubt is why there are none, or what else there is to know; empty when there is nothing to add.
	Doubt Doubt
	// Problem is why it could not be profiled, of NotProfiled.
	Problem policy.Reason
	// Command opens the difference of both profiles, from the folder of results; empty when there are none there.
	Command string
	// Elsewhere names whose results have the profiles, where these have none; empty when nobody's.
	Elsewhere string
}

// CostlyFunction is a function that costs more per request than it did, with what it calls in the standard library.
type CostlyFunction struct {
	Name, Via           string // Via: the function of the tested module that calls it; empty if it is of that module itself
	File                string
	Line                int64
	Baseline, Candidate float64 // of a request, in the cause's unit
}

// costs is how costs are shown: times as everywhere, bytes as they are.
func (c Cause) costs() scale {
	unit := c.Unit
	if unit == "ns" {
		unit = "ns/op"
	}
	return scaleOf(unit, c.Baseline, c.Candidate)
}

// headline is the whole change: "CPU time of a request +1.31 ms, from 4.10 to 5.41 (812 requests a side)".
func (c Cause) headline() string {
	if c.Requests == 0 {
		return c.Of + ": not known"
	}
	s := c.costs()
	return fmt.Sprintf("%s of a request: %s %s, from %s to %s %s (%d profiled requests a side)",
		c.Of, s.signed(c.Candidate-c.Baseline), s.unit, s.number(c.Baseline), s.number(c.Candidate), s.unit, c.Requests)
}

// costlyLine is a function as a row of a table: "+1.25 ms", "shop.tokenize (tokenize.go:12)", "95 % of the added time".
type costlyLine struct{ Grown, Function, Share string }

func (c Cause) line(f CostlyFunction) costlyLine {
	s := c.costs()
	name := functionName(f.Name)
	if f.Line > 0 {
		name += fmt.Sprintf(" (%s:%d)", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
	}
	if f.Via != "" {
		name += ", from " + functionName(f.Via)
	}
	return costlyLine{s.signed(f.Candidate-f.Baseline) + " " + s.unit, cell(name), c.share(f)}
}

func (l costlyLine) String() string {
	text := l.Grown + " " + l.Function
	if l.Share != "" {
		text += ", " + l.Share
	}
	return text
}

// share is how much of the change f explains: of the time that requests take longer if that is known and no less,
// else of what they cost more.
func (c Cause) share(f CostlyFunction) string {
	whole, of := c.Candidate-c.Baseline, "the growth"
	if c.Unit == "ns" && c.Took >= f.Candidate-f.Baseline {
		whole, of = c.Took, "the added time"
	}
	if !(whole > 0) {
		return ""
	}
	return fmt.Sprintf("%.0f %% of %s", 100*min((f.Candidate-f.Baseline)/whole, 1), of)
}

// functionName is a function without the path of its package: "shop.tokenize".
func functionName(name string) string {
	path, arguments, generic := strings.Cut(name, "[")
	path = strings.ReplaceAll(path[strings.LastIndexByte(path, '/')+1:], "%2e", ".")
	if generic {
		return path + "[" + arguments
	}
	return path
}

// causes are those of a benchmark.
func (d Document) causes(id policy.ID) []Cause {
	var of []Cause
	for _, c := range d.Causes {
		if c.ID == id {
			of = append(of, c)
		}
	}
	return of
}

// lines are what a cause has to say, the most telling first.
func (c Cause) lines() []string {
	lines := []string{c.headline()}
	for _, f := range c.Functions {
		lines = append(lines, c.line(f).String())
	}
	if doubt := c.doubt(); doubt != "" {
		lines = append(lines, doubt)
	}
	if where := c.elsewhere(); where != "" {
		lines = append(lines, where)
	}
	return lines
}

func (c Cause) elsewhere() string {
	if c.Elsewhere == "" {
		return ""
	}
	return "its profiles are with the results of " + c.Elsewhere
}

// why shows the causes below a benchmark's verdicts.
func (b *terminal) why(d Document, g group) {
	for _, c := range d.causes(g.of.ID) {
		b.line("")
		name := "why"
		for _, line := range c.lines() {
			b.item(name, cell(line))
			name = ""
		}
		if c.Command != "" {
			b.item("look", "from the folder of results:\n"+continued.Replace(c.Command))
		}
	}
	for _, v := range g.verdicts {
		if stage := d.stage(v); stage != "" && v.Outcome == policy.Regressed {
			b.item("stage", stage)
		}
	}
}

// accused is the sentence that names the function that grew most, of the cause of a verdict; empty when none is known.
func (d Document) accused(v policy.Verdict) string {
	for _, c := range d.Causes {
		if c.ID == v.ID && len(c.Functions) > 0 {
			first := c.line(c.Functions[0])
			text := fmt.Sprintf("Of its functions %s grew most: %s of %s", first.Function, first.Grown, c.Of)
			if first.Share != "" {
				text += ", " + first.Share
			}
			return text + "."
		}
	}
	return ""
}

// causeView is a cause on the page.
type causeView struct {
	Headline, Doubt, Command, Elsewhere string
	Rows                                []costlyLine
}

func (d Document) causeViews(id policy.ID) []causeView {
	var views []causeView
	for _, c := range d.causes(id) {
		v := causeView{
			Headline: cell(c.headline()), Doubt: plain(cut(c.doubt(), mostOfReason)), Command: continued.Replace(oneLine(c.Command)),
			Elsewhere: cell(c.elsewhere()),
		}
		for _, f := range c.Functions {
			v.Rows = append(v.Rows, c.line(f))
		}
		views = append(views, v)
	}
	return views
}

// continued breaks a command into lines that a shell takes as one.
var continued = strings.NewReplacer(" -diff_base", " \\\n  -diff_base", " profiles/", " \\\n  profiles/")

// mostOfCauses is how many bytes of the Markdown causes may have.
const mostOfCauses = 6 << 10

// causeList is the same for a page.
func (d Document) causeList() string {
	var items []string
	for _, c := range d.Causes {
		text := fmt.Sprintf("- %s: %s\n", code(c.Name), prose(c.headline()))
		for _, line := range c.lines()[1:] {
			text += "  - " + prose(line) + "\n"
		}
		if c.Command != "" {
			text += "  - from the folder of results: " + code(c.Command) + "\n"
		}
		items = append(items, text)
	}
	if len(items) == 0 {
		return ""
	}
	return "\n### Why\n\n" + lines(items, mostOfCauses, "causes")
}
