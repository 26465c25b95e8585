package kernel

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// saved is a checkpoint that a test writes, to the letter or with a defect.
type saved struct {
	config  map[string]any
	tensors map[string]savedTensor
	dtype   string
	header  func(map[string]any) // may spoil the header
	files   func(dir string)     // may spoil the files
}

type savedTensor struct {
	shape   []int
	numbers []float32
}

// small is the shape of the saved decoder: 2 heads of 4 numbers share one of keys and values.
var small = DecoderConfig{
	Dim: 8, Layers: 2, Heads: 2, KVHeads: 1, FFN: 6, Vocab: 10, MaxSeqLen: 16, RopeTheta: 500, NormEps: 1e-6,
}

// newSaved returns a checkpoint and the decoder that it should load as. Its weights are multiples of 1/128 below 2, which
// every dtype holds exactly.
func newSaved(t testing.TB, tied bool) (*saved, *Decoder) {
	d, err := NewDecoder(small, 3)
	require.NoError(t, err)
	w := d.weights
	if tied {
		w.head, err = newMatrix(w.embedding, small.Vocab, small.Dim)
		require.NoError(t, err)
	}
	round := func(v []float32) []float32 {
		for i := range v {
			v[i] = float32(math.Round(float64(v[i])*128) / 128)
		}
		return v
	}
	s := &saved{dtype: "F32", tensors: map[string]savedTensor{
		"model.embed_tokens.weight": {[]int{10, 8}, round(w.embedding)},
		"model.norm.weight":         {[]int{8}, w.norm},
	}}
	w.norm[3] = 1.5
	if !tied {
		s.tensors["lm_head.weight"] = savedTensor{[]int{10, 8}, round(w.head.data)}
	}
	for i, b := range w.layers {
		b.attnNorm[i], b.ffnNorm[i+1] = 0.5, 1.25
		for name, tensor := range map[string]savedTensor{
			"input_layernorm":          {[]int{8}, b.attnNorm},
			"self_attn.q_proj":         {[]int{8, 8}, round(b.qkv.data[:64])},
			"self_attn.k_proj":         {[]int{4, 8}, round(b.qkv.data[64:96])},
			"self_attn.v_proj":         {[]int{4, 8}, round(b.qkv.data[96:])},
			"self_attn.o_proj":         {[]int{8, 8}, round(b.out.data)},
			"post_attention_layernorm": {[]int{8}, b.ffnNorm},
			"mlp.gate_proj":            {[]int{6, 8}, round(b.gateUp.data[:48])},
			"mlp.up_proj":              {[]int{6, 8}, round(b.gateUp.data[48:])},
			"mlp.down_proj":            {[]int{8, 6}, round(b.down.data)},
		} {
			s.tensors[fmt.Sprintf("model.layers.%d.%s.weight", i, name)] = tensor
		}
	}
	s.config = map[string]any{
		"architectures": []string{"LlamaForCausalLM"}, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
		"num_key_value_heads": 1, "intermediate_size": 6, "vocab_size": 10, "max_position_embeddings": 16, "rms_norm_eps": 1e-6,
		"rope_theta": 500, "tie_word_embeddings": tied, "hidden_act": "silu", "torch_dtype": "float32", "rope_scaling": nil,
	}
	return s, d
}

// file returns the bytes of a safetensors file of the named tensors.
func (s *saved) file(names []string) []byte {
	header := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
	var data []byte
	for _, name := range names {
		from := len(data)
		for _, v := range s.tensors[name].numbers {
			switch bits := math.Float32bits(v); s.dtype {
			case "F32":
				data = binary.LittleEndian.AppendUint32(data, bits)
			case "BF16":
				data = binary.LittleEndian.AppendUint16(data, uint16(bits>>16))
			case "F16":
				data = binary.LittleEndian.AppendUint16(data, halfBits(v))
			}
		}
		header[name] = map[string]any{"dtype": s.dtype, "shape": s.tensors[name].shape, "data_offsets": []int{from, len(data)}}
	}
	if s.header != nil {
		s.header(header)
	}
	text, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	return framed(string(text), data)
}

// framed returns a file of a header and data.
func framed(header string, data []byte) []byte {
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), []byte(header), data)
}

// halfBits is a number of few digits in binary16.
func halfBits(v float32) uint16 {
	if v == 0 {
		return 0
	}
	bits := math.Float32bits(v)
	return uint16(bits>>31<<15 | (bits>>23&255-112)<<10 | bits>>13&1023)
}

// write writes the checkpoint, in as many shards, into a new directory.
func (s *saved) write(t testing.TB, shards int) string {
	dir := t.TempDir()
	config, err := json.Marshal(s.config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), config, 0o600))
	names := slices.Sorted(maps.Keys(s.tensors))
	if shards == 1 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "model.safetensors"), s.file(names), 0o600))
	} else {
		weightMap := map[string]string{}
		each := (len(names) + shards - 1) / shards
		i := 0
		for part := range slices.Chunk(names, each) {
			i++
			file := fmt.Sprintf("model-%05d-of-%05d.safetensors", i, shards)
			for _, name := range part {
				weightMap[name] = file
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), s.file(part), 0o600))
		}
		index, err := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 1}, "weight_map": weightMap})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "model.safetensors.index.json"), index, 0o600))
	}
	if s.files != nil {
		s.files(dir)
	}
	return dir
}
