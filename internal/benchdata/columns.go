package benchdata

import "slices"

// ReadColumns is [ReadFiles] for results that are only to be compared with others: of each benchmark it keeps Columns, and of its
// runs the first, without values, which says where it stands. So a value takes 8 bytes, where runs take three times that and 56
// bytes each, and files may be larger: see columnLimits. What all files hold together is bounded as one file is.
func (as Reader) ReadColumns(patterns ...string) (*Set, error) {
	return as.readFiles(patterns, columnLimits, (*parser).columns)
}

// columnLimits bound what [Reader.ReadColumns] keeps: half a gigabyte of values, a quarter of a million benchmarks with eight units
// each, and 64 MiB of names. A file of two gigabytes may be mostly what tests print, which is not kept at all.
var columnLimits = func() limits {
	lim := defaultLimits
	lim.file, lim.results, lim.values, lim.benchmarks, lim.runs, lim.series = 2<<30, 1<<24, 1<<26, 1<<18, 1<<17, 1<<21
	return lim
}()

// columns reads everything into Columns.
func (p *parser) columns() (*Set, error) {
	p.columnar = true
	return p.read()
}

// Columns are the runs of a benchmark by unit. They are not for concurrent use while they grow.
type Columns struct {
	Runs   int         // how many
	Iters  int         // the fewest of any run
	Units  []string    // in order of first appearance
	Values [][]float64 // of each unit, one per run that has it, in the order measured
}

// add adds a run. hint is how many there may be. It returns how many units are new.
func (c *Columns) add(run Run, hint int) (units int) {
	had := len(c.Units)
	if c.Runs == 0 || run.Iters < c.Iters {
		c.Iters = run.Iters
	}
	c.Runs++
	for i, v := range run.Values {
		if i >= len(c.Units) || c.Units[i] != v.Unit { // almost all runs have the same units
			if i = slices.Index(c.Units[:had], v.Unit); i < 0 { // no run has one twice
				i = len(c.Units)
				c.Units = append(c.Units, v.Unit)
				c.Values = append(c.Values, make([]float64, 0, max(hint, 1)))
			}
		}
		c.Values[i] = append(c.Values[i], v.Value)
	}
	return len(c.Units) - had
}

// join is c with the runs of o behind its own. Both stay as they are.
func (c *Columns) join(o *Columns) *Columns {
	joined := &Columns{Runs: c.Runs + o.Runs, Iters: min(c.Iters, o.Iters), Units: slices.Clone(c.Units)}
	for _, values := range c.Values {
		joined.Values = append(joined.Values, slices.Clip(values)) // an append must not write into c's array
	}
	for i, unit := range o.Units {
		at := slices.Index(joined.Units, unit)
		if at < 0 {
			at = len(joined.Units)
			joined.Units, joined.Values = append(joined.Units, unit), append(joined.Values, nil)
		}
		joined.Values[at] = append(joined.Values[at], o.Values[i]...)
	}
	return joined
}

// with is b with the runs of o behind its own. It may write behind those of b; o stays as it is.
func (b Benchmark) with(o Benchmark) Benchmark {
	if b.Columns == nil && o.Columns == nil {
		b.Runs = append(b.Runs, o.Runs...)
		return b
	}
	b = b.inColumns()
	b.Columns = b.Columns.join(o.inColumns().Columns)
	return b
}

// inColumns is b as ReadColumns would have it.
func (b Benchmark) inColumns() Benchmark {
	if b.Columns != nil || len(b.Runs) == 0 {
		return b
	}
	b.Columns = &Columns{}
	for _, run := range b.Runs {
		b.Columns.add(run, len(b.Runs))
	}
	b.Runs = []Run{{File: b.Runs[0].File, Line: b.Runs[0].Line, Iters: b.Runs[0].Iters}}
	return b
}
