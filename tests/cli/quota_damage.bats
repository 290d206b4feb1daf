# SPDX-License-Identifier: MIT
# A state that is damaged, before a run and while it is in use: silence for what is
# not known any more, and never a call over.

load ../support/quota

# change FILE BYTE BIT: this bit of it is another.
change() {
    local old

    old=$(od -An -tu1 -j "$2" -N 1 "$1")
    printf '%b' "\\x$(printf %x $((old ^ 1 << $3)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "empty, truncated, random bytes, removed: a new state, and a pause for what is unknown" {
    begun
    cp "$FILE" whole
    for size in 0 500; do
        head -c "$size" whole >"$FILE"
        expect_well 0
        expect_kept
    done
    head -c 1000000 /dev/urandom >"$FILE"
    expect_well 0
    rm "$FILE"
    expect_well 0
    expect_kept
}

# The first bytes of each slot are its head; then comes the state.
@test "each single bit may flip, right before the next run: nobody is refused" {
    begun
    for ((i = 0; i < 8; i++)); do
        change "$FILE" $((i % 2 * 65536 + (i * 7919 + 3) % (i < 4 ? 56 : 2000))) $i
        expect_well 0
    done
    expect_kept
}

@test "bits flip while three processes are at work: never over, nobody refused" {
    limited --latency 15 --jitter 60
    hands 3 40
    warm
    FILE=$(echo "$STATE"/quota-*)
    for i in 1 2 3; do
        launch $i -f list.$i --batch 1 --timeout 60
    done
    for ((i = 0; i < 6; i++)); do
        sleep 0.$((i + 3))
        change "$FILE" $((i % 2 * 65536 + (i < 4 ? 24 : 150))) $i
    done
    landed 1 2 3
    expect_status 0
    expect_quota
    expect_arrivals '.statuses == { "200": 120 }'
    expect_warnings 0 err.1 err.2 err.3
}

@test "stamps in the year 2100: no wait for them" {
    begun
    "$TEST_SUPPORT"/quota_state future "$FILE"
    expect_well 0
    expect_kept
}
