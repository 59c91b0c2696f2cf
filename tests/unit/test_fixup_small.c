/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The repairs client-protocols, profile-list, dc-restore and asr-session: on real registries, and on what was taken from them. */
#include "tests/unit/fixup_apply.h"

#define RUN_ID "{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}"

/* Opens the hives of the sandbox as a machine that is asked about one repair. */
static bool
look(struct sandbox *box, struct offline_machine *m, bool gpt, const char *fixup,
     const char *folders)
{
	if (!make_windows_volume(box, ""))
		return false;
	if (folders[0] != '\0' &&
	    !(mount_ntfs(box, "w.img", "big_writes") &&
	      run(box, "for d in %s; do mkdir -p mnt/$d; done", folders) == 0 &&
	      umount_ntfs(box)))
		return false;
	if (!offline_open(box, m, gpt))
		return false;
	ask_only(m, fixup);
	return true;
}

static bool
real(const struct sandbox *box, const char *set, const char *hives)
{
	run(box, "rm -f SYSTEM SOFTWARE");
	return (strstr(hives, "SYSTEM") == NULL || real_hive(box, set, "SYSTEM", "SYSTEM")) &&
	       (strstr(hives, "SOFTWARE") == NULL ||
		real_hive(box, set, "SOFTWARE", "SOFTWARE"));
}

static bool
built(const struct sandbox *box, const char *generation)
{
	char top[PATH_MAX];

	return getcwd(top, sizeof(top)) != NULL &&
	       run(box,
		   "rm -rf SYSTEM SOFTWARE tree && "
		   "python3 %s/tests/fixtures/windows/build.py %s tree && "
		   "cp tree/*/*/config/* .",
		   top, generation) == 0;
}

/* What is found, and then that nothing is left to find. */
static void
is_found_once(struct sandbox *box, struct offline_machine *m, const char *fixup,
	      const char *want, const char *what)
{
	const struct hc_fix_request request = m->request;

	is_found(m, want, what);
	if (!ok(apply_found(box, m) && offline_open(box, m, false), "%s: it is done", what))
		return;
	m->request = request;
	ask_only(m, fixup);
	is_found(m, "", "a second look");
}

/* ---------------------------------------------------------------- client-protocols */

#define PROTOCOLS "[\\Microsoft\\Rpc\\ClientProtocols]\n"
#define CP        "SOFTWARE Microsoft\\Rpc\\ClientProtocols "

static const struct protocols_case {
	const char *set;    /* real, or built where `change` is of a generation from text */
	const char *change; /* to SOFTWARE; NULL: as it is */
	const char *want;
} protocols_cases[] = {
	{ "nt4-sp3-pdc-x86", NULL, "" },
	{ "win7-sp1-x86-WKS-WIN732BITA", NULL, "" },
	{ "win81-x64-STUDENT-PC8", NULL, "refused: /Windows/System32/config/SOFTWARE: " },
	{ "=2000", NULL, "" },
	{ "=xp", NULL, "" },
	{ "=2003-x64", NULL, "" },
	{ "=2019", NULL, "" },
	/* Another library stays, none at all gets its own. */
	{ "nt4-sp3-pdc-x86",
	  PROTOCOLS
	  "\"ncacn_np\"=-\n\"ncalrpc\"=-\n\"ncadg_ipx\"=-\n\"ncacn_ip_tcp\"=\"mine.dll\"\n",
	  CP "ncacn_np: (none) -> rpcltc1.dll\n" CP "ncalrpc: (none) -> ncalrpc\n" },
	{ "win7-sp1-x86-WKS-WIN732BITA",
	  PROTOCOLS "\"ncacn_http\"=-\n\"ncacn_np\"=\"\"\n\"ncadg_ip_udp\"=\"other.dll\"\n",
	  CP "ncacn_http: (none) -> rpcrt4.dll\n" CP "ncacn_np:  -> rpcrt4.dll\n" },
	{ "=xp",
	  PROTOCOLS "\"ncacn_http\"=-\n\"ncacn_ip_tcp\"=-\n\"ncacn_nb_tcp\"=-\n"
		    "\"ncacn_np\"=-\n\"ncadg_ip_udp\"=-\n",
	  CP "ncacn_ip_tcp: (none) -> rpcrt4.dll\n" CP "ncacn_nb_tcp: (none) -> rpcrt4.dll\n" CP
	     "ncacn_np: (none) -> rpcrt4.dll\n" CP "ncadg_ip_udp: (none) -> rpcrt4.dll\n" },
	{ "=2019",
	  PROTOCOLS
	  "\"ncacn_http\"=-\n\"ncacn_ip_tcp\"=-\n\"ncacn_np\"=-\n\"ncadg_ip_udp\"=-\n",
	  CP "ncacn_http: (none) -> rpcrt4.dll\n" CP "ncacn_ip_tcp: (none) -> rpcrt4.dll\n" CP
	     "ncacn_np: (none) -> rpcrt4.dll\n" CP "ncadg_ip_udp: (none) -> rpcrt4.dll\n" },
};

static void
test_protocols(struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(protocols_cases) / sizeof(protocols_cases[0]); i++) {
		const struct protocols_case *c = &protocols_cases[i];
		const bool is_built = c->set[0] == '=';
		struct offline_machine m;

		if (!is_built && getenv("HALCYON_TESTDATA") == NULL) {
			tap_skip("HALCYON_TESTDATA is not set");
			continue;
		}
		if (!ok((is_built ? built(box, c->set + 1)
				  : real(box, c->set, "SYSTEM SOFTWARE")) &&
				(c->change == NULL ||
				 change_hive(box, "SOFTWARE", c->change)) &&
				look(box, &m, false, "client-protocols", ""),
			"%s%s opens", c->set, c->change != NULL ? ", changed," : ""))
			continue;
		if (strncmp(c->want, "refused", 7) == 0) {
			struct hc_err err;

			ok_call(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found,
						&err),
				&err, "it looks");
			ok(m.found.edits.count == 0 && m.found.notes.count == 1 &&
				   m.found.notes.items[0].refused &&
				   strncmp(m.found.notes.items[0].text, c->want + 9,
					   strlen(c->want + 9)) == 0,
			   "a hive whose logs are missing is not touched");
		} else if (c->want[0] == '\0') {
			is_found(&m, "", c->set);
		} else {
			is_found_once(box, &m, "client-protocols", c->want, c->set);
		}
		offline_done(&m);
	}
}

/* The real 8.1 is dirty: a copy that is declared clean shows what it holds. */
static void
test_protocols_declared_clean(struct sandbox *box)
{
	struct offline_machine m;

	if (!ok(real(box, "win81-x64-STUDENT-PC8", "SYSTEM SOFTWARE") &&
			change_hive(box, "SYSTEM", "[\\HalcyonTest]\n") &&
			change_hive(box, "SOFTWARE", "[\\HalcyonTest]\n") &&
			look(box, &m, false, "client-protocols", ""),
		"8.1, declared clean, opens"))
		return;
	is_found(&m, "", "8.1");
	offline_done(&m);
}

static void
test_protocols_unknown(struct sandbox *box)
{
	struct offline_machine m;

	run(box, "rm -f SYSTEM SOFTWARE");
	if (!ok(make_hive_text(
			box, "SYSTEM",
			"[\\Select]\n\"Current\"=dword:00000001\n[\\ControlSet001\\Control]\n") &&
			make_hive_text(box, "SOFTWARE", "[\\Microsoft]\n") &&
			look(box, &m, false, "client-protocols", ""),
		"a Windows without a version opens"))
		return;
	is_found(&m,
		 "note: which client protocols belong here is not known: the version of this "
		 "Windows can't be read\n",
		 "no version");
	offline_done(&m);
	/* With a version, and without the key. */
	if (!ok(make_hive_text(box, "SOFTWARE",
			       "[\\Microsoft\\Windows NT\\CurrentVersion]\n"
			       "\"CurrentVersion\"=\"6.1\"\n") &&
			look(box, &m, false, "client-protocols", ""),
		"a Windows without the key opens"))
		return;
	is_found_once(box, &m, "client-protocols",
		      CP "ncacn_http: (none) -> rpcrt4.dll\n" CP
			 "ncacn_ip_tcp: (none) -> rpcrt4.dll\n" CP
			 "ncacn_np: (none) -> rpcrt4.dll\n" CP
			 "ncadg_ip_udp: (none) -> rpcrt4.dll\n",
		      "no key");
	offline_done(&m);
}

/* ---------------------------------------------------------------- profile-list */

#define PL   "SOFTWARE Microsoft\\Windows NT\\CurrentVersion\\ProfileList ProfilesDirectory: "
#define LIST "[\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
#define USER LIST "\\S-1-5-21-1-2-3-"

static const struct profile_case {
	const char *what;
	const char *generation;
	const char *change;
	const char *folders;
	const char *want;
} profile_cases[] = {
	{ "2000 as it is installed", "2000",
	  USER
	  "500]\n\"ProfileImagePath\"=expand:\"%SystemDrive%\\\\Documents and Settings\\\\Administrator\"\n",
	  "", "" },
	{ "upgraded from NT 4.0", "2000",
	  USER
	  "500]\n\"ProfileImagePath\"=expand:\"%SystemRoot%\\\\Profiles\\\\Administrator\"\n" USER
	  "1001]\n\"ProfileImagePath\"=expand:\"C:\\\\WINNT\\\\Profiles\\\\bob\"\n" LIST
	  "\\S-1-5-18]\n\"ProfileImagePath\"=expand:\"%systemroot%\\\\system32\\\\config\\\\systemprofile\"\n",
	  "Windows/Profiles/bob",
	  PL "%SystemDrive%\\Documents and Settings -> %systemroot%\\Profiles\n" },
	{ "the value is gone", "xp",
	  LIST
	  "]\n\"ProfilesDirectory\"=-\n" USER
	  "500]\n\"ProfileImagePath\"=expand:\"%SystemRoot%\\\\Profiles\\\\Administrator\"\n",
	  "Windows/Profiles", PL "(none) -> %systemroot%\\Profiles\n" },
	{ "set already", "2000",
	  LIST
	  "]\n\"ProfilesDirectory\"=expand:\"%SystemRoot%\\\\Profiles\"\n" USER
	  "500]\n\"ProfileImagePath\"=expand:\"%SystemRoot%\\\\Profiles\\\\Administrator\"\n",
	  "Windows/Profiles", "" },
	{ "some here, some there", "2000",
	  USER
	  "500]\n\"ProfileImagePath\"=expand:\"%SystemRoot%\\\\Profiles\\\\Administrator\"\n" USER
	  "1001]\n\"ProfileImagePath\"=expand:\"%SystemDrive%\\\\Documents and Settings\\\\bob\"\n",
	  "Windows/Profiles",
	  "note: 1 of 2 users have their profiles in %systemroot%\\Profiles, but new ones are made "
	  "in %SystemDrive%\\Documents and Settings: if that is not meant so, set "
	  "ProfilesDirectory in Windows\n" },
	{ "no such folder", "2000",
	  USER
	  "500]\n\"ProfileImagePath\"=expand:\"%SystemRoot%\\\\Profiles\\\\Administrator\"\n",
	  "",
	  "note: 1 of 1 users have their profiles in %systemroot%\\Profiles, but new ones are made "
	  "in %SystemDrive%\\Documents and Settings: if that is not meant so, set "
	  "ProfilesDirectory in Windows\n" },
	{ "another folder of that name", "2000",
	  USER
	  "500]\n\"ProfileImagePath\"=expand:\"%SystemRoot%\\\\ProfilesOld\\\\Administrator\"\n",
	  "Windows/Profiles", "" },
	{ "2019", "2019",
	  USER
	  "500]\n\"ProfileImagePath\"=expand:\"%SystemRoot%\\\\Profiles\\\\Administrator\"\n",
	  "Windows/Profiles", "" },
};

static void
test_profiles(struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(profile_cases) / sizeof(profile_cases[0]); i++) {
		const struct profile_case *c = &profile_cases[i];
		struct offline_machine m;

		if (!ok(built(box, c->generation) && change_hive(box, "SOFTWARE", c->change) &&
				look(box, &m, false, "profile-list", c->folders),
			"%s opens", c->what))
			continue;
		if (strncmp(c->want, PL, strlen(PL)) == 0)
			is_found_once(box, &m, "profile-list", c->want, c->what);
		else
			is_found(&m, c->want, c->what);
		offline_done(&m);
	}
}

/* ---------------------------------------------------------------- dc-restore */

#define NTDS "Services\\NTDS\\Parameters Database restored from backup: "
#define BUR  "Services\\NtFrs\\Parameters\\Backup/Restore\\Process at Startup BurFlags: "
#define DFS  "Services\\DFSR\\Restore SYSVOL: "
#define LAST "Control\\BackupRestore\\SystemStateRestore LastRestoreId: "

static void
test_controller(struct sandbox *box, bool authoritative)
{
	struct offline_machine m;

	if (!ok(real(box, "2003-sp1-x86-dc", "SYSTEM") &&
			look(box, &m, false, "dc-restore", ""),
		"the real 2003 controller opens"))
		return;
	is_found(&m, "", "no restore");
	m.request.restoring = true;
	m.request.sysvol_authoritative = authoritative;
	is_found_once(box, &m, "dc-restore",
		      authoritative ? "SYSTEM ControlSet001\\" NTDS "(none) -> 1\n"
				      "SYSTEM ControlSet001\\" BUR "0 -> 212\n"
				      "SYSTEM ControlSet002\\" NTDS "(none) -> 1\n"
				      "SYSTEM ControlSet002\\" BUR "0 -> 212\n"
				    : "SYSTEM ControlSet001\\" NTDS "(none) -> 1\n"
				      "SYSTEM ControlSet001\\" BUR "0 -> 210\n"
				      "SYSTEM ControlSet002\\" NTDS "(none) -> 1\n"
				      "SYSTEM ControlSet002\\" BUR "0 -> 210\n",
		      authoritative ? "the only controller" : "a controller of several");
	offline_done(&m);
}

static const struct dc_case {
	const char *what, *generation, *change;
	const char *run;
	const char *want;
} dc_cases[] = {
	{ "2003 x64", "2003-x64", NULL, NULL,
	  "SYSTEM ControlSet001\\" NTDS "(none) -> 1\n"
	  "SYSTEM ControlSet001\\" BUR "(none) -> 210\n" },
	{ "2008 R2 on DFSR", "2008r2", NULL, RUN_ID,
	  "SYSTEM ControlSet001\\" NTDS "(none) -> 1\n"
	  "SYSTEM ControlSet001\\" DFS "(none) -> non-authoritative\n"
	  "SYSTEM ControlSet001\\" LAST "(none) -> " RUN_ID "\n" },
	{ "2008 R2 on DFSR, run without an id", "2008r2", NULL, NULL,
	  "SYSTEM ControlSet001\\" NTDS "(none) -> 1\n"
	  "SYSTEM ControlSet001\\" DFS "(none) -> non-authoritative\n"
	  "note: this run has no id, so DFSR may not see that it was restored\n" },
	{ "2008 R2, no telling what replicates", "2008r2",
	  "[\\ControlSet001\\Services\\DFSR\\Parameters\\SysVols\\Migrating SysVols]\n\"Local State\"=-\n",
	  RUN_ID,
	  "SYSTEM ControlSet001\\" NTDS "(none) -> 1\n"
	  "refused: whether FRS or DFSR replicates the SYSVOL of this controller can't be told, so "
	  "its copy is not marked as restored\n" },
	{ "a member with a key of NTDS", "2019",
	  "[\\ControlSet001\\Services\\NTDS\\Parameters]\n\"DSA Database file\"=\"C:\\\\ntds.dit\"\n",
	  RUN_ID, "" },
};

static void
test_controllers(struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(dc_cases) / sizeof(dc_cases[0]); i++) {
		const struct dc_case *c = &dc_cases[i];
		struct offline_machine m;

		if (!ok(built(box, c->generation) &&
				(c->change == NULL || change_hive(box, "SYSTEM", c->change)) &&
				look(box, &m, false, "dc-restore", ""),
			"%s opens", c->what))
			continue;
		m.request.restoring = true;
		m.request.run = c->run;
		is_found(&m, c->want, c->what);
		offline_done(&m);
	}
}

static void
test_controller_of_nt4(struct sandbox *box)
{
	struct offline_machine m;

	if (!ok(real(box, "nt4-sp3-pdc-x86", "SYSTEM SOFTWARE") &&
			look(box, &m, false, "dc-restore", ""),
		"the real NT 4.0 controller opens"))
		return;
	m.request.restoring = true;
	ok(m.offline.windows->domain_controller != NULL, "it is one");
	is_found(&m, "", "NT 4.0");
	offline_done(&m);
}

/* ---------------------------------------------------------------- asr-session */

#define ASR "SOFTWARE Microsoft\\Windows NT\\CurrentVersion\\ASR\\RestoreSession "

/* Partition 1 of a1b2c3d4 at 1 MiB is this disk; a letter is no volume, and 5cbea03e another disk. */
static const char *const mbr_devices =
	"[\\MountedDevices]\n"
	"\"\\\\DosDevices\\\\C:\"=hex(3):d4,c3,b2,a1,00,00,10,00,00,00,00,00\n"
	"\"\\\\??\\\\Volume{11111111-0000-0000-0000-000000000001}\"=hex(3):d4,c3,b2,a1,00,00,10,00,00,00,00,00\n"
	"\"\\\\??\\\\Volume{11111111-0000-0000-0000-000000000002}\"=hex(3):d4,c3,b2,a1,00,00,20,00,00,00,00,00\n"
	"\"\\\\??\\\\Volume{11111111-0000-0000-0000-000000000003}\"=hex(3):3e,a0,be,5c,00,00,10,00,00,00,00,00\n";

/* "DMIO:ID:" and the GUIDs of offline_open's partitions. */
#define DMIO "44,4d,49,4f,3a,49,44,3a,aa,aa,aa,aa,00,00,00,00,00,00,00,00,00,00,00,"
static const char *const gpt_devices =
	"[\\MountedDevices]\n"
	"\"\\\\??\\\\Volume{22222222-0000-0000-0000-000000000001}\"=hex(3):" DMIO "01\n"
	"\"\\\\??\\\\Volume{22222222-0000-0000-0000-000000000002}\"=hex(3):" DMIO "02\n"
	"\"\\\\??\\\\Volume{22222222-0000-0000-0000-000000000009}\"=hex(3):" DMIO "09\n";

static bool
open_asr(struct sandbox *box, struct offline_machine *m, bool gpt)
{
	if (!ok(built(box, "2019") &&
			change_hive(box, "SYSTEM", gpt ? gpt_devices : mbr_devices) &&
			(!gpt ||
			 run(box, "truncate -s 40M esp.img && mkfs.vfat esp.img") == 0) &&
			look(box, m, gpt, "asr-session", ""),
		"2019 on %s opens", gpt ? "GPT" : "MBR"))
		return false;
	m->request.restoring = true;
	m->request.run = RUN_ID;
	return true;
}

static void
test_session(struct sandbox *box)
{
	static const struct hc_bcd_move move = {
		.from = { .scheme = HC_BCD_MBR,
			  .disk = { 0x3e, 0xa0, 0xbe, 0x5c },
			  .partition = { 0, 0, 0x10 } },
		.to = { .scheme = HC_BCD_MBR,
			.disk = { 0xd4, 0xc3, 0xb2, 0xa1 },
			.partition = { 0, 0, 0x10 } },
	};
	struct offline_machine m;

	if (open_asr(box, &m, false)) {
		m.request.moves = (struct hc_bcd_map){ &move, 1 };
		is_found(&m,
			 ASR "RestoredVolumes: (none) -> "
			     "\\\\?\\Volume{11111111-0000-0000-0000-000000000001} "
			     "\\\\?\\Volume{11111111-0000-0000-0000-000000000003}\n" ASR
			     "LastInstance: (none) -> " RUN_ID "\n",
			 "the name that it had before");
		m.request.moves.count = 0;
		is_found_once(box, &m, "asr-session",
			      ASR "RestoredVolumes: (none) -> "
				  "\\\\?\\Volume{11111111-0000-0000-0000-000000000001}\n" ASR
				  "LastInstance: (none) -> " RUN_ID "\n",
			      "MBR");
		offline_done(&m);
	}
	if (open_asr(box, &m, true)) {
		is_found(&m,
			 ASR "RestoredVolumes: (none) -> "
			     "\\\\?\\Volume{22222222-0000-0000-0000-000000000001} "
			     "\\\\?\\Volume{22222222-0000-0000-0000-000000000002}\n" ASR
			     "LastInstance: (none) -> " RUN_ID "\n",
			 "GPT");
		m.request.run = NULL;
		is_found(&m,
			 "note: this run has no id, so programs are not told of the restore\n",
			 "a run without an id");
		m.request.run = RUN_ID;
		m.request.restoring = false;
		is_found(&m, "", "no restore");
		offline_done(&m);
	}
	if (ok(built(box, "2019") && look(box, &m, false, "asr-session", ""), "2019 opens")) {
		m.request.restoring = true;
		m.request.run = RUN_ID;
		is_found(&m,
			 "note: this Windows knows no volume of this disk, so programs are not "
			 "told of the restore\n",
			 "no volume");
		offline_done(&m);
	}
	if (ok(built(box, "xp") && look(box, &m, false, "asr-session", ""), "XP opens")) {
		m.request.restoring = true;
		m.request.run = RUN_ID;
		is_found(&m, "", "before Vista");
		offline_done(&m);
	}
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (!make_windows_volume(&box, "")) {
		tap_skip(NO_NTFS);
	} else {
		test_protocols(&box);
		test_protocols_unknown(&box);
		test_profiles(&box);
		test_controllers(&box);
		test_session(&box);
		if (getenv("HALCYON_TESTDATA") == NULL) {
			tap_skip("HALCYON_TESTDATA is not set");
		} else {
			test_protocols_declared_clean(&box);
			test_controller(&box, false);
			test_controller(&box, true);
			test_controller_of_nt4(&box);
		}
	}
	sandbox_close(&box);
	return tap_done();
}
