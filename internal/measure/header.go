package measure

import (
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/internal/benchdata"
)

// header describes one side. What differs between the sides stands in comments: benchstat puts files whose configuration
// differs into separate tables and compares nothing.
func (g *gate) header(i int, set *benchdata.Set) benchdata.Header {
	s := g.sides[i]
	h := benchdata.Header{
		Config: map[string]string{},
		Provenance: benchdata.Provenance{
			"side": {s.name}, "source": {s.source.Side.What}, "commit": {s.source.Side.Commit},
			"dirty": {strconv.FormatBool(s.source.Side.Dirty)}, "load": {readMachine().loadText()},
			"seed": {strconv.FormatUint(g.order.Seed, 10)},
		},
		Better: map[string]int{},
	}
	for key, value := range set.Config {
		h.Config[key] = value
	}
	h.Config["gomaxprocs"] = strconv.Itoa(runtime.GOMAXPROCS(0))
	var binaries []string
	for _, path := range slices.Sorted(maps.Keys(s.bins)) {
		binaries = append(binaries, path+" sha256:"+s.bins[path].SHA256)
		h.Provenance["go"] = []string{s.bins[path].GoVersion}
	}
	h.Provenance["binary"] = []string{strings.Join(binaries, "; ")}
	if version := goVersion(g.sides[baselineSide], g.sides[candidateSide], s); version != "" {
		h.Config["go"] = version
		delete(h.Provenance, "go")
	}
	if i == candidateSide {
		h.Provenance["planted"] = []string{g.order.Plant.String()}
	}
	for unit, better := range set.Better {
		h.Better[unit] = better
	}
	return h
}
