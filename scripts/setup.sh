#!/usr/bin/env bash
# Installs what `make run` needs and the machine lacks: a PostgreSQL server
# (15 or newer), pgvector 0.8.0 or newer, and pdftotext. It starts nothing.
#
#   scripts/setup.sh           what Baton needs to run
#   scripts/setup.sh --test    besides that, what `make test` needs
#                              (C compiler, Node, npm packages, a browser)
#   scripts/setup.sh --remove  removes what this script itself built or wrote;
#                              distribution packages are only named
#
# With DATABASE_URL set, the server is somebody else's and none is installed.
# The user's apt sources are read, never changed. Running it again is cheap:
# when nothing is missing it only looks at a few files.
set -euo pipefail

readonly min_postgres=15
readonly min_pgvector=0.8.0

# The pgvector that is built where the distribution has none or an old one.
# The source package comes from Debian's archive under apt's signature check,
# and the tarball must also have this checksum, so that what is compiled is
# the same bytes on every machine.
readonly pgvector_version=0.8.0
readonly pgvector_suite=trixie
readonly pgvector_sha256=867a2c328d4928a5a9d6f052cd3bc78c7d60228a9b914ad32aa3db88e9de27b0
readonly debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# One file that lists what was built outside the package manager, so that
# --remove takes away exactly that.
readonly built_list=/usr/local/share/baton/built-files

root_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=""          # temporary directory, made when first needed
log=""           # output of the package manager, shown only on failure
lists_fresh=no   # whether apt-get update ran already
downloading=0    # seconds spent on downloads, whole run
building=0       # seconds spent on installing and compiling, whole run

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

cleanup() {
	[ -z "$work" ] || rm -rf "$work"
	[ ! -e "${main_cluster_conf:-/nonexistent}" ] || as_root rm -f "$main_cluster_conf"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

need_work() {
	[ -z "$work" ] || return 0
	work=$(mktemp -d "${TMPDIR:-/tmp}/baton-setup.XXXXXX")
	chmod 755 "$work"
	log="$work/log"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif ! command -v sudo >/dev/null; then
		die "this needs root and there is no sudo here: run 'make setup' once as root."
	elif [ -t 0 ]; then
		sudo -- "$@"
	else
		# Without a terminal sudo could only hang or fail obscurely.
		sudo -n true 2>/dev/null || die "sudo wants a password and there is no terminal to ask on: run 'make setup' once in a terminal or as root."
		sudo -n -- "$@"
	fi
}

# timed COUNTER COMMAND…: adds the seconds COMMAND took to COUNTER.
timed() {
	local counter=$1 begin=$SECONDS status
	shift
	"$@"
	status=$?
	printf -v "$counter" %d $(( ${!counter} + SECONDS - begin ))
	return $status
}

# quietly COMMAND…: keeps the output for the failure message.
quietly() {
	need_work
	"$@" >>"$log" 2>&1 </dev/null && return 0
	printf 'setup: the command failed: %s\n' "$*" >&2
	tail -n 15 "$log" | sed 's/^/  /' >&2
	return 1
}

# -------------------------------------------------------------------- apt

readonly apt_options=(-q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Acquire::Languages=none)

# The password is asked for here, on the terminal, because quietly has none.
apt_root() {
	[ "$(id -u)" = 0 ] || as_root true
	as_root env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" "$@"
}

apt_update() {
	[ $lists_fresh = no ] || return 0
	say "reading the distribution's package lists (apt-get update)"
	[ "$(id -u)" = 0 ] || as_root true
	# One broken third-party source must not stop us: what we need is asked for by name below.
	timed downloading quietly apt_root update || say "apt-get update reported a problem; going on with the lists there are"
	lists_fresh=yes
}

# install_packages PACKAGE…: download and installation are timed apart.
install_packages() {
	apt_update
	say "installing $*"
	timed downloading quietly apt_root install -y --no-install-recommends --download-only "$@" ||
		die "could not download $*: check the network and the apt sources, then run 'make setup' again."
	timed building quietly apt_root install -y --no-install-recommends --no-download "$@" ||
		die "could not install $*: see the lines above ('sudo dpkg --configure -a' finishes an interrupted installation)."
}

candidate() { apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ && $2 != "(none)" { print $2 }'; }

# version_at_least A B: A >= B for dotted numbers, without calling out.
version_at_least() {
	local -a a b
	local i
	IFS=. read -ra a <<<"${1%%[!0-9.]*}"
	IFS=. read -ra b <<<"$2"
	for i in 0 1 2; do
		(( 10#${a[i]:-0} == 10#${b[i]:-0} )) || { (( 10#${a[i]:-0} > 10#${b[i]:-0} )); return; }
	done
}

# ------------------------------------------------------------- PostgreSQL

# pgvector_of MAJOR: the installed pgvector version of that server, or nothing.
pgvector_of() {
	local control=/usr/share/postgresql/$1/extension/vector.control line
	[ -r "$control" ] && [ -e "/usr/lib/postgresql/$1/lib/vector.so" ] || return 0
	while IFS= read -r line; do
		[[ $line =~ ^default_version\ *=\ *\'([0-9.]+)\' ]] && printf '%s' "${BASH_REMATCH[1]}"
	done <"$control"
	return 0
}

# pick_server sets major to the newest server that has a good pgvector, else
# to the newest server, else to nothing; and vector to its pgvector version.
pick_server() {
	local dir found version
	major="" vector=""
	for dir in /usr/lib/postgresql/*/bin; do
		[ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] || continue
		found=${dir#/usr/lib/postgresql/} found=${found%/bin}
		[[ $found =~ ^[0-9]+$ ]] && (( found >= min_postgres )) || continue
		version=$(pgvector_of "$found")
		if [ -n "$version" ] && version_at_least "$version" $min_pgvector; then
			if [ -z "$vector" ] || (( found > major )); then major=$found vector=$version; fi
		elif [ -z "$vector" ] && { [ -z "$major" ] || (( found > major )); }; then
			major=$found
		fi
	done
}

install_postgres() {
	apt_update
	local version want
	version=$(candidate postgresql)
	want=${version%%[!0-9]*}
	[ -n "$want" ] || die "apt knows no package 'postgresql': check the apt sources (the Debian or Ubuntu main archive is needed)."
	(( want >= min_postgres )) ||
		die "this distribution has PostgreSQL $want and Baton needs $min_postgres or newer: use Debian 12, Ubuntu 24.04 or newer, or set DATABASE_URL to a server that is new enough."
	# Debian's package would create a cluster and start it on port 5432. Baton
	# keeps its own, so that is switched off while the package is installed.
	main_cluster_conf=/etc/postgresql-common/createcluster.d/baton-setup.conf
	as_root mkdir -p "${main_cluster_conf%/*}"
	printf 'create_main_cluster = false\n' | as_root tee "$main_cluster_conf" >/dev/null
	install_packages "postgresql-$want"
	as_root rm -f "$main_cluster_conf"
}

install_pgvector() {
	apt_update
	local package=postgresql-$major-pgvector version
	version=$(candidate "$package")
	if [ -n "$version" ] && dpkg --compare-versions "$version" ge $min_pgvector; then
		install_packages "$package"
	else
		say "pgvector here: ${version:-none}; building $pgvector_version from Debian's source package"
		build_pgvector
	fi
}

# build_pgvector compiles the pinned source for the installed server. Nothing
# outside the temporary directory is written until the library is finished,
# and the control file, without which PostgreSQL sees no extension, comes last.
build_pgvector() {
	need_work
	local missing=()
	command -v gcc >/dev/null || missing+=(gcc)
	[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
	[ -r $debian_keyring ] || missing+=(debian-archive-keyring)
	[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"

	local begin=$SECONDS
	timed downloading fetch_server_headers
	timed downloading fetch_pgvector_source
	say "downloaded headers and source in $((SECONDS - begin)) s; compiling (about 6 s)"
	timed building compile_pgvector
	timed building place_pgvector
}

# Installing the -dev package would drag in clang and LLVM; its headers are
# enough. The very version of the installed server is tried first.
fetch_server_headers() {
	local dev=postgresql-server-dev-$major version
	version=$(dpkg-query -W -f '${Version}' "postgresql-$major")
	mkdir -p "$work/headers"
	(
		cd "$work/headers"
		quietly apt-get "${apt_options[@]}" -o APT::Sandbox::User=root download "$dev=$version" 2>/dev/null ||
			quietly apt-get "${apt_options[@]}" -o APT::Sandbox::User=root download "$dev" ||
			die "could not download the headers ($dev): check the network, then run 'make setup' again."
		dpkg -x ./*.deb .
	)
}

# The source package is fetched with lists and sources of its own, kept apart
# from the user's, so that no newer suite ever shows up in the user's apt.
fetch_pgvector_source() {
	local own=$work/apt archive
	mkdir -p "$own/lists/partial" "$own/cache/archives/partial" "$own/sources" "$work/source"
	archive=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk '$1 == "Debian" && $3 ~ /\/debian\/?$/ { print $3; exit }')
	cat >"$own/sources/debian.sources" <<-SOURCES
		Types: deb-src
		URIs: ${archive:-http://deb.debian.org/debian}
		Suites: $pgvector_suite
		Components: main
		Signed-By: $debian_keyring
	SOURCES
	local options=("${apt_options[@]}" -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$own/sources"
		-o "Dir::State::lists=$own/lists" -o "Dir::Cache=$own/cache" -o APT::Sandbox::User=root)
	quietly apt-get "${options[@]}" --error-on=any update ||
		die "could not read Debian's $pgvector_suite source list: check the network; if the lines above name a missing key, upgrade the package debian-archive-keyring."
	(cd "$work/source" && quietly apt-get "${options[@]}" source --download-only "pgvector") ||
		die "could not download the source of pgvector: check the network, then run 'make setup' again."
	local tarball=$work/source/pgvector_$pgvector_version.orig.tar.gz
	[ -r "$tarball" ] || die "Debian $pgvector_suite no longer has pgvector $pgvector_version: install pgvector $min_pgvector or newer yourself, or set DATABASE_URL."
	echo "$pgvector_sha256  $tarball" | sha256sum --check --status ||
		die "the source of pgvector does not have the expected checksum, so it was not built."
	tar -xzf "$tarball" -C "$work/source"
}

compile_pgvector() {
	local src=$work/source/pgvector-$pgvector_version inc=$work/headers/usr/include/postgresql
	# No -march=native (upstream's default): the library must also run on
	# another processor, for instance after a disk image has moved.
	quietly gcc -O2 -fPIC -shared -fwrapv -fno-strict-aliasing -fexcess-precision=standard \
		-ftree-vectorize -fassociative-math -fno-signed-zeros -fno-trapping-math -w \
		-I"$src/src" -I"$inc/$major/server" -I"$inc/internal" -D_GNU_SOURCE \
		-o "$work/vector.so" "$src"/src/*.c -lm ||
		die "pgvector did not compile: see the lines above."
}

place_pgvector() {
	local src=$work/source/pgvector-$pgvector_version
	local ext=/usr/share/postgresql/$major/extension lib=/usr/lib/postgresql/$major/lib file placed=()
	cp "$src/sql/vector.sql" "$src/sql/vector--$pgvector_version.sql"
	as_root install -m 644 "$work/vector.so" "$lib/vector.so.baton-new"
	as_root mv -f "$lib/vector.so.baton-new" "$lib/vector.so"
	placed+=("$lib/vector.so")
	for file in "$src"/sql/vector--*.sql; do
		as_root install -m 644 "$file" "$ext/${file##*/}"
		placed+=("$ext/${file##*/}")
	done
	placed+=("$ext/vector.control")
	as_root mkdir -p "${built_list%/*}"
	printf '%s\n' "${placed[@]}" | cat - <(cat $built_list 2>/dev/null || true) | sort -u >"$work/built-files"
	as_root install -m 644 "$work/built-files" $built_list
	as_root install -m 644 "$src/vector.control" "$ext/vector.control.baton-new"
	as_root mv -f "$ext/vector.control.baton-new" "$ext/vector.control"
}

# ------------------------------------------------------------ whole machine

on_debian() { command -v apt-get >/dev/null && command -v dpkg >/dev/null; }

# Elsewhere than on Debian and Ubuntu nothing is installed: the script looks
# whether all is there and says the line that brings it.
elsewhere() {
	local initdb
	if [ "$(uname)" = Darwin ]; then
		for initdb in /opt/homebrew/opt/postgresql@*/bin/initdb /usr/local/opt/postgresql@*/bin/initdb; do
			if [ -x "$initdb" ] && ls "${initdb%/bin/initdb}"/share/*/extension/vector.control >/dev/null 2>&1 && command -v pdftotext >/dev/null; then
				return 0
			fi
		done
		die "something is missing; install it with:  brew install postgresql@17 pgvector poppler flock"
	fi
	if command -v initdb >/dev/null && command -v pdftotext >/dev/null; then return 0; fi
	die "this is neither Debian nor Ubuntu: install PostgreSQL $min_postgres or newer with pgvector $min_pgvector or newer, and pdftotext (poppler), with your package manager, or set DATABASE_URL."
}

setup_run() {
	if [ -z "${DATABASE_URL:-}" ]; then
		pick_server
		if [ -z "$major" ]; then
			install_postgres
			pick_server
			[ -n "$major" ] || die "PostgreSQL was installed but its programs are not under /usr/lib/postgresql: install PostgreSQL $min_postgres or newer yourself, or set DATABASE_URL."
		fi
		if [ -z "$vector" ]; then
			install_pgvector
			pick_server
			[ -n "$vector" ] || die "pgvector $min_pgvector or newer is still missing after its installation: install it yourself, or set DATABASE_URL."
		fi
	fi
	command -v pdftotext >/dev/null || install_packages poppler-utils
}

remove() {
	local file
	if [ -r $built_list ]; then
		while IFS= read -r file; do
			# A file that a distribution package owns by now is the package's.
			dpkg -S "$file" >/dev/null 2>&1 || as_root rm -f "$file"
		done <$built_list
		as_root rm -f $built_list
		as_root rmdir "${built_list%/*}" 2>/dev/null || true
		say "removed the pgvector that was built here"
	fi
	rm -rf "$root_dir/.tools"
	say "distribution packages stay; if nothing else uses them: sudo apt-get remove postgresql-* poppler-utils"
}

report() {
	(( downloading + building == 0 )) || say "done in $SECONDS s: $downloading s downloading, $building s installing and building"
}

main() {
	case ${1:-} in
	--remove) remove; return ;;
	--test | "") ;;
	*) die "unknown option $1 (known: --test, --remove)." ;;
	esac
	if on_debian; then setup_run; else elsewhere; fi
	if [ "${1:-}" = --test ]; then
		# shellcheck source=scripts/setup-test.sh
		. "$root_dir/scripts/setup-test.sh"
		setup_test
	fi
	report
}

main "$@"
