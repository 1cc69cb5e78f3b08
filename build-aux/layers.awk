# The rooms of STYLE.md, checked: awk -f build-aux/layers.awk FILES, with
# paths from the root of the tree.  Silent and 0, or one line per offense, 1.
#
# A line per folder: the folders whose headers it may include besides its own,
# and the headers of libraries that no other folder may include.  A folder
# stands below all that may include it, so there is no circle.

function room(folder, below, headers,    n, i, part) {
	rooms[folder]
	n = split(below, part, " ")
	for (i = 1; i <= n; i++)
		may[folder, part[i]]
	n = split(headers, part, " ")
	for (i = 1; i <= n; i++)
		owner[part[i]] = folder
}

function offend(what) {
	printf("%s:%d: %s\n", FILENAME, FNR, what)
	bad = 1
}

BEGIN {
	pure = "lib/base lib/time lib/trigger lib/record"
	all = pure " lib/json lib/secret lib/conf lib/db lib/store lib/job lib/sched"

	room("lib/base")
	room("lib/time", "lib/base")
	room("lib/json", "lib/base", "json-c/json.h")
	room("lib/trigger", "lib/base lib/time")
	room("lib/record", "lib/base lib/time lib/trigger")
	room("lib/secret", "lib/base lib/record", "sodium.h")
	room("lib/conf", "lib/base lib/json lib/record lib/secret", "confuse.h")
	room("lib/db", "lib/base sql", "sqlite3.h")
	room("lib/store", pure " lib/json lib/db")
	room("lib/job", pure " lib/json lib/conf")
	room("lib/sched", all)
	room("lib/report", all)
	all = all " lib/report"

	room("net", pure " lib/secret lib/conf lib/job")
	room("net/http", pure " lib/secret net", "curl/curl.h")
	room("net/alert", pure " lib/json lib/conf net")
	room("net/webhook", pure " lib/secret net net/http net/alert")
	room("net/command", pure " lib/conf net net/alert")
	room("net/redis", pure " lib/secret lib/conf lib/job net",
	    "hiredis/hiredis.h hiredis/hiredis_ssl.h " \
	    "openssl/ssl.h openssl/err.h openssl/x509v3.h")
	room("net/amqp", pure " lib/secret lib/conf lib/job net",
	    "amqp.h amqp_tcp_socket.h amqp_ssl_socket.h")

	room("fcgi/server", "lib/base")
	room("fcgi/api", all " net fcgi/server")
	# A tick may be run by a request: fcgi/ sees what one is, not ticker/.
	room("fcgi/handler", all " net fcgi/server fcgi/api ticker/tick")
	room("fcgi", all " net fcgi/server fcgi/api fcgi/handler")

	# A tick that has nothing to send pays for no JSON.
	room("ticker/render", pure " lib/json lib/secret lib/conf lib/db lib/store net net/http")
	room("ticker/broker", pure " lib/conf lib/db lib/store lib/sched net")
	room("ticker/tick", pure " lib/secret lib/conf lib/db lib/store lib/job lib/sched " \
	    "net ticker/render ticker/broker")
	room("ticker/sim", pure " lib/conf lib/db lib/store lib/sched ticker/tick")
	room("ticker", "lib/base lib/conf lib/sched ticker/tick ticker/sim")

	room("ctl/print", all)
	room("ctl", all " net net/command ctl/print")
	room("ctl/jobs", all " net ctl/print ctl")
	room("ctl/probe", "lib/base lib/conf net/http")
	room("ctl/doctor", all " net net/command net/alert ctl/print ctl ctl/probe")
	room("ctl/cmd", all " net net/command ctl/print ctl ctl/jobs ctl/probe ctl/doctor")

	# Headers that bring JSON or checks of tokens: not for the rest of it.
	heavy = "^lib/(conf/signature|job/(job_json|message_funboost)|secret/token)[.]h$"

	# What C11 and POSIX have, and the few besides.
	libc = "^(sys/[a-z]+|linux/magic|std[a-z]+|assert|ctype|dirent|dlfcn|errno|fcntl|" \
	    "fnmatch|getopt|glob|ifaddrs|inttypes|limits|malloc|netdb|poll|pthread|pwd|" \
	    "signal|spawn|string|strings|sysexits|syslog|termios|time|" \
	    "unistd|(arpa|net|netinet)/[a-z]+)[.]h$"
	# Rooms of pure functions of their input: no clock and no log, either.
	split(pure " lib/json", part, " ")
	for (i in part)
		is_pure[part[i]]
	called = "(^|[^A-Za-z0-9_])(getenv|secure_getenv|exit|_exit|fork|vfork" \
	    "|printf|vprintf|puts|putchar)[ \t]*[(]|(^|[^A-Za-z0-9_])stdout"
	# What may reach a terminal goes there made harmless, by
	# lib/base/text.h; a line that writes a file says so: /* a file */.
	shown = "(^|[^A-Za-z0-9_])(v?f?printf|v?dprintf|f?puts|putchar|f?putc|fwrite" \
	    "|(putchar|f?putc|f?puts|fwrite)_unlocked|v?f?wprintf|f?putws|f?putwc" \
	    "|perror|psignal|v?errx?|v?warnx?|error|getopt(_long(_only)?)?)[ \t]*[(]" \
	    "|(^|[^A-Za-z0-9_])write[ \t]*[(](STD(OUT|ERR)_FILENO|[12]),"
	direct = "^(lib/base/(text|cmdline|log)|fcgi/serve_cgi)[.]c$"
}

FNR == 1 {
	folder = FILENAME
	sub(/\/[^\/]*$/, "", folder)
	is_free = folder ~ /^(tests|bench)/
	in_comment = 0
	if (!is_free && !(folder in rooms))
		offend("\"" folder "\" is no folder of build-aux/layers.awk")
}

is_free { next }

/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, part, /[<>]/)
	if (part[2] in owner) {
		if (folder != owner[part[2]])
			offend("<" part[2] "> is for " owner[part[2]] " alone")
	} else if (part[2] !~ libc)
		offend("<" part[2] "> has no owner in build-aux/layers.awk")
	next
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	if (part[2] == "config.h")
		next
	below = part[2]
	if (!sub(/\/[^\/]*$/, "", below))
		offend("\"" part[2] "\" is not written from the root")
	else if (below != folder && !((folder, below) in may))
		offend("\"" part[2] "\" lies sideways or above")
	else if (below != folder && part[2] ~ /^lib\/.*_int[.]h$/)
		offend("\"" part[2] "\" is private to its folder")
	else if (part[2] ~ /^lib\/db\/(stmt|row)[.]h$/ && folder !~ /^lib\/(db|store)$/)
		offend("\"" part[2] "\" is for lib/store alone")
	else if (folder != "lib/base" && folder in is_pure && \
	    part[2] ~ /^lib\/base\/(clock|log|stop)[.]h$/)
		offend("\"" part[2] "\" is not for pure functions")
	else if (folder ~ /^ticker/ && folder != "ticker/render" && \
	    part[2] ~ heavy)
		offend("\"" part[2] "\" is not for a tick that has nothing to send")
	next
}

# Code without its comments and strings.
{
	line = $0
	if (in_comment) {
		if (!sub(/^.*\*\//, "", line))
			next
		in_comment = 0
	}
	gsub(/\\./, "", line)
	gsub(/"[^"]*"/, "", line)
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
	if (sub(/\/\*.*/, "", line))
		in_comment = 1
	if (folder ~ /^lib/ && line ~ called)
		offend("lib/ neither exits, forks, reads the environment nor " \
		    "writes to stdout")
	else if (line ~ shown && FILENAME !~ direct && $0 !~ /\/\* a file \*\//)
		offend("text for people is printed by lib/base/text.h, which " \
		    "makes it harmless for a terminal")
}

END { exit bad }
