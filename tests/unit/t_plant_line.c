/* SPDX-License-Identifier: Apache-2.0 */
/* t_plant_line.c - the plant's own checksum, against the standard and against the one of the field program. */
#include "config.h"

#include "drivers/plant/line.h"
#include "tests/unit/t.h"

START_TEST(checksum_is_that_of_the_standard)
{
	uint8_t sum[2];

	plant_line_sum((const uint8_t *)"\x01\x03\x00\x00\x00\x0A", 6, sum);
	ck_assert_mem_eq(sum, "\xC5\xCD", 2);
	plant_line_sum((const uint8_t *)"\x02\x07", 2, sum);
	ck_assert_mem_eq(sum, "\x41\x12", 2);
}
END_TEST

T_MAIN("plant line", T(checksum_is_that_of_the_standard))
