package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// room is how many bytes each part of a Markdown report may have, beside the reasons' and the error's own bounds.
type room struct{ failing, reasons, passing, plain, rates, measured, noise, provenance int }

var (
	// inComment keeps under the 65,536 characters that GitHub takes for a comment.
	inComment = room{
		failing: 14 << 10, reasons: 10 << 10, passing: 6 << 10, plain: 6 << 10, rates: 8 << 10, measured: 6 << 10, noise: 4 << 10,
		provenance: 6 << 10,
	}
	// onJobPage keeps under the 1 MiB that GitHub takes for the summary of a step.
	onJobPage = room{
		failing: 300 << 10, reasons: 100 << 10, passing: 200 << 10, plain: 100 << 10, rates: 150 << 10, measured: 200 << 10,
		noise: 50 << 10, provenance: 20 << 10,
	}
)

// openly is how many verdicts that pass a report without any that fail shows unfolded.
const openly = 12

// Markdown is the report for a comment such as a pull request's, under 65,536 bytes: what fails first, and the details folded.
func (d Document) Markdown() string { return d.markdown(inComment) }

// Summary is the same for GITHUB_STEP_SUMMARY, under 1 MiB.
func (d Document) Summary() string { return d.markdown(onJobPage) }

func (d Document) markdown(most room) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n**%s**\n\n- %s\n", strings.TrimSpace("## tailgate "+code(d.Name)), prose(d.headline()), prose(d.finding()))
	for _, s := range d.evidence() {
		b.WriteString("- " + prose(s) + "\n")
	}
	if d.Error != "" {
		b.WriteString("\n" + fenced(d.Error, mostOfError, ""))
	}
	verdicts := d.told()
	slices.SortStableFunc(verdicts, func(a, b policy.Verdict) int { return byGravity(b, a) })
	fails := 0
	for fails < len(verdicts) && verdicts[fails].Fails {
		fails++
	}
	failing, passing := verdicts[:fails], verdicts[fails:]
	label, groups := d.labels(), d.groups()
	plain := newPlainPart(groups)
	failing, passing = plain.tabled(failing), plain.tabled(passing)
	b.WriteString(verdictTable(failing, label, most.failing))
	b.WriteString(reasons(verdicts, label, plain, most.reasons))
	b.WriteString(d.acceptList())
	b.WriteString(d.causeList())
	if table := verdictTable(passing, label, most.passing); fails == 0 && len(passing) <= openly {
		b.WriteString(table)
	} else {
		b.WriteString(folded(count(len(passing), "rule that passes", "rules that pass")+plain.inFull(), table))
	}
	b.WriteString(plain.section(label, most.plain, fails > 0))
	b.WriteString(d.ratedTables(most.rates))
	b.WriteString(folded("What was measured", measuredTable(groups, label, most.measured)))
	b.WriteString(folded("Noise", noiseList(groups, label, plain, most.noise)))
	b.WriteString(folded("What was compared", "\n"+d.provenanceList(most.provenance)))
	return b.String()
}

// folded is a part that a reader opens; nothing when it is empty.
func folded(title, text string) string {
	if text == "" {
		return ""
	}
	return "\n<details><summary>" + title + "</summary>\n" + text + "\n</details>\n"
}

// listing is lines until they have most bytes. Lines that find no room are not made: there may be thousands of them.
type listing struct {
	strings.Builder
	most      int
	all, left int // lines, and those without room
}

func (l *listing) add(line func() string) {
	l.all++
	if l.left == 0 {
		if text := line(); l.Len()+len(text) <= l.most {
			l.WriteString(text)
			return
		}
	}
	l.left++
}

// text is what there is room for, and how many of what are left out.
func (l *listing) text(what string) string {
	if l.left > 0 {
		return fmt.Sprintf("%s\nLeft out here: %d of %d %s.\n", l, l.left, l.all, what)
	}
	return l.String()
}

// lines joins lines until they have most bytes, and says how many are left out.
func lines(all []string, most int, what string) string {
	l := listing{most: most}
	for _, line := range all {
		l.add(func() string { return line })
	}
	return l.text(what)
}

func tableRow(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func verdictTable(verdicts []policy.Verdict, label func(policy.Verdict) string, most int) string {
	if len(verdicts) == 0 {
		return ""
	}
	rows, anchored := listing{most: most}, hasAnchor(verdicts)
	with := func(since string, cells ...string) string { // the interval is followed by the change since the anchor
		if anchored {
			cells = slices.Insert(cells, 9, since)
		}
		return tableRow(cells...)
	}
	for _, v := range verdicts {
		rows.add(func() string {
			r, s := newRow(v.Unit, v.Baseline, v.Candidate, v.ChangePercent), newStatement(v)
			if s.detectable == "" {
				s.interval, s.p, s.detectable = missing, missing, missing
			}
			status := strings.TrimSpace(bold(v) + " " + prose(little(v)))
			return with(prose(shortSinceAnchor(v)), status, code(label(v)), prose(title(v.Unit)), prose(r.unit),
				r.baseline, r.candidate, r.change, r.percent, prose(s.interval), s.p, s.detectable, prose(cellLimits(v)))
		})
	}
	head := with("since anchor", "status", "workflow", "metric", "unit", "baseline", "candidate", "change", "change %",
		"interval", "evidence", "smallest detectable", "limits")
	rule := with("--:", "---", "---", "---", "---", "--:", "--:", "--:", "--:", "--:", "---", "--:", "---")
	return "\n" + head + strings.ReplaceAll(rule, " ", "") + rows.text("verdicts")
}

// bold is the outcome, so that what fails is not overlooked.
func bold(v policy.Verdict) string {
	if v.Fails {
		return "**" + prose(string(v.Outcome)) + "**"
	}
	return prose(string(v.Outcome))
}

// reasons are those of the verdicts that are not ok, or ok for another reason than what was measured on both sides. Plain
// benchmarks share theirs.
func reasons(verdicts []policy.Verdict, label func(policy.Verdict) string, plain *plainPart, most int) string {
	var items []string
	var last string
	var sharing []policy.Verdict
	for _, v := range verdicts {
		if explained(v) {
			continue
		}
		if plain.ids[v.ID] {
			sharing = append(sharing, v)
			continue
		}
		head := fmt.Sprintf("- %s %s %s:", bold(v), code(label(v)), prose(title(v.Unit)))
		why := reason(v)
		switch isLong := strings.Contains(strings.TrimSpace(why), "\n"); {
		case isLong && why == last:
			items = append(items, head+" as above\n")
		case isLong:
			items = append(items, head+"\n"+fenced(why, mostOfReason, "  "))
		default:
			items = append(items, strings.TrimSpace(head+" "+prose(why))+"\n")
		}
		last = why
	}
	for _, s := range sharedReasons(sharing, label) {
		items = append(items, s.markdown())
	}
	if len(items) == 0 {
		return ""
	}
	return "\n### Reasons\n\n" + lines(items, most, "reasons")
}

// noiseList says what was seen to disturb each benchmark, and plain ones together.
func noiseList(groups []group, label func(policy.Verdict) string, plain *plainPart, most int) string {
	var items []string
	for _, g := range groups {
		if plain.ids[g.of.ID] {
			continue
		}
		if seen := noise(g.of.Noise); seen != "" {
			items = append(items, fmt.Sprintf("- %s: %s\n", code(label(g.verdicts[0])), prose(seen)))
		}
	}
	if of := plain.noise(label); of != "" {
		items = append(items, of)
	}
	if len(items) == 0 {
		return ""
	}
	return "\n" + lines(items, most, "benchmarks")
}

// provenanceList says what was compared, and under which circumstances.
func (d Document) provenanceList(most int) string {
	items := []string{"- baseline: " + d.Baseline.markdown(), "- candidate: " + d.Candidate.markdown()}
	if d.Anchor != nil {
		items = append(items, "- anchor: "+d.Anchor.markdown())
	}
	add := func(name, value string) {
		if value != "" {
			items = append(items, "- "+name+": "+value)
		}
	}
	if d.Planted != "" {
		add("planted", code(d.Planted)+d.plantedIn())
	}
	add("machine", prose(d.machine()))
	for _, s := range d.Settings {
		add("setting", code(s.Name+" = "+s.Value)+" (from "+code(s.Source)+")")
	}
	add("took", prose(d.spent()))
	if d.Out != "" {
		add("results", code(d.Out)+", with charts in report.html")
	}
	for _, c := range d.Again {
		add(prose(strings.TrimSuffix(c.Purpose, ":")), code(c.Line))
	}
	for _, note := range some(d.notes(), "notes") {
		add("note", prose(note))
	}
	if names := d.unjudged(); len(names) > 0 {
		add("unjudged", code(strings.Join(some(names, "benchmarks"), ", "))+": no rule of the policy speaks of it")
	}
	for i := range items {
		items[i] = strings.TrimRight(items[i], " ") + "\n"
	}
	return lines(items, most, "facts")
}

func (s Side) markdown() string {
	switch {
	case s.What == "":
		return "none"
	case s.Why == "":
		return code(s.What)
	}
	return code(s.What) + ": " + prose(s.Why)
}

// measuredTable is all that the terminal shows of each benchmark; of a plain one that is ok its line has that.
func measuredTable(groups []group, label func(policy.Verdict) string, most int) string {
	l := listing{most: most}
	staged := slices.ContainsFunc(groups, func(g group) bool { return ofRequests(g.of) })
	line := func(workflow, stage string, more ...string) string {
		if staged {
			more = slices.Insert(more, 0, stage)
		}
		return tableRow(slices.Insert(more, 0, workflow)...)
	}
	for _, g := range groups {
		shown := rows(g.of, g.verdicts)
		if g.plain() {
			if shown = besideLine(shown); len(g.concerning()) == 0 {
				continue
			}
		}
		for _, r := range shown {
			l.add(func() string {
				return line(code(label(g.verdicts[0])), prose(r.stage), prose(r.metric), prose(r.unit), r.baseline,
					r.candidate, r.change, r.percent)
			})
		}
	}
	if l.all == 0 {
		return ""
	}
	return "\n" + line("workflow", "stage", "metric", "unit", "baseline", "candidate", "change", "change %") +
		strings.Repeat("|---", strings.Count(line("", ""), "|")+1) + "|--:|--:|--:|--:|\n" + l.text("metrics")
}
