package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
)

// LoadDecoder loads a checkpoint of a Llama-family model: a directory with config.json and model.safetensors, or the shards of
// model.safetensors.index.json, with numbers of F32, F16 or BF16. The weights are kept in float32.
//
// It refuses what a [Decoder] would compute wrongly: other activations, biases, scaled rotary positions, sliding windows, tensors
// that it does not know, weights that are not finite. It takes memory for no tensor before all of them are there, in the shapes of
// config.json: at most twice the size of the files.
func LoadDecoder(dir string) (*Decoder, error) {
	d, err := loadDecoder(dir)
	if err != nil {
		return nil, fmt.Errorf("kernel: %s: %w", dir, err)
	}
	return d, nil
}

func loadDecoder(dir string) (d *Decoder, err error) {
	var l llama
	if err := readJSON(dir, "config.json", &l); err != nil {
		return nil, err
	}
	c, err := l.config()
	if err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	from, err := openCheckpoint(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	if look := (loader{from: from}); look.weights(c, l.Tied) == nil || look.unknown(l.Tied) {
		return nil, look.err
	}
	read := loader{from: from, read: true}
	w := read.weights(c, l.Tied)
	if w == nil {
		return nil, read.err
	}
	return newDecoder(c, w), nil
}

// llama is the part of config.json that decides what is computed.
type llama struct {
	Architectures []string `json:"architectures"`
	Dim           int      `json:"hidden_size"`
	Layers        int      `json:"num_hidden_layers"`
	Heads         int      `json:"num_attention_heads"`
	KVHeads       *int     `json:"num_key_value_heads"` // absent: Heads
	HeadDim       *int     `json:"head_dim"`            // absent: Dim/Heads
	FFN           int      `json:"intermediate_size"`
	Vocab         int      `json:"vocab_size"`
	MaxSeqLen     int      `json:"max_position_embeddings"`
	NormEps       float64  `json:"rms_norm_eps"`
	RopeTheta     *float64 `json:"rope_theta"` // absent: that of RopeParameters, or 10000
	Tied          bool     `json:"tie_word_embeddings"`

	Activation     *string         `json:"hidden_act"` // absent: silu
	AttentionBias  bool            `json:"attention_bias"`
	MLPBias        bool            `json:"mlp_bias"`
	SlidingWindow  *int            `json:"sliding_window"`
	PartialRotary  *float64        `json:"partial_rotary_factor"`
	Quantisation   json.RawMessage `json:"quantization_config"`
	RopeScaling    *rope           `json:"rope_scaling"`
	RopeParameters *rope           `json:"rope_parameters"` // since transformers 5, in place of the two
}

// rope is how positions are turned, where it is not as in the first Llama.
type rope struct {
	Type    string   `json:"rope_type"`
	OldType string   `json:"type"`
	Theta   *float64 `json:"rope_theta"`
}

// config is l as a DecoderConfig.
func (l llama) config() (DecoderConfig, error) {
	c := DecoderConfig{
		Dim: l.Dim, Layers: l.Layers, Heads: l.Heads, KVHeads: l.Heads, FFN: l.FFN, Vocab: l.Vocab,
		MaxSeqLen: l.MaxSeqLen, NormEps: l.NormEps, RopeTheta: 10000,
	}
	if l.KVHeads != nil {
		c.KVHeads = *l.KVHeads
	}
	if l.RopeParameters != nil && l.RopeParameters.Theta != nil {
		c.RopeTheta = *l.RopeParameters.Theta
	}
	if l.RopeTheta != nil {
		c.RopeTheta = *l.RopeTheta
	}
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"hidden_size", float64(c.Dim)}, {"num_hidden_layers", float64(c.Layers)}, {"num_attention_heads", float64(c.Heads)},
		{"num_key_value_heads", float64(c.KVHeads)}, {"intermediate_size", float64(c.FFN)}, {"vocab_size", float64(c.Vocab)},
		{"max_position_embeddings", float64(c.MaxSeqLen)}, {"rms_norm_eps", c.NormEps}, {"rope_theta", c.RopeTheta},
	} {
		if !(f.value > 0) {
			return c, fmt.Errorf("%s is missing or %v; want above 0", f.name, f.value)
		}
	}
	if err := l.checkSupported(); err != nil {
		return c, err
	}
	return c.withDefaults()
}

// checkSupported returns what of l a Decoder cannot compute.
func (l llama) checkSupported() error {
	for _, a := range l.Architectures {
		if a != "LlamaForCausalLM" && a != "MistralForCausalLM" {
			return fmt.Errorf("architecture %q; want LlamaForCausalLM or MistralForCausalLM", a)
		}
	}
	for _, r := range []*rope{l.RopeScaling, l.RopeParameters} {
		if r == nil {
			continue
		}
		for _, t := range []string{r.Type, r.OldType} {
			if t != "" && t != "default" {
				return fmt.Errorf("rotary positions of type %q; want plain ones", t)
			}
		}
	}
	switch {
	case l.HeadDim != nil && (*l.HeadDim < 1 || l.Dim%l.Heads != 0 || *l.HeadDim != l.Dim/l.Heads):
		return fmt.Errorf("head_dim is %d; want hidden_size/num_attention_heads, %d/%d", *l.HeadDim, l.Dim, l.Heads)
	case l.Activation != nil && *l.Activation != "silu":
		return fmt.Errorf("hidden_act is %q; want silu", *l.Activation)
	case l.AttentionBias || l.MLPBias:
		return errors.New("attention_bias or mlp_bias is set; want projections without bias")
	case l.SlidingWindow != nil && *l.SlidingWindow < l.MaxSeqLen:
		return fmt.Errorf("sliding_window is %d; want none", *l.SlidingWindow)
	case l.PartialRotary != nil && *l.PartialRotary != 1:
		return fmt.Errorf("partial_rotary_factor is %v; want 1", *l.PartialRotary)
	case l.Quantisation != nil && string(l.Quantisation) != "null":
		return errors.New("quantization_config is set; want F32, F16 or BF16")
	}
	return nil
}
