package benchdata

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// dashboard makes n result lines as the Go dashboard keeps them: some thousand benchmarks of several packages, twenty
// runs each, a third of them with five units more.
func dashboard(n int) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("goos: linux\ngoarch: amd64\ncpu: Some CPU @ 2.00GHz\n")
	for i := range n {
		if i%5000 == 0 {
			fmt.Fprintf(&b, "pkg: example.com/pkg%d\n", i/5000)
		}
		fmt.Fprintf(&b, "BenchmarkServe/workload=prefill/rate=%d-16 \t%8d\t%10.1f ns/op", i/20, 1000+rnd.IntN(1000), 1e6*rnd.Float64()+1)
		if i/20%3 == 0 {
			p50 := 1000 + rnd.IntN(100000)
			fmt.Fprintf(&b, "\t%10d p50-ns\t%10d p95-ns\t%10d p99-ns", p50, p50+rnd.IntN(1000), p50+1000+rnd.IntN(10000))
			fmt.Fprintf(&b, "\t%8d B/op\t%8d allocs/op", rnd.IntN(10000), rnd.IntN(100))
		}
		b.WriteByte('\n')
	}
	b.WriteString("PASS\n")
	return b.Bytes()
}

const dashboardLines = 176_726

func BenchmarkRead(b *testing.B) {
	data := dashboard(dashboardLines)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		set, err := Read(bytes.NewReader(data), "x")
		if err != nil || len(set.Benchmarks) < dashboardLines/20 {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadEvents(b *testing.B) {
	var events bytes.Buffer
	for line := range bytes.Lines(dashboard(dashboardLines / 10)) {
		if i := bytes.IndexByte(line, '\t'); i > 0 {
			events.WriteString(said(string(line[:i+1])))
			line = line[i+1:]
		}
		events.WriteString(said(string(line)))
	}
	events.WriteString(passed)
	b.SetBytes(int64(events.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(events.Bytes()), "x"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriter(b *testing.B) {
	set, err := Read(bytes.NewReader(dashboard(dashboardLines/10)), "x")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		w := NewWriter(io.Discard, Header{Config: set.Config})
		for _, bench := range set.Benchmarks {
			if err := w.Write(bench); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestReadAllocatesLittle(t *testing.T) {
	const lines = 20_000
	data := dashboard(lines)
	total := allocated(func() {
		_, err := Read(bytes.NewReader(data), "x")
		require.NoError(t, err)
	})
	require.Less(t, total/lines, uint64(250), "bytes per line")
}
