package report

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Cause says where the requests of a regressed benchmark cost more, by profiles of both sides or by the metrics of both servers.
type Cause struct {
	policy.ID
	// Of is what the profiles counted: "CPU time", "allocated memory", "waiting"; or [Servers].
	Of   string
	Unit string // of the costs: "ns", "B"
	// Plain says that the benchmark has no Recorder: what it serves are operations, not requests.
	Plain bool
	// Baseline and Candidate are what a request cost by the profiles, over Requests of each side.
	Baseline, Candidate float64
	Requests            int64
	// Measured is what a request took, or allocated, in the same turns by the benchmark's own timer and counters, in the unit; zero
	// when not known.
	Measured Costs
	// Functions are those that grew beyond the luck of sampling, the one that grew most first.
	Functions []CostlyFunction
	// Parts are those of the work of servers.
	Parts []ServerPart
	// Doubts say why Functions is empty, or what qualifies it.
	Doubts []Doubt
	// Problem is why it could not be profiled, of NotProfiled.
	Problem policy.Reason
	// Command opens the difference of both profiles, from the folder of results; empty when there are none there.
	Command string
	// Elsewhere names the owner of the results that have the profiles, if these results have none.
	Elsewhere string
}

// Costs are what a request costs on both sides.
type Costs struct{ Baseline, Candidate float64 }

// Growth is what a request costs more.
func (c Costs) Growth() float64 { return c.Candidate - c.Baseline }

// CostlyFunction is a function that costs more per request than it did, with what it calls in the standard library.
type CostlyFunction struct {
	Name, Via           string // Via: the function of the tested module that calls it; empty if it is of that module itself
	File                string
	Line                int64
	Baseline, Candidate float64 // of a request, in the cause's unit
}

// Growth is what f costs a request more.
func (f CostlyFunction) Growth() float64 { return f.Candidate - f.Baseline }

// request is what a benchmark serves, with its article.
func (c Cause) request() string {
	if c.Plain {
		return "an operation"
	}
	return "a request"
}

// requests are several.
func (c Cause) requests() string {
	if c.Plain {
		return "operations"
	}
	return "requests"
}

// headline is the whole change: "CPU time of a request: +1.31 ms, from 4.10 to 5.41 ms (812 profiled requests a side)". If that
// does not explain what was measured, it says so instead.
func (c Cause) headline() string {
	if c.Of == Servers {
		return c.serversHeadline()
	}
	if c.Requests == 0 {
		return c.Of + ": not known"
	}
	s := c.costs()
	profiled := fmt.Sprintf("(%d profiled %s a side)", c.Requests, c.requests())
	of := c.Of + " of " + c.request()
	change := fmt.Sprintf("from %s to %s %s", s.number(c.Baseline), s.number(c.Candidate), s.unit)
	switch {
	case c.doubts(NotAgain):
		return fmt.Sprintf("%s does not tell why: what grew did not grow while it was profiled %s", of, profiled)
	case c.doubts(OtherWay):
		return fmt.Sprintf("%s does not explain it: it fell, %s %s", of, change, profiled)
	}
	return fmt.Sprintf("%s: %s %s, %s %s", of, s.signed(c.sum().grown), s.unit, change, profiled)
}

// costlyLine is a term of the sum as a row of a table: "+1.25 ms", "shop.tokenize (tokenize.go:12)", "95 % of the added time". If
// no single function is behind it, Function is empty and Sum says what is.
type costlyLine struct{ Grown, Function, Share, Sum string }

func (c Cause) line(f CostlyFunction) costlyLine {
	s := c.costs()
	name := functionName(f.Name)
	if f.Line > 0 {
		name += fmt.Sprintf(" (%s:%d)", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
	}
	if f.Via != "" {
		name += ", from " + functionName(f.Via)
	}
	return costlyLine{Grown: s.signed(f.Growth()) + " " + s.unit, Function: cell(name), Share: c.share(f)}
}

func (l costlyLine) String() string {
	text := l.Grown + " " + l.Function + l.Sum
	if l.Share != "" {
		text += ", " + l.Share
	}
	return text
}

// share is how much of the change f explains: of what was measured if that is known, else of what the profiles have. It may be more
// than all of it; it is empty where there is no growth to explain.
func (c Cause) share(f CostlyFunction) string {
	whole, of := c.Candidate-c.Baseline, "the growth"
	if c.Measured != (Costs{}) {
		whole = c.Measured.Growth()
		if c.Unit == "ns" {
			of = "the added time"
		}
	}
	if !(whole > 0) {
		return ""
	}
	return fmt.Sprintf("%.0f %% of %s", 100*f.Growth()/whole, of)
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
	for _, term := range c.terms() {
		lines = append(lines, term.String())
	}
	for _, doubt := range c.Doubts {
		lines = append(lines, c.words(doubt))
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
		if c.ID == v.ID && len(c.Functions) > 0 && !c.doubts(NotAgain, OtherWay) {
			first := c.line(c.Functions[0])
			text := fmt.Sprintf("The function that grew most is %s: %s of %s", first.Function, first.Grown, c.Of)
			if first.Share != "" {
				text += ", " + first.Share
			}
			return text + "."
		}
		if c.ID == v.ID && c.grew() != "" {
			return "By the servers' own metrics " + c.grew() + "."
		}
	}
	return ""
}

// causeView is a cause on the page.
type causeView struct {
	Headline, Command, Elsewhere string
	Doubts                       []string
	Rows                         []costlyLine
}

func (d Document) causeViews(id policy.ID) []causeView {
	var views []causeView
	for _, c := range d.causes(id) {
		v := causeView{
			Headline: cell(c.headline()), Command: continued.Replace(oneLine(c.Command)), Elsewhere: cell(c.elsewhere()), Rows: c.terms(),
		}
		for _, doubt := range c.Doubts {
			v.Doubts = append(v.Doubts, plain(cut(c.words(doubt), mostOfReason)))
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
