/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing.h - what stood at the end of a span, as the journal tells it: alarms by their last transition, overrides, tags,
 * guided sequences.
 */
#ifndef CHISAN_STANDING_H
#define CHISAN_STANDING_H

#include "scada/report/report.h"
#include "scada/report/sheet.h"

/* Tables, each with a note "none" when it is empty. What has stood for longer than 31 days without a word of it is not found. */
enum err standing_alarms(
    const struct report_source *src, struct sheet *s, int64_t end); /* not at rest: active, shelved, out */
enum err standing_overrides(const struct report_source *src, struct sheet *s, int64_t end);
enum err standing_tags(const struct report_source *src, struct sheet *s, int64_t end);
/* Guided sequences that were under way, with the step that was current; nothing where the site has none. */
enum err standing_sequences(const struct report_source *src, struct sheet *s, int64_t end);

#endif
