# State files that are odd, held, or not to be had: right answers, at most one
# warning, no call over, and no wait of more than a second that was not due.

load ../support/quota

# A state that was used a moment ago; FILE is the quota's.
begun() {
    limited
    warm
    FILE=$(echo "$STATE"/quota-*)
    codes 5 >list
}

# expect_well WARNINGS [MS]: five calls are made as if nothing had been, in time.
expect_well() {
    : >log
    fetch --format ndjson -f list --batch 1 --timeout 20 --stats stats
    expect_status 0
    expect_json '.quotes == 5 and .refusals == 0 and .calls == 5' stats
    expect_quota
    expect_warnings "$1" err
    # The fifth call is due 4/18 s after the first, or a second later.
    expect_most "$(jq .wall_ms stats)" "${2:-3000}"
}

# expect_kept: what was not a state is one again.
expect_kept() {
    fetch --quota
    expect_match out '^shared: yes$'
    expect_match out '^calls in the last minute: ([5-9]|1[0-9])$'
}

@test "empty, truncated, random bytes: a new state, and a second's caution" {
    begun
    cp "$FILE" whole
    for size in 0 8 48 500 $(($(stat -c %s whole) - 1)); do
        head -c "$size" whole >"$FILE"
        expect_well 0
        expect_kept
    done
    for size in 100 1000000; do
        head -c "$size" /dev/urandom >"$FILE"
        expect_well 0
        expect_kept
    done
}

@test "each single bit may flip" {
    begun
    cp "$FILE" whole
    for ((i = 0; i < 8; i++)); do
        cp whole "$FILE"
        byte=$(((i * 7919 + 3) % $(stat -c %s whole)))
        old=$(od -An -tu1 -j "$byte" -N 1 whole)
        printf '%b' "\\x$(printf %x $((old ^ 1 << i % 8)))" |
            dd of="$FILE" bs=1 seek="$byte" conv=notrunc status=none
        expect_well 0
    done
    expect_kept
}

@test "another version, another boot, stamps in the year 2100: no wait for them" {
    begun
    for how in version boot future; do
        quota_state "$how" "$FILE"
        expect_well 0
        expect_kept
    done
}

@test "a symlink, a FIFO, a directory: not followed, not hung at, one warning" {
    begun
    mv "$FILE" elsewhere
    cp elsewhere before
    ln -s "$PWD/elsewhere" "$FILE"
    expect_well 1
    cmp elsewhere before
    rm "$FILE" && mkfifo -m 600 "$FILE"
    expect_well 1
    expect_text err 'the quota is not shared with other processes'
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
    unset HOME
    expect_run_of_its_own
}

# on_disk OPTIONS SCRIPT: runs the script with the state on a small disk of its own.
on_disk() {
    mkdir -p disk
    export QUOTEFETCH
    unshare -rm true 2>/dev/null || skip 'no mounts here'
    unshare -rm "$BASH" -ec 'mount -t tmpfs -o "$1" none disk; export QUOTEFETCH_STATE_DIR=$PWD/disk/state
        fetch() { "$QUOTEFETCH" --format ndjson --batch 1 -f list --stats stats "$@"; }
        eval "$2"' - "$@" >out 2>err
    expect_json '.quotes == 5 and .refusals == 0' stats
    expect_warnings 1 err
    expect_quota
}

@test "a full disk: one warning" {
    limited
    codes 5 >list
    on_disk size=8k,mode=700 'mkdir -m 700 disk/state; cat /dev/zero >disk/fill 2>/dev/null || true; fetch'
    expect_text err 'the quota is not shared with other processes'
}

@test "a disk that fills up while the quota is in use: one warning" {
    limited
    codes 5 >list
    on_disk size=64k,mode=700 'fetch --rate 3 & sleep 0.7; cat /dev/zero >disk/fill 2>/dev/null || true; wait $!'
    expect_arrivals '.calls == 6 and .sliding <= 3'
}

@test "a disk that is read only: one warning" {
    limited
    codes 5 >list
    on_disk size=1m,mode=700 'mkdir -m 700 disk/state; mount -o remount,ro disk; fetch'
}

@test "the state is removed in the middle of a run: nothing is lost" {
    limited
    codes 30 >list
    launch 1 -f list --batch 1 --timeout 20
    sleep 0.5
    rm -r "$STATE"
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

    read -r said < <(exec quota_state hold "$@" 3>&-)
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
    expect_least "$(pace 2)" 13
    fetch --quota
    expect_match out '^shared: yes$'
}

@test "its replacement is held as well: one warning, and the run goes on alone" {
    begun
    held "$FILE" "$FILE.new"
    expect_well 1 6000
    expect_text err 'the quota is not shared with other processes'
}
