/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - what chisan-store was started with: the same for the writer and for the reader (-r).
 */
#ifndef CHISAN_STORE_H
#define CHISAN_STORE_H

struct store_options {
	const char *data_folder; /* of the site: store/, key/ and spool/ lie below (db.h) */
};

#endif
