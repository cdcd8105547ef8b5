/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/unit/t.h"

START_TEST(stands)
{
	ck_assert(1);
}
END_TEST

T_MAIN("place", T(stands))
