#!/usr/bin/env bash
# Service, vLLM and trainer on one machine: run.sh CONFIG.yaml [--key value ...]
#
# NETWORKS is the folder of cities that the service loads (default reasonmap/stations). Where the config has vLLM as a server, it
# gets the GPUs of SAMPLER_GPUS (default 4,5,6,7) and the trainer those of TRAINER_GPUS (0,1,2,3).
# Logs of both: service.log and vllm.log beside the run's output.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
config=$1
value() { sed -n "s/^$1: *\([^ #]*\).*/\1/p" "$config"; }
out=$(value output_dir)
mkdir -p "$out"
started=()
trap 'kill "${started[@]}" 2>/dev/null; wait' EXIT

url=$(value reward_url)
reward-server serve --port "${url##*:}" --networks "${NETWORKS:-reasonmap/stations}" \
  --profiles "$here/ablations/sparse.toml" 2>"$out/service.log" &
started+=($!)

if [ "$(value vllm_mode)" = server ]; then
  gpus=${SAMPLER_GPUS:-4,5,6,7}
  commas=${gpus//[^,]/}
  url=$(value vllm_server_base_url)
  CUDA_VISIBLE_DEVICES=$gpus "$here/sampler.sh" "$(value model_name_or_path)" \
    --host 127.0.0.1 --port "${url##*:}" --tensor-parallel-size $((${#commas} + 1)) \
    --max-model-len 22048 >"$out/vllm.log" 2>&1 &
  started+=($!)
  export CUDA_VISIBLE_DEVICES=${TRAINER_GPUS:-0,1,2,3}
fi

trainer-client train "$@"
