/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/hive: the replay of transaction logs, on hives and logs made by the byte. */
#include "tests/unit/tap.h"

#include "restore/hive/hive_log_priv.h"
#include "tests/unit/hive_sample.h"

/* A hive, up to three logs, and what came of them. */
struct bench {
	struct hc_buf hive, log, log1, log2, out;
	struct hc_hive_recovery state;
	struct hc_err err;
};

static int
recover(struct bench *b)
{
	struct hc_hive_logs logs = { hc_buf_span(&b->log), hc_buf_span(&b->log1),
				     hc_buf_span(&b->log2) };

	hc_buf_done(&b->out);
	memset(&b->state, 0x55, sizeof(b->state));
	return hc_hive_recover(hc_buf_span(&b->hive), &logs, "SYSTEM", &b->out, &b->state,
			       &b->err);
}

static void
clear(struct bench *b)
{
	hc_buf_done(&b->hive);
	hc_buf_done(&b->log);
	hc_buf_done(&b->log1);
	hc_buf_done(&b->log2);
	hc_buf_done(&b->out);
}

/* What the bins of the copy are filled with: "abx". */
static bool
holds(const struct bench *b, const char *fills)
{
	size_t bins = strlen(fills);

	if (b->out.size < 4096 + bins * 4096 || hc_get_le32(b->out.data + 40) != bins * 4096)
		return false;
	for (size_t i = 0; i < bins * 4096; i++) {
		if (i % 4096 >= 36 && b->out.data[4096 + i] != (uint8_t)fills[i / 4096])
			return false;
	}
	return true;
}

/* The copy is as Windows leaves a hive: numbers equal, of type 0, checksum right. */
static bool
clean(const struct bench *b, uint32_t sequence)
{
	struct hc_base_block base;

	return hc_base_block_parse(hc_buf_span(&b->out), &base) == NULL &&
	       base.type == HC_BASE_HIVE && base.primary == sequence &&
	       base.secondary == sequence;
}

static bool
says(const struct bench *b, const char *words)
{
	return strstr(b->err.text[0], words) != NULL && strcmp(b->err.object, "SYSTEM") == 0;
}

static bool
ignored(const struct bench *b, const char *words)
{
	return words[0] == '\0' ? b->state.ignored[0] == '\0'
				: strstr(b->state.ignored, words) != NULL;
}

/* ---------------------------------------------------------------- nothing to do, nothing to be done */

static void
test_no_replay(void)
{
	struct bench b = { .hive = sample_hive(7, 7, 2), .log1 = new_log(7, 2) };

	add_entry(&b.log1, 7, 2, 0, 'x');
	ok(recover(&b) == 0 && !b.state.dirty && b.state.entries == 0 && b.out.data == NULL,
	   "a clean hive is left alone, whatever its logs hold");
	clear(&b);
	b.hive = sample_hive(812, 811, 2);
	ok_fails(recover(&b), &b.err, H_HIVE_DIRTY, "a dirty hive without a log is refused");
	ok(says(&b, "812 and 811") && says(&b, "no log"), "with its numbers");
	grow(&b.log1, 8192);
	ok_fails(recover(&b), &b.err, H_HIVE_DIRTY, "a log that was never written is none");
	b.hive.data[100] ^= 1;
	ok_fails(recover(&b), &b.err, H_HIVE_FORMAT, "with a bad checksum it is no hive");
	ok(says(&b, "checksum"), "for that reason");
	clear(&b);
	b.hive = new_log(7, 2);
	grow(&b.hive, 8192);
	ok_fails(recover(&b), &b.err, H_HIVE_FORMAT, "a log is no hive");
	clear(&b);
	ok_fails(recover(&b), &b.err, H_HIVE_FORMAT, "nothing is no hive");
	clear(&b);
}

static void
test_base_block(void)
{
	struct bench b = { .hive = sample_hive(3, 3, 2) };
	uint8_t block[512] = { 0 };

	ok(hc_base_block_checksum(block) == 1, "a sum of zero is kept as 1");
	memset(block, 0xff, 4);
	ok(hc_base_block_checksum(block) == 0xfffffffe, "one of all ones as fffffffe");
	hc_put_le32(b.hive.data + 20, 2);
	put_checksum(b.hive.data);
	ok_fails(recover(&b), &b.err, H_HIVE_FORMAT, "a hive of a later version is refused");
	hc_put_le32(b.hive.data + 20, 1);
	hc_put_le32(b.hive.data + 40, 4097);
	put_checksum(b.hive.data);
	ok_fails(recover(&b), &b.err, H_HIVE_FORMAT, "so is one of bins that are none");
	clear(&b);
}

/* ---------------------------------------------------------------- new logs */

static void
test_new(void)
{
	struct bench b = { .hive = sample_hive(4, 3, 3), .log1 = new_log(3, 3) };
	size_t at = add_entry(&b.log1, 3, 3, 1, 'x');

	b.log1.data[at + 8] = 1; /* the entry's flags: transactions pending */
	put_hashes(b.log1.data + at);
	ok_call(recover(&b), &b.err, "a log with one entry");
	ok(b.state.dirty && b.state.entries == 1 && b.state.bytes_replayed == 4096 &&
		   !b.state.base_block_from_log && ignored(&b, ""),
	   "is told as one");
	ok(holds(&b, "axa") && clean(&b, 4), "its page is in a clean copy");
	ok(hc_get_le32(b.out.data + 144) == 1, "its flag too");
	ok(b.hive.data[4] == 4 && b.hive.data[8] == 3 && b.hive.data[4096 + 4096 + 100] == 'a',
	   "the hive itself is as it was");
	add_entry(&b.log1, 4, 3, 1, 'y');
	add_entry(&b.log1, 5, 3, 2, 'z');
	ok(recover(&b) == 0 && holds(&b, "ayz") && clean(&b, 6) && b.state.entries == 3 &&
		   hc_get_le32(b.out.data + 144) == 0,
	   "of three entries the later one counts");
	/* Entries of an earlier turn lie behind: nobody wrote over them. */
	add_entry(&b.log1, 2, 3, 0, 'o');
	ok(recover(&b) == 0 && holds(&b, "ayz") && ignored(&b, ""),
	   "an entry of an earlier turn is the end");
	clear(&b);
}

/* A log with entries 3, 4 and 5, of which the second is then damaged. */
static struct bench
three_entries(size_t *ret_second)
{
	struct bench b = { .hive = sample_hive(4, 3, 3), .log1 = new_log(3, 3) };

	add_entry(&b.log1, 3, 3, 0, 'x');
	*ret_second = add_entry(&b.log1, 4, 3, 1, 'y');
	add_entry(&b.log1, 5, 3, 2, 'z');
	return b;
}

static void
test_damaged_entries(void)
{
	static const struct {
		const char *name;
		unsigned at; /* in the entry */
		uint32_t value;
		bool hashes; /* are made anew: only the value is wrong */
		const char *says;
	} cases[] = {
		{ "a wrong byte in a page", 2000, 7, false, "Hash-1 is wrong" },
		{ "a wrong Hash-1", 24, 7, false, "Hash-2 is wrong" },
		{ "a wrong Hash-2", 32, 7, false, "Hash-2 is wrong" },
		{ "a gap in the numbers", 12, 5, true, "next sequence number" },
		{ "an odd length", 4, 4609, true, "length is impossible" },
		{ "a length of nothing", 4, 0, false, "Hash-2 is wrong" },
		{ "more pages than fit", 20, 600, true, "too short for its list" },
		{ "a page longer than the entry", 44, 8192, true, "too short for its pages" },
		{ "a page beyond the hive", 40, 12288, true, "beyond the hive" },
		{ "a page that begins far beyond", 40, 0xfffff000, true, "beyond the hive" },
		{ "a page that ends beyond", 44, 12288, true, "beyond the hive" },
		{ "a page of no length", 44, 0, true, "impossible place" },
		{ "a page between sectors", 40, 4097, true, "impossible place" },
		{ "bins of no length", 16, 0, true, "length of all bins" },
		{ "bins of an odd length", 16, 12289, true, "length of all bins" },
		{ "bins of 2 GiB", 16, 0x80000000, true, "length of all bins" },
		{ "bins that no page explains", 16, 0x7ffff000, true, "grow by more" },
	};
	struct bench b;
	size_t at;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b = three_entries(&at);
		hc_put_le32(b.log1.data + at + cases[i].at, cases[i].value);
		if (cases[i].hashes)
			put_hashes(b.log1.data + at);
		ok(recover(&b) == 0 && b.state.entries == 1 && holds(&b, "xaa") && clean(&b, 4),
		   "%s ends the log", cases[i].name);
		if (!ok(ignored(&b, cases[i].says) && ignored(&b, "SYSTEM.LOG1 at byte 5120: "),
			"and is named"))
			printf("# %s\n", b.state.ignored);
		clear(&b);
	}
}

static void
test_cut_short(void)
{
	struct bench b;
	size_t at;

	b = three_entries(&at);
	b.log1.size = at + 4608 - 1;
	ok(recover(&b) == 0 && holds(&b, "xaa") && ignored(&b, "cut short"),
	   "an entry that the end of the log cuts short is left out");
	b.log1.size = at + 39;
	ok(recover(&b) == 0 && holds(&b, "xaa") && ignored(&b, ""),
	   "so is one without its head");
	b.log1.size = 512 + 40;
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "without any entry it is refused");
	ok(says(&b, "SYSTEM.LOG1 at byte 512: an entry is cut short"), "for that reason");
	b.log1.size = 512;
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "an empty log is refused");
	ok(says(&b, "no entry"), "for that reason");
	b.log1.size = 511;
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "half a base block is refused");
	ok(says(&b, "shorter than a base block"), "for that reason");
	clear(&b);
}

static void
test_turns(void)
{
	struct bench b = { .hive = sample_hive(4, 3, 3),
			   .log1 = new_log(5, 3),
			   .log2 = new_log(3, 3) };
	uint8_t *block;

	add_entry(&b.log2, 3, 3, 0, 'p');
	add_entry(&b.log2, 4, 3, 1, 'q');
	add_entry(&b.log1, 5, 3, 1, 'r');
	ok(recover(&b) == 0 && holds(&b, "pra") && clean(&b, 6) && b.state.entries == 3,
	   "the log with the lower numbers goes first");
	b.log1.size = 512;
	ok(recover(&b) == 0 && holds(&b, "pqa") && clean(&b, 5), "the second may be empty");
	hc_buf_done(&b.log1);
	b.log1 = new_log(6, 3);
	add_entry(&b.log1, 6, 3, 1, 'r');
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_UNFIT, "a gap between two logs is refused");
	ok(says(&b, "from number 5 on: SYSTEM.LOG2 begins with 3, SYSTEM.LOG1 begins with 6"),
	   "with the numbers: %s", b.err.text[0]);
	hc_buf_done(&b.log2);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_UNFIT, "a log that begins too late too");
	ok(says(&b, "from number 3 on: SYSTEM.LOG1 begins with 6"), "with the numbers");
	hc_buf_done(&b.log1);
	b.log1 = new_log(2, 3);
	add_entry(&b.log1, 2, 3, 0, 'o');
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_UNFIT, "and one that is over");
	b.log2 = new_log(3, 3);
	add_entry(&b.log2, 3, 3, 1, 'n');
	ok(recover(&b) == 0 && holds(&b, "ana"), "which does no harm beside one that fits");
	block = b.log1.data;
	block[508] ^= 1;
	ok(recover(&b) == 0 && holds(&b, "ana") &&
		   ignored(&b, "SYSTEM.LOG1 at byte 0: the che"),
	   "nor does a damaged one");
	hc_buf_done(&b.log2);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "a damaged one alone is refused");
	put_base(block, 3, 2, 6, 3);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "so is one that is being begun");
	ok(says(&b, "its own sequence numbers differ"), "for that reason");
	put_base(block, 3, 3, 0, 3);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "and a hive in place of a log");
	clear(&b);
	/* A hive that has one log only. */
	b = (struct bench){ .hive = sample_hive(4, 3, 1), .log = new_log(3, 1) };
	add_entry(&b.log, 3, 1, 0, 'x');
	ok(recover(&b) == 0 && holds(&b, "x"), "a log without a number counts");
	clear(&b);
}

static void
test_length(void)
{
	struct bench b = { .hive = sample_hive(4, 3, 2), .log1 = new_log(3, 2) };

	add_entry(&b.log1, 3, 3, 2, 'n');
	ok(recover(&b) == 0 && holds(&b, "aan") && b.out.size == 4096 * 4,
	   "a hive grows by its log");
	add_entry(&b.log1, 4, 1, 0, 's');
	ok(recover(&b) == 0 && holds(&b, "s"), "and shrinks by it");
	b.hive.size = 4096 + 4096;
	ok(recover(&b) == 0 && holds(&b, "s") && b.out.size == 4096 * 4,
	   "the file may be shorter than its bins, if the log makes up for it");
	b.log1.size = 512 + 4608;
	ok_fails(recover(&b), &b.err, H_HIVE_REPLAY, "else the copy is refused");
	ok(says(&b, "the bin at byte 8192") && b.err.offset == 8192, "with the place");
	clear(&b);
	b = (struct bench){ .hive = sample_hive(4, 3, 2), .log1 = new_log(3, 2) };
	add_entry(&b.log1, 3, 2, 1, 'n');
	hc_put_le32(b.log1.data + 512 + 48 + 8, 8192);
	put_hashes(b.log1.data + 512);
	ok_fails(recover(&b), &b.err, H_HIVE_REPLAY, "a bin that ends beyond the hive");
	hc_put_le32(b.log1.data + 512 + 48 + 8, 4096);
	hc_put_le32(b.log1.data + 512 + 48 + 4, 8192);
	put_hashes(b.log1.data + 512);
	ok_fails(recover(&b), &b.err, H_HIVE_REPLAY, "a bin that belongs elsewhere");
	clear(&b);
	/* A bin of two pages, of which the log has the first. */
	b = (struct bench){ .hive = sample_hive(4, 3, 1), .log1 = new_log(3, 1) };
	add_entry(&b.log1, 3, 3, 1, 'n');
	hc_put_le32(b.log1.data + 512 + 48 + 8, 8192);
	put_hashes(b.log1.data + 512);
	ok(recover(&b) == 0 && b.out.size == 4096 * 4 &&
		   hc_is_zero(b.out.data + (size_t)4096 * 3, 4096),
	   "what no page fills is zeros");
	clear(&b);
}

/* ---------------------------------------------------------------- old logs */

static void
test_old(void)
{
	struct bench b = { .hive = sample_hive(5, 4, 9), .log1 = old_log(5, 9, 13, 1, 'x', 1) };

	ok_call(recover(&b), &b.err, "an old log with one sector");
	ok(b.state.entries == 1 && b.state.bytes_replayed == 512 && clean(&b, 6) &&
		   b.out.data[4096 + 13 * 512 - 1] == 'a' &&
		   b.out.data[4096 + 13 * 512] == 'x' &&
		   b.out.data[4096 + 14 * 512 - 1] == 'x' && b.out.data[4096 + 14 * 512] == 'a',
	   "that sector is in the copy, and no other");
	hc_buf_done(&b.log1);
	b.log1 = old_log(5, 9, 8, 56, 'm', 1);
	ok(recover(&b) == 0 && holds(&b, "ammmmmmma") && b.state.bytes_replayed == 56 * 512,
	   "an old log with many sectors");
	b.log2 = old_log(5, 9, 0, 72, 'w', 8);
	hc_put_le64(b.log1.data + 12, SAMPLE_WRITTEN - 1);
	put_checksum(b.log1.data);
	ok(recover(&b) == 0 && holds(&b, "wwwwwwwww"),
	   "the one of the hive's time of writing counts; on a disk with sectors of 4096");
	hc_buf_done(&b.log2);
	b.log2 = old_log(5, 9, 0, 72, 'v', 1);
	hc_put_le32(b.log2.data + 44, 8);
	put_checksum(b.log2.data);
	ok(recover(&b) == 0 && holds(&b, "vvvvvvvvv"),
	   "whose list may follow after 512 bytes too");
	hc_buf_done(&b.log2);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_UNFIT, "one of another time does not");
	ok(says(&b, "SYSTEM.LOG1 is of another write, number 5"), "and is named");
	hc_buf_done(&b.log1);
	b.log = old_log(4, 9, 0, 72, 's', 1);
	ok(recover(&b) == 0 && holds(&b, "sssssssss") && clean(&b, 5),
	   "its number may be the hive's secondary one");
	hc_put_le32(b.log.data + 4, 6);
	hc_put_le32(b.log.data + 8, 6);
	put_checksum(b.log.data);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_UNFIT, "but no other");
	clear(&b);
	b = (struct bench){ .hive = sample_hive(5, 4, 2),
			    .log1 = old_log(5, 4, 16, 16, 'g', 1) };
	ok(recover(&b) == 0 && holds(&b, "aagg"), "a hive grows by an old log");
	clear(&b);
	/* One of Windows 7, on a disk that Windows 8.1 had as well. */
	b = (struct bench){ .hive = sample_hive(5, 4, 1),
			    .log1 = old_log(5, 1, 0, 8, 'o', 1),
			    .log2 = new_log(4, 1) };
	add_entry(&b.log2, 4, 1, 0, 'n');
	ok(recover(&b) == 0 && holds(&b, "o"), "the hive's time tells an old log from a new");
	hc_put_le32(b.log1.data + 4, 9);
	hc_put_le32(b.log1.data + 8, 9);
	put_checksum(b.log1.data);
	ok(recover(&b) == 0 && holds(&b, "n"), "an old one that lies about is passed over");
	memset(b.hive.data, 0, 4);
	ok(recover(&b) == 0 && holds(&b, "n") && clean(&b, 5), "without a base block too");
	clear(&b);
	b = (struct bench){ .hive = sample_hive(5, 4, 1), .log1 = old_log(5, 1, 0, 8, 'o', 1) };
	hc_put_le32(b.log1.data + 36, 64);
	put_checksum(b.log1.data);
	ok(recover(&b) == 0 && hc_get_le32(b.out.data + 36) == 64,
	   "the base block of its flush is the log's");
	hc_put_le64(b.hive.data + 12, 0);
	put_checksum(b.hive.data);
	hc_put_le64(b.log1.data + 12, 0);
	put_checksum(b.log1.data);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_UNFIT, "no time is not the same time");
	clear(&b);
}

static void
test_damaged_old(void)
{
	struct bench b = { .hive = sample_hive(5, 4, 2), .log1 = old_log(5, 2, 0, 16, 'x', 1) };

	b.log1.size--;
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "an old log that is cut short");
	ok(says(&b, "SYSTEM.LOG1 at byte 0: cut short"), "for that reason");
	b.log1.size = 512 + 5;
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "in its list of pages");
	b.log1.size = 1024 + 16 * 512;
	memset(b.log1.data + 516, 0, 2);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "one without dirty pages");
	b.log1.data[512] = 'd';
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "without their list");
	hc_put_le32(b.log1.data + 44, 0);
	put_checksum(b.log1.data);
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "with an impossible sector");
	ok(says(&b, "clustering factor"), "for that reason");
	clear(&b);
	b = (struct bench){ .hive = sample_hive(5, 4, 2),
			    .log1 = old_log(5, 1000, 0, 16, 'x', 1) };
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "with bins that no page explains");
	ok(says(&b, "grow by more"), "for that reason");
	clear(&b);
}

/* ---------------------------------------------------------------- a damaged base block */

static void
test_no_base_block(void)
{
	struct bench b = { .hive = sample_hive(9, 8, 2),
			   .log1 = new_log(3, 2),
			   .log2 = new_log(4, 2) };

	add_entry(&b.log1, 3, 2, 0, 'x');
	add_entry(&b.log2, 4, 2, 1, 'y');
	memset(b.hive.data, 0, 512);
	ok_call(recover(&b), &b.err, "a hive whose base block is gone gets that of its log");
	ok(holds(&b, "xy") && clean(&b, 5) && b.state.base_block_from_log &&
		   b.state.entries == 2,
	   "and both logs, where one leads to the other");
	b.log1.size = 512;
	ok(recover(&b) == 0 && holds(&b, "ay") && b.state.entries == 1,
	   "else the last one, as Windows does");
	b.log2.size = 512;
	ok_fails(recover(&b), &b.err, H_HIVE_LOG_DAMAGED, "but not from logs without entries");
	hc_buf_done(&b.log1);
	hc_buf_done(&b.log2);
	b.log1 = old_log(5, 2, 0, 1, 'x', 1);
	b.log2 = old_log(6, 2, 8, 8, 'y', 1);
	hc_put_le64(b.log2.data + 12, SAMPLE_WRITTEN + 1);
	put_checksum(b.log2.data);
	ok(recover(&b) == 0 && holds(&b, "ay") && clean(&b, 7) && b.state.base_block_from_log,
	   "of two old logs the later one counts");
	memcpy(b.hive.data + 4096 + 4096, "hbib", 4);
	hc_buf_done(&b.log2);
	ok_fails(recover(&b), &b.err, H_HIVE_REPLAY, "where a bin is missing it is refused");
	memcpy(b.hive.data + 4096, "hbib", 4);
	ok_fails(recover(&b), &b.err, H_HIVE_FORMAT, "without its first bin it is no hive");
	b.hive.size = 4096;
	ok_fails(recover(&b), &b.err, H_HIVE_FORMAT, "nor is it without any");
	clear(&b);
}

/* ---------------------------------------------------------------- the hash */

static void
test_marvin32(void)
{
	uint8_t bytes[67];
	bool same = true;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37);
	for (size_t i = 0; i <= sizeof(bytes); i++)
		same = same && hc_marvin32(hc_span(bytes, i)) == marvin(bytes, i);
	ok(same, "Marvin32 of each length agrees with one that was written apart");
}

int
main(void)
{
	test_no_replay();
	test_base_block();
	test_new();
	test_damaged_entries();
	test_cut_short();
	test_turns();
	test_length();
	test_old();
	test_damaged_old();
	test_no_base_block();
	test_marvin32();
	return tap_done();
}
