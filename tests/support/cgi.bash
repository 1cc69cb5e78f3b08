# Drive minutehand.fcgi as a plain CGI program: no web server, no network.
# Load from a bats file, then in setup:
#
#   cgi_setup               an instance of its own in $BATS_TEST_TMPDIR
#   cgi METHOD PATH[?QUERY] [BODY] [NAME=VALUE…]
#                           one request; sets $status_code $headers $body
#   post PATH JSON …        the same for a JSON body
#   field EXPRESSION        a part of $body, in jq's words: .data.jobs[0]
#
# BODY "@FILE" sends a file's bytes.  NAME=VALUE adds a CGI variable;
# "-NAME" takes one away.

load ../support/helper.bash
# The names helper.bash gives are not misspelt ones.
# shellcheck disable=SC2153
fcgi=$FCGI ctl=$MINUTEHAND ticker=$TICKER	# for the tests that load this
export ticker

cgi_setup() {
	dir=$BATS_TEST_TMPDIR/instance
	"$ctl" init --json "$dir" >"$BATS_TEST_TMPDIR/init.json"
	conf=$dir/minutehand.conf
	token=$(json_of "$BATS_TEST_TMPDIR/init.json" .token)
	# One zone wherever the tests run.
	printf 'timezone = "Asia/Shanghai"\n' >>"$conf"
	export MINUTEHAND_CONF=$conf
}

# A token with other rights: new_token SCOPES [QUEUE-GLOBS [MORE…]]
new_token() {
	local scopes=$1 queues=${2:-*}
	shift; shift || true
	"$ctl" -c "$conf" token add --json --name test --scopes "$scopes" \
	    --queues "$queues" "$@" >"$BATS_TEST_TMPDIR/token.json"
	json_of "$BATS_TEST_TMPDIR/token.json" .token
}

# Print what stands at a place in a JSON file: strings bare, the rest as JSON.
json_of() {
	jq -cr "$2" "$1"
}

field() {
	json_of "$BATS_TEST_TMPDIR/body" "$1"
}

cgi() {
	local method=$1 path=$2 input=${3-} query='' n name
	local -A env=(
		[PATH]=$PATH [MINUTEHAND_CONF]=$MINUTEHAND_CONF
		[GATEWAY_INTERFACE]=CGI/1.1 [SCRIPT_NAME]=/cgi-bin/minutehand.fcgi
		[REMOTE_ADDR]=192.0.2.7 [HTTP_HOST]=jobs.example.org
	)

	shift 2; shift || true
	case $path in *\?*) query=${path#*\?}; path=${path%%\?*} ;; esac
	case $input in
	@*)	cp "${input#@}" "$BATS_TEST_TMPDIR/input" ;;
	*)	printf '%s' "$input" >"$BATS_TEST_TMPDIR/input" ;;
	esac
	n=$(wc -c <"$BATS_TEST_TMPDIR/input")
	env[REQUEST_METHOD]=$method env[PATH_INFO]=$path
	env[QUERY_STRING]=$query
	[ -z "${token-}" ] || env[HTTP_AUTHORIZATION]="Bearer $token"
	[ "$n" -eq 0 ] || env[CONTENT_LENGTH]=$n env[CONTENT_TYPE]=application/json
	for name; do
		case $name in
		-*)	unset "env[${name#-}]" ;;
		*)	env[${name%%=*}]=${name#*=} ;;
		esac
	done
	local -a list=()
	for name in "${!env[@]}"; do list+=("$name=${env[$name]}"); done
	env -i "${list[@]}" "$fcgi" <"$BATS_TEST_TMPDIR/input" \
	    >"$BATS_TEST_TMPDIR/answer" 2>"$BATS_TEST_TMPDIR/log"
	cgi_split
}

# The answer into $status_code, $headers, $body and the file body.
cgi_split() {
	headers=$(tr -d '\r' <"$BATS_TEST_TMPDIR/answer" | sed '/^$/q')
	sed '1,/^\r$/d' "$BATS_TEST_TMPDIR/answer" >"$BATS_TEST_TMPDIR/body"
	body=$(cat "$BATS_TEST_TMPDIR/body")
	status_code=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' <<<"$headers")
}

post() {
	cgi POST "$@"
}

# Add a job; the argument is JSON.
add() {
	post /funboost/add_timing_job "$@"
}

# status_is CODE: what was answered is an envelope (or native) of that code.
status_is() {
	if [ "$status_code" != "$1" ]; then
		printf 'got %s, want %s: %s\n' "$status_code" "$1" "$body"
		cat "$BATS_TEST_TMPDIR/log"
		return 1
	fi
}

# An error in the envelope: envelope_is CODE ERROR
envelope_is() {
	status_is "$1" && is succ false && is code "$1" && is error "$2" &&
	    is data null && is traceback null
}

# is PLACE VALUE: that part of the body is so.
is() {
	local got
	got=$(field ".$1")
	if [ "$got" != "$2" ]; then
		printf '%s is %s, want %s in %s\n' "$1" "$got" "$2" "$body"
		return 1
	fi
}

# has PLACE TEXT: that part of the body contains the text.
has() {
	local got
	got=$(field ".$1")
	if [ "$got" = null ] || [[ $got != *"$2"* ]]; then
		printf '%s is %s, without %s in %s\n' "$1" "$got" "$2" "$body"
		return 1
	fi
}

# header NAME: its value, "" when absent.
header() {
	sed -n "s/^$1: //p" <<<"$headers"
}

# bad FIELD [TEXT]: the answer is a 400 that names the field.
bad() {
	envelope_is 400 bad_input && has "error_data.$1" "${2-}"
}
