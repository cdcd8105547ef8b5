/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - the loop of chisan-planner.
 */
#ifndef CHISAN_PLANNER_RUN_H
#define CHISAN_PLANNER_RUN_H

/* Until its pipe ends; the exit code. */
int planner_run(void);

#endif
