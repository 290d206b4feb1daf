# SPDX-License-Identifier: MIT
# Where a setting comes from: option, environment, $CREDENTIALS_DIRECTORY,
# configuration file, default, in this order. --plan shows rate and timeout and
# needs no broker; credentials show by whether the broker takes them.

load ../support/common

# planned TEXT [ARGUMENT...]: --plan says TEXT.
planned() {
    local text=$1
    shift
    fetch --plan "$@" 005930
    expect_status 0
    expect_text out "$text"
}

# accepted: the broker took the credentials. refused_by_broker: it did not.
accepted() {
    fetch --format ndjson 005930
    expect_status 0
}

refused_by_broker() {
    fetch --format ndjson 005930
    expect_status 3
}

@test "the defaults" {
    rm "$CONFIG"
    fetch --plan 005930
    expect_text out 'rate: 18 calls a second'
    expect_text out 'timeout: 30 s'
    planned 'rate: 1 calls a second' --env paper
}

@test "the file is beneath the environment, which is beneath the option" {
    echo 'env = paper' >"$CONFIG"
    planned 'rate: 1 calls a second'
    KIS_ENV=real planned 'rate: 18 calls a second'
    KIS_ENV=real planned 'rate: 1 calls a second' --env paper
    echo 'env = real' >"$CONFIG"
    KIS_ENV=paper planned 'rate: 1 calls a second'
    KIS_ENV=paper planned 'rate: 18 calls a second' --env real
    KIS_ENV='' planned 'rate: 18 calls a second'
}

@test "an option is above the file" {
    printf 'rate = 5\ntimeout = 7\n' >"$CONFIG"
    planned 'rate: 5 calls a second'
    planned 'timeout: 7 s'
    planned 'rate: 6 calls a second' --rate 6
    planned 'timeout: 8 s' --timeout 8
}

@test "the base URL: option, environment, file" {
    serve
    local good=$KIS_BASE_URL bad=http://127.0.0.1:1

    printf 'rate = 0\nretries = 0\nbase-url = %s\n' "$good" >"$CONFIG"
    export KIS_BASE_URL=$bad
    fetch 005930
    expect_status 4
    fetch --base-url "$good" 005930
    expect_status 0
    unset KIS_BASE_URL
    fetch 005930
    expect_status 0
    fetch --base-url "$bad" 005930
    expect_status 4
    printf 'rate = 0\nretries = 0\nbase-url = %s\n' "$bad" >"$CONFIG"
    KIS_BASE_URL=$good/ fetch 005930
    expect_status 0
}

@test "credentials: the environment is above systemd's, these above the file" {
    serve --token-interval 0
    mkdir systemd
    chmod 600 "$CONFIG"

    printf 'rate = 0\napp_key = %s\napp_secret = %s\n' "$KEY" "$SECRET" >"$CONFIG"
    unset KIS_APP_KEY KIS_APP_SECRET
    accepted

    echo wrong >systemd/app_secret
    export CREDENTIALS_DIRECTORY=$PWD/systemd
    rm -r "$STATE"
    refused_by_broker

    KIS_APP_SECRET=$SECRET accepted

    printf 'rate = 0\napp_key = wrong\napp_secret = wrong\n' >"$CONFIG"
    printf '%s\n' "$KEY" >systemd/app_key
    printf '%s' "$SECRET" >systemd/app_secret
    accepted

    KIS_APP_KEY=wrong refused_by_broker
}

@test "a file of secrets that others can read is refused; one without may be open" {
    serve
    unset KIS_APP_KEY KIS_APP_SECRET
    printf 'app_key = %s\napp_secret = %s\n' "$KEY" "$SECRET" >"$CONFIG"
    for mode in 644 640 604; do
        chmod "$mode" "$CONFIG"
        fetch 005930
        expect_refused "others can read the secret in it: run chmod 600 '$CONFIG'"
    done
    chmod 600 "$CONFIG"
    accepted
    export KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET
    echo 'rate = 0' >"$CONFIG"
    chmod 644 "$CONFIG"
    accepted
}

@test "app_secret_cmd prints the secret" {
    serve
    unset KIS_APP_SECRET
    chmod 600 "$CONFIG"
    echo "$SECRET" >kept
    printf 'app_secret_cmd = cat %q/kept\n' "$PWD" >"$CONFIG"
    accepted
}

@test "what app_secret_cmd prints is read however fast it ends" {
    export KIS_APP_KEY=$KEY
    echo 'app_secret_cmd = echo quick' >"$CONFIG"
    for _ in {1..30}; do
        fetch --quota
        expect_status 0
    done
}

@test "an app_secret_cmd that fails is said, without what it printed" {
    serve
    unset KIS_APP_SECRET
    chmod 600 "$CONFIG"
    echo 'app_secret_cmd = echo hush; exit 3' >"$CONFIG"
    fetch 005930
    expect_refused 'app_secret_cmd: it failed with exit status 3'
    echo 'app_secret_cmd = true' >"$CONFIG"
    fetch 005930
    expect_refused 'app_secret_cmd: what it prints is empty'
    echo 'app_secret_cmd = echo two words' >"$CONFIG"
    fetch 005930
    expect_refused 'app_secret_cmd: what it prints holds a blank, control or non-ASCII character at position 4'
    chmod 622 "$CONFIG"
    fetch 005930
    expect_refused "others can write the command in it: run chmod 600 '$CONFIG'"
}

@test "no credentials: what to do, for each" {
    serve
    unset KIS_APP_KEY
    fetch 005930
    expect_refused "no app_key: set KIS_APP_KEY, or write 'app_key = ...' into ~/.config/quotefetch/config (chmod 600); a key is free at https://apiportal.koreainvestment.com"
    export KIS_APP_KEY=$KEY
    unset KIS_APP_SECRET
    fetch 005930
    expect_refused "no app_secret: set KIS_APP_SECRET, or write 'app_secret = ...' into ~/.config/quotefetch/config (chmod 600); a key is free at https://apiportal.koreainvestment.com"
    fetch --config "$CONFIG" 005930
    expect_refused "no app_secret: set KIS_APP_SECRET, or write 'app_secret = ...' into the file of --config (chmod 600); a key is free at https://apiportal.koreainvestment.com"
}

@test "badly kept credentials are refused and not repeated" {
    serve
    KIS_APP_SECRET='hush hush' fetch 005930
    expect_refused 'app_secret holds a blank, control or non-ASCII character at position 5'
    KIS_APP_KEY=$'hush\nX-Header: 1' fetch 005930
    expect_refused 'app_key holds a blank, control or non-ASCII character at position 5'
    mkdir systemd
    : >systemd/app_secret
    unset KIS_APP_SECRET
    CREDENTIALS_DIRECTORY=$PWD/systemd fetch 005930
    expect_refused "'$PWD/systemd/app_secret': app_secret is empty"
}

@test "the file: comments, blanks, CRLF, a BOM, switches, no last newline" {
    serve
    printf '\xef\xbb\xbf# a comment\r\n\r\n  rate=0\r\n\tformat =  csv \r\nno-header = yes\nquiet = on\nfields = symbol, price' \
        >"$CONFIG"
    fetch 005930
    expect_status 0
    expect_same "$(cat out)" '005930,274500'
    expect_lines err 0
}

@test "the file: keys with '-' or '_', values in quotes, comments behind them" {
    serve
    unset KIS_APP_KEY KIS_APP_SECRET
    printf '%s\n' "app-key = \"$KEY\"  # mine" "app-secret='$SECRET'" 'rate = 0 # all' 'format="csv"' \
        'no_header = yes' "fields = 'symbol,price' #" 'keep_order = yes#' >"$CONFIG"
    chmod 600 "$CONFIG"
    fetch -q 005930
    expect_same "$(cat err)" "quotefetch: '$CONFIG': line 7: keep_order takes yes or no"
    sed -i 7d "$CONFIG"
    fetch -q 005930
    expect_status 0
    expect_same "$(cat out)" '005930,274500'
    # A command's own quotes are left to the shell, and a '#' in a word is part of it.
    printf '%s\n' "app_key = $KEY" "app-secret-cmd = \"cat\" './a#b'" >"$CONFIG"
    printf '%s' "$SECRET" >'a#b'
    fetch -q 005930
    expect_status 0
    printf '%s\n' "app_key = $KEY" "app_secret_cmd = \"cat 'a#b'\"  # quoted as a whole" >"$CONFIG"
    fetch -q 005930
    expect_status 0
}

@test "a secret of any source in a file that others can read is refused" {
    serve
    for name in app_key app-secret alpaca_key_id alpaca_secret_key; do
        echo "$name = abc" >"$CONFIG"
        chmod 644 "$CONFIG"
        fetch 005930
        expect_refused "others can read the secret in it: run chmod 600 '$CONFIG'"
    done
}

@test "a line of the file that is wrong is named" {
    serve
    unset KIS_BASE_URL
    wrong() { # wrong LINE MESSAGE
        printf '# one\n%s\n' "$1" >"$CONFIG"
        fetch 005930
        expect_refused "'$CONFIG': line 2: $2"
    }
    wrong 'rtae = 5' "unknown setting 'rtae': did you mean 'rate'?"
    wrong 'rate = many' "rate takes a whole number from 0 to 1000, not 'many'"
    wrong 'format' "not of the form 'key = value'"
    wrong 'quiet = maybe' 'quiet takes yes or no'
    wrong 'format = "csv' 'a quote is not closed'
    wrong 'env = # real' "env takes real or paper, not ''"
    wrong 'keep-ordre = yes' "unknown setting 'keep-ordre': did you mean 'keep-order'?"
    printf 'rate = 1\nkeep-order = yes\n\nkeep_order = no\n' >"$CONFIG"
    fetch 005930
    expect_refused "'$CONFIG': line 4: 'keep_order' is set on line 2 already"
    wrong 'plan = yes' "unknown setting 'plan': see quotefetch --help"
    wrong 'base-url = http://example.com' 'base-url takes https: the keys would travel in clear by http'
}

@test "an unfit variable is named" {
    serve
    KIS_ENV=demo fetch 005930
    expect_refused "KIS_ENV: env takes real or paper, not 'demo'"
    KIS_BASE_URL=http://example.com fetch 005930
    expect_refused 'KIS_BASE_URL: base-url takes https: the keys would travel in clear by http'
}

@test "--config names another file; XDG_CONFIG_HOME moves the usual one" {
    echo 'rate = 5' >other
    planned 'rate: 5 calls a second' --config other
    mkdir -p xdg/quotefetch
    echo 'rate = 6' >xdg/quotefetch/config
    XDG_CONFIG_HOME=$PWD/xdg planned 'rate: 6 calls a second'
    XDG_CONFIG_HOME=xdg planned 'rate: unlimited'
}

@test "the state: a directory 0700 of files 0600, where the variables say" {
    serve --token-interval 0
    accepted
    expect_same "$(stat -c %a "$STATE" "$STATE"/* | sort -u | xargs)" '600 700'
    XDG_STATE_HOME=$PWD/xdg accepted
    [ -d xdg/quotefetch ]
    XDG_STATE_HOME=$PWD/not QUOTEFETCH_STATE_DIR=$PWD/here/it/is accepted
    [ -d here/it/is ] && [ ! -e not ]
}

@test "a state that cannot be used: one warning, and the run goes on" {
    serve --token-interval 0
    : >taken
    export QUOTEFETCH_STATE_DIR=$PWD/taken
    fetch -q 005930
    expect_status 0
    expect_lines err 1
    expect_match err "^quotefetch: token and quota are this run's own: cannot open the directory '.*/taken': Not a directory"
    mkdir open && chmod 777 open
    QUOTEFETCH_STATE_DIR=$PWD/open fetch -q 005930
    expect_lines err 1
    expect_text err 'others can write it: chmod 700'
}

@test "an environment of nothing but the credentials will do" {
    library=${TEST_SUPPORT:-$ROOT/build/tests/support}/preload_faults.so
    [ -e "$library" ] || skip "$library is not built here"
    serve
    # The home is the password file's; or nobody's.
    for home in "$PWD/home" ''; do
        status=0
        env -i KIS_APP_KEY="$KEY" KIS_APP_SECRET="$SECRET" KIS_BASE_URL="$KIS_BASE_URL" \
            LD_PRELOAD="$library" FAULT_HOME="$home" ASAN_OPTIONS=verify_asan_link_order=0 \
            "$QUOTEFETCH" 005930 AAPL >out 2>err || status=$?
        expect_status 0
        expect_json 'length == 2 and (map(.error) | any | not)'
        [ -z "$home" ] || expect_no_text err "this run's own"
        rm -rf home
        serve
    done
    expect_text err "token and quota are this run's own: no home directory"
}

@test "any locale and time zone: the same bytes" {
    serve
    for set in LC_ALL=de_DE.UTF-8 LC_ALL=tr_TR LC_ALL=C TZ=America/St_Johns TZ=nonsense; do
        env "$set" "$QUOTEFETCH" --format csv --fields symbol,name,price,change_percent -q 005930 msft \
            -k >out
        expect_same "$(cat out)" "$(printf '%s\n' symbol,name,price,change_percent \
            005930,삼성전자,274500,2.43 MSFT,,509.8400,-0.57)"
        env "$set" "$QUOTEFETCH" --format csv --fields fetched_at --no-header -q 005930 >out
        expect_match out '^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9](:[0-5][0-9]){2}\.[0-9]{3}\+09:00$'
    done
}
