#!/usr/bin/env bash
# vLLM (0.30 or later) as TRL's server mode wants it: sampler.sh MODEL [options of `vllm serve`]
#
# The routes that take new weights and reset caches are those of vLLM's development mode: let
# nobody but the trainer reach the port.
set -euo pipefail

options=(
  --weight-transfer-config '{"backend": "nccl"}' # the trainer sends weights from GPU to GPU
  --logprobs-mode processed_logprobs             # with the temperature, as the trainer has them
  --max-logprobs -1
  --enable-scale-out # prompts of token ids with images
)
VLLM_SERVER_DEV_MODE=1 exec vllm serve "$@" "${options[@]}"
