# SPDX-License-Identifier: MIT
# State files that are odd, shared by several systems, held, or not available: right
# answers, at most one warning, and never a call over.

load ../support/quota

# ---- one directory, several systems ---------------------------------------------

# booted NAME: the next client's system calls its boot so.
booted() {
    echo "$1" >"boot.$1"
    export FAULT_BOOT=$PWD/boot.$1 LD_PRELOAD=$TEST_SUPPORT/preload_faults.so
    export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
}

@test "two machines on one directory: a file each, no limit lifted, and a warning what to do" {
    [ -e "$TEST_SUPPORT/preload_faults.so" ] || skip 'nothing can be loaded before a program here'
    limited
    warm
    rm "$STATE"/quota-* "$STATE"/calls-*
    hands 2 50
    for i in 1 2; do
        (booted $i && exec "$QUOTEFETCH" --format ndjson -f list.$i --batch 1 --rate 9 --timeout 60 \
            --fields symbol,error >out.$i 2>err.$i 3>&-) &
        pids[i]=$!
    done
    landed 1 2
    expect_status 0
    expect_same "$(find "$STATE" -name 'quota-*' | wc -l)" 2
    for i in 1 2; do # as each would have alone
        calls_of $i >log.$i
        arrivals log.$i >arrived
        expect_json '.sliding <= 9 and .fixed <= 9' arrived
    done
    expect_arrivals '.statuses == { "200": 100 }'
    cat err.1 err.2 >err
    expect_match err 'another machine or version .* --rate'
    expect_warnings 1 err.1 err.2
}

@test "another time namespace has another clock, and another file" {
    local clock="unshare -rT --monotonic 100000 --fork"

    $clock true 2>/dev/null || skip 'no time namespaces here'
    limited
    hands 2 30
    warm
    launch 1 -f list.1 --batch 1 --rate 9 --timeout 60
    $clock "$QUOTEFETCH" --format ndjson -f list.2 --batch 1 --rate 9 --timeout 60 >out.2 2>err.2 3>&- &
    pids[2]=$!
    landed 1 2
    expect_status 0
    expect_same "$(find "$STATE" -name 'quota-*' | wc -l)" 2
    expect_arrivals '.statuses == { "200": 60 }'
    for i in 1 2; do
        calls_of $i >log.$i
        arrivals log.$i >arrived
        expect_json '.sliding <= 9 and .fixed <= 9' arrived
    done
}

@test "a file of an older version: left alone, warned of while it is used, removed when long dead" {
    local old

    begun
    old=${FILE%-*}
    head -c 5000 /dev/urandom >"$old"
    cp "$old" before
    expect_well 1
    expect_text err 'another machine or version'
    cmp "$old" before
    touch -d '10 minutes ago' "$old"
    expect_well 0
    cmp "$old" before
    touch -d '10 days ago' "$old" "$old-0123456789abcdef"
    : >"${old/quota/calls}-0123456789abcdef"
    touch -d '10 days ago' "$old-0123456789abcdef"
    expect_well 0
    expect_same "$(find "$STATE" -name 'quota-*' -o -name 'calls-*' | wc -l)" 2
}

# ---- files that are none ----------------------------------------------------------

@test "a symlink, a FIFO, a directory: not followed, not hung at, one warning" {
    begun
    mv "$FILE" elsewhere
    cp elsewhere before
    ln -s "$PWD/elsewhere" "$FILE"
    expect_well 1
    cmp elsewhere before
    rm "$FILE" && mkfifo -m 600 "$FILE"
    expect_well 1
    expect_text err "quota is this run's own"
    rm "$FILE" && mkdir "$FILE"
    expect_well 1
    sleep 1 # runs of their own know nothing of each other
    rmdir "$FILE"
    expect_well 0
    expect_kept
}

# expect_run_of_its_own: token and quota are this run's, and it says so once.
expect_run_of_its_own() {
    serve --rate 18
    fetch --format ndjson -f list --batch 1
    expect_status 0
    expect_warnings 1 err
    expect_text err "token and quota are this run's own"
    expect_quota
    expect_arrivals '.calls == 6'
}

@test "a directory that others can write, or that is a file: one warning, all its own" {
    begun
    chmod 777 "$STATE"
    expect_run_of_its_own
    chmod 700 "$STATE"
    mv "$STATE" moved && : >"$STATE"
    expect_run_of_its_own
    export HOME=/proc/none
    expect_run_of_its_own
}

# on_disk OPTIONS SCRIPT: runs the script with the state on a small disk of its
# own: five quotes, one warning at most.
on_disk() {
    mounted "$@"
    expect_json '.quotes == 5 and .refusals == 0' stats
    expect_warnings 1 err
    expect_quota
}

mounted() {
    mkdir -p disk
    export QUOTEFETCH
    unshare -rm true 2>/dev/null || skip 'no mounts here'
    unshare -rm "$BASH" -ec 'mount -t tmpfs -o "$1" none disk; export QUOTEFETCH_STATE_DIR=$PWD/disk/state
        fetch() { "$QUOTEFETCH" --format ndjson --batch 1 -f list --stats stats "$@"; }
        eval "$2"' - "$@" >out 2>err
}

@test "a full disk: one warning, of token and quota" {
    limited
    codes 5 >list
    on_disk size=8k,mode=700 'mkdir -m 700 disk/state; cat /dev/zero >disk/fill 2>/dev/null || true; fetch'
    expect_text err "token and quota are this run's own: "
    expect_text err ": No space left on device: free some space in '$PWD/disk/state', or set QUOTEFETCH_STATE_DIR"
}

@test "a full disk that has the quota's file: the quota holds, the warning is of the token" {
    limited --token-interval 0
    codes 5 >list
    on_disk size=64k,mode=700 'fetch; sleep 1; rm disk/state/token-*; cat /dev/zero >disk/fill 2>/dev/null || true; fetch
        fetch --quota >quota'
    expect_text err "token is this run's own: cannot write 'token-"
    expect_json '.shared and .calls_last_minute == 12' quota
}

@test "a disk that fills up while the quota is in use: at most one warning of it" {
    limited
    codes 5 >list
    on_disk size=64k,mode=700 'fetch --rate 3 & sleep 0.7; cat /dev/zero >disk/fill 2>/dev/null || true; wait $!'
    expect_arrivals '.calls == 6 and .sliding <= 3'
}

@test "a disk that is read only: one warning, of all that is not kept" {
    limited --token-interval 0
    (codes 4 && echo AAPL) >list
    on_disk size=1m,mode=700 'mkdir -m 700 disk/state; mount -o remount,ro disk; fetch'
    expect_text err "token, quota and found exchanges are this run's own: cannot"
    expect_text err ": Read-only file system: make '$PWD/disk/state' writable, or set QUOTEFETCH_STATE_DIR"
    mounted size=1m,mode=700 'mkdir -m 700 disk/state; mount -o remount,ro disk
        "$QUOTEFETCH" --quota >quota 2>quota.err
        "$QUOTEFETCH" --check >check || "$QUOTEFETCH" -q 삼성전자'
    expect_match check "^BAD +state +'$PWD/disk/state' cannot be written"
    expect_match check '^ok +kis +quota: .* not shared$'
    expect_match quota '^shared: no$'
    expect_text quota.err "quota is this run's own: cannot write the directory: Read-only file system"
    expect_same "$(grep -c 'own: ' err)" 1
    expect_text err "token, quota and lists of names are this run's own"
}

@test "the state is removed in the middle of a run: nothing is lost" {
    limited
    codes 30 >list
    launch 1 -f list --batch 1 --timeout 20
    sleep 0.5
    # Its file may be made anew while it is being removed.
    until rm -r "$STATE" 2>/dev/null; do :; done
    landed 1
    expect_status 0
    expect_lines out.1 30
    expect_quota
    expect_warnings 1 err.1
}

# ---- a holder that stands still ------------------------------------------------

# held FILE...: a process has the locks of these files, and does not move.
held() {
    local said

    read -r said < <(exec "$TEST_SUPPORT"/quota_state hold "$@" 3>&-)
    brokers+=("$!")
    [ "$said" = held ]
}

@test "a process stands still with the lock: the others go on, with one quota" {
    begun
    hands 3 20
    held "$FILE"
    side_by_side 3 -f list.{} --batch 1 --timeout 20
    expect_status 0
    expect_quota
    expect_arrivals '.statuses == { "200": 60 }'
    expect_warnings 1 err.1 err.2 err.3
    expect_least "$(pace 2)" 9
    fetch --quota
    expect_match out '^shared: yes$'
}

@test "its replacement is held as well: one warning, and the run goes on alone" {
    begun
    held "$FILE" "$FILE.new"
    expect_well 1
    expect_text err "quota is this run's own"
}
