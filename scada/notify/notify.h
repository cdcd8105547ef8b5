/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - chisan-notify as a process: the pipe from chisand, the chain of those on duty, the program that tells them.
 *
 *   W_STORE_SITE, W_SITE_TREE -> the site   W_SITE, W_ALARM_DEF, W_ALARM, W_SNAPSHOT_END, W_ALARM ... -> how alarms are
 *   W_NOTIFY_STATE <- whether those on duty can be told   W_NOTIFY_TOLD <- who was told of what
 */
#ifndef CHISAN_NOTIFY_H
#define CHISAN_NOTIFY_H

/* program: that tells; the site must name the same, else this process ends and is started again with the new one. */
int notify_run(const char *program);

#endif
