/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecast.c - words of W_FORECAST.
 */
#include "config.h"

#include "scada/base/forecast.h"

#define WORD(id, word, help) [id] = word,
#define HELP(id, word, help) [id] = help,
static const char *const files[] = { FORECAST_FILE_LIST(WORD) }, *const givens[] = { FORECAST_GIVEN_LIST(WORD) },
                         *const kinds[] = { FORECAST_KIND_LIST(WORD) }, *const units[] = { FORECAST_KIND_LIST(HELP) };
#undef WORD
#undef HELP

const char *
forecast_file_word(unsigned file)
{
	return file < FORECAST_FILES ? files[file] : "?";
}

const char *
forecast_given_word(unsigned given)
{
	return given < FORECAST_GIVENS ? givens[given] : "?";
}

const char *
forecast_kind_word(unsigned kind)
{
	return kind < FORECAST_KINDS ? kinds[kind] : "?";
}

const char *
forecast_kind_unit(unsigned kind)
{
	return kind < FORECAST_KINDS ? units[kind] : "";
}
