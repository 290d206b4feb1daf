# SPDX-License-Identifier: MIT
# What is said beside the records: progress, summary, --stats, --plan, --quota,
# --verbose.

load ../support/common

@test "progress on a pipe: a line every ten symbols and at the end, then a summary" {
    serve
    codes 23 >list
    fetch -f list 999999 AAPL
    expect_status 1
    expect_same "$(grep -c symbols err)" 3
    expect_match err '^quotefetch: 10/25 symbols, [01] failed$'
    expect_match err '^quotefetch: 20/25 symbols, [01] failed$'
    expect_match err '^quotefetch: 25/25 symbols, 1 failed$'
    expect_match err '^quotefetch: 24 quotes, 1 failed \(1 NotFound\), 3 calls, [0-9]+\.[0-9] s$'
    expect_lines err 4
}

@test "--progress none: the summary alone; --quiet and -q: nothing" {
    serve
    fetch --progress none 005930
    expect_lines err 1
    expect_match err '^quotefetch: 1 quote, 0 failed, 2 calls, '
    for option in --quiet -q; do
        fetch "$option" 005930 999999
        expect_status 1
        expect_lines err 0
    done
    fetch -q --progress plain 005930
    expect_lines err 0
}

@test "--quiet does not hide what went wrong" {
    serve
    fetch -q -f /nope
    expect_refused "cannot read '/nope': No such file or directory"
}

@test "progress on a terminal: a bar that fills, and is gone at the end" {
    serve --latency 120
    codes 40 >list
    TERM=xterm-256color terminal e seen "$QUOTEFETCH" --workers 1 --batch 10 --color never -f list >out
    expect_json 'length == 40'
    tr '\r' '\n' <seen | sed 's/\x1b\[[?0-9]*[a-zA-Z]//g' | grep -v '^$' >lines
    expect_match lines '^quotefetch: \[#{6}\.{18}\] 10/40 symbols, 0 failed$'
    expect_match lines '^quotefetch: \[#{12}\.{12}\] 20/40 symbols, 0 failed$'
    expect_match lines '^quotefetch: \[#{24}\] 40/40 symbols, 0 failed$'
    expect_match lines '^quotefetch: 40 quotes, 0 failed, 5 calls, [0-9.]+ s$'
    # Erased before the summary, which stands alone on the last line.
    expect_same "$(tail -n 1 seen | grep -c $'\r\e\\[K.*quotefetch: 40 quotes')" 1
}

@test "a bar and a table on one terminal do not mix" {
    serve
    codes 30 >list
    TERM=xterm-256color terminal oe seen "$QUOTEFETCH" --color never -f list
    # As the terminal shows it: what stands before the last erasure is gone.
    sed 's/.*\r\x1b\[K//; s/\r$//' seen >lines
    expect_match lines '^Symbol +Exch'
    expect_same "$(grep -c '^1[0-9]\{5\}  KRX' lines)" 30
    expect_no_text lines '[#'
}

@test "--progress bar on a pipe, plain on a terminal; a dumb terminal gets lines" {
    serve
    fetch --progress bar 005930
    expect_text err '[########################] 1/1 symbols'
    TERM=xterm terminal e seen "$QUOTEFETCH" --progress plain 005930
    expect_text seen 'quotefetch: 1/1 symbols, 0 failed'
    expect_no_text seen '[#'
    TERM=dumb terminal e seen "$QUOTEFETCH" 005930
    expect_no_text seen $'\e'
}

@test "a stderr that is full or closed does not matter" {
    serve
    "$QUOTEFETCH" -v 005930 >out 2>/dev/full
    expect_json 'length == 1'
    "$QUOTEFETCH" -v 005930 >out 2>&-
    expect_json 'length == 1'
}

@test "--stats: counts by kind, calls, tokens, latencies, waiting" {
    serve --latency 20
    fetch --stats stats 005930 AAPL 999999 KO
    expect_status 1
    expect_json '.symbols == 4 and .quotes == 3 and .failed == 1 and .errors == { NotFound: 1 }' stats
    expect_json '.requests == 3 and .calls == 5 and .token_calls == 1 and .retries == 0
        and .refusals == 0 and .timeouts == 0 and .connections >= 2 and .bytes > 1000' stats
    expect_json '.workers == 3 and .exit_status == 1 and .wall_ms > 40 and .quota_wait_ms >= 0' stats
    expect_json '.latency_ms | keys == ["max", "p50", "p95", "p99"]
        and .p50 >= 10 and .p50 <= .p95 and .p95 <= .p99 and .p99 <= .max' stats
    expect_json '. | type == "object"' stats
    expect_arrivals '.calls == 5'
}

@test "--stats counts what was tried again" {
    serve --fault status=503@times=2 --fault limit@nth=4
    fetch --workers 1 --stats stats 005930 AAPL
    expect_status 0
    expect_json '.retries == 3 and .refusals == 1 and .calls == 6' stats
    fetch --stats stats --retries 0 --try-timeout 0.2 --base-url http://127.0.0.1:1 005930
    expect_json '.calls == 0 and .quotes == 0 and .errors == { Network: 1 } and .exit_status == 4' stats
}

@test "--stats that cannot be written is said; the records stand" {
    serve
    fetch --stats /nope/stats 005930
    expect_json 'length == 1'
    expect_text err "cannot write '/nope/stats': No such file or directory"
}

# metric NAME FILE: its value.
metric() {
    sed -n "s/^quotefetch_$1{.*} //p" "$2"
}

@test "--metrics: Prometheus text, whole, with the last success kept by runs that fail" {
    serve --fault limit@nth=3
    fetch -q --batch 1 --workers 1 --metrics quotes.prom 005930 999999 000660
    expect_status 1
    if command -v promtool >/dev/null; then
        expect_same "$(promtool check metrics <quotes.prom 2>&1)" ''
    fi
    expect_match quotes.prom '^quotefetch_last_run_symbols\{name="quotes",result="Quote"\} 2$'
    expect_match quotes.prom '^quotefetch_last_run_symbols\{name="quotes",result="NotFound"\} 1$'
    expect_same "$(metric last_run_exit_status quotes.prom)" 1
    expect_same "$(metric last_run_calls quotes.prom)" 5
    expect_same "$(metric last_run_refusals quotes.prom)" 1
    success=$(metric last_success_timestamp_seconds quotes.prom)
    expect_same "$success" "$(metric last_run_timestamp_seconds quotes.prom)"
    # Each series once, under its own HELP and TYPE.
    expect_same "$(grep -v '^#' quotes.prom | cut -d ' ' -f 1 | sort | uniq -d)" ''
    expect_same "$(grep -c '^# TYPE' quotes.prom)" "$(grep -v '^#' quotes.prom | cut -d '{' -f 1 | sort -u | wc -l)"
    # A run that fails says so, and keeps the time of the last that did not.
    fetch -q --metrics quotes.prom --base-url http://127.0.0.1:1 --retries 0 005930
    expect_status 4
    expect_same "$(metric last_run_exit_status quotes.prom)" 4
    expect_same "$(metric last_success_timestamp_seconds quotes.prom)" "$success"
    expect_match quotes.prom 'result="Network"\} 1$'
    expect_same "$(metric last_run_timestamp_seconds quotes.prom | cut -d . -f 1 | wc -l)" 1
    # Where none ever succeeded there is no such time.
    fetch -q --metrics 'a "b\c.prom' --base-url http://127.0.0.1:1 --retries 0 005930
    expect_same "$(grep -c last_success 'a "b\c.prom')" 0
    expect_text 'a "b\c.prom' 'name="a \"b\\c"'
    ! command -v promtool >/dev/null || promtool check metrics <'a "b\c.prom'
    expect_same "$(find . -name '.*quotefetch-*')" ''
}

@test "--metrics that cannot be written is said; the records stand" {
    serve
    fetch --metrics /nope/x.prom 005930
    expect_status 5
    expect_json 'length == 1'
    expect_text err "cannot write '/nope/x.prom': No such file or directory"
    fetch --metrics same --stats same 005930
    expect_status 2
    expect_text err '--stats and --metrics name the same file'
}

@test "--plan: no network, no credentials; calls, least seconds, whether it fits" {
    serve
    unset KIS_APP_KEY KIS_APP_SECRET KIS_BASE_URL
    rm "$CONFIG"
    codes 31 >list
    fetch --plan -f list 100001 AAPL KO
    expect_status 0
    expect_same "$(cat out)" "$(printf '%s\n' 'symbols: 34' 'to fetch: 33' 'calls: 4' \
        'rate: 18 calls a second' 'least time: 0.2 s' 'timeout: 30 s' 'fits: yes')"
    expect_no_calls
    [ ! -e "$STATE" ]
}

@test "--plan: what does not fit, and what would do" {
    rm "$CONFIG"
    codes 100 >list
    fetch --plan --env paper -f list
    expect_status 1
    expect_text out 'calls: 100'
    expect_text out 'rate: 1 calls a second'
    expect_text out 'least time: 99.0 s'
    expect_text out 'fits: no'
    expect_text out 'will fit: about 30 symbols'
    expect_match out '^would do: --timeout 1[0-9]{2}$'
    fetch --plan --rate 0 -f list
    expect_text out 'rate: unlimited'
    fetch --plan --timeout 0 --batch 1 -f list
    expect_text out 'calls: 100'
    expect_text out 'timeout: none'
    expect_text out 'fits: yes'
}

@test "--plan and --quota as JSON: one object, for programs" {
    serve
    rm "$CONFIG"
    codes 100 >list
    fetch --plan --format json --env paper -f list AAPL
    expect_status 1
    expect_json '. == { symbols: 101, cached: 0, to_fetch: 101, calls: 101, rate_per_sec: 1,
        used_by_others_per_sec: 0, least_sec: 100, timeout_sec: 30, fits: false,
        symbols_that_fit: 30, timeout_that_fits_sec: 103 }'
    fetch --plan --format ndjson --rate 0 --timeout 0 -f list
    expect_status 0
    expect_lines out 1
    expect_json '.rate_per_sec == null and .timeout_sec == null and .fits and .symbols_that_fit == 100'
    fetch --quota --format json --rate 18
    expect_status 0
    expect_json '.shared and .calls_last_minute == 0 and .ceiling_per_sec == 18
        and .token_left_sec == null and .learned_left_sec == null'
    expect_no_calls
    fetch --rate 18 005930
    fetch --quota --format json --rate 18
    expect_json '.calls_last_minute == 2 and .token_left_sec > 80000'
}

@test "--plan is as strict about the list as a run" {
    fetch --plan 0700
    expect_status 2
    expect_text err '0700: cannot tell the market: write 0700.HKS'
}

@test "a run that will not fit says so, and goes on" {
    serve
    codes 40 >list
    fetch --rate 10 --batch 1 --timeout 1 -f list
    expect_status 6
    expect_match err '^quotefetch: 40 calls need at least 4 s: about 10 of 40 symbols will fit; --timeout [0-9]+ would do'
}

@test "--quota: no network; the calls of the last minute, the pace, the life of the token" {
    serve
    fetch --rate 18 --quota
    expect_status 0
    expect_text out 'calls in the last minute: 0'
    expect_text out 'token: none'
    expect_no_calls
    fetch --rate 18 005930
    fetch --rate 18 --quota
    expect_text out 'shared: yes'
    expect_text out 'calls in the last minute: 2'
    expect_text out 'pace: 18.0 calls a second'
    expect_match out '^token: 1[0-9]{3} min left$'
    expect_arrivals '.calls == 2'
}

@test "--verbose says what is done and why, and no secret" {
    serve --fault status=503@times=1 --multi off
    for option in --verbose -v; do
        fetch "$option" 005930 000660
        expect_status 0
    done
    serve --fault status=503@times=1 --multi off --token-interval 0
    fetch -v 005930 000660
    expect_text err 'asking for a token'
    expect_match err 'attempt 1 failed .*again in [0-9]+ ms'
    expect_match err 'no multi call .*one by one'
}

@test "no secret in any output, nor in any file but the token's" {
    local wrong=wrongSecretOfTheTestsOnly token secret
    serve
    fetch -v --raw --stats stats 005930 AAPL 999999
    expect_status 1
    mkdir kept
    cat out err stats >kept/run
    fetch -v --quota
    cat out err >kept/quota
    KIS_APP_SECRET=$wrong fetch -v --raw 005930
    cat out err >kept/wrong
    token=$(jq -r .token "$(find "$STATE" -name 'token-*' ! -name '*.lock')")
    [ "${#token}" -gt 100 ]
    for secret in "$KEY" "$SECRET" "$wrong" "$token" "${token:0:40}"; do
        expect_same "$(grep -rlF -e "$secret" kept)" ''
    done
    expect_same "$(grep -rlF -e "$KEY" -e "$SECRET" -e "$wrong" "$STATE")" ''
    expect_same "$(grep -rlF -e "$token" "$STATE" | wc -l)" 1
}
