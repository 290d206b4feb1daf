# What once went wrong on odd ground, and must not again.
# shellcheck shell=bash

load ../support/common

# held KIND STREAMS ARGUMENT...: quotefetch with STREAMS (stdout,stderr) on a
# pipe or terminal that nobody reads. Prints its exit status, or "stuck".
held() {
    python3 -c 'import fcntl, os, pty, subprocess, sys
kind, streams, command = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
unread, end = pty.openpty() if kind == "terminal" else os.pipe()
if kind == "pipe":
    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 4096)
run = subprocess.Popen(command, **{stream: end for stream in streams})
try:
    print(run.wait(timeout=20))
except subprocess.TimeoutExpired:
    print("stuck")
    run.kill()' "$1" "$2" "$QUOTEFETCH" "${@:3}"
}

# answering BODY: quote calls get this answer, whatever they ask.
answering() {
    local port

    read -r port < <(exec rawserver.py --upstream "$KIS_BASE_URL" "answer=$1" 3>&-)
    brokers+=("$!")
    export KIS_BASE_URL=http://127.0.0.1:$port
}

@test "a terminal that takes nothing more: the deadline holds" {
    serve --latency 20
    codes 2000 >list
    expect_same "$(held terminal stdout -q --timeout 1 --format ndjson -f list 2>err)" 5
    expect_text err 'its reader let the time run out'
    expect_same "$(held terminal stdout,stderr --timeout 1 --format ndjson -f list)" 5
}

@test "-v into a pipe that nobody reads: the deadline holds" {
    serve --fault reset@every=2
    codes 500 >list
    expect_same "$(held pipe stderr -v --timeout 1 --batch 1 -o made -f list)" 6
    expect_json 'length == 500' made
}

@test "--workers auto: more workers are no more calls in flight than --concurrency" {
    serve --latency 200
    codes 12 >list
    fetch --workers auto --concurrency 1 --rate 18 --batch 1 --stats stats -f list
    expect_status 0
    expect_json '.workers > 3' stats
    expect_arrivals '.in_flight == 1'
}

@test "a US symbol that an exchange refuses with 'no data' is looked for at the others" {
    serve
    answering '{"rt_cd":"7","msg_cd":"KIOK0560","msg1":"no data"}'
    fetch --format ndjson IBM
    expect_status 4
    expect_json '.error_type == "NotFound" and .attempts == 3'
}

@test "a secret that the broker repeats is masked wherever it would show" {
    serve --token-interval 0
    local key=$KIS_APP_KEY secret=$KIS_APP_SECRET
    fetch -q 005930
    local token
    token=$(jq -r .token "$STATE"/token-*[0-9a-f])
    answering "{\"rt_cd\":\"1\",\"msg_cd\":\"X\",\"msg1\":\"$token $key $secret\",\"output\":[]}"
    fetch -v --format ndjson 005930
    expect_status 4
    expect_match out '"msg1":"\*+ \*+ \*+"'
    cat out err >both
    for text in "$token" "$key" "$secret"; do
        expect_no_text both "$text"
    done
}

@test "--stats never over the records, by whatever name" {
    serve
    fetch -q -o made --stats ./made 005930
    expect_status 5
    expect_same "$(cat err)" "quotefetch: cannot write './made': it holds the records"
    expect_json '.[0].price == 274500' made
    ln -s out link
    fetch -q --stats link 005930
    expect_json '.[0].price == 274500'
}
