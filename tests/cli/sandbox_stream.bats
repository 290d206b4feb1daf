# SPDX-License-Identifier: MIT
# The sandbox's stream, looked at by a client of Python's standard library: the
# broker's rules, the tape, and that each fault does what --fault list says.

load ../support/common

SUPPORT=$ROOT/tests/support

talk() {
    ran="talk $*"
    python3 "$SUPPORT/talk.py" "$@" >out 2>err || fail "$(cat err)"
}

# follow [OPTION...] SYMBOL...: leaves records.
follow() {
    ran="follow $*"
    python3 "$SUPPORT/follower.py" "$@" >records 2>err || fail "$(cat err)"
}

# start_stream [OPTION...]: a broker with both logs, of many trades.
start_stream() {
    serve --stream-log stream.log --tape-log tape.log --tape-rate 60000 --approval-interval 0 "$@"
}

# audit [OPTION...]: of records, leaves audited.
audit() {
    python3 "$SUPPORT/auditor.py" --tape tape.log --stream-log stream.log --seed 1 --openings 99 \
        "$@" records >audited 2>complaints || fail "$(cat complaints)"
}

expect_audited() {
    expect_json "$1" audited
}

# approval FIELD [SECRET]: the call; leaves body.
approval() {
    status_code=$(curl -s -o body -w '%{http_code}' --max-time 20 -H 'content-type: application/json' \
        -d "{\"grant_type\":\"client_credentials\",\"appkey\":\"$KEY\",\"$1\":\"${2:-$SECRET}\"}" \
        "$KIS_BASE_URL/oauth2/Approval") || true
}

# handshake HEADER...: the status of the answer.
handshake() {
    local headers=() header

    for header in "$@"; do headers+=(-H "$header"); done
    curl -s -o body -w '%{http_code}' --max-time 10 "${headers[@]}" "http${KIS_STREAM_URL#ws}"
}

# ---- the approval key -------------------------------------------------------

@test "an approval key: the secret's field is secretkey, and one call a second" {
    serve --approval-interval 60
    approval appsecret
    expect_same "$status_code $(jq -r .error_code body)" '403 EGW00104'
    approval secretkey wrong
    expect_same "$status_code $(jq -r .error_code body)" '403 EGW00105'
    approval secretkey
    expect_same "$status_code" 200
    expect_json '.approval_key | test("^[0-9a-f-]{36}$")' body
    approval secretkey
    expect_same "$status_code $(jq -r .msg_cd body)" '500 EGW00201'
}

@test "approval keys as they should not be" {
    serve --approval-interval 0 --fault approval:empty@nth=1 --fault approval:crlf@nth=2 \
        --fault approval:quote@nth=3 --fault approval:long@nth=4 --fault status=403@path=approval,nth=6
    approval secretkey
    expect_json '.approval_key == ""' body
    approval secretkey
    expect_json '.approval_key | contains("\r\n")' body
    approval secretkey
    expect_json '.approval_key | contains("\"},")' body
    approval secretkey
    expect_json '.approval_key | length == 36 + 2048' body
    approval secretkey
    expect_json '.approval_key | length == 36' body
    approval secretkey
    expect_same "$status_code" 403
}

# ---- the handshake ----------------------------------------------------------

@test "a handshake is judged as RFC 6455 has it" {
    local good=('Upgrade: websocket' 'Connection: Upgrade' 'Sec-WebSocket-Version: 13'
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==')

    serve --fault life:0
    expect_same "$(handshake "${good[@]}")" 101
    expect_same "$(handshake)" 400
    expect_same "$(handshake "${good[@]:1}")" 400
    expect_same "$(handshake "${good[@]:0:2}" "${good[3]}" 'Sec-WebSocket-Version: 8')" 426
    KIS_STREAM_URL+=s expect_same "$(KIS_STREAM_URL=${KIS_STREAM_URL}s handshake "${good[@]}")" 404
}

@test "handshakes as they should not be" {
    local fault

    for fault in 200 301 401 403 503 accept noaccept close reset nothttp; do
        serve --approval-interval 0 --stream-log stream.log --fault "hs:$fault"
        ! talk --timeout 1 open || fail "$fault is taken"
        expect_same "$(jq -r .fault stream.log)" "${fault//[0-9][0-9][0-9]/hs}" ||
            expect_same "$(jq -r .fault stream.log)" "hs:$fault"
    done
    serve --fault hs:early --heartbeat 0
    talk open beat echo 'register 005930' 'ack OPSP0000' close
    serve --fault hs:drip:0
    talk open 'register 005930' 'ack OPSP0000' close
}

# ---- registrations ----------------------------------------------------------

@test "acks, by key and by what is wrong" {
    start_stream --market closed
    talk open 'register 005930' 'ack OPSP0000 005930' 'register 005930' 'ack OPSP0002 005930' \
        'register DNASAAPL' 'ack OPSP0000 DNASAAPL' 'register RBAQAAPL' 'ack OPSP0000 RBAQAAPL' \
        'unregister 005930' 'ack OPSP0001 005930' 'unregister 005930' 'ack OPSP0003 005930' \
        'register 999999' 'ack OPSP0000 999999' 'register 12' 'ack OPSP8992 12' \
        'register DNYSAAPL' 'ack OPSP8992' 'register 005930 H0STXXX0' 'ack OPSP8991 005930' \
        'say hello' 'ack OPSP9999' 'say {}' 'ack OPSP9998' 'register 000660 H0UNCNT0' 'ack OPSP0000' close
    expect_same "$(jq -r 'select(.event == "end") | "\(.by) \(.close_code) \(.registered)"' stream.log)" \
        'client 1000 4'
    serve --env paper
    talk open 'register 005930' 'ack OPSP0000' 'register DNASAAPL' 'ack OPSP8991' close
}

@test "a session takes 41 keys, over all channels, and says so at each one more" {
    local steps=() code

    start_stream --market closed
    for code in $(codes 40); do steps+=("register $code" "ack OPSP0000 $code"); done
    talk open "${steps[@]}" 'register DNASAAPL' 'ack OPSP0000' 'register 000660' 'ack OPSP0008 000660' \
        'register 000270' 'ack OPSP0008' 'unregister DNASAAPL' 'ack OPSP0001' \
        'register 000660' 'ack OPSP0000' close
}

@test "one session an app key; after a drop the place is kept" {
    start_stream --market closed --slot-keep 3600000
    talk open 'register 005930' 'ack OPSP0000' open 'register 005930' 'ack OPSP8996' \
        'line 1' 'register 000660' 'ack OPSP0000' close \
        open 'register 005930' 'ack OPSP0000' drop open 'register 005930' 'ack OPSP8996' close
}

@test "an approval key is looked at once a session; a dead one is refused" {
    start_stream --market closed --fault approval:dead@nth=1
    talk open 'register 005930' 'ack OPSP0011 005930' 'register 005930' 'ack OPSP0000' close
    KIS_APP_SECRET=$SECRET talk open 'say {"header":{"approval_key":"x","custtype":"P","tr_type":"1"},"body":{"input":{"tr_id":"H0STCNT0","tr_key":"005930"}}}' \
        'ack OPSP0011 005930' close
}

@test "acks take their time, one after the other, and the log counts who does not wait" {
    start_stream --market closed --ack-delay 50
    talk open 'register 005930' 'register 000660' 'ack OPSP0000 005930' 'ack OPSP0000 000660' close
    expect_same "$(jq -r 'select(.event == "end").unanswered_most' stream.log)" 2
}

@test "acks as they should not be" {
    start_stream --market closed --fault ack:lost:005930@times=1
    talk open 'register 005930' 'register 000660' 'ack OPSP0000 000660' 'register 005930' \
        'ack OPSP0000 005930' close
    start_stream --market closed --fault ack:late:100@symbol=005930
    talk open 'register 005930' 'register 000660' 'ack OPSP0000 000660' 'ack OPSP0000 005930' close
    start_stream --market closed --fault ack:dup@nth=1 --fault ack:alien@nth=2
    talk open 'register 005930' 'ack OPSP0000 005930' 'ack OPSP0000 005930' 'register 000660' \
        'ack OPSP0000 999998' 'ack OPSP0000 000660' close
    start_stream --fault ack:after-data:50
    talk open 'register 005930' 'frames 1' 'ack OPSP0000 005930' close
    start_stream --market closed --fault ack:nobody@nth=1 --fault ack:control@nth=2 \
        --fault ack:OPSP0007@nth=1 --fault busy@nth=2
    talk open 'register 005930' 'ack none' 'register 005930' 'ack OPSP8992' 'register 005930' 'ack OPSP0007' \
        'register 005930' 'ack OPSP8996' 'register 005930' 'ack OPSP0000' close
    start_stream --fault limit:2
    talk open 'register 005930' 'ack OPSP0000' 'register 000660' 'ack OPSP0000' 'register 000270' \
        'ack OPSP0008' close
    start_stream --fault linger:3
    talk open 'register 005930' 'ack OPSP0000' 'frames 2' 'unregister 005930' 'ack OPSP0001' 'frames 1 005930' \
        close
}

# ---- is somebody there ------------------------------------------------------

@test "heartbeats come back as they are, in a pong, or written anew: all are taken, and told apart" {
    start_stream --market closed --heartbeat 20
    talk open 'register 005930' beat echo 'ping hi' close
    expect_same "$(jq -r 'select(.event == "answer") | "\(.by) \(.exact)"' stream.log | head -n 1)" 'text yes'
    start_stream --market closed --heartbeat 20 --fault beat:escaped --fault beat:fields \
        --fault beat:big@nth=1
    talk open beat echo beat echo-pong beat echo-anew 'ping hi' close
    expect_match stream.log '"by":"text","exact":"yes"'
    expect_match stream.log '"by":"pong","exact":"yes"'
    expect_match stream.log '"by":"text","exact":"no"'
}

@test "who does not answer is cut; who answers is not" {
    start_stream --market closed --heartbeat 20 --silence 1
    talk open beat 'closed 1001'
    expect_same "$(jq -r 'select(.event == "end").by' stream.log)" silence
    start_stream --market closed --ping 20
    talk open 'frames 0' 'sleep 0.2' 'ping x' close
}

# ---- the tape ---------------------------------------------------------------

@test "every trade is there, once, in order, and the counters say so" {
    start_stream
    follow --count 2000 005930 000660 DNASAAPL 035420
    audit --complete
    expect_audited '.violations == 0 and .records >= 2000 and .symbols == 4 and .gap == 0'
}

@test "the tape ends where it is told to, and REST calls show where it stands" {
    local volume

    start_stream --tape-trades 300
    follow --count 300 005930
    audit --whole
    volume=$(jq -s 'last.volume' records)
    fetch --format ndjson 005930
    expect_ndjson "first.volume == $volume and first.price == $(jq -s 'last.price' records)"
}

@test "the same seed is the same tape, and another is not" {
    local seed

    for seed in 1 1 2; do
        start_stream --seed "$seed" --tape-start 20261006100000
        follow --count 300 005930
        python3 - "$SUPPORT" >>tapes <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import auditor
tape = auditor.Tape("tape.log", print)
print([t.text for t in tape.sent["005930"] if 20 < t.number < 200])
END
        cat tape.log >"tape-$seed"
    done
    expect_same "$(sort tapes | uniq -c | sort -n | awk '{ print $1 }' | xargs)" '1 2'
}

@test "the auditor sees what is wrong" {
    start_stream
    follow --count 200 005930 000660
    audit --complete
    cp records good
    wrong() { # wrong JQ-FILTER WHAT
        jq -c "$1" good >records
        ! audit --complete || fail "not seen: $1"
        expect_text complaints "$2"
    }
    wrong 'if input_line_number == 50 then empty else . end' 'counts rise by 2'
    wrong 'if input_line_number == 50 then .gap = 1 else . end' 'gap 1'
    wrong 'if input_line_number == 50 then .price += 1 else . end' 'price'
    wrong 'if input_line_number == 50 then .volume += 1 else . end' 'no such trade'
    wrong 'if input_line_number == 50 then .side = "none" else . end' 'side'
    wrong 'if input_line_number == 50 then (., .) else . end' 'more often'
    wrong 'if input_line_number == 50 then .trade_time = "2020-01-01T00:00:00+09:00" else . end' 'trade_time'
    wrong 'if input_line_number == 50 then .merged = 1 else . end' 'merged'
    head -c -3 good >records
    ! audit || fail 'a torn line is not seen'
}

# ---- faults of the line -----------------------------------------------------

@test "bytes cut and glued are the same frames" {
    start_stream --fault cut:1
    follow --count 200 005930 DNASAAPL
    audit --complete
    start_stream --fault glue:50
    follow --count 200 005930 DNASAAPL
    audit --complete
    # 50 frames of at least one record go out together.
    [ "$(wc -l <records)" -ge 200 ]
}

@test "lines end in every way, and trades missed meanwhile are gaps" {
    local fault

    for fault in rst:20@ life:0@ fin@after=20, close:1008@after=20, close:empty@after=20, close:byte@after=20,; do
        start_stream --fault "${fault}session=1-2"
        follow --count 1000 --again 4 005930 000660
        audit
        expect_audited '.violations == 0 and .openings == 3 and .records >= 1000'
    done
}

@test "how a line ends: with a code, with nothing, with a reset" {
    start_stream --fault close:1012@session=1 --fault close:empty@session=2 --fault fin@session=3 \
        --fault rst:1@session=4
    talk open 'register 005930' 'closed 1012' open 'register 005930' 'closed none' \
        open 'register 005930' ended open 'register 005930' reset
    # Each has a thread of its own: a later one's end may be in the log first.
    expect_same "$(jq -s -r 'map(select(.event == "end")) | sort_by(.session)[].by' stream.log | xargs)" \
        'close close fin reset'
}

@test "silence of two kinds" {
    start_stream --heartbeat 20 --fault mute@session=1 --fault quiet@session=2
    talk --timeout 1 open 'register 005930' 'frames 1' 'ping x' && fail 'a mute line answers'
    expect_text err 'nothing comes'
    talk open 'register 005930' 'frames 1' 'sleep 0.2' 'ping x' 'ping y' close
}

@test "a flood of pings, and a server that does not read" {
    start_stream --fault pingflood:20000
    follow --count 300 005930
    audit --complete
    expect_same "$(jq -s 'map(select(.event == "end").flood_answered) | first > 100' stream.log)" true
    start_stream --fault noread
    talk open 'register 005930' 'frames 1' 'register 000660' 'sleep 0.2' drop
    expect_same "$(jq -s 'map(select(.event == "register")) | length' stream.log)" 1
}

@test "texts that are no frames of trades" {
    start_stream --fault huge --fault json:garbage --fault json:big --fault json:nul --fault text:hello \
        --fault huge:fragments
    follow --count 300 005930
    audit --complete
    expect_same "$(grep -c unreadable err)" 5
    start_stream --fault json:deep:3 --market closed --fault raw:8100@registered=1 --fault huge:claim@registered=1
    talk open 'register 005930' 'hex 81'
}

@test "each case of RFC 6455 is sent as it stands" {
    start_stream --market closed --heartbeat 0 --fault rfc:rsv1@ms=1,session=1 --fault rfc:close-1005@ms=1,session=2 \
        --fault rfc:long-form-16@ms=1,session=3 --fault rfc:utf8-split@ms=1,session=4 --fault raw:8901aa@ms=1,session=5
    talk open 'hex c10178' drop open 'hex 880203ed' drop open 'hex 817e000568656c6c6f' drop \
        open 'hex 0101ea0001b0800180' drop open 'hex 8901aa' drop
}

@test "another session's key, in the middle of this one" {
    start_stream --fault busy:late@after=5
    talk open 'register 005930' 'ack OPSP0000' 'frames 2' 'ack OPSP8996' close
}

# ---- faults of trades and frames --------------------------------------------

@test "trades left out are gaps; twice or late they are none" {
    start_stream --fault skip:3@every=20
    follow --count 300 005930 000660
    audit
    expect_audited '.violations == 0 and .gap > 10 and .gap % 3 == 0'
    start_stream --fault dup:10 --fault swap:7
    follow --count 300 005930 000660
    audit
    expect_audited '.violations == 0 and .late > 10'
}

@test "frames that must be refused whole" {
    local fault faults=() nth=0

    # The frame before each and the frame after it are good.
    for fault in count:abc count:-01 count:999 width:45 width:0 odd:encrypted odd:type odd:tr odd:bars odd:short \
        odd:empty utf8 op:2; do
        faults+=(--fault "$fault@nth=$((nth += 3))")
    done
    start_stream --tape-clump 1 "${faults[@]}"
    follow --count 100 005930
    audit
    expect_audited '.violations == 0 and .gap == 13'
}

@test "records that are wider, and fields that are wrong" {
    start_stream --fault width:48
    follow --count 100 005930 DNASAAPL
    audit --complete
    start_stream --fault value:1e5@every=5 --tape-clump 1
    follow --count 100 005930
    audit
    expect_audited '.gap > 10'
    start_stream --fault field:1:246060 --fault alien@every=10
    follow --count 100 005930
    expect_same "$(jq -s 'map(.symbol) | unique' -c records)" '["005930","033780"]'
}

@test "a new day, and auctions" {
    start_stream --fault newday:50 --fault auction:20
    follow --count 300 005930
    audit
    expect_same "$(jq -s 'map(.trade_time[:10]) | unique | length > 3' records)" true
}

@test "a burst is there at once, a closed market never" {
    start_stream --market closed --tape-clump 1 --fault burst:5000@registered=2
    follow --count 5000 005930 DNASAAPL
    audit --whole
    expect_audited '.records == 5000 and .frames == 5000'
    start_stream --fault tape:closed --heartbeat 20
    talk open 'register 005930' beat echo beat echo 'ping x' close
    expect_lines tape.log 0
}

# ---- the rest ---------------------------------------------------------------

@test "wss, as https: the same, cut and reset included" {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
    start_stream --tls --cert cert.pem --key key.pem --fault cut:7@session=1 --fault rst:50@session=2 \
        --fault burst:3000@after=50,session=3
    [[ $KIS_STREAM_URL == wss://* ]]
    follow --ca cert.pem --count 200 005930
    follow --ca cert.pem --count 3000 --again 1 005930 DNASAAPL
    audit
    expect_audited '.openings == 3 and .records >= 3000'
}

@test "python3-websockets, as a client and as a server that replays the tape" {
    /usr/bin/python3 -c 'import websockets' 2>/dev/null || skip 'python3-websockets is not here'
    start_stream --heartbeat 20
    /usr/bin/python3 "$ROOT/tests/bench/follow_peer.py" 300 005930 000660 >records 2>err || fail "$(cat err)"
    audit --complete --allow-inexact
    sed 's/"received.*//' records >first
    read -r KIS_STREAM_URL < <(exec /usr/bin/python3 "$SUPPORT/ws_peer.py" --tape tape.log --heartbeat 0.02 3>&-)
    brokers+=("$!")
    /usr/bin/python3 "$ROOT/tests/bench/follow_peer.py" 300 005930 000660 >second 2>err || fail "$(cat err)"
    cmp first second || fail "$(diff first second | head -n 4)"
    follow --count 300 005930 000660
    audit --complete
    expect_audited '.records >= 300' # a frame of two may end it
}

@test "the COMMAND finds the stream in its environment; a port can be asked for" {
    run -0 "$SANDBOX" --stream-port-file port -- sh -c 'echo "$KIS_STREAM_URL"'
    expect_same "$output" "ws://127.0.0.1:$(cat port)/tryitout"
    run -1 "$SANDBOX" --stream-port "$(cat port)" --port "$(cat port)" -- true
    expect_text <(echo "$output") 'cannot serve the stream on 127.0.0.1 port'
}

@test "faults that are none" {
    run -2 "$SANDBOX" --fault hs:nothing
    expect_same "$output" "quotefetch-sandbox: unfit argument 'nothing' of fault 'hs': see --fault list"
    run -2 "$SANDBOX" --fault mute@nth=x
    expect_same "$output" "quotefetch-sandbox: unfit condition 'nth=x' of fault 'mute': see --fault list"
    run -2 "$SANDBOX" --tape-start 20261306100000
    "$SANDBOX" --fault list >list
    expect_text list 'hs:silent'
    expect_text list 'long-form-64          1002'
}
