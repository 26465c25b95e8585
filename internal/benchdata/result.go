package benchdata

import (
	"strconv"
	"unicode/utf8"

	"golang.org/x/perf/benchfmt"

	"github.com/tailgate-go/tailgate/policy"
)

// result takes over one result.
func (p *parser) result(rec *benchfmt.Result) {
	p.results++
	p.values += len(rec.Values)
	if p.results > p.lim.results {
		p.exceed(p.line, strconv.Itoa(p.lim.results)+" results")
		return
	}
	if p.values > p.lim.values {
		p.exceed(p.line, strconv.Itoa(p.lim.values)+" values")
		return
	}
	p.from.opened(p.line)
	p.agree()

	b, ok := p.benchmark(rec.Name)
	if !ok {
		return
	}
	run := Run{File: p.name, Line: p.line, Iters: rec.Iters, Values: p.take(len(rec.Values))}
	for i, v := range rec.Values {
		// benchfmt tidies ns to sec and MB to B, except for values that this would not change: 0 and Inf.
		run.Values[i] = Value{v.Unit, v.Value}
		if v.OrigUnit != "" {
			run.Values[i] = Value{v.OrigUnit, v.OrigValue}
		}
	}
	run, spared := p.as.Spare(run, p.names[b].printed)
	p.set.Spared = p.set.Spared.With(spared)
	layout := p.layouts.of(run.Values)
	if p.layouts.units > p.lim.units {
		p.exceed(p.line, strconv.Itoa(p.lim.units)+" units")
		return
	}
	if !p.roomForText(p.line) {
		return
	}
	for i := range run.Values {
		run.Values[i].Unit = layout.units[i] // one string for all runs: benchfmt forgets its own after 1,024
	}
	for _, f := range layout.check(run.Iters, run.Values) {
		p.problem(Problem{Line: p.line, Benchmark: printable(p.names[b].printed), Fact: f.fact, Fix: f.fix})
	}
	if p.columnar {
		p.keepColumns(b, run)
		return
	}
	runs := &p.set.Benchmarks[b].Runs
	if *runs == nil && b > 0 {
		// As many as the benchmark before: -count is the same for all.
		*runs = make([]Run, 0, len(p.set.Benchmarks[b-1].Runs))
	}
	*runs = append(*runs, run)
}

// keepColumns adds a run to the columns of benchmark b.
func (p *parser) keepColumns(b int, run Run) {
	of := &p.set.Benchmarks[b]
	if of.Columns == nil {
		of.Columns = &Columns{}
		of.Runs = []Run{{File: run.File, Line: run.Line, Iters: run.Iters}}
	}
	hint := 0
	if b > 0 {
		hint = p.set.Benchmarks[b-1].Columns.Runs // -count is the same for all
	}
	if p.reserved+hint*len(run.Values) > p.values {
		hint = 0 // no more room is made in advance than was needed so far: a short line could ask for gigabytes
	}
	if of.Columns.Runs == p.lim.runs {
		p.exceed(p.line, strconv.Itoa(p.lim.runs)+" runs of "+printable(p.names[b].printed))
		return
	}
	units := of.Columns.add(run, hint)
	p.series += units
	p.reserved += units * hint
	if p.series > p.lim.series {
		p.exceed(p.line, tooManySeries(p.lim.series))
		return
	}
	p.pool = run.Values // to be written over by the next
}

// take returns room for n values, cut from blocks: a result line costs no allocation of its own.
func (p *parser) take(n int) []Value {
	const block = 1 << 10 // 24 KiB
	if n > len(p.pool) {
		p.pool = make([]Value, max(n, block))
	}
	values := p.pool[:n:n]
	p.pool = p.pool[n:]
	return values
}

// benchmark returns the index of the benchmark of this name in the package of the line, unless that is one too many. What its name
// means is settled at the end: see reading.
func (p *parser) benchmark(name []byte) (b int, ok bool) {
	pkg, own := p.from.pkg(), -1
	if said := p.from.said; p.from.hasSaid && len(name) >= len(said) && string(name[:len(said)]) == said &&
		isSuffix(string(name[len(said):])) {
		own = len(said)
	}
	if p.last >= 0 {
		if last := p.names[p.last]; string(name) == last.printed && own == last.own && pkg == last.pkg {
			return p.last, true
		}
	}
	b, ok = p.byName[printedName{pkg, string(name), own}]
	if !ok {
		b = len(p.set.Benchmarks)
		if b >= p.lim.benchmarks {
			p.exceed(p.line, strconv.Itoa(p.lim.benchmarks)+" benchmarks")
			return 0, false
		}
		p.text += len(pkg) + len(name)
		if !p.roomForText(p.line) {
			return 0, false
		}
		n := printedName{pkg, string(name), own}
		if !utf8.ValidString(n.printed) {
			p.problem(Problem{Line: p.line, Benchmark: quote(n.printed), Fact: "the name is not UTF-8",
				Fix: "name benchmarks in UTF-8"})
		}
		p.byName[n] = b
		p.names = append(p.names, n)
		p.set.Benchmarks = append(p.set.Benchmarks, Benchmark{ID: policy.ID{Package: pkg}})
	}
	p.last = b
	return b, true
}

// unit takes over one piece of unit metadata.
func (p *parser) unit(rec *benchfmt.UnitMetadata) {
	if !utf8.ValidString(rec.OrigUnit) {
		p.problem(Problem{Line: p.line, Fact: "unit " + quote(rec.OrigUnit) + " is not UTF-8", Fix: "name units in UTF-8"})
		return
	}
	p.metadata++
	if p.metadata > p.lim.units {
		p.exceed(p.line, strconv.Itoa(p.lim.units)+" statements in Unit lines")
		return
	}
	p.text += len(rec.OrigUnit) + len(rec.Key) + len(rec.Value)
	if !p.roomForText(p.line) {
		return
	}
	if rec.Key != "better" {
		return
	}
	d, ok := direction(rec.Value)
	if !ok {
		p.problem(Problem{Line: p.line, Fact: "better=" + printable(rec.Value) + " for unit " + printable(rec.OrigUnit),
			Fix: "write better=lower or better=higher"})
		return
	}
	p.set.Better[rec.OrigUnit] = d
}

func direction(better string) (int, bool) {
	switch better {
	case "lower":
		return -1, true
	case "higher":
		return +1, true
	}
	return 0, false
}
