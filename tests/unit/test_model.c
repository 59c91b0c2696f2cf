/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/model: documents are read and written by their tables; the seal finds every changed bit. */
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "restore/model/facts.h"
#include "restore/model/intent.h"
#include "restore/model/manifest.h"
#include "restore/model/report.h"
#include "restore/model/windows.h"

static int
read_text(const struct hc_shape *shape, const char *text, struct hc_arena *arena, void *ret,
	  struct hc_err *err)
{
	return hc_doc_read(shape, hc_span(text, strlen(text)), arena, ret, err);
}

static void
test_reading(void)
{
	struct hc_arena arena = { 0 };
	struct hc_facts facts = { 0 };
	struct hc_err err;

	ok_call(read_text(
			&hc_facts_shape,
			"{\"schema\":\"halcyon.facts/1\",\"firmware\":{\"type\":\"uefi\",\"bits\":64},"
			"\"disks\":[{\"path\":\"/dev/sda\",\"size\":5,\"in_use_by\":[\"/\"]}],"
			"\"machine\":{\"serial\":null},\"not known\":[1,{}]}",
			&arena, &facts, &err),
		&err, "facts are read; unknown members are passed over");
	ok(facts.firmware.type == HC_FIRMWARE_UEFI && facts.firmware.bits == 64,
	   "enums and numbers");
	ok(facts.disks.count == 1 && facts.disks.items[0].size == 5, "lists");
	ok(hc_strings_has(&facts.disks.items[0].in_use_by, "/"), "lists of strings");
	ok(facts.machine.serial == NULL && facts.acpi.madt == NULL,
	   "null and missing are the same");
	ok_fails(read_text(&hc_facts_shape, "{\"schema\":\"halcyon.facts/2\"}", &arena, &facts,
			   &err),
		 &err, H_DOC_VERSION, "another major version is refused");
	ok_fails(read_text(&hc_facts_shape, "{\"schema\":\"halcyon.plan/1\"}", &arena, &facts,
			   &err),
		 &err, H_DOC_SCHEMA, "another document is refused");
	ok_fails(read_text(&hc_facts_shape, "{\"schema\":", &arena, &facts, &err), &err,
		 H_DOC_SYNTAX, "half a document is refused");
	ok_fails(
		read_text(
			&hc_facts_shape,
			"{\"schema\":\"halcyon.facts/1\",\"disks\":[{\"path\":\"a\",\"size\":1},"
			"{\"path\":\"b\",\"size\":-1}]}",
			&arena, &facts, &err),
		&err, H_DOC_SCHEMA, "a negative size is refused");
	ok(strstr(err.text[0], "disks[1].size") != NULL, "and the member is named");
	ok_fails(
		read_text(
			&hc_facts_shape,
			"{\"schema\":\"halcyon.facts/1\",\"firmware\":{\"type\":\"coreboot\"}}",
			&arena, &facts, &err),
		&err, H_DOC_SCHEMA, "a name that isn't in the list is refused");
	ok_fails(read_text(&hc_facts_shape,
			   "{\"schema\":\"halcyon.facts/1\",\"memory\":1,\"memory\":2}", &arena,
			   &facts, &err),
		 &err, H_DOC_SYNTAX, "a member given twice is refused");
	ok_fails(read_text(&hc_intent_shape, "{\"schema\":\"halcyon.intent/1\"}", &arena,
			   &(struct hc_intent){ 0 }, &err),
		 &err, H_DOC_SCHEMA, "a member that is needed is asked for");
	hc_arena_done(&arena);
}

static void
test_seal(void)
{
	struct hc_journal journal = { .plan = "plan",
				      .backup = "backup \xc3\xa4",
				      .state = HC_JOURNAL_FINISHED,
				      .created = "now" };
	struct hc_journal back = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_buf text = { 0 };
	struct hc_err err;
	char seal[HC_SEAL_TEXT];
	size_t found = 0;

	ok_call(hc_doc_write(&hc_journal_shape, &journal, HC_JSON_PRETTY, &text, &err), &err,
		"a sealed document is written");
	ok_call(hc_doc_read(&hc_journal_shape, hc_buf_span(&text), &arena, &back, &err), &err,
		"and read");
	ok(strcmp(back.backup, journal.backup) == 0 && back.state == HC_JOURNAL_FINISHED &&
		   back.task == NULL,
	   "as it was");
	hc_doc_seal(hc_buf_span(&text), seal);
	ok(strlen(seal) == 64, "its seal can be told");
	for (size_t i = 0; i < text.size * 8; i++) {
		text.data[i / 8] ^= (uint8_t)(1u << i % 8);
		found += hc_doc_read(&hc_journal_shape, hc_buf_span(&text), &arena, &back,
				     &err) < 0 &&
			 err.code == H_DOC_SEAL;
		text.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	ok(found == text.size * 8, "each of its %zu bits, flipped, is found", text.size * 8);
	text.size--;
	ok_fails(hc_doc_read(&hc_journal_shape, hc_buf_span(&text), &arena, &back, &err), &err,
		 H_DOC_SEAL, "a byte that is missing too");
	ok_fails(hc_doc_read(&hc_journal_shape, hc_span("{}", 2), &arena, &back, &err), &err,
		 H_DOC_SEAL, "two bytes are no sealed document");
	hc_buf_done(&text);
	hc_arena_done(&arena);
}

static void
test_files(void)
{
	char folder[] = "/tmp/halcyon-model-XXXXXX", path[64], command[512];
	struct hc_repository repository = { "now", "sha256", "default.castr", 1, 2, 3 },
			     back = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err err;

	if (!ok(mkdtemp(folder) != NULL, "a folder for the test"))
		return;
	snprintf(path, sizeof(path), "%s/halcyon.json", folder);
	ok_call(hc_doc_save(&hc_repository_shape, &repository, path, &err), &err,
		"a document is saved");
	ok_call(hc_doc_load(&hc_repository_shape, path, &arena, &back, &err), &err,
		"and loaded");
	ok(back.chunk_max == 3, "as it was");
	snprintf(
		command, sizeof(command),
		"test $(sed 's/\"seal\": \"[0-9a-f]*\"/\"seal\": \"%064d\"/' %s | sha256sum | cut -c1-64) = "
		"$(sed -n 's/.*\"seal\": \"\\(.*\\)\"/\\1/p' %s)",
		0, path, path);
	ok(system(command) == 0,
	   "sed and sha256sum find the same seal"); /* NOLINT(cert-env33-c) */
	unlink(path);
	ok_fails(hc_doc_load(&hc_repository_shape, path, &arena, &back, &err), &err,
		 H_NOT_FOUND, "a missing file is not found");
	rmdir(folder);
	hc_arena_done(&arena);
}

static void
test_schema(void)
{
	static const char *const wanted[] = { "\"halcyon.manifest/1\"", "\"seal\"",
					      "\"required\"", "\"regions\"" };
	struct hc_buf text = { 0 };
	struct hc_err err;

	ok_call(hc_doc_schema(&hc_manifest_shape, &text, &err), &err,
		"a table prints its JSON Schema");
	hc_buf_append(&text, "", 1, &err);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		ok(strstr((const char *)text.data, wanted[i]) != NULL, "with %s", wanted[i]);
	hc_buf_done(&text);
}

/* A map: its structs' first field is the member's name. */
static void
test_map(void)
{
	static const char text[] =
		"{\"schema\": \"halcyon.windows/1\", \"client_protocols\": {"
		"\"ncacn_np\": {\"type\": \"REG_SZ\", \"data\": \"rpcrt4.dll\"}, \"ncacn_http\": {}}}";
	struct hc_arena arena = { 0 };
	struct hc_windows windows = { 0 };
	struct hc_buf out = { 0 };
	struct hc_err err;

	ok_call(hc_doc_read(&hc_windows_shape, hc_span(text, strlen(text)), &arena, &windows,
			    &err),
		&err, "a map is read");
	ok(windows.client_protocols.count == 2 &&
		   strcmp(windows.client_protocols.items[0].name, "ncacn_np") == 0 &&
		   strcmp(windows.client_protocols.items[0].data, "rpcrt4.dll") == 0 &&
		   windows.client_protocols.items[1].data == NULL,
	   "names and members are where they belong");
	ok_call(hc_doc_write(&hc_windows_shape, &windows, HC_JSON_LINE, &out, &err), &err,
		"a map is written");
	ok_call(hc_buf_append(&out, "", 1, &err), &err, "with an end");
	ok(strstr((const char *)out.data,
		  "\"client_protocols\":{\"ncacn_np\":{\"type\":\"REG_SZ\",\"data\":\"rpcrt4.dll\"}") !=
		   NULL,
	   "as an object by name");
	hc_buf_done(&out);
	hc_arena_done(&arena);
}

int
main(void)
{
	test_reading();
	test_seal();
	test_files();
	test_schema();
	test_map();
	return tap_done();
}
