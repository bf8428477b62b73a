#!/bin/bash
# Writes the assembly of internal/e5 anew from its generator; with --check it compares instead and fails where they differ.
set -euo pipefail
e5=$(cd "$(dirname "$0")/../../internal/e5" && pwd)

# A copy, because the generated files name the command that wrote them.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$e5/asm" "$copy/asm"
(cd "$copy/asm" && go run . -out ../kernel_amd64.s -stubs ../stubs_amd64.go -pkg e5)

for file in kernel_amd64.s stubs_amd64.go; do
  if [ "${1:-}" != --check ]; then
    cp "$copy/$file" "$e5/$file"
  elif ! cmp "$copy/$file" "$e5/$file"; then
    echo "internal/e5/$file is not what internal/e5/asm generates: run scripts/e5/generate.sh" >&2
    exit 1
  fi
done
