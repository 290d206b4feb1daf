# SPDX-License-Identifier: MIT
# The vocabulary of the fault suite. A row of the catalogue is a test:
#
#   @test "N9 reset after the request: tried again, and counted as sent" {
#       serve_limited --fault reset@nth=1          what is injected
#       ask --batch 1                              how $symbols are asked for
#       expect_end 0 3                             what must hold
#   }
#
# What must hold in every row is checked by ask, for every row: see invariants.
# shellcheck shell=bash

load ../support/common

eval "common_$(declare -f setup)" # what common.bash does comes first

setup_file() {
    # Past a version manager's stand-in, which takes its time at every call.
    PYTHON=$(python3 -c 'import sys; print(sys.executable)')
    export PYTHON
    case $BATS_TEST_FILENAME in */core_network.bats | */network.bats | */heal.bats) certificates ;; esac
}

setup() {
    common_setup
    : >"$CONFIG" # the default quota is in force
    symbols=(005930 000660 AAPL)
    end=()
    deadline=10     # of the whole run, seconds
    try=3           # of one attempt
    rate=18         # calls that any second may see; 0: no matter
    client=()       # stands before the client: a wrapper
    input=(-f list) # where the client reads the symbols
    document=       # where the records go, when it is not stdout
    begins=true     # false: the run ends before it has begun to write
    bound=          # seconds that a run may take, where the deadline is not the point
}

# Seconds that a slow machine may take on top of the second that the catalogue
# gives. What would last longer than the deadline lasts for ever in these rows,
# so this hides nothing.
SLACK=${FAULT_SLACK:-8}

# ---- asking -----------------------------------------------------------------

# serve_limited [OPTION...]: serve, with a broker that holds the client to its quota.
serve_limited() {
    serve --rate "$rate" "$@"
}

# ask [OPTION...]: fetches the symbols, and checks the invariants.
ask() {
    start "$@"
    finish
}

# start, finish: the same in two steps; between them the client runs as $pid.
start() {
    local format=(--format json)

    case " $* " in *' --format '*) format=() ;; esac
    printf '%s\n' "${symbols[@]}" >list.new
    mv list.new list # at once: others of a crowd may be reading it
    rm -f pid
    # A background job of a shell without job control ignores SIGINT; env undoes it.
    timeout --foreground -k 1 $((${bound:-deadline + 1} + SLACK)) env --default-signal \
        "$BASH" -c 'echo $$ >pid; exec "$@"' client "${client[@]}" "$QUOTEFETCH" \
        --timeout "$deadline" --try-timeout "$try" -v "${input[@]}" "${format[@]}" "$@" \
        >"${out:-out}" 2>"${err:-err}" 3>&- &
    job=$!
    wait_until test -s pid
    pid=$(<pid)
}

finish() {
    status=0
    wait "$job" || status=$?
    invariants
}

# crowd N [OPTION...]: N clients at once; client I leaves out.I, err.I and end[I].
crowd() {
    local i jobs=() out err

    for ((i = 1; i <= $1; i++)); do
        out=out.$i err=err.$i start "${@:2}"
        jobs[i]=$job
    done
    for ((i = 1; i <= $1; i++)); do
        job=${jobs[i]} out=out.$i finish
        end[i]=$status
    done
}

# many N: asks for N symbols.
many() {
    mapfile -t symbols < <(codes "$1")
}

# ---- what holds always --------------------------------------------------------

invariants() {
    case $status in
    124 | 137) fail "still running after the deadline and 1 s" ;;
    129 | 130 | 141 | 143) ;;
    *) [ "$status" -lt 128 ] || fail "died: status $status" ;;
    esac
    check_document
    check_secrets
    check_rate
}

# One record for each symbol asked, and nothing but whole records of a whole
# document; nothing where the run did not begin. Where the output failed there is
# no telling.
check_document() {
    local file=${document:-${out:-out}}

    case $status in
    5 | 141) return 0 ;;
    esac
    [ -f "$file" ] || return 0
    if [ "$status" = 2 ] || ! $begins; then
        [ ! -s "$file" ] || fail "there is output"
        return
    fi
    "$PYTHON" -S "$ROOT/tests/support/document.py" list "$file" || fail "the document is not whole"
}

# Neither key nor secret in what is printed or left behind; the token in its
# file alone; and no file of the state that others can read.
check_secrets() {
    local found

    ! found=$(grep -rlF -e "$KEY" -e "${SECRET:0:24}" -- out* err* stats* "$HOME/.local" 2>/dev/null) ||
        fail "key or secret in $found"
    ! found=$(grep -rl 'eyJ0eXAi' out* err* stats* "$HOME/.local" 2>/dev/null | grep -v "^$STATE/token-") ||
        fail "the token in $found"
    [ ! -d "$STATE" ] || [ -z "$(find "$STATE" -type f -perm /077)" ] ||
        fail "others can read: $(ls -l "$STATE")"
}

check_rate() {
    [ "$rate" = 0 ] || [ ! -s log ] || [ "$(wc -l <log)" -le "$rate" ] ||
        [ "$(arrivals log | jq .sliding)" -le "$rate" ] ||
        fail "more than $rate calls in a second: $(arrivals log)"
}

# ---- what holds in a row -------------------------------------------------------

# expect_end STATUS [QUOTES [TYPE]]: the exit status, how many records are quotes,
# and the type of all the others.
expect_end() {
    expect_status "$1"
    [ $# -lt 2 ] || expect_json "map(select(.error | not)) | length == $2"
    [ $# -lt 3 ] || expect_json "all(.[] | select(.error); .error_type == \"$3\")"
}

# expect_calls FILTER N: that many calls in the log for which the jq FILTER holds.
expect_calls() {
    expect_same "$(jq -c "select($1)" log | wc -l) calls of $1" "$2 calls of $1"
}

quote='.tr_id' token='.path == "/oauth2/tokenP"'

# ---- injectors -----------------------------------------------------------------

# preload NAME SETTING...: the client runs with tests/support/preload_NAME.c.
preload() {
    local library=${TEST_SUPPORT:-$ROOT/build/tests/support}/preload_$1.so

    [ -e "$library" ] || skip "$library is not built here"
    client+=(env "LD_PRELOAD=$library" "${@:2}"
        ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0")
}

# wire [--tls CERT KEY] [--record FILE] WHAT: tests/support/rawserver.py before the broker.
wire() {
    local port scheme=http

    [ "$1" != --tls ] || scheme=https
    read -r port < <(exec "$PYTHON" "$ROOT/tests/support/rawserver.py" --upstream "${KIS_BASE_URL:-http://127.0.0.1:9}" "$@" \
        2>wire.err 3>&-)
    brokers+=("$!")
    use "$scheme://127.0.0.1:$port"
}

# use URL: where the client asks.
use() {
    export KIS_BASE_URL=$1 KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET
}

# namespace: broker and client run in a network of their own; others skip. Its
# commands: inside COMMAND...
namespace() {
    unshare -n true 2>/dev/null || skip "no network namespace to be had: not root"
    unshare -n sleep 120 3>&- &
    brokers+=("$!")
    namespace=$!
    wait_until is_apart
    inside ip link set lo up
    printf '#!/bin/sh\nexec nsenter -t %s -n "%s" "$@"\n' "$namespace" "$SANDBOX" >sandbox
    chmod +x sandbox
    SANDBOX=$PWD/sandbox client=(nsenter -t "$namespace" -n)
}

is_apart() {
    [ "$(readlink "/proc/$namespace/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

inside() {
    nsenter -t "$namespace" -n "$@"
}

# certificates: makes ca.pem, and NAME.pem, NAME.key of hosts that it vouches for.
certificates() {
    local dir=$BATS_FILE_TMPDIR/tls

    mkdir -p "$dir" && cd "$dir" || return
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=the tests CA' \
        -keyout ca.key -out ca.pem
    openssl genrsa -out host.key 2048
    openssl req -new -key host.key -subj '/CN=broker.test' -out host.csr
    certificate host IP:127.0.0.1,DNS:broker.test 200101000000Z 400101000000Z
    certificate other DNS:elsewhere.test 200101000000Z 400101000000Z
    certificate expired IP:127.0.0.1 200101000000Z 210101000000Z
    certificate early IP:127.0.0.1 390101000000Z 400101000000Z
} 2>/dev/null

# certificate NAME NAMES BEGIN END
certificate() {
    printf '%s\n' '[ca]' default_ca=it '[it]' database=index serial=serial policy=any \
        new_certs_dir=. default_md=sha256 unique_subject=no '[any]' commonName=supplied \
        '[names]' "subjectAltName=$2" >ca.conf
    : >index
    echo "0$((RANDOM % 8 + 1))" >serial
    openssl ca -batch -config ca.conf -extensions names -cert ca.pem -keyfile ca.key \
        -in host.csr -startdate "$3" -enddate "$4" -out "$1.pem" -notext
}

# serve_tls NAME [OPTION...]: a broker with that certificate; ask with --cacert "$ca".
serve_tls() {
    tls=$BATS_FILE_TMPDIR/tls ca=$BATS_FILE_TMPDIR/tls/ca.pem
    serve_limited --tls --cert "$tls/$1.pem" --key "$tls/host.key" "${@:2}"
}

# unsanitized: no sanitizer is in the client, which would take memory of its own.
unsanitized() {
    ! grep -q -e __asan_init -e __tsan_init "$QUOTEFETCH"
}

# spoil FAULT: what becomes of the answers that FAULT spoils.
spoil() {
    rm -rf "$STATE"
    serve_limited --fault "$1"
    ask --retries 0
}

# prices TEXT...: asks for a symbol for each TEXT, which is its price; one of them
# is American.
prices() {
    local faults=() text

    symbols=()
    for text in "$@"; do
        symbols+=($((100001 + ${#symbols[@]})))
        [ $# -gt "${#symbols[@]}" ] || symbols[-1]=AAPL
        faults+=(--fault "price=$text@symbol=${symbols[-1]}")
    done
    rate=0
    serve "${faults[@]}"
    ask --retries 0 --keep-order --batch 1 --rate 0
}

# backdate_token: as if the token in the cache had been issued two minutes ago.
backdate_token() {
    local file

    file=$(echo "$STATE"/token-*[!k])
    jq -c '.asked_at_ms -= 120000' "$file" >backdated
    cat backdated >"$file"
}

# hold FILE: takes its lock, for good.
hold() {
    flock "$1" sleep 120 3>&- &
    brokers+=("$!")
    wait_until is_held "$1"
}

is_held() {
    ! flock -n "$1" true
}

# has_calls N: the log shows N calls.
has_calls() {
    [ "$(wc -l <log)" -ge "$1" ]
}
