/* SPDX-License-Identifier: MIT */
/* Unit tests of base/ring: against an array, by lot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/ring.h"

struct item {
	uint64_t number;
	char rest[13]; /* an odd size */
};

static struct item make(uint64_t n)
{
	struct item item;

	memset(&item, 0, sizeof item);
	item.number = n;
	memset(item.rest, (int)(n % 100), sizeof item.rest);
	return item;
}

static void test_by_lot(void **state)
{
	static const size_t capacities[] = { 1, 2, 3, 7, 64 };
	uint64_t x = 88172645463325252U;

	(void)state;
	for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++) {
		uint64_t put = 0, taken = 0;
		struct ring r;

		assert_int_equal(ring_init(&r, capacities[c], sizeof(struct item), NULL), 0);
		for (int turn = 0; turn < 20000; turn++) {
			struct item items[70];
			size_t count, room = capacities[c] - r.len, n;

			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			count = (size_t)(x >> 20) % 70;
			if (x >> 62 == 3) {
				struct item item = make(put), *to = ring_extend(&r);

				assert_int_equal(to == NULL, room == 0);
				if (to)
					memcpy(to, &item, sizeof item);
				put += to != NULL;
				continue;
			}
			if (x >> 63) {
				for (size_t i = 0; i < count; i++)
					items[i] = make(put + i);
				n = ring_put(&r, items, count);
				assert_int_equal(n, count < room ? count : room);
				put += n;
				continue;
			}
			n = ring_take(&r, items, count);
			assert_int_equal(n, count < put - taken ? count : put - taken);
			for (size_t i = 0; i < n; i++) {
				struct item expected = make(taken + i);

				assert_memory_equal(&items[i], &expected, sizeof expected);
			}
			taken += n;
			if (r.len == 0)
				assert_true(n == 0 || r.first == 0);
		}
		assert_true(taken > 1000);
		ring_release(&r);
	}
}

static void test_nothing(void **state)
{
	struct ring r;

	(void)state;
	assert_int_equal(ring_init(&r, 4, 8, NULL), 0);
	assert_int_equal(ring_put(&r, NULL, 0), 0);
	assert_int_equal(ring_take(&r, NULL, 10), 0);
	ring_release(&r);
	ring_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_lot),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
