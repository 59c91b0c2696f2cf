/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lies between the processor and the disk: each link of it becomes an answer.
 *
 * Shape:   drivers.c answers for one device or service; driver_chain.c says which ones there are to ask for.
 */
#ifndef HC_WINDOWS_DRIVER_CHAIN_H
#define HC_WINDOWS_DRIVER_CHAIN_H

#include "restore/windows/driver_db.h"

struct driver_chain {
	struct inspection in;
	struct hc_driver_db db;
	const struct hc_facts *facts;
	const struct hc_disk *target;
	struct {
		struct hc_driver_answer *items;
		size_t count;
	} answers;
};

/* 0: answers for the whole chain; 1: nobody can say what the disk hangs on; -1: no memory. */
int hc_driver_chain(struct driver_chain *c, struct hc_err *err);

/* drivers.c.  Sets state, service, file, and `where` unless the service is ready and `where` is set. */
int hc_driver_judge(struct driver_chain *c, const char *service,
		    struct hc_driver_answer *answer, struct hc_err *err);
int hc_driver_add(struct driver_chain *c, const struct hc_driver_answer *answer,
		  struct hc_err *err);
/* One answer: for a service by name, for a device by its ids, for a PCI function. */
int hc_driver_add_service(struct driver_chain *c, const char *device, const char *role,
			  const char *service, struct hc_err *err);
int hc_driver_add_ids(struct driver_chain *c, const char *device, const char *role,
		      struct hc_device_ids ids, struct hc_err *err);
int hc_driver_add_pci(struct driver_chain *c, const struct hc_pci *pci, const char *role,
		      struct hc_err *err);
/* A PCI function of the facts, by address; NULL for NULL and where there is none. */
const struct hc_pci *hc_driver_pci(const struct driver_chain *c, const char *address);

#endif
