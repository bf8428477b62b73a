# Stops the tests' database server and removes its files when the last test
# process is gone. $1 is the directory; every test process holds a shared lock
# on users.lock in it, which the kernel drops when the process ends. Beginning
# and end are guarded by locks only, so there may be any number of janitors.
cd "$1" || exit
exec 9>>janitor.lock 8<users.lock
flock 9
while :; do
	flock 8           # waits until nobody is there
	flock -u 8
	sleep 5           # the next binary of the same test run may be about to start
	if flock -n 8; then break; fi
done
# From here on nobody can enter: newcomers wait for users.lock.
pid=$(sed -n 1p cluster/postmaster.pid 2>/dev/null)
socket=$(sed -n 5p cluster/postmaster.pid 2>/dev/null)
here=$(pwd -P)
if [ -n "$pid" ] && { [ ! -e "/proc/$pid" ] || [ "$(readlink "/proc/$pid/cwd")" = "$here/cluster" ]; }; then
	kill -QUIT "$pid" 2>/dev/null
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -e cluster/postmaster.pid ] || break
		sleep 0.1
	done
fi
rm -rf cluster cluster.new server.log server.log.1
[ -z "$socket" ] || rm -rf "$socket"
exec 9>&-
