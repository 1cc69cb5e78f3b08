# Helpers for the tests of the owner's command; source from setup().

load ../support/helper.bash
MH=$MINUTEHAND
export TICKER

# A fresh home with everything in it; the first token is in $TOKEN.
fresh_home() {
	export HOME=$BATS_TEST_TMPDIR/home TZ=UTC
	unset MINUTEHAND_CONF
	mkdir -p "$HOME"
	export CONF=$HOME/.minutehand/minutehand.conf
	export STORE=$HOME/.minutehand/store.db
	"$MH" init --json >"$BATS_TEST_TMPDIR/init.json"
	TOKEN=$(sed 's/.*"token":"\([^"]*\)".*/\1/' "$BATS_TEST_TMPDIR/init.json")
	export TOKEN
	# Nothing of a test stays behind in /dev/shm.
	echo 'memory_store = "memory/store.db"' >>"$CONF"
}

# One message into the queue $1.
send() {
	"$MH" job add "$1" --id sender --every 1d --replace >/dev/null
	"$MH" job run "$1" sender
}

# How many messages of queue $1 are in state $2.
count_state() {
	"$MH" queue peek "$1" --limit 1000 | awk -v s="$2" \
	    'NR > 1 && $2 == s { n++ } END { print n + 0 }'
}
