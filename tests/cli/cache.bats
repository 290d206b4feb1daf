# SPDX-License-Identifier: MIT
# Quotes of earlier runs: --max-age, --stale-if-error.

load ../support/common

# serve_sources: the broker and the other sources; the environment names them.
serve_sources() {
    serve --env-file env --alpaca-rate 0 --upbit-rate 0 "$@" && set -a && . ./env && set +a
}

# caches: the files of quotes.
caches() {
    find "$STATE" -name 'quotes-*' ! -name '*.*' 2>/dev/null
}

# age SECONDS: as if all quotes that are kept had been had so much earlier.
age() {
    # shellcheck disable=SC2046
    python3 - "$1" $(caches) <<'PY'
import sys
shift = int(float(sys.argv[1]) * 1000)
for name in sys.argv[2:]:
    lines = open(name, "rb").read().split(b"\n")[:-2]
    for i in range(2, len(lines)):
        words = lines[i].split(b" ", 7)
        words[5:7] = [b"%d" % (int(words[5]) - shift), b"%d" % (int(words[6]) - shift)]
        lines[i] = b" ".join(words)
    text = b"".join(line + b"\n" for line in lines)
    h = 14695981039346656037
    for byte in text:
        h = (h ^ byte) * 1099511628211 % 2**64
    open(name, "wb").write(text + b"end %010d %016x\n" % (len(lines) - 2, h))
PY
}

# close_broker: from now on its port is closed.
close_broker() {
    kill "${brokers[0]}" && wait "${brokers[0]}" || true
}

lasting='del(.attempts, .latency_ms, .age_seconds, .tried)'

@test "a second run is answered from the cache: field for field, without a call" {
    serve_sources
    for options in '' '--detail --raw'; do
        # shellcheck disable=SC2086
        fetch --max-age 60 --format ndjson -k $options 005930 AAPL 0700.HKS KRW-BTC.UPBIT USDKRW.FX KOSPI.IDX
        expect_status 0
        expect_ndjson 'length == 6 and all(.age_seconds == 0 and .stale == false and .attempts > 0)'
        jq -c "$lasting" out >before
        : >log
        # shellcheck disable=SC2086
        fetch --max-age 60 --format ndjson -k $options 005930 AAPL 0700.HKS KRW-BTC.UPBIT USDKRW.FX KOSPI.IDX --stats stats
        expect_status 0
        expect_no_calls
        expect_ndjson 'length == 6 and all(.age_seconds < 60 and .stale == false and .attempts == 0 and .latency_ms == null)'
        expect_same "$(jq -c "$lasting" out)" "$(cat before)"
        expect_match err '^quotefetch: 6 quotes \(6 from the cache\), 0 failed, 0 calls, '
        expect_json '.quotes == 6 and .cached == 6 and .stale == 0 and .calls == 0' stats
    done
}

@test "what is not known yet, or too old, is asked for; a symbol asked twice is one" {
    serve
    fetch --max-age 60 005930
    : >log
    fetch --max-age 60 -k --format ndjson 000660 005930 000660 005930
    expect_status 0
    expect_ndjson '[.[] | .attempts] == [1, 0, 1, 0]'
    expect_same "$(quote_calls .symbols)" '["000660"]'
    age 90
    : >log
    fetch --max-age 60 -k --format ndjson 000660 005930
    expect_ndjson 'all(.age_seconds == 0 and .attempts == 1)'
    expect_same "$(quote_calls .symbols)" '["000660","005930"]'
    age 30
    : >log
    fetch --max-age 60 --format csv --fields symbol,age_seconds,stale 005930
    expect_match out "^005930,[34][0-9],false$"
    expect_no_calls
}

@test "off, nothing is read or written; on, the file is the user's alone" {
    serve
    fetch --format ndjson 005930
    expect_status 0
    expect_same "$(caches)" ''
    expect_ndjson 'all(has("age_seconds") or has("stale") | not)'
    fetch --stale-if-error 60 005930
    expect_same "$(stat -c %a "$(caches)")" 600
    : >log
    fetch 005930
    expect_same "$(quote_calls .symbols)" '["005930"]'
    fetch --fields symbol,age_seconds,stale --format csv 005930
    expect_same "$(tail -n 1 out)" 005930,0,false
}

@test "another account, host, venue or call is another cache" {
    serve_sources
    fetch -q --max-age 60 --source kis 005930 AAPL
    for other in '--venue nxt' --detail --raw '--source alpaca,kis'; do
        : >log
        # shellcheck disable=SC2086
        fetch --max-age 60 $other --format ndjson AAPL 005930
        expect_status 0
        [ "$other" = '--source alpaca,kis' ] || expect_ndjson 'all(.attempts > 0)'
        expect_same "$(jq -r 'select(.symbol == "AAPL") | .attempts' out)" 1
    done
    serve --app-key another --app-secret another
    export KIS_APP_KEY=another KIS_APP_SECRET=another
    fetch --max-age 60 --source kis --format ndjson 005930
    expect_json '.attempts == 1'
}

@test "--plan counts what is known" {
    serve
    codes 60 >list
    fetch -q --max-age 60 -f <(head -n 45 list)
    : >log
    fetch --max-age 60 --plan -f list
    expect_status 0
    expect_match out '^from the cache: 45$'
    expect_match out '^to fetch: 15$'
    expect_match out '^calls: 1$'
    fetch --max-age 60 --plan --json -f list
    expect_json '.symbols == 60 and .cached == 45 and .to_fetch == 15 and .calls == 1'
    expect_no_calls
}

@test "the broker is down: an old quote, its age, and the error; exit status 1" {
    serve
    fetch -q --stale-if-error 3600 005930 000660
    age 600
    close_broker
    fetch --stale-if-error 3600 --retries 0 --format ndjson 005930 035720 --errors failed --stats stats --metrics m.prom
    expect_same "$(jq -c 'select(.symbol == "005930") | [.error, .stale, .age_seconds >= 600, .age_seconds < 660, .price > 0,
        .error_type, .retryable, .rt_cd, .provider]' out)" '[false,true,true,true,true,"Network",true,"9","kis"]'
    expect_match out 'Error: .*[Cc]onnect'
    expect_same "$(jq -c 'select(.symbol == "035720") | [.error, .error_type]' out)" '[true,"Network"]'
    expect_status 1
    expect_match err '^quotefetch: 0 quotes, 2 failed \(2 Network\), 1 old quote instead, 0 calls, '
    expect_match failed '^005930  # Network: '
    expect_json '.quotes == 0 and .failed == 2 and .stale == 1 and .exit_status == 1' stats
    expect_match m.prom '^quotefetch_last_run_stale\{name="m"\} 1$'
    expect_no_text m.prom last_success
    fetch --stale-if-error 60 --retries 0 --format ndjson 005930
    expect_status 4
    expect_json '.error and .error_type == "Network"'
    fetch --stale-if-error 3600 --retries 0 --format table 005930
    expect_status 1
    expect_match out '^005930 .* 6[0-9][0-9]$'
    expect_match out '^1 failed, 1 of them with an old quote:$'
    fetch --stale-if-error 3600 --retries 0 --format ledger 005930
    expect_match out '^; 005930: Network: '
    expect_match out '^P 20[0-9/]+ [0-9:]+ "005930" [0-9]+ KRW$'
}

@test "old quotes alone do not replace a good file" {
    serve
    fetch -q --stale-if-error 3600 005930 -o quotes.json
    expect_status 0
    cp quotes.json before
    close_broker
    fetch -q --stale-if-error 3600 --retries 0 005930 -o quotes.json
    expect_status 1
    expect_same "$(cat quotes.json)" "$(cat before)"
    expect_match err "^quotefetch: 'quotes.json' is left as it was: no quote for 1 of 1 symbol"
    fetch -q --stale-if-error 3600 --retries 0 --replace always 005930 -o quotes.json
    expect_json '.[0].stale' quotes.json
}

@test "what the source knows better is no reason for an old quote" {
    serve
    fetch -q --stale-if-error 3600 005930 000660
    close_broker
    rm "$STATE"/token-*
    serve --port "${KIS_BASE_URL##*:}" --fault absent@symbol=005930 --fault no-trade@symbol=000660
    fetch --stale-if-error 3600 --format ndjson -k 005930 000660
    expect_status 4
    expect_ndjson '[.[] | .error_type] == ["NotFound", "NoTrade"]'
}

@test "refused, and a key that is dead: an old quote, and the broker's own words" {
    serve
    fetch -q --stale-if-error 3600 005930
    close_broker
    rm "$STATE"/token-*
    serve --port "${KIS_BASE_URL##*:}" --app-key "$KEY" --app-secret another
    export KIS_APP_SECRET=$SECRET
    fetch --stale-if-error 3600 --format ndjson 005930
    expect_status 1
    expect_json '.stale and .error_type == "Auth" and (.price > 0)'
    fetch --format ndjson 005930
    expect_status 3
}

@test "damaged, cut or from the future: one warning at most, and the broker is asked" {
    serve
    fetch -q --max-age 3600 --format ndjson 005930
    price=$(jq .price out) file=$(caches)
    for spoil in "printf 9 | dd of=$file bs=1 seek=150 conv=notrunc status=none" "truncate -s 200 $file" ": >$file" \
        "sed -i 1s/1/2/ $file" "head -c 1000 /dev/urandom >$file"; do
        eval "$spoil"
        fetch -q --max-age 3600 --format ndjson 005930
        expect_status 0
        expect_json ".price == $price and .attempts == 1"
        expect_match err "^quotefetch: no earlier quotes: cannot use 'quotes-[0-9a-f]+': it is damaged, or of another version$"
        expect_lines err 1
        fetch -q --max-age 3600 --format ndjson 005930
        expect_json ".price == $price and .attempts == 0"
        expect_lines err 0
    done
    age -100
    fetch -q --max-age 3600 --format ndjson 005930
    expect_json ".attempts == 1"
    expect_lines err 0
}

@test "a link, a directory or a FIFO in its place: not followed, and put right" {
    serve
    fetch -q --max-age 3600 005930
    file=$(caches)
    echo precious >goal
    chmod 600 goal
    for place in "ln -s $PWD/goal" mkdir mkfifo; do
        rm -rf "$file"
        $place "$file"
        fetch -q --max-age 3600 --format ndjson 005930
        expect_status 0
        expect_json '.attempts == 1'
        expect_lines err 1
        expect_same "$(cat goal) $(stat -c '%F %a' "$file")" 'precious regular file 600'
    done
}

@test "a directory that cannot be written: said once, and the quotes come all the same" {
    serve
    fetch -q 005930 # token and exchanges are there
    codes 200 >list # 50 KB of quotes; a sanitizer has a small file of its own, too
    (
        ulimit -f 16
        exec "$QUOTEFETCH" -q --max-age 60 --format ndjson -f list
    ) 2> >(cat >err) | cat >out
    wait_until grep -q own err
    expect_ndjson 'length == 200 and all(.error == false)'
    expect_lines err 1
    expect_match err 'quotes are this run.s own: cannot write '
    expect_same "$(caches)" ''
}

@test "five at once: all their quotes are kept, and whoever is killed spoils nothing" {
    serve
    for i in 1 2 3 4 5; do
        codes $((i * 40)) | tail -n 40 >"list.$i"
        "$QUOTEFETCH" -q --max-age 60 --format ndjson -f "list.$i" >"out.$i" 2>"err.$i" 3>&- &
        pids[i]=$!
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || fail "exit status $?: $(cat err.*)"
    done
    : >log
    fetch --max-age 60 --format ndjson -f <(codes 200)
    expect_status 0
    expect_no_calls
    expect_same "$(jq -r '"\(.symbol) \(.price)"' out | sort)" "$(jq -r '"\(.symbol) \(.price)"' out.? | sort)"
    for i in 1 2 3 4 5 6 7 8 9 10; do
        "$QUOTEFETCH" -q --max-age 0.001 --format ndjson -f "list.$((i % 5 + 1))" >killed 2>&1 3>&- &
        sleep "0.0$((i % 5 + 1))"
        kill -KILL $! 2>/dev/null || true
        wait $! || true
    done
    fetch -q --max-age 60 --format ndjson -f <(codes 200)
    expect_status 0
    expect_lines err 0
    fetch -q --max-age 0.001 100001 # whoever writes next takes away what a killed one left
    expect_same "$(find "$STATE" -name 'quotes-*.tmp' | wc -l)" 0
}

@test "a run that is ended keeps what it was told" {
    serve --fault 'hang@symbol=100002'
    "$QUOTEFETCH" --max-age 60 --batch 1 --workers 1 --format ndjson 100001 100002 >out 2>err 3>&- &
    wait_until grep -q '"symbol":"100001"' out
    kill -TERM $!
    status=0
    wait $! || status=$?
    expect_status 143
    wait_until grep -q 100002 log # told once its client has gone
    : >log
    fetch --max-age 60 --format ndjson 100001
    expect_status 0
    expect_no_calls
}

@test "several sources: the first one's quote, and for an error that of any" {
    serve_sources
    fetch -q --max-age 60 --source kis --format ndjson AAPL
    fetch -q --max-age 60 --source alpaca,kis --format ndjson AAPL
    expect_json '.provider == "alpaca" and .attempts == 1'
    age 100
    fetch -q --max-age 60 --source kis --format ndjson AAPL
    expect_json '.provider == "kis" and .attempts == 1'
    close_broker
    fetch --max-age 60 --stale-if-error 3600 --retries 0 --source alpaca,kis --format ndjson AAPL
    expect_status 1
    expect_json '.stale and .provider == "alpaca" and .age_seconds >= 100'
    fetch --stale-if-error 60 --retries 0 --source alpaca,kis --format ndjson AAPL
    expect_json '.stale and .provider == "kis" and .age_seconds < 60'
}

@test "a quote from the cache is not checked again" {
    serve_sources
    fetch --max-age 60 --cross-check --source alpaca,kis --format ndjson AAPL
    expect_json '.check.provider == "kis"'
    : >log
    fetch --max-age 60 --cross-check --strict --source alpaca,kis --format ndjson AAPL
    expect_status 0
    expect_json '.check == null and .attempts == 0'
    expect_no_calls
}

@test "values, the configuration file, and --follow" {
    serve
    fetch --max-age -1 005930
    expect_refused "--max-age takes a number of seconds from 0 to 2592000, not '-1'"
    fetch --stale-if-error 9999999 005930
    expect_refused "--stale-if-error takes a number of seconds from 0 to 2592000, not '9999999'"
    fetch --follow --max-age 5 005930
    expect_refused '--follow and --max-age exclude each other'
    fetch --follow --stale-if-error 5 005930
    expect_refused '--follow and --stale-if-error exclude each other'
    printf 'max_age = 60\nstale-if-error = 3600\n' >>"$CONFIG"
    fetch -q 005930
    : >log
    fetch -q --format ndjson 005930
    expect_no_calls
    fetch -q --max-age 0 --format ndjson 005930
    expect_json '.attempts == 1'
}
