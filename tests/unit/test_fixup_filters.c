/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filters, devices and san-policy: what is made on request only. */
#include "tests/unit/storage_fixture.h"

#define SELECT "[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
#define SERVICE(set, name, type, start)                                                        \
	"[\\ControlSet00" set "\\Services\\" name "]\n\"Type\"=dword:0000000" type "\n"        \
	"\"Start\"=dword:0000000" start "\n"
#define CLASS(set, guid) "[\\ControlSet00" set "\\Control\\Class\\" guid "]\n"
#define DRIVE            "{4d36e967-e325-11ce-bfc1-08002be10318}"
#define KEYS             "{4d36e96b-e325-11ce-bfc1-08002be10318}"
#define KEYBOARD         "ControlSet001\\Enum\\ACPI\\PNP0303\\4&1&0"

#define S1 "SYSTEM ControlSet001\\Services\\"
#define S2 "SYSTEM ControlSet002\\Services\\"
#define C1 "SYSTEM ControlSet001\\Control\\Class\\"
#define C2 "SYSTEM ControlSet002\\Control\\Class\\"

/* A program NAME.sys of a maker, that goes over the empty file of a driver. */
static bool
make_program(const struct sandbox *box, const char *name, const char *company)
{
	char top[PATH_MAX];

	return getcwd(top, sizeof(top)) != NULL &&
	       run(box,
		   "mkdir -p made && python3 -c \"import sys; "
		   "sys.path.insert(0, '%s/tests/fixtures/standin'); from builder import pe; "
		   "open('made/%s.sys', 'wb').write(pe.make('x86', '%s.sys', 'Built for a test', "
		   "(1, 0, 0, 0), company='%s'))\"",
		   top, name, name, company) == 0;
}

static void
test_filters(struct sandbox *box)
{
	const struct storage_case c = {
		.text = SELECT SERVICE("1", "partmgr", "1", "0") SERVICE(
			"1", "snap", "1", "0") SERVICE("2", "snap", "1", "3")
			SERVICE("1", "guard", "2", "1") "\"Group\"=\"FSFilter Anti-Virus\"\n" SERVICE("1", "fltmgr", "2", "0") "\"Group\"=\"FSFilter Infrastructure\"\n" SERVICE(
				"1", "unsaid", "2",
				"1") "\"Group\"=\"FSFilter Anti-Virus\"\n" SERVICE("1", "own",
										   "1", "0")
				SERVICE("1", "raid", "1", "0") SERVICE("1", "keys", "1", "3") CLASS(
					"1",
					DRIVE) "\"UpperFilters\"=multi:\"snap\",\"partmgr\",\"gone\"\n"
					       "\"LowerFilters\"=multi:\"own\",\"raid\"\n" CLASS("1", KEYS) "\"UpperFilters\"=multi:\"keys\",\"snap\"\n" CLASS(
						       "2",
						       DRIVE) "\"UpperFilters\"=multi:\"snap\"\n"
							      "[\\" KEYBOARD
							      "]\n\"UpperFilters\"=multi:\"Snap\"\n"
							      "[\\ControlSet001\\Enum\\PCI\\VEN_1&DEV_2\\1]\n\"Service\"=\"raid\"\n"
							      "\"CompatibleIDs\"=multi:\"PCI\\\\CC_0104\"\n",
		.version = "6.1",
		.about = "filters",
		.want = S1
		"snap Start: 0 -> 4\n" S2 "snap Start: 3 -> 4\n" S1
		"guard Start: 1 -> 4\n" C1 DRIVE
		" UpperFilters: snap partmgr gone -> partmgr\n" C1 KEYS
		" UpperFilters: keys snap -> keys\n"
		"SYSTEM " KEYBOARD " UpperFilters: Snap -> (none)\n" C2 DRIVE
		" UpperFilters: snap -> (none)\n"
		"note: the filter raid of Raid Ltd. drives a device as well: it stays\n"
		"note: whose filter unsaid is can't be read from its file: it stays\n",
	};
	struct offline_machine m;
	struct machine machine;
	struct hc_err err;

	run(box, "rm -rf made");
	if (!make_program(box, "snap", "Snap Inc.") ||
	    !make_program(box, "guard", "Guard AG") ||
	    !make_program(box, "raid", "Raid Ltd.") ||
	    !make_program(box, "keys", "Keys Ltd.") ||
	    !make_program(box, "own", "Microsoft Corporation")) {
		tap_skip("programs can't be made");
		return;
	}
	run_case(box, &c, "filters");
	/* Both at once: the lists are one fixup's. */
	if (!prepare_case(box, &c) || !offline_open(box, &m, false)) {
		tap_skip(NO_NTFS);
		return;
	}
	machine_init(&machine, NULL);
	hc_strings_add(&m.request.requested, &m.arena, "filters", &err);
	ok_call(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found, &err), &err,
		"storage-boot and filters together");
	ok(m.found.edits.count > 0, "they agree");
	for (size_t i = 0; i < m.found.edits.count; i++)
		if (m.found.edits.items[i].kind == HC_EDIT_VALUE &&
		    strcasecmp(m.found.edits.items[i].name, "UpperFilters") == 0 &&
		    !ok(strcmp(m.found.edits.items[i].fixup, "filters") == 0,
			"a list is of filters"))
			break;
	look_again(box, &m, &machine, "both");
	machine_done(&machine);
	offline_done(&m);
}

/* The filters of a real Windows 7, of whose files two say who made them. */
static void
test_real_filters(struct sandbox *box)
{
	const struct storage_case c = {
		.set = "win7-sp1-x86-WKS-WIN732BITA",
		.controller = &lsi_sas,
		.about = "a real 7",
		.want = S1 "mfehidk Start: 0 -> 4\n" S2 "mfehidk Start: 0 -> 4\n",
	};
	struct offline_machine m;
	struct machine machine;

	if (!take_system(box, c.set, NULL) || !make_program(box, "mfehidk", "McAfee, Inc.") ||
	    !make_program(box, "lsi_sas", "LSI") || !make_driver_volume(box, NULL) ||
	    !offline_open(box, &m, false)) {
		tap_skip(NO_NTFS);
		return;
	}
	ask_only(&m, "filters");
	machine_init(&machine, &lsi_sas);
	m.request.facts = &machine.facts;
	m.request.target = &machine.disk;
	is_found(&m, c.want, c.about);
	look_again(box, &m, &machine, c.about);
	machine_done(&machine);
	offline_done(&m);
}

/* ---------------------------------------------------------------- devices */

#define E1000 "PCI\\VEN_8086&DEV_100F&SUBSYS_075015AD&REV_01"
#define SVGA  "PCI\\VEN_15AD&DEV_0405&SUBSYS_040515AD&REV_00"
#define E1(id, instance)                                                                       \
	"SYSTEM ControlSet001\\Enum\\" id "\\" instance " (key): key -> (none)\n"
#define E2(id, instance)                                                                       \
	"SYSTEM ControlSet002\\Enum\\" id "\\" instance " (key): key -> (none)\n"

static const struct machine_pci svga = { "0000:00:0f.0", NULL, "15AD&DEV_0405",
					 "040515AD",     "00", "030000" };

#define NOTE(name, address, interface)                                                         \
	"note: " name " had fixed addresses: " address                                         \
	"; they stay at the interface " interface " and have to be set for the new adapter\n"
#define PRO "Intel(R) PRO/1000 MT Network Connection"

static const struct storage_case devices[] = {
	{ .set = "2003-sp1-x86-dc",
	  .controller = &svga,
	  .want = E1(E1000, "4&47b7341&0&0888") E2(E1000, "4&47b7341&0&0888")
		  NOTE(PRO, "192.168.1.2", "{2B2A698E-59EA-43E1-B19A-50131FCE77C2}"),
	  .about = "2003 on a machine with its display" },
	{ .set = "win7-sp1-x86-WKS-WIN732BITA",
	  .controller = &nvme,
	  .want = E1(SVGA, "3&18d45aa6&0&78") E1(E1000, "4&b70f118&0&0888") E1(
		  E1000, "4&b70f118&0&1888") E2(SVGA, "3&18d45aa6&0&78")
		  E2(E1000, "4&b70f118&0&0888") E2(E1000, "4&b70f118&0&1888") NOTE(
			  PRO, "192.168.1.123", "{6AAFC9A9-0542-4DB2-8760-CCFFA953737C}")
			  NOTE(PRO, "10.3.58.5", "{698E50A9-4F58-4D86-B61D-F42E58DCACF6}"),
	  .about = "7 elsewhere" },
	{ .controller = NULL,
	  .want = "note: the devices of the machine that it shall start on are unknown: none is "
		  "removed\n",
	  .about = "7 on an unknown machine" },
	{ .set = "win10-1709-x64-dell-physical-gpt",
	  .controller = &nvme,
	  .want = E1("PCI\\VEN_10DE&DEV_0DFC&SUBSYS_15341028&REV_A1", "4&9dc4fcd&0&0008")
		  E1("PCI\\VEN_14E4&DEV_4727&SUBSYS_00151028&REV_01", "4&752ea02&0&00E1")
			  E1("PCI\\VEN_8086&DEV_0166&SUBSYS_05341028&REV_09", "3&11583659&0&10")
				  E1("PCI\\VEN_8086&DEV_1502&SUBSYS_05341028&REV_04",
				     "3&11583659&0&C8"),
	  .about = "10 elsewhere" },
};

/* ---------------------------------------------------------------- san-policy */

#define POLICY(set, value)                                                                     \
	"[\\ControlSet00" set                                                                  \
	"\\Services\\partmgr\\Parameters]\n\"SanPolicy\"=dword:0000000" value "\n"

static const struct storage_case policies[] = {
	{ .text = SELECT POLICY("1", "3") POLICY("2", "1")
		  SERVICE("3", "partmgr", "1", "0") "[\\ControlSet004\\Control]\n",
	  .version = "6.0",
	  .want = S1
	  "partmgr\\Parameters SanPolicy: 3 -> 1\n"
	  "SYSTEM ControlSet003\\Services\\partmgr\\Parameters SanPolicy: (none) -> 1\n",
	  .about = "2008: every set that has partmgr" },
	{ .text = SELECT POLICY("1", "3"),
	  .version = "5.2",
	  .want = "note: this Windows has no SAN policy: it brings every disk online\n",
	  .about = "2003" },
	{ .text = SELECT POLICY("1", "3"),
	  .want = "note: the version of this Windows is unknown: whether it has a SAN policy "
		  "can't be said\n",
	  .about = "an unknown version" },
};

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_filters(&box);
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		run_case(&box, &policies[i], "san-policy");
	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set");
	} else {
		test_real_filters(&box);
		for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
			run_case(&box, &devices[i], "devices");
	}
	sandbox_close(&box);
	return tap_done();
}
