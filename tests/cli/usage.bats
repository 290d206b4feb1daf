# SPDX-License-Identifier: MIT
# How it is called: help, version, the forms of options, what is no option.

load ../support/common

LONG_OPTIONS=(--manual --completion --metrics --color-scheme --replace --errors --json --csv --no-color --dry-run --file --priority --skip-invalid --format --output --fields --keep-order --detail --raw
    --no-header --color --timeout --try-timeout --retries --workers --concurrency --rate --batch
    --no-share --env --base-url --cacert --config --plan --quota --progress --stats --quiet --verbose
    --help --version)

@test "--help and -h: on stdout, exit 0" {
    for option in --help -h; do
        fetch "$option"
        expect_status 0
        expect_match out '^Usage: quotefetch \[OPTION\]\.\.\. \[SYMBOL\]\.\.\.$'
        expect_lines err 0
    done
}

@test "--help tells every option, default, exit status and variable, in 80 columns" {
    fetch --help
    for text in "${LONG_OPTIONS[@]}" '-f, --file' '-o, --output' '-k, --keep-order' '-q, --quiet' \
        '-v, --verbose' '-h, --help' '-V, --version' '--format FORMAT' 'ledger, hledger or beancount' 'real|paper' \
        'auto|bar|plain|none' 'auto|always|never' '(default: 30)' '(default: 5)' \
        '(default: 3)' '(default: as workers)' '(default: 18 real, 1 paper)' \
        '(default: 30 real, 1 paper)' '(default: real)' '(default: auto)' KIS_APP_KEY KIS_APP_SECRET \
        KIS_ENV KIS_BASE_URL CREDENTIALS_DIRECTORY QUOTEFETCH_STATE_DIR NO_COLOR XDG_CONFIG_HOME \
        XDG_STATE_HOME app_secret_cmd .config/quotefetch/config .local/state/quotefetch; do
        expect_text out "$text"
    done
    for code in 0 1 2 3 4 5 6 130 141; do
        expect_match out "^  $code(, [0-9]+)? +[a-z]"
    done
    expect_same "$(awk 'length > 80' out)" ''
}

@test "help wins over every other mistake" {
    serve
    echo 'no such line' >"$CONFIG"
    for words in '--help --bogus' '--bogus --help' '-x -h' '-xh' '--rate x -h' '--rate -h' '-f -h --rate' \
        '--help --plan --quota' '- -h' '--format xml --env demo 005930 --help'; do
        # shellcheck disable=SC2086
        fetch $words
        case $words in -f*) # here -h is a file's name
            expect_status 2
            continue ;;
        esac
        expect_status 0
        expect_match out '^Usage: quotefetch'
        expect_lines err 0
    done
    fetch --bogus --version
    expect_status 0
    # After -- it is a symbol, and of several mistakes the first is told.
    : >"$CONFIG"
    fetch --plan -- 005930 -h
    expect_refused "-h: misplaced '-'"
    fetch --bogus --rate x
    expect_refused "unknown option '--bogus': see quotefetch --help"
}

@test "what only prints, into a pipe that nobody reads: silent, exit 141" {
    serve
    for words in --help --version --manual '--completion bash' '--fields help' --quota '--plan 005930' '--plan --format json 005930'; do
        # shellcheck disable=SC2086
        status=0
        exec 5> >(exec true)
        wait $!
        "$QUOTEFETCH" $words >&5 2>err || status=$?
        exec 5>&-
        expect_same "$words: $status" "$words: 141"
        expect_lines err 0
    done
}

@test "--version and -V: as GNU has it, on stdout, exit 0" {
    for option in --version -V; do
        fetch "$option"
        expect_status 0
        expect_same "$(head -n 1 out | sed -E 's/[0-9]+\.[0-9]+\.[0-9]+$/N/')" 'quotefetch N'
        expect_match out '^Copyright \(C\) 20[0-9]{2} '
        expect_match out '^License MIT: <https://'
        expect_text out 'There is NO WARRANTY'
        expect_lines err 0
    done
}

@test "help and version need no working configuration" {
    echo 'no such line' >"$CONFIG"
    fetch --help
    expect_status 0
    fetch --version
    expect_status 0
}

@test "nothing to read: short help on stderr, exit 2" {
    status=0
    terminal i seen "$QUOTEFETCH" >out 2>err || status=$?
    expect_status 2
    expect_lines out 0
    expect_text err 'Usage: quotefetch'
    expect_text err 'quotefetch --help'
}

@test "stdin at its end, and nothing else: one line, exit 2" {
    serve
    fetch
    expect_refused 'no symbols in stdin'
}

@test "the forms of an option: --name VALUE, --name=VALUE, -n VALUE, -nVALUE" {
    echo 005930 >list
    for form in '--file list' '--file=list' '-f list' '-flist'; do
        # shellcheck disable=SC2086
        fetch --plan $form
        expect_status 0
        expect_text out 'symbols: 1'
    done
}

@test "letters can be joined, and the last may take a value" {
    serve
    echo 005930 >list
    fetch -kqflist
    expect_status 0
    expect_json 'length == 1'
    expect_lines err 0
}

@test "an option said twice: the last one counts" {
    fetch --plan --rate 3 --rate=7 005930
    expect_text out 'rate: 7 calls a second'
}

@test "options and symbols in any order; after -- all is symbols" {
    fetch 005930 --plan AAPL --rate 9
    expect_text out 'symbols: 2'
    fetch --plan -- 005930 --rate
    expect_refused "--rate: misplaced '-'"
}

# refused MESSAGE ARGUMENT...
refused() {
    local message=$1
    shift
    fetch "$@"
    expect_refused "$message"
}

@test "an unknown option names the nearest" {
    serve
    refused "unknown option '--formt': did you mean '--format'?" --formt json 005930
    refused "unknown option '--fromat': did you mean '--format'?" --fromat json 005930
    refused "unknown option '--keeporder': did you mean '--keep-order'?" --keeporder 005930
    refused "unknown option '--nothing-like-it': see quotefetch --help" --nothing-like-it 005930
    refused "unknown option '-x': see quotefetch --help" -x 005930
    refused "unknown option '-x': see quotefetch --help" -kx 005930
}

@test "what other programs say: the same as ours, or the way to it" {
    serve
    fetch -q --json 005930
    expect_json 'length == 1'
    fetch -q --csv --fields symbol 005930
    expect_same "$(xargs <out)" 'symbol 005930'
    fetch -q --csv --format ndjson --fields symbol 005930 # the last one counts
    expect_same "$(cat out)" '{"symbol":"005930"}'
    terminal o seen "$QUOTEFETCH" -q --no-color 005930
    expect_no_text seen $'\e'
    : >log
    fetch --dry-run 005930
    expect_status 0
    expect_text out 'fits: yes'
    refused "unknown option '--watch': to ask again and again: write --every SEC" --watch 005930
    refused "unknown option '--silent': write --quiet" --silent 005930
    refused "unknown option '--jobs': write --workers" --jobs=3 005930
    refused "unknown option '--app-key': a key is no argument: KIS_APP_KEY, or the configuration file" \
        --app-key=x 005930
    refused '--json takes no value' --json=yes 005930
}

@test "the secrets are no options" {
    serve
    fetch --app-key abc 005930
    expect_status 2
    fetch --app_secret=abc 005930
    expect_status 2
    expect_no_text err abc
    expect_no_calls
}

@test "a value that is missing, or that nobody asked for" {
    serve
    refused '--format needs a value' 005930 --format
    refused '--file needs a value' 005930 -f
    refused '--file is empty' 005930 -f ''
    refused '--output is empty' 005930 --output=
    refused '--quiet takes no value' 005930 --quiet=yes
    refused '--plan takes no value' 005930 --plan=1
}

@test "an unfit number says what would be fit" {
    serve
    for bad in -1 1001 1.5 x '' 0x5 1e1 ' 5' 99999999999999999999; do
        refused "--rate takes a whole number from 0 to 1000, not '$bad'" --rate="$bad" 005930
    done
    refused "--workers takes auto or a whole number from 1 to 64, not '0'" --workers 0 005930
    refused "--workers takes auto or a whole number from 1 to 64, not '65'" --workers 65 005930
    refused "--concurrency takes a whole number from 1 to 64, not '0'" --concurrency 0 005930
    refused "--concurrency takes a whole number from 1 to 64, not '65'" --concurrency 65 005930
    refused "--batch takes a whole number from 1 to 30, not '0'" --batch 0 005930
    refused "--batch takes a whole number from 1 to 30, not '31'" --batch 31 005930
    refused "--retries takes auto or a whole number from 0 to 10, not '11'" --retries 11 005930
    refused "--retries takes auto or a whole number from 0 to 10, not '-1'" --retries -1 005930
    for bad in -1 86401 1e3 nan inf 1s . 1.2.3; do
        refused "--timeout takes a number of seconds from 0 to 86400, not '$bad'" \
            --timeout "$bad" 005930
    done
    refused "--try-timeout takes a number of seconds from 0.001 to 600, not '0'" \
        --try-timeout 0 005930
}

@test "an unfit word names the fit ones" {
    serve
    refused "--format takes json, ndjson, csv, csv-excel, tsv, table, markdown, ledger, hledger or beancount, not 'xml'" --format xml 005930
    refused "--env takes real or paper, not 'demo'" --env demo 005930
    refused "--progress takes auto, bar, plain or none, not 'dots'" --progress dots 005930
    refused "--color takes auto, always or never, not 'yes'" --color yes 005930
    refused "unknown field 'prce': did you mean 'price'?" --fields symbol,prce 005930
    refused "field 'price' is named twice" --fields price,price 005930
    refused "a field name is missing: write them as in 'symbol,price'" --fields price, 005930
}

@test "a base URL is https, or http to this machine, and nothing more" {
    serve
    form='https://host[:port], or http:// to this machine'
    refused "--base-url takes $form" --base-url ftp://example.com 005930
    refused "--base-url takes $form" --base-url example.com 005930
    refused "--base-url takes https: the keys would travel in clear by http" \
        --base-url http://example.com 005930
    refused "--base-url takes https: the keys would travel in clear by http" \
        --base-url http://127.0.0.1.example.com 005930
    refused "--base-url takes $form: no user or password in it" --base-url https://a:b@c 005930
    refused "--base-url takes $form: nothing may follow the host" --base-url https://c/d 005930
    refused "--base-url takes $form: not a port number" --base-url https://c:66000 005930
}

@test "files that cannot be read, options that exclude each other" {
    serve
    refused "cannot read '/nope': No such file or directory" -f /nope
    refused "cannot read '/': Is a directory" -f /
    refused "cannot read '/nope': No such file or directory" --priority /nope 005930
    refused "cannot read '/nope': No such file or directory" --cacert /nope 005930
    refused "cannot read '/nope': No such file or directory" --config /nope 005930
    refused '--plan and --quota exclude each other' --plan --quota 005930
    refused '--quota and --check exclude each other' --quota --check
    refused '--follow and --cross-check exclude each other' --follow --cross-check AAPL
    refused '--follow and --check exclude each other' --follow --check 005930
    refused '--follow and --batch exclude each other' --follow --batch 3 005930
    refused '--follow and --retries exclude each other' --follow --retries 2 005930
    refused '--count goes with --follow or --every' --count 3 005930
    refused '--strict goes with --cross-check' --strict 005930
    refused '--until goes with --follow or --every' --until 15:31 005930
    refused '--follow and --workers exclude each other' --follow --workers 2 005930
    refused '--output and --stats name the same file' -o same --stats same 005930
    [ ! -e same ]
}
