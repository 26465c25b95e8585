package kernel

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHalfIsBinary16(t *testing.T) {
	for bits := range 1 << 16 {
		sign, exponent, fraction := 1-2*(bits>>15), bits>>10&31, bits&1023
		want := float64(sign) * math.Ldexp(1+float64(fraction)/1024, exponent-15)
		switch {
		case exponent == 0:
			want = float64(sign) * math.Ldexp(float64(fraction), -24)
		case exponent == 31 && fraction == 0:
			want = math.Inf(sign)
		case exponent == 31:
			require.True(t, math.IsNaN(float64(half(uint16(bits)))), "%04x", bits)
			continue
		}
		require.Equal(t, want, float64(half(uint16(bits))), "%04x", bits)
	}
	assert.True(t, math.Signbit(float64(half(0x8000))))
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// affordable is what reading files of so many bytes may allocate: 16 times as much, nearly all of it to parse a header of nothing
// but short tensors, and 1 MiB to open files and to say what is wrong.
func affordable(size int) uint64 { return 1<<20 + 16*uint64(size) }

func TestHostileFileAllocatesNoMoreThanItsSizeAllows(t *testing.T) {
	big := []byte{0, 0, 0, 0, 0, 1, 0, 0} // a header of 2^40 bytes
	tensor := func(shape, offsets string) []byte {
		return framed(fmt.Sprintf(`{"model.embed_tokens.weight":{"dtype":"F32","shape":%s,"data_offsets":%s}}`, shape, offsets),
			make([]byte, 64))
	}
	for _, test := range []struct {
		name, config string
		model        []byte
	}{
		{"a header of 2^40 bytes", "", big},
		{"a header of 100 MB in a file of 100 bytes", "", append([]byte{0, 0, 0, 6, 0, 0, 0, 0}, make([]byte, 92)...)},
		{"a tensor of 2^40 bytes", "", tensor("[274877906944]", "[0,1099511627776]")},
		{"a tensor of 2^63 bytes and more", "", tensor("[4294967296,4294967296]", "[0,64]")},
		{"deep nesting", "", framed(strings.Repeat("[", 1<<18), nil)},
		{"a million dimensions", "", tensor("["+strings.Repeat("1,", 1<<20)+"1]", "[0,4]")},
		{"a billion layers", `{"num_hidden_layers":1000000000}`, nil},
		{"a vocabulary of a billion", `{"vocab_size":1000000000}`, nil},
		{"a billion positions", `{"max_position_embeddings":2000000000}`, nil},
		{"a deep configuration", strings.Repeat(`{"a":`, 1<<18), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newSaved(t, false)
			if test.config != "" && !strings.HasPrefix(test.config, `{"a"`) {
				require.NoError(t, jsonInto(test.config, &s.config))
			}
			dir := s.write(t, 1)
			if test.model != nil {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "model.safetensors"), test.model, 0o600))
			}
			if strings.HasPrefix(test.config, `{"a"`) {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(test.config), 0o600))
			}
			bytes := allocated(func() {
				if d, err := LoadDecoder(dir); err == nil {
					logitsOf(t, d, 1, 2)
				}
			})
			assert.Less(t, bytes, affordable(len(test.config)+len(test.model)))
		})
	}
}

// FuzzSafetensors holds that what newSafetensors lets pass can be read: the tensors lie inside the file and do not overlap.
func FuzzSafetensors(f *testing.F) {
	s, _ := newSaved(f, true)
	f.Add(s.file([]string{"model.norm.weight", "model.embed_tokens.weight"}))
	s.dtype = "BF16"
	f.Add(s.file([]string{"model.norm.weight"}))
	for _, header := range []string{
		``, `{}`, `{} `, `[]`, `{"a":null}`, `{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`,
		`{"a":{"dtype":"F16","shape":[],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1,1],"data_offsets":[2,3]}}`,
		`{"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,18446744073709551615]}}`,
		`{"__metadata__":{"a":1}}`, `{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}`,
	} {
		f.Add(framed(header, nil))
		f.Add(framed(header, []byte{1, 2, 3}))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		used := allocated(func() {
			s, err := newSafetensors(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				require.Nil(t, s)
				return
			}
			total := s.data
			for name, tensor := range s.tensors {
				n := int64(tensor.DataOffsets[1] - tensor.DataOffsets[0])
				total += n
				if size, ok := map[string]int64{"F32": 4, "F16": 2, "BF16": 2}[tensor.DType]; ok {
					numbers := make([]float32, n/size)
					if s.read(name, numbers) == nil {
						for _, v := range numbers {
							require.Zero(t, v-v, "%q", name)
						}
					}
				}
			}
			require.EqualValues(t, len(data), total, "the tensors cover the file, each byte once")
		})
		require.Less(t, used, affordable(len(data)))
	})
}

// FuzzLoadDecoder holds that whatever config.json and the weights say, the loader refuses it or makes a decoder that works.
func FuzzLoadDecoder(f *testing.F) {
	for _, tied := range []bool{false, true} {
		s, _ := newSaved(f, tied)
		dir := s.write(f, 1)
		config, err := os.ReadFile(filepath.Join(dir, "config.json"))
		require.NoError(f, err)
		model, err := os.ReadFile(filepath.Join(dir, "model.safetensors"))
		require.NoError(f, err)
		f.Add(config, model)
		f.Add(config[:len(config)-1], model)
		f.Add(config, model[:len(model)-1])
		for _, change := range [][2]string{
			{`"hidden_size":8`, `"hidden_size":16`}, {`"num_attention_heads":2`, `"num_attention_heads":1`},
			{`"rope_theta":500`, `"rope_theta":1e-300`},
			{`"num_hidden_layers":2`, `"num_hidden_layers":2000000000`}, {`"rms_norm_eps":0.000001`, `"rms_norm_eps":1e300`},
		} {
			f.Add([]byte(strings.Replace(string(config), change[0], change[1], 1)), model)
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, config, model []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), config, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "model.safetensors"), model, 0o600))
		used := allocated(func() {
			d, err := LoadDecoder(dir)
			if err != nil {
				require.Nil(t, d)
				return
			}
			logitsOf(t, d, 0) // of any value: weights near the end of float32's range may well overflow
		})
		require.Less(t, used, affordable(len(config)+len(model)))
	})
}
