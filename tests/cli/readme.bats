# SPDX-License-Identifier: MIT
# The README, line by line: every block for a shell is run here, or stands in the
# list below with the reason why it cannot be.
#
# Blocks run in the order of the page, in one directory, beside one sandbox that all
# settings point to. What a reader has before, an account, a list, an editor, sudo,
# is made in setup_reader.
# shellcheck disable=SC2016 # the README's own dollars

load ../support/common

# Lines that are not run, and why: exactly as the README has them, up to a comment.
not_run() {
    cat <<'END'
git clone <this repository> quotefetch && cd quotefetch	the repository has no address of its own
make check	this is it
systemctl --user enable --now quotefetch.timer	no systemd here; package.bats runs what the timer starts
loginctl enable-linger	no systemd here
END
}

# What else is changed: that a stream and rounds end, and where the node exporter reads. And
# make deb is package.bats'.
adapted() {
    sed -e 's,/var/lib/prometheus/node-exporter/,,' \
        -e 's,^make deb && sudo apt install .*,ls root/usr/local/bin,' \
        -e 's,--until 15:31 ,,' \
        -e 's,--follow,--follow --count 3,' \
        -e 's,--every [0-9]*,--every 1 --count 2,'
}

# blocks LANGUAGE: each block of it in a file of its own, block.N, in their order.
blocks() {
    rm -f block.*
    awk -v fence="\`\`\`$1" '
        /^```/ { on = (!inside && $0 == fence); inside = !inside; n += on; next }
        on { print >sprintf("block.%03d", n) }' "$ROOT/README.md"
}

# The reader's machine: what stands in the README before a line can be typed.
setup_reader() {
    mkdir bin
    ln -s "$ROOT/symbols.example.txt" .
    printf '005930\nAAPL\n' >symbols.txt
    # Root's directories are a directory here.
    printf '#!/bin/sh\nDESTDIR=%s exec "$@"\n' "$PWD/root" >bin/sudo
    printf '#!/bin/sh\nexec %s --no-print-directory -C %s "$@" BUILD=%s\n' "$(command -v make)" "$ROOT" "${QUOTEFETCH%/*}" >bin/make
    # An editor that types what the README shows, with the account's own words.
    blocks ini && mv block.001 typed
    cat >bin/editor <<END
#!/bin/sh
sed 's,PS\.\.\.,$KEY,; s,"\.\.\.","$SECRET",' '$PWD/typed' >>"\$1"
END
    chmod +x bin/*
}

@test "every block for a shell runs" {
    # sh is run here, ini typed, and the line of cron is in package.bats.
    expect_same "$(sed -n 's/^```\([a-z]\)/\1/p' "$ROOT/README.md" | sort -u | xargs)" 'cron ini sh'
    setup_reader
    blocks sh
    not_run | cut -f 1 >skipped
    : >met
    for block in block.*; do
        # The one program of the page that checking does not need.
        if grep -q '^ *sqlite3' "$block" && ! command -v sqlite3 >/dev/null; then
            lacking=sqlite3
            continue
        fi
        awk 'NR == FNR { skip[$0]; next }
            { line = $0; sub(/ +#.*/, "", line) }
            line in skip { print line >>"met"; next }
            { print }' skipped "$block" | adapted >"run.${block#*.}"
    done
    # What is listed is still there.
    expect_same "$(sort met)" "$(sort skipped)"

    cat >all <<'END'
set -eo pipefail
PATH=$PWD/bin:$PATH
export EDITOR=editor HOME
for block in run.*; do
    # Of its own keys and addresses, a reader has only what the README has him write.
    timeout 60 bash -eo pipefail "$block" >"out.${block#*.}" 2>"err.${block#*.}" </dev/null || {
        echo "exit status $? of:"
        cat "$block"
        tail -n 5 "err.${block#*.}"
        exit 1
    }
done
# What make demo says to try next.
sed '1,/^To try next:/d; s,build/,,' out.001 >next
bash -eo pipefail next >tried
END
    "$SANDBOX" --rate 0 --tape-rate 6000 --app-key "$KEY" --app-secret "$SECRET" -- bash all >said 2>&1 || fail "$(cat said)"
    expect_lines next 3
    # Written by the lines, for those who would read it.
    expect_json 'length == 2 and (map(.error) == [false, false])' quotes.json
    expect_match quotes.prom '^quotefetch_'
    expect_match prices.journal '^P .*005930'
    [ -x root/usr/local/bin/quotefetch ]
    [ -z "${lacking-}" ] || skip "all but the lines of $lacking, which is not here"
}

# As it stands on a screen: without colours and what was wiped; and no two runs
# take the same time.
on_screen() {
    sed -E "s/$(printf '\033')\[[?0-9;]*[a-zA-Z]//g; s/\r\$//; s/.*\r//; s/[0-9.]+ s\$/N s/"
}

@test "what the README shows of a terminal is what one sees" {
    export TERM=xterm
    blocks ''
    grep -l '^\$ ' block.* >shown
    expect_lines shown 1
    while read -r block; do
        command=$(sed -n '1s/^\$ //p' "$block")
        [ -n "$command" ]
        TERMINAL_COLUMNS=90 "$SANDBOX" -- terminal oe screen sh -c "$command" || [ $? = 1 ]
        expect_same "$(on_screen <screen)" "$(sed 1d "$block" | on_screen)"
    done <shown
}
