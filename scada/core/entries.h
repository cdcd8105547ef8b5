/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entries.h - the entries of the journal that chisand makes about itself and its clients, in words.
 */
#ifndef CHISAN_ENTRIES_H
#define CHISAN_ENTRIES_H

#include "scada/core/logbook.h"
#include "scada/core/session.h"

/* Of two configurations, with the hash of each; before: NULL and anything at the start. */
void entries_site(struct logbook *l, const struct site *site, const uint64_t hash[4], const struct site *before,
    const uint64_t old_hash[4], uint16_t generation, struct utc now, struct mono mono);
/* A client that may act came, or went: ERR_CLOSED if by itself. Of a viewer nothing is said. */
void entries_came(struct logbook *l, const struct session *s, struct utc now, struct mono mono);
void entries_left(struct logbook *l, const struct session *s, enum err why, struct utc now, struct mono mono);
/* Another master wrote to a device through its proxy: who, what, and what the device said of it. */
void entries_forwarded(struct logbook *l, const struct msg_forwarded *m, struct utc now, struct mono mono);
/* A person asks for registers of a device by its name. */
void entries_registers(struct logbook *l, const struct session *s, const char *device,
    const struct msg_registers_get *m, struct utc now, struct mono mono);
/* It sees the frames of a device, or of its whole link, from now on; and until now. */
void entries_dump(struct logbook *l, const struct session *s, bool is_whole, struct utc now, struct mono mono);
void entries_dump_end(struct logbook *l, const struct session *s, struct utc now, struct mono mono);
void entries_step(struct logbook *l, int64_t step_us, struct utc now, struct mono mono);

#endif
