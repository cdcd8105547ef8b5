/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - the loop of chisan-planner.
 */
#ifndef CHISAN_PLANNER_RUN_H
#define CHISAN_PLANNER_RUN_H

/* Until its pipe ends; the exit code. data_folder: where the folder of forecasts is, FORECASTS_FOLDER; NULL: no file is ever read. */
int planner_run(const char *data_folder);

#endif
