/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_operation.c - the operation record of a day: commands and their outcomes, overrides, manual values, scan, tags, with reason
 * codes and by whom.
 */
#include "config.h"

#include "scada/report/acts.h"
#include "scada/report/operating.h"

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	unsigned count;
	operating_subtitle(src, sheet, from);
	return acts_table(src, sheet, T2("Operations", "操作記録"), ACTS_OPERATION, from, to, &count, message, size);
}

const struct report_kind rep_operation = {
	.name = "operation",
	.title = "Operation record",
	.title_ja = "操作記録",
	.help = "commands, overrides, manual values, scan, tags of a day, with reasons and by whom",
	.period = PERIOD_DAY,
	.file_prefix = "OPERATION",
	.files_itself = true,
	.make = make,
};
