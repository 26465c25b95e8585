package dataset

import (
	"bytes"
	"os"
	"slices"
	"testing"
)

// BenchmarkRead reads 1000 conversations of ShareGPT's lengths: bytes per second.
func BenchmarkRead(b *testing.B) {
	shipped, err := os.ReadFile("../../../testdata/datasets/sharegpt.json") // has 40
	if err != nil {
		b.Fatal(err)
	}
	inside := bytes.TrimSuffix(bytes.TrimPrefix(shipped, []byte("[\n")), []byte("\n]\n"))
	file := slices.Concat([]byte("["), bytes.Join(slices.Repeat([][]byte{inside}, 1000/40), []byte(",")), []byte("]"))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		set, err := Read("bench", bytes.NewReader(file), Options{Filter: LoadGenerator(1024, 1024)})
		if err != nil || set.Conversations != 1000 {
			b.Fatal(set.Conversations, err)
		}
	}
}
