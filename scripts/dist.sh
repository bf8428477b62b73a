#!/usr/bin/env bash
# Rebuilds the front ends and fails when a committed dist/ is not what its
# sources build to: `go build` embeds dist/ as it is, without Node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly front_ends=(widget/web agentconsole/web)

before=$(mktemp -d "${TMPDIR:-/tmp}/baton-dist.XXXXXX")
trap 'rm -rf "$before"' EXIT

stale=()
for web in "${front_ends[@]}"; do
	mkdir -p "$before/$web"
	[ ! -d "$web/dist" ] || cp -R "$web/dist" "$before/$web/dist"
	npm run --silent build -w "$web"
	diff -r "$before/$web/dist" "$web/dist" >/dev/null 2>&1 || stale+=("$web/dist")
done

# A clean clone also notices what was built but never committed.
if [ -n "${CI:-}" ]; then
	for web in "${front_ends[@]}"; do
		[ -z "$(git status --porcelain -- "$web/dist")" ] || stale+=("$web/dist")
	done
fi

if [ ${#stale[@]} -gt 0 ]; then
	git --no-pager diff --stat -- "${stale[@]}" >&2 || true
	echo "dist: not what the sources build to: ${stale[*]}; it is rebuilt now, commit it." >&2
	exit 1
fi
echo "dist: ${front_ends[*]} are what their sources build to"
