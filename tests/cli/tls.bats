# SPDX-License-Identifier: MIT
# https: the certificate is checked, by the system's authorities or --cacert.

load ../support/common

# An authority, a certificate of it for 127.0.0.1, one for another host, and an
# authority that has signed neither.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    authority() { # authority NAME
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -sha256 \
            -subj "/CN=quotefetch test $1" -keyout "$1.key" -out "$1.pem" 2>>openssl.log
    }
    certificate() { # certificate NAME SUBJECT_ALT_NAME
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
            -keyout "$1.key" -out "$1.csr" 2>>openssl.log &&
            openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -CAcreateserial \
                -days 1 -sha256 -extfile <(echo "subjectAltName=$2") -out "$1.pem" 2>>openssl.log
    }
    authority authority && authority stranger && certificate here IP:127.0.0.1 &&
        certificate elsewhere DNS:example.com
}

# serve_tls CERTIFICATE [OPTION...]
serve_tls() {
    local name=$1
    shift
    serve --tls --cert "$BATS_FILE_TMPDIR/$name.pem" --key "$BATS_FILE_TMPDIR/$name.key" "$@"
}

# refused [ARGUMENT...]: a Tls error, nothing sent.
refused() {
    fetch --format ndjson "$@" 005930 AAPL
    expect_status 4
    expect_ndjson 'map(.error_type) == ["Tls", "Tls"]'
    expect_text err certificate
    expect_no_calls
}

@test "--cacert FILE: an authority of one's own" {
    serve_tls here
    fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" 005930 AAPL
    expect_status 0
    expect_arrivals '.tokens == 1 and .quotes == 2'
    printf 'rate = 0\ncacert = %s\n' "$BATS_FILE_TMPDIR/authority.pem" >"$CONFIG"
    fetch 005930
    expect_status 0
}

@test "connections are reused under TLS as well" {
    serve_tls here --latency 10
    codes 12 >list
    fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" --batch 1 -f list
    expect_status 0
    expect_arrivals '.calls == 13 and .quote_connections == 3'
}

@test "an unknown authority: Tls, said once, tried once" {
    serve_tls here
    refused
    refused --cacert "$BATS_FILE_TMPDIR/stranger.pem"
}

@test "a certificate of another host: Tls" {
    serve_tls elsewhere
    refused --cacert "$BATS_FILE_TMPDIR/authority.pem"
}

@test "a --cacert that holds no certificate" {
    serve_tls here
    echo nothing >empty.pem
    fetch --cacert empty.pem --format ndjson 005930
    [ "$status" = 2 ] || [ "$status" = 4 ]
    expect_no_calls
}

@test "http on a TLS port, https on a plain one: no call, no fall-back" {
    serve_tls here
    fetch --base-url "http${KIS_BASE_URL#https}" --retries 0 --format ndjson 005930
    expect_status 3 # the answer to the token call was lost
    expect_no_calls
    serve
    fetch --base-url "https${KIS_BASE_URL#http}" --retries 0 --format ndjson 005930
    expect_status 4
    expect_json '.error_type | IN("Tls", "Network")'
    expect_no_calls
}

# proxy [LOGIN]: a proxy that records what it hears, before the broker.
proxy() {
    read -r proxy < <(exec python3 "$ROOT/tests/support/rawserver.py" --record heard \
        "proxy${1:+=$1}" 2>proxy.err 3>&-)
    brokers+=("$!")
}

# tunnels N: the proxy was asked for the broker, N times, and learned no more.
tunnels() {
    expect_same "$(grep -ao "CONNECT ${KIS_BASE_URL#https://} HTTP" heard | wc -l) tunnels" "$1 tunnels"
    ! grep -aqF -e "$KEY" -e "${SECRET:0:24}" -e tr_id -e oauth heard || fail "$(cat heard)"
}

@test "https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY: all calls go through, and the keys stay hidden" {
    local name

    for name in https_proxy HTTPS_PROXY all_proxy ALL_PROXY; do
        serve_tls here
        proxy
        rm -rf heard "$STATE"
        export "$name=http://127.0.0.1:$proxy"
        fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" --workers 1 005930 AAPL
        unset "$name"
        expect_status 0
        tunnels 2 # the token's connection is its own
    done
}

@test "no_proxy, NO_PROXY: what is in it is asked directly" {
    local list

    serve_tls here
    proxy
    export https_proxy=http://127.0.0.1:$proxy
    for list in no_proxy=127.0.0.1 NO_PROXY=10.0.0.0/8,127.0.0.0/8 'no_proxy=*'; do
        export "${list?}"
        fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" 005930
        unset "${list%%=*}"
        expect_status 0
        [ ! -e heard ] || fail "$list: $(cat heard)"
    done
    export no_proxy=127.0.0.2,example.com
    fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" --workers 1 005930
    expect_status 0
    tunnels 1
    unset no_proxy https_proxy
}

@test "a proxy with a login: with it, calls go through; without, it is named, once" {
    serve_tls here
    proxy me:hunter2
    export https_proxy=http://me:hunter2@127.0.0.1:$proxy
    fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" --workers 1 005930
    expect_status 0
    tunnels 2
    rm -rf heard log "$STATE"
    for https_proxy in "http://127.0.0.1:$proxy" "http://me:wrong@127.0.0.1:$proxy"; do
        codes 30 | fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" --format ndjson --batch 1 -f -
        expect_ndjson 'length == 30 and all(.[]; .error_type == "Auth")'
        case $https_proxy in
        *wrong*) expect_text out "the proxy '127.0.0.1:$proxy' refuses the login" ;;
        *) expect_text out "the proxy '127.0.0.1:$proxy' wants a login" ;;
        esac
        expect_no_text out wrong
        expect_no_text err wrong
        expect_no_calls
    done
    [ "$(grep -ao 'CONNECT' heard | wc -l)" -le 6 ] || fail "asked again and again"
    unset https_proxy
}

@test "TLS 1.1 is refused" {
    serve_tls here --tls-priority 'NORMAL:-VERS-ALL:+VERS-TLS1.1' || skip 'no TLS 1.1 here'
    fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" --retries 0 --format ndjson 005930
    expect_status 4
    expect_json '.error_type == "Tls"'
}

@test "the session's keys are never written down" {
    serve_tls here
    SSLKEYLOGFILE=$PWD/keys fetch --cacert "$BATS_FILE_TMPDIR/authority.pem" 005930
    expect_status 0
    [ ! -e keys ]
}
