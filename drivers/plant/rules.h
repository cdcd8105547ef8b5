/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - what a point shows, by the kind of its asset and its tag: rows of data, the first that fits wins.
 */
#ifndef CHISAN_PLANT_RULES_H
#define CHISAN_PLANT_RULES_H

#define RULE_WORLD (-1) /* of the district as a whole: weather, header, pit */
#define RULE_ANY   (-2) /* of any asset */

struct rule {
	int kind;           /* enum asset_kind, RULE_WORLD, RULE_ANY */
	const char *tag;    /* glob on the tag, or on its end after a dot */
	const char *signal; /* of the model or the world; also the name of the command */
	/* A derived value: at0 where the signal is 0, at1 where it is 1, and noise around it. All 0: the signal itself. */
	double at0, at1, noise, period_s;
	int is_nominal; /* at0 and at1 are shares of the middle between the point's L and H limits */
};

extern const struct rule rules[]; /* ends with a NULL tag */

/* The signal behind a role of the energy section, where they differ by name; else the role itself. */
const char *role_signal(int asset_kind, const char *role);

#endif
