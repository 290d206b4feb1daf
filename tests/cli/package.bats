# SPDX-License-Identifier: MIT
# What is installed: the files of a package, and that its unit and its lines of a
# crontab run where they run in life. Installing it is `make check-packages`.

load ../support/common

FILES="usr/bin/quotefetch
usr/bin/quotefetch-sandbox
usr/lib/systemd/user/quotefetch.service
usr/lib/systemd/user/quotefetch.timer
usr/share/bash-completion/completions/quotefetch
usr/share/doc/quotefetch/README.md
usr/share/doc/quotefetch/examples/crontab
usr/share/doc/quotefetch/examples/symbols.txt
usr/share/fish/vendor_completions.d/quotefetch.fish
usr/share/man/man1/quotefetch-sandbox.1.gz
usr/share/man/man1/quotefetch.1.gz"

# packaged KIND: makes one of the programs under test; its name is in $package.
packaged() {
    [ "${MODE:-release}" = release ] || skip "a package of the programs of MODE=$MODE"
    mkdir -p "${1}s"
    export SOURCE_DATE_EPOCH=1790000000 # the last commit's, which another may follow meanwhile
    package=$(BUILD=${QUOTEFETCH%/*} "$ROOT/scripts/package/$1" "$PWD/${1}s")
}

# installed: as `make install` leaves it, under ./usr.
installed() {
    make -s -C "$ROOT" install BUILD="${QUOTEFETCH%/*}" PREFIX="$PWD/usr" >/dev/null
}

# unset_login: from here on, only files say where the broker is and who asks.
unset_login() {
    printf 'rate = 0\nbase-url = %s\n' "$KIS_BASE_URL" >"$CONFIG"
    chmod 600 "$CONFIG"
    unset KIS_BASE_URL KIS_APP_KEY KIS_APP_SECRET
}

@test "make deb: what it holds and says, twice the same bytes, and lintian has no word" {
    command -v dpkg-shlibdeps >/dev/null || skip 'no dpkg-dev'
    packaged deb
    cp "$package" first.deb
    packaged deb
    cmp "$package" first.deb

    dpkg-deb --fsys-tarfile "$package" | tar -t | sed -n 's,^\./,,; /[^/]$/p' | sort >files
    expect_same "$(cat files)" "$(printf '%s\n' "$FILES" usr/share/zsh/vendor-completions/_quotefetch \
        usr/share/doc/quotefetch/changelog.gz usr/share/doc/quotefetch/copyright | sort)"
    dpkg-deb --fsys-tarfile "$package" | tar -tv | awk '{ print $2 }' | sort -u >owners
    expect_same "$(cat owners)" root/root
    dpkg-deb -R "$package" out.deb
    (cd out.deb && md5sum -c --quiet DEBIAN/md5sums)
    out.deb/usr/bin/quotefetch --version >said
    expect_match said '^quotefetch '
    dpkg-deb -f "$package" >control
    expect_match control '^Depends: .*libc6 .*libcurl.*, ca-certificates'
    expect_same "$(dpkg-deb -f "$package" Version)" "$(sed -n '1s/.* //p' said)"

    command -v lintian >/dev/null || skip 'all but lintian, which is not here'
    lintian --allow-root --fail-on error,warning,info "$package" >said 2>&1 || fail "$(cat said)"
}

@test "make rpm: the same files; without rpmbuild, which line installs it" {
    if ! command -v rpmbuild >/dev/null; then
        ! make -s -C "$ROOT" rpm >said 2>&1
        expect_match said 'lacking: rpmbuild.*; please run: .*rpm'
        skip 'no rpmbuild'
    fi
    packaged rpm
    rpm -qlp "$package" | sed 's,^/,,' | grep -v '/quotefetch$\|/examples$' | sort >files
    expect_same "$(cat files)" "$(printf '%s\n' "$FILES" usr/share/zsh/site-functions/_quotefetch \
        usr/share/doc/quotefetch/LICENSE | grep -v '/quotefetch$' | sort)"
    rpm -qp --requires "$package" >wants
    expect_match wants '^libcurl\.so\.4'
}

@test "systemd finds nothing to say about the units" {
    command -v systemd-analyze >/dev/null || skip 'no systemd-analyze'
    installed
    mkdir -m 700 run
    XDG_RUNTIME_DIR=$PWD/run systemd-analyze verify --user --man=no usr/lib/systemd/user/quotefetch.timer >said 2>&1
    expect_same "$(cat said)" ''
}

@test "the unit, as systemd runs it: credentials from files, quotes in its state directory" {
    [ -e /proc/self ] || skip 'no Linux'
    serve
    unset_login
    installed
    unit=usr/lib/systemd/user/quotefetch.service
    quotes=$HOME/.local/state/quotefetch-quotes/quotes.csv

    # No list: nothing to do, and nothing is done.
    run_unit.py $unit >said 2>&1
    expect_same "$(cat said)" "condition: no $HOME/.config/quotefetch/symbols.txt"

    printf '005930\nAAPL\n' >"${CONFIG%/*}/symbols.txt"
    printf '%s\n' "$KEY" >"${CONFIG%/*}/app_key"
    printf '%s\n' "$SECRET" >"${CONFIG%/*}/app_secret"
    run_unit.py $unit >said 2>&1 || fail "$(cat said)"
    expect_same "$(cat said)" ''
    expect_lines "$quotes" 3
    expect_same "$(stat -c %a "$quotes" "${quotes%/*}" "$STATE" | xargs)" '600 700 700'
    # The token is where every run of this user has it.
    expect_same "$(jq -s 'map(select(.path | endswith("tokenP"))) | length' log)" 1
    KIS_BASE_URL=$(sed -n 's/^base-url = //p' "$CONFIG") KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET fetch 005930
    expect_status 0
    expect_same "$(jq -s 'map(select(.path | endswith("tokenP"))) | length' log)" 1

    # Without the files, the login of the configuration.
    rm "${CONFIG%/*}"/app_* "$quotes"
    printf 'app_key = %s\napp_secret = %s\n' "$KEY" "$SECRET" >>"$CONFIG"
    run_unit.py $unit >said 2>&1 || fail "$(cat said)"
    expect_lines "$quotes" 3
}

@test "the unit, under systemd's manager of a user" {
    [ "${MODE:-release}" = release ] || skip "the sandbox of the unit is none for MODE=$MODE"
    [ "$(id -u)" = 0 ] && [ -x /lib/systemd/systemd ] && unshare -m -p -f --mount-proc true 2>/dev/null ||
        skip 'no root, no systemd, or no name spaces'
    serve
    unset_login
    installed
    printf '005930\nAAPL\n' >"${CONFIG%/*}/symbols.txt"
    printf '%s\n' "$KEY" >"${CONFIG%/*}/app_key"
    printf '%s\n' "$SECRET" >"${CONFIG%/*}/app_secret"
    mkdir -p "$HOME/.config/systemd/user"
    sed "s,$PWD,/mnt,g" usr/lib/systemd/user/quotefetch.service >"$HOME/.config/systemd/user/quotefetch.service"
    # PrivateTmp= hides where tests live; /run/systemd/system is the sign of a machine
    # that systemd has started. With its first process all others end.
    cat >manager.sh <<'END'
mount --make-rshared / && mount --bind . /mnt && mount -t tmpfs tmpfs /run || exit 77
mkdir -p /run/systemd/system /run/user
export HOME=/mnt/home XDG_RUNTIME_DIR=/run/user
/lib/systemd/systemd --user --unit=basic.target >manager.log 2>&1 3>&- &
for ((tries = 0; tries < 300; tries++)); do
    ! systemctl --user is-active -q basic.target 2>/dev/null || break
    sleep 0.1
done
systemctl --user is-active -q basic.target || exit 77
systemctl --user start quotefetch.service
status=$?
systemctl --user show -p ExecMainStatus quotefetch.service
exit $status
END
    status=0
    unshare -m -p -f --mount-proc --kill-child "$BASH" manager.sh >said 2>&1 || status=$?
    [ "$status" != 77 ] || skip 'the manager does not start here'
    expect_same "$(cat said)" ExecMainStatus=0
    quotes=$(find "$HOME/.local/state/quotefetch-quotes" "$HOME/.config/quotefetch-quotes" -name quotes.csv 2>/dev/null || true)
    expect_lines "$quotes" 3
    [ -d "$STATE" ]
}

@test "the lines of the crontab, in cron's environment" {
    serve
    unset_login
    printf 'app_key = %s\napp_secret = %s\n' "$KEY" "$SECRET" >>"$CONFIG"
    printf '005930\nAAPL\n' >"$HOME/symbols.txt"
    installed
    crontab=usr/share/doc/quotefetch/examples/crontab
    sed -n 's/^\([^ #]* *\)\{5\} //p' $crontab >commands
    expect_lines commands 2
    expect_no_text commands % # cron's own sign
    while read -r line; do
        env -i HOME="$HOME" LOGNAME=u SHELL=/bin/sh PATH=/usr/bin:/bin /bin/sh -c "cd && $line" >said 2>&1
        expect_same "$(cat said)" ''
    done <commands
    expect_lines "$HOME/quotes.csv" 3
    expect_match "$HOME/prices.journal" '^P [0-9-]+ .*005930.* 274500'
    # And it is the line of the README.
    expect_same "$(sed -n "s,$PWD/usr/bin,/usr/local/bin,; /^\*/p" $crontab)" \
        "$(sed -n '/^```cron/,/^```/{/^\*/p;}' "$ROOT/README.md")"
}

@test "what is lacking is named, with the line that installs it here" {
    [ ! -e /usr/sbin/cc ] && [ ! -e /sbin/cc ] || skip 'nothing can be hidden: sbin is bin'
    mkdir few
    for tool in sh cat mktemp rm id; do
        ln -s "$(command -v $tool)" few
    done
    while read -r manager line; do
        printf '#!/bin/sh\n' >"few/$manager"
        chmod +x "few/$manager"
        ! PATH=$PWD/few CC=cc "$ROOT/scripts/install-deps" --check build sandbox >said 2>&1
        expect_lines said 1
        expect_match said "^lacking: cc stdio\.h make.* curl/curl\.h .*; please run: $line"
        rm "few/$manager"
    done <<'END'
apt-get apt-get install -y --no-install-recommends gcc libc6-dev make libcurl4-openssl-dev libcjson-dev
dnf dnf install -y gcc glibc-devel make libcurl-devel cjson-devel
brew brew install make curl cjson
END
    ! PATH=$PWD/few CC=cc "$ROOT/scripts/install-deps" --check build >said 2>&1
    expect_match said 'please run: your package manager for: cc .*\(Debian calls them: gcc '
}
