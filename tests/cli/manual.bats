# SPDX-License-Identifier: MIT
# What a shell and a reader are told: manual pages, completions, installation.

load ../support/common

eval "common_$(declare -f teardown)" # what common.bash does comes after

# A shell at its prompt would outlive a test that fails.
teardown() {
    [ -z "${mux-}" ] || "${mux[@]}" kill-server 2>/dev/null || true
    common_teardown
}

# Every option of --help, without its dashes.
options() {
    "$QUOTEFETCH" --help | sed -n 's/^ .\{4\} --\([a-z0-9-]*\).*/\1/p; s/^  -., --\([a-z0-9-]*\).*/\1/p'
}

# in_shell SHELL KEYS...: types KEYS into the shell of a window, the last of them
# until they show WANTED; what stands on the screen is in the file screen.
in_shell() {
    command -v tmux >/dev/null || skip 'no tmux'
    command -v "${1%% *}" >/dev/null || skip "no ${1%% *}"
    mux=(tmux -L "m$$-$BATS_TEST_NUMBER" -f /dev/null)
    PS1='> ' "${mux[@]}" new-session -d -x 200 -y 30 "$1" 3>&-
    shift
    "${mux[@]}" send-keys "$@"
}

# shows TEXT: it comes to stand on the screen.
shows() {
    shows_now() { "${mux[@]}" capture-pane -p >screen && grep -qF -e "$1" screen; }
    wait_until shows_now "$1" || { cat screen && return 1; }
}

end_shell() {
    "${mux[@]}" kill-server
}

@test "help, manual page and completions know the same options" {
    options >wanted
    expect_same "$(wc -l <wanted)" "$(sort -u wanted | wc -l)"
    [ "$(wc -l <wanted)" -gt 40 ]
    "$QUOTEFETCH" --manual >manual
    sed -n 's/^\(\\fB\\-.\\fR, \)\?\\fB\\-\\-\([a-z0-9\\-]*\)\\fR.*/\2/p' manual | sed 's/\\//g' >seen
    expect_same "$(cat seen)" "$(cat wanted)"
    "$QUOTEFETCH" --completion bash | sed -n "s/.*words='\(--[^']*\)'.*/\1/p" | tr ' ' '\n' | sed -n 's/^--//p' >seen
    expect_same "$(cat seen)" "$(cat wanted)"
    "$QUOTEFETCH" --completion zsh | sed -n "s/^    [^[]*--\([a-z0-9-]*\)=\{0,1\}[}']*\[.*/\1/p" >seen
    expect_same "$(cat seen)" "$(cat wanted)"
    "$QUOTEFETCH" --completion fish | sed -n 's/^complete -c quotefetch -l \([a-z0-9-]*\).*/\1/p' >seen
    expect_same "$(cat seen)" "$(cat wanted)"
    # And what is only said in the file stands in the manual page.
    for setting in app_key app_secret app_secret_cmd alpaca_key_id; do
        expect_text manual "\\fB$setting\\fR"
    done
    for field in price previous_close quoted_at; do
        expect_text manual "\\fB$field\\fR"
    done
}

@test "the manual pages are good roff" {
    "$QUOTEFETCH" --manual >quotefetch.1
    "$SANDBOX" --help | "$ROOT/scripts/man-of-help" quotefetch-sandbox 'a server' 1.0 >sandbox.1
    for page in quotefetch.1 sandbox.1; do
        if command -v mandoc >/dev/null; then
            expect_same "$(mandoc -T lint -W warning "$page" 2>&1)" ''
        fi
        if command -v groff >/dev/null; then
            expect_same "$(groff -man -ww -Tutf8 "$page" 2>&1 >/dev/null)" ''
        fi
    done
    command -v man >/dev/null || skip 'no man'
    MANWIDTH=80 man -l quotefetch.1 >page
    expect_match page '^NAME$'
    expect_match page 'quotefetch - quotes for a list of symbols'
    expect_match page '^ +-o, --output FILE$'
    expect_text page "jq -r '.[] | select(.error | not) | .symbol'"
    # Every option of the sandbox has an entry.
    MANWIDTH=80 man -l sandbox.1 >page
    "$SANDBOX" --help | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p' | sort -u >wanted
    while read -r option; do
        expect_match page "^ +(-., )?$option( |$)"
    done <wanted
}

# completed WORD...: what bash makes of the last word.
completed() {
    "$BASH" -c '. ./completion
        COMP_WORDS=(quotefetch "$@") COMP_CWORD=$#
        _quotefetch
        printf "%s\n" "${COMPREPLY[@]}"' bash "$@" 2>/dev/null | xargs
}

@test "bash completes options, words, fields and files" {
    "$QUOTEFETCH" --completion bash >completion
    expect_same "$(completed --form)" --format
    expect_same "$(completed --format c)" 'csv csv-excel'
    expect_same "$(completed --format = nd)" ndjson
    expect_same "$(completed --color '')" 'auto always never'
    expect_same "$(completed --fields symbol,pr)" 'symbol,price symbol,previous_close symbol,provider'
    touch 'a list' a.txt
    expect_same "$(completed -f a)" 'a list a.txt'
    expect_same "$(completed --stats a.t)" a.txt
    expect_same "$(completed --rate '')" ''
    expect_same "$(completed 005930 --ke)" --keep-order
}

@test "bash, zsh and fish complete at their own prompt" {
    "$QUOTEFETCH" --completion bash >completion
    in_shell 'bash --norc --noprofile' '. ./completion' Enter 'quotefetch --metr' Tab 'M'
    shows 'quotefetch --metrics M'
    "${mux[@]}" send-keys C-u 'quotefetch --format=nd' Tab '005930'
    shows 'quotefetch --format=ndjson 005930'
    end_shell
    if command -v zsh >/dev/null; then
        "$QUOTEFETCH" --completion zsh >_quotefetch
        in_shell 'zsh -f' 'PS1="> "; fpath=($PWD $fpath); autoload -Uz compinit && compinit -u -d dump; echo re\ady' Enter
        shows ready
        "${mux[@]}" send-keys 'quotefetch --metr' Tab 'M'
        shows 'quotefetch --metrics'
        "${mux[@]}" send-keys C-u 'quotefetch --format nd' Tab '005930'
        shows 'quotefetch --format ndjson 005930'
        end_shell
    fi
    if command -v fish >/dev/null; then
        "$QUOTEFETCH" --completion fish >completion.fish
        fish -n completion.fish
        fish -c '. ./completion.fish; complete -C "quotefetch --metr"; complete -C "quotefetch --format nd"
            complete -C "quotefetch --fields symbol,quo"' >seen
        expect_match seen '^--metrics'
        expect_match seen '^ndjson'
        expect_match seen '^symbol,quoted_at'
    fi
}

@test "make install puts programs, pages and completions in their places, and uninstall takes them" {
    cd "$ROOT"
    make -s install BUILD="${QUOTEFETCH%/*}" DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr >/dev/null
    cd "$BATS_TEST_TMPDIR"
    printf './usr/%s\n' bin/quotefetch bin/quotefetch-sandbox share/bash-completion/completions/quotefetch \
        share/doc/quotefetch/LICENSE share/doc/quotefetch/README.md share/doc/quotefetch/examples/crontab \
        share/doc/quotefetch/examples/symbols.txt share/fish/vendor_completions.d/quotefetch.fish \
        share/man/man1/quotefetch-sandbox.1 share/man/man1/quotefetch.1 share/zsh/site-functions/_quotefetch >wanted
    [ "$(uname -s)" != Linux ] || printf './usr/lib/systemd/user/quotefetch.%s\n' service timer >>wanted
    expect_same "$(cd root && find . -type f | sort)" "$(sort wanted)"
    expect_same "$(grep -rl @bindir@ root)" ''
    expect_same "$(find root -type f ! -size +0)" ''
    if command -v man >/dev/null; then
        MANPATH=$PWD/root/usr/share/man man quotefetch-sandbox >page
        expect_match page 'quotefetch-sandbox +- +the'
    fi
    make -s -C "$ROOT" uninstall DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
    # Nothing is left, but for directories that others use, too.
    expect_same "$(find root -type f -o -name '*quotefetch*')" ''
}

@test "make dist: twice the same bytes, and all that it takes to build" {
    command -v git >/dev/null && git -C "$ROOT" rev-parse HEAD >/dev/null 2>&1 || skip 'not a git repository'
    for n in 1 2; do
        made=$(make -s -C "$ROOT" dist BUILD="$BATS_TEST_TMPDIR/dist.$n")
        sleep 1.1 # a time stamp of a second would differ
    done
    cmp dist.*/quotefetch-*.tar.gz
    tar -tzf "$made" >names
    for name in Makefile README.md src/main.c src/LICENSE scripts/man-of-help tests/run; do
        expect_match names "^quotefetch-[0-9.]+/$name\$"
    done
}
