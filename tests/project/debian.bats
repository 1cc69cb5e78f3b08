#!/usr/bin/env bats
# The Debian package: built by Debian's tools, judged by lintian, unpacked and
# tried.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	root=$BATS_FILE_TMPDIR/root
	HOME=$BATS_TEST_TMPDIR/home
	mkdir -p "$HOME"
}

# Not with the flags and limits of the build that is tested.
@test "dpkg-buildpackage, without a complaint of lintian" {
	make -s -C "$abs_top_builddir" distdir distdir="$BATS_FILE_TMPDIR/minutehand" \
	    >"$BATS_FILE_TMPDIR/dist.log" 2>&1
	cd "$BATS_FILE_TMPDIR/minutehand"
	env -u CFLAGS -u LDFLAGS -u MAKEFLAGS -u MAKELEVEL \
	    DEB_BUILD_OPTIONS='parallel=2 noautodbgsym' \
	    dpkg-buildpackage -us -uc -b >"$BATS_FILE_TMPDIR/build.log" 2>&1 || {
		tail -n 30 "$BATS_FILE_TMPDIR/build.log"
		false
	}
	lintian --allow-root --fail-on error,warning ../*.changes
	dpkg -x ../minutehand_*.deb "$root"
}

@test "the unpacked package: a job is added, due and consumed" {
	[ -d "$root" ] || skip 'the package was not built'
	mh=$root/usr/bin/minutehand
	run "$mh" init
	[ "$status" -eq 0 ]
	# Not a program of its name beside it.
	[[ $output == *'/usr/libexec/minutehand/ticker'* ]]
	echo 'memory_store = "memory/store.db"' >>"$HOME/.minutehand/minutehand.conf"
	"$mh" job add mail --id now --date "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
	"$root/usr/libexec/minutehand/ticker" --once
	run "$mh" consume mail --max 1 -- cat
	[ "$status" -eq 0 ]
	[[ $output == *'"job_id":"now"'* ]]
	run "$mh" runs mail
	[[ $output == *succeeded* ]]
}

@test "its files: completions, units that are off, no program that clashes" {
	[ -d "$root" ] || skip 'the package was not built'
	[ ! -e "$root/usr/bin/ticker" ]
	[ -x "$root/usr/libexec/minutehand/minutehand.fcgi" ]
	bash -n "$root/usr/share/bash-completion/completions/minutehand"
	zsh -n "$root/usr/share/zsh/vendor-completions/_minutehand"
	unit=$root/lib/systemd/system/minutehand-tick
	grep -q '^User=_minutehand$' "$unit.service"
	grep -q '_minutehand' "$root/usr/lib/sysusers.d/minutehand.conf"
	dpkg -e "$BATS_FILE_TMPDIR"/minutehand_*.deb "$BATS_TEST_TMPDIR/control"
	# Only a timer that the owner enabled is enabled again.
	run ! grep -E 'systemctl .*(enable|start)|invoke-rc.d' \
	    "$BATS_TEST_TMPDIR/control/postinst"
}
