#!/usr/bin/env bash
# What make test-deploy needs beside Python: Debian's packages, where they may be installed. What is
# missing in the end is named by the tests that are skipped without it.
set -euo pipefail
packages=()
for program in buildah catatonit crun debootstrap podman prometheus; do
  command -v "$program" >/dev/null || packages+=("$program")
done
for program in node npm; do
  command -v "$program" >/dev/null || packages+=(nodejs npm)
done
if [ "${#packages[@]}" -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${packages[*]} ..."
  # another apt may be at work
  { apt-get -o DPkg::Lock::Timeout=120 update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y -qq \
      --no-install-recommends "${packages[@]}"; } >/dev/null 2>&1 \
    || echo "${packages[*]}: could not be installed"
fi
