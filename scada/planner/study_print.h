/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_print.h - the result of a study for people and programs, and its steps as CSV.
 */
#ifndef CHISAN_STUDY_PRINT_H
#define CHISAN_STUDY_PRINT_H

#include <stdio.h>

#include "scada/planner/study.h"

void study_print_text(
    FILE *out, const struct study_data *d, const struct study_asked *asked, const struct study_result *r);
/* One JSON object; keys are promised to scripts and described in chisan(1). */
void study_print_json(
    FILE *out, const struct study_data *d, const struct study_asked *asked, const struct study_result *r);
/* time, then kW, stored kWh or GJ, t/h and reason of each asset, then what the step costs, then what the guard did. arg: FILE. */
void study_trace_head(FILE *out, const struct study_data *d, const struct study_asked *asked);
study_step_fn study_trace_step;
/* What the guard did, below the rest; a member ,"guard":{...} of the JSON. Nothing without one. */
void study_print_guard_text(FILE *out, const struct study_asked *asked, const struct study_guarded *g);
void study_print_guard_json(FILE *out, const struct study_asked *asked, const struct study_guarded *g);

#endif
