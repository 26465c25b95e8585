package kernel

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func logitsOf(t testing.TB, d *Decoder, tokens ...int) []float32 {
	logits := make([]float32, d.config.Vocab)
	require.NoError(t, d.Forward([]Step{{Cache: newCache(t, d, len(tokens)), Tokens: tokens}}, [][]float32{logits}))
	return logits
}

func TestLoadedDecoderIsTheSavedOne(t *testing.T) {
	for _, tied := range []bool{false, true} {
		for _, dtype := range []string{"F32", "F16", "BF16"} {
			for _, shards := range []int{1, 3} {
				t.Run(fmt.Sprintf("tied=%v/%s/shards=%d", tied, dtype, shards), func(t *testing.T) {
					s, want := newSaved(t, tied)
					s.dtype = dtype
					got, err := LoadDecoder(s.write(t, shards))
					require.NoError(t, err)
					assert.Equal(t, small, got.Config())
					assert.Equal(t, logitsOf(t, want, 1, 2, 3), logitsOf(t, got, 1, 2, 3))
				})
			}
		}
	}
}

func TestLoaderTakesWhatTheFamilyWrites(t *testing.T) {
	for _, test := range []struct {
		name  string
		tied  bool
		alter func(*saved)
	}{
		{"rotary frequencies of old checkpoints are computed, not read", false, func(s *saved) {
			s.tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = savedTensor{[]int{2}, []float32{1, 0.1}}
		}},
		{"a head beside tied embeddings is not read", true, func(s *saved) {
			s.tensors["lm_head.weight"] = savedTensor{[]int{1}, []float32{9}}
		}},
		{"rope_parameters in place of rope_theta", false, func(s *saved) {
			delete(s.config, "rope_theta")
			s.config["rope_parameters"] = map[string]any{"rope_theta": 500, "rope_type": "default"}
		}},
		{"head_dim that is hidden_size by heads", false, func(s *saved) { s.config["head_dim"] = 4 }},
		{"spaces after the header", false, func(s *saved) {
			s.files = func(dir string) {
				spoil(dir, "model.safetensors", func(data []byte) []byte {
					n := binary.LittleEndian.Uint64(data)
					return framed(string(data[8:8+n])+"   ", data[8+n:])
				})
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, want := newSaved(t, test.tied)
			test.alter(s)
			got, err := LoadDecoder(s.write(t, 1))
			require.NoError(t, err)
			assert.Equal(t, logitsOf(t, want, 1, 2, 3), logitsOf(t, got, 1, 2, 3))
		})
	}
}

// spoil rewrites a file.
func spoil(dir, name string, change func([]byte) []byte) {
	path := filepath.Join(dir, name)
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(data), 0o600)
	}
	if err != nil {
		panic(err)
	}
}

func TestBadCheckpointIsAnErrorThatNamesTheFact(t *testing.T) {
	const q, down, model = "model.layers.1.self_attn.q_proj.weight", "model.layers.0.mlp.down_proj.weight", "model.safetensors"
	const firstShard, index = "model-00001-of-00002.safetensors", "model.safetensors.index.json"
	set := func(key string, value any) func(*saved) { return func(s *saved) { s.config[key] = value } }
	header := func(name, field string, value any) func(*saved) {
		return func(s *saved) {
			s.header = func(h map[string]any) { h[name].(map[string]any)[field] = value }
		}
	}
	file := func(name string, change func([]byte) []byte) func(*saved) {
		return func(s *saved) { s.files = func(dir string) { spoil(dir, name, change) } }
	}
	whole := func(text string) func([]byte) []byte { return func([]byte) []byte { return []byte(text) } }
	for _, test := range []struct {
		name   string
		shards int
		alter  func(*saved)
		want   string
	}{
		{"a missing tensor", 1, func(s *saved) { delete(s.tensors, q) }, `no tensor "` + q + `"`},
		{"a missing tensor of a sharded checkpoint", 2, func(s *saved) { delete(s.tensors, q) }, `no tensor "` + q + `"`},
		{"more layers than the file has", 1, set("num_hidden_layers", 2147483647),
			"config.json: weights of 2.89e+12 bytes; want at most 68719476736"},
		{"one layer more than the file has", 1, set("num_hidden_layers", 3), `no tensor "model.layers.2.input_layernorm.weight"`},
		{"a layer too many", 1, set("num_hidden_layers", 1),
			`tensor "model.layers.1.input_layernorm.weight" is no part of a Llama model`},
		{"a bias", 1, func(s *saved) {
			s.tensors["model.layers.0.self_attn.q_proj.bias"] = savedTensor{[]int{1}, []float32{1}}
		},
			`tensor "model.layers.0.self_attn.q_proj.bias" is no part of a Llama model`},
		{"a transposed tensor", 1, header(down, "shape", []int{6, 8}),
			`tensor "` + down + `" has shape [6 8]; want [8 6] by config.json`},
		{"a flat tensor", 1, header(down, "shape", []int{48}), `has shape [48]; want [8 6] by config.json`},
		{"another vocabulary", 1, set("vocab_size", 11), `"model.embed_tokens.weight" has shape [10 8]; want [11 8] by config.json`},
		{"a tensor of integers", 1, header(q, "dtype", "I32"), `tensor "` + q + `" is of I32; want F32, F16 or BF16`},
		{"a tensor of an unknown type", 1, header(q, "dtype", "F4"), `tensor "` + q + `": unknown dtype "F4"`},
		{"a type of another size", 1, header(q, "dtype", "F16"), `, where shape [8 8] of F16 takes 128 bytes`},
		{"a shape beyond 2^63 bytes", 1, header(q, "shape", []int{1 << 31, 1 << 31, 2}), "is of more than 2^63 bytes"},
		{"a shape that would wrap around to 0 bytes", 1, header(q, "shape", []int{1 << 62, 4}), "is of more than 2^63 bytes"},
		{"a negative shape", 1, header(q, "shape", []int{-8, -8}), "cannot unmarshal number -8"},
		{"no shape", 1, header(q, "shape", nil), `tensor "` + q + `": no shape`},
		{"one offset", 1, header(q, "data_offsets", []int{4}), `tensor "` + q + `": 1 data_offsets; want 2`},
		{"offsets the wrong way", 1, header(q, "data_offsets", []int{256, 0}),
			"data_offsets [256 0], where shape [8 8] of F32 takes 256 bytes"},
		{"overlapping tensors", 1, header("model.norm.weight", "data_offsets", []int{0, 32}), "inside another that ends at"},
		{"a hole between tensors", 1, func(s *saved) {
			s.header = func(h map[string]any) { delete(h, down) }
		}, ", where the one before it ends at"},
		{"an unknown field", 1, header(q, "strides", []int{1}), `unknown field "strides"`},
		{"a tensor twice", 1, file(model, func(data []byte) []byte {
			tensor := `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
			return framed(`{"a":`+tensor+`,"a":`+tensor+`}`, make([]byte, 4))
		}), `tensor "a" comes twice`},
		{"a tensor in two shards", 2, func(s *saved) {
			s.files = func(dir string) {
				data, err := os.ReadFile(filepath.Join(dir, firstShard))
				if err != nil {
					panic(err)
				}
				spoil(dir, "model-00002-of-00002.safetensors", func([]byte) []byte { return data })
			}
		}, "is in " + firstShard + " too"},
		{"a truncated file", 1, file(model, func(data []byte) []byte { return data[:len(data)-1] }), "truncated: tensor"},
		{"a truncated header", 1, file(model, func(data []byte) []byte { return data[:100] }),
			", where the file has 92 after its first 8: truncated"},
		{"an empty file", 1, file(model, whole("")), "truncated: 0 bytes, where the length of the header takes 8"},
		{"bytes after the last tensor", 1, file(model, func(data []byte) []byte { return append(data, 1) }),
			"1 bytes after the last tensor"},
		{"a header longer than any", 1,
			file(model, func(data []byte) []byte { return slices.Concat(slices.Repeat([]byte{255}, 8), data[8:]) }),
			"header of 18446744073709551615 bytes, where the file has"},
		{"a header that is no JSON", 1, file(model, func([]byte) []byte { return framed("{'a': 1}", nil) }), "invalid character"},
		{"a header that is no object", 1, file(model, func([]byte) []byte { return framed("[]", nil) }),
			"begins with [; want a JSON object"},
		{"a header that ends early", 1, file(model, func([]byte) []byte { return framed(`{"a":`, nil) }), "EOF"},
		{"two objects in the header", 1, file(model, func([]byte) []byte { return framed("{}{}", nil) }),
			"2 bytes after the JSON object"},
		{"a weight that is not a number", 1, func(s *saved) { s.tensors[q].numbers[5] = float32(math.NaN()) },
			`tensor "` + q + `": number 5 is NaN; want finite weights`},
		{"an infinite weight", 1, func(s *saved) { s.tensors[down].numbers[47] = float32(math.Inf(-1)) },
			`number 47 is -Inf; want finite weights`},

		{"no configuration", 1, func(s *saved) { s.files = func(dir string) { remove(dir, "config.json") } }, "no such file"},
		{"a configuration that is no JSON", 1, file("config.json", whole("{")), "config.json: unexpected end of JSON input"},
		{"two configurations", 1, file("config.json", whole("{}{}")), "config.json: invalid character"},
		{"no width", 1, set("hidden_size", nil), ": config.json: hidden_size is missing or 0; want above 0"},
		{"a negative number of layers", 1, set("num_hidden_layers", -1), "config.json: num_hidden_layers is missing or -1; want above 0"},
		{"a width beyond int", 1, set("hidden_size", 1e30), "cannot unmarshal number 1e+30 into Go struct field"},
		{"a width beyond memory", 1, set("hidden_size", 1<<30), "bytes; want at most 68719476736"},
		{"heads that do not divide the width", 1, set("num_attention_heads", 3), "Dim is 8 with 3 heads; want a multiple of 6"},
		{"another width of heads", 1, set("head_dim", 16), "head_dim is 16; want hidden_size/num_attention_heads, 8/2"},
		{"another architecture", 1, set("architectures", []string{"GPT2LMHeadModel"}),
			`architecture "GPT2LMHeadModel"; want LlamaForCausalLM`},
		{"another activation", 1, set("hidden_act", "gelu"), `hidden_act is "gelu"; want silu`},
		{"biases", 1, set("attention_bias", true), "attention_bias or mlp_bias is set"},
		{"scaled positions", 1, set("rope_scaling", map[string]any{"rope_type": "llama3", "factor": 8}),
			`rotary positions of type "llama3"`},
		{"scaled positions as they were called", 1, set("rope_scaling", map[string]any{"type": "linear"}),
			`rotary positions of type "linear"`},
		{"part of a head turned", 1, set("partial_rotary_factor", 0.5), "partial_rotary_factor is 0.5; want 1"},
		{"a sliding window", 1, set("sliding_window", 8), "sliding_window is 8; want none"},
		{"quantised weights", 1, set("quantization_config", map[string]any{"bits": 4}), "quantization_config is set"},

		{"no weights", 1, func(s *saved) { s.files = func(dir string) { remove(dir, model) } },
			"no model.safetensors, and no index of its shards: stat "},
		{"weights in a directory's place", 1, func(s *saved) {
			s.files = func(dir string) {
				remove(dir, model)
				if err := os.Mkdir(filepath.Join(dir, model), 0o700); err != nil {
					panic(err)
				}
			}
		}, model + " is not a regular file"},
		{"a missing shard", 2, func(s *saved) { s.files = func(dir string) { remove(dir, firstShard) } }, index + ": stat "},
		{"a shard outside the directory", 2, file(index, whole(`{"weight_map": {"a": "../x.safetensors"}}`)),
			`shard "../x.safetensors"; want the name of a .safetensors file beside it`},
		{"a shard of another kind", 2, file(index, whole(`{"weight_map": {"a": "x.bin"}}`)), `shard "x.bin"; want`},
		{"a shard without its tensor", 2, file(index, func(data []byte) []byte {
			return []byte(strings.Replace(string(data), `"weight_map":{`, `"weight_map":{"a":"`+firstShard+`",`, 1))
		}), `tensor "a" is not in ` + firstShard},
		{"an index of nothing", 2, file(index, whole(`{}`)), `no tensor "model.embed_tokens.weight"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newSaved(t, false)
			test.alter(s)
			dir := s.write(t, test.shards)
			d, err := LoadDecoder(dir)
			require.ErrorContains(t, err, test.want)
			assert.True(t, strings.HasPrefix(err.Error(), "kernel: "+dir+": "), "%v", err)
			assert.Nil(t, d)
		})
	}
}

func remove(dir, name string) {
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		panic(err)
	}
}

// jsonInto overwrites the fields of a configuration that the text has.
func jsonInto(text string, config *map[string]any) error { return json.Unmarshal([]byte(text), config) }
