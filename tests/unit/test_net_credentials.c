/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/net: the file that --credentials names. */
#include "restore/net/net_priv.h"
#include "tests/unit/tap.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool
is(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int
parse(const char *text, size_t length, struct hc_credentials *ret, struct hc_err *err)
{
	*ret = (struct hc_credentials){ 0 };
	return hc_credentials_parse(hc_span(text, length), ret, err);
}

static void
test_good(void)
{
	static const struct {
		const char *text, *user, *password, *bearer;
	} rows[] = {
		{ "user=u\npassword=p", "u", "p", NULL },
		{ "# a comment\n\n  password =  p = q #1 \r\nuser\t= u\n", "u", "p = q #1",
		  NULL },
		{ "bearer = a.b-c\n", NULL, NULL, "a.b-c" },
	};
	struct hc_credentials who;
	struct hc_err err;

	for (size_t i = 0; i < COUNT(rows); i++) {
		ok_call(parse(rows[i].text, strlen(rows[i].text), &who, &err), &err,
			"read: case %zu", i);
		ok(is(who.user, rows[i].user) && is(who.password, rows[i].password) &&
			   is(who.bearer, rows[i].bearer),
		   "what it says: case %zu", i);
		hc_credentials_done(&who);
		ok(who.user == NULL && who.password == NULL && who.bearer == NULL,
		   "gone again: case %zu", i);
	}
}

static void
test_bad(void)
{
	static const char *const bad[] = {
		"",
		"# nothing\n",
		"user = u\n",
		"password = p\n",
		"user = u\npassword =\n",
		"user = u\npassword = p\nbearer = b\n",
		"user = u\nuser = v\npassword = p\n",
		"users = u\npassword = p\n",
		"secret words\n",
		"= x\n",
	};
	struct hc_credentials who;
	struct hc_err err;
	char text[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		ok_fails(parse(bad[i], strlen(bad[i]), &who, &err), &err, H_CREDENTIALS,
			 "refused: case %zu", i);
		hc_err_format(&err, text, sizeof(text));
		ok(strstr(text, "secret words") == NULL, "without its words: case %zu", i);
		hc_credentials_done(&who);
	}
	ok_fails(parse("user = a\0b\npassword = p", 23, &who, &err), &err, H_CREDENTIALS,
		 "refused: a NUL");
	hc_credentials_done(&who);
}

int
main(void)
{
	test_good();
	test_bad();
	return tap_done();
}
