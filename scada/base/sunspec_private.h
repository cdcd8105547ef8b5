/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sunspec_private.h - the tables of models, as sunspec.c sees them; each ends with a row of zeros.
 */
#ifndef CHISAN_SUNSPEC_PRIVATE_H
#define CHISAN_SUNSPEC_PRIVATE_H

#include "scada/base/mem.h"
#include "scada/base/sunspec.h"

extern const struct sunspec_model sunspec_inverter[], sunspec_meter[], sunspec_der[], sunspec_battery[];

#endif
