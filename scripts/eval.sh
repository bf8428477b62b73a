#!/usr/bin/env bash
# Measures answers with somebody's scorer: EVAL_DIR holds score.py, which drives the
# batch commands (ingest, search, ask, signals) and prints its tables.
#
#   make eval EVAL_DIR=DIR [EVAL_FLAGS="--sets kb_wixqa --limit 50"]
#
# It works in a data directory of its own, which is thrown away, so that it neither
# sees nor fills yours.
set -euo pipefail

if [[ -z ${EVAL_DIR:-} || ! -f $EVAL_DIR/score.py ]]; then
	echo "make eval needs EVAL_DIR=DIR, a directory that holds score.py." >&2
	exit 2
fi
command -v python3 >/dev/null || {
	echo "make eval needs python3, which the scorer is written in; install it (Debian: apt-get install python3)." >&2
	exit 2
}
[[ ${1:-} != --check ]] || exit 0
baton=$PWD/bin/baton
work=$(mktemp -d "${TMPDIR:-/tmp}/baton-eval.XXXXXX")
# Called by root, the private cluster lies under /var/lib/baton, and LOCATION says where.
cleanup() {
	local at=
	[[ ! -f $work/postgres/LOCATION ]] || at=$(head -n 1 "$work/postgres/LOCATION")
	[[ $at != /var/lib/baton/?* ]] || rm -rf "$at"
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
echo "measuring with $EVAL_DIR/score.py in $work; all sets take an hour or more on two cores" >&2
# The scorer's own data and a private database: what the caller's environment names stays untouched.
# shellcheck disable=SC2086 # EVAL_FLAGS are words
env -u DATABASE_URL -u BATON_APP_URL BATON_DATA="$work" BATON_ADDR=127.0.0.1:0 \
	python3 "$EVAL_DIR/score.py" --baton "$baton" --json "$work/rows.json" ${EVAL_FLAGS:-}
