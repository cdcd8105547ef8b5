/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_scalar.h - one scalar of the tree, read strictly.
 */
#ifndef CHISAN_YAML_SCALAR_H
#define CHISAN_YAML_SCALAR_H

#include "scada/site/reader.h"

/* What a node is, for messages: 'text' (safe and short), or "a list", "a mapping", "nothing". */
struct yaml_shown {
	char text[176];
};
struct yaml_shown yaml_show(const struct yaml *y);

/* Each says what is wrong and returns false (NULL). k: for its name, bounds and unit. */
bool yaml_scalar(struct faults *f, const struct yaml *y, const struct key *k, void *obj, struct arena *a);
bool yaml_number(struct faults *f, const struct yaml *y, const struct key *k, double *out);
bool yaml_whole(struct faults *f, const struct yaml *y, const struct key *k, int64_t min, int64_t max, int64_t *out);
const char *yaml_line(struct faults *f, const struct yaml *y, const struct key *k, size_t max, struct arena *a);

#endif
