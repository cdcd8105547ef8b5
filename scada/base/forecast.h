/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecast.h - words of W_FORECAST, for who tells them and who shows them.
 */
#ifndef CHISAN_BASE_FORECAST_H
#define CHISAN_BASE_FORECAST_H

#define FORECASTS_FOLDER "forecasts" /* of the data folder: where such a file is put */

/* clang-format off */
/* The file of forecasts that a site may name.  _(id, word, help) */
#define FORECAST_FILE_LIST(_) \
	_(FORECAST_FILE_NONE,    "none",    "the site names no file") \
	_(FORECAST_FILE_FRESH,   "fresh",   "it goes before the site's own forecasts") \
	_(FORECAST_FILE_LATE,    "late",    "it is older than it may be, or there is none yet: the site's own are taken") \
	_(FORECAST_FILE_REFUSED, "refused", "the newest one has faults: the one before is used while it is fresh")
/* Who foretells a series. */
#define FORECAST_GIVEN_LIST(_) \
	_(FORECAST_OWN,    "own",    "the site's record alone") \
	_(FORECAST_PARTLY, "partly", "a file, and the record where it has gaps or ends") \
	_(FORECAST_GIVEN,  "file",   "a file alone")
/* What is foretold. */
#define FORECAST_KIND_LIST(_) \
	_(FORECAST_LOAD, "load", "kW") \
	_(FORECAST_HEAT, "heat", "t/h") \
	_(FORECAST_SUN,  "sun",  "kW")
/* clang-format on */
#define FORECAST_ENUM(id, word, help) id,
enum forecast_file { FORECAST_FILE_LIST(FORECAST_ENUM) FORECAST_FILES };
enum forecast_given { FORECAST_GIVEN_LIST(FORECAST_ENUM) FORECAST_GIVENS };
enum forecast_kind { FORECAST_KIND_LIST(FORECAST_ENUM) FORECAST_KINDS };
#undef FORECAST_ENUM

const char *forecast_file_word(unsigned file); /* "?" beyond the list */
const char *forecast_given_word(unsigned given);
const char *forecast_kind_word(unsigned kind);
const char *forecast_kind_unit(unsigned kind);

#endif
