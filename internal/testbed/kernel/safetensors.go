package kernel

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// safetensors is one file of that format: 8 bytes of the header's length, the header, which is JSON, and the tensors' bytes
// end to end. It believes nothing that the file says of sizes before the file has turned out to be so large.
type safetensors struct {
	file    io.ReaderAt
	data    int64 // where in the file the tensors begin
	tensors map[string]stored
}

// stored is a tensor in a file.
type stored struct {
	DType       string `json:"dtype"`
	Shape       sizes  `json:"shape"`
	DataOffsets sizes  `json:"data_offsets"` // from and to, in bytes after the header
}

// sizes are a few numbers of at least 0.
type sizes []uint64

// UnmarshalJSON refuses a long list before it takes the memory for its numbers.
func (s *sizes) UnmarshalJSON(data []byte) error {
	if n := bytes.Count(data, []byte(",")) + 1; n > 8 {
		return fmt.Errorf("list of %d sizes; want at most 8", n)
	}
	return json.Unmarshal(data, (*[]uint64)(s))
}

// maxHeader is the format's own limit, in bytes.
const maxHeader = 100_000_000

// dtypes are the sizes of a number in bytes.
var dtypes = map[string]uint64{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
	"U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
}

// newSafetensors reads and checks the header of a file of the given size in bytes.
func newSafetensors(file io.ReaderAt, size int64) (*safetensors, error) {
	if size < 8 {
		return nil, fmt.Errorf("truncated: %d bytes, where the length of the header takes 8", size)
	}
	var length [8]byte
	if _, err := file.ReadAt(length[:], 0); err != nil {
		return nil, fmt.Errorf("length of the header: %w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > uint64(size-8) {
		return nil, fmt.Errorf("header of %d bytes, where the file has %d after its first 8: truncated, or no safetensors file",
			n, size-8)
	}
	if n > maxHeader {
		return nil, fmt.Errorf("header of %d bytes; want at most %d", n, maxHeader)
	}
	header := make([]byte, n)
	if _, err := file.ReadAt(header, 8); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	s := &safetensors{file: file, data: 8 + int64(n), tensors: map[string]stored{}}
	if err := s.parse(header); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if err := s.checkLayout(uint64(size - s.data)); err != nil {
		return nil, err
	}
	return s, nil
}

// parse reads the header's JSON. A name that comes twice is refused, which json.Unmarshal would not see.
func (s *safetensors) parse(header []byte) error {
	d := json.NewDecoder(bytes.NewReader(header))
	d.DisallowUnknownFields()
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return fmt.Errorf("begins with %v; want a JSON object", t)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name := t.(string) // all that More and Token let pass
		if name == "__metadata__" {
			var ignored map[string]string
			if err := d.Decode(&ignored); err != nil {
				return fmt.Errorf("__metadata__: %w", err)
			}
			continue
		}
		if _, twice := s.tensors[name]; twice {
			return fmt.Errorf("tensor %q comes twice", name)
		}
		var found stored
		if err := d.Decode(&found); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		if err := found.check(); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		s.tensors[name] = found
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if rest := bytes.TrimRight(header[d.InputOffset():], " "); len(rest) > 0 {
		return fmt.Errorf("%d bytes after the JSON object; want only spaces", len(rest))
	}
	return nil
}

// check returns what is wrong with t by itself.
func (t stored) check() error {
	size, ok := dtypes[t.DType]
	if !ok {
		return fmt.Errorf("unknown dtype %q", t.DType)
	}
	if t.Shape == nil {
		return errors.New("no shape")
	}
	if len(t.DataOffsets) != 2 {
		return fmt.Errorf("%d data_offsets; want 2", len(t.DataOffsets))
	}
	want := size
	for _, n := range t.Shape {
		if n > 0 && want > math.MaxInt64/n {
			return fmt.Errorf("shape %v of %s is of more than 2^63 bytes", t.Shape, t.DType)
		}
		want *= n
	}
	from, to := t.DataOffsets[0], t.DataOffsets[1]
	if from > to || to-from != want {
		return fmt.Errorf("data_offsets %v, where shape %v of %s takes %d bytes", t.DataOffsets, t.Shape, t.DType, want)
	}
	return nil
}

// checkLayout holds that the tensors cover the file's bytes after the header, each once: the format forbids holes and overlaps.
func (s *safetensors) checkLayout(size uint64) error {
	names := make([]string, 0, len(s.tensors))
	for name := range s.tensors {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := s.tensors[a].DataOffsets, s.tensors[b].DataOffsets
		if c := slices.Compare(x, y); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	var end uint64
	for _, name := range names {
		t := s.tensors[name]
		switch from, to := t.DataOffsets[0], t.DataOffsets[1]; {
		case from < end:
			return fmt.Errorf("tensor %q begins at %d, inside another that ends at %d", name, from, end)
		case from > end:
			return fmt.Errorf("tensor %q begins at %d, where the one before it ends at %d", name, from, end)
		case to > size:
			return fmt.Errorf("truncated: tensor %q ends at %d, where the file has %d bytes after the header", name, to, size)
		default:
			end = to
		}
	}
	if end < size {
		return fmt.Errorf("%d bytes after the last tensor", size-end)
	}
	return nil
}

// read decodes a tensor of F32, F16 or BF16 into numbers, of which it must have as many. A number that is not finite is refused.
func (s *safetensors) read(name string, numbers []float32) error {
	t := s.tensors[name]
	size := int(dtypes[t.DType])
	from := s.data + int64(t.DataOffsets[0])
	chunk := make([]byte, min(len(numbers)*size, 1<<16))
	for done := 0; done < len(numbers); {
		part := chunk[:min(len(chunk), (len(numbers)-done)*size)]
		if _, err := s.file.ReadAt(part, from+int64(done*size)); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		n := len(part) / size
		t.decode(numbers[done:done+n], part)
		for i, v := range numbers[done : done+n] {
			if v-v != 0 {
				return fmt.Errorf("tensor %q: number %d is %v; want finite weights", name, done+i, v)
			}
		}
		done += n
	}
	return nil
}

// decode sets numbers to those of data.
func (t stored) decode(numbers []float32, data []byte) {
	for i := range numbers {
		switch t.DType {
		case "F32":
			numbers[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		case "BF16":
			numbers[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(data[2*i:])) << 16)
		case "F16":
			numbers[i] = half(binary.LittleEndian.Uint16(data[2*i:]))
		}
	}
}

// half is the number that IEEE 754 binary16 bits mean.
func half(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, uint32(bits>>10&31), uint32(bits&1023)
	switch exponent {
	case 0: // fraction * 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 31:
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}
