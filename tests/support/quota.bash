# SPDX-License-Identifier: MIT
# The vocabulary of what processes share: several clients, one account.
#
#   limited [OPTION...]          starts a broker of 18 calls a second
#   side_by_side N [ARGUMENT...] runs N clients at once
#   expect_...                   as in common.bash
# shellcheck shell=bash disable=SC2034

load ../support/common

TEST_SUPPORT=${TEST_SUPPORT:-$ROOT/build/tests/support}

# limited [OPTION...]: serve; broker and client both hold to the default quota.
limited() {
    : >"$CONFIG"
    serve --rate 18 "$@"
}

# launch I [ARGUMENT...]: client I in the background; leaves out.I, err.I, pids[I].
launch() {
    local i=$1

    shift
    "$QUOTEFETCH" --format ndjson "$@" >"out.$i" 2>"err.$i" 3>&- &
    pids[i]=$!
}

# landed I...: awaits these clients; $status is 0 or that of one which failed.
landed() {
    local i

    status=0
    for i; do
        wait "${pids[i]}" || status=$?
    done
}

# side_by_side N [ARGUMENT...]: clients 1 to N at once; a {} in an argument is
# the client's number.
side_by_side() {
    local i n=$1

    shift
    ran=$*
    for ((i = 1; i <= n; i++)); do
        launch "$i" "${@//\{\}/$i}"
    done
    # shellcheck disable=SC2046
    landed $(seq "$n")
}

# hands N M: the files list.1 to list.N, of M symbols each, all different.
hands() {
    local i

    for ((i = 1; i <= $1; i++)); do
        codes $((i * $2)) | tail -n "$2" >"list.$i"
    done
}

# warm: a token is in the cache, and the quota at rest.
warm() {
    fetch --format ndjson 005930
    expect_status 0
    sleep 1.1
    : >log
}

# prices FILE...: symbol and price of each quote, sorted.
prices() {
    jq -r 'select(.error | not) | "\(.symbol) \(.price)"' -- "$@" | sort
}

# expect_prices: the files list.* have their quotes in out.*, and they are what a
# client gets that is alone with an unlimited broker. That broker's log is the log.
expect_prices() {
    prices out.* >prices.seen
    serve
    cat list.* >list
    fetch --rate 0 --format ndjson -f list
    prices out >prices.alone
    cmp prices.seen prices.alone || fail "other quotes than one client alone gets" \
        "$(diff prices.seen prices.alone | head -n 5)"
}

# calls_of I: the quote calls in the log for the symbols of list.I.
calls_of() {
    jq -c --rawfile list "list.$1" '($list | split("\n")) as $mine
        | select(.tr_id and (.symbols[0] as $s | $mine | index($s)))' log
}

# pace SKIP: calls a second in the log, from SKIP seconds after its first on. A
# test asks for half of what may be had, as machines are slow: bench-quota tells
# how much of the quota is used.
pace() {
    jq -s --argjson skip "$1" 'map(.t_ms) | sort | (.[0] + 1000 * $skip) as $from
        | map(select(. >= $from)) | (length - 1) * 1000 / (.[-1] - .[0])' log
}

# expect_least NUMBER LEAST; expect_most NUMBER MOST
expect_least() {
    jq -ne "$1 >= $2" >verdict || fail "$1, not at least $2"
}

expect_most() {
    jq -ne "$1 <= $2" >verdict || fail "$1, not at most $2"
}

# expect_quota: no second of the log, fixed or sliding, has more than 18 calls.
expect_quota() {
    expect_arrivals '.sliding <= 18 and .fixed <= 18'
}

# expect_warnings MOST FILE...: no file has more lines than that which are not
# progress or the summary.
expect_warnings() {
    local most=$1 file

    shift
    for file; do
        [ "$(grep -cvE ' symbols, [0-9]+ failed$| quotes?, [0-9]+ failed' "$file")" -le "$most" ] ||
            fail "more than $most warnings" "$(<"$file")"
    done
}

# A state that was used a moment ago; FILE is the quota's.
begun() {
    limited
    warm
    FILE=$(echo "$STATE"/quota-*)
    codes 5 >list
}

# expect_well WARNINGS: five calls are made as if nothing had been, in time.
expect_well() {
    : >log
    fetch --format ndjson -f list --batch 1 --timeout 20 --stats stats
    expect_status 0
    expect_json '.quotes == 5 and .refusals == 0 and .calls == 5' stats
    expect_quota
    expect_warnings "$1" err
}

# expect_kept: what was not a state is one again.
expect_kept() {
    fetch --quota
    expect_match out '^shared: yes$'
    expect_match out '^calls in the last minute: ([5-9]|[1-5][0-9])$'
}
