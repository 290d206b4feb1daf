# SPDX-License-Identifier: MIT
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
    expect_refused '--output and --stats name the same file'
    ln -s out link
    fetch -q --stats link 005930
    expect_refused 'stdout and --stats name the same file'
}

# others_are_answered N CODE FAULT...: of N symbols all but CODE have their quote.
others_are_answered() {
    local n=$1 code=$2

    codes "$n" >list
    serve "${@:3}"
    fetch -f list
    expect_status 1
    expect_json "length == $n and (map(select(.error)) | map(.symbol) == [\"$code\"])"
}

@test "one answer that cannot be read costs one symbol, not its batch" {
    local fault

    for fault in badutf8 dup control nul wrong-symbol status=404; do
        others_are_answered 30 100005 --fault "$fault@symbol=100005"
    done
    expect_json 'map(select(.error)) | .[0].error_type == "Http"'
}

@test "unreadable symbols one after another do not end the run" {
    local i faults=()

    for i in 1 2 3 4 5 6 7 8; do
        faults+=(--fault "badutf8@symbol=1000${i}1")
    done
    serve "${faults[@]}"
    codes 200 >list
    fetch -f list --batch 10 --workers 1 --rate 0
    expect_status 1
    expect_json '(map(select(.error)) | length == 8 and all(.error_type == "Parse")) and length == 200'
    codes 40 >list
    serve --fault status=404@path=multi,nth=1-9
    fetch -f list --batch 1 --workers 1 --rate 0
    expect_status 1
    expect_json 'map(select(.error)) | length == 9'
}

@test "one page of 403 between the broker's answers: asked again by halves, nothing lost" {
    codes 600 >list
    serve --fault status=403@path=multi,nth=3
    fetch -f list --rate 0
    expect_status 0
    expect_json 'length == 600'
    codes 25 >list
    serve --fault status=403@symbol=100001
    fetch -f list --rate 0
    expect_status 1 # not 3: the others show that the credentials are good
    expect_json 'map(select(.error)) | map(.symbol) == ["100001"]'
    serve --fault status=403@path=multi,nth=1
    fetch -f list --batch 1 --rate 0
    expect_status 0 # a page is no word on the symbol: it is asked for again
}

@test "an answer of the same bad kind to every call: probes, not two calls for each symbol" {
    local fault

    codes 400 >list
    for fault in status=404 status=403 html200; do
        serve --fault "$fault@path=multi"
        fetch -f list --rate 0 --stats stats --timeout 4
        expect_json 'length == 400'
        expect_json '.calls < 60' stats
    done
}

@test "a busy token endpoint's Retry-After is waited for" {
    serve --fault retry-after=1@path=token,nth=1
    fetch 005930
    expect_status 0
}

@test "a secret that comes back escaped is masked, too" {
    local spelled url

    serve --token-interval 0
    url=$KIS_BASE_URL
    for spelled in '+\\/=' '\\u002b/\\u003D' '%2B%2f%3D'; do
        export KIS_BASE_URL=$url
        spelled=${SECRET/"+/="/"$spelled"}
        answering "{\"rt_cd\":\"1\",\"msg_cd\":\"X\",\"msg1\":\"bad: $spelled.\",\"output\":[]}"
        fetch -v --raw --format ndjson 005930
        expect_status 4
        expect_match out '"msg1":"bad: \*+\."'
        expect_no_text out OfTheTestsOnly
        expect_no_text err OfTheTestsOnly
    done
}

@test "a proxy's password is in no message" {
    local proxy

    serve
    for proxy in 'foo://user:hunter2@127.0.0.1:1' 'user:hunter2@127.0.0.1:99999' \
        'http://user:x/hunter2@127.0.0.1' "http://user:x@'hunter2@127.0.0.1:99999"; do
        https_proxy=$proxy fetch -v --base-url https://broker.test 005930
        expect_status 4
        expect_no_text out hunter2
        expect_no_text err hunter2
    done
}

@test "time up, or a signal, while the list is read: what was read has its records" {
    serve
    (printf '005930\n000660\n0003'; sleep 2) | {
        status=0
        "$QUOTEFETCH" --timeout 0.5 >out 2>err || status=$?
        expect_status 6
    }
    expect_json 'map(.symbol) == ["005930", "000660"] and all(.[]; .error_type == "Deadline")'
    echo old >made
    (printf '005930\n'; sleep 1) | {
        status=0
        "$QUOTEFETCH" --timeout 0.3 -o made 2>err || status=$?
        expect_status 6
    }
    expect_same "$(<made)" old
    mkfifo list.fifo
    "$QUOTEFETCH" -f list.fifo >out 2>err 3>&- &
    exec 9>list.fifo
    printf '005930\n' >&9
    sleep 0.5
    kill -TERM $!
    status=0
    wait $! || status=$?
    exec 9>&-
    expect_status 143
    expect_json 'map(.error_type) == ["Canceled"]'
}

@test "an error has its own verdict, not that of an answer before" {
    serve --revoke-after 1
    fetch --batch 1 --workers 1 --timeout 5 --format ndjson 005930 000660
    expect_ndjson '.[1].error_type == "Auth" and (.[1].msg_cd | IN(null, "EGW00123"))'
}

@test "one host in two spellings has one quota and one token" {
    serve
    fetch --rate 100 --base-url "${KIS_BASE_URL/127.0.0.1/localhost}" 005930
    expect_status 0
    fetch --rate 100 --base-url "${KIS_BASE_URL/127.0.0.1/LocalHost}" 005930
    expect_status 0
    expect_same "$(find "$STATE" -name 'token-*[0-9a-f]' | wc -l)" 1
    expect_same "$(find "$STATE" -name 'quota-*[0-9a-f]' | wc -l)" 1
}

@test "--quota needs the key alone, and runs no command" {
    serve
    unset KIS_APP_SECRET
    printf 'app_secret_cmd = touch %s\n' "$PWD/ran" >"$CONFIG"
    chmod 600 "$CONFIG"
    fetch --quota
    expect_status 0
    [ ! -e ran ] || fail "the command ran"
}

@test "--priority FILE is a list: stdin is left alone" {
    serve
    mkfifo open.fifo
    exec 9<>open.fifo
    echo 005930 >list
    status=0
    timeout 10 "$QUOTEFETCH" --priority list <&9 >out 2>err || status=$?
    exec 9>&-
    expect_status 0
    expect_json 'map(.symbol) == ["005930"]'
}
