# SPDX-License-Identifier: MIT
# --check: what is well, what is not, and what to do.

load ../support/common

@test "--check: all well, and no secret in sight" {
    serve
    UPBIT_BASE_URL=$KIS_BASE_URL ECB_BASE_URL=$KIS_BASE_URL fetch --check
    expect_status 0
    expect_match out '^ok +kis +login: app_key and its secret$'
    expect_match out '^ok +kis +reached: http'
    expect_match out '^ok +clock +as that of kis$'
    expect_match out '^ok +alpaca +not in use: set APCA_API_KEY_ID'
    ! grep -F "$SECRET" out err
    fetch --check --source kis --format json
    expect_same "$(jq -s 'all(.ok)' out)" true
    # What a file says of polling is for runs that poll.
    printf 'every = 3\nuntil = 00:00\n' >>"$CONFIG"
    fetch --check --source kis
    expect_status 0
}

@test "--check: a login that is refused is BAD; one call shows it, and its token is kept" {
    serve
    fetch --check --source kis
    expect_status 0
    expect_match out '^ok +kis +login: accepted$'
    expect_match out '^ok +kis +token: 14(39|40) min left$'
    fetch -q --stats st 005930
    expect_same "$(jq .token_calls st)" 0
    KIS_APP_SECRET=wrong-$SECRET QUOTEFETCH_STATE_DIR=$HOME/other fetch --check --source kis
    expect_status 1
    expect_match out '^BAD +kis +login: cannot get a token: refused \(EGW00105\): .*: set app_key and app_secret anew$'
    # A token of its own, within the minute.
    QUOTEFETCH_STATE_DIR=$HOME/third fetch --check --source kis
    expect_status 0
    expect_match out '^ok +kis +login: not tried: another program asked for the token less than a minute ago'
    serve --fault status=502@path=single
    QUOTEFETCH_STATE_DIR=$HOME/fourth fetch --check --source kis
    expect_status 1
    expect_match out '^BAD +kis +no quote: HTTP status 502$'
    cat >login.sh <<'END'
"$QUOTEFETCH" --check --source alpaca >out
APCA_API_SECRET_KEY=wrong "$QUOTEFETCH" --check --source alpaca >refused
END
    export QUOTEFETCH
    status=0
    "$SANDBOX" -- bash login.sh || status=$?
    expect_status 1
    expect_match out '^ok +alpaca +login: accepted$'
    expect_match refused '^BAD +alpaca +login: .*: set alpaca_key_id and alpaca_secret_key anew$'
}

@test "--check: what is not well is BAD, with what to do; exit 1" {
    serve
    unset KIS_APP_SECRET
    fetch --check --source kis
    expect_status 1
    expect_match out '^BAD +kis +no app_secret: set KIS_APP_SECRET'
    export KIS_APP_SECRET=$SECRET
    KIS_BASE_URL=http://127.0.0.1:1 fetch --check --source kis
    expect_status 1
    expect_match out '^BAD +kis +not reached: http://127.0.0.1:1'
    mkdir "$HOME/closed"
    : >"$HOME/file"
    QUOTEFETCH_STATE_DIR=$HOME/file fetch --check --source kis
    expect_status 1
    expect_match out '^BAD +state '
}
