/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * halcyon media: servers that may have a repository.
 *
 * The kernel line names one (halcyon.repo); a server that handed out this system may hold one where pxe/server puts it.
 * The first is listed in any case, the others when they answer with the marker of a repository.
 */
#include <stdio.h>
#include <string.h>

#include "restore/base/log.h"
#include "restore/base/tree.h"
#include "restore/catalog/catalog.h"
#include "restore/cmd/media.h"
#include "restore/cmd/prepare.h"

#define PATIENCE_MS 3000u

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list of servers");
}

/* What a URL that can't be used may be shown as: without the user and password in it. */
static const char *
without_credentials(const char *url, struct hc_arena *arena)
{
	const char *host = strstr(url, "://"), *at;

	if (host == NULL)
		return hc_arena_strdup(arena, url);
	host += strlen("://");
	at = memrchr(host, '@', strcspn(host, "/"));
	return hc_arena_printf(arena, "%.*s%s", (int)(host - url), url,
			       at != NULL ? at + 1 : host);
}

static int
load_marker(struct cli *cli, struct hc_place *place, struct hc_err *err)
{
	struct hc_session *session = NULL;
	struct hc_repository marker = { 0 };
	int result = hc_session_open(place, &session, err);

	if (result == 0)
		result = hc_repository_load(session, &cli->arena, &marker, err);
	hc_session_close(session);
	return result;
}

/* 0 when there is a repository, or nobody was to ask; else -1 and why. */
static int
try_server(struct cli *cli, const char *url, bool ask, const char **ret_shown,
	   struct hc_err *why)
{
	struct hc_place_options options;
	struct hc_place *place = NULL;
	int result;

	*ret_shown = without_credentials(url, &cli->arena);
	if (place_options(cli, &options, why) < 0)
		return -1;
	if (!cli_has(cli, "patience"))
		options.patience_ms = PATIENCE_MS;
	if (hc_place_open(url, &options, &place, why) < 0)
		return -1;
	*ret_shown = hc_arena_strdup(&cli->arena, hc_place_name(place));
	result = ask ? load_marker(cli, place, why) : 0;
	hc_place_close(place);
	return result;
}

static bool
is_listed(const struct hc_media *media, const char *where)
{
	for (size_t i = 0; i < media->places.count; i++)
		if (strcmp(media->places.items[i].where, where) == 0)
			return true;
	return false;
}

/* `certain`: somebody said that it is one, so that it is listed with what is wrong with it. */
static int
add_server(struct cli *cli, const char *url, const char *from, bool certain, bool ask,
	   struct hc_media *media, struct hc_err *err)
{
	struct hc_media_place *place;
	const char *shown;
	struct hc_err why;
	int tried = try_server(cli, url, ask, &shown, &why);

	if (shown == NULL || from == NULL)
		return no_memory(err);
	if (tried < 0 && (why.code == H_OUT_OF_MEMORY || why.code == H_CANCELLED)) {
		*err = why;
		return -1;
	}
	if (tried < 0 && !certain) {
		hc_log(HC_LOG_DEBUG, "no repository at %s: %s", shown, why.text[0]);
		return 0;
	}
	if (is_listed(media, shown))
		return 0;
	place = hc_arena_grow(&cli->arena, &media->places.items, &media->places.count,
			      sizeof(*place));
	if (place == NULL)
		return no_memory(err);
	*place = (struct hc_media_place){ .where = shown,
					  .kind = HC_MEDIA_REPOSITORY,
					  .from = from,
					  .mounted = true,
					  .usable = tried == 0,
					  .note = ask ? NULL : "The server was not asked." };
	if (tried < 0)
		place->note = hc_arena_strdup(&cli->arena, why.text[0]);
	return tried < 0 && place->note == NULL ? no_memory(err) : 0;
}

/* NAME=VALUE of a lease, as initramfs/init/udhcpc.sh writes it; "" when absent. */
static const char *
lease_value(const char *lease, const char *name, struct hc_arena *arena)
{
	size_t length = strlen(name);

	for (const char *line = lease; line != NULL; line = strchr(line, '\n')) {
		line += line[0] == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == '=') {
			line += length + 1;
			line = hc_arena_strndup(arena, line, strcspn(line, "\n"));
			return line != NULL ? line : "";
		}
	}
	return "";
}

static int
add_lease(struct cli *cli, const char *name, const char *lease, bool ask,
	  struct hc_media *media, struct hc_err *err)
{
	const char *server = lease_value(lease, "http_server", &cli->arena);
	const char *next = lease_value(lease, "next_server", &cli->arena);
	const char *from =
		hc_arena_printf(&cli->arena, "the server that DHCP on %s named", name);
	const char *url = NULL;

	if (server[0] != '\0')
		url = hc_arena_printf(&cli->arena, "%s/repository", server);
	else if (next[0] != '\0' && strspn(next, "0123456789.") == strlen(next) &&
		 strcmp(next, "0.0.0.0") != 0)
		url = hc_arena_printf(&cli->arena, "http://%s/repository", next);
	else
		return 0;
	return url == NULL ? no_memory(err)
			   : add_server(cli, url, from, false, ask, media, err);
}

int
media_add_servers(struct cli *cli, const char *root, bool ask, struct hc_media *media,
		  struct hc_err *err)
{
	const struct hc_tree tree = { root };
	const char *repo = hc_tree_parameter(&tree, &cli->arena, "halcyon.repo");
	struct hc_tree_names leases = hc_tree_list(&tree, &cli->arena, "/run/halcyon/net");

	if (repo != NULL && repo[0] != '\0' &&
	    add_server(cli, repo, "the kernel's command line", true, ask, media, err) < 0)
		return -1;
	for (size_t i = 0; i < leases.count; i++) {
		const char *lease = hc_tree_text(&tree, &cli->arena, "/run/halcyon/net/%s",
						 leases.items[i]);

		if (lease != NULL &&
		    add_lease(cli, leases.items[i], lease, ask, media, err) < 0)
			return -1;
	}
	return 0;
}
