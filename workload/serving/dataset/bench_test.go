package dataset

import (
	"bytes"
	"testing"
)

// BenchmarkRead reads conversations of ShareGPT's lengths: bytes per second.
func BenchmarkRead(b *testing.B) {
	var file bytes.Buffer
	if err := Synthesize(&file, Styles[0], 1000, Filter{}, 1); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read("bench", bytes.NewReader(file.Bytes()), Options{Filter: LoadGenerator(1024, 1024)}); err != nil {
			b.Fatal(err)
		}
	}
}
