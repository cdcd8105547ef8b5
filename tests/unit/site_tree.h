/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site_tree.h - a site from its text, as the bytes that chisan-site sends.
 */
#ifndef CHISAN_SITE_TREE_H
#define CHISAN_SITE_TREE_H

#include "scada/base/wire.h"

void site_tree(const char *yaml, struct wbuf *out);

#endif
