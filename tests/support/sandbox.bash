# SPDX-License-Identifier: MIT
# What the tests of the sandbox itself share: asking it by curl.
#
#   start_broker [OPTION...]  a sandbox and a token; its variables are set
#   call URL [ARGUMENT...]    leaves body, head, $status_code and $curl
#   single, multi, ...        the broker's calls
#   alpaca, upbit, ecb        a path of another source
# shellcheck shell=bash

load ../support/common

QUOTES=/uapi/domestic-stock/v1/quotations OVERSEAS=/uapi/overseas-price/v1/quotations

# start_sandbox [OPTION...]: serve, with the variables of all sources.
start_sandbox() {
    serve --env-file env "$@" && . ./env
}

start_broker() {
    start_sandbox "$@"
    login
    [ -n "$TOKEN" ] || fail "no token: $status_code $(cat body)"
}

# call URL [CURL-ARGUMENT...]: $status_code is 000 where there was no answer, and
# $curl is curl's exit status.
call() {
    curl=0 ran="curl $*"
    status_code=$(curl -s -o body -D head -w '%{http_code}' --max-time 20 "${@:2}" "$1") || curl=$?
}

login() {
    call "$KIS_BASE_URL/oauth2/tokenP" -H 'content-type: application/json' -d \
        "{\"grant_type\":\"client_credentials\",\"appkey\":\"$KEY\",\"appsecret\":\"$SECRET\"}"
    TOKEN=$(jq -r '.access_token // ""' body 2>/dev/null) || TOKEN=
}

# quote TR_ID PATH-AND-QUERY [CURL-ARGUMENT...]
quote() {
    call "$KIS_BASE_URL$2" -H "authorization: Bearer $TOKEN" -H "appkey: $KEY" \
        -H "appsecret: $SECRET" -H "tr_id: $1" -H 'custtype: P' "${@:3}"
}

# single CODE [VENUE]
single() {
    quote FHKST01010100 "$QUOTES/inquire-price?FID_COND_MRKT_DIV_CODE=${2:-J}&FID_INPUT_ISCD=$1"
}

# index CODE [DIVISION]
index() {
    quote FHPUP02100000 "$QUOTES/inquire-index-price?FID_COND_MRKT_DIV_CODE=${2:-U}&FID_INPUT_ISCD=$1"
}

# multi CODE...: each CODE or CODE/VENUE.
multi() {
    local query= n=0 code venue

    for code in "$@"; do
        n=$((n + 1)) venue=J
        [ "$code" = "${code%/*}" ] || venue=${code#*/}
        query+="&FID_COND_MRKT_DIV_CODE_$n=$venue&FID_INPUT_ISCD_$n=${code%/*}"
    done
    quote FHKST11300006 "$QUOTES/intstock-multprice?${query:1}"
}

# price EXCHANGE CODE
price() {
    quote HHDFS00000300 "$OVERSEAS/price?AUTH=&EXCD=$1&SYMB=$2"
}

# statuses COUNT: of so many single calls, each on a connection of its own.
statuses() {
    curl -s -o body -w '%{http_code} ' -H 'connection: close' -H "authorization: Bearer $TOKEN" \
        -H "appkey: $KEY" -H "appsecret: $SECRET" -H 'tr_id: FHKST01010100' -H 'custtype: P' \
        "$KIS_BASE_URL$QUOTES/inquire-price?FID_COND_MRKT_DIV_CODE=J&FID_INPUT_ISCD=005930&n=[1-$1]" |
        sed 's/ $//'
}

alpaca() {
    call "$ALPACA_BASE_URL$1" -H "apca-api-key-id: $APCA_API_KEY_ID" \
        -H "apca-api-secret-key: $APCA_API_SECRET_KEY" "${@:2}"
}

upbit() {
    call "$UPBIT_BASE_URL$1" "${@:2}"
}

ecb() {
    call "$ECB_BASE_URL$1" "${@:2}"
}

# expect_call STATUS FILTER: the last call's status, and what its body is.
expect_call() {
    expect_same "$status_code" "$1" && expect_json "$2" body
}

# header NAME: of the last answer.
header() {
    tr -d '\r' <head | sed -n "s/^$1: //Ip"
}
