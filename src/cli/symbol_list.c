/* SPDX-License-Identifier: MIT */
#include "cli/symbol_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "cli/complaints.h"

enum {
	SHOWN_COLUMNS = 64, /* of an invalid entry's text */
	CAP_LEAST = 256     /* entries; doubles */
};

#define INPUTS_MAX_BYTES ((size_t)1 << 30) /* an uint32_t finds all of it */

enum { IS_FIRST = 1, HAS_PRIORITY = 2, IS_PASSING = 4 };

struct slot {
	uint32_t entry; /* the last of a ring, or SYMBOL_LIST_NONE */
	uint32_t hash;  /* of its symbol */
};

/* Entries are three arrays side by side, 21 bytes each, and a fourth once one of
 * them was not typed as its code. Those of one symbol
 * form a ring through next, from each to the next and from the last to the
 * first. A hash table (open addressing, linear) finds the last of a ring, to
 * which one is appended; 16 to 32 bytes a symbol. */
struct symbol_list {
	struct symbol *symbol;
	uint32_t *next; /* SYMBOL_LIST_NONE: an invalid entry */
	uint8_t *flags;
	uint32_t *input; /* places in inputs; 0: as the code. NULL: all are */
	struct buf inputs;
	uint32_t count, cap;
	uint32_t preferred;  /* entries with HAS_PRIORITY */
	struct slot *slot;   /* slot_count of them */
	uint32_t slot_count; /* a power of two, or 0 */
	uint32_t slots_used;
	struct symbol_list_invalid *invalid; /* by index */
	size_t invalid_count, invalid_cap;
	struct complaints complaints;
	struct symbol_namer namer; /* find NULL: nobody */
	struct arena texts;        /* of the invalid ones */
};

struct symbol_list *symbol_list_new(struct err *err)
{
	struct symbol_list *list = err_calloc(sizeof *list, err);

	if (!list)
		return NULL;
	complaints_init(&list->complaints);
	arena_init(&list->texts);
	buf_init(&list->inputs, INPUTS_MAX_BYTES);
	return list;
}

void symbol_list_free(struct symbol_list *list)
{
	if (!list)
		return;
	free(list->symbol);
	free(list->next);
	free(list->flags);
	free(list->input);
	buf_release(&list->inputs);
	free(list->slot);
	free(list->invalid);
	complaints_release(&list->complaints);
	arena_release(&list->texts);
	free(list);
}

/* The array, grown; or as it was, and *is_grown false. The caps on entries keep
 * count * size far from overflow. */
static void *grow(void *array, size_t count, size_t size, bool *is_grown)
{
	void *grown = realloc(array, count * size);

	*is_grown &= grown != NULL;
	return grown ? grown : array;
}

static int reserve_entry(struct symbol_list *list, struct err *err)
{
	uint32_t cap = list->cap ? list->cap * 2 : CAP_LEAST;
	bool is_grown = true;

	if (list->count == SYMBOL_LIST_MAX)
		return err_set(err, ERR_INPUT, "more than %d symbols",
			       SYMBOL_LIST_MAX);
	if (list->count < list->cap)
		return 0;
	list->symbol = grow(list->symbol, cap, sizeof *list->symbol, &is_grown);
	list->next = grow(list->next, cap, sizeof *list->next, &is_grown);
	list->flags = grow(list->flags, cap, sizeof *list->flags, &is_grown);
	if (list->input)
		list->input =
			grow(list->input, cap, sizeof *list->input, &is_grown);
	if (!is_grown)
		return err_no_memory(err);
	if (list->input)
		memset(list->input + list->cap, 0,
		       (cap - list->cap) * sizeof *list->input);
	list->cap = cap;
	return 0;
}

/* ---- the hash table ---- */

static uint32_t hash_symbol(const struct symbol *symbol)
{
	uint64_t word[2], h;

	_Static_assert(sizeof word == sizeof *symbol, "two words");
	memcpy(word, symbol, sizeof word);
	h = (word[0] ^ (word[1] << 17 | word[1] >> 47)) *
	    UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

/* The slot of the symbol's ring, or the empty one where it would go. The hash
 * beside the entry saves most looks at symbols, which are cache misses. */
static struct slot *find_slot(struct symbol_list *list,
			      const struct symbol *symbol, uint32_t hash)
{
	uint32_t mask = list->slot_count - 1;
	uint32_t at = hash & mask;

	for (;; at = (at + 1) & mask) {
		struct slot *slot = &list->slot[at];

		if (slot->entry == SYMBOL_LIST_NONE ||
		    (slot->hash == hash && memcmp(&list->symbol[slot->entry],
						  symbol, sizeof *symbol) == 0))
			return slot;
	}
}

/* Keeps the table at most half full. */
static int reserve_slot(struct symbol_list *list, struct err *err)
{
	uint32_t count =
		list->slot_count ? list->slot_count * 2 : CAP_LEAST * 2;
	struct slot *slot;

	if (list->slots_used < list->slot_count / 2)
		return 0;
	slot = malloc(count * sizeof *slot);
	if (!slot)
		return err_no_memory(err);
	memset(slot, 0xff, count * sizeof *slot); /* entry: SYMBOL_LIST_NONE */
	for (uint32_t i = 0; i < list->slot_count; i++) {
		uint32_t at = list->slot[i].hash & (count - 1);

		if (list->slot[i].entry == SYMBOL_LIST_NONE)
			continue;
		while (slot[at].entry != SYMBOL_LIST_NONE)
			at = (at + 1) & (count - 1);
		slot[at] = list->slot[i];
	}
	free(list->slot);
	list->slot = slot;
	list->slot_count = count;
	return 0;
}

/* ---- entries ---- */

static void prefer(struct symbol_list *list, uint32_t first)
{
	list->preferred += !(list->flags[first] & HAS_PRIORITY);
	list->flags[first] |= HAS_PRIORITY;
}

int symbol_list_add(struct symbol_list *list, const struct symbol *symbol,
		    bool has_priority, struct err *err)
{
	uint32_t i = list->count;
	uint32_t first = i;
	uint32_t hash = hash_symbol(symbol);
	struct slot *slot;

	if (reserve_entry(list, err) < 0 || reserve_slot(list, err) < 0)
		return -1;
	slot = find_slot(list, symbol, hash);
	if (slot->entry == SYMBOL_LIST_NONE) {
		list->slots_used++;
	} else {
		first = list->next[slot->entry];
		list->next[slot->entry] = i;
	}
	*slot = (struct slot){ i, hash };
	list->symbol[i] = *symbol;
	list->next[i] = first;
	list->flags[i] = first == i ? IS_FIRST : 0;
	list->count++;
	if (has_priority)
		prefer(list, first);
	return 0;
}

int symbol_list_note_input(struct symbol_list *list, const char *text,
			   size_t len, struct err *err)
{
	uint32_t i = list->count - 1;
	const char *code = list->symbol[i].code;

	if (strlen(code) == len && memcmp(code, text, len) == 0)
		return 0;
	if (!list->input) {
		list->input = calloc(list->cap, sizeof *list->input);
		if (!list->input)
			return err_no_memory(err);
		buf_putc(&list->inputs, '\0'); /* place 0 is nobody's */
	}
	list->input[i] = (uint32_t)list->inputs.len;
	buf_append(&list->inputs, text, len);
	buf_putc(&list->inputs, '\0');
	return buf_check(&list->inputs, ERR_INPUT, err);
}

int symbol_list_prefer(struct symbol_list *list, const struct symbol *symbol,
		       struct err *err)
{
	struct slot *slot =
		list->slot_count ? find_slot(list, symbol, hash_symbol(symbol))
				 : NULL;

	if (!slot || slot->entry == SYMBOL_LIST_NONE)
		return symbol_list_add(list, symbol, true, err);
	prefer(list, list->next[slot->entry]);
	return 0;
}

int symbol_list_add_invalid(struct symbol_list *list, const char *text,
			    size_t len, const char *reason, struct err *err)
{
	size_t cap = list->invalid_cap ? list->invalid_cap * 2 : CAP_LEAST;
	bool is_grown = true;
	char shown[SHOWN_COLUMNS * 4 + 4];
	struct symbol_list_invalid *entry;

	if (list->invalid_count == SYMBOL_LIST_INVALID_MAX)
		return err_set(
			err, ERR_INPUT,
			"more than %d invalid entries: is it a symbol list?",
			SYMBOL_LIST_INVALID_MAX);
	if (reserve_entry(list, err) < 0)
		return -1;
	if (list->invalid_count == list->invalid_cap) {
		list->invalid = grow(list->invalid, cap, sizeof *list->invalid,
				     &is_grown);
		if (!is_grown)
			return err_no_memory(err);
		list->invalid_cap = cap;
	}
	utf8_copy_printable(text, len, shown, sizeof shown, SHOWN_COLUMNS);
	entry = &list->invalid[list->invalid_count];
	entry->index = list->count;
	entry->text = arena_copy(&list->texts, shown, strlen(shown));
	entry->reason = arena_copy(&list->texts, reason, strlen(reason));
	if (!entry->text || !entry->reason)
		return err_no_memory(err);
	list->invalid_count++;
	memset(&list->symbol[list->count], 0, sizeof *list->symbol);
	list->next[list->count] = SYMBOL_LIST_NONE;
	list->flags[list->count] = 0;
	list->count++;
	return 0;
}

/* ---- questions ---- */

void symbol_list_set_namer(struct symbol_list *list, struct symbol_namer namer)
{
	list->namer = namer;
}

int symbol_list_find_name(const struct symbol_list *list, const char *text,
			  size_t len, struct symbol *out, struct err *err)
{
	return list->namer.find
		       ? list->namer.find(list->namer.arg, text, len,
					  list->complaints.count == 0, out, err)
		       : 0;
}

struct complaints *symbol_list_complaints(struct symbol_list *list)
{
	return &list->complaints;
}

size_t symbol_list_count(const struct symbol_list *list)
{
	return list->count;
}

const struct symbol *symbol_list_at(const struct symbol_list *list, uint32_t i)
{
	require(i < list->count);
	return &list->symbol[i];
}

const char *symbol_list_input(const struct symbol_list *list, uint32_t i)
{
	const struct symbol_list_invalid *invalid =
		symbol_list_invalid_at(list, i);

	if (invalid)
		return invalid->text;
	return list->input && list->input[i] > 0
		       ? list->inputs.data + list->input[i]
		       : list->symbol[i].code;
}

bool symbol_list_is_first(const struct symbol_list *list, uint32_t i)
{
	require(i < list->count);
	return list->flags[i] & IS_FIRST;
}

uint32_t symbol_list_next_same(const struct symbol_list *list, uint32_t i)
{
	uint32_t next;

	require(i < list->count);
	next = list->next[i];
	if (next == SYMBOL_LIST_NONE || (list->flags[next] & IS_FIRST))
		return SYMBOL_LIST_NONE;
	return next;
}

bool symbol_list_is_priority(const struct symbol_list *list, uint32_t i)
{
	require(i < list->count);
	return list->flags[i] & HAS_PRIORITY;
}

void symbol_list_note_passing(struct symbol_list *list, uint32_t i)
{
	list->flags[i] |= IS_PASSING;
}

bool symbol_list_is_passing(const struct symbol_list *list, uint32_t i)
{
	return list->flags[i] & IS_PASSING;
}

bool symbol_list_has_priority(const struct symbol_list *list)
{
	return list->preferred > 0;
}

static int compare_index(const void *key, const void *entry)
{
	uint32_t a = *(const uint32_t *)key;
	uint32_t b = ((const struct symbol_list_invalid *)entry)->index;

	return (a > b) - (a < b);
}

const struct symbol_list_invalid *symbol_list_invalid_at(
	const struct symbol_list *list, uint32_t i)
{
	require(i < list->count);
	if (list->invalid_count == 0)
		return NULL;
	return bsearch(&i, list->invalid, list->invalid_count,
		       sizeof *list->invalid, compare_index);
}
