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
